/* Whether as many come as are expected. */
#include <hotspot/forecast_scores.h>

#include "geo/real.h"
#include "plan/order.h"
#include "plan/scores.h"
#include <math.h>
#include <stdlib.h>

#define MOST_BINS   100u
#define MOST_STEPS  50
#define NORMAL_97_5 1.959963984540054

/* The chi-square quantile of Wilson and Hilferty (1931), halved: an end of Garwood's interval. */
static double garwood(double shape, double z) {
    double a = 1 - 1 / (9 * shape) + z / (3 * sqrt(shape));
    return shape > 0 && a > 0 ? shape * a * a * a : 0;
}

static void fill_bins(const uint32_t *order, const double *expected, const double *observed, uint32_t count,
                      double all, uint32_t bin_count, hs_forecast_bin *bins) {
    double sum = 0;
    for (uint32_t b = 0; b < bin_count; b++)
        bins[b] = (hs_forecast_bin){0};
    for (uint32_t k = count; k-- > 0;) {
        uint32_t i = order[k];
        double part = all > 0 ? (sum + expected[i] / 2) / all * bin_count : 0;
        uint32_t b = part < bin_count ? (uint32_t)part : bin_count - 1;
        bins[b].cells++;
        bins[b].expected += expected[i];
        bins[b].observed += observed[i];
        sum += expected[i];
    }
    for (uint32_t b = 0; b < bin_count; b++) {
        bins[b].low = garwood(bins[b].observed, -NORMAL_97_5);
        bins[b].high = garwood(bins[b].observed + 1, NORMAL_97_5);
    }
}

/* Newton's steps for log mean = a + slope log expected, started at the calibrated line. */
static double fit_slope(const double *expected, const double *observed, const double *measure, uint32_t count,
                        double ratio) {
    double a = hs_real_log(ratio), slope = 1;
    for (int step = 0; step < MOST_STEPS; step++) {
        double g0 = 0, g1 = 0, h00 = 0, h01 = 0, h11 = 0;
        for (uint32_t i = 0; i < count; i++) {
            if (!(expected[i] > 0)) continue;
            double x = hs_real_log(expected[i] / measure[i]);
            double mean = measure[i] * hs_real_exp(a + slope * x);
            g0 += observed[i] - mean;
            g1 += (observed[i] - mean) * x;
            h00 += mean;
            h01 += mean * x;
            h11 += mean * x * x;
        }
        double determinant = h00 * h11 - h01 * h01;
        if (!(determinant > 1e-12 * h00 * h11)) return NAN; /* all rates alike: no slope */
        double da = (h11 * g0 - h01 * g1) / determinant, db = (h00 * g1 - h01 * g0) / determinant;
        double much = fmax(1, fmax(fabs(da) / 2, fabs(db) / 2));
        a += da / much;
        slope += db / much;
        if (fabs(da) + fabs(db) < 1e-10) return slope;
    }
    return slope;
}

static double mean_deviance(const double *expected, const double *observed, uint32_t count) {
    double sum = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (observed[i] > 0)
            sum += expected[i] > 0 ? observed[i] * hs_real_log(observed[i] / expected[i]) : INFINITY;
        sum += expected[i] - observed[i];
    }
    return count > 0 ? 2 * sum / count : NAN;
}

hs_status hs_forecast_calibrate(const double *expected, const double *observed, const double *measure,
                                uint32_t count, uint32_t bin_count, hs_error *error, hs_forecast_bin *bins,
                                hs_forecast_calibration *calibration) {
    if (bin_count == 0 || bin_count > MOST_BINS)
        return hs_error_set(error, HS_E_ARGUMENT, "a calibration takes 1 to %u bins", MOST_BINS);
    hs_status status = hs_scores_check(expected, measure, count, "the expected number", error);
    if (status == HS_OK) status = hs_scores_check(observed, measure, count, "the observed number", error);
    if (status != HS_OK) return status;
    uint32_t *order = hs_order_by_rate(expected, measure, count);
    if (!order) return hs_error_memory(error, "a calibration");
    double all = hs_scores_sum(expected, count), came = hs_scores_sum(observed, count);
    fill_bins(order, expected, observed, count, all, bin_count, bins);
    free(order);
    *calibration = (hs_forecast_calibration){
        .ratio = all > 0 ? came / all : NAN,
        .slope = all > 0 && came > 0 ? fit_slope(expected, observed, measure, count, came / all) : NAN,
        .deviance = mean_deviance(expected, observed, count),
    };
    return HS_OK;
}
