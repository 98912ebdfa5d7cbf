#include "ingest/incident_json.h"

#include "base/text.h"
#include "ingest/record.h"
#include "ingest/rows_private.h"
#include <string.h>

typedef struct reading {
    hs_arena *arena;
    hs_error *error;
    hs_cell cells[HS_FIELD_COUNT]; /* a column for each field */
    bool brought[HS_FIELD_COUNT];  /* fields that the object names, if with null */
} reading;

static hs_status refuse(const reading *r, const char *key, const char *reason) {
    return hs_error_set(r->error, HS_E_INPUT, "%.60s: %s", key, reason);
}

/* x and y go with a reference system of a file; a program that posts says lon and lat. */
static bool is_taken(hs_field field) {
    return hs_field_of_kind(field, HS_KIND_INCIDENTS) && field != HS_FIELD_X && field != HS_FIELD_Y;
}

static hs_field field_named(const char *key) {
    for (int field = 0; field < HS_FIELD_COUNT; field++)
        if (is_taken((hs_field)field) && strcmp(hs_field_name((hs_field)field), key) == 0)
            return (hs_field)field;
    return HS_FIELD_COUNT;
}

static hs_status unknown_member(const reading *r, const char *key) {
    char names[400] = "";
    size_t size = 0;
    for (int field = 0; field < HS_FIELD_COUNT; field++) {
        const char *name = hs_field_name((hs_field)field);
        if (!is_taken((hs_field)field) || size + strlen(name) + 2 > sizeof names) continue;
        size += (size_t)snprintf(names + size, sizeof names - size, " %s", name);
    }
    return hs_error_set(r->error, HS_E_INPUT, "%.60s: an incident has no such field; there are%s", key,
                        names);
}

static hs_status put_text(const reading *r, const char *key, const json_t *value, hs_cell *cell) {
    hs_str text = hs_str_trim((hs_str){json_string_value(value), json_string_length(value)});
    if (!hs_utf8_valid(text)) return refuse(r, key, "is no UTF-8");
    if (hs_text_means_none(text)) return HS_OK;
    hs_str copy = hs_arena_str(r->arena, text);
    if (!copy.data) return hs_error_set(r->error, HS_E_MEMORY, "out of memory");
    *cell = (hs_cell){.type = HS_CELL_TEXT, .text = copy};
    return HS_OK;
}

static hs_status put_value(reading *r, const char *key, const json_t *value) {
    hs_field field = field_named(key);
    if (field == HS_FIELD_COUNT) return unknown_member(r, key);
    hs_cell *cell = &r->cells[field];
    r->brought[field] = true;
    switch (json_typeof(value)) {
    case JSON_STRING:
        return put_text(r, key, value, cell);
    case JSON_INTEGER:
        *cell = (hs_cell){.type = HS_CELL_INT, .integer = json_integer_value(value)};
        return HS_OK;
    case JSON_REAL:
        *cell = (hs_cell){.type = HS_CELL_REAL, .real = json_real_value(value)};
        return HS_OK;
    case JSON_NULL:
        return HS_OK;
    default:
        return refuse(r, key, "a text or a number is expected");
    }
}

static hs_status put_members(reading *r, const json_t *object) {
    hs_status status = HS_OK;
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)object, key, value) {
        status = put_value(r, key, value);
        if (status != HS_OK) break;
    }
    return status;
}

