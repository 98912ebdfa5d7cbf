/* The problem at one origin: what is expected where and when, by what was known then, and what it costs to be
 * there. */
#include "service/focus_private.h"

#include "city/reporting.h"
#include <hotspot/rates.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SUNDAY 7

double hs_focus_worth(const hs_focus_request *r, const hs_snapshot *snapshot, const hs_forecast_point *p) {
    if (r->weight == HS_FOCUS_SEVERITY) return (double)p->weight > 0 ? (double)p->weight : 0;
    if (r->weight == HS_FOCUS_COMPLAINTS)
        return hs_reporting_of(snapshot->incidents->source[p->source]) == HS_REPORTING_RESIDENTS;
    return 1;
}

static int64_t local_day(const hs_snapshot *snapshot, int64_t time_s) {
    int64_t local_s = time_s + hs_timezone_offset(snapshot->timezone, time_s);
    return local_s >= 0 ? local_s / 86400 : -((86399 - local_s) / 86400);
}

void hs_focus_days(const hs_focus_request *r, const hs_snapshot *snapshot, int64_t origin_s,
                   uint32_t days[2]) {
    const hs_filter *filter = &r->forecast.areas.filter;
    int64_t first = local_day(snapshot, origin_s);
    days[0] = days[1] = 0;
    for (int64_t day = first; day < first + r->forecast.horizon_days; day++) {
        int64_t since_monday = ((day + 3) % 7 + 7) % 7; /* 1970 began on a Thursday */
        if (filter->weekdays && !(filter->weekdays >> (since_monday + 1) & 1)) continue;
        days[since_monday >= SUNDAY - 2]++;
    }
}

/* What an incident of each place counts for in the mean, drawn towards that of the city (Marshall 1991). */
static hs_status worth_of_places(const hs_focus_request *r, const hs_focus_ground *g, hs_arena *arena,
                                 hs_error *error, hs_focus_case *c, double *worth) {
    double *n = hs_arena_array(arena, (size_t)g->places + 1, sizeof *n), all = 0, sum = 0;
    double *smooth = hs_arena_array(arena, (size_t)g->places + 1, sizeof *smooth);
    if (!n || !smooth) return hs_error_memory(error, "a plan");
    const hs_forecast_points *points = &g->forecast->points;
    memset(worth, 0, ((size_t)g->places + 1) * sizeof *worth);
    for (uint32_t i = 0; i < points->count; i++) {
        uint32_t place = hs_focus_place(g, &points->point[i]);
        if (place == HS_NONE || !hs_focus_knows(&points->point[i], c->origin_s)) continue;
        double value = hs_focus_worth(r, g->snapshot, &points->point[i]);
        worth[place] += value;
        n[place] += 1;
        sum += value;
        all += 1;
    }
    c->mean_worth = all > 0 ? sum / all : 0;
    hs_status status = hs_empirical_bayes_global(worth, n, g->places, error, smooth, NULL);
    for (uint32_t p = 0; p < g->places && status == HS_OK; p++)
        worth[p] = n[p] > 0 && isfinite(smooth[p]) ? fmax(smooth[p], 0) : c->mean_worth;
    return status;
}

static hs_status spread_over_hours(const hs_focus_request *r, const hs_focus_ground *g, hs_arena *arena,
                                   hs_error *error, hs_focus_case *c) {
    size_t slots = (size_t)g->places * HS_FOCUS_HOURS + 1;
    double *count = hs_arena_array(arena, slots, sizeof *count);
    c->hours = hs_arena_array(arena, slots, sizeof *c->hours);
    if (!count || !c->hours) return hs_error_memory(error, "hours of places");
    const hs_forecast_points *points = &g->forecast->points;
    for (uint32_t i = 0; i < points->count; i++) {
        const hs_forecast_point *p = &points->point[i];
        uint32_t place = hs_focus_place(g, p), slot = hs_focus_slot(p);
        if (place == HS_NONE || slot == HS_NONE || !hs_focus_knows(p, c->origin_s)) continue;
        count[(size_t)place * HS_FOCUS_HOURS + slot] += hs_focus_worth(r, g->snapshot, p);
    }
    uint32_t first = g->snapshot->geography->units.level_start[HS_LEVEL_SUBDISTRICT];
    uint32_t end = g->snapshot->geography->units.level_start[HS_LEVEL_SUBDISTRICT + 1];
    uint32_t *district = hs_arena_array(arena, (size_t)g->places + 1, sizeof *district);
    if (!district) return hs_error_memory(error, "hours of places");
    for (uint32_t p = 0; p < g->places; p++)
        district[p] = g->subdistrict[p] == HS_NONE ? HS_NONE : g->subdistrict[p] - first;
    hs_status status =
        hs_focus_hour_shares(count, district, g->places, end - first, error, c->hours, c->strength);
    for (uint32_t p = 0; p < g->places && status == HS_OK; p++) {
        double *own = c->hours + (size_t)p * HS_FOCUS_HOURS, sum = 0;
        /* A week has five workdays and two days of rest; the horizon has what it has. */
        for (uint32_t h = 0; h < HS_FOCUS_HOURS; h++) {
            own[h] *= h < 24 ? c->days[0] / 5.0 : c->days[1] / 2.0;
            sum += own[h];
        }
        for (uint32_t h = 0; h < HS_FOCUS_HOURS; h++)
            own[h] *= sum > 0 ? c->all[p] / sum : 0;
    }
    return status;
}

