/* Time: clocks, RFC 3339 texts, civil dates. Proleptic Gregorian calendar, no leap seconds. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <hotspot/types.h>

/* Seconds since 1970 UTC now; monotonic milliseconds with fraction, for durations. */
int64_t hs_clock_now_s(void);
double hs_clock_monotonic_ms(void);

typedef struct hs_civil {
    int32_t year, month, day, hour, minute, second; /* month 1-12, day 1-31 */
} hs_civil;

/* Days since 1970-01-01 of a civil date (Howard Hinnant's algorithm), and back. */
int64_t hs_civil_days(int32_t year, int32_t month, int32_t day);
hs_civil hs_civil_from_s(int64_t seconds);
int64_t hs_civil_to_s(hs_civil civil); /* as if the zone were UTC */
bool hs_civil_valid(hs_civil civil);
/* 1 Monday ... 7 Sunday (ISO 8601) of a time in seconds, as if the zone were UTC. */
int hs_civil_weekday(int64_t seconds);

/* Writes `2024-01-05T18:03:00Z` and NUL (at most 28 bytes for years of 4 to 7 digits); returns its length. */
#define HS_TIME_TEXT_SIZE 32
size_t hs_time_format(int64_t seconds, char text[HS_TIME_TEXT_SIZE]);

#endif
