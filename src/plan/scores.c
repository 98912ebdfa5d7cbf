/* Selection of cells and what it caught. */
#include <hotspot/forecast_scores.h>

#include "base/random.h"
#include "plan/order.h"
#include "plan/scores.h"
#include <math.h>
#include <stdlib.h>

hs_status hs_scores_check(const double *value, const double *measure, uint32_t count, const char *what,
                          hs_error *error) {
    for (uint32_t i = 0; i < count; i++) {
        if (!(measure[i] > 0) || !isfinite(measure[i]))
            return hs_error_set(error, HS_E_ARGUMENT, "measure of cell %u is %g; it must be above 0",
                                (unsigned)i, measure[i]);
        if (!(value[i] >= 0) || !isfinite(value[i]))
            return hs_error_set(error, HS_E_ARGUMENT, "%s of cell %u is %g; it must be 0 or more", what,
                                (unsigned)i, value[i]);
    }
    return HS_OK;
}

double hs_scores_sum(const double *values, uint32_t count) {
    double sum = 0;
    for (uint32_t i = 0; i < count; i++)
        sum += values[i];
    return sum;
}

hs_status hs_forecast_select(const double *expected, const double *measure, uint32_t count, double share,
                             hs_error *error, uint32_t *rank) {
    if (!(share > 0 && share <= 1))
        return hs_error_set(error, HS_E_ARGUMENT, "a share of %g is not above 0 and at most 1", share);
    hs_status status = hs_scores_check(expected, measure, count, "the expected number", error);
    if (status != HS_OK) return status;
    uint32_t *order = hs_order_by_rate(expected, measure, count);
    if (!order) return hs_error_memory(error, "a selection");
    double room = share * hs_scores_sum(measure, count);
    uint32_t next = 1;
    room *= 1 + 1e-12; /* a share of whole cells is not lost to rounding */
    for (uint32_t k = 0; k < count; k++) {
        uint32_t i = order[k];
        bool fits = expected[i] > 0 && measure[i] <= room;
        rank[i] = fits ? next++ : 0;
        if (fits) room -= measure[i];
    }
    free(order);
    return HS_OK;
}

/* The most that a measure could have caught (fractions of a cell allowed), and the PAI of the whole cells
 * taken in the order of what came while they fit. */
static void find_best(const uint32_t *order, const double *observed, const double *measure, uint32_t count,
                      double selected, double all_observed, double all_measure, double *most, double *pai) {
    double room = selected * (1 + 1e-12), caught = 0, taken = 0;
    *most = 0;
    bool full = false;
    for (uint32_t k = 0; k < count; k++) {
        uint32_t i = order[k];
        bool fits = measure[i] <= room - taken;
        if (!fits && !full) {
            *most = caught + observed[i] * (room - taken) / measure[i];
            full = true;
        }
        if (fits) {
            caught += observed[i];
            taken += measure[i];
        }
    }
    if (!full) *most = caught;
    *pai = caught / all_observed / (taken / all_measure);
}

hs_status hs_forecast_scores(const uint32_t *rank, const double *observed, const double *before,
                             const double *measure, uint32_t count, hs_error *error,
                             hs_forecast_score *score) {
    hs_status status = hs_scores_check(observed, measure, count, "the observed number", error);
    if (status == HS_OK && before)
        status = hs_scores_check(before, measure, count, "the number before", error);
    if (status != HS_OK) return status;
    uint32_t *order = hs_order_by_rate(observed, measure, count);
    if (!order) return hs_error_memory(error, "scores");
    hs_forecast_score s = {.observed = hs_scores_sum(observed, count)};
    double all = hs_scores_sum(measure, count), selected = 0, before_all = 0, before_caught = 0;
    double most;
    double best_pai;
    for (uint32_t i = 0; i < count; i++) {
        if (before) before_all += before[i];
        if (rank[i] == 0) continue;
        s.caught += observed[i];
        selected += measure[i];
        if (before) before_caught += before[i];
    }
    find_best(order, observed, measure, count, selected, s.observed, all, &most, &best_pai);
    free(order);
    s.share = count > 0 ? selected / all : NAN;
    s.hit_rate = s.observed > 0 ? s.caught / s.observed : NAN;
    s.pai = selected > 0 ? s.hit_rate / s.share : NAN;
    s.pei = s.pai / best_pai;
    s.pei_star = most > 0 ? s.caught / most : NAN;
    s.recapture = before_caught > 0 ? s.caught / before_caught / (s.observed / before_all) : NAN;
    *score = s;
    return HS_OK;
}

