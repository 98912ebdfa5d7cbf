/* Ripley's K: points that are far from the border count by pairs alone; the others are looked from one by
 * one, with the weights of their edge correction. */
#include "statistics/k_function.h"

#include "statistics/k_isotropic.h"

#include "base/text.h"
#include "statistics/pair_strips.h"
#include "statistics/vectors.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PI          3.14159265358979323846
#define MOST_WEIGHT 100.0
/* Strips to the last distance, and the points that a run should have. */
enum { MOST_STRIPS = 3, RUN = 16 };

static const char *const names[HS_PATTERN_EDGES] = {"border", "isotropic", "translation", "none"};

const char *hs_pattern_edges_name(hs_pattern_edges edges) {
    return (unsigned)edges < HS_PATTERN_EDGES ? names[edges] : NULL;
}

hs_status hs_pattern_edges_from_name(const char *name, size_t size, hs_error *error,
                                     hs_pattern_edges *edges) {
    for (int e = 0; e < HS_PATTERN_EDGES; e++) {
        if (strlen(names[e]) != size || memcmp(names[e], name, size) != 0) continue;
        *edges = (hs_pattern_edges)e;
        return HS_OK;
    }
    return hs_error_set(error, HS_E_ARGUMENT,
                        "edge correction: %.*s is none of border, isotropic, translation, none",
                        (int)hs_utf8_cut((hs_str){name, size}, 60), name);
}

double hs_l_of_k(double k_m2) {
    return sqrt(k_m2 / PI);
}

typedef struct adding {
    const hs_pattern_window *window;
    const hs_set_covariance *shifted;
    hs_pattern_edges edges;
    double step_m;
    uint32_t last;
    const hs_pair_strips *strips;
    double x, y, border_m;
    uint32_t self;
    double *sum;    /* [last + 2] weights by bin */
    int64_t *ended; /* border: pairs of points that see no farther than the bin before */
    uint64_t *once; /* [last + 2] pairs of weight 1 by bin, the last beyond all */
    hs_circles circles;
    uint64_t back; /* whether the pairs of a run are those of the other point, far from the border, too */
    uint32_t far;  /* pairs whose circles leave the window, in circles.radius */
    bool full;     /* no memory for them */
} adding;

/* What the window has in common with itself, shifted. */
static double shared_m2(const adding *a, double dx, double dy) {
    const hs_pattern_window *w = a->window;
    if (!w->rectangle) return hs_set_covariance_at(a->shifted, dx, dy);
    return (w->east - w->west - fabs(dx)) * (w->north - w->south - fabs(dy));
}

static void add_translated(void *context, uint32_t begin, uint32_t end) {
    adding *a = context;
    for (uint32_t j = begin; j < end; j++) {
        double dx = a->strips->x[j] - a->x, dy = a->strips->y[j] - a->y;
        double bin = sqrt(dx * dx + dy * dy) / a->step_m + HS_PAIR_CEILING;
        if (bin < a->last + 1.0 && a->strips->point[j] != a->self)
            a->sum[(uint32_t)bin] += fmin(a->window->area_m2 / shared_m2(a, dx, dy), MOST_WEIGHT);
    }
}

HS_VECTORS static void find_distances(const double *restrict x, const double *restrict y, double at_x,
                                      double at_y, double per_step, double beyond, uint32_t count,
                                      double *restrict distance, int32_t *restrict bin) {
    for (uint32_t j = 0; j < count; j++) {
        double dx = x[j] - at_x, dy = y[j] - at_y;
        double away = sqrt(dx * dx + dy * dy), steps = away * per_step + HS_PAIR_CEILING;
        distance[j] = away;
        bin[j] = (int32_t)(steps < beyond ? steps : beyond);
    }
}

HS_VECTORS static void find_weights(const double *restrict radius, double *restrict share, double per_step,
                                    uint32_t count, int32_t *restrict bin) {
    for (uint32_t j = 0; j < count; j++) {
        double weight = 1 / share[j];
        share[j] = weight < MOST_WEIGHT ? weight : MOST_WEIGHT;
        bin[j] = (int32_t)(radius[j] * per_step + HS_PAIR_CEILING);
    }
}

