#include "render/map_shapes.h"

#include <math.h>

#define MOST_HATCHES 20000

bool hs_map_view_place(const hs_map_view *view, hs_position place, double *x, double *y) {
    hs_mercator at = hs_mercator_from_position(place);
    hs_map_project(&view->plane, &at, 1, x, y);
    *x -= view->left;
    *y -= view->top;
    return isfinite(*x) && isfinite(*y);
}

void hs_map_shape_path(cairo_t *cairo, const hs_map_view *view, const hs_geometry *geometry) {
    bool areas = geometry->type == HS_GEOMETRY_POLYGONS;
    if (!areas && geometry->type != HS_GEOMETRY_LINES) return;
    for (uint32_t r = 0; r < geometry->ring_count; r++) {
        bool begun = false;
        for (uint32_t i = geometry->ring_start[r]; i < geometry->ring_start[r + 1]; i++) {
            double x;
            double y;
            if (!hs_map_view_place(view, geometry->positions[i], &x, &y)) continue;
            if (begun)
                cairo_line_to(cairo, x, y);
            else
                cairo_move_to(cairo, x, y);
            begun = true;
        }
        if (areas && begun) cairo_close_path(cairo);
    }
}

static void set_colour(cairo_t *cairo, hs_rgba c) {
    cairo_set_source_rgba(cairo, c.r / 255.0, c.g / 255.0, c.b / 255.0, c.a / 255.0);
}

/* Lines x + y = k * gap within the path, which is kept. */
static void hatch(cairo_t *cairo, const hs_map_ink_style *style, double unit) {
    double left;
    double top;
    double right;
    double bottom;
    double gap = style->hatch_gap * unit * sqrt(2);
    cairo_path_t *path = cairo_copy_path(cairo);
    cairo_save(cairo);
    cairo_clip(cairo);
    cairo_clip_extents(cairo, &left, &top, &right, &bottom);
    double first = ceil((left + top) / gap);
    double count = floor((right + bottom) / gap) - first;
    if (gap > 0 && count < MOST_HATCHES) {
        for (int k = 0; k <= (int)count; k++) {
            cairo_move_to(cairo, (first + k) * gap - top, top);
            cairo_line_to(cairo, (first + k) * gap - bottom, bottom);
        }
        set_colour(cairo, style->hatch);
        cairo_set_line_width(cairo, style->hatch_width * unit);
        cairo_stroke(cairo);
    }
    cairo_restore(cairo);
    cairo_new_path(cairo);
    cairo_append_path(cairo, path);
    cairo_path_destroy(path);
}

static void stroke(cairo_t *cairo, hs_rgba colour, double width, double dash) {
    if (colour.a == 0 || !(width > 0)) return;
    set_colour(cairo, colour);
    cairo_set_line_width(cairo, width);
    cairo_set_dash(cairo, &dash, dash > 0 ? 1 : 0, 0);
    cairo_stroke_preserve(cairo);
    cairo_set_dash(cairo, NULL, 0, 0);
}

void hs_map_shape_ink(cairo_t *cairo, const hs_map_ink_style *style, bool areas, double unit) {
    cairo_set_line_join(cairo, CAIRO_LINE_JOIN_ROUND);
    cairo_set_line_cap(cairo, style->dash > 0 ? CAIRO_LINE_CAP_BUTT : CAIRO_LINE_CAP_ROUND);
    if (areas && style->fill.a > 0) {
        set_colour(cairo, style->fill);
        cairo_fill_preserve(cairo);
    }
    if (areas && style->hatch.a > 0) hatch(cairo, style, unit);
    stroke(cairo, style->casing, style->casing_width * unit, 0);
    stroke(cairo, style->line, style->line_width * unit, style->dash * unit);
    cairo_new_path(cairo);
}
