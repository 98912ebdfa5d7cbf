/* Where the parts of a printed map stand. */
#include "render/map_sheet.h"
#include <math.h>

#define A4_SHORT     595.276
#define MARGIN       0.048 /* of the shorter side */
#define TITLE_SIZE   19.0
#define SUB_SIZE     9.5
#define FOOT_SIZE    7.0
#define STRIP_HEIGHT 27.0
#define TICK_BAND    10.0
#define GAP          8.0
#define PANEL_SHARE  0.245
#define TYPE_STEP    0.04
#define LEAST_MAP    0.35 /* of an upright page's height */

enum { MOST_COLUMNS = 3, TYPE_STEPS = 7 };

/* How much larger things are on larger paper. */
static double paper_scale(const hs_map_sheet *sheet) {
    double shorter = fmin(sheet->width, sheet->height);
    return fmin(fmax(sqrt(shorter / A4_SHORT), 0.7), 1.6);
}

typedef struct plan {
    const hs_map_sheet *sheet;
    hs_sheet_pen *pen;
    hs_sheet_layout *out;
    double scale;
    hs_sheet_box inner; /* within the margins, between title and foot */
} plan;

static void place_words(plan *p) {
    const hs_map_sheet *sheet = p->sheet;
    hs_sheet_layout *l = p->out;
    double margin = floor(fmin(sheet->width, sheet->height) * MARGIN);
    double wide = sheet->width - 2 * margin;
    const hs_sheet_type title = {TITLE_SIZE * p->scale, true, hs_sheet_ink, HS_SHEET_LEFT, 1};
    const hs_sheet_type sub = {SUB_SIZE * p->scale, false, hs_sheet_soft, HS_SHEET_LEFT, 1};
    const hs_sheet_type foot = {FOOT_SIZE * p->scale, false, hs_sheet_soft, HS_SHEET_LEFT, 1};
    double top = margin;
    l->title_size = title.size;
    l->subtitle_size = sub.size;
    l->foot_size = foot.size;
    l->title = (hs_sheet_box){margin, top, wide, hs_sheet_text(p->pen, sheet->title, &title, 0, 0, wide)};
    top += l->title.height;
    l->subtitle = (hs_sheet_box){margin, top, wide, hs_sheet_text(p->pen, sheet->subtitle, &sub, 0, 0, wide)};
    top += l->subtitle.height + GAP;
    double right = fmin(hs_sheet_text_width(p->pen, sheet->right, &foot) + 2, wide * 0.4);
    double foot_high = fmax(hs_sheet_text(p->pen, sheet->left, &foot, 0, 0, wide),
                            hs_sheet_text(p->pen, sheet->right, &foot, 0, 0, wide));
    double bottom = sheet->height - margin - foot_high;
    l->left = (hs_sheet_box){margin, bottom, wide - right - GAP, foot_high};
    l->right = (hs_sheet_box){margin + wide - right, bottom, right, foot_high};
    p->inner = (hs_sheet_box){margin, top, wide, bottom - GAP / 2 - top};
}

/* The map and what is about it in a box. */
static void place_map(plan *p, hs_sheet_box box) {
    hs_sheet_layout *l = p->out;
    double band = ceil(TICK_BAND * p->scale);
    double strip = ceil(STRIP_HEIGHT * p->scale);
    l->map = (hs_sheet_box){ceil(box.x + band), ceil(box.y), floor(box.width - band) - 1,
                            floor(box.height - band - strip) - 1};
    double below = l->map.y + l->map.height;
    l->ticks_left = (hs_sheet_box){l->map.x - band, l->map.y, band, l->map.height};
    l->ticks_below = (hs_sheet_box){l->map.x, below, l->map.width, band};
    l->strip = (hs_sheet_box){l->map.x, below + band, l->map.width, strip};
}

static double block_height(const plan *p, uint32_t block, double type, double width) {
    return hs_sheet_block_walk(p->pen, &p->sheet->blocks[block], type * p->scale, 0, 0, width);
}

/* Blocks first to last below each other from the box's top on; false where they do not fit. */
static bool place_column(const plan *p, uint32_t first, uint32_t last, double type, hs_sheet_box box) {
    double y = box.y;
    for (uint32_t i = first; i < last; i++) {
        double high = block_height(p, i, type, box.width);
        p->out->block[i] = (hs_sheet_box){box.x, y, box.width, high};
        y += high + GAP;
    }
    return y - GAP <= box.y + box.height + 1e-9;
}

