/* CSV, KML and GPX byte by byte; names of Shapefiles; formats by extension. */
#include "export/text_writer.h"

#include "check.h"
#include "export/format.h"
#include "export/short_names.h"
#include "export/xml.h"

#include <math.h>
#include <stdlib.h>
#include <unistd.h>

static const hs_field fields[] = {
    {"name", HS_FIELD_TEXT}, {"n", HS_FIELD_INTEGER}, {"share", HS_FIELD_REAL}, {"what is", HS_FIELD_TEXT}};

static const hs_position ring[] = {{1000000000, 390000000}, {1000100000, 390000000}, {1000100000, 390100000},
                                   {1000000000, 390000000}, {1000020000, 390020000}, {1000020001, 390040000},
                                   {1000040000, 390040000}, {1000020000, 390020000}};
static const uint32_t ring_start[] = {0, 4, 8};
static const uint32_t one_part[] = {0, 2}, two_parts[] = {0, 1, 2};
static const hs_geometry nothing = {HS_GEOMETRY_NONE, 0, 0, NULL, NULL, NULL};
static const hs_geometry point = {HS_GEOMETRY_POINT, 0, 0, NULL, NULL, ring};
static const hs_geometry line = {HS_GEOMETRY_LINES, 0, 1, NULL, ring_start, ring};
static const hs_geometry hole = {HS_GEOMETRY_POLYGONS, 1, 2, one_part, ring_start, ring};
static const hs_geometry islands = {HS_GEOMETRY_POLYGONS, 2, 2, two_parts, ring_start, ring};

/* What one feature becomes. */
static char *written(const hs_text_format *format, bool outlines, const hs_geometry *geometry,
                     const hs_value *values) {
    const hs_text_layout layout = {"rows", fields, 4, outlines};
    hs_buffer out;
    hs_buffer_init(&out, 1 << 20);
    format->feature(&out, &layout, geometry, values);
    hs_buffer_byte(&out, 0);
    assert_int_equal(out.status, HS_OK);
    size_t size;
    return hs_buffer_take(&out, &size);
}

static void check_written(const hs_text_format *format, bool outlines, const hs_geometry *geometry,
                          const hs_value *values, const char *expected) {
    char *text = written(format, outlines, geometry, values);
    assert_string_equal(text, expected);
    free(text);
}

static const hs_value none[] = {{.absent = true}, {.absent = true}, {.real = NAN}, {.absent = true}};

static void test_csv(void **state) {
    (void)state;
    const hs_value full[] = {{.text = HS_STR("say \"a,b\"\nc")},
                             {.integer = INT64_C(9007199254740993)},
                             {.real = 0.1},
                             {.text = HS_STR("=1+2")}};
    check_written(&hs_text_csv, false, &point, full, "\"say \"\"a,b\"\"\nc\",9007199254740993,0.1,=1+2\n");
    const hs_value codes[] = {
        {.text = HS_STR("007")}, {.integer = -1}, {.real = -90.214339}, {.text = HS_STR(" x")}};
    check_written(&hs_text_csv, true, &line, codes,
                  "\"007\",-1,-90.214339,\" x\",\"LINESTRING (100 39,100.01 39,100.01 39.01,100 39)\"\n");
    check_written(&hs_text_csv, true, &nothing, none, ",,,,\n");
    check_written(&hs_text_csv, true, &point, none, ",,,,\"POINT (100 39)\"\n");
    check_written(&hs_text_csv, true, &hole, none,
                  ",,,,\"POLYGON ((100 39,100.01 39,100.01 39.01,100 39),"
                  "(100.002 39.002,100.0020001 39.004,100.004 39.004,100.002 39.002))\"\n");
    check_written(&hs_text_csv, true, &islands, none,
                  ",,,,\"MULTIPOLYGON (((100 39,100.01 39,100.01 39.01,100 39)),"
                  "((100.002 39.002,100.0020001 39.004,100.004 39.004,100.002 39.002)))\"\n");
}

static void test_kml(void **state) {
    (void)state;
    const hs_value full[] = {
        {.text = HS_STR("<a & \x01>")}, {.integer = 7}, {.real = NAN}, {.text = HS_STR("b")}};
    check_written(&hs_text_kml, false, &point, full,
                  "<Placemark><name>&lt;a &amp; \xEF\xBF\xBD&gt;</name><ExtendedData><SchemaData "
                  "schemaUrl=\"#rows\"><SimpleData name=\"n\">7</SimpleData><SimpleData name=\"what is\">b"
                  "</SimpleData></SchemaData></ExtendedData><Point><coordinates>100,39</coordinates></Point>"
                  "</Placemark>\n");
    char *text = written(&hs_text_kml, false, &islands, none);
    assert_non_null(strstr(text, "<MultiGeometry><Polygon><outerBoundaryIs>"));
    free(text);
    text = written(&hs_text_kml, false, &hole, none);
    assert_null(strstr(text, "MultiGeometry"));
    assert_non_null(strstr(text, "<innerBoundaryIs><LinearRing><coordinates>100.002,39.002 100.0020001,"));
    free(text);
}

