/* Nearest-first walk through a box tree: what the indexes of pieces and of points share. Private to src/geo.
 */
#ifndef GEO_BOX_TREE_NEAR_H
#define GEO_BOX_TREE_NEAR_H

#include "geo/box_tree.h"
#include "geo/plane.h"

/* Where the query is, and how near the best answer is so far; distances are squared metres. */
typedef struct hs_near {
    hs_position at;
    double kx, ky; /* metres per unit */
    double best2;
} hs_near;

typedef struct hs_near_node {
    double distance2;
    uint32_t level, node;
} hs_near_node;

#define HS_NEAR_STACK (HS_BOX_TREE_LEVELS * HS_BOX_TREE_FAN)

static inline hs_near hs_near_at(hs_position position, double max_m) {
    hs_near near = {.at = position, .best2 = max_m * max_m};
    hs_ground_scale_m(position.lat_e7, &near.kx, &near.ky);
    return near;
}

static inline double hs_square(double x) {
    return x * x;
}

/* How far a coordinate lies outside an interval, without a branch: which side it is on cannot be foretold. */
static inline double hs_outside(int32_t at, int32_t low, int32_t high) {
    int64_t below = (int64_t)low - at, above = (int64_t)at - high;
    int64_t out = below > above ? below : above;
    return (double)(out > 0 ? out : 0);
}

static inline double hs_near_box_distance2(const hs_near *near, const hs_box *box) {
    double dx = hs_outside(near->at.lon_e7, box->min_lon_e7, box->max_lon_e7);
    double dy = hs_outside(near->at.lat_e7, box->min_lat_e7, box->max_lat_e7);
    return hs_square(dx * near->kx) + hs_square(dy * near->ky);
}

/* Beyond this a box cannot hold anything as near; the margin covers rounding. */
static inline bool hs_near_is_beyond(const hs_near *near, double distance2) {
    return distance2 > near->best2 * (1 + 1e-12);
}

/* Where the children of a node of the level above end. */
static inline uint32_t hs_near_children_end(const hs_box_tree *tree, uint32_t level, uint32_t node) {
    uint32_t count = tree->level_start[level + 1] - tree->level_start[level];
    uint32_t end = (node + 1) * HS_BOX_TREE_FAN;
    return end < count ? end : count;
}

/* Puts the children of a node on the stack, the nearest on top; returns its new depth. */
static inline uint32_t hs_near_push(const hs_box_tree *tree, const hs_near *near, hs_near_node node,
                                    hs_near_node *stack, uint32_t depth) {
    uint32_t level = node.level - 1, start = tree->level_start[level];
    uint32_t end = hs_near_children_end(tree, level, node.node), bottom = depth;
    for (uint32_t i = node.node * HS_BOX_TREE_FAN; i < end; i++) {
        double distance2 = hs_near_box_distance2(near, &tree->box[start + i]);
        if (hs_near_is_beyond(near, distance2)) continue;
        uint32_t place = depth++;
        while (place > bottom && stack[place - 1].distance2 < distance2) {
            stack[place] = stack[place - 1];
            place--;
        }
        stack[place] = (hs_near_node){distance2, level, i};
    }
    return depth;
}

#endif
