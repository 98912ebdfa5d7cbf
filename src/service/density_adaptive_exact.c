/* Adaptive densities by direct sums: each incident with its own bandwidth, without the ladder's steps. */
#include "service/density_adaptive.h"

#include <stdlib.h>
#include <string.h>

/* An incident's part of its two steps is divided by the mass of its kernel in the city that each step has. */
static hs_status divide_by_masses(const density_layer *layer, const hs_incident_chunk *chunk,
                                  const hs_chunk_places *places, hs_error *error, double *factor) {
    hs_status status = HS_OK;
    for (uint32_t rung = 0; rung <= HS_ADAPTIVE_RUNGS && status == HS_OK; rung++) {
        if (!places->rung[rung]) continue;
        density_layer step = *layer;
        step.edge_bandwidth_m = layer->edge_bandwidth_m * hs_adaptive_ratio(rung << 16);
        hs_shared_entry *entry;
        status = hs_edge_shares_of(&step, chunk, error, &entry);
        if (status != HS_OK) break;
        const edge_shares *shares = hs_shared_value(entry);
        for (uint32_t k = 0; k < shares->count; k++) {
            uint32_t row = shares->row[k];
            uint32_t place = places->place[row];
            if (place == HS_NO_PLACE) continue;
            double part = place >> 16 == rung         ? 1.0 - hs_adaptive_share(place)
                          : (place >> 16) + 1 == rung ? hs_adaptive_share(place)
                                                      : 0.0;
            factor[row] += part * (shares->share[k] - 1.0);
        }
        hs_shared_unref(entry);
    }
    return status;
}

hs_status hs_adaptive_amounts(const density_layer *layer, const hs_incident_chunk *chunk,
                              const hs_chunk_places *places, hs_error *error, double *amount) {
    density_layer plain = *layer;
    plain.adaptive = false;
    plain.edge_correction = false;
    plain.squares = false;
    layer_points points = {0};
    hs_status status = hs_layer_points_of(&plain, chunk, error, &points);
    if (status != HS_OK) return status;
    for (uint32_t i = 0; i < chunk->count; i++)
        amount[i] = 1.0;
    if (layer->edge_correction && !layer->whole)
        status = divide_by_masses(layer, chunk, places, error, amount);
    for (uint32_t i = 0; i < chunk->count; i++) {
        bool counts = (points.bits[i / 64] >> (i % 64) & 1) && places->place[i] != HS_NO_PLACE;
        amount[i] = counts ? amount[i] * hs_layer_weight(&points, chunk, i) : 0.0;
        if (layer->squares) amount[i] *= amount[i];
    }
    hs_layer_points_done(&points);
    return status;
}

/* Calls `add` with the incidents of each chunk in reach. */
typedef hs_status (*adaptive_adder)(const density_layer *layer, const hs_adaptive_points *points,
                                    void *context, hs_error *error);

static hs_status add_chunks(const density_layer *layer, const hs_adaptive *adaptive, const reach_box *reach,
                            adaptive_adder add, void *context, hs_error *error) {
    const hs_incidents *incidents = layer->snapshot->incidents;
    hs_status status = HS_OK;
    for (uint32_t c = 0; c < incidents->chunk_count && status == HS_OK; c++) {
        const hs_incident_chunk *chunk = incidents->chunk[c];
        if (!adaptive->chunk[c] || !hs_reach_meets(reach, &chunk->box)) continue;
        double *amount = malloc(((size_t)chunk->count + 1) * sizeof *amount);
        if (!amount) return hs_error_memory(error, "bandwidths");
        status = hs_density_check(layer, error);
        if (status == HS_OK) status = hs_adaptive_amounts(layer, chunk, adaptive->chunk[c], error, amount);
        hs_adaptive_points points = {chunk->mercator, amount, adaptive->chunk[c]->place, chunk->count};
        if (status == HS_OK) status = add(layer, &points, context, error);
        free(amount);
    }
    return status;
}

