/* Units, streets, addresses, places and zones through the store. */
#include "store_makers.h"

static const uint32_t two_rings[] = {0, 5, 10};
static const uint32_t two_parts[] = {0, 1, 2};
static const hs_position squares[] = {{0, 0},   {10, 0},  {10, 10}, {0, 10},  {0, 0},
                                      {20, 20}, {30, 20}, {30, 30}, {20, 30}, {20, 20}};
static const hs_geometry two_squares = {HS_GEOMETRY_POLYGONS, 2, 2, two_parts, two_rings, squares};
static const uint32_t hole_part[] = {0, 2};
static const hs_geometry with_hole = {HS_GEOMETRY_POLYGONS, 1, 2, hole_part, two_rings, squares};
static const uint32_t two_lines[] = {0, 2, 5};
static const hs_geometry lines = {HS_GEOMETRY_LINES, 0, 2, NULL, two_lines, squares};

static void same_geometry(const hs_geometry *a, const hs_geometry *b) {
    assert_int_equal(a->type, b->type);
    assert_int_equal(a->ring_count, b->ring_count);
    assert_memory_equal(a->ring_start, b->ring_start, (a->ring_count + 1) * sizeof(uint32_t));
    assert_memory_equal(a->positions, b->positions, a->ring_start[a->ring_count] * sizeof(hs_position));
    if (a->type != HS_GEOMETRY_POLYGONS) return;
    assert_int_equal(a->part_count, b->part_count);
    assert_memory_equal(a->part_start, b->part_start, (a->part_count + 1) * sizeof(uint32_t));
}

static hs_status see_unit(void *context, const hs_unit_record *record, hs_error *error) {
    (void)error;
    int number = (*(int *)context)++;
    check_str(record->code, "620702001");
    assert_int_equal(record->level, number == 0 ? HS_LEVEL_SUBDISTRICT : HS_LEVEL_COMMUNITY);
    check_str(record->attributes, number == 0 ? "{\"population\":9}" : "");
    check_str(record->parent, "620702");
    same_geometry(&record->geometry, number == 0 ? &with_hole : &two_squares);
    return HS_OK;
}

static void units_by_level_and_code(void **state) {
    store_place *place = *state;
    hs_error *error = &place->error;
    hs_store *store = open_as(place, HS_STORE_CREATE);
    hs_unit_record unit = {.code = HS_STR("620702001"),
                           .name = HS_STR("东街街道"),
                           .level = HS_LEVEL_SUBDISTRICT,
                           .parent = HS_STR("620702"),
                           .geometry = two_squares};
    hs_put put = HS_PUT_UNCHANGED;
    int count = 0;
    begin(store, HS_KIND_UNITS, error);
    check_ok(hs_store_put_unit(store, &unit, error, &put), error);
    assert_int_equal(put, HS_PUT_ADDED);
    unit.level = HS_LEVEL_COMMUNITY;
    check_ok(hs_store_put_unit(store, &unit, error, &put), error);
    assert_int_equal(put, HS_PUT_ADDED);
    (void)commit(store, error);
    begin(store, HS_KIND_UNITS, error);
    check_ok(hs_store_put_unit(store, &unit, error, &put), error);
    assert_int_equal(put, HS_PUT_UNCHANGED);
    unit.level = HS_LEVEL_SUBDISTRICT;
    unit.geometry = with_hole;
    unit.attributes = HS_STR("{\"population\":9}");
    check_ok(hs_store_put_unit(store, &unit, error, &put), error);
    assert_int_equal(put, HS_PUT_UPDATED);
    unit.level = HS_LEVEL_COUNT;
    assert_int_equal(hs_store_put_unit(store, &unit, error, &put), HS_E_INPUT);
    (void)commit(store, error);
    check_ok(hs_store_scan_units(store, see_unit, &count, error), error);
    assert_int_equal(count, 2);
    hs_store_versions versions = {0};
    check_ok(hs_store_get_versions(store, error, &versions), error);
    assert_int_equal(versions.geography, 2);
    hs_store_close(store);
}

static hs_status see_street(void *context, const hs_street_record *record, hs_error *error) {
    (void)error;
    ++*(int *)context;
    check_str(record->name, "民主西街");
    check_str(record->road_class, "secondary");
    assert_int_equal(record->left_from, 1);
    assert_int_equal(record->left_to, HS_NO_NUMBER);
    assert_int_equal(record->right_to, -4);
    assert_int_equal(record->layer, -1);
    same_geometry(&record->geometry, &lines);
    return HS_OK;
}

