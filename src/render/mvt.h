/* Mapbox Vector Tile 2.1 encoder, straight from columns into bytes. Coordinates enter as Web Mercator
 * squares (geo/mercator.h) and leave on an extent of 4096 with a buffer of 64. */
#ifndef RENDER_MVT_H
#define RENDER_MVT_H

#include "base/arena.h"
#include "base/buffer.h"
#include "geo/mercator.h"
#include <hotspot/geometry.h>

#define HS_MVT_EXTENT 4096
#define HS_MVT_BUFFER 64

typedef struct hs_mvt hs_mvt; /* a tile being written */

/* A tile whose memory is the arena's. */
hs_mvt *hs_mvt_new(hs_tile tile, hs_arena *arena);
/* Layers follow one another: begin, features, end. A layer without features is not written. */
void hs_mvt_layer_begin(hs_mvt *mvt, const char *name);
void hs_mvt_layer_end(hs_mvt *mvt);
/* A feature: begin with geometry; false when nothing of it is in the tile (then give no tags and do not end).
 * Keys and layer names must live until the tile is finished. A point is in exactly one tile of a zoom: the
 * tile's square is half open. Simplifying comes before clipping and sees the whole shape, so that
 * neighbouring tiles agree at their edge. Rings are written with corners that the tile's grid tells apart; a
 * ring that simplifying would make cross itself is simplified less. Crossings that only rounding to the grid
 * makes are left. Lines are clipped and simplified (Douglas-Peucker, tolerance in tile units); polygons
 * clipped, simplified, rewound (outer rings clockwise on screen), rings of no area dropped. */
bool hs_mvt_point(hs_mvt *mvt, uint64_t id, hs_mercator position);
bool hs_mvt_lines(hs_mvt *mvt, uint64_t id, const hs_geometry *lines, double tolerance);
bool hs_mvt_polygons(hs_mvt *mvt, uint64_t id, const hs_geometry *polygons, double tolerance);
void hs_mvt_tag_str(hs_mvt *mvt, const char *key, hs_str value); /* nothing for an empty text */
void hs_mvt_tag_int(hs_mvt *mvt, const char *key, int64_t value);
void hs_mvt_tag_double(hs_mvt *mvt, const char *key, double value);
void hs_mvt_tag_bool(hs_mvt *mvt, const char *key, bool value);
void hs_mvt_feature_end(hs_mvt *mvt);
/* About how many bytes the tile has so far (never fewer than it will have without further features, but for a
 * few hundred of keys and frames). */
size_t hs_mvt_size(const hs_mvt *mvt);
/* Appends the tile's bytes (none at all for an empty tile). HS_E_MEMORY when the arena ran out on the way. */
hs_status hs_mvt_finish(hs_mvt *mvt, hs_error *error, hs_buffer *out);

#endif
