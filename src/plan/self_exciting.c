#include "plan/self_exciting.h"

#include "geo/real.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MOST_INCIDENTS 10000u
#define MOST_AGE_DAYS  730.0
#define REACH_M        300.0
#define REACH_DAYS     60.0
#define MOST_PARENTS   16u /* of a bucket */
#define STEPS          12
#define EVEN           0.05 /* of the background: nowhere is impossible */
#define LEAST_SIGMA_M  10.0
#define MOST_TRIGGERED 0.9

typedef struct pair {
    uint32_t child, parent; /* among the process's incidents */
    float days, squared_m;
    double rate; /* of triggering, at the present parameters */
} pair;

typedef struct placed {
    int32_t column, row;
    uint32_t index;
} placed;

typedef struct process {
    const hs_history *history;
    int64_t origin_s;
    double days, background_m;
    uint32_t count;
    uint32_t *incident; /* rows of the history, by time */
    double *own;        /* chance of being background */
    double *rate;       /* of the background where each is, per km^2 (km) and day */
    float *triggered;   /* [cells] */
    placed *bucket;     /* by column and row, then time */
    pair *pairs;
    size_t pair_count, pair_room;
} process;

static int by_bucket(const void *a, const void *b) {
    const placed *p = a;
    const placed *q = b;
    if (p->column != q->column) return p->column < q->column ? -1 : 1;
    if (p->row != q->row) return p->row < q->row ? -1 : 1;
    return p->index < q->index ? -1 : p->index > q->index;
}

static const hs_forecast_incident *at(const process *p, uint32_t k) {
    return &p->history->incident[p->incident[k]];
}

static hs_status gather(process *p, hs_error *error) {
    uint32_t end = hs_history_find(p->history, p->origin_s), begin;
    int64_t from_s = p->origin_s - (int64_t)(MOST_AGE_DAYS * HS_DAY_S);
    uint32_t known = 0;
    for (begin = end; begin > 0 && known < MOST_INCIDENTS && p->history->incident[begin - 1].time_s >= from_s;
         begin--)
        known += hs_history_knows(p->history, begin - 1, p->origin_s);
    p->incident = malloc(((size_t)known + 1) * sizeof *p->incident);
    p->own = malloc(((size_t)known + 1) * sizeof *p->own);
    p->rate = malloc(((size_t)known + 1) * sizeof *p->rate);
    p->bucket = malloc(((size_t)known + 1) * sizeof *p->bucket);
    p->triggered = malloc(((size_t)p->history->space->cells->count + 1) * sizeof *p->triggered);
    if (!p->incident || !p->own || !p->rate || !p->bucket || !p->triggered)
        return hs_error_memory(error, "a point process");
    for (uint32_t i = begin; i < end; i++) {
        if (!hs_history_knows(p->history, i, p->origin_s)) continue;
        const hs_forecast_incident *v = &p->history->incident[i];
        p->bucket[p->count] = (placed){(int32_t)floor((double)v->x_m / REACH_M),
                                       (int32_t)floor((double)v->y_m / REACH_M), p->count};
        p->own[p->count] = 0.8;
        p->incident[p->count++] = i;
    }
    p->days = p->count > 0 ? fmax(1, (double)(p->origin_s - at(p, 0)->time_s) / HS_DAY_S) : 1;
    qsort(p->bucket, p->count, sizeof *p->bucket, by_bucket);
    return HS_OK;
}

static bool add_pair(process *p, pair one) {
    if (p->pair_count == p->pair_room) {
        size_t room = p->pair_room > 0 ? 2 * p->pair_room : 4096;
        pair *grown = realloc(p->pairs, room * sizeof *grown);
        if (!grown) return false;
        p->pairs = grown;
        p->pair_room = room;
    }
    p->pairs[p->pair_count++] = one;
    return true;
}

