/* Global Moran, Getis-Ord G and Geary with their moments under random labelling. */
#include "base/pool.h"
#include "base/random.h"
#include "statistics/values.h"
#include "statistics/weights_builder.h"

#include <hotspot/multiple_testing.h>
#include <hotspot/spatial_statistics.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_PIECES = 64 };

/* Sums over weights in Cliff and Ord's names. */
typedef struct weight_sums {
    double n, s0, s1, s2;
} weight_sums;

typedef struct association {
    const hs_weights *weights;
    hs_global_statistic statistic;
    uint32_t count;
    double *factor;   /* [count] of each row */
    uint32_t *member; /* [members] units whose values change places */
    uint32_t members;
    const double *values; /* centred; as they are for G */
    double margin;        /* of ties */
    uint64_t seed;
    uint32_t permutations, grain;
    double observed;
    double *scratch; /* [pieces][count] */
    uint32_t least[MOST_PIECES], most[MOST_PIECES];
} association;

static double weight_back(const association *a, uint32_t from, uint32_t to) {
    const hs_weights *w = a->weights;
    uint32_t low = w->first[to], high = w->first[to + 1];
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (w->neighbour[middle] < from)
            low = middle + 1;
        else
            high = middle;
    }
    return low < w->first[to + 1] && w->neighbour[low] == from ? w->weight[low] * a->factor[to] : 0;
}

static hs_status sum_weights(const association *a, hs_error *error, weight_sums *sums) {
    const hs_weights *w = a->weights;
    double *both = calloc((size_t)a->count + 1, sizeof *both);
    if (!both) return hs_error_memory(error, "spatial weights");
    *sums = (weight_sums){0};
    for (uint32_t i = 0; i < a->count; i++)
        for (uint32_t k = w->first[i]; k < w->first[i + 1]; k++) {
            double weight = w->weight[k] * a->factor[i];
            sums->s0 += weight;
            sums->s1 += weight * weight + weight * weight_back(a, i, w->neighbour[k]);
            both[i] += weight;
            both[w->neighbour[k]] += weight;
        }
    for (uint32_t i = 0; i < a->count; i++) {
        sums->s2 += both[i] * both[i];
        sums->n += w->first[i] < w->first[i + 1];
    }
    free(both);
    return HS_OK;
}

/* The part of a statistic that hangs on the labelling. */
static double labelled_sum(const association *a, const double *x) {
    const hs_weights *w = a->weights;
    double sum = 0;
    for (uint32_t i = 0; i < a->count; i++) {
        double row = 0;
        if (a->statistic == HS_GLOBAL_GEARY)
            for (uint32_t k = w->first[i]; k < w->first[i + 1]; k++) {
                double off = x[i] - x[w->neighbour[k]];
                row += w->weight[k] * off * off;
            }
        else
            for (uint32_t k = w->first[i]; k < w->first[i + 1]; k++)
                row += w->weight[k] * x[w->neighbour[k]];
        sum += a->factor[i] * row * (a->statistic == HS_GLOBAL_GEARY ? 1 : x[i]);
    }
    return sum;
}

static void moran_moments(const weight_sums *w, double b2, hs_global_result *r) {
    double n = w->n, n2 = n * n, s02 = w->s0 * w->s0;
    r->expected = -1 / (n - 1);
    double plain = n * (w->s1 * (n2 - 3 * n + 3) - n * w->s2 + 3 * s02);
    double kurtosis = b2 * (w->s1 * (n2 - n) - 2 * n * w->s2 + 6 * s02);
    r->variance = (plain - kurtosis) / ((n - 1) * (n - 2) * (n - 3) * s02) - r->expected * r->expected;
}

