#include "render/crew_sheet.h"

#include <math.h>

#define MARGIN      28.0
#define GAP         8.0
#define TITLE_SIZE  17.0
#define SUB_SIZE    9.0
#define WORD_SIZE   7.6
#define FOOT_SIZE   7.0
#define CELL_PAD    1.7
#define BAND        10.0
#define STRIP       27.0
#define LEAST_MAP   0.30 /* of the page's height */
#define MOST_MAP    0.50
#define LEAST_NOTES 74.0
#define NOTE_LINE   20.0
#define FACT_NAME   0.30
#define PALE                                                                                                 \
    { 0xF2, 0xF2, 0xF2, 255 }

enum { CELL_LINES = 2, VALUE_LINES = 3 };

static const hs_sheet_type head_type = {WORD_SIZE, true, {0x11, 0x11, 0x11, 255}, HS_SHEET_LEFT, CELL_LINES},
                           cell_type = {WORD_SIZE, false, {0x11, 0x11, 0x11, 255}, HS_SHEET_LEFT, CELL_LINES},
                           name_type = {WORD_SIZE, false, {0x55, 0x55, 0x55, 255}, HS_SHEET_LEFT, 2},
                           value_type = {
                               WORD_SIZE, false, {0x11, 0x11, 0x11, 255}, HS_SHEET_LEFT, VALUE_LINES};

/* One row of texts from `y` on; returns its height. */
static double walk_row(hs_sheet_pen *pen, const hs_crew_sheet *sheet, const char *const *texts, bool head,
                       const hs_sheet_box *table, double y) {
    double x = table->x;
    double high = 0;
    for (uint32_t c = 0; c < sheet->column_count; c++) {
        const hs_table_column *column = &sheet->columns[c];
        hs_sheet_type type = head ? head_type : cell_type;
        double width = column->share * table->width;
        type.align = column->align;
        type.bold = type.bold || c == 0;
        const char *text = head ? column->title : texts[c];
        high = fmax(high, hs_sheet_text(pen, text, &type, x + CELL_PAD, y + CELL_PAD, width - 2 * CELL_PAD));
        x += width;
    }
    return high + 2 * CELL_PAD;
}

static double row_height(hs_sheet_pen *pen, const hs_crew_sheet *sheet, uint32_t row, const hs_sheet_box *t) {
    hs_sheet_pen measure = *pen;
    measure.pass = HS_SHEET_MEASURE;
    double high = walk_row(&measure, sheet, &sheet->cells[(size_t)row * sheet->column_count], false, t, 0);
    pen->status = measure.status;
    return high;
}

/* Facts one after another in two columns, the first of which has the greater half. */
static double walk_facts(hs_sheet_pen *pen, const hs_crew_sheet *sheet, const hs_sheet_box *box) {
    uint32_t half = (sheet->fact_count + 1) / 2;
    double width = (box->width - GAP) / 2;
    double most = 0;
    for (int column = 0; column < 2; column++) {
        uint32_t end = column == 0 ? half : sheet->fact_count;
        double x = box->x + column * (width + GAP);
        double y = box->y;
        for (uint32_t i = column == 0 ? 0 : half; i < end; i++) {
            double name = width * FACT_NAME;
            double left = hs_sheet_text(pen, sheet->facts[i].name, &name_type, x, y, name - 4);
            double right = hs_sheet_text(pen, sheet->facts[i].value, &value_type, x + name, y, width - name);
            y += fmax(left, right) + 2;
        }
        most = fmax(most, y - box->y);
    }
    return most;
}

static double place_words(hs_sheet_pen *pen, const hs_crew_sheet *sheet, hs_crew_layout *l) {
    const hs_sheet_type title = {TITLE_SIZE, true, hs_sheet_ink, HS_SHEET_LEFT, 1};
    const hs_sheet_type sub = {SUB_SIZE, false, hs_sheet_soft, HS_SHEET_LEFT, 2};
    const hs_sheet_type foot = {FOOT_SIZE, false, hs_sheet_soft, HS_SHEET_LEFT, 1};
    double wide = sheet->width - 2 * MARGIN;
    double high = fmax(hs_sheet_text(pen, sheet->left, &foot, 0, 0, wide * 0.75), FOOT_SIZE * 1.5);
    l->title = (hs_sheet_box){MARGIN, MARGIN, wide, hs_sheet_text(pen, sheet->title, &title, 0, 0, wide)};
    l->subtitle = (hs_sheet_box){MARGIN, MARGIN + l->title.height, wide,
                                 hs_sheet_text(pen, sheet->subtitle, &sub, 0, 0, wide)};
    l->left = (hs_sheet_box){MARGIN, sheet->height - MARGIN - high, wide * 0.75, high};
    l->right = (hs_sheet_box){MARGIN + wide * 0.77, sheet->height - MARGIN - high, wide * 0.23, high};
    return l->subtitle.y + l->subtitle.height + GAP;
}

