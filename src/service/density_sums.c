/* One density on a tile: by a lattice where one bounds the error, else by exact sums. */
#include "service/density_deposits.h"

#include <stdlib.h>
#include <string.h>

hs_status hs_density_layer_add(const density_layer *layer, const hs_density_view *view, density_adder add,
                               void *context, hs_error *error) {
    const hs_incidents *incidents = layer->snapshot->incidents;
    reach_box reach = hs_density_layer_reach(layer, view);
    for (uint32_t c = 0; c < incidents->chunk_count; c++) {
        const hs_incident_chunk *chunk = incidents->chunk[c];
        if (layer->ladder && !hs_adaptive_has(layer->ladder, c, layer->rung)) continue;
        if (!chunk->positioned || chunk->count == 0 || !hs_reach_meets(&reach, &chunk->box)) continue;
        layer_points points = {0};
        hs_status status = hs_density_check(layer, error);
        if (status == HS_OK) status = hs_layer_points_of(layer, chunk, error, &points);
        if (status != HS_OK) return status;
        status = add(layer, chunk, &points.columns, view, context, error);
        hs_layer_points_done(&points);
        if (status != HS_OK) return status;
    }
    return HS_OK;
}

static hs_status add_sums(const density_layer *layer, const hs_incident_chunk *chunk,
                          const hs_point_columns *points, const hs_density_view *view, void *context,
                          hs_error *error) {
    (void)chunk;
    return hs_density_add(points, layer->kernel, layer->bandwidth_m, view, error, context);
}

static hs_status add_squares(const density_layer *layer, const hs_incident_chunk *chunk,
                             const hs_point_columns *points, const hs_density_view *view, void *context,
                             hs_error *error) {
    (void)chunk;
    return hs_density_add_squared(points, layer->kernel, layer->bandwidth_m, view, error, context);
}

static hs_status exact_tile(const density_layer *layer, const hs_density_view *view, density_adder add,
                            hs_error *error, float *sums) {
    size_t pixels = (size_t)view->size * view->size;
    uint64_t *whole = calloc(pixels + 1, sizeof *whole);
    if (!whole) return hs_error_memory(error, "a density tile");
    hs_status status = hs_density_layer_add(layer, view, add, whole, error);
    for (size_t i = 0; i < pixels; i++)
        sums[i] = (float)((double)whole[i] * 0x1p-32);
    free(whole);
    return status;
}

/* Squared kernels carry squared weights: a deposit of its own. */
static hs_status lattice_squares(const density_layer *squares, const hs_lattice *lattice,
                                 const hs_density_view *view, hs_error *error, const density_field *field) {
    size_t pixels = (size_t)view->size * view->size;
    float *room = malloc(2 * pixels * sizeof *room);
    if (!room) return hs_error_memory(error, "a density tile");
    bool bounded = field->squared_off != NULL;
    density_field own = {room, field->squared, bounded ? room + pixels : NULL, field->squared_off};
    hs_status status = hs_density_lattice_tile(squares, lattice, view, error, &own);
    free(room);
    return status;
}

/* (1 - r)^2 = 2 (1 - r) - (1 - r^2): the cone's square from sums that are quick, centre by centre. */
static hs_status squared_cones(const density_layer *squares, const hs_density_view *view, hs_error *error,
                               float *squared) {
    size_t pixels = (size_t)view->size * view->size;
    uint64_t *cones = calloc(2 * pixels + 1, sizeof *cones);
    if (!cones) return hs_error_memory(error, "a density tile");
    density_layer domes = *squares;
    domes.kernel = HS_KERNEL_EPANECHNIKOV;
    hs_status status = hs_density_layer_add(squares, view, add_sums, cones, error);
    if (status == HS_OK) status = hs_density_layer_add(&domes, view, add_sums, cones + pixels, error);
    for (size_t i = 0; i < pixels; i++) {
        int64_t left = (int64_t)(2 * cones[i] - cones[pixels + i]);
        squared[i] = left > 0 ? (float)((double)left * 0x1p-32) : 0;
    }
    free(cones);
    return status;
}

