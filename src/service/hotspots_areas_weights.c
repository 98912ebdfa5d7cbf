/* Who is a neighbour of whom among units of analysis. */
#include "service/hotspots_areas.h"
#include "service/hotspots_walk.h"

#include <hotspot/kernel.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MOST_LINKS ((size_t)1 << 26)

static double quartic(const void *context, double distance_m) {
    double r = distance_m / *(const double *)context;
    return hs_kernel_profile(HS_KERNEL_QUARTIC, r * r);
}

static int ascending(const void *left, const void *right) {
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return (a > b) - (a < b);
}

/* Rows that grow as they are filled. */
typedef struct rows {
    uint32_t *first, *neighbour;
    size_t capacity;
    uint32_t links;
} rows;

static bool add_neighbour(rows *r, uint32_t j) {
    if (r->links == r->capacity) {
        size_t capacity = r->capacity > 0 ? 2 * r->capacity : 4096;
        uint32_t *grown = capacity <= MOST_LINKS ? realloc(r->neighbour, capacity * sizeof *grown) : NULL;
        if (!grown) return false;
        r->neighbour = grown;
        r->capacity = capacity;
    }
    r->neighbour[r->links++] = j;
    return true;
}

static bool take_row(hs_segment_walk *w, const uint32_t *area_of, rows *r, uint32_t own) {
    bool good = true;
    uint32_t begin = r->links;
    for (uint32_t k = 0; k < w->found_count; k++) {
        uint32_t j = area_of[w->found[k]];
        if (j != HS_NONE && j != own) good = good && add_neighbour(r, j);
    }
    hs_segment_walk_clear(w);
    if (r->links > begin) qsort(r->neighbour + begin, r->links - begin, sizeof *r->neighbour, ascending);
    return good;
}

hs_status hs_street_weights(const hs_snapshot *snapshot, const hs_areas_request *request,
                            const hs_areas *areas, hs_error *error, hs_weights **weights) {
    hs_segment_walk w = {.segments = &snapshot->geography->segments};
    bool network = request->neighbours == HS_NEIGHBOURS_NETWORK;
    uint32_t *area_of = malloc(((size_t)w.segments->count + 1) * sizeof *area_of);
    rows r = {.first = calloc((size_t)areas->count + 1, sizeof *r.first)};
    bool good = area_of && r.first && hs_segment_walk_init(&w) && add_neighbour(&r, 0);
    r.links = 0;
    for (uint32_t s = 0; good && s < w.segments->count; s++)
        area_of[s] = HS_NONE;
    for (uint32_t i = 0; good && i < areas->count; i++)
        area_of[areas->segment[i]] = i;
    for (uint32_t i = 0; good && i < areas->count; i++) {
        r.first[i] = r.links;
        if (network)
            hs_segment_walk_from(&w, areas->segment[i], request->distance_m);
        else
            hs_segment_walk_meet(&w, areas->segment[i]);
        good = take_row(&w, area_of, &r, i);
    }
    if (good) r.first[areas->count] = r.links;
    hs_status status =
        good ? hs_weights_new(areas->count, r.first, r.neighbour, NULL, 1, request->style, error, weights)
        : r.links >= MOST_LINKS
            ? hs_error_set(error, HS_E_LIMIT, "weights: over 2^26 links; take a shorter distance")
            : hs_error_memory(error, "spatial weights");
    hs_segment_walk_done(&w);
    free(area_of);
    free(r.first);
    free(r.neighbour);
    return status;
}

hs_status hs_areas_weights(const hs_snapshot *snapshot, const hs_areas_request *request,
                           const hs_areas *areas, hs_error *error, hs_weights **weights) {
    hs_contiguity contiguity =
        request->neighbours == HS_NEIGHBOURS_ROOK ? HS_CONTIGUITY_ROOK : HS_CONTIGUITY_QUEEN;
    switch (request->neighbours) {
    case HS_NEIGHBOURS_KNN:
        return hs_weights_nearest(areas->x_m, areas->y_m, areas->count, request->nearest, request->style,
                                  error, weights);
    case HS_NEIGHBOURS_BAND:
        return hs_weights_band(areas->x_m, areas->y_m, areas->count, request->distance_m, request->style,
                               error, weights);
    case HS_NEIGHBOURS_KERNEL:
        return hs_weights_decay(areas->x_m, areas->y_m, areas->count, request->distance_m, quartic,
                                &request->distance_m, request->style, error, weights);
    case HS_NEIGHBOURS_NETWORK:
        return hs_street_weights(snapshot, request, areas, error, weights);
    default:
        break;
    }
    if (areas->segment) return hs_street_weights(snapshot, request, areas, error, weights);
    if (areas->column) return hs_grid_weights(request, areas, error, weights);
    return hs_weights_contiguity(areas->geometry, areas->count, contiguity, HS_HOTSPOT_GAP_M, request->style,
                                 error, weights);
}
