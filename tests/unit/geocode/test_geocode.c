#include "answers.h"

#include "geo/plane.h"
#include "made_town.h"

static int set_up(void **state) {
    return fixture_set_up(state, made_town());
}

static hs_geocode_result find(const fixture *f, const char *address) {
    hs_geocode_result results[5] = {0};
    hs_error error;
    size_t count;
    check_ok(hs_geocode(f->geocoder, hs_str_of(address), results, 5, &error, &count), &error);
    assert_true(count <= 5);
    for (size_t i = 0; i < count; i++) {
        assert_true(results[i].score > 0 && results[i].score <= 1 && results[i].accuracy_m > 0);
        assert_true(i == 0 || results[i].score <= results[i - 1].score);
        assert_true(strlen(results[i].label) > 0);
    }
    return results[0];
}

/* The best candidate is of the type and within the distance of a place given in blocks. */
static hs_geocode_result check_found(const fixture *f, const char *address, hs_match_type type, double x,
                                     double y, double within_m) {
    hs_geocode_result found = find(f, address);
    double off_m =
        found.match_type == HS_MATCH_NONE ? -1 : hs_ground_distance_m(found.position, town_at(x, y));
    if (found.match_type != type || off_m > within_m) {
        print_error("'%s': %s, %.1f m off, score %.2f, '%s'\n", address, hs_match_type_name(found.match_type),
                    off_m, found.score, found.label);
        fail();
    }
    return found;
}

static void test_western_addresses(void **state) {
    const fixture *f = *state;
    const char *spellings[] = {"1312 DECATUR STREET NW",
                               "1312 Decatur St. N.W.",
                               "  1312  decatur   st nw ",
                               "1312 decatur st",
                               "1312 Decatur Street Northwest, Washington, DC 20011",
                               "1312 NW Decatur St",
                               "１３１２ Ｄｅｃａｔｕｒ Ｓｔ ＮＷ",
                               "1312 Decatur St NW Apt 4",
                               "1312 Decatur St NW #4"};
    for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++) {
        hs_geocode_result found = check_found(f, spellings[i], HS_MATCH_ADDRESS, 0.5, 0.5, 0.1);
        assert_false(found.ambiguous);
        assert_string_equal(found.label, "1312 Decatur St NW");
        assert_int_equal(f->town->addresses.id[found.address], 1);
        assert_true(found.score >= 0.95);
    }
    check_near(find(f, "1312 DECATUR STREET NW").score, 1, 0);
    check_near(find(f, "1312 DECATUR STREET NW").accuracy_m, 10, 0);
    check_found(f, "77 elm st", HS_MATCH_ADDRESS, 0.2, 3.5, 0.1);
    check_found(f, "77 Elm Street, Fenglin", HS_MATCH_ADDRESS, 0.2, 3.5, 0.1);
    check_found(f, "5-A Main St", HS_MATCH_ADDRESS, 0.1, 0.1, 0.1);
    check_found(f, "5 Main St", HS_MATCH_SUB_NUMBER, 0.1, 0.1, 0.1);
}

static void test_wrong_direction_costs(void **state) {
    const fixture *f = *state;
    hs_geocode_result found = check_found(f, "1312 Decatur St SE", HS_MATCH_ADDRESS, 0.5, 0.5, 0.1);
    assert_true(found.score < 0.9);
}

static void test_interpolation_between_known_numbers(void **state) {
    const fixture *f = *state;
    hs_geocode_result found = check_found(f, "1316 Decatur St NW", HS_MATCH_INTERPOLATED, 0.55, 0.5, 1);
    assert_true(found.accuracy_m >= 15);
    assert_string_equal(found.label, "1316 Decatur St NW");
    /* The other side's neighbour alone. */
    check_found(f, "1323 Decatur St NW", HS_MATCH_INTERPOLATED, 0.6, 0.6, 30);
    check_found(f, "春风路25号", HS_MATCH_INTERPOLATED, 1.6, 3.02, 1);
}

static void test_interpolation_along_ranges(void **state) {
    const fixture *f = *state;
    /* 250: the second block, right side (south, going east), half way. */
    hs_geocode_result found = check_found(f, "250 P Street NW", HS_MATCH_INTERPOLATED, 1.5, 0, 16);
    assert_true(found.position.lat_e7 < TOWN_SOUTH);
    check_near(hs_ground_distance_m(found.position, (hs_position){found.position.lon_e7, TOWN_SOUTH}), 15,
               0.5);
    found = check_found(f, "251 P Street NW", HS_MATCH_INTERPOLATED, 1.5, 0, 16);
    assert_true(found.position.lat_e7 > TOWN_SOUTH);
    assert_int_equal(f->town->streets.id[found.street], 101);
    hs_geocode_result low = find(f, "310 P St NW"), high = find(f, "390 P St NW");
    assert_true(low.position.lon_e7 < high.position.lon_e7);
    assert_true(low.position.lon_e7 > TOWN_WEST + 2 * BLOCK && high.position.lon_e7 < TOWN_WEST + 3 * BLOCK);
}

