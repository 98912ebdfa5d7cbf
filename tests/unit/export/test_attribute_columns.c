#include "export/attribute_columns.h"

#include "check.h"

static const hs_field own[] = {{"code", HS_FIELD_TEXT}, {"Name", HS_FIELD_TEXT}};
static const char *const rows[] = {
    "{\"NAME\":\"own\",\"pop\":5,\"share\":1,\"mixed\":1,\"POP\":\"x\",\"flag\":true,\"list\":[1,2],\"none\":"
    "null}",
    "",
    "{\"pop\":null,\"share\":0.5,\"mixed\":\"word\",\"flag\":false,\"late\":\"\"}",
    "no JSON at all",
};

static void test_columns(void **state) {
    (void)state;
    hs_error error = {0};
    hs_attribute_columns *columns = NULL;
    hs_arena *arena = hs_arena_new(1 << 20);
    check_ok(hs_attribute_columns_new(own, 2, &error, &columns), &error);
    for (size_t r = 0; r < 4; r++)
        check_ok(hs_attribute_columns_see(columns, (hs_str){rows[r], strlen(rows[r])}, &error), &error);
    hs_field *fields;
    uint32_t count;
    check_ok(hs_attribute_columns_fields(columns, arena, &error, &fields, &count), &error);
    static const hs_field expected[] = {
        {"code", HS_FIELD_TEXT},    {"Name", HS_FIELD_TEXT},  {"pop", HS_FIELD_INTEGER},
        {"share", HS_FIELD_REAL},   {"mixed", HS_FIELD_TEXT}, {"POP_2", HS_FIELD_TEXT},
        {"flag", HS_FIELD_INTEGER}, {"list", HS_FIELD_TEXT},  {"late", HS_FIELD_TEXT}};
    assert_int_equal(count, 9);
    for (uint32_t f = 0; f < count; f++) {
        assert_string_equal(fields[f].name, expected[f].name);
        assert_int_equal(fields[f].type, expected[f].type);
    }
    hs_value values[7];
    check_ok(hs_attribute_columns_read(columns, (hs_str){rows[0], strlen(rows[0])}, &error, values), &error);
    assert_int_equal(values[0].integer, 5);
    assert_true(values[1].real == 1.0);
    check_str(values[2].text, "1");
    check_str(values[3].text, "x");
    assert_int_equal(values[4].integer, 1);
    check_str(values[5].text, "[1,2]");
    assert_true(values[6].absent);
    check_ok(hs_attribute_columns_read(columns, (hs_str){rows[2], strlen(rows[2])}, &error, values), &error);
    assert_true(values[0].absent && values[3].absent && values[5].absent);
    assert_true(values[1].real == 0.5 && !values[4].absent && values[4].integer == 0);
    assert_null(values[6].text.data);
    check_ok(hs_attribute_columns_read(columns, (hs_str){rows[3], strlen(rows[3])}, &error, values), &error);
    for (int v = 0; v < 7; v++)
        assert_true(values[v].absent);
    hs_attribute_columns_free(columns);
    hs_attribute_columns_free(NULL);
    hs_arena_free(arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_columns)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
