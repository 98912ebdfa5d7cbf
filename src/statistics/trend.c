#include <hotspot/trend.h>

#include <hotspot/multiple_testing.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Sorts ascending and returns how many pairs stood in the other order; `spare` is as long. */
static uint64_t sort_counting(double *values, double *spare, size_t count) {
    uint64_t inversions = 0;
    for (size_t width = 1; width < count; width *= 2) {
        for (size_t begin = 0; begin < count; begin += 2 * width) {
            size_t middle = begin + width < count ? begin + width : count;
            size_t end = middle + width < count ? middle + width : count;
            size_t left = begin, right = middle;
            for (size_t k = begin; k < end; k++) {
                bool take_right = right < end && (left == middle || values[right] < values[left]);
                if (take_right) inversions += middle - left;
                spare[k] = take_right ? values[right++] : values[left++];
            }
        }
        memcpy(values, spare, count * sizeof *values);
    }
    return inversions;
}

static hs_status check(const double *values, uint32_t count, hs_error *error) {
    if (count < HS_TREND_LEAST || count > HS_TREND_MOST)
        return hs_error_set(error, HS_E_ARGUMENT, "a trend needs %u to %u values, not %u", HS_TREND_LEAST,
                            HS_TREND_MOST, (unsigned)count);
    for (uint32_t i = 0; i < count; i++)
        if (!isfinite(values[i]))
            return hs_error_set(error, HS_E_ARGUMENT, "value %u of the series is not finite", (unsigned)i);
    return HS_OK;
}

hs_status hs_mann_kendall(const double *values, uint32_t count, double inflation, hs_error *error,
                          hs_trend *trend) {
    hs_status status = check(values, count, error);
    if (status != HS_OK) return status;
    double *sorted = malloc(2 * (size_t)count * sizeof *sorted);
    if (!sorted) return hs_error_memory(error, "a trend");
    memcpy(sorted, values, count * sizeof *sorted);
    int64_t falling = (int64_t)sort_counting(sorted, sorted + count, count);
    double n = count, tied_variance = 0;
    int64_t pairs = (int64_t)count * (count - 1) / 2, tied = 0;
    for (uint32_t begin = 0, end; begin < count; begin = end) {
        for (end = begin + 1; end < count && sorted[end] == sorted[begin];)
            end++;
        int64_t t = end - begin;
        tied += t * (t - 1) / 2;
        tied_variance += (double)t * (double)(t - 1) * (2 * (double)t + 5);
    }
    free(sorted);
    hs_trend t = {.s = pairs - tied - 2 * falling};
    t.variance = inflation * (n * (n - 1) * (2 * n + 5) - tied_variance) / 18;
    bool flat = tied == pairs;
    t.tau = flat ? NAN : (double)t.s / sqrt((double)pairs * (double)(pairs - tied));
    int sign = (t.s > 0) - (t.s < 0);
    t.z = flat ? 0 : (double)(t.s - sign) / sqrt(t.variance);
    t.p = hs_two_sided_p(t.z);
    *trend = t;
    return HS_OK;
}

double hs_trend_inflation(uint32_t count, uint32_t window) {
    if (window <= 1 || count < HS_TREND_LEAST) return 1;
    double n = count, sum = 0;
    for (uint32_t i = 1; i < window && i < count; i++) {
        double r = 1 - (double)i / window, ranks = 6 / 3.14159265358979323846 * asin(r / 2);
        sum += (n - i) * (n - i - 1) * (n - i - 2) * ranks;
    }
    return 1 + 2 * sum / (n * (n - 1) * (n - 2));
}
