/* The rolling origin: what every origin learns from the periods that ended before it. */
#ifndef PLAN_BACKTEST_H
#define PLAN_BACKTEST_H

#include "base/pool.h"
#include "base/progress.h"
#include "plan/history.h"
#include "plan/mixture.h"
#include "plan/regression.h"
#include "plan/self_exciting.h"

#define HS_TRAINING_PERIODS 12u /* that parameters are fitted on, the latest ones */

/* An origin, and what its period taught: only incidents that were known at the period's end. */
typedef struct hs_origin {
    int64_t time_s;
    uint32_t count;   /* incidents that came */
    uint32_t *cell;   /* [count] */
    float *chance;    /* [surfaces][count] where they came */
    double *caught;   /* [surfaces] in the best share */
    double level;     /* incidents expected in all, by `level_rule` of the past */
    hs_design design; /* of the regression: cells with incidents and a sample of the others */
    float *mass;      /* [methods][cells] forecasts, each summing to 1 */
    float *member;    /* [stacked][count] chances of what came by the members of the stack */
    double method_caught[HS_FORECAST_METHODS];
    hs_forecast_method chosen; /* what auto is here */
    hs_forecast_method single; /* what caught most before, the stack left out */
    hs_forecast_fitted fitted;
    hs_status status;
    hs_error error;
} hs_origin;

typedef struct hs_backtest {
    const hs_forecast_options *options;
    const hs_space *space;
    const hs_history *history;
    hs_pool *pool;
    hs_progress_steps steps;
    uint32_t per_horizon; /* origins in a horizon */
    uint32_t count, folds;
    hs_origin *origin; /* the latest first: 0 is the forecast's own, folds are every per_horizon-th */
} hs_backtest;

/* Members of the stack, in order. */
enum { HS_STACKED = 5 };
extern const hs_forecast_method hs_stacked[HS_STACKED];

/* Origins before `own`, in order, whose periods had ended by then: [*first, *end) of backtest->origin. */
void hs_backtest_training(const hs_backtest *backtest, uint32_t own, uint32_t *first, uint32_t *end);
/* Lays the origins out. */
hs_status hs_backtest_init(hs_backtest *backtest, hs_error *error);
void hs_backtest_done(hs_backtest *backtest);
/* The three passes over all origins. */
hs_status hs_backtest_collect(hs_backtest *backtest, hs_error *error);
hs_status hs_backtest_members(hs_backtest *backtest, hs_error *error);
hs_status hs_backtest_stack(hs_backtest *backtest, hs_error *error);

/* Columns of the regression for a cell, from all surfaces at an origin. */
uint32_t hs_backtest_columns(const hs_backtest *backtest);
void hs_backtest_row(const hs_backtest *backtest, const float *surfaces, uint32_t cell, float *x);

/* How often every origin is worked on. */
enum { HS_BACKTEST_PASSES = 4 };
/* Calls work(backtest, origin index) for every origin on the pool, until one fails or somebody stops it; the
 * first failure in order. */
hs_status hs_backtest_each(hs_backtest *backtest, hs_status (*work)(hs_backtest *backtest, uint32_t own),
                           hs_error *error);
/* What came in an origin's period, by cell: `trained` for what was known at its end only. */
void hs_backtest_observed(const hs_backtest *backtest, int64_t origin_s, bool trained, float *observed);

#endif
