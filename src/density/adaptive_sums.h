/* Exact sums of kernels that each have a bandwidth of their own (hotspot/adaptive_bandwidth.h). */
#ifndef DENSITY_ADAPTIVE_SUMS_H
#define DENSITY_ADAPTIVE_SUMS_H

#include "density/chosen.h"
#include <hotspot/adaptive_bandwidth.h>

__extension__ typedef unsigned __int128 hs_wide_sum;

/* Incidents as parallel columns; those of amount 0 do not count. */
typedef struct hs_adaptive_points {
    const struct hs_mercator *mercator;
    const double *amount;  /* at most 2^15 */
    const uint32_t *place; /* on the ladder */
    uint32_t count;
} hs_adaptive_points;

/* Adds to sums[chosen->count], in 2^-32 of the peak (the squared peak) of a kernel of bandwidth_m, each
 * incident's kernel of its own bandwidth, or that squared, times its amount. Pixels that are wide for the
 * bandwidth of the step below an incident's carry means, as hs_density_sampling_of says. Each term is rounded
 * to 2^-32. HS_E_ARGUMENT as hs_density_add. O(points x chosen pixels in their reach). Thread-safe. */
hs_status hs_adaptive_sums_add(const hs_chosen_pixels *chosen, const hs_adaptive_points *points,
                               hs_kernel kernel, double bandwidth_m, const hs_density_view *view,
                               bool squared, hs_error *error, hs_wide_sum *sums);
/* What lies under the kernels at one position, in 2^-32 of the peak of a kernel of bandwidth_m: added to. */
typedef struct hs_adaptive_moments {
    hs_wide_sum sum, sum_squared;
    double largest; /* the largest of an incident's own peak times its amount, in peaks */
    double amount;  /* of those in reach */
    uint64_t count;
} hs_adaptive_moments;
/* `together`: an amount stands for as many incidents of 1, each of which is squared on its own. */
void hs_adaptive_sums_at(const hs_adaptive_points *points, hs_kernel kernel, double bandwidth_m,
                         double mercator_x, double mercator_y, bool together, hs_adaptive_moments *moments);

#endif
