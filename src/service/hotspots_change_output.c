/* What changes answer: rows, words and the members of the collection. */
#include "service/hotspots_change.h"

#include "base/text.h"
#include <math.h>

static const hs_field fields[] = {
    {"id", HS_FIELD_INTEGER},      {"code", HS_FIELD_TEXT},        {"name", HS_FIELD_TEXT},
    {"name_en", HS_FIELD_TEXT},    {"method", HS_FIELD_TEXT},      {"value", HS_FIELD_REAL},
    {"statistic", HS_FIELD_REAL},  {"p_value", HS_FIELD_REAL},     {"q_value", HS_FIELD_REAL},
    {"n", HS_FIELD_INTEGER},       {"expected", HS_FIELD_REAL},    {"rank", HS_FIELD_INTEGER},
    {"z", HS_FIELD_REAL},          {"class", HS_FIELD_TEXT},       {"n_before", HS_FIELD_INTEGER},
    {"rate", HS_FIELD_REAL},       {"rate_before", HS_FIELD_REAL}, {"ratio_low", HS_FIELD_REAL},
    {"ratio_high", HS_FIELD_REAL}, {"label_zh", HS_FIELD_TEXT},    {"label_en", HS_FIELD_TEXT},
    {"area_km2", HS_FIELD_REAL},   {"length_km", HS_FIELD_REAL},   {"lon", HS_FIELD_REAL},
    {"lat", HS_FIELD_REAL},
};
enum { FIELDS = sizeof fields / sizeof *fields, FILE_ONLY = 2 };

const char *hs_change_label(const hs_hotspot_run *run, uint32_t row, bool chinese, hs_arena *arena) {
    const hs_change_request *r = run->request;
    const hs_change_result *h = run->result;
    const hs_rate_ratio *ratio = &h->ratio[row];
    if (h->change[row] == HS_CHANGE_FEW)
        return hs_in_language(chinese, "too few incidents to tell", "案件过少，无法判断");
    if (h->change[row] == HS_CHANGE_NONE)
        return hs_in_language(chinese, "no change beyond chance", "未超出偶然波动");
    char value[24], low[24], high[24];
    (void)snprintf(value, sizeof value, "%.2f", ratio->ratio);
    (void)snprintf(low, sizeof low, "%.2f", ratio->low);
    (void)snprintf(high, sizeof high, "%.2f", ratio->high);
    static const char *const texts[2][2][2] = {
        {{"more than before: {1} times (between {2} and {3})", "增多：为此前的 {1} 倍（{2} 至 {3}）"},
         {"fewer than before: {1} times (between {2} and {3})", "减少：为此前的 {1} 倍（{2} 至 {3}）"}},
        {{"grew more than the rest of the city: {1} times (between {2} and {3})",
          "增幅高于全市其余：相对倍数 {1}（{2} 至 {3}）"},
         {"grew less than the rest of the city: {1} times (between {2} and {3})",
          "增幅低于全市其余：相对倍数 {1}（{2} 至 {3}）"}}};
    const char *text = texts[r->relative][h->change[row] == HS_CHANGE_DECREASE][chinese];
    bool open = isinf(ratio->high), new_here = isinf(ratio->ratio);
    if (new_here)
        text = hs_in_language(chinese, "more than before, when there were none (at least {2} times)",
                              "增多：此前没有（至少为 {2} 倍）");
    const char *filled =
        hs_hotspot_fill(arena, text, (const char *const[]){value, low, open ? "∞" : high}, 3);
    return filled ? filled : "";
}

