#include "render/snap_round_private.h"

#include <stdlib.h>

/* Half edge 2e runs from edges[e].a to .b, 2e + 1 the other way. */
typedef struct graph {
    const hs_noded_edge *edges;
    uint32_t half_count, node_count;
    hs_cell *node;
    uint32_t *origin;      /* [half] node */
    uint32_t *around;      /* half edges by node, in each by angle */
    uint32_t *place;       /* [half] where it stands in around */
    uint32_t *first;       /* [node + 1] into around */
    int32_t *left;         /* [half] how often rings wind around the points on its left */
    uint8_t *known, *done; /* [half] */
} graph;

static hs_cell start_of(const graph *g, uint32_t half) {
    const hs_noded_edge *e = &g->edges[half / 2];
    return half % 2 ? e->b : e->a;
}

static hs_cell end_of(const graph *g, uint32_t half) {
    return start_of(g, half ^ 1u);
}

static int32_t turns_of(const graph *g, uint32_t half) {
    int32_t turns = g->edges[half / 2].turns;
    return half % 2 ? -turns : turns;
}

/* Angles start just behind straight down (x = 0, y < 0) and end there. */
static int half_plane(int64_t dx, int64_t dy) {
    return dx > 0 || (dx == 0 && dy > 0) ? 0 : 1;
}

static int compare_halves(const void *a, const void *b, void *context) {
    const graph *g = context;
    uint32_t h = *(const uint32_t *)a;
    uint32_t k = *(const uint32_t *)b;
    hs_cell o = start_of(g, h);
    int order = hs_cells_compare(o, start_of(g, k));
    if (order) return order;
    hs_cell p = end_of(g, h);
    hs_cell q = end_of(g, k);
    int hp = half_plane((int64_t)p.x - o.x, (int64_t)p.y - o.y);
    int kp = half_plane((int64_t)q.x - o.x, (int64_t)q.y - o.y);
    if (hp != kp) return hp - kp;
    int64_t turn = hs_cell_turn(o, p, q);
    return turn > 0 ? -1 : turn < 0;
}

static bool make_graph(graph *g, const hs_noded_edge *edges, uint32_t count, hs_arena *arena) {
    g->edges = edges;
    g->half_count = 2 * count;
    size_t halves = (size_t)g->half_count + 1;
    g->node = hs_arena_alloc(arena, halves * sizeof *g->node);
    g->origin = hs_arena_alloc(arena, halves * sizeof *g->origin);
    g->around = hs_arena_alloc(arena, halves * sizeof *g->around);
    g->place = hs_arena_alloc(arena, halves * sizeof *g->place);
    g->first = hs_arena_alloc(arena, (halves + 1) * sizeof *g->first);
    g->left = hs_arena_array(arena, halves, sizeof *g->left);
    g->known = hs_arena_array(arena, halves, sizeof *g->known);
    g->done = hs_arena_array(arena, halves, sizeof *g->done);
    if (!g->node || !g->origin || !g->around || !g->place || !g->first || !g->left || !g->known || !g->done)
        return false;
    for (uint32_t h = 0; h < g->half_count; h++)
        g->around[h] = h;
    qsort_r(g->around, g->half_count, sizeof *g->around, compare_halves, g);
    for (uint32_t i = 0; i < g->half_count; i++) {
        uint32_t h = g->around[i];
        hs_cell at = start_of(g, h);
        if (g->node_count == 0 || !hs_cells_equal(g->node[g->node_count - 1], at)) {
            g->first[g->node_count] = i;
            g->node[g->node_count++] = at;
        }
        g->origin[h] = g->node_count - 1;
        g->place[h] = i;
    }
    g->first[g->node_count] = g->half_count;
    return true;
}

/* How often rings wind around the point just west of a node (and above it by less than that). */
static int32_t winding_west_of(const graph *g, hs_cell at) {
    int32_t winding = 0;
    for (uint32_t e = 0; e < g->half_count / 2; e++) {
        hs_cell a = g->edges[e].a;
        hs_cell b = g->edges[e].b;
        if ((a.y <= at.y) == (b.y <= at.y) || a.x >= at.x) continue;
        bool up = b.y > a.y;
        int64_t turn = hs_cell_turn(a, b, at);
        if (turn == 0 || (turn < 0) != up) continue; /* it passes east of the node */
        winding += up ? -g->edges[e].turns : g->edges[e].turns;
    }
    return winding;
}

