/* Incidents that lie elsewhere now: their chunks are made anew without them, everything else is shared. */
#include "city/incidents_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct moving {
    const hs_incidents *base;
    const hs_moved_row *moved;
    size_t count;
    hs_whole_row *rows; /* the moved ones, where they lie now */
    hs_incident_tables *tables;
    const hs_timezone *zone;
    uint64_t version;
    const hs_incident_chunk **chunks;
    uint32_t chunk_count;
} moving;

static hs_status out_of_memory(hs_error *error) {
    return hs_error_set(error, HS_E_MEMORY, "out of memory for incidents");
}

static uint16_t whole_accuracy(float accuracy_m) {
    if (!(accuracy_m < 65535.0F)) return 65535;
    return accuracy_m > 0 ? (uint16_t)ceilf(accuracy_m) : 0;
}

/* The number of a path; the tables are copied before they grow. */
static uint32_t path_number(moving *m, const hs_unit_path *path) {
    uint32_t number = hs_path_find(&m->tables->paths, path);
    if (number != HS_NONE) return number;
    if (m->tables == ((const hs_incidents_owner *)m->base)->tables) {
        hs_incident_tables *copy = hs_incident_tables_copy(m->tables);
        if (!copy) return HS_NONE;
        hs_incident_tables_unref(m->tables);
        m->tables = copy;
    }
    return hs_path_put(&m->tables->paths, path);
}

static bool place_row(moving *m, const hs_geography *geography, const hs_moved_row *to, hs_whole_row *row) {
    hs_chunk_whole_row(m->base->chunk[to->chunk], to->row, row);
    row->attributes.match_type = (uint8_t)to->match_type;
    row->attributes.accuracy_m = whole_accuracy(to->accuracy_m);
    row->attributes.reviewed = to->reviewed;
    row->segment = HS_NONE;
    row->path = 0;
    if (!to->has_position) return true;
    hs_placement placement;
    hs_unit_path path;
    hs_geography_place(geography, to->position, &placement);
    memcpy(path.unit, placement.unit, sizeof path.unit);
    row->position = to->position;
    row->mercator = hs_mercator_from_position(to->position);
    row->segment = placement.segment;
    row->path = path_number(m, &path);
    return row->path != HS_NONE;
}

static bool cut(moving *m, const hs_whole_row *rows, uint32_t count, const hs_chunk_options *options) {
    for (uint32_t first = 0; first < count; first += HS_CHUNK_ROWS) {
        uint32_t left = count - first;
        hs_incident_chunk *chunk =
            hs_chunk_new(rows + first, left < HS_CHUNK_ROWS ? left : HS_CHUNK_ROWS, options);
        if (!chunk) return false;
        m->chunks[m->chunk_count++] = chunk;
    }
    return true;
}

/* The chunk without the rows moved[first .. end). */
static bool keep_others(moving *m, const hs_incident_chunk *chunk, size_t first, size_t end) {
    const hs_chunk_options options = {.version = m->version,
                                      .zone = m->zone,
                                      .positioned = chunk->positioned,
                                      .ordered = chunk->ordered,
                                      .late = chunk->late};
    hs_whole_row *rows = malloc(((size_t)chunk->count + 1) * sizeof *rows);
    uint32_t kept = 0;
    if (!rows) return false;
    for (uint32_t i = 0; i < chunk->count; i++) {
        if (first < end && m->moved[first].row == i)
            first++;
        else
            hs_chunk_whole_row(chunk, i, &rows[kept++]);
    }
    bool good = cut(m, rows, kept, &options);
    free(rows);
    return good;
}

/* Chunks of one kind, then the moved rows that are of it now. */
static bool move_kind(moving *m, bool positioned) {
    const hs_chunk_options options = {
        .version = m->version, .zone = m->zone, .positioned = positioned, .late = true};
    size_t at = 0;
    for (uint32_t c = 0; c < m->base->chunk_count; c++) {
        size_t first = at;
        while (at < m->count && m->moved[at].chunk == c)
            at++;
        if (m->base->chunk[c]->positioned != positioned) continue;
        if (first < at) {
            if (!keep_others(m, m->base->chunk[c], first, at)) return false;
            continue;
        }
        hs_chunk_ref(m->base->chunk[c]);
        m->chunks[m->chunk_count++] = m->base->chunk[c];
    }
    hs_whole_row *rows = malloc((m->count + 1) * sizeof *rows);
    uint32_t count = 0;
    if (!rows) return false;
    for (size_t i = 0; i < m->count; i++)
        if (!m->moved[i].removed && m->moved[i].has_position == positioned) rows[count++] = m->rows[i];
    bool good = cut(m, rows, count, &options);
    free(rows);
    return good;
}

static bool move_all(moving *m, const hs_geography *geography) {
    if (!m->rows || !m->chunks) return false;
    for (size_t i = 0; i < m->count; i++)
        if (!m->moved[i].removed && !place_row(m, geography, &m->moved[i], &m->rows[i])) return false;
    bool grown = m->tables != ((const hs_incidents_owner *)m->base)->tables;
    if (grown && !hs_incident_tables_list(m->tables)) return false;
    return move_kind(m, true) && move_kind(m, false);
}

hs_status hs_incidents_move(const hs_incidents *base, const hs_moved_row *moved, size_t count,
                            const hs_geography *geography, const hs_timezone *zone, uint64_t version,
                            hs_error *error, hs_incidents **incidents) {
    size_t chunks = (size_t)base->chunk_count + count / HS_CHUNK_ROWS + 4;
    moving m = {.base = base,
                .moved = moved,
                .count = count,
                .rows = malloc((count + 1) * sizeof *m.rows),
                .tables = hs_incident_tables_ref(((const hs_incidents_owner *)base)->tables),
                .zone = zone,
                .version = version,
                .chunks = malloc(chunks * sizeof(const hs_incident_chunk *))};
    hs_incidents_owner *owner = NULL;
    if (move_all(&m, geography)) {
        owner = hs_incidents_owner_new(m.tables, version);
        m.tables = NULL;
    }
    free(m.rows);
    hs_incident_tables_unref(m.tables);
    if (owner) {
        hs_incidents_list_chunks(owner, m.chunks, m.chunk_count);
        *incidents = &owner->incidents;
        return HS_OK;
    }
    for (uint32_t c = 0; c < m.chunk_count; c++)
        hs_chunk_unref(m.chunks[c]);
    free(m.chunks);
    return out_of_memory(error);
}
