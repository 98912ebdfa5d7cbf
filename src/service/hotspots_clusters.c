/* Clusters of incidents: found, described and ordered by size. */
#include "service/hotspots_clusters.h"

#include "base/text.h"
#include <math.h>
#include <stdlib.h>

#define RESULT_MOST ((size_t)2 << 30)

static const char *const algorithms[HS_CLUSTER_ALGORITHMS] = {"dbscan", "hdbscan", "optics", "nnh"};

const char *hs_cluster_algorithm_name(hs_cluster_algorithm algorithm) {
    return (unsigned)algorithm < HS_CLUSTER_ALGORITHMS ? algorithms[algorithm] : NULL;
}

static hs_status parse(const hs_hotspot_words *words, void **request) {
    static const double eps[HS_CLUSTER_ALGORITHMS] = {100, 10, 500, 0};
    hs_clusters_request *r = hs_arena_array(words->arena, 1, sizeof *r);
    int algorithm = 0;
    int64_t min_points = 10, simulations = 99;
    if (!r) return hs_error_memory(words->error, "a request");
    hs_status status = hs_points_request_parse(words, &r->points);
    if (status == HS_OK)
        status = hs_hotspot_choice(words, "algorithm", algorithms, HS_CLUSTER_ALGORITHMS, HS_CLUSTERS_DBSCAN,
                                   &algorithm);
    if (status == HS_OK) status = hs_hotspot_number(words, "eps", 0.1, 100000, eps[algorithm], &r->eps_m);
    if (status == HS_OK)
        status = hs_hotspot_integer(words, "min-points", 2, HS_CLUSTERS_MOST_MIN_POINTS, 10, &min_points);
    if (status == HS_OK) status = hs_hotspot_number(words, "xi", 0.001, 0.999, 0, &r->xi);
    if (status == HS_OK)
        status = hs_hotspot_integer(words, "simulations", 0, HS_CLUSTERS_MOST_SIMULATIONS, 99, &simulations);
    if (status != HS_OK) return status;
    r->algorithm = (hs_cluster_algorithm)algorithm;
    if (r->xi > 0 && r->algorithm != HS_CLUSTERS_OPTICS)
        return hs_error_set(words->error, HS_E_ARGUMENT, "xi: is of algorithm=optics");
    if (r->points.streets && r->algorithm == HS_CLUSTERS_NNH)
        return hs_error_set(words->error, HS_E_ARGUMENT, "streets: nnh has distances of the plane only");
    bool eps_given = hs_hotspot_word(words, "eps").size > 0;
    if (r->algorithm == HS_CLUSTERS_OPTICS && r->xi == 0 && !eps_given) r->xi = 0.05;
    r->reach_m = r->algorithm == HS_CLUSTERS_HDBSCAN ? fmax(300, 2 * r->eps_m) : r->eps_m;
    r->min_points = (uint32_t)min_points;
    r->aggregates = words->aggregates;
    if (r->aggregates && min_points < HS_AGGREGATE_LEAST_POINTS)
        return hs_error_set(words->error, HS_E_DENIED,
                            "min-points: clusters of fewer than %d show single incidents, which are not "
                            "public on this server: take more",
                            HS_AGGREGATE_LEAST_POINTS);
    r->simulations = (uint32_t)simulations;
    *request = r;
    return HS_OK;
}

typedef struct making {
    const hs_hotspot_work *work;
    const hs_clusters_request *request;
    hs_clusters_result *h;
    uint32_t *first, *member; /* points by cluster */
} making;

static hs_status list_members(making *m, const hs_cluster_labels *labels) {
    uint32_t n = m->h->points.count;
    m->first = hs_arena_array(m->h->head.arena, (size_t)labels->found + 2, sizeof *m->first);
    m->member = hs_arena_array(m->h->head.arena, (size_t)n + 1, sizeof *m->member);
    if (!m->first || !m->member) return hs_error_memory(m->work->error, "clusters");
    for (uint32_t i = 0; i < n; i++)
        if (labels->cluster[i] != HS_NONE) m->first[labels->cluster[i] + 2]++;
    for (uint32_t c = 0; c < labels->found; c++)
        m->first[c + 2] += m->first[c + 1];
    for (uint32_t i = 0; i < n; i++)
        if (labels->cluster[i] != HS_NONE) m->member[m->first[labels->cluster[i] + 1]++] = i;
    return HS_OK;
}

typedef struct spot {
    double x, y;
} spot;

static int by_place(const void *left, const void *right) {
    const spot *a = left;
    const spot *b = right;
    if (a->x != b->x) return a->x < b->x ? -1 : 1;
    return (a->y > b->y) - (a->y < b->y);
}

