/* What stands where in the made-up town follows from its plan in made_town.h. */
#include "made_town.h"

#include "geo/plane.h"
#include <hotspot/reverse_geocode.h>

typedef struct town {
    hs_geography *geography;
    hs_reverse_geocoder *reverse;
} town;

static int set_up(void **state) {
    static town made;
    hs_error error;
    made.geography = made_town();
    check_ok(hs_reverse_geocoder_new(made.geography, &error, &made.reverse), &error);
    *state = &made;
    return 0;
}

static int tear_down(void **state) {
    town *made = *state;
    hs_reverse_geocoder_free(made->reverse);
    hs_reverse_geocoder_free(NULL);
    hs_geography_unref(made->geography);
    return 0;
}

static hs_reverse_result ask(void **state, double x, double y, hs_label_language language) {
    const town *made = *state;
    hs_reverse_result result;
    assert_true(hs_reverse_geocode(made->reverse, town_at(x, y), language, &result));
    return result;
}

static void check_label(void **state, double x, double y, hs_match_type type, const char *label) {
    hs_reverse_result result = ask(state, x, y, HS_LABEL_AS_NAMES);
    assert_string_equal(result.label, label);
    assert_int_equal(result.match_type, type);
}

static void test_labels(void **state) {
    check_label(state, 0.5, 0.5, HS_MATCH_ADDRESS, "1312 Decatur St NW");
    check_label(state, 0.4, 0.5, HS_MATCH_ADDRESS, "near 1312 Decatur St NW"); /* 18 m west */
    check_label(state, 1.5, 3.02, HS_MATCH_ADDRESS, "春风路23号");
    check_label(state, 1.4, 3.02, HS_MATCH_ADDRESS, "春风路23号附近");
    check_label(state, 1.02, 0, HS_MATCH_INTERSECTION, "at the corner of P Street NW and 17TH ST NW");
    check_label(state, 2.03, 3, HS_MATCH_INTERSECTION, "春风路与人民路交叉口");
    check_label(state, 2.5, 3, HS_MATCH_STREET, "春风路（人民路与17TH ST SE之间）");
    check_label(state, 1.5, 1.01, HS_MATCH_STREET, "E St SE between 17TH ST NW and 人民路");
    check_label(state, 8, 0.01, HS_MATCH_STREET, "中山路");
    check_label(state, 3.3, 1.3, HS_MATCH_PLACE, "东关夜市");
    check_label(state, 3.4, 1.3, HS_MATCH_PLACE, "东关夜市附近");
    check_label(state, 18, 18, HS_MATCH_UNIT, "玉里鎮");
}

static void test_languages(void **state) {
    assert_string_equal(ask(state, 2.5, 3, HS_LABEL_EN).label,
                        "Chunfeng Road between Renmin Road and 17TH ST SE");
    assert_string_equal(ask(state, 2.5, 3, HS_LABEL_ZH).label, "春风路（人民路与17TH ST SE之间）");
    assert_string_equal(ask(state, 3.4, 1.3, HS_LABEL_EN).label, "near East Gate Night Market");
    assert_string_equal(ask(state, 0.4, 0.5, HS_LABEL_ZH).label, "1312 Decatur St NW附近");
    assert_string_equal(ask(state, 18, 18, HS_LABEL_EN).label, "Yuli");
}

