/* GeoJSON as render/geojson.h writes it, changed afterwards for the few who ask for another reference system
 * or for some properties only, so that the way of everybody else stays straight. */
#ifndef RENDER_GEOJSON_REWRITE_H
#define RENDER_GEOJSON_REWRITE_H

#include "base/buffer.h"
#include <hotspot/coordinates.h>

/* Replaces the coordinates of every member `geometry`: from degrees by the inverse of `transform` (NULL: they
 * stay degrees), northing before easting where asked, with at most `decimals`. HS_E_INPUT where a position
 * has no place in the system. */
hs_status hs_geojson_project(hs_buffer *body, hs_transform *transform, bool northing_first, int decimals,
                             hs_error *error);

/* Leaves of every member `properties` the members whose names `keep` has. */
hs_status hs_geojson_select(hs_buffer *body, const hs_str *keep, size_t count, hs_error *error);

#endif
