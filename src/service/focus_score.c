/* How the plan's rule did: the same choice made at earlier origins by what was known then, scored on what
 * came after; and the plan itself on the period that it has seen. */
#include "service/focus_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SCORE_MOST ((size_t)4 << 30)
/* Steps of the searches at earlier origins: their gaps do not matter as the plan's own does. */
#define FOLD_STEPS 100000u
#define REPLICATES 2000u
#define CONFIDENCE 0.95
#define SEED       1u

double hs_focus_came(const hs_focus_request *r, const hs_focus_ground *g, const bool *closed,
                     const hs_focus_case *of, int64_t from_s, double *came) {
    const hs_forecast_points *points = &g->forecast->points;
    int64_t until_s = from_s + r->forecast.horizon_days * 86400;
    double all = 0;
    memset(came, 0, of->candidates.count * sizeof *came);
    for (uint32_t i = 0; i < points->count; i++) {
        const hs_forecast_point *p = &points->point[i];
        uint32_t place = hs_focus_place(g, p), slot = hs_focus_slot(p);
        bool on_street = p->segment < g->forecast->streets.area_of_count &&
                         g->forecast->streets.area_of[p->segment] != HS_NONE;
        if (p->time_s < from_s || p->time_s >= until_s || !on_street) continue;
        double worth = hs_focus_worth(r, g->snapshot, p);
        all += worth;
        if (place == HS_NONE) continue;
        size_t own = (size_t)place * HS_FOCUS_HOURS + (slot == HS_NONE ? 0 : slot);
        if (r->in_hours && slot != HS_NONE) came[own] += worth;
        if (!r->in_hours && !(closed && slot != HS_NONE && closed[own])) came[place] += worth;
    }
    return all;
}

static void score(const hs_focus *focus, const double *came, hs_focus_score *s) {
    s->caught = 0;
    for (uint32_t k = 0; k < focus->chosen; k++)
        s->caught += came[focus->order[k]];
    s->hit_rate = s->observed > 0 ? s->caught / s->observed : (double)NAN;
}

typedef struct scoring {
    const hs_hotspot_work *work;
    const hs_focus_ground *g;
    const bool *closed;
    hs_focus_plan *plan;
    hs_status *status;
    hs_error *error;
} scoring;

/* The most that any plan could have caught: the bound of the plan for what came. */
static hs_status find_possible(const scoring *s, const hs_focus_case *of, const double *came, hs_error *error,
                               double *possible) {
    const hs_focus_request *r = s->work->request;
    hs_focus_request free_of_routes = *r;
    hs_focus_case known = *of;
    hs_focus *best;
    free_of_routes.connected = false;
    known.candidates.expected = came;
    hs_status status = hs_focus_choose(&free_of_routes, &known, FOLD_STEPS, s->work, error, &best);
    if (status != HS_OK) return status;
    *possible = best->bound;
    hs_focus_free(best);
    return HS_OK;
}

static hs_status score_fold(const scoring *s, uint32_t fold, hs_error *error) {
    const hs_focus_request *r = s->work->request;
    const hs_forecast *f = s->g->forecast->forecast;
    hs_arena *arena = hs_arena_new(SCORE_MOST);
    hs_focus_case c;
    hs_focus *focus = NULL;
    hs_status status = arena ? hs_hotspot_check(s->work, error) : hs_error_memory(error, "scores");
    if (status == HS_OK)
        status = hs_focus_case_make(r, s->g, s->closed, s->g->expected[fold + 1], f->fold_s[fold], arena,
                                    error, &c);
    double *came =
        status == HS_OK ? hs_arena_array(arena, (size_t)c.candidates.count + 1, sizeof *came) : NULL;
    if (status == HS_OK && !came) status = hs_error_memory(error, "scores");
    hs_focus_score *own = &s->plan->fold[fold];
    if (status == HS_OK) {
        *own = (hs_focus_score){.origin_s = c.origin_s, .hit_rate = NAN};
        own->observed = hs_focus_came(r, s->g, s->closed, &c, c.origin_s, came);
        status = hs_focus_choose(r, &c, FOLD_STEPS, s->work, error, &focus);
        /* Its days may cost more than those of the plan: then there is none to score. */
        if (status == HS_E_INPUT) status = HS_OK;
    }
    if (focus) {
        score(focus, came, own);
        status = find_possible(s, &c, came, error, &own->possible);
    }
    hs_focus_free(focus);
    hs_arena_free(arena);
    return status;
}

