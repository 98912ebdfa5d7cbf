/* Geometries as GeoPackage binary: a header, an envelope for lines and polygons, well-known binary. */
#ifndef STORE_GEOPACKAGE_BLOB_H
#define STORE_GEOPACKAGE_BLOB_H

#include "base/arena.h"
#include "base/buffer.h"
#include "geo/box.h"
#include "geo/wkb.h"
#include <hotspot/error.h>

#define HS_BLOB_SRS_ID 4326

/* Appends a geometry (not NONE) whose box is `box`. */
void hs_blob_write(const hs_geometry *geometry, hs_box box, hs_buffer *out);
void hs_blob_write_point(hs_position position, hs_buffer *out);

/* Reads a blob that anybody may have written. No blob (size 0) or an empty geometry is type NONE. Malformed
 * bytes, another reference system and coordinates that are no degrees are HS_E_STORE. */
hs_status hs_blob_read(const void *blob, size_t size, hs_shape *shape, hs_arena *arena, hs_error *error,
                       hs_geometry *geometry);
/* The fast way for points. A multipoint gives its first point; *position is set only when there is one. */
hs_status hs_blob_read_point(const void *blob, size_t size, hs_error *error, bool *has_position,
                             hs_position *position);
/* The bounds in degrees as the blob's header or coordinates give them: false when it is empty or malformed.
 */
bool hs_blob_bounds(const void *blob, size_t size, hs_shape *shape, double bounds[4]);
/* The same as positions. */
bool hs_blob_box(const void *blob, size_t size, hs_shape *shape, hs_box *box);

#endif
