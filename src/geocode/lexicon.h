/* Lexicon: normalised names to the things that they name, by hash. A name may mean several things. */
#ifndef GEOCODE_LEXICON_H
#define GEOCODE_LEXICON_H

#include <hotspot/error.h>

typedef enum hs_name_kind {
    HS_NAME_STREET,  /* id: group of streets */
    HS_NAME_PLACE,   /* id: row of places */
    HS_NAME_UNIT,    /* id: row of units */
    HS_NAME_ADDRESS, /* id: row of addresses; the whole text */
    HS_NAME_KIND_COUNT
} hs_name_kind;

/* How a street's key was cut short, that it is written by sound, or its ordinals without their endings. */
enum { HS_KEY_WITHOUT_DIRECTION = 1, HS_KEY_WITHOUT_TYPE = 2, HS_KEY_SOUND = 4, HS_KEY_BARE_ORDINAL = 8 };

/* Names are told apart by their 64-bit hashes alone: among ten million names the odds of any two agreeing
 * are about one in 400,000. */
typedef struct hs_lexicon_entry {
    uint64_t hash;
    uint32_t id;
    uint32_t cut; /* of a street's key; 0 for the whole */
} hs_lexicon_entry;

typedef struct hs_lexicon {
    hs_lexicon_entry *entry; /* sorted by hash, cut, id */
    size_t count, capacity;
    uint32_t *slot; /* number of the first entry + 1 */
    size_t mask;
    uint32_t longest[HS_NAME_KIND_COUNT]; /* tokens */
    bool failed;
} hs_lexicon;

void hs_lexicon_add(hs_lexicon *lexicon, hs_name_kind kind, hs_str name, uint32_t tokens, uint32_t id,
                    uint32_t cut);
/* Sorts and builds the table; names may be added afterwards and it be built again. */
hs_status hs_lexicon_build(hs_lexicon *lexicon, hs_error *error);
void hs_lexicon_done(hs_lexicon *lexicon);
/* The entries of a name, whole keys first; *count 0 when it is unknown. */
const hs_lexicon_entry *hs_lexicon_find(const hs_lexicon *lexicon, hs_name_kind kind, hs_str name,
                                        size_t *count);

#endif
