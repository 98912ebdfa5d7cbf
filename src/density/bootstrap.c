/* Bootstrap of kernel sums. */
#include "base/random.h"
#include "density/profile.h"
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

/* The chances of k at most of Poisson counts, made when a mean first comes: by the four operations, so that
 * every machine has the same. */
#define TABLED_MEAN 512u
#define TABLE_SIZE  (TABLED_MEAN + 320u) /* over 14 deviations */

typedef struct tables {
    double *below[TABLED_MEAN + 1];
    uint32_t size[TABLED_MEAN + 1];
} tables;

static bool make_table(tables *t, uint32_t mean) {
    double *below = malloc(TABLE_SIZE * sizeof *below);
    if (!below) return false;
    double chance = hs_exp_minus((double)mean);
    double sum = 0.0;
    uint32_t k = 0;
    for (; k < TABLE_SIZE - 1 && (k <= mean || chance > 1e-18); k++) {
        sum += chance;
        below[k] = sum;
        chance *= (double)mean / (double)(k + 1);
    }
    below[k++] = 1.0;
    t->below[mean] = below;
    t->size[mean] = k;
    return true;
}

static void tables_free(tables *t) {
    for (uint32_t m = 0; t && m <= TABLED_MEAN; m++)
        free(t->below[m]);
    free(t);
}

static bool make_tables(tables *t, const group *groups, uint32_t count) {
    for (uint32_t g = 0; g < count; g++) {
        uint32_t mean = groups[g].count;
        if (mean <= TABLED_MEAN && !t->below[mean] && !make_table(t, mean)) return false;
    }
    return true;
}

/* By inversion: the first k whose chance is above a uniform number. */
static uint32_t draw(const tables *t, uint32_t mean, hs_random *random) {
    if (mean > TABLED_MEAN) return hs_random_poisson(random, (double)mean);
    double u = hs_random_uniform(random);
    const double *below = t->below[mean];
    uint32_t low = 0;
    uint32_t high = t->size[mean] - 1;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (u < below[middle])
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

static void replicate(const group *groups, uint32_t count, const tables *t, hs_random *random,
                      uint32_t replications, double *sums) {
    for (uint32_t r = 0; r < replications; r++) {
        double sum = 0.0;
        for (uint32_t g = 0; g < count; g++)
            sum += (double)draw(t, groups[g].count, random) * groups[g].weight;
        sums[r] += sum;
    }
}

hs_status hs_density_bootstrap(const uint64_t *weights, uint32_t count, uint64_t seed, uint64_t stream,
                               uint32_t replications, hs_error *error, double *sums) {
    uint32_t most = count < HS_BOOTSTRAP_GROUPS ? count : HS_BOOTSTRAP_GROUPS;
    uint64_t *sorted = malloc(((size_t)count + 1) * sizeof *sorted);
    group *groups = malloc(((size_t)most + 1) * sizeof *groups);
    tables *t = calloc(1, sizeof *t);
    bool made = sorted && groups && t;
    uint32_t used = 0;
    if (made) {
        if (count > 0) memcpy(sorted, weights, (size_t)count * sizeof *sorted);
        qsort(sorted, count, sizeof *sorted, compare_weights);
        used = group_weights(sorted, count, groups);
        made = make_tables(t, groups, used);
    }
    if (made) {
        hs_random random;
        hs_random_seed_stream(&random, seed, stream);
        replicate(groups, used, t, &random, replications, sums);
    }
    free(sorted);
    free(groups);
    tables_free(t);
    return made ? HS_OK : hs_error_set(error, HS_E_MEMORY, "no memory for a bootstrap");
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
