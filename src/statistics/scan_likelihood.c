/* Likelihood ratios of windows, and which numbers of cases can give a large one. */
#include "statistics/scan_private.h"

#include <math.h>
#include <stdlib.h>

double hs_scan_expected(const hs_scan_likelihood *l, double size) {
    return l->model == HS_SCAN_BERNOULLI ? l->cases * size / l->size : size;
}

/* x log(x / expected), by what it is off: near each other, their quotient has no digits left. */
static double part(double x, double expected, double off) {
    return x > 0 ? x * log1p(off / expected) : 0;
}

static double ratio_either_way(const hs_scan_likelihood *l, double cases, double size) {
    double expected = hs_scan_expected(l, size), off = cases - expected;
    double ratio = part(cases, expected, off) + part(l->cases - cases, l->cases - expected, -off);
    if (l->model != HS_SCAN_BERNOULLI) return ratio;
    double controls = l->size - l->cases, outside = l->size - size;
    ratio += part(size - cases, size * controls / l->size, -off);
    return ratio + part(outside - (l->cases - cases), outside * controls / l->size, off);
}

double hs_scan_ratio(const hs_scan_likelihood *l, double cases, double size) {
    double expected = hs_scan_expected(l, size);
    bool high = cases > expected && l->rates != HS_SCAN_LOW;
    bool low = cases < expected && l->rates != HS_SCAN_HIGH;
    /* An expected number that cancels to nothing stands for no population at all. */
    if (!(high || low) || !(expected > 1e-12 * l->cases) || !(expected < l->cases)) return 0;
    return ratio_either_way(l, cases, size);
}

bool hs_scan_limits_init(hs_scan_limits *limits, const hs_scan_likelihood *l) {
    int exponent = 0;
    (void)frexp(l->size, &exponent);
    uint32_t octaves =
        (uint32_t)(exponent > HS_SCAN_LEAST_EXPONENT ? exponent - HS_SCAN_LEAST_EXPONENT : 0) + 2;
    limits->ratio = -1;
    limits->bins = octaves << HS_SCAN_SIZE_BITS;
    limits->more = malloc(limits->bins * sizeof *limits->more);
    limits->less = calloc(limits->bins, sizeof *limits->less);
    return limits->more && limits->less;
}

void hs_scan_limits_done(hs_scan_limits *limits) {
    free(limits->more);
    free(limits->less);
}

/* The least size of a bin. */
static double edge(uint32_t bin) {
    const uint32_t steps = 1u << HS_SCAN_SIZE_BITS;
    return ldexp(1 + (bin % steps) / (double)steps, HS_SCAN_LEAST_EXPONENT + (int)(bin / steps));
}

/* How far from what is expected cases are at least where the ratio is so large. */
static double least_distance(const hs_scan_likelihood *l, double size, double ratio) {
    return sqrt(ratio * hs_scan_spread(l, size)) * (1 - 1e-6);
}

/* The ratio of so many cases falls while the size grows to where they are expected: at the least size of the
 * bin that can hold them it is the largest that the bin has. */
static void set_more(hs_scan_limits *limits, const hs_scan_likelihood *l, double ratio) {
    bool bernoulli = l->model == HS_SCAN_BERNOULLI;
    double c = 1;
    limits->more[0] = 1;
    for (uint32_t b = 1; b < limits->bins; b++) {
        double low = fmin(edge(b), l->size), high = edge(b + 1);
        if (!bernoulli) c = fmax(c, floor(low + least_distance(l, low, ratio)));
        while (c <= l->cases && !(bernoulli && c > high)) {
            double size = bernoulli ? fmin(fmax(low, c), l->size) : low;
            if (c > hs_scan_expected(l, size) && ratio_either_way(l, c, size) > ratio) break;
            c++;
        }
        limits->more[b] = (int32_t)fmin(c, l->cases + 1);
    }
}

/* With few cases it grows with the size: at the bin's largest. */
static void set_less(hs_scan_limits *limits, const hs_scan_likelihood *l, double ratio) {
    for (uint32_t b = 0; b < limits->bins; b++) {
        double size = fmin(edge(b + 1), l->size);
        double c = fmin(l->cases, ceil(hs_scan_expected(l, size) - least_distance(l, size, ratio)));
        while (c >= 0 &&
               !(c < hs_scan_expected(l, size) && (size >= l->size || ratio_either_way(l, c, size) > ratio)))
            c--;
        limits->less[b] = (int32_t)(c + 1);
    }
}

void hs_scan_limits_set(hs_scan_limits *limits, const hs_scan_likelihood *l, double ratio) {
    limits->ratio = ratio;
    ratio *= 1 - 1e-9;
    if (l->rates == HS_SCAN_LOW)
        for (uint32_t b = 0; b < limits->bins; b++)
            limits->more[b] = INT32_MAX;
    else
        set_more(limits, l, ratio);
    if (l->rates != HS_SCAN_HIGH) set_less(limits, l, ratio);
}

hs_status hs_scan_standardise(uint32_t rows, uint32_t strata, const double *population, const double *cases,
                              hs_error *error, double *expected) {
    double *rate = calloc((size_t)strata + 1, sizeof *rate);
    if (!rate) return hs_error_memory(error, "strata");
    for (uint32_t i = 0; i < rows; i++)
        for (uint32_t s = 0; s < strata; s++)
            rate[s] += population[(size_t)i * strata + s];
    hs_status status = HS_OK;
    for (uint32_t s = 0; s < strata && status == HS_OK; s++) {
        if (!(cases[s] >= 0 && rate[s] >= 0 && isfinite(cases[s]) && isfinite(rate[s])) ||
            (cases[s] > 0 && !(rate[s] > 0)))
            status = hs_error_set(error, HS_E_ARGUMENT, "scan: stratum %u has cases and no population",
                                  (unsigned)s);
        else
            rate[s] = rate[s] > 0 ? cases[s] / rate[s] : 0;
    }
    for (uint32_t i = 0; i < rows && status == HS_OK; i++) {
        expected[i] = 0;
        for (uint32_t s = 0; s < strata; s++)
            expected[i] += rate[s] * population[(size_t)i * strata + s];
    }
    free(rate);
    return status;
}
