/* Hours that repeat every week: when an area is permitted, or asks for attention.
 *
 * Hours are written `18:00-23:00`, several apart by comma or semicolon; one that ends before it begins runs
 * over midnight and belongs to the day that it begins on; `24:00` ends a day. Whole hours are read as the
 * filter `hours` reads them, both counted: `18-23` is 18:00 to 24:00, `22-5` is 22:00 to 06:00, `18` is 18:00
 * to 19:00. Once either end says minutes (or 时, 点), both are moments: `7:30-21` ends at 21:00. `6pm-11pm`,
 * `18时至23时`, `6点半-9点`, `全天` and `all day` are understood too.
 *
 * Weekdays are written as ISO numbers (1 Monday to 7 Sunday) or names: `1-5`, `6,7`, `Mon-Fri`,
 * `Saturday and Sunday`, `周一至周五`, `周一、三、五`, `星期六日`, `周末`, `工作日`, `weekend`, `daily`. A
 * range whose end comes before its beginning runs over Sunday.
 *
 * Full-width characters and any kind of dash, `~`, `to`, `至` and `到` are taken. Times are local ones of the
 * city; a moment belongs to the time that begins with it (half open).
 */
#ifndef HOTSPOT_WEEKLY_HOURS_H
#define HOTSPOT_WEEKLY_HOURS_H

#include <hotspot/error.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { HS_MOST_DAY_SPANS = 8, HS_DAY_MIN = 24 * 60 };

typedef struct hs_day_span {
    uint16_t from_min, to_min; /* minutes from midnight, [from, to); to above HS_DAY_MIN: the day after */
} hs_day_span;

typedef struct hs_weekly_hours {
    uint8_t weekdays;   /* bit d: ISO weekday d (1..7) has them */
    uint8_t span_count; /* 1 to HS_MOST_DAY_SPANS */
    hs_day_span span[HS_MOST_DAY_SPANS];
} hs_weekly_hours;

/* Every hour of every day. */
#define HS_WEEKLY_HOURS_ALWAYS ((hs_weekly_hours){0xFE, 1, {{0, HS_DAY_MIN}}})

/* Reads hours (weekdays) into the same named members and leaves the others; an empty text means all of them.
 * HS_E_INPUT with a message that continues the text ("... is no time of day; write ..."), and nothing is
 * set. O(size), allocates nothing, thread-safe. */
HS_API hs_status hs_day_spans_parse(hs_str text, hs_error *error, hs_weekly_hours *hours);
HS_API hs_status hs_weekdays_parse(hs_str text, hs_error *error, hs_weekly_hours *hours);

/* Whether a minute of the day (0 to HS_DAY_MIN - 1) on an ISO weekday (1 to 7) lies within them. O(spans). */
HS_API bool hs_weekly_hours_has(const hs_weekly_hours *hours, int weekday, int minute);
/* How many minutes of an hour of the day (0 to 23) on an ISO weekday lie within them: 0 to 60. */
HS_API int hs_weekly_hours_in_hour(const hs_weekly_hours *hours, int weekday, int hour);

#ifdef __cplusplus
}
#endif

#endif
