#include "plan/history.h"

#include "geo/real.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LN_2        0.69314718055994530942
#define YEAR_DAYS   365.25
#define MOST_YEARS  10
#define YEAR_FADES  0.8 /* what an earlier year counts of a later one */
#define SEASON_DAYS 30.0
#define MISTAKES    200u /* one in so many times is taken for one */

static int before(const void *a, const void *b) {
    const hs_forecast_incident *p = a;
    const hs_forecast_incident *q = b;
    if (p->time_s != q->time_s) return p->time_s < q->time_s ? -1 : 1;
    if (p->cell != q->cell) return p->cell < q->cell ? -1 : 1;
    if (p->part != q->part) return p->part < q->part ? -1 : 1;
    if (p->x_m != q->x_m) return p->x_m < q->x_m ? -1 : 1;
    if (p->y_m != q->y_m) return p->y_m < q->y_m ? -1 : 1;
    return p->known_s < q->known_s ? -1 : p->known_s > q->known_s;
}

static void add_surface(hs_history *h, hs_surface_kind kind, double half_life_days, double bandwidth_m) {
    if (h->surface_count < HS_MOST_SURFACES)
        h->surface[h->surface_count++] = (hs_surface){kind, half_life_days, bandwidth_m};
}

/* Surfaces of one kind and half-life follow one another: they share the weights. */
static void list_surfaces(hs_history *h) {
    static const double half_lives[] = {10, 30, 90, 180, 365, HS_SURFACE_NO_DECAY};
    static const double squares[] = {0, 40, 75, 130, 225, 400, 800}, streets[] = {0, 30, 60, 120, 200};
    bool on_squares = h->space->squares;
    const double *bandwidths = on_squares ? squares : streets;
    size_t widths = on_squares ? sizeof squares / sizeof *squares : sizeof streets / sizeof *streets;
    for (size_t t = 0; t < sizeof half_lives / sizeof *half_lives; t++)
        for (size_t b = 0; b < widths; b++)
            add_surface(h, HS_SURFACE_RECENT, half_lives[t], bandwidths[b]);
    h->all_counts = h->surface_count - (uint32_t)widths;
    for (size_t b = 2; b < widths; b += 2)
        add_surface(h, HS_SURFACE_SEASON, 0, bandwidths[b]);
    h->last_counts = h->surface_count;
    add_surface(h, HS_SURFACE_LAST, 0, 0);
    add_surface(h, HS_SURFACE_EVEN, 0, 0);
}

/* By what is known at the origin alone. */
static void set_first(hs_history *h, int64_t origin_s) {
    uint32_t known = 0, seen = 0;
    h->first_s = origin_s;
    for (uint32_t i = 0; i < h->count; i++)
        known += hs_history_knows(h, i, origin_s);
    for (uint32_t i = 0; i < h->count && known > 0; i++) {
        if (!hs_history_knows(h, i, origin_s) || seen++ < known / MISTAKES) continue;
        h->first_s = h->incident[i].time_s;
        return;
    }
}

hs_status hs_history_init(hs_history *h, const hs_space *space, const hs_forecast_incident *incidents,
                          uint32_t count, int64_t horizon_s, int64_t origin_s, hs_error *error) {
    *h = (hs_history){.space = space, .horizon_s = horizon_s};
    h->incident = malloc(((size_t)count + 1) * sizeof *h->incident);
    h->part = malloc(((size_t)count + 1) * sizeof *h->part);
    if (!h->incident || !h->part) {
        hs_history_done(h);
        return hs_error_memory(error, "the past");
    }
    for (uint32_t i = 0; i < count; i++)
        if (incidents[i].cell != HS_NONE) h->incident[h->count++] = incidents[i];
    qsort(h->incident, h->count, sizeof *h->incident, before);
    for (uint32_t i = 0; i < h->count; i++)
        h->part[i] = hs_space_part(space, &h->incident[i]);
    set_first(h, origin_s);
    list_surfaces(h);
    return HS_OK;
}

void hs_history_done(hs_history *h) {
    free(h->incident);
    free(h->part);
    *h = (hs_history){0};
}

