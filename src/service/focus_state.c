/* What the history of each place is called: emerging hot spots over periods before the origin. */
#include "service/focus_private.h"

#include <math.h>
#include <stdlib.h>

#define MOST_STEPS  24u
#define LEAST_STEPS 10u
#define LAG         1u
#define ALPHA       0.05
/* Steps are whole horizons, at least so long: shorter ones hold too little. */
#define LEAST_STEP_S (INT64_C(28) * 86400)

typedef struct naming {
    const hs_hotspot_work *work;
    hs_focus_ground *g;
    uint32_t steps;
    int64_t step_s, origin_s;
    double *values, *z, *p, *one, *trend_p;
    hs_trend *trend;
    signed char *state;
} naming;

static void lay_steps(naming *n, int64_t horizon_s) {
    const hs_forecast_points *points = &n->g->forecast->points;
    int64_t first_s = n->origin_s;
    for (uint32_t i = 0; i < points->count; i++)
        if (points->point[i].time_s < first_s) first_s = points->point[i].time_s;
    n->step_s = horizon_s * ((LEAST_STEP_S + horizon_s - 1) / horizon_s);
    int64_t steps = (n->origin_s - first_s) / n->step_s;
    n->steps = steps > MOST_STEPS ? MOST_STEPS : (uint32_t)steps;
}

static void count_points(const naming *n) {
    const hs_forecast_points *points = &n->g->forecast->points;
    int64_t first_s = n->origin_s - (int64_t)n->steps * n->step_s;
    for (uint32_t i = 0; i < points->count; i++) {
        const hs_forecast_point *p = &points->point[i];
        uint32_t place = hs_focus_place(n->g, p);
        if (place == HS_NONE || p->time_s < first_s || !hs_focus_knows(p, n->origin_s)) continue;
        n->values[(size_t)((p->time_s - first_s) / n->step_s) * n->g->places + place] += 1;
    }
}

static hs_status test_bins(const naming *n) {
    hs_weights *weights;
    uint32_t places = n->g->places;
    size_t bins = (size_t)places * n->steps;
    hs_error *error = n->work->error;
    hs_status status =
        hs_weights_new(places, n->g->link_first, n->g->link, NULL, 1, HS_WEIGHTS_BINARY, error, &weights);
    if (status != HS_OK) return status;
    const hs_cube cube = {weights, n->values, n->steps, LAG};
    status = hs_cube_local_g(&cube, hs_service_pool(n->work->service), error, n->z);
    hs_weights_free(weights);
    for (size_t b = 0; b < bins; b++)
        n->p[b] = hs_two_sided_p(n->z[b]);
    return status == HS_OK ? hs_adjust_p_values(n->p, bins, HS_CORRECTION_BH, error, n->p) : status;
}

static hs_status find_trends(const naming *n) {
    double inflation = hs_trend_inflation(n->steps, LAG + 1);
    hs_status status = HS_OK;
    for (uint32_t i = 0; i < n->g->places && status == HS_OK; i++) {
        bool defined = true;
        for (uint32_t t = 0; t < n->steps; t++) {
            n->one[t] = n->z[(size_t)t * n->g->places + i];
            defined = defined && !isnan(n->one[t]);
        }
        n->trend[i] = (hs_trend){0, NAN, NAN, NAN, NAN};
        if (defined) status = hs_mann_kendall(n->one, n->steps, inflation, n->work->error, &n->trend[i]);
        n->trend_p[i] = n->trend[i].p;
    }
    return status == HS_OK
               ? hs_adjust_p_values(n->trend_p, n->g->places, HS_CORRECTION_BH, n->work->error, n->trend_p)
               : status;
}

static void name_places(const naming *n) {
    for (uint32_t i = 0; i < n->g->places; i++) {
        for (uint32_t t = 0; t < n->steps; t++) {
            size_t b = (size_t)t * n->g->places + i;
            n->state[t] = (signed char)(n->p[b] <= ALPHA ? (n->z[b] > 0) - (n->z[b] < 0) : 0);
        }
        int trend = n->trend_p[i] <= ALPHA ? (n->trend[i].s > 0) - (n->trend[i].s < 0) : 0;
        n->g->state[i] = hs_emerging_classify(n->state, n->steps, trend);
    }
}

static hs_status allocate(naming *n, hs_arena *arena) {
    size_t places = (size_t)n->g->places + 1, bins = places * (n->steps + 1);
    n->values = hs_arena_array(arena, bins, sizeof *n->values);
    n->z = hs_arena_array(arena, bins, sizeof *n->z);
    n->p = hs_arena_array(arena, bins, sizeof *n->p);
    n->one = hs_arena_array(arena, MOST_STEPS + 1, sizeof *n->one);
    n->state = hs_arena_array(arena, MOST_STEPS + 1, 1);
    n->trend = hs_arena_array(arena, places, sizeof *n->trend);
    n->trend_p = hs_arena_array(arena, places, sizeof *n->trend_p);
    bool good = n->values && n->z && n->p && n->one && n->state && n->trend && n->trend_p;
    return good ? HS_OK : hs_error_memory(n->work->error, "histories");
}

hs_status hs_focus_name_states(const hs_hotspot_work *work, hs_focus_ground *g) {
    const hs_focus_request *r = work->request;
    naming n = {.work = work, .g = g, .origin_s = r->forecast.origin_s};
    g->state = hs_arena_array(g->arena, (size_t)g->places + 1, sizeof *g->state);
    if (!g->state) return hs_error_memory(work->error, "histories");
    lay_steps(&n, r->forecast.horizon_days * 86400);
    if (n.steps < LEAST_STEPS || g->places < HS_HOTSPOT_LEAST_UNITS ||
        (uint64_t)n.steps * g->places > HS_CUBE_MOST_BINS)
        return HS_OK;
    g->state_steps = n.steps;
    g->state_step_s = n.step_s;
    hs_arena *arena = hs_arena_new((size_t)4 << 30);
    hs_status status = arena ? allocate(&n, arena) : hs_error_memory(work->error, "histories");
    if (status == HS_OK) {
        count_points(&n);
        status = test_bins(&n);
    }
    if (status == HS_OK) status = find_trends(&n);
    if (status == HS_OK) name_places(&n);
    hs_arena_free(arena);
    return status;
}
