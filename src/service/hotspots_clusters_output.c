/* What clusters answer: rows, members of the collection, and words. */
#include "service/hotspots_clusters.h"

#include "base/text.h"
#include <math.h>

static const hs_field fields[] = {
    {"id", HS_FIELD_INTEGER},     {"method", HS_FIELD_TEXT},    {"algorithm", HS_FIELD_TEXT},
    {"value", HS_FIELD_REAL},     {"statistic", HS_FIELD_REAL}, {"p_value", HS_FIELD_REAL},
    {"q_value", HS_FIELD_REAL},   {"n", HS_FIELD_INTEGER},      {"expected", HS_FIELD_REAL},
    {"rank", HS_FIELD_INTEGER},   {"n_core", HS_FIELD_INTEGER}, {"places", HS_FIELD_INTEGER},
    {"order", HS_FIELD_INTEGER},  {"area_km2", HS_FIELD_REAL},  {"lon", HS_FIELD_REAL},
    {"lat", HS_FIELD_REAL},       {"major_m", HS_FIELD_REAL},   {"minor_m", HS_FIELD_REAL},
    {"angle_deg", HS_FIELD_REAL}, {"first", HS_FIELD_TEXT},     {"last", HS_FIELD_TEXT},
    {"label_zh", HS_FIELD_TEXT},  {"label_en", HS_FIELD_TEXT},
};
enum { FIELDS = sizeof fields / sizeof *fields };

static hs_value time_value(const hs_hotspot_run *run, int64_t time_s, hs_arena *arena) {
    char text[HS_TIME_TEXT_SIZE];
    if (time_s == HS_NO_TIME) return (hs_value){.absent = true};
    size_t size = hs_timezone_format(run->snapshot->timezone, time_s, text);
    return hs_hotspot_str(hs_arena_str(arena, (hs_str){text, size}));
}

static hs_value label_value(const hs_clusters_request *r, const hs_cluster *c, bool chinese,
                            hs_arena *arena) {
    char count[2][16];
    (void)snprintf(count[0], sizeof count[0], "%u", (unsigned)c->n);
    (void)snprintf(count[1], sizeof count[1], "%u", (unsigned)c->places);
    const char *const values[] = {count[0], count[1]};
    const char *text =
        c->order > 1 ? hs_in_language(chinese, "group of clusters: {1} incidents at {2} places",
                                      "聚类之群：{1} 件，{2} 处")
        : c->p <= r->points.alpha
            ? hs_in_language(chinese, "cluster larger than chance gives: {1} incidents at {2} places",
                             "大于随机的聚类：{1} 件，{2} 处")
            : hs_in_language(chinese, "cluster: {1} incidents at {2} places", "聚类：{1} 件，{2} 处");
    const char *filled = hs_hotspot_fill(arena, text, values, 2);
    return hs_hotspot_text(filled ? filled : "");
}