/* The first place in the buckets that is not before this one. */
static uint32_t find(const process *p, placed key) {
    uint32_t low = 0, high = p->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (by_bucket(&p->bucket[middle], &key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The latest earlier incidents of a bucket. */
static bool pair_with_bucket(process *p, uint32_t child, int32_t column, int32_t row) {
    const hs_forecast_incident *c = at(p, child);
    uint32_t end = find(p, (placed){column, row, child}), taken = 0;
    for (uint32_t k = end; k-- > 0 && taken < MOST_PARENTS;) {
        if (p->bucket[k].column != column || p->bucket[k].row != row) break;
        const hs_forecast_incident *v = at(p, p->bucket[k].index);
        double days = (double)(c->time_s - v->time_s) / HS_DAY_S;
        double dx = (double)c->x_m - (double)v->x_m, dy = (double)c->y_m - (double)v->y_m;
        if (days > REACH_DAYS) break;
        if (days <= 0 || dx * dx + dy * dy > REACH_M * REACH_M) continue;
        taken++;
        if (!add_pair(p, (pair){child, p->bucket[k].index, (float)days, (float)(dx * dx + dy * dy), 0}))
            return false;
    }
    return true;
}

static hs_status find_pairs(process *p, hs_error *error) {
    for (uint32_t child = 0; child < p->count; child++) {
        const hs_forecast_incident *c = at(p, child);
        int32_t column = (int32_t)floor((double)c->x_m / REACH_M),
                row = (int32_t)floor((double)c->y_m / REACH_M);
        for (int32_t dx = -1; dx <= 1; dx++)
            for (int32_t dy = -1; dy <= 1; dy++)
                if (!pair_with_bucket(p, child, column + dx, row + dy))
                    return hs_error_memory(error, "near pairs");
    }
    return HS_OK;
}

static void deposit(const process *p, const double *weight, hs_smoother *smoother) {
    hs_smoother_clear(smoother, p->history->space);
    for (uint32_t k = 0; k < p->count; k++)
        smoother->weight[p->history->part[p->incident[k]]] += llround(weight[k] * HS_SPACE_UNIT);
    hs_smoother_take(smoother, p->history->space);
}

/* The part of a smoothed incident that stays in its own cell, about. */
static double own_share(const process *p, double measure) {
    double b = p->background_m;
    if (p->history->space->squares) {
        double area = p->history->space->cells->size_m * p->history->space->cells->size_m;
        return area / (area + 2 * HS_PI * b * b);
    }
    return measure * 1000 / (measure * 1000 + sqrt(2 * HS_PI) * b);
}

/* The background where each incident is, without what the incident itself adds. */
static void update_background(process *p, hs_smoother *smoother, float *mass) {
    const hs_space *space = p->history->space;
    deposit(p, p->own, smoother);
    hs_smoother_spread(smoother, space, p->background_m, p->background_m, mass);
    double all = 0;
    for (uint32_t k = 0; k < p->count; k++)
        all += p->own[k];
    for (uint32_t k = 0; k < p->count; k++) {
        uint32_t cell = at(p, k)->cell;
        double measure = space->cells->measure[cell];
        double others = fmax(0, (double)mass[cell] - p->own[k] * own_share(p, measure));
        p->rate[k] = ((1 - EVEN) * others / measure + EVEN * all / space->all_measure) / p->days;
    }
}

/* Triggering in incidents per km^2 and day, of streets per km: as on a line. */
static double triggering(const process *p, const hs_self_exciting *s, const pair *one) {
    double spread_km = s->sigma_m / 1000;
    double place = hs_real_exp(-0.5 * (double)one->squared_m / (s->sigma_m * s->sigma_m));
    place /= p->history->space->squares ? 2 * HS_PI * spread_km * spread_km : sqrt(2 * HS_PI) * spread_km;
    return s->triggered * s->omega * hs_real_exp(-s->omega * (double)one->days) * place;
}

/* Chances of every pair and of the background, and the parameters that they make likeliest. Pairs of a child
 * follow one another. */
static void step(process *p, hs_self_exciting *s) {
    double chances = 0, days = 0, squared = 0;
    size_t begin = 0;
    for (uint32_t child = 0; child < p->count; child++) {
        double all = p->rate[child];
        size_t end = begin;
        for (; end < p->pair_count && p->pairs[end].child == child; end++)
            all += p->pairs[end].rate = triggering(p, s, &p->pairs[end]);
        p->own[child] = all > 0 ? p->rate[child] / all : 1;
        for (size_t k = begin; k < end && all > 0; k++) {
            double chance = p->pairs[k].rate / all;
            chances += chance;
            days += chance * (double)p->pairs[k].days;
            squared += chance * (double)p->pairs[k].squared_m;
        }
        begin = end;
    }
    double dimensions = p->history->space->squares ? 2 : 1;
    s->triggered = p->count > 0 ? fmin(MOST_TRIGGERED, chances / p->count) : 0;
    if (!(chances > 1e-6)) return;
    s->omega = fmin(2, fmax(1 / REACH_DAYS, chances / days));
    s->sigma_m = fmin(REACH_M, fmax(LEAST_SIGMA_M, sqrt(squared / (dimensions * chances))));
}

/* What the background and the incidents before the origin set off in the horizon. Offspring of offspring fall
 * near them: they are in proportion and change no share. */
static void forecast(process *p, const hs_self_exciting *s, hs_smoother *smoother, float *mass) {
    const hs_space *space = p->history->space;
    double horizon_days = (double)p->history->horizon_s / HS_DAY_S, all = 0;
    deposit(p, p->own, smoother);
    hs_smoother_spread(smoother, space, p->background_m, p->background_m, mass);
    for (uint32_t k = 0; k < p->count; k++) {
        double age_days = (double)(p->origin_s - at(p, k)->time_s) / HS_DAY_S;
        all += p->own[k];
        p->rate[k] = s->triggered *
                     (hs_real_exp(-s->omega * age_days) - hs_real_exp(-s->omega * (age_days + horizon_days)));
    }
    for (uint32_t i = 0; i < space->cells->count; i++) {
        double even = EVEN * all * space->cells->measure[i] / space->all_measure;
        mass[i] = (float)(((1 - EVEN) * (double)mass[i] + even) * horizon_days / p->days);
    }
    deposit(p, p->rate, smoother);
    hs_smoother_spread(smoother, space, s->sigma_m, s->sigma_m, p->triggered);
    for (uint32_t i = 0; i < space->cells->count; i++)
        mass[i] += p->triggered[i];
}

hs_status hs_self_exciting_forecast(const hs_history *history, int64_t origin_s, double background_m,
                                    hs_smoother *smoother, hs_error *error, hs_self_exciting *fitted,
                                    float *mass) {
    process p = {.history = history, .origin_s = origin_s, .background_m = background_m};
    hs_self_exciting s = {0.2, 0.1, 100};
    hs_status status = gather(&p, error);
    if (status == HS_OK) status = find_pairs(&p, error);
    if (status == HS_OK) {
        for (int k = 0; k < STEPS; k++) {
            update_background(&p, smoother, mass);
            step(&p, &s);
        }
        forecast(&p, &s, smoother, mass);
        hs_space_normalise(history->space, mass);
        *fitted = s;
    }
    free(p.incident);
    free(p.own);
    free(p.rate);
    free(p.bucket);
    free(p.triggered);
    free(p.pairs);
    return status;
}