static void place_map(hs_crew_layout *l, double top, double width, double height) {
    hs_sheet_layout *m = &l->about_map;
    m->map = (hs_sheet_box){ceil(MARGIN + BAND), ceil(top), floor(width - BAND) - 1, floor(height)};
    m->ticks_left = (hs_sheet_box){m->map.x - BAND, m->map.y, BAND, m->map.height};
    m->ticks_below = (hs_sheet_box){m->map.x, m->map.y + m->map.height, m->map.width, BAND};
    m->strip = (hs_sheet_box){m->map.x, m->ticks_below.y + BAND, m->map.width, STRIP};
}

/* Rows from `first` on while they fit into `room`. */
static double take_rows(hs_sheet_pen *pen, const hs_crew_sheet *sheet, hs_crew_layout *l, double room) {
    double used = walk_row(pen, sheet, NULL, true, &l->table, 0);
    l->last = l->first;
    while (l->last < sheet->rows && pen->status == HS_OK) {
        double high = row_height(pen, sheet, l->last, &l->table);
        if (used + high > room) break;
        used += high;
        l->last++;
    }
    return used;
}

static void place_all(hs_sheet_pen *pen, const hs_crew_sheet *sheet, hs_crew_layout *l) {
    double top = place_words(pen, sheet, l);
    double wide = sheet->width - 2 * MARGIN;
    double bottom = l->left.y - GAP;
    bool map = l->first == 0;
    double about_map = map ? BAND + STRIP + GAP + 2 : 0;
    double least = map ? floor(sheet->height * LEAST_MAP) : 0;
    l->facts = (hs_sheet_box){MARGIN, 0, wide, 0};
    l->facts.height = walk_facts(pen, sheet, &l->facts);
    double closing = 2 * GAP + l->facts.height + LEAST_NOTES;
    l->table = (hs_sheet_box){MARGIN, 0, wide, 0};
    /* Without facts and notes more rows fit, and those are on a later page. */
    double used = take_rows(pen, sheet, l, bottom - top - least - about_map);
    l->ends = l->last == sheet->rows && top + least + about_map + used + closing <= bottom;
    if (!l->ends && l->last == sheet->rows && l->last > l->first)
        used = take_rows(pen, sheet, l, bottom - top - least - about_map - closing);
    l->ends = l->ends || (l->last == sheet->rows && l->last >= l->first &&
                          top + least + about_map + used + closing <= bottom);
    if (map) {
        double free_room = bottom - top - about_map - used - (l->ends ? closing : 0);
        double height = fmin(fmax(free_room, least), floor(sheet->height * MOST_MAP));
        place_map(l, top, wide, height);
        top = l->about_map.strip.y + STRIP + GAP;
    }
    l->table.y = top;
    l->table.height = used;
    top += used + GAP;
    if (!l->ends) {
        l->facts.height = 0;
        return;
    }
    l->facts.y = top;
    top += l->facts.height + GAP;
    l->notes = (hs_sheet_box){MARGIN, top, wide, bottom - top};
}

hs_status hs_crew_sheet_layout(const hs_crew_sheet *sheet, uint32_t first, hs_error *error,
                               hs_crew_layout *layout) {
    hs_sheet_pen pen;
    *layout = (hs_crew_layout){.first = first};
    layout->about_map.title_size = TITLE_SIZE;
    hs_status status = hs_sheet_pen_init(&pen, NULL, HS_SHEET_MEASURE, error);
    if (status != HS_OK) return status;
    place_all(&pen, sheet, layout);
    hs_sheet_pen_done(&pen);
    if (pen.status != HS_OK) return pen.status;
    if (layout->last > first || layout->ends) return HS_OK;
    return hs_error_set(error, HS_E_LIMIT, "print: not one row of the table fits on the page");
}

static void rule(hs_sheet_pen *pen, double x, double y, double width, hs_rgba colour) {
    if (pen->pass != HS_SHEET_DRAW) return;
    cairo_move_to(pen->cairo, x, y);
    cairo_line_to(pen->cairo, x + width, y);
    hs_sheet_colour(pen->cairo, colour);
    cairo_set_line_width(pen->cairo, 0.5);
    cairo_stroke(pen->cairo);
}

static void shade(hs_sheet_pen *pen, double x, double y, double width, double height) {
    const hs_rgba pale = PALE;
    if (pen->pass != HS_SHEET_DRAW) return;
    cairo_rectangle(pen->cairo, x, y, width, height);
    hs_sheet_colour(pen->cairo, pale);
    cairo_fill(pen->cairo);
}

