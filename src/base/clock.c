#include "base/clock.h"

#include <time.h>

/* From 0000-03-01 to 1970-01-01, and to 32767-03-01 or so. */
#define EPOCH_DAYS INT64_C(719468)
#define NEAR_DAYS  INT64_C(11967900)

int64_t hs_clock_now_s(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec;
}

double hs_clock_monotonic_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec * 1e-6;
}

/* The year is taken to begin in March, so that the leap day is its last; 400-year eras repeat exactly. */
int64_t hs_civil_days(int32_t year, int32_t month, int32_t day) {
    int64_t y = (int64_t)year - (month <= 2);
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t year_of_era = y - era * 400;
    int64_t day_of_year = (153 * (int64_t)(month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

static int64_t floor_div(int64_t a, int64_t b) {
    return a / b - (a % b != 0 && (a % b < 0));
}

/* The date of a day of the years 0 to 32767, March first, counted from 0000-03-01, by multiplications alone
 * (Neri and Schneider, Euclidean affine functions and their application to calendar algorithms, 2023). */
static hs_civil near_date(uint32_t day) {
    uint32_t quarters = 4 * day + 3, century = quarters / 146097;
    uint32_t of_century = quarters % 146097 / 4;
    uint64_t product = UINT64_C(2939745) * (4 * of_century + 3);
    uint32_t of_year = (uint32_t)product / 2939745 / 4;
    uint32_t months = 2141 * of_year + 197913, next = of_year >= 306;
    return (hs_civil){.year = (int32_t)(100 * century + (uint32_t)(product >> 32) + next),
                      .month = (int32_t)((months >> 16) - 12 * next),
                      .day = (int32_t)((months & 0xffff) / 2141 + 1)};
}

static hs_civil near_civil(uint64_t seconds) {
    hs_civil civil = near_date((uint32_t)(seconds / 86400));
    uint32_t second = (uint32_t)(seconds % 86400), minute = second / 60;
    civil.hour = (int32_t)(minute / 60);
    civil.minute = (int32_t)(minute % 60);
    civil.second = (int32_t)(second % 60);
    return civil;
}

hs_civil hs_civil_from_s(int64_t seconds) {
    if (seconds >= -EPOCH_DAYS * 86400 && seconds < (NEAR_DAYS - EPOCH_DAYS) * 86400)
        return near_civil((uint64_t)(seconds + EPOCH_DAYS * 86400));
    int64_t days = floor_div(seconds, 86400);
    int64_t second_of_day = seconds % 86400 + (seconds % 86400 < 0 ? 86400 : 0);
    int64_t z = days + 719468;
    int64_t era = floor_div(z, 146097);
    int64_t day_of_era = z - era * 146097;
    int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t march_month = (5 * day_of_year + 2) / 153;
    int64_t month = march_month < 10 ? march_month + 3 : march_month - 9;
    return (hs_civil){.year = (int32_t)(year_of_era + era * 400 + (month <= 2)),
                      .month = (int32_t)month,
                      .day = (int32_t)(day_of_year - (153 * march_month + 2) / 5 + 1),
                      .hour = (int32_t)(second_of_day / 3600),
                      .minute = (int32_t)(second_of_day / 60 % 60),
                      .second = (int32_t)(second_of_day % 60)};
}

int64_t hs_civil_to_s(hs_civil civil) {
    return hs_civil_days(civil.year, civil.month, civil.day) * 86400 + (int64_t)civil.hour * 3600 +
           (int64_t)civil.minute * 60 + civil.second;
}

static int32_t days_in_month(int32_t year, int32_t month) {
    static const int8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return days[month - 1] + (month == 2 && leap);
}

bool hs_civil_valid(hs_civil civil) {
    return civil.month >= 1 && civil.month <= 12 && civil.day >= 1 &&
           civil.day <= days_in_month(civil.year, civil.month) && civil.hour >= 0 && civil.hour <= 23 &&
           civil.minute >= 0 && civil.minute <= 59 && civil.second >= 0 && civil.second <= 59;
}

int hs_civil_weekday(int64_t seconds) {
    int64_t days = floor_div(seconds, 86400);
    /* 1970-01-01 was a Thursday. */
    return (int)(((days + 3) % 7 + 7) % 7) + 1;
}

static char *put_two(char *at, int32_t number) {
    at[0] = (char)('0' + number / 10);
    at[1] = (char)('0' + number % 10);
    return at + 2;
}

/* At least four characters, the sign among them, as "%04d". */
static char *put_year(char *at, int32_t year) {
    if (year >= 0 && year <= 9999) return put_two(put_two(at, year / 100), year % 100);
    char digits[10];
    int count = 0;
    for (int64_t rest = year < 0 ? -(int64_t)year : year; rest > 0; rest /= 10)
        digits[count++] = (char)('0' + rest % 10);
    while (count < 3)
        digits[count++] = '0';
    if (year < 0) *at++ = '-';
    while (count > 0)
        *at++ = digits[--count];
    return at;
}

size_t hs_time_format(int64_t seconds, char text[HS_TIME_TEXT_SIZE]) {
    hs_civil civil = hs_civil_from_s(seconds);
    char *at = put_year(text, civil.year);
    *at++ = '-';
    at = put_two(at, civil.month);
    *at++ = '-';
    at = put_two(at, civil.day);
    *at++ = 'T';
    at = put_two(at, civil.hour);
    *at++ = ':';
    at = put_two(at, civil.minute);
    *at++ = ':';
    at = put_two(at, civil.second);
    *at++ = 'Z';
    *at = '\0';
    return (size_t)(at - text);
}
