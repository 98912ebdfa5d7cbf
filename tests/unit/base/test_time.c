/* Clock and time zones. Expected moments are those of the IANA time zone database. */
#include "check.h"

#include "base/clock.h"
#include "base/random.h"
#include "base/time_text.h"
#include "base/timezone.h"
#include <stdlib.h>
#include <time.h>

static int64_t utc(int year, int month, int day, int hour, int minute) {
    return hs_civil_to_s((hs_civil){year, month, day, hour, minute, 0});
}

static void civil_agrees_with_the_c_library(void **state) {
    (void)state;
    for (int64_t at = -INT64_C(70000000000); at < INT64_C(200000000000); at += 86399 * INT64_C(1013)) {
        time_t seconds = (time_t)at;
        struct tm tm;
        gmtime_r(&seconds, &tm);
        hs_civil civil = hs_civil_from_s(at);
        assert_int_equal(civil.year, tm.tm_year + 1900);
        assert_int_equal(civil.month, tm.tm_mon + 1);
        assert_int_equal(civil.day, tm.tm_mday);
        assert_int_equal(civil.hour, tm.tm_hour);
        assert_int_equal(civil.minute, tm.tm_min);
        assert_int_equal(civil.second, tm.tm_sec);
        assert_int_equal(hs_civil_weekday(at), tm.tm_wday == 0 ? 7 : tm.tm_wday);
        assert_true(hs_civil_to_s(civil) == at);
        assert_true(hs_civil_valid(civil));
    }
}

static void knows_the_calendar(void **state) {
    (void)state;
    assert_int_equal(hs_civil_days(1970, 1, 1), 0);
    assert_int_equal(hs_civil_days(2000, 3, 1), 11017);
    assert_true(hs_civil_valid((hs_civil){2024, 2, 29, 23, 59, 59}));
    assert_false(hs_civil_valid((hs_civil){2023, 2, 29, 0, 0, 0}));
    assert_false(hs_civil_valid((hs_civil){1900, 2, 29, 0, 0, 0}));
    assert_false(hs_civil_valid((hs_civil){2024, 13, 1, 0, 0, 0}));
    assert_false(hs_civil_valid((hs_civil){2024, 0, 1, 0, 0, 0}));
    assert_false(hs_civil_valid((hs_civil){2024, 4, 31, 0, 0, 0}));
    assert_false(hs_civil_valid((hs_civil){2024, 4, 30, 24, 0, 0}));
    char text[HS_TIME_TEXT_SIZE];
    assert_int_equal(hs_time_format(1704477780, text), 20);
    assert_string_equal(text, "2024-01-05T18:03:00Z");
}

