/* Evaluation: each condition clears bits over its own column; words that are empty already are left out. */
#include "city/filter.h"

#include "geo/box.h"
#include <string.h>

enum { ZONE_SLOTS = 256, ZONE_SLOT_BITS = 20 };

/* Offsets of the time zone over the stretches of time that a chunk's rows fall in (12 days a slot), since
 * rows along the curve jump in time. */
typedef struct zone_cache {
    const hs_timezone *zone;
    struct {
        int64_t from_s, to_s;
        int32_t offset_s;
    } slot[ZONE_SLOTS];
} zone_cache;

static void zone_cache_init(zone_cache *cache, const hs_timezone *zone) {
    cache->zone = zone;
    memset(cache->slot, 0, sizeof cache->slot); /* [0, 0) holds no time */
}

static inline int64_t local_time(zone_cache *cache, int64_t utc_s) {
    unsigned slot = (unsigned)((uint64_t)utc_s >> ZONE_SLOT_BITS) % ZONE_SLOTS;
    if (utc_s < cache->slot[slot].from_s || utc_s >= cache->slot[slot].to_s)
        cache->slot[slot].offset_s =
            hs_timezone_interval(cache->zone, utc_s, &cache->slot[slot].from_s, &cache->slot[slot].to_s);
    return utc_s + cache->slot[slot].offset_s;
}

static inline bool clock_passes(const hs_filter *filter, zone_cache *cache, int64_t utc_s) {
    if (utc_s == HS_NO_TIME) return false;
    int64_t local_s = local_time(cache, utc_s);
    int64_t day = local_s / 86400;
    if (local_s % 86400 < 0) day--;
    unsigned hour = (unsigned)((local_s - day * 86400) / 3600);
    unsigned weekday = (unsigned)(((day + 3) % 7 + 7) % 7) + 1; /* 1970-01-01 was a Thursday */
    return (filter->hours == 0 || filter->hours >> hour & 1) &&
           (filter->weekdays == 0 || filter->weekdays >> weekday & 1);
}

static inline bool time_passes(const hs_filter *filter, int64_t t) {
    return t != HS_NO_TIME && (filter->from_s == HS_NO_TIME || t >= filter->from_s) &&
           (filter->to_s == HS_NO_TIME || t < filter->to_s);
}

static inline bool has_bit(const uint64_t *bits, uint32_t i) {
    return bits[i / 64] >> (i % 64) & 1;
}

