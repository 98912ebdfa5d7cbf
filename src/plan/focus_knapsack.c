/* Under a budget, with at least so many of each group. The Lagrangian relaxation (Fisher 1981) prices the
 * budget by `lambda` and each group's demand by `mu`; what a candidate is then worth beyond its price is its
 * reduced value. Any plan is the relaxation's own with some candidates flipped, and falls short of the bound
 * by at least the sum of their absolute reduced values: so a search over flips, cheapest first, finds the
 * best one and knows when it has. */
#include "plan/focus_private.h"

#include "base/progress.h"
#include "plan/order.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define BISECTIONS 100
/* Bounds are sums of rounded numbers. */
#define ROUNDING 1e-12
#define NO_LIMIT 64u

typedef struct flip {
    double penalty;
    uint32_t row;
} flip;

typedef struct search {
    hs_focus_work *w;
    uint32_t count;
    uint32_t *may;      /* candidates that may be taken, grouped */
    uint32_t *first;    /* [groups + 1] into may; those of no group come last */
    uint32_t groups;    /* with a demand */
    uint32_t *group_of; /* [count of candidates] row of the demand, HS_NONE */
    uint32_t *need, *have;
    double *mu, *scratch;
    bool *relaxed,
        *kept; /* [candidates] the relaxation's plan: the last, the last that keeps to the budget */
    double lambda, bound;
    /* The search. */
    flip *flips;
    uint32_t flip_count;
    uint32_t path[NO_LIMIT], depth;
    double cost, value;
    uint32_t lacking; /* groups */
    bool cut;         /* steps or depth ended it early */
} search;

static int ascending(const void *a, const void *b) {
    double p = *(const double *)a, q = *(const double *)b;
    return (p > q) - (p < q);
}

/* Counting sort by group. */
static hs_status lay_out(search *s, hs_error *error) {
    const hs_focus_candidates *c = s->w->c;
    bool grouped = s->w->o->min_per_group > 0;
    s->groups = grouped ? c->group_count : 0;
    size_t n = (size_t)c->count + 1, groups = (size_t)s->groups + 2;
    s->may = malloc(n * sizeof *s->may);
    s->group_of = malloc(n * sizeof *s->group_of);
    s->first = calloc(groups + 1, sizeof *s->first);
    s->need = calloc(groups, sizeof *s->need);
    s->have = calloc(groups, sizeof *s->have);
    s->mu = calloc(groups, sizeof *s->mu);
    s->scratch = malloc(n * sizeof *s->scratch);
    s->relaxed = calloc(n, sizeof *s->relaxed);
    s->kept = calloc(n, sizeof *s->kept);
    s->flips = malloc(n * sizeof *s->flips);
    if (!s->may || !s->group_of || !s->first || !s->need || !s->have || !s->mu || !s->scratch ||
        !s->relaxed || !s->kept || !s->flips)
        return hs_error_memory(error, "a plan");
    for (uint32_t i = 0; i < c->count; i++) {
        s->group_of[i] = grouped ? c->group[i] : HS_NONE;
        uint32_t g = s->group_of[i] == HS_NONE ? s->groups : s->group_of[i];
        if (hs_focus_may(s->w, i)) s->first[g + 2]++;
    }
    for (uint32_t g = 0; g <= s->groups; g++)
        s->first[g + 2] += s->first[g + 1];
    for (uint32_t i = 0; i < c->count; i++) {
        uint32_t g = s->group_of[i] == HS_NONE ? s->groups : s->group_of[i];
        if (hs_focus_may(s->w, i)) s->may[s->first[g + 1]++] = i;
    }
    s->count = s->first[s->groups + 1];
    for (uint32_t g = 0; g < s->groups; g++) {
        uint32_t all = s->first[g + 1] - s->first[g];
        s->need[g] = all < s->w->o->min_per_group ? all : s->w->o->min_per_group;
    }
    return HS_OK;
}

static double least_of_group(search *s, uint32_t g) {
    uint32_t n = 0;
    double sum = 0;
    for (uint32_t k = s->first[g]; k < s->first[g + 1]; k++)
        s->scratch[n++] = s->w->c->cost[s->may[k]];
    qsort(s->scratch, n, sizeof *s->scratch, ascending);
    for (uint32_t k = 0; k < s->need[g]; k++)
        sum += s->scratch[k];
    return sum;
}

static hs_status check_demand(search *s, hs_error *error) {
    double least = 0;
    for (uint32_t g = 0; g < s->groups; g++)
        least += least_of_group(s, g);
    if (least <= s->w->o->budget) return HS_OK;
    return hs_error_set(error, HS_E_INPUT,
                        "budget: %g is too little for %u of each group, which takes at least %.3f: raise the "
                        "budget or lower min-per",
                        s->w->o->budget, (unsigned)s->w->o->min_per_group, least);
}

