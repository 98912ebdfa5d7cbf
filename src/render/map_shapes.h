/* Shapes that are laid over a map: areas filled, hatched and outlined, lines with a casing, numbered marks.
 * What belongs together is one path, so that neighbours share their edge. */
#ifndef RENDER_MAP_SHAPES_H
#define RENDER_MAP_SHAPES_H

#include "render/map_plane.h"
#include "render/png.h"
#include <cairo.h>
#include <hotspot/geometry.h>

/* How shapes are drawn; what has alpha 0 or no width is left out. Widths are pixels of the style, 1/96 inch
 * on paper. */
typedef struct hs_map_ink_style {
    hs_rgba fill, hatch, casing, line;
    double hatch_gap, hatch_width, casing_width, line_width, dash; /* dash 0: an unbroken line */
} hs_map_ink_style;

/* Adds a geometry to the pen's path in pixels of the view: rings of polygons, lines. Points are none. */
void hs_map_shape_path(cairo_t *cairo, const hs_map_view *view, const hs_geometry *geometry);
/* Draws the path and ends it. The hatching's lines run at 45 degrees and meet across shapes. `unit` is the
 * pen's length of a style's pixel. */
void hs_map_shape_ink(cairo_t *cairo, const hs_map_ink_style *style, bool areas, double unit);
/* A place's pixel of the view; false where there is none. */
bool hs_map_view_place(const hs_map_view *view, hs_position place, double *x, double *y);

#endif
