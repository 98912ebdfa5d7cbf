#include "statistics/values.h"

#include <hotspot/spatial_statistics.h>
#include <math.h>
#include <stdlib.h>

static double mean_of(const double *values, uint32_t count) {
    double sum = 0;
    double rest = 0;
    for (uint32_t i = 0; i < count; i++)
        sum += values[i];
    double mean = sum / count;
    for (uint32_t i = 0; i < count; i++)
        rest += values[i] - mean;
    return mean + rest / count;
}

static bool all_equal(const double *values, uint32_t count) {
    for (uint32_t i = 1; i < count; i++)
        if (values[i] != values[0]) return false;
    return true;
}

hs_status hs_centre_values(const double *values, uint32_t count, hs_error *error, hs_centred *centred) {
    if (count < HS_LEAST_UNITS)
        return hs_error_set(error, HS_E_ARGUMENT, "%u units are too few: a statistic needs %u",
                            (unsigned)count, (unsigned)HS_LEAST_UNITS);
    for (uint32_t i = 0; i < count; i++)
        if (!isfinite(values[i]))
            return hs_error_set(error, HS_E_ARGUMENT, "the value of unit %u is not finite", (unsigned)i);
    double *z = calloc(count, sizeof *z);
    if (!z) return hs_error_memory(error, "values");
    hs_centred made = {.count = count, .z = z, .mean = mean_of(values, count)};
    bool varies = !all_equal(values, count);
    for (uint32_t i = 0; i < count && varies; i++) {
        z[i] = values[i] - made.mean;
        double square = z[i] * z[i];
        made.sum2 += square;
        made.sum4 += square * square;
    }
    *centred = made;
    return HS_OK;
}

void hs_centred_done(hs_centred *centred) {
    free(centred->z);
    centred->z = NULL;
}
