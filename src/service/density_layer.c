/* One density on a tile: deposits of the chunks in reach, shared between tiles, then the lattice's values; or
 * exact sums. */
#include "service/density_adaptive.h"

#include "base/hash.h"
#include <hotspot/time_kernel.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The kernel's share of the time of which anything is known: where there are incidents, and the filter lets
 * them through. */
static double time_mass(const hs_incidents *incidents, const hs_density_request *request,
                        const hs_filter *filter) {
    int64_t from_s = incidents->min_time_s;
    int64_t to_s = incidents->max_time_s + 1;
    if (from_s == HS_NO_TIME) return 0;
    if (filter->from_s != HS_NO_TIME && filter->from_s > from_s) from_s = filter->from_s;
    if (filter->to_s != HS_NO_TIME && filter->to_s < to_s) to_s = filter->to_s;
    if (from_s >= to_s) return 0;
    return hs_time_mass(request->time_kernel, request->at_s, request->time_bandwidth_s, from_s, to_s);
}

static double unit_of(const hs_snapshot *snapshot, const hs_density_request *request, const hs_filter *filter,
                      double months) {
    double bandwidth_km = request->bandwidth_m / 1000.0;
    double unit = hs_kernel_peak(request->kernel) / (bandwidth_km * bandwidth_km);
    if (request->time_bandwidth_s > 0) {
        double mass = time_mass(snapshot->incidents, request, filter);
        /* Below a percent of the kernel nothing can be said. */
        return mass < 0.01
                   ? (double)NAN
                   : unit * hs_time_peak_per_month(request->time_kernel, request->time_bandwidth_s) / mass;
    }
    return months > 0 ? unit / months : unit;
}

density_layer hs_density_layer_of(hs_service *service, const hs_snapshot *snapshot,
                                  const hs_density_request *request, bool other) {
    const hs_filter *filter = other ? &request->other : &request->filter;
    double months = other ? request->other_months : request->months;
    return (density_layer){.service = service,
                           .snapshot = snapshot,
                           .filter = filter,
                           .kernel = request->kernel,
                           .bandwidth_m = request->bandwidth_m,
                           .adaptive = request->adaptive,
                           .exact = request->exact,
                           .time_kernel = request->time_kernel,
                           .time_bandwidth_s = request->time_bandwidth_s,
                           .at_s = request->at_s,
                           .edge_correction = request->edge_correction,
                           .edge_kernel = request->kernel,
                           .edge_bandwidth_m = request->bandwidth_m,
                           .metres_per_unit = hs_density_largest_scale(snapshot->incidents),
                           .per_weight = 1,
                           .unit = unit_of(snapshot, request, filter, months)};
}

double hs_density_largest_scale(const hs_incidents *incidents) {
    double nearest = 0x1p31;
    for (uint32_t c = 0; c < incidents->chunk_count; c++) {
        const hs_incident_chunk *chunk = incidents->chunk[c];
        if (!chunk->positioned || chunk->count == 0) continue;
        double north = 0x1p31 - (double)chunk->box.max_y;
        double south = (double)chunk->box.min_y - 0x1p31;
        double distance = north > 0 ? north : south > 0 ? south : 0;
        if (distance < nearest) nearest = distance;
    }
    double lon;
    double lat;
    hs_mercator_to_degrees(0x1p31, 0x1p31 - nearest, &lon, &lat);
    hs_mercator row = hs_mercator_from_degrees(0, floor(lat));
    double mx;
    double my;
    hs_mercator_ground_m((double)row.y, &mx, &my);
    return mx > my ? mx : my;
}

bool hs_density_layer_lattice(const density_layer *layer, const hs_density_view *view, hs_lattice *lattice) {
    return !layer->exact &&
           hs_lattice_of(view, layer->kernel, layer->bandwidth_m, layer->metres_per_unit, lattice);
}

