/* The legend of a map style as a picture: a row for what its layers call themselves (metadata
 * hotspot:legend), the topmost first, each as the style draws it; layers of one name make one row. */
#ifndef RENDER_MAP_LEGEND_H
#define RENDER_MAP_LEGEND_H

#include "render/map_style.h"
#include "render/ramp.h"

/* The zoom at which the style is evaluated. */
#define HS_MAP_LEGEND_ZOOM 15.5

/* Appends a PNG as hs_render_legend does, on the style's own background. `device_scale` above 0 to
 * HS_LEGEND_MAX_SCALE; `paper` has the colours of words. Thread-safe. */
hs_status hs_render_map_legend(const hs_map_style *style, hs_ramp_paper paper, bool chinese,
                               double device_scale, hs_error *error, hs_buffer *out);

#endif
