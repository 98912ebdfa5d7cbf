#include "made_city.h"

#include <stdlib.h>

static void builtin_classes(void **state) {
    (void)state;
    hs_error error = {0};
    hs_taxonomy *t;
    check_ok(hs_taxonomy_builtin(&error, &t), &error);
    uint32_t barbecue = hs_taxonomy_find(t, HS_STR("0510"));
    assert_int_not_equal(barbecue, HS_NONE);
    check_str(t->category[barbecue].name, "露天烧烤");
    assert_int_equal(hs_taxonomy_find(t, HS_STR("露天烧烤")), barbecue);
    assert_int_equal(hs_taxonomy_find(t, HS_STR(" outdoor BARBECUE")), barbecue);
    assert_int_equal(hs_taxonomy_find(t, HS_STR("residential burglary")), HS_NONE);
    assert_int_equal(hs_taxonomy_find(t, HS_STR("")), HS_NONE);
    for (uint32_t i = 0; i < t->count; i++) {
        const hs_category_record *c = &t->category[i];
        assert_true(c->name.size > 0 && c->name_en.size > 0 && c->department.size > 0 && c->colour.size == 7);
        if (c->parent.size) assert_int_not_equal(hs_taxonomy_find(t, c->parent), HS_NONE);
        hs_str members = c->members;
        while (members.size) {
            hs_str member = hs_str_cut(&members, ',');
            assert_int_not_equal(hs_taxonomy_find(t, member), HS_NONE);
            assert_true(hs_taxonomy_covers(t, i, member));
        }
        if (i > 0) assert_true(hs_str_compare(t->category[i - 1].code, c->code) < 0);
    }
    hs_taxonomy_unref(t);
}

/* Every class of the published list, and the groups that campaigns are named for, with their members. */
static void complete(void **state) {
    (void)state;
    static const char *const most[] = {"0118", "0205", "0305", "0409", "0513", "2105"};
    static const char *const others[] = {"0199", "0399", "0499", "0599"};
    static const char *const groups[][2] = {{"占道经营", "0501,0503,0504,2101"},
                                            {"露天烧烤", "0510"},
                                            {"乱倒垃圾", "0102,0103,0112"},
                                            {"乱搭乱建", "0101"},
                                            {"市容环境卫生", "01"}};
    hs_error error = {0};
    hs_taxonomy *t;
    check_ok(hs_taxonomy_builtin(&error, &t), &error);
    uint32_t classes = 0;
    for (size_t i = 0; i < sizeof most / sizeof *most; i++)
        for (int small = 0; small <= atoi(most[i]) % 100; small++, classes++) {
            char code[8];
            if (small == 0)
                snprintf(code, sizeof code, "%.2s", most[i]);
            else
                snprintf(code, sizeof code, "%.2s%02d", most[i], small);
            assert_int_not_equal(hs_taxonomy_find(t, hs_str_of(code)), HS_NONE);
        }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++, classes++)
        assert_int_not_equal(hs_taxonomy_find(t, hs_str_of(others[i])), HS_NONE);
    assert_int_equal(t->count, classes + sizeof groups / sizeof *groups);
    for (uint32_t row = 0, found = 0; row < t->count; row++)
        for (size_t i = 0; i < sizeof groups / sizeof *groups; i++)
            if (t->category[row].members.size > 0 &&
                hs_str_equal(t->category[row].name, hs_str_of(groups[i][0]))) {
                check_str(t->category[row].members, groups[i][1]);
                found++;
                if (row + 1 == t->count) assert_int_equal(found, sizeof groups / sizeof *groups);
            }
    hs_taxonomy_unref(t);
}

static void check_class(const hs_taxonomy *t, const char *text, const char *code, const char *kept) {
    hs_incident_record record = {.category = hs_str_of(text), .category_text = HS_STR("old")};
    hs_taxonomy_classify(t, &record);
    check_str(record.category, code);
    check_str(record.category_text, kept);
}

/* Other sources' words: classed, and kept where they are neither code nor name. Words for other things than
 * the classes stay as they are. */
static void aliases(void **state) {
    (void)state;
    hs_error error = {0};
    hs_taxonomy *t;
    check_ok(hs_taxonomy_builtin(&error, &t), &error);
    check_class(t, "流动摊贩", "0501", "流动摊贩");
    check_class(t, "占道摊贩", "0501", "占道摊贩");
    check_class(t, "烧烤摊", "0510", "烧烤摊");
    check_class(t, "违章建筑", "0101", "违章建筑");
    check_class(t, "违法建设", "0101", "违法建设");
    check_class(t, "垃圾堆放", "0103", "垃圾堆放");
    check_class(t, "乱停车", "0505", "乱停车");
    check_class(t, "illegal PARKING", "0505", "illegal PARKING");
    check_class(t, "Fly Dumping Complaint", "dumping", "Fly Dumping Complaint");
    check_class(t, "Illegal Dumping", "dumping", "");
    check_class(t, " 0510 ", "0510", "");
    check_class(t, "露天烧烤", "0510", "");
    static const char *const foreign[] = {"larceny",
                                          "burglary",
                                          "vandalism",
                                          "other",
                                          "drugs",
                                          "loitering/begging",
                                          "arson",
                                          "disorderly conduct",
                                          "theft",
                                          "auto theft",
                                          "robbery",
                                          "vehicle theft",
                                          "fraud",
                                          "liquor laws",
                                          "aggravated assault",
                                          "Bulk Collection",
                                          "Sanitation Enforcement",
                                          "Sidewalk Repair",
                                          ""};
    for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++)
        check_class(t, foreign[i], foreign[i], "");
    /* No alias of one class names another. */
    hs_str alias;
    for (uint32_t row = 0; row < t->count; row++)
        for (hs_str rest = t->category[row].aliases; hs_alias_next(&rest, &alias);)
            assert_int_equal(hs_taxonomy_find(t, alias), row);
    hs_taxonomy_unref(t);
}

