/* Batches: one transaction each, durable at commit, without trace when nothing changed. */
#include "base/clock.h"
#include "base/hash.h"
#include "store/geopackage.h"
#include "store/geopackage_blob.h"

#include <hotspot/coordinates.h>
#include <stdio.h>
#include <string.h>

#define DIGEST_SEED UINT64_C(0x68732d6469676531)

static void batch_done(hs_geopackage_batch *batch) {
    hs_identity_set_done(&batch->keys);
    hs_identity_set_done(&batch->occurrences);
    hs_identity_set_done(&batch->touched);
    *batch = (hs_geopackage_batch){0};
}

/* A number from a query that is part of the program and gives one row. */
static hs_status query_number(hs_geopackage *gp, const char *format, const char *table, hs_error *error,
                              int64_t *number) {
    sqlite3_stmt *statement = NULL;
    hs_buffer_clear(&gp->sql);
    hs_buffer_text(&gp->sql, format);
    hs_buffer_text(&gp->sql, table);
    hs_buffer_byte(&gp->sql, '\0');
    if (gp->sql.status != HS_OK) return hs_error_set(error, gp->sql.status, "out of memory for a query");
    int code = sqlite3_prepare_v2(gp->db, gp->sql.data, -1, &statement, NULL);
    if (code == SQLITE_OK) code = sqlite3_step(statement);
    hs_status status = HS_OK;
    if (code == SQLITE_ROW)
        *number = sqlite3_column_int64(statement, 0);
    else
        status = hs_geopackage_fail(gp->db, gp->path, code, "beginning a batch", error);
    sqlite3_finalize(statement);
    return status;
}

/* Ids of rows that went are not given again: who has seen rows up to an id must not miss later ones. */
static hs_status find_next_id(hs_geopackage *gp, hs_kind kind, hs_error *error, int64_t *next) {
    int64_t highest = 0;
    char sql[96];
    (void)snprintf(sql, sizeof sql, "SELECT ifnull(max(last_id), 0) FROM batches WHERE kind = '%s'",
                   hs_kind_name(kind));
    hs_status status = query_number(gp, sql, "", error, &highest);
    if (status != HS_OK) return status;
    if (highest < gp->batch.last_id_before) highest = gp->batch.last_id_before;
    if (highest >= INT64_MAX - 1)
        return hs_error_set(error, HS_E_LIMIT, "%s: %s have no row ids left", gp->path, hs_kind_name(kind));
    *next = highest < 0 ? 1 : highest + 1;
    return HS_OK;
}

static hs_status read_extent(hs_geopackage *gp, const char *table, hs_error *error, hs_box *extent) {
    sqlite3_stmt *statement = NULL;
    hs_position low, high;
    hs_status status = hs_geopackage_statement(gp, HS_SQL_GET_EXTENT, error, &statement);
    if (status != HS_OK) return status;
    sqlite3_bind_text(statement, 1, table, -1, SQLITE_STATIC);
    *extent = HS_BOX_EMPTY;
    int code = sqlite3_step(statement);
    if (code == SQLITE_ROW && sqlite3_column_type(statement, 0) != SQLITE_NULL &&
        hs_position_from_degrees(sqlite3_column_double(statement, 0), sqlite3_column_double(statement, 1),
                                 &low) &&
        hs_position_from_degrees(sqlite3_column_double(statement, 2), sqlite3_column_double(statement, 3),
                                 &high))
        *extent = (hs_box){low.lon_e7, low.lat_e7, high.lon_e7, high.lat_e7};
    if (code != SQLITE_ROW && code != SQLITE_DONE)
        status = hs_geopackage_fail(gp->db, gp->path, code, "reading the extent", error);
    sqlite3_reset(statement);
    return status;
}

static hs_status insert_batch(hs_geopackage *gp, hs_kind kind, hs_str source, hs_error *error) {
    sqlite3_stmt *statement = NULL;
    hs_status status = hs_geopackage_statement(gp, HS_SQL_INSERT_BATCH, error, &statement);
    if (status != HS_OK) return status;
    sqlite3_bind_text(statement, 1, hs_kind_name(kind), -1, SQLITE_STATIC);
    hs_bind_str(statement, 2, source);
    hs_bind_time(statement, 3, hs_clock_now_s());
    status = hs_geopackage_run(gp, statement, "beginning a batch", error);
    if (status == HS_OK) gp->batch.id = sqlite3_last_insert_rowid(gp->db);
    return status;
}

