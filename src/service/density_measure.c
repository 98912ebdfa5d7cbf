/* The measure of a raster's cells from the densities of its sides, on the pool. */
#include "service/density_adaptive.h"

#include <stdlib.h>
#include <string.h>

#define BAND_ROWS 128 /* a fixed number, so that bits do not depend on threads */

/* What a raster's cells are of the work; the rest is what is made of them. */
#define SHARE_OF_CELLS 0.9

static size_t bands_of(const hs_raster_grid *grid) {
    return (grid->rows + BAND_ROWS - 1) / BAND_ROWS;
}

typedef hs_status (*raster_sums)(const hs_plane_points *points, hs_kernel kernel, double bandwidth_m,
                                 const hs_raster_grid *grid, uint32_t row_begin, uint32_t row_end,
                                 hs_error *error, double *values);

typedef struct banding {
    const density_layer *layer;
    raster_sums sums;
    const hs_plane_points *points;
    hs_kernel kernel;
    double bandwidth_m;
    const hs_raster_grid *grid;
    double *values;
    hs_status *status; /* [bands] */
    hs_error *error;
} banding;

/* Tells how far it is. */
static hs_status begin_band(const density_layer *layer, hs_error *error) {
    hs_status status = hs_density_check(layer, error);
    if (status != HS_OK || !layer->steps || hs_progress_step(layer->steps, 1)) return status;
    return hs_error_set(error, HS_E_CANCELLED, "nobody waits for this density any more");
}

static void compute_bands(void *context, size_t begin, size_t end) {
    banding *work = context;
    for (size_t b = begin; b < end; b++) {
        uint32_t first = (uint32_t)b * BAND_ROWS;
        uint32_t last = first + BAND_ROWS < work->grid->rows ? first + BAND_ROWS : work->grid->rows;
        work->status[b] = begin_band(work->layer, &work->error[b]);
        if (work->status[b] != HS_OK) continue;
        work->status[b] = work->sums(work->points, work->kernel, work->bandwidth_m, work->grid, first, last,
                                     &work->error[b], work->values);
    }
}

static hs_status compute_with(const density_layer *layer, raster_sums sums, const hs_plane_points *points,
                              const hs_raster_grid *grid, hs_error *error, double *values) {
    size_t bands = bands_of(grid);
    banding work = {layer, sums, points, layer->kernel, layer->bandwidth_m, grid, values, NULL, NULL};
    work.status = calloc(bands + 1, sizeof *work.status);
    work.error = calloc(bands + 1, sizeof *work.error);
    hs_status status = HS_OK;
    if (!work.status || !work.error) {
        free(work.status);
        free(work.error);
        (void)hs_error_set(error, HS_E_MEMORY, "out of memory for a raster");
        return HS_E_MEMORY;
    }
    hs_pool_for(layer->service->pool, bands, 1, compute_bands, &work);
    for (size_t b = 0; b < bands && status == HS_OK; b++) {
        status = work.status[b];
        if (status != HS_OK && error) *error = work.error[b];
    }
    free(work.status);
    free(work.error);
    return status;
}

static double months_scale(const density_layer *layer) {
    double bandwidth_km = layer->bandwidth_m / 1000.0;
    return layer->unit / (hs_kernel_peak(layer->kernel) / (bandwidth_km * bandwidth_km));
}

/* Densities of a layer, in the layer's unit. */
static hs_status compute(const density_layer *layer, const plane_points *p, const hs_raster_grid *grid,
                         hs_error *error, double *values) {
    hs_plane_points points = {p->x_m, p->y_m, p->weight, p->count};
    hs_status status = compute_with(layer, hs_raster_density, &points, grid, error, values);
    double scale = months_scale(layer);
    for (size_t i = 0; status == HS_OK && i < (size_t)grid->rows * grid->columns; i++)
        values[i] *= scale;
    return status;
}

/* The sums of squares that their variance rests on; each resident is one of the sums. */
static hs_status compute_squared(const density_layer *layer, const plane_points *p,
                                 const hs_raster_grid *grid, hs_error *error, double *values) {
    double *weight = malloc((p->count + 1) * sizeof *weight);
    if (!weight) {
        (void)hs_error_set(error, HS_E_MEMORY, "out of memory for a raster");
        return HS_E_MEMORY;
    }
    for (size_t i = 0; i < p->count; i++)
        weight[i] = layer->residents ? p->weight[i] : p->weight[i] * p->weight[i];
    hs_plane_points points = {p->x_m, p->y_m, weight, p->count};
    hs_status status = compute_with(layer, hs_raster_density_squared, &points, grid, error, values);
    double scale = months_scale(layer);
    for (size_t i = 0; status == HS_OK && i < (size_t)grid->rows * grid->columns; i++)
        values[i] *= scale * scale;
    free(weight);
    return status;
}

