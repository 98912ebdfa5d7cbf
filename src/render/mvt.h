/* Mapbox Vector Tile 2.1 encoder, straight from columns into bytes. Coordinates enter as Web Mercator
 * squares (geo/mercator.h) and leave on an extent of 4096 with a buffer of 64. */
#ifndef RENDER_MVT_H
#define RENDER_MVT_H

#include "base/arena.h"
#include "base/buffer.h"
#include "render/tile_shapes.h"

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
 * tile's square is half open. Lines and polygons are drawn with the corners that `detail_zoom` keeps (as a
 * rule the tile's own zoom): which these are does not depend on the tile, so that neighbouring tiles agree at
 * their edge. Lines are clipped; polygons clipped, rounded to the grid and made valid (snap_round.h), outer
 * rings clockwise on screen, each followed by its holes. */
bool hs_mvt_point(hs_mvt *mvt, uint64_t id, hs_mercator position);
bool hs_mvt_lines(hs_mvt *mvt, uint64_t id, const hs_tile_shape *lines, uint32_t detail_zoom);
bool hs_mvt_polygons(hs_mvt *mvt, uint64_t id, const hs_tile_shape *polygons, uint32_t detail_zoom);
/* Whether the feature begun, with up to `tag_bytes` of tags, leaves the tile within a size. If not, it may be
 * given up by beginning the next one. */
bool hs_mvt_fits(const hs_mvt *mvt, size_t tag_bytes, size_t most);
/* Numbers of a key and of a value in the layer, for a tag that many features have: cheaper than by name. A
 * number of another layer must not be used. */
uint32_t hs_mvt_key(hs_mvt *mvt, const char *key);
uint32_t hs_mvt_value_str(hs_mvt *mvt, hs_str value);
uint32_t hs_mvt_value_int(hs_mvt *mvt, int64_t value);
/* Values that as good as no other feature has (ids): not looked for among those that are there. */
uint32_t hs_mvt_value_own_str(hs_mvt *mvt, hs_str value);
uint32_t hs_mvt_value_own_int(hs_mvt *mvt, int64_t value);
/* Values that the caller knows by a number of its own: whether the layer has it already, and keeping it. */
bool hs_mvt_value_known(hs_mvt *mvt, uint64_t key, uint32_t *value);
uint32_t hs_mvt_value_keep(hs_mvt *mvt, uint64_t key, uint32_t value);
void hs_mvt_tag(hs_mvt *mvt, uint32_t key, uint32_t value);
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
