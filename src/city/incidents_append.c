/* Live incidents: the newest stand in a small chunk that is made anew with each; merging orders them along
 * the curve by stages. Everything else is shared with the set before. */
#include "city/incidents_private.h"
#include "geo/hilbert.h"

#include <stdlib.h>
#include <string.h>

/* Chunks of the first stage, in number; those of the second reach a whole chunk's rows together. */
enum { FEW_ROWS = 4096, MANY_CHUNKS = 16 };

static hs_status out_of_memory(hs_error *error) {
    return hs_error_set(error, HS_E_MEMORY, "out of memory for incidents");
}

/* Rows and the list of chunks of the set that is being made. */
typedef struct joining {
    const hs_incidents *base;
    hs_whole_row *rows;
    uint32_t row_count;
    hs_chunk_options options;
    const hs_incident_chunk **chunks;
    uint32_t chunk_count;
} joining;

static void share_chunk(joining *join, const hs_incident_chunk *chunk) {
    hs_chunk_ref(chunk);
    join->chunks[join->chunk_count++] = chunk;
}

static void take_rows(joining *join, const hs_incident_chunk *chunk) {
    for (uint32_t i = 0; i < chunk->count; i++)
        hs_chunk_whole_row(chunk, i, &join->rows[join->row_count++]);
}

/* The rows become chunks at the end of the list. */
static bool cut_rows(joining *join) {
    for (uint32_t first = 0; first < join->row_count; first += HS_CHUNK_ROWS) {
        uint32_t left = join->row_count - first;
        hs_incident_chunk *chunk =
            hs_chunk_new(join->rows + first, left < HS_CHUNK_ROWS ? left : HS_CHUNK_ROWS, &join->options);
        if (!chunk) return false;
        join->chunks[join->chunk_count++] = chunk;
    }
    join->row_count = 0;
    return true;
}

/* Ends the joining: a set of its chunks, or nothing is left of it. */
static hs_status join_end(joining *join, bool good, hs_incident_tables *tables, uint64_t version,
                          hs_error *error, hs_incidents **incidents) {
    free(join->rows);
    hs_incidents_owner *owner = NULL;
    if (good)
        owner = hs_incidents_owner_new(tables, version);
    else
        hs_incident_tables_unref(tables);
    if (!owner) {
        for (uint32_t i = 0; i < join->chunk_count; i++)
            hs_chunk_unref(join->chunks[i]);
        free(join->chunks);
        return out_of_memory(error);
    }
    hs_incidents_list_chunks(owner, join->chunks, join->chunk_count);
    owner->incidents.build = join->base->build;
    owner->incidents.built_version = join->base->built_version;
    *incidents = &owner->incidents;
    return HS_OK;
}

/* What is appended: a builder's rows, placed, with final numbers. */
typedef struct appending {
    hs_gathering from;
    hs_placed_row *placed; /* in the builder's order */
    hs_incident_tables *tables;
    hs_arena *work;
} appending;

static hs_incident_tables *tables_of(const hs_incidents *incidents) {
    return ((const hs_incidents_owner *)incidents)->tables;
}

/* Tables that may grow: a copy of the base's, made when the first new thing comes. */
static bool own_tables(appending *add, const hs_incidents *base) {
    if (add->tables != tables_of(base)) return true;
    hs_incident_tables *copy = hs_incident_tables_copy(add->tables);
    if (!copy) return false;
    hs_incident_tables_unref(add->tables);
    add->tables = copy;
    return true;
}

static bool place_row(appending *add, const hs_incidents *base, const hs_geography *geography, uint32_t i) {
    const hs_raw_row *row = &add->from.builders[0]->rows[i];
    add->placed[i] = (hs_placed_row){.row = i, .segment = HS_NONE};
    if (!row->has_position) return true;
    hs_placement placement;
    hs_unit_path path;
    hs_geography_place(geography, row->position, &placement);
    memcpy(path.unit, placement.unit, sizeof path.unit);
    add->placed[i].segment = placement.segment;
    add->placed[i].path = hs_path_find(&add->tables->paths, &path);
    if (add->placed[i].path != HS_NONE) return true;
    if (!own_tables(add, base)) return false;
    add->placed[i].path = hs_path_put(&add->tables->paths, &path);
    return add->placed[i].path != HS_NONE;
}

