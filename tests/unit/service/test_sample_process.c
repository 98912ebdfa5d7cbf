/* The sample city's incidents: determinism, the point process against its own mean, planted hotspots. */
#include "sample_city.h"

#include "base/hash.h"
#include "base/text.h"

#include <stdlib.h>

#define INCIDENTS 20000

typedef struct digest {
    uint64_t hash;
    uint32_t count, positioned, with_number;
    int64_t last_reported_s;
    uint32_t source[8], late;
} digest;

static void mix(digest *d, const void *data, size_t size) {
    d->hash = hs_hash(data, size, d->hash);
}

static hs_status digest_incident(void *context, const hs_incident_record *record, hs_error *error) {
    (void)error;
    digest *d = context;
    const hs_str texts[] = {record->external_id, record->category,   record->source,     record->status,
                            record->address,     record->department, record->description};
    for (size_t t = 0; t < sizeof texts / sizeof *texts; t++)
        mix(d, texts[t].data, texts[t].size);
    const int64_t numbers[] = {record->reported_s,  record->occurred_s,      record->closed_s,
                               record->deadline_s,  record->position.lon_e7, record->position.lat_e7,
                               record->has_position};
    mix(d, numbers, sizeof numbers);
    mix(d, &record->accuracy_m, sizeof record->accuracy_m);
    d->count++;
    d->positioned += record->has_position;
    assert_true(hs_utf8_valid(record->address) && record->address.size > 0);
    assert_true(record->occurred_s == HS_NO_TIME || record->occurred_s <= record->reported_s);
    assert_true(record->closed_s == HS_NO_TIME || record->closed_s >= record->reported_s);
    assert_true(record->has_position == (record->accuracy_m > 0));
    d->late += record->closed_s != HS_NO_TIME && record->closed_s > record->deadline_s;
    return HS_OK;
}

static digest run(uint64_t seed, uint32_t incidents) {
    hs_sample_city *city = make_city(seed);
    hs_error error = {0};
    hs_sample_process *process = NULL;
    hs_timezone *zone = NULL;
    check_ok(hs_timezone_new("Asia/Shanghai", &error, &zone), &error);
    check_ok(hs_sample_process_new(city, incidents, &error, &process), &error);
    digest d = {.last_reported_s = HS_NO_TIME};
    hs_sample_sink sink = {.context = &d, .incident = digest_incident};
    check_ok(hs_sample_emit_incidents(process, incidents, zone, &sink, &error, &d.last_reported_s), &error);
    hs_timezone_unref(zone);
    hs_sample_city_free(city);
    return d;
}

static void test_same_seed_same_rows(void **state) {
    (void)state;
    digest one = run(1, INCIDENTS);
    digest again = run(1, INCIDENTS);
    digest other = run(2, INCIDENTS);
    assert_int_equal(one.count, INCIDENTS);
    assert_true(one.hash == again.hash);
    assert_true(one.hash != other.hash);
    /* The last report falls on the last local day: 2025-12-31 in Shanghai. */
    assert_in_range(one.last_reported_s, 1767110400, 1767196799);
    assert_in_range(one.positioned, INCIDENTS * 6 / 10, INCIDENTS * 85 / 100);
    assert_in_range(one.late, INCIDENTS / 50, INCIDENTS * 3 / 10);
}

static void test_no_incidents_is_a_city_too(void **state) {
    (void)state;
    digest none = run(1, 0);
    assert_int_equal(none.count, 0);
    assert_true(none.last_reported_s == HS_NO_TIME);
}

/* Means of the whole period add up to the number that was asked for. */
static void test_mean_is_what_was_asked(void **state) {
    (void)state;
    hs_sample_city *city = make_city(1);
    hs_error error = {0};
    hs_sample_process *process = NULL;
    check_ok(hs_sample_process_new(city, 60000, &error, &process), &error);
    double mean = 0;
    for (uint32_t c = 0; c < process->component_count; c++) {
        double share = 0;
        for (uint32_t k = 0; k < process->component[c].edge_count; k++)
            share += hs_sample_edge_share(&process->component[c], k);
        check_near(share, 1, 1e-9);
        for (int64_t day = city->definition.first_day; day < city->definition.last_day; day++)
            mean += hs_sample_day_mean(process, c, day);
    }
    check_near(mean, 60000, 1e-5);
    hs_sample_city_free(city);
}

/* Over many seeds of the events, a month's counts by class agree with their means: a chi-square over 13
 * classes stays below 45, which 13 degrees of freedom exceed less than once in 10,000 times. */
static void test_draws_follow_the_mean(void **state) {
    (void)state;
    hs_sample_city *city = make_city(1);
    hs_error error = {0};
    hs_sample_process *process = NULL;
    check_ok(hs_sample_process_new(city, INCIDENTS, &error, &process), &error);
    const hs_sample_definition *definition = &city->definition;
    int64_t from = definition->first_day + 880;
    double expected[32] = {0};
    double counted[32] = {0};
    const int runs = 20;
    for (uint32_t c = 0; c < process->component_count; c++)
        for (int64_t day = from; day < from + 30; day++)
            expected[process->component[c].category] += runs * hs_sample_day_mean(process, c, day);
    for (int n = 0; n < runs; n++) {
        hs_random random;
        hs_random_seed(&random, 1000 + (uint64_t)n);
        hs_sample_event *events = NULL;
        check_ok(hs_sample_draw(process, definition->first_day, definition->last_day, INCIDENTS, &random,
                                &error, &events),
                 &error);
        for (uint32_t e = 0; e < INCIDENTS; e++) {
            if (e > 0) assert_true(events[e].local_s >= events[e - 1].local_s);
            int64_t day = events[e].local_s / 86400;
            assert_true(day >= definition->first_day && day < definition->last_day);
            if (day >= from && day < from + 30) counted[process->component[events[e].component].category]++;
        }
        free(events);
    }
    double chi2 = 0;
    for (uint32_t k = 0; k < definition->category_count; k++)
        chi2 += (counted[k] - expected[k]) * (counted[k] - expected[k]) / expected[k];
    assert_true(chi2 < 45.0);
    hs_sample_city_free(city);
}

