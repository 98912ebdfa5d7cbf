#include "api/endpoint.h"

#include "base/text.h"
#include <math.h>

static const char *const level_names[HS_LEVEL_COUNT][2] = {
    {"市", "City"},        {"区", "District"},   {"街道/镇", "Subdistrict"},
    {"社区", "Community"}, {"单元网格", "Cell"},
};

static void degree(hs_json *json, double degrees) {
    hs_json_fixed(json, (int64_t)llround(degrees * 1e7), 7);
}

static void write_box(hs_json *json, const hs_snapshot *snapshot) {
    hs_box box = snapshot->geography->box;
    hs_json_key(json, "box");
    if (box.min_lon_e7 > box.max_lon_e7) {
        hs_json_null(json);
    } else {
        hs_json_array(json);
        hs_json_fixed(json, box.min_lon_e7, 7);
        hs_json_fixed(json, box.min_lat_e7, 7);
        hs_json_fixed(json, box.max_lon_e7, 7);
        hs_json_fixed(json, box.max_lat_e7, 7);
        hs_json_array_end(json);
    }
    hs_json_key(json, "center");
    hs_json_array(json);
    degree(json, snapshot->info.center_lon_deg);
    degree(json, snapshot->info.center_lat_deg);
    hs_json_array_end(json);
}

static void write_levels(hs_json *json, const hs_units *units) {
    hs_json_key(json, "levels");
    hs_json_array(json);
    for (int level = 0; level < HS_LEVEL_COUNT; level++) {
        uint32_t count = units->level_start[level + 1] - units->level_start[level];
        if (count == 0) continue;
        hs_json_object(json);
        hs_json_pair_text(json, "level", hs_level_name((hs_level)level));
        hs_json_pair_text(json, "name", level_names[level][0]);
        hs_json_pair_text(json, "name_en", level_names[level][1]);
        hs_json_pair_int(json, "count", count);
        hs_json_object_end(json);
    }
    hs_json_array_end(json);
}

static void write_counts(hs_json *json, const hs_snapshot *snapshot) {
    const hs_geography *geography = snapshot->geography;
    const hs_incidents *incidents = snapshot->incidents;
    hs_json_key(json, "counts");
    hs_json_object(json);
    hs_json_pair_int(json, "incidents", (int64_t)incidents->count);
    hs_json_pair_int(json, "positioned", (int64_t)incidents->positioned);
    hs_json_pair_int(json, "unmatched", (int64_t)(incidents->count - incidents->positioned));
    hs_json_pair_int(json, "units", geography->units.count);
    hs_json_pair_int(json, "streets", geography->streets.count);
    hs_json_pair_int(json, "segments", geography->segments.count);
    hs_json_pair_int(json, "addresses", geography->addresses.count);
    hs_json_pair_int(json, "places", geography->places.count);
    hs_json_pair_int(json, "zones", geography->zones.count);
    hs_json_object_end(json);
}

hs_status hs_serve_city(hs_call *call) {
    if (hs_call_begin(call, "application/json", HS_READS_ALL)) return HS_OK;
    const hs_snapshot *snapshot = call->snapshot;
    hs_json *json = &call->json;
    hs_json_object(json);
    hs_json_pair_text(json, "name", snapshot->info.name);
    hs_json_pair_text(json, "name_en", snapshot->info.name_en);
    hs_json_pair_text(json, "lang", snapshot->info.lang);
    hs_json_pair_text(json, "timezone", snapshot->info.timezone);
    hs_json_pair_bool(json, "timezone_guessed", snapshot->info.timezone_guessed);
    hs_json_pair_bool(json, "synthetic", snapshot->info.synthetic);
    write_box(json, snapshot);
    write_levels(json, &snapshot->geography->units);
    write_counts(json, snapshot);
    hs_json_key(json, "min_time");
    hs_json_time(json, snapshot->incidents->min_time_s);
    hs_json_key(json, "max_time");
    hs_json_time(json, snapshot->incidents->max_time_s);
    hs_json_pair_bool(json, "public_incidents", hs_call_sees_incidents(call));
    hs_json_pair_bool(json, "resident_reports", call->api->residents && !call->api->read_only);
    hs_json_pair_int(json, "version", (int64_t)snapshot->version);
    hs_json_object_end(json);
    return HS_OK;
}

/* How many incidents have each of incidents->category_code. */
static uint64_t *count_codes(hs_call *call) {
    const hs_incidents *incidents = call->snapshot->incidents;
    uint64_t *counts = hs_arena_array(call->arena, incidents->category_count + 1, sizeof *counts);
    if (!counts) return NULL;
    for (uint32_t c = 0; c < incidents->chunk_count; c++)
        for (uint32_t i = 0; i < incidents->chunk[c]->count; i++)
            counts[hs_incident_category(incidents->chunk[c], i)]++;
    return counts;
}

