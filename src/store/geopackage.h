/* The GeoPackage implementation's own parts, shared by its files only. */
#ifndef STORE_GEOPACKAGE_H
#define STORE_GEOPACKAGE_H

#include "base/buffer.h"
#include "store/geopackage_identity.h"
#include "store/geopackage_tables.h"
#include "store/store_ops.h"
#include <sqlite3.h>

#define HS_GEOPACKAGE_BUSY_MS 10000

/* Statements of a table of records. */
typedef enum hs_row_statement {
    HS_ROW_INSERT,
    HS_ROW_UPDATE,
    HS_ROW_FIND, /* by key */
    HS_ROW_PEEK, /* identity, batch and geometry by id */
    HS_ROW_LOAD, /* all keys */
    HS_ROW_SCAN,
    HS_ROW_KEEP,          /* into the history: 1 the batch that changes it, 2 the row's id */
    HS_ROW_KEEP_ALL,      /* every row, 1 the batch */
    HS_ROW_CHANGED_LATER, /* the first batch in force that changed rows of batch 1 */
    HS_ROW_DROP_ADDED,    /* rows that batch 1 added */
    HS_ROW_RESTORE,       /* rows that batch 1 changed */
    HS_ROW_CAME_AGAIN,    /* rows that are what another row, which batch 1 removed, was */
    HS_ROW_DROP_HISTORY,
    HS_ROW_DELETE,  /* 1 the row's id */
    HS_ROW_RESHAPE, /* 1 the row's id, 2 its geometry, 3 the batch */
    HS_ROW_STATEMENTS
} hs_row_statement;

typedef enum hs_statement {
    HS_SQL_BEGIN_READ,
    HS_SQL_BEGIN_WRITE,
    HS_SQL_COMMIT,
    HS_SQL_ROLLBACK,
    HS_SQL_DATA_VERSION,
    HS_SQL_VERSIONS,
    HS_SQL_GET_SETTING,
    HS_SQL_SET_SETTING,
    HS_SQL_INSERT_BATCH,
    HS_SQL_UPDATE_BATCH,
    HS_SQL_SCAN_BATCHES,
    HS_SQL_INSERT_CHANGE,
    HS_SQL_TOUCH,
    HS_SQL_GET_EXTENT,
    HS_SQL_SET_EXTENT,
    HS_SQL_INCIDENT_RANGE,
    HS_SQL_GET_POSITION,
    HS_SQL_SET_POSITION,
    HS_SQL_CLEAR_CATEGORIES,
    HS_SQL_FIND_BATCH,
    HS_SQL_MARK_UNDONE,
    HS_SQL_PUT_MAPPING,
    HS_SQL_GET_MAPPING,
    HS_SQL_FIND_USER,
    HS_SQL_INSERT_USER,
    HS_SQL_REVOKE_USER,
    HS_SQL_SCAN_USERS,
    HS_SQL_GET_ANSWER,
    HS_SQL_PUT_ANSWER,
    HS_SQL_DROP_ANSWERS,
    HS_SQL_STATEMENTS
} hs_statement;

/* The open batch. */
typedef struct hs_geopackage_batch {
    int64_t id;
    hs_table table;
    int64_t last_id_before; /* rows with a higher id were added by this batch */
    int64_t next_id;
    uint64_t puts, added, updated, unchanged;
    uint64_t old_rows_changed; /* rows of earlier batches whose content differs from before the batch */
    uint64_t positions_replaced;
    bool failed;        /* the transaction cannot be committed */
    bool index_dropped; /* the key index is made anew at commit */
    bool keys_loaded;   /* `keys` holds the whole table */
    bool cleared;       /* taxonomy: every row was removed */
    uint64_t cleared_digest, cleared_rows;
    uint64_t incidents_moved;    /* in a batch of another kind: incidents placed anew */
    hs_box moved_from, moved_to; /* of these */
    hs_box extent;               /* as it was, widened by what was put */
    bool extent_shrinks;         /* a row on the edge moved: the extent has to be computed anew */
    hs_identity_set keys;
    hs_identity_set occurrences; /* content hash -> times seen in the batch */
    hs_identity_set touched;     /* id -> what an earlier batch's row was before this one changed it */
} hs_geopackage_batch;

