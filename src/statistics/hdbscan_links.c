/* HDBSCAN over links between places, and its entry for points of a plane. */
#include "statistics/hdbscan.h"
#include "statistics/point_links.h"
#include "statistics/union_find.h"

#include <math.h>
#include <stdlib.h>

static hs_status check(const hs_hdbscan_request *request, hs_error *error) {
    if (request->min_points < 2 || !(request->least_m >= 0 && isfinite(request->least_m)))
        return hs_error_set(error, HS_E_ARGUMENT,
                            "hdbscan: min-points is 2 or more, the least distance 0 m or more");
    return HS_OK;
}

typedef struct places {
    uint32_t *weight;
    double *core;
    hs_tree_edge *edge;
} places;

static hs_status places_init(places *p, const hs_point_links *links, size_t edges, hs_error *error) {
    p->weight = malloc(((size_t)links->count + 1) * sizeof *p->weight);
    p->core = malloc(((size_t)links->count + 1) * sizeof *p->core);
    p->edge = malloc((edges + 1) * sizeof *p->edge);
    if (!p->weight || !p->core || !p->edge) return hs_error_memory(error, "a tree of clusters");
    for (uint32_t i = 0; i < links->count; i++)
        p->weight[i] = hs_place_weight(links, i);
    return HS_OK;
}

static void places_done(places *p) {
    free(p->weight);
    free(p->core);
    free(p->edge);
}

static hs_density_tree tree_of(const hs_point_links *links, const places *p, uint32_t edges) {
    return (hs_density_tree){
        links->point_count, links->count, links->place, p->weight, p->core, p->edge, edges};
}

/* Kruskal's (1956): of all links by mutual reachability those that join two parts. */
static hs_status span(const hs_point_links *links, places *p, uint32_t *kept, hs_error *error) {
    uint32_t *set = malloc(((size_t)links->count + 1) * sizeof *set);
    if (!set) return hs_error_memory(error, "a spanning tree");
    size_t count = 0;
    for (uint32_t a = 0; a < links->count; a++) {
        set[a] = a;
        for (size_t k = links->first[a]; k < links->first[a + 1]; k++) {
            uint32_t b = links->neighbour[k];
            double distance = fmax(links->distance_m[k], fmax(p->core[a], p->core[b]));
            if (a < b && isfinite(distance)) p->edge[count++] = (hs_tree_edge){distance, a, b};
        }
    }
    hs_sort_edges(p->edge, count);
    *kept = 0;
    for (size_t k = 0; k < count; k++)
        if (hs_set_join(set, p->edge[k].a, p->edge[k].b)) p->edge[(*kept)++] = p->edge[k];
    free(set);
    return HS_OK;
}

/* Rounding of ways there and back may leave a link at the edge of reach one way only. */
static size_t count_upward(const hs_point_links *links) {
    size_t count = 0;
    for (uint32_t a = 0; a < links->count; a++)
        for (size_t k = links->first[a]; k < links->first[a + 1]; k++)
            count += a < links->neighbour[k];
    return count;
}

hs_status hs_hdbscan_links(const hs_point_links *links, const hs_hdbscan_request *request, hs_error *error,
                           hs_hdbscan_columns *columns, uint32_t capacity, double *stability,
                           uint32_t *found) {
    places p = {0};
    uint32_t edges = 0;
    hs_status status = check(request, error);
    if (status == HS_OK) status = places_init(&p, links, count_upward(links), error);
    if (status == HS_OK) status = hs_core_distances(links, request->min_points, error, p.core);
    if (status == HS_OK) status = span(links, &p, &edges, error);
    if (status == HS_OK) {
        hs_density_tree tree = tree_of(links, &p, edges);
        status = hs_hdbscan_of_tree(&tree, request, error, columns, capacity, stability, found);
    }
    places_done(&p);
    return status;
}

static void all_noise(uint32_t count, hs_hdbscan_columns *columns, uint32_t *found) {
    for (uint32_t i = 0; i < count; i++) {
        columns->cluster[i] = HS_NONE;
        if (columns->core_m) columns->core_m[i] = INFINITY;
        if (columns->probability) columns->probability[i] = 0;
        if (columns->outlier) columns->outlier[i] = 1;
    }
    *found = 0;
}

hs_status hs_hdbscan(const double *x_m, const double *y_m, uint32_t count, const hs_hdbscan_request *request,
                     hs_error *error, hs_hdbscan_columns *columns, uint32_t capacity, double *stability,
                     uint32_t *found) {
    hs_point_links *links = NULL;
    places p = {0};
    double *at = NULL;
    hs_status status = check(request, error);
    if (status == HS_OK) status = hs_point_places(x_m, y_m, count, error, &links);
    if (status == HS_OK && count < request->min_points) {
        all_noise(count, columns, found);
        hs_point_links_free(links);
        return HS_OK;
    }
    if (status == HS_OK) status = places_init(&p, links, links->count, error);
    if (status == HS_OK) {
        at = malloc(((size_t)links->count + 1) * 2 * sizeof *at);
        if (!at) status = hs_error_memory(error, "a tree of clusters");
    }
    if (status == HS_OK) {
        double *y = at + links->count;
        for (uint32_t i = 0; i < links->count; i++) {
            at[i] = x_m[links->member[links->member_first[i]]];
            y[i] = y_m[links->member[links->member_first[i]]];
        }
        status =
            hs_planar_density_tree(at, y, p.weight, links->count, request->min_points, error, p.core, p.edge);
    }
    if (status == HS_OK) {
        hs_density_tree tree = tree_of(links, &p, links->count - 1);
        hs_sort_edges(p.edge, tree.edge_count);
        status = hs_hdbscan_of_tree(&tree, request, error, columns, capacity, stability, found);
    }
    free(at);
    places_done(&p);
    hs_point_links_free(links);
    return status;
}
