/* A plan on paper: a page a crew, more where its table is longer. */
#include "base/progress.h"
#include "base/text.h"
#include "render/crew_sheet.h"
#include "service/density_legend.h"
#include "service/focus_files.h"
#include "service/focus_texts.h"
#include "service/map_facts.h"
#include "service/map_plan.h"
#include "service/map_print.h"
#include <math.h>
#include <stdio.h>

#define A4_WIDTH  595.276
#define A4_HEIGHT 841.89
#define LEAST_E7  45000 /* degrees of a map about one place alone */
#define STYLE_DPI 96.0

enum { MOST_FACTS = 12, MOST_COLUMNS = 10, MOST_PAGES = 4000 };

/* One crew's sheet on its way. */
typedef struct sheets {
    hs_service *service;
    const hs_hotspot_run *run;
    const hs_focus_request *request;
    const hs_focus_plan *plan;
    const hs_focus_file *file;
    hs_arena *arena;
    hs_error *error;
    hs_buffer *out;
    cairo_t *pen;
    const char *problem, *period;
    uint32_t crew, crews;
    const uint32_t *rows;
    uint32_t count;
    hs_table_column columns[MOST_COLUMNS];
    hs_sheet_fact facts[MOST_FACTS];
    hs_crew_sheet sheet;
    hs_crew_layout *layouts;
    bool failed; /* memory */
} sheets;

__attribute__((format_arg(2), format_arg(3))) static const char *say(const sheets *s, const char *en,
                                                                     const char *zh) {
    return s->file->chinese ? zh : en;
}

static const char *kept(sheets *s, const char *text) {
    if (!text) s->failed = true;
    return text ? text : "";
}

static void set_columns(sheets *s) {
    const hs_table_column km[] = {
        {say(s, "No.", "号"), 0.055, HS_SHEET_RIGHT},
        {say(s, "Street or unit", "街道或单元"), 0.2, HS_SHEET_LEFT},
        {say(s, "Community", "社区"), 0.205, HS_SHEET_LEFT},
        {say(s, "Mostly at", "高发时段"), 0.155, HS_SHEET_LEFT},
        {say(s, "km", "公里"), 0.065, HS_SHEET_RIGHT},
        {say(s, "Expected", "预计件数"), 0.085, HS_SHEET_RIGHT},
        {say(s, "Share", "占比"), 0.075, HS_SHEET_RIGHT},
        {say(s, "State", "演变"), 0.16, HS_SHEET_LEFT},
    };
    const hs_table_column hours[] = {
        {say(s, "No.", "号"), 0.055, HS_SHEET_RIGHT},
        {say(s, "Street or unit", "街道或单元"), 0.18, HS_SHEET_LEFT},
        {say(s, "Community", "社区"), 0.18, HS_SHEET_LEFT},
        {say(s, "When to be there", "到场时间"), 0.165, HS_SHEET_LEFT},
        {say(s, "Visits an hour", "每小时到访"), 0.095, HS_SHEET_LEFT},
        {say(s, "Crew-h", "工时"), 0.07, HS_SHEET_RIGHT},
        {say(s, "Expected", "预计件数"), 0.085, HS_SHEET_RIGHT},
        {say(s, "Share", "占比"), 0.07, HS_SHEET_RIGHT},
        {say(s, "State", "演变"), 0.1, HS_SHEET_LEFT},
    };
    s->sheet.column_count = s->request->in_hours ? 9 : 8;
    memcpy(s->columns, s->request->in_hours ? hours : km, s->sheet.column_count * sizeof *s->columns);
    s->sheet.columns = s->columns;
}

static void put_cells(sheets *s, const hs_focus_item *item, const char **cell) {
    bool zh = s->file->chinese;
    *cell++ = kept(s, hs_arena_printf(s->arena, "%u", (unsigned)item->rank));
    *cell++ = kept(s, hs_focus_item_name(item, zh, s->arena));
    *cell++ = kept(s, hs_focus_item_community(item, zh, s->arena));
    *cell++ = kept(s, hs_focus_item_when(item, zh, s->arena));
    if (s->request->in_hours) {
        *cell++ = kept(s, hs_arena_printf(s->arena, say(s, "%u × %u min", "%u 次 × %u 分"),
                                          (unsigned)item->visits, (unsigned)item->minutes));
        *cell++ = kept(s, hs_arena_printf(s->arena, "%.1f", item->crew_hours));
    } else {
        *cell++ = kept(s, hs_arena_printf(s->arena, "%.2f", item->length_km));
    }
    *cell++ = kept(s, hs_arena_printf(s->arena, "%.2f", item->expected));
    *cell++ = kept(s, hs_arena_printf(s->arena, "%.1f %%", 100 * item->share));
    *cell = kept(s, hs_focus_item_state(item, zh, s->arena));
}

