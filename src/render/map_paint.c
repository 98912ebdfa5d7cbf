#include "render/map_paint.h"

hs_map_colour hs_map_faded(hs_map_colour colour, double opacity) {
    colour.a *= opacity;
    return colour;
}

static bool colours_equal(const hs_map_colour *a, const hs_map_colour *b) {
    return a->r == b->r && a->g == b->g && a->b == b->b && a->a == b->a;
}

bool hs_map_paints_equal(const hs_map_paint *a, const hs_map_paint *b) {
    return colours_equal(&a->colour, &b->colour) && colours_equal(&a->second, &b->second) &&
           a->width == b->width && a->radius == b->radius && a->smooth == b->smooth;
}

hs_map_paint hs_map_paint_of(const hs_map_layer *layer, const hs_map_scope *scope, double ratio) {
    hs_map_paint p = {.smooth = true};
    if (layer->type == HS_MAP_FILL) {
        double opacity = hs_map_number(layer, HS_MAP_FILL_OPACITY, scope);
        p.colour = hs_map_faded(hs_map_colour_of(layer, HS_MAP_FILL_COLOUR, scope), opacity);
        p.second = hs_map_faded(hs_map_colour_of(layer, HS_MAP_FILL_OUTLINE, scope), opacity);
        p.smooth = hs_map_flag(layer, HS_MAP_FILL_ANTIALIAS, scope);
    } else if (layer->type == HS_MAP_LINES) {
        p.colour = hs_map_faded(hs_map_colour_of(layer, HS_MAP_LINE_COLOUR, scope),
                                hs_map_number(layer, HS_MAP_LINE_OPACITY, scope));
        p.width = hs_map_number(layer, HS_MAP_LINE_WIDTH, scope) * ratio;
    } else if (layer->type == HS_MAP_CIRCLE) {
        p.colour = hs_map_faded(hs_map_colour_of(layer, HS_MAP_CIRCLE_COLOUR, scope),
                                hs_map_number(layer, HS_MAP_CIRCLE_OPACITY, scope));
        p.second = hs_map_faded(hs_map_colour_of(layer, HS_MAP_STROKE_COLOUR, scope),
                                hs_map_number(layer, HS_MAP_STROKE_OPACITY, scope));
        p.width = hs_map_number(layer, HS_MAP_STROKE_WIDTH, scope) * ratio;
        p.radius = hs_map_number(layer, HS_MAP_CIRCLE_RADIUS, scope) * ratio;
    }
    return p;
}

bool hs_map_find_pixels(cairo_t *pen, const hs_map_view *view, hs_map_pixels *pixels) {
    cairo_surface_t *surface = cairo_get_group_target(pen);
    cairo_matrix_t to_pixels;
    double left;
    double top;
    double right;
    double bottom;
    if (cairo_surface_get_type(surface) != CAIRO_SURFACE_TYPE_IMAGE) return false;
    cairo_format_t format = cairo_image_surface_get_format(surface);
    if (format != CAIRO_FORMAT_ARGB32 && format != CAIRO_FORMAT_RGB24) return false;
    *pixels = (hs_map_pixels){
        cairo_image_surface_get_data(surface), (size_t)cairo_image_surface_get_stride(surface),
        (uint32_t)cairo_image_surface_get_width(surface), (uint32_t)cairo_image_surface_get_height(surface)};
    cairo_get_matrix(pen, &to_pixels);
    cairo_clip_extents(pen, &left, &top, &right, &bottom);
    return to_pixels.xx == 1 && to_pixels.yy == 1 && to_pixels.xy == 0 && to_pixels.yx == 0 &&
           to_pixels.x0 == 0 && to_pixels.y0 == 0 && left == 0 && top == 0 && right == view->width &&
           bottom == view->height && pixels->width == view->width && pixels->height == view->height;
}
