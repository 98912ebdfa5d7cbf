#include "service/map_plan.h"

#include "base/text.h"
#include "service/focus_texts.h"
#include <math.h>
#include <stdio.h>

#define CASING                                                                                               \
    { 255, 255, 255, 235 }
#define PALE                                                                                                 \
    { 0x80, 0x80, 0x80, 150 }

/* In pixels of the style. */
#define BADGE_HIGH 13.0
#define BADGE_WIDE 14.0
#define DIGIT_WIDE 5.6
#define DIGIT_SIZE 8.6
#define STEP       8.0

enum { RINGS = 8, DIRECTIONS = 12 };

hs_rgba hs_map_crew_colour(uint32_t crew) {
    static const hs_rgba colours[HS_MAP_CREW_COLOURS] = {
        {0x00, 0x72, 0xB2, 255}, {0xD5, 0x5E, 0x00, 255}, {0x00, 0x7A, 0x5A, 255}, {0xB3, 0x4F, 0x86, 255},
        {0x5B, 0x3A, 0x8C, 255}, {0x8C, 0x5A, 0x00, 255}, {0x2A, 0x8F, 0xC4, 255}, {0x33, 0x33, 0x33, 255}};
    return colours[(crew + HS_MAP_CREW_COLOURS - 1) % HS_MAP_CREW_COLOURS];
}

static hs_map_ink_style style_of(const hs_map_plan *p, uint32_t crew, bool areas) {
    hs_map_ink_style pale = {.line = PALE, .line_width = 2.4, .dash = 4};
    if (p->crew > 0 && crew != p->crew) return pale;
    hs_map_ink_style style = {.casing = CASING, .casing_width = 7.5, .line_width = 4.6};
    style.line = hs_map_crew_colour(crew);
    if (!areas) return style;
    style.fill = style.line;
    style.fill.a = 60;
    style.casing_width = 5;
    style.line_width = 2.6;
    return style;
}

static void draw_crew(const hs_map_plan *p, uint32_t crew, bool areas, const hs_map_view *view, bool above,
                      cairo_t *pen) {
    hs_map_ink_style style = style_of(p, crew, areas);
    bool any = false;
    if (!above) style.line.a = style.casing.a = 0;
    if (above) style.fill.a = 0;
    for (uint32_t i = 0; i < p->plan->count; i++) {
        const hs_focus_item *item = &p->plan->item[i];
        if (item->crew != crew || (item->geometry.type == HS_GEOMETRY_POLYGONS) != areas) continue;
        hs_map_shape_path(pen, view, &item->geometry);
        any = true;
    }
    if (any) hs_map_shape_ink(pen, &style, areas, view->ratio);
}

/* The crew that the map is for last. */
void hs_map_plan_draw(const void *plan, const hs_map_view *view, bool above, cairo_t *pen) {
    const hs_map_plan *p = plan;
    uint32_t crews = hs_focus_crews(p->plan);
    for (uint32_t crew = 0; crew <= crews + 1; crew++) {
        uint32_t number = crew <= crews ? crew : p->crew;
        if ((crew <= crews && crew == p->crew && crew > 0) || (crew > crews && p->crew == 0)) continue;
        draw_crew(p, number, true, view, above, pen);
        if (above) draw_crew(p, number, false, view, above, pen);
    }
}

/* A number's place on its way. */
typedef struct badge {
    double x, y, half_wide, half_high;
} badge;

static bool meets(const badge *a, const badge *b) {
    return fabs(a->x - b->x) < a->half_wide + b->half_wide && fabs(a->y - b->y) < a->half_high + b->half_high;
}

static bool is_free(const badge *placed, uint32_t count, const badge *b, const hs_map_view *view) {
    if (b->x < b->half_wide || b->y < b->half_high || b->x > view->width - b->half_wide ||
        b->y > view->height - b->half_high)
        return false;
    for (uint32_t i = 0; i < count; i++)
        if (meets(&placed[i], b)) return false;
    return true;
}

/* Beside the place or, where there is one already, as near as there is room. */
static badge place_badge(const badge *placed, uint32_t count, badge wanted, const hs_map_view *view) {
    if (is_free(placed, count, &wanted, view)) return wanted;
    for (int ring = 1; ring <= RINGS; ring++)
        for (int k = 0; k < DIRECTIONS; k++) {
            double angle = (k + 0.5) * 2 * 3.14159265358979323846 / DIRECTIONS;
            badge b = wanted;
            b.x += cos(angle) * ring * STEP * view->ratio;
            b.y -= sin(angle) * ring * STEP * view->ratio;
            if (is_free(placed, count, &b, view)) return b;
        }
    return wanted;
}

