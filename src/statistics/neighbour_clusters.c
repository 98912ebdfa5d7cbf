/* Nearest-neighbour clusters and their ellipses. */
#include "statistics/point_links.h"

#include <math.h>
#include <stdlib.h>

typedef struct seed {
    uint64_t points;
    double sum_m;
    uint32_t place;
} seed;

typedef struct choosing {
    const hs_point_links *links;
    uint32_t *taken; /* [places] the cluster, or HS_NONE */
    seed *heap;
    uint32_t waiting;
} choosing;

static bool comes_before(const seed *a, const seed *b) {
    if (a->points != b->points) return a->points > b->points;
    if (a->sum_m != b->sum_m) return a->sum_m < b->sum_m;
    return a->place < b->place;
}

static seed seed_at(const choosing *c, uint32_t place) {
    const hs_point_links *l = c->links;
    seed s = {hs_place_weight(l, place), 0, place};
    for (size_t k = l->first[place]; k < l->first[place + 1]; k++) {
        uint32_t other = l->neighbour[k];
        if (c->taken[other] != HS_NONE) continue;
        s.points += hs_place_weight(l, other);
        s.sum_m += l->distance_m[k] * hs_place_weight(l, other);
    }
    return s;
}

static void push(choosing *c, seed s) {
    uint32_t at = c->waiting++;
    for (; at > 0 && comes_before(&s, &c->heap[(at - 1) / 2]); at = (at - 1) / 2)
        c->heap[at] = c->heap[(at - 1) / 2];
    c->heap[at] = s;
}

static seed pop(choosing *c) {
    seed top = c->heap[0], last = c->heap[--c->waiting];
    uint32_t at = 0;
    for (uint32_t child = 1; child < c->waiting; child = 2 * at + 1) {
        if (child + 1 < c->waiting && comes_before(&c->heap[child + 1], &c->heap[child])) child++;
        if (!comes_before(&c->heap[child], &last)) break;
        c->heap[at] = c->heap[child];
        at = child;
    }
    c->heap[at] = last;
    return top;
}

/* Seeds only lose points: one that has lost some goes back to where it belongs now. */
static uint32_t choose(choosing *c, uint32_t min_points) {
    const hs_point_links *l = c->links;
    uint32_t found = 0;
    for (uint32_t p = 0; p < l->count; p++)
        push(c, seed_at(c, p));
    while (c->waiting > 0) {
        seed top = pop(c);
        if (c->taken[top.place] != HS_NONE) continue;
        seed now = seed_at(c, top.place);
        if (now.points < min_points) continue;
        if (now.points != top.points) {
            push(c, now);
            continue;
        }
        c->taken[top.place] = found;
        for (size_t k = l->first[top.place]; k < l->first[top.place + 1]; k++)
            if (c->taken[l->neighbour[k]] == HS_NONE) c->taken[l->neighbour[k]] = found;
        found++;
    }
    return found;
}

hs_status hs_nearest_neighbour_clusters(const double *x_m, const double *y_m, uint32_t count,
                                        double threshold_m, uint32_t min_points, hs_error *error,
                                        uint32_t *cluster, uint32_t *found) {
    if (min_points < 2)
        return hs_error_set(error, HS_E_ARGUMENT, "nearest-neighbour clusters: min-points is 2 or more");
    hs_point_links *links;
    hs_status status = hs_point_links_planar(x_m, y_m, count, threshold_m, error, &links);
    if (status != HS_OK) return status;
    choosing c = {.links = links,
                  .taken = malloc(((size_t)links->count + 1) * sizeof *c.taken),
                  .heap = malloc(((size_t)links->count + 1) * sizeof *c.heap)};
    if (c.taken && c.heap) {
        for (uint32_t p = 0; p < links->count; p++)
            c.taken[p] = HS_NONE;
        *found = choose(&c, min_points);
        for (uint32_t i = 0; i < count; i++)
            cluster[i] = c.taken[links->place[i]];
    } else {
        status = hs_error_memory(error, "nearest-neighbour clusters");
    }
    free(c.taken);
    free(c.heap);
    hs_point_links_free(links);
    return status;
}

double hs_random_neighbour_m(double area_m2, double count) {
    return 0.5 * sqrt(area_m2 / count);
}

hs_deviation_ellipse hs_standard_ellipse(const double *x_m, const double *y_m, const uint32_t *points,
                                         uint32_t count) {
    hs_deviation_ellipse e = {0};
    double xx = 0, yy = 0, xy = 0;
    for (uint32_t k = 0; k < count; k++) {
        uint32_t i = points ? points[k] : k;
        e.x_m += x_m[i] / count;
        e.y_m += y_m[i] / count;
    }
    for (uint32_t k = 0; k < count; k++) {
        uint32_t i = points ? points[k] : k;
        double dx = x_m[i] - e.x_m, dy = y_m[i] - e.y_m;
        xx += dx * dx / count;
        yy += dy * dy / count;
        xy += dx * dy / count;
    }
    double middle = (xx + yy) / 2, half = hypot((xx - yy) / 2, xy);
    e.major_m = sqrt(middle + half);
    e.minor_m = sqrt(fmax(middle - half, 0));
    double angle = half > 0 ? 0.5 * atan2(2 * xy, xx - yy) * (180 / 3.14159265358979323846) : 0;
    e.angle_deg = angle < 0 ? angle + 180 : angle;
    return e;
}