reach_box hs_density_layer_reach(const density_layer *layer, const hs_density_view *view) {
    double side = ldexp(0x1p32, -(int)view->z);
    double x0 = (double)view->x * side;
    double y0 = (double)view->y * side;
    double mx;
    double my;
    hs_mercator_ground_m(y0 + side / 2 < 0x1p31 ? y0 : y0 + side, &mx,
                         &my); /* the finest scale of the tile */
    double reach = hs_kernel_reach(layer->kernel) * layer->bandwidth_m / (mx < my ? mx : my);
    if (layer->adaptive) reach *= hs_adaptive_ratio(HS_ADAPTIVE_RUNGS << 16);
    hs_lattice lattice;
    if (hs_density_layer_lattice(layer, view, &lattice)) reach += 6.0 / lattice.nodes_per_unit;
    return (reach_box){x0 - reach, y0 - reach, x0 + side + reach, y0 + side + reach};
}

bool hs_reach_meets(const reach_box *reach, const hs_mercator_box *box) {
    if ((double)box->min_y > reach->south || (double)box->max_y < reach->north) return false;
    for (int world = -1; world <= 1; world++) {
        double shift = world * 0x1p32;
        if ((double)box->min_x + shift <= reach->east && (double)box->max_x + shift >= reach->west)
            return true;
    }
    return false;
}

static uint64_t nodes_hash(const hs_lattice *lattice) {
    double parts[3] = {lattice->nodes_per_unit, lattice->phase, (double)lattice->taps};
    return hs_hash(parts, sizeof parts, 0);
}

typedef struct depositing {
    const density_layer *layer;
    const hs_incident_chunk *chunk;
    const hs_lattice *lattice;
} depositing;

static hs_status make_deposit(void *context, hs_error *error, void **value, size_t *bytes) {
    const depositing *work = context;
    layer_points points = {0};
    hs_status status = hs_layer_points_of(work->layer, work->chunk, error, &points);
    if (status != HS_OK) return status;
    hs_lattice_deposit *deposit;
    status = hs_lattice_deposit_new(work->lattice, &points.columns, error, &deposit);
    hs_layer_points_done(&points);
    if (status != HS_OK) return status;
    *value = deposit;
    *bytes = deposit->bytes;
    return HS_OK;
}

static void free_deposit(void *value) {
    hs_lattice_deposit_free(value);
}

/* The deposits of the chunks in reach: a piece of work each for the pool. */
typedef struct gathering {
    const density_layer *layer;
    const hs_lattice *lattice;
    const hs_incident_chunk **chunk;
    hs_shared_entry **entry;
    hs_status *status;
    hs_error *error; /* [count] */
    uint64_t rows, nodes;
} gathering;

static void gather_range(void *context, size_t begin, size_t end) {
    gathering *work = context;
    for (size_t i = begin; i < end; i++) {
        depositing one = {work->layer, work->chunk[i], work->lattice};
        hs_shared_key key = {{HS_CACHED_DEPOSIT, work->rows, work->nodes, work->chunk[i]->id}};
        hs_shared_maker maker = {make_deposit, free_deposit, &one};
        work->status[i] =
            hs_shared_cache_get(work->layer->service->shared, &key, &maker, &work->error[i], &work->entry[i]);
    }
}

static uint32_t chunks_in_reach(const density_layer *layer, const hs_density_view *view,
                                const hs_incident_chunk **chunk) {
    const hs_incidents *incidents = layer->snapshot->incidents;
    reach_box reach = hs_density_layer_reach(layer, view);
    uint32_t count = 0;
    for (uint32_t c = 0; c < incidents->chunk_count; c++) {
        const hs_incident_chunk *one = incidents->chunk[c];
        if (layer->ladder && !hs_adaptive_has(layer->ladder, c, layer->rung)) continue;
        if (one->positioned && one->count > 0 && hs_reach_meets(&reach, &one->box)) chunk[count++] = one;
    }
    return count;
}

