/* House numbers in texts, Western and Chinese. */
#ifndef GEOCODE_HOUSE_NUMBER_H
#define GEOCODE_HOUSE_NUMBER_H

#include "geocode/gazetteer.h"

/* Sub-numbers as numbers: 1 of 12-1 is 1, a letter follows from HS_SUB_LETTERS on, others (甲, 1/2) are
 * hashes from HS_SUB_OTHERS on. 0: none. */
#define HS_SUB_LETTERS   0x40000000U
#define HS_SUB_OTHERS    0x80000000U
#define HS_SUB_FAR       100U
#define HS_SUB_UNORDERED 10U
/* How many sub-numbers lie between two, at most HS_SUB_FAR; HS_SUB_UNORDERED for those without an order, such
 * as 12甲 and 12. */
uint32_t hs_sub_distance(uint32_t a, uint32_t b);

/* A number that stands in tokens [first, end). */
typedef struct hs_number_place {
    hs_house_number number;
    uint32_t first, end;
} hs_number_place;

/* The number at token `first` of a Western address: 1312, 12A, 12-1, 12 1/2, 9600-9699, 1700 BLOCK OF. */
bool hs_number_western(const hs_tokens *tokens, uint32_t first, hs_number_place *place);
/* The first number before a mark (号) behind token `first`. */
bool hs_number_marked(const hs_tokens *tokens, uint32_t first, hs_number_place *place);
/* The first house number of a Chinese address: 195号, 12号附1, 12-1号, 12之1号, 12甲号, 二十三号, or digits
 * at the end. */
bool hs_number_chinese(const hs_tokens *tokens, hs_number_place *place);
/* Whether a number column tells a lane too: 100巷5弄3号. */
bool hs_has_lane(const hs_tokens *tokens);
/* A text that is a house number and nothing else (a source's number column). */
bool hs_number_whole(const hs_tokens *tokens, hs_house_number *number);

#endif