/* The shape about the places of a cluster, each once. */
static hs_status outline(making *m, const uint32_t *member, hs_cluster *c) {
    const hs_points *p = &m->h->points;
    spot *spots = malloc(((size_t)c->n + 1) * sizeof *spots);
    double *x = malloc(((size_t)c->n + 1) * 2 * sizeof *x), *y = x ? x + c->n : NULL;
    hs_status status = spots && x ? HS_OK : hs_error_memory(m->work->error, "a cluster");
    for (uint32_t k = 0; status == HS_OK && k < c->n; k++)
        spots[k] = (spot){p->x_m[member[k]], p->y_m[member[k]]};
    if (status == HS_OK) {
        qsort(spots, c->n, sizeof *spots, by_place);
        for (uint32_t k = 0; k < c->n; k++) {
            if (k > 0 && by_place(&spots[k], &spots[k - 1]) == 0) continue;
            x[c->places] = spots[k].x;
            y[c->places++] = spots[k].y;
        }
        status =
            hs_points_hull(m->work->snapshot, x, y, c->places, HS_CLUSTERS_CONCAVITY, HS_CLUSTERS_WIDER_M,
                           m->h->head.arena, m->work->error, &c->geometry, &c->area_m2);
    }
    free(spots);
    free(x);
    return status;
}

static hs_status draw_ellipse(making *m, hs_cluster *c) {
    c->area_m2 = 3.14159265358979323846 * fmax(c->ellipse.major_m, 1) * fmax(c->ellipse.minor_m, 1);
    return hs_points_ellipse(m->work->snapshot, &c->ellipse, m->h->head.arena, m->work->error, &c->geometry);
}

static hs_status describe(making *m, const hs_cluster_labels *labels, uint32_t number, uint32_t order,
                          hs_cluster *c) {
    const hs_points *p = &m->h->points;
    const uint32_t *member = m->member + m->first[number];
    *c = (hs_cluster){.n = m->first[number + 1] - m->first[number],
                      .order = order,
                      .stability = labels->stability ? labels->stability[number] : (double)NAN,
                      .p = (double)NAN,
                      .first_s = HS_NO_TIME,
                      .last_s = HS_NO_TIME};
    for (uint32_t k = 0; k < c->n; k++) {
        int64_t at_s = p->time_s[member[k]];
        c->n_core += labels->core && labels->core[member[k]];
        if (at_s == HS_NO_TIME) continue;
        if (c->first_s == HS_NO_TIME || at_s < c->first_s) c->first_s = at_s;
        if (c->last_s == HS_NO_TIME || at_s > c->last_s) c->last_s = at_s;
    }
    c->ellipse = hs_standard_ellipse(p->x_m, p->y_m, member, c->n);
    c->centre = hs_points_position(m->work->snapshot, c->ellipse.x_m, c->ellipse.y_m);
    hs_status status = outline(m, member, c);
    if (status == HS_OK && m->request->algorithm == HS_CLUSTERS_NNH) status = draw_ellipse(m, c);
    if (m->h->area_m2 > 0) c->expected = p->count * c->area_m2 / m->h->area_m2;
    return status;
}

/* Whether as many simulations follow, each about as long as finding the clusters. */
static bool is_simulated(const hs_clusters_request *r) {
    return r->algorithm == HS_CLUSTERS_DBSCAN && !r->points.streets && r->simulations > 0;
}

static hs_status append(making *m, const hs_cluster_labels *labels, uint32_t order) {
    hs_clusters_result *h = m->h;
    hs_cluster *all = hs_arena_array(h->head.arena, (size_t)h->count + labels->found + 1, sizeof *all);
    if (!all) return hs_error_memory(m->work->error, "clusters");
    for (uint32_t c = 0; c < h->count; c++)
        all[c] = h->cluster[c];
    h->cluster = all;
    hs_status status = list_members(m, labels);
    double end = is_simulated(m->request) ? 1 / (m->request->simulations + 1.0) : 1;
    const hs_progress_part part = {&m->work->progress, end / 2, end};
    const hs_progress progress = hs_progress_of_part(&part);
    for (uint32_t c = 0; c < labels->found && status == HS_OK; c++) {
        status = describe(m, labels, c, order, &h->cluster[h->count++]);
        if (status == HS_OK && !hs_progress_tell(&progress, order == 1 ? (double)c / labels->found : -1))
            status = hs_hotspot_check(m->work, m->work->error);
    }
    return status;
}