static void test_parts(void **state) {
    const town *made = *state;
    const hs_geography *geography = made->geography;
    hs_reverse_result result = ask(state, 2.5, 3.05, HS_LABEL_AS_NAMES);
    check_str(geography->streets.name[result.street], "春风路");
    check_near(result.street_distance_m, hs_ground_distance_m(town_at(2.5, 3), town_at(2.5, 3.05)), 0.01);
    assert_int_equal(result.side, -1); /* it runs east, the position lies north */
    assert_int_equal(ask(state, 2.5, 2.97, HS_LABEL_AS_NAMES).side, 1);
    check_near(result.on_street.lon_e7, town_at(2.5, 3).lon_e7, 1);
    check_near(result.on_street.lat_e7, town_at(2.5, 3).lat_e7, 1);
    check_str(geography->streets.name[result.cross[0].street], "人民路");
    check_str(geography->streets.name[result.cross[1].street], "17TH ST SE");
    double half_m = hs_ground_distance_m(town_at(2, 3), town_at(2.5, 3));
    check_near(result.cross[0].distance_m, half_m, 0.1);
    check_near(result.cross[1].distance_m, half_m, 0.1);
    hs_position node = geography->segments.node[result.cross[0].node];
    check_near(node.lon_e7, town_at(2, 3).lon_e7, 1);
    check_str(geography->units.name[result.unit[HS_LEVEL_CITY]], "花蓮縣");
    check_str(geography->units.name[result.unit[HS_LEVEL_DISTRICT]], "鳳林鎮");
    for (int level = HS_LEVEL_SUBDISTRICT; level < HS_LEVEL_COUNT; level++)
        assert_int_equal(result.unit[level], HS_NONE);
    /* The nearest address is the lower of two at (2.5, 2.5) and (1.7, 3.02). */
    check_str(geography->addresses.text[result.address], "花蓮縣鳳林鎮大忠路１９５號");
    check_near(result.address_distance_m, hs_ground_distance_m(town_at(2.5, 2.5), town_at(2.5, 3.05)), 0.1);
    /* Over a junction of its own name: P Street is a row a block. */
    result = ask(state, 2.5, 0.02, HS_LABEL_AS_NAMES);
    check_str(geography->streets.name[result.cross[0].street], "人民路");
    /* A dead end on both sides. */
    result = ask(state, 8, 0.01, HS_LABEL_AS_NAMES);
    assert_int_equal(result.cross[0].street, HS_NONE);
    assert_int_equal(result.cross[1].street, HS_NONE);
}

static void test_walks_past_same_name(void **state) {
    const town *made = *state;
    /* Westward from the first block of P Street nothing crosses; eastward of the last 17TH ST SE is behind.
     */
    hs_reverse_result result = ask(state, 3.5, 0.02, HS_LABEL_AS_NAMES);
    check_str(made->geography->streets.name[result.cross[0].street], "17TH ST SE");
    assert_int_equal(result.cross[1].street, HS_NONE);
    /* 17TH ST NW from between E St and W Florissant. */
    result = ask(state, 1.01, 1.5, HS_LABEL_AS_NAMES);
    check_str(made->geography->streets.name[result.cross[0].street], "E St SE");
    check_str(made->geography->streets.name[result.cross[1].street], "W Florissant Ave W");
}

static void test_limits(void **state) {
    const town *made = *state;
    hs_reverse_result result;
    assert_false(hs_reverse_geocode(made->reverse, town_at(60, 60), HS_LABEL_AS_NAMES, &result));
    assert_false(hs_reverse_geocode(made->reverse, (hs_position){-1800000000, -900000000}, HS_LABEL_AS_NAMES,
                                    &result));
    /* 2 blocks east of 中山路's address 100: 351 m. */
    assert_int_equal(ask(state, 9, 0.02, HS_LABEL_AS_NAMES).address, HS_NONE);
    result = ask(state, 18, 18, HS_LABEL_AS_NAMES);
    assert_int_equal(result.street, HS_NONE);
    assert_int_equal(result.place, HS_NONE);
}

static void test_place_with_area(void **state) {
    (void)state;
    hs_error error;
    hs_geography_builder *builder = NULL;
    hs_geography *geography = NULL;
    hs_reverse_geocoder *reverse = NULL;
    check_ok(hs_geography_builder_new(&error, &builder), &error);
    const hs_position ring[5] = {town_at(0, 0), town_at(9, 0), town_at(9, 9), town_at(0, 9), town_at(0, 0)};
    const uint32_t rings[2] = {0, 5}, parts[2] = {0, 1};
    hs_place_record park = {.id = 1,
                            .name = HS_STR("甘泉公园"),
                            .position = town_at(1, 1),
                            .geometry = {HS_GEOMETRY_POLYGONS, 1, 1, parts, rings, ring}};
    check_ok(hs_geography_add_place(builder, &park, &error), &error);
    check_ok(hs_geography_finish(builder, 1, &error, &geography), &error);
    check_ok(hs_reverse_geocoder_new(geography, &error, &reverse), &error);
    hs_reverse_result result;
    assert_true(hs_reverse_geocode(reverse, town_at(8, 8), HS_LABEL_AS_NAMES, &result));
    assert_string_equal(result.label, "甘泉公园");
    check_near(result.place_distance_m, 0, 0);
    assert_false(hs_reverse_geocode(reverse, town_at(8, 12), HS_LABEL_AS_NAMES, &result));
    hs_reverse_geocoder_free(reverse);
    hs_geography_unref(geography);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_labels), cmocka_unit_test(test_languages),
        cmocka_unit_test(test_parts),  cmocka_unit_test(test_walks_past_same_name),
        cmocka_unit_test(test_limits), cmocka_unit_test(test_place_with_area),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
