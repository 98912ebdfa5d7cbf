/* What is wrong with the file as a database and as a GeoPackage. */
#include "base/text.h"
#include "store/geopackage.h"
#include "store/geopackage_blob.h"

#include <string.h>

#define MOST_DAMAGES "100"

/* A search for flaws: one query gives how many rows are meant and the first one's id. */
typedef struct flaw_query {
    hs_store_flaw_kind kind;
    const char *table; /* empty: that of records at hand */
    const char *words;
    const char *sql; /* of the table at hand where `table` is NULL: %s stands for its name, once or twice */
} flaw_query;

typedef struct searching {
    hs_geopackage *gp;
    hs_visit_flaw visit;
    void *context;
    hs_error *error;
} searching;

static hs_status tell(const searching *s, hs_store_flaw_kind kind, const char *table, hs_str words,
                      uint64_t count, int64_t row) {
    const hs_store_flaw flaw = {.kind = kind, .table = table, .words = words, .count = count, .row = row};
    return s->visit(s->context, &flaw, s->error);
}

static hs_status prepare(const searching *s, const char *sql, sqlite3_stmt **statement) {
    int code = sqlite3_prepare_v2(s->gp->db, sql, -1, statement, NULL);
    return code == SQLITE_OK
               ? HS_OK
               : hs_geopackage_fail(s->gp->db, s->gp->path, code, "checking the store", s->error);
}

/* Ends a statement after its last step. */
static hs_status end(const searching *s, sqlite3_stmt *statement, int code, hs_status status) {
    if (status == HS_OK && code != SQLITE_DONE && code != SQLITE_ROW)
        status = hs_geopackage_fail(s->gp->db, s->gp->path, code, "checking the store", s->error);
    sqlite3_finalize(statement);
    return status;
}

static hs_status check_pages(const searching *s) {
    sqlite3_stmt *statement = NULL;
    hs_status status = prepare(s, "PRAGMA integrity_check(" MOST_DAMAGES ")", &statement);
    int code = SQLITE_DONE;
    while (status == HS_OK && (code = sqlite3_step(statement)) == SQLITE_ROW) {
        hs_str words = hs_column_str(statement, 0);
        if (!hs_str_equal(words, HS_STR("ok"))) status = tell(s, HS_STORE_DAMAGED, "", words, 1, 0);
    }
    return end(s, statement, code, status);
}

static hs_status check_foreign_keys(const searching *s) {
    sqlite3_stmt *statement = NULL;
    hs_status status =
        prepare(s, "SELECT \"table\", rowid, parent FROM pragma_foreign_key_check", &statement);
    int code = SQLITE_DONE;
    while (status == HS_OK && (code = sqlite3_step(statement)) == SQLITE_ROW) {
        const char *table = (const char *)sqlite3_column_text(statement, 0);
        status = tell(s, HS_STORE_DANGLING, table ? table : "", hs_column_str(statement, 2), 1,
                      sqlite3_column_int64(statement, 1));
    }
    return end(s, statement, code, status);
}

static hs_status run_query(const searching *s, const flaw_query *query, const char *table, const char *sql) {
    sqlite3_stmt *statement = NULL;
    hs_status status = prepare(s, sql, &statement);
    if (status != HS_OK) return status;
    int code = sqlite3_step(statement);
    if (code == SQLITE_ROW && sqlite3_column_int64(statement, 0) > 0)
        status = tell(s, query->kind, table, hs_str_of(query->words),
                      (uint64_t)sqlite3_column_int64(statement, 0), sqlite3_column_int64(statement, 1));
    return end(s, statement, code, status);
}

/* Asked of every table of records. */
static const flaw_query table_queries[] = {
    {HS_STORE_DANGLING, NULL, "batch",
     "SELECT count(*), min(id) FROM %s WHERE batch IS NOT NULL AND batch NOT IN (SELECT id FROM batches)"},
    {HS_STORE_UNDONE_ROW, NULL, "batch",
     "SELECT count(*), min(id) FROM %s WHERE batch IN (SELECT id FROM batches WHERE undone = 1)"},
    {HS_STORE_DANGLING, NULL, "by_batch",
     "SELECT count(*), min(id) FROM %s_history WHERE by_batch NOT IN (SELECT id FROM batches)"},
    {HS_STORE_REPEATED, NULL, "row_key",
     "SELECT count(*), min(id) FROM (SELECT min(id) AS id FROM %s WHERE row_key IS NOT NULL GROUP BY row_key "
     "HAVING count(*) > 1)"},
    {HS_STORE_UNDECLARED, NULL, "gpkg_contents",
     "SELECT NOT EXISTS (SELECT 1 FROM gpkg_contents WHERE table_name = '%s'), 0"},
};

/* Asked of those whose rows have a shape. */
static const flaw_query shape_queries[] = {
    {HS_STORE_UNDECLARED, NULL, "gpkg_geometry_columns",
     "SELECT NOT EXISTS (SELECT 1 FROM gpkg_geometry_columns WHERE table_name = '%s' AND column_name = "
     "'geom'), "
     "0"},
};

