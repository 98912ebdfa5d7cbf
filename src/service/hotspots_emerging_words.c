/* Emerging hot spots in words, Chinese and English. */
#include "service/hotspots_emerging.h"

#include "base/text.h"
#include <math.h>

typedef struct pattern_words {
    const char *hot_en, *hot_zh, *cold_en, *cold_zh;
} pattern_words;

/* {1} steps of the run or of the state, {2} all steps, {3} the step's name. */
static const pattern_words words[HS_EMERGING_PATTERNS] = {
    {"no pattern", "无明显规律", "", ""},
    {"new hot spot: far more than elsewhere in the last step ({3}), never before",
     "新增热点：最近一期（{3}）首次明显偏多",
     "new cold spot: far fewer than elsewhere in the last step ({3}), never before",
     "新增冷点：最近一期（{3}）首次明显偏少"},
    {"consecutive hot spot: hot in each of the last {1} steps ({3}), never before",
     "连续热点：最近连续 {1} 期（{3}）都是热点，此前从未是",
     "consecutive cold spot: cold in each of the last {1} steps ({3}), never before",
     "连续冷点：最近连续 {1} 期（{3}）都是冷点，此前从未是"},
    {"intensifying hot spot: hot nearly always ({1} of {2} steps) and getting worse",
     "加剧热点：几乎一直是热点（{2} 期中 {1} 期），而且越来越严重",
     "intensifying cold spot: cold nearly always ({1} of {2} steps) and getting quieter",
     "加剧冷点：几乎一直是冷点（{2} 期中 {1} 期），而且越来越少"},
    {"persistent hot spot: hot nearly always ({1} of {2} steps), neither better nor worse",
     "持续热点：几乎一直是热点（{2} 期中 {1} 期），没有好转也没有恶化",
     "persistent cold spot: cold nearly always ({1} of {2} steps), without a trend",
     "持续冷点：几乎一直是冷点（{2} 期中 {1} 期），没有明显变化"},
    {"diminishing hot spot: hot nearly always ({1} of {2} steps), but easing",
     "减弱热点：几乎一直是热点（{2} 期中 {1} 期），但正在好转",
     "diminishing cold spot: cold nearly always ({1} of {2} steps), but getting busier",
     "减弱冷点：几乎一直是冷点（{2} 期中 {1} 期），但正在增多"},
    {"sporadic hot spot: hot in the last step, on and off before ({1} of {2} steps)",
     "偶发热点：最近一期是热点，此前时有时无（{2} 期中 {1} 期）",
     "sporadic cold spot: cold in the last step, on and off before ({1} of {2} steps)",
     "偶发冷点：最近一期是冷点，此前时有时无（{2} 期中 {1} 期）"},
    {"oscillating hot spot: hot in the last step ({1} of {2} steps), but a cold spot at times before",
     "反复热点：最近一期是热点（{2} 期中 {1} 期），但此前有时是冷点",
     "oscillating cold spot: cold in the last step ({1} of {2} steps), but a hot spot at times before",
     "反复冷点：最近一期是冷点（{2} 期中 {1} 期），但此前有时是热点"},
    {"historical hot spot: hot nearly always before ({1} of {2} steps), no longer in the last",
     "历史热点：过去几乎一直是热点（{2} 期中 {1} 期），最近一期已不是",
     "historical cold spot: cold nearly always before ({1} of {2} steps), no longer in the last",
     "历史冷点：过去几乎一直是冷点（{2} 期中 {1} 期），最近一期已不是"},
};

const char *hs_emerging_label(const hs_hotspot_run *run, uint32_t row, bool chinese, hs_arena *arena) {
    const hs_emerging_result *h = run->result;
    const hs_emerging *e = &h->history[row];
    if (isnan(h->z[row])) return hs_in_language(chinese, "not tested", "未检验");
    if (e->pattern == HS_EMERGING_NONE) return hs_in_language(chinese, words[0].hot_en, words[0].hot_zh);
    const pattern_words *w = &words[e->pattern];
    const char *format = e->cold ? (chinese ? w->cold_zh : w->cold_en) : (chinese ? w->hot_zh : w->hot_en);
    char step[32], number[2][16];
    hs_step_words(h->steps.step, chinese, step, sizeof step);
    bool run_counts = e->pattern == HS_EMERGING_CONSECUTIVE;
    (void)snprintf(number[0], sizeof number[0], "%u",
                   (unsigned)(run_counts ? e->run
                              : e->cold  ? e->cold_steps
                                         : e->hot_steps));
    (void)snprintf(number[1], sizeof number[1], "%u", (unsigned)h->steps.count);
    return hs_hotspot_fill(arena, format, (const char *const[]){number[0], number[1], step}, 3);
}

static const char *p_words(const hs_emerging_result *h, bool chinese) {
    if (h->how == HS_EMERGING_EXACT)
        return hs_in_language(chinese,
                              " P-values are two-sided and exact under random labelling of all bins (the "
                              "distribution of sums drawn without putting back).",
                              "p 值为双侧，由所有时空单元随机标记下的精确分布（不放回抽取之和）得出。");
    if (h->how == HS_EMERGING_NORMAL)
        return hs_in_language(
            chinese,
            " P-values are two-sided, from the normal distribution of z; of rare counts it is "
            "rough.",
            "p 值为双侧，由 z 的正态分布得出；计数稀少时仅为近似。");
    return hs_in_language(chinese, " P-values are two-sided, from permutations.", "p 值为双侧，由置换得出。");
}

