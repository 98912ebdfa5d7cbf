/* The scan in words, Chinese and English. */
#include "service/hotspots_scan.h"

#include "base/text.h"
#include <math.h>

static const char *name_of(const hs_scan_cluster *c, bool significant, bool going_on, bool chinese) {
    if (!significant) return hs_in_language(chinese, "not significant", "不显著");
    if (c->cases < c->expected) return hs_in_language(chinese, "fewer than expected", "低发聚集");
    if (going_on) return hs_in_language(chinese, "going on now: more than expected", "正在发生的高发聚集");
    return hs_in_language(chinese, "more than expected", "高发聚集");
}

const char *hs_scan_label(const hs_hotspot_run *run, uint32_t row, bool chinese, hs_arena *arena) {
    const hs_scan_ask *r = run->request;
    const hs_scan_result *h = run->result;
    const hs_scan_cluster *c = &h->cluster[row];
    bool tested = h->summary.replications > 0;
    const char *name = tested ? name_of(c, c->p <= r->areas.alpha, r->when == HS_SCAN_PROSPECTIVE, chinese)
                              : hs_in_language(chinese, "not tested", "未检验");
    char counts[96];
    (void)snprintf(counts, sizeof counts,
                   hs_in_language(chinese, "%.10g, expected %.*f", "实际 %.10g，期望 %.*f"), c->cases,
                   c->expected < 10    ? 2
                   : c->expected < 100 ? 1
                                       : 0,
                   c->expected);
    if (h->steps.count == 0)
        return hs_arena_printf(arena, hs_in_language(chinese, "%s: %s", "%s：%s"), name, counts);
    const char *from = hs_scan_date(run, h->steps.bound_s[c->first_step], arena);
    const char *to = hs_scan_date(run, h->steps.bound_s[c->end_step] - 1, arena);
    return hs_arena_printf(arena, hs_in_language(chinese, "%s: %s, %s to %s", "%s：%s，%s 至 %s"), name,
                           counts, from ? from : "", to ? to : "");
}

static const char *method_words(const hs_scan_ask *r, bool chinese) {
    switch (r->when) {
    case HS_SCAN_SPACE:
        return hs_in_language(
            chinese, "Kulldorff's spatial scan statistic (Kulldorff and Nagarwalla 1995; Kulldorff 1997)",
            "Kulldorff 空间扫描统计（Kulldorff 与 Nagarwalla 1995；Kulldorff 1997）");
    case HS_SCAN_PROSPECTIVE:
        return hs_in_language(
            chinese,
            "Kulldorff's prospective space-time scan statistic (Kulldorff 2001): only intervals "
            "that reach the end of the period",
            "Kulldorff 前瞻性时空扫描统计（Kulldorff 2001）：只看延续到时段末的聚集");
    default:
        return hs_in_language(
            chinese, "Kulldorff's retrospective space-time scan statistic (Kulldorff and others 1998)",
            "Kulldorff 回顾性时空扫描统计（Kulldorff 等 1998）");
    }
}

static const char *poisson_words(const hs_scan_ask *r, const hs_scan_result *h, bool chinese) {
    if (r->expected_attribute.size > 0)
        return hs_in_language(chinese, "what is expected is the units' own column", "期望数取单元的指定列");
    switch (h->value) {
    case HS_VALUE_PER_POPULATION:
        return hs_in_language(chinese, "what is expected goes by residents", "期望数与常住人口成正比");
    case HS_VALUE_PER_KM2:
        return hs_in_language(chinese, "what is expected goes by area", "期望数与面积成正比");
    case HS_VALUE_PER_KM:
        return hs_in_language(chinese, "what is expected goes by length of street", "期望数与街道长度成正比");
    default:
        return hs_in_language(chinese, "the same is expected of every unit", "各单元期望数相同");
    }
}

