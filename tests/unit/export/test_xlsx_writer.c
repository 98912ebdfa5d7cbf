/* Sheets are read back with GDAL, and their XML looked at. */
#include "export/xlsx_writer.h"

#include "check.h"

#include <cpl_vsi.h>
#include <gdal.h>
#include <math.h>
#include <ogr_api.h>
#include <stdlib.h>
#include <unistd.h>

static const hs_field fields[] = {
    {"id", HS_FIELD_TEXT}, {"n", HS_FIELD_INTEGER}, {"share", HS_FIELD_REAL}, {"words", HS_FIELD_TEXT}};
static char folder[] = "/tmp/hs-xlsx-XXXXXX";
static char path[64];

static char *read_part(const char *name) {
    char inside[128];
    (void)snprintf(inside, sizeof inside, "/vsizip/%s/%s", path, name);
    vsi_l_offset size = 0;
    GByte *bytes = NULL;
    assert_true(VSIIngestFile(NULL, inside, &bytes, &size, -1));
    return (char *)bytes;
}

static void test_rows(void **state) {
    (void)state;
    hs_error error = {0};
    hs_xlsx_writer *writer = NULL;
    check_ok(hs_xlsx_writer_new(path, "rows.xlsx", "rows", fields, 4, &error, &writer), &error);
    const hs_value full[] = {{.text = HS_STR("007")},
                             {.integer = -12},
                             {.real = 102.6012587},
                             {.text = HS_STR("=1+2 <a&b> _x0041_ \x02\r")}};
    const hs_value none[] = {{.absent = true}, {.absent = true}, {.real = NAN}, {.text = {NULL, 0}}};
    check_ok(hs_xlsx_writer_row(writer, full, &error), &error);
    check_ok(hs_xlsx_writer_row(writer, none, &error), &error);
    check_ok(hs_xlsx_writer_row(writer, full, &error), &error);
    check_ok(hs_xlsx_writer_finish(writer, &error), &error);
    char *sheet = read_part("xl/worksheets/sheet1.xml");
    assert_non_null(strstr(sheet, "<c r=\"A2\" t=\"inlineStr\"><is><t xml:space=\"preserve\">007</t></is></c>"
                                  "<c r=\"B2\"><v>-12</v></c><c r=\"C2\"><v>102.6012587</v></c>"));
    assert_non_null(strstr(sheet, "=1+2 &lt;a&amp;b&gt; _x005F_x0041_ _x0002__x000D_</t>"));
    assert_non_null(strstr(sheet, "<row r=\"3\"></row>"));
    assert_null(strstr(sheet, "<f>"));
    VSIFree(sheet);
    GDALDatasetH dataset = GDALOpenEx(path, GDAL_OF_VECTOR, NULL, NULL, NULL);
    assert_non_null(dataset);
    OGRLayerH layer = GDALDatasetGetLayerByName(dataset, "rows");
    assert_non_null(layer);
    assert_int_equal(OGR_L_GetFeatureCount(layer, TRUE), 3);
    OGRFeatureH feature = OGR_L_GetNextFeature(layer);
    assert_string_equal(OGR_F_GetFieldAsString(feature, OGR_F_GetFieldIndex(feature, "id")), "007");
    assert_true(OGR_F_GetFieldAsDouble(feature, OGR_F_GetFieldIndex(feature, "share")) == 102.6012587);
    OGR_F_Destroy(feature);
    GDALClose(dataset);
}

static void test_many_columns(void **state) {
    (void)state;
    enum { COLUMNS = 800 };
    hs_field many[COLUMNS];
    hs_value values[COLUMNS];
    for (int c = 0; c < COLUMNS; c++) {
        many[c] = (hs_field){"c", HS_FIELD_INTEGER};
        values[c] = (hs_value){.integer = c};
    }
    hs_error error = {0};
    hs_xlsx_writer *writer = NULL;
    check_ok(hs_xlsx_writer_new(path, "x", "x", many, COLUMNS, &error, &writer), &error);
    check_ok(hs_xlsx_writer_row(writer, values, &error), &error);
    check_ok(hs_xlsx_writer_finish(writer, &error), &error);
    char *sheet = read_part("xl/worksheets/sheet1.xml");
    static const char *const cells[] = {"\"Z2\"><v>25<", "\"AA2\"><v>26<", "\"ZZ2\"><v>701<",
                                        "\"AAA2\"><v>702<", "\"ADT2\"><v>799<"};
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++)
        assert_non_null(strstr(sheet, cells[i]));
    VSIFree(sheet);
    assert_int_equal(hs_xlsx_writer_new(path, "x", "x", many, 16385, &error, &writer), HS_E_ARGUMENT);
}

static void test_failures(void **state) {
    (void)state;
    hs_error error = {0};
    hs_xlsx_writer *writer = NULL;
    assert_int_equal(hs_xlsx_writer_new("/nowhere/at/all.xlsx", "all.xlsx", "x", fields, 4, &error, &writer),
                     HS_E_IO);
    assert_non_null(strstr(error.message, "all.xlsx"));
    /* What a cell holds is counted in UTF-16 units. */
    enum { MOST = HS_XLSX_CELL_MOST };
    char *text = malloc(4 * (MOST + 1));
    for (int i = 0; i < MOST + 1; i++)
        memcpy(text + (size_t)3 * i, "示", 3);
    check_ok(hs_xlsx_writer_new(path, "long.xlsx", "x", fields, 1, &error, &writer), &error);
    const hs_value fits = {.text = {text, (size_t)3 * MOST}},
                   too_long = {.text = {text, (size_t)3 * (MOST + 1)}};
    check_ok(hs_xlsx_writer_row(writer, &fits, &error), &error);
    assert_int_equal(hs_xlsx_writer_row(writer, &too_long, &error), HS_E_ARGUMENT);
    assert_non_null(strstr(error.message, "row 3, field id"));
    hs_xlsx_writer_discard(writer);
    assert_int_not_equal(access(path, F_OK), 0);
    hs_xlsx_writer_discard(NULL);
    for (int i = 0; i < MOST / 2 + 1; i++)
        memcpy(text + (size_t)4 * i, "🏮", 4);
    check_ok(hs_xlsx_writer_new(path, "long.xlsx", "x", fields, 1, &error, &writer), &error);
    const hs_value pairs = {.text = {text, (size_t)4 * (MOST / 2 + 1)}};
    assert_int_equal(hs_xlsx_writer_row(writer, &pairs, &error), HS_E_ARGUMENT);
    hs_xlsx_writer_discard(writer);
    free(text);
}

static int make_folder(void **state) {
    (void)state;
    if (!mkdtemp(folder)) return -1;
    (void)snprintf(path, sizeof path, "%s/rows.xlsx", folder);
    GDALAllRegister();
    return 0;
}

static int remove_folder(void **state) {
    (void)state;
    (void)unlink(path);
    return rmdir(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_many_columns),
        cmocka_unit_test(test_failures),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
