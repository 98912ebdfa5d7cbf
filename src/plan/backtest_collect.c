/* The first pass: what each period that is over teaches about surfaces. */
#include "plan/backtest.h"

#include "base/hash.h"
#include "geo/real.h"
#include <math.h>
#include <stdlib.h>

/* Cells without incidents that a period gives to the regression, about. */
#define SAMPLED 6000u
/* Added to a rate, in even ones, before its logarithm. */
#define LOG_FLOOR 0.05

/* Surfaces that the regression looks at: several recencies at several ranges. Those a space has not are left
 * out. */
static const hs_surface design_surfaces[] = {
    {HS_SURFACE_RECENT, 10, 75},
    {HS_SURFACE_RECENT, 10, 225},
    {HS_SURFACE_RECENT, 30, 0},
    {HS_SURFACE_RECENT, 90, 75},
    {HS_SURFACE_RECENT, 180, 0},
    {HS_SURFACE_RECENT, 365, 0},
    {HS_SURFACE_RECENT, 365, 130},
    {HS_SURFACE_RECENT, HS_SURFACE_NO_DECAY, 0},
    {HS_SURFACE_RECENT, HS_SURFACE_NO_DECAY, 75},
    {HS_SURFACE_RECENT, HS_SURFACE_NO_DECAY, 225},
    {HS_SURFACE_RECENT, HS_SURFACE_NO_DECAY, 800},
    {HS_SURFACE_SEASON, 0, 75},
    {HS_SURFACE_SEASON, 0, 225},
    {HS_SURFACE_RECENT, 10, 60},
    {HS_SURFACE_RECENT, 90, 60},
    {HS_SURFACE_RECENT, 365, 60},
    {HS_SURFACE_RECENT, HS_SURFACE_NO_DECAY, 60},
    {HS_SURFACE_RECENT, HS_SURFACE_NO_DECAY, 200},
    {HS_SURFACE_SEASON, 0, 60},
    {HS_SURFACE_SEASON, 0, 200},
};
enum { DESIGN_SURFACES = sizeof design_surfaces / sizeof *design_surfaces };

static uint32_t find_surface(const hs_history *h, const hs_surface *wanted) {
    for (uint32_t k = 0; k < h->surface_count; k++) {
        const hs_surface *s = &h->surface[k];
        if (s->kind == wanted->kind && s->half_life_days == wanted->half_life_days &&
            s->bandwidth_m == wanted->bandwidth_m)
            return k;
    }
    return HS_NONE;
}

uint32_t hs_backtest_columns(const hs_backtest *b) {
    uint32_t columns = b->space->cells->covariate_count;
    for (size_t k = 0; k < DESIGN_SURFACES; k++)
        columns += find_surface(b->history, &design_surfaces[k]) != HS_NONE;
    return columns;
}

void hs_backtest_row(const hs_backtest *b, const float *surfaces, uint32_t cell, float *x) {
    const hs_forecast_cells *c = b->space->cells;
    double even = c->measure[cell] / b->space->all_measure + 0.02 / c->count;
    uint32_t column = 0;
    for (size_t k = 0; k < DESIGN_SURFACES; k++) {
        uint32_t s = find_surface(b->history, &design_surfaces[k]);
        if (s == HS_NONE) continue;
        double rate = (double)surfaces[(size_t)s * c->count + cell] / even;
        x[column++] = (float)hs_real_log(rate + LOG_FLOOR);
    }
    for (uint32_t k = 0; k < c->covariate_count; k++)
        x[column++] = (float)c->covariate[(size_t)k * c->count + cell];
}

/* How many to expect in all: rates of several windows, and last year's same weeks by what came since. */
enum { RULES = 5 };
static double level_by(const hs_history *h, int rule, int64_t origin_s) {
    static const int windows[RULES - 1] = {1, 3, 6, 12};
    int64_t horizon_s = h->horizon_s, first_s = h->first_s, year_s = (int64_t)(365.25 * HS_DAY_S);
    if (rule < RULES - 1) {
        int64_t from_s = origin_s - windows[rule] * horizon_s;
        if (from_s < first_s) from_s = first_s;
        double horizons = (double)(origin_s - from_s) / (double)horizon_s;
        return horizons > 0 ? hs_history_known(h, from_s, origin_s, origin_s) / horizons : 0;
    }
    if (origin_s - year_s - 3 * horizon_s < first_s) return NAN;
    double then = hs_history_known(h, origin_s - year_s, origin_s - year_s + horizon_s, origin_s);
    double before = hs_history_known(h, origin_s - year_s - 3 * horizon_s, origin_s - year_s, origin_s);
    double now = hs_history_known(h, origin_s - 3 * horizon_s, origin_s, origin_s);
    return before > 0 ? then * now / before : NAN;
}

/* The mean of the whole past: where nothing is known of late, reports are missing rather than incidents. */
static double long_level(const hs_history *h, int64_t origin_s) {
    double horizons = (double)(origin_s - h->first_s) / (double)h->horizon_s;
    return hs_history_known(h, h->first_s, origin_s, origin_s) / (horizons > 1 ? horizons : 1);
}