static hs_status values_of_deposits(const gathering *work, uint32_t count, const hs_density_view *view,
                                    hs_error *error, float *sums, float *squared) {
    const hs_lattice_deposit **deposits = malloc(((size_t)count + 1) * sizeof(void *));
    if (!deposits) return hs_error_set(error, HS_E_MEMORY, "no memory for a density tile");
    for (uint32_t i = 0; i < count; i++)
        deposits[i] = hs_shared_value(work->entry[i]);
    hs_status status = hs_lattice_values(work->lattice, view, deposits, count, error, sums, squared);
    free(deposits);
    return status;
}

static hs_status lattice_tile(const density_layer *layer, const hs_lattice *lattice,
                              const hs_density_view *view, hs_error *error, float *sums, float *squared) {
    size_t most = layer->snapshot->incidents->chunk_count + 1;
    gathering work = {.layer = layer,
                      .lattice = lattice,
                      .rows = hs_density_layer_hash(layer),
                      .nodes = nodes_hash(lattice)};
    work.chunk = calloc(most, sizeof(void *));
    work.entry = calloc(most, sizeof(void *));
    work.status = calloc(most, sizeof *work.status);
    work.error = calloc(most, sizeof *work.error);
    hs_status status = HS_OK;
    uint32_t count = 0;
    if (!work.chunk || !work.entry || !work.status || !work.error) {
        status = hs_error_set(error, HS_E_MEMORY, "no memory for a density tile");
    } else {
        count = chunks_in_reach(layer, view, work.chunk);
        hs_pool_for(layer->service->pool, count, 1, gather_range, &work);
    }
    for (uint32_t i = 0; i < count && status == HS_OK; i++) {
        status = work.status[i];
        if (status != HS_OK && error) *error = work.error[i];
    }
    if (status == HS_OK) status = values_of_deposits(&work, count, view, error, sums, squared);
    for (uint32_t i = 0; i < count; i++)
        if (work.status[i] == HS_OK) hs_shared_unref(work.entry[i]);
    free(work.chunk);
    free(work.entry);
    free(work.status);
    free(work.error);
    return status;
}

typedef hs_status (*add_points)(const hs_point_columns *points, hs_kernel kernel, double bandwidth_m,
                                const hs_density_view *view, hs_error *error, uint64_t *sums);

static hs_status add_exact(const density_layer *layer, const hs_density_view *view, add_points add,
                           hs_error *error, uint64_t *sums) {
    const hs_incidents *incidents = layer->snapshot->incidents;
    reach_box reach = hs_density_layer_reach(layer, view);
    for (uint32_t c = 0; c < incidents->chunk_count; c++) {
        const hs_incident_chunk *chunk = incidents->chunk[c];
        if (!chunk->positioned || chunk->count == 0 || !hs_reach_meets(&reach, &chunk->box)) continue;
        layer_points points = {0};
        hs_status status = hs_layer_points_of(layer, chunk, error, &points);
        if (status != HS_OK) return status;
        status = add(&points.columns, layer->kernel, layer->bandwidth_m, view, error, sums);
        hs_layer_points_done(&points);
        if (status != HS_OK) return status;
    }
    return HS_OK;
}

static hs_status exact_tile(const density_layer *layer, const hs_density_view *view, add_points add,
                            hs_error *error, float *sums) {
    size_t pixels = (size_t)view->size * view->size;
    uint64_t *whole = calloc(pixels + 1, sizeof *whole);
    if (!whole) return hs_error_set(error, HS_E_MEMORY, "no memory for a density tile");
    hs_status status = add_exact(layer, view, add, error, whole);
    for (size_t i = 0; i < pixels; i++)
        sums[i] = (float)((double)whole[i] * 0x1p-32);
    free(whole);
    return status;
}

