/* An adaptive layer as parts of one bandwidth each, which everything that takes a fixed one takes. */
#include "service/density_adaptive.h"

#include <stdlib.h>

density_layer hs_adaptive_part(const density_layer *layer, const hs_adaptive *adaptive, uint32_t rung) {
    density_layer part = *layer;
    double ratio = hs_adaptive_ratio(rung << 16);
    part.adaptive = false;
    part.ladder = adaptive;
    part.rung = rung;
    part.edge_bandwidth_m = layer->edge_bandwidth_m * ratio;
    part.bandwidth_m = layer->bandwidth_m * ratio;
    part.unit = layer->unit / (ratio * ratio);
    return part;
}

/* What of an incident belongs to a step: 0, a part or all of it. */
static double share_of(uint32_t place, uint32_t rung, hs_ladder_part part) {
    if (place == HS_NO_PLACE) return 0.0;
    uint32_t below = place >> 16;
    if (below == rung && part != HS_PART_BELOW) return 1.0 - hs_adaptive_share(place);
    return below + 1 == rung && part != HS_PART_ABOVE ? hs_adaptive_share(place) : 0.0;
}

bool hs_adaptive_has(const hs_adaptive *adaptive, uint32_t chunk, uint32_t rung) {
    return adaptive->chunk[chunk] && adaptive->chunk[chunk]->rung[rung];
}

static const uint32_t *places_of_chunk(const hs_adaptive *adaptive, const hs_incident_chunk *chunk) {
    const hs_incidents *incidents = adaptive->snapshot->incidents;
    for (uint32_t c = 0; c < adaptive->chunk_count; c++)
        if (incidents->chunk[c] == chunk) return adaptive->chunk[c] ? adaptive->chunk[c]->place : NULL;
    return NULL;
}

hs_status hs_adaptive_restrict(const density_layer *layer, const hs_incident_chunk *chunk, hs_error *error,
                               layer_points *points) {
    const uint32_t *place = places_of_chunk(layer->ladder, chunk);
    if (!hs_layer_points_share(points)) return hs_error_memory(error, "bandwidths");
    points->selected = 0;
    for (uint32_t i = 0; i < chunk->count; i++) {
        uint64_t bit = UINT64_C(1) << (i % 64);
        if (!(points->bits[i / 64] & bit)) continue;
        double share = place ? share_of(place[i], layer->rung, layer->part) : 0.0;
        points->share[i] *= share;
        if (share > 0.0)
            points->selected++;
        else
            points->bits[i / 64] &= ~bit;
    }
    return HS_OK;
}

static bool any_in_reach(const density_layer *step, const hs_density_view *view) {
    const hs_incidents *incidents = step->snapshot->incidents;
    reach_box reach = hs_density_layer_reach(step, view);
    for (uint32_t c = 0; c < incidents->chunk_count; c++)
        if (hs_adaptive_has(step->ladder, c, step->rung) && hs_reach_meets(&reach, &incidents->chunk[c]->box))
            return true;
    return false;
}

/* Sums of the steps in double precision, a plane for each of a field's. */
typedef struct stepping {
    const density_layer *layer;
    const hs_adaptive *adaptive;
    const hs_density_view *view;
    size_t pixels;
    double *total[4]; /* NULL where not wanted */
    float *part[4];
} stepping;

static hs_status add_step(stepping *work, const density_layer *step, hs_error *error) {
    if (!any_in_reach(step, work->view)) return HS_OK;
    density_field field = {work->part[0], work->part[1], work->part[2], work->part[3]};
    hs_status status = hs_density_layer_fixed_tile(step, work->view, error, &field);
    double scale = step->unit / work->layer->unit;
    for (int k = 0; k < 4 && status == HS_OK; k++) {
        double times = k % 2 ? scale * scale : scale;
        for (size_t i = 0; work->total[k] && i < work->pixels; i++)
            work->total[k][i] += (double)work->part[k][i] * times;
    }
    return status;
}

static bool sampled_alike(const hs_density_view *view, hs_kernel kernel, double a_m, double b_m) {
    return hs_density_sampling_of(view, kernel, a_m) == hs_density_sampling_of(view, kernel, b_m) &&
           hs_density_subdivision(view, kernel, a_m) == hs_density_subdivision(view, kernel, b_m);
}

/* Pixels are sampled for an incident as for the step below it, on both steps that share it. */
static hs_status add_rung(stepping *work, uint32_t rung, hs_error *error) {
    density_layer step = hs_adaptive_part(work->layer, work->adaptive, rung);
    double below_m = rung > 0 ? work->layer->bandwidth_m * hs_adaptive_ratio((rung - 1) << 16) : 0.0;
    if (rung == 0 || sampled_alike(work->view, step.kernel, below_m, step.bandwidth_m))
        return add_step(work, &step, error);
    step.part = HS_PART_ABOVE;
    hs_status status = add_step(work, &step, error);
    step.part = HS_PART_BELOW;
    step.sampled_m = below_m;
    return status == HS_OK ? add_step(work, &step, error) : status;
}

static hs_status tile_by_steps(const density_layer *layer, const hs_adaptive *adaptive,
                               const hs_density_view *view, hs_error *error, const density_field *field) {
    size_t pixels = (size_t)view->size * view->size;
    float *out[4] = {field->sums, field->squared, field->off, field->squared_off};
    stepping work = {.layer = layer, .adaptive = adaptive, .view = view, .pixels = pixels};
    double *total = calloc(4 * pixels, sizeof *total);
    float *part = malloc(4 * pixels * sizeof *part);
    hs_status status = total && part ? HS_OK : hs_error_memory(error, "a density tile");
    for (size_t k = 0; k < 4 && status == HS_OK; k++) {
        work.total[k] = out[k] ? total + k * pixels : NULL;
        work.part[k] = out[k] ? part + k * pixels : NULL;
    }
    for (uint32_t rung = 0; rung <= HS_ADAPTIVE_RUNGS && status == HS_OK; rung++) {
        status = hs_density_check(layer, error);
        if (status == HS_OK) status = add_rung(&work, rung, error);
    }
    for (size_t k = 0; k < 4 && status == HS_OK; k++)
        for (size_t i = 0; out[k] && i < pixels; i++)
            out[k][i] = (float)work.total[k][i];
    free(total);
    free(part);
    return status;
}

hs_status hs_adaptive_tile(const density_layer *layer, const hs_density_view *view, hs_error *error,
                           const density_field *field) {
    if (layer->exact) return hs_adaptive_exact_tile(layer, view, error, field);
    hs_adaptive adaptive;
    hs_status status = hs_adaptive_open(layer, error, &adaptive);
    if (status == HS_OK) status = tile_by_steps(layer, &adaptive, view, error, field);
    hs_adaptive_done(&adaptive);
    return status;
}
