/* Ranks under draws from each candidate's posterior. */
#include <hotspot/focus.h>

#include "base/pool.h"
#include "base/random.h"
#include "plan/order.h"
#include <math.h>
#include <stdlib.h>

#define MOST_REPLICATES 10000u

/* Marsaglia and Tsang (2000), of mean `shape`; below 1 by Gamma(shape + 1) U^(1 / shape). */
static double draw_gamma(hs_random *random, double shape) {
    double boost = 1;
    if (shape < 1) {
        boost = pow(1 - hs_random_uniform(random), 1 / shape);
        shape += 1;
    }
    double d = shape - 1.0 / 3, c = 1 / sqrt(9 * d);
    for (;;) {
        double x = hs_random_normal(random), v = 1 + c * x;
        if (v <= 0) continue;
        v = v * v * v;
        if (log(1 - hs_random_uniform(random)) < x * x / 2 + d * (1 - v + log(v))) return boost * d * v;
    }
}

typedef struct drawing {
    const double *expected, *cost, *known;
    uint32_t count, replicates;
    double confidence;
    uint64_t seed;
    uint32_t *rank; /* [count][replicates] */
    uint32_t *low, *high;
    bool *failed; /* [replicates] */
} drawing;

static void draw_some(void *context, size_t begin, size_t end) {
    const drawing *d = context;
    double *value = malloc(((size_t)d->count + 1) * sizeof *value);
    for (size_t k = begin; k < end; k++) {
        hs_random random;
        hs_random_seed_stream(&random, d->seed, k);
        for (uint32_t i = 0; value && i < d->count; i++) {
            double shape = 0.5 + d->known[i];
            value[i] = d->expected[i] * draw_gamma(&random, shape) / shape;
        }
        uint32_t *order = value ? hs_order_by_rate(value, d->cost, d->count) : NULL;
        d->failed[k] = !order;
        for (uint32_t r = 0; order && r < d->count; r++)
            d->rank[(size_t)order[r] * d->replicates + k] = r + 1;
        free(order);
    }
    free(value);
}

static int ascending(const void *a, const void *b) {
    uint32_t p = *(const uint32_t *)a, q = *(const uint32_t *)b;
    return (p > q) - (p < q);
}

static void sort_some(void *context, size_t begin, size_t end) {
    const drawing *d = context;
    double outside = (1 - d->confidence) / 2 * (d->replicates - 1);
    for (size_t i = begin; i < end; i++) {
        uint32_t *own = d->rank + i * d->replicates;
        qsort(own, d->replicates, sizeof *own, ascending);
        d->low[i] = own[(size_t)floor(outside)];
        d->high[i] = own[(size_t)ceil(d->replicates - 1 - outside)];
    }
}

static hs_status check(const drawing *d, hs_error *error) {
    if (d->replicates < 1 || d->replicates > MOST_REPLICATES)
        return hs_error_set(error, HS_E_ARGUMENT, "%u replicates are not from 1 to %u",
                            (unsigned)d->replicates, MOST_REPLICATES);
    if (!(d->confidence > 0 && d->confidence < 1))
        return hs_error_set(error, HS_E_ARGUMENT, "a confidence of %g is not in (0, 1)", d->confidence);
    for (uint32_t i = 0; i < d->count; i++)
        if (!(d->expected[i] >= 0) || isinf(d->expected[i]) || !(d->cost[i] > 0) || isinf(d->cost[i]) ||
            !(d->known[i] >= 0) || isinf(d->known[i]))
            return hs_error_set(error, HS_E_ARGUMENT, "candidate %u is out of range", (unsigned)i);
    return HS_OK;
}

hs_status hs_focus_rank_intervals(const double *expected, const double *cost, const double *known,
                                  uint32_t count, uint32_t replicates, double confidence, uint64_t seed,
                                  struct hs_pool *pool, hs_error *error, uint32_t *low, uint32_t *high) {
    drawing d = {expected, cost, known, count, replicates, confidence, seed, NULL, low, high, NULL};
    hs_status status = check(&d, error);
    if (status != HS_OK) return status;
    d.rank = malloc(((size_t)count * replicates + 1) * sizeof *d.rank);
    d.failed = calloc((size_t)replicates + 1, sizeof *d.failed);
    if (!d.rank || !d.failed) status = hs_error_memory(error, "intervals of ranks");
    if (status == HS_OK) hs_pool_for(pool, replicates, 8, draw_some, &d);
    for (uint32_t k = 0; status == HS_OK && k < replicates; k++)
        if (d.failed[k]) status = hs_error_memory(error, "intervals of ranks");
    if (status == HS_OK) hs_pool_for(pool, count, 256, sort_some, &d);
    free(d.rank);
    free(d.failed);
    return status;
}
