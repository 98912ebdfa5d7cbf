#include "base/time_text.h"

#include <string.h>

#define FAR_S (INT64_C(1) << 60)

enum { DAY_S = 86400, HOURS_SIZE = sizeof "00:00:00Z" - 1 };

static char *put_two(char *at, unsigned number, char behind) {
    at[0] = (char)('0' + number / 10);
    at[1] = (char)('0' + number % 10);
    at[2] = behind;
    return at + 3;
}

static size_t begin_day(hs_day_text *day, int64_t seconds, char *text) {
    size_t size = hs_time_format(seconds, text);
    if (seconds < -FAR_S || seconds > FAR_S) return size; /* its day may begin or end beyond all numbers */
    day->begin_s = seconds - (seconds % DAY_S + DAY_S) % DAY_S;
    day->size = size - HOURS_SIZE;
    memcpy(day->text, text, day->size);
    return size;
}

static bool within(const hs_day_text *day, int64_t seconds) {
    return day->size > 0 && seconds >= day->begin_s && seconds < day->begin_s + DAY_S;
}

size_t hs_time_text(hs_day_text *day, int64_t seconds, char text[HS_TIME_TEXT_SIZE]) {
    if (!within(day, seconds)) return begin_day(day, seconds, text);
    unsigned second = (unsigned)(seconds - day->begin_s);
    memcpy(text, day->text, day->size);
    char *at = put_two(text + day->size, second / 3600, ':');
    at = put_two(at, second / 60 % 60, ':');
    at = put_two(at, second % 60, 'Z');
    return (size_t)(at - text);
}
