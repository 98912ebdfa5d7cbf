/* Settings of the city, and the record of changes. */
#include "base/text.h"
#include "store/geopackage.h"

#include <string.h>

hs_status hs_geopackage_record_change(hs_geopackage *gp, const char *part, const char *kind, int64_t batch,
                                      bool rewritten, hs_error *error) {
    sqlite3_stmt *statement = NULL;
    hs_status status = hs_geopackage_statement(gp, HS_SQL_INSERT_CHANGE, error, &statement);
    if (status != HS_OK) return status;
    sqlite3_bind_text(statement, 1, part, -1, SQLITE_STATIC);
    sqlite3_bind_text(statement, 2, kind, -1, SQLITE_STATIC);
    if (batch)
        sqlite3_bind_int64(statement, 3, batch);
    else
        sqlite3_bind_null(statement, 3);
    sqlite3_bind_int(statement, 4, rewritten);
    return hs_geopackage_run(gp, statement, "recording the change", error);
}

hs_status hs_geopackage_get_setting(hs_store *store, const char *key, hs_arena *arena, hs_error *error,
                                    hs_str *value) {
    hs_geopackage *gp = (hs_geopackage *)store;
    sqlite3_stmt *statement = NULL;
    hs_status status = hs_geopackage_statement(gp, HS_SQL_GET_SETTING, error, &statement);
    if (status != HS_OK) return status;
    sqlite3_bind_text(statement, 1, key, -1, SQLITE_STATIC);
    int code = sqlite3_step(statement);
    hs_str found = {"", 0};
    if (code == SQLITE_ROW)
        found = hs_arena_str(arena, hs_column_str(statement, 0));
    else if (code != SQLITE_DONE)
        status = hs_geopackage_fail(gp->db, gp->path, code, "reading a setting", error);
    sqlite3_reset(statement);
    if (status == HS_OK && !found.data)
        status = hs_error_set(error, HS_E_MEMORY, "out of memory for a setting");
    if (status == HS_OK) *value = found;
    return status;
}

static hs_status write_setting(hs_geopackage *gp, const char *key, hs_str value, hs_error *error) {
    sqlite3_stmt *statement = NULL;
    hs_status status = hs_geopackage_statement(gp, HS_SQL_SET_SETTING, error, &statement);
    if (status == HS_OK) {
        sqlite3_bind_text(statement, 1, key, -1, SQLITE_STATIC);
        hs_bind_str(statement, 2, value);
        status = hs_geopackage_run(gp, statement, "writing a setting", error);
    }
    /* Areas and distances hang on the plane's centre. */
    const char *part = strncmp(key, "center_", 7) == 0 ? "geography" : "settings";
    if (status == HS_OK) status = hs_geopackage_record_change(gp, part, "settings", 0, false, error);
    if (status == HS_OK) status = hs_geopackage_statement(gp, HS_SQL_TOUCH, error, &statement);
    if (status == HS_OK) {
        sqlite3_bind_text(statement, 1, "settings", -1, SQLITE_STATIC);
        status = hs_geopackage_run(gp, statement, "writing a setting", error);
    }
    return status;
}

static hs_status same_setting(hs_geopackage *gp, const char *key, hs_str value, hs_error *error, bool *same) {
    hs_arena *arena = hs_arena_new((size_t)1 << 30);
    hs_str old = {0};
    if (!arena) return hs_error_set(error, HS_E_MEMORY, "out of memory for a setting");
    hs_status status = hs_geopackage_get_setting(&gp->base, key, arena, error, &old);
    if (status == HS_OK) *same = hs_str_equal(old, value);
    hs_arena_free(arena);
    return status;
}

static hs_status put_setting(hs_geopackage *gp, const char *key, hs_str value, hs_error *error,
                             bool *changed) {
    bool same = false;
    hs_status status = same_setting(gp, key, value, error, &same);
    if (status == HS_OK && !same) status = write_setting(gp, key, value, error);
    if (status == HS_OK) *changed = !same;
    return status;
}

hs_status hs_geopackage_set_setting(hs_store *store, const char *key, hs_str value, hs_error *error) {
    hs_geopackage *gp = (hs_geopackage *)store;
    bool changed = false;
    if (store->batch_open) return put_setting(gp, key, value, error, &changed);
    hs_status status = hs_geopackage_do(gp, HS_SQL_BEGIN_WRITE, "writing a setting", error);
    if (status != HS_OK) return status;
    status = put_setting(gp, key, value, error, &changed);
    if (status == HS_OK && changed) {
        status = hs_geopackage_do(gp, HS_SQL_COMMIT, "writing a setting", error);
        if (status == HS_OK) gp->versions_known = false;
    }
    if (!sqlite3_get_autocommit(gp->db)) (void)hs_geopackage_do(gp, HS_SQL_ROLLBACK, "rolling back", NULL);
    return status;
}