static void test_blocks(void **state) {
    const fixture *f = *state;
    hs_geocode_result found = check_found(f, "200 - 299 BLOCK OF P STREET NW", HS_MATCH_BLOCK, 1.5, 0, 3);
    assert_true(found.accuracy_m > 60 && found.accuracy_m < 110); /* half of 175 m */
    check_found(f, "200 block P St NW", HS_MATCH_BLOCK, 1.5, 0, 3);
    check_found(f, "200-299 p st nw", HS_MATCH_BLOCK, 1.5, 0, 3);
    check_found(f, "200 - 399 BLOCK OF P STREET NW", HS_MATCH_BLOCK, 2, 0, 3);
}

static void test_intersections(void **state) {
    const fixture *f = *state;
    check_found(f, "17th & P NW", HS_MATCH_INTERSECTION, 1, 0, 1);
    check_found(f, "17TH ST NW / P ST NW", HS_MATCH_INTERSECTION, 1, 0, 1);
    check_found(f, "P Street NW and 17th Street NW", HS_MATCH_INTERSECTION, 1, 0, 1);
    check_found(f, "E St SE @ 17th St SE", HS_MATCH_INTERSECTION, 3, 1, 1);
    check_found(f, "Florissant & Renmin Rd", HS_MATCH_INTERSECTION, 2, 2, 1);
    hs_geocode_result found = check_found(f, "春风路与人民路交叉口", HS_MATCH_INTERSECTION, 2, 3, 1);
    assert_string_equal(found.label, "春风路与人民路");
    check_near(found.accuracy_m, 15, 0);
    check_found(f, "人民路、春风路路口东南角", HS_MATCH_INTERSECTION, 2, 3, 16);
    check_found(f, "群众反映人民路春风路口有占道经营", HS_MATCH_INTERSECTION, 2, 3, 1);
    check_found(f, "Chunfeng Rd & Renmin Rd", HS_MATCH_INTERSECTION, 2, 3, 1);
    /* Streets that do not meet: no intersection is made up. */
    assert_int_not_equal(find(f, "P St NW & Oak Ave").match_type, HS_MATCH_INTERSECTION);
    /* Both 17th streets cross E: equally good unless told. */
    found = find(f, "17th & E");
    assert_int_equal(found.match_type, HS_MATCH_INTERSECTION);
    assert_true(found.ambiguous);
}

static void test_chinese_addresses(void **state) {
    const fixture *f = *state;
    hs_geocode_result found = check_found(f, "花蓮縣鳳林鎮大忠路１９５號", HS_MATCH_ADDRESS, 2.5, 2.5, 0.1);
    assert_string_equal(found.label, "花蓮縣鳳林鎮大忠路１９５號");
    assert_false(found.ambiguous);
    check_str(f->town->units.code[found.unit], "11");
    /* Simplified, without parts, with a district to choose by. */
    check_found(f, "花莲县凤林镇大忠路195号", HS_MATCH_ADDRESS, 2.5, 2.5, 0.1);
    check_found(f, "玉里镇大忠路195号", HS_MATCH_ADDRESS, 8.5, 2.5, 0.1);
    check_found(f, "凤林镇 大忠路 195号", HS_MATCH_ADDRESS, 2.5, 2.5, 0.1);
    assert_true(find(f, "大忠路195号").ambiguous);
    check_found(f, "春风路23号", HS_MATCH_ADDRESS, 1.5, 3.02, 0.1);
    check_found(f, "春风路23", HS_MATCH_ADDRESS, 1.5, 3.02, 0.1);
    check_found(f, "春风路二十三号", HS_MATCH_ADDRESS, 1.5, 3.02, 0.1);
    check_found(f, "春风路２３号楼下", HS_MATCH_ADDRESS, 1.5, 3.02, 0.1);
    check_found(f, "中正路100巷5弄3号之2", HS_MATCH_ADDRESS, 3.5, 3.5, 0.1);
    check_found(f, "中正路100巷5弄3之2号", HS_MATCH_ADDRESS, 3.5, 3.5, 0.1);
}