typedef struct hs_geopackage {
    hs_store base;
    sqlite3 *db;
    char *path;
    sqlite3_stmt *statements[HS_SQL_STATEMENTS];
    sqlite3_stmt *rows[HS_TABLE_COUNT][HS_ROW_STATEMENTS];
    hs_buffer sql, content, identity, blob;
    hs_geopackage_batch batch;
    bool versions_known;
    int64_t data_version;
    hs_store_versions versions;
} hs_geopackage;

/* --- geopackage_sql.c --- */

/* The error for SQLite's result `code`, in words for a person; `doing` completes "while ...". */
hs_status hs_geopackage_fail(sqlite3 *db, const char *path, int code, const char *doing, hs_error *error);
/* Kept statements, prepared on first use; reset and ready to bind. */
hs_status hs_geopackage_statement(hs_geopackage *gp, hs_statement which, hs_error *error,
                                  sqlite3_stmt **statement);
hs_status hs_geopackage_row_statement(hs_geopackage *gp, hs_table table, hs_row_statement which,
                                      hs_error *error, sqlite3_stmt **statement);
void hs_geopackage_finalize(hs_geopackage *gp);
/* Steps a statement that gives no rows, and resets it. */
hs_status hs_geopackage_run(hs_geopackage *gp, sqlite3_stmt *statement, const char *doing, hs_error *error);
/* Prepares and runs a kept statement without parameters. */
hs_status hs_geopackage_do(hs_geopackage *gp, hs_statement which, const char *doing, hs_error *error);
/* Runs SQL text that is part of the program. */
hs_status hs_geopackage_exec(sqlite3 *db, const char *path, const char *sql, const char *doing,
                             hs_error *error);

/* --- geopackage_open.c --- */

/* Holds few pages while an index is made, or many again: SQLite sorts runs as large as its cache, and those
 * that fit the processor's are sorted in half the time. */
void hs_geopackage_limit_cache(hs_geopackage *gp, bool limited);

/* --- geopackage_schema.c --- */

#define HS_GEOPACKAGE_SCHEMA 5

/* A step from schema version `from` to from + 1. */
typedef struct hs_migration {
    int from;
    const char *sql;
} hs_migration;

hs_status hs_geopackage_create_schema(sqlite3 *db, const char *path, hs_error *error);
/* Tells whether the file is a store of ours and its schema version. */
hs_status hs_geopackage_identify(sqlite3 *db, const char *path, hs_error *error, int *version);
/* Runs the steps that lead from `version` to `target` in one transaction. */
hs_status hs_geopackage_migrate(sqlite3 *db, const char *path, const hs_migration *steps, size_t count,
                                int version, int target, hs_error *error);
extern const hs_migration hs_geopackage_migrations[];
extern const size_t hs_geopackage_migration_count;

/* --- geopackage_functions.c --- */

/* The SQL functions that the GeoPackage R-tree extension's triggers call, so that a store to which a GIS
 * added a spatial index can still be written. */
hs_status hs_geopackage_register_functions(sqlite3 *db, const char *path, hs_error *error);

/* --- geopackage_batch.c, _put.c, _scan.c, _settings.c, _backup.c: the table of functions --- */

hs_status hs_geopackage_get_versions(hs_store *store, hs_error *error, hs_store_versions *versions);
hs_status hs_geopackage_get_setting(hs_store *store, const char *key, hs_arena *arena, hs_error *error,
                                    hs_str *value);
hs_status hs_geopackage_set_setting(hs_store *store, const char *key, hs_str value, hs_error *error);
hs_status hs_geopackage_begin(hs_store *store, hs_kind kind, hs_str source, bool more, hs_error *error,
                              int64_t *batch);
hs_status hs_geopackage_put(hs_store *store, hs_table table, const void *record, hs_error *error,
                            hs_put *put);
