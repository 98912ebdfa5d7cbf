/* How many incidents have a position that hot spots can be found with, and where the others are missing from.
 *
 * A hit is an incident located better than by its unit: a position of its own, or one that its address gave.
 * The hit rate is hits over all. Ratcliffe (2004), "Geocoding crime and a first estimate of a minimum
 * acceptable hit rate", IJGIS 18(1), found that below 85 % the picture of where incidents lie is no longer
 * that of all.
 *
 * Whether what is missing clusters: each group (a month, a source, a unit) against the other groups of its
 * kind by the one-sided exact test of Fisher (the hypergeometric tail: at least so many missing in a group of
 * its size), adjusted over the groups by Benjamini and Hochberg. A group is called clustered at q <= 0.05
 * where its share of missing is also at least 0.05 above that of the others: in a large city the least
 * difference is significant. */
#ifndef SERVICE_HIT_RATE_H
#define SERVICE_HIT_RATE_H

#include "service/review.h"
#include <stdio.h>

#define HS_HIT_RATE_MINIMUM   0.85
#define HS_HIT_RATE_ALPHA     0.05
#define HS_HIT_RATE_LEAST_GAP 0.05

typedef struct hs_hit_counts {
    uint64_t given;     /* came with a position */
    uint64_t geocoded;  /* by address or by hand, better than by unit */
    uint64_t unit_only; /* at its unit's label point */
    uint64_t unmatched; /* nowhere */
} hs_hit_counts;

static inline uint64_t hs_hit_total(const hs_hit_counts *counts) {
    return counts->given + counts->geocoded + counts->unit_only + counts->unmatched;
}
static inline uint64_t hs_hit_missing(const hs_hit_counts *counts) {
    return counts->unit_only + counts->unmatched;
}

typedef struct hs_hit_group {
    hs_str code, name, name_en;
    hs_hit_counts counts;
    bool tested; /* takes part in the test: it is known what it is, and there are others */
    bool clustered;
    double expected; /* missing, were they spread evenly over the groups */
    double p_value, q_value;
} hs_hit_group;

typedef struct hs_hit_groups {
    hs_hit_group *group; /* those with incidents, in order; what is not known (no time, no unit) last */
    uint32_t count;
} hs_hit_groups;

enum { HS_ACCURACY_CLASSES = 7 };
/* Metres, of located incidents: given without one, up to 10, 25, 50, 100, 250, above. */
extern const uint16_t hs_accuracy_limits[HS_ACCURACY_CLASSES];

typedef struct hs_hit_rate {
    hs_level level; /* of the units */
    hs_hit_counts all;
    uint64_t reviewed; /* decided by hand, among all */
    uint64_t usable;   /* that density takes by default: known to 100 m or better */
    hs_hit_groups months, sources, units;
    uint64_t by_match_type[HS_MATCH_COUNT];
    uint64_t by_accuracy[HS_ACCURACY_CLASSES]; /* of hits */
} hs_hit_rate;

/* Counts what the request asks for (its state is not looked at); `level` HS_LEVEL_COUNT: subdistricts, or
 * what there is. Everything lives in the arena or as long as the snapshot. One look through the columns, on
 * the pool: O(rows). Thread-safe. */
hs_status hs_service_hit_rate(hs_service *service, const hs_snapshot *snapshot,
                              const hs_review_request *request, hs_level level, hs_arena *arena,
                              hs_error *error, hs_hit_rate *rate);

/* As an object's members, with warnings in both languages; as CSV, a row a group. */
void hs_hit_rate_write_json(hs_json *json, const hs_hit_rate *rate);
void hs_hit_rate_write_csv(hs_buffer *out, const hs_hit_rate *rate);
/* The warnings, a line each. */
void hs_hit_rate_warn(FILE *out, const hs_hit_rate *rate, bool chinese);

#endif
