/* Where incidents will be: forecasts of their number in each cell over a coming period, by several methods
 * that are scored side by side on periods they did not see.
 *
 * An origin is the instant from which a forecast looks forward; only incidents that were known (reported)
 * before it are used. The backtest rolls the origin back by whole horizons; every parameter of a method at an
 * origin is fitted on periods that had ended before that origin. */
#ifndef HOTSPOT_FORECAST_H
#define HOTSPOT_FORECAST_H

#include <hotspot/forecast_scores.h>
#include <hotspot/progress.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum hs_forecast_method {
    HS_FORECAST_LAST = 0, /* counts of the last period as long as the horizon */
    HS_FORECAST_ALL,      /* counts of the whole past */
    HS_FORECAST_SCOTT,    /* Gaussian kernel density of the whole past, bandwidth by Scott's rule (1992) */
    HS_FORECAST_KERNEL,   /* the same with bandwidth and half-life that caught most at earlier origins */
    HS_FORECAST_SELF_EXCITING, /* background and near-repeat triggering, fitted by EM (Mohler et al. 2011) */
    HS_FORECAST_REGRESSION,    /* Poisson regression with a ridge on logarithms of surfaces and distances */
    HS_FORECAST_MIXTURE,       /* all bandwidths and half-lives, weighted by EM on later incidents */
    HS_FORECAST_STACK, /* all but last-period and kernel-scott, by likelihood and what each caught (Wolpert
                          1992) */
    HS_FORECAST_METHODS,
    HS_FORECAST_AUTO =
        HS_FORECAST_METHODS /* the stack, unless another caught clearly more at earlier origins */
} hs_forecast_method;

/* `last-period` and so on, `auto`; NULL for no method. */
HS_API const char *hs_forecast_method_name(hs_forecast_method method);

/* Cells: squares on a lattice (place set), or street segments (links set). Arrays are the caller's. */
typedef struct hs_forecast_cells {
    uint32_t count;
    const double *measure; /* km^2 in the city, or km of street; above 0 */
    /* Squares: cell i lies at row * columns + column = place[i] of the lattice, ascending. */
    double size_m;
    uint32_t columns, rows;
    const uint32_t *place;
    /* Segments: those within reach of segment i, itself left out, and the way to their middles:
     * link[link_first[i] .. link_first[i + 1]). Symmetric. */
    const uint32_t *link_first, *link;
    const float *link_m;
    /* What else the regression may use, [covariate_count][count], finite: distances to places, say. */
    uint32_t covariate_count;
    const double *covariate;
} hs_forecast_cells;

#define HS_FORECAST_MOST_CELLS      500000u
#define HS_FORECAST_MOST_COVARIATES 8u
/* Squares are divided into so many each way: kernels are evaluated on the parts. */
#define HS_FORECAST_PARTS 3u
/* Links farther than this are not used. */
#define HS_FORECAST_REACH_M 600.0

/* An incident in a cell. */
typedef struct hs_forecast_incident {
    int64_t time_s;  /* when it happened */
    int64_t known_s; /* when it was reported: before that no forecast uses it */
    uint32_t cell;
    uint32_t part; /* of a square: row * HS_FORECAST_PARTS + column; 0 of a segment */
    float x_m, y_m;
} hs_forecast_incident;

typedef struct hs_forecast_options {
    double share;      /* of the measure that is to be chosen: methods are tuned to catch most in it */
    int64_t origin_s;  /* the horizon is [origin, origin + horizon) */
    int64_t horizon_s; /* a day or more */
    uint32_t folds; /* periods to score on, at most HS_FORECAST_MOST_FOLDS; fewer where the past is short */
    hs_forecast_method method;
    bool keep;            /* what was forecast for the folds too: hs_forecast.fold_expected */
    hs_progress progress; /* told between origins */
} hs_forecast_options;

#define HS_FORECAST_MOST_FOLDS   60u
#define HS_FORECAST_CURVE_POINTS 9u
#define HS_FORECAST_BINS         10u
#define HS_FORECAST_WEIGHTS_TOLD 5u

/* One method over the held-out periods. */
typedef struct hs_forecast_result {
    hs_forecast_score *score; /* [folds], the latest period first */
    double *curve; /* [HS_FORECAST_CURVE_POINTS] mean captured share at hs_forecast_curve_shares() */
} hs_forecast_result;

/* A surface of the mixture: bandwidth (0: counts of cells), half-life in days (INFINITY: none), its weight.
 */
