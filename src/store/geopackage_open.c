/* Opening, creating and closing a GeoPackage store. */
#include "store/geopackage.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Measured on imports and scans of a million incidents: larger pages gain nothing more. */
#define PAGE_SIZE    "8192"
#define CACHE_KIB    "-65536"
#define SORT_KIB     "-4096"
#define WAL_LIMIT    "67108864"
#define SQL_LIMIT    ((size_t)1 << 20)
#define ROW_LIMIT    ((size_t)1 << 30)
#define WAL_RETRY_MS 20

static const hs_store_ops geopackage_ops;

/* What lies at the path, judged without SQLite, which would call everything the same. */
static hs_status inspect_file(const char *path, hs_store_mode mode, hs_error *error, bool *create) {
    struct stat info;
    *create = false;
    if (stat(path, &info) != 0) {
        if (errno == ENOENT && mode == HS_STORE_CREATE) {
            *create = true;
            return HS_OK;
        }
        if (errno == ENOENT) return hs_error_set(error, HS_E_STORE, "%s: there is no such store", path);
        return hs_error_set(error, HS_E_STORE, "%s: cannot be opened: %s", path, strerror(errno));
    }
    if (S_ISDIR(info.st_mode))
        return hs_error_set(error, HS_E_STORE, "%s: is a folder; the store is a file in it", path);
    if (!S_ISREG(info.st_mode)) return hs_error_set(error, HS_E_STORE, "%s: is no regular file", path);
    if (info.st_size == 0) {
        if (mode == HS_STORE_CREATE) {
            *create = true;
            return HS_OK;
        }
        return hs_error_set(error, HS_E_STORE, "%s: is an empty file and no store", path);
    }
    /* Looked at from outside only: closing any descriptor of the file would drop the locks that this
     * process's other connections hold on it (POSIX), and another process could then take their log away. */
    if (access(path, R_OK) != 0)
        return hs_error_set(error, HS_E_STORE, "%s: cannot be read: %s", path, strerror(errno));
    return HS_OK;
}

static hs_status inspect_folder(const char *path, hs_error *error) {
    struct stat info;
    const char *slash = strrchr(path, '/');
    if (!slash || slash == path) return HS_OK;
    char *folder = strndup(path, (size_t)(slash - path));
    if (!folder) return hs_error_set(error, HS_E_MEMORY, "out of memory");
    hs_status status = HS_OK;
    if (stat(folder, &info) != 0)
        status = hs_error_set(error, HS_E_STORE, "%s: the folder for the store cannot be used: %s", folder,
                              strerror(errno));
    else if (!S_ISDIR(info.st_mode))
        status = hs_error_set(error, HS_E_STORE, "%s: is no folder that the store could lie in", folder);
    free(folder);
    return status;
}

