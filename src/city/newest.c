#include "city/newest.h"

#include "base/hash.h"
#include <stdlib.h>
#include <string.h>

enum { SLOTS = 4096 }; /* of time, in which rows are counted before any is sorted */

typedef struct search {
    const hs_incidents *incidents;
    const hs_newest_query *query;
    uint64_t slot_s;
    uint64_t count[SLOTS];
} search;

/* Slot 0 holds the newest. */
static unsigned slot_of(const search *s, int64_t asked_s) {
    return (unsigned)(((uint64_t)s->query->to_s - 1 - (uint64_t)asked_s) / s->slot_s);
}

static bool passes(const hs_newest_query *query, const hs_incident_chunk *chunk, uint32_t i,
                   int64_t asked_s) {
    if (asked_s < query->from_s || asked_s >= query->to_s) return false; /* no time is before every time */
    unsigned category = hs_incident_category(chunk, i);
    if (query->category && !(query->category[category / 64] >> (category % 64) & 1)) return false;
    if (query->openness == HS_OPEN_OR_CLOSED) return true;
    return hs_incident_is_closed(chunk, i, query->closed_statuses) == (query->openness == HS_CLOSED_ONLY);
}

static int64_t later(int64_t a_s, int64_t b_s) {
    return a_s > b_s ? a_s : b_s;
}

static int64_t earlier(int64_t a_s, int64_t b_s) {
    return a_s < b_s ? a_s : b_s;
}

/* Whether any row of a chunk can have been asked for in the interval. */
static bool may_hold(const hs_incident_chunk *chunk, int64_t from_s, int64_t to_s) {
    const hs_time_column *reported = &chunk->time[HS_TIME_REPORTED];
    const hs_time_column *occurred = &chunk->time[HS_TIME_OCCURRED];
    int64_t max_s = later(reported->max_s, occurred->max_s);
    int64_t min_s = reported->min_s == HS_NO_TIME   ? occurred->min_s
                    : occurred->min_s == HS_NO_TIME ? reported->min_s
                                                    : earlier(reported->min_s, occurred->min_s);
    return max_s != HS_NO_TIME && max_s >= from_s && min_s < to_s;
}

static uint64_t count_slots(search *s) {
    uint64_t matched = 0;
    for (uint32_t c = 0; c < s->incidents->chunk_count; c++) {
        const hs_incident_chunk *chunk = s->incidents->chunk[c];
        if (!may_hold(chunk, s->query->from_s, s->query->to_s)) continue;
        for (uint32_t i = 0; i < chunk->count; i++) {
            int64_t asked_s = hs_incident_asked_s(chunk, i);
            if (!passes(s->query, chunk, i, asked_s)) continue;
            s->count[slot_of(s, asked_s)]++;
            matched++;
        }
    }
    return matched;
}

/* The end of a slot, which is the beginning of the one before; the last slot may be a shorter one. */
static int64_t slot_end(const search *s, unsigned slot) {
    if (slot == SLOTS) return s->query->from_s;
    uint64_t span_s = (uint64_t)s->query->to_s - (uint64_t)s->query->from_s;
    uint64_t before_s = slot * s->slot_s;
    return (int64_t)((uint64_t)s->query->to_s - (before_s < span_s ? before_s : span_s));
}

static uint32_t gather(const search *s, unsigned first_slot, unsigned last_slot, hs_incident_place *places) {
    uint32_t count = 0;
    int64_t to_s = slot_end(s, first_slot), from_s = slot_end(s, last_slot + 1);
    for (uint32_t c = 0; c < s->incidents->chunk_count; c++) {
        const hs_incident_chunk *chunk = s->incidents->chunk[c];
        if (!may_hold(chunk, from_s, to_s)) continue;
        for (uint32_t i = 0; i < chunk->count; i++) {
            int64_t asked_s = hs_incident_asked_s(chunk, i);
            if (asked_s < from_s || asked_s >= to_s || !passes(s->query, chunk, i, asked_s)) continue;
            places[count++] = (hs_incident_place){asked_s, hs_incident_row(chunk, i), c, i};
        }
    }
    return count;
}

static int newest_first(const void *a, const void *b) {
    const hs_incident_place *x = a, *y = b;
    if (x->asked_s != y->asked_s) return x->asked_s < y->asked_s ? 1 : -1;
    return (x->row < y->row) - (x->row > y->row);
}