static void read_row(const hs_hotspot_run *run, uint32_t i, hs_arena *arena, hs_value *v,
                     const hs_geometry **geometry) {
    const hs_clusters_request *r = run->request;
    const hs_clusters_result *h = run->result;
    const hs_cluster *c = &h->cluster[i];
    bool by_mass = r->algorithm == HS_CLUSTERS_HDBSCAN;
    bool has_cores = r->algorithm == HS_CLUSTERS_DBSCAN || r->algorithm == HS_CLUSTERS_OPTICS;
    *geometry = &c->geometry;
    *v++ = hs_hotspot_integer_value(i + 1);
    *v++ = hs_hotspot_text(run->method->name);
    *v++ = hs_hotspot_text(hs_cluster_algorithm_name(r->algorithm));
    *v++ = hs_hotspot_real(1e6 * c->n / c->area_m2);
    *v++ = hs_hotspot_real(by_mass ? c->stability : c->n / c->expected);
    *v++ = hs_hotspot_real(c->p);
    *v++ = hs_hotspot_real(c->p); /* of the largest anywhere: corrected already */
    *v++ = hs_hotspot_integer_value(c->n);
    *v++ = hs_hotspot_real(c->expected);
    *v++ = hs_hotspot_integer_value(i + 1);
    *v++ = (hs_value){.integer = c->n_core, .absent = !has_cores};
    *v++ = hs_hotspot_integer_value(c->places);
    *v++ = hs_hotspot_integer_value(c->order);
    *v++ = hs_hotspot_real(1e-6 * c->area_m2);
    *v++ = hs_hotspot_real(c->centre.lon_e7 * 1e-7);
    *v++ = hs_hotspot_real(c->centre.lat_e7 * 1e-7);
    *v++ = hs_hotspot_real(c->ellipse.major_m);
    *v++ = hs_hotspot_real(c->ellipse.minor_m);
    *v++ = hs_hotspot_real(c->ellipse.angle_deg);
    *v++ = time_value(run, r->aggregates ? HS_NO_TIME : c->first_s, arena);
    *v++ = time_value(run, r->aggregates ? HS_NO_TIME : c->last_s, arena);
    *v++ = label_value(r, c, true, arena);
    *v = label_value(r, c, false, arena);
}

void hs_clusters_table(const hs_hotspot_run *run, hs_hotspot_table *table) {
    const hs_clusters_result *h = run->result;
    *table = (hs_hotspot_table){.fields = fields,
                                .field_count = FIELDS,
                                .type = HS_GEOMETRY_POLYGONS,
                                .rows = h->head.enough ? h->count : 0,
                                .read = read_row};
}

void hs_clusters_head(const hs_hotspot_run *run, hs_json *json) {
    const hs_clusters_request *r = run->request;
    const hs_clusters_result *h = run->result;
    hs_json_key(json, "parameters");
    hs_json_object(json);
    hs_json_pair_text(json, "algorithm", hs_cluster_algorithm_name(r->algorithm));
    hs_json_pair_double(json, "eps", r->algorithm == HS_CLUSTERS_NNH ? h->threshold_m : r->eps_m);
    hs_json_pair_int(json, "min_points", r->min_points);
    if (r->xi > 0) hs_json_pair_double(json, "xi", r->xi);
    if (r->algorithm == HS_CLUSTERS_HDBSCAN && r->points.streets)
        hs_json_pair_double(json, "reach_m", r->reach_m);
    hs_json_pair_double(json, "hull_concavity", HS_CLUSTERS_CONCAVITY);
    hs_json_pair_double(json, "hull_wider_m", HS_CLUSTERS_WIDER_M);
    hs_json_pair_int(json, "simulations", h->simulations);
    hs_json_pair_text(json, "sided", "one");
    hs_json_pair_text(json, "correction", h->simulations > 0 ? "largest-cluster" : "none");
    hs_points_parameter_members(&r->points, json);
    hs_json_object_end(json);
    hs_points_run_members(run, r->points.seed, json);
    hs_json_pair_int(json, "clusters", h->count);
    hs_json_pair_int(json, "noise", h->noise);
    hs_json_pair_double(json, "area_km2", 1e-6 * h->area_m2);
    hs_points_members(&h->points, json);
}

