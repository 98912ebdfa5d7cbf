/* The sample city written into a store, as `hotspotd sample` does it. */
#include "base/text.h"
#include "check.h"
#include "service/service.h"

#include <stdlib.h>
#include <unistd.h>

#define INCIDENTS 4000

typedef struct fixture {
    char folder[32], store[64], truth[64];
    hs_service *service;
    uint32_t phases;
} fixture;

static bool on_progress(void *context, const char *phase, double share) {
    assert_true(phase && share >= 0);
    ++*(uint32_t *)context;
    return true;
}

static hs_status make_sample(fixture *f, hs_error *error) {
    hs_sample_options options = {
        .seed = 1, .incidents = INCIDENTS, .progress = on_progress, .context = &f->phases};
    return hs_service_sample(f->service, f->store, &options, error);
}

static int open_fixture(void **state) {
    fixture *f = calloc(1, sizeof *f);
    snprintf(f->folder, sizeof f->folder, "/tmp/hs-sample-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    snprintf(f->store, sizeof f->store, "%s/city.gpkg", f->folder);
    snprintf(f->truth, sizeof f->truth, "%s/city.truth.gpkg", f->folder);
    hs_error error = {0};
    hs_service_options options = {.threads = 2};
    check_ok(hs_service_open(f->store, HS_STORE_CREATE, &options, &error, &f->service), &error);
    check_ok(make_sample(f, &error), &error);
    *state = f;
    return 0;
}

static int close_fixture(void **state) {
    fixture *f = *state;
    hs_service_close(f->service);
    char command[64];
    snprintf(command, sizeof command, "rm -r %s", f->folder);
    free(f);
    return system(command);
}

static void test_snapshot_holds_the_city(void **state) {
    fixture *f = *state;
    hs_error error = {0};
    check_ok(hs_service_load(f->service, &error, NULL), &error);
    hs_snapshot *snapshot = hs_service_snapshot(f->service);
    const hs_geography *g = snapshot->geography;
    assert_string_equal(snapshot->info.timezone, "Asia/Shanghai");
    assert_true(snapshot->info.synthetic);
    assert_non_null(strstr(snapshot->info.name, "虚构"));
    assert_non_null(strstr(snapshot->info.name_en, "synthetic"));
    assert_int_equal(
        g->units.level_start[HS_LEVEL_SUBDISTRICT + 1] - g->units.level_start[HS_LEVEL_SUBDISTRICT], 5);
    assert_int_equal(g->addresses.count, 20000);
    assert_int_equal(g->places.count, 150);
    assert_in_range(g->streets.count, 540, 660);
    assert_true(g->zones.count > 20);
    hs_snapshot_unref(snapshot);
}

typedef struct placed {
    uint32_t count, by_type[HS_MATCH_COUNT], words, words_found;
} placed;

static hs_status count_incident(void *context, const hs_incident_record *record, hs_error *error) {
    (void)error;
    placed *p = context;
    bool words =
        hs_str_equal(record->source, HS_STR("hotline")) || hs_str_equal(record->source, HS_STR("media"));
    p->count++;
    p->by_type[record->match_type]++;
    p->words += words;
    p->words_found += words && record->has_position;
    return HS_OK;
}

static void test_callers_words_are_found(void **state) {
    fixture *f = *state;
    hs_error error = {0};
    hs_store *store = NULL;
    check_ok(hs_store_open(f->store, HS_STORE_READ, &error, &store), &error);
    placed p = {0};
    check_ok(hs_store_scan_incidents(store, 0, INT64_MAX, count_incident, &p, &error), &error);
    hs_store_close(store);
    assert_int_equal(p.count, INCIDENTS);
    assert_in_range(p.words, INCIDENTS / 5, INCIDENTS * 2 / 5);
    /* 97.5 % can be found at all. */
    assert_true(p.words_found > p.words * 80 / 100 && p.words_found < p.words);
    assert_true(p.by_type[HS_MATCH_ADDRESS] > p.words / 2);
}

static void test_truth_lies_beside(void **state) {
    fixture *f = *state;
    assert_int_equal(access(f->truth, R_OK), 0);
    assert_true(f->phases > 5);
}

static void test_full_store_is_refused(void **state) {
    fixture *f = *state;
    hs_error error = {0};
    assert_int_equal(make_sample(f, &error), HS_E_CONFLICT);
    assert_non_null(strstr(error.message, "empty store"));
    assert_non_null(strstr(error.message, f->store));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_snapshot_holds_the_city),
        cmocka_unit_test(test_callers_words_are_found),
        cmocka_unit_test(test_truth_lies_beside),
        cmocka_unit_test(test_full_store_is_refused),
    };
    return cmocka_run_group_tests(tests, open_fixture, close_fixture);
}
