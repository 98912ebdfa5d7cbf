/* A grid over the polygons of an index: each cell lists the polygons that reach into it and knows of which
 * it lies wholly inside. Private to src/geo. */
#ifndef GEO_POLYGON_GRID_H
#define GEO_POLYGON_GRID_H

#include "geo/polygon_stripes.h"

typedef struct hs_polygon_grid {
    hs_box box;
    uint32_t shift_x, shift_y; /* a cell is 2^shift_x by 2^shift_y units */
    uint32_t columns, rows;
    uint32_t *cell_start; /* [columns * rows + 1] into entry */
    uint32_t *entry;      /* 2 * number, + 1 when the cell lies wholly inside; ascending in a cell */
} hs_polygon_grid;

hs_status hs_polygon_grid_build(const hs_geometry *geometries, const hs_polygon_stripes *stripes,
                                hs_error *error, hs_polygon_grid *grid);
void hs_polygon_grid_done(hs_polygon_grid *grid);
/* The entries of the position's cell; returns how many. */
uint32_t hs_polygon_grid_at(const hs_polygon_grid *grid, hs_position position, const uint32_t **entries);

#endif
