/* Immutable point-in-polygon index over many polygons, on integer coordinates, so that answers are exact:
 * boundaries are half open (an edge contains its lower end and not its upper one; a point on a shared edge
 * is in exactly one of two polygons that tile the plane with the same vertices). */
#ifndef GEO_POLYGON_INDEX_H
#define GEO_POLYGON_INDEX_H

#include <hotspot/error.h>
#include <hotspot/geometry.h>

typedef struct hs_polygon_index hs_polygon_index;

/* Builds from `count` polygon geometries, copied. Rings of each count by the even-odd rule. */
hs_status hs_polygon_index_new(const hs_geometry *geometries, uint32_t count, hs_error *error,
                               hs_polygon_index **index);
void hs_polygon_index_free(hs_polygon_index *index);
/* The lowest-numbered geometry that contains the point, HS_NONE when none does. Thread-safe. */
uint32_t hs_polygon_index_find(const hs_polygon_index *index, hs_position position);
/* All that contain the point, at most `capacity`, ascending; returns how many there are. */
uint32_t hs_polygon_index_find_all(const hs_polygon_index *index, hs_position position, uint32_t *found,
                                   uint32_t capacity);
/* Whether geometry `number` contains the point. */
bool hs_polygon_index_contains(const hs_polygon_index *index, uint32_t number, hs_position position);
size_t hs_polygon_index_bytes(const hs_polygon_index *index);

#endif
