/* Which lattice of squares fits a city's incidents. */
#include "plan/history.h"

#include <stdlib.h>

/* A mixture as fits most cities: part of it cell by cell, part of it smoothed, old incidents for half. */
static const struct { double bandwidth_m, weight; } parts[] = {{0, 0.55}, {40, 0.25}, {130, 0.2}};
enum { PARTS_OF_MIXTURE = sizeof parts / sizeof *parts };
#define HALF_LIFE_DAYS 365.0

static void fill(const hs_history *h, int64_t before_s, hs_smoother *smoother) {
    uint32_t end = hs_history_find(h, before_s);
    for (uint32_t i = 0; i < end; i++) {
        if (!hs_history_knows(h, i, before_s)) continue;
        double age = (double)(before_s - h->incident[i].time_s) / HS_DAY_S / HALF_LIFE_DAYS;
        smoother->weight[h->part[i]] += (int64_t)(HS_SPACE_UNIT * (0.5 + 0.5 / (1 + age)));
    }
    hs_smoother_take(smoother, h->space);
}

/* What comes from one time to before another, by cell. */
static void come(const hs_history *h, int64_t from_s, int64_t until_s, float *observed) {
    for (uint32_t i = 0; i < h->space->cells->count; i++)
        observed[i] = 0;
    uint32_t end = hs_history_find(h, until_s);
    for (uint32_t i = hs_history_find(h, from_s); i < end; i++)
        if (h->incident[i].known_s < until_s) observed[h->incident[i].cell] += 1;
}

static hs_status measure(const hs_history *h, double share, int64_t before_s, int64_t until_s,
                         hs_error *error, double *promise) {
    hs_smoother smoother;
    size_t cells = h->space->cells->count;
    hs_status status = hs_smoother_init(&smoother, h->space, error);
    if (status != HS_OK) return status;
    float *mass = calloc(cells, sizeof *mass), *part = malloc(cells * sizeof *part);
    float *bins = malloc(2 * HS_CAUGHT_BINS * sizeof *bins);
    if (mass && part && bins) {
        fill(h, before_s, &smoother);
        double all = 0;
        for (int k = 0; k < PARTS_OF_MIXTURE; k++) {
            hs_smoother_spread(&smoother, h->space, parts[k].bandwidth_m, parts[k].bandwidth_m, part);
            for (size_t i = 0; i < cells; i++)
                mass[i] += (float)parts[k].weight * part[i];
        }
        bool held_out = until_s > before_s;
        if (held_out) come(h, before_s, until_s, part);
        const float *observed = held_out ? part : mass;
        for (size_t i = 0; i < cells; i++)
            all += (double)observed[i];
        *promise = all > 0 ? hs_space_caught(h->space, mass, observed, share, bins) / all : 0;
    } else {
        status = hs_error_memory(error, "a lattice");
    }
    free(mass);
    free(part);
    free(bins);
    hs_smoother_done(&smoother);
    return status;
}

hs_status hs_forecast_promise(const hs_forecast_cells *cells, const hs_forecast_incident *incidents,
                              uint32_t count, double share, int64_t before_s, int64_t until_s,
                              hs_error *error, double *promise) {
    hs_space space;
    hs_history history;
    if (!cells->place || !(share > 0 && share <= 1))
        return hs_error_set(error, HS_E_ARGUMENT, "a promise is of squares and a share above 0, at most 1");
    hs_space_init(&space, cells);
    hs_status status =
        hs_history_init(&history, &space, incidents, count, (int64_t)HS_DAY_S, before_s, error);
    if (status != HS_OK) return status;
    status = measure(&history, share, before_s, until_s, error, promise);
    hs_history_done(&history);
    return status;
}