static void geary_moments(const weight_sums *w, double b2, hs_global_result *r) {
    double n = w->n, n2 = n * n;
    r->expected = 1;
    double sum = (n - 1) * w->s1 * (n2 - 3 * n + 3 - (n - 1) * b2);
    sum -= 0.25 * (n - 1) * w->s2 * (n2 + 3 * n - 6 - (n2 - n + 2) * b2);
    sum += w->s0 * w->s0 * (n2 - 3 - (n - 1) * (n - 1) * b2);
    r->variance = sum / (n * (n - 2) * (n - 3) * w->s0 * w->s0);
}

/* Power sums of values. */
typedef struct power_sums {
    double m1, m2, m3, m4;
} power_sums;

static power_sums sum_powers(const association *a, const double *x, double origin) {
    power_sums m = {0};
    for (uint32_t k = 0; k < a->members; k++) {
        double value = x[a->member[k]] - origin;
        double square = value * value;
        m.m1 += value;
        m.m2 += square;
        m.m3 += square * value;
        m.m4 += square * square;
    }
    return m;
}

static void g_moments(const weight_sums *w, power_sums m, hs_global_result *r) {
    double n = w->n, n2 = n * n, s02 = w->s0 * w->s0, s1 = w->s1, s2 = w->s2;
    double b0 = (n2 - 3 * n + 3) * s1 - n * s2 + 3 * s02;
    double b1 = -((n2 - n) * s1 - 2 * n * s2 + 6 * s02);
    double b2 = -(2 * n * s1 - (n + 3) * s2 + 6 * s02);
    double b3 = 4 * (n - 1) * s1 - 2 * (n + 1) * s2 + 8 * s02;
    double b4 = s1 - s2 + s02;
    double pairs = m.m1 * m.m1 - m.m2;
    double square = b0 * m.m2 * m.m2 + b1 * m.m4 + b2 * m.m1 * m.m1 * m.m2 + b3 * m.m1 * m.m3 +
                    b4 * m.m1 * m.m1 * m.m1 * m.m1;
    r->expected = w->s0 / (n * (n - 1));
    r->variance = square / (pairs * pairs * n * (n - 1) * (n - 2) * (n - 3)) - r->expected * r->expected;
}

static void permute_piece(void *context, size_t begin, size_t end) {
    association *a = context;
    size_t piece = begin / a->grain;
    double *x = a->scratch + piece * a->count;
    for (size_t p = begin; p < end; p++) {
        hs_random random;
        hs_random_seed_stream(&random, a->seed, p);
        memcpy(x, a->values, a->count * sizeof *x);
        for (uint32_t i = a->members - 1; i > 0; i--) {
            double *one = x + a->member[i];
            double *other = x + a->member[hs_random_below(&random, i + 1)];
            double held = *one;
            *one = *other;
            *other = held;
        }
        double sum = labelled_sum(a, x);
        a->least[piece] += sum >= a->observed - a->margin;
        a->most[piece] += sum <= a->observed + a->margin;
    }
}

static hs_status permute(association *a, hs_pool *pool, hs_error *error, double *p) {
    a->grain = (a->permutations + MOST_PIECES - 1) / MOST_PIECES;
    a->scratch = malloc((size_t)MOST_PIECES * a->count * sizeof *a->scratch);
    if (!a->scratch) return hs_error_memory(error, "permutations");
    hs_pool_for(pool, a->permutations, a->grain, permute_piece, a);
    free(a->scratch);
    uint32_t high = 0;
    uint32_t low = 0;
    for (int i = 0; i < MOST_PIECES; i++) {
        high += a->least[i];
        low += a->most[i];
    }
    *p = fmin(1, 2 * ((double)(high < low ? high : low) + 1) / ((double)a->permutations + 1));
    return HS_OK;
}

