/* What emerging hot spots answer: rows, their series, and the members of the collection. */
#include "service/hotspots_emerging.h"

#include <math.h>

static const hs_field fields[] = {
    {"id", HS_FIELD_INTEGER},
    {"code", HS_FIELD_TEXT},
    {"name", HS_FIELD_TEXT},
    {"name_en", HS_FIELD_TEXT},
    {"method", HS_FIELD_TEXT},
    {"value", HS_FIELD_REAL},
    {"statistic", HS_FIELD_REAL},
    {"p_value", HS_FIELD_REAL},
    {"q_value", HS_FIELD_REAL},
    {"n", HS_FIELD_INTEGER},
    {"expected", HS_FIELD_REAL},
    {"rank", HS_FIELD_INTEGER},
    {"z", HS_FIELD_REAL},
    {"class", HS_FIELD_TEXT},
    {"hot_steps", HS_FIELD_INTEGER},
    {"cold_steps", HS_FIELD_INTEGER},
    {"run", HS_FIELD_INTEGER},
    {"since", HS_FIELD_TEXT},
    {"trend_s", HS_FIELD_INTEGER},
    {"trend_tau", HS_FIELD_REAL},
    {"trend_z", HS_FIELD_REAL},
    {"trend_p", HS_FIELD_REAL},
    {"trend_q", HS_FIELD_REAL},
    {"label_zh", HS_FIELD_TEXT},
    {"label_en", HS_FIELD_TEXT},
    {"area_km2", HS_FIELD_REAL},
    {"length_km", HS_FIELD_REAL},
    {"series_z", HS_FIELD_TEXT},
    {"lon", HS_FIELD_REAL},
    {"lat", HS_FIELD_REAL},
};
enum { FIELDS = sizeof fields / sizeof *fields, FILE_ONLY = 3 };

/* Two decimals. */
static int64_t hundredths(float z) {
    return llround((double)z * 100);
}

static hs_str series_text(const hs_emerging_result *h, uint32_t i, hs_arena *arena) {
    size_t room = (size_t)h->steps.count * 12 + 1, used = 0;
    char *text = hs_arena_alloc(arena, room);
    if (!text) return (hs_str){0};
    text[0] = 0;
    for (uint32_t t = 0; t < h->steps.count; t++)
        used += (size_t)snprintf(text + used, room - used, "%s%.2f", t > 0 ? " " : "",
                                 (double)h->series[(size_t)i * h->steps.count + t]);
    return (hs_str){text, used};
}

static hs_str since_text(const hs_hotspot_run *run, const hs_emerging_result *h, uint32_t i,
                         hs_arena *arena) {
    char text[HS_TIME_TEXT_SIZE];
    if (h->history[i].run == 0) return (hs_str){0};
    size_t size = hs_timezone_format(run->snapshot->timezone,
                                     h->steps.bound_s[h->steps.count - h->history[i].run], text);
    return hs_arena_str(arena, (hs_str){text, size});
}

static hs_value class_value(const hs_emerging *e, hs_arena *arena) {
    const char *name = hs_emerging_pattern_name(e->pattern);
    if (e->pattern != HS_EMERGING_NONE)
        name = hs_arena_printf(arena, "%s-%s", name, e->cold ? "cold" : "hot");
    return name ? hs_hotspot_text(name) : (hs_value){.absent = true};
}

static void read_row(const hs_hotspot_run *run, uint32_t i, hs_arena *arena, hs_value *v,
                     const hs_geometry **geometry) {
    const hs_emerging_request *r = run->request;
    const hs_emerging_result *h = run->result;
    bool streets = r->areas.units == HS_UNITS_STREETS;
    const char *zh = hs_emerging_label(run, i, true, arena), *en = hs_emerging_label(run, i, false, arena);
    *geometry = &h->areas.geometry[i];
    *v++ = hs_hotspot_integer_value(h->areas.id[i]);
    *v++ = hs_hotspot_str(h->areas.code[i]);
    *v++ = hs_hotspot_str(h->areas.name[i]);
    *v++ = hs_hotspot_str(h->areas.name_en[i]);
    *v++ = hs_hotspot_text(run->method->name);
    *v++ = hs_hotspot_real(h->value[i]);
    *v++ = hs_hotspot_real(h->z[i]);
    *v++ = hs_hotspot_real(h->p[i]);
    *v++ = hs_hotspot_real(h->q[i]);
    *v++ = hs_hotspot_integer_value(h->areas.n[i]);
    *v++ = hs_hotspot_real(h->expected[i]);
    *v++ = (hs_value){.integer = h->rank[i], .absent = h->rank[i] == 0};
    *v++ = hs_hotspot_real(h->z[i]);
    *v++ = class_value(&h->history[i], arena);
    *v++ = hs_hotspot_integer_value(h->history[i].hot_steps);
    *v++ = hs_hotspot_integer_value(h->history[i].cold_steps);
    *v++ = hs_hotspot_integer_value(h->history[i].run);
    *v++ = hs_hotspot_str(since_text(run, h, i, arena));
    *v++ = (hs_value){.integer = h->trend[i].s, .absent = isnan(h->trend[i].z)};
    *v++ = hs_hotspot_real(h->trend[i].tau);
    *v++ = hs_hotspot_real(h->trend[i].z);
    *v++ = hs_hotspot_real(h->trend[i].p);
    *v++ = hs_hotspot_real(h->trend_q[i]);
    *v++ = hs_hotspot_text(zh ? zh : "");
    *v++ = hs_hotspot_text(en ? en : "");
    *v++ = hs_hotspot_real(streets ? (double)NAN : h->areas.measure[i]);
    *v++ = hs_hotspot_real(streets ? h->areas.measure[i] : (double)NAN);
    *v++ = hs_hotspot_str(series_text(h, i, arena));
    *v++ = hs_hotspot_real(h->areas.label[i].lon_e7 * 1e-7);
    *v = hs_hotspot_real(h->areas.label[i].lat_e7 * 1e-7);
}