/* Clusters of clusters: centres of one order are the points of the next. */
static hs_status climb(making *m, hs_cluster_labels *labels) {
    hs_clusters_result *h = m->h;
    uint32_t begin = 0;
    hs_status status = HS_OK;
    for (uint32_t order = 2; order <= HS_CLUSTERS_MOST_ORDERS && status == HS_OK; order++) {
        uint32_t count = h->count - begin, found = 0;
        if (count < 2) break;
        double *x = hs_arena_array(h->head.arena, 2 * (size_t)count, sizeof *x), *y = x ? x + count : NULL;
        uint32_t *of = hs_arena_array(h->head.arena, count, sizeof *of);
        if (!x || !of) return hs_error_memory(m->work->error, "clusters");
        for (uint32_t c = 0; c < count; c++) {
            x[c] = h->cluster[begin + c].ellipse.x_m;
            y[c] = h->cluster[begin + c].ellipse.y_m;
        }
        status = hs_nearest_neighbour_clusters(x, y, count, hs_random_neighbour_m(h->area_m2, count), 2,
                                               m->work->error, of, &found);
        if (status != HS_OK || found == 0) break;
        for (uint32_t i = 0; i < h->points.count; i++)
            if (labels->cluster[i] != HS_NONE) labels->cluster[i] = of[labels->cluster[i]];
        labels->found = found;
        begin = h->count;
        status = append(m, labels, order);
    }
    return status;
}

static int largest_first(const void *left, const void *right) {
    const hs_cluster *a = left;
    const hs_cluster *b = right;
    if (a->order != b->order) return a->order < b->order ? -1 : 1;
    if (a->n != b->n) return a->n > b->n ? -1 : 1;
    if (a->centre.lon_e7 != b->centre.lon_e7) return a->centre.lon_e7 < b->centre.lon_e7 ? -1 : 1;
    return (a->centre.lat_e7 > b->centre.lat_e7) - (a->centre.lat_e7 < b->centre.lat_e7);
}

static hs_status test(making *m, const hs_pattern_window *window) {
    const hs_clusters_request *r = m->request;
    hs_clusters_result *h = m->h;
    if (!is_simulated(r) || h->count == 0) return HS_OK;
    if (h->points.count > HS_CLUSTERS_MOST_SIMULATED) {
        hs_hotspot_caution(&h->head,
                           "Too many incidents to compare with simulated ones: clusters have no p-value.",
                           "案件过多，未作模拟比较：聚类没有 p 值。");
        return HS_OK;
    }
    return hs_clusters_simulate(m->work, r, window, h);
}

static uint32_t most_points(const hs_clusters_request *r) {
    bool linked = r->points.streets || r->algorithm == HS_CLUSTERS_OPTICS || r->algorithm == HS_CLUSTERS_NNH;
    return linked ? HS_CLUSTERS_MOST_LINKED : HS_CLUSTERS_MOST;
}

static hs_status make(making *m) {
    hs_clusters_result *h = m->h;
    const hs_clusters_request *r = m->request;
    hs_arena *arena = h->head.arena;
    hs_cluster_labels labels;
    hs_pattern_window *window = NULL;
    hs_status status = hs_points_gather(m->work, &r->points, false, most_points(r), arena, &h->points);
    if (status != HS_OK) return status;
    h->head.enough = h->points.count >= HS_POINTS_LEAST && h->points.count >= r->min_points;
    if (!h->head.enough) {
        (void)hs_hotspot_give_up(
            &h->head,
            "Too few incidents for clusters: fewer than 10 or than min-points. Take a longer "
            "period or more classes.",
            "案件过少（不足 10 件或少于 min-points），无法聚类；请放宽时段或类别。");
        return HS_OK;
    }
    status = hs_points_window(m->work->snapshot, &r->points.filter, &h->points, m->work->error, &window);
    if (status == HS_OK) {
        h->area_m2 = hs_pattern_window_area_m2(window);
        status = hs_clusters_find(m->work, r, &h->points, &h->threshold_m, h->area_m2, arena, &labels);
    }
    for (uint32_t i = 0; status == HS_OK && i < h->points.count; i++)
        h->noise += labels.cluster[i] == HS_NONE;
    if (status == HS_OK) status = append(m, &labels, 1);
    if (status == HS_OK && r->algorithm == HS_CLUSTERS_NNH) status = climb(m, &labels);
    if (status == HS_OK) {
        qsort(h->cluster, h->count, sizeof *h->cluster, largest_first);
        status = test(m, window);
    }
    hs_pattern_window_free(window);
    return status;
}

static hs_status compute(const hs_hotspot_work *work, void *result) {
    making m = {.work = work, .request = work->request, .h = result};
    return make(&m);
}

const hs_hotspot_method hs_hotspot_clusters = {
    "clusters",
    "clusters of incidents: DBSCAN, HDBSCAN, OPTICS, nearest-neighbour hierarchical, planar or along streets",
    "案件聚类：DBSCAN、HDBSCAN、OPTICS、最近邻层次聚类，平面或沿街道",
    parse,
    sizeof(hs_clusters_result),
    RESULT_MOST,
    compute,
    hs_clusters_table,
    hs_clusters_head,
    hs_clusters_explain,
    NULL,
};