/* Counts pairs nearer than the border, and lists the others. */
static void add_run(void *context, uint32_t begin, uint32_t end) {
    adding *a = context;
    a->full = a->full || !hs_circles_take(&a->circles, a->far + (end - begin));
    if (a->full) return;
    double *radius = a->circles.radius + a->far, border_m = a->border_m;
    int32_t *bin = a->circles.bin, beyond = (int32_t)a->last + 1;
    find_distances(a->strips->x + begin, a->strips->y + begin, a->x, a->y, 1 / a->step_m, beyond, end - begin,
                   radius, bin);
    uint64_t *once = a->once, back = a->back;
    uint32_t far = 0;
    for (uint32_t j = 0; j < end - begin; j++) {
        double distance = radius[j];
        bool leaves = distance > border_m;
        once[bin[j]] += back + !leaves;
        radius[far] = distance;
        far += leaves & (bin[j] < beyond);
    }
    a->far += far;
}

static void add_far(adding *a, double reach_m) {
    const int32_t *bin = a->circles.bin;
    double *weight = a->circles.angle;
    hs_circles_shares(&a->circles, a->border_m, reach_m, a->far);
    find_weights(a->circles.radius, weight, 1 / a->step_m, a->far, a->circles.bin);
    for (uint32_t j = 0; j < a->far; j++)
        a->sum[bin[j]] += weight[j];
    a->far = 0;
}

typedef struct parts {
    uint32_t *inner, *outer; /* points far from the border and near it */
    uint32_t inner_count, outer_count;
    double *border_m;
} parts;

static void parts_done(parts *p) {
    free(p->inner);
    free(p->outer);
    free(p->border_m);
}

static hs_status split(const hs_pattern_window *window, const double *x_m, const double *y_m, uint32_t count,
                       double reach_m, hs_pattern_edges edges, hs_error *error, parts *p) {
    p->inner = malloc(((size_t)count + 1) * sizeof *p->inner);
    p->outer = malloc(((size_t)count + 1) * sizeof *p->outer);
    p->border_m = calloc((size_t)count + 1, sizeof *p->border_m);
    if (!p->inner || !p->outer || !p->border_m) return hs_error_memory(error, "pairs of points");
    for (uint32_t i = 0; i < count; i++) {
        if (!hs_pattern_window_holds(window, x_m[i], y_m[i]))
            return hs_error_set(error, HS_E_ARGUMENT, "K: point %u lies outside the window", (unsigned)i);
        bool plain = edges == HS_PATTERN_NONE;
        p->border_m[i] = plain ? INFINITY : hs_pattern_window_border_m(window, x_m[i], y_m[i]);
        if (p->border_m[i] >= reach_m * (1 + 1e-9) && edges != HS_PATTERN_TRANSLATION)
            p->inner[p->inner_count++] = i;
        else
            p->outer[p->outer_count++] = i;
    }
    return HS_OK;
}

/* From points near the border to all others, each pair with its weight. */
static hs_status add_weighted(adding *a, const parts *p, const hs_pair_strips *inner,
                              const hs_pair_strips *outer, hs_error *error) {
    double reach = a->step_m * a->last;
    bool isotropic = a->edges == HS_PATTERN_ISOTROPIC;
    for (uint32_t k = 0; k < outer->count && !a->full; k++) {
        a->self = outer->point[k];
        a->x = outer->x[k];
        a->y = outer->y[k];
        a->border_m = p->border_m[a->self];
        a->strips = inner;
        a->back = isotropic;
        hs_pair_runs(inner, a->x, a->y, reach, isotropic ? add_run : add_translated, a);
        a->strips = outer;
        a->back = 0;
        hs_pair_runs(outer, a->x, a->y, reach, isotropic ? add_run : add_translated, a);
        if (!isotropic || a->far == 0) continue;
        hs_circles_move(&a->circles, a->x, a->y, a->border_m, reach);
        add_far(a, reach);
    }
    if (isotropic) a->once[0] -= outer->count; /* with themselves */
    return a->full ? hs_error_memory(error, "pairs of points") : HS_OK;
}