static bool place_beside(plan *p) {
    double panel = floor(p->inner.width * PANEL_SHARE);
    hs_sheet_box column = {p->inner.x + p->inner.width - panel, ceil(p->inner.y), panel, p->inner.height - 1};
    place_map(p, (hs_sheet_box){p->inner.x, p->inner.y, p->inner.width - panel - GAP, p->inner.height});
    for (int step = 0; step <= TYPE_STEPS; step++) {
        double type = 1 - step * TYPE_STEP;
        p->out->type = type * p->scale;
        if (place_column(p, 0, p->sheet->block_count, type, column)) return true;
    }
    return false;
}

/* The split of blocks into columns, in order, whose highest column is lowest: `cut` are the columns' ends. */
static double split(const double *height, uint32_t count, uint32_t columns, uint32_t *cut) {
    double best = HUGE_VAL;
    for (uint32_t a = 1; a <= count; a++)
        for (uint32_t b = a; b <= count; b++) {
            uint32_t end[MOST_COLUMNS] = {a, b, count};
            double highest = 0;
            uint32_t from = 0;
            if ((columns < 3 && b < count) || (columns < 2 && a < count)) continue;
            for (int c = 0; c < MOST_COLUMNS; c++) {
                double high = 0;
                for (uint32_t i = from; i < end[c]; i++)
                    high += height[i] + (i > from ? GAP : 0);
                highest = fmax(highest, high);
                from = end[c] > from ? end[c] : from;
            }
            if (highest >= best - 1e-9) continue;
            best = highest;
            for (int c = 0; c < MOST_COLUMNS; c++)
                cut[c] = end[c];
        }
    return best;
}

static bool place_below(plan *p) {
    uint32_t count = p->sheet->block_count;
    uint32_t columns = count < MOST_COLUMNS ? count : MOST_COLUMNS;
    double width = (p->inner.width - (columns - 1) * GAP) / columns;
    double most = p->inner.height * (1 - LEAST_MAP);
    for (int step = 0; step <= TYPE_STEPS; step++) {
        double type = 1 - step * TYPE_STEP;
        double height[HS_SHEET_MOST_BLOCKS];
        uint32_t cut[MOST_COLUMNS] = {0};
        for (uint32_t i = 0; i < count; i++)
            height[i] = block_height(p, i, type, width);
        double high = split(height, count, columns, cut);
        if (high > most) continue;
        hs_sheet_box column = {p->inner.x, p->inner.y + p->inner.height - high, width, high};
        place_map(p, (hs_sheet_box){p->inner.x, p->inner.y, p->inner.width, p->inner.height - high - GAP});
        p->out->type = type * p->scale;
        for (uint32_t c = 0; c < columns; c++) {
            (void)place_column(p, c > 0 ? cut[c - 1] : 0, cut[c], type, column);
            column.x += width + GAP;
        }
        return true;
    }
    return false;
}

hs_status hs_map_sheet_layout(const hs_map_sheet *sheet, hs_error *error, hs_sheet_layout *layout) {
    hs_sheet_pen pen;
    *layout = (hs_sheet_layout){.type = 1};
    if (sheet->block_count > HS_SHEET_MOST_BLOCKS)
        return hs_error_set(error, HS_E_LIMIT, "print: at most %d blocks stand beside a map",
                            HS_SHEET_MOST_BLOCKS);
    hs_status status = hs_sheet_pen_init(&pen, NULL, HS_SHEET_MEASURE, error);
    if (status != HS_OK) return status;
    plan p = {sheet, &pen, layout, paper_scale(sheet), {0, 0, 0, 0}};
    place_words(&p);
    bool fits = true;
    if (sheet->block_count == 0)
        place_map(&p, p.inner);
    else
        fits = sheet->width >= sheet->height ? place_beside(&p) : place_below(&p);
    hs_sheet_pen_done(&pen);
    if (pen.status != HS_OK) return pen.status;
    if (fits) return HS_OK;
    return hs_error_set(error, HS_E_LIMIT,
                        "print: legends and facts do not fit on this paper: take paper=a3, fewer layers or "
                        "fewer breaks");
}
