#include "check.h"
#include "render/ramp.h"
#include <jansson.h>

static hs_ramps *load(void) {
    hs_error error = {0};
    hs_ramps *ramps = NULL;
    check_ok(hs_ramps_new(&error, &ramps), &error);
    return ramps;
}

static void test_defaults(void **state) {
    (void)state;
    hs_ramps *ramps = load();
    hs_error error = {0};
    hs_ramp_classes classes;
    check_ok(hs_ramps_classes(ramps, (hs_str){0}, (hs_str){0}, false, &error, &classes), &error);
    assert_string_equal(classes.ramp, "inferno-light");
    assert_int_equal(classes.break_count, 9);
    check_near(classes.breaks[0], 1, 0);
    check_near(classes.breaks[8], 10000, 0);
    assert_int_equal(classes.colour[0].a, 0);
    /* matplotlib's inferno at 0.97 and 0.15: f3f68a, 2b0b57 */
    assert_int_equal(classes.colour[1].r, 0xf3);
    assert_int_equal(classes.colour[9].b, 0x57);
    check_ok(hs_ramps_classes(ramps, HS_STR("dark"), (hs_str){0}, true, &error, &classes), &error);
    assert_string_equal(classes.ramp, "inferno-dark");
    check_near(classes.breaks[0], 0.1, 0);
    hs_ramps_free(ramps);
}

/* Classes must be told apart by lightness alone, so that they are by everyone: on light they darken, on dark
 * they brighten (luma of ITU-R BT.709). */
static void test_order_by_lightness(void **state) {
    (void)state;
    static const struct {
        const char *name;
        double sign;
    } ramps_of[] = {{"inferno-light", -1}, {"magma-light", -1}, {"viridis-light", -1},
                    {"inferno-dark", 1},   {"magma-dark", 1},   {"viridis-dark", 1}};
    hs_ramps *ramps = load();
    hs_error error = {0};
    for (size_t r = 0; r < sizeof ramps_of / sizeof *ramps_of; r++) {
        hs_ramp_classes c;
        hs_str name = {ramps_of[r].name, strlen(ramps_of[r].name)};
        check_ok(hs_ramps_classes(ramps, name, (hs_str){0}, false, &error, &c), &error);
        for (uint32_t i = 2; i <= c.break_count; i++) {
            double before =
                0.2126 * c.colour[i - 1].r + 0.7152 * c.colour[i - 1].g + 0.0722 * c.colour[i - 1].b;
            double here = 0.2126 * c.colour[i].r + 0.7152 * c.colour[i].g + 0.0722 * c.colour[i].b;
            assert_true((here - before) * ramps_of[r].sign > 5);
            assert_true(c.colour[i].a >= c.colour[i - 1].a);
        }
    }
    hs_ramps_free(ramps);
}

static void test_own_breaks(void **state) {
    (void)state;
    hs_ramps *ramps = load();
    hs_error error = {0};
    hs_ramp_classes classes;
    check_ok(hs_ramps_classes(ramps, HS_STR("magma-dark"), HS_STR("0.5, 2,1e3"), false, &error, &classes),
             &error);
    assert_int_equal(classes.break_count, 3);
    check_near(classes.breaks[2], 1000, 0);
    static const char *const wrong[] = {
        "1,1", "2,1", "-1", "0", "a", "1,,2", "1,", "nan", "1,2,3,4,5,6,7,8,9,10,11,12,13"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        hs_str text = {wrong[i], strlen(wrong[i])};
        assert_int_equal(hs_ramps_classes(ramps, (hs_str){0}, text, false, &error, &classes), HS_E_ARGUMENT);
    }
    assert_int_equal(hs_ramps_classes(ramps, HS_STR("rainbow"), (hs_str){0}, false, &error, &classes),
                     HS_E_ARGUMENT);
    assert_non_null(strstr(error.message, "viridis-dark"));
    assert_int_equal(hs_ramps_classes(ramps, HS_STR("puor"), (hs_str){0}, false, &error, &classes),
                     HS_E_ARGUMENT);
    hs_ramps_free(ramps);
}

