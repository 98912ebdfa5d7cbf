/* K and L of incidents, with envelopes and tests, planar or along streets. */
#include "service/hotspots_k_function.h"

#include <math.h>

#define RESULT_MOST ((size_t)1 << 30)
#define PI          3.14159265358979323846

static hs_status parse(const hs_hotspot_words *words, void **request) {
    hs_k_request *r = hs_arena_array(words->arena, 1, sizeof *r);
    int64_t steps = 50, simulations = 199;
    if (!r) return hs_error_memory(words->error, "a request");
    hs_str edges = hs_hotspot_word(words, "edge-correction");
    r->edges_given = edges.size > 0;
    hs_status status = hs_points_request_parse(words, &r->points);
    if (status == HS_OK) status = hs_hotspot_number(words, "max-distance", 1, 100000, 0, &r->longest_m);
    if (status == HS_OK) status = hs_hotspot_integer(words, "steps", 2, HS_K_MOST_ROWS, 50, &steps);
    if (status == HS_OK)
        status = hs_hotspot_integer(words, "simulations", 0, HS_PATTERN_MOST_SIMULATIONS, 199, &simulations);
    if (status == HS_OK && r->edges_given)
        status = hs_pattern_edges_from_name(edges.data, edges.size, words->error, &r->edges);
    if (status != HS_OK) return status;
    if (r->points.streets && r->edges_given)
        return hs_error_set(words->error, HS_E_ARGUMENT,
                            "edge-correction: along streets K is corrected by the streets themselves");
    if (simulations > 0 && simulations < 19)
        return hs_error_set(words->error, HS_E_ARGUMENT, "simulations: 0, or 19 and more for a test at 5 %%");
    r->steps = (uint32_t)steps;
    r->simulations = (uint32_t)simulations;
    *request = r;
    return HS_OK;
}

typedef struct making {
    const hs_hotspot_work *work;
    const hs_k_request *request;
    hs_k_result *h;
    hs_pattern_window *window;
} making;

double hs_k_curve(const hs_k_request *request, const hs_k_result *result, uint32_t row) {
    return request->points.streets ? result->k[row] : hs_l_of_k(result->k[row]);
}

/* As many simulations as were asked for, or what fits; fewer than 19 are none. */
static void choose_simulations(making *m, double work, double most) {
    hs_k_result *h = m->h;
    double fitting = floor(most / fmax(work, 1));
    h->simulations = m->request->simulations;
    if (h->simulations <= fitting) return;
    h->simulations = fitting >= 19 ? (uint32_t)fitting : 0;
    if (h->simulations > 0)
        hs_hotspot_caution(&h->head, "So many incidents: fewer simulations than asked for were made.",
                           "案件过多，实际模拟次数少于要求。");
    else
        hs_hotspot_caution(&h->head,
                           "Too many incidents to simulate: take a shorter max-distance or fewer incidents "
                           "for envelopes and tests.",
                           "案件过多，未作模拟；请缩短 max-distance 或减少案件。");
}

/* The data's own curve takes as long as one of the simulated ones. */
static hs_csr_request csr_of(const making *m, hs_progress_part *part) {
    *part = (hs_progress_part){&m->work->progress, 1.0 / (m->h->simulations + 1.0), 1};
    return (hs_csr_request){m->h->simulations, m->request->points.seed, m->request->points.alpha,
                            hs_progress_of_part(part)};
}

static hs_status along_streets(making *m) {
    hs_k_result *h = m->h;
    const hs_points *p = &h->points;
    hs_error *error = m->work->error;
    const hs_street_places places = {p->segment, p->along_m, p->count};
    for (uint32_t s = 0; s < p->net.segment_count; s++)
        h->size += p->length_m[s];
    hs_status status = hs_street_k_function(&p->net, &places, &h->steps, HS_STREET_K_CORRECTED,
                                            hs_service_pool(m->work->service), error, h->k);
    if (status != HS_OK) return status;
    choose_simulations(m, p->count, HS_K_MOST_STREET_WORK);
    if (h->simulations == 0) return HS_OK;
    hs_progress_part part;
    hs_csr_request csr = csr_of(m, &part);
    return hs_street_envelope(&p->net, p->count, &h->steps, h->k, &csr, hs_service_pool(m->work->service),
                              error, &h->envelope);
}