/* Squared kernels carry squared weights: a deposit of its own. */
static hs_status lattice_squares(const density_layer *squares, const hs_lattice *lattice,
                                 const hs_density_view *view, hs_error *error, float *squared) {
    float *sums = malloc((size_t)view->size * view->size * sizeof *sums);
    if (!sums) return hs_error_set(error, HS_E_MEMORY, "no memory for a density tile");
    hs_status status = lattice_tile(squares, lattice, view, error, sums, squared);
    free(sums);
    return status;
}

static void multiply(float *values, size_t count, double factor) {
    for (size_t i = 0; factor != 1.0 && i < count; i++)
        values[i] = (float)((double)values[i] * factor);
}

/* (1 - r)^2 = 2 (1 - r) - (1 - r^2): the cone's square from sums that are quick, centre by centre. */
static hs_status squared_cones(const density_layer *squares, const hs_density_view *view, hs_error *error,
                               float *squared) {
    size_t pixels = (size_t)view->size * view->size;
    uint64_t *cones = calloc(2 * pixels + 1, sizeof *cones);
    if (!cones) return hs_error_set(error, HS_E_MEMORY, "no memory for a density tile");
    density_layer domes = *squares;
    domes.kernel = HS_KERNEL_EPANECHNIKOV;
    hs_status status = add_exact(squares, view, hs_density_add, error, cones);
    if (status == HS_OK) status = add_exact(&domes, view, hs_density_add, error, cones + pixels);
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
                                      hs_error *error, float *squared) {
    density_layer quick = *squares;
    hs_lattice lattice;
    quick.exact = false;
    bool binned = hs_density_sampling_of(view, squares->kernel, squares->bandwidth_m) == HS_DENSITY_BINNED;
    if (hs_density_layer_lattice(&quick, view, &lattice))
        return lattice_squares(&quick, &lattice, view, error, squared);
    if (squares->kernel == HS_KERNEL_UNIFORM && !binned)
        return exact_tile(squares, view, hs_density_add, error, squared);
    if (squares->kernel == HS_KERNEL_TRIANGULAR &&
        hs_density_sampling_of(view, squares->kernel, squares->bandwidth_m) == HS_DENSITY_CENTRE)
        return squared_cones(squares, view, error, squared);
    quick.kernel = HS_KERNEL_QUARTIC;
    if (squares->kernel == HS_KERNEL_EPANECHNIKOV && !binned &&
        hs_density_layer_lattice(&quick, view, &lattice) && lattice.sampling != HS_DENSITY_BINNED)
        return lattice_tile(&quick, &lattice, view, error, squared, NULL);
    return exact_tile(squares, view, hs_density_add_squared, error, squared);
}

hs_status hs_density_layer_fixed_tile(const density_layer *layer, const hs_density_view *view,
                                      hs_error *error, float *sums, float *squared) {
    density_layer squares = *layer;
    squares.squares = squared && !layer->residents && hs_density_layer_weighted(layer);
    hs_lattice lattice;
    hs_status status;
    if (hs_density_layer_lattice(layer, view, &lattice)) {
        status = lattice_tile(layer, &lattice, view, error, sums, squares.squares ? NULL : squared);
        if (status == HS_OK && squares.squares)
            status = lattice_squares(&squares, &lattice, view, error, squared);
    } else {
        status = exact_tile(layer, view, hs_density_add, error, sums);
        if (status == HS_OK && squared) status = squares_beside_exact(&squares, view, error, squared);
    }
    if (status != HS_OK) return status;
    size_t pixels = (size_t)view->size * view->size;
    multiply(sums, pixels, layer->per_weight);
    if (squared) multiply(squared, pixels, layer->per_weight);
    return HS_OK;
}

hs_status hs_density_layer_tile(const density_layer *layer, const hs_density_view *view, hs_error *error,
                                float *sums, float *squared) {
    return layer->adaptive ? hs_adaptive_tile(layer, view, error, sums, squared)
                           : hs_density_layer_fixed_tile(layer, view, error, sums, squared);
}
