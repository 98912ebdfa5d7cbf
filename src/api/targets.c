/* What was promised. */
#include "api/endpoint.h"

#include "base/text.h"
#include "render/geojson.h"

/* Which targets are asked for. */
typedef struct choice {
    uint32_t unit;           /* HS_NONE: any */
    const hs_str *category;  /* codes of classes and groups, or targets' own texts */
    uint32_t category_count; /* 0: any */
} choice;

static hs_status choose_unit(hs_call *call, choice *c) {
    hs_str text = hs_str_trim(hs_call_text(call, "unit"));
    c->unit = HS_NONE;
    if (text.size == 0) return HS_OK;
    const hs_geography *geography = call->snapshot->geography;
    c->unit = hs_units_find(&geography->units, text);
    if (c->unit == HS_NONE) c->unit = hs_geography_find_unit(geography, text);
    if (c->unit != HS_NONE) return HS_OK;
    return hs_error_set(call->error, HS_E_ARGUMENT,
                        "unit: there is no unit of the code, id or name %.*s (or several have this name)",
                        (int)hs_utf8_cut(text, 60), text.data);
}

/* Reads a list as the filter of incidents does. */
static hs_status read_categories(hs_call *call, hs_str list, hs_filter *filter) {
    hs_str name = HS_STR("category");
    return hs_filter_parse(call->snapshot, &name, &list, 1, -1, call->arena, call->error, filter);
}

static bool any_target_has(const hs_targets *targets, hs_str category) {
    for (uint32_t row = 0; row < targets->count; row++)
        if (hs_str_equal_nocase(targets->target[row].category, category)) return true;
    return false;
}

/* A list with texts that targets alone have. */
static hs_status choose_each(hs_call *call, hs_str list, choice *c) {
    size_t most = 1;
    for (size_t i = 0; i < list.size; i++)
        most += list.data[i] == ',';
    hs_str *named = hs_arena_array(call->arena, most, sizeof *named);
    if (!named) return hs_error_memory(call->error, "the categories");
    c->category = named;
    while (list.size > 0) {
        hs_str item = hs_str_trim(hs_str_cut(&list, ','));
        hs_filter filter;
        if (item.size == 0) continue;
        bool own = any_target_has(call->snapshot->targets, item);
        hs_status status = own ? HS_OK : read_categories(call, item, &filter);
        if (status != HS_OK) return status;
        named[c->category_count++] = own ? item : filter.problem[0];
    }
    return HS_OK;
}

static hs_status choose_categories(hs_call *call, choice *c) {
    hs_str list = hs_str_trim(hs_call_text(call, "category"));
    hs_filter filter;
    if (list.size == 0) return HS_OK;
    if (read_categories(call, list, &filter) != HS_OK) return choose_each(call, list, c);
    c->category = filter.problem;
    c->category_count = filter.problem_count;
    return HS_OK;
}

/* Whether one of the categories is the target's, or holds it. */
static bool has_category(const hs_taxonomy *taxonomy, const choice *c, hs_str category) {
    for (uint32_t i = 0; i < c->category_count; i++) {
        uint32_t row = hs_taxonomy_find(taxonomy, c->category[i]);
        if (hs_str_equal_nocase(c->category[i], category)) return true;
        if (row != HS_NONE && hs_taxonomy_covers(taxonomy, row, category)) return true;
    }
    return false;
}

static bool is_chosen(const hs_snapshot *snapshot, const choice *c, const hs_target_record *target) {
    const hs_units *units = &snapshot->geography->units;
    if (c->unit != HS_NONE && !hs_units_within(units, hs_units_find(units, target->unit), c->unit))
        return false;
    return c->category_count == 0 || has_category(snapshot->taxonomy, c, target->category);
}

static void write_target(hs_call *call, uint32_t row) {
    const hs_snapshot *snapshot = call->snapshot;
    const hs_units *units = &snapshot->geography->units;
    hs_json *json = &call->json;
    uint32_t unit = hs_units_find(units, snapshot->targets->target[row].unit);
    hs_json_object(json);
    hs_geojson_target_members(json, snapshot, row);
    hs_json_key(json, "unit_id");
    if (unit != HS_NONE)
        hs_json_int(json, units->id[unit]);
    else
        hs_json_null(json);
    hs_json_pair_str(json, "unit_name", unit != HS_NONE ? units->name[unit] : (hs_str){"", 0});
    hs_json_object_end(json);
}

hs_status hs_serve_targets(hs_call *call) {
    choice c = {.category_count = 0};
    hs_status status = choose_unit(call, &c);
    if (status == HS_OK) status = choose_categories(call, &c);
    if (status != HS_OK) return status;
    if (hs_call_begin(call, "application/json", HS_READS_ALL)) return HS_OK;
    const hs_targets *targets = call->snapshot->targets;
    hs_json *json = &call->json;
    hs_json_object(json);
    hs_json_key(json, "targets");
    hs_json_array(json);
    for (uint32_t row = 0; row < targets->count; row++)
        if (is_chosen(call->snapshot, &c, &targets->target[row])) write_target(call, row);
    hs_json_array_end(json);
    hs_json_pair_int(json, "version", (int64_t)call->snapshot->version);
    hs_json_object_end(json);
    return HS_OK;
}
