/* Whether a series rises or falls (Mann 1945; Kendall 1975). */
#ifndef HOTSPOT_TREND_H
#define HOTSPOT_TREND_H

#include <hotspot/error.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct hs_trend {
    int64_t s;       /* pairs that rise less pairs that fall */
    double variance; /* of s without a trend, ties taken in, times the inflation */
    double tau;      /* Kendall's tau-b against time: s over the geometric mean of pairs and untied pairs */
    double z, p; /* (|s| - 1) / sqrt(variance) with the sign of s; two-sided, of the normal distribution */
} hs_trend;

#define HS_TREND_LEAST 3u
#define HS_TREND_MOST  1000000u

/* Mann-Kendall test of values[count] in their order of time. `inflation` multiplies the variance: 1 for
 * independent values, hs_trend_inflation for moving sums. A series of one value has no trend: tau NAN, z 0,
 * p 1. HS_E_ARGUMENT for fewer than HS_TREND_LEAST values, more than HS_TREND_MOST, or one that is not
 * finite. Pure but for memory of its own; O(n log n). */
HS_API hs_status hs_mann_kendall(const double *values, uint32_t count, double inflation, hs_error *error,
                                 hs_trend *trend);

/* What overlap does to the variance: each value is a sum over `window` steps that it shares with its
 * neighbours, so that values i steps apart correlate by 1 - i / window. The factor of Hamed and Rao (1998) by
 * the ranks' correlation (6 / pi) asin(r / 2). 1 for a window of one step. O(window). */
HS_API double hs_trend_inflation(uint32_t count, uint32_t window);

#ifdef __cplusplus
}
#endif
#endif
