#include "base/pool.h"
#include "base/random.h"

#include <hotspot/circular_statistics.h>
#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>

#define TWO_PI 6.28318530717958647692
/* Shorter is no direction: rounding alone gives as much. */
#define NO_RESULTANT 1e-12

enum { PERMUTATIONS_A_PIECE = 16 };

hs_circular hs_circular_of(const double *turn, const double *weight, size_t count) {
    double c = 0, s = 0;
    hs_circular r = {.n = 0};
    for (size_t i = 0; i < count; i++) {
        double w = weight ? weight[i] : 1;
        c += w * cos(TWO_PI * turn[i]);
        s += w * sin(TWO_PI * turn[i]);
        r.n += w;
    }
    r.resultant = r.n > 0 ? fmin(hypot(c, s) / r.n, 1) : 0;
    bool none = !(r.resultant > NO_RESULTANT);
    double mean = atan2(s, c) / TWO_PI;
    r.mean = none ? (double)NAN : mean < 0 ? mean + 1 : mean;
    r.deviation = none ? INFINITY : sqrt(-2 * log(r.resultant)) / TWO_PI;
    double z = r.n * r.resultant * r.resultant;
    r.rayleigh_z = z;
    r.rayleigh_p = 1;
    if (r.n > 0) {
        double rest = r.n * r.n * (1 - r.resultant * r.resultant);
        r.rayleigh_p = fmin(1, exp(sqrt(1 + 4 * r.n + 4 * rest) - (1 + 2 * r.n)));
    }
    return r;
}

typedef struct vector {
    double c, s;
} vector;

typedef struct comparing {
    const vector *all; /* [n] the first sample, then the second */
    size_t n, first;
    uint64_t seed;
    double observed;
    atomic_uint as_large;
    atomic_bool failed;
} comparing;

/* The sum of the lengths of both resultants: the larger, the farther their means lie apart. */
static double lengths(vector one, vector total) {
    return hypot(one.c, one.s) + hypot(total.c - one.c, total.s - one.s);
}

static vector sum_of(const vector *all, size_t count) {
    vector sum = {0, 0};
    for (size_t i = 0; i < count; i++) {
        sum.c += all[i].c;
        sum.s += all[i].s;
    }
    return sum;
}

static void permute(void *context, size_t begin, size_t end) {
    comparing *w = context;
    vector *order = calloc(w->n, sizeof *order);
    if (!order) atomic_store(&w->failed, true);
    vector total = sum_of(w->all, w->n);
    for (size_t p = begin; p < end && order; p++) {
        hs_random random;
        hs_random_seed_stream(&random, w->seed, p);
        for (size_t i = 0; i < w->n; i++)
            order[i] = w->all[i];
        for (size_t i = 0; i < w->first; i++) {
            size_t j = i + hs_random_below(&random, (uint32_t)(w->n - i));
            vector other = order[i];
            order[i] = order[j];
            order[j] = other;
        }
        double sum = lengths(sum_of(order, w->first), total);
        if (sum >= w->observed * (1 - 1e-12)) atomic_fetch_add(&w->as_large, 1);
    }
    free(order);
}

/* The concentration of a von Mises distribution of a mean resultant length (Fisher 1993, 3.3.6). */
static double concentration(double r) {
    if (r < 0.53) return 2 * r + r * r * r + 5 * pow(r, 5) / 6;
    if (r < 0.85) return -0.4 + 1.39 * r + 0.43 / (1 - r);
    return 1 / (r * r * r - 4 * r * r + 3 * r);
}

static void compare_means(const comparing *w, hs_circular_difference *result) {
    vector one = sum_of(w->all, w->first), total = sum_of(w->all, w->n);
    double n = (double)w->n, both = lengths(one, total), whole = hypot(total.c, total.s);
    double k = concentration(both / n);
    result->f = (1 + 3 / (8 * k)) * (n - 2) * (both - whole) / (n - both);
    double first = atan2(one.s, one.c), second = atan2(total.s - one.s, total.c - one.c);
    result->hours_apart_turns = remainder(second - first, TWO_PI) / TWO_PI;
}

hs_status hs_circular_compare(const double *first, size_t first_count, const double *second,
                              size_t second_count, uint32_t permutations, uint64_t seed, struct hs_pool *pool,
                              hs_error *error, hs_circular_difference *result) {
    if (first_count < 2 || second_count < 2 || first_count > UINT32_MAX / 2 ||
        second_count > UINT32_MAX / 2 || permutations < 1 || permutations > 99999)
        return hs_error_set(error, HS_E_ARGUMENT,
                            "times: takes two samples of 2 or more and 1 to 99999 permutations");
    size_t n = first_count + second_count;
    vector *all = calloc(n, sizeof *all);
    if (!all) return hs_error_memory(error, "times");
    for (size_t i = 0; i < n; i++) {
        double turn = i < first_count ? first[i] : second[i - first_count];
        all[i] = (vector){cos(TWO_PI * turn), sin(TWO_PI * turn)};
    }
    comparing w = {.all = all, .n = n, .first = first_count, .seed = seed};
    w.observed = lengths(sum_of(all, first_count), sum_of(all, n));
    hs_pool_for(pool, permutations, PERMUTATIONS_A_PIECE, permute, &w);
    hs_circular_difference made;
    compare_means(&w, &made);
    made.permuted_p = (atomic_load(&w.as_large) + 1) / (permutations + 1.0);
    bool failed = atomic_load(&w.failed);
    free(all);
    if (failed) return hs_error_memory(error, "times");
    *result = made;
    return HS_OK;
}
