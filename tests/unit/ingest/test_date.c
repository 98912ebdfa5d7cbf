#include "check.h"

#include "base/text.h"
#include "ingest/date.h"

/* Expected seconds: `date -u -d ... +%s` of coreutils. */
static int64_t utc(const char *text, hs_date_order order) {
    hs_date date;
    if (!hs_date_parse(hs_str_of(text), &date) || !hs_date_resolve(&date, order)) return HS_NO_TIME;
    return hs_date_to_utc(&date, NULL);
}

static void forms(void **state) {
    (void)state;
    const struct {
        const char *text;
        int64_t seconds;
    } cases[] = {
        {"2024-01-05T18:03:00Z", 1704477780},
        {"2024-01-05T18:03:00+08:00", 1704448980},
        {"2024-01-05T18:03:00.123-0530", 1704497580},
        {"2024-01-05 18:03", 1704477780},
        {"2024/1/5 18:03", 1704477780},
        {"2024-01-05", 1704412800},
        {"20240105", 1704412800},
        {"20240105T180300Z", 1704477780},
        {"20240105180300", 1704477780},
        {"1704477780", 1704477780},
        {"1704477780123", 1704477780},
        {"1704477780.0", 1704477780},
        {"5 Jan 2024", 1704412800},
        {"05-JAN-24", 1704412800},
        {"January 5, 2024 6:03 PM", 1704477780},
        {"Fri, 05 Jan 2024 18:03:00 GMT", 1704477780},
        {"2024年1月5日 18时03分", 1704477780},
        {"2024年1月5日下午6点03分", 1704477780},
        {"31.12.2020", 1609372800},
        {"01.02.2020", 1580515200}, /* with dots the day is first */
        {"2024-01-05T24:00", 1704499200},
        {"2024-02-29", 1709164800},
        {"1900-01-01T00:00", -2208988800},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (utc(cases[i].text, HS_DATE_ORDER_UNKNOWN) != cases[i].seconds) print_error("%s\n", cases[i].text);
        assert_int_equal(utc(cases[i].text, HS_DATE_ORDER_UNKNOWN), cases[i].seconds);
    }
}

static void orders(void **state) {
    (void)state;
    assert_int_equal(utc("01/05/2024 06:03:00 PM", HS_DATE_ORDER_UNKNOWN), HS_NO_TIME);
    assert_int_equal(utc("01/05/2024 06:03:00 PM", HS_DATE_MONTH_FIRST), 1704477780);
    assert_int_equal(utc("05/01/2024 18:03", HS_DATE_DAY_FIRST), 1704477780);
    assert_int_equal(utc("31/12/2020", HS_DATE_DAY_FIRST), 1609372800);
    assert_int_equal(utc("31/12/2020", HS_DATE_MONTH_FIRST), HS_NO_TIME);
    assert_int_equal(utc("12/31/20", HS_DATE_MONTH_FIRST), 1609372800);
}

static void refused(void **state) {
    (void)state;
    const char *const texts[] = {"",
                                 "abc",
                                 "2024-13-01",
                                 "2023-02-29",
                                 "2024-01-05T25:00",
                                 "18:03",
                                 "12",
                                 "2024-01",
                                 "2024-01-05x",
                                 "13/13/2024",
                                 "2024-01-05T18:61",
                                 "0000-00-00",
                                 "99999999999999999999",
                                 "2024-01-05 18:03 +99:00",
                                 "--",
                                 "5 Foo 2024"};
    hs_date date;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (hs_date_parse(hs_str_of(texts[i]), &date)) print_error("%s\n", texts[i]);
        assert_false(hs_date_parse(hs_str_of(texts[i]), &date));
    }
}

static void by_format(void **state) {
    (void)state;
    hs_date date;
    assert_true(hs_date_parse_format(HS_STR("01/05/2024 06:03:00 PM"), "%m/%d/%Y %I:%M:%S %p", &date));
    assert_int_equal(hs_date_to_utc(&date, NULL), 1704477780);
    /* A format of the date alone takes a time behind it. */
    assert_true(hs_date_parse_format(HS_STR("05/01/2024 18:03"), "%d/%m/%Y", &date));
    assert_int_equal(hs_date_to_utc(&date, NULL), 1704477780);
    assert_false(hs_date_parse_format(HS_STR("2024-01-05"), "%d/%m/%Y", &date));
    assert_true(hs_date_parse_format(HS_STR("2024-01-05 18:03 +0800"), "%Y-%m-%d %H:%M %z", &date));
    assert_int_equal(hs_date_to_utc(&date, NULL), 1704448980);
}

static void zones(void **state) {
    (void)state;
    hs_timezone *zone = NULL;
    hs_error error;
    check_ok(hs_timezone_new("Asia/Shanghai", &error, &zone), &error);
    hs_date date;
    assert_true(hs_date_parse(HS_STR("2024-01-05 18:03"), &date));
    assert_int_equal(hs_date_to_utc(&date, zone), 1704448980);
    assert_true(hs_date_parse(HS_STR("2024-01-05 18:03Z"), &date));
    assert_int_equal(hs_date_to_utc(&date, zone), 1704477780);
    hs_timezone_unref(zone);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(forms), cmocka_unit_test(orders),
                                       cmocka_unit_test(refused), cmocka_unit_test(by_format),
                                       cmocka_unit_test(zones)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