/* The last step that is not beyond a point's distance from the border. */
static uint32_t steps_within(const adding *a, double border_m) {
    double steps = border_m / a->step_m + 1e-9;
    return steps < a->last ? (uint32_t)steps : a->last;
}

/* From points near the border as far as they are from it. */
static hs_status add_bordered(adding *a, const parts *p, const hs_pair_strips *inner,
                              const hs_pair_strips *outer, const hs_pair_bins *once, hs_error *error) {
    uint32_t *limit = calloc(2 * ((size_t)outer->count + 1), sizeof *limit);
    if (!limit) return hs_error_memory(error, "pairs of points");
    uint32_t *seen = limit + outer->count;
    for (uint32_t k = 0; k < outer->count; k++)
        limit[k] = steps_within(a, p->border_m[outer->point[k]]);
    hs_count_pairs_limited(outer, inner, once, limit, seen);
    hs_count_pairs_limited(outer, outer, once, limit, seen);
    once->histogram[0] -= outer->count;
    for (uint32_t k = 0; k < outer->count; k++)
        a->ended[limit[k] + 1] += (int64_t)seen[k] - 1;
    free(limit);
    return HS_OK;
}

static void write_k(const adding *a, const uint64_t *twice, const uint64_t *once, uint32_t count,
                    double *k_m2) {
    double n = count, area = a->window->area_m2, sum = 0;
    int64_t pairs = 0;
    for (uint32_t k = 0; k <= a->last; k++) {
        pairs += (int64_t)(2 * twice[k] + once[k]) - a->ended[k];
        sum += a->sum[k];
        k_m2[k] =
            a->edges == HS_PATTERN_BORDER ? (double)pairs : (sum + (double)pairs) * area / (n * (n - 1));
    }
}

/* By how many points each distance is looked from: those at least as far from the border. */
static hs_status divide_by_border(const adding *a, const parts *p, uint32_t count, hs_error *error,
                                  double *k_m2) {
    uint32_t *ends = calloc((size_t)a->last + 2, sizeof *ends);
    if (!ends) return hs_error_memory(error, "pairs of points");
    for (uint32_t i = 0; i < count; i++) {
        ends[steps_within(a, p->border_m[i]) + 1]++;
    }
    uint32_t from = count;
    for (uint32_t k = 0; k <= a->last; k++) {
        from -= ends[k];
        k_m2[k] = from > 0 ? k_m2[k] * a->window->area_m2 / ((double)count * from) : (double)NAN;
    }
    free(ends);
    return HS_OK;
}

/* Runs of a strip are long enough to be worth their beginning. */
static double strip_height(const adding *a, uint32_t count) {
    double reach = a->step_m * a->last;
    double strips = floor(2 * reach * reach * count / a->window->area_m2 / RUN);
    return reach / fmin(fmax(strips, 1), MOST_STRIPS);
}

static hs_status count_pairs(adding *a, const parts *p, const double *x_m, const double *y_m, uint32_t count,
                             uint64_t *twice, uint64_t *once, hs_error *error, double *k_m2) {
    hs_pair_strips inner = {0}, outer = {0};
    double height = strip_height(a, count);
    hs_status status =
        hs_pair_strips_new(x_m, y_m, p->inner, p->inner_count, a->window->south, height, error, &inner);
    if (status == HS_OK)
        status =
            hs_pair_strips_new(x_m, y_m, p->outer, p->outer_count, a->window->south, height, error, &outer);
    if (status == HS_OK) {
        hs_count_pairs_within(&inner, &(hs_pair_bins){a->step_m, a->last, twice});
        if (a->edges == HS_PATTERN_BORDER)
            hs_count_pairs_between(&inner, &outer, &(hs_pair_bins){a->step_m, a->last, once});
        if (a->edges == HS_PATTERN_BORDER)
            status = add_bordered(a, p, &inner, &outer, &(hs_pair_bins){a->step_m, a->last, once}, error);
        else
            status = add_weighted(a, p, &inner, &outer, error);
    }
    if (status == HS_OK) {
        write_k(a, twice, once, count, k_m2);
        if (a->edges == HS_PATTERN_BORDER) status = divide_by_border(a, p, count, error, k_m2);
    }
    hs_pair_strips_done(&inner);
    hs_pair_strips_done(&outer);
    return status;
}

