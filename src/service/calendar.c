/* Hours of the week: counts, exposure, circular statistics and the difference of two sides. */
#include "service/calendar.h"

#include "service/calendar_rows.h"
#include "service/service_private.h"
#include <stdlib.h>
#include <string.h>

enum { HOUR_S = 3600, DAY_S = 86400, WEEK_S = 7 * DAY_S, DAY_MINUTES = 1440, WEEK_MINUTES = 10080 };

hs_span hs_span_of(const hs_snapshot *snapshot, const hs_filter *filter) {
    const hs_incidents *incidents = snapshot->incidents;
    hs_span span = {filter->from_s, filter->to_s};
    int64_t least_s = HS_NO_TIME, most_s = HS_NO_TIME;
    for (uint32_t c = 0; c < incidents->chunk_count; c++) {
        const hs_time_column *column = &incidents->chunk[c]->time[filter->time];
        if (column->min_s == HS_NO_TIME) continue;
        if (least_s == HS_NO_TIME || column->min_s < least_s) least_s = column->min_s;
        if (most_s == HS_NO_TIME || column->max_s > most_s) most_s = column->max_s;
    }
    const hs_timezone *zone = snapshot->timezone;
    if (least_s != HS_NO_TIME && span.from_s == HS_NO_TIME) {
        int64_t local_s = least_s + hs_timezone_offset(zone, least_s);
        span.from_s = hs_timezone_to_utc(zone, local_s - hs_week_second(local_s) % DAY_S);
    }
    if (least_s != HS_NO_TIME && span.to_s == HS_NO_TIME) {
        int64_t local_s = most_s + hs_timezone_offset(zone, most_s);
        span.to_s = hs_timezone_to_utc(zone, local_s - hs_week_second(local_s) % DAY_S + DAY_S);
    }
    bool none = span.from_s == HS_NO_TIME || span.to_s == HS_NO_TIME || span.from_s >= span.to_s;
    return none ? (hs_span){HS_NO_TIME, HS_NO_TIME} : span;
}

/* Adds the hours of a stretch of local time. */
static void add_hours(int64_t from_s, int64_t to_s, int64_t exposure_s[HS_WEEKDAYS][HS_DAY_HOURS]) {
    int64_t weeks = (to_s - from_s) / WEEK_S;
    for (int d = 0; d < HS_WEEKDAYS; d++)
        for (int h = 0; h < HS_DAY_HOURS; h++)
            exposure_s[d][h] += weeks * HOUR_S;
    for (int64_t at_s = from_s + weeks * WEEK_S; at_s < to_s;) {
        int64_t in_week_s = hs_week_second(at_s), rest_s = HOUR_S - in_week_s % HOUR_S;
        if (rest_s > to_s - at_s) rest_s = to_s - at_s;
        exposure_s[in_week_s / DAY_S][in_week_s % DAY_S / HOUR_S] += rest_s;
        at_s += rest_s;
    }
}

static void expose(const hs_timezone *zone, const hs_filter *filter, hs_calendar_side *side) {
    if (side->span.from_s == HS_NO_TIME) return;
    for (int64_t at_s = side->span.from_s, unused_s, end_s; at_s < side->span.to_s; at_s = end_s) {
        int32_t offset_s = hs_timezone_interval(zone, at_s, &unused_s, &end_s);
        if (end_s > side->span.to_s) end_s = side->span.to_s;
        add_hours(at_s + offset_s, end_s + offset_s, side->exposure_s);
    }
    for (int d = 0; d < HS_WEEKDAYS; d++)
        for (int h = 0; h < HS_DAY_HOURS; h++)
            if ((filter->hours && !(filter->hours >> h & 1)) ||
                (filter->weekdays && !(filter->weekdays >> (d + 1) & 1)))
                side->exposure_s[d][h] = 0;
}

/* Counts by the second of the week. */
typedef struct counting {
    uint32_t *second; /* [WEEK_S] */
    bool without_midnight;
    uint64_t midnight;
} counting;

static void take(void *context, int64_t local_s) {
    counting *c = context;
    int64_t second = hs_week_second(local_s);
    bool midnight = second % DAY_S == 0;
    c->midnight += midnight;
    if (!midnight || !c->without_midnight) c->second[second]++;
}

