#include "check.h"

#include "base/json.h"
#include "base/json_writer.h"
#include "base/random.h"
#include "base/text.h"
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

/* What is written in place is what the writer writes of the same value. */
static void check_in_place(hs_str text) {
    hs_json_str(&json, text);
    char *room = malloc(HS_JSON_TEXT_MOST(text.size));
    size_t size = (size_t)(hs_json_put_text(room, text) - room);
    assert_int_equal(size, out.size);
    assert_memory_equal(room, out.data, size);
    free(room);
    hs_buffer_clear(&out);
    hs_json_init(&json, &out);
}

static void writes_texts_in_place(void **state) {
    (void)state;
    hs_random random;
    hs_random_seed(&random, 6);
    char bytes[40];
    for (int i = 0; i < 20000; i++) {
        size_t size = (size_t)hs_random_below(&random, sizeof bytes);
        for (size_t k = 0; k < size; k++)
            bytes[k] = (char)(i % 2 ? hs_random_below(&random, 256) : 0x18 + hs_random_below(&random, 0x50));
        check_in_place((hs_str){bytes, size});
    }
    check_in_place(HS_STR("\xE6\x97\xA0\xE8\xAF\x81\xE6\x91\x8A\xE8\xB4\xA9 \"\\\n\x01\xFF"));
}

static void writes_members_in_place(void **state) {
    (void)state;
    hs_json_array(&json);
    for (int i = 0; i < 2; i++) {
        char *at = hs_json_reserve(&json, (size_t)2 * HS_JSON_NUMBER_MOST + 2);
        assert_non_null(at);
        *at++ = '[';
        at = hs_json_put_int(at, i ? INT64_MIN : -7);
        *at++ = ',';
        at = hs_json_put_fixed(at, i ? INT64_MIN : 1004497000, 7);
        *at++ = ']';
        hs_json_commit(&json, at);
    }
    hs_json_array_end(&json);
    check_written("[[-7,100.4497],[-9223372036854775808,-922337203685.4775808]]");
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

/* The same as hs_json_str, byte for byte and by the definition of UTF-8 (Unicode, table 3-7). */
static size_t well_formed(const unsigned char *b, size_t size) {
    static const struct {
        unsigned char first, last, low, high, size;
    } rows[] = {{0x00, 0x7F, 0, 0, 1},       {0xC2, 0xDF, 0x80, 0xBF, 2}, {0xE0, 0xE0, 0xA0, 0xBF, 3},
                {0xE1, 0xEC, 0x80, 0xBF, 3}, {0xED, 0xED, 0x80, 0x9F, 3}, {0xEE, 0xEF, 0x80, 0xBF, 3},
                {0xF0, 0xF0, 0x90, 0xBF, 4}, {0xF1, 0xF3, 0x80, 0xBF, 4}, {0xF4, 0xF4, 0x80, 0x8F, 4}};
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
        if (b[0] < rows[r].first || b[0] > rows[r].last || rows[r].size > size) continue;
        if (rows[r].size > 1 && (b[1] < rows[r].low || b[1] > rows[r].high)) return 0;
        for (size_t i = 2; i < rows[r].size; i++)
            if (b[i] < 0x80 || b[i] > 0xBF) return 0;
        return rows[r].size;
    }
    return 0;
}

static size_t quote_naively(const unsigned char *text, size_t size, char *quoted) {
    char *at = quoted;
    *at++ = '"';
    for (size_t i = 0; i < size;) {
        size_t character = well_formed(text + i, size - i);
        if (character == 0) {
            at += sprintf(at, "\xEF\xBF\xBD");
        } else if (text[i] == '\n' || text[i] == '\r' || text[i] == '\t') {
            at += sprintf(at, "\\%c", text[i] == '\n' ? 'n' : text[i] == '\r' ? 'r' : 't');
        } else if (text[i] < 0x20) {
            at += sprintf(at, "\\u%04x", text[i]);
        } else if (text[i] == '"' || text[i] == '\\') {
            at += sprintf(at, "\\%c", text[i]);
        } else {
            memcpy(at, text + i, character);
            at += character;
        }
        i += character > 0 ? character : 1;
    }
    *at++ = '"';
    return (size_t)(at - quoted);
}

/* Bytes of one of four kinds: any, ASCII, pieces of characters, whole characters. */
static size_t random_text(hs_random *random, unsigned char *text, size_t most) {
    static const unsigned char pieces[] = {0xE4, 0xE0, 0xED, 0xEF, 0xF0, 0xF4, 0xF5, 0xC1, 0xC2, 0xC3, 0x80,
                                           0x8F, 0x90, 0x9F, 0xA0, 0xBF, '"',  '\\', '\n', 0x1F, ' ',  0x7F};
    size_t size = hs_random_below(random, (uint32_t)most - 4), kind = hs_random_below(random, 4), at = 0;
    while (at < size) {
        if (kind == 0)
            text[at++] = (unsigned char)hs_random_below(random, 256);
        else if (kind == 1)
            text[at++] = (unsigned char)(' ' + hs_random_below(random, 96));
        else if (kind == 2)
            text[at++] = pieces[hs_random_below(random, sizeof pieces)];
        else
            at += hs_utf8_put(hs_random_below(random, 8) ? hs_random_below(random, 0x10000) : 0x1F600,
                              (char *)text + at);
    }
    return at;
}

