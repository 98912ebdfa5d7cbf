/* Densities on the city's plane. */
#include "service/density_private.h"

#include "geo/plane.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MOST_CELLS (UINT64_C(64) << 20)
#define MOST_SIDE  2048.0

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

/* A place outside the city has no test either. */
static hs_status cut_z(hs_service *service, const hs_snapshot *snapshot, const hs_raster_grid *g,
                       hs_error *error, float *z) {
    size_t cells = (size_t)g->rows * g->columns;
    double *inside = calloc(cells + 1, sizeof *inside);
    if (!inside) {
        (void)hs_error_set(error, HS_E_MEMORY, "out of memory for the city's edge");
        return HS_E_MEMORY;
    }
    hs_status status = hs_cut_raster(service, snapshot, g, error, inside);
    for (size_t i = 0; status == HS_OK && i < cells; i++)
        if (isnan(inside[i])) z[i] = NAN;
    free(inside);
    return status;
}

void hs_density_raster_done(hs_density_raster *raster) {
    free(raster->values);
    free(raster->z);
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
    float *z = NULL;
    hs_status status = hs_density_plane_points(&layer, error, &points);
    if (status == HS_OK)
        status = grid_of(extent_of(snapshot, box, &points), request->bandwidth_m, cell_m, error, &grid);
    size_t cells = (size_t)grid.rows * grid.columns;
    if (status == HS_OK) {
        values = calloc(cells + 1, sizeof *values);
        rounded = calloc(cells + 1, sizeof *rounded);
        if (request->tolerance > 0) z = calloc(cells + 1, sizeof *z);
        if (!values || !rounded || (request->tolerance > 0 && !z)) {
            (void)hs_error_set(error, HS_E_MEMORY, "out of memory for a raster");
            status = HS_E_MEMORY;
        }
    }
    if (status == HS_OK)
        status = hs_density_measure_cells(service, snapshot, request, &grid, &points, error, values, z);
    uint32_t units_end;
    bool has_units = hs_city_units(snapshot->geography, &units_end) < units_end;
    if (status == HS_OK && z && has_units) status = cut_z(service, snapshot, &grid, error, z);
    if (status == HS_OK && has_units) status = hs_cut_raster(service, snapshot, &grid, error, values);
    for (size_t i = 0; status == HS_OK && i < cells; i++)
        rounded[i] = (float)values[i];
    free(values);
    if (status == HS_OK) {
        *raster = (hs_density_raster){grid, rounded, z, points.x_m, points.y_m, points.count};
        free(points.weight);
        return HS_OK;
    }
    free(rounded);
    free(z);
    hs_plane_points_done(&points);
    return status;
}