static double reduced(const search *s, uint32_t i) {
    return s->w->c->expected[i] - s->lambda * s->w->c->cost[i];
}

/* The k-th smallest, from 0; the numbers change places (Hoare 1961). */
static double kth_smallest(double *x, uint32_t count, uint32_t k) {
    int64_t first = 0, last = (int64_t)count - 1;
    while (first < last) {
        double pivot = x[first + (last - first) / 2];
        int64_t i = first, j = last;
        while (i <= j) {
            while (x[i] < pivot)
                i++;
            while (x[j] > pivot)
                j--;
            if (i > j) break;
            double kept = x[i];
            x[i++] = x[j];
            x[j--] = kept;
        }
        if (k > j && k < i) break;
        if (k <= j)
            last = j;
        else
            first = i;
    }
    return x[k];
}

/* The price of a group's demand: the reduced value that its need-th best lacks. */
static double price(search *s, uint32_t g) {
    uint32_t n = 0, positive = 0;
    for (uint32_t k = s->first[g]; k < s->first[g + 1]; k++) {
        s->scratch[n] = reduced(s, s->may[k]);
        positive += s->scratch[n++] > 0;
    }
    if (positive >= s->need[g]) return 0;
    return -kth_smallest(s->scratch, n, n - s->need[g]);
}

/* The relaxation's best plan at a price; its cost. The bound is the lowest so far. */
static double relax(search *s, double lambda) {
    double cost = 0, value = lambda * s->w->o->budget;
    s->lambda = lambda;
    for (uint32_t g = 0; g <= s->groups; g++) {
        uint32_t taken = 0, need = g < s->groups ? s->need[g] : 0;
        s->mu[g] = need > 0 ? price(s, g) : 0;
        for (int tied = 0; tied < 2; tied++)
            for (uint32_t k = s->first[g]; k < s->first[g + 1]; k++) {
                uint32_t i = s->may[k];
                double r = reduced(s, i) + s->mu[g];
                bool take = tied ? r == 0 && taken < need && !s->relaxed[i] : r > 0;
                if (!tied) s->relaxed[i] = take;
                if (!take) continue;
                s->relaxed[i] = true;
                taken++;
                cost += s->w->c->cost[i];
                value += reduced(s, i);
            }
    }
    if (value < s->bound) s->bound = value;
    return cost;
}

static void keep(search *s) {
    memcpy(s->kept, s->relaxed, s->w->c->count * sizeof *s->kept);
}

/* The price at which the budget is just kept. */
static void find_price(search *s) {
    double low = 0, high = 1e-9, budget = s->w->o->budget;
    s->bound = INFINITY;
    if (relax(s, 0) <= budget) {
        keep(s);
        return;
    }
    for (uint32_t k = 0; k < s->count; k++)
        high = fmax(high, s->w->c->expected[s->may[k]] / s->w->c->cost[s->may[k]]);
    while (relax(s, high) > budget)
        high *= 4;
    keep(s);
    for (int step = 0; step < BISECTIONS && low < high; step++) {
        double middle = low + (high - low) / 2;
        if (middle == low || middle == high) break;
        if (relax(s, middle) <= budget) {
            high = middle;
            keep(s);
        } else {
            low = middle;
        }
    }
    (void)relax(s, high);
}

/* Takes what is found as the best plan. */
static void adopt(search *s) {
    hs_focus_work *w = s->w;
    memcpy(w->taken, s->kept, w->c->count * sizeof *w->taken);
    for (uint32_t d = 0; d < s->depth; d++)
        w->taken[s->flips[s->path[d]].row] = !w->taken[s->flips[s->path[d]].row];
    w->expected = s->value;
    w->cost = s->cost;
}

/* The relaxation's plan and what still fits, the most per cost first. */
static hs_status fill_up(search *s, hs_error *error) {
    hs_focus_work *w = s->w;
    const hs_focus_candidates *c = w->c;
    uint32_t *order = hs_order_by_rate(c->expected, c->cost, c->count);
    if (!order) return hs_error_memory(error, "a plan");
    for (uint32_t i = 0; i < c->count; i++) {
        w->taken[i] = s->kept[i];
        w->cost += s->kept[i] ? c->cost[i] : 0;
        w->expected += s->kept[i] ? c->expected[i] : 0;
    }
    for (uint32_t k = 0; k < c->count; k++) {
        uint32_t i = order[k];
        bool fits = w->cost + c->cost[i] <= w->o->budget && c->expected[i] > 0;
        if (w->taken[i] || !fits || !hs_focus_may(w, i)) continue;
        w->taken[i] = true;
        w->cost += c->cost[i];
        w->expected += c->expected[i];
    }
    free(order);
    return HS_OK;
}