static void read_row(const hs_hotspot_run *run, uint32_t i, hs_arena *arena, hs_value *v,
                     const hs_geometry **geometry) {
    const hs_change_request *r = run->request;
    const hs_change_result *h = run->result;
    bool streets = r->areas.units == HS_UNITS_STREETS;
    *geometry = &h->areas.geometry[i];
    *v++ = hs_hotspot_integer_value(h->areas.id[i]);
    *v++ = hs_hotspot_str(h->areas.code[i]);
    *v++ = hs_hotspot_str(h->areas.name[i]);
    *v++ = hs_hotspot_str(h->areas.name_en[i]);
    *v++ = hs_hotspot_text(run->method->name);
    *v++ = hs_hotspot_real(h->ratio[i].ratio);
    *v++ = hs_hotspot_real(h->ratio[i].z);
    *v++ = hs_hotspot_real(h->p[i]);
    *v++ = hs_hotspot_real(h->q[i]);
    *v++ = hs_hotspot_integer_value(h->areas.n[i]);
    *v++ = hs_hotspot_real(h->expected[i]);
    *v++ = (hs_value){.integer = h->rank[i], .absent = h->rank[i] == 0};
    *v++ = hs_hotspot_real(h->ratio[i].z);
    *v++ = hs_hotspot_text(hs_change_class_name(h->change[i]));
    *v++ = hs_hotspot_integer_value(h->before[i]);
    *v++ = hs_hotspot_real(h->areas.n[i] / r->now_months);
    *v++ = hs_hotspot_real(h->before[i] / r->before_months);
    *v++ = hs_hotspot_real(h->ratio[i].low);
    *v++ = hs_hotspot_real(h->ratio[i].high);
    *v++ = hs_hotspot_text(hs_change_label(run, i, true, arena));
    *v++ = hs_hotspot_text(hs_change_label(run, i, false, arena));
    *v++ = hs_hotspot_real(streets ? (double)NAN : h->areas.measure[i]);
    *v++ = hs_hotspot_real(streets ? h->areas.measure[i] : (double)NAN);
    *v++ = hs_hotspot_real(h->areas.label[i].lon_e7 * 1e-7);
    *v = hs_hotspot_real(h->areas.label[i].lat_e7 * 1e-7);
}

void hs_change_table(const hs_hotspot_run *run, hs_hotspot_table *table) {
    const hs_change_request *r = run->request;
    const hs_change_result *h = run->result;
    *table = (hs_hotspot_table){
        .fields = fields,
        .field_count = FIELDS,
        .file_only = FILE_ONLY,
        .type = r->areas.units == HS_UNITS_STREETS ? HS_GEOMETRY_LINES : HS_GEOMETRY_POLYGONS,
        .rows = h->head.enough ? h->areas.count : 0,
        .read = read_row,
    };
}

static void write_whole(const hs_change_request *r, const hs_change_result *h, hs_json *json) {
    hs_json_key(json, "overall");
    hs_json_object(json);
    hs_json_pair_int(json, "n", (int64_t)h->whole_now);
    hs_json_pair_int(json, "n_before", (int64_t)h->whole_before);
    hs_json_pair_double(json, "rate", (double)h->whole_now / r->now_months);
    hs_json_pair_double(json, "rate_before", (double)h->whole_before / r->before_months);
    hs_json_pair_double(json, "ratio", h->whole.ratio);
    hs_json_pair_double(json, "ratio_low", h->whole.low);
    hs_json_pair_double(json, "ratio_high", h->whole.high);
    hs_json_pair_double(json, "p_value", h->whole.p);
    hs_json_object_end(json);
}

void hs_change_head(const hs_hotspot_run *run, hs_json *json) {
    const hs_change_request *r = run->request;
    const hs_change_result *h = run->result;
    hs_json_key(json, "parameters");
    hs_json_object(json);
    hs_areas_unit_members(&r->areas, json);
    hs_json_pair_str(json, "datetime", r->now_text);
    hs_json_pair_str(json, "compare", r->before_text);
    hs_json_pair_double(json, "months", r->now_months);
    hs_json_pair_double(json, "compare_months", r->before_months);
    hs_json_pair_text(json, "test", hs_change_test_name(r->test));
    hs_json_pair_bool(json, "relative", r->relative);
    hs_json_pair_int(json, "permutations", 0);
    hs_json_object_end(json);
    hs_json_pair_int(json, "version", (int64_t)run->snapshot->version);
    hs_json_key(json, "seed");
    hs_json_null(json);
    hs_json_pair_int(json, "units", h->areas.count);
    hs_json_pair_int(json, "too_few", h->few);
    hs_json_pair_int(json, "significant", h->increases + h->decreases);
    if (h->head.enough) hs_hotspot_stands_member(&h->stands, json);
    hs_json_pair_int(json, "increases", h->increases);
    hs_json_pair_int(json, "decreases", h->decreases);
    write_whole(r, h, json);
    hs_areas_tally_members(&h->tally, json);
    hs_json_key(json, "before");
    hs_json_object(json);
    hs_areas_tally_members(&h->tally_before, json);
    hs_json_object_end(json);
}