static void texts_are_as_a_naive_writer_has_them(void **state) {
    (void)state;
    hs_random random;
    hs_random_seed(&random, 5);
    for (int i = 0; i < 50000; i++) {
        enum { MOST = 48 };
        unsigned char text[MOST];
        char expected[6 * MOST + 2];
        /* A copy of its own size, so that reading past the end is found out. */
        size_t size = random_text(&random, text, MOST), length = quote_naively(text, size, expected);
        char *exact = malloc(size + 1);
        assert_non_null(exact);
        memcpy(exact + 1, text, size);
        hs_json_str(&json, (hs_str){exact + 1, size});
        free(exact);
        assert_int_equal(out.status, HS_OK);
        assert_int_equal(out.size, length);
        assert_memory_equal(out.data, expected, length);
        hs_buffer_clear(&out);
        hs_json_init(&json, &out);
    }
}

/* Numbers of at most 15 digits are written with those digits, as the C library writes them. */
static void decimals_round_trip(void **state) {
    (void)state;
    hs_random random;
    hs_random_seed(&random, 6);
    for (int i = 0; i < 50000; i++) {
        char text[64], shortest[64];
        int64_t digits =
            (int64_t)(hs_random_next(&random) % UINT64_C(1000000000000000)) >> hs_random_below(&random, 50);
        int exponent = (int)hs_random_below(&random, 30) - 22;
        snprintf(text, sizeof text, "%s%llde%d", i & 1 ? "-" : "", (long long)digits, exponent);
        double value = strtod(text, NULL);
        snprintf(shortest, sizeof shortest, "%.15g", value);
        hs_json_double(&json, value);
        if (value != floor(value)) check_str(((hs_str){out.data, out.size}), shortest);
        hs_buffer_byte(&out, '\0');
        assert_true(strtod(out.data, NULL) == value);
        hs_buffer_clear(&out);
        hs_json_init(&json, &out);
    }
}

static void integers_round_trip(void **state) {
    (void)state;
    hs_random random;
    hs_random_seed(&random, 8);
    for (int i = 0; i < 20000; i++) {
        uint64_t bits = hs_random_next(&random) >> hs_random_below(&random, 64);
        int64_t number = i & 1 ? -(int64_t)(bits >> 1) : (int64_t)(bits >> 1);
        hs_position position = {(int32_t)bits, (int32_t)number};
        char text[160];
        hs_json_array(&json);
        hs_json_uint(&json, bits);
        hs_json_int(&json, number);
        hs_json_position(&json, position);
        hs_json_array_end(&json);
        hs_buffer_byte(&out, '\0');
        double lon_deg, lat_deg;
        unsigned long long whole;
        long long whole_signed;
        assert_int_equal(sscanf(out.data, "[%llu,%lld,[%lf,%lf]]", &whole, &whole_signed, &lon_deg, &lat_deg),
                         4);
        snprintf(text, sizeof text, "[%llu,%lld,", (unsigned long long)bits, (long long)number);
        assert_memory_equal(out.data, text, strlen(text));
        assert_true(llround(lon_deg * 1e7) == position.lon_e7 && llround(lat_deg * 1e7) == position.lat_e7);
        hs_buffer_clear(&out);
        hs_json_init(&json, &out);
    }
}

static void write_some(hs_json *to) {
    hs_json_object(to);
    hs_json_key_literal(to, "a");
    hs_json_position(to, (hs_position){-902000001, 386300000});
    hs_json_members_raw(to, HS_STR("\"b\":1,\"c\":2"));
    hs_json_key_literal(to, "d");
    hs_json_time(to, 1704477780);
    hs_json_pair_text(to, "e", "占道\n");
    hs_json_pair_double(to, "f", -0.25);
    hs_json_object_end(to);
}

/* No token asks for more room than it takes, and none passes the ceiling. */
static void fills_a_buffer_to_its_ceiling(void **state) {
    (void)state;
    static const char expected[] =
        "{\"a\":[-90.2000001,38.63],\"b\":1,\"c\":2,\"d\":\"2024-01-05T18:03:00Z\",\"e\":\"占道\\n\","
        "\"f\":-0.25}";
    for (size_t ceiling = 1; ceiling < sizeof expected; ceiling++) {
        hs_buffer small;
        hs_json to;
        hs_buffer_init(&small, ceiling);
        hs_json_init(&to, &small);
        write_some(&to);
        bool fits = ceiling >= sizeof expected - 1;
        assert_int_equal(small.status, fits ? HS_OK : HS_E_LIMIT);
        assert_true(small.size <= ceiling);
        if (fits) check_str(((hs_str){small.data, small.size}), expected);
        hs_buffer_done(&small);
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
    hs_json_key_literal(&json, "outside");
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
        cmocka_unit_test_setup_teardown(writes_texts_in_place, begin, end),
        cmocka_unit_test_setup_teardown(writes_members_in_place, begin, end),
        cmocka_unit_test_setup_teardown(escapes_texts, begin, end),
        cmocka_unit_test_setup_teardown(writes_integers, begin, end),
        cmocka_unit_test_setup_teardown(writes_fixed_numbers, begin, end),
        cmocka_unit_test_setup_teardown(writes_shortest_doubles, begin, end),
        cmocka_unit_test_setup_teardown(doubles_read_back, begin, end),
        cmocka_unit_test_setup_teardown(writes_times, begin, end),
        cmocka_unit_test_setup_teardown(texts_are_as_a_naive_writer_has_them, begin, end),
        cmocka_unit_test_setup_teardown(decimals_round_trip, begin, end),
        cmocka_unit_test_setup_teardown(integers_round_trip, begin, end),
        cmocka_unit_test_setup_teardown(fills_a_buffer_to_its_ceiling, begin, end),
        cmocka_unit_test_setup_teardown(misuse_is_told, begin, end),
        cmocka_unit_test_setup_teardown(parses_or_says_where, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
