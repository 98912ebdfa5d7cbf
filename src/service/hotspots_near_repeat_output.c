/* What near repeats answer: the table row by row, members of the collection, and words. */
#include "service/hotspots_near_repeat.h"

#include "base/text.h"
#include <math.h>

static const hs_field fields[] = {
    {"id", HS_FIELD_INTEGER},     {"method", HS_FIELD_TEXT},     {"from_m", HS_FIELD_REAL},
    {"to_m", HS_FIELD_REAL},      {"from_days", HS_FIELD_REAL},  {"to_days", HS_FIELD_REAL},
    {"value", HS_FIELD_REAL},     {"statistic", HS_FIELD_REAL},  {"p_value", HS_FIELD_REAL},
    {"q_value", HS_FIELD_REAL},   {"n", HS_FIELD_INTEGER},       {"expected", HS_FIELD_REAL},
    {"rank", HS_FIELD_INTEGER},   {"variance", HS_FIELD_REAL},   {"normal_p", HS_FIELD_REAL},
    {"poisson_p", HS_FIELD_REAL}, {"permuted_p", HS_FIELD_REAL}, {"permuted_mean", HS_FIELD_REAL},
    {"label_zh", HS_FIELD_TEXT},  {"label_en", HS_FIELD_TEXT},
};
enum { FIELDS = sizeof fields / sizeof *fields };

typedef struct band {
    double from_m, to_m, from_days, to_days; /* to: NAN beyond all bands */
    bool same_place;
} band;

static band band_of(const hs_near_request *r, uint32_t row, uint32_t column) {
    band b = {.same_place = row == 0};
    b.from_m = row > 1 ? r->distance_m[row - 2] : 0;
    b.to_m = row == 0 ? 0 : row <= r->distances ? r->distance_m[row - 1] : (double)NAN;
    b.from_days = column > 0 ? (double)r->interval_s[column - 1] / 86400 : 0;
    b.to_days = column < r->intervals ? (double)r->interval_s[column] / 86400 : (double)NAN;
    return b;
}

static hs_value label_value(const hs_near_request *r, const hs_near_result *h, uint32_t cell, bool chinese,
                            hs_arena *arena) {
    band b = band_of(r, cell / h->columns, cell % h->columns);
    char place[64], time[64];
    if (b.same_place)
        (void)snprintf(place, sizeof place, "%s", hs_in_language(chinese, "same place", "同一地点"));
    else
        (void)snprintf(place, sizeof place,
                       isnan(b.to_m) ? hs_in_language(chinese, "over %g m", "%g 米以上")
                                     : hs_in_language(chinese, "%g to %g m", "%g 至 %g 米"),
                       b.from_m, b.to_m);
    (void)snprintf(time, sizeof time,
                   isnan(b.to_days) ? hs_in_language(chinese, "over %g days", "%g 天以上")
                                    : hs_in_language(chinese, "%g to %g days", "%g 至 %g 天"),
                   b.from_days, b.to_days);
    const char *const values[] = {place, time};
    const char *text =
        !(h->q[cell] <= r->points.alpha)
            ? hs_in_language(chinese, "{1}, {2}: as chance gives", "{1}、{2}：与随机无异")
            : hs_in_language(chinese, "{1}, {2}: more often than chance gives", "{1}、{2}：多于随机");
    if (isnan(h->q[cell])) text = hs_in_language(chinese, "{1}, {2}: not tested", "{1}、{2}：不作检验");
    const char *filled = hs_hotspot_fill(arena, text, values, 2);
    return hs_hotspot_text(filled ? filled : "");
}

static void read_row(const hs_hotspot_run *run, uint32_t i, hs_arena *arena, hs_value *v,
                     const hs_geometry **geometry) {
    const hs_near_request *r = run->request;
    const hs_near_result *h = run->result;
    const hs_knox_cell *c = &h->cells[i];
    band b = band_of(r, i / h->columns, i % h->columns);
    *geometry = NULL;
    *v++ = hs_hotspot_integer_value(i + 1);
    *v++ = hs_hotspot_text(run->method->name);
    *v++ = hs_hotspot_real(b.from_m);
    *v++ = hs_hotspot_real(b.to_m);
    *v++ = hs_hotspot_real(b.from_days);
    *v++ = hs_hotspot_real(b.to_days);
    *v++ = hs_hotspot_real(c->ratio);
    *v++ = hs_hotspot_real(c->z);
    *v++ = hs_hotspot_real(h->permutations > 0 ? c->permuted_p : c->normal_p);
    *v++ = hs_hotspot_real(h->q[i]);
    *v++ = hs_hotspot_integer_value((int64_t)c->observed);
    *v++ = hs_hotspot_real(c->expected);
    *v++ = (hs_value){.integer = h->rank[i], .absent = h->rank[i] == 0};
    *v++ = hs_hotspot_real(c->variance);
    *v++ = hs_hotspot_real(c->normal_p);
    *v++ = hs_hotspot_real(c->poisson_p);
    *v++ = hs_hotspot_real(c->permuted_p);
    *v++ = hs_hotspot_real(c->simulated_mean);
    *v++ = label_value(r, h, i, true, arena);
    *v = label_value(r, h, i, false, arena);
}