static hs_status on_plane(making *m) {
    hs_k_result *h = m->h;
    const hs_points *p = &h->points;
    hs_error *error = m->work->error;
    hs_status status = hs_k_function(m->window, p->x_m, p->y_m, p->count, &h->steps, h->edges, error, h->k);
    if (status == HS_OK)
        status = hs_clark_evans_index(m->window, p->x_m, p->y_m, p->count, error, &h->nearest);
    if (status == HS_OK) status = hs_hotspot_check(m->work, error);
    if (status != HS_OK) return status;
    double longest = h->steps.step_m * (h->steps.count - 1);
    double pairs = (double)p->count * p->count * PI * longest * longest / h->size;
    /* Pairs near the border cost more by their circles. */
    static const double times[HS_PATTERN_EDGES] = {1, 3, 10, 1};
    choose_simulations(m, (pairs + 200.0 * p->count) * times[h->edges], HS_K_MOST_WORK);
    if (h->simulations == 0) return HS_OK;
    hs_progress_part part;
    hs_csr_request csr = csr_of(m, &part);
    return hs_csr_envelope(m->window, p->count, &h->steps, h->edges, h->k, &csr,
                           hs_service_pool(m->work->service), error, &h->envelope, &h->nearest);
}

/* Incidents whose unit holds them but whose place, rounded, lies a hair outside the window. */
static void keep_inside(making *m) {
    hs_points *p = &m->h->points;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < p->count; i++) {
        if (!hs_pattern_window_holds(m->window, p->x_m[i], p->y_m[i])) continue;
        p->x_m[kept] = p->x_m[i];
        p->y_m[kept++] = p->y_m[i];
    }
    p->tally.outside += p->count - kept;
    p->tally.counted = p->count = kept;
}

static bool is_enough(making *m) {
    hs_k_result *h = m->h;
    h->head.enough = h->points.count >= HS_POINTS_LEAST;
    (void)hs_hotspot_give_up(
        &h->head,
        "Fewer than 10 incidents: too few for a K function. Take a longer period or more "
        "classes.",
        "案件不足 10 件，无法计算 K 函数；请放宽时段或类别。");
    return h->head.enough;
}

static hs_status prepare(making *m) {
    hs_k_result *h = m->h;
    const hs_k_request *r = m->request;
    hs_arena *arena = h->head.arena;
    double longest = r->longest_m > 0 ? r->longest_m : hs_pattern_window_reach_m(m->window, h->points.count);
    h->size = r->points.streets ? 0 : hs_pattern_window_area_m2(m->window);
    h->edges = r->edges_given                             ? r->edges
               : h->points.count <= HS_K_ISOTROPIC_POINTS ? HS_PATTERN_ISOTROPIC
                                                          : HS_PATTERN_BORDER;
    h->steps = (hs_pattern_steps){longest / r->steps, r->steps + 1};
    size_t n = (size_t)h->steps.count;
    h->k = hs_arena_array(arena, n, sizeof *h->k);
    h->envelope = (hs_envelope){.low = hs_arena_array(arena, n, sizeof(double)),
                                .high = hs_arena_array(arena, n, sizeof(double)),
                                .mean = hs_arena_array(arena, n, sizeof(double))};
    return h->k && h->envelope.low && h->envelope.high && h->envelope.mean
               ? HS_OK
               : hs_error_memory(m->work->error, "K");
}

static hs_status make(making *m) {
    hs_k_result *h = m->h;
    const hs_k_request *r = m->request;
    hs_status status = hs_points_gather(m->work, &r->points, false,
                                        r->points.streets ? HS_K_MOST_STREET_POINTS : HS_K_MOST_POINTS,
                                        h->head.arena, &h->points);
    if (status != HS_OK || !is_enough(m)) return status;
    const hs_filter *filter = &r->points.filter;
    status = hs_points_window(m->work->snapshot, filter, &h->points, m->work->error, &m->window);
    if (status == HS_OK && r->points.streets)
        status = hs_points_keep_streets(m->work->snapshot, filter, h->head.arena, m->work->error, &h->points);
    if (status != HS_OK) return status;
    if (!r->points.streets) keep_inside(m);
    if (!is_enough(m)) return HS_OK;
    status = prepare(m);
    if (status == HS_OK) status = r->points.streets ? along_streets(m) : on_plane(m);
    for (uint32_t k = 0; status == HS_OK && h->simulations > 0 && k < h->steps.count; k++) {
        double off = hs_k_curve(r, h, k) - k * h->steps.step_m;
        h->head.significant += fabs(off) > h->envelope.global_m;
    }
    return status;
}

static hs_status compute(const hs_hotspot_work *work, void *result) {
    making m = {work, work->request, result, NULL};
    hs_status status = make(&m);
    hs_pattern_window_free(m.window);
    return status;
}

const hs_hotspot_method hs_hotspot_k_function = {
    "k-function",
    "K and L functions with envelopes, and the nearest-neighbour index: at which distances incidents cluster",
    "K 与 L 函数（含包络）及最近邻指数：案件在哪些距离上聚集",
    parse,
    sizeof(hs_k_result),
    RESULT_MOST,
    compute,
    hs_k_table,
    hs_k_head,
    hs_k_explain,
    NULL,
};
