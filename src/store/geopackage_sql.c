/* Statements, kept once prepared, and errors in words. */
#include "store/geopackage.h"

#include <errno.h>
#include <string.h>

static const char *const statement_sql[HS_SQL_STATEMENTS] = {
    [HS_SQL_BEGIN_READ] = "BEGIN",
    [HS_SQL_BEGIN_WRITE] = "BEGIN IMMEDIATE",
    [HS_SQL_COMMIT] = "COMMIT",
    [HS_SQL_ROLLBACK] = "ROLLBACK",
    [HS_SQL_DATA_VERSION] = "PRAGMA data_version",
    [HS_SQL_VERSIONS] =
        "SELECT ifnull(max(sequence), 0),"
        " ifnull((SELECT max(sequence) FROM changes WHERE part = 'geography'), 0),"
        " ifnull((SELECT max(sequence) FROM changes WHERE part = 'incidents'), 0),"
        " ifnull((SELECT max(sequence) FROM changes WHERE part = 'plans'), 0),"
        " ifnull((SELECT max(sequence) FROM changes WHERE part = 'taxonomy'), 0),"
        " ifnull((SELECT max(sequence) FROM changes WHERE part = 'incidents' AND rewritten = 1), 0),"
        " ifnull((SELECT max(sequence) FROM changes WHERE part = 'hotspots'), 0),"
        " ifnull((SELECT sequence FROM changes WHERE part <> 'hotspots' ORDER BY sequence DESC LIMIT 1), 0)"
        " FROM changes",
    [HS_SQL_GET_SETTING] = "SELECT value FROM settings WHERE key = ?1",
    [HS_SQL_SET_SETTING] = "INSERT INTO settings (key, value) VALUES (?1, ?2)"
                           " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
    [HS_SQL_INSERT_BATCH] = "INSERT INTO batches (kind, source, started, rows_read, rows_added, rows_updated,"
                            " rows_unchanged, rows_rejected, undone) VALUES (?1, ?2, ?3, 0, 0, 0, 0, 0, 0)",
    [HS_SQL_UPDATE_BATCH] = "UPDATE batches SET rows_read = rows_read + ?2, rows_added = rows_added + ?3,"
                            " rows_updated = rows_updated + ?4, rows_unchanged = rows_unchanged + ?5,"
                            " rows_rejected = rows_rejected + ?6, last_id = ?7 WHERE id = ?1",
    [HS_SQL_SCAN_BATCHES] = "SELECT id, kind, source, started, rows_read, rows_added, rows_updated,"
                            " rows_unchanged, rows_rejected, undone FROM batches ORDER BY id",
    [HS_SQL_INSERT_CHANGE] = "INSERT INTO changes (time, part, kind, batch, rewritten) VALUES"
                             " (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), ?1, ?2, ?3, ?4)",
    [HS_SQL_TOUCH] = "UPDATE gpkg_contents SET last_change = strftime('%Y-%m-%dT%H:%M:%fZ', 'now')"
                     " WHERE table_name IN (?1, 'batches', 'changes')",
    [HS_SQL_GET_EXTENT] = "SELECT min_x, min_y, max_x, max_y FROM gpkg_contents WHERE table_name = ?1",
    [HS_SQL_SET_EXTENT] = "UPDATE gpkg_contents SET min_x = ?2, min_y = ?3, max_x = ?4, max_y = ?5"
                          " WHERE table_name = ?1",
    [HS_SQL_INCIDENT_RANGE] = "SELECT (SELECT min(id) FROM incidents), (SELECT max(id) FROM incidents),"
                              " (SELECT count(*) FROM incidents)",
    [HS_SQL_GET_POSITION] =
        "SELECT geom, match_type, accuracy_m, ifnull(reviewed, 0) FROM incidents WHERE id = ?1",
    [HS_SQL_SET_POSITION] =
        "UPDATE incidents SET geom = ?2, match_type = ?3, accuracy_m = ?4, reviewed = ?5 WHERE id = ?1",
    [HS_SQL_CLEAR_CATEGORIES] = "DELETE FROM categories",
    [HS_SQL_FIND_BATCH] = "SELECT max(id) FROM batches WHERE kind = ?1 AND source = ?2 AND undone = 0",
    [HS_SQL_MARK_UNDONE] = "UPDATE batches SET undone = 1 WHERE id = ?1",
    [HS_SQL_PUT_MAPPING] = "INSERT INTO mappings (kind, name, mapping) VALUES (?1, ?2, ?3)"
                           " ON CONFLICT (kind, name) DO UPDATE SET mapping = excluded.mapping",
    [HS_SQL_GET_MAPPING] = "SELECT mapping FROM mappings WHERE kind = ?1 AND name = ?2",
    [HS_SQL_FIND_USER] = "SELECT id FROM users WHERE name = ?1 AND revoked IS NULL",
    [HS_SQL_INSERT_USER] =
        "INSERT INTO users (name, role, unit, token_hash, created) VALUES (?1, ?2, ?3, ?4, ?5)",
    [HS_SQL_REVOKE_USER] = "UPDATE users SET revoked = ?2 WHERE name = ?1 AND revoked IS NULL",
    [HS_SQL_SCAN_USERS] = "SELECT id, name, role, unit, token_hash, created, revoked FROM users ORDER BY id",
    [HS_SQL_GET_ANSWER] = "SELECT request, answer FROM answers WHERE key = ?1",
    [HS_SQL_PUT_ANSWER] = "INSERT INTO answers (key, request, answer, created) VALUES (?1, ?2, ?3, ?4)",
    [HS_SQL_DROP_ANSWERS] = "DELETE FROM answers WHERE created < ?1",
};

