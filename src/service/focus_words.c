/* How a plan was computed, Chinese and English. */
#include "service/focus_private.h"

#include "base/text.h"
#include <math.h>

static const char *candidates_words(const hs_focus_request *r, bool chinese) {
    if (r->in_hours)
        return r->units == HS_UNITS_STREETS
                   ? hs_in_language(chinese, "hours of the week at street segments", "街道段的周内时段")
                   : hs_in_language(chinese, "hours of the week at units", "单元的周内时段");
    return r->units == HS_UNITS_STREETS
               ? hs_in_language(chinese, "street segments", "街道段")
               : hs_in_language(chinese, "units, each with the streets in it", "单元（各含其内街道）");
}

static void explain_plan(const hs_hotspot_run *run, bool chinese, hs_buffer *out) {
    const hs_focus_request *r = run->request;
    const hs_focus_plan *plan = hs_focus_plan_of(run);
    char origin[HS_TIME_TEXT_SIZE];
    (void)hs_timezone_format(run->snapshot->timezone, plan->origin_s, origin);
    hs_buffer_printf(
        out,
        hs_in_language(
            chinese,
            "Plan for the %lld days from %s: %u lines of %.2f of %.2f %s, chosen of %u %s; %.1f of %.1f "
            "incidents are expected there (%.1f %%).",
            "自 %2$s 起 %1$lld 天的方案：在 %7$u 个%8$s中选出 %3$u 项，用 %4$.2f / %5$.2f "
            "%6$s；预计 %10$.1f 件中有 %9$.1f 件发生于此（%11$.1f%%）。"),
        (long long)r->forecast.horizon_days, origin, (unsigned)plan->count, plan->cost, plan->budget,
        r->in_hours ? hs_in_language(chinese, "crew-hours", "工时") : hs_in_language(chinese, "km", "公里"),
        (unsigned)plan->candidates, candidates_words(r, chinese), plan->expected, plan->total,
        plan->total > 0 ? 100 * plan->expected / plan->total : 0);
    if (plan->gap < 1e-9)
        hs_buffer_text(out,
                       hs_in_language(chinese, " It was proved that no plan within the budget expects more",
                                      "已证明预算内没有预计更多的方案"));
    else
        hs_buffer_printf(
            out,
            hs_in_language(chinese,
                           " No plan within the budget can expect more than %.2f: the gap is at most %.2f %%",
                           "预算内任何方案预计不超过 %.2f 件，差距至多 %.2f%%"),
            plan->bound, 100 * plan->gap);
    hs_buffer_text(
        out, r->connected
                 ? hs_in_language(
                       chinese,
                       " (routes grown along the cheapest ways and improved by exchange; the bound is that "
                       "of the plan that need not be connected, so that the true gap is smaller).",
                       "（路线沿最省的通路生长并以交换改进；上界取自不要求连通的方案，真实差距更小）。")
                 : hs_in_language(
                       chinese,
                       " (a knapsack: Lagrangian relaxation, Fisher 1981, and a search among what reduced "
                       "values leave open; Kellerer, Pferschy and Pisinger 2004).",
                       "（背包问题：拉格朗日松弛 Fisher 1981，并在约化值未定的对象中搜索；Kellerer、"
                       "Pferschy 与 Pisinger 2004）。"));
}

static void explain_options(const hs_hotspot_run *run, bool chinese, hs_buffer *out) {
    const hs_focus_request *r = run->request;
    const hs_focus_plan *plan = hs_focus_plan_of(run);
    if (r->min_per > 0)
        hs_buffer_printf(out,
                         hs_in_language(chinese, " At least %u of each %s, or all that it has.",
                                        "每个%2$s至少 %1$u 个，不足则全选。"),
                         (unsigned)r->min_per,
                         chinese && r->min_level == HS_LEVEL_SUBDISTRICT ? "街道"
                         : chinese && r->min_level == HS_LEVEL_COMMUNITY ? "社区"
                                                                         : hs_level_name(r->min_level));
    if (r->avoid_permitted)
        hs_buffer_printf(
            out,
            hs_in_language(chinese,
                           " Left out: hours in which the middle of a place lies in a permitted zone (%u "
                           "candidates altogether).",
                           "已排除：中点位于许可区内的时段（整体排除 %u 个候选）。"),
            (unsigned)plan->forbidden);
    if (r->weight == HS_FOCUS_SEVERITY)
        hs_buffer_text(out,
                       hs_in_language(chinese,
                                      " Incidents count by their weight: each place's mean, drawn to the "
                                      "city's by empirical Bayes (Marshall 1991).",
                                      "案件按权重计：各处均值以经验贝叶斯（Marshall 1991）向全市收缩。"));
    if (r->weight == HS_FOCUS_COMPLAINTS)
        hs_buffer_text(out,
                       hs_in_language(chinese,
                                      " Residents' reports count alone: each place's share of them, drawn to "
                                      "the city's by empirical Bayes (Marshall 1991).",
                                      "只计市民反映：各处占比以经验贝叶斯（Marshall 1991）向全市收缩。"));
    if (r->in_hours)
        hs_buffer_printf(
            out,
            hs_in_language(
                chinese,
                " An hour that comes round in the horizon takes %u x %u minutes of visits each time; "
                "all incidents expected in that hour are taken to be met.",
                "计划期内每个所选小时每次安排 %u 次到访、每次 %u 分钟；该小时内预计的案件均视为可遇。"),
            (unsigned)r->visits, (unsigned)r->minutes);
}

