/* Undoing batches: rows are kept as they were before a later batch changed or removed them. */
#include "store/geopackage.h"

static hs_status run_for_batch(hs_geopackage *gp, hs_table table, hs_row_statement which, int64_t batch,
                               const char *doing, hs_error *error, uint64_t *rows) {
    sqlite3_stmt *statement = NULL;
    hs_status status = hs_geopackage_row_statement(gp, table, which, error, &statement);
    if (status != HS_OK) return status;
    sqlite3_bind_int64(statement, 1, batch);
    status = hs_geopackage_run(gp, statement, doing, error);
    if (status == HS_OK && rows) *rows = (uint64_t)sqlite3_changes64(gp->db);
    return status;
}

hs_status hs_geopackage_keep_row(hs_geopackage *gp, hs_table table, int64_t id, int64_t row_batch,
                                 hs_error *error) {
    sqlite3_stmt *statement = NULL;
    if (row_batch == gp->batch.id) return HS_OK; /* a batch that goes on: what it did goes with it */
    hs_status status = hs_geopackage_row_statement(gp, table, HS_ROW_KEEP, error, &statement);
    if (status != HS_OK) return status;
    sqlite3_bind_int64(statement, 1, gp->batch.id);
    sqlite3_bind_int64(statement, 2, id);
    return hs_geopackage_run(gp, statement, "keeping a row", error);
}

hs_status hs_geopackage_keep_all(hs_geopackage *gp, hs_table table, hs_error *error) {
    return run_for_batch(gp, table, HS_ROW_KEEP_ALL, gp->batch.id, "keeping rows", error, NULL);
}

/* Rows of the batch that a later one changed are in the history under the later one. */
static hs_status check_later(hs_geopackage *gp, hs_table table, int64_t batch, hs_error *error) {
    sqlite3_stmt *statement = NULL;
    hs_status status = hs_geopackage_row_statement(gp, table, HS_ROW_CHANGED_LATER, error, &statement);
    if (status != HS_OK) return status;
    sqlite3_bind_int64(statement, 1, batch);
    int code = sqlite3_step(statement);
    int64_t later = sqlite3_column_int64(statement, 0);
    int64_t rows = sqlite3_column_int64(statement, 1);
    sqlite3_reset(statement);
    if (code != SQLITE_ROW) return hs_geopackage_fail(gp->db, gp->path, code, "undoing a batch", error);
    if (rows == 0) return HS_OK;
    return hs_error_set(error, HS_E_CONFLICT,
                        "batch %lld changed rows of batch %lld (%lld in all): undo that first",
                        (long long)later, (long long)batch, (long long)rows);
}

/* What the batch removed may have come again since as another row: both would be there. */
static hs_status check_again(hs_geopackage *gp, hs_table table, int64_t batch, hs_error *error) {
    sqlite3_stmt *statement = NULL;
    hs_status status = hs_geopackage_row_statement(gp, table, HS_ROW_CAME_AGAIN, error, &statement);
    if (status != HS_OK) return status;
    sqlite3_bind_int64(statement, 1, batch);
    int code = sqlite3_step(statement);
    int64_t row = sqlite3_column_int64(statement, 0);
    int64_t rows = sqlite3_column_int64(statement, 1);
    sqlite3_reset(statement);
    if (code != SQLITE_ROW) return hs_geopackage_fail(gp->db, gp->path, code, "undoing a batch", error);
    if (rows == 0) return HS_OK;
    return hs_error_set(error, HS_E_CONFLICT,
                        "what batch %lld removed came again since (row %lld of %s): remove that first",
                        (long long)batch, (long long)row, hs_tables[table]->name);
}

static hs_status mark_undone(hs_geopackage *gp, int64_t batch, hs_error *error) {
    sqlite3_stmt *statement = NULL;
    hs_status status = hs_geopackage_statement(gp, HS_SQL_MARK_UNDONE, error, &statement);
    if (status != HS_OK) return status;
    sqlite3_bind_int64(statement, 1, batch);
    return hs_geopackage_run(gp, statement, "undoing a batch", error);
}

hs_status hs_geopackage_undo(hs_store *store, int64_t batch, hs_error *error, uint64_t *removed,
                             uint64_t *restored) {
    hs_geopackage *gp = (hs_geopackage *)store;
    hs_table table = gp->batch.table;
    uint64_t dropped = 0, put_back = 0;
    hs_status status = check_later(gp, table, batch, error);
    if (status != HS_OK) return status;
    status = run_for_batch(gp, table, HS_ROW_DROP_ADDED, batch, "undoing a batch", error, &dropped);
    if (status == HS_OK) status = check_again(gp, table, batch, error);
    if (status == HS_OK)
        status = run_for_batch(gp, table, HS_ROW_RESTORE, batch, "undoing a batch", error, &put_back);
    if (status == HS_OK)
        status = run_for_batch(gp, table, HS_ROW_DROP_HISTORY, batch, "undoing a batch", error, NULL);
    if (status == HS_OK) status = mark_undone(gp, batch, error);
    if (status == HS_OK && dropped + put_back == 0)
        status = hs_error_set(error, HS_E_CONFLICT, "batch %lld has nothing left that could be undone",
                              (long long)batch);
    if (status != HS_OK) {
        gp->batch.failed = true;
        return status;
    }
    gp->batch.puts++;
    gp->batch.updated += dropped + put_back;
    gp->batch.old_rows_changed += dropped + put_back;
    gp->batch.extent_shrinks = true;
    *removed = dropped;
    *restored = put_back;
    return HS_OK;
}