/* Fills `left` around a node from one wedge: `winding` is what lies before the half edge at place `from`. */
static void wind_around(graph *g, uint32_t node, uint32_t from, int32_t winding, uint32_t *stack,
                        uint32_t *depth) {
    uint32_t begin = g->first[node];
    uint32_t count = g->first[node + 1] - begin;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t h = g->around[begin + (from - begin + i) % count];
        winding += turns_of(g, h);
        g->left[h] = winding;
        g->known[h] = 1;
        stack[(*depth)++] = h;
    }
}

/* From the westernmost node of each connected part on. */
static void wind(graph *g, uint32_t *stack) {
    for (uint32_t node = 0; node < g->node_count; node++) {
        uint32_t depth = 0;
        uint32_t begin = g->first[node];
        if (g->known[g->around[begin]]) continue;
        wind_around(g, node, begin, winding_west_of(g, g->node[node]), stack, &depth);
        while (depth > 0) {
            uint32_t h = stack[--depth];
            uint32_t twin = h ^ 1u;
            if (g->known[twin]) continue;
            wind_around(g, g->origin[twin], g->place[twin], g->left[h], stack, &depth);
        }
    }
}

/* With polygons on its left and none on its right. */
static bool is_boundary(const graph *g, uint32_t half) {
    return g->left[half] > 0 && g->left[half ^ 1u] <= 0;
}

/* The boundary goes on at the first one clockwise from where it came: then what lies between is the same
 * polygon, and polygons that only touch in a corner stay apart. */
static uint32_t next_boundary(const graph *g, uint32_t half) {
    uint32_t twin = half ^ 1u;
    uint32_t node = g->origin[twin];
    uint32_t begin = g->first[node];
    uint32_t count = g->first[node + 1] - begin;
    uint32_t at = g->place[twin];
    for (uint32_t i = 1; i < count; i++) {
        uint32_t h = g->around[begin + (at - begin + count - i) % count];
        if (is_boundary(g, h)) return h;
    }
    return half ^ 1u; /* cannot be: each node has as many boundaries that come as go */
}

/* A simple ring; `walk` numbers the boundary that it was cut from. */
typedef struct loop {
    uint32_t begin, count, walk;
    hs_cell probe; /* the middle of an edge, in half cells: it lies on no other ring */
    int64_t area2;
    uint32_t owner; /* of a hole: number of the outer ring */
} loop;

typedef struct tracing {
    graph *g;
    hs_cell *cell;
    uint32_t cell_count;
    loop *loop;
    uint32_t loop_count, walk_count;
    uint32_t *path;  /* nodes on the way that no ring has taken yet */
    uint32_t *depth; /* [node] its place in path + 1, 0 when not there */
} tracing;

/* Corners that edges pass straight through are left out. */
static void cut_loop(tracing *t, uint32_t from, uint32_t to) {
    const graph *g = t->g;
    uint32_t count = to - from;
    loop *made = &t->loop[t->loop_count++];
    hs_cell a = g->node[t->path[from]];
    hs_cell b = g->node[t->path[from + 1]];
    *made = (loop){
        .begin = t->cell_count, .walk = t->walk_count, .probe = {a.x + b.x, a.y + b.y}, .owner = UINT32_MAX};
    for (uint32_t i = 0; i < count; i++) {
        hs_cell before = g->node[t->path[from + (i + count - 1) % count]];
        hs_cell here = g->node[t->path[from + i]];
        hs_cell after = g->node[t->path[from + (i + 1) % count]];
        if (hs_cell_turn(before, here, after) != 0) t->cell[t->cell_count++] = here;
    }
    made->count = t->cell_count - made->begin;
    made->area2 = hs_ring_area2(t->cell + made->begin, made->count);
}

