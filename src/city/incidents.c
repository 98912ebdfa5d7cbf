#include "city/incidents_private.h"

#include <stdlib.h>
#include <string.h>

static hs_status out_of_memory(hs_error *error) {
    return hs_error_set(error, HS_E_MEMORY, "out of memory for incidents");
}

hs_incidents *hs_incidents_ref(const hs_incidents *incidents) {
    hs_incidents_owner *owner = (hs_incidents_owner *)incidents;
    atomic_fetch_add_explicit(&owner->refs, 1, memory_order_relaxed);
    return &owner->incidents;
}

static void owner_free(hs_incidents_owner *owner) {
    if (!owner) return;
    for (uint32_t i = 0; i < owner->incidents.chunk_count; i++)
        hs_chunk_unref(owner->incidents.chunk[i]);
    hs_arena_free(owner->arena);
    free(owner);
}

void hs_incidents_unref(hs_incidents *incidents) {
    hs_incidents_owner *owner = (hs_incidents_owner *)incidents;
    if (owner && atomic_fetch_sub_explicit(&owner->refs, 1, memory_order_acq_rel) == 1) owner_free(owner);
}

static hs_incidents_owner *owner_new(uint64_t version) {
    hs_incidents_owner *owner = calloc(1, sizeof *owner);
    if (!owner) return NULL;
    owner->arena = hs_arena_new(SIZE_MAX);
    if (!owner->arena) {
        free(owner);
        return NULL;
    }
    atomic_init(&owner->refs, 1);
    owner->incidents.version = version;
    owner->incidents.min_time_s = owner->incidents.max_time_s = HS_NO_TIME;
    return owner;
}

static void add_extent(hs_incidents *incidents, const hs_incident_chunk *chunk) {
    int64_t least = incidents->min_time_s, most = incidents->max_time_s;
    for (uint32_t i = 0; i < chunk->count; i++) {
        int64_t t = hs_incident_time(chunk, i, HS_TIME_DEFAULT);
        if (t == HS_NO_TIME) continue;
        if (least == HS_NO_TIME || t < least) least = t;
        if (t > most) most = t;
    }
    incidents->min_time_s = least;
    incidents->max_time_s = most;
}

static uint32_t chunks_of(uint32_t rows) {
    return rows / HS_CHUNK_ROWS + (rows % HS_CHUNK_ROWS != 0);
}

/* New chunks: first the positioned rows, then the others. */
typedef struct cutting {
    const hs_gathering *from;
    const hs_placed_row *placed;
    uint32_t positioned, total;
    bool ordered;
    hs_incident_chunk **chunks;
} cutting;

static void cut_chunks(void *context, size_t begin, size_t end) {
    cutting *work = context;
    uint32_t front = chunks_of(work->positioned);
    for (size_t i = begin; i < end; i++) {
        bool positioned = i < front;
        uint32_t limit = positioned ? work->positioned : work->total;
        uint32_t first = positioned ? (uint32_t)i * HS_CHUNK_ROWS
                                    : work->positioned + ((uint32_t)i - front) * HS_CHUNK_ROWS;
        uint32_t count = limit - first < HS_CHUNK_ROWS ? limit - first : HS_CHUNK_ROWS;
        work->chunks[i] =
            hs_chunk_gather(work->from, work->placed + first, count, positioned, positioned && work->ordered);
    }
}

/* The set's list of chunks: positioned ones of the base, new ones, then the others alike. */
static hs_status list_chunks(hs_incidents_owner *owner, const hs_incidents *base, const cutting *cut,
                             hs_error *error) {
    hs_incidents *set = &owner->incidents;
    uint32_t front = chunks_of(cut->positioned), fresh = front + chunks_of(cut->total - cut->positioned);
    uint32_t base_count = base ? base->chunk_count : 0;
    const hs_incident_chunk **list =
        hs_arena_array(owner->arena, (size_t)base_count + fresh + 1, sizeof(hs_incident_chunk *));
    bool good = list != NULL;
    for (uint32_t i = 0; i < fresh; i++)
        good = good && cut->chunks[i];
    if (!good) {
        for (uint32_t i = 0; i < fresh; i++)
            hs_chunk_unref(cut->chunks[i]);
        return out_of_memory(error);
    }
    uint32_t count = 0;
    for (int others = 0; others < 2; others++) {
        for (uint32_t i = 0; i < base_count; i++) {
            if (base->chunk[i]->positioned == (others == 1)) continue;
            hs_chunk_ref(base->chunk[i]);
            list[count++] = base->chunk[i];
        }
        for (uint32_t i = others ? front : 0; i < (others ? fresh : front); i++)
            list[count++] = cut->chunks[i];
    }
    set->chunk = list;
    set->chunk_count = count;
    set->count = (base ? base->count : 0) + cut->total;
    set->positioned = (base ? base->positioned : 0) + cut->positioned;
    if (base) {
        set->min_time_s = base->min_time_s;
        set->max_time_s = base->max_time_s;
    }
    for (uint32_t i = 0; i < fresh; i++)
        add_extent(set, cut->chunks[i]);
    return HS_OK;
}

