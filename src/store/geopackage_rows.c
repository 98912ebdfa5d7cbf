/* What all tables share in turning records into rows and back. */
#include "base/text.h"
#include "store/geopackage_blob.h"
#include "store/geopackage_tables.h"
#include "store/geopackage_time.h"

const hs_table_definition *const hs_tables[HS_TABLE_COUNT] = {
    [HS_TABLE_UNITS] = &hs_table_units,           [HS_TABLE_STREETS] = &hs_table_streets,
    [HS_TABLE_ADDRESSES] = &hs_table_addresses,   [HS_TABLE_PLACES] = &hs_table_places,
    [HS_TABLE_ZONES] = &hs_table_zones,           [HS_TABLE_INCIDENTS] = &hs_table_incidents,
    [HS_TABLE_CATEGORIES] = &hs_table_categories, [HS_TABLE_TARGETS] = &hs_table_targets,
    [HS_TABLE_POPULATION] = &hs_table_population, [HS_TABLE_DECISIONS] = &hs_table_decisions,
    [HS_TABLE_HOTSPOTS] = &hs_table_hotspots,
};

void hs_content_str(hs_buffer *content, hs_str text) {
    uint64_t size = text.size;
    hs_buffer_append(content, &size, sizeof size);
    hs_buffer_append(content, text.data, text.size);
}

void hs_content_int(hs_buffer *content, int64_t value) {
    hs_buffer_append(content, &value, sizeof value);
}

static uint32_t position_count(const hs_geometry *geometry) {
    switch (geometry->type) {
    case HS_GEOMETRY_POINT:
        return 1;
    case HS_GEOMETRY_LINES:
    case HS_GEOMETRY_POLYGONS:
        return geometry->ring_count ? geometry->ring_start[geometry->ring_count] : 0;
    case HS_GEOMETRY_NONE:
        break;
    }
    return 0;
}

static void content_geometry(hs_buffer *content, const hs_geometry *geometry, uint32_t count) {
    hs_content_int(content, geometry->type);
    if (geometry->type == HS_GEOMETRY_POLYGONS) {
        hs_content_int(content, geometry->part_count);
        hs_buffer_append(content, geometry->part_start, (geometry->part_count + 1) * sizeof(uint32_t));
    }
    if (geometry->type != HS_GEOMETRY_POINT && geometry->ring_count > 0) {
        hs_content_int(content, geometry->ring_count);
        hs_buffer_append(content, geometry->ring_start, (geometry->ring_count + 1) * sizeof(uint32_t));
    }
    hs_buffer_append(content, geometry->positions, count * sizeof(hs_position));
}

static bool on_earth(hs_position position) {
    return position.lon_e7 >= -1800000000 && position.lon_e7 <= 1800000000 && position.lat_e7 >= -900000000 &&
           position.lat_e7 <= 900000000;
}

static hs_status not_on_earth(const char *what, hs_position position, hs_error *error) {
    return hs_error_set(error, HS_E_INPUT,
                        "%s: longitude %.7f, latitude %.7f is no position on Earth; check the order of the "
                        "coordinates and the reference system",
                        what, position.lon_e7 / 1e7, position.lat_e7 / 1e7);
}

hs_status hs_describe_geometry(const hs_geometry *geometry, const char *what, hs_error *error,
                               hs_row_content *row) {
    uint32_t count = position_count(geometry);
    for (uint32_t i = 0; i < count; i++) {
        if (!on_earth(geometry->positions[i])) return not_on_earth(what, geometry->positions[i], error);
        hs_box_add(&row->box, geometry->positions[i]);
    }
    if (count > 0) {
        content_geometry(row->content, geometry, count);
        hs_blob_write(geometry, row->box, row->blob);
    }
    return HS_OK;
}

hs_status hs_describe_position(hs_position position, const char *what, hs_error *error, hs_row_content *row) {
    if (!on_earth(position)) return not_on_earth(what, position, error);
    row->box = (hs_box){position.lon_e7, position.lat_e7, position.lon_e7, position.lat_e7};
    hs_blob_write_point(position, row->blob);
    return HS_OK;
}

hs_status hs_read_geometry(sqlite3_stmt *statement, hs_row_reader *reader, hs_error *error,
                           hs_geometry *geometry) {
    const void *blob = sqlite3_column_blob(statement, HS_PARAMETER_GEOMETRY - 1);
    size_t size = (size_t)sqlite3_column_bytes(statement, HS_PARAMETER_GEOMETRY - 1);
    return hs_blob_read(blob, size, &reader->shape, reader->arena, error, geometry);
}

hs_status hs_read_position(sqlite3_stmt *statement, hs_error *error, bool *has_position,
                           hs_position *position) {
    const void *blob = sqlite3_column_blob(statement, HS_PARAMETER_GEOMETRY - 1);
    size_t size = (size_t)sqlite3_column_bytes(statement, HS_PARAMETER_GEOMETRY - 1);
    return hs_blob_read_point(blob, size, error, has_position, position);
}

int32_t hs_read_int32(sqlite3_stmt *statement, int index, int32_t missing) {
    if (sqlite3_column_type(statement, index) == SQLITE_NULL) return missing;
    int64_t value = sqlite3_column_int64(statement, index);
    return value < INT32_MIN ? INT32_MIN : value > INT32_MAX ? INT32_MAX : (int32_t)value;
}

hs_status hs_read_time(sqlite3_stmt *statement, int index, hs_error *error, int64_t *time_s) {
    hs_str text = hs_column_str(statement, index);
    if (text.size == 0) {
        *time_s = HS_NO_TIME;
        return HS_OK;
    }
    if (hs_geopackage_time_parse(text, time_s)) return HS_OK;
    return hs_error_set(error, HS_E_STORE, "column %s: '%.*s' is no time",
                        sqlite3_column_name(statement, index), (int)hs_utf8_cut(text, 40), text.data);
}

void hs_bind_time(sqlite3_stmt *statement, int index, int64_t time_s) {
    char text[HS_DATETIME_SIZE];
    if (time_s == HS_NO_TIME) {
        sqlite3_bind_null(statement, index);
        return;
    }
    hs_geopackage_time_format(time_s, text);
    sqlite3_bind_text(statement, index, text, HS_DATETIME_SIZE, SQLITE_TRANSIENT);
}

hs_status hs_check_time(int64_t time_s, const char *field, hs_error *error) {
    if (time_s == HS_NO_TIME || (time_s >= HS_DATETIME_MIN_S && time_s <= HS_DATETIME_MAX_S)) return HS_OK;
    return hs_error_set(error, HS_E_INPUT, "%s: a time outside the years 0000 to 9999 cannot be stored",
                        field);
}

void hs_bind_str(sqlite3_stmt *statement, int index, hs_str text) {
    if (text.size == 0)
        sqlite3_bind_null(statement, index);
    else
        sqlite3_bind_text64(statement, index, text.data, text.size, SQLITE_STATIC, SQLITE_UTF8);
}

void hs_bind_flag(sqlite3_stmt *statement, int index, bool flag) {
    if (flag)
        sqlite3_bind_int(statement, index, 1);
    else
        sqlite3_bind_null(statement, index);
}

hs_str hs_column_str(sqlite3_stmt *statement, int index) {
    const char *data = (const char *)sqlite3_column_text(statement, index);
    if (!data) return (hs_str){"", 0};
    return (hs_str){data, (size_t)sqlite3_column_bytes(statement, index)};
}
