/* Evaluation: each condition clears bits over its own column; words that are empty already are left out. */
#include "city/filter_columns.h"
#include "city/filter_private.h"
#include "city/incidents_clock.h"
#include "geo/box.h"

#include <stdlib.h>
#include <string.h>

enum { WORD_ROWS = 64, CODES_MOST = 65536 };
/* What is at hand while the rows of a chunk are looked at. */
typedef struct looking {
    const hs_filter *filter;
    const hs_snapshot *snapshot;
    const hs_incident_chunk *chunk;
    hs_words words;
    uint32_t rows; /* of the words */
} looking;

static inline bool has_bit(const uint64_t *bits, uint32_t i) {
    return bits[i / 64] >> (i % 64) & 1;
}

static bool has_batch(const hs_filter *filter, uint32_t batch) {
    uint32_t low = 0, high = filter->batch_count;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (filter->batch[middle] < batch)
            low = middle + 1;
        else
            high = middle;
    }
    return low < filter->batch_count && filter->batch[low] == batch;
}

/* Whether a unit path goes through the filter's unit. */
static bool in_unit(const hs_filter *filter, const hs_snapshot *snapshot, uint32_t path) {
    unsigned level = snapshot->geography->units.level[filter->unit];
    return snapshot->incidents->path[path].unit[level] == filter->unit;
}

static bool has_attributes(const hs_filter *filter, const hs_incident_attributes *a, bool positioned) {
    if (filter->source && !has_bit(filter->source, a->source)) return false;
    if (filter->status && !has_bit(filter->status, a->status)) return false;
    if (filter->batch && !has_batch(filter, a->batch)) return false;
    return !positioned || filter->max_accuracy_m < 0 || a->accuracy_m <= filter->max_accuracy_m;
}

static bool asks_attributes(const hs_filter *filter) {
    return filter->source || filter->status || filter->batch || filter->max_accuracy_m >= 0;
}

static bool time_passes(const hs_filter *filter, int64_t t) {
    return t != HS_NO_TIME && (filter->from_s == HS_NO_TIME || t >= filter->from_s) &&
           (filter->to_s == HS_NO_TIME || t < filter->to_s);
}

static bool asks_period(const hs_filter *filter) {
    return filter->from_s != HS_NO_TIME || filter->to_s != HS_NO_TIME;
}

/* `clock` as in hs_incident_chunk. */
static bool hour_passes(const hs_filter *filter, uint8_t clock) {
    if (clock == HS_NO_CLOCK) return false;
    return (filter->hours == 0 || filter->hours >> (clock % 32) & 1) &&
           (filter->weekdays == 0 || filter->weekdays >> (clock / 32 + 1) & 1);
}

static bool clock_passes(const hs_filter *filter, const hs_timezone *zone, int64_t t) {
    if (t == HS_NO_TIME) return false;
    int64_t from, to, local_s = t + hs_timezone_interval(zone, t, &from, &to);
    hs_civil civil = hs_civil_from_s(local_s);
    return (filter->hours == 0 || filter->hours >> civil.hour & 1) &&
           (filter->weekdays == 0 || filter->weekdays >> hs_civil_weekday(local_s) & 1);
}

bool hs_filter_row(const hs_filter *filter, const hs_snapshot *snapshot, const hs_incident_chunk *chunk,
                   uint32_t i) {
    if (!chunk->positioned && (filter->has_box || filter->unit != HS_NONE)) return false;
    if (filter->category && !has_bit(filter->category, hs_incident_category(chunk, i))) return false;
    if (!has_attributes(filter, hs_incident_attributes_of(chunk, i), chunk->positioned)) return false;
    int64_t t = hs_incident_time(chunk, i, filter->time);
    if (asks_period(filter) && !time_passes(filter, t)) return false;
    if (filter->has_box && !hs_bbox_contains(&filter->box, hs_incident_position(chunk, i))) return false;
    if (filter->unit != HS_NONE && !in_unit(filter, snapshot, hs_incident_path(chunk, i))) return false;
    return (!filter->hours && !filter->weekdays) || clock_passes(filter, snapshot->timezone, t);
}

static void clear_all(const looking *at) {
    memset(at->words.bits + at->words.first, 0, (at->words.end - at->words.first) * sizeof(uint64_t));
}

