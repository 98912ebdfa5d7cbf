/* Change between two periods, unit by unit: rate ratios with exact limits and p-values, corrected over units.
 */
#include "service/hotspots_change.h"

#include "base/pool.h"
#include "base/text.h"
#include <math.h>
#include <stdatomic.h>
#include <string.h>

#define DAY_S 86400

#define RESULT_MOST ((size_t)1 << 30)
enum { UNITS_A_PIECE = 32 };

static const char *const tests[HS_CHANGE_TESTS] = {"exact", "mid-p", "e-test"};

const char *hs_change_test_name(hs_change_test test) {
    return tests[test];
}

const char *hs_change_class_name(hs_change_class change) {
    static const char *const names[HS_CHANGE_CLASSES] = {"none", "increase", "decrease", "few"};
    return names[change];
}

typedef struct making {
    const hs_hotspot_work *work;
    const hs_change_request *request;
    hs_change_result *h;
    atomic_int status;
    hs_progress_steps steps;
} making;

/* What the period's incidents count in each unit. */
static hs_status count_period(making *m, const hs_areas_request *period, hs_areas_tally *tally,
                              uint32_t *counts) {
    hs_change_result *h = m->h;
    const hs_selection *selection;
    hs_status status = hs_areas_select(m->work, period, tally, &selection);
    if (status != HS_OK) return status;
    memset(h->areas.n, 0, ((size_t)h->areas.count + 1) * sizeof *h->areas.n);
    status =
        hs_areas_count(m->work->snapshot, period, selection, h->head.arena, m->work->error, &h->areas, tally);
    hs_service_selection_unref(selection);
    if (status == HS_OK) memcpy(counts, h->areas.n, (size_t)h->areas.count * sizeof *counts);
    return status;
}

static bool allocate(making *m) {
    hs_change_result *h = m->h;
    size_t n = (size_t)h->areas.count + 1;
    h->before = hs_arena_array(h->head.arena, n, sizeof *h->before);
    h->ratio = hs_arena_array(h->head.arena, n, sizeof *h->ratio);
    h->p = hs_arena_array(h->head.arena, n, sizeof *h->p);
    h->q = hs_arena_array(h->head.arena, n, sizeof *h->q);
    h->expected = hs_arena_array(h->head.arena, n, sizeof *h->expected);
    h->change = hs_arena_array(h->head.arena, n, sizeof *h->change);
    h->rank = hs_arena_array(h->head.arena, n, sizeof *h->rank);
    return h->before && h->ratio && h->p && h->q && h->expected && h->change && h->rank;
}

static hs_status gather(making *m) {
    const hs_change_request *r = m->request;
    hs_change_result *h = m->h;
    const hs_selection *selection;
    hs_status status =
        hs_service_select(m->work->service, m->work->snapshot, &r->areas.filter, m->work->error, &selection);
    if (status != HS_OK) return status;
    status =
        hs_areas_build(m->work->snapshot, &r->areas, selection, h->head.arena, m->work->error, &h->areas);
    hs_service_selection_unref(selection);
    if (status == HS_OK && !allocate(m)) status = hs_error_memory(m->work->error, "changes");
    uint32_t *now =
        status == HS_OK ? hs_arena_array(h->head.arena, (size_t)h->areas.count + 1, sizeof *now) : NULL;
    if (status == HS_OK && !now) status = hs_error_memory(m->work->error, "changes");
    if (status == HS_OK) status = count_period(m, &r->before, &h->tally_before, h->before);
    if (status == HS_OK) status = count_period(m, &r->now, &h->tally, now);
    if (status == HS_OK) h->areas.n = now;
    return status;
}

static hs_two_counts counts_of(const making *m, uint64_t now, uint64_t before) {
    return (hs_two_counts){now, before, m->request->now_months, m->request->before_months};
}

static hs_status test_unit(const making *m, uint32_t i) {
    const hs_change_request *r = m->request;
    hs_change_result *h = m->h;
    const hs_two_counts unit = counts_of(m, h->areas.n[i], h->before[i]);
    const hs_two_counts rest = counts_of(m, h->whole_now - unit.now, h->whole_before - unit.before);
    hs_status status = r->relative ? hs_rate_ratio_relative(&unit, &rest, r->areas.alpha, NULL, &h->ratio[i])
                                   : hs_rate_ratio_exact(&unit, r->areas.alpha, NULL, &h->ratio[i]);
    h->p[i] = r->test == HS_CHANGE_EXACT ? h->ratio[i].p : h->ratio[i].mid_p;
    if (status == HS_OK && r->test == HS_CHANGE_E_TEST) status = hs_e_test(&unit, NULL, &h->p[i]);
    if (unit.now + unit.before == 0) h->p[i] = NAN;
    double scale = r->now_months / r->before_months;
    if (r->relative) scale = rest.before > 0 ? (double)rest.now / (double)rest.before : (double)NAN;
    h->expected[i] = (double)unit.before * scale;
    return status;
}

