#include "ingest/zone_json.h"

#include "base/text.h"
#include "ingest/record.h"
#include "ingest/rows_private.h"
#include <cpl_conv.h>
#include <cpl_error.h>
#include <ogr_api.h>
#include <stdlib.h>
#include <string.h>

static const hs_field zone_fields[] = {HS_FIELD_NAME,     HS_FIELD_KIND, HS_FIELD_HOURS,
                                       HS_FIELD_WEEKDAYS, HS_FIELD_FROM, HS_FIELD_TO};

static hs_status refuse(hs_error *error, const char *member, const char *reason) {
    return hs_error_set(error, HS_E_INPUT, "%.60s: %s", member, reason);
}

static hs_status take_property(const char *key, const json_t *value, hs_arena *arena, hs_error *error,
                               hs_cell *cells) {
    for (size_t i = 0; i < sizeof zone_fields / sizeof *zone_fields; i++) {
        if (strcmp(hs_field_name(zone_fields[i]), key) != 0) continue;
        if (json_is_null(value)) return HS_OK;
        if (!json_is_string(value)) return refuse(error, key, "a text is expected");
        hs_str text = hs_str_trim((hs_str){json_string_value(value), json_string_length(value)});
        if (hs_text_means_none(text)) return HS_OK;
        hs_str copy = hs_arena_str(arena, text);
        if (!copy.data) return hs_error_memory(error, "a zone");
        cells[zone_fields[i]] = (hs_cell){.type = HS_CELL_TEXT, .text = copy};
        return HS_OK;
    }
    return refuse(error, key, "a zone has no such property; there are name kind hours weekdays from to");
}

static hs_status to_wkb(const char *text, hs_arena *arena, hs_error *error, hs_row *row) {
    CPLPushErrorHandler(CPLQuietErrorHandler);
    OGRGeometryH geometry = OGR_G_CreateGeometryFromJson(text);
    CPLPopErrorHandler();
    if (!geometry) return refuse(error, "geometry", "cannot be read as GeoJSON");
    OGR_G_FlattenTo2D(geometry);
    size_t size = (size_t)OGR_G_WkbSize(geometry);
    unsigned char *wkb = hs_arena_alloc(arena, size + 1);
    bool done = wkb && OGR_G_ExportToWkb(geometry, wkbNDR, wkb) == OGRERR_NONE;
    OGR_G_DestroyGeometry(geometry);
    if (!wkb) return hs_error_memory(error, "a zone");
    if (!done) return refuse(error, "geometry", "cannot be read");
    row->wkb = wkb;
    row->wkb_size = size;
    return HS_OK;
}

static hs_status take_shape(const json_t *geometry, hs_arena *arena, hs_error *error, hs_row *row) {
    hs_str type = hs_json_get_str(geometry, "type");
    if (!hs_str_equal(type, HS_STR("Polygon")) && !hs_str_equal(type, HS_STR("MultiPolygon")))
        return refuse(error, "geometry", "a Polygon or MultiPolygon is expected");
    char *text = json_dumps(geometry, JSON_COMPACT);
    if (!text) return hs_error_memory(error, "a zone");
    hs_status status = to_wkb(text, arena, error, row);
    free(text);
    return status;
}

static hs_status make(hs_row *row, const hs_timezone *zone, hs_arena *arena, hs_error *error,
                      hs_zone_record *record) {
    hs_ingest ingest = {.kind = HS_KIND_ZONES, .timezone = zone, .arena = arena};
    hs_refusal refusal;
    hs_status status = HS_OK;
    for (int field = 0; field < HS_FIELD_COUNT; field++)
        ingest.mapping.column[field] = HS_NO_COLUMN;
    for (size_t i = 0; i < sizeof zone_fields / sizeof *zone_fields; i++)
        ingest.mapping.column[zone_fields[i]] = zone_fields[i];
    ingest.locator = (hs_locator){.mapping = &ingest.mapping};
    if (hs_make_zone(&ingest, row, &refusal, record) != HS_MADE)
        status = hs_error_set(error, HS_E_INPUT, "%s: %.*s%s%s", refusal.field,
                              (int)hs_utf8_cut(refusal.value, 100), refusal.value.data,
                              refusal.value.size ? " " : "", refusal.reason);
    else if (ingest.locator.invalid > 0)
        status =
            hs_error_set(error, HS_E_INPUT, "geometry: the polygon is not valid: %s", ingest.locator.flaw);
    hs_locator_done(&ingest.locator);
    return status;
}

hs_status hs_zone_from_json(const json_t *value, const hs_timezone *zone, hs_arena *arena, hs_error *error,
                            hs_zone_record *record) {
    hs_cell *cells = hs_arena_array(arena, HS_FIELD_COUNT, sizeof *cells);
    hs_row row = {.number = 1, .cells = cells};
    const json_t *properties = json_object_get(value, "properties");
    const char *key;
    json_t *member;
    if (!cells) return hs_error_memory(error, "a zone");
    if (!hs_str_equal(hs_json_get_str(value, "type"), HS_STR("Feature")))
        return refuse(error, "type", "a GeoJSON Feature is expected");
    if (properties && !json_is_object(properties) && !json_is_null(properties))
        return refuse(error, "properties", "an object is expected");
    hs_status status = HS_OK;
    json_object_foreach((json_t *)properties, key, member) {
        status = take_property(key, member, arena, error, cells);
        if (status != HS_OK) return status;
    }
    status = take_shape(json_object_get(value, "geometry"), arena, error, &row);
    return status == HS_OK ? make(&row, zone, arena, error, record) : status;
}
