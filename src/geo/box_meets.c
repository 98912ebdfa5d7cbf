/* Whether a geometry and a box share a point, in exact arithmetic on 1e-7 degrees. */
#include "geo/box.h"

/* On which side of a -> b the corner lies. Products of two differences below 2^32 fit in 128 bits always. */
static int side(hs_position a, hs_position b, int32_t lon, int32_t lat) {
    __extension__ typedef __int128 wide;
    wide cross = (wide)((int64_t)b.lon_e7 - a.lon_e7) * ((int64_t)lat - a.lat_e7) -
                 (wide)((int64_t)b.lat_e7 - a.lat_e7) * ((int64_t)lon - a.lon_e7);
    return (cross > 0) - (cross < 0);
}

/* By separating axes: the box's two, then the segment's own normal. */
static bool segment_meets(hs_position a, hs_position b, const hs_box *box) {
    if ((a.lon_e7 < box->min_lon_e7 && b.lon_e7 < box->min_lon_e7) ||
        (a.lon_e7 > box->max_lon_e7 && b.lon_e7 > box->max_lon_e7) ||
        (a.lat_e7 < box->min_lat_e7 && b.lat_e7 < box->min_lat_e7) ||
        (a.lat_e7 > box->max_lat_e7 && b.lat_e7 > box->max_lat_e7))
        return false;
    int sum = side(a, b, box->min_lon_e7, box->min_lat_e7) + side(a, b, box->max_lon_e7, box->min_lat_e7) +
              side(a, b, box->min_lon_e7, box->max_lat_e7) + side(a, b, box->max_lon_e7, box->max_lat_e7);
    return sum != 4 && sum != -4;
}

/* Crossings of the ray that goes west from a corner; half open in latitude. */
static bool ring_crosses(const hs_position *ring, uint32_t count, int32_t lon, int32_t lat) {
    bool odd = false;
    for (uint32_t i = 0; i + 1 < count; i++) {
        hs_position a = ring[i], b = ring[i + 1];
        if ((a.lat_e7 > lat) == (b.lat_e7 > lat)) continue;
        int turn = side(a, b, lon, lat);
        if (turn == 0 || (turn < 0) == (b.lat_e7 > a.lat_e7)) odd = !odd;
    }
    return odd;
}

bool hs_geometry_meets_box(const hs_geometry *geometry, uint32_t first_ring, uint32_t ring_count,
                           const hs_box *box) {
    if (geometry->type == HS_GEOMETRY_NONE) return false;
    if (geometry->type == HS_GEOMETRY_POINT) return hs_box_contains(box, geometry->positions[0]);
    bool inside = false;
    for (uint32_t r = first_ring; r < first_ring + ring_count; r++) {
        const hs_position *ring = geometry->positions + geometry->ring_start[r];
        uint32_t count = geometry->ring_start[r + 1] - geometry->ring_start[r];
        for (uint32_t i = 0; i + 1 < count; i++)
            if (segment_meets(ring[i], ring[i + 1], box)) return true;
        if (geometry->type == HS_GEOMETRY_POLYGONS)
            inside ^= ring_crosses(ring, count, box->min_lon_e7, box->min_lat_e7);
    }
    /* No edge meets the box: it lies wholly inside or wholly outside. */
    return inside;
}