static int cheapest_first(const void *a, const void *b) {
    const flip *p = a;
    const flip *q = b;
    if (p->penalty != q->penalty) return p->penalty < q->penalty ? -1 : 1;
    return p->row < q->row ? -1 : p->row > q->row;
}

static void gather_flips(search *s) {
    double room = s->bound - s->w->expected;
    s->flip_count = 0;
    for (uint32_t k = 0; k < s->count; k++) {
        uint32_t i = s->may[k], g = s->group_of[i];
        double penalty = fabs(reduced(s, i) + (g == HS_NONE ? 0 : s->mu[g]));
        if (penalty < room) s->flips[s->flip_count++] = (flip){penalty, i};
    }
    qsort(s->flips, s->flip_count, sizeof *s->flips, cheapest_first);
}

static void turn(search *s, uint32_t at, bool back) {
    uint32_t i = s->flips[at].row, g = s->group_of[i];
    bool adds = s->kept[i] == back;
    s->cost += adds ? s->w->c->cost[i] : -s->w->c->cost[i];
    s->value += adds ? s->w->c->expected[i] : -s->w->c->expected[i];
    if (g == HS_NONE) return;
    bool lacked = s->have[g] < s->need[g];
    s->have[g] += adds ? 1 : UINT32_MAX;
    bool lacks = s->have[g] < s->need[g];
    s->lacking += (uint32_t)lacks - (uint32_t)lacked;
}

/* Flips from `from` on, at most `deepest` in all. */
static void look(search *s, uint32_t from, double penalty, uint32_t deepest) {
    hs_focus_work *w = s->w;
    if (s->lacking == 0 && s->cost <= w->o->budget && s->value > w->expected * (1 + ROUNDING)) adopt(s);
    for (uint32_t at = from; at < s->flip_count; at++) {
        double next = penalty + s->flips[at].penalty;
        if (next >= s->bound - w->expected) return;
        if (s->depth == deepest || w->steps == 0) {
            s->cut = true;
            return;
        }
        w->steps--;
        double cost = s->cost, value = s->value;
        turn(s, at, false);
        s->path[s->depth++] = at;
        look(s, at + 1, next, deepest);
        s->depth--;
        turn(s, at, true);
        s->cost = cost;
        s->value = value;
    }
}

static bool is_near_enough(const search *s) {
    return s->w->expected >= s->bound * (1 - fmax(s->w->o->gap, ROUNDING));
}

/* Few flips first, so that a good plan cuts the search for more of them short. */
static hs_status improve(search *s, hs_error *error) {
    hs_focus_work *w = s->w;
    s->cut = !is_near_enough(s);
    for (uint32_t deepest = 1; s->cut && deepest <= NO_LIMIT && w->steps > 0 && !is_near_enough(s);
         deepest *= 2) {
        if (!hs_progress_ask(&w->o->progress))
            return hs_error_set(error, HS_E_CANCELLED, "the plan was stopped");
        gather_flips(s);
        s->cut = false;
        s->cost = s->value = 0;
        s->lacking = 0;
        memset(s->have, 0, ((size_t)s->groups + 1) * sizeof *s->have);
        for (uint32_t k = 0; k < s->count; k++) {
            uint32_t i = s->may[k];
            if (!s->kept[i]) continue;
            s->cost += w->c->cost[i];
            s->value += w->c->expected[i];
            if (s->group_of[i] != HS_NONE) s->have[s->group_of[i]]++;
        }
        for (uint32_t g = 0; g < s->groups; g++)
            s->lacking += s->have[g] < s->need[g];
        look(s, 0, 0, deepest);
    }
    return HS_OK;
}

hs_status hs_focus_knapsack(hs_focus_work *w, hs_error *error) {
    search s = {.w = w};
    hs_status status = lay_out(&s, error);
    if (status == HS_OK) status = check_demand(&s, error);
    if (status == HS_OK) {
        find_price(&s);
        status = fill_up(&s, error);
    }
    if (status == HS_OK) status = improve(&s, error);
    /* A search that was not cut short has seen all that could be better. */
    if (status == HS_OK) w->bound = s.cut ? s.bound : w->expected;
    free(s.may);
    free(s.group_of);
    free(s.first);
    free(s.need);
    free(s.have);
    free(s.mu);
    free(s.scratch);
    free(s.relaxed);
    free(s.kept);
    free(s.flips);
    return status;
}
