/* Local and global statistics of spatial association, over values and spatial weights.
 *
 * All p-values are two-sided. Analytic ones are of the normal distribution; permuted ones are pseudo p-values
 * 2 (min(at least, at most) + 1) / (permutations + 1), at most 1, where the counts are of permutations whose
 * statistic is at least (at most) the observed one, ties taken with a relative margin of 1e-12. So the
 * smallest one is 2 / (permutations + 1).
 *
 * Same input, seed and number of permutations: same bits, on any number of threads. */
#ifndef HOTSPOT_SPATIAL_STATISTICS_H
#define HOTSPOT_SPATIAL_STATISTICS_H

#include <hotspot/progress.h>
#include <hotspot/spatial_weights.h>

#ifdef __cplusplus
extern "C" {
#endif

struct hs_pool;

/* Fewest units that the moments are defined for. */
#define HS_LEAST_UNITS       4u
#define HS_MOST_PERMUTATIONS 1000000u

/* One row a unit. NAN where a statistic is undefined: no neighbours (Gi*: still defined by the unit's own
 * value), or values that do not vary. */
typedef struct hs_local_columns {
    double *statistic; /* [n] Gi, Gi*: the weighted sum of values; local Moran: I */
    double *expected;  /* [n] */
    double *variance;  /* [n] */
    double *z;         /* [n] */
    double *p;         /* [n] of z */
} hs_local_columns;

/* Gi (Getis and Ord 1992; weights of any kind as of Ord and Getis 1995) and, with `star`, Gi*: moments under
 * random labelling. HS_E_ARGUMENT below HS_LEAST_UNITS units or where a value is not finite. O(links). */
HS_API hs_status hs_local_g(const hs_weights *weights, const double *values, bool star, hs_error *error,
                            hs_local_columns *columns);

/* Which quarter of the Moran scatter plot: the unit's value, then its neighbours' mean, about the mean. */
typedef enum hs_moran_class {
    HS_MORAN_NONE = 0,
    HS_MORAN_HIGH_HIGH,
    HS_MORAN_LOW_LOW,
    HS_MORAN_HIGH_LOW,
    HS_MORAN_LOW_HIGH,
} hs_moran_class;
/* `high-high` and so on; empty for none. */
HS_API const char *hs_moran_class_name(hs_moran_class moran_class);

/* Local Moran's I (Anselin 1995) with the moments of conditional permutation (Sokal, Oden and Thomson 1998):
 * the unit's value stays, the others change places. classes[] may be NULL. */
HS_API hs_status hs_local_moran(const hs_weights *weights, const double *values, hs_error *error,
                                hs_local_columns *columns, hs_moran_class *classes);

/* Permutation of what stands around each unit. Without `star` conditional: the unit keeps its value while its
 * neighbours' are drawn from the others; Gi and local Moran grow or fall with their weighted sum, so p[i] is
 * that of both. With `star`, for Gi*, the unit's own value is drawn as well, from all: the same labelling
 * that the moments of Gi* are under, so that a p-value never tells of the neighbours what the z does not. The
 * permutations are shared between units: each unit takes the first values of each. NAN for units without
 * neighbours. Memory is about 8 KiB for each neighbour of the unit that has most. O(permutations x units) for
 * uniform weights, O(permutations x links) for others. `pool` and `progress` may be NULL. */
HS_API hs_status hs_local_permutation(const hs_weights *weights, const double *values, bool star,
                                      uint32_t permutations, uint64_t seed, struct hs_pool *pool,
                                      const hs_progress *progress, hs_error *error, double *p);

typedef enum hs_global_statistic {
    HS_GLOBAL_MORAN = 0, /* I (Moran 1950) */
    HS_GLOBAL_G,         /* G (Getis and Ord 1992); values are 0 or more */
    HS_GLOBAL_GEARY,     /* C (Geary 1954) */
    HS_GLOBAL_STATISTICS
} hs_global_statistic;
/* `moran`, `getis-ord-g`, `geary`. */
HS_API const char *hs_global_statistic_name(hs_global_statistic statistic);

typedef struct hs_global_result {
    uint32_t n; /* units that have neighbours */
    double statistic, expected, variance, z, p;
    double permuted_p; /* NAN without permutations */
} hs_global_result;

/* Moments under random labelling (Cliff and Ord 1981; Getis and Ord 1992). Units without neighbours do not
 * count in n; in Moran's mean and kurtosis they do, and in G and Geary they have no part at all. That is what
 * spdep does by default, but for Geary, where it takes both numbers of units for one (1.2-7). NAN where
 * values do not vary. O((permutations + 1) x links). */
HS_API hs_status hs_global_association(const hs_weights *weights, const double *values,
                                       hs_global_statistic statistic, uint32_t permutations, uint64_t seed,
                                       struct hs_pool *pool, hs_error *error, hs_global_result *result);

#ifdef __cplusplus
}
#endif
#endif
