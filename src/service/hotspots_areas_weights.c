/* Who is a neighbour of whom among units of analysis. */
#include "service/hotspots_areas.h"

#include <hotspot/kernel.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static double quartic(const void *context, double distance_m) {
    double r = distance_m / *(const double *)context;
    return hs_kernel_profile(HS_KERNEL_QUARTIC, r * r);
}

/* One search from a segment's middle: nodes with the way to them, nearest first. */
typedef struct walk {
    const hs_segments *segments;
    const uint32_t *area_of; /* [segments] row among the areas, HS_NONE */
    double reach_m;
    double *node_m; /* [nodes] INFINITY where not reached */
    uint32_t *touched, touched_count;
    struct heap_entry {
        double way_m;
        uint32_t node;
    } * heap;
    uint32_t heap_count;
    double *segment_m; /* [segments] to its middle */
    uint32_t *found, found_count;
} walk;

static void push(walk *w, double way_m, uint32_t node) {
    uint32_t at = w->heap_count++;
    for (; at > 0 && w->heap[(at - 1) / 2].way_m > way_m; at = (at - 1) / 2)
        w->heap[at] = w->heap[(at - 1) / 2];
    w->heap[at] = (struct heap_entry){way_m, node};
}

static struct heap_entry pop(walk *w) {
    struct heap_entry top = w->heap[0];
    struct heap_entry last = w->heap[--w->heap_count];
    uint32_t at = 0;
    for (uint32_t child; (child = 2 * at + 1) < w->heap_count; at = child) {
        if (child + 1 < w->heap_count && w->heap[child + 1].way_m < w->heap[child].way_m) child++;
        if (w->heap[child].way_m >= last.way_m) break;
        w->heap[at] = w->heap[child];
    }
    w->heap[at] = last;
    return top;
}

static void reach_node(walk *w, uint32_t node, double way_m) {
    if (way_m > w->reach_m || way_m >= w->node_m[node]) return;
    if (isinf(w->node_m[node])) w->touched[w->touched_count++] = node;
    w->node_m[node] = way_m;
    push(w, way_m, node);
}

static void reach_segment(walk *w, uint32_t segment, double way_m) {
    if (way_m > w->reach_m || way_m >= w->segment_m[segment]) return;
    if (isinf(w->segment_m[segment])) w->found[w->found_count++] = segment;
    w->segment_m[segment] = way_m;
}

static void walk_from(walk *w, uint32_t start) {
    const hs_segments *g = w->segments;
    w->touched_count = w->found_count = w->heap_count = 0;
    double half = (double)g->length_m[start] / 2;
    w->segment_m[start] = 0;
    w->found[w->found_count++] = start;
    reach_node(w, g->from_node[start], half);
    reach_node(w, g->to_node[start], half);
    while (w->heap_count > 0) {
        struct heap_entry at = pop(w);
        if (at.way_m > w->node_m[at.node]) continue;
        for (uint32_t k = g->node_first[at.node]; k < g->node_first[at.node + 1]; k++) {
            uint32_t s = g->node_segment[k];
            double length = (double)g->length_m[s];
            reach_segment(w, s, at.way_m + length / 2);
            reach_node(w, g->from_node[s] == at.node ? g->to_node[s] : g->from_node[s], at.way_m + length);
        }
    }
}

static int ascending(const void *left, const void *right) {
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return (a > b) - (a < b);
}

/* Rows that grow as they are filled. */
typedef struct rows {
    uint32_t *first, *neighbour;
    float *way_m; /* or NULL where ways are not wanted */
    bool wants_ways;
    size_t capacity;
    uint32_t links;
} rows;

static bool add_neighbour(rows *r, uint32_t j) {
    if (r->links == r->capacity) {
        size_t capacity = r->capacity > 0 ? 2 * r->capacity : 4096;
        uint32_t *grown =
            capacity <= (size_t)1 << 28 ? realloc(r->neighbour, capacity * sizeof *grown) : NULL;
        if (!grown) return false;
        r->neighbour = grown;
        float *ways = r->wants_ways ? realloc(r->way_m, capacity * sizeof *ways) : NULL;
        if (r->wants_ways && !ways) return false;
        r->way_m = ways;
        r->capacity = capacity;
    }
    r->neighbour[r->links++] = j;
    return true;
}

/* Adds what was found to its row; segments stand in the order of areas, so that ways keep beside them. */
static bool take_row(walk *w, rows *r, uint32_t own) {
    bool good = true;
    uint32_t begin = r->links;
    if (r->wants_ways) qsort(w->found, w->found_count, sizeof *w->found, ascending);
    for (uint32_t k = 0; k < w->found_count; k++) {
        uint32_t j = w->area_of[w->found[k]];
        float way_m = (float)w->segment_m[w->found[k]];
        w->segment_m[w->found[k]] = INFINITY;
        if (j == HS_NONE || j == own) continue;
        good = good && add_neighbour(r, j);
        if (good && r->wants_ways) r->way_m[r->links - 1] = way_m;
    }
    for (uint32_t k = 0; k < w->touched_count; k++)
        w->node_m[w->touched[k]] = INFINITY;
    if (!r->wants_ways && r->links > begin)
        qsort(r->neighbour + begin, r->links - begin, sizeof *r->neighbour, ascending);
    return good;
}

