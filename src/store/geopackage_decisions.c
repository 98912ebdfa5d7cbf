/* Decisions about address texts as rows. */
#include "base/text.h"
#include "store/geopackage_tables.h"

static const hs_column decision_columns[] = {
    {"address_key", "TEXT"}, {"address", "TEXT"},       {"action", "TEXT"},
    {"match_type", "TEXT"},  {"accuracy_m", "DOUBLE"},  {"label", "TEXT"},
    {"target", "TEXT"},      {"note", "TEXT"},          {"decided_by", "TEXT"},
    {"decided", "DATETIME"}, {"remembered", "BOOLEAN"}, {"last_incident", "INTEGER"},
};

static hs_status describe_decision(const void *any, hs_error *error, hs_row_content *row) {
    const hs_decision_record *record = any;
    hs_status status = hs_check_time(record->decided_s, "decided", error);
    if (status == HS_OK && record->key.size == 0)
        status = hs_error_set(error, HS_E_INPUT, "address: a decision is about a text that is not empty");
    if (status == HS_OK &&
        (!hs_decision_action_name(record->action) || !hs_match_type_name(record->match_type)))
        status = hs_error_set(error, HS_E_INPUT, "action: %d is none", (int)record->action);
    if (status == HS_OK && record->has_position)
        status = hs_describe_position(record->position, "position", error, row);
    if (status != HS_OK) return status;
    hs_content_int(row->content, record->action);
    if (record->has_position) hs_buffer_append(row->content, &record->position, sizeof record->position);
    hs_content_int(row->content, record->match_type);
    hs_buffer_append(row->content, &record->accuracy_m, sizeof record->accuracy_m);
    const hs_str texts[] = {record->label, record->target, record->note};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        hs_content_str(row->content, texts[i]);
    hs_content_int(row->content, record->remembered);
    hs_content_int(row->content, record->last_incident);
    hs_buffer_str(row->identity, record->key);
    return HS_OK;
}

static void bind_decision(sqlite3_stmt *statement, const void *any) {
    const hs_decision_record *record = any;
    int at = HS_PARAMETER_FIRST;
    hs_bind_str(statement, at++, record->key);
    hs_bind_str(statement, at++, record->address);
    hs_bind_str(statement, at++, hs_str_of(hs_decision_action_name(record->action)));
    hs_bind_str(statement, at++, hs_str_of(hs_match_type_name(record->match_type)));
    sqlite3_bind_double(statement, at++, record->accuracy_m);
    hs_bind_str(statement, at++, record->label);
    hs_bind_str(statement, at++, record->target);
    hs_bind_str(statement, at++, record->note);
    hs_bind_str(statement, at++, record->user);
    hs_bind_time(statement, at++, record->decided_s);
    hs_bind_flag(statement, at++, record->remembered);
    sqlite3_bind_int64(statement, at, record->last_incident);
}

static hs_status visit_decision(sqlite3_stmt *statement, hs_row_reader *reader, hs_visit visit, void *context,
                                hs_error *error) {
    (void)reader;
    hs_decision_record record = {.id = sqlite3_column_int64(statement, 0)};
    int at = HS_COLUMN_FIRST;
    hs_status status = hs_read_position(statement, error, &record.has_position, &record.position);
    record.key = hs_column_str(statement, at++);
    record.address = hs_column_str(statement, at++);
    record.action = hs_decision_action_parse(hs_column_str(statement, at++));
    record.match_type = hs_match_type_parse(hs_column_str(statement, at++));
    record.accuracy_m = (float)sqlite3_column_double(statement, at++);
    record.label = hs_column_str(statement, at++);
    record.target = hs_column_str(statement, at++);
    record.note = hs_column_str(statement, at++);
    record.user = hs_column_str(statement, at++);
    if (status == HS_OK) status = hs_read_time(statement, at++, error, &record.decided_s);
    if (status != HS_OK) return status;
    record.remembered = sqlite3_column_int(statement, at++) != 0;
    record.last_incident = sqlite3_column_int64(statement, at++);
    record.batch = sqlite3_column_int64(statement, at);
    /* What a GIS wrote there that is no decision decides nothing. */
    bool places = record.action == HS_DECISION_ACCEPT || record.action == HS_DECISION_PLACE;
    if (record.action == HS_DECISION_COUNT || record.match_type == HS_MATCH_COUNT ||
        (places && !record.has_position))
        record.action = HS_DECISION_OPEN;
    return visit.decision(context, &record, error);
}

const hs_table_definition hs_table_decisions = {
    .name = "decisions",
    .geometry_type = "POINT",
    .description = "What was decided about addresses",
    .identity_sql = "address_key",
    HS_COLUMNS(decision_columns),
    .describe = describe_decision,
    .bind = bind_decision,
    .visit = visit_decision,
};
