/* What is asked for is checked, chosen, ranked. */
#include "plan/focus_private.h"

#include "plan/order.h"
#include <math.h>
#include <stdlib.h>

/* Sums of the same numbers in another order differ by so much. */
#define ROUNDING 1e-12

static hs_status check_options(const hs_focus_candidates *c, const hs_focus_options *o, hs_error *error) {
    if (!(o->budget > 0) || !isfinite(o->budget))
        return hs_error_set(error, HS_E_ARGUMENT, "budget: %g is not above 0", o->budget);
    if (!(o->gap >= 0 && o->gap < 1))
        return hs_error_set(error, HS_E_ARGUMENT, "a gap of %g is not in [0, 1)", o->gap);
    if (o->routes > HS_FOCUS_MOST_ROUTES)
        return hs_error_set(error, HS_E_ARGUMENT, "%u routes are more than the %u that are taken",
                            (unsigned)o->routes, HS_FOCUS_MOST_ROUTES);
    if (o->routes > 0 && !c->link_first)
        return hs_error_set(error, HS_E_ARGUMENT, "connected routes need to know what touches what");
    if (o->routes > 0 && o->min_per_group > 0)
        return hs_error_set(error, HS_E_ARGUMENT,
                            "connected routes and a least number of each group go not together; give one");
    if (o->min_per_group > 0 && !c->group)
        return hs_error_set(error, HS_E_ARGUMENT, "a least number of each group needs groups");
    return HS_OK;
}

static hs_status check_candidates(const hs_focus_candidates *c, hs_error *error) {
    if (c->count > HS_FOCUS_MOST_CANDIDATES)
        return hs_error_set(error, HS_E_LIMIT, "%u candidates are more than the %u that a plan takes",
                            (unsigned)c->count, HS_FOCUS_MOST_CANDIDATES);
    for (uint32_t i = 0; i < c->count; i++) {
        if (!(c->cost[i] > 0) || !isfinite(c->cost[i]) || !(c->expected[i] >= 0) || !isfinite(c->expected[i]))
            return hs_error_set(error, HS_E_ARGUMENT,
                                "candidate %u: its cost is to be above 0 and its expected number 0 or more",
                                (unsigned)i);
        if (c->group && c->group[i] != HS_NONE && c->group[i] >= c->group_count)
            return hs_error_set(error, HS_E_ARGUMENT, "candidate %u: there is no group %u", (unsigned)i,
                                (unsigned)c->group[i]);
    }
    for (uint32_t k = 0; c->link_first && k < c->link_first[c->count]; k++)
        if (c->link[k] >= c->count)
            return hs_error_set(error, HS_E_ARGUMENT, "a link leads to candidate %u of %u",
                                (unsigned)c->link[k], (unsigned)c->count);
    return HS_OK;
}

static hs_status rank_taken(const hs_focus_work *w, hs_focus *f, hs_error *error) {
    const hs_focus_candidates *c = w->c;
    for (uint32_t i = 0; i < c->count; i++)
        f->chosen += w->taken[i];
    double *expected = malloc(((size_t)f->chosen + 1) * sizeof *expected);
    double *cost = malloc(((size_t)f->chosen + 1) * sizeof *cost);
    uint32_t *row = malloc(((size_t)f->chosen + 1) * sizeof *row), n = 0;
    for (uint32_t i = 0; expected && cost && row && i < c->count; i++) {
        if (!w->taken[i]) continue;
        expected[n] = c->expected[i];
        cost[n] = c->cost[i];
        row[n++] = i;
    }
    f->order = expected && cost && row ? hs_order_by_rate(expected, cost, n) : NULL;
    for (uint32_t k = 0; f->order && k < n; k++) {
        f->expected += expected[f->order[k]];
        f->cost += cost[f->order[k]];
        f->order[k] = row[f->order[k]];
        f->rank[f->order[k]] = k + 1;
    }
    free(expected);
    free(cost);
    free(row);
    return f->order ? HS_OK : hs_error_memory(error, "a plan");
}

static hs_status finish(const hs_focus_work *w, hs_focus *f, hs_error *error) {
    hs_status status = rank_taken(w, f, error);
    if (status != HS_OK) return status;
    /* What is below rounding is no gap. */
    bool proven = w->bound <= f->expected * (1 + ROUNDING);
    f->bound = proven ? f->expected : w->bound;
    f->gap = f->bound > 0 ? (f->bound - f->expected) / f->bound : 0;
    f->routes = w->c->link_first ? hs_focus_parts(w->c, w->taken, NULL) : 0;
    return f->routes == HS_NONE ? hs_error_memory(error, "a plan") : HS_OK;
}

hs_status hs_focus_new(const hs_focus_candidates *candidates, const hs_focus_options *options,
                       hs_error *error, hs_focus **focus) {
    hs_status status = check_options(candidates, options, error);
    if (status == HS_OK) status = check_candidates(candidates, error);
    if (status != HS_OK) return status;
    hs_focus_work w = {.c = candidates, .o = options};
    w.steps = options->steps > 0 ? options->steps : HS_FOCUS_STEPS;
    w.taken = calloc((size_t)candidates->count + 1, sizeof *w.taken);
    hs_focus *f = calloc(1, sizeof *f);
    if (f) {
        f->count = candidates->count;
        f->rank = calloc((size_t)candidates->count + 1, sizeof *f->rank);
    }
    status = w.taken && f && f->rank ? HS_OK : hs_error_memory(error, "a plan");
    if (status == HS_OK)
        status = options->routes > 0 ? hs_focus_connect(&w, error) : hs_focus_knapsack(&w, error);
    if (status == HS_OK) status = finish(&w, f, error);
    free(w.taken);
    if (status == HS_OK)
        *focus = f;
    else
        hs_focus_free(f);
    return status;
}

void hs_focus_free(hs_focus *f) {
    if (!f) return;
    free(f->rank);
    free(f->order);
    free(f);
}