static void explain_model(const hs_scan_ask *r, const hs_scan_result *h, bool chinese, hs_buffer *out) {
    if (r->model == HS_SCAN_POISSON)
        hs_buffer_printf(out, hs_in_language(chinese, " Model: Poisson; %s.", "模型：泊松，%s。"),
                         poisson_words(r, h, chinese));
    else if (r->model == HS_SCAN_PERMUTATION)
        hs_buffer_text(
            out, hs_in_language(chinese,
                                " Model: space-time permutation (Kulldorff and others 2005): what is "
                                "expected of a place and time follows from the cases of each alone, so "
                                "that what is always so in a place, or everywhere at a time, is no cluster.",
                                "模型：时空置换（Kulldorff 等 2005）：期望数由各地与各时的案件数推得，"
                                "某地一贯多发或全域同时多发均不算聚集。"));
    else if (r->areas.count_attribute.size > 0)
        hs_buffer_text(out, hs_in_language(chinese,
                                           " Model: Bernoulli; the others of the population are controls.",
                                           "模型：伯努利，人口中的其余为对照。"));
    else
        hs_buffer_printf(out,
                         hs_in_language(chinese, " Model: Bernoulli; %llu other incidents are controls.",
                                        "模型：伯努利，以其余 %llu 件案件为对照。"),
                         (unsigned long long)h->controls);
}

/* What max-share is of. */
static const char *whole_words(const hs_scan_ask *r, const hs_scan_result *h, bool chinese) {
    if (r->model == HS_SCAN_PERMUTATION) return hs_in_language(chinese, "cases", "案件");
    if (r->model == HS_SCAN_BERNOULLI) return hs_in_language(chinese, "cases and controls", "病例与对照");
    if (r->expected_attribute.size > 0) return hs_in_language(chinese, "expected number", "期望数");
    switch (h->value) {
    case HS_VALUE_PER_POPULATION:
        return hs_in_language(chinese, "residents", "人口");
    case HS_VALUE_PER_KM2:
        return hs_in_language(chinese, "area", "面积");
    case HS_VALUE_PER_KM:
        return hs_in_language(chinese, "length", "长度");
    default:
        return hs_in_language(chinese, "units", "单元");
    }
}

static void explain_windows(const hs_scan_ask *r, const hs_scan_result *h, bool chinese, hs_buffer *out) {
    char units[64];
    hs_hotspot_units_words(&r->areas, units, sizeof units);
    const char *shape =
        r->areas.units == HS_UNITS_STREETS
            ? hs_in_language(chinese, "stretches of street by shortest paths", "沿街道最短路的街段集合")
        : r->extent.ellipses ? hs_in_language(chinese, "circles and ellipses (Kulldorff and others 2006)",
                                              "圆与椭圆（Kulldorff 等 2006）")
                             : hs_in_language(chinese, "circles", "圆");
    hs_buffer_printf(
        out,
        hs_in_language(chinese, " Windows: %s about the middles of %u units (%s), at most %g %% of the %s",
                       "扫描窗口：以 %2$u 个单元（%3$s）中心为心的%1$s，至多占%5$s的 %4$g%%"),
        shape, (unsigned)h->areas.count, units, 100 * r->extent.max_share, whole_words(r, h, chinese));
    if (r->extent.max_radius_m > 0)
        hs_buffer_printf(out, hs_in_language(chinese, " and %g m of radius", "、半径至多 %g 米"),
                         r->extent.max_radius_m);
    hs_buffer_printf(out, hs_in_language(chinese, ": %zu zones.", "，共 %zu 个区域。"), h->zones);
    if (r->extent.compactness > 0)
        hs_buffer_printf(
            out,
            hs_in_language(chinese,
                           " The statistic of an ellipse is lowered by (4s/(s+1)^2)^%g, s the ratio of "
                           "its axes.",
                           "椭圆的统计量乘以 (4s/(s+1)^2)^%g（s 为轴比）。"),
            r->extent.compactness);
    if (h->unmeasured > 0)
        hs_buffer_printf(out,
                         hs_in_language(chinese,
                                        " %u units are left out: nothing is known that is expected of them.",
                                        "%u 个单元因无期望数而未计入。"),
                         (unsigned)h->unmeasured);
}

