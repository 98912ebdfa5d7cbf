#include "city/incidents_private.h"

#include <stdatomic.h>
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

void hs_incidents_owner_free(hs_incidents_owner *owner) {
    if (!owner) return;
    for (uint32_t i = 0; i < owner->incidents.chunk_count; i++)
        hs_chunk_unref(owner->chunks[i]);
    free(owner->chunks);
    hs_incident_tables_unref(owner->tables);
    free(owner);
}

void hs_incidents_unref(hs_incidents *incidents) {
    hs_incidents_owner *owner = (hs_incidents_owner *)incidents;
    if (owner && atomic_fetch_sub_explicit(&owner->refs, 1, memory_order_acq_rel) == 1)
        hs_incidents_owner_free(owner);
}

hs_incidents_owner *hs_incidents_owner_new(hs_incident_tables *tables, uint64_t version) {
    hs_incidents_owner *owner = calloc(1, sizeof *owner);
    if (!owner) {
        hs_incident_tables_unref(tables);
        return NULL;
    }
    atomic_init(&owner->refs, 1);
    owner->tables = tables;
    hs_incidents *set = &owner->incidents;
    static atomic_uint_fast64_t builds = 1;
    set->build = atomic_fetch_add(&builds, 1);
    set->version = set->built_version = version;
    set->min_time_s = set->max_time_s = HS_NO_TIME;
    set->path_count = tables->paths.count;
    set->path = tables->paths.paths;
    set->category_count = hs_dictionary_count(tables->codes[HS_CODE_CATEGORY]);
    set->source_count = hs_dictionary_count(tables->codes[HS_CODE_SOURCE]);
    set->status_count = hs_dictionary_count(tables->codes[HS_CODE_STATUS]);
    set->category_code = tables->texts[HS_CODE_CATEGORY];
    set->source = tables->texts[HS_CODE_SOURCE];
    set->status = tables->texts[HS_CODE_STATUS];
    return owner;
}

void hs_incidents_list_chunks(hs_incidents_owner *owner, const hs_incident_chunk **chunks, uint32_t count) {
    hs_incidents *set = &owner->incidents;
    owner->chunks = chunks;
    set->chunk = chunks;
    set->chunk_count = count;
    for (uint32_t i = 0; i < count; i++) {
        const hs_incident_chunk *chunk = chunks[i];
        const hs_time_column *time = &chunk->time[HS_TIME_DEFAULT];
        set->count += chunk->count;
        if (chunk->positioned) set->positioned += chunk->count;
        if (chunk->late) set->late_count += chunk->count;
        if (time->min_s == HS_NO_TIME) continue;
        if (set->min_time_s == HS_NO_TIME || time->min_s < set->min_time_s) set->min_time_s = time->min_s;
        if (time->max_s > set->max_time_s) set->max_time_s = time->max_s;
    }
}

static uint32_t chunks_of(uint32_t rows) {
    return rows / HS_CHUNK_ROWS + (rows % HS_CHUNK_ROWS != 0);
}

/* Chunks: first those of the positioned rows, then of the others. */
typedef struct cutting {
    const hs_gathering *from;
    const hs_placed_row *placed;
    uint32_t positioned, total;
    uint64_t version;
    const hs_timezone *zone;
    const hs_incident_chunk **chunks;
} cutting;

static hs_incident_chunk *gather_chunk(const cutting *work, uint32_t first, uint32_t count, bool positioned) {
    hs_whole_row *rows = malloc(count * sizeof *rows);
    if (!rows) return NULL;
    for (uint32_t i = 0; i < count; i++)
        hs_gathering_whole_row(work->from, &work->placed[first + i], &rows[i]);
    hs_chunk_options options = {
        .version = work->version, .zone = work->zone, .positioned = positioned, .ordered = positioned};
    hs_incident_chunk *chunk = hs_chunk_new(rows, count, &options);
    free(rows);
    return chunk;
}

static void cut_chunks(void *context, size_t begin, size_t end) {
    cutting *work = context;
    uint32_t front = chunks_of(work->positioned);
    for (size_t i = begin; i < end; i++) {
        bool positioned = i < front;
        uint32_t limit = positioned ? work->positioned : work->total;
        uint32_t first = positioned ? (uint32_t)i * HS_CHUNK_ROWS
                                    : work->positioned + ((uint32_t)i - front) * HS_CHUNK_ROWS;
        uint32_t count = limit - first < HS_CHUNK_ROWS ? limit - first : HS_CHUNK_ROWS;
        work->chunks[i] = gather_chunk(work, first, count, positioned);
    }
}

