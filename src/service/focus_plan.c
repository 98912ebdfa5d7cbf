/* From what was chosen to lines and places that a crew can be sent to. */
#include "service/focus_private.h"

#include "geo/plane.h"
#include "plan/crews.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define REPLICATES 200u
#define CONFIDENCE 0.95
/* What a place is known by: incidents of so many horizons before the origin. */
#define KNOWN_HORIZONS 12
/* A kind of day stands out where its days see so much more than the others. */
#define STANDS_OUT 1.5

enum { ALL_DAYS = 0x7f, WORKDAYS = 0x1f, REST_DAYS = 0x60 };

typedef struct making {
    const hs_hotspot_work *work;
    const hs_focus_request *r;
    const hs_focus_ground *g;
    const hs_focus_case *c;
    const hs_focus *focus;
    hs_focus_plan *plan;
    uint32_t *place; /* [items] */
    uint32_t *n;     /* [places] known at the origin */
    double *known;   /* [places] in the last horizons */
} making;

static hs_status count_known(making *m) {
    const hs_forecast_points *points = &m->g->forecast->points;
    int64_t from_s = m->c->origin_s - KNOWN_HORIZONS * m->r->forecast.horizon_days * 86400;
    m->n = hs_arena_array(m->plan->arena, (size_t)m->g->places + 1, sizeof *m->n);
    m->known = hs_arena_array(m->plan->arena, (size_t)m->g->places + 1, sizeof *m->known);
    if (!m->n || !m->known) return hs_error_memory(m->work->error, "a plan");
    for (uint32_t i = 0; i < points->count; i++) {
        const hs_forecast_point *p = &points->point[i];
        uint32_t place = hs_focus_place(m->g, p);
        if (place == HS_NONE || !hs_focus_knows(p, m->c->origin_s)) continue;
        m->n[place]++;
        m->known[place] += p->time_s >= from_s;
    }
    return HS_OK;
}

static hs_str unit_name(const hs_snapshot *snapshot, uint32_t row, bool english) {
    const hs_units *units = &snapshot->geography->units;
    if (row == HS_NONE) return (hs_str){"", 0};
    return english ? units->name_en[row] : units->name[row];
}

static void describe(const making *m, uint32_t place, hs_focus_item *item) {
    const hs_areas *areas = &m->g->areas;
    const hs_snapshot *snapshot = m->g->snapshot;
    item->id = areas->id[place];
    item->code = areas->code[place];
    item->name = areas->name[place];
    item->name_en = areas->name_en[place];
    item->subdistrict = unit_name(snapshot, m->g->subdistrict[place], false);
    item->subdistrict_en = unit_name(snapshot, m->g->subdistrict[place], true);
    item->community = unit_name(snapshot, m->g->community[place], false);
    item->community_en = unit_name(snapshot, m->g->community[place], true);
    item->geometry = areas->geometry[place];
    item->label = areas->label[place];
    item->length_km = m->g->length_km[place];
    item->visits = m->r->visits;
    item->state = m->g->state[place];
    item->n = m->n[place];
}

/* The fewest hours of the day that hold half of what is expected, and the kind of day that stands out. */
static void find_hours(const making *m, uint32_t place, hs_focus_item *item) {
    const double *slot = m->c->hours + (size_t)place * HS_FOCUS_HOURS;
    double all = 0, held = 0, by_hour[24], kind[2] = {0, 0};
    for (int h = 0; h < 24; h++) {
        by_hour[h] = slot[h] + slot[h + 24];
        kind[0] += slot[h];
        kind[1] += slot[h + 24];
        all += by_hour[h];
    }
    while (held < all / 2) {
        int best = 0;
        for (int h = 1; h < 24; h++)
            if (by_hour[h] > by_hour[best]) best = h;
        if (!(by_hour[best] > 0)) break;
        held += by_hour[best];
        by_hour[best] = -1;
        item->hours |= 1u << best;
    }
    item->weekdays = ALL_DAYS;
    double work = m->c->days[0] > 0 ? kind[0] / m->c->days[0] : 0;
    double rest = m->c->days[1] > 0 ? kind[1] / m->c->days[1] : 0;
    if (work > STANDS_OUT * rest) item->weekdays = WORKDAYS;
    if (rest > STANDS_OUT * work) item->weekdays = REST_DAYS;
}

static hs_status take_lines(making *m) {
    for (uint32_t k = 0; k < m->focus->chosen; k++) {
        uint32_t place = m->focus->order[k];
        hs_focus_item *item = &m->plan->item[m->plan->count];
        m->place[m->plan->count++] = place;
        describe(m, place, item);
        find_hours(m, place, item);
        item->expected = m->c->candidates.expected[place];
    }
    return HS_OK;
}

/* Hours that a place has on workdays and days of rest alike become one line of the plan, the others one each.
 */