/* Codes before names before aliases; separators and blanks. */
static void aliases_come_last(void **state) {
    (void)state;
    hs_error error = {0};
    hs_taxonomy *t;
    const hs_category_record records[] = {
        {.code = HS_STR("a"), .name = HS_STR("甲"), .aliases = HS_STR(" b| 乙 ;one,two;|;One |three")},
        {.code = HS_STR("b"), .name = HS_STR("乙"), .name_en = HS_STR("three"), .aliases = HS_STR("one")}};
    check_ok(hs_taxonomy_new(records, 2, &error, &t), &error);
    assert_int_equal(hs_taxonomy_find(t, HS_STR("b")), 1);
    assert_int_equal(hs_taxonomy_find(t, HS_STR("乙")), 1);
    assert_int_equal(hs_taxonomy_find(t, HS_STR("THREE")), 1);
    assert_int_equal(hs_taxonomy_find(t, HS_STR("ONE")), 0);
    assert_int_equal(hs_taxonomy_find(t, HS_STR("one,two")), 0);
    static const char *const expected[] = {"b", "乙", "one,two", "One", "three"};
    hs_str rest = t->category[0].aliases, alias;
    for (size_t i = 0; i < 5; i++) {
        assert_true(hs_alias_next(&rest, &alias));
        check_str(alias, expected[i]);
    }
    assert_false(hs_alias_next(&rest, &alias));
    hs_taxonomy_unref(t);
}

static void covering(void **state) {
    (void)state;
    hs_error error = {0};
    hs_taxonomy *t;
    check_ok(hs_taxonomy_builtin(&error, &t), &error);
    uint32_t street_order = hs_taxonomy_find(t, HS_STR("05"));
    uint32_t appearance = hs_taxonomy_find(t, HS_STR("appearance"));
    uint32_t road = hs_taxonomy_find(t, HS_STR("road-occupation"));
    assert_true(hs_taxonomy_covers(t, street_order, HS_STR("0510")));
    assert_false(hs_taxonomy_covers(t, street_order, HS_STR("0101")));
    assert_true(hs_taxonomy_covers(t, appearance, HS_STR("0118")));
    assert_false(hs_taxonomy_covers(t, appearance, HS_STR("0501")));
    assert_true(hs_taxonomy_covers(t, road, HS_STR("0503")));
    assert_true(hs_taxonomy_covers(t, road, HS_STR("road-occupation")));
    assert_false(hs_taxonomy_covers(t, road, HS_STR("05")));
    assert_false(hs_taxonomy_covers(t, road, HS_STR("something else")));
    assert_false(hs_taxonomy_covers(t, HS_NONE, HS_STR("05")));
    hs_taxonomy_unref(t);
}

static void wrong_input(void **state) {
    (void)state;
    static const char *const wrong[] = {"",
                                        "[]",
                                        "{}",
                                        "{\"categories\":{}}",
                                        "{\"categories\":[1]}",
                                        "{\"categories\":[{\"name\":\"x\"}]}",
                                        "{\"categories\":[{\"code\":5}]}",
                                        "{\"categories\":[{\"code\":\"a\"},{\"code\":\"a\"}]}"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        hs_error error = {0};
        hs_taxonomy *t = NULL;
        assert_int_equal(hs_taxonomy_parse(hs_str_of(wrong[i]), &error, &t), HS_E_INPUT);
        assert_null(t);
        assert_true(error.message[0] != 0);
    }
}

static void circles_end(void **state) {
    (void)state;
    hs_error error = {0};
    hs_taxonomy *t;
    check_ok(
        hs_taxonomy_parse(HS_STR("{\"categories\":[{\"code\":\"a\",\"parent\":\"b\",\"members\":\"b,c\"},"
                                 "{\"code\":\"b\",\"parent\":\"a\"},{\"code\":\"c\",\"members\":\"a\"}]}"),
                          &error, &t),
        &error);
    assert_true(hs_taxonomy_covers(t, 0, HS_STR("b")));
    assert_false(hs_taxonomy_covers(t, 1, HS_STR("c")));
    hs_taxonomy_unref(t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(builtin_classes),   cmocka_unit_test(complete), cmocka_unit_test(aliases),
        cmocka_unit_test(aliases_come_last), cmocka_unit_test(covering), cmocka_unit_test(wrong_input),
        cmocka_unit_test(circles_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
