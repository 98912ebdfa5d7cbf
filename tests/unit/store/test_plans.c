/* Targets, population and aliases of classes through the store. */
#include "store_makers.h"

static const uint32_t one_ring[] = {0, 5}, one_part[] = {0, 1};
static const hs_position square[] = {{0, 0}, {10, 0}, {10, 10}, {0, 10}, {0, 0}};
static const hs_geometry area = {HS_GEOMETRY_POLYGONS, 1, 1, one_part, one_ring, square};
static const hs_geometry point = {.type = HS_GEOMETRY_POINT, .positions = square + 2};

typedef struct seen {
    int rows;
    char words[8][128];
} seen;

static hs_status see_target(void *context, const hs_target_record *record, hs_error *error) {
    (void)error;
    seen *all = context;
    snprintf(all->words[all->rows++], sizeof all->words[0], "%.*s|%.*s|%.*s|%.*s|%g", (int)record->unit.size,
             record->unit.data, (int)record->category.size, record->category.data, (int)record->from.size,
             record->from.data, (int)record->to.size, record->to.data, record->target);
    return HS_OK;
}

static hs_status see_people(void *context, const hs_population_record *record, hs_error *error) {
    (void)error;
    seen *all = context;
    snprintf(all->words[all->rows++], sizeof all->words[0], "%.*s|%g|%d|%d", (int)record->unit.size,
             record->unit.data, record->population, (int)record->geometry.type,
             record->geometry.type == HS_GEOMETRY_NONE ? 0 : record->geometry.positions[0].lon_e7);
    return HS_OK;
}

static hs_put put_target(hs_store *store, const char *unit, const char *category, const char *to,
                         double target, hs_error *error) {
    hs_put put = HS_PUT_ADDED;
    hs_target_record record = {.unit = hs_str_of(unit),
                               .category = hs_str_of(category),
                               .from = HS_STR("2025-01-01"),
                               .to = hs_str_of(to),
                               .target = target};
    check_ok(hs_store_put_target(store, &record, error, &put), error);
    return put;
}

/* Known by unit, category and days: another number is another promise for the same. */
static void targets(void **state) {
    store_place *place = *state;
    hs_error *error = &place->error;
    hs_store *store = open_as(place, HS_STORE_CREATE);
    hs_put put;
    begin(store, HS_KIND_TARGETS, error);
    assert_int_equal(put_target(store, "a", "0510", "2025-06-30", 12, error), HS_PUT_ADDED);
    assert_int_equal(put_target(store, "a", "", "2025-06-30", 3, error), HS_PUT_ADDED);
    assert_int_equal(put_target(store, "", "a", "2025-06-30", 4, error), HS_PUT_ADDED);
    assert_int_equal(put_target(store, "", "a", "", 4, error), HS_PUT_ADDED);
    const double wrong[] = {-1, NAN, INFINITY};
    for (int i = 0; i < 3; i++) {
        hs_target_record record = {.target = wrong[i]};
        assert_int_equal(hs_store_put_target(store, &record, error, &put), HS_E_INPUT);
    }
    hs_population_record people = {.unit = HS_STR("a")};
    assert_int_equal(hs_store_put_population(store, &people, error, &put), HS_E_ARGUMENT);
    assert_int_equal(commit(store, error).rows_added, 4);
    int64_t later = 0;
    check_ok(hs_store_begin(store, HS_KIND_TARGETS, HS_STR("b"), error, &later), error);
    assert_int_equal(put_target(store, "a", "0510", "2025-06-30", 12, error), HS_PUT_UNCHANGED);
    assert_int_equal(put_target(store, "a", "", "2025-06-30", 5, error), HS_PUT_UPDATED);
    (void)commit(store, error);
    seen all = {0};
    check_ok(hs_store_scan_targets(store, see_target, &all, error), error);
    assert_int_equal(all.rows, 4);
    assert_string_equal(all.words[0], "a|0510|2025-01-01|2025-06-30|12");
    assert_string_equal(all.words[1], "a||2025-01-01|2025-06-30|5");
    assert_string_equal(all.words[3], "|a|2025-01-01||4");
    hs_store_versions versions;
    check_ok(hs_store_get_versions(store, error, &versions), error);
    assert_int_equal(versions.plans, 2);
    assert_int_equal(versions.geography, 0);
    uint64_t removed, restored;
    begin(store, HS_KIND_TARGETS, error);
    check_ok(hs_store_undo(store, later, error, &removed, &restored), error);
    (void)commit(store, error);
    assert_int_equal(removed, 0);
    assert_int_equal(restored, 1);
    all = (seen){0};
    check_ok(hs_store_scan_targets(store, see_target, &all, error), error);
    assert_string_equal(all.words[1], "a||2025-01-01|2025-06-30|3");
    hs_store_close(store);
}

