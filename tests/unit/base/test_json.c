#include "check.h"

#include "base/json.h"
#include "base/json_writer.h"
#include "base/random.h"
#include <stdlib.h>

static hs_buffer out;
static hs_json json;

static int begin(void **state) {
    (void)state;
    hs_buffer_init(&out, 1 << 20);
    hs_json_init(&json, &out);
    return 0;
}

static int end(void **state) {
    (void)state;
    hs_buffer_done(&out);
    return 0;
}

static void check_written(const char *expected) {
    assert_int_equal(out.status, HS_OK);
    hs_str written = {out.data, out.size};
    check_str(written, expected);
    hs_buffer_clear(&out);
    hs_json_init(&json, &out);
}

static void nests_with_commas(void **state) {
    (void)state;
    hs_json_object(&json);
    hs_json_pair_int(&json, "a", -1);
    hs_json_key(&json, "b");
    hs_json_array(&json);
    hs_json_array_end(&json);
    hs_json_key(&json, "c");
    hs_json_array(&json);
    hs_json_null(&json);
    hs_json_object(&json);
    hs_json_object_end(&json);
    hs_json_bool(&json, true);
    hs_json_array_end(&json);
    hs_json_pair_text(&json, "d", NULL);
    hs_json_pair_bool(&json, "e", false);
    hs_json_key(&json, "f");
    hs_json_raw(&json, HS_STR("[1,2]"));
    hs_json_object_end(&json);
    check_written("{\"a\":-1,\"b\":[],\"c\":[null,{},true],\"d\":null,\"e\":false,\"f\":[1,2]}");
}

static void escapes_texts(void **state) {
    (void)state;
    hs_json_str(&json, HS_STR("占道\"\\/\b\n\r\t\x01\x7F"));
    check_written("\"占道\\\"\\\\/\\u0008\\n\\r\\t\\u0001\x7F\"");
    hs_json_str(&json, HS_STR("a\xFF"
                              "b\xE5\x8D"));
    check_written("\"a\xEF\xBF\xBD"
                  "b\xEF\xBF\xBD\xEF\xBF\xBD\"");
    hs_json_str(&json, (hs_str){0});
    check_written("\"\"");
}

static void writes_integers(void **state) {
    (void)state;
    hs_json_array(&json);
    hs_json_int(&json, INT64_MIN);
    hs_json_int(&json, INT64_MAX);
    hs_json_uint(&json, UINT64_MAX);
    hs_json_int(&json, 0);
    hs_json_int(&json, 10);
    hs_json_array_end(&json);
    check_written("[-9223372036854775808,9223372036854775807,18446744073709551615,0,10]");
}

static void writes_fixed_numbers(void **state) {
    (void)state;
    hs_json_array(&json);
    hs_json_fixed(&json, 1004497000, 7);
    hs_json_fixed(&json, -1, 7);
    hs_json_fixed(&json, 0, 7);
    hs_json_fixed(&json, 120, 0);
    hs_json_fixed(&json, -1800000000, 7);
    hs_json_fixed(&json, INT64_MIN, 18);
    hs_json_array_end(&json);
    check_written("[100.4497,-0.0000001,0,120,-180,-9.223372036854775808]");
    hs_json_position(&json, (hs_position){-902000001, 386300000});
    check_written("[-90.2000001,38.63]");
}

static void writes_shortest_doubles(void **state) {
    (void)state;
    hs_json_array(&json);
    hs_json_double(&json, 0.1);
    hs_json_double(&json, 1.0 / 3.0);
    hs_json_double(&json, 1e300);
    hs_json_double(&json, 5e-324);
    hs_json_double(&json, 100.0);
    hs_json_double(&json, NAN);
    hs_json_double(&json, INFINITY);
    hs_json_array_end(&json);
    check_written("[0.1,0.3333333333333333,1e+300,5e-324,100,null,null]");
}

static void doubles_read_back(void **state) {
    (void)state;
    hs_random random;
    hs_random_seed(&random, 1);
    for (int i = 0; i < 20000; i++) {
        uint64_t bits = hs_random_next(&random);
        double value;
        memcpy(&value, &bits, sizeof value);
        if (!isfinite(value)) continue;
        hs_json_double(&json, value);
        hs_buffer_byte(&out, '\0');
        assert_true(strtod(out.data, NULL) == value);
        hs_buffer_clear(&out);
        hs_json_init(&json, &out);
    }
}

static void writes_times(void **state) {
    (void)state;
    hs_json_array(&json);
    hs_json_time(&json, 1704477780);
    hs_json_time(&json, HS_NO_TIME);
    hs_json_array_end(&json);
    check_written("[\"2024-01-05T18:03:00Z\",null]");
}

static void misuse_is_told(void **state) {
    (void)state;
    hs_json_object(&json);
    hs_json_int(&json, 1);
    assert_int_equal(out.status, HS_E_INTERNAL);
    hs_buffer_clear(&out);
    hs_json_init(&json, &out);
    hs_json_array(&json);
    hs_json_object_end(&json);
    assert_int_equal(out.status, HS_E_INTERNAL);
    hs_buffer_clear(&out);
    hs_json_init(&json, &out);
    for (int i = 0; i < 65; i++)
        hs_json_array(&json);
    assert_int_equal(out.status, HS_E_INTERNAL);
}

static void parses_or_says_where(void **state) {
    (void)state;
    hs_error error;
    json_t *value = NULL;
    check_ok(hs_json_parse(HS_STR("{\"name\":\"东大街\",\"n\":3}"), &error, &value), &error);
    check_str(hs_json_get_str(value, "name"), "东大街");
    check_str(hs_json_get_str(value, "n"), "");
    check_str(hs_json_get_str(value, "absent"), "");
    json_decref(value);
    assert_int_equal(hs_json_parse(HS_STR("{\"a\":1,\n\"a\":2}"), &error, &value), HS_E_INPUT);
    assert_non_null(strstr(error.message, "line 2"));
    assert_int_equal(hs_json_parse((hs_str){0}, NULL, &value), HS_E_INPUT);
    assert_int_equal(hs_json_parse(HS_STR("[1] x"), NULL, &value), HS_E_INPUT);
    char deep[5000];
    memset(deep, '[', sizeof deep);
    assert_int_equal(hs_json_parse((hs_str){deep, sizeof deep}, &error, &value), HS_E_INPUT);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(nests_with_commas, begin, end),
        cmocka_unit_test_setup_teardown(escapes_texts, begin, end),
        cmocka_unit_test_setup_teardown(writes_integers, begin, end),
        cmocka_unit_test_setup_teardown(writes_fixed_numbers, begin, end),
        cmocka_unit_test_setup_teardown(writes_shortest_doubles, begin, end),
        cmocka_unit_test_setup_teardown(doubles_read_back, begin, end),
        cmocka_unit_test_setup_teardown(writes_times, begin, end),
        cmocka_unit_test_setup_teardown(misuse_is_told, begin, end),
        cmocka_unit_test_setup_teardown(parses_or_says_where, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
