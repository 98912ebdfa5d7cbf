/* What methods over units of analysis answer: the rows and the members of the collection. */
#include "service/hotspots_areas.h"

#include <math.h>
#include <string.h>

enum { MOST_ISLANDS = 100 };

static const hs_field fields[] = {
    {"id", HS_FIELD_INTEGER},     {"code", HS_FIELD_TEXT},     {"name", HS_FIELD_TEXT},
    {"name_en", HS_FIELD_TEXT},   {"method", HS_FIELD_TEXT},   {"value", HS_FIELD_REAL},
    {"statistic", HS_FIELD_REAL}, {"p_value", HS_FIELD_REAL},  {"q_value", HS_FIELD_REAL},
    {"n", HS_FIELD_INTEGER},      {"expected", HS_FIELD_REAL}, {"rank", HS_FIELD_INTEGER},
    {"z", HS_FIELD_REAL},         {"class", HS_FIELD_TEXT},    {"label_zh", HS_FIELD_TEXT},
    {"label_en", HS_FIELD_TEXT},  {"survival", HS_FIELD_REAL}, {"area_km2", HS_FIELD_REAL},
    {"length_km", HS_FIELD_REAL}, {"lon", HS_FIELD_REAL},      {"lat", HS_FIELD_REAL},
};
#define FIELDS (sizeof fields / sizeof *fields)

/* One row as values of the fields. */
static void read_row(const hs_hotspot_run *run, uint32_t i, hs_value *v) {
    const hs_areas_request *request = run->request;
    const hs_areas_result *h = run->result;
    const hs_hotspot_rows *r = &h->rows;
    bool moran = request->method == HS_AREAS_LOCAL_MORAN;
    *v++ = (hs_value){.integer = r->id[i]};
    *v++ = (hs_value){.text = r->code[i], .absent = r->code[i].size == 0};
    *v++ = (hs_value){.text = r->name[i], .absent = r->name[i].size == 0};
    *v++ = (hs_value){.text = r->name_en[i], .absent = r->name_en[i].size == 0};
    *v++ = hs_hotspot_text(run->method->name);
    *v++ = hs_hotspot_real(r->value[i]);
    *v++ = hs_hotspot_real(r->statistic[i]);
    *v++ = hs_hotspot_real(r->p[i]);
    *v++ = hs_hotspot_real(r->q[i]);
    *v++ = (hs_value){.integer = r->n ? r->n[i] : 0, .absent = !r->n};
    *v++ = hs_hotspot_real(r->expected_n[i]);
    *v++ = (hs_value){.integer = r->rank[i], .absent = r->rank[i] == 0};
    *v++ = hs_hotspot_real(r->z[i]);
    *v++ = hs_hotspot_text(moran ? hs_moran_class_name(r->moran_class[i]) : "");
    *v++ = hs_hotspot_text(hs_hotspot_label(request, h, i, true));
    *v++ = hs_hotspot_text(hs_hotspot_label(request, h, i, false));
    bool tried = r->kept && r->q[i] <= request->alpha;
    *v++ = hs_hotspot_real(tried ? (double)r->kept[i] / request->jitter : (double)NAN);
    *v++ = hs_hotspot_real(request->units == HS_UNITS_STREETS ? (double)NAN : r->measure[i]);
    *v++ = hs_hotspot_real(request->units == HS_UNITS_STREETS ? r->measure[i] : (double)NAN);
    *v++ = hs_hotspot_real(r->label[i].lon_e7 * 1e-7);
    *v = hs_hotspot_real(r->label[i].lat_e7 * 1e-7);
}

/* One global statistic as values of the same fields. */
static void read_global(const hs_hotspot_run *run, int which, hs_value *v) {
    const hs_areas_request *request = run->request;
    const hs_areas_result *h = run->result;
    const hs_global_result *g = &h->global[which];
    int rank = 1;
    for (int other = 0; other < HS_GLOBAL_STATISTICS; other++)
        rank += fabs(h->global[other].z) > fabs(g->z);
    *v++ = (hs_value){.integer = which + 1};
    *v++ = hs_hotspot_text(hs_global_statistic_name((hs_global_statistic)which));
    *v++ = (hs_value){.absent = true};
    *v++ = (hs_value){.absent = true};
    *v++ = hs_hotspot_text(run->method->name);
    *v++ = hs_hotspot_real(g->statistic);
    *v++ = hs_hotspot_real(g->statistic);
    *v++ = hs_hotspot_real(h->permutations > 0 ? g->permuted_p : g->p);
    *v++ = hs_hotspot_real(h->global_q[which]);
    *v++ = (hs_value){.integer = g->n};
    *v++ = hs_hotspot_real(g->expected);
    *v++ = (hs_value){.integer = rank, .absent = isnan(g->z)};
    *v++ = hs_hotspot_real(g->z);
    *v++ = (hs_value){.absent = true};
    *v++ = hs_hotspot_text(hs_hotspot_global_label(request, h, which, true));
    *v++ = hs_hotspot_text(hs_hotspot_global_label(request, h, which, false));
    for (int absent = 0; absent < 5; absent++)
        *v++ = hs_hotspot_real(NAN);
}

