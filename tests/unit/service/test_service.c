#include "check.h"

#include "base/text.h"
#include "service/locate.h"
#include "service/service_private.h"
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

/* A store in a folder of its own with one community of 0.02 x 0.02 degrees. */
typedef struct fixture {
    char folder[64];
    char path[96];
    hs_service *service;
    atomic_uint mismatches; /* seen by other threads, which must not assert */
} fixture;

static const hs_position ring[5] = {{1004000000, 389000000},
                                    {1004200000, 389000000},
                                    {1004200000, 389200000},
                                    {1004000000, 389200000},
                                    {1004000000, 389000000}};

static void put_incidents(hs_store *store, int first, int count, const char *category) {
    hs_error error = {0};
    int64_t batch;
    check_ok(hs_store_begin(store, HS_KIND_INCIDENTS, HS_STR("test"), &error, &batch), &error);
    for (int i = first; i < first + count; i++) {
        char id[16];
        int size = snprintf(id, sizeof id, "%d", i);
        hs_incident_record record = {
            .external_id = {id, (size_t)size},
            .category = hs_str_of(category),
            .reported_s = 1700000000 + i * 60,
            .occurred_s = HS_NO_TIME,
            .closed_s = HS_NO_TIME,
            .deadline_s = HS_NO_TIME,
            .has_position = i % 10 != 9,
            .position = {1004000000 + i % 1000 * 200 + 1, 389000000 + i / 1000 * 200 + 1},
            .match_type = i % 10 != 9 ? HS_MATCH_GIVEN : HS_MATCH_NONE,
            .weight = 1};
        hs_put put;
        check_ok(hs_store_put_incident(store, &record, &error, &put), &error);
        assert_int_equal(put, HS_PUT_ADDED);
    }
    hs_batch_info info = {.id = batch, .rows_read = (uint64_t)count};
    check_ok(hs_store_commit(store, &info, &error), &error);
}

