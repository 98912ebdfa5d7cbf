/* K on a network. A walk's front on a street is at one place from the distance it enters at to that where it
 * meets the front from the other end: how many fronts there are at a distance is what pairs are divided by.
 */
#include "base/pool.h"
#include "statistics/csr_envelope.h"
#include "statistics/pair_strips.h"
#include "statistics/street_walk.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { PLACES_A_PIECE = 128 };

typedef struct fronts {
    double *enter, *leave;
    uint32_t count;
} fronts;

typedef struct kernel {
    const hs_street_index *index;
    const hs_pattern_steps *steps;
    hs_street_k kind;
    uint32_t *place; /* [places] the first of its points in the index's order */
    uint32_t *segment;
    uint32_t places, points;
    double *sum; /* [pieces][steps + 1] */
    atomic_bool failed;
} kernel;

static void add_front(fronts *f, double enter, double leave) {
    if (!(leave > enter)) return;
    f->enter[f->count] = enter;
    f->leave[f->count++] = leave;
}

/* A stretch of street whose ends are reached at these distances. */
static void add_stretch(fronts *f, double at_from, double at_to, double length_m) {
    double meet = isinf(at_from) ? at_to + length_m
                  : isinf(at_to) ? at_from + length_m
                                 : (at_from + at_to + length_m) / 2;
    if (!isinf(at_from)) add_front(f, at_from, fmin(meet, at_from + length_m));
    if (!isinf(at_to)) add_front(f, at_to, fmin(meet, at_to + length_m));
}

