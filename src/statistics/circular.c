#include "base/pool.h"
#include "base/random.h"
#include "statistics/circular_private.h"

#include <hotspot/circular_statistics.h>
#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>

/* Shorter is no direction: rounding alone gives as much. */
#define NO_RESULTANT 1e-12

enum { PERMUTATIONS_A_PIECE = 16, FINE = 60 };

static hs_circular_vector direction(size_t bin, size_t bins) {
    double angle = TWO_PI * (double)bin / (double)bins;
    return (hs_circular_vector){cos(angle), sin(angle)};
}

/* Of n times whose directions sum to a hs_circular_vector. */
static hs_circular describe(hs_circular_vector sum, double n) {
    hs_circular r = {.n = n};
    r.resultant = n > 0 ? fmin(hypot(sum.c, sum.s) / n, 1) : 0;
    bool none = !(r.resultant > NO_RESULTANT);
    double mean = atan2(sum.s, sum.c) / TWO_PI;
    r.mean = none ? (double)NAN : mean < 0 ? mean + 1 : mean;
    r.deviation = none ? INFINITY : sqrt(-2 * log(r.resultant)) / TWO_PI;
    double z = n * r.resultant * r.resultant;
    r.rayleigh_z = z;
    r.rayleigh_p = 1;
    if (n > 0) {
        double rest = n * n * (1 - r.resultant * r.resultant);
        r.rayleigh_p = fmin(1, exp(sqrt(1 + 4 * n + 4 * rest) - (1 + 2 * n)));
    }
    return r;
}

hs_circular hs_circular_of(const double *turn, const double *weight, size_t count) {
    hs_circular_vector sum = {0, 0};
    double n = 0;
    for (size_t i = 0; i < count; i++) {
        double w = weight ? weight[i] : 1;
        sum.c += w * cos(TWO_PI * turn[i]);
        sum.s += w * sin(TWO_PI * turn[i]);
        n += w;
    }
    return describe(sum, n);
}

hs_circular hs_circular_of_counts(const uint32_t *count, size_t bins) {
    /* Directions of bins by those of every 60th bin and of the first 60, which turn about them. */
    size_t fine = bins % FINE == 0 ? FINE : 1;
    hs_circular_vector small[FINE], sum = {0, 0};
    double n = 0;
    for (size_t k = 0; k < fine; k++)
        small[k] = direction(k, bins);
    for (size_t first = 0; first < bins; first += fine) {
        hs_circular_vector part = {0, 0};
        uint64_t here = 0;
        for (size_t k = 0; k < fine; k++) {
            part.c += count[first + k] * small[k].c;
            part.s += count[first + k] * small[k].s;
            here += count[first + k];
        }
        if (here == 0) continue;
        hs_circular_vector about = direction(first, bins);
        sum.c += about.c * part.c - about.s * part.s;
        sum.s += about.s * part.c + about.c * part.s;
        n += (double)here;
    }
    return describe(sum, n);
}

typedef struct comparing {
    const hs_circular_vector *all; /* [n] the first sample, then the second */
    size_t n, first;
    uint64_t seed;
    double observed;
    atomic_uint as_large;
    atomic_bool failed;
} comparing;

static hs_circular_vector sum_of(const hs_circular_vector *all, size_t count) {
    hs_circular_vector sum = {0, 0};
    for (size_t i = 0; i < count; i++) {
        sum.c += all[i].c;
        sum.s += all[i].s;
    }
    return sum;
}

static void permute(void *context, size_t begin, size_t end) {
    comparing *w = context;
    hs_circular_vector *order = calloc(w->n, sizeof *order);
    if (!order) atomic_store(&w->failed, true);
    hs_circular_vector total = sum_of(w->all, w->n);
    for (size_t p = begin; p < end && order; p++) {
        hs_random random;
        hs_random_seed_stream(&random, w->seed, p);
        for (size_t i = 0; i < w->n; i++)
            order[i] = w->all[i];
        for (size_t i = 0; i < w->first; i++) {
            size_t j = i + hs_random_below(&random, (uint32_t)(w->n - i));
            hs_circular_vector other = order[i];
            order[i] = order[j];
            order[j] = other;
        }
        double sum = hs_circular_lengths(sum_of(order, w->first), total);
        if (sum >= w->observed * (1 - 1e-12)) atomic_fetch_add(&w->as_large, 1);
    }
    free(order);
}

hs_status hs_circular_compare(const double *first, size_t first_count, const double *second,
                              size_t second_count, uint32_t permutations, uint64_t seed, struct hs_pool *pool,
                              hs_error *error, hs_circular_difference *result) {
    if (first_count < 2 || second_count < 2 || first_count > UINT32_MAX / 2 ||
        second_count > UINT32_MAX / 2 || permutations < 1 || permutations > 99999)
        return hs_error_set(error, HS_E_ARGUMENT,
                            "times: takes two samples of 2 or more and 1 to 99999 permutations");
    size_t n = first_count + second_count;
    hs_circular_vector *all = calloc(n, sizeof *all);
    if (!all) return hs_error_memory(error, "times");
    for (size_t i = 0; i < n; i++) {
        double turn = i < first_count ? first[i] : second[i - first_count];
        all[i] = (hs_circular_vector){cos(TWO_PI * turn), sin(TWO_PI * turn)};
    }
    comparing w = {.all = all, .n = n, .first = first_count, .seed = seed};
    w.observed = hs_circular_lengths(sum_of(all, first_count), sum_of(all, n));
    hs_pool_for(pool, permutations, PERMUTATIONS_A_PIECE, permute, &w);
    hs_circular_difference made;
    hs_circular_means(sum_of(all, first_count), (double)first_count, sum_of(all, n), (double)n, &made);
    made.permuted_p = (atomic_load(&w.as_large) + 1) / (permutations + 1.0);
    bool failed = atomic_load(&w.failed);
    free(all);
    if (failed) return hs_error_memory(error, "times");
    *result = made;
    return HS_OK;
}