static void write_series(const hs_hotspot_run *run, uint32_t i, hs_json *json) {
    const hs_emerging_result *h = run->result;
    hs_json_key(json, "series");
    hs_json_array(json);
    for (uint32_t t = 0; t < h->steps.count; t++) {
        float z = h->series[(size_t)i * h->steps.count + t];
        if (isnan(z))
            hs_json_null(json);
        else
            hs_json_fixed(json, hundredths(z), 2);
    }
    hs_json_array_end(json);
}

void hs_emerging_table(const hs_hotspot_run *run, hs_hotspot_table *table) {
    const hs_emerging_request *r = run->request;
    const hs_emerging_result *h = run->result;
    *table = (hs_hotspot_table){
        .fields = fields,
        .field_count = FIELDS,
        .file_only = FILE_ONLY,
        .type = r->areas.units == HS_UNITS_STREETS ? HS_GEOMETRY_LINES : HS_GEOMETRY_POLYGONS,
        .rows = h->head.enough ? h->areas.count : 0,
        .read = read_row,
        .properties = write_series,
    };
}

static void write_steps(const hs_hotspot_run *run, hs_json *json) {
    const hs_emerging_result *h = run->result;
    char text[HS_TIME_TEXT_SIZE];
    hs_json_key(json, "steps");
    hs_json_object(json);
    hs_json_pair_int(json, "count", h->steps.count);
    hs_json_key(json, "bounds");
    hs_json_array(json);
    for (uint32_t k = 0; k <= h->steps.count && h->steps.count > 0; k++) {
        size_t size = hs_timezone_format(run->snapshot->timezone, h->steps.bound_s[k], text);
        hs_json_str(json, (hs_str){text, size});
    }
    hs_json_array_end(json);
    hs_json_object_end(json);
}

/* How many units have each name. */
static void write_classes(const hs_hotspot_run *run, hs_json *json) {
    const hs_emerging_result *h = run->result;
    uint32_t count[2][HS_EMERGING_PATTERNS] = {{0}};
    for (uint32_t i = 0; i < h->areas.count && h->head.enough; i++)
        count[h->history[i].cold][h->history[i].pattern]++;
    hs_json_key(json, "classes");
    hs_json_object(json);
    hs_json_pair_int(json, "none", count[0][HS_EMERGING_NONE]);
    for (int cold = 0; cold < 2; cold++)
        for (int pattern = 1; pattern < HS_EMERGING_PATTERNS; pattern++) {
            char key[32];
            (void)snprintf(key, sizeof key, "%s-%s", hs_emerging_pattern_name((hs_emerging_pattern)pattern),
                           cold ? "cold" : "hot");
            hs_json_pair_int(json, key, count[cold][pattern]);
        }
    hs_json_object_end(json);
}

void hs_emerging_head(const hs_hotspot_run *run, hs_json *json) {
    static const char *const ways[] = {"exact", "normal", "permutation"};
    const hs_emerging_request *r = run->request;
    const hs_emerging_result *h = run->result;
    char text[32];
    hs_json_key(json, "parameters");
    hs_json_object(json);
    hs_areas_parameter_members(&r->areas, json);
    hs_step_word(h->steps.step, text, sizeof text);
    hs_json_pair_text(json, "step", text);
    hs_json_pair_int(json, "lag", r->lag);
    hs_json_pair_text(json, "p_values", ways[h->how]);
    hs_json_pair_int(json, "permutations", h->permutations);
    hs_json_object_end(json);
    hs_json_pair_int(json, "version", (int64_t)run->snapshot->version);
    hs_json_key(json, "seed");
    hs_json_uint(json, r->areas.seed);
    hs_json_key(json, "smallest_p_value");
    hs_json_double(json, h->permutations > 0 ? h->smallest_p : (double)NAN);
    hs_json_pair_int(json, "units", h->areas.count);
    hs_json_pair_int(json, "units_left_out", h->unmeasured);
    hs_json_pair_int(json, "links", h->links);
    hs_areas_island_members(h->areas.id, h->islands, h->island_count, json);
    hs_json_pair_int(json, "significant", h->head.significant);
    if (h->head.enough) hs_hotspot_stands_member(&h->stands, json);
    write_classes(run, json);
    hs_json_pair_int(json, "hot_bins", (int64_t)h->hot_bins);
    hs_json_pair_int(json, "cold_bins", (int64_t)h->cold_bins);
    write_steps(run, json);
    hs_json_pair_int(json, "before_first_step", (int64_t)h->early);
    hs_json_pair_int(json, "without_time", (int64_t)h->timeless);
    hs_areas_tally_members(&h->tally, json);
}
