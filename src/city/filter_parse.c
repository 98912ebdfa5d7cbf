#include "base/hash.h"
#include "base/text.h"
#include "city/duplicates.h"
#include "city/filter_private.h"

#include <math.h>
#include <stdlib.h>

hs_status hs_filter_no_memory(hs_error *error) {
    return hs_error_set(error, HS_E_MEMORY, "out of memory for a filter");
}

void hs_filter_init(hs_filter *filter) {
    *filter = (hs_filter){.unit = HS_NONE,
                          .time = HS_TIME_DEFAULT,
                          .from_s = HS_NO_TIME,
                          .to_s = HS_NO_TIME,
                          .max_accuracy_m = -1};
}

static hs_status parse_datetime(const hs_filter_parsing *p, hs_str value, uint64_t *hash) {
    hs_status status =
        hs_datetime_parse(value, p->snapshot->timezone, p->error, &p->filter->from_s, &p->filter->to_s);
    if (status != HS_OK) return status;
    const int64_t period[2] = {p->filter->from_s, p->filter->to_s};
    *hash += hs_hash(period, sizeof period, 0);
    return HS_OK;
}

static hs_status parse_time(const hs_filter_parsing *p, hs_str value, uint64_t *hash) {
    static const struct {
        const char *name;
        hs_time_field field;
    } fields[] = {{"occurred", HS_TIME_OCCURRED}, {"reported", HS_TIME_REPORTED}, {"closed", HS_TIME_CLOSED}};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        if (!hs_str_equal(value, hs_str_of(fields[i].name))) continue;
        p->filter->time = fields[i].field;
        *hash += (uint64_t)fields[i].field;
        return HS_OK;
    }
    return hs_error_set(p->error, HS_E_ARGUMENT, "time '%.*s': occurred, reported or closed is expected",
                        HS_SHOWN(value));
}

static bool parse_range(hs_str item, int least, int most, uint32_t *bits) {
    int64_t from, to;
    hs_str rest = item;
    hs_str first = hs_str_cut(&rest, '-');
    if (!hs_str_to_int(first, &from)) return false;
    if (first.size == item.size)
        to = from;
    else if (!hs_str_to_int(rest, &to))
        return false;
    if (from < least || from > most || to < least || to > most) return false;
    for (int64_t n = from;; n = n == most ? least : n + 1) {
        *bits |= UINT32_C(1) << n;
        if (n == to) return true;
    }
}

hs_status hs_filter_parse_ranges(const hs_filter_parsing *p, const char *name, hs_str value, int least,
                                 int most, uint32_t *bits) {
    uint32_t set = 0;
    for (hs_str rest = value; rest.size > 0;) {
        hs_str item = hs_str_trim(hs_str_cut(&rest, ','));
        if (!parse_range(item, least, most, &set))
            return hs_error_set(p->error, HS_E_ARGUMENT,
                                "%s '%.*s': numbers from %d to %d or ranges like %d-%d are expected", name,
                                HS_SHOWN(value), least, most, least + 1, most - 1);
    }
    uint32_t all = (uint32_t)(((UINT64_C(1) << (most + 1)) - 1) & ~((UINT64_C(1) << least) - 1));
    *bits = set == all ? 0 : set; /* every hour is no condition */
    return HS_OK;
}

static hs_status parse_hours(const hs_filter_parsing *p, hs_str value, uint64_t *hash) {
    hs_status status = hs_filter_parse_ranges(p, "hours", value, 0, 23, &p->filter->hours);
    if (status == HS_OK) *hash += p->filter->hours;
    return status;
}

static hs_status parse_weekdays(const hs_filter_parsing *p, hs_str value, uint64_t *hash) {
    hs_status status = hs_filter_parse_ranges(p, "weekdays", value, 1, 7, &p->filter->weekdays);
    if (status == HS_OK) *hash += p->filter->weekdays;
    return status;
}

