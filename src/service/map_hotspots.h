/* Units and streets that Gi* or local Moran found, on a map: the significant ones in colour, the others
 * hatched. */
#ifndef SERVICE_MAP_HOTSPOTS_H
#define SERVICE_MAP_HOTSPOTS_H

#include "render/map_sheet.h"
#include "service/hotspots_areas.h"

#define HS_MAP_MOST_CLASSES 8

typedef struct hs_map_hotspots {
    const hs_hotspot_run *run;
    bool over_density; /* outlines instead of fills, which would cover it */
    uint32_t count[HS_MAP_MOST_CLASSES];
    hs_sheet_key keys[HS_MAP_MOST_CLASSES];
    hs_sheet_block legend;
} hs_map_hotspots;

/* HS_E_ARGUMENT where the run is not of gi-star or local-moran, or not computed. Words lie in the arena; the
 * run must outlive the result. */
hs_status hs_map_hotspots_init(const hs_hotspot_run *run, bool over_density, bool chinese, hs_arena *arena,
                               hs_error *error, hs_map_hotspots *out);
/* An overlay of hs_map_request: fills and hatching below, outlines and streets above. */
void hs_map_hotspots_draw(const void *hotspots, const hs_map_view *view, bool above, cairo_t *pen);

#endif