/* Beside exact sums: from a lattice, within its bound, where one holds the squared kernel (that of the
 * Epanechnikov kernel is the quartic), else summed too. */
static hs_status squares_beside_exact(const density_layer *squares, const hs_density_view *view,
                                      hs_error *error, const density_field *field) {
    density_layer quick = *squares;
    hs_lattice lattice;
    quick.exact = false;
    hs_density_sampling sampling = hs_density_sampling_of(view, squares->kernel, squares->bandwidth_m);
    if (hs_density_layer_lattice(&quick, view, &lattice))
        return lattice_squares(&quick, &lattice, view, error, field);
    quick.kernel = HS_KERNEL_QUARTIC;
    if (squares->kernel == HS_KERNEL_EPANECHNIKOV && sampling != HS_DENSITY_BINNED &&
        hs_density_layer_lattice(&quick, view, &lattice) && lattice.sampling != HS_DENSITY_BINNED) {
        density_field own = {field->squared, NULL, field->squared_off, NULL};
        return hs_density_lattice_tile(&quick, &lattice, view, error, &own);
    }
    if (field->squared_off)
        memset(field->squared_off, 0, (size_t)view->size * view->size * sizeof *field->squared_off);
    if (squares->kernel == HS_KERNEL_UNIFORM && sampling != HS_DENSITY_BINNED)
        return exact_tile(squares, view, add_sums, error, field->squared);
    if (squares->kernel == HS_KERNEL_TRIANGULAR && sampling == HS_DENSITY_CENTRE)
        return squared_cones(squares, view, error, field->squared);
    return exact_tile(squares, view, add_squares, error, field->squared);
}

static void multiply(float *values, size_t count, double factor) {
    for (size_t i = 0; values && factor != 1.0 && i < count; i++)
        values[i] = (float)((double)values[i] * factor);
}

static hs_status tile_of(const density_layer *layer, const density_layer *squares,
                         const hs_density_view *view, hs_error *error, const density_field *field) {
    hs_lattice lattice;
    if (hs_density_layer_lattice(layer, view, &lattice)) {
        density_field own = *field;
        if (squares->squares) own.squared = own.squared_off = NULL;
        hs_status status = hs_density_lattice_tile(layer, &lattice, view, error, &own);
        return status == HS_OK && field->squared && squares->squares
                   ? lattice_squares(squares, &lattice, view, error, field)
                   : status;
    }
    hs_status status = exact_tile(layer, view, add_sums, error, field->sums);
    if (field->off) memset(field->off, 0, (size_t)view->size * view->size * sizeof *field->off);
    return status == HS_OK && field->squared ? squares_beside_exact(squares, view, error, field) : status;
}

density_layer hs_density_squares_of(const density_layer *layer) {
    density_layer squares = *layer;
    squares.squares = !layer->residents && hs_density_layer_weighted(layer);
    return squares;
}

hs_status hs_density_layer_fixed_tile(const density_layer *layer, const hs_density_view *view,
                                      hs_error *error, const density_field *field) {
    density_layer squares = hs_density_squares_of(layer);
    hs_status status = tile_of(layer, &squares, view, error, field);
    if (status != HS_OK) return status;
    size_t pixels = (size_t)view->size * view->size;
    multiply(field->sums, pixels, layer->per_weight);
    multiply(field->squared, pixels, layer->per_weight);
    multiply(field->off, pixels, layer->per_weight);
    multiply(field->squared_off, pixels, layer->per_weight);
    return HS_OK;
}

hs_status hs_density_layer_tile(const density_layer *layer, const hs_density_view *view, hs_error *error,
                                const density_field *field) {
    return layer->adaptive ? hs_adaptive_tile(layer, view, error, field)
                           : hs_density_layer_fixed_tile(layer, view, error, field);
}
