/* Near repeats: the Knox table of incidents. */
#include "service/hotspots_near_repeat.h"

#include "base/text.h"
#include <math.h>

#define RESULT_MOST ((size_t)1 << 30)
#define DAY_S       86400

/* `100,200,400`: numbers that ascend, each by `least` or more. */
static hs_status parse_bands(const hs_hotspot_words *words, const char *name, const char *fallback,
                             double least, double most, const char *taken, double *bands, uint32_t *count) {
    hs_str text = hs_hotspot_word(words, name);
    if (text.size == 0) text = hs_str_of(fallback);
    size_t at = 0;
    *count = 0;
    while (at <= text.size) {
        size_t end = at;
        while (end < text.size && text.data[end] != ',')
            end++;
        double number;
        bool good = *count < HS_KNOX_MOST_BANDS &&
                    hs_str_to_double(hs_str_trim((hs_str){text.data + at, end - at}), &number) &&
                    number >= (*count > 0 ? bands[*count - 1] : 0) + least && number <= most;
        if (!good) return hs_hotspot_refuse(words, name, text, taken);
        bands[(*count)++] = number;
        at = end + 1;
    }
    return HS_OK;
}

static hs_status parse(const hs_hotspot_words *words, void **request) {
    hs_near_request *r = hs_arena_array(words->arena, 1, sizeof *r);
    double days[HS_KNOX_MOST_BANDS] = {0};
    int64_t permutations = 999;
    if (!r) return hs_error_memory(words->error, "a request");
    hs_str correction = hs_hotspot_word(words, "correction");
    hs_status status = hs_points_request_parse(words, &r->points);
    if (status == HS_OK)
        status = parse_bands(words, "distances", "100,200,300,400", 0.1, 20000,
                             "up to 30 ascending metres, comma separated, 0.1 to 20000", r->distance_m,
                             &r->distances);
    if (status == HS_OK)
        status = parse_bands(words, "intervals", "7,14,21,28", 1.0 / DAY_S, 3660,
                             "up to 30 ascending numbers of days, comma separated, a second to 3660", days,
                             &r->intervals);
    if (status == HS_OK)
        status = hs_hotspot_integer(words, "permutations", 0, HS_KNOX_MOST_PERMUTATIONS, 999, &permutations);
    if (status == HS_OK && correction.size > 0)
        status = hs_correction_from_name(correction.data, correction.size, words->error, &r->correction);
    if (status != HS_OK) return status;
    for (uint32_t k = 0; k < r->intervals; k++)
        r->interval_s[k] = llround(days[k] * DAY_S);
    r->permutations = (uint32_t)permutations;
    *request = r;
    return HS_OK;
}

typedef struct making {
    const hs_hotspot_work *work;
    const hs_near_request *request;
    hs_near_result *h;
} making;

static hs_status link_points(const making *m, hs_point_links **links) {
    const hs_near_request *r = m->request;
    const hs_points *p = &m->h->points;
    double reach_m = r->distance_m[r->distances - 1];
    if (!r->points.streets)
        return hs_point_links_planar(p->x_m, p->y_m, p->count, reach_m, m->work->error, links);
    const hs_street_places places = {p->segment, p->along_m, p->count};
    return hs_point_links_streets(&p->net, &places, reach_m, m->work->error, links);
}