static hs_status order_and_cut(hs_incidents_owner *owner, const hs_gathering *from, const hs_incidents *base,
                               const hs_geography *geography, hs_pool *pool, hs_error *error) {
    cutting cut = {.from = from, .total = from->first_row[from->builder_count], .ordered = !base};
    hs_placed_row *placed = malloc(((size_t)cut.total + 1) * sizeof *placed);
    if (!placed) return out_of_memory(error);
    hs_status status = hs_incidents_place(from, geography, base, pool, owner->arena, error, placed,
                                          &cut.positioned, &owner->incidents);
    if (status == HS_OK) {
        size_t chunk_count = (size_t)chunks_of(cut.positioned) + chunks_of(cut.total - cut.positioned);
        cut.placed = placed;
        cut.chunks = calloc(chunk_count + 1, sizeof(hs_incident_chunk *));
        if (cut.chunks) hs_pool_for(pool, chunk_count, 1, cut_chunks, &cut);
        status = cut.chunks ? list_chunks(owner, base, &cut, error) : out_of_memory(error);
        free(cut.chunks);
    }
    free(placed);
    return status;
}

static hs_status count_rows(hs_incidents_builder **builders, unsigned builder_count, uint32_t *first_row,
                            hs_error *error) {
    uint64_t total = 0;
    for (unsigned b = 0; b < builder_count; b++) {
        first_row[b] = (uint32_t)total;
        total += builders[b]->count;
        if (total >= UINT32_MAX)
            return hs_error_set(error, HS_E_LIMIT, "more than %u incidents", UINT32_MAX - 1);
    }
    first_row[builder_count] = (uint32_t)total;
    return HS_OK;
}

static hs_status build(hs_incidents_builder **builders, unsigned builder_count, const hs_incidents *base,
                       const hs_geography *geography, uint64_t version, hs_pool *pool, hs_error *error,
                       hs_incidents **incidents) {
    hs_incidents_owner *owner = owner_new(version);
    hs_arena *work = hs_arena_new(SIZE_MAX); /* what is needed only while building */
    uint32_t *first_row = work ? hs_arena_array(work, (size_t)builder_count + 1, sizeof *first_row) : NULL;
    if (!owner || !first_row) {
        hs_arena_free(work);
        owner_free(owner);
        return out_of_memory(error);
    }
    hs_gathering from = {.builders = builders, .builder_count = builder_count, .first_row = first_row};
    hs_status status = count_rows(builders, builder_count, first_row, error);
    if (status == HS_OK)
        status = hs_incident_codes_merge(builders, builder_count, base, owner->arena, error, &from,
                                         &owner->incidents);
    if (status == HS_OK) status = order_and_cut(owner, &from, base, geography, pool, error);
    hs_arena_free(work);
    if (status != HS_OK) {
        owner_free(owner);
        return status;
    }
    *incidents = &owner->incidents;
    return HS_OK;
}

hs_status hs_incidents_finish(hs_incidents_builder **builders, unsigned builder_count,
                              const hs_geography *geography, uint64_t version, hs_pool *pool, hs_error *error,
                              hs_incidents **incidents) {
    hs_status status = build(builders, builder_count, NULL, geography, version, pool, error, incidents);
    for (unsigned b = 0; b < builder_count; b++)
        hs_incidents_builder_free(builders[b]);
    return status;
}

hs_status hs_incidents_append(const hs_incidents *base, hs_incidents_builder *builder,
                              const hs_geography *geography, uint64_t version, hs_error *error,
                              hs_incidents **incidents) {
    hs_status status = build(&builder, 1, base, geography, version, NULL, error, incidents);
    hs_incidents_builder_free(builder);
    return status;
}

static size_t columns_bytes(const hs_incident_chunk *chunk) {
    size_t row = 5 * sizeof(int64_t) + 2 * sizeof(uint32_t) + (HS_CODE_COUNT + 1) * sizeof(uint16_t) + 1;
    if (chunk->positioned) row += sizeof(hs_position) + sizeof(hs_mercator) + 2 * sizeof(uint32_t);
    if (chunk->weight) row += sizeof(float);
    size_t blocks = chunk->positioned ? (chunk->count + HS_BLOCK_ROWS - 1) / HS_BLOCK_ROWS : 0;
    return chunk->count * row + blocks * sizeof(hs_mercator_box);
}

void hs_incidents_bytes(const hs_incidents *incidents, size_t *columns, size_t *texts) {
    *columns = *texts = 0;
    for (uint32_t i = 0; i < incidents->chunk_count; i++) {
        *columns += columns_bytes(incidents->chunk[i]);
        *texts += incidents->chunk[i]->texts_size;
    }
}
