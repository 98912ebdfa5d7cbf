/* Putting a record: who it is, whether it is there already, and writing it. */
#include "base/hash.h"
#include "base/text.h"
#include "store/geopackage.h"
#include "store/geopackage_blob.h"

#include <stdio.h>
#include <string.h>

/* Kept for as long as there are stores: keys and hashes in files depend on them. */
#define SEED_CONTENT    UINT64_C(0x68732d636f6e7431)
#define SEED_IDENTITY   UINT64_C(0x68732d6964656e31)
#define SEED_OCCURRENCE UINT64_C(0x68732d6f63637531)

/* After so many puts into a table the batch is taken for an import, and all keys are read at once. */
#define PUTS_BEFORE_LOADING 2000

typedef struct row {
    const hs_table_definition *table;
    const void *record;
    hs_row_content parts;
    uint64_t key, hash;
    int64_t found_id; /* 0: no such row yet */
    uint64_t found_hash;
    hs_identity *entry; /* in the loaded keys, when found there */
} row;

typedef struct old_row {
    int64_t batch;
    hs_box box;
    bool same_identity;
    uint64_t key, hash;
} old_row;

static hs_status out_of_memory(hs_error *error) {
    return hs_error_set(error, HS_E_MEMORY, "out of memory while putting a row");
}

static hs_status describe(hs_geopackage *gp, hs_error *error, row *r) {
    hs_buffer_clear(&gp->content);
    hs_buffer_clear(&gp->identity);
    hs_buffer_clear(&gp->blob);
    r->parts = (hs_row_content){
        .content = &gp->content, .identity = &gp->identity, .blob = &gp->blob, .box = HS_BOX_EMPTY};
    hs_status status = r->table->describe(r->record, error, &r->parts);
    if (status != HS_OK) return status;
    if (gp->content.status != HS_OK || gp->identity.status != HS_OK || gp->blob.status != HS_OK)
        return hs_error_set(error, HS_E_LIMIT, "the row is larger than 1 GB, or memory is out");
    r->hash = hs_hash(gp->content.data, gp->content.size, SEED_CONTENT);
    return HS_OK;
}

/* Rows without an identity of their own are told apart by content and how often it came in this batch. */
static hs_status choose_key(hs_geopackage *gp, hs_error *error, row *r) {
    if (gp->identity.size > 0) {
        r->key = hs_hash(gp->identity.data, gp->identity.size, SEED_IDENTITY);
        return HS_OK;
    }
    hs_identity *seen = hs_identity_put(&gp->batch.occurrences, r->hash);
    if (!seen) return out_of_memory(error);
    seen->id = 1;
    gp->base.repeated_rows += seen->count > 0;
    r->key = hs_hash(gp->content.data, gp->content.size, SEED_OCCURRENCE + seen->count++);
    return HS_OK;
}

static hs_status load_keys(hs_geopackage *gp, hs_table table, hs_error *error) {
    sqlite3_stmt *statement = NULL;
    hs_status status = hs_geopackage_row_statement(gp, table, HS_ROW_LOAD, error, &statement);
    if (status != HS_OK) return status;
    int code = sqlite3_step(statement);
    for (; code == SQLITE_ROW && status == HS_OK; code = sqlite3_step(statement)) {
        hs_identity *entry = hs_identity_put(&gp->batch.keys, (uint64_t)sqlite3_column_int64(statement, 0));
        if (!entry) {
            status = out_of_memory(error);
            break;
        }
        entry->content = (uint64_t)sqlite3_column_int64(statement, 1);
        entry->id = sqlite3_column_int64(statement, 2);
    }
    if (status == HS_OK && code != SQLITE_DONE)
        status = hs_geopackage_fail(gp->db, gp->path, code, "reading keys", error);
    sqlite3_reset(statement);
    gp->batch.keys_loaded = status == HS_OK;
    return status;
}

static hs_status find_key(hs_geopackage *gp, hs_table table, hs_error *error, row *r) {
    sqlite3_stmt *statement = NULL;
    r->found_id = 0;
    r->entry = NULL;
    if (gp->batch.keys_loaded) {
        r->entry = hs_identity_find(&gp->batch.keys, r->key);
        if (r->entry) {
            r->found_id = r->entry->id;
            r->found_hash = r->entry->content;
        }
        return HS_OK;
    }
    hs_status status = hs_geopackage_row_statement(gp, table, HS_ROW_FIND, error, &statement);
    if (status != HS_OK) return status;
    sqlite3_bind_int64(statement, 1, (int64_t)r->key);
    int code = sqlite3_step(statement);
    if (code == SQLITE_ROW) {
        r->found_id = sqlite3_column_int64(statement, 0);
        r->found_hash = (uint64_t)sqlite3_column_int64(statement, 1);
    } else if (code != SQLITE_DONE) {
        status = hs_geopackage_fail(gp->db, gp->path, code, "looking for a row", error);
    }
    sqlite3_reset(statement);
    return status;
}