static void moments(const association *a, const weight_sums *w, hs_global_result *r) {
    power_sums raw = sum_powers(a, a->values, 0);
    power_sums m = sum_powers(a, a->values, raw.m1 / a->members);
    double b2 = (double)a->members * m.m4 / (m.m2 * m.m2);
    switch (a->statistic) {
    case HS_GLOBAL_MORAN:
        r->statistic = w->n / w->s0 * a->observed / m.m2;
        moran_moments(w, b2, r);
        break;
    case HS_GLOBAL_GEARY:
        r->statistic = (w->n - 1) / (2 * w->s0) * a->observed / m.m2;
        geary_moments(w, b2, r);
        break;
    default:
        r->statistic = a->observed / (raw.m1 * raw.m1 - raw.m2);
        g_moments(w, raw, r);
        break;
    }
    r->z = r->variance > 0 ? (r->statistic - r->expected) / sqrt(r->variance) : NAN;
    r->p = hs_two_sided_p(r->z);
}

/* Islands keep their part in Moran's mean and kurtosis, as in spdep, and have none in the others. */
static hs_status list_members(association *a, hs_error *error) {
    const hs_weights *w = a->weights;
    a->factor = calloc((size_t)a->count + 1, sizeof *a->factor);
    a->member = calloc((size_t)a->count + 1, sizeof *a->member);
    if (!a->factor || !a->member) return hs_error_memory(error, "spatial weights");
    for (uint32_t i = 0; i < a->count; i++) {
        a->factor[i] = hs_weights_row_factor(w, i, false);
        if (a->statistic == HS_GLOBAL_MORAN || w->first[i] < w->first[i + 1]) a->member[a->members++] = i;
    }
    return HS_OK;
}

static bool members_vary(const association *a) {
    for (uint32_t k = 1; k < a->members; k++)
        if (a->values[a->member[k]] != a->values[a->member[0]]) return true;
    return false;
}

static hs_status measure(association *a, hs_pool *pool, hs_error *error, hs_global_result *r) {
    weight_sums w;
    hs_status status = sum_weights(a, error, &w);
    if (status != HS_OK) return status;
    *r = (hs_global_result){(uint32_t)w.n, NAN, NAN, NAN, NAN, NAN, NAN};
    if (w.n < HS_LEAST_UNITS || !members_vary(a)) return HS_OK;
    a->observed = labelled_sum(a, a->values);
    double largest = 0;
    for (uint32_t i = 0; i < a->count; i++)
        largest = fmax(largest, fabs(a->values[i]));
    a->margin = 1e-12 * w.s0 * largest * largest;
    moments(a, &w, r);
    return a->permutations > 0 ? permute(a, pool, error, &r->permuted_p) : HS_OK;
}

hs_status hs_global_association(const hs_weights *weights, const double *values,
                                hs_global_statistic statistic, uint32_t permutations, uint64_t seed,
                                struct hs_pool *pool, hs_error *error, hs_global_result *result) {
    if ((unsigned)statistic >= HS_GLOBAL_STATISTICS || permutations > HS_MOST_PERMUTATIONS)
        return hs_error_set(error, HS_E_ARGUMENT, "permutations: takes 0 to %u", HS_MOST_PERMUTATIONS);
    hs_centred c;
    hs_status status = hs_centre_values(values, weights->count, error, &c);
    if (status != HS_OK) return status;
    for (uint32_t i = 0; i < c.count && statistic == HS_GLOBAL_G && status == HS_OK; i++)
        if (values[i] < 0)
            status = hs_error_set(error, HS_E_ARGUMENT, "G is of values of 0 or more; unit %u has less",
                                  (unsigned)i);
    association a = {.weights = weights, .statistic = statistic, .count = c.count, .seed = seed};
    a.permutations = permutations;
    a.values = statistic == HS_GLOBAL_G ? values : c.z;
    hs_global_result made;
    if (status == HS_OK) status = list_members(&a, error);
    if (status == HS_OK) status = measure(&a, pool, error, &made);
    if (status == HS_OK) *result = made;
    free(a.factor);
    free(a.member);
    hs_centred_done(&c);
    return status;
}

const char *hs_global_statistic_name(hs_global_statistic statistic) {
    static const char *const names[HS_GLOBAL_STATISTICS] = {"moran", "getis-ord-g", "geary"};
    return (unsigned)statistic < HS_GLOBAL_STATISTICS ? names[statistic] : NULL;
}
