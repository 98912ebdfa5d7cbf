#include "check.h"

#include "base/text.h"
#include <hotspot/weekly_hours.h>

static hs_weekly_hours hours_of(const char *text) {
    hs_weekly_hours hours = HS_WEEKLY_HOURS_ALWAYS;
    hs_error error;
    check_ok(hs_day_spans_parse(hs_str_of(text), &error, &hours), &error);
    return hours;
}

static uint8_t days_of(const char *text) {
    hs_weekly_hours hours = {0};
    hs_error error;
    check_ok(hs_weekdays_parse(hs_str_of(text), &error, &hours), &error);
    return hours.weekdays;
}

#define check_span(hours, i, from_h, from_m, to_h, to_m)                                                     \
    do {                                                                                                     \
        assert_int_equal((hours).span[i].from_min, 60 * (from_h) + (from_m));                                \
        assert_int_equal((hours).span[i].to_min, 60 * (to_h) + (to_m));                                      \
    } while (0)

static void one_span_in_many_words(void **state) {
    (void)state;
    static const char *const same[] = {
        "18:00-23:00",  "18:00–23:00",      "18：00—23：00",          " 18:00 ~ 23:00 ",
        "18:00至23:00", "18:00 to 23:00",   "１８：００－２３：００", "18时-23时",
        "18点到23点",   "6pm-11pm",         "6:00 PM - 11:00 p.m.",   "18-23:00",
        "18:00-23",     "18:00:00-23:00:00"};
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        hs_weekly_hours hours = hours_of(same[i]);
        assert_int_equal(hours.span_count, 1);
        check_span(hours, 0, 18, 0, 23, 0);
    }
}

static void whole_hours_as_in_filters(void **state) {
    (void)state;
    check_span(hours_of("18-23"), 0, 18, 0, 24, 0);
    check_span(hours_of("22-5"), 0, 22, 0, 30, 0);
    check_span(hours_of("18"), 0, 18, 0, 19, 0);
    check_span(hours_of("0-23"), 0, 0, 0, 24, 0);
    check_span(hours_of("7-6"), 0, 7, 0, 31, 0);
}

static void moments(void **state) {
    (void)state;
    check_span(hours_of("22:30-01:15"), 0, 22, 30, 25, 15);
    check_span(hours_of("00:00-24:00"), 0, 0, 0, 24, 0);
    check_span(hours_of("18:00-00:00"), 0, 18, 0, 24, 0);
    check_span(hours_of("24:00-02:00"), 0, 0, 0, 2, 0);
    check_span(hours_of("6点半-9点"), 0, 6, 30, 9, 0);
    check_span(hours_of("6时15分至9时"), 0, 6, 15, 9, 0);
    check_span(hours_of("12am-12pm"), 0, 0, 0, 12, 0);
    check_span(hours_of("全天"), 0, 0, 0, 24, 0);
    check_span(hours_of("All day"), 0, 0, 0, 24, 0);
    check_span(hours_of("24/7"), 0, 0, 0, 24, 0);
    check_span(hours_of(""), 0, 0, 0, 24, 0);
}

static void several(void **state) {
    (void)state;
    static const char *const same[] = {"6:00-9:00,17:30-20:00",    "6:00-9:00；17:30-20:00",
                                       "6:00-9:00 17:30-20:00",    "6:00-9:00、17:30-20:00",
                                       "6:00-9:00 和 17:30-20:00", "6:00-9:00 / 17:30-20:00;"};
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        hs_weekly_hours hours = hours_of(same[i]);
        assert_int_equal(hours.span_count, 2);
        check_span(hours, 0, 6, 0, 9, 0);
        check_span(hours, 1, 17, 30, 20, 0);
    }
    assert_int_equal(hours_of("1,2,3,4,5,6,7,8").span_count, 8);
}

static void refused_hours(void **state) {
    (void)state;
    static const struct {
        const char *text, *words;
    } bad[] = {{"evening", "cannot be read"},     {"18:00", "not when it ends"},
               {"18:00-", "cannot be read"},      {"-23", "cannot be read"},
               {"18:60-19:00", "cannot be read"}, {"25:00-26:00", "cannot be read"},
               {"24:30-02:00", "cannot be read"}, {"18:0-19:00", "cannot be read"},
               {"180-230", "cannot be read"},     {"18-24", "0 to 23"},
               {"6-11pm", "am or pm at one end"}, {"13pm-2pm", "cannot be read"},
               {"9:00-9:00", "the whole day"},    {"18:00-23:00 Mon", "cannot be read"},
               {",18-23", "cannot be read"},      {"1,2,3,4,5,6,7,8,9", "more than 8"},
               {"\xff\xfe", "cannot be read"}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        hs_weekly_hours hours = HS_WEEKLY_HOURS_ALWAYS;
        hs_error error = {0};
        assert_int_equal(hs_day_spans_parse(hs_str_of(bad[i].text), &error, &hours), HS_E_INPUT);
        if (!strstr(error.message, bad[i].words)) fail_msg("%s: %s", bad[i].text, error.message);
        check_span(hours, 0, 0, 0, 24, 0);
    }
    char many[1024];
    memset(many, ' ', sizeof many);
    memcpy(many + 500, "18-23", 5);
    hs_weekly_hours hours = HS_WEEKLY_HOURS_ALWAYS;
    assert_int_equal(hs_day_spans_parse((hs_str){many, sizeof many}, NULL, &hours), HS_OK);
    memset(many, '1', sizeof many);
    assert_int_equal(hs_day_spans_parse((hs_str){many, sizeof many}, NULL, &hours), HS_E_INPUT);
    assert_int_equal(hs_day_spans_parse((hs_str){"18-23\0", 6}, NULL, &hours), HS_E_INPUT);
}