/* The newest batch of this kind and source that is not undone; *id 0 where there is none. */
static hs_status find_batch(hs_geopackage *gp, hs_kind kind, hs_str source, hs_error *error, int64_t *id) {
    sqlite3_stmt *statement = NULL;
    hs_status status = hs_geopackage_statement(gp, HS_SQL_FIND_BATCH, error, &statement);
    if (status != HS_OK) return status;
    sqlite3_bind_text(statement, 1, hs_kind_name(kind), -1, SQLITE_STATIC);
    hs_bind_str(statement, 2, source);
    int code = sqlite3_step(statement);
    if (code == SQLITE_ROW)
        *id = sqlite3_column_int64(statement, 0);
    else
        status = hs_geopackage_fail(gp->db, gp->path, code, "beginning a batch", error);
    sqlite3_reset(statement);
    return status;
}

static hs_status begin_in_transaction(hs_geopackage *gp, hs_kind kind, hs_str source, bool more,
                                      hs_error *error) {
    hs_geopackage_batch *batch = &gp->batch;
    batch->table = hs_table_of_kind(kind);
    const hs_table_definition *table = hs_tables[batch->table];
    hs_status status =
        query_number(gp, "SELECT ifnull(max(id), 0) FROM ", table->name, error, &batch->last_id_before);
    if (status == HS_OK) status = find_next_id(gp, kind, error, &batch->next_id);
    if (status == HS_OK && table->geometry_type) status = read_extent(gp, table->name, error, &batch->extent);
    if (status == HS_OK && more) status = find_batch(gp, kind, source, error, &batch->id);
    if (status == HS_OK && batch->id == 0) status = insert_batch(gp, kind, source, error);
    return status;
}

hs_status hs_geopackage_begin(hs_store *store, hs_kind kind, hs_str source, bool more, hs_error *error,
                              int64_t *batch) {
    hs_geopackage *gp = (hs_geopackage *)store;
    hs_status status = hs_geopackage_do(gp, HS_SQL_BEGIN_WRITE, "beginning a batch", error);
    if (status != HS_OK) return status;
    batch_done(&gp->batch);
    gp->base.repeated_rows = 0;
    status = begin_in_transaction(gp, kind, source, more, error);
    if (status != HS_OK) {
        hs_geopackage_rollback(store);
        return status;
    }
    *batch = gp->batch.id;
    return HS_OK;
}

void hs_geopackage_rollback(hs_store *store) {
    hs_geopackage *gp = (hs_geopackage *)store;
    /* SQLite itself rolls back after some failures. */
    if (!sqlite3_get_autocommit(gp->db)) (void)hs_geopackage_do(gp, HS_SQL_ROLLBACK, "rolling back", NULL);
    batch_done(&gp->batch);
}

/* The contents of all categories in order, so that a taxonomy put anew can be told from the same one. */
static hs_status digest_categories(hs_geopackage *gp, hs_error *error, uint64_t *digest, uint64_t *rows) {
    sqlite3_stmt *statement = NULL;
    uint64_t sum[2] = {0, 0}, count = 0;
    int code =
        sqlite3_prepare_v2(gp->db, "SELECT row_hash FROM categories ORDER BY id", -1, &statement, NULL);
    if (code == SQLITE_OK)
        while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
            sum[1] = (uint64_t)sqlite3_column_int64(statement, 0);
            sum[0] = hs_hash(sum, sizeof sum, DIGEST_SEED);
            count++;
        }
    sqlite3_finalize(statement);
    if (code != SQLITE_DONE) return hs_geopackage_fail(gp->db, gp->path, code, "reading the taxonomy", error);
    *digest = sum[0];
    *rows = count;
    return HS_OK;
}

hs_status hs_geopackage_clear_taxonomy(hs_store *store, hs_error *error) {
    hs_geopackage *gp = (hs_geopackage *)store;
    hs_geopackage_batch *batch = &gp->batch;
    if (batch->puts > 0)
        return hs_error_set(error, HS_E_CONFLICT, "a taxonomy is cleared before its categories are put");
    if (batch->cleared) return HS_OK;
    hs_status status = digest_categories(gp, error, &batch->cleared_digest, &batch->cleared_rows);
    if (status != HS_OK) return status;
    status = hs_geopackage_keep_all(gp, HS_TABLE_CATEGORIES, error);
    if (status == HS_OK)
        status = hs_geopackage_do(gp, HS_SQL_CLEAR_CATEGORIES, "clearing the taxonomy", error);
    if (status != HS_OK) batch->failed = true;
    batch->cleared = status == HS_OK;
    return status;
}

