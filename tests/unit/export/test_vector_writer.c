/* Files written are read back with OGR, the library that other programs read them with. */
#include "export/vector_writer.h"

#include "check.h"

#include <gdal.h>
#include <ogr_api.h>
#include <stdlib.h>
#include <unistd.h>

static char folder[] = "/tmp/hs-export-XXXXXX";

static char *in_folder(const char *name) {
    char *path = malloc(strlen(folder) + strlen(name) + 2);
    sprintf(path, "%s/%s", folder, name);
    return path;
}

static const hs_field fields[] = {
    {"name", HS_FIELD_TEXT}, {"n", HS_FIELD_INTEGER}, {"share", HS_FIELD_REAL}, {"at", HS_FIELD_TIME}};

static const hs_position ring[] = {{1000000000, 390000000}, {1000100000, 390000000}, {1000100000, 390100000},
                                   {1000000000, 390100000}, {1000000000, 390000000}, {1000020000, 390020000},
                                   {1000020000, 390040000}, {1000040000, 390040000}, {1000020000, 390020000}};
static const uint32_t ring_start[] = {0, 5, 9};
static const uint32_t part_start[] = {0, 2};
static const hs_geometry polygon = {HS_GEOMETRY_POLYGONS, 1, 2, part_start, ring_start, ring};
static const hs_geometry two_lines = {HS_GEOMETRY_LINES, 0, 2, NULL, ring_start, ring};
static const hs_geometry point = {HS_GEOMETRY_POINT, 0, 1, NULL, ring_start, ring};

static void write_rows(const char *path) {
    hs_error error = {0};
    hs_vector_writer *writer = NULL;
    check_ok(hs_vector_writer_new(path, &error, &writer), &error);
    check_ok(hs_vector_writer_layer(writer, "areas", HS_GEOMETRY_POLYGONS, true, fields, 4, &error), &error);
    const char unended[] = {'a', 'b', 'c', 'd'};
    const hs_value full[] = {{.text = {unended, 3}},
                             {.integer = INT64_C(9007199254740993)},
                             {.real = 0.1},
                             {.integer = 1704477780}};
    const hs_value none[] = {{.absent = true}, {.absent = true}, {.real = NAN}, {.integer = HS_NO_TIME}};
    check_ok(hs_vector_writer_row(writer, &polygon, full, &error), &error);
    check_ok(hs_vector_writer_row(writer, NULL, none, &error), &error);
    check_ok(hs_vector_writer_layer(writer, "table", HS_GEOMETRY_NONE, false, fields, 1, &error), &error);
    const hs_value text[] = {{.text = HS_STR("示例市")}};
    check_ok(hs_vector_writer_row(writer, NULL, text, &error), &error);
    check_ok(hs_vector_writer_finish(writer, &error), &error);
}

static void test_geopackage_round_trip(void **state) {
    (void)state;
    char *path = in_folder("areas.gpkg");
    write_rows(path);
    write_rows(path); /* replaces the first */
    GDALDatasetH dataset = GDALOpenEx(path, GDAL_OF_VECTOR, NULL, NULL, NULL);
    assert_non_null(dataset);
    OGRLayerH layer = GDALDatasetGetLayerByName(dataset, "areas");
    assert_non_null(layer);
    assert_int_equal(OGR_L_GetFeatureCount(layer, TRUE), 2);
    OGRFeatureH feature = OGR_L_GetNextFeature(layer);
    assert_string_equal(OGR_F_GetFieldAsString(feature, 0), "abc");
    assert_true(OGR_F_GetFieldAsInteger64(feature, 1) == INT64_C(9007199254740993));
    assert_true(OGR_F_GetFieldAsDouble(feature, 2) == 0.1);
    assert_string_equal(OGR_F_GetFieldAsString(feature, 3), "2024/01/05 18:03:00+00");
    OGRGeometryH geometry = OGR_F_GetGeometryRef(feature);
    assert_int_equal(OGR_G_GetGeometryType(geometry), wkbMultiPolygon);
    assert_int_equal(OGR_G_GetGeometryCount(OGR_G_GetGeometryRef(geometry, 0)), 2);
    check_near(OGR_G_GetX(OGR_G_GetGeometryRef(OGR_G_GetGeometryRef(geometry, 0), 0), 1), 100.01, 1e-12);
    check_near(OGR_G_GetY(OGR_G_GetGeometryRef(OGR_G_GetGeometryRef(geometry, 0), 0), 1), 39.0, 1e-12);
    OGR_F_Destroy(feature);
    feature = OGR_L_GetNextFeature(layer);
    for (int f = 0; f < 4; f++)
        assert_false(OGR_F_IsFieldSetAndNotNull(feature, f));
    assert_null(OGR_F_GetGeometryRef(feature));
    OGR_F_Destroy(feature);
    layer = GDALDatasetGetLayerByName(dataset, "table");
    feature = OGR_L_GetNextFeature(layer);
    assert_string_equal(OGR_F_GetFieldAsString(feature, 0), "示例市");
    OGR_F_Destroy(feature);
    GDALClose(dataset);
    unlink(path);
    free(path);
}