static void describe(const counting *c, uint32_t day[DAY_S], hs_calendar_side *side) {
    memset(day, 0, DAY_S * sizeof *day);
    for (int hour = 0; hour < HS_WEEKDAYS * HS_DAY_HOURS; hour++) {
        const uint32_t *second = c->second + (size_t)hour * HOUR_S;
        uint32_t *of_day = day + (size_t)(hour % HS_DAY_HOURS) * HOUR_S, count = 0;
        for (int s = 0; s < HOUR_S; s++) {
            of_day[s] += second[s];
            count += second[s];
        }
        side->counts[hour / HS_DAY_HOURS][hour % HS_DAY_HOURS] = count;
        side->counted += count;
    }
    side->day = hs_circular_of_counts(day, DAY_S);
    side->week = hs_circular_of_counts(c->second, WEEK_S);
}

typedef struct working {
    hs_service *service;
    const hs_snapshot *snapshot;
    const hs_calendar_request *request;
    uint32_t *first, *second; /* [WEEK_S]; second NULL without a comparison */
    uint32_t *day;            /* [DAY_S] */
    hs_error *error;
} working;

static bool tell(const void *context, double share) {
    const working *w = context;
    return hs_progress_tell(&w->request->progress, share) &&
           hs_service_check_abandoned(w->service, NULL) == HS_OK;
}

static void count_side(const working *w, const hs_filter *filter, const hs_selection *selection,
                       const hs_selection *but, uint32_t *second, hs_calendar_side *side, uint64_t *shared) {
    counting c = {second, w->request->without_midnight, 0};
    *side =
        (hs_calendar_side){.span = hs_span_of(w->snapshot, filter), .total = hs_selection_total(selection)};
    side->no_time = hs_each_local_time(selection, but, filter->time, take, &c, shared);
    if (shared) side->total -= *shared;
    side->midnight = c.midnight;
    describe(&c, w->day, side);
    expose(w->snapshot->timezone, filter, side);
}

/* `counts` of each second summed by the minute, round the day or the week. */
static void by_minute(const uint32_t *counts, uint32_t minutes, uint32_t *out) {
    memset(out, 0, minutes * sizeof *out);
    for (uint32_t minute = 0; minute < WEEK_MINUTES; minute++)
        for (uint32_t s = 0; s < 60; s++)
            out[minute % minutes] += counts[minute * 60 + s];
}

static hs_status compare_round(const working *w, uint32_t minutes, hs_circular_difference *difference) {
    uint32_t *both = calloc((size_t)minutes * 2, sizeof *both);
    if (!both) return hs_error_memory(w->error, "the calendar");
    by_minute(w->first, minutes, both);
    by_minute(w->second, minutes, both + minutes);
    const hs_circular_samples samples = {
        both, both + minutes, minutes, w->request->permutations, w->request->seed, {tell, w}};
    hs_status status =
        hs_circular_compare_counts(&samples, hs_service_pool(w->service), w->error, difference);
    free(both);
    return status;
}

static hs_status compare(const working *w, hs_calendar *calendar) {
    calendar->tested =
        calendar->now.counted >= HS_CALENDAR_LEAST && calendar->other.counted >= HS_CALENDAR_LEAST;
    if (!calendar->tested) return HS_OK;
    hs_status status = compare_round(w, DAY_MINUTES, &calendar->day);
    return status == HS_OK ? compare_round(w, WEEK_MINUTES, &calendar->week) : status;
}

static hs_status count_both(const working *w, hs_calendar *calendar) {
    const hs_calendar_request *r = w->request;
    const hs_selection *selection, *other;
    hs_status status = hs_service_select(w->service, w->snapshot, &r->filter, w->error, &selection);
    if (status != HS_OK) return status;
    count_side(w, &r->filter, selection, NULL, w->first, &calendar->now, NULL);
    if (w->second) {
        status = hs_service_select(w->service, w->snapshot, &r->other, w->error, &other);
        if (status == HS_OK) {
            count_side(w, &r->other, other, selection, w->second, &calendar->other, &calendar->shared);
            hs_service_selection_unref(other);
        }
    }
    hs_service_selection_unref(selection);
    return status == HS_OK && w->second ? compare(w, calendar) : status;
}

hs_status hs_service_calendar(hs_service *service, const hs_snapshot *snapshot,
                              const hs_calendar_request *request, hs_error *error, hs_calendar *calendar) {
    hs_calendar made = {0};
    size_t seconds = request->compares ? (size_t)2 * WEEK_S : WEEK_S;
    uint32_t *memory = calloc(seconds + DAY_S, sizeof *memory);
    if (!memory) return hs_error_memory(error, "the calendar");
    const working w = {.service = service,
                       .snapshot = snapshot,
                       .request = request,
                       .first = memory + DAY_S,
                       .second = request->compares ? memory + DAY_S + WEEK_S : NULL,
                       .day = memory,
                       .error = error};
    hs_status status = count_both(&w, &made);
    free(memory);
    if (status == HS_OK) *calendar = made;
    return status;
}
