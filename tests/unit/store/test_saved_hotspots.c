/* Saved runs of hotspots through the store, and as a snapshot has them. */
#include "city/saved_hotspots.h"
#include "store_makers.h"

#include <math.h>

static const uint32_t one_ring[] = {0, 5}, one_part[] = {0, 1}, one_line[] = {0, 3};
static const hs_position square[] = {{0, 0}, {10, 0}, {10, 10}, {0, 10}, {0, 0}};
static const hs_geometry area = {HS_GEOMETRY_POLYGONS, 1, 1, one_part, one_ring, square};
static const hs_geometry line = {
    .type = HS_GEOMETRY_LINES, .ring_count = 1, .ring_start = one_line, .positions = square};
static const hs_geometry point = {.type = HS_GEOMETRY_POINT, .positions = square + 2};

static hs_saved_hotspot_record run_record(const char *title, int64_t created_s) {
    return (hs_saved_hotspot_record){.method = HS_STR("gi-star"),
                                     .title = hs_str_of(title),
                                     .parameters = HS_STR("level=community&seed=1"),
                                     .user = HS_STR("li"),
                                     .created_s = created_s,
                                     .data_version = 7,
                                     .feature = 3,
                                     .value = (double)NAN,
                                     .statistic = (double)NAN,
                                     .p_value = (double)NAN,
                                     .q_value = (double)NAN,
                                     .n = (double)NAN,
                                     .expected = (double)NAN,
                                     .properties = HS_STR("{\"seed\":1}")};
}

static hs_saved_hotspot_record feature_record(int64_t run, int64_t feature, const hs_geometry *geometry) {
    return (hs_saved_hotspot_record){.run = run,
                                     .method = HS_STR("gi-star"),
                                     .created_s = HS_NO_TIME,
                                     .feature = feature,
                                     .value = 1.5,
                                     .statistic = -2.25,
                                     .p_value = 1e-300,
                                     .q_value = (double)NAN,
                                     .n = 3,
                                     .expected = (double)INFINITY,
                                     .rank = feature,
                                     .label_zh = HS_STR("热点"),
                                     .label_en = HS_STR("hot spot"),
                                     .properties = HS_STR("{\"z\":-2.25}"),
                                     .geometry =
                                         geometry ? *geometry : (hs_geometry){.type = HS_GEOMETRY_NONE}};
}

static hs_put put(hs_store *store, hs_saved_hotspot_record record, hs_error *error) {
    hs_put done = HS_PUT_ADDED;
    check_ok(hs_store_put_hotspot(store, &record, error, &done), error);
    return done;
}

/* A run with an area, a line, a point and a feature without a place; the run's id. */
static int64_t save(hs_store *store, const char *title, int64_t created_s, hs_error *error, int64_t *batch) {
    check_ok(hs_store_begin(store, HS_KIND_HOTSPOTS, hs_str_of(title), error, batch), error);
    assert_int_equal(put(store, run_record(title, created_s), error), HS_PUT_ADDED);
    int64_t run = hs_store_last_id(store);
    const hs_geometry *const geometries[] = {&area, &line, &point, NULL};
    for (int i = 0; i < 4; i++)
        assert_int_equal(put(store, feature_record(run, i + 1, geometries[i]), error), HS_PUT_ADDED);
    assert_int_equal(commit(store, error).rows_added, 5);
    return run;
}

static hs_status add(void *context, const hs_saved_hotspot_record *record, hs_error *error) {
    return hs_saved_hotspots_add(context, record, error);
}

static hs_saved_hotspots *read_all(hs_store *store, hs_error *error) {
    hs_saved_hotspots_builder *builder = NULL;
    check_ok(hs_saved_hotspots_builder_new(error, &builder), error);
    check_ok(hs_store_scan_hotspots(store, add, builder, error), error);
    return hs_saved_hotspots_finish(builder);
}

