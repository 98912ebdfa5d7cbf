/* A copy of the store while it is in use. */
#include "store/geopackage.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Writers get their turn between steps; a change made on another connection starts the copy anew. */
#define PAGES_A_STEP 4096

static hs_status copy_pages(hs_geopackage *gp, sqlite3 *copy, const char *path, hs_error *error) {
    sqlite3_backup *backup = sqlite3_backup_init(copy, "main", gp->db, "main");
    if (!backup) return hs_geopackage_fail(copy, path, sqlite3_errcode(copy), "backing up", error);
    int code = SQLITE_OK;
    for (int waited_ms = 0; waited_ms <= HS_GEOPACKAGE_BUSY_MS;) {
        code = sqlite3_backup_step(backup, PAGES_A_STEP);
        if (code == SQLITE_BUSY || code == SQLITE_LOCKED)
            waited_ms += sqlite3_sleep(20);
        else if (code != SQLITE_OK)
            break;
    }
    (void)sqlite3_backup_finish(backup);
    return code == SQLITE_DONE ? HS_OK : hs_geopackage_fail(copy, path, code, "backing up", error);
}

static hs_status fill_copy(hs_geopackage *gp, const char *path, hs_error *error) {
    sqlite3 *copy = NULL;
    int code = sqlite3_open_v2(path, &copy,
                               SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
    hs_status status =
        code == SQLITE_OK ? HS_OK : hs_geopackage_fail(copy, path, code, "opening the backup", error);
    if (status == HS_OK) status = copy_pages(gp, copy, path, error);
    if (status == HS_OK)
        status = hs_geopackage_exec(copy, path, "PRAGMA journal_mode = DELETE", "closing the backup", error);
    (void)sqlite3_close(copy);
    return status;
}

static hs_status sync_file(const char *path, hs_error *error) {
    int file = open(path, O_RDONLY | O_CLOEXEC);
    bool done = file >= 0 && fsync(file) == 0;
    int number = errno;
    if (file >= 0) (void)close(file);
    return done ? HS_OK
                : hs_error_set(error, HS_E_IO, "%s: cannot be made durable: %s", path, strerror(number));
}

static hs_status sync_folder(const char *path, hs_error *error) {
    const char *slash = strrchr(path, '/');
    char *folder = slash == path ? strdup("/") : slash ? strndup(path, (size_t)(slash - path)) : strdup(".");
    hs_status status =
        folder ? sync_file(folder, error) : hs_error_set(error, HS_E_MEMORY, "out of memory for a path");
    free(folder);
    return status;
}

/* Filled beside its place and moved there when whole: what was there before stays until then. */
hs_status hs_geopackage_backup(hs_store *store, const char *path, hs_error *error) {
    hs_geopackage *gp = (hs_geopackage *)store;
    char *temporary = NULL;
    if (asprintf(&temporary, "%s.XXXXXX", path) < 0)
        return hs_error_set(error, HS_E_MEMORY, "out of memory for a path");
    hs_status status = HS_OK;
    int file = mkostemp(temporary, O_CLOEXEC);
    if (file < 0) {
        status = hs_error_set(error, HS_E_IO, "%s: cannot be created: %s", path, strerror(errno));
        free(temporary);
        return status;
    }
    (void)close(file);
    status = fill_copy(gp, temporary, error);
    if (status == HS_OK) status = sync_file(temporary, error);
    if (status == HS_OK && rename(temporary, path) != 0)
        status = hs_error_set(error, HS_E_IO, "%s: cannot be written: %s", path, strerror(errno));
    if (status == HS_OK)
        status = sync_folder(path, error);
    else
        (void)unlink(temporary);
    free(temporary);
    return status;
}
