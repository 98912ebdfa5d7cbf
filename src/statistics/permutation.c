/* Permutation around units. One sequence of random permutations serves every unit: with `star` unit i with k
 * neighbours takes the first k + 1 of each, without it the first k that are not i, which is a draw of k
 * others without replacement. Where a row's weights are equal, the sum over the first k is a prefix sum that
 * all rows share, so that a unit costs one comparison a permutation, and the few permutations that i itself
 * stands at the head of are put right one by one. */
#include "base/pool.h"
#include "base/progress.h"
#include "base/random.h"
#include "statistics/weights_builder.h"

#include <hotspot/spatial_statistics.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_PERMUTATIONS = 1024, BLOCK_VALUES = 1 << 22, UNITS_A_PIECE = 256 };

typedef struct permuting {
    const hs_weights *weights;
    const double *values;
    bool star, uniform;
    double largest;         /* |value| */
    uint32_t depth;         /* heads of permutations: the most neighbours, and one more */
    uint32_t block;         /* permutations at most in hand */
    uint32_t count;         /* in hand */
    uint32_t *shuffled;     /* [n] the permutation that the next one is made from */
    uint32_t *id;           /* [depth][block] */
    double *head;           /* [depth][block] values */
    double *prefix;         /* [depth][block] sums of the head up to here; NULL where weights differ */
    uint32_t *place_start;  /* [n + 2] */
    uint32_t *place;        /* where a unit stands: row * block + permutation */
    uint32_t *least, *most; /* [n] permutations whose sum is at least, at most the observed one */
} permuting;

static uint32_t most_neighbours(const hs_weights *weights) {
    uint32_t most = 0;
    for (uint32_t i = 0; i < weights->count; i++) {
        uint32_t k = weights->first[i + 1] - weights->first[i];
        if (k > most) most = k;
    }
    return most;
}

static void draw_block(permuting *p, hs_random *random) {
    uint32_t n = p->weights->count;
    for (uint32_t b = 0; b < p->count; b++)
        for (uint32_t a = 0; a < p->depth; a++) {
            uint32_t other = a + hs_random_below(random, n - a);
            uint32_t id = p->shuffled[other];
            p->shuffled[other] = p->shuffled[a];
            p->shuffled[a] = id;
            p->id[(size_t)a * p->block + b] = id;
        }
    for (uint32_t a = 0; a < p->depth; a++) {
        size_t row = (size_t)a * p->block;
        for (uint32_t b = 0; b < p->count; b++)
            p->head[row + b] = p->values[p->id[row + b]];
        for (uint32_t b = 0; b < p->count && p->prefix; b++)
            p->prefix[row + b] = p->head[row + b] + (a > 0 ? p->prefix[row - p->block + b] : 0);
    }
}

/* Where each unit stands, by unit. */
static void index_block(permuting *p) {
    uint32_t n = p->weights->count;
    memset(p->place_start, 0, ((size_t)n + 2) * sizeof *p->place_start);
    for (uint32_t a = 0; a < p->depth; a++)
        for (uint32_t b = 0; b < p->count; b++)
            p->place_start[p->id[(size_t)a * p->block + b] + 2]++;
    for (uint32_t i = 2; i < n + 2; i++)
        p->place_start[i] += p->place_start[i - 1];
    for (uint32_t a = 0; a < p->depth; a++)
        for (uint32_t b = 0; b < p->count; b++)
            p->place[p->place_start[p->id[(size_t)a * p->block + b] + 1]++] = a * p->block + b;
}

/* What is observed, as an interval that takes rounding in. */
typedef struct observed {
    double low, high;
} observed;

static observed observe(const permuting *p, uint32_t i) {
    const hs_weights *w = p->weights;
    double unit = p->uniform ? 1.0 : w->self;
    double sum = p->star ? unit * p->values[i] : 0;
    double scale = p->star ? unit * p->largest : 0;
    for (uint32_t k = w->first[i]; k < w->first[i + 1]; k++) {
        double weight = p->uniform ? 1.0 : w->weight[k];
        sum += weight * p->values[w->neighbour[k]];
        scale += weight * p->largest;
    }
    return (observed){sum - 1e-12 * scale, sum + 1e-12 * scale};
}

