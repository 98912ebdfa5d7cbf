/* Counts by unit and category that add up: units, outside and unmatched sum to the total. */
#include "api/summary.h"

#include "base/text.h"
#include "service/published.h"
#include <math.h>

/* Cells of a table; more would be an answer that nobody reads. */
#define MAX_CELLS 4000000u

static hs_status choose_level(hs_call *call, hs_level *level) {
    const hs_units *units = &call->snapshot->geography->units;
    hs_str text = hs_call_text(call, "level");
    if (text.size > 0) {
        *level = hs_level_parse(text);
        if (*level != HS_LEVEL_COUNT) return HS_OK;
        return hs_error_set(call->error, HS_E_ARGUMENT,
                            "level: %.*s is none of city, district, subdistrict, community, cell",
                            (int)hs_utf8_cut(text, 60), text.data);
    }
    *level = HS_LEVEL_CITY;
    for (int l = HS_LEVEL_CELL; l > HS_LEVEL_CITY; l--)
        if (units->level_start[l + 1] > units->level_start[l]) *level = (hs_level)l;
    return HS_OK;
}

static uint32_t row_of(const hs_summary *s, const hs_incidents *incidents, const hs_incident_chunk *chunk,
                       uint32_t i) {
    if (!chunk->positioned) return s->unit_count + 1;
    uint32_t unit = incidents->path[hs_incident_path(chunk, i)].unit[s->level];
    return unit == HS_NONE ? s->unit_count : unit - s->first_unit;
}

static void count_cells(hs_summary *s, const hs_selection *selection, const uint8_t *group) {
    const hs_incidents *incidents = selection->snapshot->incidents;
    for (uint32_t c = 0; c < selection->chunk_count; c++) {
        const hs_incident_chunk *chunk = incidents->chunk[c];
        for (uint32_t i = 0; i < chunk->count; i++) {
            if (!hs_selection_has(selection, c, i)) continue;
            s->found.of[group[hs_incident_attributes_of(chunk, i)->source]]++;
            s->cells[(size_t)row_of(s, incidents, chunk, i) * s->category_count +
                     hs_incident_category(chunk, i)]++;
        }
    }
}

uint64_t hs_summary_row(const hs_summary *s, uint32_t row) {
    uint64_t sum = 0;
    for (uint32_t k = 0; k < s->category_count; k++)
        sum += s->cells[(size_t)row * s->category_count + k];
    return sum;
}

static void write_row(hs_call *call, const hs_summary *s, uint32_t row) {
    hs_json *json = &call->json;
    hs_json_pair_int(json, "count", (int64_t)hs_summary_row(s, row));
    hs_json_key(json, "categories");
    hs_json_object(json);
    for (uint32_t k = 0; k < s->category_count; k++) {
        uint32_t count = s->cells[(size_t)row * s->category_count + k];
        if (count == 0) continue;
        hs_json_key_str(json, call->snapshot->incidents->category_code[k]);
        hs_json_int(json, count);
    }
    hs_json_object_end(json);
}

/* People, and incidents a thousand of them; nothing where it is not known how many there are. */
void hs_summary_write_people(hs_json *json, double population, uint64_t count, bool told) {
    if (isnan(population)) return;
    hs_json_pair_double(json, "population", population);
    hs_json_key(json, "per_1000");
    if (population > 0 && told)
        hs_json_double(json, (double)count * 1000.0 / population);
    else
        hs_json_null(json);
}

static void write_units(hs_call *call, const hs_summary *s) {
    const hs_units *units = &call->snapshot->geography->units;
    hs_json *json = &call->json;
    hs_json_key(json, "units");
    hs_json_array(json);
    for (uint32_t u = 0; u < s->unit_count; u++) {
        uint32_t row = s->first_unit + u;
        hs_json_object(json);
        hs_json_pair_int(json, "id", units->id[row]);
        hs_json_pair_str(json, "code", units->code[row]);
        hs_json_pair_str(json, "name", units->name[row]);
        hs_json_pair_str(json, "name_en", units->name_en[row]);
        write_row(call, s, u);
        hs_summary_write_people(json, units->population[row], hs_summary_row(s, u), true);
        hs_json_object_end(json);
    }
    hs_json_array_end(json);
}

void hs_summary_write_class(hs_call *call, uint32_t class, uint64_t count) {
    const hs_snapshot *snapshot = call->snapshot;
    hs_json *json = &call->json;
    hs_str code = snapshot->incidents->category_code[class];
    uint32_t known = hs_taxonomy_find(snapshot->taxonomy, code);
    const hs_category_record *category = known != HS_NONE ? &snapshot->taxonomy->category[known] : NULL;
    hs_json_object(json);
    hs_json_pair_str(json, "code", code);
    hs_json_pair_str(json, "name", category ? category->name : code);
    hs_json_pair_str(json, "name_en", category ? category->name_en : code);
    hs_json_pair_int(json, "count", (int64_t)count);
    hs_json_object_end(json);
}

