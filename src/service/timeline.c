/* Counts period by period of the city's zone. */
#include "service/calendar.h"

#include "base/text.h"
#include "service/calendar_rows.h"
#include <stdlib.h>

enum { DAY_S = 86400, DAYS_OF_DAYS = 92, DAYS_OF_WEEKS = 731 };

static const char *const names[HS_TIMELINE_STEPS] = {"day", "week", "month"};

const char *hs_timeline_step_name(hs_timeline_step step) {
    return names[step];
}

hs_timeline_step hs_timeline_step_parse(hs_str text) {
    int step = 0;
    while (step < HS_TIMELINE_STEPS && !hs_str_equal(text, hs_str_of(names[step])))
        step++;
    return (hs_timeline_step)step;
}

static int64_t day_of(int64_t local_s) {
    return (local_s - hs_week_second(local_s) % DAY_S) / DAY_S;
}

static int64_t local_day(const hs_snapshot *snapshot, int64_t utc_s) {
    return day_of(utc_s + hs_timezone_offset(snapshot->timezone, utc_s));
}

/* The first day of the step's period that holds a day, and of the one after. */
static int64_t period_start(hs_timeline_step step, int64_t day) {
    if (step == HS_TIMELINE_DAY) return day;
    if (step == HS_TIMELINE_WEEK) return day - (hs_civil_weekday(day * DAY_S) - 1);
    hs_civil c = hs_civil_from_s(day * DAY_S);
    return hs_civil_days(c.year, c.month, 1);
}

static int64_t next_start(hs_timeline_step step, int64_t start) {
    if (step == HS_TIMELINE_DAY) return start + 1;
    if (step == HS_TIMELINE_WEEK) return start + 7;
    hs_civil c = hs_civil_from_s(start * DAY_S);
    return c.month == 12 ? hs_civil_days(c.year + 1, 1, 1) : hs_civil_days(c.year, c.month + 1, 1);
}

static hs_timeline_step choose(int64_t days) {
    if (days <= DAYS_OF_DAYS) return HS_TIMELINE_DAY;
    return days <= DAYS_OF_WEEKS ? HS_TIMELINE_WEEK : HS_TIMELINE_MONTH;
}

/* Counts of local days from first_day on. */
typedef struct counting {
    int64_t first_day, day_count;
    uint32_t *day;
    uint32_t *found[HS_REPORTING_OTHER]; /* by patrols, by residents */
} counting;

static void take(void *context, int64_t local_s) {
    const counting *c = context;
    int64_t day = day_of(local_s) - c->first_day;
    if (day >= 0 && day < c->day_count) c->day[day]++;
}

static void sum_days(const counting *c, int64_t from, int64_t end, hs_timeline_period *p) {
    uint64_t others = 0;
    for (int64_t d = from < c->first_day ? c->first_day : from; d < end; d++) {
        int64_t i = d - c->first_day;
        p->count += c->day[i];
        for (int g = 0; g < HS_REPORTING_OTHER; g++)
            p->found.of[g] += c->found[g][i];
    }
    for (int g = 0; g < HS_REPORTING_OTHER; g++)
        others += p->found.of[g];
    p->found.of[HS_REPORTING_OTHER] = p->count - others;
}

static hs_status watch_effort(hs_arena *arena, hs_error *error, hs_timeline *t) {
    hs_reporting_counts *found = hs_arena_array(arena, (size_t)t->count + 1, sizeof *found);
    if (!found) return hs_error_memory(error, "the timeline");
    for (uint32_t i = 0; i < t->count; i++) {
        found[i] = t->period[i].found;
        for (int g = 0; g < HS_REPORTING_GROUPS; g++)
            t->found.of[g] += found[i].of[g];
    }
    return hs_reporting_change(found, t->count, arena, error, &t->change);
}