static void test_formats_by_extension(void **state) {
    (void)state;
    static const char *const names[] = {"p.geojson", "p.fgb", "p.shp", "p.csv", "p.gml"};
    for (size_t n = 0; n < sizeof names / sizeof *names; n++) {
        char *path = in_folder(names[n]);
        hs_error error = {0};
        hs_vector_writer *writer = NULL;
        check_ok(hs_vector_writer_new(path, &error, &writer), &error);
        check_ok(hs_vector_writer_layer(writer, "p", HS_GEOMETRY_POINT, false, fields, 3, &error), &error);
        const hs_value row[] = {{.text = HS_STR("x")}, {.integer = 7}, {.real = 2.5}};
        for (int k = 0; k < 3; k++)
            check_ok(hs_vector_writer_row(writer, &point, row, &error), &error);
        check_ok(hs_vector_writer_finish(writer, &error), &error);
        GDALDatasetH dataset = GDALOpenEx(path, GDAL_OF_VECTOR, NULL, NULL, NULL);
        assert_non_null(dataset);
        assert_int_equal(OGR_L_GetFeatureCount(GDALDatasetGetLayer(dataset, 0), TRUE), 3);
        GDALClose(dataset);
        free(path);
    }
}

static void test_failures_are_values(void **state) {
    (void)state;
    hs_error error = {0};
    hs_vector_writer *writer = NULL;
    assert_int_equal(hs_vector_writer_new("/tmp/hotspots.docx", &error, &writer), HS_E_ARGUMENT);
    assert_non_null(strstr(error.message, "docx"));
    assert_int_equal(hs_vector_writer_new("/nowhere/at/all.gpkg", &error, &writer), HS_E_IO);
    assert_non_null(strstr(error.message, "/nowhere/at/all.gpkg"));
    assert_null(writer);

    char *path = in_folder("one.geojson");
    check_ok(hs_vector_writer_new(path, &error, &writer), &error);
    const hs_value row[] = {{.text = HS_STR("x")}};
    assert_int_equal(hs_vector_writer_row(writer, &point, row, &error), HS_E_INTERNAL);
    check_ok(hs_vector_writer_layer(writer, "one", HS_GEOMETRY_LINES, false, fields, 1, &error), &error);
    assert_int_equal(hs_vector_writer_row(writer, &two_lines, row, &error), HS_E_ARGUMENT);
    assert_int_equal(hs_vector_writer_layer(writer, "two", HS_GEOMETRY_POINT, false, fields, 1, &error),
                     HS_E_UNSUPPORTED);
    hs_vector_writer_discard(writer);
    assert_int_not_equal(access(path, F_OK), 0);
    hs_vector_writer_discard(NULL);
    free(path);
}

static int make_folder(void **state) {
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state) {
    (void)state;
    char command[64];
    snprintf(command, sizeof command, "rm -r %s", folder);
    return system(command);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_geopackage_round_trip),
        cmocka_unit_test(test_formats_by_extension),
        cmocka_unit_test(test_failures_are_values),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
