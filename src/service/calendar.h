/* When incidents happen: hours of the week with circular statistics, and counts period by period. Both are
 * one pass over the columns; incidents without a position count too. */
#ifndef SERVICE_CALENDAR_H
#define SERVICE_CALENDAR_H

#include "base/progress.h"
#include "service/reporting.h"
#include "service/service.h"
#include <hotspot/circular_statistics.h>

enum { HS_WEEKDAYS = 7, HS_DAY_HOURS = 24, HS_CALENDAR_LEAST = 10, HS_TIMELINE_MOST = 100000 };

/* Half open; open ends are whole local days of the store's own extent of the filter's time. */
typedef struct hs_span {
    int64_t from_s, to_s; /* both HS_NO_TIME where nothing has a time or the period lies beyond the data */
} hs_span;
hs_span hs_span_of(const hs_snapshot *snapshot, const hs_filter *filter);

typedef struct hs_calendar_request {
    hs_filter filter;
    bool compares;
    hs_filter other; /* what is compared, a period or a category; incidents of `filter` are no part of it */
    bool without_midnight; /* leave out times at exactly local midnight, as dates alone have */
    uint32_t permutations;
    uint64_t seed;
    hs_progress progress;
} hs_calendar_request;

typedef struct hs_calendar_side {
    hs_span span;
    uint64_t total;    /* that pass the filter */
    uint64_t counted;  /* sum of counts */
    uint64_t no_time;  /* without the time that is asked for */
    uint64_t midnight; /* at exactly local midnight, whether or not they are counted */
    uint32_t counts[HS_WEEKDAYS][HS_DAY_HOURS]; /* Monday first */
    /* Seconds of the span that are such an hour of the city's zone; 0 where the filter takes no such hour. */
    int64_t exposure_s[HS_WEEKDAYS][HS_DAY_HOURS];
    hs_circular day, week; /* to the second; the week's turn 0 is Monday's midnight */
} hs_calendar_side;

typedef struct hs_calendar {
    hs_calendar_side now, other;
    uint64_t shared;                  /* incidents of both, which count in `now` alone */
    bool tested;                      /* both sides have HS_CALENDAR_LEAST or more */
    hs_circular_difference day, week; /* of the other after this; times to the minute */
} hs_calendar;

/* Blocks. O(incidents that pass + seconds of a week), with a comparison also (minutes of a week x
 * permutations) on the pool. HS_E_CANCELLED. */
hs_status hs_service_calendar(hs_service *service, const hs_snapshot *snapshot,
                              const hs_calendar_request *request, hs_error *error, hs_calendar *calendar);
/* How it was computed, and what to mind (nothing where there is nothing). */
void hs_calendar_explain(const hs_calendar_request *request, const hs_calendar *calendar,
                         const hs_snapshot *snapshot, bool chinese, hs_buffer *out);
void hs_calendar_caution(const hs_calendar_request *request, const hs_calendar *calendar, bool chinese,
                         hs_buffer *out);

typedef enum hs_timeline_step {
    HS_TIMELINE_DAY,
    HS_TIMELINE_WEEK,
    HS_TIMELINE_MONTH,
    HS_TIMELINE_STEPS
} hs_timeline_step;
const char *hs_timeline_step_name(hs_timeline_step step);
/* HS_TIMELINE_STEPS for a text that is none. */
hs_timeline_step hs_timeline_step_parse(hs_str text);

/* A calendar day, ISO week (from Monday) or month of the city's zone, cut to the span. */
typedef struct hs_timeline_period {
    int64_t from_s, to_s;
    int64_t first_day; /* local days since 1970, before it is cut: the day, Monday, the month's first */
    bool whole;        /* not cut */
    uint64_t count;
    hs_reporting_counts found; /* sum to count */
} hs_timeline_period;

typedef struct hs_timeline {
    hs_span span;
    hs_timeline_step step;
    uint64_t total, counted, no_time;
    uint32_t count;
    hs_timeline_period *period; /* [count] in order, without gaps; the arena's */
    hs_reporting_counts found;
    hs_share_change change; /* of the patrols' share, period by period */
} hs_timeline;

/* `step` HS_TIMELINE_STEPS: days of up to 92 days, weeks of up to 731, else months. HS_E_ARGUMENT for more
 * than HS_TIMELINE_MOST periods. O(incidents that pass + days of the span). */
hs_status hs_service_timeline(hs_service *service, const hs_snapshot *snapshot, const hs_filter *filter,
                              hs_timeline_step step, hs_arena *arena, hs_error *error, hs_timeline *timeline);

#endif
