/* Finding duplicates: of all rows by a hash table of cases in cells of place and time; of few further rows by
 * the boxes of the chunks. */
#include "city/duplicates_private.h"

#include "base/hash.h"
#include "geo/plane.h"
#include <math.h>
#include <stdlib.h>

#define NO_CASE UINT32_MAX

/* A cell as wide as the rule's distance and as long as its time. */
typedef struct cell {
    uint32_t category;
    int32_t column, row;
    int64_t period;
} cell;

typedef struct slot {
    cell key;
    uint32_t first; /* case; NO_CASE: the slot is free */
} slot;

typedef struct table {
    slot *slots;
    size_t mask, used;
    uint32_t *next; /* of each candidate that is a case, the one before it in its cell */
} table;

static int64_t floor_div(int64_t a, int64_t b) {
    return a / b - (a % b < 0);
}

/* Rows of cells run along latitudes; within one all columns have the width that is the distance at the row's
 * end nearer to the equator, where a degree of longitude is longest. */
static int32_t cell_height_e7(const hs_duplicate_rule *rule) {
    double metres_x, metres_y;
    hs_ground_scale_m(0, &metres_x, &metres_y); /* a degree of latitude is shortest at the equator */
    double height = ceil(rule->distance_m / metres_y);
    return height < 1 ? 1 : height > 1800000000.0 ? 1800000000 : (int32_t)height;
}

static double column_width_e7(const hs_duplicate_rule *rule, int32_t row, int32_t height_e7) {
    int64_t south = (int64_t)row * height_e7, north = south + height_e7;
    int64_t far = llabs(south) > llabs(north) ? llabs(south) : llabs(north);
    double metres_x, metres_y;
    if (far > 899000000) far = 899000000;
    hs_ground_scale_m((int32_t)far, &metres_x, &metres_y);
    return rule->distance_m / metres_x;
}

static uint64_t hash_cell(const cell *key) {
    const uint64_t words[2] = {(uint64_t)key->category << 32 | (uint32_t)key->column,
                               (uint64_t)(uint32_t)key->row << 32 ^ (uint64_t)key->period};
    return hs_hash(words, sizeof words, 0);
}

static bool same_cell(const cell *a, const cell *b) {
    return a->category == b->category && a->column == b->column && a->row == b->row && a->period == b->period;
}

static slot *probe(const table *t, const cell *key) {
    size_t at = hash_cell(key) & t->mask;
    while (t->slots[at].first != NO_CASE && !same_cell(&t->slots[at].key, key))
        at = (at + 1) & t->mask;
    return &t->slots[at];
}

static bool allocate_slots(table *t, size_t capacity) {
    t->slots = malloc(capacity * sizeof *t->slots);
    if (!t->slots) return false;
    for (size_t i = 0; i < capacity; i++)
        t->slots[i].first = NO_CASE;
    t->mask = capacity - 1;
    return true;
}

static bool grow(table *t) {
    table larger = *t;
    if (!allocate_slots(&larger, 2 * (t->mask + 1))) return false;
    for (size_t i = 0; i <= t->mask; i++)
        if (t->slots[i].first != NO_CASE) *probe(&larger, &t->slots[i].key) = t->slots[i];
    free(t->slots);
    *t = larger;
    return true;
}

/* What a scan over the rows in their order has at hand. */
typedef struct scan {
    const hs_duplicate_rule *rules;
    hs_duplicate_candidate *candidate;
    uint32_t count;
    table cases;
} scan;

typedef struct nearest {
    uint32_t at;
    double distance_m;
} nearest;

static void look_into(const scan *s, const hs_duplicate_candidate *later, const cell *key, nearest *best) {
    for (uint32_t at = probe(&s->cases, key)->first; at != NO_CASE; at = s->cases.next[at]) {
        const hs_duplicate_candidate *before = &s->candidate[at];
        double distance_m = hs_duplicate_distance_m(later, before, &s->rules[later->category]);
        if (distance_m > best->distance_m || distance_m == HUGE_VAL) continue;
        if (distance_m == best->distance_m && best->at != NO_CASE && best->at < at) continue;
        *best = (nearest){at, distance_m};
    }
}

