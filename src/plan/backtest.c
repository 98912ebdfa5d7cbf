#include "plan/backtest.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Where the past is short, training periods overlap: so many begin in each horizon. */
#define MOST_PER_HORIZON 3u
/* An origin needs so much past, in horizons. */
#define LEAST_PAST 1.0

void hs_backtest_training(const hs_backtest *b, uint32_t own, uint32_t *first, uint32_t *end) {
    uint32_t most = HS_TRAINING_PERIODS * (b->per_horizon > 1 ? 2 : 1);
    *first = own + b->per_horizon < b->count ? own + b->per_horizon : b->count;
    *end = *first + most < b->count ? *first + most : b->count;
}

/* Origins that lie in the past, one each step. */
static uint32_t count_origins(const hs_backtest *b, int64_t step_s, uint32_t most) {
    int64_t first_s = b->history->first_s;
    first_s += (int64_t)(LEAST_PAST * (double)b->options->horizon_s);
    int64_t steps = (b->options->origin_s - first_s) / step_s;
    return steps < 0 ? 1 : steps >= most ? most : (uint32_t)steps + 1;
}

hs_status hs_backtest_init(hs_backtest *b, hs_error *error) {
    int64_t horizon_s = b->options->horizon_s;
    uint32_t wanted = b->options->folds + 1 + HS_TRAINING_PERIODS;
    b->per_horizon = count_origins(b, horizon_s, wanted) < wanted ? MOST_PER_HORIZON : 1;
    uint32_t most = b->per_horizon * b->options->folds + 2 * HS_TRAINING_PERIODS + b->per_horizon;
    if (b->per_horizon == 1) most = wanted;
    b->count = count_origins(b, horizon_s / b->per_horizon, most);
    b->folds = (b->count - 1) / b->per_horizon < b->options->folds ? (b->count - 1) / b->per_horizon
                                                                   : b->options->folds;
    b->origin = calloc((size_t)b->count + 1, sizeof *b->origin);
    if (!b->origin) return hs_error_memory(error, "a backtest");
    hs_progress_steps_init(&b->steps, &b->options->progress, (double)HS_BACKTEST_PASSES * b->count);
    for (uint32_t i = 0; i < b->count; i++)
        b->origin[i].time_s = b->options->origin_s - (int64_t)i * (horizon_s / b->per_horizon);
    return HS_OK;
}

void hs_backtest_done(hs_backtest *b) {
    for (uint32_t i = 0; b->origin && i < b->count; i++) {
        hs_origin *o = &b->origin[i];
        free(o->cell);
        free(o->chance);
        free(o->caught);
        free(o->design.x);
        free(o->design.count);
        free(o->mass);
        free(o->member);
    }
    free(b->origin);
    b->origin = NULL;
}

typedef struct task {
    hs_backtest *backtest;
    hs_status (*work)(hs_backtest *backtest, uint32_t own);
} task;

static void run_some(void *context, size_t begin, size_t end) {
    const task *t = context;
    for (size_t i = begin; i < end; i++) {
        hs_origin *o = &t->backtest->origin[i];
        if (!hs_progress_step(&t->backtest->steps, 1))
            o->status = hs_error_set(&o->error, HS_E_CANCELLED, "the forecast was stopped");
        else
            o->status = t->work(t->backtest, (uint32_t)i);
    }
}

hs_status hs_backtest_each(hs_backtest *b, hs_status (*work)(hs_backtest *backtest, uint32_t own),
                           hs_error *error) {
    task t = {b, work};
    hs_pool_for(b->pool, b->count, 1, run_some, &t);
    for (uint32_t i = 0; i < b->count; i++)
        if (b->origin[i].status != HS_OK)
            return hs_error_set(error, b->origin[i].status, "%s", b->origin[i].error.message);
    return HS_OK;
}

void hs_backtest_observed(const hs_backtest *b, int64_t origin_s, bool trained, float *observed) {
    const hs_history *h = b->history;
    int64_t end_s = origin_s + h->horizon_s;
    memset(observed, 0, b->space->cells->count * sizeof *observed);
    uint32_t end = hs_history_find(h, end_s);
    for (uint32_t i = hs_history_find(h, origin_s); i < end; i++)
        if (!trained || h->incident[i].known_s < end_s) observed[h->incident[i].cell] += 1;
}
