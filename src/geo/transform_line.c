#include "geo/transform_line.h"

#include <math.h>

/* BEND: of linear interpolation over a span the error is at most an eighth of the second difference; twice
 * that, for its change within the span, is a thousandth of a step where it is 5e-4 of the span. */
enum { STEP = 8, MOST_NODES = 600 };
#define BEND 5e-4

typedef struct nodes {
    size_t count;
    double x[MOST_NODES], y[MOST_NODES];
} nodes;

static bool is_straight_at(const nodes *n, size_t k, double span) {
    double bend = hypot(n->x[k - 1] - 2 * n->x[k] + n->x[k + 1], n->y[k - 1] - 2 * n->y[k] + n->y[k + 1]);
    return bend <= BEND * span; /* false where one of them is no place */
}

/* Whether the span behind node k is as good as straight, seen from both of its ends. */
static bool is_straight(const nodes *n, size_t k) {
    double span = hypot(n->x[k + 1] - n->x[k], n->y[k + 1] - n->y[k]);
    if (!isfinite(span) || n->count < 3) return false;
    return (k == 0 || is_straight_at(n, k, span)) && (k + 2 == n->count || is_straight_at(n, k + 1, span));
}

static void interpolate(const nodes *n, size_t k, double *x, double *y) {
    for (int i = 0; i < STEP; i++) {
        double share = i / (double)STEP;
        x[i] = n->x[k] + share * (n->x[k + 1] - n->x[k]);
        y[i] = n->y[k] + share * (n->y[k + 1] - n->y[k]);
    }
}

void hs_transform_line(hs_transform *transform, double *x, double *y, size_t count) {
    nodes n = {.count = count > 0 ? (count - 1) / STEP + 1 : 0};
    if (n.count < 3 || n.count > MOST_NODES) {
        (void)hs_transform_forward(transform, x, y, count);
        return;
    }
    for (size_t k = 0; k < n.count; k++) {
        n.x[k] = x[k * STEP];
        n.y[k] = y[k * STEP];
    }
    (void)hs_transform_forward(transform, n.x, n.y, n.count);
    for (size_t k = 0; k + 1 < n.count; k++) {
        if (is_straight(&n, k))
            interpolate(&n, k, x + k * STEP, y + k * STEP);
        else
            (void)hs_transform_forward(transform, x + k * STEP, y + k * STEP, STEP);
    }
    size_t tail = (n.count - 1) * STEP;
    (void)hs_transform_forward(transform, x + tail, y + tail, count - tail);
}
