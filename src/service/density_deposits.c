/* One density on a tile by the lattice: deposits of the chunks in reach, shared between tiles, then values.
 */
#include "service/density_deposits.h"

#include "base/hash.h"
#include "density/lattice_near.h"
#include "density/lattice_spread.h"
#include <stdlib.h>

static uint64_t nodes_hash(const hs_lattice *lattice) {
    double parts[4] = {lattice->nodes_per_unit, lattice->phase, (double)lattice->taps,
                       lattice->counts ? 1.0 + lattice->sampling : 0.0};
    return hs_hash(parts, sizeof parts, 0);
}

/* Chunks are deposited in pieces: a tile pays for the incidents about it, and neighbours share the rest.
 * Where a tile shows a large part of the city that would only be more to put together. */
enum { NEAR_ROWS = 4096, FAR_ROWS = 65536, PIECES_MOST = HS_CHUNK_ROWS / NEAR_ROWS };

static uint32_t piece_rows(const hs_lattice *lattice) {
    return lattice->prolongs ? NEAR_ROWS : FAR_ROWS;
}

typedef struct piece {
    uint32_t first; /* row of its chunk */
    hs_shared_entry *entry;
} piece;

/* The pieces in reach; a chunk's follow one another, and chunks are the pool's pieces of work. */
typedef struct gathering {
    const density_layer *layer;
    const hs_lattice *lattice;
    uint32_t chunk_count, count;
    const hs_incident_chunk **chunk;
    uint32_t *begin; /* [chunk_count + 1] */
    hs_status *status;
    hs_error *error; /* [chunk_count] */
    piece *piece;    /* [count] */
    const hs_lattice_deposit **deposit;
    uint64_t rows, nodes;
} gathering;

/* What one chunk's pieces share while they are made: which incidents count is found out once, if at all. */
typedef struct depositing {
    const gathering *work;
    const hs_incident_chunk *chunk;
    uint32_t first;
    bool ready;
    layer_points points;
    hs_shared_entry *weights;
} depositing;

static hs_status make_weights(void *context, hs_error *error, void **value, size_t *bytes) {
    const hs_lattice *lattice = context;
    hs_lattice_weights *weights;
    hs_status status = hs_lattice_weights_new(lattice->taps, error, &weights);
    if (status != HS_OK) return status;
    *value = weights;
    *bytes = sizeof *weights;
    return HS_OK;
}

static void free_weights(void *value) {
    hs_lattice_weights_free(value);
}

static hs_status make_ready(depositing *one, hs_error *error) {
    if (one->ready) return HS_OK;
    const gathering *work = one->work;
    hs_lattice lattice = *work->lattice;
    hs_shared_key key = {{HS_CACHED_LATTICE_WEIGHTS, lattice.taps, 0, 0}};
    hs_shared_maker maker = {make_weights, free_weights, &lattice};
    hs_status status = hs_shared_cache_get(work->layer->service->shared, &key, &maker, error, &one->weights);
    if (status != HS_OK) return status;
    status = hs_layer_points_of(work->layer, one->chunk, error, &one->points);
    if (status == HS_OK)
        one->ready = true;
    else
        hs_shared_unref(one->weights);
    return status;
}

static hs_point_columns columns_of_piece(const hs_point_columns *all, uint32_t first, uint32_t rows) {
    hs_point_columns part = *all;
    part.mercator += first;
    if (part.selected) part.selected += first / 64;
    if (part.weight) part.weight += first;
    if (part.factor) part.factor += first;
    if (part.block_box) part.block_box += first / part.block_rows;
    part.count = all->count - first < rows ? all->count - first : rows;
    return part;
}

static hs_status make_deposit(void *context, hs_error *error, void **value, size_t *bytes) {
    depositing *one = context;
    hs_status status = make_ready(one, error);
    if (status != HS_OK) return status;
    hs_point_columns part =
        columns_of_piece(&one->points.columns, one->first, piece_rows(one->work->lattice));
    hs_lattice_deposit *deposit;
    status =
        hs_lattice_deposit_new(one->work->lattice, hs_shared_value(one->weights), &part, error, &deposit);
    if (status != HS_OK) return status;
    *value = deposit;
    *bytes = deposit->bytes;
    return HS_OK;
}

