#include "render/sheet_pen.h"

#include "base/text.h"
#include <hb.h>
#include <math.h>

const hs_rgba hs_sheet_ink = {0x11, 0x11, 0x11, 255}, hs_sheet_soft = {0x55, 0x55, 0x55, 255},
              hs_sheet_rule = {0x99, 0x99, 0x99, 255};

/* Fonts with TrueType outlines: cairo 1.16 loses memory with each CFF font that it puts into a PDF. */
#define WORDS_FAMILIES "WenQuanYi Micro Hei,DejaVu Sans"

hs_status hs_sheet_pen_init(hs_sheet_pen *pen, cairo_t *cairo, hs_sheet_pass pass, hs_error *error) {
    *pen = (hs_sheet_pen){cairo, hs_pango_context_new(), pass, error, HS_OK};
    return pen->context ? HS_OK : hs_error_memory(error, "a printed page");
}

void hs_sheet_pen_done(hs_sheet_pen *pen) {
    if (pen->context) g_object_unref(pen->context);
    pen->context = NULL;
}

void hs_sheet_colour(cairo_t *cairo, hs_rgba c) {
    cairo_set_source_rgba(cairo, c.r / 255.0, c.g / 255.0, c.b / 255.0, c.a / 255.0);
}

static PangoLayout *new_layout(const hs_sheet_pen *pen, const char *families, const char *text,
                               const hs_sheet_type *type) {
    PangoLayout *layout = pango_layout_new(pen->context);
    PangoFontDescription *font = pango_font_description_from_string(families);
    pango_font_description_set_absolute_size(font, type->size * PANGO_SCALE);
    pango_font_description_set_weight(font, type->bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
    pango_layout_set_font_description(layout, font);
    pango_font_description_free(font);
    pango_layout_set_text(layout, text, -1);
    return layout;
}

static void set_width(PangoLayout *layout, const hs_sheet_type *type, double width) {
    static const PangoAlignment aligned[] = {PANGO_ALIGN_LEFT, PANGO_ALIGN_CENTER, PANGO_ALIGN_RIGHT};
    pango_layout_set_width(layout, (int)(fmax(width, 1) * PANGO_SCALE));
    pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
    pango_layout_set_alignment(layout, aligned[type->align]);
    if (type->lines <= 0) return;
    pango_layout_set_height(layout, -type->lines);
    pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END);
}

static bool is_truetype(PangoFont *font) {
    hb_blob_t *outlines =
        hb_face_reference_table(hb_font_get_face(pango_font_get_hb_font(font)), HB_TAG('g', 'l', 'y', 'f'));
    bool any = hb_blob_get_length(outlines) > 0;
    hb_blob_destroy(outlines);
    return any;
}

static bool can_be_text(PangoLayout *layout) {
    bool good = pango_layout_get_unknown_glyphs_count(layout) == 0;
    PangoLayoutIter *iter = pango_layout_get_iter(layout);
    do {
        PangoLayoutRun *run = pango_layout_iter_get_run_readonly(iter);
        good = good && (!run || is_truetype(run->item->analysis.font));
    } while (good && pango_layout_iter_next_run(iter));
    pango_layout_iter_free(iter);
    return good;
}

/* The whole text, begun where the drawn one begins: it is found, not seen. */
static void lay_words(hs_sheet_pen *pen, const char *text, const hs_sheet_type *type, double x, double y,
                      double width) {
    hs_sheet_type whole = *type;
    whole.lines = 0;
    whole.bold = false; /* a made-up bold would be written as CFF */
    PangoLayout *layout = new_layout(pen, WORDS_FAMILIES, text, &whole);
    set_width(layout, &whole, width);
    if (can_be_text(layout)) {
        hs_sheet_colour(pen->cairo, hs_sheet_ink);
        cairo_move_to(pen->cairo, x, y);
        pango_cairo_show_layout(pen->cairo, layout);
    }
    g_object_unref(layout);
}

static bool can_write(hs_sheet_pen *pen, const char *text) {
    if (!text || !*text || pen->status != HS_OK) return false;
    if (!hs_utf8_valid(hs_str_of(text)))
        pen->status = hs_error_set(pen->error, HS_E_ARGUMENT, "print: a text is not UTF-8");
    return pen->status == HS_OK;
}

static void check_characters(hs_sheet_pen *pen, PangoLayout *layout, const char *text) {
    if (pango_layout_get_unknown_glyphs_count(layout) == 0) return;
    pen->status = hs_error_set(pen->error, HS_E_UNSUPPORTED,
                               "print: no font on this machine has every character of '%.*s': install "
                               "fonts-wqy-microhei or fonts-noto-cjk",
                               (int)hs_utf8_cut(hs_str_of(text), 80), text);
}

double hs_sheet_text(hs_sheet_pen *pen, const char *text, const hs_sheet_type *type, double x, double y,
                     double width) {
    int wide;
    int tall;
    if (!can_write(pen, text)) return 0;
    PangoLayout *layout = new_layout(pen, HS_FONT_FAMILIES, text, type);
    set_width(layout, type, width);
    check_characters(pen, layout, text);
    pango_layout_get_size(layout, &wide, &tall);
    if (pen->pass == HS_SHEET_WORDS && pen->status == HS_OK) lay_words(pen, text, type, x, y, width);
    if (pen->pass == HS_SHEET_DRAW && pen->status == HS_OK) {
        hs_sheet_colour(pen->cairo, type->colour);
        cairo_move_to(pen->cairo, x, y);
        pango_cairo_layout_path(pen->cairo, layout);
        cairo_fill(pen->cairo);
    }
    g_object_unref(layout);
    return tall / (double)PANGO_SCALE;
}

double hs_sheet_text_width(hs_sheet_pen *pen, const char *text, const hs_sheet_type *type) {
    int wide;
    int tall;
    if (!can_write(pen, text)) return 0;
    PangoLayout *layout = new_layout(pen, HS_FONT_FAMILIES, text, type);
    pango_layout_get_size(layout, &wide, &tall);
    g_object_unref(layout);
    return wide / (double)PANGO_SCALE;
}

/* Two halves: cairo forgets what lies below one shape that covers the page. */
void hs_sheet_ground(cairo_t *cairo, double width, double height) {
    cairo_set_source_rgb(cairo, 1, 1, 1);
    for (int half = 0; half < 2; half++) {
        cairo_rectangle(cairo, half == 0 ? -1 : width / 2 - 1, -1, width / 2 + 2, height + 2);
        cairo_fill(cairo);
    }
}
