/* Counts for everybody: none so small that it could tell of a single incident. */
#ifndef SERVICE_PUBLISHED_H
#define SERVICE_PUBLISHED_H

#include "base/arena.h"
#include <hotspot/error.h>

#define HS_PUBLISHED_LEAST 5

typedef struct hs_published_group {
    uint32_t parent; /* of all its rows; HS_NONE: of several, or of none */
    uint32_t rows;   /* 2 or more, but where everything together is too few */
    uint64_t count;
    bool withheld; /* even together they are fewer than `least` */
} hs_published_group;

typedef struct hs_published {
    const uint32_t *group; /* by row: the group that it is counted in, HS_NONE where its own count is told */
    uint32_t group_count;
    const hs_published_group *groups;
} hs_published;

/* Merges rows whose counts lie between 0 and `least`: with each other below one parent (`parent` by row,
 * HS_NONE for a row of none), the next larger one too where they are still too few or only one, so that no
 * difference from a sum tells a small count; what stays too few below a parent is merged over the city. Sums
 * stay whole: told counts and groups add up to the total. Counts of 0 are told. As in cell suppression with
 * complementary cells (Willenborg and de Waal, Elements of Statistical Disclosure Control, 2001).
 * Deterministic. O(n log n). */
hs_status hs_publish(const uint64_t *count, const uint32_t *parent, uint32_t rows, uint64_t least,
                     hs_arena *arena, hs_error *error, hs_published *published);

#endif
