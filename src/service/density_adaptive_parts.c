/* An adaptive layer as parts of one bandwidth each, which everything that takes a fixed one takes. */
#include "service/density_adaptive.h"

#include <stdlib.h>

density_layer hs_adaptive_part(const density_layer *layer, const hs_adaptive *adaptive, uint32_t rung,
                               bool nearest) {
    density_layer part = *layer;
    double ratio = hs_adaptive_ratio(rung << 16);
    part.adaptive = false;
    part.ladder = adaptive;
    part.rung = rung;
    part.nearest = nearest;
    part.edge_bandwidth_m = layer->edge_bandwidth_m * ratio;
    part.bandwidth_m = layer->bandwidth_m * ratio;
    part.unit = layer->unit / (ratio * ratio);
    return part;
}

/* What of an incident belongs to a step: 0, a part or all of it. */
static double part_of(uint32_t place, uint32_t rung, bool nearest) {
    if (place == HS_NO_PLACE) return 0.0;
    uint32_t below = place >> 16;
    if (nearest) return below + ((place & 0xffff) >= 0x8000) == rung ? 1.0 : 0.0;
    if (below == rung) return 1.0 - hs_adaptive_share(place);
    return below + 1 == rung ? hs_adaptive_share(place) : 0.0;
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
        double part = place ? part_of(place[i], layer->rung, layer->nearest) : 0.0;
        points->share[i] *= part;
        if (part > 0.0)
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

/* The steps of the ladder one after another, in double precision. */
static hs_status adaptive_steps(const density_layer *layer, const hs_adaptive *adaptive,
                                const hs_density_view *view, hs_error *error, double *total, float *part,
                                bool squares) {
    size_t pixels = (size_t)view->size * view->size;
    hs_status status = HS_OK;
    for (uint32_t rung = 0; rung <= HS_ADAPTIVE_RUNGS && status == HS_OK; rung++) {
        density_layer step = hs_adaptive_part(layer, adaptive, rung, false);
        if (!any_in_reach(&step, view)) continue;
        status = hs_density_layer_fixed_tile(&step, view, error, part, squares ? part + pixels : NULL);
        double scale = step.unit / layer->unit;
        for (size_t i = 0; status == HS_OK && i < pixels; i++)
            total[i] += (double)part[i] * scale;
        for (size_t i = pixels; status == HS_OK && squares && i < 2 * pixels; i++)
            total[i] += (double)part[i] * (scale * scale);
    }
    return status;
}

hs_status hs_adaptive_tile(const density_layer *layer, const hs_density_view *view, hs_error *error,
                           float *sums, float *squared) {
    size_t pixels = (size_t)view->size * view->size;
    double *total = calloc(2 * pixels + 1, sizeof *total);
    float *part = malloc((2 * pixels + 1) * sizeof *part);
    hs_adaptive adaptive = {0};
    hs_status status =
        total && part ? hs_adaptive_open(layer, error, &adaptive) : hs_error_memory(error, "a density tile");
    if (status == HS_OK) status = adaptive_steps(layer, &adaptive, view, error, total, part, squared != NULL);
    for (size_t i = 0; status == HS_OK && i < pixels; i++) {
        sums[i] = (float)total[i];
        if (squared) squared[i] = (float)total[pixels + i];
    }
    hs_adaptive_done(&adaptive);
    free(total);
    free(part);
    return status;
}
