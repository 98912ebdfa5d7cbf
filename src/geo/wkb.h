/* Well-known binary: reading with every length checked, and writing.
 *
 * Reads ISO WKB and EWKB of either byte order, nested collections included. Z and M are dropped. A collection
 * of mixed kinds yields the members of its highest dimension. */
#ifndef GEO_WKB_H
#define GEO_WKB_H

#include "base/arena.h"
#include "base/buffer.h"
#include <hotspot/geometry.h>

/* A geometry in floating-point coordinates of any reference system; arrays as in hs_geometry, except that
 * points are `point_count` loose points and rings need not be closed. Zeroed is a valid empty shape; the
 * arrays are reused from one read to the next. */
typedef struct hs_shape {
    hs_geometry_type type;
    uint32_t part_count, ring_count, point_count;
    uint32_t *part_start; /* [part_count + 1]; polygons only */
    uint32_t *ring_start; /* [ring_count + 1]; lines and polygons */
    double *x, *y;        /* [point_count] */
    size_t part_capacity, ring_capacity, point_capacity;
} hs_shape;

void hs_shape_done(hs_shape *shape);

/* Parses one geometry. An empty one gives type NONE. HS_E_INPUT for malformed bytes, HS_E_UNSUPPORTED for
 * curves (linearise them first); the shape is then of type NONE. Bytes behind the geometry are ignored. */
hs_status hs_wkb_read(const void *data, size_t size, hs_error *error, hs_shape *shape);

/* The fast way for tables of points: true when the bytes are a single, non-empty point. */
bool hs_wkb_read_point(const void *data, size_t size, double *x, double *y);

/* Rounds a shape in degrees to positions: repeated positions go, rings of polygons are closed, degenerate
 * rings and lines are dropped (a polygon whose outer ring is degenerate goes with its holes). Type NONE when
 * nothing remains. Of several points the first is taken. HS_E_INPUT when a coordinate is not a finite
 * position on Earth. The arrays live in the arena. */
hs_status hs_geometry_from_shape(const hs_shape *shape, hs_arena *arena, hs_error *error,
                                 hs_geometry *geometry);

/* Appends little-endian ISO WKB: Point, MultiLineString or MultiPolygon (NONE: an empty GeometryCollection).
 * Failure is the buffer's. */
void hs_wkb_write(const hs_geometry *geometry, hs_buffer *out);

#endif
