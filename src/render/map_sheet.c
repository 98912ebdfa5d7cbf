#include "render/map_sheet.h"

#include "base/text.h"
#include "render/pango_context.h"
#include <math.h>
#include <stdio.h>

enum { MARGIN = 30, TITLE_HEIGHT = 46, FOOT_HEIGHT = 22, PANEL_WIDTH = 200, GAP = 12 };

#define LEGEND_SCALE 0.72
#define BAR_SHARE    0.22 /* of the frame's width, at most */

static const hs_rgba ink = {0x11, 0x11, 0x11, 255}, soft = {0x55, 0x55, 0x55, 255},
                     rule = {0x88, 0x88, 0x88, 255};

hs_map_frame hs_map_sheet_frame(const hs_map_sheet *sheet) {
    double panel = sheet->legend ? PANEL_WIDTH + GAP : 0;
    return (hs_map_frame){MARGIN, MARGIN + TITLE_HEIGHT, (uint32_t)(sheet->width - 2 * MARGIN - panel),
                          (uint32_t)(sheet->height - 2 * MARGIN - TITLE_HEIGHT - FOOT_HEIGHT)};
}

double hs_map_scale_length(double most_m) {
    if (!(most_m > 0) || isinf(most_m)) return 0;
    double power = pow(10, floor(log10(most_m)));
    double times = most_m / power;
    return power * (times >= 5 ? 5 : times >= 2 ? 2 : 1);
}

typedef struct page {
    const hs_map_sheet *sheet;
    cairo_t *pen;
    PangoContext *context;
    hs_error *error;
    hs_status status;
} page;

static void set_colour(cairo_t *pen, hs_rgba c) {
    cairo_set_source_rgba(pen, c.r / 255.0, c.g / 255.0, c.b / 255.0, c.a / 255.0);
}

typedef struct lettering {
    double size;
    bool bold;
    hs_rgba colour;
    PangoAlignment align; /* about x: text begins, is centred or ends there */
} lettering;

/* One line, cut with dots where it is wider than `width`. */
static void put_text(page *p, const char *text, lettering how, double x, double y, double width) {
    if (!text || !*text || p->status != HS_OK) return;
    PangoLayout *layout = pango_layout_new(p->context);
    PangoFontDescription *font = pango_font_description_from_string(HS_FONT_FAMILIES);
    pango_font_description_set_absolute_size(font, how.size * PANGO_SCALE);
    pango_font_description_set_weight(font, how.bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
    pango_layout_set_font_description(layout, font);
    pango_font_description_free(font);
    pango_layout_set_single_paragraph_mode(layout, TRUE);
    pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END);
    pango_layout_set_width(layout, (int)(width * PANGO_SCALE));
    pango_layout_set_alignment(layout, how.align);
    pango_layout_set_text(layout, text, -1);
    double left = how.align == PANGO_ALIGN_LEFT    ? x
                  : how.align == PANGO_ALIGN_RIGHT ? x - width
                                                   : x - width / 2;
    if (pango_layout_get_unknown_glyphs_count(layout) > 0)
        p->status = hs_error_set(p->error, HS_E_UNSUPPORTED,
                                 "print: no font on this machine has every character of '%.*s': install "
                                 "fonts-wqy-microhei or fonts-noto-cjk",
                                 (int)hs_utf8_cut(hs_str_of(text), 80), text);
    set_colour(p->pen, how.colour);
    cairo_move_to(p->pen, left, y);
    pango_cairo_layout_path(p->pen, layout);
    cairo_fill(p->pen);
    g_object_unref(layout);
}

static void draw_frame(page *p, const hs_map_frame *frame) {
    cairo_rectangle(p->pen, frame->x, frame->y, frame->width, frame->height);
    set_colour(p->pen, ink);
    cairo_set_line_width(p->pen, 0.8);
    cairo_stroke(p->pen);
}

static void length_text(double metres, bool chinese, char *out, size_t size) {
    if (metres >= 1000)
        (void)snprintf(out, size, chinese ? "%g 公里" : "%g km", metres / 1000);
    else
        (void)snprintf(out, size, chinese ? "%g 米" : "%g m", metres);
}