/* As many permutations as were asked for, or what fits; none where a table alone is wanted. */
static hs_status fill_table(making *m, const hs_point_links *links) {
    const hs_near_request *r = m->request;
    hs_near_result *h = m->h;
    hs_knox_request knox = {.same_place = true,
                            .distance_m = r->distance_m,
                            .distance_count = r->distances,
                            .interval_s = r->interval_s,
                            .interval_count = r->intervals,
                            .seed = r->points.seed};
    h->rows = hs_knox_rows(&knox);
    h->columns = hs_knox_columns(&knox);
    size_t cells = (size_t)h->rows * h->columns;
    h->cells = hs_arena_array(h->head.arena, cells, sizeof *h->cells);
    h->q = hs_arena_array(h->head.arena, cells, sizeof *h->q);
    h->rank = hs_arena_array(h->head.arena, cells, sizeof *h->rank);
    if (!h->cells || !h->q || !h->rank) return hs_error_memory(m->work->error, "near repeats");
    hs_status status = hs_knox(links, h->points.time_s, &knox, NULL, m->work->error, h->cells);
    if (status != HS_OK || r->permutations == 0) return status;
    double close = 0;
    for (size_t c = 0; c + h->columns < cells; c++)
        close += (double)h->cells[c].observed;
    double fitting = fmax(99, HS_NEAR_MOST_WORK / fmax(close, 1));
    knox.permutations = (uint32_t)fmin(r->permutations, fitting);
    if (knox.permutations < r->permutations) {
        hs_hotspot_caution(&h->head, "So many close pairs: fewer permutations than asked for were made.",
                           "邻近案件对过多，实际置换次数少于要求。");
    }
    h->permutations = knox.permutations;
    const hs_progress_part part = {&m->work->progress, 0.1, 1};
    knox.progress = hs_progress_of_part(&part);
    return hs_knox(links, h->points.time_s, &knox, hs_service_pool(m->work->service), m->work->error,
                   h->cells);
}

/* Cells within the bands are tested; what lies beyond is what they are compared with. */
static hs_status correct(making *m) {
    hs_near_result *h = m->h;
    size_t columns = (size_t)m->request->intervals + 1, cells = h->rows * columns;
    double *z = hs_arena_array(h->head.arena, cells, sizeof *z);
    if (!z) return hs_error_memory(m->work->error, "near repeats");
    for (size_t c = 0; c < cells; c++) {
        bool near = c / columns + 1 < h->rows && c % columns + 1 < columns;
        const hs_knox_cell *cell = &h->cells[c];
        h->q[c] = !near || !(cell->expected > 0) ? (double)NAN
                  : h->permutations > 0          ? cell->permuted_p
                                                 : cell->normal_p;
        z[c] = near ? cell->z : (double)NAN;
    }
    hs_status status =
        hs_hotspot_stand(h->q, (uint32_t)cells, m->request->points.alpha, m->work->error, &h->stands);
    if (status == HS_OK)
        status = hs_adjust_p_values(h->q, cells, m->request->correction, m->work->error, h->q);
    for (size_t c = 0; c < cells && status == HS_OK; c++)
        h->head.significant += h->q[c] <= m->request->points.alpha;
    return status == HS_OK ? hs_hotspot_rank(z, (uint32_t)cells, m->work->error, h->rank) : status;
}

static hs_status make(making *m) {
    hs_near_result *h = m->h;
    hs_point_links *links = NULL;
    hs_status status =
        hs_points_gather(m->work, &m->request->points, true, HS_NEAR_MOST_POINTS, h->head.arena, &h->points);
    if (status != HS_OK) return status;
    h->head.enough = h->points.count >= HS_POINTS_LEAST;
    if (!h->head.enough) {
        (void)hs_hotspot_give_up(
            &h->head,
            "Fewer than 10 incidents with a time: too few for near repeats. Take a longer "
            "period or more classes.",
            "有时间的案件不足 10 件，无法检验邻近重复；请放宽时段或类别。");
        return HS_OK;
    }
    status = link_points(m, &links);
    if (status == HS_OK) status = hs_hotspot_check(m->work, m->work->error);
    if (status == HS_OK) status = fill_table(m, links);
    if (status == HS_OK) status = correct(m);
    hs_point_links_free(links);
    return status;
}

static hs_status compute(const hs_hotspot_work *work, void *result) {
    making m = {.work = work, .request = work->request, .h = result};
    return make(&m);
}

const hs_hotspot_method hs_hotspot_near_repeat = {
    "near-repeat",
    "near repeats: whether incidents close in space are close in time (Knox)",
    "邻近重复：空间相近的案件在时间上是否也相近（Knox 检验）",
    parse,
    sizeof(hs_near_result),
    RESULT_MOST,
    compute,
    hs_near_table,
    hs_near_head,
    hs_near_explain,
    NULL,
};