static int count_objects(sqlite3 *db) {
    sqlite3_stmt *statement = NULL;
    int count = -1;
    if (sqlite3_prepare_v2(db, "SELECT count(*) FROM sqlite_master", -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW)
        count = sqlite3_column_int(statement, 0);
    sqlite3_finalize(statement);
    return count;
}

/* The schema in one transaction: after a crash the file is empty or whole. */
static hs_status create_in_transaction(hs_geopackage *gp, hs_error *error) {
    hs_status status = hs_geopackage_exec(gp->db, gp->path, "BEGIN IMMEDIATE", "creating the store", error);
    if (status != HS_OK) return status;
    /* Another process may have created it in the meantime. */
    if (count_objects(gp->db) == 0) status = hs_geopackage_create_schema(gp->db, gp->path, error);
    if (status == HS_OK) status = hs_geopackage_exec(gp->db, gp->path, "COMMIT", "creating the store", error);
    if (status != HS_OK && !sqlite3_get_autocommit(gp->db))
        (void)sqlite3_exec(gp->db, "ROLLBACK", NULL, NULL, NULL);
    return status;
}

/* WAL needs the file for itself for a moment and SQLite does not wait for that: a reader of a closed-up store
 * may be in the middle of something. */
static hs_status enter_wal(hs_geopackage *gp, hs_error *error) {
    int code = SQLITE_OK;
    for (int waited_ms = 0; waited_ms <= HS_GEOPACKAGE_BUSY_MS; waited_ms += WAL_RETRY_MS) {
        code = sqlite3_exec(gp->db, "PRAGMA journal_mode = WAL", NULL, NULL, NULL);
        if ((code & 0xff) != SQLITE_BUSY) break;
        sqlite3_sleep(WAL_RETRY_MS);
    }
    return code == SQLITE_OK ? HS_OK
                             : hs_geopackage_fail(gp->db, gp->path, code, "opening for writing", error);
}

/* The schema stays trusted: the triggers that keep a GIS's spatial index up need it. */
static hs_status configure(hs_geopackage *gp, hs_error *error) {
    sqlite3_busy_timeout(gp->db, HS_GEOPACKAGE_BUSY_MS);
    (void)sqlite3_db_config(gp->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    hs_status status = hs_geopackage_register_functions(gp->db, gp->path, error);
    if (status != HS_OK) return status;
    return hs_geopackage_exec(gp->db, gp->path,
                              "PRAGMA foreign_keys = ON;"
                              "PRAGMA synchronous = FULL; PRAGMA cache_size = " CACHE_KIB
                              "; PRAGMA journal_size_limit = " WAL_LIMIT,
                              "opening", error);
}

void hs_geopackage_limit_cache(hs_geopackage *gp, bool limited) {
    const char *sql = limited ? "PRAGMA cache_size = " SORT_KIB : "PRAGMA cache_size = " CACHE_KIB;
    (void)sqlite3_exec(gp->db, sql, NULL, NULL, NULL);
}

static hs_status open_connection(hs_geopackage *gp, bool create, hs_error *error) {
    int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    flags |= gp->base.mode == HS_STORE_READ ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
    if (create) flags |= SQLITE_OPEN_CREATE;
    int code = sqlite3_open_v2(gp->path, &gp->db, flags, NULL);
    if (code != SQLITE_OK) return hs_geopackage_fail(gp->db, gp->path, code, "opening", error);
    return configure(gp, error);
}

static hs_status prepare_existing(hs_geopackage *gp, hs_error *error) {
    int version = 0;
    hs_status status = hs_geopackage_identify(gp->db, gp->path, error, &version);
    if (status != HS_OK) return status;
    if (gp->base.mode == HS_STORE_READ && version < HS_GEOPACKAGE_SCHEMA)
        return hs_error_set(
            error, HS_E_STORE,
            "%s: is of an older version (schema %d): open it once for writing to bring it up to "
            "date",
            gp->path, version);
    if (version > HS_GEOPACKAGE_SCHEMA || gp->base.mode == HS_STORE_READ)
        return hs_geopackage_migrate(gp->db, gp->path, NULL, 0, version, HS_GEOPACKAGE_SCHEMA, error);
    if (sqlite3_db_readonly(gp->db, "main") == 1)
        return hs_geopackage_fail(gp->db, gp->path, SQLITE_READONLY, "opening", error);
    status = enter_wal(gp, error);
    if (status != HS_OK) return status;
    return hs_geopackage_migrate(gp->db, gp->path, hs_geopackage_migrations, hs_geopackage_migration_count,
                                 version, HS_GEOPACKAGE_SCHEMA, error);
}

static hs_status open_store(hs_geopackage *gp, hs_error *error, bool *made) {
    bool create = false;
    hs_status status = inspect_file(gp->path, gp->base.mode, error, &create);
    if (status == HS_OK && create) status = inspect_folder(gp->path, error);
    if (status != HS_OK) return status;
    if (create) {
        /* Only who made the file may remove it when the rest fails. */
        int file = open(gp->path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0666);
        *made = file >= 0;
        if (file < 0 && errno != EEXIST)
            return hs_error_set(error, HS_E_STORE, "%s: cannot be created: %s", gp->path, strerror(errno));
        if (file >= 0) (void)close(file);
    }
    status = open_connection(gp, create, error);
    if (status != HS_OK) return status;
    if (gp->base.mode == HS_STORE_CREATE && count_objects(gp->db) == 0) {
        status = hs_geopackage_exec(gp->db, gp->path, "PRAGMA page_size = " PAGE_SIZE, "creating the store",
                                    error);
        if (status == HS_OK) status = enter_wal(gp, error);
        if (status == HS_OK) status = create_in_transaction(gp, error);
        if (status != HS_OK) return status;
    }
    return prepare_existing(gp, error);
}

static void remove_made(const char *path) {
    static const char *const suffixes[] = {"", "-wal", "-shm", "-journal"};
    hs_buffer name;
    hs_buffer_init(&name, SQL_LIMIT);
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        hs_buffer_clear(&name);
        hs_buffer_printf(&name, "%s%s", path, suffixes[i]);
        hs_buffer_byte(&name, '\0');
        if (name.status == HS_OK) (void)unlink(name.data);
    }
    hs_buffer_done(&name);
}

static void close_connection(hs_geopackage *gp) {
    if (gp->base.reading) hs_geopackage_end_read(&gp->base);
    if (gp->base.batch_open) hs_geopackage_rollback(&gp->base);
    hs_geopackage_finalize(gp);
    if (gp->db && gp->base.mode != HS_STORE_READ) {
        /* The single file is to be complete, and readable where nothing can be written beside it. Neither can
         * be done while others have it open; then the last of them does. */
        (void)sqlite3_busy_timeout(gp->db, 0);
        (void)sqlite3_wal_checkpoint_v2(gp->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
        (void)sqlite3_exec(gp->db, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL);
    }
    (void)sqlite3_close(gp->db);
    gp->db = NULL;
}

static void close_store(hs_store *store) {
    hs_geopackage *gp = (hs_geopackage *)store;
    close_connection(gp);
    hs_buffer_done(&gp->sql);
    hs_buffer_done(&gp->content);
    hs_buffer_done(&gp->identity);
    hs_buffer_done(&gp->blob);
    free(gp->path);
    free(gp);
}

/* SQLite gives some names a meaning (":memory:", "file:..."); with a folder before it a name is a name. */
static char *plain_path(const char *path) {
    char *copy = NULL;
    if (path[0] == '/') return strdup(path);
    return asprintf(&copy, "./%s", path) < 0 ? NULL : copy;
}

hs_status hs_geopackage_open(const char *path, hs_store_mode mode, hs_error *error, hs_store **store) {
    bool made = false;
    if (path[0] == '\0') return hs_error_set(error, HS_E_ARGUMENT, "the store's path is empty");
    hs_geopackage *gp = calloc(1, sizeof *gp);
    if (!gp) return hs_error_set(error, HS_E_MEMORY, "out of memory for a store");
    gp->base.ops = &geopackage_ops;
    gp->base.mode = mode;
    hs_buffer_init(&gp->sql, SQL_LIMIT);
    hs_buffer_init(&gp->content, ROW_LIMIT);
    hs_buffer_init(&gp->identity, ROW_LIMIT);
    hs_buffer_init(&gp->blob, ROW_LIMIT);
    gp->path = plain_path(path);
    hs_status status = gp->path ? open_store(gp, error, &made)
                                : hs_error_set(error, HS_E_MEMORY, "out of memory for a store");
    if (status == HS_OK) {
        *store = &gp->base;
        return HS_OK;
    }
    if (made) {
        hs_geopackage_finalize(gp);
        (void)sqlite3_close(gp->db);
        gp->db = NULL;
        remove_made(gp->path);
    } else if (gp->db) {
        /* Left as it was found: no checkpoint, no change of its journal. */
        hs_geopackage_finalize(gp);
        (void)sqlite3_close(gp->db);
        gp->db = NULL;
    }
    close_store(&gp->base);
    return status;
}

static const hs_store_ops geopackage_ops = {
    .close = close_store,
    .get_versions = hs_geopackage_get_versions,
    .get_setting = hs_geopackage_get_setting,
    .set_setting = hs_geopackage_set_setting,
    .begin = hs_geopackage_begin,
    .put = hs_geopackage_put,
    .visit_incident = hs_geopackage_visit_incident,
    .replace_position = hs_geopackage_replace_position,
    .replace_geometry = hs_geopackage_replace_geometry,
    .replace = hs_geopackage_replace,
    .remove = hs_geopackage_remove,
    .clear_taxonomy = hs_geopackage_clear_taxonomy,
    .commit = hs_geopackage_commit,
    .rollback = hs_geopackage_rollback,
    .scan = hs_geopackage_scan,
    .scan_batches = hs_geopackage_scan_batches,
    .incident_range = hs_geopackage_incident_range,
    .undo = hs_geopackage_undo,
    .put_mapping = hs_geopackage_put_mapping,
    .get_mapping = hs_geopackage_get_mapping,
    .add_user = hs_geopackage_add_user,
    .revoke_user = hs_geopackage_revoke_user,
    .scan_users = hs_geopackage_scan_users,
    .get_answer = hs_geopackage_get_answer,
    .put_answer = hs_geopackage_put_answer,
    .scan_flaws = hs_geopackage_scan_flaws,
    .count_rows = hs_geopackage_count_rows,
    .begin_read = hs_geopackage_begin_read,
    .end_read = hs_geopackage_end_read,
    .backup = hs_geopackage_backup,
};
