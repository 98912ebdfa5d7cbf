#include <hotspot/forecast.h>

#include "plan/backtest.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

const double *hs_forecast_curve_shares(void) {
    static const double shares[HS_FORECAST_CURVE_POINTS] = {0.005, 0.01, 0.02, 0.03, 0.05,
                                                            0.1,   0.2,  0.3,  0.5};
    return shares;
}

const char *hs_forecast_method_name(hs_forecast_method method) {
    static const char *const names[] = {"last-period", "all-history",   "kernel-scott",
                                        "kernel",      "self-exciting", "regression",
                                        "mixture",     "stack",         "auto"};
    return (unsigned)method <= HS_FORECAST_AUTO ? names[method] : NULL;
}

const char *hs_forecast_rival_name(hs_forecast_rival rival) {
    static const char *const names[] = {"best-single-earlier", "kernel-scott"};
    return (unsigned)rival < HS_RIVALS ? names[rival] : NULL;
}

void hs_forecast_gains(const hs_forecast *f, hs_forecast_method method, hs_forecast_rival rival,
                       double *hit_rate, double *pai) {
    for (uint32_t k = 0; k < f->folds; k++) {
        hs_forecast_method other = rival == HS_RIVAL_SINGLE ? f->fold_single[k] : HS_FORECAST_SCOTT;
        hit_rate[k] = pai[k] = (double)NAN;
        if (other >= HS_FORECAST_METHODS) continue;
        const hs_forecast_score *mine = &f->result[method].score[k], *theirs = &f->result[other].score[k];
        hit_rate[k] = mine->hit_rate - theirs->hit_rate;
        pai[k] = mine->pai - theirs->pai;
    }
}

static hs_status check_cells(const hs_forecast_cells *c, hs_error *error) {
    if (c->count > HS_FORECAST_MOST_CELLS ||
        (uint64_t)c->columns * c->rows > 16 * (uint64_t)HS_FORECAST_MOST_CELLS)
        return hs_error_set(error, HS_E_LIMIT, "%u cells are more than the %u that a forecast takes",
                            (unsigned)c->count, HS_FORECAST_MOST_CELLS);
    if (c->count == 0 || (c->place ? !(c->size_m > 0) : !c->link_first) ||
        c->covariate_count > HS_FORECAST_MOST_COVARIATES)
        return hs_error_set(error, HS_E_ARGUMENT, "a forecast needs cells, squares or segments with links");
    for (uint32_t i = 0; i < c->count; i++) {
        bool placed = !c->place || (c->place[i] < (uint64_t)c->columns * c->rows &&
                                    (i == 0 || c->place[i] > c->place[i - 1]));
        if (!(c->measure[i] > 0) || !isfinite(c->measure[i]) || !placed)
            return hs_error_set(error, HS_E_ARGUMENT,
                                "cell %u has no measure above 0 or no place in the lattice", (unsigned)i);
    }
    for (size_t k = 0; k < (size_t)c->covariate_count * c->count; k++)
        if (!isfinite(c->covariate[k]))
            return hs_error_set(error, HS_E_ARGUMENT, "a covariate of cell %u is not finite",
                                (unsigned)(k % c->count));
    return HS_OK;
}

static hs_status check_options(const hs_forecast_options *o, hs_error *error) {
    if (!(o->share > 0 && o->share <= 1))
        return hs_error_set(error, HS_E_ARGUMENT, "a share of %g is not above 0 and at most 1", o->share);
    if (o->horizon_s < (int64_t)HS_DAY_S || o->horizon_s > (int64_t)(3660 * HS_DAY_S))
        return hs_error_set(error, HS_E_ARGUMENT, "a horizon is from one day to ten years");
    if (o->folds > HS_FORECAST_MOST_FOLDS)
        return hs_error_set(error, HS_E_ARGUMENT, "a backtest takes at most %u folds",
                            HS_FORECAST_MOST_FOLDS);
    return (unsigned)o->method <= HS_FORECAST_AUTO ? HS_OK
                                                   : hs_error_set(error, HS_E_ARGUMENT, "no such method");
}

static hs_status check_incidents(const hs_forecast_cells *c, const hs_forecast_incident *incidents,
                                 uint32_t count, hs_error *error) {
    for (uint32_t i = 0; i < count; i++)
        if (incidents[i].cell != HS_NONE &&
            (incidents[i].cell >= c->count ||
             incidents[i].part >= (c->place ? HS_FORECAST_PARTS * HS_FORECAST_PARTS : 1)))
            return hs_error_set(error, HS_E_ARGUMENT, "incident %u lies in no cell or no part of one",
                                (unsigned)i);
    return HS_OK;
}

