/* Densities on the city's plane. */
#include "service/density_adaptive.h"

#include "geo/plane.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MOST_CELLS (UINT64_C(64) << 20)
#define MOST_SIDE  2048.0
#define BAND_ROWS  128 /* a fixed number, so that bits do not depend on threads */

typedef struct extent {
    double west, south, east, north;
} extent;

static void extend(extent *e, double x, double y) {
    if (x < e->west) e->west = x;
    if (x > e->east) e->east = x;
    if (y < e->south) e->south = y;
    if (y > e->north) e->north = y;
}

/* Along the edges of a box in degrees, which bend on the plane. */
static extent extent_of_box(const hs_plane *plane, const hs_box *box) {
    extent e = {DBL_MAX, DBL_MAX, -DBL_MAX, -DBL_MAX};
    for (int i = 0; i <= 16; i++) {
        int32_t lon = (int32_t)(box->min_lon_e7 + ((int64_t)box->max_lon_e7 - box->min_lon_e7) * i / 16);
        int32_t lat = (int32_t)(box->min_lat_e7 + ((int64_t)box->max_lat_e7 - box->min_lat_e7) * i / 16);
        const hs_position edge[4] = {
            {lon, box->min_lat_e7}, {lon, box->max_lat_e7}, {box->min_lon_e7, lat}, {box->max_lon_e7, lat}};
        for (int k = 0; k < 4; k++) {
            double x;
            double y;
            hs_plane_forward(plane, edge[k], &x, &y);
            extend(&e, x, y);
        }
    }
    return e;
}

static extent extent_of(const hs_snapshot *snapshot, const hs_box *box, const plane_points *p) {
    if (box) return extent_of_box(&snapshot->plane, box);
    uint32_t end;
    uint32_t unit = hs_city_units(snapshot->geography, &end);
    extent e = {DBL_MAX, DBL_MAX, -DBL_MAX, -DBL_MAX};
    for (; unit < end; unit++) {
        extent one = extent_of_box(&snapshot->plane, &snapshot->geography->units.box[unit]);
        extend(&e, one.west, one.south);
        extend(&e, one.east, one.north);
    }
    if (end > 0) return e;
    for (size_t i = 0; i < p->count; i++)
        extend(&e, p->x_m[i], p->y_m[i]);
    return e;
}

static hs_status grid_of(extent e, double bandwidth_m, double cell_m, hs_error *error, hs_raster_grid *grid) {
    if (!(e.west <= e.east))
        return hs_error_set(error, HS_E_ARGUMENT,
                            "there is nothing to make a raster of: no units, no incidents and "
                            "no bbox");
    double side = fmax(e.east - e.west, e.north - e.south);
    if (cell_m <= 0) {
        cell_m = bandwidth_m / 8.0;
        if (side / cell_m > MOST_SIDE) cell_m = ceil(side / MOST_SIDE);
    }
    double west = floor(e.west / cell_m);
    double north = ceil(e.north / cell_m);
    double columns = fmax(ceil(e.east / cell_m) - west, 1);
    double rows = fmax(north - floor(e.south / cell_m), 1);
    if (columns * rows > (double)MOST_CELLS)
        return hs_error_set(error, HS_E_ARGUMENT,
                            "a raster of %.0f x %.0f cells is too large: give a cell of %.0f m or more",
                            columns, rows, ceil(cell_m * sqrt(columns * rows / (double)MOST_CELLS)));
    *grid = (hs_raster_grid){west * cell_m, north * cell_m, cell_m, (uint32_t)columns, (uint32_t)rows};
    return HS_OK;
}

typedef struct banding {
    const hs_plane_points *points;
    hs_kernel kernel;
    double bandwidth_m;
    const hs_raster_grid *grid;
    double *values;
    hs_status *status; /* [bands] */
    hs_error *error;
} banding;

static void compute_bands(void *context, size_t begin, size_t end) {
    banding *work = context;
    for (size_t b = begin; b < end; b++) {
        uint32_t first = (uint32_t)b * BAND_ROWS;
        uint32_t last = first + BAND_ROWS < work->grid->rows ? first + BAND_ROWS : work->grid->rows;
        work->status[b] = hs_raster_density(work->points, work->kernel, work->bandwidth_m, work->grid, first,
                                            last, &work->error[b], work->values);
    }
}

/* Densities of a layer, in the layer's unit. */
static hs_status compute(const density_layer *layer, const plane_points *p, const hs_raster_grid *grid,
                         hs_error *error, double *values) {
    hs_plane_points points = {p->x_m, p->y_m, p->weight, p->count};
    size_t bands = (grid->rows + BAND_ROWS - 1) / BAND_ROWS;
    banding work = {&points, layer->kernel, layer->bandwidth_m, grid, values, NULL, NULL};
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
    double bandwidth_km = layer->bandwidth_m / 1000.0;
    double scale = layer->unit / (hs_kernel_peak(layer->kernel) / (bandwidth_km * bandwidth_km));
    for (size_t i = 0; status == HS_OK && i < (size_t)grid->rows * grid->columns; i++)
        values[i] *= scale;
    return status;
}