static hs_status disk_failure(sqlite3 *db, const char *path, const char *doing, hs_error *error) {
    int number = sqlite3_system_errno(db);
    return hs_error_set(error, HS_E_STORE, "%s: reading or writing failed while %s: %s", path, doing,
                        number ? strerror(number) : sqlite3_errmsg(db));
}

hs_status hs_geopackage_fail(sqlite3 *db, const char *path, int code, const char *doing, hs_error *error) {
    switch (code & 0xff) {
    case SQLITE_NOMEM:
        return hs_error_set(error, HS_E_MEMORY, "%s: out of memory while %s", path, doing);
    case SQLITE_TOOBIG:
        return hs_error_set(error, HS_E_LIMIT, "%s: a text or geometry is larger than 1 GB", path);
    case SQLITE_FULL:
        return hs_error_set(
            error, HS_E_STORE,
            "%s: there is no space left while %s; nothing of it was kept. Make room and try again", path,
            doing);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return hs_error_set(
            error, HS_E_STORE,
            "%s: another program is writing to the store (waited %d s while %s); try again later", path,
            HS_GEOPACKAGE_BUSY_MS / 1000, doing);
    case SQLITE_READONLY:
    case SQLITE_PERM:
        return hs_error_set(error, HS_E_STORE,
                            "%s: may not be written: check its permissions and its folder's", path);
    case SQLITE_NOTADB:
        return hs_error_set(error, HS_E_STORE,
                            "%s: is no GeoPackage and no store of hotspotd, or damaged where it begins: name "
                            "another file, or restore it from a backup",
                            path);
    case SQLITE_CORRUPT:
        return hs_error_set(error, HS_E_STORE, "%s: the file is damaged (%s); restore it from a backup", path,
                            sqlite3_errmsg(db));
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
        return disk_failure(db, path, doing, error);
    default:
        return hs_error_set(error, HS_E_STORE, "%s: %s while %s", path, sqlite3_errmsg(db), doing);
    }
}

static hs_status prepare(hs_geopackage *gp, const char *sql, hs_error *error, sqlite3_stmt **statement) {
    int code = sqlite3_prepare_v3(gp->db, sql, -1, SQLITE_PREPARE_PERSISTENT, statement, NULL);
    return code == SQLITE_OK ? HS_OK : hs_geopackage_fail(gp->db, gp->path, code, "preparing a query", error);
}