static const char *test_words(hs_change_test test, bool relative, bool chinese) {
    if (test == HS_CHANGE_E_TEST)
        return hs_in_language(chinese, "the E-test (Krishnamoorthy and Thomson 2004), not quite exact",
                              "E 检验（Krishnamoorthy 与 Thomson 2004），并非完全精确");
    if (relative)
        return test == HS_CHANGE_EXACT
                   ? hs_in_language(chinese,
                                    "the exact conditional test against the rest of the city (Fisher 1935)",
                                    "与全市其余比较的精确条件检验（Fisher 1935）")
                   : hs_in_language(chinese,
                                    "mid-p of the exact test against the rest of the city (Fisher 1935)",
                                    "与全市其余比较的精确检验的 mid-p（Fisher 1935）");
    return test == HS_CHANGE_EXACT
               ? hs_in_language(chinese,
                                "the exact conditional binomial test (Przyborowski and Wilenski 1940)",
                                "精确条件二项检验（Przyborowski 与 Wilenski 1940）")
               : hs_in_language(chinese, "mid-p of the exact conditional binomial test",
                                "精确条件二项检验的 mid-p");
}

static void explain_whole(const hs_change_result *h, bool chinese, hs_buffer *out) {
    if (h->whole_before == 0)
        hs_buffer_printf(out,
                         hs_in_language(chinese, " The city as a whole: none before (at least %.3g times).",
                                        "全市合计：此前没有（至少为 %.3g 倍）。"),
                         h->whole.low);
    else
        hs_buffer_printf(out,
                         hs_in_language(chinese, " The city as a whole: %.3g times (between %.3g and %.3g).",
                                        "全市合计：%.3g 倍（%.3g 至 %.3g）。"),
                         h->whole.ratio, h->whole.low, h->whole.high);
}

void hs_change_explain(const hs_hotspot_run *run, bool chinese, hs_buffer *out) {
    const hs_change_request *r = run->request;
    const hs_change_result *h = run->result;
    char units[64];
    hs_hotspot_units_words(&r->areas, units, sizeof units);
    hs_buffer_printf(
        out,
        hs_in_language(chinese,
                       "Change of the rate from %.*s (%.3g months) to %.*s (%.3g months) in %u units "
                       "(%s), %s.",
                       "比较 %.*s（%.3g 个月）与 %.*s（%.3g 个月）的发生率，%u 个单元（%s），%s。"),
        (int)hs_utf8_cut(r->before_text, 80), r->before_text.data, r->before_months,
        (int)hs_utf8_cut(r->now_text, 80), r->now_text.data, r->now_months, (unsigned)h->areas.count, units,
        r->relative ? hs_in_language(chinese, "against the rest of the city", "相对全市其余")
                    : hs_in_language(chinese, "each by itself", "逐单元"));
    hs_areas_explain_counts(&r->now, &h->tally, chinese, out);
    if (!h->head.enough) return;
    explain_whole(h, chinese, out);
    hs_buffer_printf(
        out,
        hs_in_language(chinese,
                       " Limits of %g %%: Clopper and Pearson (1934)%s; they are of one unit, not of all at "
                       "once. P-values "
                       "are two-sided, by %s. Incidents are counted, not weighed.",
                       "%g%% 区间：Clopper-Pearson（1934）%s，逐单元而非同时区间。p "
                       "值为双侧，采用%s。按件数而非权重计。"),
        100 * (1 - r->areas.alpha),
        r->relative ? hs_in_language(chinese, ", of units Cornfield (1956)", "，单元为 Cornfield（1956）")
                    : "",
        test_words(r->test, r->relative, chinese));
    hs_buffer_printf(
        out,
        hs_in_language(
            chinese,
            " Corrected for many tests by: %s; significant where q_value is at most %g. %u units have too "
            "few incidents to tell.",
            "多重检验校正：%s；q_value 不大于 %g 为显著。%u 个单元案件过少，无法判断。"),
        hs_areas_correction_words(r->areas.correction, chinese), r->areas.alpha, (unsigned)h->few);
}
