/* Statistics of hours: times of the day lie on a circle, where the mean of 23:00 and 01:00 is midnight
 * (Mardia and Jupp 2000). Times are turns, parts of the whole circle: 0.25 is 06:00 of a day. */
#ifndef HOTSPOT_CIRCULAR_STATISTICS_H
#define HOTSPOT_CIRCULAR_STATISTICS_H

#include <hotspot/error.h>

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

typedef struct hs_circular_difference {
    double hours_apart_turns; /* of the second mean after the first, -0.5 to 0.5 turns */
    double f;                 /* Watson and Williams' (1956), with 1 and n - 2 degrees of freedom */
    double permuted_p;        /* of equal mean times, by permuting which of the two a time belongs to */
} hs_circular_difference;

/* Whether two samples have the same mean time. Each of 2 or more turns; `permutations` 1 to 99,999. The same
 * seed gives the same answer on any number of threads. O(n x permutations). HS_E_ARGUMENT, HS_E_MEMORY. */
HS_API hs_status hs_circular_compare(const double *first, size_t first_count, const double *second,
                                     size_t second_count, uint32_t permutations, uint64_t seed,
                                     struct hs_pool *pool, hs_error *error, hs_circular_difference *result);

#ifdef __cplusplus
}
#endif
#endif
