/* A plan: the ground, the problem, the choice, its lines, its scores. */
#include "service/focus_private.h"

#include "base/text.h"

#define RESULT_MOST ((size_t)4 << 30)

static void done(void *result) {
    hs_focus_answer *a = result;
    if (a->entry) hs_shared_unref(a->entry);
    hs_arena_free(a->plan.arena);
}

static hs_status make(const hs_hotspot_work *work, hs_focus_answer *a) {
    const hs_focus_request *r = work->request;
    const bool *closed;
    hs_focus_case own;
    hs_focus *focus;
    hs_status status = hs_focus_ground_get(work, &a->entry);
    if (status != HS_OK) return status;
    a->ground = hs_shared_value(a->entry);
    status = hs_focus_closed(r, a->ground, a->plan.arena, work->error, &closed);
    if (status == HS_OK)
        status = hs_focus_case_make(r, a->ground, closed, a->ground->expected[0], r->forecast.origin_s,
                                    a->plan.arena, work->error, &own);
    if (status == HS_OK) status = hs_focus_choose(r, &own, 0, work, work->error, &focus);
    if (status != HS_OK) return status;
    a->strength[0] = own.strength[0];
    a->strength[1] = own.strength[1];
    status = hs_focus_fill_plan(work, a->ground, &own, focus, &a->plan);
    if (status == HS_OK) status = hs_focus_score_plan(work, a->ground, closed, &own, focus, &a->plan);
    hs_focus_free(focus);
    return status;
}

static hs_status compute(const hs_hotspot_work *work, void **result) {
    hs_arena *arena = hs_arena_new(RESULT_MOST);
    hs_focus_answer *a = arena ? hs_arena_array(arena, 1, sizeof *a) : NULL;
    if (!a) {
        hs_arena_free(arena);
        return hs_error_memory(work->error, "a plan");
    }
    a->plan.arena = arena;
    hs_status status = make(work, a);
    if (status == HS_OK)
        *result = a;
    else
        done(a);
    return status;
}

const hs_focus_plan *hs_focus_plan_of(const hs_hotspot_run *run) {
    return &((const hs_focus_answer *)run->result)->plan;
}

static const char *reason(const hs_hotspot_run *run, bool chinese) {
    (void)run;
    (void)chinese;
    return NULL;
}

/* Fewer incidents than this say little of where the next ones will be. */
#define FEW 100u

static const char *caution(const hs_hotspot_run *run, bool chinese) {
    const hs_focus_plan *plan = hs_focus_plan_of(run);
    const hs_focus_answer *a = run->result;
    if (plan->count == 0)
        return hs_in_language(chinese, "Nothing fits into the budget: raise it, or take smaller candidates.",
                              "预算内没有可选对象：请提高预算，或改用更小的对象。");
    if (a->ground->forecast->forecast->used < FEW)
        return hs_in_language(
            chinese,
            "Few incidents were known at the origin: take this as a rough guide, or ask for "
            "more categories or a longer past.",
            "起点前已知的案件很少，结果仅供参考；可放宽类别或时间范围。");
    if (plan->folds == 0 && ((const hs_focus_request *)run->request)->forecast.folds > 0)
        return hs_in_language(chinese, "The past is too short for a backtest: no score could be given.",
                              "历史过短，无法回测，未给出评分。");
    return NULL;
}

static uint32_t significant(const hs_hotspot_run *run) {
    return hs_focus_plan_of(run)->count;
}

const hs_hotspot_method *hs_focus_hotspot_method(void) {
    static const hs_hotspot_method method = {
        "focus",
        "where and when to enforce within a budget, scored on held-out periods",
        "在预算内选定执法路段与时段，并以留出期评分",
        hs_focus_parse,
        compute,
        hs_focus_table,
        hs_focus_head,
        hs_focus_explain,
        reason,
        caution,
        significant,
        done,
    };
    return &method;
}
