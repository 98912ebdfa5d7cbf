/* The scan statistic as a method of hotspots. */
#include "service/hotspots_scan.h"

#include "base/text.h"
#include <math.h>

#define RESULT_MOST ((size_t)2 << 30)

static hs_status scan(hs_scanning *s, const hs_scan_zones *zones) {
    hs_scan_result *h = s->h;
    const hs_scan_ask *r = s->ask;
    const hs_scan_data data = {h->areas.count, h->steps.count > 0 ? h->steps.count : 1, h->cases,
                               h->population};
    const hs_progress_part part = {&s->work->progress, 0.05, 1}; /* zones before it */
    const hs_scan_request request = {.model = r->model,
                                     .rates = r->rates,
                                     .prospective = r->when == HS_SCAN_PROSPECTIVE,
                                     .most_steps = h->most_steps,
                                     .replications = r->replications,
                                     .stop_after = r->stop_after,
                                     .seed = r->areas.seed,
                                     .progress = hs_progress_of_part(&part)};
    h->cluster = hs_arena_array(h->head.arena, (size_t)r->clusters + 1, sizeof *h->cluster);
    h->cluster_of = hs_arena_array(h->head.arena, (size_t)h->areas.count + 1, sizeof *h->cluster_of);
    if (!h->cluster || !h->cluster_of) return hs_error_memory(s->work->error, "clusters");
    hs_status status = hs_scan(&data, zones, &request, hs_service_pool(s->work->service), r->clusters,
                               s->work->error, h->cluster, &h->found, h->cluster_of, &h->summary);
    for (uint32_t k = 0; k < h->found && status == HS_OK; k++)
        h->head.significant += h->cluster[k].p <= r->areas.alpha;
    return status;
}

/* Who lives inside: of residents and the like the mean over the window, of cases and controls all. */
static void set_population(hs_scanning *s) {
    hs_scan_result *h = s->h;
    uint32_t steps = h->steps.count > 0 ? h->steps.count : 1;
    bool by_day = h->steps.count > 0 && s->ask->model == HS_SCAN_POISSON;
    for (uint32_t k = 0; k < h->found && h->population; k++) {
        hs_scan_cluster *c = &h->cluster[k];
        double sum = 0;
        for (uint32_t i = 0; i < h->areas.count; i++)
            for (uint32_t t = c->first_step; h->cluster_of[i] == k && t < c->end_step; t++)
                sum += h->population[(size_t)i * steps + t];
        double days =
            by_day ? (double)(h->steps.bound_s[c->end_step] - h->steps.bound_s[c->first_step]) / 86400 : 1;
        c->population = sum / days;
    }
    if (by_day) h->summary.population /= h->step_days * steps;
}

static void set_caution(hs_scanning *s) {
    hs_scan_result *h = s->h;
    if (s->ask->replications == 0) {
        hs_hotspot_caution(
            &h->head,
            "Without replications there are no p-values: whether chance makes such clusters is open.",
            "未作随机重复，没有 p 值：无法判断聚集是否出于偶然。");
    } else if (1.0 / (s->ask->replications + 1) > s->ask->areas.alpha) {
        hs_hotspot_caution(&h->head,
                           "So few replications cannot give a p-value that is small enough: take more.",
                           "随机重复次数过少，给不出足够小的 p 值；请增加次数。");
    } else if (h->zones == 0) {
        hs_hotspot_caution(&h->head,
                           "No unit fits into a zone: every one is more than max-share of the whole.",
                           "没有单元能构成扫描区：每个单元都超过 max-share 所限的比例。");
    }
}

static hs_status make(hs_scanning *s) {
    hs_scan_zones *zones = NULL;
    hs_status status = hs_scan_gather(s, &s->h->head.enough);
    if (status != HS_OK || !s->h->head.enough) return status;
    status = hs_hotspot_check(s->work, s->work->error);
    if (status == HS_OK) status = hs_scan_make_zones(s, &zones);
    if (status != HS_OK) return status;
    status = scan(s, zones);
    hs_scan_zones_free(zones);
    if (status != HS_OK) return status;
    set_population(s);
    set_caution(s);
    return hs_scan_draw_shapes(s);
}

static hs_status compute(const hs_hotspot_work *work, void *result) {
    hs_scanning s = {work, work->request, result};
    return make(&s);
}

/* How long between two alarms that are as unlikely as this, were each step scanned and nothing going on: by
 * Gumbel's tail where replications are too few to tell. */
double hs_scan_recurrence_days(const hs_hotspot_run *run, const hs_scan_cluster *c) {
    const hs_scan_ask *r = run->request;
    const hs_scan_result *h = run->result;
    if (r->when != HS_SCAN_PROSPECTIVE) return NAN;
    double p = c->reaching < 10 && c->p_gumbel >= 0 ? c->p_gumbel : c->p;
    return fmin(h->step_days / p, HS_SCAN_MOST_RECURRENCE_DAYS);
}

const hs_hotspot_method hs_hotspot_scan = {
    "scan",
    "Kulldorff's scan statistic: places, or places and times, with more cases than chance gives anywhere",
    "Kulldorff 扫描统计：案件多于随机水平的区域，或区域与时段",
    hs_scan_parse,
    sizeof(hs_scan_result),
    RESULT_MOST,
    compute,
    hs_scan_table,
    hs_scan_head,
    hs_scan_explain,
    NULL,
};
