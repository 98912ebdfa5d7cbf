/* Gi* over a space-time cube. A bin's sum is that of its unit's sums over a window of steps: each step's
 * spatial sum is made once. */
#include "base/pool.h"
#include "statistics/values.h"
#include "statistics/weights_builder.h"

#include <hotspot/emerging.h>
#include <math.h>
#include <stdlib.h>

enum { UNITS_A_PIECE = 512 };

static uint32_t window_of(const hs_cube *cube, uint32_t step) {
    return step < cube->lag ? step + 1 : cube->lag + 1;
}

typedef struct summing {
    const hs_cube *cube;
    const hs_centred *centred;
    double shift; /* a whole number near the mean: sums of whole numbers stay exact, equal ones equal */
    double *z;
} summing;

/* Sums of the unit's row in every step, then over windows from the last step on, so that what earlier steps
 * have is still theirs alone. */
static void sum_unit(const summing *s, uint32_t i) {
    const hs_weights *w = s->cube->weights;
    uint32_t n = w->count, steps = s->cube->steps;
    double rest = s->centred->mean - s->shift;
    double bins = (double)n * steps, weight = w->self, weight2 = w->self * w->self;
    for (uint32_t k = w->first[i]; k < w->first[i + 1]; k++) {
        weight += w->weight[k];
        weight2 += w->weight[k] * w->weight[k];
    }
    for (uint32_t t = 0; t < steps; t++) {
        const double *value = s->cube->values + (size_t)t * n;
        double sum = w->self * (value[i] - s->shift);
        for (uint32_t k = w->first[i]; k < w->first[i + 1]; k++)
            sum += w->weight[k] * (value[w->neighbour[k]] - s->shift);
        s->z[(size_t)t * n + i] = sum;
    }
    for (uint32_t t = steps; t-- > 0;) {
        uint32_t m = window_of(s->cube, t);
        double sum = 0;
        for (uint32_t b = 0; b < m; b++)
            sum += s->z[(size_t)(t - b) * n + i];
        double w1 = m * weight, w2 = m * weight2, spread = bins * w2 - w1 * w1;
        bool defined = s->centred->sum2 > 0 && spread > 1e-12 * bins * w2;
        double variance = s->centred->sum2 / bins * spread / (bins - 1);
        s->z[(size_t)t * n + i] = defined ? (sum - w1 * rest) / sqrt(variance) : NAN;
    }
}

static void sum_units(void *context, size_t begin, size_t end) {
    for (size_t i = begin; i < end; i++)
        sum_unit(context, (uint32_t)i);
}

static hs_status check(const hs_cube *cube, hs_error *error) {
    if (cube->steps == 0 || cube->lag >= cube->steps)
        return hs_error_set(error, HS_E_ARGUMENT, "a lag of %u steps needs more than the %u that there are",
                            (unsigned)cube->lag, (unsigned)cube->steps);
    if ((uint64_t)cube->steps * cube->weights->count > HS_CUBE_MOST_BINS)
        return hs_error_set(
            error, HS_E_LIMIT, "%u units in %u steps are more bins than the %llu that are taken",
            (unsigned)cube->weights->count, (unsigned)cube->steps, (unsigned long long)HS_CUBE_MOST_BINS);
    return HS_OK;
}

hs_status hs_cube_local_g(const hs_cube *cube, hs_pool *pool, hs_error *error, double *z) {
    hs_centred centred;
    hs_status status = check(cube, error);
    if (status == HS_OK)
        status = hs_centre_values(cube->values, cube->steps * cube->weights->count, error, &centred);
    if (status != HS_OK) return status;
    summing s = {cube, &centred, floor(centred.mean + 0.5), z};
    hs_pool_for(pool, cube->weights->count, UNITS_A_PIECE, sum_units, &s);
    hs_centred_done(&centred);
    return HS_OK;
}

uint32_t hs_cube_most_draws(const hs_cube *cube) {
    const hs_weights *w = cube->weights;
    uint32_t most = 0;
    for (uint32_t i = 0; i < w->count; i++)
        if (w->first[i + 1] - w->first[i] > most) most = w->first[i + 1] - w->first[i];
    return (most + 1) * (cube->lag + 1);
}

