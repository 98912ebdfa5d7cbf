/* Records as RFC 4180 and Python's csv module read them. */
#include "check.h"

#include "base/random.h"
#include "base/text.h"
#include "ingest/csv_record.h"
#include "ingest/text_reader.h"
#include <stdlib.h>

enum { FIELDS = 8 };

static void check_record(const char *text, const char *expected[], uint32_t count, size_t size) {
    hs_csv_field field[FIELDS];
    hs_csv_record record;
    assert_true(hs_csv_next(hs_str_of(text), true, ',', field, FIELDS, &record));
    assert_int_equal(record.field_count, count);
    assert_int_equal(record.size, size);
    assert_false(record.open_quote);
    for (uint32_t i = 0; i < count; i++) {
        hs_buffer value;
        hs_buffer_init(&value, 1024);
        hs_csv_value(&field[i], &value);
        check_str(((hs_str){value.data, value.size}), expected[i]);
        hs_buffer_done(&value);
    }
}
#define CHECK_RECORD(text, size, ...)                                                                        \
    do {                                                                                                     \
        const char *expected[] = {__VA_ARGS__};                                                              \
        check_record(text, expected, sizeof expected / sizeof *expected, size);                              \
    } while (0)

static void test_records(void **state) {
    (void)state;
    CHECK_RECORD("a,b,c\nd", 6, "a", "b", "c");
    CHECK_RECORD("a,b\r\nd", 5, "a", "b");
    CHECK_RECORD("a,b", 3, "a", "b");
    CHECK_RECORD("a,\n", 3, "a", "");
    CHECK_RECORD("\nx", 1, "");
    CHECK_RECORD("\"a,b\",c\n", 8, "a,b", "c");
    CHECK_RECORD("\"a\nb\",c\nd", 8, "a\nb", "c");
    CHECK_RECORD("\"a\"\"b\"\"\",\"\"\n", 12, "a\"b\"", "");
    CHECK_RECORD("\"\"\"\"\n", 5, "\"");
    CHECK_RECORD("a\"b,c\n", 6, "a\"b", "c");
    CHECK_RECORD("\"a\"b,c\n", 7, "\"a\"b", "c");
    CHECK_RECORD("地址,\"南大街，23号\"\n", 27, "地址", "南大街，23号");
}

static void test_open_quote(void **state) {
    (void)state;
    hs_csv_field field[FIELDS];
    hs_csv_record record;
    hs_str text = HS_STR("a,\"b\nc,d\n");
    assert_true(hs_csv_next(text, true, ',', field, FIELDS, &record));
    assert_true(record.open_quote);
    assert_int_equal(record.size, 5);
    check_str(record.text, "a,\"b");
}

static void test_more_is_needed(void **state) {
    (void)state;
    hs_csv_field field[FIELDS];
    hs_csv_record record;
    static const char *const unfinished[] = {"", "a,b", "a,b\r", "\"a", "\"a\"", "\"a\nb", "a,\"b\nc"};
    for (size_t i = 0; i < sizeof unfinished / sizeof *unfinished; i++)
        assert_false(hs_csv_next(hs_str_of(unfinished[i]), false, ',', field, FIELDS, &record));
    assert_false(hs_csv_next(HS_STR(""), true, ',', field, FIELDS, &record));
    assert_true(hs_csv_next(HS_STR("a,b\n"), false, ',', field, FIELDS, &record));
}

static void test_delimiters(void **state) {
    (void)state;
    assert_int_equal(hs_csv_delimiter(HS_STR("a,b;c,d\n1;2;3;4")), ',');
    assert_int_equal(hs_csv_delimiter(HS_STR("a;b;c\n")), ';');
    assert_int_equal(hs_csv_delimiter(HS_STR("a\tb\n")), '\t');
    assert_int_equal(hs_csv_delimiter(HS_STR("a|b\n")), '|');
    assert_int_equal(hs_csv_delimiter(HS_STR("\"a;b;c\",d\n")), ',');
    assert_int_equal(hs_csv_delimiter(HS_STR("address\n")), ',');
}

/* Hands out a text in pieces of the sizes that a generator gives. */
typedef struct dripping {
    hs_str rest;
    hs_random random;
} dripping;

static size_t drip(void *context, char *bytes, size_t most, hs_error *error) {
    dripping *d = context;
    (void)error;
    size_t size = 1 + hs_random_below(&d->random, 7);
    if (size > most) size = most;
    if (size > d->rest.size) size = d->rest.size;
    memcpy(bytes, d->rest.data, size);
    d->rest = (hs_str){d->rest.data + size, d->rest.size - size};
    return size;
}

static void check_decoded(const char *bytes, size_t size, const char *expected) {
    for (uint64_t seed = 1; seed < 20; seed++) {
        dripping d = {.rest = {bytes, size}};
        hs_text_reader reader;
        hs_error error;
        hs_buffer all;
        hs_random_seed(&d.random, seed);
        hs_buffer_init(&all, 4096);
        check_ok(hs_text_reader_init(&reader, drip, &d, NULL, &error), &error);
        while (!reader.ended) {
            check_ok(hs_text_reader_more(&reader, &error), &error);
            hs_str rest = hs_text_reader_rest(&reader);
            hs_buffer_str(&all, rest);
            hs_text_reader_take(&reader, rest.size);
        }
        check_str(((hs_str){all.data ? all.data : "", all.size}), expected);
        hs_buffer_done(&all);
        hs_text_reader_done(&reader);
    }
}

static void test_encodings(void **state) {
    (void)state;
    check_decoded("", 0, "");
    check_decoded("\xEF\xBB\xBFid,\n", 7, "id,\n");
    check_decoded("a\n南大街\n", 12, "a\n南大街\n");
    /* 地址 / 南大街23号, 西大街与南大街交叉口 in GB18030. */
    static const char gb[] =
        "\xb5\xd8\xd6\xb7\n\xc4\xcf\xb4\xf3\xbd\xd6\x32\x33\xba\xc5\n"
        "\xce\xf7\xb4\xf3\xbd\xd6\xd3\xeb\xc4\xcf\xb4\xf3\xbd\xd6\xbd\xbb\xb2\xe6\xbf\xda\n";
    check_decoded(gb, sizeof gb - 1, "地址\n南大街23号\n西大街与南大街交叉口\n");
    static const char wide[] = "\xff\xfe\x57\x53\x0a\x00\x0a\x4e\x0a\x00"; /* U+5357, LF, U+4E0A, LF */
    check_decoded(wide, sizeof wide - 1, "南\n上\n");
}

static size_t fail_to_read(void *context, char *bytes, size_t most, hs_error *error) {
    (void)context;
    (void)bytes;
    (void)most;
    hs_error_set(error, HS_E_IO, "gone");
    return HS_READ_FAILED;
}

static void test_failures(void **state) {
    (void)state;
    hs_text_reader reader;
    hs_error error = {0};
    check_ok(hs_text_reader_init(&reader, fail_to_read, NULL, "UTF-8", &error), &error);
    assert_int_equal(hs_text_reader_more(&reader, &error), HS_E_IO);
    assert_string_equal(error.message, "gone");
    hs_text_reader_done(&reader);
    assert_int_equal(hs_text_reader_init(&reader, drip, NULL, "no-such-encoding", &error), HS_E_ARGUMENT);
    hs_text_reader_done(&reader);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_records),        cmocka_unit_test(test_open_quote),
        cmocka_unit_test(test_more_is_needed), cmocka_unit_test(test_delimiters),
        cmocka_unit_test(test_encodings),      cmocka_unit_test(test_failures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
