/* What the K function answers: one row a distance, members of the collection, and words. */
#include "service/hotspots_k_function.h"

#include "base/text.h"
#include <math.h>

#define PI 3.14159265358979323846

static const hs_field fields[] = {
    {"id", HS_FIELD_INTEGER},       {"method", HS_FIELD_TEXT},    {"r_m", HS_FIELD_REAL},
    {"value", HS_FIELD_REAL},       {"statistic", HS_FIELD_REAL}, {"p_value", HS_FIELD_REAL},
    {"q_value", HS_FIELD_REAL},     {"n", HS_FIELD_INTEGER},      {"expected", HS_FIELD_REAL},
    {"rank", HS_FIELD_INTEGER},     {"l", HS_FIELD_REAL},         {"low", HS_FIELD_REAL},
    {"high", HS_FIELD_REAL},        {"mean", HS_FIELD_REAL},      {"global_low", HS_FIELD_REAL},
    {"global_high", HS_FIELD_REAL}, {"label_zh", HS_FIELD_TEXT},  {"label_en", HS_FIELD_TEXT},
};
enum { FIELDS = sizeof fields / sizeof *fields };

static const char *label_of(const hs_k_result *h, double off, bool chinese) {
    if (h->simulations == 0 || isnan(off)) return hs_in_language(chinese, "not tested", "未检验");
    if (off > h->envelope.global_m)
        return hs_in_language(chinese, "more within this distance than chance gives", "此距离内聚集");
    if (off < -h->envelope.global_m)
        return hs_in_language(chinese, "fewer within this distance than chance gives", "此距离内分散");
    return hs_in_language(chinese, "as chance gives", "与随机无异");
}

static void read_row(const hs_hotspot_run *run, uint32_t i, hs_arena *arena, hs_value *v,
                     const hs_geometry **geometry) {
    const hs_k_request *r = run->request;
    const hs_k_result *h = run->result;
    (void)arena;
    double at = i * h->steps.step_m, curve = hs_k_curve(r, h, i), off = curve - at;
    bool simulated = h->simulations > 0;
    double none = (double)NAN;
    *geometry = NULL;
    *v++ = hs_hotspot_integer_value(i + 1);
    *v++ = hs_hotspot_text(run->method->name);
    *v++ = hs_hotspot_real(at);
    *v++ = hs_hotspot_real(h->k[i]);
    *v++ = hs_hotspot_real(off);
    *v++ = hs_hotspot_real(simulated ? h->envelope.mad_p : none); /* of the whole curve */
    *v++ = hs_hotspot_real(simulated ? h->envelope.mad_p : none);
    *v++ = hs_hotspot_integer_value(h->points.count);
    *v++ = hs_hotspot_real(r->points.streets ? at : PI * at * at);
    *v++ = (hs_value){.absent = true};
    *v++ = hs_hotspot_real(curve);
    *v++ = hs_hotspot_real(simulated ? h->envelope.low[i] : none);
    *v++ = hs_hotspot_real(simulated ? h->envelope.high[i] : none);
    *v++ = hs_hotspot_real(simulated ? h->envelope.mean[i] : none);
    *v++ = hs_hotspot_real(simulated ? at - h->envelope.global_m : none);
    *v++ = hs_hotspot_real(simulated ? at + h->envelope.global_m : none);
    *v++ = hs_hotspot_text(label_of(h, off, true));
    *v = hs_hotspot_text(label_of(h, off, false));
}

void hs_k_table(const hs_hotspot_run *run, hs_hotspot_table *table) {
    const hs_k_result *h = run->result;
    *table = (hs_hotspot_table){.fields = fields,
                                .field_count = FIELDS,
                                .type = HS_GEOMETRY_NONE,
                                .rows = h->head.enough ? h->steps.count : 0,
                                .read = read_row};
}

static const char *edges_name(const hs_k_request *r, const hs_k_result *h) {
    return r->points.streets ? "network" : hs_pattern_edges_name(h->edges);
}

static void write_tests(const hs_k_result *h, hs_json *json) {
    hs_json_key(json, "tests");
    hs_json_object(json);
    hs_json_pair_double(json, "mad_m", h->envelope.mad_m);
    hs_json_pair_double(json, "mad_p_value", h->envelope.mad_p);
    hs_json_pair_double(json, "dclf", h->envelope.dclf);
    hs_json_pair_double(json, "dclf_p_value", h->envelope.dclf_p);
    hs_json_pair_double(json, "global_envelope_m", h->envelope.global_m);
    hs_json_object_end(json);
}

static void write_nearest(const hs_clark_evans *c, hs_json *json) {
    hs_json_key(json, "nearest_neighbour");
    hs_json_object(json);
    hs_json_pair_double(json, "index", c->index);
    hs_json_pair_double(json, "mean_m", c->mean_m);
    hs_json_pair_double(json, "expected_m", c->expected_m);
    hs_json_pair_double(json, "z", c->z);
    hs_json_pair_double(json, "p_value", c->p);
    hs_json_pair_double(json, "simulated_p_value", c->simulated_p);
    hs_json_object_end(json);
}

