#include "service/hit_rate.h"

#include "base/hash.h"
#include "base/text.h"
#include "service/review_private.h"
#include "statistics/hypergeometric.h"
#include <hotspot/multiple_testing.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MOST_MONTHS = 12000 };

const uint16_t hs_accuracy_limits[HS_ACCURACY_CLASSES] = {0, 10, 25, 50, 100, 250, UINT16_MAX};

typedef enum hit_class { GIVEN, GEOCODED, UNIT_ONLY, UNMATCHED, CLASSES } hit_class;

typedef uint64_t class_counts[CLASSES];

/* What is counted together, and per thread of it. */
typedef struct tallies {
    class_counts *month, *source, *unit;
    uint64_t match_type[HS_MATCH_COUNT], accuracy[HS_ACCURACY_CLASSES], reviewed, usable;
    bool failed;
} tallies;

typedef struct counting {
    const hs_snapshot *snapshot;
    const hs_selection *selection;
    uint32_t wanted_unit; /* HS_NONE: all */
    hs_level level;
    const int64_t *month_start;      /* [month_count + 1] in UTC */
    uint32_t month_count;            /* further counts at its end: no time */
    uint32_t first_unit, unit_count; /* further counts at its end: in no unit of the level, and unknown */
    pthread_mutex_t lock;
    tallies sum;
} counting;

/* Months. */

static int64_t month_begin(const hs_timezone *zone, int year, int month) {
    struct tm day = {.tm_year = year - 1900, .tm_mon = month, .tm_mday = 1};
    return hs_timezone_to_utc(zone, timegm(&day));
}

static void month_of(const hs_timezone *zone, int64_t utc_s, int *year, int *month) {
    time_t local = (time_t)(utc_s + hs_timezone_offset(zone, utc_s));
    struct tm day;
    gmtime_r(&local, &day);
    *year = day.tm_year + 1900;
    *month = day.tm_mon;
}

/* Where the local months from the first incident to the last one begin. */
static hs_status list_months(counting *work, hs_arena *arena, hs_error *error, int *first_year,
                             int *first_month) {
    const hs_incidents *incidents = work->snapshot->incidents;
    const hs_timezone *zone = work->snapshot->timezone;
    int last_year = 0, last_month = 0, count = 0;
    *first_year = *first_month = 0;
    if (incidents->min_time_s != HS_NO_TIME) {
        month_of(zone, incidents->min_time_s, first_year, first_month);
        month_of(zone, incidents->max_time_s, &last_year, &last_month);
        count = (last_year - *first_year) * 12 + last_month - *first_month + 1;
    }
    if (count > MOST_MONTHS)
        return hs_error_set(error, HS_E_LIMIT,
                            "the incidents' times lie %d years apart: set a datetime, or correct them",
                            last_year - *first_year);
    int64_t *start = hs_arena_array(arena, (size_t)count + 1, sizeof *start);
    if (!start) return hs_error_memory(error, "the hit rate");
    for (int m = 0; m <= count; m++) {
        int month = *first_month + m;
        start[m] = month_begin(zone, *first_year + month / 12, month % 12);
    }
    work->month_start = start;
    work->month_count = (uint32_t)count;
    return HS_OK;
}

/* Months are nearly equally long: a guess is off by one or two. */
static uint32_t find_month(const counting *work, int64_t time_s) {
    const int64_t *start = work->month_start;
    if (time_s == HS_NO_TIME || work->month_count == 0) return work->month_count;
    double share = (double)(time_s - start[0]) / (double)(start[work->month_count] - start[0]);
    double guess = share * work->month_count;
    uint32_t month = guess <= 0 ? 0 : guess >= work->month_count ? work->month_count - 1 : (uint32_t)guess;
    while (month > 0 && time_s < start[month])
        month--;
    while (month + 1 < work->month_count && time_s >= start[month + 1])
        month++;
    return month;
}

/* Units. */

static uint32_t unit_at_level(const counting *work, uint32_t unit) {
    const hs_units *units = &work->snapshot->geography->units;
    while (unit != HS_NONE && units->level[unit] > (uint8_t)work->level)
        unit = units->parent[unit];
    return unit != HS_NONE && units->level[unit] == (uint8_t)work->level ? unit - work->first_unit : HS_NONE;
}