static hs_status peek(hs_geopackage *gp, hs_table table, const row *r, hs_error *error, old_row *old) {
    sqlite3_stmt *statement = NULL;
    hs_shape shape = {0};
    hs_status status = hs_geopackage_row_statement(gp, table, HS_ROW_PEEK, error, &statement);
    if (status != HS_OK) return status;
    sqlite3_bind_int64(statement, 1, r->found_id);
    int code = sqlite3_step(statement);
    *old = (old_row){.box = HS_BOX_EMPTY};
    if (code == SQLITE_ROW) {
        old->batch = sqlite3_column_int64(statement, 0);
        const void *blob = sqlite3_column_blob(statement, 1);
        (void)hs_blob_box(blob, (size_t)sqlite3_column_bytes(statement, 1), &shape, &old->box);
        hs_str identity = hs_column_str(statement, 2);
        old->key = (uint64_t)sqlite3_column_int64(statement, 3);
        old->hash = (uint64_t)sqlite3_column_int64(statement, 4);
        old->same_identity = r->table->identity_sql != NULL && identity.size == gp->identity.size &&
                             memcmp(identity.data, gp->identity.data, identity.size) == 0;
    } else if (code == SQLITE_DONE) {
        status = hs_error_set(error, HS_E_NOT_FOUND, "there is no row %lld in %s", (long long)r->found_id,
                              r->table->name);
    } else {
        status = hs_geopackage_fail(gp->db, gp->path, code, "reading a row", error);
    }
    hs_shape_done(&shape);
    sqlite3_reset(statement);
    return status;
}

/* Finds the row that the record is. A key that another identity holds by chance is stepped over. */
static hs_status find_row(hs_geopackage *gp, hs_table table, hs_error *error, row *r, old_row *old) {
    for (;; r->key = hs_hash(&r->key, sizeof r->key, SEED_IDENTITY)) {
        hs_status status = find_key(gp, table, error, r);
        if (status != HS_OK || r->found_id == 0 || r->found_hash == r->hash) return status;
        if (gp->identity.size == 0) continue;
        status = peek(gp, table, r, error, old);
        if (status != HS_OK || old->same_identity) return status;
    }
}

/* A table that is empty gets its index of keys at the end, sorted at once. */
static hs_status prepare_table(hs_geopackage *gp, hs_table table, hs_error *error) {
    hs_geopackage_batch *batch = &gp->batch;
    if (batch->puts == 0 && batch->last_id_before == 0 && !batch->cleared) {
        char sql[64];
        (void)snprintf(sql, sizeof sql, "DROP INDEX IF EXISTS %s_key", hs_tables[table]->name);
        hs_status status = hs_geopackage_exec(gp->db, gp->path, sql, "preparing a table", error);
        if (status != HS_OK) return status;
        batch->index_dropped = batch->keys_loaded = true;
    }
    if (!batch->keys_loaded && batch->puts == PUTS_BEFORE_LOADING) return load_keys(gp, table, error);
    return HS_OK;
}

static hs_status write_row(hs_geopackage *gp, hs_table table, const row *r, int64_t id, int64_t batch,
                           hs_error *error) {
    sqlite3_stmt *statement = NULL;
    bool insert = r->found_id == 0;
    hs_status status =
        hs_geopackage_row_statement(gp, table, insert ? HS_ROW_INSERT : HS_ROW_UPDATE, error, &statement);
    if (status != HS_OK) return status;
    int last = HS_PARAMETER_FIRST + r->table->column_count;
    sqlite3_bind_int64(statement, HS_PARAMETER_ID, id);
    if (gp->blob.size > 0)
        sqlite3_bind_blob64(statement, HS_PARAMETER_GEOMETRY, gp->blob.data, gp->blob.size, SQLITE_STATIC);
    else if (r->table->geometry_type)
        sqlite3_bind_null(statement, HS_PARAMETER_GEOMETRY);
    r->table->bind(statement, r->record);
    sqlite3_bind_int64(statement, last, batch);
    sqlite3_bind_int64(statement, last + 1, (int64_t)r->key);
    sqlite3_bind_int64(statement, last + 2, (int64_t)r->hash);
    return hs_geopackage_run(gp, statement, insert ? "adding a row" : "updating a row", error);
}

static hs_status add_row(hs_geopackage *gp, hs_table table, const row *r, hs_error *error) {
    hs_geopackage_batch *batch = &gp->batch;
    int64_t id = batch->next_id;
    hs_status status = write_row(gp, table, r, id, batch->id, error);
    if (status != HS_OK) return status;
    batch->next_id++;
    batch->added++;
    hs_box_union(&batch->extent, r->parts.box);
    if (!batch->keys_loaded) return HS_OK;
    hs_identity *entry = hs_identity_put(&batch->keys, r->key);
    if (!entry) return out_of_memory(error);
    entry->id = id;
    entry->content = r->hash;
    return HS_OK;
}