/* The steps of the ladder one after another. */
static hs_status compute_adaptive(const density_layer *layer, const hs_raster_grid *grid, hs_error *error,
                                  double *values) {
    size_t cells = (size_t)grid->rows * grid->columns;
    double *part = malloc((cells + 1) * sizeof *part);
    if (!part) return hs_error_set(error, HS_E_MEMORY, "out of memory for a raster");
    hs_adaptive adaptive;
    hs_status status = hs_adaptive_open(layer, error, &adaptive);
    for (uint32_t rung = 0; rung <= HS_ADAPTIVE_RUNGS && status == HS_OK; rung++) {
        density_layer step = hs_adaptive_part(layer, &adaptive, rung, false);
        plane_points points = {0};
        status = hs_density_plane_points(&step, error, &points);
        if (status == HS_OK && points.count > 0) {
            memset(part, 0, cells * sizeof *part);
            status = compute(&step, &points, grid, error, part);
            for (size_t i = 0; status == HS_OK && i < cells; i++)
                values[i] += part[i];
        }
        hs_plane_points_done(&points);
    }
    hs_adaptive_done(&adaptive);
    free(part);
    return status;
}

static hs_status compute_layer(const density_layer *layer, const plane_points *points,
                               const hs_raster_grid *grid, hs_error *error, double *values) {
    return layer->adaptive ? compute_adaptive(layer, grid, error, values)
                           : compute(layer, points, grid, error, values);
}

/* What its incidents weigh over the whole city. */
static hs_status total_of(const density_layer *layer, const plane_points *p, hs_error *error, double *total) {
    if (layer->edge_correction) return hs_density_layer_total(layer, error, total);
    *total = 0;
    for (size_t i = 0; i < p->count; i++)
        *total += p->weight[i];
    return HS_OK;
}

/* The measure from one density or two, in place of the first. */
static void combine(const hs_density_request *request, const density_layer *a, const density_layer *b,
                    double total_a, double total_b, const double *other, size_t cells, double *values) {
    if (request->measure == HS_MEASURE_DENSITY) return;
    for (size_t i = 0; i < cells; i++) {
        if (request->measure == HS_MEASURE_DIFFERENCE) {
            values[i] -= other[i];
            continue;
        }
        double share = values[i] / (a->unit * total_a);
        double base = other[i] / (b->unit * total_b);
        values[i] = share > 0 && base > 0 ? log2(share / base) : (double)NAN;
    }
}

static hs_status measure(hs_service *service, const hs_snapshot *snapshot, const hs_density_request *request,
                         const hs_raster_grid *grid, const plane_points *points, hs_error *error,
                         double *values) {
    size_t cells = (size_t)grid->rows * grid->columns;
    density_layer a = hs_density_layer_of(service, snapshot, request, false);
    hs_status status = compute_layer(&a, points, grid, error, values);
    if (status != HS_OK || request->measure == HS_MEASURE_DENSITY) return status;
    density_layer b = hs_density_layer_of(service, snapshot, request, true);
    plane_points other = {0};
    double *base = calloc(cells + 1, sizeof *base);
    if (!base) {
        (void)hs_error_set(error, HS_E_MEMORY, "out of memory for a raster");
        return HS_E_MEMORY;
    }
    status = hs_density_plane_points(&b, error, &other);
    if (status == HS_OK) status = compute_layer(&b, &other, grid, error, base);
    double total_a = 0;
    double total_b = 0;
    if (status == HS_OK) status = total_of(&a, points, error, &total_a);
    if (status == HS_OK) status = total_of(&b, &other, error, &total_b);
    if (status == HS_OK) combine(request, &a, &b, total_a, total_b, base, cells, values);
    hs_plane_points_done(&other);
    free(base);
    return status;
}

void hs_density_raster_done(hs_density_raster *raster) {
    free(raster->values);
    free(raster->x_m);
    free(raster->y_m);
    memset(raster, 0, sizeof *raster);
}

hs_status hs_service_density_raster(hs_service *service, const hs_snapshot *snapshot,
                                    const hs_density_request *request, const hs_box *box, double cell_m,
                                    hs_error *error, hs_density_raster *raster) {
    density_layer layer = hs_density_layer_of(service, snapshot, request, false);
    plane_points points = {0};
    hs_raster_grid grid = {0};
    double *values = NULL;
    float *rounded = NULL;
    hs_status status = hs_density_plane_points(&layer, error, &points);
    if (status == HS_OK)
        status = grid_of(extent_of(snapshot, box, &points), request->bandwidth_m, cell_m, error, &grid);
    size_t cells = (size_t)grid.rows * grid.columns;
    if (status == HS_OK) {
        values = calloc(cells + 1, sizeof *values);
        rounded = calloc(cells + 1, sizeof *rounded);
        if (!values || !rounded) {
            (void)hs_error_set(error, HS_E_MEMORY, "out of memory for a raster");
            status = HS_E_MEMORY;
        }
    }
    if (status == HS_OK) status = measure(service, snapshot, request, &grid, &points, error, values);
    uint32_t units_end;
    bool has_units = hs_city_units(snapshot->geography, &units_end) < units_end;
    if (status == HS_OK && has_units) status = hs_cut_raster(service, snapshot, &grid, error, values);
    for (size_t i = 0; status == HS_OK && i < cells; i++)
        rounded[i] = (float)values[i];
    free(values);
    if (status == HS_OK) {
        *raster = (hs_density_raster){grid, rounded, points.x_m, points.y_m, points.count};
        free(points.weight);
        return HS_OK;
    }
    free(rounded);
    hs_plane_points_done(&points);
    return status;
}