/* What a row's place or code comes to: the group, and whether it is wanted at all. */
typedef struct unit_group {
    uint32_t group;
    bool wanted;
} unit_group;

static unit_group group_of_code(const counting *work, hs_str code) {
    const hs_geography *geography = work->snapshot->geography;
    uint32_t unit = code.size > 0 ? hs_geography_find_unit(geography, code) : HS_NONE;
    uint32_t group = unit != HS_NONE ? unit_at_level(work, unit) : HS_NONE;
    bool wanted = work->wanted_unit == HS_NONE ||
                  (unit != HS_NONE && hs_units_within(&geography->units, unit, work->wanted_unit));
    return (unit_group){group != HS_NONE ? group : work->unit_count + 1, wanted};
}

static unit_group group_of_path(const counting *work, uint32_t path) {
    const hs_units *units = &work->snapshot->geography->units;
    const hs_unit_path *at = &work->snapshot->incidents->path[path];
    bool wanted = work->wanted_unit == HS_NONE;
    for (int level = 0; level < HS_LEVEL_COUNT && !wanted; level++)
        wanted = at->unit[level] != HS_NONE && hs_units_within(units, at->unit[level], work->wanted_unit);
    uint32_t unit = at->unit[work->level];
    return (unit_group){unit != HS_NONE ? unit - work->first_unit : work->unit_count, wanted};
}

/* Codes that came without a position, each looked up once. */
typedef struct code_cache {
    hs_dictionary *codes;
    unit_group *group;
    uint32_t capacity;
} code_cache;

static bool find_code(const counting *work, code_cache *cache, hs_str code, unit_group *group) {
    uint32_t before = hs_dictionary_count(cache->codes), number = hs_dictionary_put(cache->codes, code);
    if (number == HS_NONE) return false;
    if (number >= cache->capacity) {
        uint32_t capacity = cache->capacity ? 2 * cache->capacity : 256;
        unit_group *grown = realloc(cache->group, capacity * sizeof *grown);
        if (!grown) return false;
        memset(grown + cache->capacity, 0, (capacity - cache->capacity) * sizeof *grown);
        cache->group = grown;
        cache->capacity = capacity;
    }
    if (!cache->group) return false;
    *group = number == before ? group_of_code(work, code) : cache->group[number];
    cache->group[number] = *group;
    return true;
}

/* Rows. */

static hit_class class_of(const hs_incident_attributes *attributes) {
    switch (attributes->match_type) {
    case HS_MATCH_NONE:
        return UNMATCHED;
    case HS_MATCH_UNIT:
        return UNIT_ONLY;
    case HS_MATCH_GIVEN:
        return attributes->reviewed ? GEOCODED : GIVEN;
    default:
        return GEOCODED;
    }
}

static void tally_attributes(tallies *t, const hs_incident_attributes *attributes, uint64_t rows) {
    hit_class hit = class_of(attributes);
    t->source[attributes->source][hit] += rows;
    t->match_type[attributes->match_type] += rows;
    if (attributes->reviewed) t->reviewed += rows;
    if (hit != GIVEN && hit != GEOCODED) return;
    int accuracy = 0;
    while (attributes->accuracy_m > hs_accuracy_limits[accuracy])
        accuracy++;
    t->accuracy[accuracy] += rows;
    if (attributes->accuracy_m <= 100) t->usable += rows;
}

/* What a chunk's numbers stand for, worked out once. */
typedef struct chunk_tables {
    uint8_t *hit;       /* class of each attributes number */
    uint32_t *rows;     /* of each attributes number */
    unit_group *groups; /* of each path number; NULL without positions */
} chunk_tables;

static bool make_tables(const counting *work, const hs_incident_chunk *chunk, chunk_tables *tables) {
    *tables = (chunk_tables){.hit = malloc(chunk->attributes_count + 1),
                             .rows = calloc((size_t)chunk->attributes_count + 1, sizeof(uint32_t))};
    if (chunk->positioned) tables->groups = calloc((size_t)chunk->path_count + 1, sizeof *tables->groups);
    if (!tables->hit || !tables->rows || (chunk->positioned && !tables->groups)) return false;
    for (uint32_t a = 0; a < chunk->attributes_count; a++)
        tables->hit[a] = (uint8_t)class_of(&chunk->attributes[a]);
    for (uint32_t p = 0; chunk->positioned && p < chunk->path_count; p++)
        tables->groups[p] = group_of_path(work, chunk->path[p]);
    return true;
}

