/* Statistics of hours: times of the day lie on a circle, where the mean of 23:00 and 01:00 is midnight
 * (Mardia and Jupp 2000). Times are turns, parts of the whole circle: 0.25 is 06:00 of a day. */
#ifndef HOTSPOT_CIRCULAR_STATISTICS_H
#define HOTSPOT_CIRCULAR_STATISTICS_H

#include <hotspot/error.h>
#include <hotspot/progress.h>

#ifdef __cplusplus
extern "C" {
#endif

struct hs_pool;

typedef struct hs_circular {
    double n;
    double mean;       /* [0, 1) turns; NAN where there is no direction */
    double resultant;  /* mean resultant length: 0 no preference to 1 all at one time */
    double deviation;  /* circular standard deviation sqrt(-2 ln resultant), turns */
    double rayleigh_z; /* n resultant^2 */
    double rayleigh_p; /* of no preferred time, against one; Wilkie's (1983) approximation */
} hs_circular;

/* Of turns that count weight[count] times each (NULL: once). Turns beyond [0, 1) are taken round. O(n). */
HS_API hs_circular hs_circular_of(const double *turn, const double *weight, size_t count);
/* The same of times that are counted in equal parts of the circle: count[i] lie at turn i / bins. O(bins). */
HS_API hs_circular hs_circular_of_counts(const uint32_t *count, size_t bins);

typedef struct hs_circular_difference {
    double hours_apart_turns; /* of the second mean after the first, -0.5 to 0.5 turns */
    double f;                 /* Watson and Williams' (1956), with 1 and n - 2 degrees of freedom */
    double f_p;               /* its p-value */
    double concentration;     /* of a von Mises distribution, both samples about their own means */
    /* Of equal concentrations, two-sided, by the ratio of the dispersions (Mardia and Jupp 2000, 7.3.2); NAN
     * below a mean resultant of 0.7 and of samples of fewer than 5. */
    double equal_concentration_p;
    bool f_holds; /* what Watson and Williams' test takes: a mean resultant of 0.7 or more (a concentration
                     of about 2) and concentrations that do not differ at 0.05 */
    double permuted_p; /* of equal mean times, by permuting which of the two a time belongs to; NAN without
                          permutations */
} hs_circular_difference;

/* Whether two samples have the same mean time. Each of 2 or more turns; `permutations` 1 to 99,999. The same
 * seed gives the same answer on any number of threads. O(n x permutations). HS_E_ARGUMENT, HS_E_MEMORY. */
HS_API hs_status hs_circular_compare(const double *first, size_t first_count, const double *second,
                                     size_t second_count, uint32_t permutations, uint64_t seed,
                                     struct hs_pool *pool, hs_error *error, hs_circular_difference *result);

typedef struct hs_circular_samples {
    const uint32_t *first, *second; /* [bins] times at turn i / bins */
    size_t bins;
    uint32_t permutations; /* 0: none; at most 99,999 */
    uint64_t seed;
    hs_progress progress; /* false ends with HS_E_CANCELLED */
} hs_circular_samples;

/* The same of samples of any size that are counted in equal parts of the circle: a permutation draws how many
 * of each part fall to the first sample (multivariate hypergeometric), so its cost does not grow with the
 * samples but with the root of what lies in a part. Each sample of 2 or more times, together less than 2^32;
 * 2 or more bins. The same seed gives the same answer on any number of threads. O(bins x permutations), times
 * that root. HS_E_ARGUMENT, HS_E_CANCELLED. */
HS_API hs_status hs_circular_compare_counts(const hs_circular_samples *samples, struct hs_pool *pool,
                                            hs_error *error, hs_circular_difference *result);

#ifdef __cplusplus
}
#endif
#endif
