#include "check.h"

#include "base/text.h"
#include "http/headers.h"
#include "http/percent.h"

static void test_etag_format(void **state) {
    (void)state;
    char text[HS_ETAG_TEXT_SIZE];
    hs_etag_format(0x1a2b, NULL, text);
    assert_string_equal(text, "\"0000000000001a2b\"");
    hs_etag_format(UINT64_MAX, "gzip", text);
    assert_string_equal(text, "\"ffffffffffffffff-gzip\"");
}

static bool matches(const char *header, char matched[HS_ETAG_TEXT_SIZE]) {
    return hs_etag_matches(hs_str_of(header), 0x1a2b, matched);
}

static void test_etag_matches(void **state) {
    (void)state;
    char m[HS_ETAG_TEXT_SIZE];
    assert_true(matches("\"0000000000001a2b\"", m));
    assert_string_equal(m, "\"0000000000001a2b\"");
    assert_true(matches("W/\"0000000000001a2b\"", m));
    assert_true(matches("\"x,y\", \"\" ,W/\"0000000000001a2b-gzip\"", m));
    assert_string_equal(m, "\"0000000000001a2b-gzip\"");
    assert_true(matches(" * ", m));
    assert_true(matches(",, \"0000000000001a2b\"", m));
    assert_false(matches("", m));
    assert_false(matches("0000000000001a2b", m));
    assert_false(matches("\"0000000000001a2b", m));
    assert_false(matches("\"0000000000001A2B\"", m));
    assert_false(matches("\"0000000000001a2b-br\"", m));
    assert_false(matches("\"*\"", m));
}

static unsigned accept(const char *header, const char *type) {
    return hs_accept_quality(hs_str_of(header), hs_str_of(type));
}

static void test_accept(void **state) {
    (void)state;
    assert_int_equal(accept("", "text/html"), 1000);
    /* RFC 9110 section 12.5.1's own example and table. */
    const char *example =
        "text/*;q=0.3, text/plain;q=0.7, text/plain;format=flowed, text/plain;format=fixed;q=0.4, "
        "*/*;q=0.5";
    assert_int_equal(accept(example, "text/html"), 300);
    assert_int_equal(accept(example, "image/jpeg"), 500);
    const char *browser = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8";
    assert_int_equal(accept(browser, "text/html"), 1000);
    assert_int_equal(accept(browser, "application/json"), 800);
    assert_int_equal(accept("application/json;q=0, */*", "application/json"), 0);
    assert_int_equal(accept("TEXT/HTML", "text/html"), 1000);
    assert_int_equal(accept("a/b;x=\"q=0,\";q=0.25", "a/b"), 250);
    assert_int_equal(accept("a/b;q=2", "a/b"), 0);
    assert_int_equal(accept("a/b;q=0.1234", "a/b"), 0);
    assert_int_equal(accept("text/*", "textual/html"), 0);
}

static unsigned encoding(const char *header) {
    return hs_accept_encoding_quality(hs_str_of(header), HS_STR("gzip"));
}

static void test_accept_encoding(void **state) {
    (void)state;
    assert_int_equal(encoding(""), 0);
    assert_int_equal(encoding("gzip, deflate, br"), 1000);
    assert_int_equal(encoding("br;q=1.0, GZIP;q=0.6"), 600);
    assert_int_equal(encoding("*"), 1000);
    assert_int_equal(encoding("*, gzip;q=0"), 0);
    assert_int_equal(encoding("gzip;q=0.000"), 0);
    assert_int_equal(encoding("identity"), 0);
}

static void test_tokens_and_hosts(void **state) {
    (void)state;
    assert_true(hs_http_is_token(HS_STR("X-Thing_1")));
    assert_false(hs_http_is_token(HS_STR("X Thing")));
    assert_false(hs_http_is_token(HS_STR("")));
    assert_false(hs_http_is_token((hs_str){"a\0b", 3}));
    assert_true(hs_http_is_host(HS_STR("example.org")));
    assert_true(hs_http_is_host(HS_STR("127.0.0.1:8080")));
    assert_true(hs_http_is_host(HS_STR("[::1]:80")));
    assert_false(hs_http_is_host(HS_STR("a/b")));
    assert_false(hs_http_is_host(HS_STR("a:80:80")));
    assert_false(hs_http_is_host(HS_STR("a\"b")));
    assert_false(hs_http_is_host(HS_STR("[::1")));
    assert_false(hs_http_is_host(HS_STR("user@host")));
    assert_false(hs_http_is_host(HS_STR(":80")));
}

