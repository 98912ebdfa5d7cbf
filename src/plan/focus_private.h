/* Parts of the choice under a budget. */
#ifndef PLAN_FOCUS_PRIVATE_H
#define PLAN_FOCUS_PRIVATE_H

#include <hotspot/focus.h>

/* The choice in the making: taken[i] of the best plan that was found, and what bounds any. */
typedef struct hs_focus_work {
    const hs_focus_candidates *c;
    const hs_focus_options *o;
    bool *taken;
    double expected, cost, bound;
    uint32_t steps; /* that are left */
} hs_focus_work;

static inline bool hs_focus_may(const hs_focus_work *w, uint32_t i) {
    return !(w->c->forbidden && w->c->forbidden[i]) && w->c->cost[i] <= w->o->budget;
}

/* Free and by groups: fills taken, expected, cost and bound. */
hs_status hs_focus_knapsack(hs_focus_work *work, hs_error *error);
/* In at most options->routes connected routes. */
hs_status hs_focus_connect(hs_focus_work *work, hs_error *error);
/* Connected parts of what is taken; `part`, when not NULL, gets 0, 1, ... or HS_NONE. Needs links. HS_NONE
 * when memory is out. */
uint32_t hs_focus_parts(const hs_focus_candidates *candidates, const bool *taken, uint32_t *part);

#endif
