#include "service/import_report.h"

#include "geo/box.h"

enum { PREVIEW_ROWS = 5 };

/* Begins a row of the preview; false when there are enough. */
static bool begin(hs_import_report *report, hs_json *json) {
    if (report->preview_rows == PREVIEW_ROWS) return false;
    if (report->preview_rows++ > 0) hs_buffer_byte(&report->preview, '\n');
    hs_json_init(json, &report->preview);
    hs_json_object(json);
    return true;
}

static void put_text(hs_json *json, const char *key, hs_str text) {
    if (text.size > 0) hs_json_pair_str(json, key, text);
}

static void put_time(hs_json *json, const char *key, int64_t time_s) {
    if (time_s == HS_NO_TIME) return;
    hs_json_key(json, key);
    hs_json_time(json, time_s);
}

static void put_position(hs_json *json, hs_position position) {
    hs_json_key(json, "lon");
    hs_json_fixed(json, position.lon_e7, 7);
    hs_json_key(json, "lat");
    hs_json_fixed(json, position.lat_e7, 7);
}

static void put_number(hs_json *json, const char *key, int32_t number) {
    if (number != HS_NO_NUMBER) hs_json_pair_int(json, key, number);
}

void hs_preview_unit(hs_import_report *report, const hs_unit_record *record) {
    hs_json json;
    hs_box_union(&report->extent, hs_geometry_box(&record->geometry));
    if (!begin(report, &json)) return;
    put_text(&json, "code", record->code);
    put_text(&json, "name", record->name);
    put_text(&json, "name_en", record->name_en);
    hs_json_pair_text(&json, "level", hs_level_name(record->level));
    put_text(&json, "parent", record->parent);
    hs_json_object_end(&json);
}

void hs_preview_street(hs_import_report *report, const hs_street_record *record) {
    hs_json json;
    hs_box_union(&report->extent, hs_geometry_box(&record->geometry));
    if (!begin(report, &json)) return;
    put_text(&json, "name", record->name);
    put_text(&json, "name_en", record->name_en);
    put_text(&json, "class", record->road_class);
    put_number(&json, "left_from", record->left_from);
    put_number(&json, "left_to", record->left_to);
    put_number(&json, "right_from", record->right_from);
    put_number(&json, "right_to", record->right_to);
    hs_json_object_end(&json);
}

void hs_preview_address(hs_import_report *report, const hs_address_record *record) {
    hs_json json;
    hs_box_add(&report->extent, record->position);
    if (!begin(report, &json)) return;
    put_text(&json, "street", record->street);
    put_text(&json, "number", record->number);
    put_text(&json, "unit", record->unit);
    put_text(&json, "address", record->text);
    put_position(&json, record->position);
    hs_json_object_end(&json);
}

void hs_preview_place(hs_import_report *report, const hs_place_record *record) {
    hs_json json;
    hs_box_add(&report->extent, record->position);
    if (!begin(report, &json)) return;
    put_text(&json, "name", record->name);
    put_text(&json, "name_en", record->name_en);
    put_text(&json, "class", record->place_class);
    put_text(&json, "address", record->address);
    put_position(&json, record->position);
    hs_json_object_end(&json);
}

void hs_preview_zone(hs_import_report *report, const hs_zone_record *record) {
    hs_json json;
    hs_box_union(&report->extent, hs_geometry_box(&record->geometry));
    if (!begin(report, &json)) return;
    put_text(&json, "name", record->name);
    put_text(&json, "kind", record->kind);
    put_text(&json, "hours", record->hours);
    put_text(&json, "weekdays", record->weekdays);
    put_time(&json, "from", record->from_s);
    put_time(&json, "to", record->to_s);
    hs_json_object_end(&json);
}

void hs_preview_category(hs_import_report *report, const hs_category_record *record) {
    hs_json json;
    if (!begin(report, &json)) return;
    put_text(&json, "code", record->code);
    put_text(&json, "parent", record->parent);
    put_text(&json, "name", record->name);
    put_text(&json, "name_en", record->name_en);
    put_text(&json, "department", record->department);
    put_text(&json, "members", record->members);
    put_text(&json, "aliases", record->aliases);
    if (record->duplicate_m >= 0) hs_json_pair_double(&json, "duplicate_m", record->duplicate_m);
    if (record->duplicate_hours >= 0) hs_json_pair_double(&json, "duplicate_hours", record->duplicate_hours);
    hs_json_object_end(&json);
}

void hs_preview_target(hs_import_report *report, const hs_target_record *record) {
    hs_json json;
    if (!begin(report, &json)) return;
    put_text(&json, "unit", record->unit);
    put_text(&json, "category", record->category);
    put_text(&json, "from", record->from);
    put_text(&json, "to", record->to);
    hs_json_pair_double(&json, "target", record->target);
    hs_json_object_end(&json);
}

void hs_preview_population(hs_import_report *report, const hs_population_record *record) {
    static const char *const places[] = {
        [HS_GEOMETRY_NONE] = "unit", [HS_GEOMETRY_POINT] = "point", [HS_GEOMETRY_POLYGONS] = "area"};
    hs_json json;
    hs_box_union(&report->extent, hs_geometry_box(&record->geometry));
    if (!begin(report, &json)) return;
    put_text(&json, "unit", record->unit);
    hs_json_pair_double(&json, "population", record->population);
    hs_json_pair_text(&json, "place", places[record->geometry.type]);
    hs_json_object_end(&json);
}