hs_status hs_geopackage_statement(hs_geopackage *gp, hs_statement which, hs_error *error,
                                  sqlite3_stmt **statement) {
    if (!gp->statements[which]) {
        hs_status status = prepare(gp, statement_sql[which], error, &gp->statements[which]);
        if (status != HS_OK) return status;
    }
    *statement = gp->statements[which];
    return HS_OK;
}

static void write_columns(hs_buffer *sql, const hs_table_definition *table) {
    for (int i = 0; i < table->column_count; i++)
        hs_buffer_printf(sql, ", %s", table->columns[i].name);
}

/* Parameters: 1 id, 2 geometry (unused by a table without one), the record's columns, batch, key, hash. */
static void write_insert(hs_buffer *sql, const hs_table_definition *table) {
    hs_buffer_printf(sql, "INSERT INTO %s (id%s", table->name, table->geometry_type ? ", geom" : "");
    write_columns(sql, table);
    hs_buffer_printf(sql, ", batch, row_key, row_hash) VALUES (?1%s", table->geometry_type ? ", ?2" : "");
    for (int i = 0; i < table->column_count + 3; i++)
        hs_buffer_printf(sql, ", ?%d", HS_PARAMETER_FIRST + i);
    hs_buffer_text(sql, ")");
}

static void write_update(hs_buffer *sql, const hs_table_definition *table) {
    hs_buffer_printf(sql, "UPDATE %s SET %s", table->name, table->geometry_type ? "geom = ?2, " : "");
    int at = HS_PARAMETER_FIRST;
    for (int i = 0; i < table->column_count; i++)
        hs_buffer_printf(sql, "%s = ?%d, ", table->columns[i].name, at++);
    hs_buffer_printf(sql, "batch = ?%d, row_key = ?%d, row_hash = ?%d WHERE id = ?1", at, at + 1, at + 2);
}

static void write_scan(hs_buffer *sql, const hs_table_definition *table) {
    hs_buffer_printf(sql, "SELECT id, %s", table->geometry_type ? "geom" : "NULL");
    write_columns(sql, table);
    hs_buffer_printf(sql, ", ifnull(batch, 0) FROM %s WHERE id >= ?1 AND id < ?2 ORDER BY id", table->name);
}

static void write_restore(hs_buffer *sql, const hs_table_definition *table) {
    const char *geometry = table->geometry_type ? ", geom" : "";
    hs_buffer_printf(sql, "INSERT OR REPLACE INTO %s (id%s", table->name, geometry);
    write_columns(sql, table);
    hs_buffer_printf(sql, ", batch, row_key, row_hash) SELECT id%s", geometry);
    write_columns(sql, table);
    hs_buffer_printf(sql, ", batch, row_key, row_hash FROM %s_history WHERE by_batch = ?1", table->name);
}