static bool tally_row(const counting *work, const hs_incident_chunk *chunk, uint32_t i,
                      const chunk_tables *tables, code_cache *cache, tallies *t) {
    unit_group at = {0};
    uint16_t number = chunk->attributes_number[i];
    if (tables->groups) {
        at = tables->groups[chunk->path_number[i]];
    } else {
        hs_incident_texts texts;
        hs_incident_texts_get(chunk, i, &texts);
        if (!find_code(work, cache, texts.unit, &at)) return false;
    }
    if (!at.wanted) return true;
    hit_class hit = (hit_class)tables->hit[number];
    tables->rows[number]++;
    t->month[find_month(work, hs_incident_time(chunk, i, HS_TIME_DEFAULT))][hit]++;
    t->unit[at.group][hit]++;
    return true;
}

static bool tally_chunk(const counting *work, uint32_t c, code_cache *cache, tallies *t) {
    const hs_incident_chunk *chunk = work->snapshot->incidents->chunk[c];
    const uint64_t *bits = work->selection->bits[c];
    chunk_tables tables;
    bool good = make_tables(work, chunk, &tables);
    for (uint32_t first = 0; first < chunk->count && good; first += 64) {
        uint32_t rows = chunk->count - first < 64 ? chunk->count - first : 64;
        uint64_t word = bits ? bits[first / 64] : UINT64_MAX;
        if (rows < 64) word &= (UINT64_C(1) << rows) - 1;
        for (; word != 0 && good; word &= word - 1)
            good = tally_row(work, chunk, first + (uint32_t)__builtin_ctzll(word), &tables, cache, t);
    }
    for (uint32_t a = 0; a < chunk->attributes_count && good; a++)
        if (tables.rows[a] > 0) tally_attributes(t, &chunk->attributes[a], tables.rows[a]);
    free(tables.hit);
    free(tables.rows);
    free(tables.groups);
    return good;
}

static bool tallies_init(const counting *work, tallies *t) {
    *t =
        (tallies){.month = calloc((size_t)work->month_count + 1, sizeof(class_counts)),
                  .source = calloc((size_t)work->snapshot->incidents->source_count + 1, sizeof(class_counts)),
                  .unit = calloc((size_t)work->unit_count + 2, sizeof(class_counts))};
    return t->month && t->source && t->unit;
}

static void tallies_done(tallies *t) {
    free(t->month);
    free(t->source);
    free(t->unit);
}

static void add(class_counts *sum, class_counts *part, size_t count) {
    for (size_t i = 0; i < count; i++)
        for (int hit = 0; hit < CLASSES; hit++)
            sum[i][hit] += part[i][hit];
}

static void merge(counting *work, tallies *part, bool good) {
    tallies *sum = &work->sum;
    pthread_mutex_lock(&work->lock);
    sum->failed = sum->failed || !good;
    if (good) {
        add(sum->month, part->month, (size_t)work->month_count + 1);
        add(sum->source, part->source, (size_t)work->snapshot->incidents->source_count + 1);
        add(sum->unit, part->unit, (size_t)work->unit_count + 2);
        for (int type = 0; type < HS_MATCH_COUNT; type++)
            sum->match_type[type] += part->match_type[type];
        for (int accuracy = 0; accuracy < HS_ACCURACY_CLASSES; accuracy++)
            sum->accuracy[accuracy] += part->accuracy[accuracy];
        sum->reviewed += part->reviewed;
        sum->usable += part->usable;
    }
    pthread_mutex_unlock(&work->lock);
}

static void tally_range(void *context, size_t begin, size_t end) {
    counting *work = context;
    tallies part;
    code_cache cache = {.codes = hs_dictionary_new()};
    bool good = tallies_init(work, &part) && cache.codes;
    for (size_t c = begin; c < end && good; c++)
        good = tally_chunk(work, (uint32_t)c, &cache, &part);
    merge(work, &part, good);
    tallies_done(&part);
    hs_dictionary_free(cache.codes);
    free(cache.group);
}