static void score_some(void *context, size_t begin, size_t end) {
    const scoring *s = context;
    for (size_t k = begin; k < end; k++)
        s->status[k] = score_fold(s, (uint32_t)k, &s->error[k]);
}

static hs_status sum_up(const hs_focus_request *r, const hs_focus_ground *g, hs_focus_plan *plan,
                        hs_error *error) {
    double hit[HS_FORECAST_MOST_FOLDS], possible[HS_FORECAST_MOST_FOLDS], pai[HS_FORECAST_MOST_FOLDS];
    double share = r->in_hours ? (double)NAN : plan->cost / g->all_km;
    for (uint32_t k = 0; k < plan->folds; k++) {
        const hs_focus_score *s = &plan->fold[k];
        hit[k] = s->hit_rate;
        possible[k] = s->possible > 0 ? s->caught / s->possible : (double)NAN;
        pai[k] = s->hit_rate / share;
    }
    hs_status status =
        hs_forecast_bootstrap(hit, plan->folds, REPLICATES, CONFIDENCE, SEED, error, &plan->hit_rate);
    if (status == HS_OK)
        status = hs_forecast_bootstrap(possible, plan->folds, REPLICATES, CONFIDENCE, SEED, error,
                                       &plan->of_possible);
    return status == HS_OK
               ? hs_forecast_bootstrap(pai, plan->folds, REPLICATES, CONFIDENCE, SEED, error, &plan->pai)
               : status;
}

static hs_status score_in_sample(const scoring *s, const hs_focus_case *own, const hs_focus *focus) {
    const hs_focus_request *r = s->work->request;
    hs_focus_score *to = &s->plan->in_sample;
    double *came = malloc(((size_t)own->candidates.count + 1) * sizeof *came);
    if (!came) return hs_error_memory(s->work->error, "scores");
    to->origin_s = own->origin_s - r->forecast.horizon_days * 86400;
    to->observed = hs_focus_came(r, s->g, s->closed, own, to->origin_s, came);
    score(focus, came, to);
    hs_status status = find_possible(s, own, came, s->work->error, &to->possible);
    free(came);
    return status;
}

hs_status hs_focus_score_plan(const hs_hotspot_work *work, const hs_focus_ground *g, const bool *closed,
                              const hs_focus_case *own, const hs_focus *focus, hs_focus_plan *plan) {
    const hs_focus_request *r = work->request;
    uint32_t folds = g->forecast->forecast->folds;
    if (folds > r->forecast.folds) folds = (uint32_t)r->forecast.folds;
    const hs_forecast_interval none = {(double)NAN, (double)NAN, (double)NAN, 0};
    scoring s = {work, g, closed, plan, NULL, NULL};
    plan->folds = folds;
    plan->hit_rate = plan->of_possible = plan->pai = none;
    plan->fold = hs_arena_array(plan->arena, (size_t)folds + 1, sizeof *plan->fold);
    s.status = hs_arena_array(plan->arena, (size_t)folds + 1, sizeof *s.status);
    s.error = hs_arena_array(plan->arena, (size_t)folds + 1, sizeof *s.error);
    if (!plan->fold || !s.status || !s.error) return hs_error_memory(work->error, "scores");
    hs_pool_for(hs_service_pool(work->service), folds, 1, score_some, &s);
    for (uint32_t k = 0; k < folds; k++)
        if (s.status[k] != HS_OK) return hs_error_set(work->error, s.status[k], "%s", s.error[k].message);
    hs_status status = folds > 0 ? sum_up(work->request, g, plan, work->error) : HS_OK;
    return status == HS_OK ? score_in_sample(&s, own, focus) : status;
}