void hs_k_head(const hs_hotspot_run *run, hs_json *json) {
    const hs_k_request *r = run->request;
    const hs_k_result *h = run->result;
    hs_json_key(json, "parameters");
    hs_json_object(json);
    if (h->head.enough) hs_json_pair_text(json, "edge_correction", edges_name(r, h));
    hs_json_pair_double(json, "max_distance_m",
                        h->head.enough ? h->steps.step_m * (h->steps.count - 1) : r->longest_m);
    hs_json_pair_int(json, "steps", r->steps);
    hs_json_pair_int(json, "simulations", h->simulations);
    hs_json_pair_text(json, "sided", "two");
    hs_json_pair_text(json, "correction", h->simulations > 0 ? "simultaneous-envelope" : "none");
    hs_points_parameter_members(&r->points, json);
    hs_json_object_end(json);
    hs_points_run_members(run, r->points.seed, json);
    if (h->simulations > 0) write_tests(h, json);
    if (h->head.enough && !r->points.streets) write_nearest(&h->nearest, json);
    hs_json_pair_double(json, r->points.streets ? "length_km" : "area_km2",
                        h->size * (r->points.streets ? 1e-3 : 1e-6));
    hs_points_members(&h->points, json);
}

static void explain_nearest(const hs_k_result *h, bool chinese, hs_buffer *out) {
    hs_buffer_printf(
        out,
        hs_in_language(chinese,
                       " Nearest-neighbour index (Clark and Evans 1954) %.3f, below 1 where "
                       "incidents cluster; its z takes no account of the border, its simulated p "
                       "does.",
                       "最近邻指数（Clark 与 Evans 1954）%.3f，小于 1 为聚集；其 z "
                       "未作边界校正，模拟 p 值已计入边界。"),
        h->nearest.index);
}

void hs_k_explain(const hs_hotspot_run *run, bool chinese, hs_buffer *out) {
    const hs_k_request *r = run->request;
    const hs_k_result *h = run->result;
    hs_buffer_text(
        out,
        r->points.streets
            ? hs_in_language(chinese,
                             "K function along streets, corrected for how streets branch (Okabe and Yamada "
                             "2001; Ang, Baddeley and Nair 2012): the mean metres of street's worth of "
                             "further incidents within each distance; the distance itself where there is "
                             "no pattern.",
                             "沿街道的 K 函数，已按街道分叉校正（Okabe 与 Yamada 2001；Ang、Baddeley 与 "
                             "Nair 2012）：无格局时等于距离本身。")
            : hs_in_language(chinese,
                             "K function (Ripley 1977) and L = sqrt(K / pi) (Besag 1977): the mean number "
                             "of further incidents within each distance, over their density; L is the "
                             "distance itself where there is no pattern.",
                             "K 函数（Ripley 1977）与 L = sqrt(K / π)（Besag "
                             "1977）：每个距离内其他案件的平均数除以密度；无格局时 L 等于距离本身。"));
    hs_points_explain(&r->points, &h->points, chinese, out);
    if (!h->head.enough) return;
    hs_buffer_printf(out, hs_in_language(chinese, " Edge correction: %s.", "边界校正：%s。"),
                     edges_name(r, h));
    if (h->simulations > 0)
        hs_buffer_printf(
            out,
            hs_in_language(
                chinese,
                " %u simulations of as many incidents anywhere alike in the %.4g %s looked at (seed %llu): "
                "low and high are "
                "their extremes at one distance; global_low and global_high hold the whole curve "
                "with probability %g. p_value is that of the largest deviation (MAD) anywhere, %.3g; "
                "by the integral (DCLF) %.3g. Houses and streets alone make incidents cluster: this "
                "tests against an even spread, not against what the city is like.",
                "模拟 %u 次，每次将同样多的案件均匀撒布在所分析的 %.4g %s内（种子 %llu）：low、high "
                "为各距离上的极值；global_low、global_high 以概率 %g 包含整条曲线。p_value "
                "为最大偏差检验（MAD）%.3g，积分检验（DCLF）%.3g。房屋与街道本身就使案件聚集："
                "此检验的对照是均匀分布，而非城市本来的样子。"),
            (unsigned)h->simulations, h->size * (r->points.streets ? 1e-3 : 1e-6),
            r->points.streets ? hs_in_language(chinese, "km", "公里")
                              : hs_in_language(chinese, "km2", "平方公里"),
            (unsigned long long)r->points.seed, 1 - r->points.alpha, h->envelope.mad_p, h->envelope.dclf_p);
    if (!r->points.streets) explain_nearest(h, chinese, out);
}
