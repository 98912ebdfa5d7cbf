/* The nearest-neighbour index, and simulations of complete spatial randomness in a window. */
#include "statistics/csr_envelope.h"
#include "statistics/k_function.h"
#include "statistics/kd_tree.h"
#include "statistics/pattern_window.h"

#include <hotspot/multiple_testing.h>
#include <stdlib.h>

static double nearest2_of(const hs_kd_tree *t, uint32_t i) {
    double best2 = INFINITY;
    uint32_t stack[HS_KD_DEPTH];
    uint32_t depth = 0;
    stack[depth++] = 0;
    while (depth > 0) {
        uint32_t number = stack[--depth];
        const hs_kd_node *node = &t->node[number];
        if (hs_kd_distance2(node, t->x[i], t->y[i]) >= best2) continue;
        if (node->right > 0) {
            bool right_first = hs_kd_distance2(&t->node[node->right], t->x[i], t->y[i]) <
                               hs_kd_distance2(&t->node[number + 1], t->x[i], t->y[i]);
            stack[depth++] = right_first ? number + 1 : node->right;
            stack[depth++] = right_first ? node->right : number + 1;
            continue;
        }
        for (uint32_t j = node->begin; j < node->end; j++) {
            double dx = t->x[j] - t->x[i], dy = t->y[j] - t->y[i];
            if (j != i) best2 = fmin(best2, dx * dx + dy * dy);
        }
    }
    return best2;
}

static hs_status mean_nearest(const double *x_m, const double *y_m, uint32_t count, hs_error *error,
                              double *mean_m) {
    hs_kd_tree tree;
    hs_status status = hs_kd_tree_new(x_m, y_m, count, error, &tree);
    if (status != HS_OK) return status;
    double sum = 0;
    for (uint32_t i = 0; i < count; i++)
        sum += sqrt(nearest2_of(&tree, i));
    hs_kd_tree_done(&tree);
    *mean_m = sum / count;
    return HS_OK;
}

hs_status hs_clark_evans_index(const hs_pattern_window *window, const double *x_m, const double *y_m,
                               uint32_t count, hs_error *error, hs_clark_evans *result) {
    if (count < 2)
        return hs_error_set(error, HS_E_ARGUMENT, "nearest-neighbour index: takes 2 points or more");
    for (uint32_t i = 0; i < count; i++)
        if (!isfinite(x_m[i]) || !isfinite(y_m[i]))
            return hs_error_set(error, HS_E_ARGUMENT, "point %u has no finite position", (unsigned)i);
    hs_clark_evans r = {.simulated_p = (double)NAN};
    hs_status status = mean_nearest(x_m, y_m, count, error, &r.mean_m);
    if (status != HS_OK) return status;
    double n = count, area = window->area_m2, density = n / area;
    r.expected_m = 0.5 / sqrt(density);
    r.index = r.mean_m / r.expected_m;
    double pi = 3.14159265358979323846;
    r.z = (r.mean_m - r.expected_m) / sqrt((4 - pi) / (4 * pi * n * density));
    r.p = hs_two_sided_p(r.z);
    r.corrected_index = r.corrected_z = r.corrected_p = (double)NAN;
    if (window->rectangle) {
        double expected = r.expected_m + (0.0514 + 0.0412 / sqrt(n)) * window->perimeter_m / n;
        double variance = 0.070 * area / (n * n) + 0.037 * window->perimeter_m * sqrt(area / pow(n, 5));
        r.corrected_index = r.mean_m / expected;
        r.corrected_z = (r.mean_m - expected) / sqrt(variance);
        r.corrected_p = hs_two_sided_p(r.corrected_z);
    }
    *result = r;
    return HS_OK;
}

typedef struct scattering {
    const hs_pattern_window *window;
    uint32_t count;
    const hs_pattern_steps *steps;
    const hs_k_window *in;
    bool nearest;
} scattering;

static void scatter_points(const scattering *s, hs_random *random, double *x, double *y) {
    const hs_pattern_window *w = s->window;
    for (uint32_t i = 0; i < s->count;) {
        x[i] = w->west + hs_random_uniform(random) * (w->east - w->west);
        y[i] = w->south + hs_random_uniform(random) * (w->north - w->south);
        i += hs_pattern_window_holds(w, x[i], y[i]);
    }
}

static hs_status scatter(const void *context, hs_random *random, hs_error *error, double *curve,
                         double *nearest_m) {
    const scattering *s = context;
    double *x = malloc(((size_t)s->count + 1) * 2 * sizeof *x);
    if (!x) return hs_error_memory(error, "simulations");
    double *y = x + s->count;
    scatter_points(s, random, x, y);
    hs_status status = hs_k_in_window(s->in, x, y, s->count, s->steps, error, curve);
    for (uint32_t k = 0; k < s->steps->count && status == HS_OK; k++)
        curve[k] = hs_l_of_k(curve[k]);
    if (status == HS_OK && s->nearest) status = mean_nearest(x, y, s->count, error, nearest_m);
    free(x);
    return status;
}

hs_status hs_csr_envelope(const hs_pattern_window *window, uint32_t count, const hs_pattern_steps *steps,
                          hs_pattern_edges edges, const double *observed_k_m2, const hs_csr_request *request,
                          struct hs_pool *pool, hs_error *error, hs_envelope *envelope,
                          hs_clark_evans *result) {
    double *observed = malloc((size_t)steps->count * sizeof *observed);
    if (!observed) return hs_error_memory(error, "simulations");
    for (uint32_t k = 0; k < steps->count; k++)
        observed[k] = hs_l_of_k(observed_k_m2[k]);
    hs_k_window in;
    hs_status status = hs_k_window_new(window, steps, edges, error, &in);
    scattering s = {window, count, steps, &in, result != NULL};
    hs_csr_work work = {scatter, &s, steps, observed, request, result ? result->mean_m : (double)NAN};
    if (status == HS_OK)
        status = hs_csr_simulate(&work, pool, error, envelope, result ? &result->simulated_p : NULL);
    hs_k_window_done(&in);
    free(observed);
    return status;
}
