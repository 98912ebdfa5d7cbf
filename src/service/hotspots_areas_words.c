/* Hotspots in words, Chinese and English. */
#include "service/hotspots_areas.h"

#include "base/text.h"
#include <math.h>

const char *hs_hotspot_units_name(hs_hotspot_units units) {
    static const char *const names[] = {"level", "square", "hex", "streets"};
    return names[units];
}

void hs_hotspot_units_words(const hs_areas_request *request, char *text, size_t size) {
    switch (request->units) {
    case HS_UNITS_LEVEL:
        (void)snprintf(text, size, "level=%s", hs_level_name(request->level));
        break;
    case HS_UNITS_STREETS:
        (void)snprintf(text, size, "streets=true");
        break;
    default:
        (void)snprintf(text, size, "grid=%s:%g", hs_hotspot_units_name(request->units), request->size_m);
    }
}

void hs_hotspot_weights_words(const hs_areas_request *request, char *text, size_t size) {
    static const char *const names[] = {"queen", "rook", "knn", "band", "kernel", "network"};
    const char *name = names[request->neighbours];
    if (request->neighbours == HS_NEIGHBOURS_KNN)
        (void)snprintf(text, size, "%s:%u", name, (unsigned)request->nearest);
    else if (request->neighbours >= HS_NEIGHBOURS_BAND)
        (void)snprintf(text, size, "%s:%g", name, request->distance_m);
    else
        (void)snprintf(text, size, "%s", name);
}

const char *hs_hotspot_label(const hs_areas_request *request, const hs_areas_result *hotspots, uint32_t row,
                             bool chinese) {
    static const char *const classes_en[] = {"", "high among high", "low among low", "high among low",
                                             "low among high"};
    static const char *const classes_zh[] = {"", "高-高聚集", "低-低聚集", "高值孤点（高-低）",
                                             "低值孤点（低-高）"};
    const hs_hotspot_rows *rows = &hotspots->rows;
    if (isnan(rows->q[row])) return hs_in_language(chinese, "not tested: no neighbours", "无邻居，未检验");
    if (!(rows->q[row] <= request->alpha)) return hs_in_language(chinese, "not significant", "不显著");
    if (request->method == HS_AREAS_LOCAL_MORAN)
        return hs_in_language(chinese, classes_en[rows->moran_class[row]],
                              classes_zh[rows->moran_class[row]]);
    return rows->z[row] > 0 ? hs_in_language(chinese, "hot spot", "热点")
                            : hs_in_language(chinese, "cold spot", "冷点");
}

const char *hs_hotspot_global_label(const hs_areas_request *request, const hs_areas_result *hotspots,
                                    int which, bool chinese) {
    if (isnan(hotspots->global_q[which])) return hs_in_language(chinese, "not tested", "未检验");
    if (!(hotspots->global_q[which] <= request->alpha))
        return hs_in_language(chinese, "no significant pattern", "无显著格局");
    bool above = hotspots->global[which].statistic > hotspots->global[which].expected;
    if (which == HS_GLOBAL_G)
        return above ? hs_in_language(chinese, "high values cluster", "高值聚集")
                     : hs_in_language(chinese, "low values cluster", "低值聚集");
    if (which == HS_GLOBAL_GEARY) above = !above;
    return above ? hs_in_language(chinese, "like values cluster", "相似值聚集")
                 : hs_in_language(chinese, "like values keep apart", "相似值分散");
}