hs_status hs_geopackage_replace(hs_store *store, hs_table table, int64_t id, const void *record,
                                hs_error *error, hs_put *put);
hs_status hs_geopackage_remove(hs_store *store, int64_t id, hs_error *error);
hs_status hs_geopackage_visit_incident(hs_store *store, hs_str external_id, hs_visit_incident visit,
                                       void *context, hs_error *error);
hs_status hs_geopackage_replace_position(hs_store *store, int64_t incident, const hs_incident_record *record,
                                         hs_error *error);
hs_status hs_geopackage_clear_taxonomy(hs_store *store, hs_error *error);
hs_status hs_geopackage_commit(hs_store *store, hs_batch_info *info, hs_error *error);
void hs_geopackage_rollback(hs_store *store);
hs_status hs_geopackage_scan(hs_store *store, hs_table table, int64_t first, int64_t last, hs_visit visit,
                             void *context, hs_error *error);
hs_status hs_geopackage_scan_batches(hs_store *store, hs_visit_batch visit, void *context, hs_error *error);
hs_status hs_geopackage_incident_range(hs_store *store, hs_error *error, int64_t *min_id, int64_t *max_id,
                                       uint64_t *count);
hs_status hs_geopackage_begin_read(hs_store *store, hs_error *error);
void hs_geopackage_end_read(hs_store *store);
hs_status hs_geopackage_undo(hs_store *store, int64_t batch, hs_error *error, uint64_t *removed,
                             uint64_t *restored);
/* Keeps a row as it was before the open batch changes it, where an earlier batch's (geopackage_history.c). */
hs_status hs_geopackage_keep_row(hs_geopackage *gp, hs_table table, int64_t id, int64_t row_batch,
                                 hs_error *error);
/* Keeps every row of a table that is about to be cleared. */
hs_status hs_geopackage_keep_all(hs_geopackage *gp, hs_table table, hs_error *error);
hs_status hs_geopackage_put_mapping(hs_store *store, hs_kind kind, hs_str name, hs_str mapping,
                                    hs_error *error);
hs_status hs_geopackage_get_mapping(hs_store *store, hs_kind kind, hs_str name, hs_arena *arena,
                                    hs_error *error, hs_str *mapping);
hs_status hs_geopackage_add_user(hs_store *store, const hs_user_record *user, hs_error *error);
hs_status hs_geopackage_revoke_user(hs_store *store, hs_str name, hs_error *error);
hs_status hs_geopackage_scan_users(hs_store *store, hs_visit_user visit, void *context, hs_error *error);
hs_status hs_geopackage_get_answer(hs_store *store, hs_str key, hs_arena *arena, hs_error *error,
                                   uint64_t *request_hash, hs_str *answer);
hs_status hs_geopackage_put_answer(hs_store *store, hs_str key, uint64_t request_hash, hs_str answer,
                                   hs_error *error);
hs_status hs_geopackage_backup(hs_store *store, const char *path, hs_error *error);
hs_status hs_geopackage_replace_geometry(hs_store *store, int64_t id, const hs_geometry *geometry,
                                         hs_error *error);
hs_status hs_geopackage_scan_flaws(hs_store *store, hs_visit_flaw visit, void *context, hs_error *error);
hs_status hs_geopackage_count_rows(hs_store *store, hs_visit_rows visit, void *context, hs_error *error);

/* Writes a row into `changes` within the open transaction. `part` is geography, incidents, plans, taxonomy or
 * settings; batch 0 for none. */
hs_status hs_geopackage_record_change(hs_geopackage *gp, const char *part, const char *kind, int64_t batch,
                                      bool rewritten, hs_error *error);
/* The extent of every geometry of a table, for when rows on its edge moved. O(rows). */
hs_status hs_geopackage_compute_extent(hs_geopackage *gp, const char *table, hs_error *error, hs_box *extent);
/* Remembers that a row's geometry leaves or changes: the extent may shrink. */
void hs_geopackage_extent_left(hs_geopackage_batch *batch, hs_box old);

#endif
