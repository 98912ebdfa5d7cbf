/* OPTICS: places wait in a heap by reachability, the first of equal ones first. */
#include "statistics/point_links.h"

#include <math.h>
#include <stdlib.h>

typedef struct walk {
    const hs_point_links *links;
    double *core, *reach;  /* [places] */
    uint32_t *heap, *slot; /* slot: of a place in the heap, HS_NONE before, DONE after */
    uint32_t waiting;
} walk;

#define DONE (HS_NONE - 1)

static bool comes_before(const walk *w, uint32_t a, uint32_t b) {
    return w->reach[a] < w->reach[b] || (w->reach[a] == w->reach[b] && a < b);
}

static void put(walk *w, uint32_t at, uint32_t place) {
    w->heap[at] = place;
    w->slot[place] = at;
}

static void rise(walk *w, uint32_t at, uint32_t place) {
    for (; at > 0 && comes_before(w, place, w->heap[(at - 1) / 2]); at = (at - 1) / 2)
        put(w, at, w->heap[(at - 1) / 2]);
    put(w, at, place);
}

static uint32_t take_first(walk *w) {
    uint32_t top = w->heap[0];
    uint32_t last = w->heap[--w->waiting];
    uint32_t at = 0;
    for (uint32_t child = 1; child < w->waiting; child = 2 * at + 1) {
        if (child + 1 < w->waiting && comes_before(w, w->heap[child + 1], w->heap[child])) child++;
        if (!comes_before(w, w->heap[child], last)) break;
        put(w, at, w->heap[child]);
        at = child;
    }
    if (w->waiting > 0) put(w, at, last);
    w->slot[top] = DONE;
    return top;
}

static void reach_out(walk *w, uint32_t place) {
    const hs_point_links *l = w->links;
    if (!isfinite(w->core[place])) return;
    for (size_t k = l->first[place]; k < l->first[place + 1]; k++) {
        uint32_t other = l->neighbour[k];
        double reach = fmax(w->core[place], l->distance_m[k]);
        if (w->slot[other] == DONE || !(reach < w->reach[other])) continue;
        w->reach[other] = reach;
        if (w->slot[other] == HS_NONE) w->slot[other] = w->waiting++;
        rise(w, w->slot[other], other);
    }
}

static uint32_t take_place(const walk *w, uint32_t place, uint32_t at, uint32_t *order, double *reachability,
                           double *core) {
    const hs_point_links *l = w->links;
    for (uint32_t k = l->member_first[place]; k < l->member_first[place + 1]; k++) {
        uint32_t point = l->member[k];
        bool first = k == l->member_first[place];
        order[at++] = point;
        reachability[point] = first ? w->reach[place] : fmin(w->reach[place], w->core[place]);
        core[point] = w->core[place];
    }
    return at;
}

hs_status hs_optics(const hs_point_links *links, uint32_t min_points, hs_error *error, uint32_t *order,
                    double *reachability_m, double *core_m) {
    if (min_points < 1) return hs_error_set(error, HS_E_ARGUMENT, "optics: min-points is 1 or more");
    size_t n = (size_t)links->count + 1;
    walk w = {.links = links,
              .core = malloc(n * sizeof *w.core),
              .reach = malloc(n * sizeof *w.reach),
              .heap = malloc(n * sizeof *w.heap),
              .slot = malloc(n * sizeof *w.slot)};
    hs_status status =
        w.core && w.reach && w.heap && w.slot ? HS_OK : hs_error_memory(error, "the order of points");
    if (status == HS_OK) status = hs_core_distances(links, min_points, error, w.core);
    if (status == HS_OK) {
        for (uint32_t p = 0; p < links->count; p++) {
            w.reach[p] = INFINITY;
            w.slot[p] = HS_NONE;
        }
        uint32_t at = 0;
        for (uint32_t start = 0; start < links->count; start++) {
            if (w.slot[start] == DONE) continue;
            w.slot[start] = w.waiting++;
            rise(&w, w.slot[start], start);
            while (w.waiting > 0) {
                uint32_t place = take_first(&w);
                at = take_place(&w, place, at, order, reachability_m, core_m);
                reach_out(&w, place);
            }
        }
    }
    free(w.core);
    free(w.reach);
    free(w.heap);
    free(w.slot);
    return status;
}

hs_status hs_optics_cut(const uint32_t *order, const double *reachability_m, const double *core_m,
                        uint32_t count, double eps_m, hs_error *error, uint32_t *cluster, uint32_t *found) {
    if (!(eps_m > 0)) return hs_error_set(error, HS_E_ARGUMENT, "optics: eps is above 0 m");
    uint32_t clusters = 0;
    bool open = false;
    for (uint32_t k = 0; k < count; k++) {
        uint32_t point = order[k];
        bool begins = !(reachability_m[point] <= eps_m);
        if (begins) {
            open = core_m[point] <= eps_m;
            clusters += open;
        }
        cluster[point] = open ? clusters - 1 : HS_NONE;
    }
    *found = clusters;
    return HS_OK;
}