#define DAYS(...) days_bits((const int[]){__VA_ARGS__, 0})
static uint8_t days_bits(const int *days) {
    unsigned bits = 0;
    for (; *days; days++)
        bits |= 1U << *days;
    return (uint8_t)bits;
}

static void weekdays(void **state) {
    (void)state;
    const uint8_t work = DAYS(1, 2, 3, 4, 5), end = DAYS(6, 7);
    static const char *const works[] = {"1-5",           "Mon-Fri",    "monday to friday", "Mo-Fr",
                                        "周一至周五",    "周一至五",   "星期一到星期五",   "1,2,3,4,5",
                                        "一二三四五",    "１～５",     "工作日",           "weekdays",
                                        "礼拜一—礼拜五", "Mon. - Fri."};
    static const char *const ends[] = {"6-7",       "6,7",      "Sat, Sun", "Saturday and Sunday",
                                       "sat sun",   "周六周日", "周六、日", "星期六天",
                                       "周末",      "双休日",   "weekend",  "Sat/Sun",
                                       "周六和周日"};
    for (size_t i = 0; i < sizeof works / sizeof *works; i++)
        if (days_of(works[i]) != work) fail_msg("%s: %x", works[i], days_of(works[i]));
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (days_of(ends[i]) != end) fail_msg("%s: %x", ends[i], days_of(ends[i]));
    assert_int_equal(days_of("6-1"), DAYS(6, 7, 1));
    assert_int_equal(days_of("Fri-Mon, Wed"), DAYS(5, 6, 7, 1, 3));
    assert_int_equal(days_of("周一三五"), DAYS(1, 3, 5));
    assert_int_equal(days_of("周末,1"), DAYS(6, 7, 1));
    assert_int_equal(days_of(""), 0xFE);
    assert_int_equal(days_of("每天"), 0xFE);
    assert_int_equal(days_of("Daily"), 0xFE);
    static const char *const bad[] = {"0", "8",  "67",        "1-8",  "Mond", "周",
                                      ",", "1-", "sometimes", "周八", "1-5x"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        hs_weekly_hours hours = {0};
        hs_error error = {0};
        if (hs_weekdays_parse(hs_str_of(bad[i]), &error, &hours) != HS_E_INPUT)
            fail_msg("%s was read", bad[i]);
        assert_non_null(strstr(error.message, "Mon-Fri"));
        assert_int_equal(hours.weekdays, 0);
    }
}

static void over_midnight_belongs_to_the_day_before(void **state) {
    (void)state;
    hs_weekly_hours hours = hours_of("22:30-01:30");
    hours.weekdays = days_of("Fri,Sun");
    assert_false(hs_weekly_hours_has(&hours, 5, 22 * 60 + 29));
    assert_true(hs_weekly_hours_has(&hours, 5, 22 * 60 + 30));
    assert_true(hs_weekly_hours_has(&hours, 6, 0));
    assert_true(hs_weekly_hours_has(&hours, 6, 89));
    assert_false(hs_weekly_hours_has(&hours, 6, 90));
    assert_false(hs_weekly_hours_has(&hours, 5, 0));
    assert_true(hs_weekly_hours_has(&hours, 1, 0)); /* of Sunday */
    assert_false(hs_weekly_hours_has(&hours, 6, 23 * 60));
    assert_int_equal(hs_weekly_hours_in_hour(&hours, 5, 22), 30);
    assert_int_equal(hs_weekly_hours_in_hour(&hours, 5, 23), 60);
    assert_int_equal(hs_weekly_hours_in_hour(&hours, 6, 1), 30);
    assert_int_equal(hs_weekly_hours_in_hour(&hours, 6, 2), 0);
}

/* Overlapping spans count once; a week of them adds up. */
static void minutes_of_a_week(void **state) {
    (void)state;
    hs_weekly_hours hours = hours_of("8:00-12:00, 10:00-14:00");
    int minutes = 0;
    for (int day = 1; day <= 7; day++)
        for (int hour = 0; hour < 24; hour++)
            minutes += hs_weekly_hours_in_hour(&hours, day, hour);
    assert_int_equal(minutes, 7 * 6 * 60);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_span_in_many_words),
        cmocka_unit_test(whole_hours_as_in_filters),
        cmocka_unit_test(moments),
        cmocka_unit_test(several),
        cmocka_unit_test(refused_hours),
        cmocka_unit_test(weekdays),
        cmocka_unit_test(over_midnight_belongs_to_the_day_before),
        cmocka_unit_test(minutes_of_a_week),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