static void walk_table(hs_sheet_pen *pen, const hs_crew_sheet *sheet, const hs_crew_layout *l) {
    const hs_sheet_box *t = &l->table;
    hs_sheet_pen measure = *pen;
    measure.pass = HS_SHEET_MEASURE;
    double y = t->y;
    double high = walk_row(&measure, sheet, NULL, true, t, 0);
    shade(pen, t->x, y, t->width, high);
    (void)walk_row(pen, sheet, NULL, true, t, y);
    y += high;
    rule(pen, t->x, y, t->width, hs_sheet_ink);
    for (uint32_t row = l->first; row < l->last; row++) {
        y += walk_row(pen, sheet, &sheet->cells[(size_t)row * sheet->column_count], false, t, y);
        rule(pen, t->x, y, t->width, hs_sheet_rule);
    }
}

static void walk_notes(hs_sheet_pen *pen, const hs_crew_sheet *sheet, const hs_crew_layout *l) {
    const hs_sheet_box *n = &l->notes;
    double y = n->y + hs_sheet_text(pen, sheet->notes, &head_type, n->x, n->y, n->width);
    int lines = (int)((n->y + n->height - y) / NOTE_LINE);
    for (int i = 1; i <= lines; i++)
        rule(pen, n->x, y + i * NOTE_LINE, n->width, hs_sheet_rule);
}

static void walk_map(hs_sheet_pen *pen, const hs_crew_sheet *sheet, const hs_crew_layout *l,
                     const hs_map_view *view) {
    const hs_sheet_box *map = &l->about_map.map;
    const hs_map_sheet about = {.scale = sheet->scale, .chinese = sheet->chinese};
    if (pen->pass == HS_SHEET_DRAW) {
        cairo_rectangle(pen->cairo, map->x, map->y, map->width, map->height);
        hs_sheet_colour(pen->cairo, hs_sheet_ink);
        cairo_set_line_width(pen->cairo, 0.9);
        cairo_stroke(pen->cairo);
    }
    hs_sheet_ticks(pen, &l->about_map, view);
    hs_sheet_strip(pen, &about, &l->about_map, view);
}

static hs_status walk_page(const hs_crew_sheet *sheet, const hs_crew_layout *l, uint32_t number,
                           const hs_map_view *view, cairo_t *cairo, hs_sheet_pass pass, hs_error *error) {
    const hs_sheet_type title = {TITLE_SIZE, true, hs_sheet_ink, HS_SHEET_LEFT, 1};
    const hs_sheet_type sub = {SUB_SIZE, false, hs_sheet_soft, HS_SHEET_LEFT, 2};
    const hs_sheet_type left = {FOOT_SIZE, false, hs_sheet_soft, HS_SHEET_LEFT, 1};
    const hs_sheet_type right = {FOOT_SIZE, false, hs_sheet_soft, HS_SHEET_RIGHT, 1};
    hs_sheet_pen pen;
    hs_status status = hs_sheet_pen_init(&pen, cairo, pass, error);
    if (status != HS_OK) return status;
    (void)hs_sheet_text(&pen, sheet->title, &title, l->title.x, l->title.y, l->title.width);
    (void)hs_sheet_text(&pen, sheet->subtitle, &sub, l->subtitle.x, l->subtitle.y, l->subtitle.width);
    if (l->first == 0) walk_map(&pen, sheet, l, view);
    walk_table(&pen, sheet, l);
    if (l->ends) {
        (void)walk_facts(&pen, sheet, &l->facts);
        walk_notes(&pen, sheet, l);
    }
    (void)hs_sheet_text(&pen, sheet->left, &left, l->left.x, l->left.y, l->left.width);
    if (number < sheet->page_count)
        (void)hs_sheet_text(&pen, sheet->page[number], &right, l->right.x, l->right.y, l->right.width);
    hs_sheet_pen_done(&pen);
    return pen.status;
}

hs_status hs_crew_sheet_begin(const hs_crew_sheet *sheet, const hs_crew_layout *layout, uint32_t number,
                              const hs_map_view *view, cairo_t *cairo, hs_error *error) {
    hs_status status = walk_page(sheet, layout, number, view, cairo, HS_SHEET_WORDS, error);
    hs_sheet_ground(cairo, sheet->width, sheet->height);
    return status;
}

hs_status hs_crew_sheet_draw(const hs_crew_sheet *sheet, const hs_crew_layout *layout, uint32_t number,
                             const hs_map_view *view, cairo_t *cairo, hs_error *error) {
    return walk_page(sheet, layout, number, view, cairo, HS_SHEET_DRAW, error);
}