static void explain_way(const hs_focus_ground *g, bool chinese, hs_buffer *out) {
    hs_focus_way way = g->way[0];
    if (way == HS_FOCUS_FORECAST)
        hs_buffer_text(out, hs_in_language(chinese,
                                           " It stands as it is: nothing else told more at earlier origins.",
                                           "直接采用：在更早起点没有更好的做法。"));
    if (way == HS_FOCUS_BACKGROUND || way == HS_FOCUS_BACKGROUND_LAST)
        hs_buffer_printf(
            out,
            hs_in_language(
                chinese,
                " Streets with as many incidents as others of their class and quarter have (Poisson "
                "factors of both; negative binomial of shape %.0f; %.1f %% of streets stand out) take "
                "that background, the others the forecast, which told more at earlier origins.",
                "与同等级、同社区街道相当者取其背景值（两者的泊松因子；负二项形状 %.0f；%.1f%% "
                "的街道突出），其余取预测，此法在更早起点更准。"),
            g->background_shape, 100 * g->exceptional);
    if (way == HS_FOCUS_LAST || way == HS_FOCUS_BACKGROUND_LAST)
        hs_buffer_text(
            out, hs_in_language(chinese,
                                " The forecast weighs as 8 incidents against the count of the last period "
                                "(Gamma-Poisson), which told more at earlier origins.",
                                "预测相当于 8 件，与最近一期计数合并（伽马－泊松），此法在更早起点更准。"));
}

static void explain_details(const hs_hotspot_run *run, bool chinese, hs_buffer *out) {
    const hs_focus_answer *a = run->result;
    hs_buffer_printf(
        out,
        hs_in_language(
            chinese,
            "\nHours: shares of the hours of workdays and days of rest at each place, drawn to its "
            "subdistrict "
            "and that to the city by Dirichlet priors of %.0f and %.0f incidents, the likeliest strengths "
            "(empirical Bayes; Minka 2000).",
            "\n时段：各处工作日与休息日各小时占比，先向所属街道、再向全市收缩，狄利克雷先验强度 %2$.0f 与 "
            "%1$.0f 件，取似然最大者（经验贝叶斯；Minka 2000）。"),
        a->strength[1], a->strength[0]);
    hs_buffer_text(
        out, hs_in_language(
                 chinese,
                 "\nRank: by expected incidents per km or crew-hour; its 95 % interval by 200 draws of each "
                 "place's mean from a Gamma posterior that knows the incidents of the last twelve horizons "
                 "(Jeffreys' prior), among all places.",
                 "\n排序：按每公里或每工时预计件数；95% 区间由各处均值的伽马后验抽样 200 "
                 "次得出，后验依据最近十二期的案件（Jeffreys 先验），在全部对象中排位。"));
    if (a->ground->state_steps > 0)
        hs_buffer_printf(
            out,
            hs_in_language(
                chinese,
                "\nState: emerging hot spots over %u steps of %lld days before the origin (Gi* of Getis and "
                "Ord "
                "1992 with the neighbours that touch, this step and the one before; normal p-values, false "
                "discovery rate of Benjamini and Hochberg 1995; trend of Mann 1945).",
                "\n状态：起点前 %u 个 %lld 天时段的热点演变（Getis 与 Ord 1992 的 "
                "Gi*，相邻对象及上一时段；正态 "
                "p 值，Benjamini 与 Hochberg 1995 错误发现率；Mann 1945 趋势）。"),
            (unsigned)a->ground->state_steps, (long long)(a->ground->state_step_s / 86400));
    else
        hs_buffer_text(out, hs_in_language(chinese, "\nState: the past is too short to name histories.",
                                           "\n状态：历史过短，无法命名演变。"));
}

static void explain_scores(const hs_focus_plan *plan, bool chinese, hs_buffer *out) {
    if (plan->folds == 0) return;
    hs_buffer_printf(
        out,
        hs_in_language(
            chinese,
            "\nHeld out: plans made alike at %u earlier origins, by what was known then, caught %.1f %% of "
            "the "
            "incidents that came (95 %% interval %.1f to %.1f), %.1f %% of what the best plan in hindsight "
            "could "
            "have. In-sample: this plan on the period that it has seen %.1f %%, which says nothing of how "
            "good "
            "it is.",
            "\n留出评分：在 %u 个更早起点、只用当时已知案件同法制定的方案，命中其后案件的 %.1f%%（95%% 区间 "
            "%.1f "
            "至 %.1f），为事后最优方案的 %.1f%%。样本内：本方案在已见时期为 %.1f%%，不能说明优劣。"),
        (unsigned)plan->folds, 100 * plan->hit_rate.mean, 100 * plan->hit_rate.low, 100 * plan->hit_rate.high,
        100 * plan->of_possible.mean, 100 * plan->in_sample.hit_rate);
}

void hs_focus_explain(const hs_hotspot_run *run, bool chinese, hs_buffer *out) {
    const hs_focus_answer *a = run->result;
    const hs_forecast *f = a->ground->forecast->forecast;
    explain_plan(run, chinese, out);
    explain_options(run, chinese, out);
    hs_buffer_printf(
        out,
        hs_in_language(
            chinese,
            "\nExpected: the forecast of street segments by %s (see forecast); %llu incidents were "
            "known at the origin; %llu lie on no street.",
            "\n预计件数：街道段预测，方法 %s（见 forecast）；起点前已知 %llu 件；%llu 件不在街道上。"),
        hs_forecast_method_name(f->method), (unsigned long long)f->used,
        (unsigned long long)a->ground->forecast->tally.outside);
    explain_way(a->ground, chinese, out);
    explain_details(run, chinese, out);
    explain_scores(&a->plan, chinese, out);
}
