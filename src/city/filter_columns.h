/* Conditions on columns, 64 rows a word. Each function clears the bits of rows that do not satisfy it, in the
 * words [first, end) of `bits`; words that are empty already are left out. Columns hold whole words of rows.
 */
#ifndef CITY_FILTER_COLUMNS_H
#define CITY_FILTER_COLUMNS_H

#include "geo/mercator.h"

typedef struct hs_words {
    uint64_t *bits;
    uint32_t first, end;
} hs_words;

/* How many bits are set. */
uint32_t hs_words_count(hs_words words);
/* Values from `least` to `least + span`. */
void hs_keep_range_u32(hs_words words, const uint32_t *column, uint32_t least, uint32_t span);
void hs_keep_range_u16(hs_words words, const uint16_t *column, uint16_t least, uint16_t span);
/* The first column's value where it is not UINT32_MAX, else the second's; each has its own range, which must
 * end before UINT32_MAX. A range with `least` above `most` lets nothing pass. */
typedef struct hs_range_u32 {
    uint32_t least, most;
} hs_range_u32;
void hs_keep_either_u32(hs_words words, const uint32_t *first, hs_range_u32 first_range,
                        const uint32_t *second, hs_range_u32 second_range);
/* Positions in a box that does not cross the antimeridian. */
void hs_keep_box(hs_words words, const hs_mercator *column, const hs_mercator_box *box);
/* Values that are, with the other bits than `mask` left out, in one of `count` ranges. */
typedef struct hs_range_u8 {
    uint8_t least, most;
} hs_range_u8;
void hs_keep_ranges_u8(hs_words words, const uint8_t *column, uint8_t mask, const hs_range_u8 *ranges,
                       uint32_t count);
/* Values for which the table has 255; it has 0 for the others. */
void hs_keep_table_u16(hs_words words, const uint16_t *column, const uint8_t *table);

#endif
