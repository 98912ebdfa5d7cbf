#include "service/density_adaptive.h"

#include "base/hash.h"
#include "geo/plane.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Pilots of the chunks that the city was built with. */
typedef struct pilot {
    int64_t mean_log2;
    uint32_t chunk_count;
    hs_chunk_places **chunk;
    size_t bytes;
} pilot;

static void free_pilot(void *value) {
    pilot *p = value;
    if (!p) return;
    for (uint32_t c = 0; p->chunk && c < p->chunk_count; c++)
        free(p->chunk[c]);
    free((void *)p->chunk);
    free(p);
}

static bool is_built(const hs_incident_chunk *chunk) {
    return chunk->positioned && !chunk->late && chunk->count > 0;
}

/* The pilot smooths as the layer's kernel does. */
static double pilot_bandwidth_m(const density_layer *layer) {
    return layer->bandwidth_m * hs_kernel_deviation(layer->kernel) / hs_kernel_deviation(HS_KERNEL_QUARTIC);
}

/* Points of the built chunks on the plane; `row` says which of its chunk each is. */
typedef struct gathered {
    double *x_m, *y_m, *weight, *density;
    uint32_t *row;
    size_t count, capacity;
} gathered;

static void gathered_done(gathered *g) {
    free(g->x_m);
    free(g->y_m);
    free(g->weight);
    free(g->density);
    free(g->row);
}

static bool gathered_reserve(gathered *g, size_t count) {
    g->capacity = count + 1;
    g->x_m = malloc(g->capacity * sizeof *g->x_m);
    g->y_m = malloc(g->capacity * sizeof *g->y_m);
    g->weight = malloc(g->capacity * sizeof *g->weight);
    g->density = malloc(g->capacity * sizeof *g->density);
    g->row = malloc(g->capacity * sizeof *g->row);
    return g->x_m && g->y_m && g->weight && g->density && g->row;
}

static hs_status gather_chunk(const density_layer *layer, const hs_incident_chunk *chunk, hs_error *error,
                              gathered *g) {
    layer_points points = {0};
    hs_status status = hs_layer_points_of(layer, chunk, error, &points);
    if (status != HS_OK) return status;
    for (uint32_t i = 0; i < chunk->count; i++) {
        if (!(points.bits[i / 64] >> (i % 64) & 1)) continue;
        double weight = hs_layer_weight(&points, chunk, i);
        if (!(weight > 0.0)) continue;
        hs_plane_forward(&layer->snapshot->plane, hs_incident_position(chunk, i), &g->x_m[g->count],
                         &g->y_m[g->count]);
        g->weight[g->count] = weight;
        g->row[g->count++] = i;
    }
    hs_layer_points_done(&points);
    return HS_OK;
}

/* None of a chunk's rows has a place yet. */
static hs_chunk_places *new_places(uint32_t rows, size_t *bytes) {
    *bytes = sizeof(hs_chunk_places) + ((size_t)rows + 1) * sizeof(uint32_t);
    hs_chunk_places *made = malloc(*bytes);
    if (!made) return NULL;
    memset(made->rung, 0, sizeof made->rung);
    memset(made->place, 0xff, ((size_t)rows + 1) * sizeof(uint32_t));
    return made;
}

static void put_place(hs_chunk_places *places, uint32_t row, int64_t mean_log2, double density) {
    uint32_t place = hs_adaptive_place(mean_log2, hs_adaptive_log2(density));
    places->place[row] = place;
    places->rung[place >> 16] = true;
    if (place & 0xffff) places->rung[(place >> 16) + 1] = true;
}

static hs_status place_all(const density_layer *layer, const gathered *g, const size_t *first,
                           hs_error *error, pilot *p) {
    int64_t sum = 0;
    for (size_t i = 0; i < g->count; i++)
        sum += hs_adaptive_log2(g->density[i]);
    p->mean_log2 = g->count > 0 ? (int64_t)floor((double)sum / (double)g->count + 0.5) : 0;
    const hs_incidents *incidents = layer->snapshot->incidents;
    uint32_t at = 0;
    for (uint32_t c = 0; c < incidents->chunk_count; c++) {
        const hs_incident_chunk *chunk = incidents->chunk[c];
        if (!is_built(chunk)) continue;
        size_t bytes;
        hs_chunk_places *places = new_places(chunk->count, &bytes);
        if (!places) return hs_error_memory(error, "bandwidths");
        for (size_t i = first[at]; i < first[at + 1]; i++)
            put_place(places, g->row[i], p->mean_log2, g->density[i]);
        p->chunk[at++] = places;
        p->bytes += bytes;
    }
    return HS_OK;
}