static int setup(void **state) {
    fixture *f = calloc(1, sizeof *f);
    strcpy(f->folder, "/tmp/hotspot-service-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    snprintf(f->path, sizeof f->path, "%s/city.gpkg", f->folder);
    hs_error error = {0};
    hs_service_options options = {.threads = 2, .cache_bytes = 4096};
    check_ok(hs_service_open(f->path, HS_STORE_CREATE, &options, &error, &f->service), &error);
    hs_store *store = hs_service_store(f->service);
    check_ok(hs_store_set_setting(store, "timezone", HS_STR("Asia/Shanghai"), &error), &error);
    int64_t batch;
    check_ok(hs_store_begin(store, HS_KIND_UNITS, HS_STR("test"), &error, &batch), &error);
    uint32_t parts[2] = {0, 1}, rings[2] = {0, 5};
    hs_unit_record unit = {.code = HS_STR("001"),
                           .name = HS_STR("东社区"),
                           .level = HS_LEVEL_COMMUNITY,
                           .geometry = {HS_GEOMETRY_POLYGONS, 1, 1, parts, rings, ring}};
    hs_put put;
    check_ok(hs_store_put_unit(store, &unit, &error, &put), &error);
    hs_batch_info info = {.id = batch, .rows_read = 1};
    check_ok(hs_store_commit(store, &info, &error), &error);
    put_incidents(store, 0, 2000, "0504");
    *state = f;
    return 0;
}

static int teardown(void **state) {
    fixture *f = *state;
    hs_service_close(f->service);
    char command[160];
    snprintf(command, sizeof command, "rm -rf '%s'", f->folder);
    int result = system(command); /* NOLINT(cert-env33-c): a folder that mkdtemp named */
    free(f);
    return result;
}

static hs_snapshot *load(fixture *f) {
    hs_error error = {0};
    check_ok(hs_service_load(f->service, &error, NULL), &error);
    return hs_service_snapshot(f->service);
}

static uint64_t count(fixture *f, const hs_snapshot *snapshot, const char *word, const char *text,
                      const hs_selection **selection) {
    hs_error error = {0};
    hs_arena *arena = hs_arena_new(1 << 20);
    hs_filter filter;
    hs_str name = hs_str_of(word), value = hs_str_of(text);
    check_ok(hs_filter_parse(snapshot, &name, &value, 1, -1, arena, &error, &filter), &error);
    check_ok(hs_service_select(f->service, snapshot, &filter, &error, selection), &error);
    hs_arena_free(arena);
    return (*selection)->count;
}

static uint64_t count_category(fixture *f, const hs_snapshot *snapshot, const char *category,
                               const hs_selection **selection) {
    return count(f, snapshot, "category", category, selection);
}

static void test_load(void **state) {
    fixture *f = *state;
    assert_null(hs_service_snapshot(f->service));
    assert_false(hs_service_ready(f->service));
    hs_snapshot *snapshot = load(f);
    assert_int_equal(snapshot->incidents->count, 2000);
    assert_int_equal(snapshot->incidents->positioned, 1800);
    assert_string_equal(snapshot->info.timezone, "Asia/Shanghai");
    assert_string_equal(snapshot->info.name, "city");
    hs_snapshot *again = load(f);
    assert_ptr_equal(again, snapshot); /* nothing changed: the same city */
    hs_snapshot_unref(again);
    hs_snapshot_unref(snapshot);
}

static void test_append_shares_chunks(void **state) {
    fixture *f = *state;
    hs_snapshot *old = load(f);
    const hs_selection *before, *after;
    assert_int_equal(count_category(f, old, "0504", &before), 1800);
    put_incidents(hs_service_store(f->service), 5000, 100, "0510");
    hs_snapshot *now = load(f);
    assert_true(now->version > old->version);
    assert_int_equal(now->incidents->count, 2100);
    assert_int_equal(old->incidents->count, 2000); /* whoever still reads the old one is not disturbed */
    uint32_t shared = 0;
    for (uint32_t i = 0; i < old->incidents->chunk_count; i++)
        for (uint32_t j = 0; j < now->incidents->chunk_count; j++)
            shared += old->incidents->chunk[i] == now->incidents->chunk[j];
    assert_int_equal(shared, old->incidents->chunk_count);
    assert_int_equal(count_category(f, now, "0504", &after), 1800);
    assert_ptr_equal(after->snapshot, now);
    hs_service_selection_unref(after);
    assert_int_equal(count_category(f, now, "0510", &after), 90);
    hs_service_selection_unref(after);
    assert_int_equal(before->count, 1800);
    hs_service_selection_unref(before);
    hs_snapshot_unref(old);
    hs_snapshot_unref(now);
}

static void test_selection_is_computed_once(void **state) {
    fixture *f = *state;
    hs_snapshot *snapshot = load(f);
    const hs_selection *a, *b;
    count_category(f, snapshot, "0504", &a);
    count_category(f, snapshot, "0504", &b);
    assert_ptr_equal(a, b);
    hs_service_selection_unref(a);
    hs_service_selection_unref(b);
    hs_snapshot_unref(snapshot);
}

/* An incident a minute from 2023-11-14T22:13:20Z to 2023-11-16T07:32:20Z, nine in ten with a position. Hour 7
 * of the zone at +8 is hour 23 of UTC, two whole ones; of hour 7 of UTC there are one whole and 33 minutes.
 */
static void test_selection_follows_the_time_zone(void **state) {
    fixture *f = *state;
    hs_snapshot *old = load(f);
    const hs_selection *selection;
    assert_int_equal(count(f, old, "hours", "7", &selection), 2 * 54);
    hs_service_selection_unref(selection);
    hs_snapshot_unref(old);
    hs_error error = {0};
    check_ok(hs_store_set_setting(hs_service_store(f->service), "timezone", HS_STR("UTC"), &error), &error);
    hs_snapshot *now = load(f);
    assert_int_equal(count(f, now, "hours", "7", &selection), 54 + 29);
    hs_service_selection_unref(selection);
    hs_snapshot_unref(now);
}

enum { READERS = 4, ROUNDS = 60 };

static void *select_again_and_again(void *context) {
    static const char *const words[][2] = {
        {"category", "0504"}, {"hours", "7"}, {"hours", "8"}, {"status", ""}};
    fixture *f = context;
    for (int round = 0; round < ROUNDS; round++) {
        hs_snapshot *snapshot = hs_service_snapshot(f->service);
        for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
            const hs_selection *selection;
            uint64_t passed = count(f, snapshot, words[i][0], words[i][1], &selection), bits = 0;
            for (uint32_t c = 0; c < selection->chunk_count; c++) {
                const hs_incident_chunk *chunk = snapshot->incidents->chunk[c];
                for (uint32_t row = 0; chunk->positioned && row < chunk->count; row++)
                    bits += !selection->bits[c] || (selection->bits[c][row / 64] >> (row % 64) & 1);
            }
            f->mismatches += bits != passed;
            hs_service_selection_unref(selection);
        }
        hs_snapshot_unref(snapshot);
    }
    return NULL;
}

/* Readers that ask for the same selections while the city grows, with a cache too small to keep them. */
static void test_selections_from_many_threads(void **state) {
    fixture *f = *state;
    hs_snapshot_unref(load(f));
    pthread_t readers[READERS];
    for (int i = 0; i < READERS; i++)
        assert_int_equal(pthread_create(&readers[i], NULL, select_again_and_again, f), 0);
    for (int i = 0; i < 8; i++) {
        hs_service_store_lock(f->service);
        put_incidents(hs_service_store(f->service), 3000 + i * 10, 10, "0504");
        hs_service_store_unlock(f->service);
        hs_snapshot_unref(load(f));
    }
    for (int i = 0; i < READERS; i++)
        pthread_join(readers[i], NULL);
    assert_int_equal(f->mismatches, 0);
    hs_snapshot *snapshot = load(f);
    const hs_selection *selection;
    assert_int_equal(count_category(f, snapshot, "0504", &selection), 1800 + 8 * 9);
    hs_service_selection_unref(selection);
    hs_snapshot_unref(snapshot);
}

