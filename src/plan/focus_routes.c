/* Connected routes: grown from the hottest places along the ways that cost least beyond what lies on them,
 * then bettered by taking the poorest ends off and growing again. The bound is that of the plan that need not
 * hang together. */
#include "plan/focus_private.h"

#include "base/progress.h"
#include "base/random.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { STARTS = 8, ROUNDS = 48 };
/* Nodes that one look around takes. */
#define MOST_LOOKED_AT 3000u
#define SEED           1u

typedef struct entry {
    double key;
    uint32_t row;
} entry;

typedef struct routes {
    hs_focus_work *w;
    double price; /* expected per cost that is worth taking: of the last in the free plan */
    bool *taken;
    uint32_t *list, count; /* what is taken */
    double expected, cost;
    /* The look around. */
    double *way, *way_cost, *way_expected;
    uint32_t *from, *touched, touched_count;
    entry *heap;
    uint32_t heap_count, heap_room;
    /* Articulation points. */
    uint32_t *depth, *low, *parent, *stack, *edge;
    bool *joint;
    hs_random random;
} routes;

uint32_t hs_focus_parts(const hs_focus_candidates *c, const bool *taken, uint32_t *part) {
    uint32_t *of = malloc(((size_t)c->count + 1) * sizeof *of);
    uint32_t *queue = malloc(((size_t)c->count + 1) * sizeof *queue), parts = 0;
    for (uint32_t i = 0; of && i < c->count; i++)
        of[i] = HS_NONE;
    for (uint32_t start = 0; of && queue && start < c->count; start++) {
        if (!taken[start] || of[start] != HS_NONE) continue;
        uint32_t head = 0, tail = 0;
        queue[tail++] = start;
        of[start] = parts;
        while (head < tail) {
            uint32_t i = queue[head++];
            for (uint32_t k = c->link_first[i]; k < c->link_first[i + 1]; k++) {
                uint32_t j = c->link[k];
                if (!taken[j] || of[j] != HS_NONE) continue;
                of[j] = parts;
                queue[tail++] = j;
            }
        }
        parts++;
    }
    if (!of || !queue) parts = HS_NONE;
    if (part && parts != HS_NONE) memcpy(part, of, c->count * sizeof *part);
    free(of);
    free(queue);
    return parts;
}

hs_status hs_focus_routes(const hs_focus_candidates *c, const bool *taken, hs_error *error, uint32_t *part,
                          uint32_t *parts) {
    if (!c->link_first)
        return hs_error_set(error, HS_E_ARGUMENT, "connected parts need to know what touches what");
    uint32_t found = hs_focus_parts(c, taken, part);
    if (found == HS_NONE) return hs_error_memory(error, "connected parts");
    *parts = found;
    return HS_OK;
}