static void set_cells(sheets *s) {
    uint32_t columns = s->sheet.column_count;
    const char **cells = hs_arena_array(s->arena, (size_t)s->count * columns + 1, sizeof *cells);
    s->failed = s->failed || !cells;
    for (uint32_t i = 0; cells && i < s->count; i++)
        put_cells(s, &s->plan->item[s->rows[i]], &cells[(size_t)i * columns]);
    s->sheet.cells = cells;
    s->sheet.rows = s->count;
}

static void add_fact(sheets *s, const char *name, const char *value) {
    s->facts[s->sheet.fact_count++] = (hs_sheet_fact){name, kept(s, value)};
}

static const char *unit_of(const sheets *s) {
    return s->request->in_hours ? say(s, "crew-hours", "工时") : say(s, "km", "公里");
}

static const char *items_word(const sheets *s, uint32_t count) {
    return count == 1 ? say(s, "line, ", "项，") : say(s, "lines, ", "项，");
}

/* What the crew's part of the plan costs and holds. */
static void sum_up(const sheets *s, double *cost, double *expected) {
    *cost = *expected = 0;
    for (uint32_t i = 0; i < s->count; i++) {
        const hs_focus_item *item = &s->plan->item[s->rows[i]];
        *cost += s->request->in_hours ? item->crew_hours : item->length_km;
        *expected += item->expected;
    }
}

static void set_facts(sheets *s) {
    const hs_snapshot *snapshot = s->run->snapshot;
    const hs_focus_plan *plan = s->plan;
    s->sheet.fact_count = 0;
    add_fact(s, say(s, "Problem", "问题"), s->problem);
    add_fact(s, say(s, "Period", "计划期"), s->period);
    add_fact(s, say(s, "Whole plan", "全方案"),
             hs_arena_printf(s->arena,
                             say(s, "%u %s%.4g of %.4g %s; %.1f of %.1f incidents expected (%.1f %%)",
                                 "%u %s%.4g / %.4g %s；预计 %.1f / %.1f 件（%.1f%%）"),
                             (unsigned)plan->count, items_word(s, plan->count), plan->cost, plan->budget,
                             unit_of(s), plan->expected, plan->total,
                             plan->total > 0 ? 100 * plan->expected / plan->total : 0));
    add_fact(s, say(s, "Held-out score", "留出评分"), hs_focus_score_words(plan, s->file->chinese, s->arena));
    if (snapshot->incidents->max_time_s != HS_NO_TIME)
        add_fact(s, say(s, "Data until", "数据截至"),
                 hs_map_moment(snapshot, snapshot->incidents->max_time_s, true, s->arena));
    add_fact(s, say(s, "Run", "运行编号"),
             hs_arena_printf(s->arena, say(s, "%s, data version %llu", "%s，数据版本 %llu"), s->file->run,
                             (unsigned long long)snapshot->version));
    add_fact(s, say(s, "Printed", "制表日期"), hs_map_moment(snapshot, s->file->date_s, false, s->arena));
    s->sheet.facts = s->facts;
}

static void set_words(sheets *s) {
    const hs_city_info *info = &s->run->snapshot->info;
    double cost;
    double expected;
    sum_up(s, &cost, &expected);
    s->sheet.title =
        kept(s, hs_arena_printf(s->arena, say(s, "Crew %u of %u: %s", "第 %u 队（共 %u 队）：%s"),
                                (unsigned)s->crew, (unsigned)s->crews, s->problem));
    s->sheet.subtitle = kept(
        s, hs_arena_printf(s->arena,
                           say(s, "%s; %s; budget %g %s; this crew: %u %s%.2f %s, %.1f incidents expected",
                               "%s；%s；总预算 %g %s；本队 %u %s%.2f %s，预计 %.1f 件"),
                           s->file->chinese || !*info->name_en ? info->name : info->name_en, s->period,
                           s->plan->budget, unit_of(s), (unsigned)s->count, items_word(s, s->count), cost,
                           unit_of(s), expected));
    s->sheet.left = info->synthetic ? say(s, "Synthetic: all names and incidents are invented.",
                                          "合成示例，名称与案件均为虚构。")
                                    : "hotspotd " HS_VERSION;
    s->sheet.notes = say(s, "Notes (arrived, found, done, left):", "现场记录（到达、发现、处置、离开）：");
    s->sheet.scale = " \n ";
    s->sheet.chinese = s->file->chinese;
}

