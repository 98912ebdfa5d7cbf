/* Targets and population as rows. */
#include "store/geopackage_tables.h"

#include <math.h>

#define APART '\x1f' /* between the parts of an identity */

static const hs_column target_columns[] = {
    {"unit", "TEXT"},     {"category", "TEXT"}, {"valid_from", "DATE"},
    {"valid_to", "DATE"}, {"target", "DOUBLE"},
};

static hs_status describe_target(const void *any, hs_error *error, hs_row_content *row) {
    const hs_target_record *record = any;
    if (!(record->target >= 0.0 && record->target < HUGE_VAL))
        return hs_error_set(error, HS_E_INPUT, "target: %g is no number from 0", record->target);
    const hs_str texts[] = {record->unit, record->category, record->from, record->to};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        hs_content_str(row->content, texts[i]);
        if (i > 0) hs_buffer_byte(row->identity, APART);
        hs_buffer_str(row->identity, texts[i]);
    }
    hs_buffer_append(row->content, &record->target, sizeof record->target);
    return HS_OK;
}

static void bind_target(sqlite3_stmt *statement, const void *any) {
    const hs_target_record *record = any;
    int at = HS_PARAMETER_FIRST;
    hs_bind_str(statement, at++, record->unit);
    hs_bind_str(statement, at++, record->category);
    hs_bind_str(statement, at++, record->from);
    hs_bind_str(statement, at++, record->to);
    sqlite3_bind_double(statement, at++, record->target);
}

static hs_status visit_target(sqlite3_stmt *statement, hs_row_reader *reader, hs_visit visit, void *context,
                              hs_error *error) {
    (void)reader;
    hs_target_record record = {.id = sqlite3_column_int64(statement, 0)};
    int at = HS_COLUMN_FIRST;
    record.unit = hs_column_str(statement, at++);
    record.category = hs_column_str(statement, at++);
    record.from = hs_column_str(statement, at++);
    record.to = hs_column_str(statement, at++);
    record.target = sqlite3_column_double(statement, at++);
    return visit.target(context, &record, error);
}

const hs_table_definition hs_table_targets = {
    .name = "targets",
    .description = "What was promised",
    .identity_sql = "ifnull(unit, '') || char(31) || ifnull(category, '') || char(31) ||"
                    " ifnull(valid_from, '') || char(31) || ifnull(valid_to, '')",
    HS_COLUMNS(target_columns),
    .describe = describe_target,
    .bind = bind_target,
    .visit = visit_target,
};

static const hs_column population_columns[] = {{"unit", "TEXT"}, {"population", "DOUBLE"}};

static hs_status describe_population(const void *any, hs_error *error, hs_row_content *row) {
    const hs_population_record *record = any;
    if (!(record->population >= 0.0 && record->population <= HS_MOST_POPULATION))
        return hs_error_set(error, HS_E_INPUT, "population: %g is no number from 0 to %g", record->population,
                            HS_MOST_POPULATION);
    hs_content_str(row->content, record->unit);
    hs_buffer_append(row->content, &record->population, sizeof record->population);
    if (record->unit.size > 0) {
        hs_buffer_text(row->identity, record->geometry.type == HS_GEOMETRY_NONE ? "unit:" : "area:");
        hs_buffer_str(row->identity, record->unit);
    }
    return hs_describe_geometry(&record->geometry, "geometry", error, row);
}

static void bind_population(sqlite3_stmt *statement, const void *any) {
    const hs_population_record *record = any;
    hs_bind_str(statement, HS_PARAMETER_FIRST, record->unit);
    sqlite3_bind_double(statement, HS_PARAMETER_FIRST + 1, record->population);
}

static hs_status visit_population(sqlite3_stmt *statement, hs_row_reader *reader, hs_visit visit,
                                  void *context, hs_error *error) {
    hs_population_record record = {.id = sqlite3_column_int64(statement, 0)};
    record.unit = hs_column_str(statement, HS_COLUMN_FIRST);
    record.population = sqlite3_column_double(statement, HS_COLUMN_FIRST + 1);
    hs_status status = hs_read_geometry(statement, reader, error, &record.geometry);
    return status == HS_OK ? visit.population(context, &record, error) : status;
}

const hs_table_definition hs_table_population = {
    .name = "population",
    .geometry_type = "GEOMETRY",
    .description = "People by unit, area or point",
    .identity_sql = "CASE WHEN geom IS NULL THEN 'unit:' ELSE 'area:' END || unit",
    HS_COLUMNS(population_columns),
    .describe = describe_population,
    .bind = bind_population,
    .visit = visit_population,
};
