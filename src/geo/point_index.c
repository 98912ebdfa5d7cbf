#include "geo/point_index.h"

#include "geo/box_tree_near.h"
#include <math.h>
#include <stdlib.h>

struct hs_point_index {
    hs_box_tree tree; /* each box of level 0 is a point */
};

hs_status hs_point_index_new(const hs_position *points, uint32_t count, hs_error *error,
                             hs_point_index **index) {
    hs_point_index *made = calloc(1, sizeof *made);
    hs_box *boxes = malloc(((size_t)count + 1) * sizeof *boxes);
    hs_status status = made && boxes ? HS_OK : hs_error_memory(error, "an index of points");
    for (uint32_t i = 0; i < count && status == HS_OK; i++)
        boxes[i] = (hs_box){points[i].lon_e7, points[i].lat_e7, points[i].lon_e7, points[i].lat_e7};
    if (status == HS_OK) status = hs_box_tree_build(boxes, count, error, &made->tree);
    free(boxes);
    if (status != HS_OK) {
        free(made);
        return status;
    }
    *index = made;
    return HS_OK;
}

void hs_point_index_free(hs_point_index *index) {
    if (!index) return;
    hs_box_tree_done(&index->tree);
    free(index);
}

uint32_t hs_point_index_nearest(const hs_point_index *index, hs_position position, double max_m,
                                double *distance_m) {
    const hs_box_tree *tree = &index->tree;
    if (tree->count == 0 || !(max_m >= 0)) return HS_NONE;
    hs_near near = hs_near_at(position, max_m);
    hs_near_node stack[HS_NEAR_STACK];
    uint32_t depth = 0, best = HS_NONE;
    stack[depth++] = (hs_near_node){0, tree->levels - 1, 0};
    while (depth > 0) {
        hs_near_node node = stack[--depth];
        if (node.level > 0) {
            if (!hs_near_is_beyond(&near, node.distance2))
                depth = hs_near_push(tree, &near, node, stack, depth);
            continue;
        }
        /* A tree of one point alone has no distance on the stack. */
        double distance2 = hs_near_box_distance2(&near, &tree->box[node.node]);
        uint32_t item = tree->item[node.node];
        if (distance2 > near.best2 || (distance2 == near.best2 && best != HS_NONE && best < item)) continue;
        near.best2 = distance2;
        best = item;
    }
    if (best != HS_NONE) *distance_m = sqrt(near.best2);
    return best;
}
