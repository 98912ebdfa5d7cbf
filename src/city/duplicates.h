/* Suggested duplicates: reports of one class that lie so close in place and time that they may be one case.
 * Nothing is merged; an analysis may count distinct cases instead of incidents.
 *
 * The rule, in the order of the store's rows: an incident is suggested as a duplicate of the nearest case of
 * its class within the class's distance and time, where a case is an incident that is no duplicate itself
 * (ties: the smaller row). So what came later never changes what came before, and neither the order in which
 * rows are read nor when a server was started matters. Incidents without position or time, those whose
 * position is known no better than the distance, and those of classes whose distance is 0 take no part. */
#ifndef CITY_DUPLICATES_H
#define CITY_DUPLICATES_H

#include "city/incidents.h"
#include "city/taxonomy.h"

typedef struct hs_duplicate_rule {
    double distance_m; /* 0: off */
    int64_t window_s;
} hs_duplicate_rule;

/* The rule of every category code of a set, from the class that it is or the nearest class above that has
 * one; `rules` has incidents->category_count elements. */
void hs_duplicate_rules(const hs_incidents *incidents, const hs_taxonomy *taxonomy, hs_duplicate_rule *rules);
/* A number that changes with what any class's rule is. */
uint64_t hs_duplicate_rules_hash(const hs_taxonomy *taxonomy);

/* Which rows are duplicates, and of what. Immutable, by reference count, thread-safe. */
typedef struct hs_duplicates hs_duplicates;
hs_duplicates *hs_duplicates_ref(const hs_duplicates *duplicates);
void hs_duplicates_unref(hs_duplicates *duplicates);

/* Looks at all rows: O(n log n), 40 bytes a row meanwhile, an eighth of a byte and 16 bytes a duplicate kept.
 */
hs_status hs_duplicates_build(const hs_incidents *incidents, const hs_duplicate_rule *rules, hs_error *error,
                              hs_duplicates **duplicates);
/* The same for `incidents` that only have further rows beside those that `base` was made of: looks at these
 * alone, each by the boxes of the chunks. Shares what does not change. */
hs_status hs_duplicates_extend(const hs_duplicates *base, const hs_incidents *incidents,
                               const hs_duplicate_rule *rules, hs_error *error, hs_duplicates **duplicates);
/* The largest row that was looked at. */
int64_t hs_duplicates_last_row(const hs_duplicates *duplicates);
uint64_t hs_duplicates_count(const hs_duplicates *duplicates);

/* The row of the case that a row is suggested to repeat; false where it is none. O(log n). */
bool hs_duplicates_find(const hs_duplicates *duplicates, int64_t row, int64_t *of);
/* Takes duplicates, or with `only` all others, out of the bits of a chunk's rows; returns how many are left.
 */
uint32_t hs_duplicates_mask(const hs_duplicates *duplicates, const hs_incident_chunk *chunk, bool only,
                            uint64_t *bits);

#endif