/* The rule that came nearest in the periods that had ended. */
static void set_level(hs_backtest *b, uint32_t own) {
    uint32_t first, end;
    double least = INFINITY;
    hs_origin *o = &b->origin[own];
    hs_backtest_training(b, own, &first, &end);
    o->level = level_by(b->history, 1, o->time_s);
    for (int rule = 0; rule < RULES; rule++) {
        double off = 0, level = level_by(b->history, rule, o->time_s);
        for (uint32_t j = first; j < end; j++) {
            const hs_origin *t = &b->origin[j];
            double guess = level_by(b->history, rule, t->time_s);
            double came = hs_history_known(b->history, t->time_s, t->time_s + b->history->horizon_s,
                                           t->time_s + b->history->horizon_s);
            off += fabs(hs_real_log((came + 1) / (guess + 1)));
        }
        if (!isnan(level) && off < least) {
            least = off;
            o->level = level;
        }
    }
    if (!(o->level > 0)) o->level = long_level(b->history, o->time_s);
}

static bool is_sampled(uint32_t cell, uint32_t own, uint32_t stride) {
    uint64_t key = (uint64_t)cell << 32 | own;
    return stride <= 1 || hs_hash(&key, sizeof key, 0) % stride == 0;
}

static hs_status fill_design(hs_backtest *b, uint32_t own, const float *surfaces, const float *observed) {
    hs_origin *o = &b->origin[own];
    const hs_forecast_cells *c = b->space->cells;
    uint32_t stride = c->count / SAMPLED + 1, rows = 0;
    for (uint32_t i = 0; i < c->count; i++)
        rows += observed[i] > 0 || is_sampled(i, own, stride);
    hs_design d = {.columns = hs_backtest_columns(b)};
    d.x = malloc(((size_t)rows * d.columns + 1) * sizeof *d.x);
    d.count = malloc((3 * (size_t)rows + 1) * sizeof *d.count);
    o->design = d;
    if (!d.x || !d.count) return hs_error_memory(&o->error, "a regression");
    d.exposure = d.count + rows;
    d.weight = d.exposure + rows;
    for (uint32_t i = 0; i < c->count; i++) {
        if (!(observed[i] > 0) && !is_sampled(i, own, stride)) continue;
        hs_backtest_row(b, surfaces, i, d.x + (size_t)d.rows * d.columns);
        d.count[d.rows] = observed[i];
        d.exposure[d.rows] = (float)((o->level + 0.01) * c->measure[i] / b->space->all_measure);
        d.weight[d.rows++] = observed[i] > 0 ? 1 : (float)stride;
    }
    o->design = d;
    return HS_OK;
}

static hs_status list_incidents(hs_backtest *b, hs_origin *o, const float *surfaces) {
    const hs_history *h = b->history;
    uint32_t cells = b->space->cells->count;
    uint32_t begin = hs_history_find(h, o->time_s), end = hs_history_find(h, o->time_s + h->horizon_s);
    o->count = 0;
    o->cell = calloc((size_t)(end - begin) + 1, sizeof *o->cell);
    o->chance = malloc(((size_t)(end - begin) * h->surface_count + 1) * sizeof *o->chance);
    if (!o->cell || !o->chance) return hs_error_memory(&o->error, "what came");
    for (uint32_t i = begin; i < end; i++)
        if (h->incident[i].known_s < o->time_s + h->horizon_s) o->cell[o->count++] = h->incident[i].cell;
    for (uint32_t k = 0; k < h->surface_count; k++)
        for (uint32_t i = 0; i < o->count; i++)
            o->chance[(size_t)k * o->count + i] = surfaces[(size_t)k * cells + o->cell[i]];
    return HS_OK;
}

static hs_status learn(hs_backtest *b, uint32_t own, const float *surfaces, float *observed, float *bins) {
    hs_origin *o = &b->origin[own];
    uint32_t cells = b->space->cells->count;
    hs_backtest_observed(b, o->time_s, true, observed);
    for (uint32_t k = 0; k < b->history->surface_count; k++)
        o->caught[k] =
            hs_space_caught(b->space, surfaces + (size_t)k * cells, observed, b->options->share, bins);
    hs_status status = list_incidents(b, o, surfaces);
    return status == HS_OK ? fill_design(b, own, surfaces, observed) : status;
}

static hs_status collect(hs_backtest *b, uint32_t own) {
    hs_origin *o = &b->origin[own];
    size_t cells = b->space->cells->count;
    hs_smoother smoother;
    set_level(b, own);
    if (own < b->per_horizon) return HS_OK; /* its period is not over at any origin */
    hs_status status = hs_smoother_init(&smoother, b->space, &o->error);
    if (status != HS_OK) return status;
    float *surfaces = malloc(b->history->surface_count * cells * sizeof *surfaces);
    float *observed = malloc(cells * sizeof *observed), *bins = malloc(2 * HS_CAUGHT_BINS * sizeof *bins);
    o->caught = calloc(b->history->surface_count, sizeof *o->caught);
    if (surfaces && observed && bins && o->caught) {
        hs_history_surfaces(b->history, o->time_s, &smoother, surfaces);
        status = learn(b, own, surfaces, observed, bins);
    } else {
        status = hs_error_memory(&o->error, "surfaces");
    }
    free(surfaces);
    free(observed);
    free(bins);
    hs_smoother_done(&smoother);
    return status;
}

hs_status hs_backtest_collect(hs_backtest *b, hs_error *error) {
    return hs_backtest_each(b, collect, error);
}
