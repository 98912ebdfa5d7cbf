/* Relative places in a small town of known shape: streets cross at right angles, so every answer can be told
 * by a ruler. */
#include "answers.h"
#include "made_town.h"

/* 南大街 runs north along x = 0, 西大街 (y = 0), 中环路 (y = 1) and 北环路 (y = 2) cross it; High Street runs
 * along x = 3, Mill Road and Dock Road cross it. */
static hs_geography *crossing_town(void) {
    hs_geography_builder *b = NULL;
    hs_geography *town = NULL;
    hs_error error;
    const int32_t none = HS_NO_NUMBER;
    check_ok(hs_geography_builder_new(&error, &b), &error);
    town_unit(b, HS_LEVEL_DISTRICT, "1", "", "甘州区", "Ganzhou", -5, -5, 10, 10);
    town_street(b, 1, (made_street){"南大街", "", 0, -3, 0, 3, none, none, none, none});
    town_street(b, 2, (made_street){"西大街", "", -3, 0, 4, 0, none, none, none, none});
    town_street(b, 3, (made_street){"中环路", "", -3, 1, 3, 1, none, none, none, none});
    town_street(b, 4, (made_street){"北环路", "", -3, 2, 3, 2, none, none, none, none});
    town_street(b, 5, (made_street){"High Street", "", 4, -3, 4, 3, none, none, none, none});
    town_street(b, 6, (made_street){"Mill Road", "", 4, -2, 6, -2, none, none, none, none});
    town_street(b, 7, (made_street){"Dock Road", "", 4, 2, 6, 2, none, none, none, none});
    town_address(b, 1, "南大街", "23", "甘州区南大街23号", 0.05, -1.5);
    town_address(b, 2, "High Street", "12", "", 4.05, 0.5);
    town_place(b, 1, "大佛寺", "Great Buddha Temple", -1.5, -2);
    town_place(b, 2, "东关夜市", "East Gate Night Market", 1.5, -2);
    check_ok(hs_geography_finish(b, 1, &error, &town), &error);
    return town;
}

static int set_up(void **state) {
    return fixture_set_up(state, crossing_town());
}

static void test_corners(void **state) {
    const fixture *f = *state;
    static const struct {
        const char *text;
        double bearing_deg;
    } corners[] = {{"南大街与西大街交叉口东南角", 135},
                   {"甘州区南大街与西大街交叉口西北角", 315},
                   {"南大街西大街路口东北角", 45},
                   {"南大街和西大街交汇处西南角", 225}};
    for (size_t i = 0; i < sizeof corners / sizeof *corners; i++)
        ask_at(f->geocoder, corners[i].text, HS_MATCH_INTERSECTION,
               hs_ground_move(town_at(0, 0), corners[i].bearing_deg, 15), 0.5);
    ask_at(f->geocoder, "NE corner of High St and Mill Rd", HS_MATCH_INTERSECTION,
           hs_ground_move(town_at(4, -2), 45, 15), 0.5);
    ask_at(f->geocoder, "corner of High Street and Dock Road", HS_MATCH_INTERSECTION, town_at(4, 2), 0.5);
    ask_at(f->geocoder, "南大街近西大街", HS_MATCH_INTERSECTION, town_at(0, 0), 0.5);
    const char *text = "南大街与西大街交叉口东南角";
    hs_geocode_result found = ask(f->geocoder, text);
    check_part(text, &found, HS_PART_STREET, "南大街");
    check_part(text, &found, HS_PART_CROSS_STREET, "西大街");
    check_part(text, &found, HS_PART_CORNER, "东南角");
    assert_true(found.cross_street != HS_NONE);
    assert_string_equal(found.label, "南大街与西大街东南角");
}

/* From what lies on a street the way goes along it, from a place straight. */
static void test_ways(void **state) {
    const fixture *f = *state;
    ask_at(f->geocoder, "南大街23号往北50米", HS_MATCH_RELATIVE, hs_ground_move(town_at(0, -1.5), 0, 50), 1);
    ask_at(f->geocoder, "南大街23号向南100米处", HS_MATCH_RELATIVE,
           hs_ground_move(town_at(0, -1.5), 180, 100), 1);
    ask_at(f->geocoder, "南大街与西大街交叉口以东80米", HS_MATCH_RELATIVE,
           hs_ground_move(town_at(0, 0), 90, 80), 1);
    ask_at(f->geocoder, "南大街23号向北大约50米处", HS_MATCH_RELATIVE,
           hs_ground_move(town_at(0, -1.5), 0, 50), 1);
    ask_at(f->geocoder, "南大街西大街路口往东走约80米", HS_MATCH_RELATIVE,
           hs_ground_move(town_at(0, 0), 90, 80), 1);
    ask_at(f->geocoder, "about 50 m north of Great Buddha Temple", HS_MATCH_RELATIVE,
           hs_ground_move(town_at(-1.5, -2), 0, 50), 0.5);
    ask_at(f->geocoder, "大佛寺往北五十米", HS_MATCH_RELATIVE, hs_ground_move(town_at(-1.5, -2), 0, 50), 0.5);
    ask_at(f->geocoder, "大佛寺门口往北50米", HS_MATCH_RELATIVE, hs_ground_move(town_at(-1.5, -2), 0, 50),
           0.5);
    ask_at(f->geocoder, "甘州区大佛寺东侧1公里", HS_MATCH_RELATIVE,
           hs_ground_move(town_at(-1.5, -2), 90, 1000), 1);
    ask_at(f->geocoder, "50 m north of Great Buddha Temple", HS_MATCH_RELATIVE,
           hs_ground_move(town_at(-1.5, -2), 0, 50), 0.5);
    ask_at(f->geocoder, "100ft SE of Great Buddha Temple", HS_MATCH_RELATIVE,
           hs_ground_move(town_at(-1.5, -2), 135, 30.48), 0.5);
    /* High Street ends 100 m before: straight on. */
    ask_at(f->geocoder, "High Street and Dock Road往北400米", HS_MATCH_RELATIVE,
           hs_ground_move(town_at(4, 2), 0, 400), 2);
    const char *text = "大佛寺往北50米";
    hs_geocode_result found = ask(f->geocoder, text);
    check_part(text, &found, HS_PART_PLACE, "大佛寺");
    check_part(text, &found, HS_PART_RELATION, "往北");
    check_part(text, &found, HS_PART_DISTANCE, "50米");
    assert_string_equal(found.label, "大佛寺往北50米");
}

