/* Two samples of times that are counted in parts of the circle: permutations part by part. */
#include "base/pool.h"
#include "base/progress.h"
#include "base/random.h"
#include "statistics/circular_private.h"

#include <stdatomic.h>
#include <stdlib.h>

enum {
    PERMUTATIONS_A_PIECE = 4,
    BY_ONES = 24, /* so few are drawn one by one */
    SMALL = 1024, /* numbers whose factorials are kept */
    MOST_PERMUTATIONS = 99999
};

/* A part of the circle that holds times of either sample. */
typedef struct part {
    double c, s;
    uint32_t count;
    double log_ways; /* -ln of the ways to draw `count` from this part and those after it */
} part;

typedef struct comparing {
    const hs_circular_samples *samples;
    part *parts;
    double small[SMALL];
    size_t part_count;
    uint64_t n, first_n;
    hs_circular_vector total;
    double observed;
    atomic_uint as_large;
    hs_progress_steps steps;
} comparing;

/* ln n! to about 1e-12 (Stirling's series from 16 on). */
static double log_factorial(double n) {
    static const double small[] = {0,
                                   0,
                                   0.69314718055994530942,
                                   1.7917594692280550008,
                                   3.1780538303479456196,
                                   4.7874917427820459943,
                                   6.5792512120101009951,
                                   8.5251613610654143002,
                                   10.604602902745250228,
                                   12.801827480081469611,
                                   15.104412573075515295,
                                   17.502307845873885839,
                                   19.987214495661886149,
                                   22.552163853123422886,
                                   25.191221182738681500,
                                   27.899271383840891566};
    if (n < 16) return small[(int)n];
    double square = n * n;
    return (n + 0.5) * log(n) - n + 0.91893853320467274178 +
           (1.0 / 12 - (1.0 / 360 - 1.0 / 1260 / square) / square) / n;
}

static double of_small(const double *small, double n) {
    return n < SMALL ? small[(int)n] : log_factorial(n);
}

static uint32_t draw_by_ones(hs_random *random, double marked, double total, uint32_t draws) {
    uint32_t hits = 0;
    for (uint32_t k = 0; k < draws; k++)
        hits += hs_random_uniform(random) * (total - k) < marked - hits;
    return hits;
}

/* How many of a part, drawn out of `total`, are marked, `marked` of which are: inversion, outwards from the
 * mode.
 */
static uint32_t draw(hs_random *random, double marked, double total, const part *at, const double *small) {
    if (marked <= 0 || marked >= total) return marked > 0 ? at->count : 0;
    if (at->count <= BY_ONES) return draw_by_ones(random, marked, total, at->count);
    double k = at->count, rest = total - marked;
    double least = fmax(0, k - rest), most = fmin(k, marked);
    double mode = fmin(most, fmax(least, floor((k + 1) * (marked + 1) / (total + 2))));
    double p = exp(at->log_ways + log_factorial(marked) - log_factorial(marked - mode) + log_factorial(rest) -
                   log_factorial(rest - k + mode) - of_small(small, mode) - of_small(small, k - mode));
    double u = hs_random_uniform(random) - p, up = mode, down = mode, up_p = p, down_p = p;
    while (u >= 0 && (up < most || down > least)) {
        if (up < most) {
            up_p *= (k - up) * (marked - up) / ((up + 1) * (rest - k + up + 1));
            up++;
            u -= up_p;
            if (u < 0) return (uint32_t)up;
        }
        if (down > least) {
            down_p *= down * (rest - k + down) / ((k - down + 1) * (marked - down + 1));
            down--;
            u -= down_p;
            if (u < 0) return (uint32_t)down;
        }
        if (up_p < 1e-300 && down_p < 1e-300) break; /* what is left is rounding */
    }
    return (uint32_t)mode;
}

static double permuted_lengths(const comparing *w, hs_random *random) {
    hs_circular_vector first = {0, 0};
    double total = (double)w->n, marked = (double)w->first_n;
    for (size_t i = 0; i < w->part_count; i++) {
        const part *at = &w->parts[i];
        uint32_t hits = draw(random, marked, total, at, w->small);
        first.c += hits * at->c;
        first.s += hits * at->s;
        marked -= hits;
        total -= at->count;
    }
    return hs_circular_lengths(first, w->total);
}

static void permute(void *context, size_t begin, size_t end) {
    comparing *w = context;
    const hs_circular_samples *s = w->samples;
    if (!hs_progress_step(&w->steps, end - begin)) return;
    for (size_t p = begin; p < end; p++) {
        hs_random random;
        hs_random_seed_stream(&random, s->seed, p);
        if (permuted_lengths(w, &random) >= w->observed * (1 - 1e-12)) atomic_fetch_add(&w->as_large, 1);
    }
}

/* The parts that are not empty, and the sum of the first sample's directions. */
static hs_circular_vector gather(comparing *w) {
    const hs_circular_samples *s = w->samples;
    hs_circular_vector first = {0, 0};
    for (size_t i = 0; i < s->bins; i++) {
        uint32_t count = s->first[i] + s->second[i];
        if (count == 0) continue;
        double angle = TWO_PI * (double)i / (double)s->bins;
        const part at = {cos(angle), sin(angle), count, 0};
        w->parts[w->part_count++] = at;
        first.c += s->first[i] * at.c;
        first.s += s->first[i] * at.s;
        w->total.c += count * at.c;
        w->total.s += count * at.s;
    }
    double total = (double)w->n;
    for (size_t i = 0; i < w->part_count; i++) {
        part *at = &w->parts[i];
        at->log_ways = log_factorial(at->count) + log_factorial(total - at->count) - log_factorial(total);
        total -= at->count;
    }
    for (int i = 0; i < SMALL; i++)
        w->small[i] = log_factorial(i);
    return first;
}

hs_status hs_circular_compare_counts(const hs_circular_samples *samples, struct hs_pool *pool,
                                     hs_error *error, hs_circular_difference *result) {
    comparing w = {.samples = samples};
    hs_progress_steps_init(&w.steps, &samples->progress, samples->permutations);
    for (size_t i = 0; i < samples->bins; i++) {
        w.first_n += samples->first[i];
        w.n += (uint64_t)samples->first[i] + samples->second[i];
    }
    if (samples->bins < 2 || w.first_n < 2 || w.n - w.first_n < 2 || w.n > UINT32_MAX ||
        samples->permutations > MOST_PERMUTATIONS)
        return hs_error_set(error, HS_E_ARGUMENT,
                            "times: takes two samples of 2 or more and at most 99999 permutations");
    w.parts = calloc(samples->bins, sizeof *w.parts);
    if (!w.parts) return hs_error_memory(error, "times");
    hs_circular_vector first = gather(&w);
    hs_circular_difference made;
    w.observed = hs_circular_lengths(first, w.total);
    hs_circular_means(first, (double)w.first_n, w.total, (double)w.n, &made);
    if (samples->permutations > 0) {
        hs_pool_for(pool, samples->permutations, PERMUTATIONS_A_PIECE, permute, &w);
        made.permuted_p = (atomic_load(&w.as_large) + 1) / (samples->permutations + 1.0);
    }
    free(w.parts);
    if (hs_progress_ended(&w.steps))
        return hs_error_set(error, HS_E_CANCELLED, "nobody waits for the test any more");
    *result = made;
    return HS_OK;
}
