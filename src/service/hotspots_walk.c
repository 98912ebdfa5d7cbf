#include "service/hotspots_walk.h"

#include <math.h>
#include <stdlib.h>

static void push(hs_segment_walk *w, double way_m, uint32_t node) {
    uint32_t at = w->heap_count++;
    for (; at > 0 && w->heap[(at - 1) / 2].way_m > way_m; at = (at - 1) / 2)
        w->heap[at] = w->heap[(at - 1) / 2];
    w->heap[at] = (struct hs_segment_visit){way_m, node};
}

static struct hs_segment_visit pop(hs_segment_walk *w) {
    struct hs_segment_visit top = w->heap[0];
    struct hs_segment_visit last = w->heap[--w->heap_count];
    uint32_t at = 0;
    for (uint32_t child; (child = 2 * at + 1) < w->heap_count; at = child) {
        if (child + 1 < w->heap_count && w->heap[child + 1].way_m < w->heap[child].way_m) child++;
        if (w->heap[child].way_m >= last.way_m) break;
        w->heap[at] = w->heap[child];
    }
    w->heap[at] = last;
    return top;
}

static void reach_node(hs_segment_walk *w, uint32_t node, double way_m) {
    if (way_m > w->reach_m || way_m >= w->node_m[node]) return;
    if (isinf(w->node_m[node])) w->touched[w->touched_count++] = node;
    w->node_m[node] = way_m;
    push(w, way_m, node);
}

static void reach_segment(hs_segment_walk *w, uint32_t segment, double way_m) {
    if (way_m > w->reach_m || way_m >= w->segment_m[segment]) return;
    if (isinf(w->segment_m[segment])) w->found[w->found_count++] = segment;
    w->segment_m[segment] = way_m;
}

void hs_segment_walk_from(hs_segment_walk *w, uint32_t start, double reach_m) {
    const hs_segments *g = w->segments;
    w->reach_m = reach_m;
    w->touched_count = w->found_count = w->heap_count = 0;
    double half = (double)g->length_m[start] / 2;
    w->segment_m[start] = 0;
    w->found[w->found_count++] = start;
    reach_node(w, g->from_node[start], half);
    reach_node(w, g->to_node[start], half);
    while (w->heap_count > 0) {
        struct hs_segment_visit at = pop(w);
        if (at.way_m > w->node_m[at.node]) continue;
        for (uint32_t k = g->node_first[at.node]; k < g->node_first[at.node + 1]; k++) {
            uint32_t s = g->node_segment[k];
            double length = (double)g->length_m[s];
            reach_segment(w, s, at.way_m + length / 2);
            reach_node(w, g->from_node[s] == at.node ? g->to_node[s] : g->from_node[s], at.way_m + length);
        }
    }
}

void hs_segment_walk_meet(hs_segment_walk *w, uint32_t start) {
    const hs_segments *g = w->segments;
    const uint32_t ends[2] = {g->from_node[start], g->to_node[start]};
    w->reach_m = 0;
    w->found_count = w->touched_count = 0;
    for (int e = 0; e < 2; e++)
        for (uint32_t k = g->node_first[ends[e]]; k < g->node_first[ends[e] + 1]; k++)
            reach_segment(w, g->node_segment[k], 0);
}

bool hs_segment_walk_init(hs_segment_walk *w) {
    const hs_segments *g = w->segments;
    size_t nodes = (size_t)g->node_count + 1, segments = (size_t)g->count + 1;
    w->node_m = malloc(nodes * sizeof *w->node_m);
    w->touched = malloc(nodes * sizeof *w->touched);
    w->heap = malloc((2 * segments + nodes) * sizeof *w->heap);
    w->segment_m = malloc(segments * sizeof *w->segment_m);
    w->found = malloc(segments * sizeof *w->found);
    if (!w->node_m || !w->touched || !w->heap || !w->segment_m || !w->found) return false;
    for (size_t i = 0; i < nodes; i++)
        w->node_m[i] = INFINITY;
    for (size_t i = 0; i < segments; i++)
        w->segment_m[i] = INFINITY;
    return true;
}

void hs_segment_walk_done(hs_segment_walk *w) {
    free(w->node_m);
    free(w->touched);
    free(w->heap);
    free(w->segment_m);
    free(w->found);
}

void hs_segment_walk_clear(hs_segment_walk *w) {
    for (uint32_t k = 0; k < w->found_count; k++)
        w->segment_m[w->found[k]] = INFINITY;
    for (uint32_t k = 0; k < w->touched_count; k++)
        w->node_m[w->touched[k]] = INFINITY;
    w->found_count = w->touched_count = 0;
}
