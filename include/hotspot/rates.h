/* Rates of events in small populations, smoothed by empirical Bayes (Marshall 1991). */
#ifndef HOTSPOT_RATES_H
#define HOTSPOT_RATES_H

#include <hotspot/spatial_weights.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What a smoothing shrinks to: the mean rate and the variance between units beyond chance (0 where chance
 * explains it all). */
typedef struct hs_rate_prior {
    double mean, variance;
} hs_rate_prior;

/* Rates events[i] / population[i], each drawn to the mean of all the more, the smaller its population
 * (Poisson counts, moments). Units whose population is not above 0 get NAN and do not count. HS_E_ARGUMENT
 * for negative or infinite numbers. `prior` may be NULL. O(n). */
HS_API hs_status hs_empirical_bayes_global(const double *events, const double *population, uint32_t count,
                                           hs_error *error, double *rates, hs_rate_prior *prior);
/* The same drawn to the mean of the unit and its neighbours. Deviations are taken from each unit's own
 * local mean, as of spdep's EBlocal. O(links). */
HS_API hs_status hs_empirical_bayes_local(const double *events, const double *population,
                                          const hs_weights *weights, hs_error *error, double *rates);

#ifdef __cplusplus
}
#endif
#endif