static void times_are_as_the_c_library_writes_them(void **state) {
    (void)state;
    for (int64_t at = -INT64_C(700000000000); at < INT64_C(4000000000000); at += 86399 * INT64_C(10133)) {
        time_t seconds = (time_t)at;
        struct tm tm;
        gmtime_r(&seconds, &tm);
        char text[HS_TIME_TEXT_SIZE], expected[96];
        snprintf(expected, sizeof expected, "%04d-%02d-%02dT%02d:%02d:%02dZ", tm.tm_year + 1900,
                 tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
        assert_int_equal(hs_time_format(at, text), strlen(expected));
        assert_string_equal(text, expected);
    }
    char text[HS_TIME_TEXT_SIZE];
    assert_true(hs_time_format(INT64_MAX, text) < sizeof text);
    assert_true(hs_time_format(INT64_MIN, text) < sizeof text);
}

static void clocks_go_forward(void **state) {
    (void)state;
    double before_ms = hs_clock_monotonic_ms();
    assert_true(hs_clock_monotonic_ms() >= before_ms);
    assert_true(hs_clock_now_s() > utc(2024, 1, 1, 0, 0));
}

static hs_timezone *zone_of(const char *name) {
    hs_error error;
    hs_timezone *zone = NULL;
    check_ok(hs_timezone_new(name, &error, &zone), &error);
    assert_string_equal(hs_timezone_name(zone), name);
    return zone;
}

static void shanghai(void **state) {
    (void)state;
    hs_timezone *zone = zone_of("Asia/Shanghai");
    assert_int_equal(hs_timezone_offset(zone, utc(2024, 7, 1, 0, 0)), 28800);
    assert_int_equal(hs_timezone_offset(zone, utc(2090, 7, 1, 0, 0)), 28800);
    /* Summer time of 1988. */
    assert_int_equal(hs_timezone_offset(zone, utc(1988, 7, 1, 0, 0)), 32400);
    int64_t from_s, to_s;
    assert_int_equal(hs_timezone_interval(zone, utc(2024, 1, 1, 0, 0), &from_s, &to_s), 28800);
    assert_true(from_s == utc(1991, 9, 14, 17, 0));
    assert_true(to_s == INT64_MAX);
    hs_timezone_unref(zone);
}

static void new_york_jumps(void **state) {
    (void)state;
    hs_timezone *zone = zone_of("America/New_York");
    int64_t spring = utc(2024, 3, 10, 7, 0), autumn = utc(2024, 11, 3, 6, 0);
    assert_int_equal(hs_timezone_offset(zone, spring - 1), -18000);
    assert_int_equal(hs_timezone_offset(zone, spring), -14400);
    int64_t from_s, to_s;
    hs_timezone_interval(zone, spring, &from_s, &to_s);
    assert_true(from_s == spring && to_s == autumn);
    /* 02:30 does not exist in spring: the moment of the jump. 01:30 exists twice in autumn: the first. */
    assert_true(hs_timezone_to_utc(zone, utc(2024, 3, 10, 2, 30)) == spring);
    assert_true(hs_timezone_to_utc(zone, utc(2024, 3, 10, 3, 0)) == spring);
    assert_true(hs_timezone_to_utc(zone, utc(2024, 3, 10, 1, 59)) == spring - 60);
    assert_true(hs_timezone_to_utc(zone, utc(2024, 11, 3, 1, 30)) == utc(2024, 11, 3, 5, 30));
    assert_true(hs_timezone_to_utc(zone, utc(2024, 11, 3, 2, 0)) == utc(2024, 11, 3, 7, 0));
    hs_timezone_unref(zone);
}

/* Local time and back, and the stretches agree with the C library, for zones with odd habits. */
static void zones_agree_with_the_c_library(void **state) {
    (void)state;
    static const char *const names[] = {"Australia/Lord_Howe", "Asia/Kathmandu",  "Africa/Casablanca",
                                        "Pacific/Apia",        "America/Caracas", "Europe/Dublin"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        setenv("TZ", names[i], 1);
        tzset();
        hs_timezone *zone = zone_of(names[i]);
        for (int64_t at = utc(1950, 1, 1, 0, 0); at < utc(2037, 1, 1, 0, 0); at += 86400 * 3 + 3599) {
            time_t seconds = (time_t)at;
            struct tm tm;
            localtime_r(&seconds, &tm);
            int32_t offset_s = hs_timezone_offset(zone, at);
            assert_int_equal(offset_s, tm.tm_gmtoff);
            int64_t back_s = hs_timezone_to_utc(zone, at + offset_s);
            assert_true(back_s <= at);
            assert_true(back_s + hs_timezone_offset(zone, back_s) == at + offset_s);
        }
        hs_timezone_unref(zone);
    }
    unsetenv("TZ");
}

static void unknown_zones_are_refused(void **state) {
    (void)state;
    hs_error error;
    hs_timezone *zone = NULL;
    assert_int_equal(hs_timezone_new("Mars/Olympus", &error, &zone), HS_E_NOT_FOUND);
    assert_non_null(strstr(error.message, "Mars/Olympus"));
    assert_int_equal(hs_timezone_new("", &error, &zone), HS_E_NOT_FOUND);
    assert_int_equal(hs_timezone_new(NULL, NULL, &zone), HS_E_NOT_FOUND);
    assert_null(zone);
    hs_timezone_unref(NULL);
}

static void guesses_by_position(void **state) {
    (void)state;
    static const struct {
        double lon_deg, lat_deg;
        const char *name;
    } places[] = {
        {-90.2, 38.63, "America/Chicago"},   {100.45, 38.93, "Asia/Shanghai"},
        {-77.04, 38.9, "America/New_York"},  {-95.37, 29.76, "America/Chicago"},
        {121.6, 23.98, "Asia/Taipei"},       {7.42, 43.735, "Europe/Monaco"},
        {1.52, 42.51, "Europe/Andorra"},     {13.4, 52.52, "Europe/Berlin"},
        {9.52, 47.14, "Europe/Vaduz"},       {8.54, 47.37, "Europe/Zurich"},
        {87.6, 43.8, "Asia/Shanghai"},       {-85.76, 38.25, "America/Kentucky/Louisville"},
        {-112.07, 33.45, "America/Phoenix"}, {-86.16, 39.77, "America/Indiana/Indianapolis"},
        {-87.63, 41.88, "America/Chicago"},  {-122.42, 37.77, "America/Los_Angeles"},
        {-104.99, 39.74, "America/Denver"},  {-0.13, 51.5, "Europe/London"},
        {114.17, 22.3, "Asia/Hong_Kong"},    {126.98, 37.57, "Asia/Seoul"},
        {139.69, 35.69, "Asia/Tokyo"},       {179.99, -16.8, "Pacific/Fiji"},
        {116.4, 39.9, "Asia/Shanghai"},      {-73.57, 45.5, "America/Toronto"},
    };
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        const char *name = hs_timezone_guess(places[i].lon_deg, places[i].lat_deg);
        assert_string_equal(name, places[i].name);
        hs_timezone_unref(zone_of(name));
    }
    assert_string_equal(hs_timezone_guess(NAN, 0), "UTC");
}

