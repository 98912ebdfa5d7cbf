/* Densities of streets as pictures: lixels as lines in the colours of their classes. */
#ifndef RENDER_STREET_DENSITY_H
#define RENDER_STREET_DENSITY_H

#include "city/street_lines.h"
#include "render/map_plane.h"
#include "render/ramp.h"

/* What is drawn: lixel_first[segments + 1], values[lixels]; those below the first class, and NAN, are not. */
typedef struct hs_street_values {
    const hs_street_lines *lines;
    const uint32_t *lixel_first;
    const float *values;
} hs_street_values;

/* A tile of size_px a side as PNG: lines wider with the zoom (hs_street_width_px), with soft edges; where
 * they meet the higher class lies on top. Pixels depend on their place only, so tiles have no seams. */
hs_status hs_render_street_density(const hs_street_values *streets, const hs_ramp_classes *classes,
                                   hs_tile tile, uint32_t size_px, hs_error *error, hs_buffer *out);
/* The same as a picture of any system, in which the lines between vertices are straight, on an opaque ground
 * or none. Tiles and views of equal scale have equal pixels, but for the vertices' rounding. */
hs_status hs_render_street_view(const hs_street_values *streets, const hs_ramp_classes *classes,
                                const hs_map_view *view, hs_rgba ground, hs_error *error, hs_buffer *out);
/* Width of the lines in pixels of a 256 px tile. */
double hs_street_width_px(uint32_t z);

#endif