static hs_status batch_changed(hs_geopackage *gp, hs_error *error, bool *changed, bool *rewritten) {
    hs_geopackage_batch *batch = &gp->batch;
    uint64_t digest = 0, rows = 0;
    if (!batch->cleared) {
        *rewritten = batch->old_rows_changed > 0 || batch->positions_replaced > 0;
        *changed = *rewritten || batch->added > 0 || batch->incidents_moved > 0;
        return HS_OK;
    }
    hs_status status = digest_categories(gp, error, &digest, &rows);
    if (status != HS_OK) return status;
    *changed = *rewritten = rows != batch->cleared_rows || digest != batch->cleared_digest;
    if (!*changed) {
        batch->unchanged += batch->added + batch->updated;
        batch->added = batch->updated = 0;
    }
    return HS_OK;
}

static hs_status create_index(hs_geopackage *gp, hs_error *error) {
    char sql[128];
    const char *table = hs_tables[gp->batch.table]->name;
    if (!gp->batch.index_dropped) return HS_OK;
    (void)snprintf(sql, sizeof sql, "CREATE INDEX %s_key ON %s (row_key, row_hash)", table, table);
    hs_geopackage_limit_cache(gp, true);
    hs_status status = hs_geopackage_exec(gp->db, gp->path, sql, "making the index of keys", error);
    hs_geopackage_limit_cache(gp, false);
    return status;
}

hs_status hs_geopackage_compute_extent(hs_geopackage *gp, const char *table, hs_error *error,
                                       hs_box *extent) {
    char sql[128];
    sqlite3_stmt *statement = NULL;
    hs_shape shape = {0};
    hs_box box;
    (void)snprintf(sql, sizeof sql, "SELECT geom FROM %s WHERE geom IS NOT NULL", table);
    *extent = HS_BOX_EMPTY;
    int code = sqlite3_prepare_v2(gp->db, sql, -1, &statement, NULL);
    if (code == SQLITE_OK)
        while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
            const void *blob = sqlite3_column_blob(statement, 0);
            if (hs_blob_box(blob, (size_t)sqlite3_column_bytes(statement, 0), &shape, &box))
                hs_box_union(extent, box);
        }
    sqlite3_finalize(statement);
    hs_shape_done(&shape);
    return code == SQLITE_DONE ? HS_OK
                               : hs_geopackage_fail(gp->db, gp->path, code, "computing the extent", error);
}

static hs_status set_extent(hs_geopackage *gp, const char *table, hs_box extent, hs_error *error) {
    sqlite3_stmt *statement = NULL;
    hs_status status = hs_geopackage_statement(gp, HS_SQL_SET_EXTENT, error, &statement);
    if (status != HS_OK) return status;
    sqlite3_clear_bindings(statement);
    sqlite3_bind_text(statement, 1, table, -1, SQLITE_STATIC);
    if (extent.min_lon_e7 <= extent.max_lon_e7) {
        sqlite3_bind_double(statement, 2, extent.min_lon_e7 / 1e7);
        sqlite3_bind_double(statement, 3, extent.min_lat_e7 / 1e7);
        sqlite3_bind_double(statement, 4, extent.max_lon_e7 / 1e7);
        sqlite3_bind_double(statement, 5, extent.max_lat_e7 / 1e7);
    }
    return hs_geopackage_run(gp, statement, "writing the extent", error);
}

static hs_status write_extent(hs_geopackage *gp, hs_error *error) {
    hs_geopackage_batch *batch = &gp->batch;
    const hs_table_definition *table = hs_tables[batch->table];
    hs_status status = HS_OK;
    if (!table->geometry_type) return HS_OK;
    if (batch->extent_shrinks) status = hs_geopackage_compute_extent(gp, table->name, error, &batch->extent);
    return status == HS_OK ? set_extent(gp, table->name, batch->extent, error) : status;
}

static hs_status touch_contents(hs_geopackage *gp, hs_table table, hs_error *error) {
    sqlite3_stmt *statement = NULL;
    hs_status status = hs_geopackage_statement(gp, HS_SQL_TOUCH, error, &statement);
    if (status != HS_OK) return status;
    sqlite3_bind_text(statement, 1, hs_tables[table]->name, -1, SQLITE_STATIC);
    return hs_geopackage_run(gp, statement, "recording the change", error);
}

