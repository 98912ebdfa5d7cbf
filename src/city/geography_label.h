/* Where an area's label stands. */
#ifndef CITY_GEOGRAPHY_LABEL_H
#define CITY_GEOGRAPHY_LABEL_H

#include <hotspot/geometry.h>

/* A point inside the polygons, far from the edge of the largest of them. Pure, thread-safe. */
hs_position hs_geometry_label(const hs_geometry *polygons);

#endif
