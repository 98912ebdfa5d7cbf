/* The names of a geography for autocomplete: every place where a word begins in them, sorted; where
 * characters of a first letter stand; and the house numbers under each street's name. Private to src/geocode.
 */
#ifndef GEOCODE_NAME_INDEX_H
#define GEOCODE_NAME_INDEX_H

#include "geocode/normalise.h"
#include "geocode/pinyin.h"
#include <hotspot/autocomplete.h>

#define HS_LETTERS 26

typedef struct hs_name {
    hs_str shown;
    uint32_t key, key_size; /* bytes of `text` */
    uint8_t kind;           /* hs_suggestion_kind; never an address */
    uint32_t first_row, row_count;
    uint32_t first_number, number_count;
} hs_name;

/* Where a word or character begins. */
typedef struct hs_name_start {
    uint32_t at; /* in `text` */
    uint32_t name;
    bool is_first; /* of the name, or behind a county, town or village */
} hs_name_start;

typedef struct hs_name_number {
    uint32_t key; /* in `text` */
    uint32_t row; /* of the addresses */
    uint32_t name;
} hs_name_number;

typedef struct hs_name_index {
    hs_geography *geography;
    hs_street_words *words;
    hs_pinyin *pinyin;
    char *text; /* keys, each ended by NUL */
    hs_name *name;
    uint32_t name_count;
    uint32_t *row; /* of the names' kinds */
    hs_name_number *number;
    hs_name_start *start; /* by the text from there on */
    uint32_t start_count;
    uint32_t *letter; /* starts (numbers in `start`) whose character may be read with the letter */
    uint32_t letter_first[HS_LETTERS + 1];
} hs_name_index;

hs_status hs_name_index_build(const hs_geography *geography, hs_error *error, hs_name_index *index);
void hs_name_index_done(hs_name_index *index);

/* The key of tokens [first, end): words apart by a blank, characters not. At most `capacity` bytes with NUL;
 * returns the size without it. A house mark at the very end is left out when told, and then *marked set. */
size_t hs_name_key(const hs_tokens *tokens, uint32_t first, uint32_t end, bool number, char *key,
                   size_t capacity, bool *marked);
/* The first token of the house number in an address text, and whether the number stands in front of the
 * street; the count of tokens where there is none. */
uint32_t hs_name_number_at(const hs_tokens *tokens, bool *in_front);

#endif