bool hs_cube_is_uniform(const hs_cube *cube) {
    const hs_weights *w = cube->weights;
    for (uint32_t k = 0; k < w->first[w->count]; k++)
        if (w->weight[k] != w->self) return false;
    return true;
}

typedef struct testing {
    const hs_cube *cube;
    const hs_labelling *labelling;
    const double *z;
    double *p;
} testing;

static void test_unit(const testing *x, uint32_t i) {
    const hs_weights *w = x->cube->weights;
    uint32_t n = w->count, row = w->first[i + 1] - w->first[i] + 1;
    for (uint32_t t = 0; t < x->cube->steps; t++) {
        const double *value = x->cube->values + (size_t)t * n;
        double sum = value[i];
        for (uint32_t k = w->first[i]; k < w->first[i + 1]; k++)
            sum += value[w->neighbour[k]];
        x->p[(size_t)t * n + i] = sum;
    }
    for (uint32_t t = x->cube->steps; t-- > 0;) {
        uint32_t m = window_of(x->cube, t);
        double sum = 0;
        for (uint32_t b = 0; b < m; b++)
            sum += x->p[(size_t)(t - b) * n + i];
        bool defined = !isnan(x->z[(size_t)t * n + i]);
        x->p[(size_t)t * n + i] = defined ? hs_labelling_p(x->labelling, m * row, sum) : NAN;
    }
}

static void test_units(void *context, size_t begin, size_t end) {
    for (size_t i = begin; i < end; i++)
        test_unit(context, (uint32_t)i);
}

void hs_cube_exact_p(const hs_cube *cube, const hs_labelling *labelling, const double *z, hs_pool *pool,
                     double *p) {
    testing x = {cube, labelling, z, p};
    hs_pool_for(pool, cube->weights->count, UNITS_A_PIECE, test_units, &x);
}

/* A bin's neighbours, ascending: those of earlier steps first. */
static uint32_t write_bin(const hs_cube *cube, uint32_t t, uint32_t i, uint32_t *neighbour, double *weight) {
    const hs_weights *w = cube->weights;
    uint32_t n = w->count, links = 0;
    for (uint32_t s = t + 1 - window_of(cube, t); s <= t; s++) {
        bool own = s == t; /* a bin is none of its own neighbours */
        for (uint32_t k = w->first[i]; k < w->first[i + 1]; k++) {
            if (!own && w->neighbour[k] > i) {
                weight[links] = w->self;
                neighbour[links++] = s * n + i;
                own = true;
            }
            weight[links] = w->weight[k];
            neighbour[links++] = s * n + w->neighbour[k];
        }
        if (own) continue;
        weight[links] = w->self;
        neighbour[links++] = s * n + i;
    }
    return links;
}

hs_status hs_cube_weights(const hs_cube *cube, hs_error *error, hs_weights **weights) {
    const hs_weights *w = cube->weights;
    hs_status status = check(cube, error);
    if (status != HS_OK) return status;
    uint32_t bins = cube->steps * w->count;
    uint64_t most = ((uint64_t)w->first[w->count] + w->count) * (cube->lag + 1) * cube->steps;
    if (most > HS_MOST_LINKS)
        return hs_error_set(error, HS_E_LIMIT, "%llu links of a space-time cube are too many",
                            (unsigned long long)most);
    uint32_t *first = malloc(((size_t)bins + 1) * sizeof *first);
    uint32_t *neighbour = malloc((most + 1) * sizeof *neighbour);
    double *weight = malloc((most + 1) * sizeof *weight);
    uint32_t links = 0;
    for (uint32_t bin = 0; first && neighbour && weight && bin < bins; bin++) {
        first[bin] = links;
        links += write_bin(cube, bin / w->count, bin % w->count, neighbour + links, weight + links);
    }
    if (first) first[bins] = links;
    status = first && neighbour && weight
                 ? hs_weights_new(bins, first, neighbour, weight, w->self, w->style, error, weights)
                 : hs_error_memory(error, "a space-time cube");
    free(first);
    free(neighbour);
    free(weight);
    return status;
}
