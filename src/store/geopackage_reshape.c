/* Another geometry for a row that stays what it is. */
#include "store/geopackage.h"
#include "store/geopackage_blob.h"

static hs_status old_shape(hs_geopackage *gp, int64_t id, hs_error *error, int64_t *row_batch, hs_box *box) {
    sqlite3_stmt *statement = NULL;
    hs_shape shape = {0};
    hs_status status = hs_geopackage_row_statement(gp, gp->batch.table, HS_ROW_PEEK, error, &statement);
    if (status != HS_OK) return status;
    sqlite3_bind_int64(statement, 1, id);
    int code = sqlite3_step(statement);
    *box = HS_BOX_EMPTY;
    if (code == SQLITE_ROW) {
        *row_batch = sqlite3_column_int64(statement, 0);
        const void *blob = sqlite3_column_blob(statement, 1);
        (void)hs_blob_box(blob, (size_t)sqlite3_column_bytes(statement, 1), &shape, box);
    } else if (code == SQLITE_DONE) {
        status = hs_error_set(error, HS_E_NOT_FOUND, "there is no row %lld in %s", (long long)id,
                              hs_tables[gp->batch.table]->name);
    } else {
        status = hs_geopackage_fail(gp->db, gp->path, code, "reading a row", error);
    }
    hs_shape_done(&shape);
    sqlite3_reset(statement);
    return status;
}

static hs_status write_shape(hs_geopackage *gp, int64_t id, hs_error *error) {
    sqlite3_stmt *statement = NULL;
    hs_status status = hs_geopackage_row_statement(gp, gp->batch.table, HS_ROW_RESHAPE, error, &statement);
    if (status != HS_OK) return status;
    sqlite3_bind_int64(statement, 1, id);
    sqlite3_bind_blob64(statement, 2, gp->blob.data, gp->blob.size, SQLITE_STATIC);
    sqlite3_bind_int64(statement, 3, gp->batch.id);
    return hs_geopackage_run(gp, statement, "giving a row another geometry", error);
}

hs_status hs_geopackage_replace_geometry(hs_store *store, int64_t id, const hs_geometry *geometry,
                                         hs_error *error) {
    hs_geopackage *gp = (hs_geopackage *)store;
    hs_geopackage_batch *batch = &gp->batch;
    hs_row_content parts = {
        .content = &gp->content, .identity = &gp->identity, .blob = &gp->blob, .box = HS_BOX_EMPTY};
    if (batch->failed)
        return hs_error_set(error, HS_E_STORE, "%s: the batch failed before and can only be rolled back",
                            gp->path);
    if (!hs_tables[batch->table]->geometry_type || geometry->type == HS_GEOMETRY_NONE)
        return hs_error_set(error, HS_E_ARGUMENT, "rows of %s take no such geometry",
                            hs_tables[batch->table]->name);
    hs_buffer_clear(&gp->content);
    hs_buffer_clear(&gp->blob);
    int64_t row_batch = 0;
    hs_box old = HS_BOX_EMPTY;
    hs_status status = hs_describe_geometry(geometry, "geometry", error, &parts);
    if (status == HS_OK) status = old_shape(gp, id, error, &row_batch, &old);
    if (status != HS_OK) return status;
    status = hs_geopackage_keep_row(gp, batch->table, id, row_batch, error);
    if (status == HS_OK) status = write_shape(gp, id, error);
    if (status != HS_OK) {
        batch->failed = true;
        return status;
    }
    batch->puts++;
    batch->updated++;
    batch->old_rows_changed++;
    hs_geopackage_extent_left(batch, old);
    hs_box_union(&batch->extent, parts.box);
    return HS_OK;
}
