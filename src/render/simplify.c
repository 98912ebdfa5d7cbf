#include "render/mvt_private.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Square of the distance from p to the piece a-b. Built from differences only, so that a line gives the same
 * answer in every tile it passes through. */
static double piece_distance2(hs_mercator p, hs_mercator a, hs_mercator b) {
    double dx = (double)b.x - (double)a.x;
    double dy = (double)b.y - (double)a.y;
    double px = (double)p.x - (double)a.x;
    double py = (double)p.y - (double)a.y;
    double length2 = dx * dx + dy * dy;
    double along = length2 > 0.0 ? (px * dx + py * dy) / length2 : 0.0;
    if (along < 0.0) along = 0.0;
    if (along > 1.0) along = 1.0;
    px -= along * dx;
    py -= along * dy;
    return px * px + py * py;
}

void hs_simplify(const hs_mercator *points, uint32_t count, double tolerance, uint32_t *stack,
                 uint8_t *kept) {
    if (tolerance <= 0.0 || count <= 2) {
        memset(kept, 1, count);
        return;
    }
    memset(kept, 0, count);
    kept[0] = 1;
    kept[count - 1] = 1;
    stack[0] = 0;
    stack[1] = count - 1;
    for (size_t depth = 2; depth > 0;) {
        depth -= 2;
        uint32_t first = stack[depth];
        uint32_t last = stack[depth + 1];
        double farthest2 = tolerance * tolerance;
        uint32_t split = 0;
        for (uint32_t i = first + 1; i < last; i++) {
            double distance2 = piece_distance2(points[i], points[first], points[last]);
            if (distance2 > farthest2) {
                farthest2 = distance2;
                split = i;
            }
        }
        if (split == 0) continue;
        kept[split] = 1;
        stack[depth] = first;
        stack[depth + 1] = split;
        stack[depth + 2] = split;
        stack[depth + 3] = last;
        depth += 4;
    }
}

static int64_t turn(hs_cell a, hs_cell b, hs_cell c) {
    return ((int64_t)b.x - a.x) * ((int64_t)c.y - a.y) - ((int64_t)b.y - a.y) * ((int64_t)c.x - a.x);
}

static bool crosses(hs_cell a, hs_cell b, hs_cell c, hs_cell d) {
    int64_t abc = turn(a, b, c);
    int64_t abd = turn(a, b, d);
    int64_t cda = turn(c, d, a);
    int64_t cdb = turn(c, d, b);
    return ((abc > 0 && abd < 0) || (abc < 0 && abd > 0)) && ((cda > 0 && cdb < 0) || (cda < 0 && cdb > 0));
}

typedef struct edge_order {
    const hs_cell *ring;
    uint32_t count;
} edge_order;

static hs_cell next_cell(const hs_cell *ring, uint32_t count, uint32_t i) {
    return ring[i + 1 < count ? i + 1 : 0];
}

static int32_t edge_min_x(const hs_cell *ring, uint32_t count, uint32_t i) {
    int32_t a = ring[i].x;
    int32_t b = next_cell(ring, count, i).x;
    return a < b ? a : b;
}

static int32_t edge_max_x(const hs_cell *ring, uint32_t count, uint32_t i) {
    int32_t a = ring[i].x;
    int32_t b = next_cell(ring, count, i).x;
    return a > b ? a : b;
}

static int compare_edges(const void *a, const void *b, void *context) {
    const edge_order *order = context;
    uint32_t i = *(const uint32_t *)a;
    uint32_t k = *(const uint32_t *)b;
    int32_t x = edge_min_x(order->ring, order->count, i);
    int32_t y = edge_min_x(order->ring, order->count, k);
    if (x != y) return x < y ? -1 : 1;
    return i < k ? -1 : i > k;
}

/* Edges sorted by their western end: only those whose x ranges meet are compared. */
bool hs_ring_crosses(const hs_cell *ring, uint32_t count, uint32_t *order) {
    if (count < 4) return false;
    edge_order context = {ring, count};
    for (uint32_t i = 0; i < count; i++)
        order[i] = i;
    qsort_r(order, count, sizeof *order, compare_edges, &context);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t e = order[i];
        int32_t east = edge_max_x(ring, count, e);
        for (uint32_t k = i + 1; k < count && edge_min_x(ring, count, order[k]) <= east; k++) {
            uint32_t f = order[k];
            if (crosses(ring[e], next_cell(ring, count, e), ring[f], next_cell(ring, count, f))) return true;
        }
    }
    return false;
}
