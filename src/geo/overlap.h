/* The area that two sets of polygons share, exactly but for rounding, without building their intersection. */
#ifndef GEO_OVERLAP_H
#define GEO_OVERLAP_H

#include "geo/plane.h"
#include <hotspot/geometry.h>

/* An edge of a polygon on the plane, from west to east; sign 1 where the polygon lies below it, -1 above. */
typedef struct hs_signed_edge {
    double x0, y0, x1, y1, sign;
} hs_signed_edge;

/* Edges of polygons; at most as many as they have positions, into `edges`; upright ones bear no area and are
 * left out. Outer rings count whatever way they run, holes the other way. Pure; O(positions). */
uint32_t hs_signed_edges(const hs_plane *plane, const hs_geometry *polygons, hs_signed_edge *edges);

/* Square metres that two polygons share. Each is a signed sum of the strips below its edges, so what they
 * share is the signed sum of what each two strips share: the integral of the lower of two lines. `scratch`
 * holds a_count + b_count edges. Pure; O((a + b) + pairs of edges above one another). */
double hs_overlap_m2(const hs_signed_edge *a, uint32_t a_count, const hs_signed_edge *b, uint32_t b_count,
                     hs_signed_edge *scratch);

#endif
