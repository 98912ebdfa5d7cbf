/* Users and kept answers: small tables beside the records. */
#include "base/clock.h"
#include "base/text.h"
#include "store/geopackage.h"
#include "store/geopackage_time.h"

#define ANSWERS_KEPT_S (7 * 86400)

static hs_status find_user(hs_geopackage *gp, hs_str name, hs_error *error, bool *found) {
    sqlite3_stmt *statement = NULL;
    hs_status status = hs_geopackage_statement(gp, HS_SQL_FIND_USER, error, &statement);
    if (status != HS_OK) return status;
    hs_bind_str(statement, 1, name);
    int code = sqlite3_step(statement);
    *found = code == SQLITE_ROW;
    if (code != SQLITE_ROW && code != SQLITE_DONE)
        status = hs_geopackage_fail(gp->db, gp->path, code, "looking for a user", error);
    sqlite3_reset(statement);
    return status;
}

static hs_status insert_user(hs_geopackage *gp, const hs_user_record *user, hs_error *error) {
    sqlite3_stmt *statement = NULL;
    bool found = false;
    hs_status status = find_user(gp, user->name, error, &found);
    if (status == HS_OK && found)
        status = hs_error_set(error, HS_E_CONFLICT,
                              "there is a user %.*s already: revoke that one first, or take another name",
                              (int)hs_utf8_cut(user->name, 100), user->name.data);
    if (status == HS_OK) status = hs_geopackage_statement(gp, HS_SQL_INSERT_USER, error, &statement);
    if (status != HS_OK) return status;
    hs_bind_str(statement, 1, user->name);
    hs_bind_str(statement, 2, user->role);
    hs_bind_str(statement, 3, user->unit);
    hs_bind_str(statement, 4, user->token_hash);
    hs_bind_time(statement, 5, user->created_s);
    return hs_geopackage_run(gp, statement, "adding a user", error);
}

static hs_status revoke_user(hs_geopackage *gp, hs_str name, hs_error *error) {
    sqlite3_stmt *statement = NULL;
    hs_status status = hs_geopackage_statement(gp, HS_SQL_REVOKE_USER, error, &statement);
    if (status != HS_OK) return status;
    hs_bind_str(statement, 1, name);
    hs_bind_time(statement, 2, hs_clock_now_s());
    status = hs_geopackage_run(gp, statement, "revoking a user", error);
    if (status == HS_OK && sqlite3_changes(gp->db) == 0)
        status = hs_error_set(error, HS_E_NOT_FOUND, "there is no user %.*s in force; see `user STORE list`",
                              (int)hs_utf8_cut(name, 100), name.data);
    return status;
}

/* Ends a transaction of one write: commits, or rolls back after a failure. */
static hs_status end_write(hs_geopackage *gp, hs_status status, hs_error *error) {
    if (status == HS_OK) status = hs_geopackage_do(gp, HS_SQL_COMMIT, "writing users", error);
    if (!sqlite3_get_autocommit(gp->db)) (void)hs_geopackage_do(gp, HS_SQL_ROLLBACK, "rolling back", NULL);
    return status;
}

hs_status hs_geopackage_add_user(hs_store *store, const hs_user_record *user, hs_error *error) {
    hs_geopackage *gp = (hs_geopackage *)store;
    hs_status status = hs_geopackage_do(gp, HS_SQL_BEGIN_WRITE, "writing users", error);
    return status == HS_OK ? end_write(gp, insert_user(gp, user, error), error) : status;
}

hs_status hs_geopackage_revoke_user(hs_store *store, hs_str name, hs_error *error) {
    hs_geopackage *gp = (hs_geopackage *)store;
    hs_status status = hs_geopackage_do(gp, HS_SQL_BEGIN_WRITE, "writing users", error);
    return status == HS_OK ? end_write(gp, revoke_user(gp, name, error), error) : status;
}

static hs_status visit_user(sqlite3_stmt *statement, hs_visit_user visit, void *context, hs_error *error) {
    hs_user_record user = {.id = sqlite3_column_int64(statement, 0),
                           .name = hs_column_str(statement, 1),
                           .role = hs_column_str(statement, 2),
                           .unit = hs_column_str(statement, 3),
                           .token_hash = hs_column_str(statement, 4)};
    hs_status status = hs_read_time(statement, 5, error, &user.created_s);
    if (status == HS_OK) status = hs_read_time(statement, 6, error, &user.revoked_s);
    return status == HS_OK ? visit(context, &user, error) : status;
}

hs_status hs_geopackage_scan_users(hs_store *store, hs_visit_user visit, void *context, hs_error *error) {
    hs_geopackage *gp = (hs_geopackage *)store;
    sqlite3_stmt *statement = NULL;
    hs_status status = hs_geopackage_statement(gp, HS_SQL_SCAN_USERS, error, &statement);
    if (status != HS_OK) return status;
    int code = SQLITE_DONE;
    while (status == HS_OK && (code = sqlite3_step(statement)) == SQLITE_ROW)
        status = visit_user(statement, visit, context, error);
    if (status == HS_OK && code != SQLITE_DONE)
        status = hs_geopackage_fail(gp->db, gp->path, code, "reading users", error);
    sqlite3_reset(statement);
    return status;
}

hs_status hs_geopackage_get_answer(hs_store *store, hs_str key, hs_arena *arena, hs_error *error,
                                   uint64_t *request_hash, hs_str *answer) {
    hs_geopackage *gp = (hs_geopackage *)store;
    sqlite3_stmt *statement = NULL;
    hs_status status = hs_geopackage_statement(gp, HS_SQL_GET_ANSWER, error, &statement);
    if (status != HS_OK) return status;
    hs_bind_str(statement, 1, key);
    int code = sqlite3_step(statement);
    hs_str found = {"", 0};
    uint64_t hash = 0;
    if (code == SQLITE_ROW) {
        hash = (uint64_t)sqlite3_column_int64(statement, 0);
        found = hs_arena_str(arena, hs_column_str(statement, 1));
    } else if (code != SQLITE_DONE) {
        status = hs_geopackage_fail(gp->db, gp->path, code, "looking for an earlier answer", error);
    }
    sqlite3_reset(statement);
    if (status == HS_OK && !found.data)
        status = hs_error_set(error, HS_E_MEMORY, "out of memory for an answer");
    if (status != HS_OK) return status;
    *request_hash = hash;
    *answer = found;
    return HS_OK;
}

hs_status hs_geopackage_put_answer(hs_store *store, hs_str key, uint64_t request_hash, hs_str answer,
                                   hs_error *error) {
    hs_geopackage *gp = (hs_geopackage *)store;
    sqlite3_stmt *statement = NULL;
    int64_t now_s = hs_clock_now_s();
    hs_status status = hs_geopackage_statement(gp, HS_SQL_DROP_ANSWERS, error, &statement);
    if (status != HS_OK) return status;
    hs_bind_time(statement, 1, now_s - ANSWERS_KEPT_S);
    status = hs_geopackage_run(gp, statement, "dropping old answers", error);
    if (status == HS_OK) status = hs_geopackage_statement(gp, HS_SQL_PUT_ANSWER, error, &statement);
    if (status != HS_OK) return status;
    hs_bind_str(statement, 1, key);
    sqlite3_bind_int64(statement, 2, (int64_t)request_hash);
    hs_bind_str(statement, 3, answer);
    hs_bind_time(statement, 4, now_s);
    return hs_geopackage_run(gp, statement, "keeping an answer", error);
}