/* Follows one boundary; where it comes to a corner again, what lies between is a ring. */
static void trace(tracing *t, uint32_t start) {
    graph *g = t->g;
    uint32_t length = 0;
    uint32_t h = start;
    do {
        uint32_t node = g->origin[h];
        g->done[h] = 1;
        if (t->depth[node] > 0) {
            uint32_t from = t->depth[node] - 1;
            cut_loop(t, from, length);
            for (uint32_t i = from; i < length; i++)
                t->depth[t->path[i]] = 0;
            length = from;
        }
        t->path[length++] = node;
        t->depth[node] = length;
        h = next_boundary(g, h);
    } while (h != start && !g->done[h]);
    cut_loop(t, 0, length);
    for (uint32_t i = 0; i < length; i++)
        t->depth[t->path[i]] = 0;
    t->walk_count++;
}

/* Whether a ring lies in another one; they share corners at most. */
static bool lies_in(const tracing *t, const loop *inner, const loop *outer) {
    const hs_cell *ring = t->cell + outer->begin;
    hs_cell at = inner->probe;
    bool odd = false;
    for (uint32_t i = 0; i < outer->count; i++) {
        hs_cell a = ring[i];
        hs_cell b = ring[i + 1 < outer->count ? i + 1 : 0];
        a = (hs_cell){2 * a.x, 2 * a.y};
        b = (hs_cell){2 * b.x, 2 * b.y};
        if ((a.y > at.y) == (b.y > at.y)) continue;
        if ((hs_cell_turn(a, b, at) > 0) == (b.y > a.y)) odd = !odd;
    }
    return odd;
}

/* A hole belongs to the outer ring of its own boundary, else to the smallest one around it. */
static void find_owner(tracing *t, uint32_t hole) {
    loop *h = &t->loop[hole];
    uint32_t best = UINT32_MAX;
    for (uint32_t i = 0; i < t->loop_count; i++) {
        const loop *outer = &t->loop[i];
        if (outer->area2 <= 0) continue;
        if (outer->walk == h->walk) {
            h->owner = i;
            return;
        }
        if (best != UINT32_MAX && t->loop[best].area2 <= outer->area2) continue;
        if (outer->area2 > -h->area2 && lies_in(t, h, outer)) best = i;
    }
    h->owner = best;
}

static void put_ring(const tracing *t, const loop *ring, hs_rings *out) {
    uint32_t at = out->start[out->count];
    for (uint32_t i = 0; i < ring->count; i++)
        out->cell[at + i] = t->cell[ring->begin + i];
    out->start[++out->count] = at + ring->count;
}

static void assemble(tracing *t, hs_rings *out) {
    for (uint32_t i = 0; i < t->loop_count; i++)
        if (t->loop[i].area2 < 0) find_owner(t, i);
    out->count = 0;
    out->start[0] = 0;
    for (uint32_t i = 0; i < t->loop_count; i++) {
        if (t->loop[i].area2 <= 0) continue;
        put_ring(t, &t->loop[i], out);
        for (uint32_t k = 0; k < t->loop_count; k++)
            if (t->loop[k].area2 < 0 && t->loop[k].owner == i) put_ring(t, &t->loop[k], out);
    }
}

hs_status hs_noded_polygons(const hs_noded_edge *edges, uint32_t count, hs_arena *arena, hs_rings *out) {
    graph g = {0};
    tracing t = {.g = &g};
    if (!make_graph(&g, edges, count, arena)) return HS_E_MEMORY;
    size_t halves = (size_t)g.half_count + 1;
    t.cell = hs_arena_alloc(arena, halves * sizeof *t.cell);
    t.loop = hs_arena_alloc(arena, halves * sizeof *t.loop);
    t.path = hs_arena_alloc(arena, halves * sizeof *t.path);
    t.depth = hs_arena_array(arena, halves, sizeof *t.depth);
    out->cell = hs_arena_alloc(arena, halves * sizeof *out->cell);
    out->start = hs_arena_alloc(arena, (halves + 1) * sizeof *out->start);
    if (!t.cell || !t.loop || !t.path || !t.depth || !out->cell || !out->start) return HS_E_MEMORY;
    wind(&g, t.path);
    for (uint32_t i = 0; i < g.half_count; i++) {
        uint32_t h = g.around[i];
        if (is_boundary(&g, h) && !g.done[h]) trace(&t, h);
    }
    assemble(&t, out);
    return HS_OK;
}
