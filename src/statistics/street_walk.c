#include "statistics/street_walk.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct hs_street_visit {
    double distance_m;
    uint32_t node;
} visit;

static hs_status check(const hs_street_net *net, const hs_street_places *points, hs_error *error) {
    for (uint32_t s = 0; s < net->segment_count; s++)
        if (net->from[s] >= net->node_count || net->to[s] >= net->node_count ||
            !(net->length_m[s] >= 0 && isfinite(net->length_m[s])))
            return hs_error_set(error, HS_E_ARGUMENT, "streets: segment %u has wrong nodes or no length",
                                (unsigned)s);
    for (uint32_t i = 0; i < points->count; i++) {
        uint32_t s = points->segment[i];
        if (s >= net->segment_count || !(points->along_m[i] >= 0 && points->along_m[i] <= net->length_m[s]))
            return hs_error_set(error, HS_E_ARGUMENT, "streets: point %u lies on no segment", (unsigned)i);
    }
    return HS_OK;
}

static void to_starts(uint32_t *first, uint32_t count) {
    for (uint32_t k = 0; k < count; k++)
        first[k + 1] += first[k];
}

static void index_nodes(const hs_street_net *net, hs_street_index *index) {
    for (uint32_t s = 0; s < net->segment_count; s++) {
        index->node_first[net->from[s] + 1]++;
        index->node_first[net->to[s] + 1]++;
        index->total_m += net->length_m[s];
    }
    to_starts(index->node_first, net->node_count);
    for (uint32_t s = 0; s < net->segment_count; s++) {
        index->node_segment[index->node_first[net->from[s]]++] = s;
        index->node_segment[index->node_first[net->to[s]]++] = s;
    }
    memmove(index->node_first + 1, index->node_first, net->node_count * sizeof *index->node_first);
    index->node_first[0] = 0;
}

typedef struct placed {
    double along_m;
    uint32_t segment, point;
} placed;

static int along_streets(const void *left, const void *right) {
    const placed *a = left;
    const placed *b = right;
    if (a->segment != b->segment) return a->segment < b->segment ? -1 : 1;
    if (a->along_m != b->along_m) return a->along_m < b->along_m ? -1 : 1;
    return (a->point > b->point) - (a->point < b->point);
}

static void index_points(const hs_street_places *points, placed *order, hs_street_index *index) {
    for (uint32_t i = 0; i < points->count; i++)
        order[i] = (placed){points->along_m[i], points->segment[i], i};
    qsort(order, points->count, sizeof *order, along_streets);
    for (uint32_t i = 0; i < points->count; i++) {
        index->point[i] = order[i].point;
        index->along_m[i] = order[i].along_m;
        index->point_first[order[i].segment + 1]++;
    }
    to_starts(index->point_first, index->net->segment_count);
}

hs_status hs_street_index_new(const hs_street_net *net, const hs_street_places *points, hs_error *error,
                              hs_street_index *index) {
    hs_status status = check(net, points, error);
    if (status != HS_OK) return status;
    hs_street_index made = {.net = net,
                            .node_first = calloc((size_t)net->node_count + 2, sizeof *made.node_first),
                            .node_segment =
                                malloc(((size_t)net->segment_count + 1) * 2 * sizeof *made.node_segment),
                            .point_first = calloc((size_t)net->segment_count + 2, sizeof *made.point_first),
                            .point = malloc(((size_t)points->count + 1) * sizeof *made.point),
                            .along_m = malloc(((size_t)points->count + 1) * sizeof *made.along_m)};
    placed *order = malloc(((size_t)points->count + 1) * sizeof *order);
    if (made.node_first && made.node_segment && made.point_first && made.point && made.along_m && order) {
        index_nodes(net, &made);
        index_points(points, order, &made);
        *index = made;
    } else {
        hs_street_index_done(&made);
        status = hs_error_memory(error, "streets");
    }
    free(order);
    return status;
}

void hs_street_index_done(hs_street_index *index) {
    free(index->node_first);
    free(index->node_segment);
    free(index->point_first);
    free(index->point);
    free(index->along_m);
    *index = (hs_street_index){0};
}

