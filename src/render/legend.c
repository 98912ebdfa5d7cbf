#include "render/legend.h"

#include "base/text.h"
#include "render/pango_context.h"
#include <math.h>
#include <stdio.h>

/* The shape of a legend, in units of length: pixels where the device scale is 1. */
enum {
    MARGIN = 14,
    SWATCH_WIDTH = HS_LEGEND_SWATCH_W,
    SWATCH_HEIGHT = HS_LEGEND_SWATCH_H,
    ROW_HEIGHT = 20,
    LABEL_LEFT = MARGIN + SWATCH_WIDTH + 10,
    GAP_SMALL = 3,
    GAP_LARGE = 9,
    WORDS_WIDTH = 300, /* longer lines wrap */
    LEAST_WIDTH = 200,
    MAX_LINES = 2 + HS_LEGEND_MOST_ROWS + HS_LEGEND_MAX_NOTES
};

typedef struct style {
    double size;
    PangoWeight weight;
} style;
static const style title_style = {15, PANGO_WEIGHT_BOLD}, unit_style = {12, PANGO_WEIGHT_NORMAL},
                   label_style = {13, PANGO_WEIGHT_NORMAL}, note_style = {11.5, PANGO_WEIGHT_NORMAL};

typedef struct line {
    PangoLayout *layout;
    double x, y;
    hs_rgba colour;
} line;

typedef struct sheet {
    const hs_legend *legend;
    const hs_ramp_classes *classes;
    PangoContext *context;
    line lines[MAX_LINES];
    uint32_t line_count;
    double swatches_y, width, height; /* of the whole, whole numbers */
} sheet;

static hs_status check_words(PangoLayout *layout, const char *text, hs_error *error) {
    if (pango_layout_get_unknown_glyphs_count(layout) == 0) return HS_OK;
    return hs_error_set(error, HS_E_UNSUPPORTED,
                        "legend: no font on this machine has every character of '%.*s': install "
                        "fonts-wqy-microhei or fonts-noto-cjk",
                        (int)hs_utf8_cut(hs_str_of(text), 80), text);
}

/* Lays one text out at (x, *y) and moves *y below it. */
static hs_status add_words(sheet *s, const char *text, style look, hs_rgba colour, double x, double *y,
                           hs_error *error) {
    if (!hs_utf8_valid(hs_str_of(text)))
        return hs_error_set(error, HS_E_ARGUMENT, "legend: a text is not UTF-8");
    line *made = &s->lines[s->line_count];
    made->layout = pango_layout_new(s->context);
    if (!made->layout) return hs_error_set(error, HS_E_MEMORY, "no memory for a legend");
    s->line_count++;
    PangoFontDescription *font = pango_font_description_from_string(HS_FONT_FAMILIES);
    pango_font_description_set_absolute_size(font, look.size * PANGO_SCALE);
    pango_font_description_set_weight(font, look.weight);
    pango_layout_set_font_description(made->layout, font);
    pango_font_description_free(font);
    pango_layout_set_width(made->layout, WORDS_WIDTH * PANGO_SCALE);
    pango_layout_set_wrap(made->layout, PANGO_WRAP_WORD_CHAR);
    pango_layout_set_text(made->layout, text, -1);
    int width;
    int height;
    pango_layout_get_pixel_size(made->layout, &width, &height);
    made->x = x;
    made->y = *y;
    made->colour = colour;
    *y += height;
    s->width = fmax(s->width, x + width + MARGIN);
    return check_words(made->layout, text, error);
}

/* A break's number: in groups of three, with a real minus; the ratio of a logarithm as 1/4 or 4. */
static void number_text(double value, hs_ramp_scale scale, bool sign, char *out, size_t size) {
    if (scale == HS_RAMP_RELATIVE_RISK) {
        bool whole = value == floor(value) && fabs(value) < 31;
        if (whole && value < 0)
            (void)snprintf(out, size, "1/%.0f", exp2(-value));
        else
            (void)snprintf(out, size, whole ? "%.0f" : "%.2g", exp2(value));
        return;
    }
    char digits[40];
    (void)snprintf(digits, sizeof digits, "%.10g", fabs(value));
    size_t whole = strspn(digits, "0123456789");
    size_t at = (size_t)snprintf(out, size, "%s", value < 0 ? "\u2212" : sign && value > 0 ? "+" : "");
    for (size_t i = 0; digits[i] && at + 2 < size; i++) {
        if (i > 0 && i < whole && (whole - i) % 3 == 0) out[at++] = ',';
        out[at++] = digits[i];
    }
    out[at] = 0;
}