static hs_status compose(sheets *s, uint32_t crew) {
    s->crew = crew;
    s->sheet = (hs_crew_sheet){.width = A4_WIDTH, .height = A4_HEIGHT};
    s->rows = hs_focus_crew_items(s->plan, crew, s->arena, &s->count);
    if (!s->rows) return hs_error_memory(s->error, "a crew's sheet");
    set_columns(s);
    set_cells(s);
    set_facts(s);
    set_words(s);
    return s->failed ? hs_error_memory(s->error, "a crew's sheet") : HS_OK;
}

/* All pages of a crew, so that each knows how many there are. */
static hs_status lay_out(sheets *s) {
    uint32_t pages = 0;
    uint32_t first = 0;
    bool ends = false;
    uint32_t most = s->count + 2;
    s->layouts = hs_arena_array(s->arena, most, sizeof *s->layouts);
    const char **words = hs_arena_array(s->arena, most, sizeof *words);
    if (!s->layouts || !words) return hs_error_memory(s->error, "a crew's sheet");
    while (!ends && pages < most) {
        hs_status status = hs_crew_sheet_layout(&s->sheet, first, s->error, &s->layouts[pages]);
        if (status != HS_OK) return status;
        ends = s->layouts[pages].ends;
        first = s->layouts[pages++].last;
    }
    for (uint32_t k = 0; k < pages; k++)
        words[k] = kept(s, hs_arena_printf(s->arena,
                                           say(s, "crew %u, page %u of %u", "第 %u 队，第 %u 页（共 %u 页）"),
                                           (unsigned)s->crew, (unsigned)k + 1, (unsigned)pages));
    s->sheet.page = words;
    s->sheet.page_count = pages;
    return s->failed ? hs_error_memory(s->error, "a crew's sheet") : HS_OK;
}

static void widen(hs_box *box, const hs_focus_item *item) {
    const hs_geometry *g = &item->geometry;
    uint32_t count =
        g->type == HS_GEOMETRY_LINES || g->type == HS_GEOMETRY_POLYGONS ? g->ring_start[g->ring_count] : 0;
    for (uint32_t i = 0; i <= count; i++) {
        hs_position at = i < count ? g->positions[i] : item->label;
        if (at.lon_e7 < box->min_lon_e7) box->min_lon_e7 = at.lon_e7;
        if (at.lat_e7 < box->min_lat_e7) box->min_lat_e7 = at.lat_e7;
        if (at.lon_e7 > box->max_lon_e7) box->max_lon_e7 = at.lon_e7;
        if (at.lat_e7 > box->max_lat_e7) box->max_lat_e7 = at.lat_e7;
    }
}

/* The crew's lines with a margin, for numbers beside them; at least a few streets. */
static hs_box box_of(const sheets *s) {
    hs_box box = {INT32_MAX, INT32_MAX, INT32_MIN, INT32_MIN};
    for (uint32_t i = 0; i < s->count; i++)
        widen(&box, &s->plan->item[s->rows[i]]);
    int64_t wide = (int64_t)box.max_lon_e7 - box.min_lon_e7;
    int64_t tall = (int64_t)box.max_lat_e7 - box.min_lat_e7;
    int64_t x = wide / 10 + (wide < LEAST_E7 ? (LEAST_E7 - wide) / 2 : 0);
    int64_t y = tall / 10 + (tall < LEAST_E7 ? (LEAST_E7 - tall) / 2 : 0);
    return (hs_box){(int32_t)(box.min_lon_e7 - x), (int32_t)(box.min_lat_e7 - y),
                    (int32_t)(box.max_lon_e7 + x), (int32_t)(box.max_lat_e7 + y)};
}

