/* Scan statistics (Kulldorff and Nagarwalla 1995; Kulldorff 1997, 2001; Kulldorff and others 2005, 2006): of
 * many overlapping windows in space, or in space and time, those whose inside has more cases (or fewer) than
 * chance gives, by likelihood ratio. P-values are by Monte Carlo of the largest ratio anywhere, so they need
 * no correction for the number of windows.
 *
 * A window's base is a zone: the areas nearest to a centre in circles, in ellipses, or along whatever network
 * the caller walks. Zones are made once, then scanned. Areas are numbered from 0 and have middles on a plane
 * in metres; time is cut into steps of equal length. */
#ifndef HOTSPOT_SCAN_STATISTIC_H
#define HOTSPOT_SCAN_STATISTIC_H

#include <hotspot/error.h>
#include <hotspot/progress.h>

#ifdef __cplusplus
extern "C" {
#endif

struct hs_pool;

#define HS_SCAN_MOST_AREAS        250000u
#define HS_SCAN_MOST_MEASURED     20000u              /* areas whose distances are measured each to each */
#define HS_SCAN_MOST_CELLS        (UINT32_C(1) << 22) /* areas times steps */
#define HS_SCAN_MOST_REPLICATIONS 99999u
#define HS_SCAN_MOST_RATIO        5.0 /* of an ellipse's axes */

/* Zones: for each centre its areas in the order in which they enter. Immutable, so safe to share between
 * threads. */
typedef struct hs_scan_zones hs_scan_zones;

typedef struct hs_scan_extent {
    double max_share;    /* of the sum of size[] in a zone, above 0 to 0.5 */
    double max_radius_m; /* or 0: any */
    bool ellipses;       /* besides circles those with axes 1.5, 2, 3, 4 and 5 to 1, at 4, 6, 9, 12 and 15
                          * angles (Kulldorff and others 2006); radii are of the short half axis */
    double compactness;  /* a of the penalty (4 s / (s + 1)^2)^a on the ratio of an ellipse with axes s to 1:
                          * 0 none, 0.5 medium, 1 strong */
} hs_scan_extent;

/* Circles, and ellipses if wanted, about every area's middle. size[count], 0 or more, is what max_share is
 * of: population, or cases. Areas as far as each other from a centre enter together; those of no size make no
 * zone of their own. At most HS_SCAN_MOST_MEASURED areas (HS_E_ARGUMENT); HS_E_LIMIT above 2^26 areas in
 * zones, of each order the longest. O(count^2) a shape, and O(log count) for each area that enters. */
HS_API hs_status hs_scan_zones_new(uint32_t count, const double *x_m, const double *y_m, const double *size,
                                   const hs_scan_extent *extent, hs_error *error, hs_scan_zones **zones);

/* What lies near a centre, in any order: writes areas and their distance (the centre's own is 0) and returns
 * how many, at most the number of areas. */
typedef uint32_t (*hs_scan_reach)(void *context, uint32_t centre, uint32_t *areas, double *distances_m);

/* Zones of the areas that `reach` finds, nearest first: balls of shortest paths on a network, say. `extent`
 * may not want ellipses. `reach` is called once a centre, from the calling thread. */
HS_API hs_status hs_scan_zones_new_reached(uint32_t count, const double *size, const hs_scan_extent *extent,
                                           hs_scan_reach reach, void *context, hs_error *error,
                                           hs_scan_zones **zones);
/* NULL is taken. */
HS_API void hs_scan_zones_free(hs_scan_zones *zones);
/* How many zones there are, those that are alike counted each time. */
HS_API size_t hs_scan_zones_count(const hs_scan_zones *zones);

typedef enum hs_scan_model {
    HS_SCAN_POISSON = 0, /* cases are few among the population, or it is an expected number */
    HS_SCAN_BERNOULLI,   /* the population is made of cases and controls */
    HS_SCAN_PERMUTATION, /* no population: what is expected is the area's cases times the step's over all */
} hs_scan_model;

typedef enum hs_scan_rates {
    HS_SCAN_HIGH = 0,
    HS_SCAN_LOW,
    HS_SCAN_BOTH,
} hs_scan_rates;

/* Rows of `steps` numbers, area by area; one step: space alone. */
typedef struct hs_scan_data {
    uint32_t areas, steps;
    const double *cases;      /* 0 or more; for the permutation model whole numbers */
    const double *population; /* 0 or more; NULL for the permutation model */
} hs_scan_data;

typedef struct hs_scan_request {
    hs_scan_model model;
    hs_scan_rates rates;
    bool prospective;                 /* only windows that reach the last step */
    uint32_t least_steps, most_steps; /* of a window; 0: 1, and all */
    uint32_t replications;
    uint32_t stop_after; /* replications end when so many reach the observed ratio (Besag and Clifford 1991),
                          * and then p is this number over those made; 0: all are made */
    uint64_t seed;
    hs_progress progress; /* false ends with HS_E_CANCELLED */
} hs_scan_request;

typedef struct hs_scan_cluster {
    uint32_t centre, size;              /* the area in the middle; how many areas are inside */
    double radius_m;                    /* to the last area; of an ellipse the short half axis */
    double ratio;                       /* long over short axis; 1: a circle */
    double angle_rad;                   /* of the long axis, counterclockwise from the x axis */
    uint32_t first_step, end_step;      /* end exclusive */
    double cases, population, expected; /* population: NAN for the permutation model */
    double relative_risk;               /* inside over outside; NAN where nobody is outside */
    double log_likelihood_ratio;
    double statistic;  /* the same with the penalty of the shape */
    double p;          /* rank among the replications; NAN: none were made */
    double p_gumbel;   /* of Gumbel's distribution fitted to them by moments (Abrams and others 2010) */
    uint32_t reaching; /* replications whose largest statistic is at least this one */
} hs_scan_cluster;

typedef struct hs_scan_summary {
    double cases, population;
    uint64_t windows;      /* zones times intervals */
    uint32_t replications; /* made */
    bool stopped_early;
    double gumbel_location, gumbel_scale; /* NAN below 2 replications */
} hs_scan_summary;

/* The clusters, the likeliest first, none of which shares an area with one before it: at most `capacity` into
 * clusters[], their number into *found. cluster_of[areas] tells each area's cluster, HS_NONE where it has
 * none. Replications keep the total number of cases (rounded); those of the permutation model also keep the
 * cases of every area and step; p-values of all clusters are against the largest statistic of each. The same
 * seed gives the same bits on any number of threads. Memory: about 32 MB a thread, more where areas times
 * steps are over 500,000. HS_E_ARGUMENT for what cannot be scanned, HS_E_CANCELLED when progress ends it.
 * O(windows x replications / 16). `pool` may be NULL. */
HS_API hs_status hs_scan(const hs_scan_data *data, const hs_scan_zones *zones, const hs_scan_request *request,
                         struct hs_pool *pool, uint32_t capacity, hs_error *error, hs_scan_cluster *clusters,
                         uint32_t *found, uint32_t *cluster_of, hs_scan_summary *summary);

/* Cases that would be expected if everybody had the rate of their stratum (age and sex, hour, class ...) in
 * the whole (indirect standardisation): expected[i] = sum over s of population[i][s] x cases of s /
 * population of s. population[rows * strata], cases[strata]; strata without population must have no cases
 * (HS_E_ARGUMENT). O(rows x strata), thread-safe. */
HS_API hs_status hs_scan_standardise(uint32_t rows, uint32_t strata, const double *population,
                                     const double *cases, hs_error *error, double *expected);

#ifdef __cplusplus
}
#endif
#endif
