/* What comparisons of times share. Private to src/statistics. */
#ifndef STATISTICS_CIRCULAR_PRIVATE_H
#define STATISTICS_CIRCULAR_PRIVATE_H

#include <hotspot/circular_statistics.h>
#include <math.h>

#define TWO_PI 6.28318530717958647692

/* A sum of directions. */
typedef struct hs_circular_vector {
    double c, s;
} hs_circular_vector;

/* The sum of the lengths of both resultants: the larger, the farther their means lie apart. */
static inline double hs_circular_lengths(hs_circular_vector first, hs_circular_vector total) {
    return hypot(first.c, first.s) + hypot(total.c - first.c, total.s - first.s);
}

/* All of the difference but what permutations tell (NAN): first_n of n times sum to `first` of `total`. */
void hs_circular_means(hs_circular_vector first, double first_n, hs_circular_vector total, double n,
                       hs_circular_difference *difference);

#endif
