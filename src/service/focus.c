/* A plan: the ground, the problem, the choice, its lines, its scores. */
#include "service/focus_private.h"

#include "base/text.h"
#include <math.h>

#define RESULT_MOST ((size_t)4 << 30)

static void done(void *result) {
    hs_focus_answer *a = result;
    if (a->entry) hs_shared_unref(a->entry);
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

const hs_focus_plan *hs_focus_plan_of(const hs_hotspot_run *run) {
    return &((const hs_focus_answer *)run->result)->plan;
}

/* Fewer incidents than this say little of where the next ones will be. */
#define FEW 100u

static void set_caution(const hs_focus_request *r, hs_focus_answer *a) {
    if (a->plan.count == 0)
        hs_hotspot_caution(&a->head, "Nothing fits into the budget: raise it, or take smaller candidates.",
                           "预算内没有可选对象：请提高预算，或改用更小的对象。");
    if (a->ground->forecast->forecast->used < FEW)
        hs_hotspot_caution(&a->head,
                           "Few incidents were known at the origin: take this as a rough guide, or ask for "
                           "more categories or a longer past.",
                           "起点前已知的案件很少，结果仅供参考；可放宽类别或时间范围。");
    if (a->plan.folds == 0 && r->forecast.folds > 0)
        hs_hotspot_caution(&a->head, "The past is too short for a backtest: no score could be given.",
                           "历史过短，无法回测，未给出评分。");
    if (a->plan.folds > 0 && isnan(a->plan.hit_rate.mean))
        hs_hotspot_caution(&a->head,
                           "Nothing came in the held-out periods, or they take more than the budget: no "
                           "score could be given.",
                           "留出期内没有案件，或所需超出预算，未给出评分。");
}

static hs_status compute(const hs_hotspot_work *work, void *result) {
    hs_focus_answer *a = result;
    a->plan.arena = a->head.arena;
    hs_status status = make(work, a);
    if (status != HS_OK) return status;
    a->head.enough = true;
    a->head.significant = a->plan.count;
    set_caution(work->request, a);
    return HS_OK;
}

const hs_hotspot_method *hs_focus_hotspot_method(void) {
    static const hs_hotspot_method method = {
        "focus",
        "where and when to enforce within a budget, scored on held-out periods",
        "在预算内选定执法路段与时段，并以留出期评分",
        hs_focus_parse,
        sizeof(hs_focus_answer),
        RESULT_MOST,
        compute,
        hs_focus_table,
        hs_focus_head,
        hs_focus_explain,
        done,
    };
    return &method;
}