/* Clears the bits of rows for which `condition` (over row i) does not hold, one by one. */
#define KEEP_ROWS(condition)                                                                                 \
    for (uint32_t word = at->words.first; word < at->words.end; word++)                                      \
        for (uint64_t left = at->words.bits[word]; left; left &= left - 1) {                                 \
            uint32_t i = word * WORD_ROWS + (uint32_t)__builtin_ctzll(left);                                 \
            if (!(condition)) at->words.bits[word] &= ~(left & -left);                                       \
        }

/* The codes of a set as one stretch, which is what one code and a group of neighbours are. */
static bool one_stretch(const uint64_t *set, uint32_t count, uint32_t *least, uint32_t *most) {
    uint32_t found = 0;
    for (uint32_t word = 0; word * 64 < count; word++) {
        if (set[word] == 0) continue;
        if (found == 0) *least = word * 64 + (uint32_t)__builtin_ctzll(set[word]);
        *most = word * 64 + 63 - (uint32_t)__builtin_clzll(set[word]);
        found += (uint32_t)__builtin_popcountll(set[word]);
    }
    return found > 0 && *most - *least + 1 == found;
}

static void keep_categories(const looking *at) {
    const uint64_t *set = at->filter->category;
    uint32_t count = at->snapshot->incidents->category_count, least = 0, most = 0;
    if (one_stretch(set, count, &least, &most)) {
        hs_keep_range_u16(at->words, at->chunk->category, (uint16_t)least, (uint16_t)(most - least));
        return;
    }
    if (at->rows < count) {
        KEEP_ROWS(has_bit(set, at->chunk->category[i]))
        return;
    }
    uint8_t table[CODES_MOST];
    for (uint32_t code = 0; code < count; code++)
        table[code] = has_bit(set, code) ? 255 : 0;
    hs_keep_table_u16(at->words, at->chunk->category, table);
}

/* Bits by a chunk's table of `count` entries, of which `passing` pass. */
static void keep_numbers(const looking *at, const uint16_t *number, const uint8_t *table, uint32_t count,
                         uint32_t passing) {
    if (passing == 0)
        clear_all(at);
    else if (passing < count)
        hs_keep_table_u16(at->words, number, table);
}

static void keep_attributes(const looking *at) {
    const hs_incident_chunk *chunk = at->chunk;
    if (at->rows < chunk->attributes_count) {
        KEEP_ROWS(has_attributes(at->filter, hs_incident_attributes_of(chunk, i), chunk->positioned))
        return;
    }
    uint8_t table[CODES_MOST];
    uint32_t passing = 0;
    for (uint32_t n = 0; n < chunk->attributes_count; n++) {
        bool passes = has_attributes(at->filter, &chunk->attributes[n], chunk->positioned);
        table[n] = passes ? 255 : 0;
        passing += passes;
    }
    keep_numbers(at, chunk->attributes_number, table, chunk->attributes_count, passing);
}

static void keep_unit(const looking *at) {
    const hs_incident_chunk *chunk = at->chunk;
    if (at->rows < chunk->path_count) {
        KEEP_ROWS(in_unit(at->filter, at->snapshot, hs_incident_path(chunk, i)))
        return;
    }
    uint8_t table[CODES_MOST];
    uint32_t passing = 0;
    for (uint32_t n = 0; n < chunk->path_count; n++) {
        bool passes = in_unit(at->filter, at->snapshot, chunk->path[n]);
        table[n] = passes ? 255 : 0;
        passing += passes;
    }
    keep_numbers(at, chunk->path_number, table, chunk->path_count, passing);
}

/* [from, to) as offsets after a column's earliest time, both ends included; nothing where it lies outside. */
static hs_range_u32 offsets_of(const hs_filter *filter, const hs_time_column *column) {
    const hs_range_u32 nothing = {1, 0};
    uint64_t least = 0, most = HS_NO_OFFSET - 1;
    if (filter->from_s != HS_NO_TIME && filter->from_s > column->min_s)
        least = (uint64_t)filter->from_s - (uint64_t)column->min_s;
    if (filter->to_s != HS_NO_TIME) {
        if (filter->to_s <= column->min_s) return nothing;
        uint64_t last = (uint64_t)filter->to_s - (uint64_t)column->min_s - 1;
        if (last < most) most = last;
    }
    if (least > most) return nothing;
    return (hs_range_u32){(uint32_t)least, (uint32_t)most};
}