static hs_status check_steps(const hs_pattern_window *window, const hs_pattern_steps *steps,
                             hs_pattern_edges edges, hs_error *error) {
    if (!(steps->step_m > 0 && isfinite(steps->step_m)) || steps->count < 2 ||
        steps->count > HS_PATTERN_MOST_STEPS)
        return hs_error_set(error, HS_E_ARGUMENT, "K: takes 2 to %u distances, steps above 0 m",
                            HS_PATTERN_MOST_STEPS);
    double reach = steps->step_m * (steps->count - 1);
    if (edges == HS_PATTERN_TRANSLATION &&
        !(reach < fmin(window->east - window->west, window->north - window->south)))
        return hs_error_set(error, HS_E_ARGUMENT, "K: distances must be shorter than the window's sides");
    return HS_OK;
}

hs_status hs_k_window_new(const hs_pattern_window *window, const hs_pattern_steps *steps,
                          hs_pattern_edges edges, hs_error *error, hs_k_window *made) {
    *made = (hs_k_window){.window = window, .edges = edges};
    hs_status status = check_steps(window, steps, edges, error);
    if (status != HS_OK || edges != HS_PATTERN_TRANSLATION || window->rectangle) return status;
    return hs_set_covariance_new(window, steps->step_m * (steps->count - 1), error, &made->shifted);
}

void hs_k_window_done(hs_k_window *made) {
    hs_set_covariance_done(&made->shifted);
}

hs_status hs_k_in_window(const hs_k_window *in, const double *x_m, const double *y_m, uint32_t count,
                         const hs_pattern_steps *steps, hs_error *error, double *k_m2) {
    if (count < 2 || count > HS_PATTERN_MOST_POINTS)
        return hs_error_set(error, HS_E_ARGUMENT, "K: takes 2 to %u points", HS_PATTERN_MOST_POINTS);
    size_t bins = (size_t)steps->count + 1;
    adding a = {.window = in->window,
                .shifted = &in->shifted,
                .edges = in->edges,
                .step_m = steps->step_m,
                .last = steps->count - 1};
    parts p = {0};
    uint64_t *counts = calloc(2 * bins, sizeof *counts);
    a.sum = calloc(bins, sizeof *a.sum);
    a.ended = calloc(bins, sizeof *a.ended);
    a.once = counts ? counts + bins : NULL;
    hs_status status = counts && a.sum && a.ended ? hs_circles_new(in->window, error, &a.circles)
                                                  : hs_error_memory(error, "pairs of points");
    if (status == HS_OK) status = split(in->window, x_m, y_m, count, a.step_m * a.last, in->edges, error, &p);
    if (status == HS_OK) status = count_pairs(&a, &p, x_m, y_m, count, counts, counts + bins, error, k_m2);
    parts_done(&p);
    hs_circles_done(&a.circles);
    free(counts);
    free(a.sum);
    free(a.ended);
    return status;
}

hs_status hs_k_function(const hs_pattern_window *window, const double *x_m, const double *y_m, uint32_t count,
                        const hs_pattern_steps *steps, hs_pattern_edges edges, hs_error *error,
                        double *k_m2) {
    hs_k_window in;
    hs_status status = hs_k_window_new(window, steps, edges, error, &in);
    if (status == HS_OK) status = hs_k_in_window(&in, x_m, y_m, count, steps, error, k_m2);
    hs_k_window_done(&in);
    return status;
}