hs_status hs_newest(const hs_incidents *incidents, const hs_newest_query *query, hs_arena *arena,
                    hs_error *error, const hs_incident_place **places, uint32_t *count, uint64_t *matched) {
    search *s = hs_arena_array(arena, 1, sizeof *s);
    if (!s) return hs_error_memory(error, "a list of incidents");
    *s = (search){.incidents = incidents, .query = query};
    uint64_t span_s = query->to_s > query->from_s ? (uint64_t)query->to_s - (uint64_t)query->from_s : 0;
    s->slot_s = span_s / SLOTS + 1;
    uint64_t all = span_s > 0 ? count_slots(s) : 0;
    if (matched) *matched = all;
    *places = NULL;
    *count = 0;
    if (query->skip >= all || query->limit == 0) return HS_OK;
    uint64_t end = query->limit < all - query->skip ? query->skip + query->limit : all;
    unsigned first = 0;
    uint64_t before = 0;
    while (before + s->count[first] <= query->skip)
        before += s->count[first++];
    unsigned last = first;
    uint64_t held = s->count[first];
    while (before + held < end)
        held += s->count[++last];
    hs_incident_place *found = hs_arena_alloc(arena, held * sizeof *found);
    if (!found) return hs_error_memory(error, "a list of incidents");
    qsort(found, gather(s, first, last, found), sizeof *found, newest_first);
    *places = found + (query->skip - before);
    *count = (uint32_t)(end - query->skip);
    return HS_OK;
}

int64_t hs_newest_asked_s(const hs_incidents *incidents, int64_t limit_s) {
    int64_t newest_s = HS_NO_TIME;
    for (uint32_t c = 0; c < incidents->chunk_count; c++) {
        const hs_incident_chunk *chunk = incidents->chunk[c];
        if (newest_s < INT64_MAX && !may_hold(chunk, newest_s + 1, INT64_MAX)) continue;
        for (uint32_t i = 0; i < chunk->count; i++) {
            int64_t asked_s = hs_incident_asked_s(chunk, i);
            if (asked_s <= limit_s && asked_s > newest_s) newest_s = asked_s;
        }
    }
    return newest_s;
}

/* An open table of the rows that are looked for: numbers of places, by a hash of the row. */
typedef struct row_table {
    uint32_t *slot; /* place + 1 */
    uint64_t mask;
    uint32_t *next; /* place + 1 of the same row, as it may be asked for twice */
} row_table;

static uint64_t row_slot(const row_table *table, int64_t row) {
    return ((uint64_t)row * UINT64_C(0x9E3779B97F4A7C15) >> 32) & table->mask;
}

/* The slot of a row, or the empty one where it would stand. */
static uint32_t *look_up(const row_table *table, const hs_incident_place *places, int64_t row) {
    uint64_t at = row_slot(table, row);
    while (table->slot[at] && places[table->slot[at] - 1].row != row)
        at = (at + 1) & table->mask;
    return &table->slot[at];
}

static bool make_table(hs_incident_place *places, const int64_t *rows, uint32_t count, hs_arena *arena,
                       row_table *table) {
    uint64_t size = 16;
    while (size < 2 * (uint64_t)count)
        size *= 2;
    table->mask = size - 1;
    table->slot = hs_arena_array(arena, size, sizeof *table->slot);
    table->next = hs_arena_array(arena, (size_t)count + 1, sizeof *table->next);
    if (!table->slot || !table->next) return false;
    for (uint32_t p = 0; p < count; p++) {
        places[p] = (hs_incident_place){HS_NO_TIME, rows[p], HS_NONE, 0};
        uint32_t *slot = look_up(table, places, rows[p]);
        table->next[p] = *slot;
        *slot = p + 1;
    }
    return true;
}

hs_status hs_incidents_find_all(const hs_incidents *incidents, const int64_t *rows, uint32_t count,
                                hs_arena *arena, hs_error *error, hs_incident_place *places) {
    row_table table;
    if (!make_table(places, rows, count, arena, &table)) return hs_error_memory(error, "a list of incidents");
    for (uint32_t c = 0; c < incidents->chunk_count; c++) {
        const hs_incident_chunk *chunk = incidents->chunk[c];
        for (uint32_t i = 0; i < chunk->count; i++) {
            uint32_t place = *look_up(&table, places, hs_incident_row(chunk, i));
            for (; place; place = table.next[place - 1])
                places[place - 1] =
                    (hs_incident_place){hs_incident_asked_s(chunk, i), hs_incident_row(chunk, i), c, i};
        }
    }
    return HS_OK;
}

bool hs_incidents_find_external(const hs_incidents *incidents, hs_str external_id, hs_incident_place *place) {
    bool found = false;
    for (uint32_t c = 0; c < incidents->chunk_count; c++) {
        const hs_incident_chunk *chunk = incidents->chunk[c];
        for (uint32_t i = 0; i < chunk->count; i++) {
            hs_incident_texts texts;
            hs_incident_texts_get(chunk, i, &texts);
            int64_t row = hs_incident_row(chunk, i);
            if (texts.external_id.size != external_id.size || (found && row < place->row) ||
                memcmp(texts.external_id.data, external_id.data, external_id.size) != 0)
                continue;
            *place = (hs_incident_place){hs_incident_asked_s(chunk, i), row, c, i};
            found = true;
        }
    }
    return found;
}