/* A junction only: segments that share a node. */
static void meet_at_nodes(walk *w, uint32_t start) {
    const hs_segments *g = w->segments;
    const uint32_t ends[2] = {g->from_node[start], g->to_node[start]};
    w->found_count = w->touched_count = 0;
    for (int e = 0; e < 2; e++)
        for (uint32_t k = g->node_first[ends[e]]; k < g->node_first[ends[e] + 1]; k++)
            reach_segment(w, g->node_segment[k], 0);
}

static bool walk_init(walk *w) {
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

static void walk_done(walk *w) {
    free(w->node_m);
    free(w->touched);
    free(w->heap);
    free(w->segment_m);
    free(w->found);
}

/* Area by segment, HS_NONE; NULL when memory is out. */
static uint32_t *areas_of_segments(const hs_snapshot *snapshot, const hs_areas *areas) {
    uint32_t count = snapshot->geography->segments.count;
    uint32_t *area_of = malloc(((size_t)count + 1) * sizeof *area_of);
    for (uint32_t s = 0; area_of && s < count; s++)
        area_of[s] = HS_NONE;
    for (uint32_t i = 0; area_of && i < areas->count; i++)
        area_of[areas->segment[i]] = i;
    return area_of;
}

hs_status hs_street_ways(const hs_snapshot *snapshot, const hs_areas *areas, double reach_m, hs_error *error,
                         hs_street_reach *reach) {
    walk w = {.segments = &snapshot->geography->segments, .reach_m = reach_m};
    rows r = {.first = calloc((size_t)areas->count + 1, sizeof *r.first), .wants_ways = true};
    uint32_t *area_of = areas_of_segments(snapshot, areas);
    w.area_of = area_of;
    bool good = area_of && r.first && walk_init(&w) && add_neighbour(&r, 0);
    r.links = 0;
    for (uint32_t i = 0; good && i < areas->count; i++) {
        r.first[i] = r.links;
        walk_from(&w, areas->segment[i]);
        good = take_row(&w, &r, i);
    }
    if (good) r.first[areas->count] = r.links;
    walk_done(&w);
    free(area_of);
    *reach = (hs_street_reach){r.first, r.neighbour, r.way_m};
    if (good) return HS_OK;
    hs_street_reach_done(reach);
    return hs_error_memory(error, "ways along the streets");
}

void hs_street_reach_done(hs_street_reach *reach) {
    free(reach->first);
    free(reach->link);
    free(reach->way_m);
    *reach = (hs_street_reach){0};
}

hs_status hs_street_weights(const hs_snapshot *snapshot, const hs_areas_request *request,
                            const hs_areas *areas, hs_error *error, hs_weights **weights) {
    walk w = {.segments = &snapshot->geography->segments};
    bool network = request->neighbours == HS_NEIGHBOURS_NETWORK;
    w.reach_m = network ? request->distance_m : 1;
    uint32_t *area_of = areas_of_segments(snapshot, areas);
    rows r = {.first = calloc((size_t)areas->count + 1, sizeof *r.first)};
    bool good = area_of && r.first && walk_init(&w) && add_neighbour(&r, 0);
    r.links = 0;
    w.area_of = area_of;
    for (uint32_t i = 0; good && i < areas->count; i++) {
        r.first[i] = r.links;
        if (network)
            walk_from(&w, areas->segment[i]);
        else
            meet_at_nodes(&w, areas->segment[i]);
        good = take_row(&w, &r, i);
    }
    if (good) r.first[areas->count] = r.links;
    hs_status status =
        good ? hs_weights_new(areas->count, r.first, r.neighbour, NULL, 1, request->style, error, weights)
             : hs_error_memory(error, "spatial weights");
    walk_done(&w);
    free(area_of);
    free(r.first);
    free(r.neighbour);
    return status;
}

hs_status hs_areas_weights(const hs_snapshot *snapshot, const hs_areas_request *request,
                           const hs_areas *areas, hs_error *error, hs_weights **weights) {
    hs_contiguity contiguity =
        request->neighbours == HS_NEIGHBOURS_ROOK ? HS_CONTIGUITY_ROOK : HS_CONTIGUITY_QUEEN;
    switch (request->neighbours) {
    case HS_NEIGHBOURS_KNN:
        return hs_weights_nearest(areas->x_m, areas->y_m, areas->count, request->nearest, request->style,
                                  error, weights);
    case HS_NEIGHBOURS_BAND:
        return hs_weights_band(areas->x_m, areas->y_m, areas->count, request->distance_m, request->style,
                               error, weights);
    case HS_NEIGHBOURS_KERNEL:
        return hs_weights_decay(areas->x_m, areas->y_m, areas->count, request->distance_m, quartic,
                                &request->distance_m, request->style, error, weights);
    case HS_NEIGHBOURS_NETWORK:
        return hs_street_weights(snapshot, request, areas, error, weights);
    default:
        break;
    }
    if (areas->segment) return hs_street_weights(snapshot, request, areas, error, weights);
    if (areas->column) return hs_grid_weights(request, areas, error, weights);
    return hs_weights_contiguity(areas->geometry, areas->count, contiguity, HS_HOTSPOT_GAP_M, request->style,
                                 error, weights);
}
