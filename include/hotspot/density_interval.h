/* Intervals of densities: a kernel sum is a weighted sum of Poisson counts. Pure; thread-safe. */
#ifndef HOTSPOT_DENSITY_INTERVAL_H
#define HOTSPOT_DENSITY_INTERVAL_H

#include <hotspot/error.h>

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

/* An estimate with its interval. */
typedef struct hs_estimate {
    double value, lower, upper;
} hs_estimate;

/* The interval of a.value - b.value from those of its sides by recovering their variances (MOVER: Zou and
 * Donner 2008, Statistics in Medicine 27, 1693), which keeps their skewness. Of a log ratio: hand in
 * logarithms. `correlation` of the two estimates, in [-1, 1]: 0 for sides without a common incident, else the
 * sum of squared weights of the common ones over the root of the product of both sides' sums. */
HS_API void hs_difference_interval(const hs_estimate *a, const hs_estimate *b, double correlation,
                                   double *lower, double *upper);

/* Distinct weights that a bootstrap tells apart. */
#define HS_BOOTSTRAP_GROUPS 4096u

/* Adds kernel sums of a Poisson bootstrap to sums[replications]: in each replication every incident counts
 * Poisson(1) times over, which resamples a Poisson process, its number too (Cowling, Hall and Phillips 1996,
 * JASA 91, 1516; Hanley and MacGibbon 2006). weights[count] as of hs_density_weights_at, in any order: they
 * are sorted first, so the order of rows does not matter, and equal ones are drawn together. Above
 * HS_BOOTSTRAP_GROUPS distinct ones neighbours share their mean: the sum stays, the variance loses less than
 * 1e-4 of the square of the largest weight an incident. Sums are in peaks (2^32). The same seed and stream
 * give the same bits on every machine; incidents that two sums share take one stream in both. Allocates
 * O(count); O(count log count + groups x replications). HS_E_MEMORY: nothing was added. Thread-safe. */
HS_API hs_status hs_density_bootstrap(const uint64_t *weights, uint32_t count, uint64_t seed, uint64_t stream,
                                      uint32_t replications, hs_error *error, double *sums);
/* The percentile interval of values[count], which it sorts: their quantiles at (count + 1) p between order
 * statistics (Davison and Hinkley 1997, section 5.3.1). Infinite ones count; there may be no NAN among them.
 * NAN for a count of 0. */
HS_API void hs_percentile_interval(double *values, uint32_t count, double confidence, double *lower,
                                   double *upper);

#ifdef __cplusplus
}
#endif
#endif
