/* The newest incidents, against a plain sort of the records that the city was made of. */
#include "made_city.h"

#include "city/newest.h"
#include <stdlib.h>

enum { ROWS = 140000, SINCE_S = 1704067200, DAY_S = 86400 };

typedef struct truth {
    int64_t row, asked_s;
    bool closed, barbecue;
} truth;

typedef struct made {
    hs_geography *geography;
    hs_incidents *incidents;
    hs_arena *arena;
    truth rows[ROWS]; /* the newest first */
} made;

static const char *const words[] = {"open", "Closed - Duplicate", "handling", "已结案"};

static void make_record(int64_t id, hs_incident_record *record) {
    made_incident(id, record);
    record->status = hs_str_of(words[id % 4]);
    if (id % 100 < 3) record->reported_s = SINCE_S + 200 * DAY_S; /* many of one second */
    if (id % 7 == 0) record->reported_s = record->occurred_s = HS_NO_TIME;
}

static int newest_first(const void *a, const void *b) {
    const truth *x = a, *y = b;
    if (x->asked_s != y->asked_s) return x->asked_s < y->asked_s ? 1 : -1;
    return x->row < y->row ? 1 : -1;
}

static int set_up(void **state) {
    hs_error error = {0};
    made *m = calloc(1, sizeof *m);
    hs_incidents_builder *builder;
    m->geography = made_geography();
    m->arena = hs_arena_new((size_t)1 << 30);
    check_ok(hs_incidents_builder_new(&error, &builder), &error);
    for (int64_t i = 0; i < ROWS; i++) {
        hs_incident_record record;
        make_record(i + 1, &record);
        check_ok(hs_incidents_add(builder, &record, &error), &error);
        bool known = record.reported_s != HS_NO_TIME;
        m->rows[i] = (truth){i + 1, known ? record.reported_s : record.occurred_s,
                             record.closed_s != HS_NO_TIME || (i + 1) % 4 == 1 || (i + 1) % 4 == 3,
                             hs_str_equal(record.category, HS_STR("0510"))};
    }
    qsort(m->rows, ROWS, sizeof *m->rows, newest_first);
    check_ok(hs_incidents_finish(&builder, 1, m->geography, 9, NULL, &error, &m->incidents), &error);
    *state = m;
    return 0;
}

static int tear_down(void **state) {
    made *m = *state;
    hs_incidents_unref(m->incidents);
    hs_geography_unref(m->geography);
    hs_arena_free(m->arena);
    free(m);
    return 0;
}

static bool in_truth(const truth *row, const hs_newest_query *query) {
    if (row->asked_s == HS_NO_TIME || row->asked_s < query->from_s || row->asked_s >= query->to_s)
        return false;
    if (query->category && !row->barbecue) return false;
    return query->openness == HS_OPEN_OR_CLOSED || row->closed == (query->openness == HS_CLOSED_ONLY);
}

static void check_page(const made *m, const hs_newest_query *query) {
    hs_error error = {0};
    const hs_incident_place *places;
    uint32_t count;
    uint64_t matched;
    check_ok(hs_newest(m->incidents, query, m->arena, &error, &places, &count, &matched), &error);
    uint64_t passed = 0;
    uint32_t at = 0;
    for (uint32_t i = 0; i < ROWS; i++) {
        if (!in_truth(&m->rows[i], query) || passed++ < query->skip || at == query->limit) continue;
        assert_true(at < count);
        assert_int_equal(places[at].row, m->rows[i].row);
        assert_int_equal(places[at].asked_s, m->rows[i].asked_s);
        assert_int_equal(hs_incident_row(m->incidents->chunk[places[at].chunk], places[at].i),
                         places[at].row);
        at++;
    }
    assert_int_equal(count, at);
    assert_int_equal(matched, passed);
}

