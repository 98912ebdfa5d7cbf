/* The second pass: every method but the stack, fitted at each origin on the periods that had ended. */
#include "plan/backtest.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MIXTURE_STEPS   60
#define RIDGE           3.0
#define REGRESSION_MOST 6u  /* periods that the regression is fitted on */
#define PRIOR           5.0 /* incidents that the mixture's weights before any are worth */
#define DEFAULT_WIDTH_M 75.0
#define DEFAULT_HALF    365.0

typedef struct room {
    hs_smoother smoother;
    float *surfaces, *observed, *bins;
    double *spare;
} room;

static float *mass_of(const hs_backtest *b, const hs_origin *o, hs_forecast_method method) {
    return o->mass + (size_t)method * b->space->cells->count;
}

static const char *kind_name(hs_surface_kind kind) {
    static const char *const names[] = {"recent", "season", "last", "even"};
    return names[kind];
}

static hs_forecast_surface told(const hs_surface *s, double weight) {
    double half = s->half_life_days >= HS_SURFACE_NO_DECAY ? INFINITY : s->half_life_days;
    return (hs_forecast_surface){kind_name(s->kind), s->bandwidth_m, half, weight};
}

/* The surface that caught most in the periods of training. Without one, what is usual. */
static uint32_t choose_kernel(const hs_backtest *b, uint32_t own) {
    uint32_t first, end, best = 0;
    double most = -1;
    const hs_history *h = b->history;
    hs_backtest_training(b, own, &first, &end);
    for (uint32_t k = 0; k < h->surface_count && h->surface[k].kind == HS_SURFACE_RECENT; k++) {
        double caught = 0;
        for (uint32_t j = first; j < end; j++)
            caught += b->origin[j].caught[k] / fmax(1, b->origin[j].count);
        if (first == end)
            caught =
                h->surface[k].half_life_days == DEFAULT_HALF && h->surface[k].bandwidth_m <= DEFAULT_WIDTH_M
                    ? h->surface[k].bandwidth_m
                    : 0;
        if (caught > most) {
            most = caught;
            best = k;
        }
    }
    return best;
}

static void tell_heaviest(const hs_backtest *b, const double *weight, hs_forecast_fitted *fitted) {
    bool taken[HS_MOST_SURFACES] = {false};
    for (uint32_t n = 0; n < HS_FORECAST_WEIGHTS_TOLD; n++) {
        uint32_t best = HS_NONE;
        for (uint32_t k = 0; k < b->history->surface_count; k++)
            if (!taken[k] && (best == HS_NONE || weight[k] > weight[best])) best = k;
        taken[best] = true;
        fitted->mixture[n] = told(&b->history->surface[best], weight[best]);
    }
}

static void mix(hs_backtest *b, uint32_t own, const room *r) {
    const hs_history *h = b->history;
    hs_origin *o = &b->origin[own];
    uint32_t first, end, cells = b->space->cells->count;
    double prior[HS_MOST_SURFACES], weight[HS_MOST_SURFACES];
    const float *chance[2 * HS_TRAINING_PERIODS];
    uint32_t count[2 * HS_TRAINING_PERIODS];
    hs_backtest_training(b, own, &first, &end);
    for (uint32_t j = first; j < end; j++) {
        chance[j - first] = b->origin[j].chance;
        count[j - first] = b->origin[j].count;
    }
    for (uint32_t k = 0; k < h->surface_count; k++)
        prior[k] = PRIOR / h->surface_count;
    const hs_mixture_data data = {h->surface_count, end - first, chance, count};
    hs_mixture_fit(&data, prior, MIXTURE_STEPS, r->spare, weight);
    float *mass = mass_of(b, o, HS_FORECAST_MIXTURE);
    memset(mass, 0, cells * sizeof *mass);
    for (uint32_t k = 0; k < h->surface_count; k++)
        for (uint32_t i = 0; i < cells; i++)
            mass[i] += (float)weight[k] * r->surfaces[(size_t)k * cells + i];
    tell_heaviest(b, weight, &o->fitted);
}

