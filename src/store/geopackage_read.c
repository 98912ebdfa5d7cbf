/* Reading: scans, versions, settings and read transactions. */
#include "base/text.h"
#include "store/geopackage.h"

#include <string.h>

#define READER_LIMIT ((size_t)4 << 30)

static hs_status prefix_row(const char *table, int64_t id, hs_status status, hs_error *error) {
    return hs_error_prefix(error, status, "%s, row %lld", table, (long long)id);
}

static hs_status scan_rows(hs_geopackage *gp, hs_table table, sqlite3_stmt *statement, hs_row_reader *reader,
                           hs_visit visit, void *context, hs_error *error) {
    hs_status status = HS_OK;
    int code = SQLITE_DONE;
    while (status == HS_OK && (code = sqlite3_step(statement)) == SQLITE_ROW) {
        hs_arena_reset(reader->arena);
        status = hs_tables[table]->visit(statement, reader, visit, context, error);
        if (status == HS_E_STORE)
            status = prefix_row(hs_tables[table]->name, sqlite3_column_int64(statement, 0), status, error);
    }
    if (status == HS_OK && code != SQLITE_DONE)
        status = hs_geopackage_fail(gp->db, gp->path, code, "reading rows", error);
    return status;
}

hs_status hs_geopackage_scan(hs_store *store, hs_table table, int64_t first, int64_t last, hs_visit visit,
                             void *context, hs_error *error) {
    hs_geopackage *gp = (hs_geopackage *)store;
    sqlite3_stmt *statement = NULL;
    hs_status status = hs_geopackage_row_statement(gp, table, HS_ROW_SCAN, error, &statement);
    if (status != HS_OK) return status;
    if (sqlite3_stmt_busy(statement))
        return hs_error_set(error, HS_E_CONFLICT, "%s are being read on this handle already",
                            hs_tables[table]->name);
    hs_row_reader reader = {.arena = hs_arena_new(READER_LIMIT)};
    if (!reader.arena) return hs_error_set(error, HS_E_MEMORY, "out of memory for reading rows");
    sqlite3_bind_int64(statement, 1, first);
    sqlite3_bind_int64(statement, 2, last);
    status = scan_rows(gp, table, statement, &reader, visit, context, error);
    sqlite3_reset(statement);
    hs_shape_done(&reader.shape);
    hs_arena_free(reader.arena);
    return status;
}

static hs_status read_batch(sqlite3_stmt *statement, hs_error *error, hs_batch_info *info) {
    info->id = sqlite3_column_int64(statement, 0);
    info->kind = hs_kind_parse(hs_column_str(statement, 1));
    if (info->kind == HS_KIND_COUNT)
        return hs_error_set(error, HS_E_STORE, "batches, row %lld: unknown kind", (long long)info->id);
    info->source = hs_column_str(statement, 2);
    hs_status status = hs_read_time(statement, 3, error, &info->started_s);
    info->rows_read = (uint64_t)sqlite3_column_int64(statement, 4);
    info->rows_added = (uint64_t)sqlite3_column_int64(statement, 5);
    info->rows_updated = (uint64_t)sqlite3_column_int64(statement, 6);
    info->rows_unchanged = (uint64_t)sqlite3_column_int64(statement, 7);
    info->rows_rejected = (uint64_t)sqlite3_column_int64(statement, 8);
    info->undone = sqlite3_column_int(statement, 9) != 0;
    return status;
}

hs_status hs_geopackage_scan_batches(hs_store *store, hs_visit_batch visit, void *context, hs_error *error) {
    hs_geopackage *gp = (hs_geopackage *)store;
    sqlite3_stmt *statement = NULL;
    hs_status status = hs_geopackage_statement(gp, HS_SQL_SCAN_BATCHES, error, &statement);
    if (status != HS_OK) return status;
    if (sqlite3_stmt_busy(statement))
        return hs_error_set(error, HS_E_CONFLICT, "batches are being read on this handle already");
    int code = SQLITE_DONE;
    while (status == HS_OK && (code = sqlite3_step(statement)) == SQLITE_ROW) {
        hs_batch_info info = {0};
        status = read_batch(statement, error, &info);
        if (status == HS_OK) status = visit(context, &info, error);
    }
    if (status == HS_OK && code != SQLITE_DONE)
        status = hs_geopackage_fail(gp->db, gp->path, code, "reading batches", error);
    sqlite3_reset(statement);
    return status;
}