static void write_members(hs_json *json, hs_str members) {
    hs_json_key(json, "members");
    hs_json_array(json);
    while (members.size > 0) {
        hs_str code = hs_str_trim(hs_str_cut(&members, ','));
        if (code.size > 0) hs_json_str(json, code);
    }
    hs_json_array_end(json);
}

static void write_aliases(hs_json *json, hs_str aliases) {
    hs_str alias;
    hs_json_key(json, "aliases");
    hs_json_array(json);
    while (hs_alias_next(&aliases, &alias))
        hs_json_str(json, alias);
    hs_json_array_end(json);
}

/* Within what reports are suggested as duplicates; left out where the class above says it. */
static void write_rule(hs_json *json, const hs_category_record *category) {
    if (category->duplicate_m >= 0) hs_json_pair_double(json, "duplicate_m", category->duplicate_m);
    if (category->duplicate_hours >= 0)
        hs_json_pair_double(json, "duplicate_hours", category->duplicate_hours);
}

static void write_category(hs_call *call, uint32_t row, const uint64_t *counts) {
    const hs_incidents *incidents = call->snapshot->incidents;
    const hs_taxonomy *taxonomy = call->snapshot->taxonomy;
    const hs_category_record *category = &taxonomy->category[row];
    hs_json *json = &call->json;
    uint64_t count = 0;
    for (uint32_t code = 0; code < incidents->category_count; code++)
        if (counts[code] && hs_taxonomy_covers(taxonomy, row, incidents->category_code[code]))
            count += counts[code];
    hs_json_object(json);
    hs_json_pair_str(json, "code", category->code);
    hs_json_pair_str(json, "parent", category->parent);
    hs_json_pair_str(json, "name", category->name);
    hs_json_pair_str(json, "name_en", category->name_en);
    hs_json_pair_str(json, "department", category->department);
    hs_json_pair_str(json, "colour", category->colour);
    hs_json_pair_bool(json, "group", category->members.size > 0);
    write_members(json, category->members);
    write_aliases(json, category->aliases);
    write_rule(json, category);
    hs_json_pair_bool(json, "known", true);
    hs_json_pair_int(json, "count", (int64_t)count);
    hs_json_object_end(json);
}

/* A class that no taxonomy names, known from incidents' own texts. */
static void write_unknown(hs_json *json, hs_str code, uint64_t count) {
    hs_json_object(json);
    hs_json_pair_str(json, "code", code);
    hs_json_pair_text(json, "parent", "");
    hs_json_pair_str(json, "name", code);
    hs_json_pair_str(json, "name_en", code);
    hs_json_pair_text(json, "department", "");
    hs_json_pair_text(json, "colour", "");
    hs_json_pair_bool(json, "group", false);
    write_members(json, HS_STR(""));
    write_aliases(json, HS_STR(""));
    hs_json_pair_bool(json, "known", false);
    hs_json_pair_int(json, "count", (int64_t)count);
    hs_json_object_end(json);
}

/* Groups first, then classes by code, then texts that are no class. */
hs_status hs_serve_categories(hs_call *call) {
    if (hs_call_begin(call, "application/json", HS_READS_ALL)) return HS_OK;
    const hs_taxonomy *taxonomy = call->snapshot->taxonomy;
    const hs_incidents *incidents = call->snapshot->incidents;
    uint64_t *counts = count_codes(call);
    if (!counts) return hs_error_set(call->error, HS_E_MEMORY, "out of memory for the classes");
    hs_json *json = &call->json;
    hs_json_object(json);
    hs_json_key(json, "categories");
    hs_json_array(json);
    for (int groups = 1; groups >= 0; groups--)
        for (uint32_t row = 0; row < taxonomy->count; row++)
            if ((taxonomy->category[row].members.size > 0) == (groups == 1))
                write_category(call, row, counts);
    for (uint32_t code = 0; code < incidents->category_count; code++)
        if (hs_taxonomy_find(taxonomy, incidents->category_code[code]) == HS_NONE && counts[code] > 0)
            write_unknown(json, incidents->category_code[code], counts[code]);
    hs_json_array_end(json);
    hs_json_pair_int(json, "total", (int64_t)incidents->count);
    hs_json_pair_int(json, "version", (int64_t)call->snapshot->version);
    hs_json_object_end(json);
    return HS_OK;
}