static hs_status number_rows(appending *add, const hs_incidents *base, const hs_geography *geography,
                             hs_error *error) {
    hs_incidents_builder *builder = add->from.builders[0];
    if (!hs_incident_codes_known(builder, add->tables) && !own_tables(add, base)) return out_of_memory(error);
    hs_status status =
        hs_incident_codes_merge(add->from.builders, 1, add->tables, add->work, error, &add->from);
    for (uint32_t i = 0; status == HS_OK && i < builder->count; i++)
        if (!place_row(add, base, geography, i)) status = out_of_memory(error);
    if (status == HS_OK && add->tables != tables_of(base) && !hs_incident_tables_list(add->tables))
        status = out_of_memory(error);
    return status;
}

/* The chunk of the newest rows of one kind, when `more` fit in; else NULL. */
static const hs_incident_chunk *fresh_chunk(const hs_incidents *base, bool positioned, uint32_t more) {
    const hs_incident_chunk *last = NULL;
    for (uint32_t i = 0; i < base->chunk_count; i++)
        if (base->chunk[i]->positioned == positioned) last = base->chunk[i];
    bool fits =
        last && last->late && !last->ordered && more <= HS_FRESH_ROWS && last->count <= HS_FRESH_ROWS - more;
    return fits ? last : NULL;
}

/* Chunks of the base of one kind, then the new rows of that kind. */
static bool append_kind(joining *join, const appending *add, bool positioned) {
    const hs_incidents_builder *builder = add->from.builders[0];
    uint32_t more = 0;
    for (uint32_t i = 0; i < builder->count; i++)
        more += builder->rows[i].has_position == positioned;
    const hs_incident_chunk *fresh = more > 0 ? fresh_chunk(join->base, positioned, more) : NULL;
    for (uint32_t i = 0; i < join->base->chunk_count; i++) {
        const hs_incident_chunk *chunk = join->base->chunk[i];
        if (chunk->positioned == positioned && chunk != fresh) share_chunk(join, chunk);
    }
    if (fresh) take_rows(join, fresh);
    for (uint32_t i = 0; i < builder->count; i++)
        if (builder->rows[i].has_position == positioned)
            hs_gathering_whole_row(&add->from, &add->placed[i], &join->rows[join->row_count++]);
    join->options.positioned = positioned;
    return cut_rows(join);
}

static hs_status append_rows(const hs_incidents *base, appending *add, uint64_t version, hs_error *error,
                             hs_incidents **incidents) {
    const hs_incidents_builder *builder = add->from.builders[0];
    size_t chunks = (size_t)base->chunk_count + builder->count / HS_CHUNK_ROWS + 4;
    joining join = {.base = base,
                    .rows = malloc(((size_t)builder->count + HS_FRESH_ROWS) * sizeof *join.rows),
                    .chunks = malloc(chunks * sizeof(const hs_incident_chunk *)),
                    .options = {.version = version, .zone = builder->zone, .late = true}};
    bool good = join.rows && join.chunks && append_kind(&join, add, true) && append_kind(&join, add, false);
    hs_incident_tables *tables = add->tables;
    add->tables = NULL;
    return join_end(&join, good, tables, version, error, incidents);
}

hs_status hs_incidents_append(const hs_incidents *base, hs_incidents_builder *builder,
                              const hs_geography *geography, uint64_t version, hs_error *error,
                              hs_incidents **incidents) {
    uint32_t first_row[2] = {0, builder->count};
    appending add = {.from = {.builders = &builder, .builder_count = 1, .first_row = first_row},
                     .placed = malloc(((size_t)builder->count + 1) * sizeof *add.placed),
                     .tables = hs_incident_tables_ref(tables_of(base)),
                     .work = hs_arena_new(SIZE_MAX)};
    hs_status status = HS_OK;
    if (!add.placed || !add.work) status = out_of_memory(error);
    if (status == HS_OK && base->count + builder->count >= UINT32_MAX)
        status = hs_error_set(error, HS_E_LIMIT, "more than %u incidents", UINT32_MAX - 1);
    if (status == HS_OK) status = number_rows(&add, base, geography, error);
    if (status == HS_OK) status = append_rows(base, &add, version, error, incidents);
    hs_incident_tables_unref(add.tables);
    hs_arena_free(add.work);
    free(add.placed);
    hs_incidents_builder_free(builder);
    return status;
}

