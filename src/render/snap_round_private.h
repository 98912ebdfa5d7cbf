/* What the two halves of snap rounding share: noding, and the polygons of what is noded. */
#ifndef RENDER_SNAP_ROUND_PRIVATE_H
#define RENDER_SNAP_ROUND_PRIVATE_H

#include "render/snap_round.h"

/* An edge from the smaller corner (x first, then y) to the larger one; `turns` is how often rings follow it
 * in this direction less how often in the other. */
typedef struct hs_noded_edge {
    hs_cell a, b;
    int32_t turns;
} hs_noded_edge;

static inline int64_t hs_cell_turn(hs_cell a, hs_cell b, hs_cell c) {
    return ((int64_t)b.x - a.x) * ((int64_t)c.y - a.y) - ((int64_t)b.y - a.y) * ((int64_t)c.x - a.x);
}

static inline bool hs_cells_equal(hs_cell a, hs_cell b) {
    return a.x == b.x && a.y == b.y;
}

static inline int hs_cells_compare(hs_cell a, hs_cell b) {
    if (a.x != b.x) return a.x < b.x ? -1 : 1;
    return a.y < b.y ? -1 : a.y > b.y;
}

/* The polygons that noded edges, in the order of their corners, bound. */
hs_status hs_noded_polygons(const hs_noded_edge *edges, uint32_t count, hs_arena *arena, hs_rings *out);

#endif
