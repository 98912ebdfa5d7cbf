#include "city/filter_columns.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/* Wider vectors where the processor has them: comparisons of integers, so the bits are the same. */
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) &&     \
    !defined(__SANITIZE_THREAD__)
#define VECTORS __attribute__((target_clones("avx2", "default")))
#else
#define VECTORS
#endif

enum { WORD_ROWS = 64 };

VECTORS uint32_t hs_words_count(hs_words words) {
    uint32_t count = 0;
    for (uint32_t word = words.first; word < words.end; word++)
        count += (uint32_t)__builtin_popcountll(words.bits[word]);
    return count;
}

/* The highest bits of 64 bytes, each 0 or 255. */
static inline uint64_t pack(const uint8_t *pass) {
    uint64_t bits = 0;
#if defined(__SSE2__)
    for (unsigned group = 0; group < 4; group++) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(pass + 16 * group));
        bits |= (uint64_t)(uint32_t)_mm_movemask_epi8(bytes) << (16 * group);
    }
#else
    for (unsigned k = 0; k < WORD_ROWS; k++)
        bits |= (uint64_t)(pass[k] & 1) << k;
#endif
    return bits;
}

/* A loop over words around one of fixed length over rows, which compilers turn into vectors; `byte` is 0 or
 * 255. */
#define KEEP_BYTES(byte)                                                                                     \
    for (uint32_t word = words.first; word < words.end; word++) {                                            \
        uint8_t pass[WORD_ROWS];                                                                             \
        if (words.bits[word] == 0) continue;                                                                 \
        const size_t at = (size_t)word * WORD_ROWS;                                                          \
        for (unsigned k = 0; k < WORD_ROWS; k++)                                                             \
            pass[k] = (byte);                                                                                \
        words.bits[word] &= pack(pass);                                                                      \
    }
#define KEEP_WHERE(condition) KEEP_BYTES((condition) ? 255 : 0)

VECTORS void hs_keep_range_u32(hs_words words, const uint32_t *column, uint32_t least,
                               uint32_t span){KEEP_WHERE(column[at + k] - least <= span)}

VECTORS void hs_keep_range_u16(hs_words words, const uint16_t *column, uint16_t least, uint16_t span) {
    KEEP_WHERE((uint16_t)(column[at + k] - least) <= span)
}

static inline uint32_t in_range(uint32_t value, hs_range_u32 range) {
    return (value >= range.least) & (value <= range.most);
}

/* The ends of ranges stay below UINT32_MAX. */
VECTORS void hs_keep_either_u32(hs_words words, const uint32_t *first, hs_range_u32 first_range,
                                const uint32_t *second, hs_range_u32 second_range){
    KEEP_WHERE(in_range(first[at + k], first_range) |
               ((first[at + k] == UINT32_MAX) & in_range(second[at + k], second_range)))}

VECTORS void hs_keep_box(hs_words words, const hs_mercator *column, const hs_mercator_box *box) {
    const uint32_t x = box->min_x, width = box->max_x - x, y = box->min_y, height = box->max_y - y;
    KEEP_WHERE((column[at + k].x - x <= width) & (column[at + k].y - y <= height))
}

VECTORS void hs_keep_ranges_u8(hs_words words, const uint8_t *column, uint8_t mask, const hs_range_u8 *ranges,
                               uint32_t count) {
    for (uint32_t word = words.first; word < words.end; word++) {
        uint8_t pass[WORD_ROWS] = {0};
        if (words.bits[word] == 0) continue;
        const uint8_t *values = column + (size_t)word * WORD_ROWS;
        for (uint32_t range = 0; range < count; range++) {
            const uint8_t least = ranges[range].least, span = (uint8_t)(ranges[range].most - least);
            for (unsigned k = 0; k < WORD_ROWS; k++)
                pass[k] |= (uint8_t)((values[k] & mask) - least) <= span ? 255 : 0;
        }
        words.bits[word] &= pack(pass);
    }
}

void hs_keep_table_u16(hs_words words, const uint16_t *column, const uint8_t *table) {
    KEEP_BYTES(table[column[at + k]])
}
