/* The past as forecasts see it: incidents in order of time, what was known at an origin, surfaces of it. */
#ifndef PLAN_HISTORY_H
#define PLAN_HISTORY_H

#include "plan/space.h"

#define HS_DAY_S            86400.0
#define HS_MOST_SURFACES    64u
#define HS_SURFACE_NO_DECAY 1e9 /* a half-life in days */

typedef enum hs_surface_kind {
    HS_SURFACE_RECENT = 0, /* weights halve every half-life */
    HS_SURFACE_SEASON,     /* the same time of earlier years */
    HS_SURFACE_LAST,       /* the last horizon */
    HS_SURFACE_EVEN        /* by measure */
} hs_surface_kind;

typedef struct hs_surface {
    hs_surface_kind kind;
    double half_life_days, bandwidth_m;
} hs_surface;

typedef struct hs_history {
    const hs_space *space;
    uint32_t count;
    hs_forecast_incident *incident; /* by time, then place: the same for equal sets */
    uint32_t *part;
    int64_t horizon_s;
    int64_t first_s; /* when the past begins: a few much earlier incidents are mistakes */
    uint32_t surface_count;
    hs_surface surface[HS_MOST_SURFACES];
    uint32_t all_counts, last_counts; /* surfaces without smoothing: the whole past, the last horizon */
} hs_history;

hs_status hs_history_init(hs_history *history, const hs_space *space, const hs_forecast_incident *incidents,
                          uint32_t count, int64_t horizon_s, int64_t origin_s, hs_error *error);
void hs_history_done(hs_history *history);

/* The first incident at or after a time. */
uint32_t hs_history_find(const hs_history *history, int64_t time_s);
static inline bool hs_history_knows(const hs_history *history, uint32_t i, int64_t origin_s) {
    return history->incident[i].time_s < origin_s && history->incident[i].known_s < origin_s;
}
/* Incidents of [from, to) known before a time. */
double hs_history_known(const hs_history *history, int64_t from_s, int64_t to_s, int64_t before_s);

/* Every surface at an origin, each summing to 1: mass[surface][cells]. */
void hs_history_surfaces(const hs_history *history, int64_t origin_s, hs_smoother *smoother, float *mass);
/* The whole past smoothed by Scott's rule; its mean bandwidth. */
double hs_history_scott(const hs_history *history, int64_t origin_s, hs_smoother *smoother, float *mass);

/* What the best share of the measure holds of `observed`, cells of about equal rates in parts. O(cells). */
double hs_space_caught(const hs_space *space, const float *mass, const float *observed, double share,
                       float *bins);
#define HS_CAUGHT_BINS 65536u /* `bins` holds twice as many */

#endif
