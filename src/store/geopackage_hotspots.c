/* Saved runs of hotspots and their features as rows of one table. */
#include "store/geopackage_tables.h"

#include <math.h>

#define APART '\x1f' /* between the parts of an identity */

static const hs_column hotspot_columns[] = {
    {"run", "INTEGER"},       {"method", "TEXT"},      {"title", "TEXT"},
    {"parameters", "TEXT"},   {"saved_by", "TEXT"},    {"created", "DATETIME"},
    {"data_version", "INTEGER"}, {"feature", "INTEGER"}, {"value", "DOUBLE"},
    {"statistic", "DOUBLE"},  {"p_value", "DOUBLE"},   {"q_value", "DOUBLE"},
    {"n", "DOUBLE"},          {"expected", "DOUBLE"},  {"rank", "INTEGER"},
    {"label_zh", "TEXT"},     {"label_en", "TEXT"},    {"properties", "TEXT"},
};

static hs_status check(const hs_saved_hotspot_record *record, hs_error *error) {
    if (record->run == 0 && record->title.size == 0)
        return hs_error_set(error, HS_E_INPUT, "title: a saved run needs one");
    if (record->method.size == 0) return hs_error_set(error, HS_E_INPUT, "method: a saved run is of one");
    return hs_check_time(record->created_s, "created", error);
}

static hs_status describe_hotspot(const void *any, hs_error *error, hs_row_content *row) {
    const hs_saved_hotspot_record *record = any;
    hs_status status = check(record, error);
    if (status == HS_OK) status = hs_describe_geometry(&record->geometry, "geometry", error, row);
    if (status != HS_OK) return status;
    const hs_str texts[] = {record->method,   record->title,    record->parameters, record->user,
                            record->label_zh, record->label_en, record->properties};
    const double numbers[] = {record->value,   record->statistic, record->p_value,
                              record->q_value, record->n,         record->expected};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        hs_content_str(row->content, texts[i]);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        double number = isfinite(numbers[i]) ? numbers[i] : (double)NAN;
        hs_buffer_append(row->content, &number, sizeof number);
    }
    hs_content_int(row->content, record->created_s);
    hs_content_int(row->content, (int64_t)record->data_version);
    hs_content_int(row->content, record->rank);
    if (record->run == 0) {
        hs_buffer_printf(row->identity, "run%c%lld%c", APART, (long long)record->created_s, APART);
        for (size_t i = 0; i < 4; i++) {
            hs_buffer_str(row->identity, texts[i]);
            hs_buffer_byte(row->identity, APART);
        }
    } else {
        hs_buffer_printf(row->identity, "%lld%c%lld", (long long)record->run, APART,
                         (long long)record->feature);
    }
    return HS_OK;
}

static void bind_number(sqlite3_stmt *statement, int index, double number) {
    if (isfinite(number))
        sqlite3_bind_double(statement, index, number);
    else
        sqlite3_bind_null(statement, index);
}

static void bind_hotspot(sqlite3_stmt *statement, const void *any) {
    const hs_saved_hotspot_record *record = any;
    int at = HS_PARAMETER_FIRST;
    sqlite3_bind_int64(statement, at++, record->run);
    hs_bind_str(statement, at++, record->method);
    hs_bind_str(statement, at++, record->title);
    hs_bind_str(statement, at++, record->parameters);
    hs_bind_str(statement, at++, record->user);
    hs_bind_time(statement, at++, record->created_s);
    sqlite3_bind_int64(statement, at++, (int64_t)record->data_version);
    sqlite3_bind_int64(statement, at++, record->feature);
    bind_number(statement, at++, record->value);
    bind_number(statement, at++, record->statistic);
    bind_number(statement, at++, record->p_value);
    bind_number(statement, at++, record->q_value);
    bind_number(statement, at++, record->n);
    bind_number(statement, at++, record->expected);
    sqlite3_bind_int64(statement, at++, record->rank);
    hs_bind_str(statement, at++, record->label_zh);
    hs_bind_str(statement, at++, record->label_en);
    hs_bind_str(statement, at, record->properties);
}

static double read_number(sqlite3_stmt *statement, int index) {
    return sqlite3_column_type(statement, index) == SQLITE_NULL ? (double)NAN
                                                                : sqlite3_column_double(statement, index);
}

static hs_status visit_hotspot(sqlite3_stmt *statement, hs_row_reader *reader, hs_visit visit, void *context,
                               hs_error *error) {
    hs_saved_hotspot_record record = {.id = sqlite3_column_int64(statement, 0)};
    int at = HS_COLUMN_FIRST;
    record.run = sqlite3_column_int64(statement, at++);
    record.method = hs_column_str(statement, at++);
    record.title = hs_column_str(statement, at++);
    record.parameters = hs_column_str(statement, at++);
    record.user = hs_column_str(statement, at++);
    hs_status status = hs_read_time(statement, at++, error, &record.created_s);
    record.data_version = (uint64_t)sqlite3_column_int64(statement, at++);
    record.feature = sqlite3_column_int64(statement, at++);
    record.value = read_number(statement, at++);
    record.statistic = read_number(statement, at++);
    record.p_value = read_number(statement, at++);
    record.q_value = read_number(statement, at++);
    record.n = read_number(statement, at++);
    record.expected = read_number(statement, at++);
    record.rank = sqlite3_column_int64(statement, at++);
    record.label_zh = hs_column_str(statement, at++);
    record.label_en = hs_column_str(statement, at++);
    record.properties = hs_column_str(statement, at);
    if (status == HS_OK) status = hs_read_geometry(statement, reader, error, &record.geometry);
    return status == HS_OK ? visit.hotspot(context, &record, error) : status;
}

const hs_table_definition hs_table_hotspots = {
    .name = "hotspots",
    .geometry_type = "GEOMETRY",
    .description = "Saved runs of hotspots and their features",
    .identity_sql = "CASE WHEN run = 0 THEN 'run' || char(31) || strftime('%s', created) || char(31) || method ||"
                    " char(31) || ifnull(title, '') || char(31) || ifnull(parameters, '') || char(31) ||"
                    " ifnull(saved_by, '') || char(31) ELSE run || char(31) || feature END",
    HS_COLUMNS(hotspot_columns),
    .describe = describe_hotspot,
    .bind = bind_hotspot,
    .visit = visit_hotspot,
};
