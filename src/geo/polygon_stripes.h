/* Exact point-in-polygon: the edges of each polygon in horizontal stripes, so that a test looks at the few
 * edges beside the point. Private to src/geo. */
#ifndef GEO_POLYGON_STRIPES_H
#define GEO_POLYGON_STRIPES_H

#include <hotspot/error.h>
#include <hotspot/geometry.h>

/* An edge from its lower end to its upper one; level edges decide nothing and are left out. */
typedef struct hs_polygon_edge {
    int32_t x0, y0, x1, y1; /* y0 < y1 */
} hs_polygon_edge;

typedef struct hs_polygon_bands {
    hs_box box;
    uint32_t first; /* of the polygon's stripes in stripe_start */
    uint32_t count; /* 0: no polygon */
    uint32_t shift; /* a stripe is 2^shift units high */
} hs_polygon_bands;

typedef struct hs_polygon_stripes {
    uint32_t count;
    hs_polygon_bands *polygon; /* [count] */
    uint64_t *stripe_start;    /* edges of a stripe: edge[stripe_start[s] .. stripe_start[s + 1]) */
    hs_polygon_edge *edge;
    uint64_t stripe_count, edge_count;
} hs_polygon_stripes;

hs_status hs_polygon_stripes_build(const hs_geometry *geometries, uint32_t count, hs_error *error,
                                   hs_polygon_stripes *stripes);
void hs_polygon_stripes_done(hs_polygon_stripes *stripes);
bool hs_polygon_stripes_contain(const hs_polygon_stripes *stripes, uint32_t number, hs_position position);

#endif
