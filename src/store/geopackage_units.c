/* Units, streets and zones as rows. */
#include "base/text.h"
#include "store/geopackage_tables.h"

static const hs_column unit_columns[] = {
    {"code", "TEXT"},  {"name", "TEXT"},   {"name_en", "TEXT"},
    {"level", "TEXT"}, {"parent", "TEXT"}, {"attributes", "TEXT"},
};

static hs_status describe_unit(const void *any, hs_error *error, hs_row_content *row) {
    const hs_unit_record *record = any;
    hs_str level = hs_str_of(hs_level_name(record->level));
    if (level.size == 0) return hs_error_set(error, HS_E_INPUT, "level: %d is none", (int)record->level);
    const hs_str texts[] = {record->code, record->name,   record->name_en,
                            level,        record->parent, record->attributes};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        hs_content_str(row->content, texts[i]);
    if (record->code.size > 0) {
        hs_buffer_str(row->identity, level);
        hs_buffer_byte(row->identity, ':');
        hs_buffer_str(row->identity, record->code);
    }
    return hs_describe_geometry(&record->geometry, "geometry", error, row);
}

static void bind_unit(sqlite3_stmt *statement, const void *any) {
    const hs_unit_record *record = any;
    int at = HS_PARAMETER_FIRST;
    hs_bind_str(statement, at++, record->code);
    hs_bind_str(statement, at++, record->name);
    hs_bind_str(statement, at++, record->name_en);
    hs_bind_str(statement, at++, hs_str_of(hs_level_name(record->level)));
    hs_bind_str(statement, at++, record->parent);
    hs_bind_str(statement, at++, record->attributes);
}

static hs_status visit_unit(sqlite3_stmt *statement, hs_row_reader *reader, hs_visit visit, void *context,
                            hs_error *error) {
    hs_unit_record record = {.id = sqlite3_column_int64(statement, 0)};
    int at = HS_COLUMN_FIRST;
    record.code = hs_column_str(statement, at++);
    record.name = hs_column_str(statement, at++);
    record.name_en = hs_column_str(statement, at++);
    hs_str level = hs_column_str(statement, at++);
    record.parent = hs_column_str(statement, at++);
    record.attributes = hs_column_str(statement, at++);
    record.level = hs_level_parse(level);
    if (record.level == HS_LEVEL_COUNT)
        return hs_error_set(error, HS_E_STORE, "column level: '%.*s' is no level",
                            (int)hs_utf8_cut(level, 40), level.data);
    hs_status status = hs_read_geometry(statement, reader, error, &record.geometry);
    return status == HS_OK ? visit.unit(context, &record, error) : status;
}

const hs_table_definition hs_table_units = {
    .name = "units",
    .geometry_type = "MULTIPOLYGON",
    .description = "Administrative units of all levels",
    .identity_sql = "level || ':' || code",
    HS_COLUMNS(unit_columns),
    .describe = describe_unit,
    .bind = bind_unit,
    .visit = visit_unit,
};

static const hs_column street_columns[] = {
    {"name", "TEXT"},         {"name_en", "TEXT"},    {"road_class", "TEXT"},
    {"left_from", "INTEGER"}, {"left_to", "INTEGER"}, {"right_from", "INTEGER"},
    {"right_to", "INTEGER"},  {"layer", "INTEGER"},   {"attributes", "TEXT"},
};

static hs_status describe_street(const void *any, hs_error *error, hs_row_content *row) {
    const hs_street_record *record = any;
    const hs_str texts[] = {record->name, record->name_en, record->road_class, record->attributes};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        hs_content_str(row->content, texts[i]);
    const int32_t numbers[] = {record->left_from, record->left_to, record->right_from, record->right_to,
                               record->layer};
    hs_buffer_append(row->content, numbers, sizeof numbers);
    return hs_describe_geometry(&record->geometry, "geometry", error, row);
}

static void bind_number(sqlite3_stmt *statement, int index, int32_t number) {
    if (number == HS_NO_NUMBER)
        sqlite3_bind_null(statement, index);
    else
        sqlite3_bind_int(statement, index, number);
}

