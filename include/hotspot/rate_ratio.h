/* Whether a rate changed between two periods: exact tests and intervals of two Poisson counts. */
#ifndef HOTSPOT_RATE_RATIO_H
#define HOTSPOT_RATE_RATIO_H

#include <hotspot/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Counts of two periods and how long (large, many) they were; any unit, the same for both. */
typedef struct hs_two_counts {
    uint64_t now, before;
    double now_exposure, before_exposure;
} hs_two_counts;

#define HS_RATE_MOST UINT64_C(1000000000)

typedef struct hs_rate_ratio {
    double ratio; /* (now / exposure) / (before / exposure); INFINITY where before is 0, NAN where both are */
    double low, high; /* 1 - alpha confidence limits; 0 and INFINITY where they are open */
    double p, mid_p; /* two-sided: twice the smaller tail, at most 1; mid-p takes half of what was observed */
    double least_p;  /* the smallest p that so many incidents can give */
    double z;        /* signed root of the deviance; 0 where both are 0 */
} hs_rate_ratio;

/* Conditional on their sum, `now` is binomial (Przyborowski and Wilenski 1940): limits by Clopper and Pearson
 * (1934), p by the same tails, so that 1 lies outside the limits where p < alpha and only there.
 * HS_E_ARGUMENT where exposures are not above 0, alpha is not in (0, 1), or a count is above HS_RATE_MOST.
 * Pure; O(square root of the counts) for each of about 100 steps. */
HS_API hs_status hs_rate_ratio_exact(const hs_two_counts *counts, double alpha, hs_error *error,
                                     hs_rate_ratio *ratio);

/* The unit's rate ratio over that of the rest, whose counts were of the same two periods: whether the unit
 * changed more than the rest. Conditional on all margins (Fisher 1935), limits of the odds ratio by the
 * noncentral hypergeometric distribution (Cornfield 1956). Exposures drop out. O(the unit's counts) for each
 * of about 100 steps. */
HS_API hs_status hs_rate_ratio_relative(const hs_two_counts *unit, const hs_two_counts *rest, double alpha,
                                        hs_error *error, hs_rate_ratio *ratio);

/* Most that the E-test takes of either count. */
#define HS_E_TEST_MOST 100000u

/* Two-sided p of the E-test (Krishnamoorthy and Thomson 2004): the chance, at the pooled rate, of counts
 * whose standardised difference is at least the observed one. More powerful than conditional tests for small
 * counts, and not quite exact. HS_E_ARGUMENT as above and beyond HS_E_TEST_MOST. O(n) for a sum n of the
 * counts, by the probabilities that matter. */
HS_API hs_status hs_e_test(const hs_two_counts *counts, hs_error *error, double *p);

#ifdef __cplusplus
}
#endif
#endif