static int ascending(const void *left, const void *right) {
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static void find_fronts(const hs_street_walk *walk, uint32_t start, double start_m, fronts *f) {
    const hs_street_net *net = walk->index->net;
    f->count = 0;
    for (uint32_t t = 0; t < walk->segment_count; t++) {
        uint32_t s = walk->segment[t];
        double at_from = walk->distance_m[net->from[s]], at_to = walk->distance_m[net->to[s]];
        if (s != start) {
            if (!isinf(at_from) || !isinf(at_to)) add_stretch(f, at_from, at_to, net->length_m[s]);
            continue;
        }
        add_stretch(f, 0, at_from, start_m);
        add_stretch(f, 0, at_to, net->length_m[s] - start_m);
    }
    qsort(f->enter, f->count, sizeof *f->enter, ascending);
    qsort(f->leave, f->count, sizeof *f->leave, ascending);
}

static uint32_t below(const double *sorted, uint32_t count, double value) {
    uint32_t low = 0, high = count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (sorted[middle] < value)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static double weight_of(const kernel *k, const fronts *f, double distance) {
    if (k->kind == HS_STREET_K_OKABE_YAMADA || !(distance > 0)) return 1;
    uint32_t there = below(f->enter, f->count, distance) - below(f->leave, f->count, distance);
    return there > 1 ? 1.0 / there : 1;
}

static void add_from(const kernel *k, const hs_street_walk *walk, const fronts *f, uint32_t p, double *sum) {
    const hs_street_index *index = k->index;
    uint32_t first = k->place[p], last = k->steps->count - 1;
    double weight = k->place[p + 1] - first;
    sum[0] -= weight; /* each point and itself */
    for (uint32_t t = 0; t < walk->segment_count; t++) {
        uint32_t s = walk->segment[t];
        for (uint32_t at = index->point_first[s]; at < index->point_first[s + 1]; at++) {
            double distance =
                hs_street_walk_to(walk, k->segment[p], index->along_m[first], s, index->along_m[at]);
            double bin = distance / k->steps->step_m + HS_PAIR_CEILING;
            if (bin < last + 1.0) sum[(uint32_t)bin] += weight * weight_of(k, f, distance);
        }
    }
}

static void add_piece(void *context, size_t begin, size_t end) {
    kernel *k = context;
    hs_street_walk walk;
    size_t room = 2 * ((size_t)k->index->net->segment_count + 2);
    fronts f = {.enter = malloc(room * sizeof *f.enter), .leave = malloc(room * sizeof *f.leave)};
    bool good = hs_street_walk_new(k->index, &walk) && f.enter && f.leave;
    double *sum = k->sum + begin / PLACES_A_PIECE * k->steps->count;
    double reach = k->steps->step_m * (k->steps->count - 1) * (1 + 1e-9);
    for (size_t p = begin; p < end && good; p++) {
        double start_m = k->index->along_m[k->place[p]];
        good = hs_street_walk_from(&walk, k->segment[p], start_m, reach);
        if (good && k->kind == HS_STREET_K_CORRECTED) find_fronts(&walk, k->segment[p], start_m, &f);
        if (good) add_from(k, &walk, &f, (uint32_t)p, sum);
        hs_street_walk_clear(&walk);
    }
    if (!good) atomic_store(&k->failed, true);
    hs_street_walk_done(&walk);
    free(f.enter);
    free(f.leave);
}

static void find_places(kernel *k) {
    const hs_street_index *index = k->index;
    for (uint32_t s = 0; s < index->net->segment_count; s++) {
        for (uint32_t at = index->point_first[s]; at < index->point_first[s + 1]; at++) {
            if (at > index->point_first[s] && index->along_m[at] == index->along_m[at - 1]) continue;
            k->segment[k->places] = s;
            k->place[k->places++] = at;
        }
    }
    k->place[k->places] = k->points;
}

static void add_up(const kernel *k, size_t pieces, double *k_m) {
    double n = k->points, sum = 0;
    for (uint32_t r = 0; r < k->steps->count; r++) {
        for (size_t piece = 0; piece < pieces; piece++)
            sum += k->sum[piece * k->steps->count + r];
        k_m[r] = k->index->total_m * sum / (n * (n - 1));
    }
}

hs_status hs_street_k_function(const hs_street_net *net, const hs_street_places *points,
                               const hs_pattern_steps *steps, hs_street_k kind, struct hs_pool *pool,
                               hs_error *error, double *k_m) {
    if (!(steps->step_m > 0 && isfinite(steps->step_m)) || steps->count < 2 ||
        steps->count > HS_PATTERN_MOST_STEPS || points->count < 2)
        return hs_error_set(error, HS_E_ARGUMENT,
                            "K: takes 2 points or more and 2 to %u distances, steps above 0 m",
                            HS_PATTERN_MOST_STEPS);
    hs_street_index index;
    hs_status status = hs_street_index_new(net, points, error, &index);
    if (status != HS_OK) return status;
    kernel k = {.index = &index, .steps = steps, .kind = kind, .points = points->count};
    k.place = malloc(((size_t)points->count + 1) * sizeof *k.place);
    k.segment = malloc(((size_t)points->count + 1) * sizeof *k.segment);
    if (k.place && k.segment) find_places(&k);
    size_t pieces = k.places / PLACES_A_PIECE + 1;
    k.sum = calloc(pieces * steps->count, sizeof *k.sum);
    if (k.place && k.segment && k.sum) {
        hs_pool_for(pool, k.places, PLACES_A_PIECE, add_piece, &k);
        if (atomic_load(&k.failed))
            status = hs_error_memory(error, "K on streets");
        else
            add_up(&k, pieces, k_m);
    } else {
        status = hs_error_memory(error, "K on streets");
    }
    free(k.place);
    free(k.segment);
    free(k.sum);
    hs_street_index_done(&index);
    return status;
}

typedef struct scattering {
    const hs_street_net *net;
    uint32_t count;
    const hs_pattern_steps *steps;
    double *until_m; /* [segments] */
} scattering;

/* One pattern without any: as many points, anywhere along the streets alike. */
static hs_status scatter(const void *context, hs_random *random, hs_error *error, double *curve,
                         double *nearest) {
    const scattering *s = context;
    (void)nearest;
    uint32_t *segment = malloc(((size_t)s->count + 1) * sizeof *segment);
    double *along = malloc(((size_t)s->count + 1) * sizeof *along);
    hs_status status = segment && along ? HS_OK : hs_error_memory(error, "simulations");
    uint32_t last = s->net->segment_count - 1;
    for (uint32_t i = 0; i < s->count && status == HS_OK; i++) {
        double at = hs_random_uniform(random) * s->until_m[last];
        segment[i] = below(s->until_m, last, at);
        double begin = segment[i] > 0 ? s->until_m[segment[i] - 1] : 0;
        along[i] = fmin(fmax(at - begin, 0), s->net->length_m[segment[i]]);
    }
    const hs_street_places points = {segment, along, s->count};
    if (status == HS_OK)
        status = hs_street_k_function(s->net, &points, s->steps, HS_STREET_K_CORRECTED, NULL, error, curve);
    free(segment);
    free(along);
    return status;
}

hs_status hs_street_envelope(const hs_street_net *net, uint32_t count, const hs_pattern_steps *steps,
                             const double *observed_k_m, const hs_csr_request *request, struct hs_pool *pool,
                             hs_error *error, hs_envelope *envelope) {
    if (net->segment_count == 0) return hs_error_set(error, HS_E_ARGUMENT, "K: there are no streets");
    scattering s = {net, count, steps, malloc((size_t)net->segment_count * sizeof *s.until_m)};
    if (!s.until_m) return hs_error_memory(error, "simulations");
    double sum = 0;
    for (uint32_t k = 0; k < net->segment_count; k++)
        s.until_m[k] = sum += net->length_m[k];
    hs_csr_work work = {scatter, &s, steps, observed_k_m, request, NAN};
    hs_status status = hs_csr_simulate(&work, pool, error, envelope, NULL);
    free(s.until_m);
    return status;
}
