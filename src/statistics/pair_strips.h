/* Points in horizontal strips, from west to east within each: the pairs within a distance are runs of them.
 * Private to src/statistics. */
#ifndef STATISTICS_PAIR_STRIPS_H
#define STATISTICS_PAIR_STRIPS_H

#include <hotspot/error.h>

typedef struct hs_pair_strips {
    uint32_t count, strip_count;
    double south, height;
    double *x, *y;   /* [count] */
    uint32_t *point; /* [count] their numbers */
    uint32_t *first; /* [strip_count + 1] */
} hs_pair_strips;

/* Points chosen[count] of x_m and y_m into strips of `height` from `south` on. */
hs_status hs_pair_strips_new(const double *x_m, const double *y_m, const uint32_t *chosen, uint32_t count,
                             double south, double height, hs_error *error, hs_pair_strips *strips);
void hs_pair_strips_done(hs_pair_strips *strips);

/* How many pairs lie at each step: bin k counts distances above (k - 1) step_m to k step_m, as far as
 * k = last; histogram[last + 2], what lies beyond goes into the last but is no number of anything. */
typedef struct hs_pair_bins {
    double step_m;
    uint32_t last;
    uint64_t *histogram;
} hs_pair_bins;

/* Pairs of two different points of one set, each once. */
void hs_count_pairs_within(const hs_pair_strips *strips, const hs_pair_bins *bins);
/* Pairs of a point of `from` and one of `to`, a point with itself too where it is in both. */
void hs_count_pairs_between(const hs_pair_strips *from, const hs_pair_strips *to, const hs_pair_bins *bins);
/* The same, but that point i of `from` sees as far as bin limit[i] only; seen[i] grows by how many it sees.
 */
void hs_count_pairs_limited(const hs_pair_strips *from, const hs_pair_strips *to, const hs_pair_bins *bins,
                            const uint32_t *limit, uint32_t *seen);

/* Calls visit for the runs [begin, end) of `strips` that hold all points within reach_m of a place (and
 * others near them). */
void hs_pair_runs(const hs_pair_strips *strips, double x, double y, double reach_m,
                  void (*visit)(void *context, uint32_t begin, uint32_t end), void *context);

/* The bin of a distance: within 1e-9 of a step it counts as the step. */
#define HS_PAIR_CEILING (1 - 1e-9)

#endif