void hs_geopackage_extent_left(hs_geopackage_batch *batch, hs_box old) {
    if (old.min_lon_e7 > old.max_lon_e7) return;
    if (old.min_lon_e7 <= batch->extent.min_lon_e7 || old.min_lat_e7 <= batch->extent.min_lat_e7 ||
        old.max_lon_e7 >= batch->extent.max_lon_e7 || old.max_lat_e7 >= batch->extent.max_lat_e7)
        batch->extent_shrinks = true;
}

/* What became of a row of an earlier batch: changed, or changed back (a repeated external id whose last row
 * is what the store had), which leaves it with its batch. */
static hs_status account_for_old_row(hs_geopackage *gp, hs_table table, const row *r, const old_row *old,
                                     hs_error *error, int64_t *row_batch, hs_put *put) {
    hs_geopackage_batch *batch = &gp->batch;
    *row_batch = batch->id;
    hs_identity *touched = hs_identity_put(&batch->touched, (uint64_t)r->found_id);
    if (!touched) return out_of_memory(error);
    if (touched->id == 0) {
        hs_status status = hs_geopackage_keep_row(gp, table, r->found_id, old->batch, error);
        if (status != HS_OK) return status;
        touched->id = old->batch + 1; /* not 0 */
        touched->content = r->found_hash;
    }
    if (touched->content == r->hash) {
        *row_batch = touched->id - 1;
        *put = HS_PUT_UNCHANGED;
        batch->updated -= touched->count;
        batch->unchanged += touched->count + 1;
        batch->old_rows_changed--;
        touched->count = 0;
        return HS_OK;
    }
    if (touched->count++ == 0) batch->old_rows_changed++;
    batch->updated++;
    return HS_OK;
}

static hs_status update_row(hs_geopackage *gp, hs_table table, row *r, const old_row *old, hs_error *error,
                            hs_put *put) {
    hs_geopackage_batch *batch = &gp->batch;
    int64_t row_batch = batch->id;
    hs_status status = HS_OK;
    *put = HS_PUT_UPDATED;
    if (r->found_id <= batch->last_id_before)
        status = account_for_old_row(gp, table, r, old, error, &row_batch, put);
    else
        batch->updated++;
    if (status == HS_OK) status = write_row(gp, table, r, r->found_id, row_batch, error);
    if (status != HS_OK) return status;
    hs_geopackage_extent_left(batch, old->box);
    hs_box_union(&batch->extent, r->parts.box);
    if (r->entry) r->entry->content = r->hash;
    return HS_OK;
}

static hs_status put_row(hs_geopackage *gp, hs_table table, row *r, hs_error *error, hs_put *put) {
    old_row old = {0};
    hs_status status = prepare_table(gp, table, error);
    if (status == HS_OK) status = choose_key(gp, error, r);
    if (status == HS_OK) status = find_row(gp, table, error, r, &old);
    if (status != HS_OK) return status;
    gp->batch.puts++;
    gp->base.last_id = r->found_id ? r->found_id : gp->batch.next_id;
    if (r->found_id == 0) {
        *put = HS_PUT_ADDED;
        return add_row(gp, table, r, error);
    }
    if (r->found_hash == r->hash) {
        *put = HS_PUT_UNCHANGED;
        gp->batch.unchanged++;
        return HS_OK;
    }
    return update_row(gp, table, r, &old, error, put);
}

hs_status hs_geopackage_put(hs_store *store, hs_table table, const void *record, hs_error *error,
                            hs_put *put) {
    hs_geopackage *gp = (hs_geopackage *)store;
    row r = {.table = hs_tables[table], .record = record};
    hs_put done = HS_PUT_ADDED;
    if (gp->batch.failed)
        return hs_error_set(error, HS_E_STORE, "%s: the batch failed before and can only be rolled back",
                            gp->path);
    /* A record that is refused leaves the batch as it is. */
    hs_status status = describe(gp, error, &r);
    if (status != HS_OK) return status;
    status = put_row(gp, table, &r, error, &done);
    if (status == HS_OK)
        *put = done;
    else
        gp->batch.failed = true;
    return status;
}

/* A key for the new content of row `id`: its own where it stays known by the same identity, else one that no
 * other row has. */
