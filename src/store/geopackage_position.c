/* Derived positions of incidents. */
#include "base/text.h"
#include "store/geopackage.h"
#include "store/geopackage_blob.h"

#include <string.h>

/* Whether the stored row already is at the position; its box, empty when it has none. */
static hs_status compare_position(hs_geopackage *gp, int64_t incident, const hs_incident_record *record,
                                  hs_error *error, bool *same, hs_box *old) {
    sqlite3_stmt *statement = NULL;
    hs_shape shape = {0};
    hs_status status = hs_geopackage_statement(gp, HS_SQL_GET_POSITION, error, &statement);
    if (status != HS_OK) return status;
    sqlite3_bind_int64(statement, 1, incident);
    int code = sqlite3_step(statement);
    *old = HS_BOX_EMPTY;
    if (code == SQLITE_ROW) {
        const char *blob = sqlite3_column_blob(statement, 0);
        size_t size = (size_t)sqlite3_column_bytes(statement, 0);
        (void)hs_blob_box(blob, size, &shape, old);
        *same =
            size == gp->blob.size && (size == 0 || memcmp(blob, gp->blob.data, size) == 0) &&
            hs_str_equal(hs_column_str(statement, 1), hs_str_of(hs_match_type_name(record->match_type))) &&
            (float)sqlite3_column_double(statement, 2) == record->accuracy_m &&
            (sqlite3_column_int(statement, 3) != 0) == record->reviewed;
    } else if (code == SQLITE_DONE) {
        status = hs_error_set(error, HS_E_NOT_FOUND, "there is no incident %lld in the store",
                              (long long)incident);
    } else {
        status = hs_geopackage_fail(gp->db, gp->path, code, "reading a row", error);
    }
    hs_shape_done(&shape);
    sqlite3_reset(statement);
    return status;
}

static hs_status write_position(hs_geopackage *gp, int64_t incident, const hs_incident_record *record,
                                hs_error *error) {
    sqlite3_stmt *statement = NULL;
    hs_status status = hs_geopackage_statement(gp, HS_SQL_SET_POSITION, error, &statement);
    if (status != HS_OK) return status;
    sqlite3_bind_int64(statement, 1, incident);
    if (gp->blob.size > 0)
        sqlite3_bind_blob64(statement, 2, gp->blob.data, gp->blob.size, SQLITE_STATIC);
    else
        sqlite3_bind_null(statement, 2);
    hs_bind_str(statement, 3, hs_str_of(hs_match_type_name(record->match_type)));
    sqlite3_bind_double(statement, 4, record->accuracy_m);
    hs_bind_flag(statement, 5, record->reviewed);
    status = hs_geopackage_run(gp, statement, "placing an incident", error);
    if (status != HS_OK) gp->batch.failed = true;
    return status;
}

hs_status hs_geopackage_replace_position(hs_store *store, int64_t incident, const hs_incident_record *record,
                                         hs_error *error) {
    hs_geopackage *gp = (hs_geopackage *)store;
    hs_row_content parts = {
        .content = &gp->content, .identity = &gp->identity, .blob = &gp->blob, .box = HS_BOX_EMPTY};
    hs_box old = HS_BOX_EMPTY;
    bool same = false;
    if (gp->batch.failed)
        return hs_error_set(error, HS_E_STORE, "%s: the batch failed before and can only be rolled back",
                            gp->path);
    bool given = record->match_type == HS_MATCH_GIVEN && !record->reviewed;
    if (given || !hs_match_type_name(record->match_type))
        return hs_error_set(error, HS_E_ARGUMENT, "a derived position needs a way in which it was derived");
    hs_buffer_clear(&gp->blob);
    hs_status status = HS_OK;
    if (record->has_position) status = hs_describe_position(record->position, "position", error, &parts);
    if (status == HS_OK) status = compare_position(gp, incident, record, error, &same, &old);
    if (status != HS_OK || same) return status;
    status = write_position(gp, incident, record, error);
    if (status != HS_OK) return status;
    if (gp->batch.table != HS_TABLE_INCIDENTS) {
        if (gp->batch.incidents_moved++ == 0) gp->batch.moved_from = gp->batch.moved_to = HS_BOX_EMPTY;
        hs_box_union(&gp->batch.moved_from, old);
        hs_box_union(&gp->batch.moved_to, parts.box);
        return HS_OK;
    }
    if (incident <= gp->batch.last_id_before) gp->batch.positions_replaced++;
    hs_geopackage_extent_left(&gp->batch, old);
    hs_box_union(&gp->batch.extent, parts.box);
    return HS_OK;
}
