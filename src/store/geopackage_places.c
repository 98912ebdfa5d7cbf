/* Addresses and places as rows. */
#include "base/text.h"
#include "store/geopackage_tables.h"

#include <hotspot/coordinates.h>

static const hs_column address_columns[] = {
    {"street", "TEXT"},
    {"number", "TEXT"},
    {"unit", "TEXT"},
    {"text", "TEXT"},
};

static hs_status describe_address(const void *any, hs_error *error, hs_row_content *row) {
    const hs_address_record *record = any;
    const hs_str texts[] = {record->street, record->number, record->unit, record->text};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        hs_content_str(row->content, texts[i]);
    hs_buffer_append(row->content, &record->position, sizeof record->position);
    return hs_describe_position(record->position, "position", error, row);
}

static void bind_address(sqlite3_stmt *statement, const void *any) {
    const hs_address_record *record = any;
    int at = HS_PARAMETER_FIRST;
    hs_bind_str(statement, at++, record->street);
    hs_bind_str(statement, at++, record->number);
    hs_bind_str(statement, at++, record->unit);
    hs_bind_str(statement, at++, record->text);
}

/* An address whose point was taken away in a GIS says nothing any more. */
static hs_status visit_address(sqlite3_stmt *statement, hs_row_reader *reader, hs_visit visit, void *context,
                               hs_error *error) {
    (void)reader;
    hs_address_record record = {.id = sqlite3_column_int64(statement, 0)};
    bool has_position = false;
    hs_status status = hs_read_position(statement, error, &has_position, &record.position);
    if (status != HS_OK || !has_position) return status;
    int at = HS_COLUMN_FIRST;
    record.street = hs_column_str(statement, at++);
    record.number = hs_column_str(statement, at++);
    record.unit = hs_column_str(statement, at++);
    record.text = hs_column_str(statement, at++);
    return visit.address(context, &record, error);
}

const hs_table_definition hs_table_addresses = {
    .name = "addresses",
    .geometry_type = "POINT",
    .description = "Address points",
    HS_COLUMNS(address_columns),
    .describe = describe_address,
    .bind = bind_address,
    .visit = visit_address,
};

static const hs_column place_columns[] = {
    {"name", "TEXT"},    {"name_en", "TEXT"},     {"place_class", "TEXT"},
    {"address", "TEXT"}, {"label_lon", "DOUBLE"}, {"label_lat", "DOUBLE"},
};

static hs_status describe_place(const void *any, hs_error *error, hs_row_content *row) {
    const hs_place_record *record = any;
    const hs_str texts[] = {record->name, record->name_en, record->place_class, record->address};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        hs_content_str(row->content, texts[i]);
    hs_buffer_append(row->content, &record->position, sizeof record->position);
    if (record->geometry.type == HS_GEOMETRY_POLYGONS)
        return hs_describe_geometry(&record->geometry, "geometry", error, row);
    return hs_describe_position(record->position, "position", error, row);
}

static void bind_place(sqlite3_stmt *statement, const void *any) {
    const hs_place_record *record = any;
    int at = HS_PARAMETER_FIRST;
    hs_bind_str(statement, at++, record->name);
    hs_bind_str(statement, at++, record->name_en);
    hs_bind_str(statement, at++, record->place_class);
    hs_bind_str(statement, at++, record->address);
    if (record->geometry.type == HS_GEOMETRY_POLYGONS) {
        sqlite3_bind_double(statement, at++, record->position.lon_e7 / 1e7);
        sqlite3_bind_double(statement, at++, record->position.lat_e7 / 1e7);
    } else {
        sqlite3_bind_null(statement, at++);
        sqlite3_bind_null(statement, at++);
    }
}

/* Where a place's label stands: its point, or what was stored beside its polygon. */
static bool label_position(sqlite3_stmt *statement, const hs_geometry *geometry, hs_position *position) {
    if (geometry->type == HS_GEOMETRY_POINT) {
        *position = geometry->positions[0];
        return true;
    }
    if (sqlite3_column_type(statement, HS_COLUMN_FIRST + 4) != SQLITE_NULL &&
        hs_position_from_degrees(sqlite3_column_double(statement, HS_COLUMN_FIRST + 4),
                                 sqlite3_column_double(statement, HS_COLUMN_FIRST + 5), position))
        return true;
    if (geometry->type == HS_GEOMETRY_NONE) return false;
    *position = geometry->positions[0]; /* a polygon that was drawn in a GIS */
    return true;
}

static hs_status visit_place(sqlite3_stmt *statement, hs_row_reader *reader, hs_visit visit, void *context,
                             hs_error *error) {
    hs_place_record record = {.id = sqlite3_column_int64(statement, 0)};
    int at = HS_COLUMN_FIRST;
    record.name = hs_column_str(statement, at++);
    record.name_en = hs_column_str(statement, at++);
    record.place_class = hs_column_str(statement, at++);
    record.address = hs_column_str(statement, at++);
    hs_status status = hs_read_geometry(statement, reader, error, &record.geometry);
    if (status != HS_OK || !label_position(statement, &record.geometry, &record.position)) return status;
    return visit.place(context, &record, error);
}

const hs_table_definition hs_table_places = {
    .name = "places",
    .geometry_type = "GEOMETRY",
    .description = "Named points and areas",
    HS_COLUMNS(place_columns),
    .describe = describe_place,
    .bind = bind_place,
    .visit = visit_place,
};