/* Groups. */

static hs_hit_counts counts_of(const class_counts counts) {
    return (hs_hit_counts){counts[GIVEN], counts[GEOCODED], counts[UNIT_ONLY], counts[UNMATCHED]};
}

static hs_status begin_groups(hs_arena *arena, size_t most, hs_error *error, hs_hit_groups *groups) {
    groups->group = hs_arena_array(arena, most + 1, sizeof *groups->group);
    return groups->group ? HS_OK : hs_error_memory(error, "the hit rate");
}

static void add_group(hs_hit_groups *groups, hs_str code, hs_str name, hs_str name_en, bool tested,
                      const class_counts counts) {
    hs_hit_group group = {
        .code = code, .name = name, .name_en = name_en, .counts = counts_of(counts), .tested = tested};
    if (hs_hit_total(&group.counts) > 0) groups->group[groups->count++] = group;
}

static hs_status list_month_groups(const counting *work, int year, int month, hs_arena *arena,
                                   hs_error *error, hs_hit_groups *groups) {
    hs_status status = begin_groups(arena, work->month_count + 1, error, groups);
    if (status != HS_OK) return status;
    for (uint32_t m = 0; m < work->month_count; m++) {
        int at = month + (int)m;
        char *text = hs_arena_printf(arena, "%04d-%02d", year + at / 12, at % 12 + 1);
        if (!text) return hs_error_memory(error, "the hit rate");
        add_group(groups, hs_str_of(text), hs_str_of(text), hs_str_of(text), true, work->sum.month[m]);
    }
    add_group(groups, (hs_str){"", 0}, HS_STR("无时间"), HS_STR("no time"), false,
              work->sum.month[work->month_count]);
    return HS_OK;
}

static hs_status list_source_groups(const counting *work, hs_arena *arena, hs_error *error,
                                    hs_hit_groups *groups) {
    const hs_incidents *incidents = work->snapshot->incidents;
    hs_status status = begin_groups(arena, incidents->source_count, error, groups);
    for (uint32_t s = 0; s < incidents->source_count && status == HS_OK; s++) {
        hs_str name = incidents->source[s];
        add_group(groups, name, name.size > 0 ? name : HS_STR("未注明"),
                  name.size > 0 ? name : HS_STR("unnamed"), true, work->sum.source[s]);
    }
    return status;
}

static hs_status list_unit_groups(const counting *work, hs_arena *arena, hs_error *error,
                                  hs_hit_groups *groups) {
    const hs_units *units = &work->snapshot->geography->units;
    hs_status status = begin_groups(arena, work->unit_count + 2, error, groups);
    if (status != HS_OK) return status;
    for (uint32_t u = 0; u < work->unit_count; u++) {
        uint32_t row = work->first_unit + u;
        hs_str name_en = units->name_en[row].size > 0 ? units->name_en[row] : units->name[row];
        add_group(groups, units->code[row], units->name[row], name_en, true, work->sum.unit[u]);
    }
    add_group(groups, (hs_str){"", 0}, HS_STR("界外"), HS_STR("outside"), false,
              work->sum.unit[work->unit_count]);
    add_group(groups, (hs_str){"", 0}, HS_STR("单元未知"), HS_STR("unit unknown"), false,
              work->sum.unit[work->unit_count + 1]);
    return HS_OK;
}