static void test_units(void *context, size_t begin, size_t end) {
    making *m = context;
    hs_error error = {0};
    hs_status status = hs_progress_step(&m->steps, end - begin) ? HS_OK : hs_hotspot_check(m->work, &error);
    for (size_t i = begin; i < end && status == HS_OK; i++)
        status = test_unit(m, (uint32_t)i);
    if (status != HS_OK) atomic_store(&m->status, (int)status);
}

static hs_change_class class_of(const making *m, uint32_t i) {
    const hs_change_result *h = m->h;
    double alpha = m->request->areas.alpha;
    if (h->q[i] <= alpha) return h->ratio[i].z > 0 ? HS_CHANGE_INCREASE : HS_CHANGE_DECREASE;
    double least = m->request->test == HS_CHANGE_EXACT ? h->ratio[i].least_p : h->ratio[i].least_p / 2;
    bool none = h->areas.n[i] + h->before[i] == 0;
    return none || (m->request->test != HS_CHANGE_E_TEST && least > alpha) ? HS_CHANGE_FEW : HS_CHANGE_NONE;
}

static hs_status name_changes(making *m) {
    hs_change_result *h = m->h;
    double *key = hs_arena_array(h->head.arena, (size_t)h->areas.count + 1, sizeof *key);
    if (!key) return hs_error_memory(m->work->error, "ranks");
    for (uint32_t i = 0; i < h->areas.count; i++) {
        h->change[i] = class_of(m, i);
        h->increases += h->change[i] == HS_CHANGE_INCREASE;
        h->decreases += h->change[i] == HS_CHANGE_DECREASE;
        h->few += h->change[i] == HS_CHANGE_FEW;
        key[i] = h->areas.n[i] + h->before[i] > 0 ? h->ratio[i].z : (double)NAN;
    }
    h->head.significant = h->increases + h->decreases;
    return hs_hotspot_rank(key, h->areas.count, m->work->error, h->rank);
}

static bool is_enough(making *m) {
    hs_change_result *h = m->h;
    if (h->areas.count > 0 && h->whole_now + h->whole_before >= HS_HOTSPOT_LEAST_INCIDENTS) return true;
    return hs_hotspot_give_up(
        &h->head,
        "Fewer than 10 incidents in both periods: too few to tell of a change. Take longer periods or more "
        "classes.",
        "两个时段合计不足 10 件案件，无法判断变化；请放宽时段或类别。");
}

/* Whether a period reaches, by over a day, to where the store has nothing. */
static bool reaches_out(const hs_filter *f, const hs_incidents *incidents) {
    if (incidents->min_time_s == HS_NO_TIME) return false;
    return (f->from_s != HS_NO_TIME && f->from_s < incidents->min_time_s - DAY_S) ||
           (f->to_s != HS_NO_TIME && f->to_s > incidents->max_time_s + DAY_S);
}

static void set_caution(making *m) {
    const hs_change_request *r = m->request;
    hs_change_result *h = m->h;
    const hs_incidents *incidents = m->work->snapshot->incidents;
    if (reaches_out(&r->now.filter, incidents) || reaches_out(&r->before.filter, incidents))
        hs_hotspot_caution(
            &h->head,
            "A period reaches beyond the times of the first and the last incident known: its rate is too "
            "low, "
            "and a change may be one of records only. Take periods that were recorded throughout.",
            "有时段超出已知首末案件的时间：其发生率偏低，变化可能只是有无记录之别；请选用全程有记录的时段。");
    if (2 * h->few >= h->areas.count)
        hs_hotspot_caution(
            &h->head,
            "Half of the units or more have so few incidents that no change in them could be told from "
            "chance: take larger units or longer periods.",
            "半数以上单元案件过少，任何变化都无法与偶然区分；请改用更大的单元或更长的时段。");
}

static hs_status make(making *m) {
    hs_change_result *h = m->h;
    hs_status status = gather(m);
    if (status != HS_OK) return status;
    for (uint32_t i = 0; i < h->areas.count; i++) {
        h->whole_now += h->areas.n[i];
        h->whole_before += h->before[i];
    }
    h->head.enough = is_enough(m);
    const hs_two_counts whole = counts_of(m, h->whole_now, h->whole_before);
    status = hs_rate_ratio_exact(&whole, m->request->areas.alpha, m->work->error, &h->whole);
    if (status != HS_OK || !h->head.enough) return status;
    hs_progress_steps_init(&m->steps, &m->work->progress, h->areas.count);
    hs_pool_for(hs_service_pool(m->work->service), h->areas.count, UNITS_A_PIECE, test_units, m);
    int failed = atomic_load(&m->status);
    if (failed == HS_E_CANCELLED) return hs_hotspot_check(m->work, m->work->error);
    if (failed == HS_E_MEMORY) return hs_error_memory(m->work->error, "changes");
    if (failed != HS_OK)
        return hs_error_set(m->work->error, (hs_status)failed,
                            "test: a unit has more incidents than the E-test takes (%u): test=exact",
                            HS_E_TEST_MOST);
    status = hs_adjust_p_values(h->p, h->areas.count, m->request->areas.correction, m->work->error, h->q);
    if (status == HS_OK)
        status = hs_hotspot_stand(h->p, h->areas.count, m->request->areas.alpha, m->work->error, &h->stands);
    if (status == HS_OK) status = name_changes(m);
    if (status == HS_OK) set_caution(m);
    return status;
}