/* Cuts placed rows into the owner's chunks. */
static hs_status cut_all(hs_incidents_owner *owner, cutting *cut, hs_pool *pool, hs_error *error) {
    uint32_t count = chunks_of(cut->positioned) + chunks_of(cut->total - cut->positioned);
    cut->chunks = calloc((size_t)count + 1, sizeof(const hs_incident_chunk *));
    if (!cut->chunks) return out_of_memory(error);
    hs_pool_for(pool, count, 1, cut_chunks, cut);
    bool good = true;
    for (uint32_t i = 0; i < count; i++)
        good = good && cut->chunks[i];
    if (good) {
        hs_incidents_list_chunks(owner, cut->chunks, count);
        return HS_OK;
    }
    for (uint32_t i = 0; i < count; i++)
        hs_chunk_unref(cut->chunks[i]);
    free(cut->chunks);
    return out_of_memory(error);
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

/* Numbers and places the rows: the tables of the set, and placed rows from malloc. */
static hs_status place_all(hs_gathering *from, const hs_geography *geography, hs_pool *pool, hs_arena *work,
                           hs_error *error, hs_incident_tables *tables, cutting *cut) {
    cut->total = from->first_row[from->builder_count];
    hs_status status =
        hs_incident_codes_merge(from->builders, from->builder_count, tables, work, error, from);
    hs_placed_row *placed = status == HS_OK ? malloc(((size_t)cut->total + 1) * sizeof *placed) : NULL;
    if (status == HS_OK && !placed) status = out_of_memory(error);
    if (status == HS_OK)
        status = hs_incidents_place(from, geography, pool, error, placed, &cut->positioned, &tables->paths);
    if (status == HS_OK && !hs_incident_tables_list(tables)) status = out_of_memory(error);
    cut->placed = placed;
    return status;
}

static hs_status build(hs_gathering *from, const hs_geography *geography, uint64_t version, hs_pool *pool,
                       hs_arena *work, hs_error *error, hs_incidents **incidents) {
    hs_incident_tables *tables = hs_incident_tables_new();
    if (!tables) return out_of_memory(error);
    cutting cut = {
        .from = from, .version = version, .zone = from->builder_count > 0 ? from->builders[0]->zone : NULL};
    hs_incidents_owner *owner = NULL;
    hs_status status = place_all(from, geography, pool, work, error, tables, &cut);
    if (status == HS_OK) {
        owner = hs_incidents_owner_new(tables, version);
        tables = NULL; /* the owner's */
        status = owner ? cut_all(owner, &cut, pool, error) : out_of_memory(error);
    }
    free((void *)cut.placed);
    hs_incident_tables_unref(tables);
    if (status == HS_OK)
        *incidents = &owner->incidents;
    else
        hs_incidents_owner_free(owner);
    return status;
}

hs_status hs_incidents_finish(hs_incidents_builder **builders, unsigned builder_count,
                              const hs_geography *geography, uint64_t version, hs_pool *pool, hs_error *error,
                              hs_incidents **incidents) {
    hs_arena *work = hs_arena_new(SIZE_MAX); /* what is needed only while building */
    uint32_t *first_row = work ? hs_arena_array(work, (size_t)builder_count + 1, sizeof *first_row) : NULL;
    hs_gathering from = {.builders = builders, .builder_count = builder_count, .first_row = first_row};
    hs_status status = HS_E_MEMORY;
    if (first_row) {
        status = count_rows(builders, builder_count, first_row, error);
        if (status == HS_OK) status = build(&from, geography, version, pool, work, error, incidents);
    } else {
        (void)out_of_memory(error);
    }
    hs_arena_free(work);
    for (unsigned b = 0; b < builder_count; b++)
        hs_incidents_builder_free(builders[b]);
    return status;
}

void hs_incidents_bytes(const hs_incidents *incidents, size_t *columns, size_t *texts) {
    const hs_incidents_owner *owner = (const hs_incidents_owner *)incidents;
    *columns = sizeof *owner + incidents->chunk_count * sizeof(const hs_incident_chunk *);
    *columns += hs_incident_tables_bytes(owner->tables);
    *texts = 0;
    for (uint32_t i = 0; i < incidents->chunk_count; i++) {
        *columns += hs_chunk_bytes(incidents->chunk[i]) - incidents->chunk[i]->texts_size;
        *texts += incidents->chunk[i]->texts_size;
    }
}