/* Two halves, the first one black, on a light ground in the map's lower left corner. */
static void draw_scale(page *p, const hs_map_frame *frame) {
    double metres = hs_map_scale_length(frame->width * BAR_SHARE * p->sheet->metres_per_point);
    double length = metres / p->sheet->metres_per_point;
    double x = frame->x + 16;
    double y = frame->y + frame->height - 18;
    char whole[48];
    char half[48];
    if (!(length > 0)) return;
    length_text(metres, p->sheet->chinese, whole, sizeof whole);
    (void)snprintf(half, sizeof half, "%g", (metres >= 1000 ? metres / 1000 : metres) / 2);
    cairo_rectangle(p->pen, x - 10, y - 16, length + 56, 28);
    cairo_set_source_rgba(p->pen, 1, 1, 1, 0.85);
    cairo_fill(p->pen);
    cairo_rectangle(p->pen, x, y, length / 2, 4);
    set_colour(p->pen, ink);
    cairo_fill(p->pen);
    cairo_rectangle(p->pen, x, y, length, 4);
    cairo_set_line_width(p->pen, 0.6);
    cairo_stroke(p->pen);
    lettering small = {7.5, false, ink, PANGO_ALIGN_CENTER};
    put_text(p, "0", small, x, y - 12, 30);
    put_text(p, half, small, x + length / 2, y - 12, 60);
    put_text(p, whole, small, x + length, y - 12, 80);
}

/* Web Mercator's north is upwards everywhere. */
static void draw_north(page *p, const hs_map_frame *frame) {
    double x = frame->x + frame->width - 22;
    double y = frame->y + 14;
    cairo_arc(p->pen, x, y + 14, 15, 0, 2 * 3.14159265358979323846);
    cairo_set_source_rgba(p->pen, 1, 1, 1, 0.85);
    cairo_fill(p->pen);
    set_colour(p->pen, ink);
    for (int side = -1; side <= 1; side += 2) {
        cairo_move_to(p->pen, x, y + 10);
        cairo_line_to(p->pen, x + side * 5, y + 26);
        cairo_line_to(p->pen, x, y + 22);
        cairo_close_path(p->pen);
        cairo_set_line_width(p->pen, 0.6);
        if (side < 0) cairo_fill_preserve(p->pen);
        cairo_stroke(p->pen);
    }
    put_text(p, p->sheet->chinese ? "北" : "N", (lettering){7.5, true, ink, PANGO_ALIGN_CENTER}, x, y - 1,
             20);
}

static void draw_legend(page *p, const hs_map_frame *frame) {
    const hs_map_sheet *sheet = p->sheet;
    double height = 0;
    if (!sheet->legend || p->status != HS_OK) return;
    double scale = fmin(LEGEND_SCALE, (double)PANEL_WIDTH / HS_LEGEND_MOST_WIDTH * 1.3);
    cairo_save(p->pen);
    cairo_translate(p->pen, frame->x + frame->width + GAP, frame->y);
    cairo_rectangle(p->pen, 0, 0, PANEL_WIDTH, frame->height);
    cairo_clip(p->pen);
    cairo_scale(p->pen, scale, scale);
    p->status = hs_legend_draw(sheet->legend, sheet->classes, p->pen, p->error, &height);
    cairo_restore(p->pen);
    if (p->status != HS_OK) return;
    cairo_rectangle(p->pen, frame->x + frame->width + GAP, frame->y, PANEL_WIDTH,
                    fmin(height * scale, frame->height));
    set_colour(p->pen, rule);
    cairo_set_line_width(p->pen, 0.5);
    cairo_stroke(p->pen);
}

static void draw_words(page *p, const hs_map_frame *frame) {
    const hs_map_sheet *sheet = p->sheet;
    double wide = sheet->width - 2 * MARGIN;
    double foot = frame->y + frame->height + 8;
    put_text(p, sheet->title, (lettering){18, true, ink, PANGO_ALIGN_LEFT}, MARGIN, MARGIN - 4, wide);
    put_text(p, sheet->subtitle, (lettering){10, false, soft, PANGO_ALIGN_LEFT}, MARGIN, MARGIN + 23, wide);
    put_text(p, sheet->left, (lettering){7.5, false, soft, PANGO_ALIGN_LEFT}, MARGIN, foot, wide * 0.68);
    put_text(p, sheet->right, (lettering){7.5, false, soft, PANGO_ALIGN_RIGHT}, sheet->width - MARGIN, foot,
             wide * 0.3);
}

hs_status hs_map_sheet_draw(const hs_map_sheet *sheet, cairo_t *pen, hs_error *error) {
    hs_map_frame frame = hs_map_sheet_frame(sheet);
    page p = {sheet, pen, hs_pango_context_new(), error, HS_OK};
    if (!p.context) return hs_error_memory(error, "a printed map");
    cairo_save(pen);
    draw_frame(&p, &frame);
    draw_scale(&p, &frame);
    draw_north(&p, &frame);
    draw_legend(&p, &frame);
    draw_words(&p, &frame);
    cairo_restore(pen);
    g_object_unref(p.context);
    return p.status;
}