static void read_any(const hs_hotspot_run *run, uint32_t i, hs_arena *arena, hs_value *values,
                     const hs_geometry **geometry) {
    (void)arena;
    const hs_areas_request *request = run->request;
    const hs_areas_result *h = run->result;
    if (request->method == HS_AREAS_GLOBAL) {
        read_global(run, (int)i, values);
    } else {
        read_row(run, i, values);
        *geometry = &h->rows.geometry[i];
    }
}

void hs_areas_table(const hs_hotspot_run *run, hs_hotspot_table *table) {
    const hs_areas_request *request = run->request;
    const hs_areas_result *h = run->result;
    bool global = request->method == HS_AREAS_GLOBAL;
    *table = (hs_hotspot_table){.fields = fields, .field_count = FIELDS, .file_only = 2, .read = read_any};
    table->type = global                               ? HS_GEOMETRY_NONE
                  : request->units == HS_UNITS_STREETS ? HS_GEOMETRY_LINES
                                                       : HS_GEOMETRY_POLYGONS;
    if (h->head.enough) table->rows = global ? HS_GLOBAL_STATISTICS : h->rows.count;
}

void hs_areas_unit_members(const hs_areas_request *request, hs_json *json) {
    char text[64];
    if (request->units == HS_UNITS_LEVEL) hs_json_pair_text(json, "level", hs_level_name(request->level));
    hs_hotspot_units_words(request, text, sizeof text);
    hs_json_pair_text(json, "units", text);
    hs_json_pair_double(json, "unit_size_m", request->typical_m);
    hs_json_pair_text(json, "duplicates", hs_areas_duplicates_word(request));
    hs_json_key(json, "max_accuracy_m");
    hs_json_double(json, request->filter.max_accuracy_m < 0 ? (double)NAN : request->filter.max_accuracy_m);
    hs_json_pair_double(json, "alpha", request->alpha);
    hs_json_pair_text(json, "correction", hs_correction_name(request->correction));
    hs_json_pair_text(json, "sided", "two");
}

void hs_areas_parameter_members(const hs_areas_request *request, hs_json *json) {
    char text[64];
    hs_areas_unit_members(request, json);
    hs_hotspot_weights_words(request, text, sizeof text);
    hs_json_pair_text(json, "weights", text);
    hs_json_pair_text(json, "style", request->style == HS_WEIGHTS_BINARY ? "B" : "W");
    if (request->neighbours <= HS_NEIGHBOURS_ROOK && request->units == HS_UNITS_LEVEL)
        hs_json_pair_double(json, "gap_m", HS_HOTSPOT_GAP_M);
    hs_json_pair_text(json, "value", hs_hotspot_value_name(request->value));
    if (request->count_attribute.size > 0)
        hs_json_pair_str(json, "count_attribute", request->count_attribute);
    if (request->population_attribute.size > 0)
        hs_json_pair_str(json, "population_attribute", request->population_attribute);
}

void hs_areas_island_members(const int64_t *id, const uint32_t *islands, uint32_t count, hs_json *json) {
    hs_json_key(json, "islands");
    hs_json_object(json);
    hs_json_pair_int(json, "count", count);
    hs_json_key(json, "ids");
    hs_json_array(json);
    for (uint32_t k = 0; k < count && k < MOST_ISLANDS; k++)
        hs_json_int(json, id[islands[k]]);
    hs_json_array_end(json);
    hs_json_object_end(json);
}

void hs_areas_tally_members(const hs_areas_tally *tally, hs_json *json) {
    hs_json_pair_double(json, "weight", tally->weight);
    hs_json_key(json, "incidents");
    hs_json_object(json);
    hs_json_pair_int(json, "counted", (int64_t)tally->counted);
    hs_json_pair_int(json, "outside", (int64_t)tally->outside);
    hs_json_pair_int(json, "inaccurate", (int64_t)tally->inaccurate);
    hs_json_pair_int(json, "unpositioned", (int64_t)tally->unpositioned);
    hs_json_object_end(json);
}

void hs_areas_head(const hs_hotspot_run *run, hs_json *json) {
    const hs_areas_request *request = run->request;
    const hs_areas_result *h = run->result;
    hs_json_key(json, "parameters");
    hs_json_object(json);
    hs_areas_parameter_members(request, json);
    hs_json_pair_text(json, "p_values", h->exact ? "exact" : h->permutations > 0 ? "permutation" : "normal");
    hs_json_pair_int(json, "permutations", h->permutations);
    hs_json_pair_int(json, "jitter", request->jitter);
    hs_json_object_end(json);
    hs_json_pair_int(json, "version", (int64_t)run->snapshot->version);
    hs_json_key(json, "seed");
    hs_json_uint(json, request->seed);
    hs_json_key(json, "smallest_p_value");
    hs_json_double(json, h->permutations > 0 ? h->smallest_p : (double)NAN);
    hs_json_pair_int(json, "units", h->rows.count);
    hs_json_pair_int(json, "units_left_out", h->unmeasured);
    hs_json_pair_int(json, "links", h->links);
    hs_areas_island_members(h->rows.id, h->islands, h->island_count, json);
    hs_json_pair_int(json, "significant", h->head.significant);
    if (h->head.enough) hs_hotspot_stands_member(&h->stands, json);
    hs_areas_tally_members(&h->tally, json);
}
