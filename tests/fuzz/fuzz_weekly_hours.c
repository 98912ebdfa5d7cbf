/* Hours and weekdays of zones are outside texts: any bytes give spans within their bounds, or a message and
 * nothing changed. */
#include <hotspot/weekly_hours.h>

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_week(const hs_weekly_hours *hours) {
    if (hours->span_count < 1 || hours->span_count > HS_MOST_DAY_SPANS) __builtin_trap();
    if (!hours->weekdays || hours->weekdays & 1) __builtin_trap();
    int minutes = 0;
    for (int day = 1; day <= 7; day++)
        for (int hour = 0; hour < 24; hour++)
            minutes += hs_weekly_hours_in_hour(hours, day, hour);
    if (minutes < 1) __builtin_trap();
    for (size_t i = 0; i < hours->span_count; i++)
        if (hours->span[i].from_min >= HS_DAY_MIN || hours->span[i].to_min <= hours->span[i].from_min ||
            hours->span[i].to_min > hours->span[i].from_min + HS_DAY_MIN)
            __builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static hs_status (*const parse[])(hs_str, hs_error *, hs_weekly_hours *) = {hs_day_spans_parse,
                                                                                hs_weekdays_parse};
    for (size_t i = 0; i < 2; i++) {
        hs_weekly_hours hours = HS_WEEKLY_HOURS_ALWAYS, before = hours;
        hs_error error = {0};
        if (parse[i]((hs_str){(const char *)data, size}, &error, &hours) == HS_OK)
            check_week(&hours);
        else if (!error.message[0] || memcmp(&hours, &before, sizeof hours) != 0)
            __builtin_trap();
    }
    return 0;
}