static void test_gpx(void **state) {
    (void)state;
    const hs_value full[] = {{.text = HS_STR("a")}, {.integer = 7}, {.real = 0.5}, {.text = HS_STR("b")}};
    check_written(&hs_text_gpx, false, &point, full,
                  "<wpt lat=\"39\" lon=\"100\"><name>a</name><extensions>"
                  "<n xmlns=\"urn:hotspotd:fields\">7</n><share xmlns=\"urn:hotspotd:fields\">0.5</share>"
                  "<what_is xmlns=\"urn:hotspotd:fields\">b</what_is></extensions></wpt>\n");
    check_written(&hs_text_gpx, false, &line, none,
                  "<trk><extensions></extensions><trkseg><trkpt lat=\"39\" lon=\"100\"/>"
                  "<trkpt lat=\"39\" lon=\"100.01\"/><trkpt lat=\"39.01\" lon=\"100.01\"/>"
                  "<trkpt lat=\"39\" lon=\"100\"/></trkseg></trk>\n");
}

static void test_xml(void **state) {
    (void)state;
    hs_buffer out;
    hs_buffer_init(&out, 4096);
    hs_xml_text(&out, HS_STR("\"\r\xff\xEF\xBF\xBF 示"));
    check_str(((hs_str){out.data, out.size}), "&quot;&#13;\xEF\xBF\xBD\xEF\xBF\xBD 示");
    hs_buffer_clear(&out);
    hs_xml_name(&out, "2020 人口 (n)");
    check_str(((hs_str){out.data, out.size}), "_2020_人口__n_");
    hs_buffer_done(&out);
}

static void test_short_names(void **state) {
    (void)state;
    static const hs_field long_ones[] = {
        {"category_zh", HS_FIELD_TEXT}, {"category_z", HS_FIELD_TEXT},  {"CATEGORY_ZX", HS_FIELD_TEXT},
        {"常住人口", HS_FIELD_TEXT},    {"常住人数", HS_FIELD_TEXT},    {"id", HS_FIELD_TEXT},
        {"ID", HS_FIELD_TEXT},          {"description", HS_FIELD_TEXT}, {"", HS_FIELD_TEXT}};
    static const char *const expected[] = {"category_z", "category_2", "CATEGORY_3", "常住人", "常住_2",
                                           "id",         "ID_2",       "descriptio", ""};
    char names[9][HS_DBF_NAME_SIZE];
    hs_short_names(long_ones, 9, names);
    for (int f = 0; f < 9; f++)
        assert_string_equal(names[f], expected[f]);
}

static void test_formats(void **state) {
    (void)state;
    assert_string_equal(hs_export_format_of_path("a/b.GPKG")->name, "gpkg");
    assert_string_equal(hs_export_format_of_path("b.shp.zip")->extension, "shp.zip");
    assert_true(hs_export_format_of_path("b.geojsons")->is_marked);
    assert_false(hs_export_format_of_path("b.geojsonl")->is_marked);
    static const char *const unknown[] = {"", "gpkg", ".gpkg", "a/.gpkg", "b.docx", "b.zip", "b.gpkg/"};
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++)
        assert_null(hs_export_format_of_path(unknown[i]));
    assert_string_equal(hs_export_format_named(HS_STR("shp"))->extension, "shp.zip");
    assert_null(hs_export_format_named(HS_STR("json")));
    assert_null(hs_export_format_named(HS_STR("geojson")));
}

static void test_failures(void **state) {
    (void)state;
    hs_error error = {0};
    hs_text_writer *writer = NULL;
    const hs_text_layout layout = {"rows", fields, 4, false};
    assert_int_equal(
        hs_text_writer_new("/nowhere/at/all.csv", "all.csv", &hs_text_csv, &layout, &error, &writer),
        HS_E_IO);
    assert_non_null(strstr(error.message, "all.csv"));
    char path[] = "/tmp/hs-text-XXXXXX";
    close(mkstemp(path));
    check_ok(hs_text_writer_new(path, "x.csv", &hs_text_csv, &layout, &error, &writer), &error);
    check_ok(hs_text_writer_feature(writer, &nothing, none, &error), &error);
    hs_text_writer_discard(writer);
    assert_int_not_equal(access(path, F_OK), 0);
    hs_text_writer_discard(NULL);
    /* A disk that is full. */
    check_ok(hs_text_writer_new("/dev/full", "x.csv", &hs_text_csv, &layout, &error, &writer), &error);
    const hs_value row[] = {
        {.text = HS_STR("some words that fill the disk")}, {.integer = 1}, {.real = 1}, {.absent = true}};
    hs_status status = HS_OK;
    for (int i = 0; status == HS_OK && i < 100000; i++)
        status = hs_text_writer_feature(writer, &nothing, row, &error);
    assert_int_equal(status, HS_E_IO);
    hs_text_writer_finish(writer, &error);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_csv),      cmocka_unit_test(test_kml),         cmocka_unit_test(test_gpx),
        cmocka_unit_test(test_xml),      cmocka_unit_test(test_short_names), cmocka_unit_test(test_formats),
        cmocka_unit_test(test_failures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