static nearest find_case(const scan *s, const hs_duplicate_candidate *later) {
    const hs_duplicate_rule *rule = &s->rules[later->category];
    int32_t height_e7 = cell_height_e7(rule);
    int32_t row = (int32_t)floor_div(later->position.lat_e7, height_e7);
    int64_t period = floor_div(later->time_s, rule->window_s);
    nearest best = {NO_CASE, HUGE_VAL};
    for (int32_t r = row - 1; r <= row + 1; r++) {
        double width_e7 = column_width_e7(rule, r, height_e7);
        int32_t column = (int32_t)floor(later->position.lon_e7 / width_e7);
        for (int32_t c = column - 1; c <= column + 1; c++)
            for (int64_t p = period - 1; p <= period + 1; p++)
                look_into(s, later, &(cell){later->category, c, r, p}, &best);
    }
    return best;
}

static bool add_case(scan *s, uint32_t at) {
    const hs_duplicate_candidate *made = &s->candidate[at];
    const hs_duplicate_rule *rule = &s->rules[made->category];
    int32_t height_e7 = cell_height_e7(rule);
    int32_t row = (int32_t)floor_div(made->position.lat_e7, height_e7);
    cell key = {made->category, (int32_t)floor(made->position.lon_e7 / column_width_e7(rule, row, height_e7)),
                row, floor_div(made->time_s, rule->window_s)};
    if (s->cases.used * 3 > s->cases.mask * 2 && !grow(&s->cases)) return false;
    slot *found = probe(&s->cases, &key);
    s->cases.used += found->first == NO_CASE;
    s->cases.next[at] = found->first;
    *found = (slot){key, at};
    return true;
}

static int by_row(const void *left, const void *right) {
    int64_t a = ((const hs_duplicate_candidate *)left)->row, b = ((const hs_duplicate_candidate *)right)->row;
    return (a > b) - (a < b);
}

/* The rows above `above` that take part, in their order; *last is the largest row of all. */
static bool collect(const hs_incidents *incidents, const hs_duplicate_rule *rules, int64_t above, scan *s,
                    int64_t *last) {
    size_t capacity = 0;
    *s = (scan){.rules = rules};
    for (uint32_t c = 0; c < incidents->chunk_count; c++) {
        const hs_incident_chunk *chunk = incidents->chunk[c];
        for (uint32_t i = 0; i < chunk->count; i++) {
            int64_t row = hs_incident_row(chunk, i);
            hs_duplicate_candidate found;
            if (row <= above) continue;
            if (row > *last) *last = row;
            if (!chunk->positioned || !hs_duplicate_candidate_at(chunk, i, rules, &found)) continue;
            if (s->count == capacity) {
                capacity = capacity ? 2 * capacity : 1024;
                hs_duplicate_candidate *larger = realloc(s->candidate, capacity * sizeof *larger);
                if (!larger) return false;
                s->candidate = larger;
            }
            s->candidate[s->count++] = found;
        }
    }
    if (s->count) qsort(s->candidate, s->count, sizeof *s->candidate, by_row);
    return true;
}

static void scan_done(scan *s) {
    free(s->candidate);
    free(s->cases.slots);
    free(s->cases.next);
}

static bool run_scan(scan *s, hs_duplicates *made) {
    s->cases.next = malloc(((size_t)s->count + 1) * sizeof *s->cases.next);
    if (!s->cases.next || !allocate_slots(&s->cases, 1024)) return false;
    for (uint32_t at = 0; at < s->count; at++) {
        nearest best = find_case(s, &s->candidate[at]);
        bool noted = best.at == NO_CASE
                         ? add_case(s, at)
                         : hs_duplicates_add(made, s->candidate[at].row, s->candidate[best.at].row);
        if (!noted) return false;
    }
    return true;
}

hs_status hs_duplicates_build(const hs_incidents *incidents, const hs_duplicate_rule *rules, hs_error *error,
                              hs_duplicates **duplicates) {
    scan s = {0};
    hs_duplicates *made = hs_duplicates_new(NULL);
    bool good = made && collect(incidents, rules, INT64_MIN, &s, &made->last_row) && run_scan(&s, made);
    scan_done(&s);
    if (good) {
        *duplicates = made;
        return HS_OK;
    }
    hs_duplicates_unref(made);
    return hs_error_memory(error, "suggested duplicates");
}