uint32_t hs_history_find(const hs_history *h, int64_t time_s) {
    uint32_t low = 0, high = h->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (h->incident[middle].time_s < time_s)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

double hs_history_known(const hs_history *h, int64_t from_s, int64_t to_s, int64_t before_s) {
    uint32_t end = hs_history_find(h, to_s);
    double known = 0;
    for (uint32_t i = hs_history_find(h, from_s); i < end; i++)
        known += h->incident[i].known_s < before_s;
    return known;
}

static double season_weight(double age_days, double horizon_days) {
    double weight = 0, fade = 1;
    for (int year = 1; year <= MOST_YEARS; year++) {
        double off = fabs(year * YEAR_DAYS - horizon_days / 2 - age_days);
        double width = horizon_days / 2 + SEASON_DAYS;
        if (off < width) weight += fade * (1 - off / width);
        fade *= YEAR_FADES;
    }
    return weight;
}

static double weigh(const hs_history *h, const hs_surface *surface, double age_days) {
    double horizon_days = (double)h->horizon_s / HS_DAY_S;
    switch (surface->kind) {
    case HS_SURFACE_RECENT:
        return surface->half_life_days >= HS_SURFACE_NO_DECAY
                   ? 1
                   : hs_real_exp(-LN_2 * age_days / surface->half_life_days);
    case HS_SURFACE_SEASON:
        return season_weight(age_days, horizon_days);
    case HS_SURFACE_LAST:
        return age_days <= horizon_days;
    default:
        return 0;
    }
}

static void fill(const hs_history *h, const hs_surface *surface, int64_t origin_s, hs_smoother *smoother) {
    hs_smoother_clear(smoother, h->space);
    uint32_t end = hs_history_find(h, origin_s);
    for (uint32_t i = 0; i < end; i++) {
        if (!hs_history_knows(h, i, origin_s)) continue;
        double age_days = (double)(origin_s - h->incident[i].time_s) / HS_DAY_S;
        smoother->weight[h->part[i]] += llround(weigh(h, surface, age_days) * HS_SPACE_UNIT);
    }
    hs_smoother_take(smoother, h->space);
}

void hs_history_surfaces(const hs_history *h, int64_t origin_s, hs_smoother *smoother, float *mass) {
    uint32_t cells = h->space->cells->count;
    for (uint32_t k = 0; k < h->surface_count; k++) {
        const hs_surface *own = &h->surface[k], *last = k > 0 ? own - 1 : NULL;
        if (!last || last->kind != own->kind || last->half_life_days != own->half_life_days)
            fill(h, own, origin_s, smoother);
        float *to = mass + (size_t)k * cells;
        hs_smoother_spread(smoother, h->space, own->bandwidth_m, own->bandwidth_m, to);
        hs_space_normalise(h->space, to);
    }
}

double hs_history_scott(const hs_history *h, int64_t origin_s, hs_smoother *smoother, float *mass) {
    hs_surface all = {HS_SURFACE_RECENT, HS_SURFACE_NO_DECAY, 0};
    double n = 0, x = 0, y = 0, xx = 0, yy = 0;
    uint32_t end = hs_history_find(h, origin_s);
    for (int round = 0; round < 2; round++)
        for (uint32_t i = 0; i < end; i++) {
            if (!hs_history_knows(h, i, origin_s)) continue;
            const hs_forecast_incident *at = &h->incident[i];
            if (round == 0) {
                n++;
                x += (double)at->x_m;
                y += (double)at->y_m;
            } else {
                xx += ((double)at->x_m - x / n) * ((double)at->x_m - x / n);
                yy += ((double)at->y_m - y / n) * ((double)at->y_m - y / n);
            }
        }
    double factor = n > 1 ? hs_real_exp(-hs_real_log(n) / 6) / sqrt(n - 1) : 0;
    double east_m = sqrt(xx) * factor, north_m = sqrt(yy) * factor;
    fill(h, &all, origin_s, smoother);
    hs_smoother_spread(smoother, h->space, east_m, north_m, mass);
    hs_space_normalise(h->space, mass);
    return sqrt(east_m * north_m);
}

double hs_space_caught(const hs_space *space, const float *mass, const float *observed, double share,
                       float *bins) {
    const hs_forecast_cells *c = space->cells;
    memset(bins, 0, 2 * HS_CAUGHT_BINS * sizeof *bins);
    for (uint32_t i = 0; i < c->count; i++) {
        float rate = (float)((double)mass[i] / c->measure[i]);
        uint32_t bits;
        memcpy(&bits, &rate, sizeof bits);
        bits >>= 15;
        bins[2 * bits] += (float)c->measure[i];
        bins[2 * bits + 1] += observed[i];
    }
    double room = share * space->all_measure, caught = 0;
    for (uint32_t b = HS_CAUGHT_BINS; b-- > 0 && room > 0;) {
        double measure = (double)bins[2 * b];
        if (!(measure > 0)) continue;
        caught += (double)bins[2 * b + 1] * fmin(1, room / measure);
        room -= measure;
    }
    return caught;
}