/* What a class without colour means. */
static const char *left_out(const hs_legend *legend) {
    if ((legend->scale == HS_RAMP_CHANGE || legend->scale == HS_RAMP_CHANGE_KM))
        return legend->chinese ? "  变化不大" : "  little change";
    if (legend->scale == HS_RAMP_RELATIVE_RISK) return legend->chinese ? "  约 1 倍" : "  about 1";
    return legend->chinese ? "  不绘" : "  not drawn";
}

void hs_legend_class_text(const hs_legend *legend, const hs_ramp_classes *classes, uint32_t i, char *out,
                          size_t size) {
    bool signs = legend->scale == HS_RAMP_CHANGE || legend->scale == HS_RAMP_CHANGE_KM;
    bool ratio = legend->scale == HS_RAMP_RELATIVE_RISK;
    char from[64] = "";
    char to[64] = "";
    if (i > 0) number_text(classes->breaks[i - 1], legend->scale, signs, from, sizeof from);
    if (i < classes->break_count) number_text(classes->breaks[i], legend->scale, signs, to, sizeof to);
    const char *after = ratio ? (legend->chinese ? " 倍" : " times") : "";
    if (classes->colour[i].a == 0) after = left_out(legend);
    /* A dash between signed numbers would read as a minus. */
    const char *between = signs ? (legend->chinese ? " 至 " : " to ") : " – ";
    if (i == 0)
        (void)snprintf(out, size, "< %s%s", to, after);
    else if (i == classes->break_count)
        (void)snprintf(out, size, "≥ %s%s", from, after);
    else
        (void)snprintf(out, size, "%s%s%s%s", from, between, to, after);
}

static uint32_t rows_of(const sheet *s) {
    return s->legend->rows ? s->legend->rows->count : s->classes->break_count + 1;
}

/* The class of row `row`, from high to low. */
static uint32_t class_of_row(const sheet *s, uint32_t row) {
    return s->classes->break_count - row;
}

static hs_status add_row(sheet *s, uint32_t row, double *below, hs_error *error) {
    const hs_legend *legend = s->legend;
    if (legend->rows)
        return add_words(s, legend->rows->words[row], label_style, legend->paper.ink, LABEL_LEFT, below,
                         error);
    uint32_t i = class_of_row(s, row);
    char text[192];
    hs_legend_class_text(legend, s->classes, i, text, sizeof text);
    hs_rgba colour = s->classes->colour[i].a == 0 ? legend->paper.soft : legend->paper.ink;
    return add_words(s, text, label_style, colour, LABEL_LEFT, below, error);
}

static hs_status add_rows(sheet *s, double *y, hs_error *error) {
    s->swatches_y = *y;
    hs_status status = HS_OK;
    for (uint32_t row = 0; row < rows_of(s) && status == HS_OK; row++) {
        double below = 0;
        status = add_row(s, row, &below, error);
        /* Numbers stand at the middle of their swatch whatever the font's height. */
        s->lines[s->line_count - 1].y = *y + (SWATCH_HEIGHT - below) / 2;
        *y += ROW_HEIGHT;
    }
    return status;
}

static hs_status lay_out(sheet *s, hs_error *error) {
    const hs_legend *legend = s->legend;
    const hs_ramp_paper *paper = &legend->paper;
    double y = MARGIN - GAP_SMALL;
    s->width = LEAST_WIDTH;
    hs_status status = add_words(s, legend->title, title_style, paper->ink, MARGIN, &y, error);
    y += GAP_SMALL;
    if (status == HS_OK && *legend->unit)
        status = add_words(s, legend->unit, unit_style, paper->soft, MARGIN, &y, error);
    y += GAP_LARGE;
    if (status == HS_OK) status = add_rows(s, &y, error);
    y += GAP_LARGE - (ROW_HEIGHT - SWATCH_HEIGHT);
    for (int i = 0; i < HS_LEGEND_MAX_NOTES && legend->notes[i] && status == HS_OK; i++) {
        status = add_words(s, legend->notes[i], note_style, paper->soft, MARGIN, &y, error);
        y += GAP_SMALL;
    }
    s->height = ceil(y + MARGIN - GAP_SMALL);
    return status;
}