static void test_sides(void **state) {
    const fixture *f = *state;
    hs_position house = town_at(0.05, -1.5), middle = town_at(0, -1.5);
    /* The house stands 8.7 m east of the middle of 南大街; the other side is 10 m west at least. */
    double house_m = hs_ground_distance_m(house, middle);
    assert_true(house_m > 8 && house_m < 10);
    ask_at(f->geocoder, "南大街23号对面", HS_MATCH_RELATIVE, hs_ground_move(middle, 270, 10), 0.5);
    ask_at(f->geocoder, "opposite 12 High Street", HS_MATCH_RELATIVE,
           hs_ground_move(town_at(4, 0.5), 270, 10), 0.5);
    ask_at(f->geocoder, "南大街23号后面", HS_MATCH_RELATIVE, hs_ground_move(house, 90, 20), 0.5);
    ask_at(f->geocoder, "behind 12 High Street", HS_MATCH_RELATIVE,
           hs_ground_move(town_at(4.05, 0.5), 90, 20), 0.5);
    ask_at(f->geocoder, "大佛寺北侧", HS_MATCH_RELATIVE, hs_ground_move(town_at(-1.5, -2), 0, 15), 0.5);
    ask_at(f->geocoder, "大佛寺旁边", HS_MATCH_RELATIVE, town_at(-1.5, -2), 0.5);
    hs_geocode_result near = ask_at(f->geocoder, "大佛寺附近", HS_MATCH_RELATIVE, town_at(-1.5, -2), 0.5);
    assert_true(near.accuracy_m >= 100);
    hs_geocode_result at =
        ask_at(f->geocoder, "in front of 12 High Street", HS_MATCH_RELATIVE, town_at(4.05, 0.5), 0.5);
    assert_true(at.accuracy_m < near.accuracy_m);
}

static void test_between(void **state) {
    const fixture *f = *state;
    ask_at(f->geocoder, "大佛寺与东关夜市之间", HS_MATCH_RELATIVE, town_at(0, -2), 1);
    ask_at(f->geocoder, "between Great Buddha Temple and East Gate Night Market", HS_MATCH_RELATIVE,
           town_at(0, -2), 1);
}

static void test_stretches(void **state) {
    const fixture *f = *state;
    const char *texts[] = {"南大街西大街至北环路段", "南大街（西大街-北环路）", "南大街西大街到北环路之间",
                           "西大街至北环路南大街段"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        hs_geocode_result found = ask_at(f->geocoder, texts[i], HS_MATCH_RANGE, town_at(0, 1), 1);
        assert_int_equal(found.extent.min_lat_e7, town_at(0, 0).lat_e7);
        assert_int_equal(found.extent.max_lat_e7, town_at(0, 2).lat_e7);
        /* As far as its ends. */
        check_near(found.accuracy_m, hs_ground_distance_m(town_at(0, 0), town_at(0, 1)), 1);
    }
    ask_at(f->geocoder, "High Street between Mill Road and Dock Road", HS_MATCH_RANGE, town_at(4, 0), 1);
    ask_at(f->geocoder, "High St from Mill Rd to Dock Rd", HS_MATCH_RANGE, town_at(4, 0), 1);
    hs_geocode_result found = ask(f->geocoder, texts[0]);
    assert_string_equal(found.label, "南大街（西大街—北环路）");
    check_part(texts[0], &found, HS_PART_END_STREET, "北环路");
}

/* Words of relations without an object that is known give what there is, or nothing. */
static void test_no_object(void **state) {
    const fixture *f = *state;
    const char *texts[] = {"对面",
                           "往北50米",
                           "某处对面",
                           "between",
                           "near",
                           "50 m north of",
                           "东南角",
                           "之间",
                           "往北50米往北50米往北50米",
                           "对面对面对面对面",
                           "between between and and"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_int_equal(ask(f->geocoder, texts[i]).match_type, HS_MATCH_NONE);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_corners),   cmocka_unit_test(test_ways),
                                       cmocka_unit_test(test_sides),     cmocka_unit_test(test_between),
                                       cmocka_unit_test(test_stretches), cmocka_unit_test(test_no_object)};
    return cmocka_run_group_tests(tests, set_up, fixture_tear_down);
}
