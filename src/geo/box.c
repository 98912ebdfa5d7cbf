#include "geo/box.h"

void hs_box_add(hs_box *box, hs_position position) {
    hs_box_union(box, (hs_box){position.lon_e7, position.lat_e7, position.lon_e7, position.lat_e7});
}

void hs_box_union(hs_box *box, hs_box other) {
    if (other.min_lon_e7 < box->min_lon_e7) box->min_lon_e7 = other.min_lon_e7;
    if (other.min_lat_e7 < box->min_lat_e7) box->min_lat_e7 = other.min_lat_e7;
    if (other.max_lon_e7 > box->max_lon_e7) box->max_lon_e7 = other.max_lon_e7;
    if (other.max_lat_e7 > box->max_lat_e7) box->max_lat_e7 = other.max_lat_e7;
}

hs_box hs_positions_box(const hs_position *positions, uint32_t count) {
    hs_box box = HS_BOX_EMPTY;
    for (uint32_t i = 0; i < count; i++)
        hs_box_add(&box, positions[i]);
    return box;
}

hs_box hs_geometry_box(const hs_geometry *geometry) {
    uint32_t count = geometry->type == HS_GEOMETRY_POINT  ? 1
                     : geometry->type == HS_GEOMETRY_NONE ? 0
                                                          : geometry->ring_start[geometry->ring_count];
    return hs_positions_box(geometry->positions, count);
}
