/* Boxes of positions. Pure. */
#ifndef GEO_BOX_H
#define GEO_BOX_H

#include <hotspot/geometry.h>

/* Grows a box to hold a position, or another box (an empty one changes nothing). */
void hs_box_add(hs_box *box, hs_position position);
void hs_box_union(hs_box *box, hs_box other);
/* The box of a geometry, HS_BOX_EMPTY for none. */
hs_box hs_geometry_box(const hs_geometry *geometry);

#endif
