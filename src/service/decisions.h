/* What was decided about addresses, as the store has it. */
#ifndef SERVICE_DECISIONS_H
#define SERVICE_DECISIONS_H

#include "city/decisions.h"
#include "geocode/words.h"
#include "store/store.h"

/* All decisions of a store by the keys that their texts have in this program. */
hs_status hs_load_decisions(hs_store *store, const hs_street_words *words, hs_error *error,
                            hs_decisions **decisions);

/* Decisions and the words that addresses are compared with, for who has no snapshot. */
typedef struct hs_aliases {
    hs_decisions *decisions;
    hs_street_words *words;
} hs_aliases;
hs_status hs_aliases_load(hs_store *store, hs_error *error, hs_aliases *aliases);
void hs_aliases_done(hs_aliases *aliases);

#endif