hs_status hs_forecast_capture(const double *expected, const double *observed, const double *measure,
                              uint32_t count, const double *shares, uint32_t share_count, hs_error *error,
                              double *caught, double *area) {
    for (uint32_t k = 0; k < share_count; k++)
        if (!(shares[k] >= 0 && shares[k] <= 1) || (k > 0 && shares[k] < shares[k - 1]))
            return hs_error_set(error, HS_E_ARGUMENT, "shares of a capture curve ascend from 0 to 1");
    hs_status status = hs_scores_check(expected, measure, count, "the expected number", error);
    if (status == HS_OK) status = hs_scores_check(observed, measure, count, "the observed number", error);
    if (status != HS_OK) return status;
    uint32_t *order = hs_order_by_rate(expected, measure, count);
    if (!order) return hs_error_memory(error, "a capture curve");
    double all = hs_scores_sum(measure, count), sum = hs_scores_sum(observed, count);
    double walked = 0, got = 0, under = 0;
    uint32_t k = 0;
    for (uint32_t j = 0; j < count; j++) {
        uint32_t i = order[j];
        for (; k < share_count && shares[k] * all <= walked + measure[i]; k++)
            caught[k] = (got + observed[i] * (shares[k] * all - walked) / measure[i]) / sum;
        under += measure[i] / all * (got + observed[i] / 2) / sum;
        walked += measure[i];
        got += observed[i];
    }
    for (; k < share_count; k++)
        caught[k] = count > 0 ? got / sum : NAN;
    if (area) *area = count > 0 ? under : NAN;
    free(order);
    return HS_OK;
}

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static double quantile(const double *sorted, uint32_t count, double q) {
    double at = q * (count - 1);
    uint32_t below = (uint32_t)at;
    return below + 1 < count ? sorted[below] + (at - below) * (sorted[below + 1] - sorted[below])
                             : sorted[count - 1];
}

static void resample(const double *values, uint32_t count, uint32_t replicates, uint64_t seed,
                     double *means) {
    hs_random random;
    hs_random_seed(&random, seed);
    for (uint32_t r = 0; r < replicates; r++) {
        double sum = 0;
        for (uint32_t i = 0; i < count; i++)
            sum += values[hs_random_below(&random, count)];
        means[r] = sum / count;
    }
    qsort(means, replicates, sizeof *means, ascending);
}

hs_status hs_forecast_bootstrap(const double *values, uint32_t count, uint32_t replicates, double confidence,
                                uint64_t seed, hs_error *error, hs_forecast_interval *interval) {
    if (replicates == 0 || replicates > HS_FORECAST_MOST_REPLICATES || !(confidence > 0 && confidence < 1))
        return hs_error_set(error, HS_E_ARGUMENT,
                            "a bootstrap takes 1 to %u replicates and a confidence between 0 and 1",
                            HS_FORECAST_MOST_REPLICATES);
    double *kept = malloc(((size_t)count + replicates) * sizeof *kept);
    if (!kept) return hs_error_memory(error, "a bootstrap");
    hs_forecast_interval v = {NAN, NAN, NAN, 0};
    for (uint32_t i = 0; i < count; i++)
        if (!isnan(values[i])) kept[v.periods++] = values[i];
    if (v.periods > 0) v.mean = hs_scores_sum(kept, v.periods) / v.periods;
    if (v.periods > 1) {
        resample(kept, v.periods, replicates, seed, kept + count);
        v.low = quantile(kept + count, replicates, (1 - confidence) / 2);
        v.high = quantile(kept + count, replicates, (1 + confidence) / 2);
    }
    free(kept);
    *interval = v;
    return HS_OK;
}