/* Stages of live chunks of one kind. */
typedef struct stage {
    uint32_t least, below; /* rows of its chunks */
    uint32_t chunks, rows;
    bool due;
} stage;

static bool in_stage(const stage *of, const hs_incident_chunk *chunk) {
    if (!chunk->late) return false;
    /* Many appended at once lie in no order yet. */
    bool loose = chunk->positioned && !chunk->ordered;
    return of->least == 0 ? loose || chunk->count < of->below
                          : !loose && chunk->count >= of->least && chunk->count < of->below;
}

static stage stage_of(const hs_incidents *set, bool positioned, bool second) {
    stage s = second ? (stage){.least = FEW_ROWS, .below = HS_CHUNK_ROWS / 2} : (stage){.below = FEW_ROWS};
    for (uint32_t i = 0; i < set->chunk_count; i++) {
        const hs_incident_chunk *chunk = set->chunk[i];
        if (chunk->positioned != positioned || !in_stage(&s, chunk)) continue;
        s.chunks++;
        s.rows += chunk->count;
        s.due |= !second && positioned && !chunk->ordered && chunk->count > HS_FRESH_ROWS;
    }
    s.due |= second ? s.rows >= HS_CHUNK_ROWS : s.chunks >= MANY_CHUNKS;
    return s;
}

bool hs_incidents_merge_due(const hs_incidents *incidents) {
    if (incidents->late_count == 0) return false;
    for (int kind = 0; kind < 4; kind++)
        if (stage_of(incidents, kind & 1, kind & 2).due) return true;
    return false;
}

/* Along the curve; rows at one spot keep their order. */
static bool sort_rows(joining *join) {
    size_t count = join->row_count;
    hs_placed_row *keyed = malloc(2 * count * sizeof *keyed);
    hs_whole_row *sorted = malloc(count * sizeof *sorted);
    bool good = keyed && sorted;
    for (uint32_t i = 0; good && i < count; i++)
        keyed[i] =
            (hs_placed_row){.key = hs_hilbert(join->rows[i].mercator.x, join->rows[i].mercator.y), .row = i};
    if (good) hs_placed_sort(keyed, keyed + count, (uint32_t)count);
    for (uint32_t i = 0; good && i < count; i++)
        sorted[i] = join->rows[keyed[i].row];
    free(keyed);
    if (!good) {
        free(sorted);
        return false;
    }
    free(join->rows);
    join->rows = sorted;
    return true;
}

/* Merges one stage of one kind where it is due; the others keep their places. */
static bool merge_kind(joining *join, bool positioned) {
    stage first = stage_of(join->base, positioned, false), second = stage_of(join->base, positioned, true);
    const stage *due = first.due ? &first : second.due ? &second : NULL;
    free(join->rows);
    join->rows = due ? malloc(due->rows * sizeof *join->rows) : NULL;
    if (due && !join->rows) return false;
    join->options.positioned = join->options.ordered = positioned;
    join->options.version = 0;
    for (uint32_t i = 0; i < join->base->chunk_count; i++) {
        const hs_incident_chunk *chunk = join->base->chunk[i];
        if (chunk->positioned != positioned) continue;
        if (!due || !in_stage(due, chunk)) {
            share_chunk(join, chunk);
            continue;
        }
        take_rows(join, chunk);
        if (chunk->version > join->options.version) join->options.version = chunk->version;
    }
    if (due && positioned && !sort_rows(join)) return false;
    return cut_rows(join);
}

hs_status hs_incidents_merge(const hs_incidents *base, const hs_timezone *zone, hs_error *error,
                             hs_incidents **incidents) {
    size_t chunks = (size_t)base->chunk_count + base->late_count / HS_CHUNK_ROWS + 4;
    joining join = {.base = base,
                    .chunks = malloc(chunks * sizeof(const hs_incident_chunk *)),
                    .options = {.zone = zone, .late = true}};
    bool good = join.chunks && merge_kind(&join, true) && merge_kind(&join, false);
    return join_end(&join, good, hs_incident_tables_ref(tables_of(base)), base->version, error, incidents);
}
