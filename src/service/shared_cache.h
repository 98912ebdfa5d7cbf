/* Values that several requests share, by key: made once at a time each (single flight), counted, forgotten
 * least recently used first when they outgrow a budget. Thread-safe. */
#ifndef SERVICE_SHARED_CACHE_H
#define SERVICE_SHARED_CACHE_H

#include <hotspot/error.h>

typedef struct hs_shared_cache hs_shared_cache;

/* Equal words, equal value. The first says what kind of value it is. */
typedef struct hs_shared_key {
    uint64_t word[4];
} hs_shared_key;

typedef struct hs_shared_entry hs_shared_entry;

/* How a value is made, how large it is and how it goes. */
typedef struct hs_shared_maker {
    hs_status (*make)(void *context, hs_error *error, void **value, size_t *bytes);
    void (*free_value)(void *value);
    void *context;
} hs_shared_maker;

hs_shared_cache *hs_shared_cache_new(size_t budget_bytes);
void hs_shared_cache_free(hs_shared_cache *cache);
/* The value of a key with a reference of the caller's own. A failure is not kept; those who waited for it get
 * it too, but for HS_E_CANCELLED: then one of them makes it. */
hs_status hs_shared_cache_get(hs_shared_cache *cache, const hs_shared_key *key, const hs_shared_maker *maker,
                              hs_error *error, hs_shared_entry **out);
/* Whether a key has a value already. */
bool hs_shared_cache_has(hs_shared_cache *cache, const hs_shared_key *key);
/* Forgets the values whose key begins with `kind` and has another third word than `kept`: those of a state of
 * the city that is over. */
void hs_shared_cache_drop(hs_shared_cache *cache, uint64_t kind, uint64_t kept);
const void *hs_shared_value(const hs_shared_entry *entry);
void hs_shared_unref(hs_shared_entry *entry);

#endif
