/* Geometry as flat arrays: positions, rings over positions, parts over rings. */
#ifndef HOTSPOT_GEOMETRY_H
#define HOTSPOT_GEOMETRY_H

#include <hotspot/types.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum hs_geometry_type {
    HS_GEOMETRY_NONE = 0,
    HS_GEOMETRY_POINT = 1,    /* one position */
    HS_GEOMETRY_LINES = 2,    /* one or more lines: each ring is a line of at least two positions */
    HS_GEOMETRY_POLYGONS = 3, /* one or more polygons: each part's first ring is its outer one */
} hs_geometry_type;

/* Ring r holds positions [ring_start[r], ring_start[r + 1]); part p holds rings
 * [part_start[p], part_start[p + 1]). Both arrays have one element more than their count; for points and
 * lines part_start may be NULL and part_count 0. Rings of polygons are closed (first position = last).
 * The arrays belong to whoever built the geometry. */
typedef struct hs_geometry {
    hs_geometry_type type;
    uint32_t part_count;
    uint32_t ring_count;
    const uint32_t *part_start;
    const uint32_t *ring_start;
    const hs_position *positions;
} hs_geometry;

/* An edge of a polygon from one vertex to the next, in units of a plane that whoever uses it names. */
typedef struct hs_directed_edge {
    double x0, y0, x1, y1;
} hs_directed_edge;

#ifdef __cplusplus
}
#endif
#endif
