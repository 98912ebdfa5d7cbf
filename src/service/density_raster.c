/* Densities on the city's plane. */
#include "service/density_private.h"

#include "geo/plane.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MOST_CELLS (UINT64_C(64) << 20)
#define MOST_SIDE  2048.0

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
        double weight = hs_incident_weight(chunk, i);
        if (!(weight > 0)) weight = 0;
        if (points.factor) weight *= (double)points.factor[i] / 65536.0;
        weight *= layer->per_weight;
        row[found] = i;
        out->weight[out->count + found++] = weight;
    }
    projecting work = {&layer->snapshot->plane, chunk->mercator, row, out->x_m + out->count,
                       out->y_m + out->count};
    hs_pool_for(layer->service->pool, found, 4096, project_range, &work);
    out->count += found;
    free(row);
    hs_layer_points_done(&points);
    return HS_OK;
}

hs_status hs_plane_points_of(const density_layer *layer, hs_error *error, plane_points *out) {
    const hs_incidents *incidents = layer->snapshot->incidents;
    for (uint32_t c = 0; c < incidents->chunk_count; c++) {
        const hs_incident_chunk *chunk = incidents->chunk[c];
        if (!chunk->positioned || chunk->count == 0) continue;
        hs_status status = add_chunk(layer, chunk, error, out);
        if (status != HS_OK) return status;
    }
    return HS_OK;
}

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

static uint32_t top_units(const hs_geography *geography, uint32_t *end) {
    for (int level = 0; level < HS_LEVEL_COUNT; level++) {
        if (geography->units.level_start[level] == geography->units.level_start[level + 1]) continue;
        *end = geography->units.level_start[level + 1];
        return geography->units.level_start[level];
    }
    return *end = 0;
}

static extent extent_of(const hs_snapshot *snapshot, const hs_box *box, const plane_points *p) {
    if (box) return extent_of_box(&snapshot->plane, box);
    uint32_t end;
    uint32_t unit = top_units(snapshot->geography, &end);
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

static int compare_doubles(const void *a, const void *b) {
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Where the rings of the top level's units cross the middle of a row, west to east. */
typedef struct crossings {
    double *x;
    size_t count, capacity;
} crossings;

static bool add_crossing(crossings *c, double x) {
    if (c->count == c->capacity) {
        size_t capacity = c->capacity ? 2 * c->capacity : 64;
        double *grown = realloc(c->x, capacity * sizeof *grown);
        if (!grown) return false;
        c->x = grown;
        c->capacity = capacity;
    }
    c->x[c->count++] = x;
    return true;
}

static bool add_edge(const hs_raster_grid *g, crossings *rows, double x0, double y0, double x1, double y1) {
    double from = (g->north_m - fmax(y0, y1)) / g->cell_m - 0.5;
    double to = (g->north_m - fmin(y0, y1)) / g->cell_m - 0.5;
    if (y0 == y1 || to < 0 || from > (double)g->rows) return true;
    uint32_t first = from <= 0 ? 0 : (uint32_t)ceil(from);
    for (uint32_t r = first; r < g->rows && (double)r < to; r++) {
        double y = g->north_m - ((double)r + 0.5) * g->cell_m;
        if (!add_crossing(&rows[r], x0 + (y - y0) / (y1 - y0) * (x1 - x0))) return false;
    }
    return true;
}

static bool add_unit(const hs_plane *plane, const hs_raster_grid *g, const hs_geometry *unit,
                     crossings *rows) {
    for (uint32_t ring = 0; ring < unit->ring_count; ring++) {
        double x0 = 0;
        double y0 = 0;
        for (uint32_t i = unit->ring_start[ring]; i < unit->ring_start[ring + 1]; i++) {
            double x;
            double y;
            hs_plane_forward(plane, unit->positions[i], &x, &y);
            if (i > unit->ring_start[ring] && !add_edge(g, rows, x0, y0, x, y)) return false;
            x0 = x;
            y0 = y;
        }
    }
    return true;
}

/* Leaves the cells between the first and second crossing, the third and fourth, and so on. Units that touch
 * cross twice at one place. */
static void cut_row(const hs_raster_grid *g, const crossings *c, double *row) {
    size_t at = 0;
    for (uint32_t j = 0; j < g->columns; j++) {
        double x = g->west_m + ((double)j + 0.5) * g->cell_m;
        while (at < c->count && c->x[at] <= x)
            at++;
        if (at % 2 == 0) row[j] = (double)NAN;
    }
}

static hs_status cut_at_the_edge(const hs_snapshot *snapshot, const hs_raster_grid *g, hs_error *error,
                                 double *values) {
    uint32_t end;
    uint32_t unit = top_units(snapshot->geography, &end);
    if (end == 0) return HS_OK;
    crossings *rows = calloc((size_t)g->rows + 1, sizeof *rows);
    bool made = rows != NULL;
    for (; made && unit < end; unit++)
        made = add_unit(&snapshot->plane, g, &snapshot->geography->units.geometry[unit], rows);
    for (uint32_t r = 0; made && r < g->rows; r++) {
        if (rows[r].count > 1) qsort(rows[r].x, rows[r].count, sizeof *rows[r].x, compare_doubles);
        cut_row(g, &rows[r], values + (size_t)r * g->columns);
    }
    for (uint32_t r = 0; rows && r < g->rows; r++)
        free(rows[r].x);
    free(rows);
    return made ? HS_OK : hs_error_set(error, HS_E_MEMORY, "out of memory for the city's edge");
}

static hs_status cut_z_at_the_edge(const hs_snapshot *snapshot, const hs_raster_grid *g, hs_error *error,
                                   float *z) {
    size_t cells = (size_t)g->rows * g->columns;
    double *inside = calloc(cells + 1, sizeof *inside);
    if (!inside) {
        (void)hs_error_set(error, HS_E_MEMORY, "out of memory for the city's edge");
        return HS_E_MEMORY;
    }
    hs_status status = cut_at_the_edge(snapshot, g, error, inside);
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
    hs_status status = hs_plane_points_of(&layer, error, &points);
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
    if (status == HS_OK && z) status = cut_z_at_the_edge(snapshot, &grid, error, z);
    if (status == HS_OK) status = cut_at_the_edge(snapshot, &grid, error, values);
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

hs_status hs_service_density_sample(hs_service *service, const hs_snapshot *snapshot,
                                    const hs_density_request *request, size_t most, hs_arena *arena,
                                    hs_error *error, hs_plane_points *points, uint64_t *total) {
    density_layer layer = hs_density_layer_of(service, snapshot, request, false);
    plane_points all = {0};
    hs_status status = hs_plane_points_of(&layer, error, &all);
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