static uint32_t group_of(const hs_focus_request *r, const hs_focus_ground *g, uint32_t place) {
    const hs_units *units = &g->snapshot->geography->units;
    hs_placement at;
    hs_geography_place(g->snapshot->geography, g->areas.label[place], &at);
    uint32_t row = at.unit[r->min_level];
    return row == HS_NONE ? HS_NONE : row - units->level_start[r->min_level];
}

typedef struct filling {
    double *expected, *cost;
    uint32_t *group;
    bool *forbidden;
} filling;

static void fill_km(const hs_focus_request *r, const hs_focus_ground *g, const bool *closed, hs_focus_case *c,
                    const filling *f) {
    for (uint32_t p = 0; p < g->places; p++) {
        const double *hours = c->hours + (size_t)p * HS_FOCUS_HOURS;
        bool open = !closed;
        f->expected[p] = closed ? 0 : c->all[p];
        for (uint32_t h = 0; closed && h < HS_FOCUS_HOURS; h++) {
            if (closed[(size_t)p * HS_FOCUS_HOURS + h]) continue;
            f->expected[p] += hours[h];
            open = true;
        }
        f->cost[p] = g->length_km[p];
        f->group[p] = r->min_per > 0 ? group_of(r, g, p) : HS_NONE;
        f->forbidden[p] = !open;
        c->forbidden += !open;
    }
}

typedef struct best_place {
    double expected;
    uint32_t place;
} best_place;

static int most_first(const void *a, const void *b) {
    const best_place *p = a;
    const best_place *q = b;
    if (p->expected != q->expected) return p->expected > q->expected ? -1 : 1;
    return p->place < q->place ? -1 : p->place > q->place;
}

/* So many crews are in so many places at an hour: of equal cost, so that the best of each hour may be taken
 * alone. */
static hs_status limit_crews(const hs_focus_request *r, const hs_focus_ground *g, hs_arena *arena,
                             hs_error *error, const filling *f) {
    best_place *order = hs_arena_array(arena, (size_t)g->places + 1, sizeof *order);
    if (!order) return hs_error_memory(error, "a plan");
    double hours_each = r->visits * r->minutes / 60.0;
    uint32_t most = (uint32_t)floor(r->crews / hours_each + 1e-9);
    for (uint32_t h = 0; h < HS_FOCUS_HOURS; h++) {
        for (uint32_t p = 0; p < g->places; p++) {
            size_t i = (size_t)p * HS_FOCUS_HOURS + h;
            order[p] = (best_place){f->forbidden[i] ? -1 : f->expected[i], p};
        }
        qsort(order, g->places, sizeof *order, most_first);
        for (uint32_t k = most; k < g->places; k++)
            f->forbidden[(size_t)order[k].place * HS_FOCUS_HOURS + h] = true;
    }
    return HS_OK;
}