static const flaw_query fixed_queries[] = {
    {HS_STORE_NO_SHAPE, "units", "geom", "SELECT count(*), min(id) FROM units WHERE geom IS NULL"},
    {HS_STORE_NO_SHAPE, "streets", "geom", "SELECT count(*), min(id) FROM streets WHERE geom IS NULL"},
    {HS_STORE_NO_SHAPE, "zones", "geom", "SELECT count(*), min(id) FROM zones WHERE geom IS NULL"},
    {HS_STORE_DANGLING, "incidents", "unit",
     "SELECT count(*), min(id) FROM incidents WHERE unit <> '' AND unit NOT IN (SELECT code FROM units WHERE "
     "code IS NOT NULL)"},
    {HS_STORE_DANGLING, "categories", "parent",
     "SELECT count(*), min(id) FROM categories WHERE parent <> '' AND parent NOT IN (SELECT code FROM "
     "categories WHERE code IS NOT NULL)"},
    {HS_STORE_DANGLING, "users", "unit",
     "SELECT count(*), min(id) FROM users WHERE revoked IS NULL AND unit <> '' AND unit NOT IN (SELECT code "
     "FROM "
     "units WHERE code IS NOT NULL)"},
    {HS_STORE_DANGLING, "changes", "batch",
     "SELECT count(*), min(sequence) FROM changes WHERE batch IS NOT NULL AND batch NOT IN (SELECT id FROM "
     "batches)"},
};

static hs_status ask_table(const searching *s, const hs_table_definition *table, const flaw_query *query) {
    hs_buffer *sql = &s->gp->sql;
    hs_buffer_clear(sql);
    const char *name = strstr(query->sql, "%s");
    hs_buffer_append(sql, query->sql, (size_t)(name - query->sql));
    hs_buffer_text(sql, table->name);
    hs_buffer_text(sql, name + 2);
    hs_buffer_byte(sql, '\0');
    if (sql->status != HS_OK) return hs_error_set(s->error, sql->status, "out of memory for a query");
    return run_query(s, query, table->name, sql->data);
}

/* Shapes outside of what gpkg_contents declares: a GIS would not show them. */
static hs_status check_extent(const searching *s, const hs_table_definition *table) {
    static const char *const sql =
        "SELECT min_x, min_y, max_x, max_y FROM gpkg_contents WHERE table_name = ?1";
    const double half_unit = 0.5e-7;
    hs_box box;
    sqlite3_stmt *statement = NULL;
    hs_status status = hs_geopackage_compute_extent(s->gp, table->name, s->error, &box);
    if (status == HS_OK && box.min_lon_e7 > box.max_lon_e7) return HS_OK;
    if (status == HS_OK) status = prepare(s, sql, &statement);
    if (status != HS_OK) return status;
    sqlite3_bind_text(statement, 1, table->name, -1, SQLITE_STATIC);
    int code = sqlite3_step(statement);
    bool holds = code == SQLITE_ROW && sqlite3_column_type(statement, 0) != SQLITE_NULL &&
                 sqlite3_column_double(statement, 0) <= box.min_lon_e7 / 1e7 + half_unit &&
                 sqlite3_column_double(statement, 1) <= box.min_lat_e7 / 1e7 + half_unit &&
                 sqlite3_column_double(statement, 2) >= box.max_lon_e7 / 1e7 - half_unit &&
                 sqlite3_column_double(statement, 3) >= box.max_lat_e7 / 1e7 - half_unit;
    if (code == SQLITE_ROW && !holds)
        status = tell(s, HS_STORE_EXTENT, table->name, HS_STR("gpkg_contents"), 1, 0);
    return end(s, statement, code, status);
}

static hs_status check_table(const searching *s, const hs_table_definition *table) {
    hs_status status = HS_OK;
    for (size_t i = 0; status == HS_OK && i < sizeof table_queries / sizeof *table_queries; i++)
        status = ask_table(s, table, &table_queries[i]);
    if (!table->geometry_type) return status;
    for (size_t i = 0; status == HS_OK && i < sizeof shape_queries / sizeof *shape_queries; i++)
        status = ask_table(s, table, &shape_queries[i]);
    return status == HS_OK ? check_extent(s, table) : status;
}

hs_status hs_geopackage_scan_flaws(hs_store *store, hs_visit_flaw visit, void *context, hs_error *error) {
    const searching s = {(hs_geopackage *)store, visit, context, error};
    hs_status status = check_pages(&s);
    if (status == HS_OK) status = check_foreign_keys(&s);
    for (int table = 0; status == HS_OK && table < HS_TABLE_COUNT; table++)
        status = check_table(&s, hs_tables[table]);
    for (size_t i = 0; status == HS_OK && i < sizeof fixed_queries / sizeof *fixed_queries; i++)
        status = run_query(&s, &fixed_queries[i], fixed_queries[i].table, fixed_queries[i].sql);
    return status;
}

static hs_status count_table(const searching *s, const hs_table_definition *table, hs_visit_rows visit,
                             void *context) {
    hs_buffer *sql = &s->gp->sql;
    sqlite3_stmt *statement = NULL;
    hs_buffer_clear(sql);
    hs_buffer_printf(sql, "SELECT count(*), %s FROM %s", table->geometry_type ? "count(geom)" : "0",
                     table->name);
    hs_buffer_byte(sql, '\0');
    if (sql->status != HS_OK) return hs_error_set(s->error, sql->status, "out of memory for a query");
    hs_status status = prepare(s, sql->data, &statement);
    if (status != HS_OK) return status;
    int code = sqlite3_step(statement);
    if (code == SQLITE_ROW)
        status = visit(context, table->name, (uint64_t)sqlite3_column_int64(statement, 0),
                       (uint64_t)sqlite3_column_int64(statement, 1), s->error);
    return end(s, statement, code, status);
}

hs_status hs_geopackage_count_rows(hs_store *store, hs_visit_rows visit, void *context, hs_error *error) {
    const searching s = {.gp = (hs_geopackage *)store, .error = error};
    hs_status status = HS_OK;
    for (int table = 0; status == HS_OK && table < HS_TABLE_COUNT; table++)
        status = count_table(&s, hs_tables[table], visit, context);
    return status;
}
