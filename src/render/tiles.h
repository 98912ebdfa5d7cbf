/* Tiles of a snapshot: what goes into which layer at which zoom. */
#ifndef RENDER_TILES_H
#define RENDER_TILES_H

#include "city/filter.h"
#include "render/base_index.h"
#include "render/mvt.h"
#include "render/ramp.h"
#include <hotspot/density.h>

/* A selection of incidents: for each positioned chunk of the snapshot its bits (NULL: all rows pass). */
typedef struct hs_selection {
    const hs_snapshot *snapshot; /* held by whoever made the selection */
    uint32_t chunk_count;
    const uint64_t *const *bits;
    uint64_t count; /* rows that pass, positioned ones only */
} hs_selection;

/* No vector tile has more bytes, before compression. */
#define HS_TILE_BYTES_MOST 500000u
/* The layer that a tile has in addition when this cost it features: in its middle a point for each layer that
 * lacks some, with the layer's name as `layer` and their number as `left_out`. */
#define HS_REDUCED_LAYER "reduced"

/* Layers units, unit_labels, zones, streets, places. Each feature carries id, code, name, name_en and what
 * its kind has (level, class, kind). Labels are points, each in exactly one tile. Below
 * HS_BASE_FULL_DETAIL_ZOOM streets of one name, class and layer are joined where they meet, with the id of
 * the first. A tile that would be over the limit has of each layer what counts most: units from the topmost
 * level down, then the larger ones; streets of the higher classes, then the longer ones; of places and labels
 * an even choice. */
hs_status hs_render_base_tile(const hs_base_index *index, hs_tile tile, hs_arena *arena, hs_error *error,
                              hs_buffer *out);
/* Layer incidents: below z14 clusters of the cells of a grid that each tile holds 16 x 16 of, so one is in
 * one tile; a cell with one incident is that incident. A cluster says `clustered` true, and has point_count
 * and point_count_abbreviated. From z14 on single incidents with their fields; where these would be over the
 * limit, clusters too (64 x 64 cells, or 16 x 16), and the layer HS_REDUCED_LAYER with the number of
 * incidents that are in clusters as `merged`. */
hs_status hs_render_incident_tile(const hs_selection *selection, hs_tile tile, hs_arena *arena,
                                  hs_error *error, hs_buffer *out);
/* A picture of width x height values in the colours of their classes; NAN is transparent. */
hs_status hs_render_density_picture(const float *values, uint32_t width, uint32_t height,
                                    const hs_ramp_classes *classes, hs_error *error, hs_buffer *out);

/* The same laid over an opaque ground, which NAN shows too; a ground of opacity 0 is none. */
hs_status hs_render_density_on(const float *values, uint32_t width, uint32_t height,
                               const hs_ramp_classes *classes, hs_rgba ground, hs_error *error,
                               hs_buffer *out);

#endif
