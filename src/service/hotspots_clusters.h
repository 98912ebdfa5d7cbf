/* Clusters of incidents: what the files of this method share. */
#ifndef SERVICE_HOTSPOTS_CLUSTERS_H
#define SERVICE_HOTSPOTS_CLUSTERS_H

#include "service/hotspots_points.h"
#include <hotspot/point_clusters.h>

typedef enum hs_cluster_algorithm {
    HS_CLUSTERS_DBSCAN = 0,
    HS_CLUSTERS_HDBSCAN,
    HS_CLUSTERS_OPTICS,
    HS_CLUSTERS_NNH,
    HS_CLUSTER_ALGORITHMS
} hs_cluster_algorithm;
const char *hs_cluster_algorithm_name(hs_cluster_algorithm algorithm);

typedef struct hs_clusters_request {
    hs_points_request points;
    hs_cluster_algorithm algorithm;
    double eps_m;   /* of nnh 0: by the mean distance that chance gives */
    double reach_m; /* farthest that optics and clusters along streets look */
    double xi;      /* 0: optics is cut at eps */
    uint32_t min_points, simulations;
    bool aggregates; /* no times of single incidents */
} hs_clusters_request;

#define HS_CLUSTERS_MOST             1000000u
#define HS_CLUSTERS_MOST_LINKED      200000u
#define HS_CLUSTERS_MOST_MIN_POINTS  10000u
#define HS_CLUSTERS_MOST_SIMULATED   50000u
#define HS_CLUSTERS_MOST_SIMULATIONS 999u
#define HS_CLUSTERS_MOST_ORDERS      5u
/* Of hulls: GEOS's ratio between the shortest and the longest edge of the triangulation. */
#define HS_CLUSTERS_CONCAVITY 0.3
/* Hulls are wider than their incidents by this, so that a cluster at one address has an area. */
#define HS_CLUSTERS_WIDER_M 10.0

typedef struct hs_cluster {
    uint32_t n, n_core, places, order; /* order: 1, of clusters of clusters more */
    double expected, stability, p;
    double area_m2; /* of the geometry */
    hs_deviation_ellipse ellipse;
    int64_t first_s, last_s;
    hs_geometry geometry;
    hs_position centre;
} hs_cluster;

typedef struct hs_clusters_result {
    hs_hotspot_head head;
    hs_points points;
    uint32_t count;
    hs_cluster *cluster; /* the largest first */
    uint32_t noise;
    uint32_t simulations; /* that were made */
    double threshold_m;   /* of nnh */
    double area_m2;       /* of the city */
} hs_clusters_result;

/* Which cluster each point is in (clusters_find.c); core and stability NULL where the algorithm has none. */
typedef struct hs_cluster_labels {
    uint32_t *cluster, found;
    bool *core;
    double *stability; /* [found] */
} hs_cluster_labels;
hs_status hs_clusters_find(const hs_hotspot_work *work, const hs_clusters_request *request,
                           const hs_points *points, double *threshold_m, double area_m2, hs_arena *arena,
                           hs_cluster_labels *labels);
/* p-values by the largest cluster of patterns without pattern in the window. */
hs_status hs_clusters_simulate(const hs_hotspot_work *work, const hs_clusters_request *request,
                               const hs_pattern_window *window, hs_clusters_result *result);

void hs_clusters_table(const hs_hotspot_run *run, hs_hotspot_table *table);
void hs_clusters_head(const hs_hotspot_run *run, hs_json *json);
void hs_clusters_explain(const hs_hotspot_run *run, bool chinese, hs_buffer *out);

#endif
