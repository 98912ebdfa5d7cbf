#include "made_city.h"

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
        cmocka_unit_test(builtin_classes),
        cmocka_unit_test(covering),
        cmocka_unit_test(wrong_input),
        cmocka_unit_test(circles_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
