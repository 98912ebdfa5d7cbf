#include "render/map_legend.h"

#include "render/legend.h"

#include <math.h>
#include <string.h>

static const hs_map_scope scope = {.zoom = HS_MAP_LEGEND_ZOOM};

typedef struct rows {
    const hs_map_style *style;
    hs_legend_rows list;
    bool chinese;
} rows;

static const char *words_of(const rows *r, const hs_map_layer *layer) {
    return r->chinese ? layer->legend_zh : layer->legend_en;
}

static void list_rows(rows *r) {
    for (uint32_t i = r->style->layer_count; i-- > 0 && r->list.count < HS_LEGEND_MOST_ROWS;) {
        const char *words = words_of(r, &r->style->layers[i]);
        bool seen = !words || !r->style->layers[i].visible;
        for (uint32_t k = 0; k < r->list.count && !seen; k++)
            seen = strcmp(r->list.words[k], words) == 0;
        if (!seen) r->list.words[r->list.count++] = words;
    }
}

static void set_colour(cairo_t *pen, hs_map_colour colour, double opacity) {
    cairo_set_source_rgba(pen, colour.r, colour.g, colour.b, colour.a * opacity);
}

static void draw_fill(const hs_map_layer *layer, cairo_t *pen) {
    cairo_rectangle(pen, 0, 0, HS_LEGEND_SWATCH_W, HS_LEGEND_SWATCH_H);
    set_colour(pen, hs_map_colour_of(layer, HS_MAP_FILL_COLOUR, &scope),
               hs_map_number(layer, HS_MAP_FILL_OPACITY, &scope));
    cairo_fill(pen);
}

/* Dashes are given in widths. */
static void draw_line(const hs_map_layer *layer, cairo_t *pen) {
    enum { DASHES = 16 };
    double dashes[DASHES];
    double width = fmin(hs_map_number(layer, HS_MAP_LINE_WIDTH, &scope), HS_LEGEND_SWATCH_H - 2.0);
    size_t count = hs_map_numbers(layer, HS_MAP_LINE_DASHES, dashes, DASHES);
    for (size_t i = 0; i < count; i++)
        dashes[i] *= width;
    cairo_set_dash(pen, dashes, (int)count, 0);
    cairo_set_line_width(pen, width);
    cairo_move_to(pen, 0, HS_LEGEND_SWATCH_H / 2.0);
    cairo_line_to(pen, HS_LEGEND_SWATCH_W, HS_LEGEND_SWATCH_H / 2.0);
    set_colour(pen, hs_map_colour_of(layer, HS_MAP_LINE_COLOUR, &scope),
               hs_map_number(layer, HS_MAP_LINE_OPACITY, &scope));
    cairo_stroke(pen);
}

static void draw_circle(const hs_map_layer *layer, cairo_t *pen) {
    double radius = fmin(hs_map_number(layer, HS_MAP_CIRCLE_RADIUS, &scope), HS_LEGEND_SWATCH_H / 2.0);
    double stroke = hs_map_number(layer, HS_MAP_STROKE_WIDTH, &scope);
    cairo_arc(pen, HS_LEGEND_SWATCH_W / 2.0, HS_LEGEND_SWATCH_H / 2.0, radius, 0, 6.283185307179586);
    set_colour(pen, hs_map_colour_of(layer, HS_MAP_CIRCLE_COLOUR, &scope),
               hs_map_number(layer, HS_MAP_CIRCLE_OPACITY, &scope));
    cairo_fill_preserve(pen);
    if (stroke > 0) {
        cairo_set_line_width(pen, stroke);
        set_colour(pen, hs_map_colour_of(layer, HS_MAP_STROKE_COLOUR, &scope),
                   hs_map_number(layer, HS_MAP_STROKE_OPACITY, &scope));
        cairo_stroke(pen);
    }
    cairo_new_path(pen);
}

static void draw_row(const void *context, uint32_t row, cairo_t *pen) {
    const rows *r = context;
    for (uint32_t i = 0; i < r->style->layer_count; i++) {
        const hs_map_layer *layer = &r->style->layers[i];
        const char *words = words_of(r, layer);
        if (!words || !layer->visible || strcmp(words, r->list.words[row]) != 0) continue;
        if (layer->type == HS_MAP_FILL) draw_fill(layer, pen);
        if (layer->type == HS_MAP_LINES) draw_line(layer, pen);
        if (layer->type == HS_MAP_CIRCLE) draw_circle(layer, pen);
    }
}

static uint8_t byte_of(double share) {
    return (uint8_t)lround(fmin(fmax(share, 0), 1) * 255);
}

/* What everything lies on; the paper where the style has none. */
static hs_rgba ground_of(const hs_map_style *style, hs_rgba paper) {
    for (uint32_t i = 0; i < style->layer_count; i++) {
        if (style->layers[i].type != HS_MAP_BACKGROUND) continue;
        hs_map_colour colour = hs_map_colour_of(&style->layers[i], HS_MAP_BACKGROUND_COLOUR, &scope);
        return (hs_rgba){byte_of(colour.r), byte_of(colour.g), byte_of(colour.b), 255};
    }
    return paper;
}

hs_status hs_render_map_legend(const hs_map_style *style, hs_ramp_paper paper, bool chinese,
                               double device_scale, hs_error *error, hs_buffer *out) {
    rows r = {.style = style, .list = {.draw = draw_row}, .chinese = chinese};
    r.list.context = &r;
    paper.paper = ground_of(style, paper.paper);
    list_rows(&r);
    hs_legend legend = {.title = chinese ? "地图" : "Map",
                        .unit = "",
                        .rows = &r.list,
                        .paper = paper,
                        .chinese = chinese,
                        .device_scale = device_scale};
    return hs_render_legend(&legend, NULL, error, out);
}
