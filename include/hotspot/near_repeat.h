/* Near repeats: whether incidents that are close in space are close in time more often than chance gives
 * (Knox 1964; the table of bands as in Ratcliffe and Rengert 2008). */
#ifndef HOTSPOT_NEAR_REPEAT_H
#define HOTSPOT_NEAR_REPEAT_H

#include <hotspot/point_clusters.h>
#include <hotspot/progress.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct hs_pool;

#define HS_KNOX_MOST_BANDS        30u
#define HS_KNOX_MOST_PERMUTATIONS 99999u
#define HS_KNOX_MOST_PAIRS        ((size_t)1 << 27)

typedef struct hs_knox_request {
    bool same_place; /* a row of its own for pairs at one place */
    const double
        *distance_m; /* [distance_count] upper bounds, ascending, above 0, at most the links' reach */
    uint32_t distance_count;
    const int64_t *interval_s; /* [interval_count] upper bounds, ascending, 0 or more */
    uint32_t interval_count;
    uint32_t permutations; /* of the times; 0: none */
    uint64_t seed;
    hs_progress progress; /* false ends with HS_E_CANCELLED */
} hs_knox_request;

/* One cell of the table. Moments are those under permutation of the times, exactly (Barton and David 1966).
 */
typedef struct hs_knox_cell {
    uint64_t observed;         /* pairs */
    double expected, variance; /* expected: the product of its margins over all pairs */
    double ratio;              /* observed over expected; NAN where none is expected */
    double z, normal_p;        /* one-sided: at least so many */
    double poisson_p;          /* more than so many, by the Poisson distribution: as R's surveillance */
    double simulated_mean,
        permuted_p; /* (permutations with at least so many + 1) / (permutations + 1); NAN */
} hs_knox_cell;

/* Rows of the table: [same place,] one a distance, and one for all beyond; columns: one an interval and one
 * for all beyond. */
HS_API uint32_t hs_knox_rows(const hs_knox_request *request);
HS_API uint32_t hs_knox_columns(const hs_knox_request *request);

/* cells[rows * columns], row by row, of points with times time_s[] that links join (hs_point_links_planar or
 * hs_point_links_streets). A pair belongs to the first band whose bound is at least its distance. The same
 * seed gives the same bits on any number of threads. O(n log n + close pairs x permutations).
 * HS_E_ARGUMENT, HS_E_LIMIT above HS_KNOX_MOST_PAIRS close pairs, HS_E_MEMORY. */
HS_API hs_status hs_knox(const hs_point_links *links, const int64_t *time_s, const hs_knox_request *request,
                         struct hs_pool *pool, hs_error *error, hs_knox_cell *cells);

/* P(X > observed) of a Poisson variable. */
HS_API double hs_poisson_upper(uint64_t observed, double mean);

#ifdef __cplusplus
}
#endif
#endif