typedef struct hs_forecast_surface {
    const char *kind; /* `recent`, `season`, `last`, `even` */
    double bandwidth_m, half_life_days, weight;
} hs_forecast_surface;

/* What was fitted for the forecast itself. */
typedef struct hs_forecast_fitted {
    hs_forecast_surface kernel;
    double scott_m;                                        /* mean of the two directions */
    double triggered, trigger_days, trigger_m;             /* incidents set off by each; 1/omega; sigma */
    hs_forecast_surface mixture[HS_FORECAST_WEIGHTS_TOLD]; /* the heaviest */
    double stack[HS_FORECAST_METHODS];                     /* weights */
    double total;                                          /* incidents expected in all */
    uint32_t training;                                     /* periods that parameters were fitted on */
} hs_forecast_fitted;

typedef struct hs_forecast {
    uint32_t count, folds;
    double *expected; /* [count] incidents in the horizon, by `method` */
    hs_forecast_method method;
    int64_t *fold_s;       /* [folds] origins */
    double *fold_expected; /* [folds][count] by what `method` was at each origin; NULL unless kept */
    /* By method, and at HS_FORECAST_AUTO what would have been chosen at each origin. Held-out. */
    hs_forecast_result result[HS_FORECAST_METHODS + 1];
    hs_forecast_method *fold_method; /* [folds] what auto was */
    hs_forecast_method *fold_single; /* [folds] the single method (none but the stack is left out) whose mean
                                        hit rate was highest at origins whose periods had ended, the first of
                                        equal ones; HS_FORECAST_METHODS where none had ended */
    hs_forecast_bin bin[HS_FORECAST_BINS]; /* of the method asked for, over all folds */
    hs_forecast_calibration calibration;
    hs_forecast_score in_sample; /* the chosen cells in the last period, which the forecast has seen */
    uint64_t used;               /* incidents known at the origin */
    hs_forecast_fitted fitted;
} hs_forecast;

/* What a gain is over. */
typedef enum hs_forecast_rival {
    HS_RIVAL_SINGLE = 0, /* fold_single: what picking the best method by its past would have got */
    HS_RIVAL_SCOTT,      /* kernel density with the default bandwidth */
    HS_RIVALS
} hs_forecast_rival;

/* `best-single-earlier`, `kernel-scott`; NULL for none. */
HS_API const char *hs_forecast_rival_name(hs_forecast_rival rival);

/* Differences period by period: the method (or HS_FORECAST_AUTO) less the rival, of hit rates and of PAI
 * ([folds] each, NAN where a period has none or no rival); hs_forecast_bootstrap of them is the paired
 * bootstrap of the gain. Pure, O(folds). */
HS_API void hs_forecast_gains(const hs_forecast *forecast, hs_forecast_method method, hs_forecast_rival rival,
                              double *hit_rate, double *pai);

/* The shares of the area (of the streets' length) that capture curves are given at, ascending,
 * [HS_FORECAST_CURVE_POINTS]. Static storage. Pure, thread-safe, O(1). */
HS_API const double *hs_forecast_curve_shares(void);

/* Makes a forecast and its backtest. Incidents may be in any order: equal sets give equal bits on any number
 * of threads (pool NULL: the caller's own). HS_E_ARGUMENT for options or cells out of range; HS_E_INPUT where
 * no incident is known at the origin; HS_E_LIMIT above HS_FORECAST_MOST_CELLS; HS_E_CANCELLED when progress
 * ends it. O(origins x (cells x surfaces + incidents)). The result's arrays are its own. */
struct hs_pool;
HS_API hs_status hs_forecast_new(const hs_forecast_cells *cells, const hs_forecast_incident *incidents,
                                 uint32_t count, const hs_forecast_options *options, struct hs_pool *pool,
                                 hs_error *error, hs_forecast **forecast);
HS_API void hs_forecast_free(hs_forecast *forecast);

/* How much a lattice of squares promises: lattices differ in how well their squares fit the places where
 * incidents gather. What is known before `before_s` is smoothed, and the best `share` of the measure chosen
 * by it; the promise is the part in them of the incidents from `before_s` to before `until_s` that were known
 * by then, or, where until_s is not above before_s, of what the smoothed past itself expects. In [0, 1], 0
 * where there is nothing. HS_E_MEMORY, and as hs_forecast_new. O(cells + incidents log incidents). */
HS_API hs_status hs_forecast_promise(const hs_forecast_cells *cells, const hs_forecast_incident *incidents,
                                     uint32_t count, double share, int64_t before_s, int64_t until_s,
                                     hs_error *error, double *promise);

#ifdef __cplusplus
}
#endif
#endif