static hs_status test_groups(hs_hit_groups *groups, hs_arena *arena, hs_error *error) {
    uint64_t total = 0, missing = 0;
    uint32_t tested = 0;
    double *p = hs_arena_array(arena, (size_t)groups->count + 1, sizeof *p);
    double *q = hs_arena_array(arena, (size_t)groups->count + 1, sizeof *q);
    if (!p || !q) return hs_error_memory(error, "the hit rate");
    for (uint32_t g = 0; g < groups->count; g++) {
        if (!groups->group[g].tested) continue;
        total += hs_hit_total(&groups->group[g].counts);
        missing += hs_hit_missing(&groups->group[g].counts);
        tested++;
    }
    uint32_t at = 0;
    for (uint32_t g = 0; g < groups->count; g++) {
        hs_hit_group *group = &groups->group[g];
        group->tested = group->tested && tested > 1;
        if (!group->tested) continue;
        uint64_t n = hs_hit_total(&group->counts);
        group->expected = (double)missing * (double)n / (double)total;
        group->p_value = hs_hypergeometric_tail(hs_hit_missing(&group->counts), n, missing, total);
        p[at++] = group->p_value;
    }
    hs_status status = hs_adjust_p_values(p, at, HS_CORRECTION_BH, error, q);
    if (status != HS_OK) return status;
    at = 0;
    for (uint32_t g = 0; g < groups->count; g++) {
        hs_hit_group *group = &groups->group[g];
        if (!group->tested) continue;
        uint64_t n = hs_hit_total(&group->counts), own = hs_hit_missing(&group->counts);
        double others = n < total ? (double)(missing - own) / (double)(total - n) : 0;
        group->q_value = q[at++];
        group->clustered =
            group->q_value <= HS_HIT_RATE_ALPHA && (double)own / (double)n - others >= HS_HIT_RATE_LEAST_GAP;
    }
    return HS_OK;
}

static hs_status list_groups(const counting *work, int year, int month, hs_arena *arena, hs_error *error,
                             hs_hit_rate *rate) {
    class_counts all = {0};
    hs_status status = list_month_groups(work, year, month, arena, error, &rate->months);
    if (status == HS_OK) status = list_source_groups(work, arena, error, &rate->sources);
    if (status == HS_OK) status = list_unit_groups(work, arena, error, &rate->units);
    if (status == HS_OK) status = test_groups(&rate->months, arena, error);
    if (status == HS_OK) status = test_groups(&rate->sources, arena, error);
    if (status == HS_OK) status = test_groups(&rate->units, arena, error);
    for (uint32_t m = 0; m <= work->month_count; m++)
        for (int hit = 0; hit < CLASSES; hit++)
            all[hit] += work->sum.month[m][hit];
    rate->all = counts_of(all);
    rate->level = work->level;
    rate->reviewed = work->sum.reviewed;
    rate->usable = work->sum.usable;
    memcpy(rate->by_match_type, work->sum.match_type, sizeof rate->by_match_type);
    memcpy(rate->by_accuracy, work->sum.accuracy, sizeof rate->by_accuracy);
    return status;
}

static hs_level choose_level(const hs_units *units, hs_level asked) {
    static const hs_level order[] = {HS_LEVEL_SUBDISTRICT, HS_LEVEL_COMMUNITY, HS_LEVEL_DISTRICT,
                                     HS_LEVEL_CELL, HS_LEVEL_CITY};
    if (asked != HS_LEVEL_COUNT) return asked;
    for (size_t i = 0; i < sizeof order / sizeof *order; i++)
        if (units->level_start[order[i] + 1] > units->level_start[order[i]]) return order[i];
    return HS_LEVEL_CITY;
}

hs_status hs_service_hit_rate(hs_service *service, const hs_snapshot *snapshot,
                              const hs_review_request *request, hs_level level, hs_arena *arena,
                              hs_error *error, hs_hit_rate *rate) {
    const hs_units *units = &snapshot->geography->units;
    counting work = {.snapshot = snapshot, .wanted_unit = request->unit, .level = choose_level(units, level)};
    int year, month;
    hs_hit_rate made = {0};
    work.first_unit = units->level_start[work.level];
    work.unit_count = units->level_start[work.level + 1] - work.first_unit;
    hs_status status = list_months(&work, arena, error, &year, &month);
    if (status == HS_OK)
        status = hs_service_select(service, snapshot, &request->filter, error, &work.selection);
    if (status != HS_OK) return status;
    pthread_mutex_init(&work.lock, NULL);
    if (tallies_init(&work, &work.sum)) {
        hs_pool_for(service->pool, work.selection->chunk_count, 2, tally_range, &work);
    } else {
        work.sum.failed = true;
    }
    if (work.sum.failed) status = hs_error_memory(error, "the hit rate");
    if (status == HS_OK) status = list_groups(&work, year, month, arena, error, &made);
    tallies_done(&work.sum);
    pthread_mutex_destroy(&work.lock);
    hs_service_selection_unref(work.selection);
    if (status == HS_OK) *rate = made;
    return status;
}