void hs_preview_incident(hs_import_report *report, const hs_incident_record *record) {
    hs_json json;
    if (record->has_position) hs_box_add(&report->extent, record->position);
    if (!begin(report, &json)) return;
    put_text(&json, "id", record->external_id);
    put_text(&json, "category", record->category);
    put_time(&json, "reported", record->reported_s);
    put_time(&json, "occurred", record->occurred_s);
    put_time(&json, "closed", record->closed_s);
    put_time(&json, "deadline", record->deadline_s);
    put_text(&json, "source", record->source);
    put_text(&json, "status", record->status);
    put_text(&json, "address", record->address);
    put_text(&json, "department", record->department);
    put_text(&json, "description", record->description);
    put_text(&json, "unit", record->unit);
    hs_json_pair_text(&json, "match_type", hs_match_type_name(record->match_type));
    if (record->has_position) put_position(&json, record->position);
    if (record->accuracy_m > 0) hs_json_pair_double(&json, "accuracy_m", record->accuracy_m);
    hs_json_object_end(&json);
}

static void write_rows(const hs_import_report *report, hs_json *json) {
    const hs_batch_info *batch = &report->batch;
    hs_json_key(json, "rows");
    hs_json_object(json);
    hs_json_pair_int(json, "read", (int64_t)batch->rows_read);
    hs_json_pair_int(json, "added", (int64_t)batch->rows_added);
    hs_json_pair_int(json, "updated", (int64_t)batch->rows_updated);
    hs_json_pair_int(json, "unchanged", (int64_t)batch->rows_unchanged);
    hs_json_pair_int(json, "rejected", (int64_t)batch->rows_rejected);
    hs_json_pair_int(json, "repeated_ids", (int64_t)report->repeated_ids);
    hs_json_pair_int(json, "identical", (int64_t)report->identical_rows);
    hs_json_object_end(json);
    if (batch->rows_rejected > 0) hs_json_pair_text(json, "first_rejected", report->first_reject);
}

static void write_extent(const hs_import_report *report, hs_json *json) {
    const hs_box *box = &report->extent;
    if (box->min_lon_e7 > box->max_lon_e7) return;
    const int32_t corners[] = {box->min_lon_e7, box->min_lat_e7, box->max_lon_e7, box->max_lat_e7};
    hs_json_key(json, "bbox");
    hs_json_array(json);
    for (size_t i = 0; i < 4; i++)
        hs_json_fixed(json, corners[i], 7);
    hs_json_array_end(json);
}

static void write_incidents(const hs_import_report *report, hs_json *json) {
    hs_json_pair_int(json, "positioned", (int64_t)report->positioned);
    hs_json_pair_int(json, "unmatched", (int64_t)report->unmatched);
    hs_json_pair_int(json, "unknown_categories", (int64_t)report->unknown_categories);
    hs_json_key(json, "match_type");
    hs_json_object(json);
    for (int type = 0; type < HS_MATCH_COUNT; type++)
        if (report->by_match_type[type])
            hs_json_pair_int(json, hs_match_type_name((hs_match_type)type),
                             (int64_t)report->by_match_type[type]);
    hs_json_object_end(json);
    hs_json_key(json, "inside");
    hs_json_object(json);
    for (int level = 0; level < HS_LEVEL_COUNT; level++)
        if (report->in_unit[level])
            hs_json_pair_int(json, hs_level_name((hs_level)level), (int64_t)report->in_unit[level]);
    hs_json_object_end(json);
    hs_json_pair_int(json, "on_segment", (int64_t)report->on_segment);
    hs_json_key(json, "from");
    hs_json_time(json, report->min_time_s);
    hs_json_key(json, "to");
    hs_json_time(json, report->max_time_s);
    hs_json_pair_text(json, "timezone", report->timezone);
    hs_json_pair_bool(json, "timezone_guessed", report->timezone_guessed);
}

/* The preview's lines as an array. */
static void write_preview(const hs_import_report *report, hs_json *json) {
    hs_str rest = {report->preview.data, report->preview.size};
    hs_json_key(json, "preview");
    hs_json_array(json);
    while (rest.size > 0 && report->preview.status == HS_OK)
        hs_json_raw(json, hs_str_cut(&rest, '\n'));
    hs_json_array_end(json);
}

void hs_import_report_write(const hs_import_report *report, hs_json *json) {
    hs_json_object(json);
    hs_json_pair_text(json, "kind", hs_kind_name(report->kind));
    hs_json_pair_bool(json, "dry_run", report->dry_run);
    hs_json_key(json, "batch");
    if (report->batch.id)
        hs_json_int(json, report->batch.id);
    else
        hs_json_null(json);
    write_rows(report, json);
    if (report->mapping.size > 0) {
        hs_json_key(json, "mapping");
        hs_json_raw(json, (hs_str){report->mapping.data, report->mapping.size});
    }
    write_extent(report, json);
    if (report->kind == HS_KIND_INCIDENTS) write_incidents(report, json);
    write_preview(report, json);
    hs_json_pair_double(json, "seconds", report->seconds);
    hs_json_object_end(json);
}