static void test_chinese_sub_numbers(void **state) {
    const fixture *f = *state;
    hs_geocode_result whole = check_found(f, "春风路12-1号", HS_MATCH_ADDRESS, 1.2, 2.98, 0.1);
    check_found(f, "春风路12号附1", HS_MATCH_ADDRESS, 1.2, 2.98, 0.1);
    check_found(f, "春风路12之1号", HS_MATCH_ADDRESS, 1.2, 2.98, 0.1);
    hs_geocode_result base = check_found(f, "春风路12号附9", HS_MATCH_SUB_NUMBER, 1.2, 2.98, 0.1);
    assert_true(base.score < whole.score);
    check_found(f, "春风路23号附2", HS_MATCH_SUB_NUMBER, 1.5, 3.02, 0.1);
    /* A lane that nobody knows: where it leaves the street. */
    hs_geocode_result lane = check_found(f, "中山路100巷5号", HS_MATCH_INTERPOLATED, 7, 0.02, 0.1);
    assert_true(lane.score < 0.8 && lane.accuracy_m >= 60);
}

static void test_prefixes(void **state) {
    const fixture *f = *state;
    /* A street whose name ends like another's is not that one. */
    hs_geocode_result found = find(f, "新中山路100号");
    assert_true(found.match_type == HS_MATCH_NONE || found.score < 0.8);
    assert_true(find(f, "玉里镇中山路100号").score == 1);
}

static void test_places_and_streets(void **state) {
    const fixture *f = *state;
    hs_geocode_result found =
        check_found(f, "市民反映東關夜市門口油烟污染", HS_MATCH_RELATIVE, 3.3, 1.3, 0.1);
    assert_string_equal(found.label, "东关夜市門口");
    check_near(found.accuracy_m, 50, 0);
    check_found(f, "trash near the East Gate Night Market again", HS_MATCH_PLACE, 3.3, 1.3, 0.1);
    found = check_found(f, "人民路", HS_MATCH_STREET, 2, 2, 1);
    assert_true(found.score <= 0.5 && found.accuracy_m > 300);
    check_found(f, "Oak Avenue", HS_MATCH_STREET, 2, 4, 1);
    check_found(f, "4000 OAK AVE", HS_MATCH_STREET, 2, 4, 1);
}

static void test_nothing(void **state) {
    const fixture *f = *state;
    const char *texts[] = {"",
                           "   ",
                           "12",
                           "号",
                           "#",
                           "&",
                           "/ / /",
                           "1/2",
                           "unknown road 5",
                           "no such place at all",
                           "\xff\xfe",
                           "st",
                           "nw st",
                           "123456789012345678901234567890 P St NW",
                           "与与与",
                           "十号"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        hs_geocode_result found = find(f, texts[i]);
        if (found.match_type != HS_MATCH_NONE && found.match_type != HS_MATCH_STREET)
            fail_msg("%s: %s", texts[i], found.label);
    }
    hs_error error;
    size_t count = 9;
    check_ok(hs_geocode(f->geocoder, HS_STR("人民路"), NULL, 0, &error, &count), &error);
    assert_int_equal(count, 0);
    char longest[6000];
    memset(longest, 'a', sizeof longest);
    for (size_t i = 0; i < sizeof longest; i += 7)
        longest[i] = ' ';
    hs_geocode_result result;
    check_ok(hs_geocode(f->geocoder, (hs_str){longest, sizeof longest}, &result, 1, &error, &count), &error);
    assert_int_equal(count, 0);
}

static void test_empty_city(void **state) {
    (void)state;
    hs_geography_builder *builder = NULL;
    hs_geography *nothing = NULL;
    hs_geocoder *geocoder = NULL;
    hs_geocode_result result;
    hs_error error;
    size_t count;
    check_ok(hs_geography_builder_new(&error, &builder), &error);
    check_ok(hs_geography_finish(builder, 1, &error, &nothing), &error);
    check_ok(hs_geocoder_new(nothing, &error, &geocoder), &error);
    hs_geography_unref(nothing);
    check_ok(hs_geocode(geocoder, HS_STR("1312 Decatur St"), &result, 1, &error, &count), &error);
    assert_int_equal(count, 0);
    hs_geocoder_free(geocoder);
    hs_geocoder_free(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_western_addresses),
                                       cmocka_unit_test(test_wrong_direction_costs),
                                       cmocka_unit_test(test_interpolation_between_known_numbers),
                                       cmocka_unit_test(test_interpolation_along_ranges),
                                       cmocka_unit_test(test_blocks),
                                       cmocka_unit_test(test_intersections),
                                       cmocka_unit_test(test_chinese_addresses),
                                       cmocka_unit_test(test_chinese_sub_numbers),
                                       cmocka_unit_test(test_prefixes),
                                       cmocka_unit_test(test_places_and_streets),
                                       cmocka_unit_test(test_nothing),
                                       cmocka_unit_test(test_empty_city)};
    return cmocka_run_group_tests(tests, set_up, fixture_tear_down);
}
