/* Clusters of points: DBSCAN (Ester, Kriegel, Sander and Xu 1996), OPTICS (Ankerst, Breunig, Kriegel and
 * Sander 1999), HDBSCAN (Campello, Moulavi, Zimek and Sander 2015) and nearest-neighbour hierarchical
 * clusters (Levine, CrimeStat), on a plane or along streets.
 *
 * Positions are metres of a plane. Points at one place count together, so an address with a thousand
 * incidents costs no more than one with two. A cluster is a description, not a test: points without any
 * pattern give clusters too; hotspot/point_pattern.h tests.
 *
 * All functions are deterministic and thread-safe, copy what they need and write outputs on success only.
 * Errors: HS_E_ARGUMENT (which point or option, and what is taken), HS_E_LIMIT, HS_E_MEMORY. */
#ifndef HOTSPOT_POINT_CLUSTERS_H
#define HOTSPOT_POINT_CLUSTERS_H

#include <hotspot/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/* DBSCAN on a plane. A point is core where at least min_points points, itself among them, lie within eps_m of
 * it (at most eps_m away). Clusters are numbered by their first core point; a point that is not core belongs
 * to the first cluster that has a core point within eps_m, as in R's dbscan and scikit-learn. cluster[count]
 * gets the number or HS_NONE, is_core[count] (may be NULL) whether it is core, *found how many clusters there
 * are. Exact. Cells of eps / sqrt 2 (Gunawan 2013): O(n log n) for bounded min_points. */
HS_API hs_status hs_dbscan(const double *x_m, const double *y_m, uint32_t count, double eps_m,
                           uint32_t min_points, hs_error *error, uint32_t *cluster, bool *is_core,
                           uint32_t *found);

/* Which places lie within reach of which, and how far: what the other methods work on. Immutable. */
typedef struct hs_point_links hs_point_links;

/* At most this many links (12 bytes each); HS_E_LIMIT beyond. */
#define HS_MOST_POINT_LINKS ((size_t)1 << 26)

/* All pairs within reach_m (above 0) on a plane. O(n log n + links). Given back by hs_point_links_free. */
HS_API hs_status hs_point_links_planar(const double *x_m, const double *y_m, uint32_t count, double reach_m,
                                       hs_error *error, hs_point_links **links);
HS_API void hs_point_links_free(hs_point_links *links);
/* Places, numbered by the first point that stands there; links both ways. */
HS_API uint32_t hs_point_links_places(const hs_point_links *links);
HS_API size_t hs_point_links_count(const hs_point_links *links);

/* DBSCAN by links, planar or along streets; eps_m at most their reach. Else as hs_dbscan. O(links log). */
HS_API hs_status hs_dbscan_links(const hs_point_links *links, double eps_m, uint32_t min_points,
                                 hs_error *error, uint32_t *cluster, bool *is_core, uint32_t *found);

/* OPTICS: order[count] the points as they are walked through, reachability_m[count] and core_m[count] by
 * point; INFINITY where it is beyond the links' reach. As scikit-learn's OPTICS with max_eps = reach: core_m
 * is the distance within which min_points points lie, the point among them; the next point is the one of
 * least reachability, the first of several; those of one place follow one another. O(links log n). */
HS_API hs_status hs_optics(const hs_point_links *links, uint32_t min_points, hs_error *error, uint32_t *order,
                           double *reachability_m, double *core_m);
/* The clusters of one eps from the order of OPTICS (as R's extractDBSCAN): DBSCAN's, but that points at the
 * rim may be left out. O(n). */
HS_API hs_status hs_optics_cut(const uint32_t *order, const double *reachability_m, const double *core_m,
                               uint32_t count, double eps_m, hs_error *error, uint32_t *cluster,
                               uint32_t *found);
/* The clusters between steep slopes of relative height xi, in (0, 1), with at least min_points points, as
 * scikit-learn's cluster_optics_xi without predecessor correction: of nested ones the innermost. Numbered as
 * they follow in the order. O(n x steep areas). */
HS_API hs_status hs_optics_xi(const uint32_t *order, const double *reachability_m, uint32_t count, double xi,
                              uint32_t min_points, hs_error *error, uint32_t *cluster, uint32_t *found);

typedef struct hs_hdbscan_request {
    uint32_t min_points; /* of a core distance, the point among them, and the least size of a cluster; 2 or
                            more */
    double least_m;      /* distances below count as this: clusters are not split any finer; 0: none */
} hs_hdbscan_request;

/* By point, each [count], any may be NULL but cluster. */
typedef struct hs_hdbscan_columns {
    uint32_t *cluster;   /* numbered by their first point; HS_NONE: noise */
    double *core_m;      /* distance within which min_points points lie */
    double *probability; /* of membership: the density at which it leaves over that of the densest, 0 to 1 */
    double *outlier;     /* GLOSH: 0 in the densest part of its cluster to nearly 1 */
} hs_hdbscan_columns;

/* HDBSCAN on a plane: the tree of clusters of all densities, of which those with the largest excess of mass
 * are taken (never the whole, as in R's hdbscan). stability[capacity] (may be NULL) gets the excess of mass
 * of the first clusters. Minimum spanning tree by Boruvka's rounds over a k-d tree, ties by number: about O(n
 * log^2 n). */
HS_API hs_status hs_hdbscan(const double *x_m, const double *y_m, uint32_t count,
                            const hs_hdbscan_request *request, hs_error *error, hs_hdbscan_columns *columns,
                            uint32_t capacity, double *stability, uint32_t *found);
/* The same by links: places that no chain of links joins are taken to part at infinite distance, and points
 * with fewer than min_points points within reach are noise. O(links log links). */
HS_API hs_status hs_hdbscan_links(const hs_point_links *links, const hs_hdbscan_request *request,
                                  hs_error *error, hs_hdbscan_columns *columns, uint32_t capacity,
                                  double *stability, uint32_t *found);

/* An ellipse of one standard deviation: that of a normal distribution with the points' covariance (divided by
 * n); sqrt 2 times as long is CrimeStat's. Angle of the long axis anticlockwise from east, in [0, 180). */
typedef struct hs_deviation_ellipse {
    double x_m, y_m, major_m, minor_m, angle_deg;
} hs_deviation_ellipse;
/* Of points[count], or of all where points is NULL. O(n). */
HS_API hs_deviation_ellipse hs_standard_ellipse(const double *x_m, const double *y_m, const uint32_t *points,
                                                uint32_t count);

/* Nearest-neighbour clusters of one order (Levine, CrimeStat): the point with the most others within
 * threshold_m, the nearer ones where several have as many, and they are the first cluster; then the same
 * among the rest, while at least min_points (2 or more) come together. cluster[count] gets the number or
 * HS_NONE. The centres of clusters, clustered in turn, are those of the next order. O(n log n + pairs). */
HS_API hs_status hs_nearest_neighbour_clusters(const double *x_m, const double *y_m, uint32_t count,
                                               double threshold_m, uint32_t min_points, hs_error *error,
                                               uint32_t *cluster, uint32_t *found);
/* The mean distance to the nearest neighbour of points without pattern: a fair threshold. */
HS_API double hs_random_neighbour_m(double area_m2, double count);

#ifdef __cplusplus
}
#endif
#endif