static hs_status parse_source(const hs_filter_parsing *p, hs_str value, uint64_t *hash) {
    const hs_incidents *incidents = p->snapshot->incidents;
    return hs_filter_parse_texts(p, value, incidents->source, incidents->source_count, &p->filter->source,
                                 hash);
}

static hs_status parse_status(const hs_filter_parsing *p, hs_str value, uint64_t *hash) {
    const hs_incidents *incidents = p->snapshot->incidents;
    return hs_filter_parse_texts(p, value, incidents->status, incidents->status_count, &p->filter->status,
                                 hash);
}

static int compare_u32(const void *left, const void *right) {
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return a < b ? -1 : a > b;
}

static hs_status parse_batch(const hs_filter_parsing *p, hs_str value, uint64_t *hash) {
    uint32_t *batch = hs_arena_array(p->arena, value.size / 2 + 1, sizeof *batch), count = 0;
    if (!batch) return hs_filter_no_memory(p->error);
    for (hs_str rest = value; rest.size > 0;) {
        int64_t number;
        hs_str item = hs_str_cut(&rest, ',');
        if (!hs_str_to_int(item, &number) || number < 0 || number > UINT32_MAX)
            return hs_error_set(p->error, HS_E_ARGUMENT, "batch '%.*s': numbers of imports are expected",
                                HS_SHOWN(value));
        batch[count++] = (uint32_t)number;
    }
    qsort(batch, count, sizeof *batch, compare_u32);
    uint32_t distinct = 0;
    for (uint32_t i = 0; i < count; i++)
        if (distinct == 0 || batch[distinct - 1] != batch[i]) batch[distinct++] = batch[i];
    p->filter->batch = batch;
    p->filter->batch_count = distinct;
    *hash += hs_hash(batch, distinct * sizeof *batch, 4);
    return HS_OK;
}

static hs_status parse_unit(const hs_filter_parsing *p, hs_str value, uint64_t *hash) {
    uint32_t unit = hs_geography_find_unit(p->snapshot->geography, value);
    if (unit == HS_NONE)
        return hs_error_set(p->error, HS_E_ARGUMENT,
                            "unit '%.*s' is unknown: the code or id of a unit is expected", HS_SHOWN(value));
    p->filter->unit = unit;
    *hash += (uint64_t)unit + 1;
    return HS_OK;
}

static hs_status parse_bbox(const hs_filter_parsing *p, hs_str value, uint64_t *hash) {
    hs_status status = hs_bbox_parse(value, p->error, &p->filter->box);
    if (status != HS_OK) return status;
    p->filter->has_box = true;
    *hash += hs_hash(&p->filter->box, sizeof p->filter->box, 5);
    return HS_OK;
}

static hs_status parse_duplicates(const hs_filter_parsing *p, hs_str value, uint64_t *hash) {
    static const char *const words[] = {"include", "exclude", "only"};
    for (unsigned i = 0; i < 3; i++) {
        if (!hs_str_equal(value, hs_str_of(words[i]))) continue;
        p->filter->duplicates = (hs_duplicates_pass)i;
        if (i > 0) *hash += hs_duplicate_rules_hash(p->snapshot->taxonomy) + i;
        return HS_OK;
    }
    return hs_error_set(p->error, HS_E_ARGUMENT, "duplicates '%.*s': include, exclude or only is expected",
                        HS_SHOWN(value));
}

static hs_status parse_accuracy(const hs_filter_parsing *p, hs_str value, uint64_t *hash) {
    double metres;
    (void)hash;
    if (!hs_str_to_double(value, &metres) || metres < 0)
        return hs_error_set(p->error, HS_E_ARGUMENT, "max-accuracy '%.*s': metres, 0 or more, are expected",
                            HS_SHOWN(value));
    p->filter->max_accuracy_m = metres;
    return HS_OK;
}

