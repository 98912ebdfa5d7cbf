/* From which zoom of MapLibre what is on the base map: one truth for vector tiles and pictures. */
#ifndef RENDER_BASE_LAYERS_H
#define RENDER_BASE_LAYERS_H

#include <hotspot/geography.h>

enum {
    HS_BASE_FULL_DETAIL_ZOOM = 14, /* from here every street, however small */
    HS_BASE_PLACE_ZOOM = 12,
    HS_BASE_ZONE_ZOOM = 10,
    HS_BASE_AREA_ZOOM = 9, /* of places that have one */
};
/* What is smaller both ways below HS_BASE_FULL_DETAIL_ZOOM is left out: 2 pixels, of 4096 / 512 units each.
 */
#define HS_BASE_LEAST_SPAN 16.0

/* The topmost level that a city has is drawn at every zoom besides. */
uint32_t hs_base_unit_zoom(hs_level level);
/* By OpenStreetMap's words for classes and common Chinese ones. */
uint32_t hs_base_street_zoom(hs_str road_class);

#endif