bool hs_street_walk_new(const hs_street_index *index, hs_street_walk *walk) {
    const hs_street_net *net = index->net;
    *walk = (hs_street_walk){.index = index,
                             .distance_m = malloc(((size_t)net->node_count + 1) * sizeof *walk->distance_m),
                             .reached = malloc(((size_t)net->node_count + 1) * sizeof *walk->reached),
                             .segment = malloc(((size_t)net->segment_count + 1) * sizeof *walk->segment),
                             .listed = calloc((size_t)net->segment_count + 1, sizeof *walk->listed)};
    if (!walk->distance_m || !walk->reached || !walk->segment || !walk->listed) {
        hs_street_walk_done(walk);
        return false;
    }
    for (uint32_t v = 0; v < net->node_count; v++)
        walk->distance_m[v] = INFINITY;
    return true;
}

void hs_street_walk_done(hs_street_walk *walk) {
    free(walk->distance_m);
    free(walk->reached);
    free(walk->segment);
    free(walk->listed);
    free(walk->heap);
    *walk = (hs_street_walk){0};
}

static bool push(hs_street_walk *w, double distance_m, uint32_t node) {
    if (!(distance_m < w->distance_m[node])) return true;
    if (w->waiting == w->capacity) {
        size_t capacity = w->capacity > 0 ? 2 * w->capacity : 1024;
        visit *heap = realloc(w->heap, capacity * sizeof *heap);
        if (!heap) return false;
        w->heap = heap;
        w->capacity = capacity;
    }
    if (isinf(w->distance_m[node])) w->reached[w->reached_count++] = node;
    w->distance_m[node] = distance_m;
    size_t at = w->waiting++;
    for (; at > 0 && w->heap[(at - 1) / 2].distance_m > distance_m; at = (at - 1) / 2)
        w->heap[at] = w->heap[(at - 1) / 2];
    w->heap[at] = (visit){distance_m, node};
    return true;
}

static visit pop(hs_street_walk *w) {
    visit top = w->heap[0], last = w->heap[--w->waiting];
    size_t at = 0;
    for (size_t child = 1; child < w->waiting; child = 2 * at + 1) {
        if (child + 1 < w->waiting && w->heap[child + 1].distance_m < w->heap[child].distance_m) child++;
        if (w->heap[child].distance_m >= last.distance_m) break;
        w->heap[at] = w->heap[child];
        at = child;
    }
    w->heap[at] = last;
    return top;
}

static void touch(hs_street_walk *w, uint32_t segment) {
    if (w->listed[segment]) return;
    w->listed[segment] = 1;
    w->segment[w->segment_count++] = segment;
}

bool hs_street_walk_from(hs_street_walk *walk, uint32_t segment, double along_m, double reach_m) {
    const hs_street_index *index = walk->index;
    const hs_street_net *net = index->net;
    double rest_m = net->length_m[segment] - along_m;
    touch(walk, segment);
    bool good = along_m > reach_m || push(walk, along_m, net->from[segment]);
    if (good && rest_m <= reach_m) good = push(walk, rest_m, net->to[segment]);
    while (good && walk->waiting > 0) {
        visit at = pop(walk);
        if (at.distance_m > walk->distance_m[at.node]) continue;
        for (uint32_t k = index->node_first[at.node]; good && k < index->node_first[at.node + 1]; k++) {
            uint32_t s = index->node_segment[k];
            touch(walk, s);
            double there_m = at.distance_m + net->length_m[s];
            if (there_m > reach_m) continue;
            good = push(walk, there_m, net->from[s] == at.node ? net->to[s] : net->from[s]);
        }
    }
    return good;
}

void hs_street_walk_clear(hs_street_walk *walk) {
    for (uint32_t k = 0; k < walk->reached_count; k++)
        walk->distance_m[walk->reached[k]] = INFINITY;
    for (uint32_t k = 0; k < walk->segment_count; k++)
        walk->listed[walk->segment[k]] = 0;
    walk->reached_count = walk->segment_count = 0;
    walk->waiting = 0;
}

double hs_street_walk_to(const hs_street_walk *walk, uint32_t start, double start_m, uint32_t segment,
                         double along_m) {
    const hs_street_net *net = walk->index->net;
    double by_from = walk->distance_m[net->from[segment]] + along_m;
    double by_to = walk->distance_m[net->to[segment]] + (net->length_m[segment] - along_m);
    double best = fmin(by_from, by_to);
    return segment == start ? fmin(best, fabs(along_m - start_m)) : best;
}