static bool allocate(hs_forecast *f, bool keep) {
    f->expected = malloc(((size_t)f->count + 1) * sizeof *f->expected);
    f->fold_s = malloc(((size_t)f->folds + 1) * sizeof *f->fold_s);
    f->fold_method = malloc(((size_t)f->folds + 1) * sizeof *f->fold_method);
    f->fold_single = malloc(((size_t)f->folds + 1) * sizeof *f->fold_single);
    if (keep) f->fold_expected = malloc(((size_t)f->folds * f->count + 1) * sizeof *f->fold_expected);
    bool good = f->expected && f->fold_s && f->fold_method && f->fold_single && (f->fold_expected || !keep);
    for (int m = 0; m <= HS_FORECAST_METHODS; m++) {
        f->result[m].score = calloc((size_t)f->folds + 1, sizeof *f->result[m].score);
        f->result[m].curve = calloc(HS_FORECAST_CURVE_POINTS, sizeof *f->result[m].curve);
        good = good && f->result[m].score && f->result[m].curve;
    }
    return good;
}

/* Arrays of the scoring. */
typedef struct scoring {
    const hs_backtest *backtest;
    hs_forecast *forecast;
    float *came;
    double *expected, *observed, *before; /* [cells] */
    uint32_t *rank;
    double *all_expected, *all_observed, *all_measure; /* [folds][cells] of the method asked for */
} scoring;

static hs_forecast_method method_at(const hs_backtest *b, const hs_origin *o) {
    return b->options->method == HS_FORECAST_AUTO ? o->chosen : b->options->method;
}

static void expect(const hs_backtest *b, const hs_origin *o, hs_forecast_method method, double *expected) {
    uint32_t cells = b->space->cells->count;
    const float *mass = o->mass + (size_t)method * cells;
    for (uint32_t i = 0; i < cells; i++)
        expected[i] = o->level * (double)mass[i];
}

static void observe(const scoring *s, int64_t origin_s, double *observed) {
    hs_backtest_observed(s->backtest, origin_s, false, s->came);
    for (uint32_t i = 0; i < s->forecast->count; i++)
        observed[i] = (double)s->came[i];
}

/* Means of the folds in which something came. */
static hs_status add_curve(scoring *s, double *mean, uint32_t *counted, hs_error *error) {
    double curve[HS_FORECAST_CURVE_POINTS];
    hs_status status =
        hs_forecast_capture(s->expected, s->observed, s->backtest->space->cells->measure, s->forecast->count,
                            hs_forecast_curve_shares(), HS_FORECAST_CURVE_POINTS, error, curve, NULL);
    if (status != HS_OK || isnan(curve[0])) return status;
    ++*counted;
    for (uint32_t k = 0; k < HS_FORECAST_CURVE_POINTS; k++)
        mean[k] += (curve[k] - mean[k]) / *counted;
    return HS_OK;
}

static hs_status score_fold(scoring *s, uint32_t fold, int row, uint32_t *counted, hs_error *error) {
    const hs_backtest *b = s->backtest;
    const hs_origin *o = &b->origin[(size_t)(fold + 1) * b->per_horizon];
    const hs_forecast_cells *c = b->space->cells;
    hs_forecast_method method = row == HS_FORECAST_AUTO ? o->chosen : (hs_forecast_method)row;
    observe(s, o->time_s, s->observed);
    observe(s, o->time_s - b->history->horizon_s, s->before);
    expect(b, o, method, s->expected);
    hs_status status =
        hs_forecast_select(s->expected, c->measure, c->count, b->options->share, error, s->rank);
    if (status == HS_OK)
        status = hs_forecast_scores(s->rank, s->observed, s->before, c->measure, c->count, error,
                                    &s->forecast->result[row].score[fold]);
    if (status == HS_OK) status = add_curve(s, s->forecast->result[row].curve, counted, error);
    if (status != HS_OK || row != (int)b->options->method) return status;
    memcpy(s->all_expected + (size_t)fold * c->count, s->expected, c->count * sizeof *s->expected);
    memcpy(s->all_observed + (size_t)fold * c->count, s->observed, c->count * sizeof *s->observed);
    memcpy(s->all_measure + (size_t)fold * c->count, c->measure, c->count * sizeof *s->expected);
    return HS_OK;
}

/* The forecast's own cells in the last period, which its surfaces hold already. */
static hs_status score_in_sample(scoring *s, hs_error *error) {
    const hs_backtest *b = s->backtest;
    const hs_forecast_cells *c = b->space->cells;
    hs_status status =
        hs_forecast_select(s->forecast->expected, c->measure, c->count, b->options->share, error, s->rank);
    if (status != HS_OK) return status;
    hs_backtest_observed(b, b->options->origin_s - b->history->horizon_s, true, s->came);
    for (uint32_t i = 0; i < c->count; i++)
        s->observed[i] = (double)s->came[i];
    return hs_forecast_scores(s->rank, s->observed, NULL, c->measure, c->count, error,
                              &s->forecast->in_sample);
}

