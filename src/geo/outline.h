/* The outline of an area that several polygons make up: their edges, each with the area on its left, without
 * those that two neighbours share. */
#ifndef GEO_OUTLINE_H
#define GEO_OUTLINE_H

#include "geo/plane.h"
#include <hotspot/error.h>
#include <hotspot/geometry.h>

/* Edges are straight in degrees, as everywhere; long ones are cut into pieces of at most 0.002 degrees, so
 * that they are as good as straight on a plane and on the Mercator square too (a millimetre at a latitude of
 * 60 degrees). */
typedef struct hs_outline {
    uint32_t count;
    hs_directed_edge *edge; /* [count] degrees */
} hs_outline;

/* Of `count` polygon geometries, whichever way their rings run: a part's first ring is its outer one, others
 * are holes. Edges that two polygons run along in opposite directions, from vertex to vertex, cancel out;
 * neighbours with different vertices keep theirs. O(n log n). HS_E_LIMIT for over 2^28 edges; HS_E_MEMORY. */
hs_status hs_outline_new(const hs_geometry *geometries, uint32_t count, hs_error *error,
                         hs_outline **outline);
void hs_outline_free(hs_outline *outline);
/* Edges [begin, end) in metres of a plane; on the Mercator square, where y grows south and the area lies on
 * the right. Into edges[begin .. end). Thread-safe. */
void hs_outline_on_plane(const hs_outline *outline, const hs_plane *plane, size_t begin, size_t end,
                         hs_directed_edge *edges);
void hs_outline_on_mercator(const hs_outline *outline, size_t begin, size_t end, hs_directed_edge *edges);

/* Centres of cells: x + column dx, y + row dy; dx above 0, dy above or below. */
typedef struct hs_scan_grid {
    double x, y, dx, dy;
    uint32_t columns, rows;
} hs_scan_grid;

/* Calls visit(context, row, begin, end) for each stretch of columns whose centres lie outside of all polygons
 * whose directed edges these are, row by row, from the least x on. Borders are half open. O(edges + crossings
 * of rows, sorted + rows). HS_E_MEMORY. Thread-safe. */
hs_status hs_scan_outside(const hs_directed_edge *edges, size_t count, const hs_scan_grid *grid,
                          void (*visit)(void *context, uint32_t row, uint32_t begin, uint32_t end),
                          void *context, hs_error *error);

#endif
