/* Gi, Gi* and local Moran with their moments. All sums are of values about their mean, so that large offsets
 * cost no digits. */
#include "statistics/values.h"
#include "statistics/weights_builder.h"

#include <hotspot/multiple_testing.h>
#include <hotspot/spatial_statistics.h>
#include <math.h>

/* A row as statistics use it. */
typedef struct row_sums {
    double lag; /* of centred values */
    double weight, weight2;
} row_sums;

static row_sums sum_row(const hs_weights *weights, uint32_t row, const double *z, bool with_self) {
    double factor = hs_weights_row_factor(weights, row, with_self);
    row_sums sums = {0};
    for (uint32_t k = weights->first[row]; k < weights->first[row + 1]; k++) {
        double w = weights->weight[k] * factor;
        sums.lag += w * z[weights->neighbour[k]];
        sums.weight += w;
        sums.weight2 += w * w;
    }
    if (with_self) {
        double w = weights->self * factor;
        sums.lag += w * z[row];
        sums.weight += w;
        sums.weight2 += w * w;
    }
    return sums;
}

static void set_row(hs_local_columns *columns, uint32_t i, double statistic, double expected, double variance,
                    bool defined) {
    double z = defined && variance > 0 ? (statistic - expected) / sqrt(variance) : NAN;
    columns->statistic[i] = defined ? statistic : NAN;
    columns->expected[i] = defined ? expected : NAN;
    columns->variance[i] = defined ? variance : NAN;
    columns->z[i] = z;
    columns->p[i] = hs_two_sided_p(z);
}

hs_status hs_local_g(const hs_weights *weights, const double *values, bool star, hs_error *error,
                     hs_local_columns *columns) {
    hs_centred c;
    hs_status status = hs_centre_values(values, weights->count, error, &c);
    if (status != HS_OK) return status;
    double n = c.count;
    double m = star ? n : n - 1;
    for (uint32_t i = 0; i < c.count; i++) {
        row_sums row = sum_row(weights, i, c.z, star);
        double mean = star ? 0 : -c.z[i] / m;
        double square = star ? c.sum2 / m : (c.sum2 - c.z[i] * c.z[i]) / m - mean * mean;
        double variance = square * (m * row.weight2 - row.weight * row.weight) / (m - 1);
        /* A row that holds every unit has the same sum whatever the labelling: rounding is no variance. */
        if (!(m * row.weight2 - row.weight * row.weight > 1e-12 * m * row.weight2)) variance = 0;
        double offset = row.weight * c.mean;
        set_row(columns, i, row.lag + offset, row.weight * mean + offset, variance,
                row.weight > 0 && c.sum2 > 0);
        if (columns->z[i] == columns->z[i]) {
            columns->z[i] = (row.lag - row.weight * mean) / sqrt(variance);
            columns->p[i] = hs_two_sided_p(columns->z[i]);
        }
    }
    hs_centred_done(&c);
    return HS_OK;
}

static hs_moran_class class_of(double z, double lag) {
    if (z >= 0) return lag >= 0 ? HS_MORAN_HIGH_HIGH : HS_MORAN_HIGH_LOW;
    return lag >= 0 ? HS_MORAN_LOW_HIGH : HS_MORAN_LOW_LOW;
}

hs_status hs_local_moran(const hs_weights *weights, const double *values, hs_error *error,
                         hs_local_columns *columns, hs_moran_class *classes) {
    hs_centred c;
    hs_status status = hs_centre_values(values, weights->count, error, &c);
    if (status != HS_OK) return status;
    double n = c.count;
    double m2 = c.sum2 / n;
    for (uint32_t i = 0; i < c.count; i++) {
        row_sums row = sum_row(weights, i, c.z, false);
        bool defined = row.weight > 0 && m2 > 0;
        double z2 = c.z[i] * c.z[i];
        double expected = -z2 * row.weight / ((n - 1) * m2);
        double spread = row.weight2 - row.weight * row.weight / (n - 1);
        if (!(spread > 1e-12 * row.weight2)) spread = 0;
        double variance = z2 / (m2 * m2) * (n / (n - 2)) * spread * (m2 - z2 / (n - 1));
        set_row(columns, i, c.z[i] / m2 * row.lag, expected, variance, defined);
        if (classes) classes[i] = defined ? class_of(c.z[i], row.lag) : HS_MORAN_NONE;
    }
    hs_centred_done(&c);
    return HS_OK;
}

const char *hs_moran_class_name(hs_moran_class moran_class) {
    switch (moran_class) {
    case HS_MORAN_HIGH_HIGH:
        return "high-high";
    case HS_MORAN_LOW_LOW:
        return "low-low";
    case HS_MORAN_HIGH_LOW:
        return "high-low";
    case HS_MORAN_LOW_HIGH:
        return "low-high";
    case HS_MORAN_NONE:
        break;
    }
    return "";
}
