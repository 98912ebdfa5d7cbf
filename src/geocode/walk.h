/* Walking along streets: places by distance and bearing from another. */
#ifndef GEOCODE_WALK_H
#define GEOCODE_WALK_H

#include "geocode/gazetteer.h"

/* Walks `distance_m` along the group's streets, from the place on them nearest to *position, first in the
 * direction nearest to the bearing (degrees clockwise from north), at crossings straight on. False, *position
 * as it was, when no street of the group is near or none leads there. */
bool hs_walk_street(const hs_gazetteer *gazetteer, uint32_t group, double bearing_deg, double distance_m,
                    hs_position *position);
/* The place nearest to the position on any street within most_m; false when there is none. */
bool hs_nearest_street(const hs_geography *geography, hs_position position, double most_m,
                       hs_position *nearest);

#endif