static hs_status score(scoring *s, hs_error *error) {
    hs_forecast *f = s->forecast;
    hs_status status = HS_OK;
    for (int row = 0; row <= HS_FORECAST_AUTO && status == HS_OK; row++) {
        uint32_t counted = 0;
        for (uint32_t fold = 0; fold < f->folds && status == HS_OK; fold++)
            status = score_fold(s, fold, row, &counted, error);
        for (uint32_t k = 0; k < HS_FORECAST_CURVE_POINTS && counted == 0; k++)
            f->result[row].curve[k] = NAN;
    }
    if (status == HS_OK)
        status = hs_forecast_calibrate(s->all_expected, s->all_observed, s->all_measure, f->folds * f->count,
                                       HS_FORECAST_BINS, error, f->bin, &f->calibration);
    return status == HS_OK ? score_in_sample(s, error) : status;
}

static hs_status score_all(const hs_backtest *b, hs_forecast *f, hs_error *error) {
    size_t cells = f->count, all = cells * f->folds + 1;
    scoring s = {.backtest = b, .forecast = f};
    s.came = malloc(cells * sizeof *s.came);
    s.expected = malloc(cells * sizeof *s.expected);
    s.observed = malloc(cells * sizeof *s.observed);
    s.before = malloc(cells * sizeof *s.before);
    s.rank = malloc(cells * sizeof *s.rank);
    s.all_expected = malloc(all * sizeof *s.all_expected);
    s.all_observed = malloc(all * sizeof *s.all_observed);
    s.all_measure = malloc(all * sizeof *s.all_measure);
    hs_status status = s.came && s.expected && s.observed && s.before && s.rank && s.all_expected &&
                               s.all_observed && s.all_measure
                           ? score(&s, error)
                           : hs_error_memory(error, "scores");
    free(s.came);
    free(s.expected);
    free(s.observed);
    free(s.before);
    free(s.rank);
    free(s.all_expected);
    free(s.all_observed);
    free(s.all_measure);
    return status;
}

static hs_status finish(const hs_backtest *b, hs_error *error, hs_forecast **forecast) {
    hs_forecast *f = calloc(1, sizeof *f);
    if (!f) return hs_error_memory(error, "a forecast");
    const hs_origin *own = &b->origin[0];
    f->count = b->space->cells->count;
    f->folds = b->folds;
    f->method = method_at(b, own);
    f->fitted = own->fitted;
    f->fitted.total = own->level;
    for (uint32_t i = 0; i < b->history->count; i++)
        f->used += hs_history_knows(b->history, i, b->options->origin_s);
    hs_status status = allocate(f, b->options->keep) ? HS_OK : hs_error_memory(error, "a forecast");
    if (status == HS_OK) {
        expect(b, own, f->method, f->expected);
        for (uint32_t k = 0; k < f->folds; k++) {
            const hs_origin *o = &b->origin[(size_t)(k + 1) * b->per_horizon];
            if (f->fold_expected) expect(b, o, method_at(b, o), f->fold_expected + (size_t)k * f->count);
            f->fold_s[k] = o->time_s;
            f->fold_method[k] = o->chosen;
            f->fold_single[k] = o->single;
        }
        status = score_all(b, f, error);
    }
    if (status == HS_OK)
        *forecast = f;
    else
        hs_forecast_free(f);
    return status;
}

static hs_status run(const hs_space *space, const hs_history *history, const hs_forecast_options *options,
                     hs_pool *pool, hs_error *error, hs_forecast **forecast) {
    bool known = false;
    for (uint32_t i = 0; i < history->count && !known; i++)
        known = hs_history_knows(history, i, options->origin_s);
    if (!known)
        return hs_error_set(error, HS_E_INPUT,
                            "no incident of this kind was known before the origin: choose a later origin or "
                            "other filters");
    hs_backtest b = {.options = options, .space = space, .history = history, .pool = pool};
    hs_status status = hs_backtest_init(&b, error);
    if (status == HS_OK) status = hs_backtest_collect(&b, error);
    if (status == HS_OK) status = hs_backtest_members(&b, error);
    if (status == HS_OK) status = hs_backtest_stack(&b, error);
    if (status == HS_OK) status = finish(&b, error, forecast);
    hs_backtest_done(&b);
    return status;
}

hs_status hs_forecast_new(const hs_forecast_cells *cells, const hs_forecast_incident *incidents,
                          uint32_t count, const hs_forecast_options *options, struct hs_pool *pool,
                          hs_error *error, hs_forecast **forecast) {
    hs_space space;
    hs_history history;
    hs_status status = check_options(options, error);
    if (status == HS_OK) status = check_cells(cells, error);
    if (status == HS_OK) status = check_incidents(cells, incidents, count, error);
    if (status != HS_OK) return status;
    hs_space_init(&space, cells);
    status =
        hs_history_init(&history, &space, incidents, count, options->horizon_s, options->origin_s, error);
    if (status != HS_OK) return status;
    status = run(&space, &history, options, pool, error, forecast);
    hs_history_done(&history);
    return status;
}

void hs_forecast_free(hs_forecast *f) {
    if (!f) return;
    for (int m = 0; m <= HS_FORECAST_METHODS; m++) {
        free(f->result[m].score);
        free(f->result[m].curve);
    }
    free(f->expected);
    free(f->fold_s);
    free(f->fold_expected);
    free(f->fold_method);
    free(f->fold_single);
    free(f);
}