static void bind_street(sqlite3_stmt *statement, const void *any) {
    const hs_street_record *record = any;
    int at = HS_PARAMETER_FIRST;
    hs_bind_str(statement, at++, record->name);
    hs_bind_str(statement, at++, record->name_en);
    hs_bind_str(statement, at++, record->road_class);
    bind_number(statement, at++, record->left_from);
    bind_number(statement, at++, record->left_to);
    bind_number(statement, at++, record->right_from);
    bind_number(statement, at++, record->right_to);
    sqlite3_bind_int(statement, at++, record->layer);
    hs_bind_str(statement, at++, record->attributes);
}

static hs_status visit_street(sqlite3_stmt *statement, hs_row_reader *reader, hs_visit visit, void *context,
                              hs_error *error) {
    hs_street_record record = {.id = sqlite3_column_int64(statement, 0)};
    int at = HS_COLUMN_FIRST;
    record.name = hs_column_str(statement, at++);
    record.name_en = hs_column_str(statement, at++);
    record.road_class = hs_column_str(statement, at++);
    record.left_from = hs_read_int32(statement, at++, HS_NO_NUMBER);
    record.left_to = hs_read_int32(statement, at++, HS_NO_NUMBER);
    record.right_from = hs_read_int32(statement, at++, HS_NO_NUMBER);
    record.right_to = hs_read_int32(statement, at++, HS_NO_NUMBER);
    record.layer = hs_read_int32(statement, at++, 0);
    record.attributes = hs_column_str(statement, at++);
    hs_status status = hs_read_geometry(statement, reader, error, &record.geometry);
    return status == HS_OK ? visit.street(context, &record, error) : status;
}

const hs_table_definition hs_table_streets = {
    .name = "streets",
    .geometry_type = "MULTILINESTRING",
    .description = "Street centre lines as imported",
    HS_COLUMNS(street_columns),
    .describe = describe_street,
    .bind = bind_street,
    .visit = visit_street,
};

static const hs_column zone_columns[] = {
    {"name", "TEXT"},     {"kind", "TEXT"},           {"hours", "TEXT"},
    {"weekdays", "TEXT"}, {"valid_from", "DATETIME"}, {"valid_to", "DATETIME"},
};

static hs_status describe_zone(const void *any, hs_error *error, hs_row_content *row) {
    const hs_zone_record *record = any;
    hs_status status = hs_check_time(record->from_s, "from", error);
    if (status == HS_OK) status = hs_check_time(record->to_s, "to", error);
    if (status != HS_OK) return status;
    const hs_str texts[] = {record->name, record->kind, record->hours, record->weekdays};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        hs_content_str(row->content, texts[i]);
    hs_content_int(row->content, record->from_s);
    hs_content_int(row->content, record->to_s);
    return hs_describe_geometry(&record->geometry, "geometry", error, row);
}

static void bind_zone(sqlite3_stmt *statement, const void *any) {
    const hs_zone_record *record = any;
    int at = HS_PARAMETER_FIRST;
    hs_bind_str(statement, at++, record->name);
    hs_bind_str(statement, at++, record->kind);
    hs_bind_str(statement, at++, record->hours);
    hs_bind_str(statement, at++, record->weekdays);
    hs_bind_time(statement, at++, record->from_s);
    hs_bind_time(statement, at++, record->to_s);
}

static hs_status visit_zone(sqlite3_stmt *statement, hs_row_reader *reader, hs_visit visit, void *context,
                            hs_error *error) {
    hs_zone_record record = {.id = sqlite3_column_int64(statement, 0)};
    int at = HS_COLUMN_FIRST;
    record.name = hs_column_str(statement, at++);
    record.kind = hs_column_str(statement, at++);
    record.hours = hs_column_str(statement, at++);
    record.weekdays = hs_column_str(statement, at++);
    hs_status status = hs_read_time(statement, at++, error, &record.from_s);
    if (status == HS_OK) status = hs_read_time(statement, at++, error, &record.to_s);
    if (status == HS_OK) status = hs_read_geometry(statement, reader, error, &record.geometry);
    return status == HS_OK ? visit.zone(context, &record, error) : status;
}

const hs_table_definition hs_table_zones = {
    .name = "zones",
    .geometry_type = "MULTIPOLYGON",
    .description = "Areas with a meaning and hours",
    HS_COLUMNS(zone_columns),
    .describe = describe_zone,
    .bind = bind_zone,
    .visit = visit_zone,
};
