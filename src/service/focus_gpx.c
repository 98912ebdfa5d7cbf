/* A plan as GPX 1.1, for handhelds: waypoints with what to do there, a route a crew, a track an item. */
#include "base/json_writer.h"
#include "base/text.h"
#include "export/xml.h"
#include "service/focus_files.h"
#include "service/focus_texts.h"

typedef struct writing {
    const hs_hotspot_run *run;
    const hs_focus_file *file;
    hs_arena *arena;
    hs_buffer *out;
    bool failed; /* memory */
} writing;

static const hs_focus_plan *plan_of(const writing *w) {
    return hs_focus_plan_of(w->run);
}

static void put_point(const writing *w, const char *element, hs_position at) {
    hs_json number;
    hs_json_init(&number, w->out);
    hs_buffer_printf(w->out, "<%s lat=\"", element);
    hs_json_fixed(&number, at.lat_e7, 7);
    hs_buffer_text(w->out, "\" lon=\"");
    hs_json_fixed(&number, at.lon_e7, 7);
    hs_buffer_text(w->out, "\">");
}

static void put_element(writing *w, const char *name, const char *text) {
    if (text)
        hs_xml_element(w->out, name, hs_str_of(text));
    else
        w->failed = true;
}

/* `3 Xinhua Road`: the number first, since small screens show little. */
static const char *title_of(writing *w, const hs_focus_item *item) {
    const char *name = hs_focus_item_name(item, w->file->chinese, w->arena);
    return name ? hs_arena_printf(w->arena, "%u %s", (unsigned)item->rank, name) : NULL;
}

static const char *crew_name(const writing *w, uint32_t crew) {
    return hs_arena_printf(w->arena, hs_in_language(w->file->chinese, "Crew %u", "第 %u 队"), (unsigned)crew);
}

static void put_words(writing *w, const hs_focus_item *item) {
    const hs_focus_request *r = w->run->request;
    put_element(w, "name", title_of(w, item));
    put_element(w, "desc", hs_focus_item_line(r, item, w->file->chinese, w->arena));
    put_element(w, "type", crew_name(w, item->crew));
}

static bool is_wanted(const writing *w, uint32_t crew) {
    return w->file->crew == 0 || w->file->crew == crew;
}

static void put_waypoints(writing *w) {
    for (uint32_t i = 0; i < plan_of(w)->count; i++) {
        const hs_focus_item *item = &plan_of(w)->item[i];
        if (!is_wanted(w, item->crew)) continue;
        put_point(w, "wpt", item->label);
        put_words(w, item);
        hs_buffer_text(w->out, "</wpt>\n");
    }
}

static void put_route(writing *w, uint32_t crew) {
    uint32_t count = 0;
    const uint32_t *rows = hs_focus_crew_tour(w->run->snapshot, plan_of(w), crew, w->arena, &count);
    if (!rows) w->failed = true;
    if (!rows || count == 0) return;
    hs_buffer_text(w->out, "<rte>");
    put_element(w, "name", crew_name(w, crew));
    hs_buffer_printf(w->out, "<number>%u</number>\n", (unsigned)crew);
    for (uint32_t i = 0; i < count; i++) {
        put_point(w, "rtept", plan_of(w)->item[rows[i]].label);
        put_element(w, "name", title_of(w, &plan_of(w)->item[rows[i]]));
        hs_buffer_text(w->out, "</rtept>\n");
    }
    hs_buffer_text(w->out, "</rte>\n");
}

/* Lines, and outlines of areas. */
static void put_track(writing *w, const hs_focus_item *item) {
    const hs_geometry *g = &item->geometry;
    if (g->type != HS_GEOMETRY_LINES && g->type != HS_GEOMETRY_POLYGONS) return;
    hs_buffer_text(w->out, "<trk>");
    put_element(w, "name", title_of(w, item));
    put_element(w, "type", crew_name(w, item->crew));
    for (uint32_t r = 0; r < g->ring_count; r++) {
        hs_buffer_text(w->out, "<trkseg>");
        for (uint32_t k = g->ring_start[r]; k < g->ring_start[r + 1]; k++) {
            put_point(w, "trkpt", g->positions[k]);
            hs_buffer_text(w->out, "</trkpt>");
        }
        hs_buffer_text(w->out, "</trkseg>");
    }
    hs_buffer_text(w->out, "</trk>\n");
}

static void put_metadata(writing *w) {
    const hs_focus_plan *plan = plan_of(w);
    const char *period = hs_focus_period_words(w->run->snapshot, plan, w->file->chinese, w->arena);
    hs_buffer_text(w->out, "<metadata>");
    put_element(w, "name",
                period ? hs_arena_printf(w->arena,
                                         hs_in_language(w->file->chinese, "Focus plan %s", "重点执法方案 %s"),
                                         period)
                       : NULL);
    put_element(w, "desc", hs_focus_score_words(plan, w->file->chinese, w->arena));
    hs_buffer_text(w->out, "</metadata>\n");
}

hs_status hs_focus_write_gpx(const hs_hotspot_run *run, const hs_focus_file *file, hs_arena *arena,
                             hs_error *error, hs_buffer *out) {
    writing w = {run, file, arena, out, false};
    uint32_t crews = hs_focus_crews(plan_of(&w));
    hs_buffer_text(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                        "<gpx version=\"1.1\" creator=\"hotspotd\" "
                        "xmlns=\"http://www.topografix.com/GPX/1/1\">\n");
    put_metadata(&w);
    put_waypoints(&w);
    for (uint32_t crew = 1; crew <= crews; crew++)
        if (is_wanted(&w, crew)) put_route(&w, crew);
    for (uint32_t i = 0; i < plan_of(&w)->count; i++)
        if (is_wanted(&w, plan_of(&w)->item[i].crew)) put_track(&w, &plan_of(&w)->item[i]);
    hs_buffer_text(out, "</gpx>\n");
    return w.failed ? hs_error_memory(error, "a plan") : HS_OK;
}