static void set_colour(cairo_t *pen, hs_rgba colour) {
    cairo_set_source_rgba(pen, colour.r / 255.0, colour.g / 255.0, colour.b / 255.0, colour.a / 255.0);
}

static void draw_rows(const sheet *s, cairo_t *pen) {
    for (uint32_t row = 0; row < rows_of(s); row++) {
        cairo_save(pen);
        cairo_translate(pen, MARGIN, s->swatches_y + row * ROW_HEIGHT);
        s->legend->rows->draw(s->legend->rows->context, row, pen);
        cairo_restore(pen);
    }
}

static void draw_swatches(const sheet *s, cairo_t *pen) {
    for (uint32_t row = 0; row <= s->classes->break_count; row++) {
        hs_rgba colour = s->classes->colour[class_of_row(s, row)];
        double y = s->swatches_y + row * ROW_HEIGHT;
        if (s->legend->ground.a > 0) {
            cairo_rectangle(pen, MARGIN, y, SWATCH_WIDTH, SWATCH_HEIGHT);
            set_colour(pen, s->legend->ground);
            cairo_fill(pen);
        }
        if (colour.a > 0) {
            cairo_rectangle(pen, MARGIN, y, SWATCH_WIDTH, SWATCH_HEIGHT);
            set_colour(pen, colour);
            cairo_fill(pen);
        } else {
            cairo_rectangle(pen, MARGIN + 0.5, y + 0.5, SWATCH_WIDTH - 1, SWATCH_HEIGHT - 1);
            set_colour(pen, s->legend->paper.line);
            cairo_set_line_width(pen, 1);
            cairo_stroke(pen);
        }
    }
}

static cairo_status_t append(void *out, const unsigned char *data, unsigned size) {
    hs_buffer *buffer = out;
    hs_buffer_append(buffer, data, size);
    return buffer->status == HS_OK ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_WRITE_ERROR;
}

static void draw_sheet(const sheet *s, cairo_t *pen) {
    if (s->legend->rows)
        draw_rows(s, pen);
    else
        draw_swatches(s, pen);
    for (uint32_t i = 0; i < s->line_count; i++) {
        set_colour(pen, s->lines[i].colour);
        cairo_move_to(pen, s->lines[i].x, s->lines[i].y);
        pango_cairo_show_layout(pen, s->lines[i].layout);
    }
}

static hs_status draw(const sheet *s, hs_error *error, hs_buffer *out) {
    double scale = s->legend->device_scale;
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)lround(s->width * scale),
                                                          (int)lround(s->height * scale));
    cairo_t *pen = cairo_create(surface);
    cairo_scale(pen, scale, scale);
    set_colour(pen, s->legend->paper.paper);
    cairo_paint(pen);
    draw_sheet(s, pen);
    cairo_status_t done = cairo_status(pen);
    if (done == CAIRO_STATUS_SUCCESS) done = cairo_surface_write_to_png_stream(surface, append, out);
    cairo_destroy(pen);
    cairo_surface_destroy(surface);
    if (out->status != HS_OK) return hs_error_set(error, out->status, "no room for a legend");
    if (done == CAIRO_STATUS_SUCCESS) return HS_OK;
    return hs_error_set(error, done == CAIRO_STATUS_NO_MEMORY ? HS_E_MEMORY : HS_E_INTERNAL, "legend: %s",
                        cairo_status_to_string(done));
}

static hs_status open_sheet(sheet *s, const hs_legend *legend, const hs_ramp_classes *classes,
                            hs_error *error) {
    *s = (sheet){.legend = legend, .classes = classes, .context = hs_pango_context_new()};
    return s->context ? lay_out(s, error) : hs_error_set(error, HS_E_MEMORY, "no memory for a legend");
}

static void close_sheet(sheet *s) {
    for (uint32_t i = 0; i < s->line_count; i++)
        g_object_unref(s->lines[i].layout);
    if (s->context) g_object_unref(s->context);
}

hs_status hs_render_legend(const hs_legend *legend, const hs_ramp_classes *classes, hs_error *error,
                           hs_buffer *out) {
    if (!(legend->device_scale > 0 && legend->device_scale <= HS_LEGEND_MAX_SCALE))
        return hs_error_set(error, HS_E_ARGUMENT, "legend: the scale is above 0 to %g", HS_LEGEND_MAX_SCALE);
    sheet s;
    hs_status status = open_sheet(&s, legend, classes, error);
    if (status == HS_OK) status = draw(&s, error, out);
    close_sheet(&s);
    return status;
}
