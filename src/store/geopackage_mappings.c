/* Named ways to read files. */
#include "base/text.h"
#include "store/geopackage.h"

hs_status hs_geopackage_put_mapping(hs_store *store, hs_kind kind, hs_str name, hs_str mapping,
                                    hs_error *error) {
    hs_geopackage *gp = (hs_geopackage *)store;
    sqlite3_stmt *statement = NULL;
    hs_status status = hs_geopackage_statement(gp, HS_SQL_PUT_MAPPING, error, &statement);
    if (status != HS_OK) return status;
    sqlite3_bind_text(statement, 1, hs_kind_name(kind), -1, SQLITE_STATIC);
    hs_bind_str(statement, 2, name);
    hs_bind_str(statement, 3, mapping);
    return hs_geopackage_run(gp, statement, "keeping a mapping", error);
}

hs_status hs_geopackage_get_mapping(hs_store *store, hs_kind kind, hs_str name, hs_arena *arena,
                                    hs_error *error, hs_str *mapping) {
    hs_geopackage *gp = (hs_geopackage *)store;
    sqlite3_stmt *statement = NULL;
    hs_status status = hs_geopackage_statement(gp, HS_SQL_GET_MAPPING, error, &statement);
    if (status != HS_OK) return status;
    sqlite3_bind_text(statement, 1, hs_kind_name(kind), -1, SQLITE_STATIC);
    hs_bind_str(statement, 2, name);
    int code = sqlite3_step(statement);
    hs_str found = {0};
    if (code == SQLITE_ROW) {
        found = hs_arena_str(arena, hs_column_str(statement, 0));
        if (!found.data) status = hs_error_set(error, HS_E_MEMORY, "out of memory for a mapping");
    } else if (code == SQLITE_DONE) {
        status = hs_error_set(error, HS_E_NOT_FOUND, "there is no mapping %.*s for %s",
                              (int)hs_utf8_cut(name, 100), name.data, hs_kind_name(kind));
    } else {
        status = hs_geopackage_fail(gp->db, gp->path, code, "reading a mapping", error);
    }
    sqlite3_reset(statement);
    if (status == HS_OK) *mapping = found;
    return status;
}