static void push(routes *r, double key, uint32_t row) {
    if (r->heap_count == r->heap_room) return;
    uint32_t at = r->heap_count++;
    while (at > 0 && r->heap[(at - 1) / 2].key > key) {
        r->heap[at] = r->heap[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    r->heap[at] = (entry){key, row};
}

static entry pop(routes *r) {
    entry top = r->heap[0], last = r->heap[--r->heap_count];
    uint32_t at = 0;
    for (;;) {
        uint32_t child = 2 * at + 1;
        if (child >= r->heap_count) break;
        if (child + 1 < r->heap_count && r->heap[child + 1].key < r->heap[child].key) child++;
        if (r->heap[child].key >= last.key) break;
        r->heap[at] = r->heap[child];
        at = child;
    }
    r->heap[at] = last;
    return top;
}

/* What going over a candidate costs beyond what is expected there. */
static double toll(const routes *r, uint32_t i, double price) {
    double worth = price * r->w->c->cost[i];
    return fmax(worth - r->w->c->expected[i], 0) + 1e-6 * worth;
}

static void reach(routes *r, uint32_t i, uint32_t over, double price, double room) {
    const hs_focus_candidates *c = r->w->c;
    for (uint32_t k = c->link_first[i]; k < c->link_first[i + 1]; k++) {
        uint32_t j = c->link[k];
        if (r->taken[j] || !hs_focus_may(r->w, j)) continue;
        double before = over == HS_NONE ? 0 : r->way[over];
        double way = before + toll(r, j, price);
        double cost = (over == HS_NONE ? 0 : r->way_cost[over]) + c->cost[j];
        if (cost > room || way >= r->way[j]) continue;
        if (isinf(r->way[j])) r->touched[r->touched_count++] = j;
        r->way[j] = way;
        r->way_cost[j] = cost;
        r->way_expected[j] = (over == HS_NONE ? 0 : r->way_expected[over]) + c->expected[j];
        r->from[j] = over;
        push(r, way, j);
    }
}

/* The way from what is taken that holds most per cost; HS_NONE. */
static uint32_t look_around(routes *r, double price) {
    double room = r->w->o->budget - r->cost, best = 0;
    uint32_t found = HS_NONE, looked = 0;
    r->heap_count = 0;
    for (uint32_t k = 0; k < r->count; k++)
        reach(r, r->list[k], HS_NONE, price, room);
    r->w->steps -= r->w->steps < r->count ? r->w->steps : r->count;
    while (r->heap_count > 0 && looked < MOST_LOOKED_AT && r->w->steps > 0) {
        entry e = pop(r);
        if (e.key > r->way[e.row]) continue;
        looked++;
        r->w->steps--;
        double rate = r->way_expected[e.row] / r->way_cost[e.row];
        if (rate > best) {
            best = rate;
            found = e.row;
        }
        reach(r, e.row, e.row, price, room);
    }
    return found;
}

static void forget(routes *r) {
    for (uint32_t k = 0; k < r->touched_count; k++)
        r->way[r->touched[k]] = INFINITY;
    r->touched_count = 0;
}

static void take(routes *r, uint32_t i) {
    r->taken[i] = true;
    r->list[r->count++] = i;
    r->expected += r->w->c->expected[i];
    r->cost += r->w->c->cost[i];
}

/* The hottest that fits and may begin a route of its own; HS_NONE. */
static uint32_t hottest(const routes *r) {
    const hs_focus_candidates *c = r->w->c;
    uint32_t found = HS_NONE;
    double best = 0;
    for (uint32_t i = 0; i < c->count; i++) {
        double rate = c->expected[i] / c->cost[i];
        if (r->taken[i] || !hs_focus_may(r->w, i) || r->cost + c->cost[i] > r->w->o->budget) continue;
        if (rate <= best) continue;
        best = rate;
        found = i;
    }
    return found;
}

/* What touches what is taken, as the next of a filling. */
static void offer(routes *r, uint32_t i) {
    const hs_focus_candidates *c = r->w->c;
    for (uint32_t k = c->link_first[i]; k < c->link_first[i + 1]; k++) {
        uint32_t j = c->link[k];
        if (r->taken[j] || !hs_focus_may(r->w, j) || !(c->expected[j] > 0) || !isinf(r->way[j])) continue;
        r->way[j] = 0;
        r->touched[r->touched_count++] = j;
        push(r, -c->expected[j] / c->cost[j], j);
    }
}

/* Takes what touches, most per cost first, until nothing fits: without looking further. */
static void fill(routes *r) {
    r->heap_count = 0;
    for (uint32_t k = 0; k < r->count; k++)
        offer(r, r->list[k]);
    while (r->heap_count > 0) {
        uint32_t i = pop(r).row;
        if (r->cost + r->w->c->cost[i] > r->w->o->budget) continue;
        take(r, i);
        offer(r, i);
    }
    forget(r);
}

/* Grows until nothing fits. Ways and, where there are fewer routes than are allowed, new beginnings. */
static hs_status grow(routes *r, double price, hs_error *error) {
    const hs_focus_candidates *c = r->w->c;
    uint32_t parts = hs_focus_parts(c, r->taken, NULL);
    while (parts != HS_NONE) {
        if (!hs_progress_ask(&r->w->o->progress))
            return hs_error_set(error, HS_E_CANCELLED, "the plan was stopped");
        uint32_t to = look_around(r, price), own = parts < r->w->o->routes ? hottest(r) : HS_NONE;
        double rate = to == HS_NONE ? 0 : r->way_expected[to] / r->way_cost[to];
        if (own != HS_NONE && c->expected[own] / c->cost[own] > rate) {
            take(r, own);
        } else if (to != HS_NONE) {
            for (uint32_t i = to; i != HS_NONE; i = r->from[i])
                take(r, i);
        } else {
            forget(r);
            fill(r); /* steps may have run out before the budget */
            return HS_OK;
        }
        forget(r);
        if (r->w->o->routes > 1) parts = hs_focus_parts(c, r->taken, NULL);
        if (parts == 0) parts = 1;
    }
    return hs_error_memory(error, "a plan");
}

/* Whether taking a candidate out would part its route (Hopcroft and Tarjan 1973), without recursion. */
static void find_joints(routes *r) {
    const hs_focus_candidates *c = r->w->c;
    for (uint32_t k = 0; k < r->count; k++) {
        r->depth[r->list[k]] = HS_NONE;
        r->joint[r->list[k]] = false;
    }
    for (uint32_t k = 0; k < r->count; k++) {
        uint32_t root = r->list[k], top = 0, children = 0;
        if (r->depth[root] != HS_NONE) continue;
        r->stack[top++] = root;
        r->depth[root] = r->low[root] = 0;
        r->parent[root] = HS_NONE;
        r->edge[root] = c->link_first[root];
        while (top > 0) {
            uint32_t i = r->stack[top - 1];
            if (r->edge[i] < c->link_first[i + 1]) {
                uint32_t j = c->link[r->edge[i]++];
                if (!r->taken[j] || j == r->parent[i] || j == i) continue;
                if (r->depth[j] != HS_NONE) {
                    if (r->depth[j] < r->low[i]) r->low[i] = r->depth[j];
                    continue;
                }
                r->parent[j] = i;
                r->depth[j] = r->low[j] = r->depth[i] + 1;
                r->edge[j] = c->link_first[j];
                r->stack[top++] = j;
                continue;
            }
            top--;
            uint32_t p = r->parent[i];
            if (p == HS_NONE) continue;
            if (r->low[i] < r->low[p]) r->low[p] = r->low[i];
            if (p == root)
                children++;
            else if (r->low[i] >= r->depth[p])
                r->joint[p] = true;
        }
        r->joint[root] = children > 1;
    }
}

/* Takes poor ends off until so much of the cost is gone. */
static void strip(routes *r, double part) {
    const hs_focus_candidates *c = r->w->c;
    double kept = r->cost * (1 - part);
    while (r->cost > kept && r->count > 1) {
        uint32_t worst = HS_NONE;
        double least = INFINITY;
        find_joints(r);
        for (uint32_t k = 0; k < r->count; k++) {
            uint32_t i = r->list[k];
            double rate = c->expected[i] / c->cost[i] * (0.5 + hs_random_uniform(&r->random));
            if (r->joint[i] || rate >= least) continue;
            least = rate;
            worst = k;
        }
        if (worst == HS_NONE) return;
        uint32_t i = r->list[worst];
        r->taken[i] = false;
        r->list[worst] = r->list[--r->count];
        r->expected -= c->expected[i];
        r->cost -= c->cost[i];
    }
}

static void restart(routes *r, const bool *plan) {
    const hs_focus_candidates *c = r->w->c;
    r->count = 0;
    r->expected = r->cost = 0;
    for (uint32_t i = 0; i < c->count; i++) {
        r->taken[i] = false;
        if (plan && plan[i]) take(r, i);
    }
}

static void adopt(routes *r) {
    hs_focus_work *w = r->w;
    if (r->expected <= w->expected || r->cost > w->o->budget) return;
    w->expected = r->expected;
    w->cost = r->cost;
    memcpy(w->taken, r->taken, w->c->count * sizeof *w->taken);
}

/* The hottest candidate of each of the heaviest connected parts of the free plan. */
static uint32_t find_starts(const routes *r, const bool *plan, const uint32_t *part, uint32_t parts,
                            double *weight, uint32_t start[STARTS]) {
    const hs_focus_candidates *c = r->w->c;
    uint32_t n = 0;
    for (uint32_t p = 0; p < parts; p++)
        weight[p] = 0;
    for (uint32_t i = 0; i < c->count; i++)
        if (plan[i]) weight[part[i]] += c->expected[i];
    for (; n < STARTS && n < parts; n++) {
        uint32_t heaviest = 0, found = HS_NONE;
        for (uint32_t p = 1; p < parts; p++)
            if (weight[p] > weight[heaviest]) heaviest = p;
        for (uint32_t i = 0; i < c->count; i++)
            if (plan[i] && part[i] == heaviest &&
                (found == HS_NONE || c->expected[i] * c->cost[found] > c->expected[found] * c->cost[i]))
                found = i;
        weight[heaviest] = -1;
        start[n] = found;
    }
    return n;
}

static hs_status try_starts(routes *r, const bool *plan, hs_error *error) {
    const hs_focus_candidates *c = r->w->c;
    uint32_t start[STARTS], *part = malloc(((size_t)c->count + 1) * sizeof *part);
    double *weight = malloc(((size_t)c->count + 1) * sizeof *weight);
    uint32_t parts = part && weight ? hs_focus_parts(c, plan, part) : HS_NONE;
    uint32_t starts = parts == HS_NONE ? 0 : find_starts(r, plan, part, parts, weight, start);
    hs_status status = parts == HS_NONE ? hs_error_memory(error, "a plan") : HS_OK;
    uint32_t steps = r->w->steps;
    for (uint32_t k = 0; k < starts && status == HS_OK; k++) {
        restart(r, NULL);
        take(r, start[k]);
        r->w->steps = steps / (2 * starts);
        status = grow(r, r->price, error);
        adopt(r);
    }
    r->w->steps = steps / 2;
    free(part);
    free(weight);
    return status;
}

static hs_status better(routes *r, hs_error *error) {
    hs_status status = HS_OK;
    bool *best = malloc(((size_t)r->w->c->count + 1) * sizeof *best);
    if (!best) return hs_error_memory(error, "a plan");
    for (int round = 0; round < ROUNDS && status == HS_OK && r->w->steps > 0; round++) {
        memcpy(best, r->w->taken, r->w->c->count * sizeof *best);
        restart(r, best);
        strip(r, 0.1 + 0.5 * hs_random_uniform(&r->random));
        status = grow(r, r->price * (0.4 + 1.2 * hs_random_uniform(&r->random)), error);
        adopt(r);
    }
    free(best);
    return status;
}

static bool allocate(routes *r) {
    size_t n = (size_t)r->w->c->count + 1;
    r->heap_room = r->w->c->link_first[r->w->c->count] + 1;
    r->taken = calloc(n, sizeof *r->taken);
    r->joint = calloc(n, sizeof *r->joint);
    r->list = malloc(n * sizeof *r->list);
    r->way = malloc(n * sizeof *r->way);
    r->way_cost = malloc(n * sizeof *r->way_cost);
    r->way_expected = malloc(n * sizeof *r->way_expected);
    r->from = malloc(n * sizeof *r->from);
    r->touched = malloc(n * sizeof *r->touched);
    r->heap = malloc(r->heap_room * sizeof *r->heap);
    r->depth = malloc(n * sizeof *r->depth);
    r->low = malloc(n * sizeof *r->low);
    r->parent = malloc(n * sizeof *r->parent);
    r->stack = malloc(n * sizeof *r->stack);
    r->edge = malloc(n * sizeof *r->edge);
    for (size_t i = 0; r->way && i < n; i++)
        r->way[i] = INFINITY;
    return r->taken && r->joint && r->list && r->way && r->way_cost && r->way_expected && r->from &&
           r->touched && r->heap && r->depth && r->low && r->parent && r->stack && r->edge;
}

static void release(routes *r) {
    free(r->taken);
    free(r->joint);
    free(r->list);
    free(r->way);
    free(r->way_cost);
    free(r->way_expected);
    free(r->from);
    free(r->touched);
    free(r->heap);
    free(r->depth);
    free(r->low);
    free(r->parent);
    free(r->stack);
    free(r->edge);
}

hs_status hs_focus_connect(hs_focus_work *w, hs_error *error) {
    const hs_focus_candidates *c = w->c;
    hs_focus_options free_options = *w->o;
    free_options.routes = 0;
    free_options.steps = w->steps / 4 + 1;
    hs_focus *plan = NULL;
    hs_status status = hs_focus_new(c, &free_options, error, &plan);
    if (status != HS_OK) return status;
    routes r = {.w = w, .price = INFINITY};
    w->bound = plan->bound;
    hs_random_seed(&r.random, SEED);
    bool *taken = calloc((size_t)c->count + 1, sizeof *taken);
    for (uint32_t k = 0; taken && k < plan->chosen; k++) {
        uint32_t i = plan->order[k];
        taken[i] = true;
        r.price = fmin(r.price, c->expected[i] / c->cost[i]);
    }
    if (!taken || !allocate(&r)) status = hs_error_memory(error, "a plan");
    if (status == HS_OK && plan->chosen > 0) status = try_starts(&r, taken, error);
    if (status == HS_OK && plan->chosen > 0) status = better(&r, error);
    free(taken);
    release(&r);
    hs_focus_free(plan);
    return status;
}