static hs_status lay_out(const hs_snapshot *snapshot, const counting *c, hs_arena *arena, hs_error *error,
                         hs_timeline *t) {
    int64_t start = period_start(t->step, c->first_day), end = c->first_day + c->day_count;
    uint32_t count = 0;
    for (int64_t at = start; at < end && count <= HS_TIMELINE_MOST; at = next_start(t->step, at))
        count++;
    if (count > HS_TIMELINE_MOST)
        return hs_error_set(error, HS_E_ARGUMENT,
                            "step: %s gives more than %d periods; take a longer step or a shorter datetime",
                            names[t->step], HS_TIMELINE_MOST);
    t->period = hs_arena_array(arena, (size_t)count + 1, sizeof *t->period);
    if (!t->period) return hs_error_memory(error, "the timeline");
    for (int64_t at = start, next; t->count < count; at = next) {
        hs_timeline_period *p = &t->period[t->count++];
        next = next_start(t->step, at);
        int64_t from_s = hs_timezone_to_utc(snapshot->timezone, at * DAY_S),
                to_s = hs_timezone_to_utc(snapshot->timezone, next * DAY_S);
        p->first_day = at;
        p->from_s = from_s < t->span.from_s ? t->span.from_s : from_s;
        p->to_s = to_s > t->span.to_s ? t->span.to_s : to_s;
        p->whole = p->from_s == from_s && p->to_s == to_s;
        sum_days(c, at, next < end ? next : end, p);
        t->counted += p->count;
    }
    return watch_effort(arena, error, t);
}

/* What is being made. */
typedef struct making {
    hs_service *service;
    const hs_snapshot *snapshot;
    const hs_filter *filter;
    hs_arena *arena;
    hs_error *error;
} making;

/* Counts by day of those that one group found. */
static hs_status count_found(const making *m, hs_reporting group, counting *c) {
    hs_filter narrow;
    const hs_selection *selection;
    counting own = *c;
    hs_status status = hs_filter_narrow(m->filter, m->snapshot, group, m->arena, m->error, &narrow);
    if (status == HS_OK) status = hs_service_select(m->service, m->snapshot, &narrow, m->error, &selection);
    if (status != HS_OK) return status;
    own.day = c->found[group];
    (void)hs_each_local_time(selection, NULL, narrow.time, take, &own, NULL);
    hs_service_selection_unref(selection);
    return HS_OK;
}

static hs_status count_all(const making *m, counting *c, hs_timeline *t) {
    const hs_selection *selection;
    hs_status status = hs_service_select(m->service, m->snapshot, m->filter, m->error, &selection);
    if (status != HS_OK) return status;
    t->total = hs_selection_total(selection);
    t->no_time = hs_each_local_time(selection, NULL, m->filter->time, take, c, NULL);
    hs_service_selection_unref(selection);
    return HS_OK;
}

static hs_status count_and_lay_out(const making *m, hs_timeline_step step, hs_timeline *t) {
    counting c = {0};
    bool some = t->span.from_s != HS_NO_TIME;
    if (some) {
        c.first_day = local_day(m->snapshot, t->span.from_s);
        c.day_count = local_day(m->snapshot, t->span.to_s - 1) - c.first_day + 1;
    }
    t->step = step == HS_TIMELINE_STEPS ? choose(c.day_count) : step;
    size_t days = (size_t)c.day_count + 1;
    c.day = calloc(days * HS_REPORTING_GROUPS, sizeof *c.day);
    if (!c.day) return hs_error_memory(m->error, "the timeline");
    hs_status status = count_all(m, &c, t);
    for (int g = 0; g < HS_REPORTING_OTHER && status == HS_OK; g++) {
        c.found[g] = c.day + (size_t)(g + 1) * days;
        status = count_found(m, (hs_reporting)g, &c);
    }
    if (status == HS_OK && some) status = lay_out(m->snapshot, &c, m->arena, m->error, t);
    free(c.day);
    return status;
}

hs_status hs_service_timeline(hs_service *service, const hs_snapshot *snapshot, const hs_filter *filter,
                              hs_timeline_step step, hs_arena *arena, hs_error *error,
                              hs_timeline *timeline) {
    const making m = {service, snapshot, filter, arena, error};
    hs_timeline made = {.span = hs_span_of(snapshot, filter)};
    hs_status status = count_and_lay_out(&m, step, &made);
    if (status == HS_OK) *timeline = made;
    return status;
}
