/* What features of a style's layer are drawn with, and the pixels that take it. */
#ifndef RENDER_MAP_PAINT_H
#define RENDER_MAP_PAINT_H

#include "render/map_mask.h"
#include "render/map_plane.h"
#include "render/map_style.h"
#include <cairo.h>

/* How a line, an area or a dot is drawn; what is drawn alike is drawn at once. */
typedef struct hs_map_paint {
    hs_map_colour colour, second;
    double width, radius;
    bool smooth;
} hs_map_paint;

hs_map_colour hs_map_faded(hs_map_colour colour, double opacity);
bool hs_map_paints_equal(const hs_map_paint *a, const hs_map_paint *b);
/* What a feature is drawn with; lengths in pixels of the picture. */
hs_map_paint hs_map_paint_of(const hs_map_layer *layer, const hs_map_scope *scope, double ratio);
/* The pixels that the pen draws the view on as they are; false where it draws on anything else. */
bool hs_map_find_pixels(cairo_t *pen, const hs_map_view *view, hs_map_pixels *pixels);

#endif