static void write_row_sql(hs_buffer *sql, const hs_table_definition *table, hs_row_statement which) {
    switch (which) {
    case HS_ROW_INSERT:
        write_insert(sql, table);
        break;
    case HS_ROW_UPDATE:
        write_update(sql, table);
        break;
    case HS_ROW_FIND:
        hs_buffer_printf(sql, "SELECT id, row_hash FROM %s WHERE row_key = ?1", table->name);
        break;
    case HS_ROW_PEEK:
        hs_buffer_printf(sql,
                         "SELECT ifnull(batch, 0), %s, %s, ifnull(row_key, 0), ifnull(row_hash, 0) FROM %s "
                         "WHERE id = ?1",
                         table->geometry_type ? "geom" : "NULL",
                         table->identity_sql ? table->identity_sql : "NULL", table->name);
        break;
    case HS_ROW_DELETE:
        hs_buffer_printf(sql, "DELETE FROM %s WHERE id = ?1", table->name);
        break;
    case HS_ROW_LOAD:
        hs_buffer_printf(sql, "SELECT row_key, row_hash, id FROM %s WHERE row_key IS NOT NULL", table->name);
        break;
    case HS_ROW_SCAN:
        write_scan(sql, table);
        break;
    case HS_ROW_KEEP:
        hs_buffer_printf(sql, "INSERT INTO %s_history SELECT ?1, * FROM %s WHERE id = ?2", table->name,
                         table->name);
        break;
    case HS_ROW_KEEP_ALL:
        hs_buffer_printf(sql, "INSERT INTO %s_history SELECT ?1, * FROM %s", table->name, table->name);
        break;
    case HS_ROW_CHANGED_LATER:
        hs_buffer_printf(sql,
                         "SELECT min(h.by_batch), count(*) FROM %s_history h JOIN batches b ON b.id = "
                         "h.by_batch WHERE h.batch = ?1 AND b.undone = 0",
                         table->name);
        break;
    case HS_ROW_DROP_ADDED:
        hs_buffer_printf(sql,
                         "DELETE FROM %s WHERE batch = ?1 AND id NOT IN (SELECT id FROM %s_history WHERE "
                         "by_batch = ?1)",
                         table->name, table->name);
        break;
    case HS_ROW_CAME_AGAIN:
        hs_buffer_printf(sql,
                         "SELECT min(t.id), count(*) FROM %s_history h JOIN %s t ON t.row_key = h.row_key "
                         "AND t.id <> h.id WHERE h.by_batch = ?1",
                         table->name, table->name);
        break;
    case HS_ROW_RESTORE:
        write_restore(sql, table);
        break;
    case HS_ROW_DROP_HISTORY:
        hs_buffer_printf(sql, "DELETE FROM %s_history WHERE by_batch = ?1", table->name);
        break;
    case HS_ROW_RESHAPE:
        hs_buffer_printf(sql, "UPDATE %s SET geom = ?2, batch = ?3 WHERE id = ?1", table->name);
        break;
    case HS_ROW_STATEMENTS:
        break;
    }
    hs_buffer_byte(sql, '\0');
}

hs_status hs_geopackage_row_statement(hs_geopackage *gp, hs_table table, hs_row_statement which,
                                      hs_error *error, sqlite3_stmt **statement) {
    sqlite3_stmt **kept = &gp->rows[table][which];
    if (!*kept) {
        hs_buffer_clear(&gp->sql);
        write_row_sql(&gp->sql, hs_tables[table], which);
        if (gp->sql.status != HS_OK) return hs_error_set(error, gp->sql.status, "out of memory for a query");
        hs_status status = prepare(gp, gp->sql.data, error, kept);
        if (status != HS_OK) return status;
    }
    *statement = *kept;
    return HS_OK;
}

void hs_geopackage_finalize(hs_geopackage *gp) {
    for (int i = 0; i < HS_SQL_STATEMENTS; i++)
        sqlite3_finalize(gp->statements[i]);
    for (int table = 0; table < HS_TABLE_COUNT; table++)
        for (int i = 0; i < HS_ROW_STATEMENTS; i++)
            sqlite3_finalize(gp->rows[table][i]);
    memset(gp->statements, 0, sizeof gp->statements);
    memset(gp->rows, 0, sizeof gp->rows);
}

hs_status hs_geopackage_run(hs_geopackage *gp, sqlite3_stmt *statement, const char *doing, hs_error *error) {
    int code = sqlite3_step(statement);
    hs_status status = HS_OK;
    if (code != SQLITE_DONE && code != SQLITE_ROW)
        status = hs_geopackage_fail(gp->db, gp->path, code, doing, error);
    sqlite3_reset(statement);
    return status;
}

hs_status hs_geopackage_do(hs_geopackage *gp, hs_statement which, const char *doing, hs_error *error) {
    sqlite3_stmt *statement = NULL;
    hs_status status = hs_geopackage_statement(gp, which, error, &statement);
    return status == HS_OK ? hs_geopackage_run(gp, statement, doing, error) : status;
}

hs_status hs_geopackage_exec(sqlite3 *db, const char *path, const char *sql, const char *doing,
                             hs_error *error) {
    int code = sqlite3_exec(db, sql, NULL, NULL, NULL);
    return code == SQLITE_OK ? HS_OK : hs_geopackage_fail(db, path, code, doing, error);
}