static void explain_algorithm(const hs_clusters_request *r, double distance_m, bool chinese, hs_buffer *out) {
    unsigned least = (unsigned)r->min_points;
    switch (r->algorithm) {
    case HS_CLUSTERS_HDBSCAN:
        hs_buffer_printf(
            out,
            hs_in_language(chinese,
                           "HDBSCAN (Campello, Moulavi, Zimek and Sander 2015): the clusters of all "
                           "densities that last longest; not split finer than eps %g m; at least "
                           "%u incidents.",
                           "HDBSCAN（Campello 等 2015）：各密度层次中最稳定的聚类，细分不小于 eps %g "
                           "米，至少 %u 件。"),
            distance_m, least);
        break;
    case HS_CLUSTERS_OPTICS:
        hs_buffer_printf(
            out,
            r->xi > 0 ? hs_in_language(chinese,
                                       "OPTICS (Ankerst, Breunig, Kriegel and Sander 1999): clusters "
                                       "between steep slopes of reachability, looking %g m far; "
                                       "min-points %u.",
                                       "OPTICS（Ankerst 等 1999）：按可达距离的陡坡划分，搜索距离 %g "
                                       "米，min-points %u。")
                      : hs_in_language(chinese,
                                       "OPTICS (Ankerst, Breunig, Kriegel and Sander 1999), cut at eps "
                                       "%g m; min-points %u.",
                                       "OPTICS（Ankerst 等 1999）：在 eps %g 米处切分，min-points %u。"),
            distance_m, least);
        break;
    case HS_CLUSTERS_NNH:
        hs_buffer_printf(
            out,
            hs_in_language(chinese,
                           "Nearest-neighbour hierarchical clusters (Levine, CrimeStat) with "
                           "ellipses of one standard deviation: within %g m of a first incident; at "
                           "least %u incidents.",
                           "最近邻层次聚类（Levine，CrimeStat），以一倍标准差椭圆表示：距首个案件 %g "
                           "米以内，至少 %u 件。"),
            distance_m, least);
        break;
    default:
        hs_buffer_printf(
            out,
            hs_in_language(chinese,
                           "DBSCAN (Ester, Kriegel, Sander and Xu 1996): eps %g m, min-points %u "
                           "with the incident itself.",
                           "DBSCAN（Ester 等 1996）：eps %g 米，min-points %u（含自身）。"),
            distance_m, least);
    }
}

void hs_clusters_explain(const hs_hotspot_run *run, bool chinese, hs_buffer *out) {
    const hs_clusters_request *r = run->request;
    const hs_clusters_result *h = run->result;
    double distance_m = r->algorithm == HS_CLUSTERS_NNH ? h->threshold_m : r->eps_m;
    explain_algorithm(r, distance_m, chinese, out);
    hs_points_explain(&r->points, &h->points, chinese, out);
    if (!h->head.enough) return;
    hs_buffer_printf(
        out,
        hs_in_language(chinese,
                       " Clusters: %u; incidents in none: %u. Clusters describe, they do not test: "
                       "incidents without any pattern give clusters too.",
                       "共 %u 个聚类，%u 件不属于任何聚类。聚类是描述而非检验：毫无格局的案件也会形成聚类。"),
        (unsigned)h->count, (unsigned)h->noise);
    if (h->simulations > 0)
        hs_buffer_printf(
            out,
            hs_in_language(
                chinese,
                " p_value: the share of %u simulations (seed %llu) of as many incidents anywhere in "
                "the %.4g km2 looked at whose largest cluster is at least as large; it is corrected "
                "for all clusters, but streets and buildings alone make it small.",
                "p_value：模拟 %u 次（种子 %llu），每次将同样多的案件随机撒在所分析的 %.4g "
                "平方公里内，最大聚类不小于该聚类的比例；已对全部聚类校正，但街道与建筑本身也会使其变小。"),
            (unsigned)h->simulations, (unsigned long long)r->points.seed, 1e-6 * h->area_m2);
    hs_buffer_printf(
        out, r->algorithm == HS_CLUSTERS_NNH
                 ? hs_in_language(chinese,
                                  " value: incidents per km2 of the ellipse; statistic: over what an "
                                  "even spread gives there.",
                                  "value：椭圆内每平方公里件数；statistic：与均匀分布之比。")
                 : hs_in_language(
                       chinese,
                       " Shapes are concave hulls, wider by 10 m. value: incidents per km2 of the "
                       "hull; statistic: over what an even spread gives there, of HDBSCAN the "
                       "excess of mass.",
                       "图形为凹包，外扩 10 米。value：凹包内每平方公里件数；statistic：与均匀分布之比，"
                       "HDBSCAN 为超额质量。"));
}
