#include "check.h"

#include "base/text.h"

static void compares(void **state) {
    (void)state;
    assert_true(hs_str_equal(hs_str_of(NULL), HS_STR("")));
    assert_true(hs_str_equal_nocase(HS_STR("Main ST"), HS_STR("mAIN st")));
    assert_false(hs_str_equal_nocase(HS_STR("\xC3\x84"), HS_STR("\xC3\xA4")));
    assert_true(hs_str_compare(HS_STR("a"), HS_STR("ab")) < 0);
    assert_true(hs_str_compare(HS_STR("b"), HS_STR("ab")) > 0);
    assert_true(hs_str_compare(HS_STR("\xFF"), HS_STR("a")) > 0);
    assert_int_equal(hs_str_compare(HS_STR("ab"), HS_STR("ab")), 0);
    assert_true(hs_str_starts(HS_STR("abc"), HS_STR("ab")));
    assert_true(hs_str_starts((hs_str){0}, (hs_str){0}));
    assert_false(hs_str_starts(HS_STR("a"), HS_STR("ab")));
}

static void trims_and_cuts(void **state) {
    (void)state;
    check_str(hs_str_trim(HS_STR("\xEF\xBB\xBF \t\r\n\xC2\xA0\xE3\x80\x80东 街\xE3\x80\x80 ")), "东 街");
    check_str(hs_str_trim(HS_STR(" \xE3\x80\x80 ")), "");
    hs_str rest = HS_STR("a,,b");
    check_str(hs_str_cut(&rest, ','), "a");
    check_str(hs_str_cut(&rest, ','), "");
    check_str(hs_str_cut(&rest, ','), "b");
    assert_int_equal(rest.size, 0);
    check_str(hs_str_cut(&rest, ','), "");
}

static void reads_integers(void **state) {
    (void)state;
    int64_t value = 5;
    assert_true(hs_str_to_int(HS_STR(" -9223372036854775808 "), &value));
    assert_true(value == INT64_MIN);
    assert_true(hs_str_to_int(HS_STR("9223372036854775807"), &value));
    assert_true(value == INT64_MAX);
    assert_true(hs_str_to_int(HS_STR("+07"), &value));
    assert_int_equal(value, 7);
    static const char *const wrong[] = {
        "", "-", "9223372036854775808", "-9223372036854775809", "1.0", "1 2", "0x1", "1e3", "１"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(hs_str_to_int(hs_str_of(wrong[i]), &value));
    assert_int_equal(value, 7);
}

static void reads_doubles(void **state) {
    (void)state;
    static const struct {
        const char *text;
        double value;
    } right[] = {{"0", 0.0},
                 {"-90.2", -90.2},
                 {" 38.63\t", 38.63},
                 {".5", 0.5},
                 {"5.", 5.0},
                 {"1e3", 1000.0},
                 {"-1.5E-3", -0.0015},
                 {"9007199254740993", 9007199254740992.0},
                 {"0.1000000000000000055511151231257827", 0.1},
                 {"1.7976931348623157e308", 1.7976931348623157e308},
                 {"4.9e-324", 4.9e-324},
                 {"123456789012345678901234567890123456789012345678901234567890.5", 1.2345678901234568e59}};
    for (size_t i = 0; i < sizeof right / sizeof *right; i++) {
        double value = NAN;
        assert_true(hs_str_to_double(hs_str_of(right[i].text), &value));
        assert_true(value == right[i].value);
    }
    static const char *const wrong[] = {"",     ".",   "-",  "nan", "inf", "1e999",
                                        "0x10", "1,5", "1e", "1e+", "1 2", "--1"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        double value;
        assert_false(hs_str_to_double(hs_str_of(wrong[i]), &value));
    }
}

static void walks_utf8(void **state) {
    (void)state;
    hs_str text = HS_STR("a\xC3\xA9街\xF0\x9F\x8D\xA2");
    assert_true(hs_utf8_valid(text));
    assert_int_equal(hs_utf8_next(&text), 'a');
    assert_int_equal(hs_utf8_next(&text), 0xE9);
    assert_int_equal(hs_utf8_next(&text), 0x8857);
    assert_int_equal(hs_utf8_next(&text), 0x1F362);
    assert_int_equal(text.size, 0);
    assert_int_equal(hs_utf8_next(&text), 0xFFFD);
}

static void refuses_malformed_utf8(void **state) {
    (void)state;
    /* Overlong, surrogate, beyond U+10FFFF, stray continuation, cut short. */
    static const char *const wrong[] = {"\xC0\x80", "\xE0\x80\x80", "\xED\xA0\x80",     "\xF4\x90\x80\x80",
                                        "\x80",     "\xE8\xA1",     "\xF0\x80\x80\x80", "\xFF"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        hs_str text = hs_str_of(wrong[i]);
        assert_false(hs_utf8_valid(text));
        size_t size = text.size;
        assert_int_equal(hs_utf8_next(&text), 0xFFFD);
        assert_int_equal(text.size, size - 1);
    }
}

static void every_code_point_round_trips(void **state) {
    (void)state;
    for (uint32_t code = 0; code <= 0x10FFFF; code++) {
        char bytes[4];
        hs_str text = {bytes, hs_utf8_put(code, bytes)};
        bool surrogate = code >= 0xD800 && code <= 0xDFFF;
        assert_true(hs_utf8_valid(text));
        assert_int_equal(hs_utf8_next(&text), surrogate ? 0xFFFD : code);
        assert_int_equal(text.size, 0);
    }
}

static void cuts_between_characters(void **state) {
    (void)state;
    hs_str text = HS_STR("a街\xF0\x9F\x8D\xA2");
    static const size_t expected[] = {0, 1, 1, 1, 4, 4, 4, 4, 8, 8};
    for (size_t limit = 0; limit < sizeof expected / sizeof *expected; limit++)
        assert_int_equal(hs_utf8_cut(text, limit), expected[limit]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(compares),
        cmocka_unit_test(trims_and_cuts),
        cmocka_unit_test(reads_integers),
        cmocka_unit_test(reads_doubles),
        cmocka_unit_test(walks_utf8),
        cmocka_unit_test(refuses_malformed_utf8),
        cmocka_unit_test(every_code_point_round_trips),
        cmocka_unit_test(cuts_between_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