/* Without a period to fit on, the mixture stands in. */
static void regress(hs_backtest *b, uint32_t own, const room *r) {
    hs_origin *o = &b->origin[own];
    uint32_t first, end, cells = b->space->cells->count, count = 0;
    const hs_design *designs[REGRESSION_MOST];
    float *mass = mass_of(b, o, HS_FORECAST_REGRESSION);
    hs_regression regression;
    hs_backtest_training(b, own, &first, &end);
    for (uint32_t j = first; j < end && count < REGRESSION_MOST; j += b->per_horizon)
        designs[count++] = &b->origin[j].design;
    if (count == 0) {
        memcpy(mass, mass_of(b, o, HS_FORECAST_MIXTURE), cells * sizeof *mass);
        return;
    }
    hs_regression_fit(designs, count, RIDGE, &regression);
    for (uint32_t i = 0; i < cells; i++) {
        float x[HS_REGRESSION_MOST];
        hs_backtest_row(b, r->surfaces, i, x);
        mass[i] = (float)(b->space->cells->measure[i] * hs_regression_mean(&regression, x));
    }
    hs_space_normalise(b->space, mass);
}

static void take_members(hs_backtest *b, hs_origin *o, const room *r) {
    uint32_t cells = b->space->cells->count;
    for (uint32_t m = 0; m < HS_STACKED && o->member; m++)
        for (uint32_t i = 0; i < o->count; i++)
            o->member[(size_t)m * o->count + i] = mass_of(b, o, hs_stacked[m])[o->cell[i]];
    for (uint32_t m = 0; m < HS_FORECAST_STACK && o->member; m++)
        o->method_caught[m] =
            hs_space_caught(b->space, o->mass + (size_t)m * cells, r->observed, b->options->share, r->bins);
}

static hs_status make_members(hs_backtest *b, uint32_t own, room *r) {
    hs_origin *o = &b->origin[own];
    const hs_history *h = b->history;
    size_t cells = b->space->cells->count;
    uint32_t first, end;
    hs_self_exciting excited;
    hs_backtest_training(b, own, &first, &end);
    o->fitted.training = end - first;
    hs_history_surfaces(h, o->time_s, &r->smoother, r->surfaces);
    uint32_t kernel = choose_kernel(b, own);
    o->fitted.kernel = told(&h->surface[kernel], 1);
    memcpy(mass_of(b, o, HS_FORECAST_LAST), r->surfaces + h->last_counts * cells, cells * sizeof(float));
    memcpy(mass_of(b, o, HS_FORECAST_ALL), r->surfaces + h->all_counts * cells, cells * sizeof(float));
    memcpy(mass_of(b, o, HS_FORECAST_KERNEL), r->surfaces + kernel * cells, cells * sizeof(float));
    o->fitted.scott_m = hs_history_scott(h, o->time_s, &r->smoother, mass_of(b, o, HS_FORECAST_SCOTT));
    mix(b, own, r);
    regress(b, own, r);
    hs_status status =
        hs_self_exciting_forecast(h, o->time_s, h->surface[kernel].bandwidth_m, &r->smoother, &o->error,
                                  &excited, mass_of(b, o, HS_FORECAST_SELF_EXCITING));
    if (status != HS_OK) return status;
    o->fitted.triggered = excited.triggered;
    o->fitted.trigger_days = 1 / excited.omega;
    o->fitted.trigger_m = excited.sigma_m;
    if (own >= b->per_horizon) hs_backtest_observed(b, o->time_s, true, r->observed);
    take_members(b, o, r);
    return HS_OK;
}

static uint32_t largest_period(const hs_backtest *b) {
    uint32_t most = 0;
    for (uint32_t i = 0; i < b->count; i++)
        most = b->origin[i].count > most ? b->origin[i].count : most;
    return most;
}

static hs_status make(hs_backtest *b, uint32_t own) {
    hs_origin *o = &b->origin[own];
    size_t cells = b->space->cells->count;
    room r = {0};
    hs_status status = hs_smoother_init(&r.smoother, b->space, &o->error);
    if (status != HS_OK) return status;
    r.surfaces = malloc(b->history->surface_count * cells * sizeof *r.surfaces);
    r.observed = malloc(cells * sizeof *r.observed);
    r.bins = malloc(2 * HS_CAUGHT_BINS * sizeof *r.bins);
    r.spare = malloc(((size_t)largest_period(b) + 1) * sizeof *r.spare);
    o->mass = malloc(HS_FORECAST_METHODS * cells * sizeof *o->mass);
    if (own >= b->per_horizon) o->member = malloc(((size_t)HS_STACKED * o->count + 1) * sizeof *o->member);
    if (r.surfaces && r.observed && r.bins && r.spare && o->mass && (own < b->per_horizon || o->member))
        status = make_members(b, own, &r);
    else
        status = hs_error_memory(&o->error, "surfaces");
    free(r.surfaces);
    free(r.observed);
    free(r.bins);
    free(r.spare);
    hs_smoother_done(&r.smoother);
    return status;
}

hs_status hs_backtest_members(hs_backtest *b, hs_error *error) {
    return hs_backtest_each(b, make, error);
}
