/* SQL functions that the GeoPackage R-tree extension (annex F.3) asks of every program that writes. */
#include "store/geopackage.h"
#include "store/geopackage_blob.h"

static bool argument_bounds(sqlite3_value *argument, double bounds[4]) {
    hs_shape shape = {0};
    const void *blob = sqlite3_value_blob(argument);
    bool found = hs_blob_bounds(blob, (size_t)sqlite3_value_bytes(argument), &shape, bounds);
    hs_shape_done(&shape);
    return found;
}

/* The function's user data points at the wanted one of min x, max x, min y, max y. */
static void bound_of(sqlite3_context *context, int count, sqlite3_value **arguments) {
    const int *which = sqlite3_user_data(context);
    double bounds[4];
    (void)count;
    if (argument_bounds(arguments[0], bounds)) sqlite3_result_double(context, bounds[*which]);
}

static void is_empty(sqlite3_context *context, int count, sqlite3_value **arguments) {
    double bounds[4];
    (void)count;
    if (sqlite3_value_type(arguments[0]) == SQLITE_BLOB)
        sqlite3_result_int(context, !argument_bounds(arguments[0], bounds));
}

hs_status hs_geopackage_register_functions(sqlite3 *db, const char *path, hs_error *error) {
    static const int numbers[4] = {0, 1, 2, 3};
    static const char *const names[4] = {"ST_MinX", "ST_MaxX", "ST_MinY", "ST_MaxY"};
    const int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
    int code = sqlite3_create_function_v2(db, "ST_IsEmpty", 1, flags, NULL, is_empty, NULL, NULL, NULL);
    for (int i = 0; i < 4 && code == SQLITE_OK; i++)
        code = sqlite3_create_function_v2(db, names[i], 1, flags, (void *)&numbers[i], bound_of, NULL, NULL,
                                          NULL);
    return code == SQLITE_OK ? HS_OK : hs_geopackage_fail(db, path, code, "opening", error);
}
