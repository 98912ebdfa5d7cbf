/* Lines and polygons as columns ready for tiles: projected once, each corner with the first zoom that keeps
 * it, shapes along the Hilbert curve with boxes over blocks of them. Immutable once built; read by any
 * thread. */
#ifndef RENDER_TILE_SHAPES_H
#define RENDER_TILE_SHAPES_H

#include "geo/mercator.h"
#include "render/base_layers.h"
#include <hotspot/error.h>
#include <hotspot/geometry.h>

/* Douglas-Peucker tolerance of the zooms before, in units of a tile (4096 a side): half a pixel of a tile
 * shown at 512 pixels. */
#define HS_SHAPE_TOLERANCE_UNITS 4.0

#define HS_SHAPE_BLOCK 64u

/* One shape. Ring r has the corners [ring_start[r], ring_start[r + 1]) of the vertex columns; rings of
 * polygons do not repeat their first one. */
typedef struct hs_tile_shape {
    hs_geometry_type type;
    uint32_t ring_count;
    const uint32_t *ring_start;
    const uint8_t
        *ring_outer; /* polygons: 1 for the outer ring of a part, 0 for its holes, which follow it */
    const hs_mercator_box *ring_box;
    const hs_mercator *vertex;
    const uint8_t *vertex_zoom;
} hs_tile_shape;

typedef struct hs_tile_shapes {
    hs_geometry_type type;
    uint32_t count; /* by group, then along the curve */
    uint32_t *row;  /* what each is a shape of, as given */
    uint8_t *zoom;  /* the first zoom that draws it, as given */
    float *span;    /* the longer side of its box, in units of the square */
    hs_mercator_box *box;
    hs_mercator_box *block_box; /* of HS_SHAPE_BLOCK shapes */
    uint32_t *shape_ring;       /* [count + 1] */
    uint32_t *ring_start;       /* [rings + 1] */
    uint8_t *ring_outer;
    hs_mercator_box *ring_box;
    hs_mercator *vertex;
    uint8_t *vertex_zoom;
} hs_tile_shapes;

typedef struct hs_tile_shapes_builder hs_tile_shapes_builder;

/* Of shapes of one type, lines or polygons. NULL when memory is out. */
hs_tile_shapes_builder *hs_tile_shapes_builder_new(hs_geometry_type type);
void hs_tile_shapes_builder_free(hs_tile_shapes_builder *builder);
/* Adds the shape of a row; geometry of another type is left out. `group` orders shapes before the curve does.
 * False when memory is out. */
bool hs_tile_shapes_add(hs_tile_shapes_builder *builder, uint32_t row, uint32_t group, uint8_t zoom,
                        const hs_geometry *geometry);
/* The same for lines of projected corners. */
bool hs_tile_shapes_add_lines(hs_tile_shapes_builder *builder, uint32_t row, uint32_t group, uint8_t zoom,
                              const hs_mercator *vertex, const uint32_t *line_start, uint32_t line_count);
/* Simplifies and orders what was added, and ends the builder's life. Polygons of one set that share a border
 * share what is left of it: borders are cut where more than two lines of corners meet and each piece is
 * simplified by itself, in a direction of its own. O(n log n) as a rule. Equal input, equal columns. */
hs_status hs_tile_shapes_finish(hs_tile_shapes_builder *builder, hs_error *error, hs_tile_shapes *shapes);
void hs_tile_shapes_done(hs_tile_shapes *shapes);

hs_tile_shape hs_tile_shapes_at(const hs_tile_shapes *shapes, uint32_t i);
size_t hs_tile_shapes_bytes(const hs_tile_shapes *shapes);

/* Gives each corner of a line the first zoom that keeps it: at a zoom those are what Douglas and Peucker keep
 * with that zoom's tolerance, the ends always. `stack` holds 3 x count words, `significance` count. */
void hs_tile_shape_significance(const hs_mercator *line, uint32_t count, uint32_t *stack,
                                double *significance, uint8_t *zoom);
/* The same for the rings of polygons, which are turned to begin at a corner that stays. HS_E_MEMORY. */
hs_status hs_tile_shape_borders(hs_mercator *vertex, uint8_t *zoom, const uint32_t *ring_start,
                                uint32_t ring_count);

#endif
