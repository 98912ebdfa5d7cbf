#include "service/decisions.h"

#include "geocode/address_key.h"

typedef struct loading {
    hs_decisions_builder *builder;
    const hs_street_words *words;
} loading;

/* The key is made anew: another program version may have made another one of the same text. */
static hs_status add(void *context, const hs_decision_record *record, hs_error *error) {
    const loading *load = context;
    char key[HS_ADDRESS_KEY_MAX];
    hs_decision_record keyed = *record;
    keyed.key = hs_address_key(load->words, record->address, key);
    return keyed.key.size > 0 ? hs_decisions_add(load->builder, &keyed, error) : HS_OK;
}

hs_status hs_load_decisions(hs_store *store, const hs_street_words *words, hs_error *error,
                            hs_decisions **decisions) {
    loading load = {.words = words};
    hs_status status = hs_decisions_builder_new(error, &load.builder);
    if (status == HS_OK) status = hs_store_scan_decisions(store, add, &load, error);
    if (status == HS_OK)
        *decisions = hs_decisions_finish(load.builder);
    else
        hs_decisions_builder_free(load.builder);
    return status;
}

hs_status hs_aliases_load(hs_store *store, hs_error *error, hs_aliases *aliases) {
    *aliases = (hs_aliases){0};
    hs_status status = hs_street_words_new(error, &aliases->words);
    if (status == HS_OK) status = hs_load_decisions(store, aliases->words, error, &aliases->decisions);
    if (status != HS_OK) hs_aliases_done(aliases);
    return status;
}

void hs_aliases_done(hs_aliases *aliases) {
    hs_decisions_unref(aliases->decisions);
    hs_street_words_free(aliases->words);
    *aliases = (hs_aliases){0};
}
