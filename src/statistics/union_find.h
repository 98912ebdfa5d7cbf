/* Disjoint sets, joined to the lower number. Private to src/statistics. */
#ifndef STATISTICS_UNION_FIND_H
#define STATISTICS_UNION_FIND_H

#include <hotspot/types.h>

static inline uint32_t hs_set_of(uint32_t *parent, uint32_t i) {
    while (parent[i] != i) {
        parent[i] = parent[parent[i]];
        i = parent[i];
    }
    return i;
}

/* False where they are one already. */
static inline bool hs_set_join(uint32_t *parent, uint32_t a, uint32_t b) {
    a = hs_set_of(parent, a);
    b = hs_set_of(parent, b);
    if (a == b) return false;
    if (a < b)
        parent[b] = a;
    else
        parent[a] = b;
    return true;
}

#endif