static hs_status update_batch(hs_geopackage *gp, const hs_batch_info *info, hs_error *error) {
    sqlite3_stmt *statement = NULL;
    hs_status status = hs_geopackage_statement(gp, HS_SQL_UPDATE_BATCH, error, &statement);
    if (status != HS_OK) return status;
    sqlite3_bind_int64(statement, 1, gp->batch.id);
    sqlite3_bind_int64(statement, 2, (int64_t)info->rows_read);
    sqlite3_bind_int64(statement, 3, (int64_t)gp->batch.added);
    sqlite3_bind_int64(statement, 4, (int64_t)(gp->batch.updated + gp->batch.positions_replaced));
    sqlite3_bind_int64(statement, 5, (int64_t)gp->batch.unchanged);
    sqlite3_bind_int64(statement, 6, (int64_t)info->rows_rejected);
    sqlite3_bind_int64(statement, 7, gp->batch.next_id - 1);
    return hs_geopackage_run(gp, statement, "recording the batch", error);
}

static const char *part_of_kind(hs_kind kind) {
    switch (kind) {
    case HS_KIND_INCIDENTS:
        return "incidents";
    case HS_KIND_TAXONOMY:
        return "taxonomy";
    case HS_KIND_TARGETS:
    case HS_KIND_DECISIONS:
        return "plans";
    case HS_KIND_HOTSPOTS:
        return "hotspots";
    default:
        return "geography";
    }
}

/* Where the incidents lie after some moved: looked for only when one left the edge. */
static hs_status moved_extent(hs_geopackage *gp, const char *table, hs_error *error, hs_box *extent) {
    const hs_box *from = &gp->batch.moved_from;
    hs_status status = read_extent(gp, table, error, extent);
    if (status != HS_OK) return status;
    bool some = from->min_lon_e7 <= from->max_lon_e7;
    bool edge = from->min_lon_e7 <= extent->min_lon_e7 || from->min_lat_e7 <= extent->min_lat_e7 ||
                from->max_lon_e7 >= extent->max_lon_e7 || from->max_lat_e7 >= extent->max_lat_e7;
    if (some && edge) return hs_geopackage_compute_extent(gp, table, error, extent);
    hs_box_union(extent, gp->batch.moved_to);
    return HS_OK;
}

/* A batch of another kind that moved incidents changed both: the incidents' part gets a change of its own. */
static hs_status record_moved_incidents(hs_geopackage *gp, hs_error *error) {
    hs_box extent;
    const char *table = hs_tables[HS_TABLE_INCIDENTS]->name;
    if (gp->batch.incidents_moved == 0) return HS_OK;
    hs_status status = moved_extent(gp, table, error, &extent);
    if (status == HS_OK) status = set_extent(gp, table, extent, error);
    if (status == HS_OK) status = touch_contents(gp, HS_TABLE_INCIDENTS, error);
    if (status == HS_OK)
        status = hs_geopackage_record_change(gp, part_of_kind(HS_KIND_INCIDENTS),
                                             hs_kind_name(HS_KIND_INCIDENTS), gp->batch.id, true, error);
    return status;
}

static hs_status finish_transaction(hs_geopackage *gp, hs_kind kind, const hs_batch_info *info,
                                    bool rewritten, hs_error *error) {
    hs_status status = create_index(gp, error);
    if (status == HS_OK) status = write_extent(gp, error);
    if (status == HS_OK) status = touch_contents(gp, gp->batch.table, error);
    if (status == HS_OK) status = update_batch(gp, info, error);
    if (status == HS_OK)
        status = hs_geopackage_record_change(gp, part_of_kind(kind), hs_kind_name(kind), gp->batch.id,
                                             rewritten, error);
    if (status == HS_OK) status = record_moved_incidents(gp, error);
    if (status == HS_OK) status = hs_geopackage_do(gp, HS_SQL_COMMIT, "committing", error);
    return status;
}

hs_status hs_geopackage_commit(hs_store *store, hs_batch_info *info, hs_error *error) {
    hs_geopackage *gp = (hs_geopackage *)store;
    bool changed = false, rewritten = false;
    hs_status status = HS_OK;
    if (gp->batch.failed)
        status = hs_error_set(error, HS_E_STORE, "%s: the batch failed and was rolled back", gp->path);
    if (status == HS_OK) status = batch_changed(gp, error, &changed, &rewritten);
    if (status == HS_OK && changed)
        status = finish_transaction(gp, store->batch_kind, info, rewritten, error);
    if (status == HS_OK) {
        info->id = changed ? gp->batch.id : 0;
        info->rows_added = gp->batch.added;
        info->rows_updated = gp->batch.updated + gp->batch.positions_replaced;
        info->rows_unchanged = gp->batch.unchanged;
        if (changed) gp->versions_known = false;
    }
    hs_geopackage_rollback(store); /* what a commit left open, and the batch's memory */
    return status;
}
