/* One density on a tile by the lattice: deposits of the chunks in reach, shared between tiles, then values.
 */
#include "service/density_deposits.h"

#include "base/hash.h"
#include "density/lattice_near.h"
#include <stdlib.h>

static uint64_t nodes_hash(const hs_lattice *lattice) {
    double parts[4] = {lattice->nodes_per_unit, lattice->phase, (double)lattice->taps,
                       lattice->counts ? 1.0 + lattice->sampling : 0.0};
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
    uint32_t count;
    const hs_incident_chunk **chunk;
    hs_shared_entry **entry;
    const hs_lattice_deposit **deposit;
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
        if (work->status[i] == HS_OK) work->deposit[i] = hs_shared_value(work->entry[i]);
    }
}

static uint32_t chunks_in_reach(const density_layer *layer, const reach_box *reach,
                                const hs_incident_chunk **chunk) {
    const hs_incidents *incidents = layer->snapshot->incidents;
    uint32_t count = 0;
    for (uint32_t c = 0; c < incidents->chunk_count; c++) {
        const hs_incident_chunk *one = incidents->chunk[c];
        if (layer->ladder && !hs_adaptive_has(layer->ladder, c, layer->rung)) continue;
        if (one->positioned && one->count > 0 && hs_reach_meets(reach, &one->box)) chunk[count++] = one;
    }
    return count;
}

static void gathering_done(gathering *work) {
    for (uint32_t i = 0; i < work->count; i++)
        if (work->status[i] == HS_OK) hs_shared_unref(work->entry[i]);
    free((void *)work->chunk);
    free((void *)work->entry);
    free((void *)work->deposit);
    free(work->status);
    free(work->error);
}

/* gathering_done gives `work` back, on failure too. */
static hs_status gather(const density_layer *layer, const hs_lattice *lattice, const reach_box *reach,
                        hs_error *error, gathering *work) {
    size_t most = layer->snapshot->incidents->chunk_count + 1;
    *work = (gathering){.layer = layer,
                        .lattice = lattice,
                        .rows = hs_density_layer_hash(layer),
                        .nodes = nodes_hash(lattice)};
    work->chunk = calloc(most, sizeof(void *));
    work->entry = calloc(most, sizeof(void *));
    work->deposit = calloc(most, sizeof(void *));
    work->status = calloc(most, sizeof *work->status);
    work->error = calloc(most, sizeof *work->error);
    if (!work->chunk || !work->entry || !work->deposit || !work->status || !work->error)
        return hs_error_memory(error, "a density tile");
    work->count = chunks_in_reach(layer, reach, work->chunk);
    hs_pool_for(layer->service->pool, work->count, 1, gather_range, work);
    for (uint32_t i = 0; i < work->count; i++) {
        if (work->status[i] == HS_OK) continue;
        if (error) *error = work->error[i];
        return work->status[i];
    }
    return HS_OK;
}

/* What steps of a ladder leave open on top. */
static void set_ladder(const density_layer *layer, hs_lattice_bounds *bounds) {
    bounds->more = layer->ladder ? HS_ADAPTIVE_ERROR : 0.0;
    bounds->squared_more = layer->ladder ? HS_ADAPTIVE_SQUARED_ERROR : 0.0;
}

static hs_status bound(const density_layer *layer, const hs_lattice *lattice, const hs_density_view *view,
                       hs_error *error, const density_field *field) {
    hs_lattice cells;
    double box[4];
    hs_lattice_cells_of(lattice, layer->metres_per_unit, &cells);
    hs_lattice_cells_box(lattice, &cells, view, box);
    reach_box reach = {box[0], box[1], box[2], box[3]};
    hs_lattice_bounds bounds = {.values = field->sums,
                                .squared = field->squared,
                                .off = field->off,
                                .squared_off = field->squared_off};
    set_ladder(layer, &bounds);
    gathering work;
    hs_status status = gather(layer, &cells, &reach, error, &work);
    if (status == HS_OK)
        status = hs_lattice_off(lattice, &cells, view, work.deposit, work.count, error, &bounds);
    gathering_done(&work);
    return status;
}

hs_status hs_density_lattice_tile(const density_layer *layer, const hs_lattice *lattice,
                                  const hs_density_view *view, hs_error *error, const density_field *field) {
    gathering work;
    reach_box reach = hs_density_layer_reach(layer, view);
    hs_status status = gather(layer, lattice, &reach, error, &work);
    if (status == HS_OK)
        status =
            hs_lattice_values(lattice, view, work.deposit, work.count, error, field->sums, field->squared);
    gathering_done(&work);
    return status == HS_OK && field->off ? bound(layer, lattice, view, error, field) : status;
}