/* The Feature's point goes before coordinates among its properties. */
static hs_status put_point(reading *r, const json_t *geometry) {
    if (!geometry) return HS_OK;
    r->brought[HS_FIELD_LON] = r->brought[HS_FIELD_LAT] = true;
    if (json_is_null(geometry)) return HS_OK;
    const json_t *at = json_object_get(geometry, "coordinates");
    if (!hs_str_equal(hs_json_get_str(geometry, "type"), HS_STR("Point")) || !json_is_array(at))
        return refuse(r, "geometry", "a Point is expected, or null");
    if (json_array_size(at) == 0) return HS_OK;
    const json_t *lon = json_array_get(at, 0);
    const json_t *lat = json_array_get(at, 1);
    if (!json_is_number(lon) || !json_is_number(lat))
        return refuse(r, "geometry", "coordinates of a Point are [longitude, latitude]");
    r->cells[HS_FIELD_LON] = (hs_cell){.type = HS_CELL_REAL, .real = json_number_value(lon)};
    r->cells[HS_FIELD_LAT] = (hs_cell){.type = HS_CELL_REAL, .real = json_number_value(lat)};
    return HS_OK;
}

/* A Feature's own id stands where its properties have none. */
static hs_status put_feature(reading *r, const json_t *feature) {
    const json_t *properties = json_object_get(feature, "properties");
    if (properties && !json_is_object(properties) && !json_is_null(properties))
        return refuse(r, "properties", "an object is expected");
    const json_t *id = json_object_get(feature, "id");
    hs_status status = id ? put_value(r, "id", id) : HS_OK;
    if (status == HS_OK && json_is_object(properties)) status = put_members(r, properties);
    return status == HS_OK ? put_point(r, json_object_get(feature, "geometry")) : status;
}

static hs_status put_all(reading *r, const json_t *value) {
    if (!json_is_object(value))
        return hs_error_set(r->error, HS_E_INPUT, "an incident is a JSON object or a GeoJSON Feature");
    hs_str type = hs_json_get_str(value, "type");
    if (hs_str_equal(type, HS_STR("Feature"))) return put_feature(r, value);
    return put_members(r, value);
}

static hs_status make(reading *r, hs_ingest *ingest, hs_incident_record *record) {
    hs_row row = {.number = 1, .cells = r->cells};
    hs_refusal refusal;
    if (hs_make_incident(ingest, &row, &refusal, record) != HS_MADE)
        return hs_error_set(r->error, HS_E_INPUT, "%s: %.*s%s%s", refusal.field,
                            (int)hs_utf8_cut(refusal.value, 100), refusal.value.data,
                            refusal.value.size ? " " : "", refusal.reason);
    bool has_lon = r->cells[HS_FIELD_LON].type != HS_CELL_NONE;
    if (has_lon != (r->cells[HS_FIELD_LAT].type != HS_CELL_NONE))
        return refuse(r, has_lon ? "lat" : "lon", "longitude and latitude come together");
    if (ingest->locator.off_earth > 0)
        return refuse(r, "lon, lat", "is no position on Earth; check the order, longitude comes first");
    if (ingest->locator.null_island > 0)
        return refuse(r, "lon, lat", "0, 0 is no position; leave it out where there is none");
    return HS_OK;
}

hs_status hs_incident_from_json(const json_t *value, const hs_timezone *zone, const char *crs,
                                hs_arena *arena, hs_error *error, hs_incident_record *record) {
    reading r = {.arena = arena, .error = error};
    hs_status status = put_all(&r, value);
    if (status != HS_OK) return status;
    hs_ingest ingest = {.kind = HS_KIND_INCIDENTS, .timezone = zone, .arena = arena};
    for (int field = 0; field < HS_FIELD_COUNT; field++)
        ingest.mapping.column[field] = r.brought[field] ? (size_t)field : HS_NO_COLUMN;
    bool placed = r.brought[HS_FIELD_LON] && r.brought[HS_FIELD_LAT];
    ingest.locator = (hs_locator){.mapping = &ingest.mapping, .use_degrees = placed};
    ingest.absent = hs_incident_absent(&ingest);
    if (crs && r.cells[HS_FIELD_LON].type != HS_CELL_NONE)
        status = hs_transform_new(crs, error, &ingest.locator.of_degrees);
    if (status == HS_OK) status = make(&r, &ingest, record);
    hs_locator_done(&ingest.locator);
    return status;
}