static hs_status fill_hours(const hs_focus_request *r, const hs_focus_ground *g, const bool *closed,
                            hs_arena *arena, hs_error *error, hs_focus_case *c, const filling *f) {
    const hs_filter *filter = &r->forecast.areas.filter;
    for (uint32_t p = 0; p < g->places; p++) {
        uint32_t group = r->min_per > 0 ? group_of(r, g, p) : HS_NONE;
        for (uint32_t h = 0; h < HS_FOCUS_HOURS; h++) {
            size_t i = (size_t)p * HS_FOCUS_HOURS + h;
            uint32_t days = c->days[h >= 24];
            bool shut = closed && closed[i];
            f->expected[i] = c->hours[i];
            f->cost[i] = (days > 0 ? days : 1) * r->visits * r->minutes / 60.0;
            f->group[i] = group;
            f->forbidden[i] = shut || days == 0 || (filter->hours && !(filter->hours >> h % 24 & 1));
            c->forbidden += shut;
        }
    }
    return r->crews > 0 ? limit_crews(r, g, arena, error, f) : HS_OK;
}

static hs_status expect(const hs_focus_request *r, const hs_focus_ground *g, const double *expected,
                        hs_arena *arena, hs_error *error, hs_focus_case *c) {
    double *worth = hs_arena_array(arena, (size_t)g->places + 1, sizeof *worth);
    c->all = hs_arena_array(arena, (size_t)g->places + 1, sizeof *c->all);
    if (!worth || !c->all) return hs_error_memory(error, "a plan");
    for (uint32_t p = 0; p < g->places; p++)
        worth[p] = 1;
    c->mean_worth = 1;
    hs_status status = r->weight == HS_FOCUS_COUNT ? HS_OK : worth_of_places(r, g, arena, error, c, worth);
    for (uint32_t i = 0; i < g->forecast->forecast->count && status == HS_OK; i++) {
        uint32_t place = g->place_of[i];
        double value = expected[i] * (place == HS_NONE ? c->mean_worth : worth[place]);
        c->total += value;
        if (place != HS_NONE) c->all[place] += value;
    }
    return status;
}

hs_status hs_focus_case_make(const hs_focus_request *r, const hs_focus_ground *g, const bool *closed,
                             const double *expected, int64_t origin_s, hs_arena *arena, hs_error *error,
                             hs_focus_case *made) {
    hs_focus_case c = {.origin_s = origin_s};
    uint32_t count = r->in_hours ? g->places * HS_FOCUS_HOURS : g->places;
    if (r->in_hours && g->places > HS_FOCUS_MOST_CANDIDATES / HS_FOCUS_HOURS)
        return hs_error_set(error, HS_E_LIMIT,
                            "budget: hours at %u places are too many; ask for a unit or for larger places",
                            (unsigned)g->places);
    const filling f = {hs_arena_array(arena, (size_t)count + 1, sizeof(double)),
                       hs_arena_array(arena, (size_t)count + 1, sizeof(double)),
                       hs_arena_array(arena, (size_t)count + 1, sizeof(uint32_t)),
                       hs_arena_array(arena, (size_t)count + 1, sizeof(bool))};
    if (!f.expected || !f.cost || !f.group || !f.forbidden) return hs_error_memory(error, "a plan");
    hs_focus_days(r, g->snapshot, origin_s, c.days);
    hs_status status = expect(r, g, expected, arena, error, &c);
    if (status == HS_OK) status = spread_over_hours(r, g, arena, error, &c);
    if (status == HS_OK && r->in_hours) status = fill_hours(r, g, closed, arena, error, &c, &f);
    if (status == HS_OK && !r->in_hours) fill_km(r, g, closed, &c, &f);
    const hs_units *units = &g->snapshot->geography->units;
    c.candidates = (hs_focus_candidates){
        .count = count,
        .expected = f.expected,
        .cost = f.cost,
        .group = f.group,
        .group_count =
            r->min_per > 0 ? units->level_start[r->min_level + 1] - units->level_start[r->min_level] : 0,
        .forbidden = f.forbidden,
        .link_first = r->in_hours ? NULL : g->link_first,
        .link = g->link};
    if (status == HS_OK) *made = c;
    return status;
}

hs_status hs_focus_choose(const hs_focus_request *r, const hs_focus_case *of, uint32_t steps,
                          const hs_hotspot_work *work, hs_error *error, hs_focus **focus) {
    const hs_focus_options options = {.budget = r->budget,
                                      .min_per_group = r->min_per,
                                      .routes = r->connected ? (r->crews > 0 ? r->crews : 1) : 0,
                                      .steps = steps,
                                      .progress = work->progress};
    return hs_focus_new(&of->candidates, &options, error, focus);
}