typedef struct tally {
    uint32_t least, most;
} tally;

static tally count_sums(const double *sums, uint32_t count, observed at) {
    uint32_t least = 0;
    uint32_t most = 0;
    for (uint32_t b = 0; b < count; b++) {
        least += sums[b] >= at.low;
        most += sums[b] <= at.high;
    }
    return (tally){least, most};
}

static void correct(tally *t, double was, double is, observed at) {
    t->least += (uint32_t)(is >= at.low) - (uint32_t)(was >= at.low);
    t->most += (uint32_t)(is <= at.high) - (uint32_t)(was <= at.high);
}

static tally tally_uniform(const permuting *p, uint32_t i, observed at) {
    uint32_t k = p->weights->first[i + 1] - p->weights->first[i] + p->star;
    const double *sums = p->prefix + (size_t)(k - 1) * p->block;
    tally t = count_sums(sums, p->count, at);
    for (uint32_t m = p->place_start[i]; m < p->place_start[i + 1] && !p->star; m++) {
        uint32_t a = p->place[m] / p->block, b = p->place[m] % p->block;
        if (a < k) correct(&t, sums[b], sums[p->block + b] - p->values[i], at);
    }
    return t;
}

static double sum_without(const permuting *p, uint32_t i, uint32_t skipped, uint32_t b) {
    const double *weight = p->weights->weight + p->weights->first[i];
    uint32_t k = p->weights->first[i + 1] - p->weights->first[i];
    double sum = 0;
    for (uint32_t a = 0; a < k; a++)
        sum += weight[a] * p->head[(size_t)(a < skipped ? a : a + 1) * p->block + b];
    return sum;
}

static tally tally_weighted(const permuting *p, uint32_t i, observed at) {
    const double *weight = p->weights->weight + p->weights->first[i];
    uint32_t k = p->weights->first[i + 1] - p->weights->first[i];
    double sums[BLOCK_PERMUTATIONS] = {0};
    for (uint32_t a = 0; a < k; a++) {
        const double *head = p->head + (size_t)a * p->block;
        double w = weight[a];
        for (uint32_t b = 0; b < p->count; b++)
            sums[b] += w * head[b];
    }
    const double *own = p->head + (size_t)k * p->block;
    for (uint32_t b = 0; b < p->count && p->star; b++)
        sums[b] += p->weights->self * own[b];
    tally t = count_sums(sums, p->count, at);
    for (uint32_t m = p->place_start[i]; m < p->place_start[i + 1] && !p->star; m++) {
        uint32_t a = p->place[m] / p->block, b = p->place[m] % p->block;
        if (a < k) correct(&t, sums[b], sum_without(p, i, a, b), at);
    }
    return t;
}

static void tally_units(void *context, size_t begin, size_t end) {
    permuting *p = context;
    for (uint32_t i = (uint32_t)begin; i < (uint32_t)end; i++) {
        if (p->weights->first[i] == p->weights->first[i + 1]) continue;
        observed at = observe(p, i);
        tally t = p->uniform ? tally_uniform(p, i, at) : tally_weighted(p, i, at);
        p->least[i] += t.least;
        p->most[i] += t.most;
    }
}

static bool allocate(permuting *p) {
    uint32_t n = p->weights->count;
    size_t heads = (size_t)p->depth * p->block;
    p->shuffled = calloc((size_t)n + 1, sizeof *p->shuffled);
    p->id = malloc(heads * sizeof *p->id);
    p->head = malloc(heads * sizeof *p->head);
    p->prefix = p->uniform ? malloc(heads * sizeof *p->prefix) : NULL;
    p->place_start = malloc(((size_t)n + 2) * sizeof *p->place_start);
    p->place = malloc(heads * sizeof *p->place);
    p->least = calloc((size_t)n + 1, sizeof *p->least);
    p->most = calloc((size_t)n + 1, sizeof *p->most);
    if (!p->shuffled || !p->id || !p->head || (p->uniform && !p->prefix) || !p->place_start || !p->place ||
        !p->least || !p->most)
        return false;
    for (uint32_t i = 0; i < n; i++)
        p->shuffled[i] = i;
    return true;
}

