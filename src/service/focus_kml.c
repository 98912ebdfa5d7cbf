/* A plan as KML 2.2: a folder a crew, in the crew's colour. */
#include "base/text.h"
#include "export/text_writer.h"
#include "export/xml.h"
#include "service/focus_files.h"
#include "service/focus_texts.h"
#include "service/map_plan.h"

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

static void put_element(writing *w, const char *name, const char *text) {
    if (text)
        hs_xml_element(w->out, name, hs_str_of(text));
    else
        w->failed = true;
}

/* Colours of KML are alpha, blue, green, red. */
static void put_style(const writing *w, uint32_t crew) {
    hs_rgba c = hs_map_crew_colour(crew);
    hs_buffer_printf(
        w->out,
        "<Style id=\"crew%u\"><LineStyle><color>ff%02x%02x%02x</color><width>5</width></LineStyle>"
        "<PolyStyle><color>60%02x%02x%02x</color></PolyStyle></Style>\n",
        (unsigned)crew, c.b, c.g, c.r, c.b, c.g, c.r);
}

static void put_positions(const writing *w, const hs_geometry *g, uint32_t ring) {
    hs_buffer_text(w->out, "<coordinates>");
    for (uint32_t k = g->ring_start[ring]; k < g->ring_start[ring + 1]; k++) {
        if (k > g->ring_start[ring]) hs_buffer_byte(w->out, ' ');
        hs_text_position(w->out, g->positions[k], ',');
    }
    hs_buffer_text(w->out, "</coordinates>");
}

static void put_polygon(const writing *w, const hs_geometry *g, uint32_t part) {
    hs_buffer_text(w->out, "<Polygon>");
    for (uint32_t r = g->part_start[part]; r < g->part_start[part + 1]; r++) {
        bool outer = r == g->part_start[part];
        hs_buffer_text(w->out, outer ? "<outerBoundaryIs><LinearRing>" : "<innerBoundaryIs><LinearRing>");
        put_positions(w, g, r);
        hs_buffer_text(w->out, outer ? "</LinearRing></outerBoundaryIs>" : "</LinearRing></innerBoundaryIs>");
    }
    hs_buffer_text(w->out, "</Polygon>");
}

/* With the place of its number, so that the name stands somewhere. */
static void put_geometry(const writing *w, const hs_focus_item *item) {
    const hs_geometry *g = &item->geometry;
    bool areas = g->type == HS_GEOMETRY_POLYGONS;
    uint32_t parts = areas ? g->part_count : g->type == HS_GEOMETRY_LINES ? g->ring_count : 0;
    hs_buffer_text(w->out, "<MultiGeometry><Point><coordinates>");
    hs_text_position(w->out, item->label, ',');
    hs_buffer_text(w->out, "</coordinates></Point>");
    for (uint32_t p = 0; p < parts; p++) {
        if (areas) {
            put_polygon(w, g, p);
            continue;
        }
        hs_buffer_text(w->out, "<LineString>");
        put_positions(w, g, p);
        hs_buffer_text(w->out, "</LineString>");
    }
    hs_buffer_text(w->out, "</MultiGeometry>");
}

static void put_item(writing *w, const hs_focus_item *item) {
    const hs_focus_request *r = w->run->request;
    bool chinese = w->file->chinese;
    const char *name = hs_focus_item_name(item, chinese, w->arena);
    const char *line = hs_focus_item_line(r, item, chinese, w->arena);
    const char *state = hs_focus_item_state(item, chinese, w->arena);
    hs_buffer_text(w->out, "<Placemark>");
    put_element(w, "name", name ? hs_arena_printf(w->arena, "%u %s", (unsigned)item->rank, name) : NULL);
    put_element(w, "description",
                line && state
                    ? hs_arena_printf(w->arena, hs_in_language(chinese, "%s; %s", "%s；%s"), line, state)
                    : NULL);
    hs_buffer_printf(w->out, "<styleUrl>#crew%u</styleUrl>", (unsigned)item->crew);
    hs_buffer_printf(w->out,
                     "<ExtendedData><Data name=\"rank\"><value>%u</value></Data><Data name=\"crew\"><value>%u"
                     "</value></Data><Data name=\"expected\"><value>%.4g</value></Data></ExtendedData>",
                     (unsigned)item->rank, (unsigned)item->crew, item->expected);
    put_geometry(w, item);
    hs_buffer_text(w->out, "</Placemark>\n");
}

static void put_crew(writing *w, uint32_t crew) {
    uint32_t count = 0;
    const uint32_t *rows = hs_focus_crew_items(plan_of(w), crew, w->arena, &count);
    if (!rows) w->failed = true;
    if (!rows || count == 0) return;
    hs_buffer_text(w->out, "<Folder>");
    put_element(
        w, "name",
        hs_arena_printf(w->arena, hs_in_language(w->file->chinese, "Crew %u", "第 %u 队"), (unsigned)crew));
    for (uint32_t i = 0; i < count; i++)
        put_item(w, &plan_of(w)->item[rows[i]]);
    hs_buffer_text(w->out, "</Folder>\n");
}

hs_status hs_focus_write_kml(const hs_hotspot_run *run, const hs_focus_file *file, hs_arena *arena,
                             hs_error *error, hs_buffer *out) {
    writing w = {run, file, arena, out, false};
    uint32_t crews = hs_focus_crews(plan_of(&w));
    hs_buffer_text(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                        "<kml xmlns=\"http://www.opengis.net/kml/2.2\"><Document>");
    put_element(&w, "name", hs_in_language(file->chinese, "Focus plan", "重点执法方案"));
    put_element(&w, "description", hs_focus_score_words(plan_of(&w), file->chinese, arena));
    for (uint32_t crew = 1; crew <= crews; crew++)
        put_style(&w, crew);
    for (uint32_t crew = 1; crew <= crews; crew++)
        if (file->crew == 0 || file->crew == crew) put_crew(&w, crew);
    hs_buffer_text(out, "</Document></kml>\n");
    return w.failed ? hs_error_memory(error, "a plan") : HS_OK;
}