static const char *method_words(hs_areas_method method, bool chinese) {
    switch (method) {
    case HS_AREAS_GI_STAR:
        return hs_in_language(
            chinese,
            "Getis-Ord Gi* (Getis and Ord 1992; Ord and Getis 1995): the weighted sum of a unit "
            "and its neighbours against what chance gives; the statistic is its z",
            "Getis-Ord Gi*（Getis 与 Ord 1992；Ord 与 Getis "
            "1995）：单元及其邻居的加权和与随机情形相比，统计量为其 z 值");
    case HS_AREAS_LOCAL_MORAN:
        return hs_in_language(
            chinese,
            "local Moran's I (Anselin 1995) with conditional moments: whether a unit and its "
            "neighbours are alike or differ",
            "局部 Moran 指数（Anselin 1995，条件矩）：单元与其邻居相似还是相异");
    default:
        return hs_in_language(
            chinese,
            "global Moran's I, Getis-Ord G and Geary's C with moments under random labelling: "
            "whether the whole clusters at all",
            "全局 Moran I、Getis-Ord G 与 Geary C（随机化矩）：整体是否聚集");
    }
}

static void explain_p(const hs_areas_request *request, const hs_areas_result *hotspots, bool chinese,
                      hs_buffer *out) {
    const char *conditional = request->method != HS_AREAS_LOCAL_MORAN
                                  ? hs_in_language(chinese, "random", "随机")
                                  : hs_in_language(chinese, "conditional", "条件");
    if (hotspots->exact)
        hs_buffer_text(
            out, hs_in_language(chinese,
                                " P-values are two-sided and exact under random labelling (the "
                                "distribution of sums drawn without putting back): what permutations "
                                "estimate, with no least value and no seed.",
                                "p 值为双侧，由随机标记下的精确分布（不放回抽取之和）得出，即置换所估计的值，"
                                "没有下限，也无需种子。"));
    else if (hotspots->permutations > 0)
        hs_buffer_printf(
            out,
            hs_in_language(chinese,
                           " P-values are two-sided, from %u %s permutations with seed %llu; the "
                           "smallest possible is %.3g.",
                           "p 值为双侧，由 %u 次%s置换得出（种子 %llu），可能的最小值为 %.3g。"),
            (unsigned)hotspots->permutations, conditional, (unsigned long long)request->seed,
            hotspots->smallest_p);
    else
        hs_buffer_text(
            out, hs_in_language(
                     chinese,
                     " P-values are two-sided, from the normal distribution of z: of rare "
                     "counts they raise false alarms (7 % of patternless cities for 5 %).",
                     "p 值为双侧，由 z 的正态分布得出；计数稀少时误报偏多（5% 水平下无规律城市约 7%）。"));
}

const char *hs_areas_correction_words(hs_correction correction, bool chinese) {
    switch (correction) {
    case HS_CORRECTION_BH:
        return hs_in_language(chinese, "the false discovery rate (Benjamini and Hochberg 1995)",
                              "错误发现率（Benjamini-Hochberg 1995）");
    case HS_CORRECTION_BY:
        return hs_in_language(chinese,
                              "the false discovery rate under any dependence (Benjamini and Yekutieli 2001)",
                              "任意相依下的错误发现率（Benjamini-Yekutieli 2001）");
    case HS_CORRECTION_BONFERRONI:
        return hs_in_language(chinese, "Bonferroni", "Bonferroni");
    default:
        return hs_in_language(chinese, "nothing: many tests give false alarms", "未校正：多次检验会有误报");
    }
}

void hs_areas_explain_units(const hs_areas_request *request, uint32_t units_count, uint32_t links,
                            uint32_t islands, bool chinese, hs_buffer *out) {
    char units[64];
    char weights[64];
    hs_hotspot_units_words(request, units, sizeof units);
    hs_hotspot_weights_words(request, weights, sizeof weights);
    const char *style = request->style == HS_WEIGHTS_BINARY
                            ? hs_in_language(chinese, "as they are (B)", "二元（B）")
                            : hs_in_language(chinese, "row-standardised (W)", "行标准化（W）");
    hs_buffer_printf(
        out, hs_in_language(chinese, ". Value: %s, in %u units (%s).", "。数值：%s，%u 个单元（%s）。"),
        hs_hotspot_value_name(request->value), (unsigned)units_count, units);
    hs_buffer_printf(out,
                     hs_in_language(chinese,
                                    " Neighbours: %s, weights %s, %u links, %u units without neighbours.",
                                    "邻接：%s，权重%s，%u 条链接，%u 个单元无邻居。"),
                     weights, style, (unsigned)links, (unsigned)islands);
}