static void explain_steps(const hs_hotspot_run *run, bool chinese, hs_buffer *out) {
    const hs_emerging_request *r = run->request;
    const hs_emerging_result *h = run->result;
    char step[32], from[HS_TIME_TEXT_SIZE] = "", to[HS_TIME_TEXT_SIZE] = "";
    if (h->steps.count == 0) return;
    hs_step_words(h->steps.step, chinese, step, sizeof step);
    (void)hs_timezone_format(run->snapshot->timezone, h->steps.bound_s[0], from);
    (void)hs_timezone_format(run->snapshot->timezone, h->steps.bound_s[h->steps.count], to);
    hs_buffer_printf(
        out,
        hs_in_language(chinese,
                       " Time: %u steps (%s each%s) from %s to before %s; counted back from the end%s.",
                       "时间：共 %u 期（每期一%s%s），自 %s 起至 %s 前；由末端向前划分%s。"),
        (unsigned)h->steps.count, step,
        r->step.kind == HS_STEP_AUTO
            ? hs_in_language(chinese, ", chosen for enough steps", "，为保证期数自动选择")
            : "",
        from, to,
        h->steps.ends_with_data
            ? hs_in_language(chinese, ", the day of the last incident", "，即最后一件案件当日")
            : "");
    if (h->early + h->timeless > 0)
        hs_buffer_printf(
            out,
            hs_in_language(chinese,
                           " Of the counted incidents %llu lie before the first whole step and "
                           "%llu have no time: they are in no bin.",
                           "计入案件中有 %llu 件早于首个完整时段、%llu 件无时间，未进入时空单元。"),
            (unsigned long long)h->early, (unsigned long long)h->timeless);
    hs_buffer_printf(
        out,
        hs_in_language(chinese,
                       " A bin's neighbours are the unit's in the same step and in the %u before it.",
                       "邻居含同期及此前 %u 期的本单元与邻接单元。"),
        (unsigned)r->lag);
}

void hs_emerging_explain(const hs_hotspot_run *run, bool chinese, hs_buffer *out) {
    const hs_emerging_request *r = run->request;
    const hs_emerging_result *h = run->result;
    hs_buffer_text(
        out, hs_in_language(chinese,
                            "Emerging hot spots: Getis-Ord Gi* (Getis and Ord 1992; Ord and Getis 1995) "
                            "over a cube of units and steps of time, with the trend of z "
                            "(Mann 1945; Kendall 1975)",
                            "时空热点演变：在单元与时段构成的立方体上计算 Getis-Ord Gi*（Getis 与 Ord "
                            "1992；Ord 与 Getis 1995），并检验 z 的趋势（Mann 1945；Kendall 1975）"));
    hs_areas_explain_units(&r->areas, h->areas.count, h->links, h->island_count, chinese, out);
    hs_areas_explain_counts(&r->areas, &h->tally, chinese, out);
    explain_steps(run, chinese, out);
    if (!h->head.enough) return;
    hs_buffer_text(out, p_words(h, chinese));
    if (h->how == HS_EMERGING_PERMUTED)
        hs_buffer_printf(out,
                         hs_in_language(chinese, " There were %u (seed %llu); the smallest possible is %.3g.",
                                        "共 %u 次（种子 %llu），可能的最小值为 %.3g。"),
                         (unsigned)h->permutations, (unsigned long long)r->areas.seed, h->smallest_p);
    hs_buffer_printf(
        out,
        hs_in_language(
            chinese,
            " Corrected over all %llu bins, and trends over all units, by: %s; significant where the "
            "corrected value is at most %g. The variance of the trend takes in that neighbouring steps "
            "share %u of %u steps (Hamed and Rao 1998).",
            "对全部 %llu 个时空单元、以及各单元的趋势作多重检验校正：%s；校正值不大于 %g "
            "为显著。趋势的方差已计入相邻时段共享 %u/%u 期（Hamed 与 Rao 1998）。"),
        (unsigned long long)h->areas.count * h->steps.count,
        hs_areas_correction_words(r->areas.correction, chinese), r->areas.alpha, (unsigned)r->lag,
        (unsigned)r->lag + 1);
    hs_buffer_text(
        out, hs_in_language(chinese,
                            " Names of histories: significant in the last step for the first time is new; in "
                            "an unbroken run up to it, consecutive; in at least 90 % of the steps, "
                            "intensifying, persistent or diminishing by the trend, and historical where the "
                            "last is not; else sporadic, or oscillating where the opposite was seen before.",
                            "命名：末期首次显著为新增；不间断延续至末期为连续；至少 90% "
                            "的时段显著，按趋势为加剧、持续或减弱，末期不显著则为历史；其余为偶发，曾出现相反"
                            "状态则为反复。"));
}