static inline bool has_batch(const hs_filter *filter, uint32_t batch) {
    if (filter->batch_count <= 8) {
        bool found = false;
        for (uint32_t i = 0; i < filter->batch_count; i++)
            found |= filter->batch[i] == batch;
        return found;
    }
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
static inline bool in_unit(const hs_filter *filter, const hs_snapshot *snapshot, uint32_t path) {
    unsigned level = snapshot->geography->units.level[filter->unit];
    return snapshot->incidents->path[path].unit[level] == filter->unit;
}

bool hs_filter_row(const hs_filter *filter, const hs_snapshot *snapshot, const hs_incident_chunk *chunk,
                   uint32_t i) {
    int64_t t = hs_incident_time(chunk, i, filter->time);
    if (!chunk->positioned && (filter->has_box || filter->unit != HS_NONE)) return false;
    if (filter->category && !has_bit(filter->category, chunk->category[i])) return false;
    if (filter->source && !has_bit(filter->source, chunk->source[i])) return false;
    if (filter->status && !has_bit(filter->status, chunk->status[i])) return false;
    if (filter->batch && !has_batch(filter, chunk->batch[i])) return false;
    if (filter->max_accuracy_m >= 0 && chunk->positioned && chunk->accuracy_m[i] > filter->max_accuracy_m)
        return false;
    if ((filter->from_s != HS_NO_TIME || filter->to_s != HS_NO_TIME) && !time_passes(filter, t)) return false;
    if (filter->has_box && !hs_box_contains(&filter->box, chunk->position[i])) return false;
    if (filter->unit != HS_NONE && !in_unit(filter, snapshot, chunk->path[i])) return false;
    if (filter->hours || filter->weekdays) {
        int64_t from, to;
        if (t == HS_NO_TIME) return false;
        int64_t local_s = t + hs_timezone_interval(snapshot->timezone, t, &from, &to);
        hs_civil civil = hs_civil_from_s(local_s);
        if (filter->hours && !(filter->hours >> civil.hour & 1)) return false;
        if (filter->weekdays && !(filter->weekdays >> hs_civil_weekday(local_s) & 1)) return false;
    }
    return true;
}

/* Clears the bits of rows for which `condition` (over row i) does not hold. */
#define KEEP_WHERE(condition)                                                                                \
    for (uint32_t begin = 0; begin < chunk->count; begin += 64) {                                            \
        uint64_t before = bits[begin / 64], passed = 0;                                                      \
        if (before == 0) continue;                                                                           \
        uint32_t end = chunk->count - begin < 64 ? chunk->count : begin + 64;                                \
        for (uint32_t i = begin; i < end; i++)                                                               \
            passed |= (uint64_t)(condition) << (i - begin);                                                  \
        bits[begin / 64] = before & passed;                                                                  \
    }

static void keep_codes(const uint64_t *set, const uint16_t *code, const hs_incident_chunk *chunk,
                       uint64_t *bits) {
    KEEP_WHERE(set[code[i] / 64] >> (code[i] % 64) & 1)
}

static void keep_period(const hs_filter *filter, const hs_incident_chunk *chunk, uint64_t *bits) {
    int64_t from = filter->from_s == HS_NO_TIME ? HS_NO_TIME + 1 : filter->from_s;
    int64_t to = filter->to_s == HS_NO_TIME ? INT64_MAX : filter->to_s;
    if (filter->time != HS_TIME_DEFAULT) {
        const int64_t *column = filter->time == HS_TIME_OCCURRED   ? chunk->occurred_s
                                : filter->time == HS_TIME_REPORTED ? chunk->reported_s
                                                                   : chunk->closed_s;
        KEEP_WHERE((column[i] >= from) & (column[i] < to))
        return;
    }
    const int64_t *occurred = chunk->occurred_s, *reported = chunk->reported_s;
    for (uint32_t begin = 0; begin < chunk->count; begin += 64) {
        uint64_t before = bits[begin / 64], passed = 0;
        if (before == 0) continue;
        uint32_t end = chunk->count - begin < 64 ? chunk->count : begin + 64;
        for (uint32_t i = begin; i < end; i++) {
            /* Without a branch: which of the two a row has is as good as random. */
            int64_t missing = -(int64_t)(occurred[i] == HS_NO_TIME);
            int64_t t = (reported[i] & missing) | (occurred[i] & ~missing);
            passed |= (uint64_t)((t >= from) & (t < to)) << (i - begin);
        }
        bits[begin / 64] = before & passed;
    }
}

/* Boxes of blocks on the Mercator square say first which blocks need a look: one unit of the square is finer
 * than 1e-7 degree, so a margin of a few units covers the rounding. */
static void keep_box(const hs_filter *filter, const hs_incident_chunk *chunk, uint64_t *bits) {
    enum { MARGIN = 4, WORDS_A_BLOCK = HS_BLOCK_ROWS / 64 };
    hs_mercator a = hs_mercator_from_position((hs_position){filter->box.min_lon_e7, filter->box.max_lat_e7});
    hs_mercator b = hs_mercator_from_position((hs_position){filter->box.max_lon_e7, filter->box.min_lat_e7});
    uint64_t words = ((uint64_t)chunk->count + 63) / 64;
    for (uint32_t block = 0; block * HS_BLOCK_ROWS < chunk->count; block++) {
        const hs_mercator_box *box = &chunk->block_box[block];
        if ((uint64_t)box->max_x + MARGIN >= a.x && (uint64_t)b.x + MARGIN >= box->min_x &&
            (uint64_t)box->max_y + MARGIN >= a.y && (uint64_t)b.y + MARGIN >= box->min_y)
            continue;
        for (uint64_t w = (uint64_t)block * WORDS_A_BLOCK;
             w < words && w < (uint64_t)(block + 1) * WORDS_A_BLOCK; w++)
            bits[w] = 0;
    }
    const hs_box *box = &filter->box;
    const hs_position *position = chunk->position;
    KEEP_WHERE(hs_box_contains(box, position[i]))
}

static void keep_unit(const hs_filter *filter, const hs_snapshot *snapshot, const hs_incident_chunk *chunk,
                      uint64_t *bits) {
    const hs_unit_path *paths = snapshot->incidents->path;
    unsigned level = snapshot->geography->units.level[filter->unit];
    uint32_t unit = filter->unit;
    const uint32_t *path = chunk->path;
    KEEP_WHERE(paths[path[i]].unit[level] == unit)
}

static void keep_accuracy(const hs_filter *filter, const hs_incident_chunk *chunk, uint64_t *bits) {
    uint16_t most = (uint16_t)(filter->max_accuracy_m < 65535 ? filter->max_accuracy_m : 65535);
    const uint16_t *accuracy = chunk->accuracy_m;
    KEEP_WHERE(accuracy[i] <= most)
}

static void keep_batches(const hs_filter *filter, const hs_incident_chunk *chunk, uint64_t *bits) {
    KEEP_WHERE(has_batch(filter, chunk->batch[i]))
}

/* The dearest condition looks only at rows that are left. */
static void keep_clock(const hs_filter *filter, const hs_snapshot *snapshot, const hs_incident_chunk *chunk,
                       uint64_t *bits) {
    zone_cache cache;
    zone_cache_init(&cache, snapshot->timezone);
    for (uint32_t word = 0; word * 64 < chunk->count; word++) {
        for (uint64_t left = bits[word]; left; left &= left - 1) {
            unsigned bit = (unsigned)__builtin_ctzll(left);
            int64_t t = hs_incident_time(chunk, word * 64 + bit, filter->time);
            if (!clock_passes(filter, &cache, t)) bits[word] &= ~(UINT64_C(1) << bit);
        }
    }
}

static void set_all(const hs_incident_chunk *chunk, uint64_t *bits) {
    size_t words = ((size_t)chunk->count + 63) / 64;
    memset(bits, 0xff, words * sizeof *bits);
    if (chunk->count % 64) bits[words - 1] = (UINT64_C(1) << (chunk->count % 64)) - 1;
}

uint32_t hs_filter_chunk(const hs_filter *filter, const hs_snapshot *snapshot, const hs_incident_chunk *chunk,
                         uint64_t *bits) {
    size_t words = ((size_t)chunk->count + 63) / 64;
    if (!chunk->positioned && (filter->has_box || filter->unit != HS_NONE)) {
        memset(bits, 0, words * sizeof *bits);
        return 0;
    }
    set_all(chunk, bits);
    if (filter->has_box) keep_box(filter, chunk, bits);
    if (filter->category) keep_codes(filter->category, chunk->category, chunk, bits);
    if (filter->source) keep_codes(filter->source, chunk->source, chunk, bits);
    if (filter->status) keep_codes(filter->status, chunk->status, chunk, bits);
    if (filter->max_accuracy_m >= 0 && chunk->positioned) keep_accuracy(filter, chunk, bits);
    if (filter->unit != HS_NONE) keep_unit(filter, snapshot, chunk, bits);
    if (filter->from_s != HS_NO_TIME || filter->to_s != HS_NO_TIME) keep_period(filter, chunk, bits);
    if (filter->batch) keep_batches(filter, chunk, bits);
    if (filter->hours || filter->weekdays) keep_clock(filter, snapshot, chunk, bits);
    uint32_t passed = 0;
    for (size_t w = 0; w < words; w++)
        passed += (uint32_t)__builtin_popcountll(bits[w]);
    return passed;
}