/* Adds one step of the ladder; squares go by squared weights and a plain share. */
static hs_status add_step(const density_layer *step, const hs_raster_grid *grid, double *part,
                          hs_error *error, const density_cells *cells) {
    size_t count = (size_t)grid->rows * grid->columns;
    plane_points points = {0};
    hs_status status = hs_density_plane_points(step, error, &points);
    memset(part, 0, count * sizeof *part);
    if (status == HS_OK && points.count > 0) status = compute(step, &points, grid, error, part);
    for (size_t i = 0; status == HS_OK && i < count; i++)
        cells->values[i] += part[i];
    bool any = points.count > 0;
    hs_plane_points_done(&points);
    if (status != HS_OK || !cells->squared || !any) return status;
    density_layer squares = *step;
    squares.squares = !step->residents;
    status = hs_density_plane_points(&squares, error, &points);
    hs_plane_points weighed = {points.x_m, points.y_m, points.weight, points.count};
    memset(part, 0, count * sizeof *part);
    if (status == HS_OK) status = compute_with(step, hs_raster_density_squared, &weighed, grid, error, part);
    double scale = months_scale(step);
    for (size_t i = 0; status == HS_OK && i < count; i++)
        cells->squared[i] += part[i] * scale * scale;
    hs_plane_points_done(&points);
    return status;
}

static hs_status compute_adaptive(const density_layer *layer, const hs_raster_grid *grid, hs_error *error,
                                  const density_cells *cells) {
    double *part = malloc(((size_t)grid->rows * grid->columns + 1) * sizeof *part);
    if (!part) return hs_error_set(error, HS_E_MEMORY, "out of memory for a raster");
    hs_adaptive adaptive;
    hs_status status = hs_adaptive_open(layer, error, &adaptive);
    for (uint32_t rung = 0; rung <= HS_ADAPTIVE_RUNGS && status == HS_OK; rung++) {
        density_layer step = hs_adaptive_part(layer, &adaptive, rung);
        status = add_step(&step, grid, part, error, cells);
    }
    hs_adaptive_done(&adaptive);
    free(part);
    return status;
}

static hs_status compute_cells(const density_layer *layer, const plane_points *p, const hs_raster_grid *grid,
                               hs_error *error, const density_cells *cells) {
    if (layer->adaptive) return compute_adaptive(layer, grid, error, cells);
    hs_status status = compute(layer, p, grid, error, cells->values);
    if (status == HS_OK && cells->squared) status = compute_squared(layer, p, grid, error, cells->squared);
    return status;
}

/* Of how many sums there are to make, at most: a step of the ladder where nothing lies has none. */
static double passes_of(const hs_density_request *request, bool squares_a, bool squares_b) {
    double sums = 1.0 + squares_a;
    if (request->measure != HS_MEASURE_DENSITY) sums += 1.0 + squares_b;
    return request->adaptive ? sums * (HS_ADAPTIVE_RUNGS + 1.0) : sums;
}

/* The measure in place of the first side's density. `room` holds the second side and the squares of both. */
static hs_status compare(const hs_density_request *request, const density_sides *sides,
                         const hs_raster_grid *grid, const plane_points *points, double *room,
                         hs_error *error, double *values, float *z) {
    size_t cells = (size_t)grid->rows * grid->columns;
    bool masks = request->min_n > 0;
    bool masks_a = masks && request->measure == HS_MEASURE_DIFFERENCE;
    density_cells a = {values, masks_a || z ? room + cells : NULL};
    density_cells b = {room, masks || z ? room + 2 * cells : NULL};
    plane_points other = {0};
    density_exposures e;
    hs_status status = compute_cells(&sides->a, points, grid, error, &a);
    if (status == HS_OK) status = hs_density_plane_points(&sides->b, error, &other);
    if (status == HS_OK) status = compute_cells(&sides->b, &other, grid, error, &b);
    if (status == HS_OK) status = hs_density_exposures_of(request, sides, error, &e);
    if (status == HS_OK) hs_density_compare_cells(request, sides, &e, cells, &a, &b, z);
    hs_plane_points_done(&other);
    return status;
}

hs_status hs_density_measure_cells(hs_service *service, const hs_snapshot *snapshot,
                                   const hs_density_request *request, const hs_raster_grid *grid,
                                   const plane_points *points, hs_error *error, double *values, float *z) {
    size_t cells = (size_t)grid->rows * grid->columns;
    bool single = request->measure == HS_MEASURE_DENSITY;
    size_t needed = single ? (request->min_n > 0) : request->min_n > 0 || z ? 3 : 1;
    double *room = calloc(needed * cells + 1, sizeof *room);
    density_sides sides = {0};
    if (!room) {
        (void)hs_error_set(error, HS_E_MEMORY, "out of memory for a raster");
        return HS_E_MEMORY;
    }
    const hs_progress_part part = {&request->progress, 0, SHARE_OF_CELLS};
    const hs_progress told = hs_progress_of_part(&part);
    hs_progress_steps steps;
    hs_progress_steps_init(
        &steps, &told, (double)bands_of(grid) * passes_of(request, needed > (single ? 0 : 1), needed > 1));
    hs_status status = hs_density_sides_of(service, snapshot, request, error, &sides);
    if (status == HS_OK) {
        sides.a.steps = sides.b.steps = &steps;
        density_cells only = {values, needed > 0 ? room : NULL};
        status = single ? compute_cells(&sides.a, points, grid, error, &only)
                        : compare(request, &sides, grid, points, room, error, values, z);
        if (status == HS_OK && single) hs_density_mask_cells(request, &sides.a, cells, &only);
        hs_density_sides_done(&sides);
    }
    free(room);
    return status;
}