const char *hs_areas_duplicates_word(const hs_areas_request *request) {
    static const char *const words[] = {"include", "exclude", "only"};
    return words[request->filter.duplicates];
}

static const char *what_counts(const hs_areas_request *request, bool chinese) {
    switch (request->filter.duplicates) {
    case HS_DUPLICATES_EXCLUDE:
        return hs_in_language(chinese, "distinct cases (suggested duplicates left out)",
                              "去重案件（不计疑似重复）");
    case HS_DUPLICATES_ONLY:
        return hs_in_language(chinese, "suggested duplicates only", "仅疑似重复");
    default:
        return hs_in_language(chinese, "incidents (suggested duplicates too)", "案件（含疑似重复）");
    }
}

void hs_areas_explain_counts(const hs_areas_request *request, const hs_areas_tally *tally, bool chinese,
                             hs_buffer *out) {
    if (request->count_attribute.size > 0) return;
    hs_buffer_printf(out,
                     hs_in_language(chinese,
                                    " Counted: %s: %llu; %llu outside the units, %llu without a position.",
                                    "计数对象：%s，计入 %llu 件，单元以外 %llu 件，无位置 %llu 件。"),
                     what_counts(request, chinese), (unsigned long long)tally->counted,
                     (unsigned long long)tally->outside, (unsigned long long)tally->unpositioned);
    if (request->filter.max_accuracy_m >= 0)
        hs_buffer_printf(out,
                         hs_in_language(chinese,
                                        " %llu more have a position worse than %g m and are left out (the "
                                        "units are about %.0f m wide).",
                                        "另有 %llu 件位置误差大于 %g 米，未计入（单元宽约 %.0f 米）。"),
                         (unsigned long long)tally->inaccurate, request->filter.max_accuracy_m,
                         request->typical_m);
    if (request->filter.max_accuracy_m < 0 || request->filter.max_accuracy_m > ceil(request->typical_m))
        hs_buffer_printf(
            out,
            hs_in_language(chinese,
                           " Positions worse than the units (about %.0f m) are taken as asked: "
                           "they can make hot spots of their own.",
                           "按要求计入了误差大于单元宽度（约 %.0f 米）的位置，可能造成虚假热点。"),
            request->typical_m);
    if (tally->weight != (double)tally->counted)
        hs_buffer_printf(out,
                         hs_in_language(chinese, " Incidents count by their weight: %g in all.",
                                        "案件按权重计数，合计 %g。"),
                         tally->weight);
}

void hs_areas_explain(const hs_hotspot_run *run, bool chinese, hs_buffer *out) {
    const hs_areas_request *request = run->request;
    const hs_areas_result *hotspots = run->result;
    hs_buffer_text(out, method_words(request->method, chinese));
    hs_areas_explain_units(request, hotspots->rows.count, hotspots->links, hotspots->island_count, chinese,
                           out);
    hs_areas_explain_counts(request, &hotspots->tally, chinese, out);
    if (!hotspots->head.enough) return;
    explain_p(request, hotspots, chinese, out);
    hs_buffer_printf(
        out,
        hs_in_language(chinese, " Corrected for many tests by: %s; significant where q_value is at most %g.",
                       "多重检验校正：%s；q_value 不大于 %g 为显著。"),
        hs_areas_correction_words(request->correction, chinese), request->alpha);
    if (request->jitter > 0)
        hs_buffer_printf(
            out,
            hs_in_language(chinese,
                           " Uncertain positions: in %u runs each incident lay at a random place within "
                           "its accuracy; survival is the share of them in which a unit stays "
                           "significant in the same way.",
                           "位置不确定性：重复 %u 次，每件案件在其误差范围内随机取位；survival "
                           "为单元仍以同样方式显著的比例。"),
            (unsigned)request->jitter);
}