/* The box on the square around a position that holds every place within a distance. */
static hs_mercator_box box_around(hs_position position, double distance_m) {
    hs_mercator at = hs_mercator_from_position(position);
    double metres_x, metres_y;
    hs_mercator_ground_m((double)at.y, &metres_x, &metres_y);
    /* A tenth more: the scale changes over the distance. */
    double reach = distance_m / (metres_x < metres_y ? metres_x : metres_y) * 1.1 + 1;
    double low_x = at.x - reach, high_x = at.x + reach, low_y = at.y - reach, high_y = at.y + reach;
    return (hs_mercator_box){low_x < 0 ? 0 : (uint32_t)low_x, low_y < 0 ? 0 : (uint32_t)low_y,
                             high_x > UINT32_MAX ? UINT32_MAX : (uint32_t)high_x,
                             high_y > UINT32_MAX ? UINT32_MAX : (uint32_t)high_y};
}

static bool boxes_meet(const hs_mercator_box *a, const hs_mercator_box *b) {
    return a->min_x <= b->max_x && b->min_x <= a->max_x && a->min_y <= b->max_y && b->min_y <= a->max_y;
}

typedef struct search {
    const hs_duplicates *known;
    const hs_duplicate_rule *rules;
    const hs_duplicate_candidate *later;
    int64_t best_row;
    double best_m;
} search;

static void search_block(search *s, const hs_incident_chunk *chunk, uint32_t first) {
    uint32_t end = first + HS_BLOCK_ROWS < chunk->count ? first + HS_BLOCK_ROWS : chunk->count;
    for (uint32_t i = first; i < end; i++) {
        hs_duplicate_candidate before;
        if (hs_incident_category(chunk, i) != s->later->category ||
            hs_incident_row(chunk, i) >= s->later->row ||
            !hs_duplicate_candidate_at(chunk, i, s->rules, &before))
            continue;
        double distance_m = hs_duplicate_distance_m(s->later, &before, &s->rules[before.category]);
        if (distance_m > s->best_m || distance_m == HUGE_VAL) continue;
        if (distance_m == s->best_m && s->best_row < before.row) continue;
        if (hs_duplicates_find(s->known, before.row, NULL)) continue;
        s->best_m = distance_m;
        s->best_row = before.row;
    }
}

static bool search_case(const hs_incidents *incidents, search *s) {
    hs_mercator_box box = box_around(s->later->position, s->rules[s->later->category].distance_m);
    for (uint32_t c = 0; c < incidents->chunk_count; c++) {
        const hs_incident_chunk *chunk = incidents->chunk[c];
        if (!chunk->positioned || !boxes_meet(&chunk->box, &box)) continue;
        for (uint32_t first = 0; first < chunk->count; first += HS_BLOCK_ROWS)
            if (boxes_meet(&chunk->block_box[first / HS_BLOCK_ROWS], &box)) search_block(s, chunk, first);
    }
    return s->best_m < HUGE_VAL;
}

hs_status hs_duplicates_extend(const hs_duplicates *base, const hs_incidents *incidents,
                               const hs_duplicate_rule *rules, hs_error *error, hs_duplicates **duplicates) {
    scan added = {0};
    hs_duplicates *made = hs_duplicates_new(base);
    int64_t last_row = base->last_row;
    bool good = made && collect(incidents, rules, base->last_row, &added, &last_row);
    for (uint32_t i = 0; i < added.count && good; i++) {
        search s = {.known = made, .rules = rules, .later = &added.candidate[i], .best_m = HUGE_VAL};
        if (search_case(incidents, &s)) good = hs_duplicates_add(made, added.candidate[i].row, s.best_row);
    }
    scan_done(&added);
    if (good) {
        made->last_row = last_row;
        *duplicates = made;
        return HS_OK;
    }
    hs_duplicates_unref(made);
    return hs_error_memory(error, "suggested duplicates");
}