static void keep_one_time(const looking *at, const hs_time_column *column) {
    if (column->wide_s) {
        KEEP_ROWS(time_passes(at->filter, column->wide_s[i]))
        return;
    }
    hs_range_u32 range = offsets_of(at->filter, column);
    if (range.least > range.most)
        clear_all(at);
    else
        hs_keep_range_u32(at->words, column->offset_s, range.least, range.most - range.least);
}

static void keep_period(const looking *at) {
    const hs_filter *filter = at->filter;
    const hs_time_column *time = at->chunk->time, *extent = &time[filter->time];
    if (extent->min_s == HS_NO_TIME || (filter->from_s != HS_NO_TIME && extent->max_s < filter->from_s) ||
        (filter->to_s != HS_NO_TIME && extent->min_s >= filter->to_s)) {
        clear_all(at);
        return;
    }
    if (extent->complete && (filter->from_s == HS_NO_TIME || extent->min_s >= filter->from_s) &&
        (filter->to_s == HS_NO_TIME || extent->max_s < filter->to_s))
        return;
    const hs_time_column *occurred = &time[HS_TIME_OCCURRED], *reported = &time[HS_TIME_REPORTED];
    if (filter->time != HS_TIME_DEFAULT)
        keep_one_time(at, extent);
    else if (occurred->complete || reported->min_s == HS_NO_TIME)
        keep_one_time(at, occurred);
    else if (occurred->min_s == HS_NO_TIME)
        keep_one_time(at, reported);
    else if (occurred->offset_s && reported->offset_s)
        hs_keep_either_u32(at->words, occurred->offset_s, offsets_of(filter, occurred), reported->offset_s,
                           offsets_of(filter, reported));
    else
        KEEP_ROWS(time_passes(filter, hs_incident_time(at->chunk, i, HS_TIME_DEFAULT)))
}

/* The filter's box on the square. Positions that a chunk keeps on the square and their cells correspond one
 * to one and in the same order, so a cell lies in the box of cells exactly where its position lies in the
 * box; what is beyond the square becomes its first or last row, where none of them lies. */
static bool box_on_square(const hs_box *box, hs_mercator_box *square) {
    hs_mercator a = hs_mercator_from_position((hs_position){box->min_lon_e7, box->max_lat_e7});
    hs_mercator b = hs_mercator_from_position((hs_position){box->max_lon_e7, box->min_lat_e7});
    *square = (hs_mercator_box){a.x, a.y, b.x, b.y};
    return box->min_lon_e7 <= box->max_lon_e7 && box->min_lat_e7 <= box->max_lat_e7;
}

static bool boxes_meet(const hs_mercator_box *a, const hs_mercator_box *b) {
    return (a->min_x <= b->max_x) & (a->max_x >= b->min_x) & (a->min_y <= b->max_y) & (a->max_y >= b->min_y);
}

static bool box_holds(const hs_mercator_box *box, const hs_mercator_box *inner) {
    return (inner->min_x >= box->min_x) & (inner->max_x <= box->max_x) & (inner->min_y >= box->min_y) &
           (inner->max_y <= box->max_y);
}

static void keep_box(const looking *at) {
    enum { BLOCK_WORDS = HS_BLOCK_ROWS / WORD_ROWS };
    const hs_incident_chunk *chunk = at->chunk;
    const hs_box *box = &at->filter->box;
    hs_mercator_box square;
    if (chunk->wide_position) {
        KEEP_ROWS(hs_bbox_contains(box, chunk->wide_position[i]))
        return;
    }
    if (box->min_lon_e7 > box->max_lon_e7) {
        KEEP_ROWS(hs_bbox_contains(box, hs_incident_position(chunk, i)))
        return;
    }
    if (!box_on_square(box, &square) || !boxes_meet(&square, &chunk->box)) {
        clear_all(at);
        return;
    }
    if (box_holds(&square, &chunk->box)) return;
    looking part = *at;
    for (uint32_t word = at->words.first; word < at->words.end; word = part.words.end) {
        uint32_t block = word / BLOCK_WORDS, end = (block + 1) * BLOCK_WORDS;
        part.words.first = word;
        part.words.end = end < at->words.end ? end : at->words.end;
        if (!boxes_meet(&square, &chunk->block_box[block]))
            clear_all(&part);
        else if (!box_holds(&square, &chunk->block_box[block]))
            hs_keep_box(part.words, chunk->mercator, &square);
    }
}