static hs_status compute(const hs_hotspot_work *work, void *result) {
    making m = {.work = work, .request = work->request, .h = result};
    return make(&m);
}

/* The words with the period replaced; an empty one is none. */
static hs_status with_period(const hs_hotspot_words *words, hs_str period, hs_hotspot_words *other) {
    hs_str *names = hs_arena_array(words->arena, words->count + 1, sizeof *names);
    hs_str *values = hs_arena_array(words->arena, words->count + 1, sizeof *values);
    if (!names || !values) return hs_error_memory(words->error, "the periods");
    size_t count = 0;
    for (size_t i = 0; i < words->count; i++) {
        if (hs_str_equal(words->names[i], HS_STR("datetime"))) continue;
        names[count] = words->names[i];
        values[count++] = words->values[i];
    }
    if (period.size > 0) {
        names[count] = HS_STR("datetime");
        values[count++] = period;
    }
    *other = *words;
    other->names = names;
    other->values = values;
    other->count = count;
    return HS_OK;
}

static hs_status parse_period(const hs_hotspot_words *words, const char *name, hs_str period,
                              hs_areas_request *request, double *months) {
    hs_hotspot_words own;
    hs_status status = with_period(words, period, &own);
    if (status == HS_OK) status = hs_areas_request_parse(&own, HS_AREAS_GI_STAR, request);
    if (status != HS_OK) return status;
    if (!hs_filter_months(&request->filter, words->snapshot, months) || !(*months > 0))
        return hs_error_set(words->error, HS_E_ARGUMENT, "%s: %.*s is no period that incidents lie in", name,
                            (int)hs_utf8_cut(period, 60), period.data);
    return HS_OK;
}

static int64_t end_of(const hs_filter *f) {
    return f->to_s == HS_NO_TIME ? INT64_MAX : f->to_s;
}

static int64_t start_of(const hs_filter *f) {
    return f->from_s == HS_NO_TIME ? INT64_MIN : f->from_s;
}

static hs_status parse_periods(const hs_hotspot_words *words, hs_change_request *r) {
    r->now_text = hs_hotspot_word(words, "datetime");
    r->before_text = hs_hotspot_word(words, "compare");
    if (r->now_text.size == 0 || r->before_text.size == 0)
        return hs_error_set(words->error, HS_E_ARGUMENT,
                            "change needs two periods: datetime and the one that it is compared with, as in "
                            "datetime=2025-06-01/2025-08-31&compare=2024-06-01/2024-08-31");
    hs_status status = parse_period(words, "datetime", r->now_text, &r->now, &r->now_months);
    if (status == HS_OK) {
        status = parse_period(words, "compare", r->before_text, &r->before, &r->before_months);
        if (status != HS_OK) return hs_error_prefix(words->error, status, "compare");
    }
    if (status == HS_OK && start_of(&r->now.filter) < end_of(&r->before.filter) &&
        start_of(&r->before.filter) < end_of(&r->now.filter))
        return hs_error_set(words->error, HS_E_ARGUMENT, "compare: the two periods share some of their time");
    return status;
}

static hs_status parse(const hs_hotspot_words *words, void **request) {
    hs_change_request *r = hs_arena_array(words->arena, 1, sizeof *r);
    hs_hotspot_words any_time;
    int test = HS_CHANGE_EXACT;
    if (!r) return hs_error_memory(words->error, "a request");
    hs_status status = with_period(words, (hs_str){"", 0}, &any_time);
    if (status == HS_OK) status = hs_areas_request_parse(&any_time, HS_AREAS_GI_STAR, &r->areas);
    if (status == HS_OK) status = parse_periods(words, r);
    if (status == HS_OK)
        status = hs_hotspot_choice(words, "test", tests, HS_CHANGE_TESTS, HS_CHANGE_EXACT, &test);
    if (status == HS_OK) status = hs_hotspot_switch(words, "relative", false, &r->relative);
    r->test = (hs_change_test)test;
    if (status == HS_OK && r->relative && r->test == HS_CHANGE_E_TEST)
        status = hs_error_set(words->error, HS_E_ARGUMENT, "relative: takes test=exact or test=mid-p");
    *request = r;
    return status;
}

const hs_hotspot_method hs_hotspot_change = {
    "change",
    "change between two periods: rate ratios with exact limits, unit by unit",
    "两个时段的变化：逐单元比率及其精确区间",
    parse,
    sizeof(hs_change_result),
    RESULT_MOST,
    compute,
    hs_change_table,
    hs_change_head,
    hs_change_explain,
    NULL,
};
