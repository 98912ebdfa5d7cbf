/* Incidents and their categories as rows. */
#include "base/text.h"
#include "store/geopackage_tables.h"

#include <string.h>

static const hs_column incident_columns[] = {
    {"external_id", "TEXT"}, {"category", "TEXT"},     {"reported", "DATETIME"}, {"occurred", "DATETIME"},
    {"closed", "DATETIME"},  {"deadline", "DATETIME"}, {"source", "TEXT"},       {"status", "TEXT"},
    {"address", "TEXT"},     {"department", "TEXT"},   {"description", "TEXT"},  {"unit", "TEXT"},
    {"match_type", "TEXT"},  {"accuracy_m", "DOUBLE"}, {"weight", "DOUBLE"},     {"reviewed", "BOOLEAN"},
};

static hs_status check_incident(const hs_incident_record *record, hs_error *error) {
    hs_status status = hs_check_time(record->reported_s, "reported", error);
    if (status == HS_OK) status = hs_check_time(record->occurred_s, "occurred", error);
    if (status == HS_OK) status = hs_check_time(record->closed_s, "closed", error);
    if (status == HS_OK) status = hs_check_time(record->deadline_s, "deadline", error);
    if (status == HS_OK && !hs_match_type_name(record->match_type))
        status = hs_error_set(error, HS_E_INPUT, "match_type: %d is none", (int)record->match_type);
    return status;
}

/* A derived position is no content: the same file read again changes nothing, whatever the geocoder that
 * placed its rows knows by then. */
static hs_status describe_incident(const void *any, hs_error *error, hs_row_content *row) {
    const hs_incident_record *record = any;
    hs_buffer *content = row->content;
    hs_status status = check_incident(record, error);
    if (status == HS_OK && record->has_position)
        status = hs_describe_position(record->position, "position", error, row);
    if (status != HS_OK) return status;
    const hs_str texts[] = {record->external_id, record->category,   record->source,      record->status,
                            record->address,     record->department, record->description, record->unit};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        hs_content_str(content, texts[i]);
    const int64_t times[] = {record->reported_s, record->occurred_s, record->closed_s, record->deadline_s};
    hs_buffer_append(content, times, sizeof times);
    hs_buffer_append(content, &record->weight, sizeof record->weight);
    if (record->has_position && record->match_type == HS_MATCH_GIVEN && !record->reviewed) {
        hs_buffer_append(content, &record->position, sizeof record->position);
        hs_buffer_append(content, &record->accuracy_m, sizeof record->accuracy_m);
    }
    hs_buffer_str(row->identity, record->external_id);
    return HS_OK;
}

static void bind_incident(sqlite3_stmt *statement, const void *any) {
    const hs_incident_record *record = any;
    int at = HS_PARAMETER_FIRST;
    hs_bind_str(statement, at++, record->external_id);
    hs_bind_str(statement, at++, record->category);
    hs_bind_time(statement, at++, record->reported_s);
    hs_bind_time(statement, at++, record->occurred_s);
    hs_bind_time(statement, at++, record->closed_s);
    hs_bind_time(statement, at++, record->deadline_s);
    hs_bind_str(statement, at++, record->source);
    hs_bind_str(statement, at++, record->status);
    hs_bind_str(statement, at++, record->address);
    hs_bind_str(statement, at++, record->department);
    hs_bind_str(statement, at++, record->description);
    hs_bind_str(statement, at++, record->unit);
    hs_bind_str(statement, at++, hs_str_of(hs_match_type_name(record->match_type)));
    sqlite3_bind_double(statement, at++, record->accuracy_m);
    sqlite3_bind_double(statement, at++, record->weight);
    hs_bind_flag(statement, at, record->reviewed);
}

static hs_match_type read_match_type(hs_str text, bool has_position) {
    hs_match_type type = HS_MATCH_COUNT;
    if (text.size == 5 && memcmp(text.data, "given", 5) == 0)
        type = HS_MATCH_GIVEN;
    else if (text.size > 0)
        type = hs_match_type_parse(text);
    /* A point that was drawn or taken away in a GIS. */
    if (has_position && (type == HS_MATCH_COUNT || type == HS_MATCH_NONE)) return HS_MATCH_GIVEN;
    return has_position ? type : HS_MATCH_NONE;
}