static void write_categories(hs_call *call, const hs_summary *s) {
    hs_json_key(&call->json, "categories");
    hs_json_array(&call->json);
    for (uint32_t k = 0; k < s->category_count; k++) {
        uint64_t count = 0;
        for (uint32_t row = 0; row < s->unit_count + 2; row++)
            count += s->cells[(size_t)row * s->category_count + k];
        if (count > 0) hs_summary_write_class(call, k, count);
    }
    hs_json_array_end(&call->json);
}

static hs_status count_units(hs_call *call, hs_summary *s, const hs_selection *selection) {
    s->category_count = call->snapshot->incidents->category_count;
    uint64_t cells = (uint64_t)(s->unit_count + 2) * (s->category_count ? s->category_count : 1);
    if (cells > MAX_CELLS)
        return hs_error_set(call->error, HS_E_ARGUMENT,
                            "level: %s has %u units and there are %u categories; ask for a higher level",
                            hs_level_name(s->level), s->unit_count, s->category_count);
    s->cells = hs_arena_array(call->arena, (size_t)cells, sizeof *s->cells);
    const uint8_t *group = hs_reporting_groups(call->snapshot, call->arena);
    if (!s->cells || !group) return hs_error_memory(call->error, "the summary");
    count_cells(s, selection, group);
    return HS_OK;
}

static void write_summary(hs_call *call, const hs_summary *s, const hs_selection *selection) {
    hs_counts counts = hs_selection_counts(selection);
    hs_json *json = &call->json;
    hs_json_object(json);
    hs_json_pair_text(json, "level", hs_level_name(s->level));
    hs_json_pair_int(json, "total", (int64_t)(counts.positioned + counts.unpositioned));
    hs_json_key(json, "reporting");
    hs_json_object(json);
    hs_reporting_members(json, &s->found);
    hs_json_object_end(json);
    write_categories(call, s);
    write_units(call, s);
    hs_json_key(json, "outside");
    hs_json_object(json);
    write_row(call, s, s->unit_count);
    hs_json_object_end(json);
    hs_json_key(json, "unmatched");
    hs_json_object(json);
    write_row(call, s, s->unit_count + 1);
    hs_json_object_end(json);
    hs_json_pair_int(json, "version", (int64_t)call->snapshot->version);
    hs_json_object_end(json);
}

static hs_status take_form(hs_call *call, hs_summary_form *form) {
    static const char *const names[] = {"json", "csv", "geojson"};
    hs_str text = hs_call_text(call, "f");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        *form = (hs_summary_form)i;
        if (text.size == 0 || hs_str_equal(text, hs_str_of(names[i]))) return HS_OK;
    }
    return hs_error_set(call->error, HS_E_ARGUMENT, "f: json, csv or geojson is expected");
}

/* How small a count is told. Where incidents are not public none that could tell of one: only for a viewer.
 * False: 401 or 403 is answered. */
static bool take_least(hs_call *call, hs_status *status, int64_t *least) {
    bool open = hs_call_sees_incidents(call);
    *status = hs_call_integer(call, "least", 1, 1000000, open ? 1 : HS_PUBLISHED_LEAST, least);
    return *status != HS_OK || open || *least >= HS_PUBLISHED_LEAST || hs_call_may_look(call);
}

hs_status hs_serve_summary(hs_call *call) {
    static const char *const types[] = {"application/json", "text/csv; charset=utf-8",
                                        "application/geo+json"};
    hs_summary s = {0};
    hs_filter filter;
    const hs_selection *selection;
    hs_status status;
    if (!take_least(call, &status, &s.least)) return HS_OK;
    if (status == HS_OK) status = take_form(call, &s.form);
    if (status == HS_OK) status = choose_level(call, &s.level);
    if (status == HS_OK) status = hs_call_select(call, HS_ALL_ACCURACIES, &filter, &selection);
    if (status != HS_OK) return status;
    const hs_units *units = &call->snapshot->geography->units;
    s.first_unit = units->level_start[s.level];
    s.unit_count = units->level_start[s.level + 1] - s.first_unit;
    if (!hs_call_begin(call, types[s.form], HS_READS_ALL)) {
        status = count_units(call, &s, selection);
        if (status == HS_OK && (s.least > 1 || s.form != HS_SUMMARY_JSON)) {
            status = hs_summary_write_published(call, &s);
        } else if (status == HS_OK) {
            write_summary(call, &s, selection);
            status = hs_call_append_left_out(call, &filter);
        }
    }
    hs_service_selection_unref(selection);
    return status;
}