static void draw_badge(hs_sheet_pen *pen, const badge *b, double x, double y, uint32_t number, hs_rgba colour,
                       double unit) {
    const hs_sheet_type digits = {DIGIT_SIZE * unit, true, {255, 255, 255, 255}, HS_SHEET_CENTRE, 1};
    cairo_t *cairo = pen->cairo;
    char text[16];
    double radius = b->half_high - unit;
    double reach = fmax(b->half_wide - unit - radius, 0);
    if (hypot(b->x - x, b->y - y) > unit) {
        cairo_move_to(cairo, x, y);
        cairo_line_to(cairo, b->x, b->y);
        hs_sheet_colour(cairo, hs_sheet_ink);
        cairo_set_line_width(cairo, unit);
        cairo_stroke(cairo);
    }
    cairo_new_path(cairo);
    cairo_arc(cairo, b->x + reach, b->y, radius, -1.57079632679489662, 1.57079632679489662);
    cairo_arc(cairo, b->x - reach, b->y, radius, 1.57079632679489662, 4.71238898038468986);
    cairo_close_path(cairo);
    cairo_set_source_rgb(cairo, 1, 1, 1);
    cairo_set_line_width(cairo, 2 * unit);
    cairo_stroke_preserve(cairo);
    hs_sheet_colour(cairo, colour);
    cairo_fill(cairo);
    (void)snprintf(text, sizeof text, "%u", (unsigned)number);
    hs_sheet_pen measure = *pen;
    measure.pass = HS_SHEET_MEASURE;
    double high = hs_sheet_text(&measure, text, &digits, 0, 0, 100 * unit);
    (void)hs_sheet_text(pen, text, &digits, b->x - 50 * unit, b->y - high / 2, 100 * unit);
}

hs_status hs_map_plan_numbers(const hs_map_plan *plan, const hs_map_view *view, cairo_t *cairo,
                              hs_arena *arena, hs_error *error) {
    badge *placed = hs_arena_array(arena, (size_t)plan->plan->count + 1, sizeof *placed);
    uint32_t count = 0;
    hs_sheet_pen pen;
    if (!placed) return hs_error_memory(error, "a plan on a map");
    hs_status status = hs_sheet_pen_init(&pen, cairo, HS_SHEET_DRAW, error);
    for (uint32_t i = 0; i < plan->plan->count && status == HS_OK; i++) {
        const hs_focus_item *item = &plan->plan->item[i];
        double x;
        double y;
        double unit = view->ratio;
        if ((plan->crew > 0 && item->crew != plan->crew) || !hs_map_view_place(view, item->label, &x, &y) ||
            x < 0 || y < 0 || x > view->width || y > view->height)
            continue;
        int digits = snprintf(NULL, 0, "%u", (unsigned)item->rank);
        badge wanted = {x, y, (BADGE_WIDE + (digits > 2 ? (digits - 2) * DIGIT_WIDE : 0)) / 2 * unit,
                        BADGE_HIGH / 2 * unit};
        placed[count] = place_badge(placed, count, wanted, view);
        draw_badge(&pen, &placed[count++], x, y, item->rank, hs_map_crew_colour(item->crew), unit);
        status = pen.status;
    }
    hs_sheet_pen_done(&pen);
    return status;
}

hs_status hs_map_plan_block(const hs_snapshot *snapshot, const hs_hotspot_run *run, bool chinese,
                            hs_arena *arena, hs_error *error, hs_sheet_key *keys, hs_sheet_block *block) {
    const hs_focus_request *r = run->request;
    const hs_focus_plan *plan = hs_focus_plan_of(run);
    bool areas = r->units != HS_UNITS_STREETS;
    uint32_t crews = hs_focus_crews(plan);
    const hs_map_plan all = {plan, 0};
    const char *score = hs_focus_score_words(plan, chinese, arena);
    const char *period = hs_focus_period_words(snapshot, plan, chinese, arena);
    *block = (hs_sheet_block){.title = hs_in_language(chinese, "Focus plan", "重点执法方案"), .keys = keys};
    if (!score || !period) return hs_error_memory(error, "a plan on a map");
    block->note = hs_arena_printf(
        arena,
        hs_in_language(chinese, "%s; %.4g of %.4g %s; %.1f of %.1f incidents expected. Held-out: %s",
                       "%s；%.4g / %.4g %s；预计 %.1f / %.1f 件。留出评分：%s"),
        period, plan->cost, plan->budget,
        r->in_hours ? hs_in_language(chinese, "crew-hours", "工时") : hs_in_language(chinese, "km", "公里"),
        plan->expected, plan->total, score);
    for (uint32_t crew = 1; crew <= crews && crew <= HS_MAP_CREW_COLOURS; crew++) {
        hs_sheet_key *key = &keys[block->key_count++];
        *key = (hs_sheet_key){.style = style_of(&all, crew, areas), .line = !areas};
        key->text = hs_arena_printf(arena, hs_in_language(chinese, "crew %u", "第 %u 队"), (unsigned)crew);
        if (!key->text) return hs_error_memory(error, "a plan on a map");
    }
    keys[block->key_count++] = (hs_sheet_key){
        .number = true, .text = hs_in_language(chinese, "rank, as in the plan's table", "方案中的排序号")};
    return block->note ? HS_OK : hs_error_memory(error, "a plan on a map");
}
