/* Blocks beside a map: legends and lists of facts. */
#include "render/map_sheet.h"
#include <math.h>

/* In points of the usual type. */
#define PADDING    7.0
#define TITLE_SIZE 9.0
#define WORD_SIZE  7.5
#define FACT_SIZE  7.2
#define MARK_WIDTH 22.0
#define MARK_HIGH  9.5
#define MARK_GAP   6.0
#define ROW_GAP    2.0
#define FACT_NAME  0.31 /* of the width */

enum { VALUE_LINES = 4 };

/* Where the next row stands. */
typedef struct walk {
    hs_sheet_pen *pen;
    const hs_sheet_block *block;
    double type, x, y, width;
} walk;

static void draw_number(walk *w, double x, double y, double radius) {
    cairo_t *cairo = w->pen->cairo;
    cairo_arc(cairo, x, y, radius, 0, 2 * 3.14159265358979323846);
    hs_sheet_colour(cairo, hs_sheet_ink);
    cairo_fill(cairo);
    hs_sheet_type digits = {radius * 1.25, true, {255, 255, 255, 255}, HS_SHEET_CENTRE, 1};
    (void)hs_sheet_text(w->pen, "1", &digits, x - radius, y - radius * 0.93, 2 * radius);
}

static void draw_mark(walk *w, const hs_sheet_key *key, double y) {
    cairo_t *cairo = w->pen->cairo;
    double wide = MARK_WIDTH * w->type;
    double high = MARK_HIGH * w->type;
    cairo_save(cairo);
    if (key->number) {
        draw_number(w, w->x + wide / 2, y + high / 2, high * 0.55);
    } else if (key->line) {
        cairo_move_to(cairo, w->x + 2, y + high / 2);
        cairo_line_to(cairo, w->x + wide - 2, y + high / 2);
        hs_map_shape_ink(cairo, &key->style, false, 0.75 * w->type);
    } else {
        if (w->block->ground.a > 0) {
            cairo_rectangle(cairo, w->x, y, wide, high);
            hs_sheet_colour(cairo, w->block->ground);
            cairo_fill(cairo);
        }
        cairo_rectangle(cairo, w->x + 0.4, y + 0.4, wide - 0.8, high - 0.8);
        hs_map_shape_ink(cairo, &key->style, true, 0.75 * w->type);
    }
    cairo_restore(cairo);
}

static void walk_key(walk *w, const hs_sheet_key *key) {
    const hs_sheet_type words = {WORD_SIZE * w->type, false, hs_sheet_ink, HS_SHEET_LEFT, 2};
    double left = (MARK_WIDTH + MARK_GAP) * w->type;
    hs_sheet_pen measure = *w->pen;
    measure.pass = HS_SHEET_MEASURE;
    double tall = hs_sheet_text(&measure, key->text, &words, 0, 0, w->width - left);
    double high = fmax(tall, MARK_HIGH * w->type);
    (void)hs_sheet_text(w->pen, key->text, &words, w->x + left, w->y + (high - tall) / 2, w->width - left);
    if (w->pen->pass == HS_SHEET_DRAW) draw_mark(w, key, w->y + (high - MARK_HIGH * w->type) / 2);
    w->y += high + ROW_GAP * w->type;
}

static void walk_fact(walk *w, const hs_sheet_fact *fact) {
    const hs_sheet_type names = {FACT_SIZE * w->type, false, hs_sheet_soft, HS_SHEET_LEFT, 2};
    const hs_sheet_type values = {FACT_SIZE * w->type, false, hs_sheet_ink, HS_SHEET_LEFT, VALUE_LINES};
    double name = w->width * FACT_NAME;
    double left = hs_sheet_text(w->pen, fact->name, &names, w->x, w->y, name - 4);
    double right = hs_sheet_text(w->pen, fact->value, &values, w->x + name, w->y, w->width - name);
    w->y += fmax(left, right) + ROW_GAP * w->type;
}

double hs_sheet_block_walk(hs_sheet_pen *pen, const hs_sheet_block *block, double type, double x, double y,
                           double width) {
    const hs_sheet_type title = {TITLE_SIZE * type, true, hs_sheet_ink, HS_SHEET_LEFT, 3};
    const hs_sheet_type note = {FACT_SIZE * type, false, hs_sheet_soft, HS_SHEET_LEFT, 4};
    walk w = {pen, block, type, x + PADDING, y + PADDING - 2, width - 2 * PADDING};
    w.y += hs_sheet_text(pen, block->title, &title, w.x, w.y, w.width);
    if (block->note && *block->note) w.y += hs_sheet_text(pen, block->note, &note, w.x, w.y, w.width);
    w.y += 2 * ROW_GAP * type;
    for (uint32_t i = 0; i < block->key_count; i++)
        walk_key(&w, &block->keys[i]);
    for (uint32_t i = 0; i < block->fact_count; i++)
        walk_fact(&w, &block->facts[i]);
    double height = ceil(w.y - y + PADDING - ROW_GAP * type);
    if (pen->pass == HS_SHEET_DRAW) {
        cairo_rectangle(pen->cairo, x, y, width, height);
        hs_sheet_colour(pen->cairo, hs_sheet_rule);
        cairo_set_line_width(pen->cairo, 0.5);
        cairo_stroke(pen->cairo);
    }
    return height;
}