hs_status hs_geopackage_incident_range(hs_store *store, hs_error *error, int64_t *min_id, int64_t *max_id,
                                       uint64_t *count) {
    hs_geopackage *gp = (hs_geopackage *)store;
    sqlite3_stmt *statement = NULL;
    hs_status status = hs_geopackage_statement(gp, HS_SQL_INCIDENT_RANGE, error, &statement);
    if (status != HS_OK) return status;
    int code = sqlite3_step(statement);
    if (code != SQLITE_ROW) {
        status = hs_geopackage_fail(gp->db, gp->path, code, "counting incidents", error);
    } else {
        *min_id = sqlite3_column_int64(statement, 0);
        *max_id = sqlite3_column_int64(statement, 1);
        *count = (uint64_t)sqlite3_column_int64(statement, 2);
    }
    sqlite3_reset(statement);
    return status;
}

static hs_status read_versions(hs_geopackage *gp, hs_error *error) {
    sqlite3_stmt *statement = NULL;
    hs_status status = hs_geopackage_statement(gp, HS_SQL_VERSIONS, error, &statement);
    if (status != HS_OK) return status;
    int code = sqlite3_step(statement);
    if (code == SQLITE_ROW)
        gp->versions = (hs_store_versions){
            .sequence = (uint64_t)sqlite3_column_int64(statement, 0),
            .geography = (uint64_t)sqlite3_column_int64(statement, 1),
            .incidents = (uint64_t)sqlite3_column_int64(statement, 2),
            .plans = (uint64_t)sqlite3_column_int64(statement, 3),
            .taxonomy = (uint64_t)sqlite3_column_int64(statement, 4),
            .incidents_rewritten = (uint64_t)sqlite3_column_int64(statement, 5),
            .hotspots = (uint64_t)sqlite3_column_int64(statement, 6),
            .city = (uint64_t)sqlite3_column_int64(statement, 7),
        };
    else
        status = hs_geopackage_fail(gp->db, gp->path, code, "reading versions", error);
    sqlite3_reset(statement);
    return status;
}

/* data_version moves when another connection commits; our own commits forget what is known. It is read before
 * the versions, so that a commit in between shows at the next call. */
hs_status hs_geopackage_get_versions(hs_store *store, hs_error *error, hs_store_versions *versions) {
    hs_geopackage *gp = (hs_geopackage *)store;
    sqlite3_stmt *statement = NULL;
    hs_status status = hs_geopackage_statement(gp, HS_SQL_DATA_VERSION, error, &statement);
    if (status != HS_OK) return status;
    int code = sqlite3_step(statement);
    int64_t data_version = sqlite3_column_int64(statement, 0);
    sqlite3_reset(statement);
    if (code != SQLITE_ROW) return hs_geopackage_fail(gp->db, gp->path, code, "reading versions", error);
    if (!gp->versions_known || data_version != gp->data_version) {
        status = read_versions(gp, error);
        if (status != HS_OK) return status;
        gp->versions_known = true;
        gp->data_version = data_version;
    }
    *versions = gp->versions;
    return HS_OK;
}

hs_status hs_geopackage_begin_read(hs_store *store, hs_error *error) {
    hs_geopackage *gp = (hs_geopackage *)store;
    hs_status status = hs_geopackage_do(gp, HS_SQL_BEGIN_READ, "beginning to read", error);
    if (status != HS_OK) return status;
    /* BEGIN alone fixes nothing: the first read does. */
    gp->versions_known = false;
    status = read_versions(gp, error);
    if (status != HS_OK) (void)hs_geopackage_do(gp, HS_SQL_ROLLBACK, "ending to read", NULL);
    return status;
}

void hs_geopackage_end_read(hs_store *store) {
    hs_geopackage *gp = (hs_geopackage *)store;
    if (!sqlite3_get_autocommit(gp->db)) (void)hs_geopackage_do(gp, HS_SQL_ROLLBACK, "ending to read", NULL);
}
