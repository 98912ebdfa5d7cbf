/* Street names one edit away from what was asked, by the deletions that both have in common (the symmetric
 * delete method: a letter changed, put in, left out or exchanged with its neighbour leaves a common form when
 * one letter is left out on either side). Spaces do not count. Digits never change: 14 is not 15. */
#ifndef GEOCODE_EDIT_INDEX_H
#define GEOCODE_EDIT_INDEX_H

#include "geocode/words.h"

#define HS_EDIT_NAME_MAX 64

/* What the edited letter belongs to. */
typedef enum hs_edit_kind {
    HS_EDIT_NONE,     /* the names are the same */
    HS_EDIT_LETTER,   /* an ordinary letter of the name */
    HS_EDIT_TYPE,     /* a Chinese street type: 路 for 街 */
    HS_EDIT_DIRECTION /* a direction, a numeral: likelier another street than a slip */
} hs_edit_kind;

typedef struct hs_edit_match {
    uint32_t group, cut;
    hs_edit_kind kind;
    uint32_t length; /* letters of the name */
    bool at_start;   /* the first letter: people rarely miss it */
} hs_edit_match;

typedef struct hs_edit_name {
    uint32_t first;        /* letters */
    uint16_t length, core; /* letters from `core` on are a direction */
    uint32_t group, cut;
} hs_edit_name;

typedef struct hs_edit_index {
    const hs_street_words *words;
    uint32_t *letter;
    size_t letter_count, letter_capacity;
    hs_edit_name *name;
    uint32_t name_count, name_capacity;
    uint32_t *bucket; /* [mask + 2] into entry */
    struct hs_edit_entry {
        uint32_t check, name;
    } * entry;
    size_t mask;
    bool failed;
} hs_edit_index;

/* Adds a name in the spelling of keys; `direction` bytes at its end are a direction. Names of more than
 * HS_EDIT_NAME_MAX letters are left out. */
void hs_edit_index_add(hs_edit_index *index, hs_str key, size_t direction, uint32_t group, uint32_t cut);
hs_status hs_edit_index_build(hs_edit_index *index, hs_error *error);
void hs_edit_index_done(hs_edit_index *index);

/* The names at most one edit away, at most `most` of them, each group once by its best. */
uint32_t hs_edit_index_find(const hs_edit_index *index, hs_str key, hs_edit_match *matches, uint32_t most);
/* What the edit leaves of a name's fit, (0, 1]: slips in short names are likelier to be other names. */
double hs_edit_fit(const hs_edit_match *match);

#endif
