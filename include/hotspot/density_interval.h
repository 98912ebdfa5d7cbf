/* Intervals of densities: a kernel sum is a weighted sum of Poisson counts. Pure; thread-safe. */
#ifndef HOTSPOT_DENSITY_INTERVAL_H
#define HOTSPOT_DENSITY_INTERVAL_H

#include <hotspot/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The gamma interval of Fay and Feuer (1997) for sum w, with sum w^2 and the largest weight that one more
 * event could have; exact (Garwood 1936) where all weights are equal. `confidence` as 0.95. The lower end is
 * 0 for a sum of 0; the upper one is then that of no event of the largest weight. Ends in the unit of the
 * weights, within 1e-9 of them. */
HS_API void hs_density_interval(double sum, double sum_squared, double largest, double confidence,
                                double *lower, double *upper);
/* The quantile of the gamma distribution of a shape and scale 1, by halving the regularised incomplete gamma
 * function (series below the shape, continued fraction above; the C library's lgamma). */
HS_API double hs_gamma_quantile(double shape, double probability);

#ifdef __cplusplus
}
#endif
#endif