static void take_place(making *m, uint32_t place, const uint32_t hours[2]) {
    const struct {
        uint32_t hours, weekdays;
    } kinds[3] = {
        {hours[0] & hours[1], ALL_DAYS}, {hours[0] & ~hours[1], WORKDAYS}, {hours[1] & ~hours[0], REST_DAYS}};
    uint32_t passed = m->r->forecast.areas.filter.weekdays >> 1;
    for (int k = 0; k < 3; k++) {
        if (kinds[k].hours == 0) continue;
        hs_focus_item *item = &m->plan->item[m->plan->count];
        m->place[m->plan->count++] = place;
        describe(m, place, item);
        item->hours = kinds[k].hours;
        item->weekdays = kinds[k].weekdays & (passed ? passed : ALL_DAYS);
        item->minutes = m->r->minutes;
        for (uint32_t s = 0; s < HS_FOCUS_HOURS; s++) {
            bool of_kind = s < 24 ? kinds[k].weekdays & WORKDAYS : kinds[k].weekdays & REST_DAYS;
            size_t i = (size_t)place * HS_FOCUS_HOURS + s;
            if (!of_kind || !(item->hours >> s % 24 & 1) || m->c->days[s >= 24] == 0) continue;
            item->expected += m->c->candidates.expected[i];
            item->crew_hours += m->c->candidates.cost[i];
        }
    }
}

static hs_status take_hours(making *m) {
    uint32_t(*hours)[2] = hs_arena_array(m->plan->arena, (size_t)m->g->places + 1, sizeof *hours);
    if (!hours) return hs_error_memory(m->work->error, "a plan");
    for (uint32_t k = 0; k < m->focus->chosen; k++) {
        uint32_t i = m->focus->order[k], slot = i % HS_FOCUS_HOURS;
        hours[i / HS_FOCUS_HOURS][slot >= 24] |= 1u << slot % 24;
    }
    for (uint32_t p = 0; p < m->g->places; p++)
        /* Days that the horizon has none of say nothing against the others. */
        if (m->c->days[0] == 0 || m->c->days[1] == 0) {
            uint32_t both = hours[p][0] | hours[p][1];
            const uint32_t alike[2] = {m->c->days[0] ? both : 0, m->c->days[1] ? both : 0};
            take_place(m, p, alike);
        } else {
            take_place(m, p, hours[p]);
        }
    return HS_OK;
}

static double cost_of(const making *m, const hs_focus_item *item) {
    return m->r->in_hours ? item->crew_hours : item->length_km;
}

typedef struct keyed {
    double key;
    uint32_t row;
} keyed;

static int in_order(const void *a, const void *b) {
    const keyed *p = a;
    const keyed *q = b;
    if (p->key != q->key) return p->key > q->key ? -1 : 1;
    return p->row < q->row ? -1 : p->row > q->row;
}

static hs_status rank_items(making *m, keyed *keys) {
    hs_focus_plan *plan = m->plan;
    hs_focus_item *sorted = hs_arena_array(plan->arena, (size_t)plan->count + 1, sizeof *sorted);
    uint32_t *place = hs_arena_array(plan->arena, (size_t)plan->count + 1, sizeof *place);
    if (!sorted || !place) return hs_error_memory(m->work->error, "a plan");
    for (uint32_t i = 0; i < plan->count; i++)
        keys[i] = (keyed){plan->item[i].expected / cost_of(m, &plan->item[i]), i};
    qsort(keys, plan->count, sizeof *keys, in_order);
    double sum = 0;
    for (uint32_t i = 0; i < plan->count; i++) {
        sorted[i] = plan->item[keys[i].row];
        place[i] = m->place[keys[i].row];
        sorted[i].rank = i + 1;
        sum += sorted[i].expected;
        sorted[i].share = m->c->total > 0 ? sorted[i].expected / m->c->total : 0;
        sorted[i].cumulative = m->c->total > 0 ? sum / m->c->total : 0;
        plan->cost += cost_of(m, &sorted[i]);
    }
    plan->expected = sum;
    plan->item = sorted;
    m->place = place;
    return HS_OK;
}

static hs_status divide_among(making *m, uint32_t crews) {
    hs_focus_plan *plan = m->plan;
    const hs_geography *geography = m->work->snapshot->geography;
    const hs_plane plane = {geography->center_lon_deg, geography->center_lat_deg};
    double *x = hs_arena_array(plan->arena, (size_t)plan->count + 1, sizeof *x);
    double *y = hs_arena_array(plan->arena, (size_t)plan->count + 1, sizeof *y);
    double *cost = hs_arena_array(plan->arena, (size_t)plan->count + 1, sizeof *cost);
    uint32_t *crew = hs_arena_array(plan->arena, (size_t)plan->count + 1, sizeof *crew);
    if (!x || !y || !cost || !crew) return hs_error_memory(m->work->error, "a plan");
    for (uint32_t i = 0; i < plan->count; i++) {
        hs_plane_forward(&plane, plan->item[i].label, &x[i], &y[i]);
        cost[i] = cost_of(m, &plan->item[i]);
    }
    hs_status status = hs_crews_divide(x, y, cost, plan->count, crews, m->work->error, crew);
    for (uint32_t i = 0; i < plan->count && status == HS_OK; i++)
        plan->item[i].crew = crew[i];
    return status;
}