static hs_status see_address(void *context, const hs_address_record *record, hs_error *error) {
    (void)error;
    ++*(int *)context;
    check_str(record->street, "民主西街");
    check_str(record->number, "12号附1");
    check_str(record->unit, "");
    assert_true(record->position.lon_e7 == 1004497000 && record->position.lat_e7 == -389259000);
    return HS_OK;
}

static void streets_and_addresses_by_content(void **state) {
    store_place *place = *state;
    hs_error *error = &place->error;
    hs_store *store = open_as(place, HS_STORE_CREATE);
    hs_street_record street = {.name = HS_STR("民主西街"),
                               .road_class = HS_STR("secondary"),
                               .left_from = 1,
                               .left_to = HS_NO_NUMBER,
                               .right_from = 2,
                               .right_to = -4,
                               .layer = -1,
                               .geometry = lines};
    hs_address_record address = {
        .street = HS_STR("民主西街"), .number = HS_STR("12号附1"), .position = {1004497000, -389259000}};
    hs_put put = HS_PUT_ADDED;
    int streets = 0, addresses = 0;
    for (int round = 0; round < 2; round++) {
        begin(store, HS_KIND_STREETS, error);
        for (int i = 0; i < 2; i++) /* identical rows of one file stay two */
            check_ok(hs_store_put_street(store, &street, error, &put), error);
        assert_int_equal(commit(store, error).rows_added, round == 0 ? 2 : 0);
        begin(store, HS_KIND_ADDRESSES, error);
        check_ok(hs_store_put_address(store, &address, error, &put), error);
        assert_int_equal(commit(store, error).rows_added, round == 0 ? 1 : 0);
    }
    check_ok(hs_store_scan_streets(store, see_street, &streets, error), error);
    check_ok(hs_store_scan_addresses(store, see_address, &addresses, error), error);
    assert_int_equal(streets, 2);
    assert_int_equal(addresses, 1);
    hs_store_close(store);
}

static hs_status see_place(void *context, const hs_place_record *record, hs_error *error) {
    (void)error;
    int number = (*(int *)context)++;
    assert_true(record->position.lon_e7 == 25 && record->position.lat_e7 == 26);
    if (number == 0)
        same_geometry(&record->geometry, &two_squares);
    else
        assert_int_equal(record->geometry.type, HS_GEOMETRY_POINT);
    return HS_OK;
}

static hs_status see_zone(void *context, const hs_zone_record *record, hs_error *error) {
    (void)error;
    ++*(int *)context;
    check_str(record->kind, "permitted");
    check_str(record->hours, "18-23");
    check_str(record->weekdays, "1-5");
    assert_true(record->from_s == 1704477780 && record->to_s == HS_NO_TIME);
    same_geometry(&record->geometry, &two_squares);
    return HS_OK;
}

static void places_and_zones(void **state) {
    store_place *place = *state;
    hs_error *error = &place->error;
    hs_store *store = open_as(place, HS_STORE_CREATE);
    hs_place_record market = {.name = HS_STR("市场"), .position = {25, 26}, .geometry = two_squares};
    hs_zone_record zone = {.name = HS_STR("夜市"),
                           .kind = HS_STR("permitted"),
                           .hours = HS_STR("18-23"),
                           .weekdays = HS_STR("1-5"),
                           .from_s = 1704477780,
                           .to_s = HS_NO_TIME,
                           .geometry = two_squares};
    hs_put put = HS_PUT_ADDED;
    int places = 0, zones = 0;
    begin(store, HS_KIND_PLACES, error);
    check_ok(hs_store_put_place(store, &market, error, &put), error);
    market.geometry = (hs_geometry){.type = HS_GEOMETRY_POINT, .positions = &market.position};
    check_ok(hs_store_put_place(store, &market, error, &put), error);
    assert_int_equal(put, HS_PUT_ADDED);
    (void)commit(store, error);
    begin(store, HS_KIND_ZONES, error);
    check_ok(hs_store_put_zone(store, &zone, error, &put), error);
    (void)commit(store, error);
    check_ok(hs_store_scan_places(store, see_place, &places, error), error);
    check_ok(hs_store_scan_zones(store, see_zone, &zones, error), error);
    assert_int_equal(places, 2);
    assert_int_equal(zones, 1);
    hs_store_close(store);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(units_by_level_and_code),
        cmocka_unit_test(streets_and_addresses_by_content),
        cmocka_unit_test(places_and_zones),
    };
    return run_over_makers(tests, sizeof tests / sizeof *tests);
}