static hs_status fill_pilot(const density_layer *layer, hs_error *error, pilot *p, gathered *g,
                            size_t *first) {
    const hs_incidents *incidents = layer->snapshot->incidents;
    uint32_t at = 0;
    for (uint32_t c = 0; c < incidents->chunk_count; c++) {
        if (!is_built(incidents->chunk[c])) continue;
        first[at++] = g->count;
        hs_status status = gather_chunk(layer, incidents->chunk[c], error, g);
        if (status != HS_OK) return status;
    }
    first[at] = g->count;
    hs_plane_points points = {g->x_m, g->y_m, g->weight, g->count};
    hs_status status = hs_pilot_density(&points, pilot_bandwidth_m(layer), error, g->density);
    return status == HS_OK ? place_all(layer, g, first, error, p) : status;
}

static hs_status make_pilot(void *context, hs_error *error, void **value, size_t *bytes) {
    const density_layer *layer = context;
    const hs_incidents *incidents = layer->snapshot->incidents;
    pilot *p = calloc(1, sizeof *p);
    gathered g = {0};
    size_t rows = 0;
    for (uint32_t c = 0; p && c < incidents->chunk_count; c++) {
        if (!is_built(incidents->chunk[c])) continue;
        rows += incidents->chunk[c]->count;
        p->chunk_count++;
    }
    size_t *first = p ? calloc((size_t)p->chunk_count + 1, sizeof *first) : NULL;
    if (p) p->chunk = calloc((size_t)p->chunk_count + 1, sizeof(void *));
    hs_status status;
    if (!p || !first || !p->chunk || !gathered_reserve(&g, rows))
        status = hs_error_memory(error, "pilot densities");
    else
        status = fill_pilot(layer, error, p, &g, first);
    gathered_done(&g);
    free(first);
    if (status == HS_OK) {
        *value = p;
        *bytes = sizeof *p + p->bytes;
    } else {
        free_pilot(p);
    }
    return status;
}

/* Which built incidents there are: their chunks stay as long as the city is not built anew. */
static uint64_t built_hash(const hs_incidents *incidents) {
    uint64_t hash = incidents->built_version;
    for (uint32_t c = 0; c < incidents->chunk_count; c++)
        if (is_built(incidents->chunk[c])) hash = hs_hash(&incidents->chunk[c]->id, sizeof(uint64_t), hash);
    return hash;
}

static uint64_t bandwidth_hash(const density_layer *layer) {
    double bandwidth_m = pilot_bandwidth_m(layer);
    return hs_hash(&bandwidth_m, sizeof bandwidth_m, 0);
}

/* Live incidents look at the pilot of those that were there before them, and at themselves. */
typedef struct placing {
    const density_layer *layer;
    const hs_incident_chunk *chunk;
    int64_t mean_log2;
} placing;

static hs_status add_pilot(const density_layer *layer, const hs_incident_chunk *built,
                           const hs_incident_chunk *chunk, const layer_points *counted, hs_error *error,
                           uint64_t *sum) {
    layer_points points = {0};
    hs_status status = hs_layer_points_of(layer, built, error, &points);
    if (status != HS_OK) return status;
    for (uint32_t i = 0; i < chunk->count; i++)
        if (counted->bits[i / 64] >> (i % 64) & 1)
            sum[i] += hs_density_at(&points.columns, HS_KERNEL_QUARTIC, pilot_bandwidth_m(layer),
                                    (double)chunk->mercator[i].x, (double)chunk->mercator[i].y);
    hs_layer_points_done(&points);
    return HS_OK;
}

static bool may_meet(const hs_mercator_box *a, const hs_mercator_box *b, double reach) {
    reach_box grown = {(double)a->min_x - reach, (double)a->min_y - reach, (double)a->max_x + reach,
                       (double)a->max_y + reach};
    return hs_reach_meets(&grown, b);
}

/* Mercator units that the pilot's kernel reaches at the edge of a chunk where it reaches farthest. */
static double pilot_reach(const density_layer *layer, const hs_incident_chunk *chunk) {
    double mx;
    double my;
    double sx;
    double sy;
    hs_mercator_ground_m((double)chunk->box.min_y, &mx, &my);
    hs_mercator_ground_m((double)chunk->box.max_y, &sx, &sy);
    return pilot_bandwidth_m(layer) / fmin(fmin(mx, my), fmin(sx, sy));
}

static hs_status sum_pilots(const placing *work, const layer_points *points, hs_error *error, uint64_t *sum) {
    const hs_incidents *incidents = work->layer->snapshot->incidents;
    double reach = pilot_reach(work->layer, work->chunk);
    hs_status status = HS_OK;
    for (uint32_t c = 0; c < incidents->chunk_count && status == HS_OK; c++) {
        const hs_incident_chunk *built = incidents->chunk[c];
        if (is_built(built) && may_meet(&work->chunk->box, &built->box, reach))
            status = add_pilot(work->layer, built, work->chunk, points, error, sum);
    }
    return status;
}

