/* A hash set of row identities in memory: key -> (content hash, row id). Zeroed is a valid empty set. */
#ifndef STORE_GEOPACKAGE_IDENTITY_H
#define STORE_GEOPACKAGE_IDENTITY_H

#include <hotspot/types.h>

typedef struct hs_identity {
    uint64_t key, content;
    int64_t id; /* never 0 in a set */
    uint64_t count;
} hs_identity;

typedef struct hs_identity_set {
    hs_identity *slots;
    size_t capacity; /* a power of two, or 0 */
    size_t count;
} hs_identity_set;

void hs_identity_set_done(hs_identity_set *set);
/* The entry of a key, NULL when there is none; valid until the next put. */
hs_identity *hs_identity_find(const hs_identity_set *set, uint64_t key);
/* The entry of a key, made with id 0 when there was none (the caller sets the id); NULL when memory is out.
 */
hs_identity *hs_identity_put(hs_identity_set *set, uint64_t key);

#endif