static void check_local(const char *zone_name, int64_t utc_s, const char *expected) {
    char text[HS_TIME_TEXT_SIZE];
    hs_timezone *zone = zone_of(zone_name);
    assert_int_equal(hs_timezone_format(zone, utc_s, text), strlen(expected));
    assert_string_equal(text, expected);
    hs_timezone_unref(zone);
}

static void local_times_say_their_offset(void **state) {
    (void)state;
    check_local("Asia/Shanghai", utc(2024, 1, 5, 10, 3), "2024-01-05T18:03:00+08:00");
    check_local("America/New_York", utc(2024, 1, 1, 2, 0), "2023-12-31T21:00:00-05:00");
    check_local("America/New_York", utc(2024, 7, 1, 2, 0), "2024-06-30T22:00:00-04:00");
    check_local("Asia/Kolkata", utc(2024, 7, 1, 0, 0), "2024-07-01T05:30:00+05:30");
    check_local("America/St_Johns", utc(2024, 1, 1, 0, 0), "2023-12-31T20:30:00-03:30");
    check_local("UTC", utc(2024, 1, 1, 0, 0), "2024-01-01T00:00:00+00:00");
    /* Local mean time of Shanghai was 8 h 5 min 43 s ahead. */
    check_local("Asia/Shanghai", utc(1890, 1, 1, 0, 0), "1890-01-01T00:00:00Z");
}

static void check_day_text(hs_day_text *day, int64_t at) {
    char expected[HS_TIME_TEXT_SIZE], text[HS_TIME_TEXT_SIZE];
    size_t size = hs_time_text(day, at, text);
    assert_int_equal(size, hs_time_format(at, expected));
    assert_memory_equal(text, expected, size);
}

static void times_of_a_day_are_as_any(void **state) {
    (void)state;
    hs_day_text day = {0};
    static const int64_t ends[] = {0,
                                   86399,
                                   86400,
                                   -1,
                                   -86400,
                                   -86401,
                                   253402300799,
                                   INT64_MAX,
                                   INT64_MAX - 9999,
                                   INT64_MIN,
                                   INT64_MIN + 86400};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        check_day_text(&day, ends[i]);
    hs_random random;
    hs_random_seed(&random, 6);
    for (int i = 0; i < 20000; i++)
        check_day_text(&day, (int64_t)hs_random_below(&random, 40 * 86400) - 20 * 86400 +
                                 i / 1000 * INT64_C(30000000000));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(civil_agrees_with_the_c_library),
        cmocka_unit_test(knows_the_calendar),
        cmocka_unit_test(times_are_as_the_c_library_writes_them),
        cmocka_unit_test(clocks_go_forward),
        cmocka_unit_test(shanghai),
        cmocka_unit_test(new_york_jumps),
        cmocka_unit_test(zones_agree_with_the_c_library),
        cmocka_unit_test(unknown_zones_are_refused),
        cmocka_unit_test(guesses_by_position),
        cmocka_unit_test(local_times_say_their_offset),
        cmocka_unit_test(times_of_a_day_are_as_any),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
