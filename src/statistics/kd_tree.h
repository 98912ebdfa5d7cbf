/* A balanced k-d tree over points of a plane. Private to src/statistics. */
#ifndef STATISTICS_KD_TREE_H
#define STATISTICS_KD_TREE_H

#include <hotspot/error.h>

#include <math.h>

typedef struct hs_kd_node {
    double west, south, east, north;
    uint32_t begin, end; /* points */
    uint32_t right;      /* the left child follows; 0: a leaf */
} hs_kd_node;

typedef struct hs_kd_tree {
    uint32_t count, node_count;
    double *x, *y;   /* [count] in the tree's order */
    uint32_t *point; /* [count] their numbers */
    hs_kd_node *node;
} hs_kd_tree;

#define HS_KD_DEPTH 64

hs_status hs_kd_tree_new(const double *x_m, const double *y_m, uint32_t count, hs_error *error,
                         hs_kd_tree *tree);
void hs_kd_tree_done(hs_kd_tree *tree);

static inline double hs_kd_distance2(const hs_kd_node *node, double x, double y) {
    double dx = x < node->west ? node->west - x : x > node->east ? x - node->east : 0;
    double dy = y < node->south ? node->south - y : y > node->north ? y - node->north : 0;
    return dx * dx + dy * dy;
}

#endif