static hs_put put_people(hs_store *store, const char *unit, double people, const hs_geometry *geometry,
                         hs_error *error) {
    hs_put put = HS_PUT_ADDED;
    hs_population_record record = {.unit = hs_str_of(unit), .population = people};
    if (geometry) record.geometry = *geometry;
    check_ok(hs_store_put_population(store, &record, error, &put), error);
    return put;
}

/* A unit and an area of one code are two; areas without a code are told apart by content. */
static void population(void **state) {
    store_place *place = *state;
    hs_error *error = &place->error;
    hs_store *store = open_as(place, HS_STORE_CREATE);
    hs_put put;
    for (int pass = 0; pass < 2; pass++) {
        hs_put expected = pass == 0 ? HS_PUT_ADDED : HS_PUT_UNCHANGED;
        begin(store, HS_KIND_POPULATION, error);
        assert_int_equal(put_people(store, "a", 12, NULL, error), expected);
        assert_int_equal(put_people(store, "a", 12, &area, error), expected);
        assert_int_equal(put_people(store, "", 7.5, &area, error), expected);
        assert_int_equal(put_people(store, "", 7.5, &area, error), expected);
        assert_int_equal(put_people(store, "", 1, &point, error), expected);
        const double wrong[] = {-1, NAN, 2e12};
        for (int i = 0; i < 3; i++) {
            hs_population_record record = {.unit = HS_STR("x"), .population = wrong[i]};
            assert_int_equal(hs_store_put_population(store, &record, error, &put), HS_E_INPUT);
        }
        assert_int_equal(commit(store, error).rows_added, pass == 0 ? 5 : 0);
    }
    begin(store, HS_KIND_POPULATION, error);
    assert_int_equal(put_people(store, "a", 13, &area, error), HS_PUT_UPDATED);
    (void)commit(store, error);
    seen all = {0};
    check_ok(hs_store_scan_population(store, see_people, &all, error), error);
    assert_int_equal(all.rows, 5);
    assert_string_equal(all.words[0], "a|12|0|0");
    assert_string_equal(all.words[1], "a|13|3|0");
    assert_string_equal(all.words[2], "|7.5|3|0");
    assert_string_equal(all.words[4], "|1|1|10");
    hs_store_versions versions;
    check_ok(hs_store_get_versions(store, error, &versions), error);
    assert_int_equal(versions.geography, 2);
    hs_store_close(store);
}

static hs_status see_class(void *context, const hs_category_record *record, hs_error *error) {
    (void)error;
    seen *all = context;
    snprintf(all->words[all->rows++], sizeof all->words[0], "%.*s|%.*s", (int)record->code.size,
             record->code.data, (int)record->aliases.size, record->aliases.data);
    return HS_OK;
}

static void aliases(void **state) {
    store_place *place = *state;
    hs_error *error = &place->error;
    hs_store *store = open_as(place, HS_STORE_CREATE);
    hs_category_record record = {.code = HS_STR("A"), .name = HS_STR("甲"), .aliases = HS_STR("x|y")};
    hs_put put;
    int64_t batch = 0;
    check_ok(hs_store_begin(store, HS_KIND_TAXONOMY, HS_STR("t"), error, &batch), error);
    check_ok(hs_store_clear_taxonomy(store, error), error);
    check_ok(hs_store_put_category(store, &record, error, &put), error);
    (void)commit(store, error);
    int64_t later = 0;
    check_ok(hs_store_begin(store, HS_KIND_TAXONOMY, HS_STR("u"), error, &later), error);
    check_ok(hs_store_clear_taxonomy(store, error), error);
    record.aliases = HS_STR("x|z");
    check_ok(hs_store_put_category(store, &record, error, &put), error);
    assert_true(commit(store, error).id > 0); /* other aliases are another taxonomy */
    uint64_t removed, restored;
    begin(store, HS_KIND_TAXONOMY, error);
    check_ok(hs_store_undo(store, later, error, &removed, &restored), error);
    (void)commit(store, error);
    seen all = {0};
    check_ok(hs_store_scan_categories(store, see_class, &all, error), error);
    assert_int_equal(all.rows, 1);
    assert_string_equal(all.words[0], "A|x|y");
    hs_store_close(store);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(targets), cmocka_unit_test(population),
                                       cmocka_unit_test(aliases)};
    return run_over_makers(tests, sizeof tests / sizeof *tests);
}