/* Crews take neighbouring lines of about equal cost, or a connected route each. */
static hs_status give_to_crews(making *m) {
    hs_focus_plan *plan = m->plan;
    uint32_t crews = m->r->crews > 0 ? m->r->crews : 1;
    if (m->r->connected) {
        bool *taken = hs_arena_array(plan->arena, (size_t)m->g->places + 1, sizeof *taken);
        uint32_t *part = hs_arena_array(plan->arena, (size_t)m->g->places + 1, sizeof *part);
        if (!taken || !part) return hs_error_memory(m->work->error, "a plan");
        for (uint32_t i = 0; i < plan->count; i++)
            taken[m->place[i]] = true;
        hs_status status = hs_focus_routes(&m->c->candidates, taken, m->work->error, part, &plan->routes);
        for (uint32_t i = 0; i < plan->count && status == HS_OK; i++)
            plan->item[i].crew = part[m->place[i]] + 1;
        return status;
    }
    return divide_among(m, crews);
}

/* Ranks among all: the plan's lines, and every other place (under a budget of hours its best hour). */
static hs_status find_rank_intervals(making *m) {
    hs_focus_plan *plan = m->plan;
    size_t most = (size_t)plan->count + m->g->places + 1;
    hs_arena *arena = plan->arena;
    double *expected = hs_arena_array(arena, most, sizeof *expected);
    double *cost = hs_arena_array(arena, most, sizeof *cost);
    double *known = hs_arena_array(arena, most, sizeof *known);
    uint32_t *low = hs_arena_array(arena, most, sizeof *low),
             *high = hs_arena_array(arena, most, sizeof *high);
    bool *taken = hs_arena_array(arena, most, sizeof *taken);
    if (!expected || !cost || !known || !low || !high || !taken)
        return hs_error_memory(m->work->error, "intervals of ranks");
    const hs_focus_candidates *c = &m->c->candidates;
    uint32_t n = 0;
    for (; n < plan->count; n++) {
        const hs_focus_item *item = &plan->item[n];
        double all = m->c->all[m->place[n]];
        taken[m->place[n]] = true;
        expected[n] = item->expected;
        cost[n] = cost_of(m, item);
        known[n] = m->known[m->place[n]] * (all > 0 ? fmin(item->expected / all, 1) : 1);
    }
    for (uint32_t p = 0; p < m->g->places; p++) {
        size_t best = m->r->in_hours ? (size_t)p * HS_FOCUS_HOURS : p;
        size_t end = m->r->in_hours ? best + HS_FOCUS_HOURS : best + 1;
        for (size_t i = best + 1; i < end; i++)
            if (c->expected[i] * c->cost[best] > c->expected[best] * c->cost[i]) best = i;
        if (taken[p] || c->forbidden[best]) continue;
        expected[n] = c->expected[best];
        cost[n] = c->cost[best];
        known[n++] = m->known[p] * (m->c->all[p] > 0 ? fmin(c->expected[best] / m->c->all[p], 1) : 1);
    }
    hs_status status = hs_focus_rank_intervals(expected, cost, known, n, REPLICATES, CONFIDENCE, m->r->seed,
                                               hs_service_pool(m->work->service), m->work->error, low, high);
    for (uint32_t i = 0; i < plan->count && status == HS_OK; i++) {
        plan->item[i].rank_low = low[i];
        plan->item[i].rank_high = high[i];
    }
    return status;
}

hs_status hs_focus_fill_plan(const hs_hotspot_work *work, const hs_focus_ground *g, const hs_focus_case *own,
                             const hs_focus *focus, hs_focus_plan *plan) {
    making m = {.work = work, .r = work->request, .g = g, .c = own, .focus = focus, .plan = plan};
    /* A place may have a line for all days, one for workdays and one for days of rest. */
    size_t most = 3 * ((size_t)focus->chosen < g->places ? focus->chosen : g->places) + 1;
    plan->item = hs_arena_array(plan->arena, most, sizeof *plan->item);
    m.place = hs_arena_array(plan->arena, most, sizeof *m.place);
    keyed *keys = hs_arena_array(plan->arena, most, sizeof *keys);
    if (!plan->item || !m.place || !keys) return hs_error_memory(work->error, "a plan");
    plan->origin_s = own->origin_s;
    plan->until_s = own->origin_s + m.r->forecast.horizon_days * 86400;
    plan->budget = m.r->budget;
    plan->total = own->total;
    plan->bound = focus->bound;
    plan->gap = focus->gap;
    plan->candidates = own->candidates.count;
    plan->routes = focus->routes;
    plan->forbidden = own->forbidden;
    hs_status status = count_known(&m);
    if (status == HS_OK) status = m.r->in_hours ? take_hours(&m) : take_lines(&m);
    if (status == HS_OK) status = rank_items(&m, keys);
    if (status == HS_OK) status = give_to_crews(&m);
    return status == HS_OK ? find_rank_intervals(&m) : status;
}