static void release(permuting *p) {
    free(p->shuffled);
    free(p->id);
    free(p->head);
    free(p->prefix);
    free(p->place_start);
    free(p->place);
    free(p->least);
    free(p->most);
}

static bool run(permuting *p, uint32_t permutations, uint64_t seed, hs_pool *pool,
                const hs_progress *progress) {
    hs_random random;
    hs_random_seed(&random, seed);
    for (uint32_t done = 0; done < permutations; done += p->count) {
        if (!hs_progress_tell(progress, (double)done / permutations)) return false;
        p->count = permutations - done < p->block ? permutations - done : p->block;
        draw_block(p, &random);
        index_block(p);
        hs_pool_for(pool, p->weights->count, UNITS_A_PIECE, tally_units, p);
    }
    return true;
}

static hs_status check(const hs_weights *weights, const double *values, uint32_t permutations,
                       hs_error *error) {
    if (permutations == 0 || permutations > HS_MOST_PERMUTATIONS)
        return hs_error_set(error, HS_E_ARGUMENT, "permutations: takes 1 to %u", HS_MOST_PERMUTATIONS);
    if (weights->count < HS_LEAST_UNITS)
        return hs_error_set(error, HS_E_ARGUMENT, "%u units are too few: a statistic needs %u",
                            (unsigned)weights->count, HS_LEAST_UNITS);
    for (uint32_t i = 0; i < weights->count; i++)
        if (!isfinite(values[i]))
            return hs_error_set(error, HS_E_ARGUMENT, "the value of unit %u is not finite", (unsigned)i);
    return HS_OK;
}

static bool values_vary(const double *values, uint32_t count) {
    for (uint32_t i = 1; i < count; i++)
        if (values[i] != values[0]) return true;
    return false;
}

/* Whether the unit's own weight is that of its neighbours, in every row. */
static bool self_is_alike(const hs_weights *weights) {
    for (uint32_t i = 0; i < weights->count; i++)
        if (weights->first[i] < weights->first[i + 1] && weights->weight[weights->first[i]] != weights->self)
            return false;
    return true;
}

hs_status hs_local_permutation(const hs_weights *weights, const double *values, bool star,
                               uint32_t permutations, uint64_t seed, struct hs_pool *pool,
                               const hs_progress *progress, hs_error *error, double *p_values) {
    hs_status status = check(weights, values, permutations, error);
    if (status != HS_OK) return status;
    permuting p = {.weights = weights, .values = values, .star = star};
    p.uniform = weights->uniform && (!star || self_is_alike(weights));
    for (uint32_t i = 0; i < weights->count; i++)
        p.largest = fmax(p.largest, fabs(values[i]));
    p.depth = most_neighbours(weights) + 1;
    uint32_t fitting = BLOCK_VALUES / p.depth;
    p.block = fitting < 16 ? 16 : fitting < BLOCK_PERMUTATIONS ? fitting : BLOCK_PERMUTATIONS;
    if (!allocate(&p)) {
        release(&p);
        return hs_error_memory(error, "permutations");
    }
    bool vary = values_vary(values, weights->count);
    bool whole = !vary || run(&p, permutations, seed, pool, progress);
    for (uint32_t i = 0; i < weights->count; i++) {
        double tail = (double)(p.least[i] < p.most[i] ? p.least[i] : p.most[i]) + 1;
        bool defined = vary && weights->first[i] < weights->first[i + 1];
        p_values[i] = defined ? fmin(1, 2 * tail / ((double)permutations + 1)) : NAN;
    }
    release(&p);
    return whole ? HS_OK : hs_error_set(error, HS_E_CANCELLED, "permutations were stopped");
}
