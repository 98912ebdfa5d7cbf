/* How well a forecast of places did: hit rate, PAI, PEI, PEI*, recapture rate, capture curve, calibration,
 * each over the cells (or street segments) that a plan would visit, and intervals over periods.
 *
 * Cells are given as arrays: `expected` is what the forecast says each will have, `observed` what came,
 * `measure` its size (km^2, or km of street), above 0. Scores mean something only for periods that the
 * forecast did not see; whoever calls says which it was. */
#ifndef HOTSPOT_FORECAST_SCORES_H
#define HOTSPOT_FORECAST_SCORES_H

#include <hotspot/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Scores of one selection in one period. NAN where one is 0/0: no incident came, or nothing was selected. */
typedef struct hs_forecast_score {
    double observed; /* incidents in all cells */
    double caught;   /* in the selected ones */
    double share;    /* measure of the selected cells over that of all */
    double hit_rate; /* caught / observed */
    /* Prediction accuracy index, hit_rate / share (Chainey, Tompson and Uhlig 2008). */
    double pai;
    /* Prediction efficiency index (Hunt 2016): pai over the PAI of the cells taken in the order of what was
     * observed per measure while they fit into the selected measure. */
    double pei;
    /* PEI* (Joshi and others 2021): caught over the most that the selected measure could have caught. That is
     * the bound of the knapsack's linear relaxation, exact for cells of one size, else at most one cell's
     * incidents too high, so that PEI* errs low. */
    double pei_star;
    /* Recapture rate index (Levine 2008): (caught / caught before) / (observed / observed before), "before"
     * being the period that the caller gives, as a rule the one that the cells were chosen on. Other authors
     * call other ratios by this name. NAN where no such period is given or it had nothing. */
    double recapture;
} hs_forecast_score;

/* Chooses cells by `expected` over `measure`, highest first (equal ones by index), each that still fits into
 * `share` of the whole measure; ranks are 1, 2, ... in that order and 0 for cells that are not chosen. Cells
 * of which nothing is expected are not chosen. `most` is the measure that may be chosen over the whole:
 * 0 < share <= 1. HS_E_ARGUMENT for a share, measure or expected number out of range (`expected` finite and
 * >= 0). O(n log n). Pure but for memory of its own. */
HS_API hs_status hs_forecast_select(const double *expected, const double *measure, uint32_t count,
                                    double share, hs_error *error, uint32_t *rank);

/* Scores the cells whose rank is not 0. `before` may be NULL. `observed` and `before` are finite and >= 0
 * (HS_E_ARGUMENT). O(n log n). */
HS_API hs_status hs_forecast_scores(const uint32_t *rank, const double *observed, const double *before,
                                    const double *measure, uint32_t count, hs_error *error,
                                    hs_forecast_score *score);

/* The capture curve: cells in the order of `expected` over `measure`, as hs_forecast_select takes them.
 * caught[i] is the share of the observed incidents in the best shares[i] of the measure, the cell across the
 * edge counted by its part; shares in [0, 1], ascending. `area`, when not NULL, gets the area under the whole
 * curve (0.5: no better than chance). All NAN where nothing was observed. O(n log n). */
HS_API hs_status hs_forecast_capture(const double *expected, const double *observed, const double *measure,
                                     uint32_t count, const double *shares, uint32_t share_count,
                                     hs_error *error, double *caught, double *area);

/* One part of the cells, which hold about equal shares of what was expected. */
typedef struct hs_forecast_bin {
    uint32_t cells;
    double expected, observed;
    double low, high; /* 95 % of Poisson counts of mean `observed` (Garwood 1936, by Wilson and Hilferty) */
} hs_forecast_bin;

typedef struct hs_forecast_calibration {
    double ratio;    /* observed / expected over all cells */
    double slope;    /* of log observed rate on log expected, by Poisson regression: 1 is calibrated */
    double deviance; /* mean Poisson deviance a cell */
} hs_forecast_calibration;

/* Bins from the lowest expected rate to the highest, 1 <= bin_count <= 100, and what they sum up to. Cells of
 * which nothing is expected count in the first bin and not in slope and deviance where they observed nothing;
 * where they did, the deviance is infinite. O(n log n). */
HS_API hs_status hs_forecast_calibrate(const double *expected, const double *observed, const double *measure,
                                       uint32_t count, uint32_t bin_count, hs_error *error,
                                       hs_forecast_bin *bins, hs_forecast_calibration *calibration);

typedef struct hs_forecast_interval {
    double mean, low, high;
    uint32_t periods; /* that have a value */
} hs_forecast_interval;

#define HS_FORECAST_MOST_REPLICATES 100000u

/* The mean of a score over periods and its percentile interval by the bootstrap (Efron 1979): whole periods
 * are drawn with replacement, since incidents within one are not independent. NANs are left out; with fewer
 * than 2 periods low and high are NAN. For the difference of two methods give the differences period by
 * period. `confidence` in (0, 1), as 0.95. The same seed gives the same bits. O(replicates x periods). */
HS_API hs_status hs_forecast_bootstrap(const double *values, uint32_t count, uint32_t replicates,
                                       double confidence, uint64_t seed, hs_error *error,
                                       hs_forecast_interval *interval);

#ifdef __cplusplus
}
#endif
#endif