static void pages(void **state) {
    const made *m = *state;
    const uint64_t *closed = hs_closed_statuses(m->incidents, m->arena);
    uint64_t barbecue[2] = {0};
    for (uint32_t c = 0; c < m->incidents->category_count; c++)
        if (hs_str_equal(m->incidents->category_code[c], HS_STR("0510")))
            barbecue[c / 64] |= 1ull << (c % 64);
    const struct {
        int64_t from_s, to_s;
    } periods[] = {{SINCE_S, SINCE_S + 90 * DAY_S},
                   {SINCE_S - 400 * DAY_S, SINCE_S + 800 * DAY_S},
                   {SINCE_S + 200 * DAY_S, SINCE_S + 200 * DAY_S + 1}, /* one second */
                   {SINCE_S + 200 * DAY_S - 3600, SINCE_S + 200 * DAY_S + 3601},
                   {INT64_MIN + 1, INT64_MAX},
                   {SINCE_S, SINCE_S},
                   {SINCE_S + 1, SINCE_S}};
    for (size_t p = 0; p < sizeof periods / sizeof *periods; p++)
        for (int openness = HS_OPEN_OR_CLOSED; openness <= HS_CLOSED_ONLY; openness++)
            for (uint64_t skip = 0; skip <= 64000; skip = skip ? 8 * skip : 125)
                check_page(m, &(hs_newest_query){.from_s = periods[p].from_s,
                                                 .to_s = periods[p].to_s,
                                                 .category = openness == HS_OPEN_ONLY ? barbecue : NULL,
                                                 .openness = (hs_openness)openness,
                                                 .closed_statuses = closed,
                                                 .skip = skip,
                                                 .limit = 250});
}

static void newest(void **state) {
    const made *m = *state;
    const truth *last = &m->rows[0];
    assert_int_equal(hs_newest_asked_s(m->incidents, INT64_MAX), last->asked_s);
    assert_int_equal(hs_newest_asked_s(m->incidents, last->asked_s), last->asked_s);
    uint32_t i = 0;
    while (m->rows[i].asked_s > SINCE_S + 100 * DAY_S)
        i++;
    assert_int_equal(hs_newest_asked_s(m->incidents, SINCE_S + 100 * DAY_S), m->rows[i].asked_s);
    assert_true(hs_newest_asked_s(m->incidents, 0) == HS_NO_TIME);
}

static void by_row(void **state) {
    made *m = *state;
    hs_error error = {0};
    const int64_t rows[] = {70000, 1, ROWS, ROWS + 1, 0, -5, 70000, INT64_MAX, INT64_MIN, 2};
    enum { COUNT = sizeof rows / sizeof *rows };
    hs_incident_place places[COUNT];
    check_ok(hs_incidents_find_all(m->incidents, rows, COUNT, m->arena, &error, places), &error);
    for (size_t p = 0; p < COUNT; p++) {
        bool there = rows[p] >= 1 && rows[p] <= ROWS;
        assert_int_equal(places[p].chunk != HS_NONE, there);
        if (there)
            assert_int_equal(hs_incident_row(m->incidents->chunk[places[p].chunk], places[p].i), rows[p]);
    }
    check_ok(hs_incidents_find_all(m->incidents, rows, 0, m->arena, &error, places), &error);
}

/* All of the made city's have the same external id. */
static void by_external_id(void **state) {
    const made *m = *state;
    hs_incident_place place;
    assert_true(hs_incidents_find_external(m->incidents, HS_STR("x"), &place));
    assert_int_equal(place.row, ROWS);
    assert_false(hs_incidents_find_external(m->incidents, HS_STR("xx"), &place));
    assert_false(hs_incidents_find_external(m->incidents, HS_STR("X"), &place));
}

static void status_words(void **state) {
    (void)state;
    const char *const closed[] = {
        "closed",         "CLOSED",   " Closed ", "Closed - Duplicate", "completed", "已结案", "结案",
        "已结案（超期）", "Canceled", "void",     "Resolved, no action"};
    const char *const open[] = {"",           "open",       "handling", "closing",    "closed_pending",
                                "结案审核中", "not closed", "处置中",   "completely", "reopened",
                                "filed"};
    for (size_t i = 0; i < sizeof closed / sizeof *closed; i++)
        if (!hs_status_means_closed(hs_str_of(closed[i]))) fail_msg("%s is open", closed[i]);
    for (size_t i = 0; i < sizeof open / sizeof *open; i++)
        if (hs_status_means_closed(hs_str_of(open[i]))) fail_msg("%s is closed", open[i]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pages),          cmocka_unit_test(newest),       cmocka_unit_test(by_row),
        cmocka_unit_test(by_external_id), cmocka_unit_test(status_words),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
