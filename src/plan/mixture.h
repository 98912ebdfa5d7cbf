/* Weights of distributions by what came: expectation and maximisation. */
#ifndef PLAN_MIXTURE_H
#define PLAN_MIXTURE_H

#include <hotspot/error.h>

/* Periods' chances of what came in them: each [members][counts[p]]. */
typedef struct hs_mixture_data {
    uint32_t members, periods;
    const float *const *chance;
    const uint32_t *count;
} hs_mixture_data;

/* Weights that sum to 1, started at and drawn towards `prior` incidents' worth of equal weights (Dempster,
 * Laird and Rubin 1977). `steps` steps; O(steps x members x incidents). `spare` holds as many as the largest
 * period. */
void hs_mixture_fit(const hs_mixture_data *data, const double *prior, uint32_t steps, double *spare,
                    double *weight);

#endif
