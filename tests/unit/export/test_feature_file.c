/* What formats refuse, and stopping halfway, on a city of a few squares. */
#include "export/feature_file.h"

#include "../city/made_city.h"

#include <stdlib.h>
#include <unistd.h>

static char folder[] = "/tmp/hs-features-XXXXXX";
static hs_snapshot snapshot;

static hs_feature_file file_of(const char *collection, const char *name, hs_feature_rows rows) {
    static char path[128];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    return (hs_feature_file){.snapshot = &snapshot,
                             .collection = hs_collection_find(hs_str_of(collection)),
                             .rows = rows,
                             .format = hs_export_format_of_path(path),
                             .path = path,
                             .shown = name};
}

static void test_sheets_have_an_end(void **state) {
    (void)state;
    enum { TOO_MANY = 1048576 };
    hs_feature_row *row = calloc(TOO_MANY, sizeof *row);
    hs_feature_file file = file_of("segments", "a.xlsx", (hs_feature_rows){row, TOO_MANY});
    hs_error error = {0};
    uint64_t written = 0;
    assert_int_equal(hs_feature_file_write(&file, &error, &written), HS_E_ARGUMENT);
    assert_non_null(strstr(error.message, "1,048,576"));
    assert_int_not_equal(access(file.path, F_OK), 0);
    free(row);
}

static void test_types_are_refused(void **state) {
    (void)state;
    static const hs_feature_row one[] = {{0, 0}};
    hs_error error = {0};
    uint64_t written = 0;
    hs_feature_file file = file_of("units", "a.gpx", (hs_feature_rows){one, 1});
    assert_int_equal(hs_feature_file_write(&file, &error, &written), HS_E_ARGUMENT);
    assert_non_null(strstr(error.message, "units have areas: use kml"));
    file = file_of("segments", "a.gpx", (hs_feature_rows){one, 1});
    check_ok(hs_feature_file_write(&file, &error, &written), &error);
    assert_int_equal(written, 1);
    assert_int_equal(unlink(file.path), 0);
}

static hs_status stop(void *context, uint64_t done, hs_error *error) {
    if (done < HS_EXPORT_STEP_ROWS) return HS_OK;
    *(bool *)context = true;
    return hs_error_set(error, HS_E_CANCELLED, "stopped");
}

static void test_stopping_leaves_nothing(void **state) {
    (void)state;
    enum { ROWS = 3 * HS_EXPORT_STEP_ROWS };
    static const char *const names[] = {"a.gpkg", "a.fgb", "a.csv", "a.xlsx", "a.kml", "a.shp.zip"};
    hs_feature_row *row = calloc(ROWS, sizeof *row);
    for (size_t n = 0; n < sizeof names / sizeof *names; n++) {
        bool stopped = false;
        hs_feature_file file = file_of("units", names[n], (hs_feature_rows){row, ROWS});
        file.context = &stopped;
        file.step = stop;
        hs_error error = {0};
        uint64_t written = 0;
        assert_int_equal(hs_feature_file_write(&file, &error, &written), HS_E_CANCELLED);
        assert_true(stopped);
        assert_int_not_equal(access(file.path, F_OK), 0);
    }
    free(row);
    assert_int_equal(rmdir(folder), 0); /* empty */
}

static int make(void **state) {
    (void)state;
    snapshot = (hs_snapshot){.geography = made_geography(), .info = {.lang = "zh"}};
    return mkdtemp(folder) ? 0 : -1;
}

static int end(void **state) {
    (void)state;
    hs_geography_unref((hs_geography *)snapshot.geography);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sheets_have_an_end),
        cmocka_unit_test(test_types_are_refused),
        cmocka_unit_test(test_stopping_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, make, end);
}