/* What is put comes back after the store was closed, bit for bit; infinite and missing numbers are none. */
static void round_trip(void **state) {
    store_place *place = *state;
    hs_error *error = &place->error;
    hs_store *store = open_as(place, HS_STORE_CREATE);
    int64_t batch;
    int64_t run = save(store, "周报", 1704477780, error, &batch);
    hs_store_close(store);
    store = open_as(place, HS_STORE_READ);
    hs_saved_hotspots *saved = read_all(store, error);
    assert_int_equal(saved->run_count, 1);
    assert_int_equal(saved->feature_count, 4);
    const hs_saved_hotspot_record *own = hs_saved_hotspots_find(saved, run);
    assert_non_null(own);
    assert_null(hs_saved_hotspots_find(saved, run + 1));
    assert_true(hs_str_equal(own->title, HS_STR("周报")) && hs_str_equal(own->user, HS_STR("li")));
    assert_true(hs_str_equal(own->parameters, HS_STR("level=community&seed=1")));
    assert_true(hs_str_equal(own->properties, HS_STR("{\"seed\":1}")));
    assert_int_equal(own->created_s, 1704477780);
    assert_int_equal(own->data_version, 7);
    const hs_geometry_type types[] = {HS_GEOMETRY_POLYGONS, HS_GEOMETRY_LINES, HS_GEOMETRY_POINT,
                                      HS_GEOMETRY_NONE};
    for (uint32_t i = 0; i < 4; i++) {
        const hs_saved_hotspot_record *feature = &saved->feature[i];
        assert_ptr_equal(hs_saved_run_of(saved, i), own);
        assert_int_equal(feature->geometry.type, types[i]);
        assert_int_equal(feature->feature, i + 1);
        assert_true(feature->value == 1.5 && feature->statistic == -2.25 && feature->p_value == 1e-300);
        assert_true(isnan(feature->q_value) && isnan(feature->expected) && feature->n == 3);
        assert_true(hs_str_equal(feature->label_zh, HS_STR("热点")));
    }
    assert_memory_equal(saved->feature[0].geometry.positions, square, sizeof square);
    hs_saved_hotspots_unref(saved);
    hs_store_close(store);
}

/* Runs change their own version and no other; a run that is removed comes back when that is undone. */
static void versions_and_undo(void **state) {
    store_place *place = *state;
    hs_error *error = &place->error;
    hs_store *store = open_as(place, HS_STORE_CREATE);
    hs_store_versions versions;
    begin(store, HS_KIND_INCIDENTS, error);
    (void)put_incident(store, incident("1", "a", 10), error);
    (void)commit(store, error);
    int64_t first_batch, batch, removal;
    int64_t first = save(store, "a", 100, error, &first_batch), second = save(store, "a", 101, error, &batch);
    check_ok(hs_store_get_versions(store, error, &versions), error);
    assert_int_equal(versions.sequence, 3);
    assert_int_equal(versions.hotspots, 3);
    assert_int_equal(versions.city, 1);
    assert_int_equal(versions.incidents, 1);
    assert_int_equal(versions.plans, 0);
    assert_int_equal(versions.geography, 0);

    check_ok(hs_store_begin(store, HS_KIND_HOTSPOTS, HS_STR("removal"), error, &removal), error);
    for (int64_t id = first + 4; id >= first; id--)
        check_ok(hs_store_remove(store, id, error), error);
    assert_int_equal(hs_store_remove(store, first, error), HS_E_NOT_FOUND);
    (void)commit(store, error);
    hs_saved_hotspots *saved = read_all(store, error);
    assert_int_equal(saved->run_count, 1);
    assert_int_equal(saved->feature_count, 4);
    assert_null(hs_saved_hotspots_find(saved, first));
    hs_saved_hotspots_unref(saved);

    uint64_t removed, restored;
    begin(store, HS_KIND_HOTSPOTS, error);
    check_ok(hs_store_undo(store, removal, error, &removed, &restored), error);
    (void)commit(store, error);
    assert_int_equal(restored, 5);
    begin(store, HS_KIND_HOTSPOTS, error);
    check_ok(hs_store_undo(store, batch, error, &removed, &restored), error);
    (void)commit(store, error);
    assert_int_equal(removed, 5);
    saved = read_all(store, error);
    assert_int_equal(saved->run_count, 1);
    assert_int_equal(saved->feature_count, 4);
    assert_non_null(hs_saved_hotspots_find(saved, first));
    assert_null(hs_saved_hotspots_find(saved, second));
    hs_saved_hotspots_unref(saved);
    hs_store_close(store);
}

