#include "base/time_text.h"

#include <string.h>

enum { DAY_S = 86400, HOURS_SIZE = sizeof "00:00:00Z" - 1 };

static char *put_two(char *at, unsigned number, char behind) {
    at[0] = (char)('0' + number / 10);
    at[1] = (char)('0' + number % 10);
    at[2] = behind;
    return at + 3;
}

static size_t begin_day(hs_day_text *day, int64_t seconds, char *text) {
    size_t size = hs_time_format(seconds, text);
    int64_t second_of_day = (seconds % DAY_S + DAY_S) % DAY_S;
    day->begin_s = seconds - second_of_day;
    day->size = size - HOURS_SIZE;
    memcpy(day->text, text, day->size);
    return size;
}

size_t hs_time_text(hs_day_text *day, int64_t seconds, char text[HS_TIME_TEXT_SIZE]) {
    uint64_t second = (uint64_t)seconds - (uint64_t)day->begin_s;
    if (day->size == 0 || second >= DAY_S) return begin_day(day, seconds, text);
    unsigned s = (unsigned)second;
    memcpy(text, day->text, day->size);
    char *at = put_two(text + day->size, s / 3600, ':');
    at = put_two(at, s / 60 % 60, ':');
    at = put_two(at, s % 60, 'Z');
    return (size_t)(at - text);
}