static void explain_time(const hs_hotspot_run *run, bool chinese, hs_buffer *out) {
    const hs_scan_result *h = run->result;
    char step[32];
    char from[HS_TIME_TEXT_SIZE];
    char to[HS_TIME_TEXT_SIZE];
    if (h->steps.count == 0) return;
    hs_step_words(h->steps.step, chinese, step, sizeof step);
    (void)hs_timezone_format(run->snapshot->timezone, h->steps.bound_s[0], from);
    (void)hs_timezone_format(run->snapshot->timezone, h->steps.bound_s[h->steps.count], to);
    hs_buffer_printf(
        out,
        hs_in_language(chinese,
                       " Time: %u steps (%s each) from %s to before %s, windows of at most %u; %llu "
                       "incidents lie before, %llu have no time.",
                       "时间：共 %u 期（每期一%s），自 %s 起至 %s 前，窗口至多 %u 期；早于时段 %llu "
                       "件，无时间 %llu 件。"),
        (unsigned)h->steps.count, step, from, to, (unsigned)h->most_steps, (unsigned long long)h->early,
        (unsigned long long)h->timeless);
}

static void explain_p(const hs_scan_ask *r, const hs_scan_result *h, bool chinese, hs_buffer *out) {
    static const char *const sides_en[] = {"one-sided (more than expected)",
                                           "one-sided (fewer than expected)", "two-sided"};
    static const char *const sides_zh[] = {"单侧（高于期望）", "单侧（低于期望）", "双侧"};
    if (h->summary.replications == 0) return;
    hs_buffer_printf(
        out,
        hs_in_language(chinese,
                       " P-values are %s, by rank among the largest statistics of %u replications (seed "
                       "%llu), the smallest possible %.3g: they allow for all windows at once, so "
                       "q_value is the same; significant where it is at most %g. Further clusters share "
                       "no unit with one before and are held against the same replications, which is "
                       "strict.",
                       "p 值为%s，由 %u 次随机重复（种子 "
                       "%llu）中最大统计量的名次得出，最小可能值 %.3g：已同时计及全部窗口，故 q_value "
                       "与之相同；不大于 %g 为显著。次级聚集与此前者不共单元，按同一批重复判断，偏严格。"),
        hs_in_language(chinese, sides_en[r->rates], sides_zh[r->rates]), (unsigned)h->summary.replications,
        (unsigned long long)r->areas.seed, 1.0 / (h->summary.replications + 1), r->areas.alpha);
    if (h->summary.stopped_early)
        hs_buffer_printf(
            out,
            hs_in_language(chinese,
                           " Of %u they ended early, when %u had reached the observed statistic (Besag "
                           "and Clifford 1991).",
                           "原定 %u 次，其中 %u 次达到观测值后提前结束（Besag 与 Clifford 1991）。"),
            (unsigned)r->replications, (unsigned)r->stop_after);
    hs_buffer_text(
        out, hs_in_language(chinese,
                            " p_value_gumbel is the tail of Gumbel's distribution fitted to them (Abrams, "
                            "Kulldorff and Kleinman 2010).",
                            "p_value_gumbel 为对其拟合的 Gumbel 分布尾部概率（Abrams、Kulldorff 与 Kleinman "
                            "2010）。"));
    if (r->when == HS_SCAN_PROSPECTIVE)
        hs_buffer_text(
            out,
            hs_in_language(chinese,
                           " recurrence_interval_days: how often chance alone would give such an alarm, "
                           "were each step scanned; by Gumbel's tail where fewer than 10 replications reach "
                           "it.",
                           "recurrence_interval_days：若每期扫描，仅凭偶然平均多少天出现一次同样的警报；"
                           "达到者不足 10 次时按 Gumbel 尾部计算。"));
}

void hs_scan_explain(const hs_hotspot_run *run, bool chinese, hs_buffer *out) {
    const hs_scan_ask *r = run->request;
    const hs_scan_result *h = run->result;
    hs_buffer_printf(out, hs_in_language(chinese, "%s.", "%s。"), method_words(r, chinese));
    explain_model(r, h, chinese, out);
    explain_windows(r, h, chinese, out);
    explain_time(run, chinese, out);
    hs_areas_explain_counts(&r->areas, &h->tally, chinese, out);
    if (h->weighted > 0)
        hs_buffer_printf(out,
                         hs_in_language(chinese,
                                        " The model counts incidents: the weights of %llu are not looked at.",
                                        "该模型按件计数，%llu 件案件的权重未计入。"),
                         (unsigned long long)h->weighted);
    if (h->head.enough) explain_p(r, h, chinese, out);
}