static hs_status make_late(void *context, hs_error *error, void **value, size_t *bytes) {
    const placing *work = context;
    const hs_incident_chunk *chunk = work->chunk;
    layer_points points = {0};
    hs_status status = hs_layer_points_of(work->layer, chunk, error, &points);
    if (status != HS_OK) return status;
    uint64_t *sum = calloc((size_t)chunk->count + 1, sizeof *sum);
    size_t size = 0;
    hs_chunk_places *places = new_places(chunk->count, &size);
    status = sum && places ? sum_pilots(work, &points, error, sum) : hs_error_memory(error, "bandwidths");
    for (uint32_t i = 0; status == HS_OK && i < chunk->count; i++) {
        double weight = hs_layer_weight(&points, chunk, i);
        if (!(points.bits[i / 64] >> (i % 64) & 1) || !(weight > 0.0)) continue;
        sum[i] += (uint64_t)(weight * (double)HS_KERNEL_ONE + 0.5);
        double density = hs_density_from_sum(sum[i], HS_KERNEL_QUARTIC, pilot_bandwidth_m(work->layer));
        put_place(places, i, work->mean_log2, density);
    }
    free(sum);
    hs_layer_points_done(&points);
    if (status == HS_OK) {
        *value = places;
        *bytes = size;
    } else {
        free(places);
    }
    return status;
}

static hs_status open_late(const density_layer *layer, uint32_t c, uint64_t rows, uint64_t built,
                           int64_t mean_log2, hs_error *error, hs_adaptive *made) {
    const hs_incident_chunk *chunk = layer->snapshot->incidents->chunk[c];
    placing work = {layer, chunk, mean_log2};
    hs_shared_key key = {{HS_CACHED_PLACES, rows ^ bandwidth_hash(layer), built, chunk->id}};
    hs_shared_maker maker = {make_late, free, &work};
    hs_status status = hs_shared_cache_get(layer->service->shared, &key, &maker, error, &made->late[c]);
    if (status == HS_OK) made->chunk[c] = hs_shared_value(made->late[c]);
    return status;
}

static hs_status open_chunks(const density_layer *layer, uint64_t rows, uint64_t built, hs_error *error,
                             hs_adaptive *made) {
    const hs_incidents *incidents = layer->snapshot->incidents;
    const pilot *p = hs_shared_value(made->pilot);
    uint32_t at = 0;
    hs_status status = HS_OK;
    for (uint32_t c = 0; c < incidents->chunk_count && status == HS_OK; c++) {
        const hs_incident_chunk *chunk = incidents->chunk[c];
        if (is_built(chunk))
            made->chunk[c] = p->chunk[at++];
        else if (chunk->positioned && chunk->count > 0)
            status = open_late(layer, c, rows, built, p->mean_log2, error, made);
    }
    return status;
}

hs_status hs_adaptive_open(const density_layer *layer, hs_error *error, hs_adaptive *adaptive) {
    const hs_incidents *incidents = layer->snapshot->incidents;
    memset(adaptive, 0, sizeof *adaptive);
    hs_adaptive made = {.snapshot = layer->snapshot, .chunk_count = incidents->chunk_count};
    made.chunk = calloc((size_t)made.chunk_count + 1, sizeof(void *));
    made.late = calloc((size_t)made.chunk_count + 1, sizeof(void *));
    density_layer fixed = *layer;
    fixed.adaptive = false;
    uint64_t rows = hs_density_layer_hash(&fixed);
    uint64_t built = built_hash(incidents);
    hs_shared_key key = {{HS_CACHED_PILOT, rows, built, bandwidth_hash(&fixed)}};
    made.hash = hs_hash(&key, sizeof key, 0);
    hs_shared_maker maker = {make_pilot, free_pilot, &fixed};
    hs_status status = made.chunk && made.late
                           ? hs_shared_cache_get(layer->service->shared, &key, &maker, error, &made.pilot)
                           : hs_error_memory(error, "bandwidths");
    if (status == HS_OK) status = open_chunks(&fixed, rows, built, error, &made);
    *adaptive = made;
    return status;
}

void hs_adaptive_done(hs_adaptive *adaptive) {
    for (uint32_t c = 0; adaptive->late && c < adaptive->chunk_count; c++)
        hs_shared_unref(adaptive->late[c]);
    hs_shared_unref(adaptive->pilot);
    free((void *)adaptive->late);
    free((void *)adaptive->chunk);
    memset(adaptive, 0, sizeof *adaptive);
}
