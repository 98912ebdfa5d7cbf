/* Bootstrap of kernel sums. */
#include "base/random.h"
#include <hotspot/density_interval.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Incidents of one weight. */
typedef struct group {
    double weight; /* peaks */
    uint32_t count;
} group;

static int compare_weights(const void *a, const void *b) {
    uint64_t x = *(const uint64_t *)a;
    uint64_t y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static uint32_t distinct(const uint64_t *sorted, uint32_t count) {
    uint32_t found = count > 0;
    for (uint32_t i = 1; i < count; i++)
        found += sorted[i] != sorted[i - 1];
    return found;
}

/* Runs of equal weights, or where those are too many runs of the same length. */
static uint32_t group_weights(const uint64_t *sorted, uint32_t count, group *groups) {
    bool exact = distinct(sorted, count) <= HS_BOOTSTRAP_GROUPS;
    uint32_t length = exact ? 1 : (count + HS_BOOTSTRAP_GROUPS - 1) / HS_BOOTSTRAP_GROUPS;
    uint32_t made = 0;
    for (uint32_t begin = 0; begin < count;) {
        uint32_t end = begin + 1;
        while (end < count && (exact ? sorted[end] == sorted[begin] : end - begin < length))
            end++;
        double sum = 0.0;
        for (uint32_t i = begin; i < end; i++)
            sum += (double)sorted[i] * 0x1p-32;
        groups[made++] = (group){sum / (double)(end - begin), end - begin};
        begin = end;
    }
    return made;
}

/* Poisson of mean 1 by inversion: at[k] is 2^64 times the chance of k at most. */
static uint32_t draw_one(hs_random *random) {
    static const uint64_t at[] = {
        UINT64_C(0x5e2d58d8b3bcdf1b), UINT64_C(0xbc5ab1b16779be35), UINT64_C(0xeb715e1dc1582dc3),
        UINT64_C(0xfb23979734a252f2), UINT64_C(0xff1025f59174dc3e), UINT64_C(0xffd90f3ba4055e1a),
        UINT64_C(0xfffa8b71fc72c914), UINT64_C(0xffff540c0914b3ca), UINT64_C(0xffffed1f4aa8f120),
        UINT64_C(0xfffffe216e641463), UINT64_C(0xffffffd4d85d3183), UINT64_C(0xfffffffc6da262b5),
        UINT64_C(0xffffffffba12d179), UINT64_C(0xfffffffffb07c64d), UINT64_C(0xffffffffffab8ea5),
        UINT64_C(0xfffffffffffabe22), UINT64_C(0xffffffffffffb11a)};
    uint64_t u = hs_random_next(random);
    uint32_t k = 0;
    while (k < sizeof at / sizeof *at && u >= at[k])
        k++;
    return k;
}

hs_status hs_density_bootstrap(const uint64_t *weights, uint32_t count, uint64_t seed, uint64_t stream,
                               uint32_t replications, hs_error *error, double *sums) {
    uint32_t most = count < HS_BOOTSTRAP_GROUPS ? count : HS_BOOTSTRAP_GROUPS;
    uint64_t *sorted = malloc(((size_t)count + 1) * sizeof *sorted);
    group *groups = malloc(((size_t)most + 1) * sizeof *groups);
    if (!sorted || !groups) {
        free(sorted);
        free(groups);
        return hs_error_set(error, HS_E_MEMORY, "no memory for a bootstrap");
    }
    if (count > 0) memcpy(sorted, weights, (size_t)count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, compare_weights);
    uint32_t made = group_weights(sorted, count, groups);
    hs_random random;
    hs_random_seed_stream(&random, seed, stream);
    for (uint32_t r = 0; r < replications; r++) {
        double sum = 0.0;
        for (uint32_t g = 0; g < made; g++) {
            uint32_t n = groups[g].count == 1 ? draw_one(&random)
                                              : hs_random_poisson(&random, (double)groups[g].count);
            sum += (double)n * groups[g].weight;
        }
        sums[r] += sum;
    }
    free(sorted);
    free(groups);
    return HS_OK;
}

static int compare_doubles(const void *a, const void *b) {
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Infinite neighbours are not blended, which would give NAN. */
static double quantile(const double *sorted, uint32_t count, double p) {
    double at = ((double)count + 1.0) * p - 1.0;
    if (at <= 0.0) return sorted[0];
    if (at >= (double)(count - 1)) return sorted[count - 1];
    uint32_t below = (uint32_t)at;
    double t = at - (double)below;
    if (t <= 0.0 || sorted[below] == sorted[below + 1]) return sorted[below];
    return sorted[below] + t * (sorted[below + 1] - sorted[below]);
}

void hs_percentile_interval(double *values, uint32_t count, double confidence, double *lower, double *upper) {
    *lower = *upper = (double)NAN;
    if (count == 0) return;
    qsort(values, count, sizeof *values, compare_doubles);
    double tail = 0.5 * (1.0 - confidence);
    *lower = quantile(values, count, tail);
    *upper = quantile(values, count, 1.0 - tail);
}
