/* Steps of time: whole days or calendar months of the city's zone, counted back from the end of the period.
 */
#include "service/hotspots_emerging.h"

#include "base/text.h"
#include <stdio.h>

#define DAY_S 86400

static int32_t days_in(int32_t year, int32_t month) {
    int32_t next_year = month == 12 ? year + 1 : year, next = month == 12 ? 1 : month + 1;
    return (int32_t)(hs_civil_days(next_year, next, 1) - hs_civil_days(year, month, 1));
}

/* The local time so many steps before another. The 31st less a month is the last day of a shorter one. */
static int64_t step_back(int64_t local_s, hs_step step, uint32_t steps) {
    if (step.kind == HS_STEP_DAYS) return local_s - (int64_t)steps * step.length * DAY_S;
    hs_civil c = hs_civil_from_s(local_s);
    int64_t months = (int64_t)c.year * 12 + c.month - 1 - (int64_t)steps * step.length;
    c.year = (int32_t)(months / 12);
    c.month = (int32_t)(months % 12) + 1;
    int32_t most = days_in(c.year, c.month);
    if (c.day > most) c.day = most;
    return hs_civil_to_s(c);
}

/* How many whole steps lie in the period, at most HS_STEPS_MOST + 1. */
static uint32_t count_steps(int64_t from_s, int64_t to_s, hs_step step) {
    uint32_t low = 0, high = HS_STEPS_MOST + 1;
    while (low < high) {
        uint32_t middle = low + (high - low + 1) / 2;
        if (step_back(to_s, step, middle) >= from_s)
            low = middle;
        else
            high = middle - 1;
    }
    return low;
}

static hs_step choose(int64_t from_s, int64_t to_s) {
    static const hs_step longer[] = {{HS_STEP_MONTHS, 1}, {HS_STEP_DAYS, 7}};
    for (size_t i = 0; i < sizeof longer / sizeof *longer; i++)
        if (count_steps(from_s, to_s, longer[i]) >= HS_STEPS_WANTED) return longer[i];
    return (hs_step){HS_STEP_DAYS, 1};
}

static int64_t to_local(const hs_snapshot *snapshot, int64_t utc_s) {
    return utc_s + hs_timezone_offset(snapshot->timezone, utc_s);
}

hs_status hs_steps_of_period(const hs_snapshot *snapshot, const hs_filter *filter, hs_step step,
                             hs_arena *arena, hs_error *error, hs_steps *steps) {
    const hs_incidents *incidents = snapshot->incidents;
    *steps = (hs_steps){.step = step, .ends_with_data = filter->to_s == HS_NO_TIME};
    int64_t from_s = filter->from_s != HS_NO_TIME ? filter->from_s : incidents->min_time_s;
    int64_t to_s = filter->to_s != HS_NO_TIME ? filter->to_s : incidents->max_time_s;
    bool empty = from_s == HS_NO_TIME || to_s == HS_NO_TIME || from_s > to_s;
    int64_t local_from_s = empty ? 0 : to_local(snapshot, from_s),
            local_to_s = empty ? 0 : to_local(snapshot, to_s);
    /* Open ends are whole days of the data. */
    if (!empty && filter->to_s == HS_NO_TIME) local_to_s = (local_to_s / DAY_S + 1) * DAY_S;
    if (!empty && filter->from_s == HS_NO_TIME) local_from_s = local_from_s / DAY_S * DAY_S;
    if (step.kind == HS_STEP_AUTO) steps->step = choose(local_from_s, local_to_s);
    steps->count = empty ? 0 : count_steps(local_from_s, local_to_s, steps->step);
    if (steps->count > HS_STEPS_MOST)
        return hs_error_set(error, HS_E_ARGUMENT, "step: more than %u steps; take longer ones",
                            HS_STEPS_MOST);
    steps->bound_s = hs_arena_array(arena, (size_t)steps->count + 1, sizeof *steps->bound_s);
    if (!steps->bound_s) return hs_error_memory(error, "steps of time");
    for (uint32_t k = 0; k <= steps->count && !empty; k++)
        steps->bound_s[steps->count - k] =
            hs_timezone_to_utc(snapshot->timezone, step_back(local_to_s, steps->step, k));
    return HS_OK;
}

uint32_t hs_steps_find(const hs_steps *steps, int64_t time_s) {
    if (steps->count == 0 || time_s < steps->bound_s[0] || time_s >= steps->bound_s[steps->count])
        return HS_NONE;
    uint32_t low = 0, high = steps->count;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (steps->bound_s[middle] <= time_s)
            low = middle;
        else
            high = middle;
    }
    return low;
}

hs_status hs_step_parse(const hs_hotspot_words *words, hs_step *step) {
    static const struct {
        const char *name;
        hs_step step;
    } named[] = {{"day", {HS_STEP_DAYS, 1}}, {"week", {HS_STEP_DAYS, 7}}, {"month", {HS_STEP_MONTHS, 1}}};
    hs_str text = hs_hotspot_word(words, "step");
    int64_t days = 0;
    *step = (hs_step){HS_STEP_AUTO, 0};
    if (text.size == 0) return HS_OK;
    for (size_t i = 0; i < sizeof named / sizeof *named; i++)
        if (hs_str_equal(text, hs_str_of(named[i].name))) {
            *step = named[i].step;
            return HS_OK;
        }
    if (text.size > 5 && memcmp(text.data, "days:", 5) == 0 &&
        hs_str_to_int((hs_str){text.data + 5, text.size - 5}, &days) && days >= 1 && days <= 366) {
        *step = (hs_step){HS_STEP_DAYS, (uint32_t)days};
        return HS_OK;
    }
    return hs_hotspot_refuse(words, "step", text, "day, week, month, days:N (1 to 366)");
}

void hs_step_word(hs_step step, char *text, size_t size) {
    if (step.kind == HS_STEP_MONTHS)
        (void)snprintf(text, size, "month");
    else if (step.length == 1 || step.length == 7)
        (void)snprintf(text, size, step.length == 1 ? "day" : "week");
    else
        (void)snprintf(text, size, "days:%u", (unsigned)step.length);
}

void hs_step_words(hs_step step, bool chinese, char *text, size_t size) {
    if (step.kind == HS_STEP_MONTHS)
        (void)snprintf(text, size, "%s", hs_in_language(chinese, "month", "月"));
    else if (step.length == 1 || step.length == 7)
        (void)snprintf(text, size, "%s",
                       step.length == 1 ? hs_in_language(chinese, "day", "日")
                                        : hs_in_language(chinese, "week", "周"));
    else
        (void)snprintf(text, size, hs_in_language(chinese, "%u days", "%u 天"), (unsigned)step.length);
}