/* The same run twice is one row; what is no run is refused and leaves the batch as it is. */
static void refuses(void **state) {
    store_place *place = *state;
    hs_error *error = &place->error;
    hs_store *store = open_as(place, HS_STORE_CREATE);
    hs_put done;
    begin(store, HS_KIND_HOTSPOTS, error);
    assert_int_equal(put(store, run_record("a", 100), error), HS_PUT_ADDED);
    int64_t run = hs_store_last_id(store);
    assert_int_equal(put(store, run_record("a", 100), error), HS_PUT_UNCHANGED);
    assert_int_equal(put(store, run_record("a", 101), error), HS_PUT_ADDED);
    assert_int_equal(put(store, run_record("b", 100), error), HS_PUT_ADDED);
    assert_int_equal(put(store, feature_record(run, 1, &area), error), HS_PUT_ADDED);
    assert_int_equal(put(store, feature_record(run, 1, &area), error), HS_PUT_UNCHANGED);
    hs_saved_hotspot_record wrong = run_record("", 100);
    assert_int_equal(hs_store_put_hotspot(store, &wrong, error, &done), HS_E_INPUT);
    wrong = run_record("c", 100);
    wrong.method = (hs_str){"", 0};
    assert_int_equal(hs_store_put_hotspot(store, &wrong, error, &done), HS_E_INPUT);
    const hs_position nowhere = {2000000000, 0};
    const hs_geometry outside = {.type = HS_GEOMETRY_POINT, .positions = &nowhere};
    wrong = feature_record(run, 2, &outside);
    assert_int_equal(hs_store_put_hotspot(store, &wrong, error, &done), HS_E_INPUT);
    hs_target_record target = {.target = 1};
    assert_int_equal(hs_store_put_target(store, &target, error, &done), HS_E_ARGUMENT);
    assert_int_equal(commit(store, error).rows_added, 4);
    /* A later batch finds the row it is. */
    begin(store, HS_KIND_HOTSPOTS, error);
    assert_int_equal(put(store, run_record("a", 100), error), HS_PUT_UNCHANGED);
    assert_int_equal(hs_store_last_id(store), run);
    hs_store_rollback(store);
    hs_store_close(store);
}

/* A feature whose run a GIS has taken out of the file is passed over. */
static void orphans(void **state) {
    store_place *place = *state;
    hs_saved_hotspots_builder *builder = NULL;
    check_ok(hs_saved_hotspots_builder_new(&place->error, &builder), &place->error);
    for (int64_t id = 1; id <= 300; id++) {
        hs_saved_hotspot_record record =
            id % 3 == 1 ? run_record("a", id) : feature_record(id % 3 == 2 ? id - 1 : 2, 1, &area);
        record.id = id;
        check_ok(hs_saved_hotspots_add(builder, &record, &place->error), &place->error);
    }
    hs_saved_hotspots *saved = hs_saved_hotspots_finish(builder);
    assert_int_equal(saved->run_count, 100);
    assert_int_equal(saved->feature_count, 100);
    for (uint32_t i = 0; i < saved->feature_count; i++)
        assert_int_equal(hs_saved_run_of(saved, i)->id, saved->feature[i].run);
    hs_saved_hotspots *again = hs_saved_hotspots_ref(saved);
    hs_saved_hotspots_unref(saved);
    assert_int_equal(hs_saved_hotspots_find(again, 298)->id, 298);
    hs_saved_hotspots_unref(again);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(round_trip), cmocka_unit_test(versions_and_undo),
                                       cmocka_unit_test(refuses), cmocka_unit_test(orphans)};
    return run_over_makers(tests, sizeof tests / sizeof *tests);
}