/* Diverging classes: as many below 0 as above, the one about 0 transparent, ends opposite. */
static void test_diverging(void **state) {
    (void)state;
    hs_ramps *ramps = load();
    hs_error error = {0};
    hs_ramp_classes c;
    static const hs_ramp_scale scales[] = {HS_RAMP_CHANGE, HS_RAMP_RELATIVE_RISK};
    for (size_t s = 0; s < 2; s++) {
        check_ok(hs_ramps_classes(ramps, HS_STR("dark"), (hs_str){0}, scales[s], &error, &c), &error);
        assert_int_equal(c.break_count % 2, 0);
        for (uint32_t i = 0; i < c.break_count; i++)
            check_near(c.breaks[i], -c.breaks[c.break_count - 1 - i], 1e-12);
        for (uint32_t i = 0; i <= c.break_count; i++)
            assert_true((c.colour[i].a == 0) == (i == c.break_count / 2));
        assert_true(c.colour[0].a >= c.colour[c.break_count / 2 - 1].a);
        assert_true(memcmp(&c.colour[0], &c.colour[c.break_count], 3) != 0);
    }
    check_ok(hs_ramps_classes(ramps, (hs_str){0}, HS_STR("-1,1,2"), HS_RAMP_CHANGE, &error, &c), &error);
    assert_int_equal(c.colour[1].a, 0);
    assert_int_equal(hs_ramps_classes(ramps, HS_STR("magma-dark"), (hs_str){0}, HS_RAMP_CHANGE, &error, &c),
                     HS_E_ARGUMENT);
    hs_ramps_free(ramps);
}

static void test_errors_name_the_pointer(void **state) {
    (void)state;
    static const char *const cases[][2] = {
        {"{}", "/ramps"},
        {"[1]", "/ramps"},
        {"{\"ramps\":[{\"id\":\"a\"}]}", "/ramps/0/kind"},
        {"{\"ramps\":[{\"id\":\"a\",\"kind\":\"sequential\",\"opacity\":[1,2]}]}", "/ramps/0/opacity/1"},
        {"{\"ramps\":[{\"id\":\"a\",\"kind\":\"sequential\",\"opacity\":[1,1],\"colours\":[\"#000000\","
         "\"red\"]}]}",
         "/ramps/0/colours/1"},
        {"{\"ramps\":[{\"id\":\"a\",\"kind\":\"sequential\",\"opacity\":[1,1],\"colours\":[\"#000000\",\"#"
         "ffffff\"]}]}",
         "/default/light"},
        {"{\"default\":{\"light\":\"a\",\"dark\":\"a\",\"change\":\"a\"},\"ramps\":[{\"id\":\"a\",\"kind\":"
         "\"sequential\",\"opacity\":[1,1],\"colours\":[\"#000000\",\"#ffffff\"]}]}",
         "/default/change"},
        {"{\"default\":{\"light\":\"a\",\"dark\":\"a\",\"change\":\"b\"},\"breaks\":{\"per_km2\":[2,1]},"
         "\"ramps\":[{\"id\":\"a\",\"kind\":"
         "\"sequential\",\"opacity\":[1,1],\"colours\":[\"#000000\",\"#ffffff\"]},{\"id\":\"b\",\"kind\":"
         "\"diverging\",\"opacity\":[1,1],\"colours\":[\"#000000\",\"#ffffff\"]}]}",
         "/breaks/per_km2/1"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        hs_error error = {0};
        hs_ramps *ramps = NULL;
        hs_str text = {cases[i][0], strlen(cases[i][0])};
        assert_int_equal(hs_ramps_parse(text, &error, &ramps), HS_E_INPUT);
        assert_null(ramps);
        assert_non_null(strstr(error.message, cases[i][1]));
    }
}

static void test_legend(void **state) {
    (void)state;
    hs_ramps *ramps = load();
    hs_error error = {0};
    hs_ramp_classes classes;
    check_ok(hs_ramps_classes(ramps, (hs_str){0}, HS_STR("0.5,2"), true, &error, &classes), &error);
    hs_buffer out;
    hs_buffer_init(&out, 1 << 16);
    hs_json json;
    hs_json_init(&json, &out);
    hs_ramp_legend_json(&classes, true, &json);
    assert_int_equal(out.status, HS_OK);
    json_t *legend = json_loadb(out.data, out.size, 0, NULL);
    assert_non_null(legend);
    json_t *list = json_object_get(legend, "classes");
    assert_int_equal(json_array_size(list), 3);
    check_near(json_number_value(json_object_get(json_array_get(list, 1), "from")), 0.5, 0);
    check_near(json_number_value(json_object_get(json_array_get(list, 1), "to")), 2, 0);
    assert_true(json_is_null(json_object_get(json_array_get(list, 2), "to")));
    check_near(json_number_value(json_object_get(json_array_get(list, 0), "opacity")), 0, 0);
    assert_string_equal(json_string_value(json_object_get(json_array_get(list, 2), "colour")), "#2b0b57");
    json_decref(legend);
    hs_buffer_done(&out);
    hs_ramps_free(ramps);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_defaults),
                                       cmocka_unit_test(test_order_by_lightness),
                                       cmocka_unit_test(test_own_breaks),
                                       cmocka_unit_test(test_diverging),
                                       cmocka_unit_test(test_errors_name_the_pointer),
                                       cmocka_unit_test(test_legend)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
