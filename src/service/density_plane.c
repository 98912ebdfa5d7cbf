/* Incidents of a density on the city's plane. */
#include "service/density_adaptive.h"

#include "geo/plane.h"

#include <stdlib.h>

static bool reserve(plane_points *p, size_t more) {
    if (p->weight && p->count + more <= p->capacity) return true;
    size_t capacity = p->capacity ? p->capacity : 4096;
    while (capacity < p->count + more)
        capacity *= 2;
    double *x = realloc(p->x_m, capacity * sizeof *x);
    if (x) p->x_m = x;
    double *y = realloc(p->y_m, capacity * sizeof *y);
    if (y) p->y_m = y;
    double *weight = realloc(p->weight, capacity * sizeof *weight);
    if (weight) p->weight = weight;
    if (!x || !y || !weight) return false;
    p->capacity = capacity;
    return true;
}

void hs_plane_points_done(plane_points *p) {
    free(p->x_m);
    free(p->y_m);
    free(p->weight);
}

typedef struct projecting {
    const hs_plane *plane;
    const hs_mercator *mercator;
    const uint32_t *row;
    double *x_m, *y_m;
} projecting;

static void project_range(void *context, size_t begin, size_t end) {
    projecting *work = context;
    for (size_t i = begin; i < end; i++)
        hs_plane_forward(work->plane, hs_mercator_to_position(work->mercator[work->row[i]]), &work->x_m[i],
                         &work->y_m[i]);
}

static hs_status add_chunk(const density_layer *layer, const hs_incident_chunk *chunk, hs_error *error,
                           plane_points *out) {
    layer_points points = {0};
    hs_status status = hs_layer_points_of(layer, chunk, error, &points);
    if (status != HS_OK) return status;
    uint32_t *row = malloc(((size_t)points.selected + 1) * sizeof *row);
    if (!row || !reserve(out, (size_t)points.selected + 1)) {
        free(row);
        hs_layer_points_done(&points);
        return hs_error_set(error, HS_E_MEMORY, "out of memory for the incidents of a raster");
    }
    size_t found = 0;
    for (uint32_t i = 0; i < chunk->count; i++) {
        if (!(points.bits[i / 64] >> (i % 64) & 1)) continue;
        if (points.share && points.share[i] == 0.0) continue; /* of another time */
        row[found] = i;
        out->weight[out->count + found++] = hs_layer_weight(&points, chunk, i) * layer->per_weight;
    }
    projecting work = {&layer->snapshot->plane, chunk->mercator, row, out->x_m + out->count,
                       out->y_m + out->count};
    hs_pool_for(layer->service->pool, found, 4096, project_range, &work);
    out->count += found;
    free(row);
    hs_layer_points_done(&points);
    return HS_OK;
}

hs_status hs_density_plane_points(const density_layer *layer, hs_error *error, plane_points *points) {
    plane_points made = {0};
    const hs_incidents *incidents = layer->snapshot->incidents;
    for (uint32_t c = 0; c < incidents->chunk_count; c++) {
        const hs_incident_chunk *chunk = incidents->chunk[c];
        if (layer->ladder && !hs_adaptive_has(layer->ladder, c, layer->rung)) continue;
        if (!chunk->positioned || chunk->count == 0) continue;
        hs_status status = add_chunk(layer, chunk, error, &made);
        if (status != HS_OK) {
            hs_plane_points_done(&made);
            return status;
        }
    }
    *points = made;
    return HS_OK;
}

hs_status hs_service_density_sample(hs_service *service, const hs_snapshot *snapshot,
                                    const hs_density_request *request, size_t most, hs_arena *arena,
                                    hs_error *error, hs_plane_points *points, uint64_t *total) {
    density_layer layer = hs_density_layer_of(service, snapshot, request, false);
    layer.whole = true;
    plane_points all = {0};
    hs_status status = hs_density_plane_points(&layer, error, &all);
    size_t step = most > 0 && all.count > most ? (all.count + most - 1) / most : 1;
    size_t count = (all.count + step - 1) / (step > 0 ? step : 1);
    double *x = hs_arena_array(arena, count + 1, sizeof *x);
    double *y = hs_arena_array(arena, count + 1, sizeof *y);
    if (status == HS_OK && (!x || !y)) {
        (void)hs_error_set(error, HS_E_MEMORY, "out of memory for choosing a bandwidth");
        status = HS_E_MEMORY;
    }
    for (size_t i = 0; status == HS_OK && i < count; i++) {
        x[i] = all.x_m[i * step];
        y[i] = all.y_m[i * step];
    }
    *total = all.count;
    hs_plane_points_done(&all);
    if (status == HS_OK) *points = (hs_plane_points){x, y, NULL, count};
    return status;
}