static hs_status choose_new_key(hs_geopackage *gp, hs_table table, int64_t id, hs_error *error, row *r) {
    old_row other = {0};
    hs_status status;
    do {
        status = choose_key(gp, error, r);
        if (status == HS_OK && gp->identity.size > 0) {
            status = find_row(gp, table, error, r, &other);
            if (status == HS_OK && r->found_id != 0 && r->found_id != id)
                return hs_error_set(error, HS_E_CONFLICT, "row %lld of %s has this id already",
                                    (long long)r->found_id, r->table->name);
            return status;
        }
        if (status == HS_OK) status = find_key(gp, table, error, r);
    } while (status == HS_OK && r->found_id != 0 && r->found_id != id);
    return status;
}

static hs_status replace_row(hs_geopackage *gp, hs_table table, int64_t id, row *r, hs_error *error,
                             hs_put *put) {
    old_row old = {0};
    r->found_id = id;
    hs_status status = peek(gp, table, r, error, &old);
    if (status != HS_OK) return status;
    *put = HS_PUT_UNCHANGED;
    gp->base.last_id = id;
    if (old.hash == r->hash) {
        gp->batch.unchanged++;
        return HS_OK;
    }
    gp->batch.keys_loaded = false; /* they would name the old content */
    r->key = old.key;
    if (gp->identity.size == 0 || !old.same_identity) status = choose_new_key(gp, table, id, error, r);
    if (status != HS_OK) return status;
    r->found_id = id;
    r->found_hash = old.hash;
    r->entry = NULL;
    gp->batch.puts++;
    status = update_row(gp, table, r, &old, error, put);
    if (status != HS_OK) gp->batch.failed = true;
    return status;
}

static hs_status check_usable(const hs_geopackage *gp, hs_error *error) {
    if (!gp->batch.failed) return HS_OK;
    return hs_error_set(error, HS_E_STORE, "%s: the batch failed before and can only be rolled back",
                        gp->path);
}

hs_status hs_geopackage_replace(hs_store *store, hs_table table, int64_t id, const void *record,
                                hs_error *error, hs_put *put) {
    hs_geopackage *gp = (hs_geopackage *)store;
    row r = {.table = hs_tables[table], .record = record};
    hs_status status = check_usable(gp, error);
    if (status == HS_OK) status = describe(gp, error, &r);
    return status == HS_OK ? replace_row(gp, table, id, &r, error, put) : status;
}

hs_status hs_geopackage_remove(hs_store *store, int64_t id, hs_error *error) {
    hs_geopackage *gp = (hs_geopackage *)store;
    hs_geopackage_batch *batch = &gp->batch;
    sqlite3_stmt *statement = NULL;
    row r = {.table = hs_tables[batch->table], .found_id = id};
    old_row old = {0};
    hs_buffer_clear(&gp->identity);
    hs_status status = check_usable(gp, error);
    if (status == HS_OK) status = peek(gp, batch->table, &r, error, &old);
    if (status != HS_OK) return status;
    status = hs_geopackage_keep_row(gp, batch->table, id, old.batch, error);
    if (status == HS_OK)
        status = hs_geopackage_row_statement(gp, batch->table, HS_ROW_DELETE, error, &statement);
    if (status == HS_OK) {
        sqlite3_bind_int64(statement, 1, id);
        status = hs_geopackage_run(gp, statement, "removing a row", error);
    }
    if (status != HS_OK) {
        batch->failed = true;
        return status;
    }
    batch->keys_loaded = false;
    batch->puts++;
    batch->updated++;
    batch->old_rows_changed++;
    hs_geopackage_extent_left(batch, old.box);
    return HS_OK;
}

typedef struct wanted_incident {
    hs_str external_id;
    hs_visit_incident visit;
    void *context;
    bool found;
} wanted_incident;

static hs_status look_at_incident(void *context, const hs_incident_record *record, hs_error *error) {
    wanted_incident *wanted = context;
    wanted->found = hs_str_equal(record->external_id, wanted->external_id);
    return wanted->found ? wanted->visit(wanted->context, record, error) : HS_OK;
}

hs_status hs_geopackage_visit_incident(hs_store *store, hs_str external_id, hs_visit_incident visit,
                                       void *context, hs_error *error) {
    hs_geopackage *gp = (hs_geopackage *)store;
    wanted_incident wanted = {.external_id = external_id, .visit = visit, .context = context};
    row r = {.key = hs_hash(external_id.data, external_id.size, SEED_IDENTITY)};
    if (external_id.size == 0) return HS_OK;
    for (;; r.key = hs_hash(&r.key, sizeof r.key, SEED_IDENTITY)) {
        hs_status status = find_key(gp, HS_TABLE_INCIDENTS, error, &r);
        if (status != HS_OK || r.found_id == 0) return status;
        status = hs_geopackage_scan(store, HS_TABLE_INCIDENTS, r.found_id, r.found_id + 1,
                                    (hs_visit){.incident = look_at_incident}, &wanted, error);
        if (status != HS_OK || wanted.found) return status;
    }
}