static void test_percent(void **state) {
    (void)state;
    hs_arena *arena = hs_arena_new(1 << 20);
    hs_error error = {0};
    hs_str out;
    check_ok(hs_percent_decode(HS_STR("a%20b+c%2Fd"), false, arena, &error, &out), &error);
    check_str(out, "a b+c/d");
    check_ok(hs_percent_decode(HS_STR("a+b%2b"), true, arena, &error, &out), &error);
    check_str(out, "a b+");
    check_ok(hs_percent_decode(HS_STR("%E5%8D%A0%e9%81%93"), true, arena, &error, &out), &error);
    check_str(out, "占道");
    const char *bad[] = {"%", "%1", "%zz", "a%2", "%00", "%ff", "%C3", "%ED%A0%80", "%+1", "% 1"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(hs_percent_decode(hs_str_of(bad[i]), true, arena, &error, &out), HS_E_ARGUMENT);
    hs_arena_free(arena);
}

static void test_query(void **state) {
    (void)state;
    hs_arena *arena = hs_arena_new(1 << 20);
    hs_error error = {0};
    const hs_http_pair *pairs;
    size_t count;
    check_ok(hs_query_parse(HS_STR("a=1&&b=x=y&c&=d&a=2&"), arena, &error, &pairs, &count), &error);
    assert_int_equal(count, 5);
    check_str(pairs[0].name, "a");
    check_str(pairs[1].value, "x=y");
    check_str(pairs[2].name, "c");
    check_str(pairs[2].value, "");
    check_str(pairs[3].name, "");
    check_str(pairs[4].value, "2");
    check_ok(hs_query_parse(HS_STR(""), arena, &error, &pairs, &count), &error);
    assert_int_equal(count, 0);
    assert_int_equal(hs_query_parse(HS_STR("a=%"), arena, &error, &pairs, &count), HS_E_ARGUMENT);
    char many[2 * HS_QUERY_MAX_PAIRS + 2];
    memset(many, '&', sizeof many);
    assert_int_equal(hs_query_parse((hs_str){many, sizeof many}, arena, &error, &pairs, &count),
                     HS_E_ARGUMENT);
    hs_arena_free(arena);
}

static void test_percent_encode(void **state) {
    (void)state;
    hs_buffer out;
    hs_buffer_init(&out, 1000);
    hs_percent_encode(&out, HS_STR("a b&占~/"));
    check_str(((hs_str){out.data, out.size}), "a%20b%26%E5%8D%A0~%2F");
    hs_buffer_done(&out);
}

static void check_forwarded(const char *value, const char *expected) {
    char address[HS_ADDRESS_TEXT_SIZE] = "none";
    assert_int_equal(hs_forwarded_for(hs_str_of(value), address), strcmp(expected, "none") != 0);
    assert_string_equal(address, expected);
}

static void test_forwarded_for(void **state) {
    (void)state;
    check_forwarded("192.0.2.1", "192.0.2.1");
    check_forwarded("203.0.113.9, 192.0.2.1 ", "192.0.2.1");
    check_forwarded("unknown,192.0.2.1:4711", "192.0.2.1");
    check_forwarded("2001:db8::1", "2001:db8::1");
    check_forwarded("[2001:db8::1]:443", "2001:db8::1");
    check_forwarded("192.0.2.1, unknown", "none");
    check_forwarded("192.0.2.1,", "none");
    check_forwarded("", "none");
    check_forwarded("192.0.2.256", "none");
    check_forwarded("2001:0db8:0000:0000:0000:0000:0000:0000:0000:0000:0000:0001", "none");
}

static void check_network(const char *address, const char *expected) {
    char network[HS_ADDRESS_TEXT_SIZE] = "none";
    assert_int_equal(hs_client_network(address, network), strcmp(expected, "none") != 0);
    assert_string_equal(network, expected);
}

static void test_client_network(void **state) {
    (void)state;
    check_network("192.0.2.1", "192.0.2.1");
    check_network("::ffff:192.0.2.1", "192.0.2.1");
    check_network("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::");
    check_network("2001:db8:1:2::9", "2001:db8:1:2::");
    check_network("somebody", "none");
}

static bool is_meant(const char *header, uint64_t mask) {
    return hs_etag_is_meant(hs_str_of(header), 0x1a2b3c0000, mask);
}

static void test_etag_is_meant(void **state) {
    (void)state;
    const uint64_t high = ~UINT64_C(0xFFFF);
    assert_true(is_meant("\"0000001a2b3c0000\"", UINT64_MAX));
    assert_true(is_meant("\"0000001a2b3c0000-gzip\"", UINT64_MAX));
    assert_true(is_meant("\"x\", \"0000001a2b3cffff\"", high));
    assert_false(is_meant("\"0000001a2b3cffff\"", UINT64_MAX));
    assert_false(is_meant("\"0000001a2b3d0000\"", high));
    assert_true(is_meant("*", high));
    assert_false(is_meant("W/\"0000001a2b3c0000\"", high)); /* weak ones never match */
    assert_true(is_meant("W/\"0000001a2b3c0000\", \"0000001a2b3c0001\"", high));
    assert_false(is_meant("", high));
    assert_false(is_meant("\"0000001A2B3C0000\"", high));
    assert_false(is_meant("\"0000001a2b3c00001\"", high));
    assert_false(is_meant("0000001a2b3c0000", high));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_etag_format),     cmocka_unit_test(test_etag_matches),
        cmocka_unit_test(test_etag_is_meant),   cmocka_unit_test(test_accept),
        cmocka_unit_test(test_accept_encoding), cmocka_unit_test(test_tokens_and_hosts),
        cmocka_unit_test(test_percent),         cmocka_unit_test(test_query),
        cmocka_unit_test(test_percent_encode),  cmocka_unit_test(test_forwarded_for),
        cmocka_unit_test(test_client_network),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
