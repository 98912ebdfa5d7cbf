/* Which cluster each incident is in, and what chance alone would give. */
#include "service/hotspots_clusters.h"

#include "base/random.h"
#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>

typedef struct finding {
    const hs_hotspot_work *work;
    const hs_clusters_request *request;
    const hs_points *points;
    hs_arena *arena;
    hs_cluster_labels *labels;
} finding;

static hs_status link_points(const finding *f, double reach_m, hs_point_links **links) {
    const hs_points *p = f->points;
    if (!f->request->points.streets)
        return hs_point_links_planar(p->x_m, p->y_m, p->count, reach_m, f->work->error, links);
    const hs_street_places places = {p->segment, p->along_m, p->count};
    return hs_point_links_streets(&p->net, &places, reach_m, f->work->error, links);
}

static hs_status find_dbscan(finding *f) {
    const hs_points *p = f->points;
    const hs_clusters_request *r = f->request;
    hs_cluster_labels *l = f->labels;
    if (!r->points.streets)
        return hs_dbscan(p->x_m, p->y_m, p->count, r->eps_m, r->min_points, f->work->error, l->cluster,
                         l->core, &l->found);
    hs_point_links *links = NULL;
    hs_status status = link_points(f, r->eps_m, &links);
    if (status == HS_OK)
        status =
            hs_dbscan_links(links, r->eps_m, r->min_points, f->work->error, l->cluster, l->core, &l->found);
    hs_point_links_free(links);
    return status;
}

static hs_status find_hdbscan(finding *f) {
    const hs_points *p = f->points;
    const hs_clusters_request *r = f->request;
    hs_cluster_labels *l = f->labels;
    const hs_hdbscan_request request = {r->min_points, r->eps_m};
    hs_hdbscan_columns columns = {.cluster = l->cluster};
    l->core = NULL;
    l->stability = hs_arena_array(f->arena, (size_t)p->count + 1, sizeof *l->stability);
    if (!l->stability) return hs_error_memory(f->work->error, "clusters");
    if (!r->points.streets)
        return hs_hdbscan(p->x_m, p->y_m, p->count, &request, f->work->error, &columns, p->count,
                          l->stability, &l->found);
    hs_point_links *links = NULL;
    hs_status status = link_points(f, r->reach_m, &links);
    if (status == HS_OK)
        status =
            hs_hdbscan_links(links, &request, f->work->error, &columns, p->count, l->stability, &l->found);
    hs_point_links_free(links);
    return status;
}

static hs_status find_optics(finding *f) {
    const hs_clusters_request *r = f->request;
    hs_cluster_labels *l = f->labels;
    uint32_t n = f->points->count;
    uint32_t *order = hs_arena_array(f->arena, (size_t)n + 1, sizeof *order);
    double *reach = hs_arena_array(f->arena, (size_t)n + 1, sizeof *reach);
    double *core = hs_arena_array(f->arena, (size_t)n + 1, sizeof *core);
    if (!order || !reach || !core) return hs_error_memory(f->work->error, "clusters");
    hs_point_links *links = NULL;
    hs_status status = link_points(f, r->reach_m, &links);
    if (status == HS_OK) status = hs_optics(links, r->min_points, f->work->error, order, reach, core);
    hs_point_links_free(links);
    if (status != HS_OK) return status;
    double bound = r->xi > 0 ? r->reach_m : r->eps_m;
    for (uint32_t i = 0; i < n; i++)
        l->core[i] = core[i] <= bound;
    if (r->xi > 0)
        return hs_optics_xi(order, reach, n, r->xi, r->min_points, f->work->error, l->cluster, &l->found);
    return hs_optics_cut(order, reach, core, n, r->eps_m, f->work->error, l->cluster, &l->found);
}

static hs_status find_neighbours(finding *f, double *threshold_m, double area_m2) {
    const hs_points *p = f->points;
    const hs_clusters_request *r = f->request;
    f->labels->core = NULL;
    *threshold_m = r->eps_m > 0 ? r->eps_m : hs_random_neighbour_m(area_m2, p->count);
    return hs_nearest_neighbour_clusters(p->x_m, p->y_m, p->count, *threshold_m, r->min_points,
                                         f->work->error, f->labels->cluster, &f->labels->found);
}