/* In the order of hs_filter_words. */
static hs_status (*const parsers[])(const hs_filter_parsing *p, hs_str value,
                                    uint64_t *hash) = {hs_filter_parse_category,
                                                       parse_datetime,
                                                       parse_time,
                                                       parse_hours,
                                                       parse_weekdays,
                                                       parse_source,
                                                       hs_filter_parse_reports,
                                                       parse_status,
                                                       parse_batch,
                                                       parse_unit,
                                                       parse_bbox,
                                                       parse_duplicates,
                                                       parse_accuracy};
enum { WORDS = sizeof parsers / sizeof *parsers, REPORTS = 6 };

static int word_of(hs_str name) {
    for (int word = 0; word < WORDS; word++)
        if (hs_str_equal(name, hs_str_of(hs_filter_words[word].name))) return word;
    return -1;
}

/* Accuracies are whole metres with 65535 as the last: from there on all pass. */
static void settle_accuracy(hs_filter *filter, uint64_t *hash) {
    if (filter->max_accuracy_m >= 65535 || filter->max_accuracy_m < 0) filter->max_accuracy_m = -1;
    filter->max_accuracy_m = filter->max_accuracy_m < 0 ? -1 : floor(filter->max_accuracy_m);
    *hash = (uint64_t)(int64_t)filter->max_accuracy_m;
}

/* Hours and weekdays are those of the city's zone, which may change while its incidents stay. */
static void settle_zone(const hs_filter *filter, const hs_timezone *zone, uint64_t *hash) {
    if (filter->hours || filter->weekdays) *hash += hs_hash_str(hs_str_of(hs_timezone_name(zone)), 6);
}

hs_status hs_filter_parse(const hs_snapshot *snapshot, const hs_str *names, const hs_str *values,
                          size_t count, double default_accuracy_m, hs_arena *arena, hs_error *error,
                          hs_filter *filter) {
    hs_filter parsed;
    hs_filter_init(&parsed);
    parsed.max_accuracy_m = default_accuracy_m;
    hs_filter_parsing p = {.snapshot = snapshot, .arena = arena, .error = error, .filter = &parsed};
    uint64_t hash[WORDS] = {0};
    bool seen[WORDS] = {false};
    for (size_t i = 0; i < count; i++) {
        int word = word_of(names[i]);
        hs_str value = hs_str_trim(values[i]);
        if (word < 0 || value.size == 0) continue;
        if (seen[word])
            return hs_error_set(error, HS_E_ARGUMENT, "'%s' is given twice: separate values by commas",
                                hs_filter_words[word].name);
        seen[word] = true;
        hs_status status = parsers[word](&p, value, &hash[word]);
        if (status != HS_OK) return status;
    }
    hs_status status =
        hs_filter_settle_reports(snapshot, parsed.reports, arena, error, &parsed, &hash[REPORTS]);
    if (status != HS_OK) return status;
    settle_accuracy(&parsed, &hash[WORDS - 1]);
    settle_zone(&parsed, snapshot->timezone, &hash[0]);
    parsed.hash = hs_hash(hash, sizeof hash, 0);
    *filter = parsed;
    return HS_OK;
}

bool hs_filter_months(const hs_filter *filter, const hs_snapshot *snapshot, double *months) {
    static const double month_s = 365.25 / 12 * 86400;
    int64_t from = filter->from_s, to = filter->to_s;
    if (from == HS_NO_TIME && to == HS_NO_TIME) return false;
    const hs_incidents *incidents = snapshot->incidents;
    if (from == HS_NO_TIME) from = incidents->min_time_s;
    if (to == HS_NO_TIME && incidents->max_time_s != HS_NO_TIME) to = incidents->max_time_s + 1;
    /* An open end beyond all incidents leaves nothing: a second, so that nobody divides by zero. */
    double length_s = from != HS_NO_TIME && to != HS_NO_TIME && to > from ? (double)(to - from) : 1;
    *months = length_s / month_s;
    return true;
}