/* Whether the column of hours holds those of the filter's time, in this snapshot's zone. */
static bool has_clock(const looking *at) {
    const hs_incident_chunk *chunk = at->chunk;
    if (!chunk->clock || chunk->clock_zone != hs_week_clock_zone(at->snapshot->timezone)) return false;
    switch (at->filter->time) {
    case HS_TIME_DEFAULT:
        return true;
    case HS_TIME_OCCURRED:
        return chunk->time[HS_TIME_OCCURRED].complete || chunk->time[HS_TIME_REPORTED].min_s == HS_NO_TIME;
    case HS_TIME_REPORTED:
        return chunk->time[HS_TIME_OCCURRED].min_s == HS_NO_TIME;
    default:
        return false;
    }
}

/* The numbers whose bits are set, times `unit`, as ranges. */
static uint32_t ranges_of(uint32_t bits, uint8_t unit, hs_range_u8 ranges[16]) {
    uint32_t count = 0;
    for (unsigned n = 0; n < 31; n++) {
        if (!(bits >> n & 1)) continue;
        bool begins = n == 0 || !(bits >> (n - 1) & 1);
        if (begins) ranges[count++].least = (uint8_t)(n * unit);
        ranges[count - 1].most = (uint8_t)(n * unit);
    }
    return count;
}

static void keep_clock(const looking *at) {
    enum { DAYS = 7 << 5, HOURS = 31 };
    const hs_filter *filter = at->filter;
    const uint8_t *clock = at->chunk->clock;
    hs_range_u8 ranges[16];
    if (has_clock(at)) {
        /* Without a time both fields are beyond every range. */
        uint32_t count = ranges_of(filter->hours, 1, ranges);
        if (filter->hours) hs_keep_ranges_u8(at->words, clock, HOURS, ranges, count);
        count = ranges_of(filter->weekdays >> 1, 32, ranges);
        if (filter->weekdays) hs_keep_ranges_u8(at->words, clock, DAYS, ranges, count);
        return;
    }
    hs_week_clock week;
    hs_week_clock_init(&week, at->snapshot->timezone);
    KEEP_ROWS(hour_passes(filter, hs_week_clock_of(&week, hs_incident_time(at->chunk, i, filter->time))))
}

static void set_all(const looking *at) {
    memset(at->words.bits + at->words.first, 0xff, (at->words.end - at->words.first) * sizeof(uint64_t));
    uint32_t odd = at->chunk->count % WORD_ROWS;
    if (odd > 0 && at->words.end > at->chunk->count / WORD_ROWS)
        at->words.bits[at->words.end - 1] = (UINT64_C(1) << odd) - 1;
}

/* What is cheap, or leaves few rows, first. */
static void keep_all(const looking *at) {
    const hs_filter *filter = at->filter;
    if (filter->has_box) keep_box(at);
    if (asks_period(filter)) keep_period(at);
    if (filter->category) keep_categories(at);
    if (asks_attributes(filter)) keep_attributes(at);
    if (filter->unit != HS_NONE) keep_unit(at);
    if (filter->hours || filter->weekdays) keep_clock(at);
}

uint32_t hs_filter_rows(const hs_filter *filter, const hs_snapshot *snapshot, const hs_incident_chunk *chunk,
                        uint32_t first_row, uint32_t end_row, uint64_t *bits) {
    looking at = {.filter = filter,
                  .snapshot = snapshot,
                  .chunk = chunk,
                  .words = {bits, first_row / WORD_ROWS, (end_row + WORD_ROWS - 1) / WORD_ROWS},
                  .rows = end_row - first_row};
    if (!chunk->positioned && (filter->has_box || filter->unit != HS_NONE)) {
        clear_all(&at);
        return 0;
    }
    set_all(&at);
    keep_all(&at);
    return hs_words_count(at.words);
}

uint32_t hs_filter_chunk(const hs_filter *filter, const hs_snapshot *snapshot, const hs_incident_chunk *chunk,
                         uint64_t *bits) {
    return hs_filter_rows(filter, snapshot, chunk, 0, chunk->count, bits);
}