typedef struct pixel_sums {
    const hs_chosen_pixels *chosen;
    const hs_density_view *view;
    bool squared;
    hs_wide_sum *sums;
} pixel_sums;

static hs_status add_to_pixels(const density_layer *layer, const hs_adaptive_points *points, void *context,
                               hs_error *error) {
    const pixel_sums *work = context;
    return hs_adaptive_sums_add(work->chosen, points, layer->kernel, layer->bandwidth_m, work->view,
                                work->squared, error, work->sums);
}

static hs_status sum_chosen(const density_layer *layer, const hs_adaptive *adaptive, pixel_sums *work,
                            hs_error *error, float *values) {
    reach_box reach = hs_density_layer_reach(layer, work->view);
    memset(work->sums, 0, work->chosen->count * sizeof *work->sums);
    hs_status status = add_chunks(layer, adaptive, &reach, add_to_pixels, work, error);
    const hs_chosen_pixels *c = work->chosen;
    for (uint32_t row = 0; row < c->size && status == HS_OK; row++)
        for (uint32_t i = c->first[row]; i < c->first[row + 1]; i++)
            values[(size_t)row * c->size + c->column[i]] =
                (float)((double)work->sums[i] * 0x1p-32 * layer->per_weight);
    return status;
}

hs_status hs_adaptive_exact_pixels(const density_layer *layer, const hs_density_view *view,
                                   const hs_chosen_pixels *chosen, hs_error *error, float *sums,
                                   float *squared) {
    pixel_sums work = {.chosen = chosen, .view = view};
    work.sums = malloc(((size_t)chosen->count + 1) * sizeof *work.sums);
    if (!work.sums) return hs_error_memory(error, "a density tile");
    hs_adaptive adaptive;
    hs_status status = hs_adaptive_open(layer, error, &adaptive);
    if (status == HS_OK) status = sum_chosen(layer, &adaptive, &work, error, sums);
    density_layer squares = *layer;
    squares.squares = !layer->residents;
    work.squared = true;
    if (status == HS_OK && squared) status = sum_chosen(&squares, &adaptive, &work, error, squared);
    hs_adaptive_done(&adaptive);
    free(work.sums);
    return status;
}

hs_status hs_adaptive_exact_tile(const density_layer *layer, const hs_density_view *view, hs_error *error,
                                 const density_field *field) {
    size_t pixels = (size_t)view->size * view->size;
    uint8_t *flags = malloc(pixels);
    if (!flags) return hs_error_memory(error, "a density tile");
    memset(flags, 1, pixels);
    hs_chosen_pixels *all = NULL;
    hs_status status = hs_chosen_pixels_new(flags, view->size, error, &all);
    if (status == HS_OK)
        status = hs_adaptive_exact_pixels(layer, view, all, error, field->sums, field->squared);
    if (field->off) memset(field->off, 0, pixels * sizeof *field->off);
    if (field->squared_off) memset(field->squared_off, 0, pixels * sizeof *field->squared_off);
    free(all);
    free(flags);
    return status;
}

typedef struct place_sums {
    hs_mercator at;
    hs_adaptive_moments *moments;
} place_sums;

static hs_status add_to_place(const density_layer *layer, const hs_adaptive_points *points, void *context,
                              hs_error *error) {
    (void)error;
    const place_sums *place = context;
    hs_adaptive_sums_at(points, layer->kernel, layer->bandwidth_m, (double)place->at.x, (double)place->at.y,
                        layer->residents, place->moments);
    return HS_OK;
}

hs_status hs_adaptive_exact_place(const density_layer *layer, hs_mercator at, hs_error *error,
                                  hs_adaptive_moments *moments) {
    place_sums place = {at, moments};
    reach_box reach = hs_density_reach_of_place(layer, at);
    hs_adaptive adaptive;
    hs_status status = hs_adaptive_open(layer, error, &adaptive);
    if (status == HS_OK) status = add_chunks(layer, &adaptive, &reach, add_to_place, &place, error);
    hs_adaptive_done(&adaptive);
    return status;
}
