/* Names made of the words that addresses are read by, and numbers that are not the first in their text. */
#include "answers.h"
#include "made_town.h"

static const struct {
    const char *street, *number;
    double x, y;
} houses[] = {{"对面山路", "5号", 0.1, 0},         {"段路", "5号", 0.1, 1},
              {"一号路", "3号", 0.2, 2},           {"南大街", "23号", 0.3, 3},
              {"南大街", "甲25号", 0.4, 3},        {"南大街", "27号之1", 0.5, 3},
              {"南大街", "100巷5弄3号", 0.6, 3.3}, {"南大街", "3号", 0.7, 3},
              {"Near Lane", "5", 0.1, 4},          {"Lane", "5", 0.1, 5},
              {"High Street", "5", 0.1, 6},        {"Unit Road", "7", 0.2, 7},
              {"Mill Road", "9", 0.3, 8},          {"High Street", "14A", 0.4, 6},
              {"Many Street", "7", 0.1, 9},        {"South Avenue", "1", 0.1, 10}};

static hs_geography *hard_town(void) {
    static const char *const streets[] = {"对面山路",  "段路",        "一号路",      "南大街",
                                          "Near Lane", "Lane",        "High Street", "Unit Road",
                                          "Mill Road", "Many Street", "South Avenue"};
    static const int rows[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
    hs_geography_builder *b = NULL;
    hs_geography *town = NULL;
    hs_error error;
    const int32_t none = HS_NO_NUMBER;
    check_ok(hs_geography_builder_new(&error, &b), &error);
    for (size_t i = 0; i < sizeof streets / sizeof *streets; i++)
        town_street(b, 100 + (int64_t)i,
                    (made_street){streets[i], "", 0, rows[i], 4, rows[i], none, none, none, none});
    for (size_t i = 0; i < sizeof houses / sizeof *houses; i++)
        town_address(b, 1 + (int64_t)i, houses[i].street, houses[i].number, "", houses[i].x, houses[i].y);
    for (int i = 1; i <= 500; i++) {
        char number[16];
        (void)snprintf(number, sizeof number, "7-%d", i);
        town_address(b, 1000 + i, "Many Street", number, "", 0.1 + 0.001 * i, 9);
    }
    town_place(b, 1, "Mill", "", 3, 7);
    town_place(b, 2, "Town Hall", "", 3, 6);
    check_ok(hs_geography_finish(b, 1, &error, &town), &error);
    return town;
}

static int set_up(void **state) {
    return fixture_set_up(state, hard_town());
}

static void check_known(const fixture *f, const char *text, double x, double y, double least_score) {
    hs_geocode_result found = ask_at(f->geocoder, text, HS_MATCH_ADDRESS, town_at(x, y), 0.1);
    if (found.score < least_score) fail_msg("'%s': score %.3f", text, found.score);
}

static void test_relation_words_in_names(void **state) {
    const fixture *f = *state;
    check_known(f, "对面山路5号", 0.1, 0, 1);
    check_known(f, "Near Lane 5", 0.1, 4, 1);
    check_known(f, "5 Near Lane", 0.1, 4, 1);
    ask_at(f->geocoder, "near 5 Lane", HS_MATCH_RELATIVE, town_at(0.1, 5), 0.1);
    ask_at(f->geocoder, "对面山路5号门口", HS_MATCH_RELATIVE, town_at(0.1, 0), 0.1);
}

static void test_numbers_in_names(void **state) {
    const fixture *f = *state;
    check_known(f, "一号路3号", 0.2, 2, 1);
    check_known(f, "1号路三号", 0.2, 2, 1);
    ask_at(f->geocoder, "一号路", HS_MATCH_STREET, town_at(2, 2), 1);
}

/* A day of a month, a telephone number, a flat: the number behind the street's name counts. */
static void test_other_numbers_before(void **state) {
    const fixture *f = *state;
    check_known(f, "5月3号 南大街23号 占道", 0.3, 3, 0.7);
    check_known(f, "市民拨打12345号热线反映南大街23号有占道经营", 0.3, 3, 0.7);
    ask_at(f->geocoder, "2024年5月3号南大街23号门口有人占道", HS_MATCH_RELATIVE, town_at(0.3, 3), 0.1);
    check_known(f, "南大街23号3号楼2单元501室", 0.3, 3, 1);
    check_known(f, "No. 5 High Street", 0.1, 6, 1);
    check_known(f, "Apt 3, 5 High Street", 0.1, 6, 1);
    check_known(f, "Unit 7, 5 High Street", 0.1, 6, 1);
    check_known(f, "Town Hall, 5 High Street", 0.1, 6, 1);
    check_known(f, "Report: 5 High Street, loud music", 0.1, 6, 0.7);
    check_known(f, "7 Unit Road", 0.2, 7, 1);
    assert_true(ask(f->geocoder, "Report: 5 High Street, loud music").score < 0.8);
}

/* A number that counts sections, metres or buildings is no house's. */
static void test_counted_things(void **state) {
    const fixture *f = *state;
    static const char *const texts[] = {"南大街三段5号", "南大街3公里处", "南大街23栋", "南大街3段"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        hs_geocode_result found = ask(f->geocoder, texts[i]);
        if (found.score >= 0.8) fail_msg("'%s': '%s' %.2f", texts[i], found.label, found.score);
    }
}

/* What stands behind 号 or before the number is part of it: another door is never the same house. */
static void test_sub_numbers(void **state) {
    const fixture *f = *state;
    check_known(f, "南大街甲25号", 0.4, 3, 1);
    check_known(f, "南大街25号甲", 0.4, 3, 1);
    check_known(f, "南大街25甲号", 0.4, 3, 1);
    check_known(f, "南大街27号之一", 0.5, 3, 1);
    check_known(f, "南大街27之1", 0.5, 3, 1);
    static const char *const others[] = {"南大街23号甲",   "南大街甲23号",     "南大街甲23",
                                         "南大街23号之一", "南大街23之1",      "南大街25号乙",
                                         "5A High Street", "5 1/2 High Street"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        hs_geocode_result found = ask(f->geocoder, others[i]);
        if (found.match_type != HS_MATCH_SUB_NUMBER)
            fail_msg("'%s': %s '%s'", others[i], hs_match_type_name(found.match_type), found.label);
    }
    check_known(f, "南大街23号甲级写字楼", 0.3, 3, 1);
    check_known(f, "7-500 Many Street", 0.6, 9, 1);
    check_known(f, "7 Many Street", 0.1, 9, 1);
}

/* A lane in the column of numbers belongs to the street: 3号 of the lane is not 3号 of the street. */
static void test_lanes_in_number_columns(void **state) {
    const fixture *f = *state;
    check_known(f, "南大街100巷5弄3号", 0.6, 3.3, 1);
    check_known(f, "南大街一百巷五弄三号", 0.6, 3.3, 1);
    check_known(f, "南大街3号", 0.7, 3, 1);
    assert_false(ask(f->geocoder, "南大街3号").ambiguous);
    assert_string_equal(ask(f->geocoder, "南大街100巷5弄3号").label, "南大街100巷5弄3号");
}

/* A type that begins another name is no street of that type. */
static void test_types_in_front(void **state) {
    const fixture *f = *state;
    check_known(f, "1 South Avenue", 0.1, 10, 1);
    check_known(f, "1 Avenue", 0.1, 10, 0.8);
    assert_true(ask(f->geocoder, "1 Avenue of the Americas").score <= 0.5);
    ask_at(f->geocoder, "rear 5 High Street", HS_MATCH_RELATIVE, town_at(0.1, 6), 0.1);
}

/* A street's whole name goes before a place whose name it holds. */
static void test_places_in_names(void **state) {
    const fixture *f = *state;
    ask_at(f->geocoder, "Mill Road", HS_MATCH_STREET, town_at(2, 8), 1);
    ask_at(f->geocoder, "Mill", HS_MATCH_PLACE, town_at(3, 7), 0.1);
}

/* Relation words without an end, each of which may have an object before it. */
static void test_repeated_words(void **state) {
    const fixture *f = *state;
    static const char *const words[] = {"旁", "对面", "旁侧", "北50米", "a旁", "near ", "旁南", "之间"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        char text[1024] = "";
        size_t size = strlen(words[i]);
        for (size_t at = 0; at + size < sizeof text; at += size)
            memcpy(text + at, words[i], size + 1);
        assert_int_equal(ask(f->geocoder, text).match_type, HS_MATCH_NONE);
    }
    ask_at(f->geocoder, "南大街23号对面有人在路边旁边摆摊", HS_MATCH_RELATIVE, town_at(0.3, 3), 40);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counted_things),          cmocka_unit_test(test_types_in_front),
        cmocka_unit_test(test_relation_words_in_names), cmocka_unit_test(test_numbers_in_names),
        cmocka_unit_test(test_other_numbers_before),    cmocka_unit_test(test_sub_numbers),
        cmocka_unit_test(test_lanes_in_number_columns), cmocka_unit_test(test_places_in_names),
        cmocka_unit_test(test_repeated_words)};
    return cmocka_run_group_tests(tests, set_up, fixture_tear_down);
}