static uint32_t find_planted(const hs_sample_process *process, const char *key) {
    for (uint32_t c = 0; c < process->component_count; c++) {
        uint32_t planted = process->component[c].planted;
        if (planted != HS_NONE &&
            hs_str_equal(process->city->definition.planted[planted].key, hs_str_of(key)))
            return c;
    }
    fail_msg("%s is not planted", key);
    return 0;
}

/* Events of the hotspot's class on its streets between two days, whichever component they came from. */
static uint32_t count_there(const hs_sample_process *process, uint32_t component,
                            const hs_sample_event *events, uint32_t count, int64_t from, int64_t to) {
    const hs_sample_component *spot = &process->component[component];
    uint32_t n = 0;
    for (uint32_t e = 0; e < count; e++) {
        int64_t day = events[e].local_s / 86400;
        if (day < from || day >= to || process->component[events[e].component].category != spot->category)
            continue;
        for (uint32_t k = 0; k < spot->edge_count; k++)
            n += spot->edge[k] == events[e].edge;
    }
    return n;
}

static void test_planted_hotspots_stand_out_move_and_fade(void **state) {
    (void)state;
    hs_sample_city *city = make_city(1);
    hs_error error = {0};
    hs_sample_process *process = NULL;
    check_ok(hs_sample_process_new(city, 60000, &error, &process), &error);
    const hs_sample_definition *definition = &city->definition;
    hs_random random;
    hs_random_seed(&random, 7);
    hs_sample_event *events = NULL;
    check_ok(
        hs_sample_draw(process, definition->first_day, definition->last_day, 60000, &random, &error, &events),
        &error);
    double total_m = 0;
    for (uint32_t e = 0; e < city->edge_count; e++)
        total_m += city->edge[e].length_m;
    for (uint32_t c = definition->category_count; c < process->component_count; c++) {
        const hs_sample_planted *planted = &definition->planted[process->component[c].planted];
        int64_t to = planted->to_day < definition->last_day ? planted->to_day : definition->last_day;
        uint32_t here = count_there(process, c, events, 60000, planted->from_day, to);
        double length_m = 0;
        for (uint32_t k = 0; k < process->component[c].edge_count; k++)
            length_m += city->edge[process->component[c].edge[k]].length_m;
        uint32_t everywhere = 0;
        for (uint32_t e = 0; e < 60000; e++) {
            int64_t day = events[e].local_s / 86400;
            everywhere += day >= planted->from_day && day < to &&
                          process->component[events[e].component].category == planted->category;
        }
        double even = everywhere * length_m / total_m;
        /* More than ten times an even spread, and far beyond its Poisson noise. */
        assert_true(here > 10 * even && here > even + 10 * sqrt(even + 1));
    }
    int64_t june =
        definition->planted[process->component[find_planted(process, "barbecue_riverside")].planted].from_day;
    uint32_t market = find_planted(process, "barbecue_night_market");
    uint32_t river = find_planted(process, "barbecue_riverside");
    assert_true(count_there(process, market, events, 60000, june - 730, june) > 500);
    assert_true(count_there(process, market, events, 60000, june, june + 365) < 60);
    assert_true(count_there(process, river, events, 60000, june - 730, june) < 60);
    assert_true(count_there(process, river, events, 60000, june, june + 365) > 400);
    uint32_t lantern = find_planted(process, "lantern_street_vendors");
    int64_t fade = definition->planted[process->component[lantern].planted].fade_day;
    uint32_t before = count_there(process, lantern, events, 60000, fade - 365, fade);
    uint32_t after = count_there(process, lantern, events, 60000, fade + 100, fade + 465);
    assert_true(before > 4 * after && after > 0);
    free(events);
    hs_sample_city_free(city);
}

static void test_numeric_functions(void **state) {
    (void)state;
    for (int step = -81; step <= 81; step++) {
        double x = step * 0.37;
        check_near(hs_sample_sin(x), sin(x), 1e-12);
        check_near(hs_sample_cos(x), cos(x), 1e-12);
        check_near(hs_sample_exp(x / 3) / exp(x / 3), 1, 1e-10);
    }
    hs_random random;
    hs_random_seed(&random, 3);
    double sum = 0;
    double squares = 0;
    for (int n = 0; n < 100000; n++) {
        double value = hs_sample_gauss(&random);
        sum += value;
        squares += value * value;
    }
    check_near(sum / 100000, 0, 0.015);
    check_near(squares / 100000, 1, 0.02);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numeric_functions),
        cmocka_unit_test(test_same_seed_same_rows),
        cmocka_unit_test(test_no_incidents_is_a_city_too),
        cmocka_unit_test(test_mean_is_what_was_asked),
        cmocka_unit_test(test_draws_follow_the_mean),
        cmocka_unit_test(test_planted_hotspots_stand_out_move_and_fade),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