static hs_status visit_incident(sqlite3_stmt *statement, hs_row_reader *reader, hs_visit visit, void *context,
                                hs_error *error) {
    (void)reader;
    hs_incident_record record = {.id = sqlite3_column_int64(statement, 0)};
    int at = HS_COLUMN_FIRST;
    hs_status status = hs_read_position(statement, error, &record.has_position, &record.position);
    record.external_id = hs_column_str(statement, at++);
    record.category = hs_column_str(statement, at++);
    if (status == HS_OK) status = hs_read_time(statement, at++, error, &record.reported_s);
    if (status == HS_OK) status = hs_read_time(statement, at++, error, &record.occurred_s);
    if (status == HS_OK) status = hs_read_time(statement, at++, error, &record.closed_s);
    if (status == HS_OK) status = hs_read_time(statement, at++, error, &record.deadline_s);
    if (status != HS_OK) return status;
    record.source = hs_column_str(statement, at++);
    record.status = hs_column_str(statement, at++);
    record.address = hs_column_str(statement, at++);
    record.department = hs_column_str(statement, at++);
    record.description = hs_column_str(statement, at++);
    record.unit = hs_column_str(statement, at++);
    record.match_type = read_match_type(hs_column_str(statement, at++), record.has_position);
    record.accuracy_m = (float)sqlite3_column_double(statement, at++);
    record.weight = sqlite3_column_type(statement, at) == SQLITE_NULL
                        ? 1.0F
                        : (float)sqlite3_column_double(statement, at);
    record.reviewed = sqlite3_column_int(statement, at + 1) != 0;
    record.batch = sqlite3_column_int64(statement, at + 2);
    return visit.incident(context, &record, error);
}

const hs_table_definition hs_table_incidents = {
    .name = "incidents",
    .geometry_type = "POINT",
    .description = "Reported problems",
    .identity_sql = "external_id",
    HS_COLUMNS(incident_columns),
    .describe = describe_incident,
    .bind = bind_incident,
    .visit = visit_incident,
};

static const hs_column category_columns[] = {
    {"code", "TEXT"},          {"parent", "TEXT"},
    {"name", "TEXT"},          {"name_en", "TEXT"},
    {"department", "TEXT"},    {"colour", "TEXT"},
    {"members", "TEXT"},       {"aliases", "TEXT"},
    {"duplicate_m", "DOUBLE"}, {"duplicate_hours", "DOUBLE"},
};

static hs_status describe_category(const void *any, hs_error *error, hs_row_content *row) {
    const hs_category_record *record = any;
    (void)error;
    const hs_str texts[] = {record->code,       record->parent, record->name,   record->name_en,
                            record->department, record->colour, record->members};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        hs_content_str(row->content, texts[i]);
    /* Only where there are some: classes of stores from before there were aliases keep their content. */
    if (record->aliases.size > 0) hs_content_str(row->content, record->aliases);
    const double rule[] = {record->duplicate_m, record->duplicate_hours};
    if (rule[0] >= 0 || rule[1] >= 0) hs_buffer_append(row->content, rule, sizeof rule);
    hs_buffer_str(row->identity, record->code);
    return HS_OK;
}

/* A negative number is none. */
static void bind_rule(sqlite3_stmt *statement, int at, double number) {
    if (number >= 0)
        sqlite3_bind_double(statement, at, number);
    else
        sqlite3_bind_null(statement, at);
}

static double read_rule(sqlite3_stmt *statement, int at) {
    return sqlite3_column_type(statement, at) == SQLITE_NULL ? -1 : sqlite3_column_double(statement, at);
}

static void bind_category(sqlite3_stmt *statement, const void *any) {
    const hs_category_record *record = any;
    int at = HS_PARAMETER_FIRST;
    hs_bind_str(statement, at++, record->code);
    hs_bind_str(statement, at++, record->parent);
    hs_bind_str(statement, at++, record->name);
    hs_bind_str(statement, at++, record->name_en);
    hs_bind_str(statement, at++, record->department);
    hs_bind_str(statement, at++, record->colour);
    hs_bind_str(statement, at++, record->members);
    hs_bind_str(statement, at++, record->aliases);
    bind_rule(statement, at++, record->duplicate_m);
    bind_rule(statement, at++, record->duplicate_hours);
}

static hs_status visit_category(sqlite3_stmt *statement, hs_row_reader *reader, hs_visit visit, void *context,
                                hs_error *error) {
    (void)reader;
    hs_category_record record = {.id = sqlite3_column_int64(statement, 0)};
    int at = HS_COLUMN_FIRST;
    record.code = hs_column_str(statement, at++);
    record.parent = hs_column_str(statement, at++);
    record.name = hs_column_str(statement, at++);
    record.name_en = hs_column_str(statement, at++);
    record.department = hs_column_str(statement, at++);
    record.colour = hs_column_str(statement, at++);
    record.members = hs_column_str(statement, at++);
    record.aliases = hs_column_str(statement, at++);
    record.duplicate_m = read_rule(statement, at++);
    record.duplicate_hours = read_rule(statement, at++);
    return visit.category(context, &record, error);
}

const hs_table_definition hs_table_categories = {
    .name = "categories",
    .description = "Classes of problems and groups of them",
    .identity_sql = "code",
    HS_COLUMNS(category_columns),
    .describe = describe_category,
    .bind = bind_category,
    .visit = visit_category,
};