void hs_near_table(const hs_hotspot_run *run, hs_hotspot_table *table) {
    const hs_near_result *h = run->result;
    *table = (hs_hotspot_table){.fields = fields,
                                .field_count = FIELDS,
                                .type = HS_GEOMETRY_NONE,
                                .rows = h->head.enough ? h->rows * h->columns : 0,
                                .read = read_row};
}

void hs_near_head(const hs_hotspot_run *run, hs_json *json) {
    const hs_near_request *r = run->request;
    const hs_near_result *h = run->result;
    hs_json_key(json, "parameters");
    hs_json_object(json);
    hs_json_key(json, "distances_m");
    hs_json_array(json);
    for (uint32_t k = 0; k < r->distances; k++)
        hs_json_double(json, r->distance_m[k]);
    hs_json_array_end(json);
    hs_json_key(json, "intervals_days");
    hs_json_array(json);
    for (uint32_t k = 0; k < r->intervals; k++)
        hs_json_double(json, (double)r->interval_s[k] / 86400);
    hs_json_array_end(json);
    hs_json_pair_int(json, "permutations", h->permutations);
    hs_json_pair_text(json, "sided", "one");
    hs_json_pair_text(json, "correction", hs_correction_name(r->correction));
    hs_points_parameter_members(&r->points, json);
    hs_json_object_end(json);
    hs_points_run_members(run, r->points.seed, json);
    if (h->head.enough) hs_hotspot_stands_member(&h->stands, json);
    hs_json_key(json, "smallest_p_value");
    hs_json_double(json, h->permutations > 0 ? 1 / (h->permutations + 1.0) : (double)NAN);
    hs_json_pair_int(json, "pairs", (int64_t)h->points.count * ((int64_t)h->points.count - 1) / 2);
    hs_points_members(&h->points, json);
}

void hs_near_explain(const hs_hotspot_run *run, bool chinese, hs_buffer *out) {
    const hs_near_request *r = run->request;
    const hs_near_result *h = run->result;
    hs_buffer_text(
        out, hs_in_language(
                 chinese,
                 "Knox test (Knox 1964; bands as Ratcliffe and Rengert 2008): pairs of incidents by how "
                 "far they lie apart and how long, those at one place by themselves, against what chance "
                 "gives if times had nothing to do with places. value: observed over expected; "
                 "statistic: z by the exact moments of all permutations (Barton and David 1966).",
                 "Knox 检验（Knox 1964；分档同 Ratcliffe 与 Rengert "
                 "2008）：按相距远近与间隔长短统计案件对，同一地点单列，并与时间和地点无关时的期望比较。"
                 "value：观测与期望之比；statistic：按全部置换的精确矩计算的 z（Barton 与 David 1966）。"));
    hs_points_explain(&r->points, &h->points, chinese, out);
    if (!h->head.enough) return;
    if (h->permutations > 0)
        hs_buffer_printf(
            out,
            hs_in_language(chinese,
                           " P-values are one-sided (more pairs than chance), from %u permutations "
                           "of the times with seed %llu; the smallest possible is %.3g.",
                           "p 值为单侧（多于随机），由 %u 次时间置换得出（种子 "
                           "%llu），可能的最小值为 %.3g。"),
            (unsigned)h->permutations, (unsigned long long)r->points.seed, 1 / (h->permutations + 1.0));
    else
        hs_buffer_text(out, hs_in_language(chinese, " P-values are one-sided, from the normal distribution.",
                                           "p 值为单侧，由正态分布得出。"));
    hs_buffer_printf(
        out,
        hs_in_language(chinese,
                       " Corrected over all cells within the bands by: %s; significant where "
                       "q_value is at most %g. Positions that stand for a street or a unit bring "
                       "different incidents to one place: the row of 0 m then says too much.",
                       "对各档内全部单元格作多重检验校正：%s；q_value 不大于 %g "
                       "为显著。以街道或单元代替的位置会把不同案件放在同一地点，0 米一行因此偏高。"),
        hs_areas_correction_words(r->correction, chinese), r->points.alpha);
}