static hs_map_request map_of(sheets *s, const hs_map_plan *overlay) {
    const hs_sheet_box *map = &s->layouts[0].about_map.map;
    hs_map_request request = {.style = s->file->style,
                              .english = !s->file->chinese,
                              .base = true,
                              .whole_names = true,
                              .overlay = hs_map_plan_draw,
                              .overlay_context = overlay,
                              .progress = s->file->progress};
    request.view = hs_map_view_of_box(box_of(s), (uint32_t)map->width, (uint32_t)map->height, 72 / STYLE_DPI);
    s->sheet.scale =
        kept(s, hs_map_scale_words(hs_map_view_metres(&request.view), "A4", s->file->chinese, s->arena));
    return request;
}

static hs_status draw_map(sheets *s, const hs_map_request *request, const hs_map_plan *overlay) {
    const hs_sheet_box *map = &s->layouts[0].about_map.map;
    cairo_save(s->pen);
    cairo_rectangle(s->pen, map->x, map->y, map->width, map->height);
    cairo_clip(s->pen);
    cairo_translate(s->pen, map->x, map->y);
    hs_status status = hs_service_map_draw(s->service, s->run->snapshot, request, s->pen, s->arena, s->error);
    if (status == HS_OK) status = hs_map_plan_numbers(overlay, &request->view, s->pen, s->arena, s->error);
    cairo_restore(s->pen);
    return status;
}

static hs_status draw_pages(sheets *s) {
    const hs_map_plan overlay = {s->plan, s->crew};
    hs_map_request request = map_of(s, &overlay);
    hs_status status = s->failed ? hs_error_memory(s->error, "a crew's sheet") : HS_OK;
    for (uint32_t k = 0; k < s->sheet.page_count && status == HS_OK; k++) {
        const hs_crew_layout *layout = &s->layouts[k];
        cairo_save(s->pen);
        status = hs_crew_sheet_begin(&s->sheet, layout, k, &request.view, s->pen, s->error);
        if (status == HS_OK && k == 0) status = draw_map(s, &request, &overlay);
        if (status == HS_OK)
            status = hs_crew_sheet_draw(&s->sheet, layout, k, &request.view, s->pen, s->error);
        cairo_restore(s->pen);
        cairo_show_page(s->pen);
    }
    return status;
}

static hs_status draw_crew(sheets *s, uint32_t crew) {
    if (!hs_progress_ask(&s->file->progress))
        return hs_error_set(s->error, HS_E_CANCELLED, "nobody waits for the sheets any more");
    hs_status status = compose(s, crew);
    if (status != HS_OK || s->count == 0) return status;
    status = lay_out(s);
    return status == HS_OK ? draw_pages(s) : status;
}

hs_status hs_focus_write_pdf(hs_service *service, const hs_hotspot_run *run, const hs_focus_file *file,
                             hs_arena *arena, hs_error *error, hs_buffer *out) {
    sheets s = {service, run, run->request, hs_focus_plan_of(run), file, arena, error, out, .failed = false};
    if (s.plan->count > HS_FOCUS_MOST_SHEET_ITEMS)
        return hs_error_set(
            error, HS_E_LIMIT,
            "the plan has %u lines, and sheets are made of at most %u: take a smaller budget, "
            "or f=xlsx, gpx, kml",
            (unsigned)s.plan->count, HS_FOCUS_MOST_SHEET_ITEMS);
    s.problem =
        hs_service_problem_words(run->snapshot, &s.request->forecast.areas.filter, file->chinese, arena);
    s.period = hs_focus_period_words(run->snapshot, s.plan, file->chinese, arena);
    s.crews = hs_focus_crews(s.plan);
    if (!s.problem || !s.period) return hs_error_memory(error, "a crew's sheet");
    cairo_surface_t *surface = hs_pdf_surface(
        A4_WIDTH, A4_HEIGHT, hs_in_language(file->chinese, "Focus plan", "重点执法方案"), file->date_s, out);
    s.pen = cairo_create(surface);
    hs_status status = HS_OK;
    for (uint32_t crew = 1; crew <= s.crews && status == HS_OK; crew++)
        if (file->crew == 0 || file->crew == crew) status = draw_crew(&s, crew);
    return hs_pdf_finish(s.pen, surface, status, error, out);
}
