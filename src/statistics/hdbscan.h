/* What the files of HDBSCAN share. Private to src/statistics. */
#ifndef STATISTICS_HDBSCAN_H
#define STATISTICS_HDBSCAN_H

#include <hotspot/point_clusters.h>

/* Edges of the spanning tree, in order by distance, then places. */
typedef struct hs_tree_edge {
    double distance;
    uint32_t a, b; /* a < b */
} hs_tree_edge;
void hs_sort_edges(hs_tree_edge *edges, size_t count);

/* Points at places, and the spanning tree of the places' mutual reachability; where it is in several parts
 * there are fewer edges. */
typedef struct hs_density_tree {
    uint32_t point_count, count;
    const uint32_t *place;  /* [point_count] */
    const uint32_t *weight; /* [count] points of a place */
    const double *core;     /* [count] */
    const hs_tree_edge *edge;
    uint32_t edge_count;
} hs_density_tree;

hs_status hs_hdbscan_of_tree(const hs_density_tree *tree, const hs_hdbscan_request *request, hs_error *error,
                             hs_hdbscan_columns *columns, uint32_t capacity, double *stability,
                             uint32_t *found);

/* The spanning tree on a plane; core[count] too. edges[count - 1]. */
hs_status hs_planar_density_tree(const double *x_m, const double *y_m, const uint32_t *weight, uint32_t count,
                                 uint32_t min_points, hs_error *error, double *core, hs_tree_edge *edges);

#endif
