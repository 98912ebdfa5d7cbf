/* Kulldorff's spatial scan statistic (Kulldorff and Nagarwalla 1995; Kulldorff 1997): of all circles about an
 * area's middle that hold at most a share of the population, those whose inside has more cases than chance
 * gives, by likelihood ratio, with p-values by Monte Carlo of the largest ratio anywhere. */
#ifndef HOTSPOT_SCAN_STATISTIC_H
#define HOTSPOT_SCAN_STATISTIC_H

#include <hotspot/error.h>

#ifdef __cplusplus
extern "C" {
#endif

struct hs_pool;

typedef enum hs_scan_model {
    HS_SCAN_POISSON = 0, /* cases are few among the population, or it is an expected number */
    HS_SCAN_BERNOULLI,   /* the population is made of cases and controls */
} hs_scan_model;

typedef struct hs_scan_request {
    hs_scan_model model;
    double max_share; /* of the population in a circle, above 0 to 0.5 */
    uint32_t replications;
    uint64_t seed;
} hs_scan_request;

/* Areas: a middle on a plane in metres, cases and population, both 0 or more. */
typedef struct hs_scan_areas {
    uint32_t count;
    const double *x_m, *y_m, *cases, *population;
} hs_scan_areas;

typedef struct hs_scan_cluster {
    uint32_t centre, size; /* the area in the middle; how many areas are inside */
    double radius_m;
    double cases, population, expected;
    double log_likelihood_ratio;
    double
        p; /* (replications whose largest ratio is at least this one + 1) / (replications + 1); NAN: none */
} hs_scan_cluster;

#define HS_SCAN_MOST_AREAS        20000u
#define HS_SCAN_MOST_REPLICATIONS 99999u

/* The clusters, the likeliest first, none of which shares an area with one before it: at most `capacity`
 * into clusters[], their number into *found. cluster_of[count] tells each area's cluster, HS_NONE where it
 * has none. Areas at equal distances enter in the order of their numbers. In replications the total number of
 * cases is the observed one, rounded. The same seed gives the same bits on any number of threads. O(zones x
 * replications); HS_E_LIMIT above 2^27 zones. */
HS_API hs_status hs_scan_circles(const hs_scan_areas *areas, const hs_scan_request *request,
                                 struct hs_pool *pool, uint32_t capacity, hs_error *error,
                                 hs_scan_cluster *clusters, uint32_t *found, uint32_t *cluster_of);

#ifdef __cplusplus
}
#endif
#endif