static void free_deposit(void *value) {
    hs_lattice_deposit_free(value);
}

static void gather_chunk(const gathering *work, uint32_t c) {
    depositing one = {.work = work, .chunk = work->chunk[c]};
    hs_shared_maker maker = {make_deposit, free_deposit, &one};
    for (uint32_t i = work->begin[c]; i < work->begin[c + 1] && work->status[c] == HS_OK; i++) {
        one.first = work->piece[i].first;
        uint64_t part[2] = {one.chunk->id, one.first};
        hs_shared_key key = {{HS_CACHED_DEPOSIT, work->rows, work->nodes, hs_hash(part, sizeof part, 0)}};
        work->status[c] = hs_shared_cache_get(work->layer->service->shared, &key, &maker, &work->error[c],
                                              &work->piece[i].entry);
        if (work->status[c] == HS_OK) work->deposit[i] = hs_shared_value(work->piece[i].entry);
    }
    if (!one.ready) return;
    hs_layer_points_done(&one.points);
    hs_shared_unref(one.weights);
}

static void gather_range(void *context, size_t begin, size_t end) {
    const gathering *work = context;
    for (size_t c = begin; c < end; c++)
        gather_chunk(work, (uint32_t)c);
}

static bool piece_in_reach(const hs_incident_chunk *chunk, uint32_t first, uint32_t rows,
                           const reach_box *reach) {
    uint32_t left = chunk->count - first < rows ? chunk->count - first : rows;
    const hs_mercator_box *box = chunk->block_box + first / HS_BLOCK_ROWS;
    for (uint32_t b = 0; b * HS_BLOCK_ROWS < left; b++)
        if (hs_reach_meets(reach, &box[b])) return true;
    return false;
}

static void find_in_reach(gathering *work, const reach_box *reach) {
    const density_layer *layer = work->layer;
    const hs_incidents *incidents = layer->snapshot->incidents;
    const uint32_t rows = piece_rows(work->lattice);
    for (uint32_t c = 0; c < incidents->chunk_count; c++) {
        const hs_incident_chunk *chunk = incidents->chunk[c];
        if (layer->ladder && !hs_adaptive_has(layer->ladder, c, layer->rung)) continue;
        if (!chunk->positioned || chunk->count == 0 || !hs_reach_meets(reach, &chunk->box)) continue;
        uint32_t before = work->count;
        for (uint32_t first = 0; first < chunk->count; first += rows)
            if (piece_in_reach(chunk, first, rows, reach)) work->piece[work->count++].first = first;
        if (work->count == before) continue;
        work->begin[work->chunk_count] = before;
        work->chunk[work->chunk_count++] = chunk;
        work->begin[work->chunk_count] = work->count;
    }
}

static void gathering_done(gathering *work) {
    for (uint32_t i = 0; i < work->count; i++)
        if (work->deposit[i]) hs_shared_unref(work->piece[i].entry);
    free((void *)work->chunk);
    free(work->begin);
    free(work->piece);
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
    work->begin = calloc(most, sizeof *work->begin);
    work->piece = calloc(most * PIECES_MOST, sizeof *work->piece);
    work->deposit = calloc(most * PIECES_MOST, sizeof(void *));
    work->status = calloc(most, sizeof *work->status);
    work->error = calloc(most, sizeof *work->error);
    if (!work->chunk || !work->begin || !work->piece || !work->deposit || !work->status || !work->error)
        return hs_error_memory(error, "a density tile");
    find_in_reach(work, reach);
    hs_pool_for(layer->service->pool, work->chunk_count, 1, gather_range, work);
    for (uint32_t c = 0; c < work->chunk_count; c++) {
        if (work->status[c] == HS_OK) continue;
        if (error) *error = work->error[c];
        return work->status[c];
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