hs_status hs_clusters_find(const hs_hotspot_work *work, const hs_clusters_request *request,
                           const hs_points *points, double *threshold_m, double area_m2, hs_arena *arena,
                           hs_cluster_labels *labels) {
    size_t n = (size_t)points->count + 1;
    *labels = (hs_cluster_labels){.cluster = hs_arena_array(arena, n, sizeof *labels->cluster),
                                  .core = hs_arena_array(arena, n, sizeof *labels->core)};
    if (!labels->cluster || !labels->core) return hs_error_memory(work->error, "clusters");
    finding f = {work, request, points, arena, labels};
    switch (request->algorithm) {
    case HS_CLUSTERS_HDBSCAN:
        return find_hdbscan(&f);
    case HS_CLUSTERS_OPTICS:
        return find_optics(&f);
    case HS_CLUSTERS_NNH:
        return find_neighbours(&f, threshold_m, area_m2);
    default:
        return find_dbscan(&f);
    }
}

typedef struct simulating {
    const hs_hotspot_work *work;
    const hs_clusters_request *request;
    const hs_pattern_window *window;
    double west, south, east, north;
    uint32_t count;
    uint32_t *largest; /* [simulations] */
    hs_progress_steps steps;
    atomic_int status;
} simulating;

static uint32_t largest_of(const uint32_t *cluster, uint32_t count, uint32_t found, uint32_t *size) {
    uint32_t largest = 0;
    for (uint32_t k = 0; k < found; k++)
        size[k] = 0;
    for (uint32_t i = 0; i < count; i++)
        if (cluster[i] != HS_NONE && ++size[cluster[i]] > largest) largest = size[cluster[i]];
    return largest;
}

static hs_status simulate_one(const simulating *s, size_t number, double *x, uint32_t *cluster) {
    double *y = x + s->count;
    hs_random random;
    hs_random_seed_stream(&random, s->request->points.seed, number);
    for (uint32_t i = 0; i < s->count;) {
        x[i] = s->west + hs_random_uniform(&random) * (s->east - s->west);
        y[i] = s->south + hs_random_uniform(&random) * (s->north - s->south);
        i += hs_pattern_window_holds(s->window, x[i], y[i]);
    }
    uint32_t found;
    hs_status status =
        hs_dbscan(x, y, s->count, s->request->eps_m, s->request->min_points, NULL, cluster, NULL, &found);
    if (status == HS_OK) s->largest[number] = largest_of(cluster, s->count, found, cluster + s->count);
    return status;
}

static void simulate(void *context, size_t begin, size_t end) {
    simulating *s = context;
    double *x = malloc(((size_t)s->count + 1) * 2 * sizeof *x);
    uint32_t *cluster = malloc(((size_t)s->count + 1) * 2 * sizeof *cluster);
    hs_status status = x && cluster ? HS_OK : HS_E_MEMORY;
    for (size_t k = begin; k < end && status == HS_OK; k++) {
        status = hs_progress_step(&s->steps, 1) ? HS_OK : HS_E_CANCELLED;
        if (status == HS_OK) status = simulate_one(s, k, x, cluster);
    }
    if (status != HS_OK) atomic_store(&s->status, (int)status);
    free(x);
    free(cluster);
}

hs_status hs_clusters_simulate(const hs_hotspot_work *work, const hs_clusters_request *request,
                               const hs_pattern_window *window, hs_clusters_result *result) {
    simulating s = {.work = work, .request = request, .window = window, .count = result->points.count};
    s.largest = hs_arena_array(result->head.arena, (size_t)request->simulations + 1, sizeof *s.largest);
    if (!s.largest) return hs_error_memory(work->error, "simulations");
    hs_pattern_window_box(window, &s.west, &s.south, &s.east, &s.north);
    const hs_progress_part part = {&work->progress, 1 / (request->simulations + 1.0), 1};
    const hs_progress progress = hs_progress_of_part(&part);
    hs_progress_steps_init(&s.steps, &progress, request->simulations);
    hs_pool_for(hs_service_pool(work->service), request->simulations, 1, simulate, &s);
    int status = atomic_load(&s.status);
    if (status != HS_OK) return hs_error_set(work->error, (hs_status)status, "simulations were stopped");
    result->simulations = request->simulations;
    for (uint32_t c = 0; c < result->count; c++) {
        uint32_t least = 1;
        for (uint32_t k = 0; k < request->simulations; k++)
            least += s.largest[k] >= result->cluster[c].n;
        result->cluster[c].p = least / (request->simulations + 1.0);
        result->head.significant += result->cluster[c].p <= request->points.alpha;
    }
    return HS_OK;
}
