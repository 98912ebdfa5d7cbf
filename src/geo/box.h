/* Boxes of positions, both ends included. Pure, thread-safe. */
#ifndef GEO_BOX_H
#define GEO_BOX_H

#include <hotspot/geometry.h>

/* Grows a box to hold a position, or another box (an empty one changes nothing). */
void hs_box_add(hs_box *box, hs_position position);
void hs_box_union(hs_box *box, hs_box other);
/* The box of `count` positions, HS_BOX_EMPTY for none. */
hs_box hs_positions_box(const hs_position *positions, uint32_t count);
/* The box of a geometry, HS_BOX_EMPTY for none. */
hs_box hs_geometry_box(const hs_geometry *geometry);

/* Whether a box and the rings [first_ring, first_ring + ring_count) of a geometry share a point; exact. Of
 * polygons the inside counts too: hand in whole parts. A point has no rings. O(positions). */
bool hs_geometry_meets_box(const hs_geometry *geometry, uint32_t first_ring, uint32_t ring_count,
                           const hs_box *box);

static inline bool hs_box_contains(const hs_box *box, hs_position p) {
    return (p.lon_e7 >= box->min_lon_e7) & (p.lon_e7 <= box->max_lon_e7) & (p.lat_e7 >= box->min_lat_e7) &
           (p.lat_e7 <= box->max_lat_e7);
}

/* The same of a box as clients give it, whose west lies above its east where it goes across the antimeridian.
 */
static inline bool hs_bbox_contains(const hs_box *box, hs_position p) {
    bool east_of = p.lon_e7 >= box->min_lon_e7;
    bool west_of = p.lon_e7 <= box->max_lon_e7;
    bool between = box->min_lon_e7 <= box->max_lon_e7 ? east_of & west_of : east_of | west_of;
    return between & (p.lat_e7 >= box->min_lat_e7) & (p.lat_e7 <= box->max_lat_e7);
}

/* Whether two boxes share a position. */
static inline bool hs_boxes_meet(const hs_box *a, const hs_box *b) {
    /* All four without a branch: which of them fails first cannot be foreseen. */
    return (a->min_lon_e7 <= b->max_lon_e7) & (a->max_lon_e7 >= b->min_lon_e7) &
           (a->min_lat_e7 <= b->max_lat_e7) & (a->max_lat_e7 >= b->min_lat_e7);
}

#endif
