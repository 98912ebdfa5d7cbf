#include "city/filter_columns.h"

/* Wider vectors where the processor has them: comparisons of integers, so the bits are the same. */
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) &&     \
    !defined(__SANITIZE_THREAD__)
#define VECTORS __attribute__((target_clones("avx2", "default")))
#else
#define VECTORS
#endif

enum { WORD_ROWS = 64 };

/* Bytes of 0 or 1 to bits: of eight bytes b in a word, the product's highest byte has bit i from byte i, and
 * no two partial products meet. */
static inline uint64_t pack(const uint8_t *pass) {
    uint64_t bits = 0;
    for (unsigned group = 0; group < 8; group++) {
        uint64_t bytes = 0;
        for (unsigned k = 0; k < 8; k++)
            bytes |= (uint64_t)pass[8 * group + k] << (8 * k);
        bits |= (bytes * UINT64_C(0x0102040810204080)) >> 56 << (8 * group);
    }
    return bits;
}

/* A loop over words around one of fixed length over rows, which compilers turn into vectors. */
#define KEEP_WHERE(condition)                                                                                \
    for (uint32_t word = words.first; word < words.end; word++) {                                            \
        uint8_t pass[WORD_ROWS];                                                                             \
        if (words.bits[word] == 0) continue;                                                                 \
        const size_t at = (size_t)word * WORD_ROWS;                                                          \
        for (unsigned k = 0; k < WORD_ROWS; k++)                                                             \
            pass[k] = (uint8_t)(condition);                                                                  \
        words.bits[word] &= pack(pass);                                                                      \
    }

VECTORS void hs_keep_range_u32(hs_words words, const uint32_t *column, uint32_t least,
                               uint32_t span){KEEP_WHERE(column[at + k] - least <= span)}

VECTORS void hs_keep_range_u16(hs_words words, const uint16_t *column, uint16_t least,
                               uint16_t span){KEEP_WHERE((uint16_t)(column[at + k] - least) <= span)}

static inline bool in_range(uint32_t value, hs_range_u32 range) {
    return (value >= range.least) & (value <= range.most);
}

/* The ends of ranges stay below UINT32_MAX. */
VECTORS void hs_keep_either_u32(hs_words words, const uint32_t *first, hs_range_u32 first_range,
                                const uint32_t *second, hs_range_u32 second_range) {
    KEEP_WHERE(in_range(first[at + k], first_range) |
               ((first[at + k] == UINT32_MAX) & in_range(second[at + k], second_range)))
}

VECTORS void hs_keep_box(hs_words words, const hs_mercator *column, const hs_mercator_box *box) {
    const uint32_t x = box->min_x, width = box->max_x - x, y = box->min_y, height = box->max_y - y;
    KEEP_WHERE((column[at + k].x - x <= width) & (column[at + k].y - y <= height))
}

void hs_keep_table_u16(hs_words words, const uint16_t *column, const uint8_t *table) {
    KEEP_WHERE(table[column[at + k]])
}

void hs_keep_table_u8(hs_words words, const uint8_t *column, const uint8_t *table) {
    KEEP_WHERE(table[column[at + k]])
}