static void put_street(hs_store *store, const char *name, int32_t lat_e7) {
    hs_error error = {0};
    int64_t batch;
    check_ok(hs_store_begin(store, HS_KIND_STREETS, HS_STR("test"), &error, &batch), &error);
    const hs_position line[2] = {{1004010000, lat_e7}, {1004190000, lat_e7}};
    const uint32_t ends[2] = {0, 2};
    hs_street_record street = {
        .name = hs_str_of(name),
        .left_from = HS_NO_NUMBER,
        .left_to = HS_NO_NUMBER,
        .right_from = HS_NO_NUMBER,
        .right_to = HS_NO_NUMBER,
        .geometry = {.type = HS_GEOMETRY_LINES, .ring_count = 1, .ring_start = ends, .positions = line}};
    hs_put put;
    check_ok(hs_store_put_street(store, &street, &error, &put), &error);
    hs_batch_info info = {.id = batch, .rows_read = 1};
    check_ok(hs_store_commit(store, &info, &error), &error);
}

static hs_match_type match(const hs_geocoder *geocoder, const char *address) {
    hs_error error = {0};
    hs_geocode_result result = {0};
    size_t found = 0;
    check_ok(hs_geocode(geocoder, hs_str_of(address), &result, 1, &error, &found), &error);
    return found > 0 ? result.match_type : HS_MATCH_NONE;
}

static int count_geocoders(const hs_service *service) {
    int kept = 0;
    for (const hs_geocoder_entry *entry = service->geocoders; entry; entry = entry->next)
        kept++;
    return kept;
}

/* A geocoder lives as long as somebody has a snapshot with its geography, and no longer. */
static void test_geocoders_go_with_their_geography(void **state) {
    fixture *f = *state;
    hs_error error = {0};
    put_street(hs_service_store(f->service), "中山路", 389050000);
    hs_snapshot *old = load(f);
    const hs_geocoder *first, *again, *second;
    check_ok(hs_service_geocoder(f->service, old, &error, &first), &error);
    check_ok(hs_service_geocoder(f->service, old, &error, &again), &error);
    assert_ptr_equal(first, again);
    put_street(hs_service_store(f->service), "人民路", 389150000);
    hs_snapshot *now = load(f);
    check_ok(hs_service_geocoder(f->service, now, &error, &second), &error);
    assert_int_equal(match(first, "中山路"), HS_MATCH_STREET);
    assert_int_equal(match(first, "人民路"), HS_MATCH_NONE);
    assert_int_equal(match(second, "人民路"), HS_MATCH_STREET);
    assert_int_equal(count_geocoders(f->service), 2);
    hs_snapshot_unref(old);
    hs_snapshot_unref(load(f));
    assert_int_equal(count_geocoders(f->service), 1);
    check_ok(hs_service_geocoder(f->service, now, &error, &again), &error);
    assert_ptr_equal(again, second);
    hs_snapshot_unref(now);
}

static void test_locate(void **state) {
    fixture *f = *state;
    hs_snapshot *snapshot = load(f);
    hs_error error = {0};
    const hs_locating with = {.geography = snapshot->geography};
    hs_incident_record given = {.has_position = true, .position = {1, 2}};
    check_ok(hs_locate_incident(&with, &given, &error), &error);
    assert_int_equal(given.match_type, HS_MATCH_GIVEN);
    hs_incident_record by_unit = {.unit = HS_STR("001")};
    check_ok(hs_locate_incident(&with, &by_unit, &error), &error);
    assert_int_equal(by_unit.match_type, HS_MATCH_UNIT);
    hs_placement placement;
    hs_geography_place(snapshot->geography, by_unit.position, &placement);
    assert_int_equal(placement.unit[HS_LEVEL_COMMUNITY], 0);
    /* 0.02 degrees at 38.9 north: about 1733 m x 2220 m; the square root of half of that. */
    check_near(by_unit.accuracy_m, 1387, 10);
    hs_incident_record lost = {.unit = HS_STR("999"), .address = HS_STR("nowhere 5")};
    check_ok(hs_locate_incident(&with, &lost, &error), &error);
    assert_false(lost.has_position);
    assert_int_equal(lost.match_type, HS_MATCH_NONE);
    hs_snapshot_unref(snapshot);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_load, setup, teardown),
        cmocka_unit_test_setup_teardown(test_append_shares_chunks, setup, teardown),
        cmocka_unit_test_setup_teardown(test_selection_is_computed_once, setup, teardown),
        cmocka_unit_test_setup_teardown(test_selection_follows_the_time_zone, setup, teardown),
        cmocka_unit_test_setup_teardown(test_selections_from_many_threads, setup, teardown),
        cmocka_unit_test_setup_teardown(test_geocoders_go_with_their_geography, setup, teardown),
        cmocka_unit_test_setup_teardown(test_locate, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
