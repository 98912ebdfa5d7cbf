/* Rings on a tile's grid made valid polygons: rounding corners to a grid, simplifying and clipping can let
 * edges cross, touch or lie on one another. Exact in integers. */
#ifndef RENDER_SNAP_ROUND_H
#define RENDER_SNAP_ROUND_H

#include "base/arena.h"

/* A corner on the grid. Coordinates up to 2^15 in size. */
typedef struct hs_cell {
    int32_t x, y;
} hs_cell;

/* Ring r has the corners [start[r], start[r + 1]), the first one not repeated. Outer rings have a positive
 * area (clockwise on a screen, whose y grows down), holes a negative one. */
typedef struct hs_rings {
    hs_cell *cell;
    uint32_t *start;
    uint32_t count;
} hs_rings;

/* Twice the area of a ring. */
int64_t hs_ring_area2(const hs_cell *cells, uint32_t count);

/* Whether edges meet only their neighbours, and these only in the corner they share: then rings that came
 * from a polygon are one still. O(n log n) and the pairs of edges whose x ranges meet. */
hs_status hs_rings_check(const hs_rings *rings, hs_arena *arena, bool *valid);

/* The polygons of the points that the rings wind around more often one way than the other: rings that meet
 * in corners only, each outer ring followed by its holes, valid as OGC's simple features has it. No corner
 * moves by more than half a cell. Snap rounding after Hobby (1999), "Practical segment intersection with
 * finite precision output": every corner and every crossing, rounded, is a pixel that edges passing through
 * it are bent to. HS_E_LIMIT when there are more than 4 crossings to an edge; HS_E_MEMORY. */
hs_status hs_rings_snap(const hs_rings *rings, hs_arena *arena, hs_rings *out);

#endif
