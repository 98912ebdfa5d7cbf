#include "base/asset.h"
#include "check.h"
#include "city/taxonomy.h"
#include "render/ramp.h"

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
    check_ok(
        hs_ramps_classes(ramps, (hs_str){0}, (hs_str){0}, HS_RAMP_PER_KM2, (hs_str){0}, &error, &classes),
        &error);
    assert_string_equal(classes.ramp, "inferno-light");
    assert_int_equal(classes.break_count, 9);
    check_near(classes.breaks[0], 1, 0);
    check_near(classes.breaks[8], 10000, 0);
    assert_int_equal(classes.colour[0].a, 0);
    /* matplotlib's inferno at 0.97 and 0.15: f3f68a, 2b0b57 */
    assert_int_equal(classes.colour[1].r, 0xf3);
    assert_int_equal(classes.colour[9].b, 0x57);
    check_ok(hs_ramps_classes(ramps, HS_STR("dark"), (hs_str){0}, HS_RAMP_PER_KM2_MONTH, (hs_str){0}, &error,
                              &classes),
             &error);
    assert_string_equal(classes.ramp, "inferno-dark");
    check_near(classes.breaks[0], 0.1, 0);
    hs_ramps_free(ramps);
}

static double luma(hs_rgba c) {
    return 0.2126 * c.r + 0.7152 * c.g + 0.0722 * c.b;
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
        check_ok(hs_ramps_classes(ramps, name, (hs_str){0}, HS_RAMP_PER_KM2, (hs_str){0}, &error, &c),
                 &error);
        for (uint32_t i = 2; i <= c.break_count; i++) {
            assert_true((luma(c.colour[i]) - luma(c.colour[i - 1])) * ramps_of[r].sign > 5);
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
    check_ok(hs_ramps_classes(ramps, HS_STR("magma-dark"), HS_STR("0.5, 2,1e3"), HS_RAMP_PER_KM2, (hs_str){0},
                              &error, &classes),
             &error);
    assert_int_equal(classes.break_count, 3);
    check_near(classes.breaks[2], 1000, 0);
    static const char *const wrong[] = {"1,1", "2,1", "-1", "0", "a", "1,,2", "1,", "nan"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        hs_str text = {wrong[i], strlen(wrong[i])};
        assert_int_equal(
            hs_ramps_classes(ramps, (hs_str){0}, text, HS_RAMP_PER_KM2, (hs_str){0}, &error, &classes),
            HS_E_ARGUMENT);
    }
    char many[8 * (HS_RAMP_MAX_CLASSES + 1)] = "";
    size_t size = 0;
    for (int i = 1; i <= HS_RAMP_MAX_CLASSES; i++)
        size += (size_t)snprintf(many + size, sizeof many - size, "%s%d", i > 1 ? "," : "", i);
    check_ok(hs_ramps_classes(ramps, (hs_str){0}, (hs_str){many, size}, HS_RAMP_PER_KM2, (hs_str){0}, &error,
                              &classes),
             &error);
    assert_int_equal(classes.break_count, HS_RAMP_MAX_CLASSES);
    size += (size_t)snprintf(many + size, sizeof many - size, ",%d", HS_RAMP_MAX_CLASSES + 1);
    assert_int_equal(hs_ramps_classes(ramps, (hs_str){0}, (hs_str){many, size}, HS_RAMP_PER_KM2, (hs_str){0},
                                      &error, &classes),
                     HS_E_ARGUMENT);
    assert_int_equal(hs_ramps_classes(ramps, HS_STR("rainbow"), (hs_str){0}, HS_RAMP_PER_KM2, (hs_str){0},
                                      &error, &classes),
                     HS_E_ARGUMENT);
    assert_non_null(strstr(error.message, "viridis-dark"));
    assert_int_equal(
        hs_ramps_classes(ramps, HS_STR("puor"), (hs_str){0}, HS_RAMP_PER_KM2, (hs_str){0}, &error, &classes),
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
        check_ok(hs_ramps_classes(ramps, HS_STR("dark"), (hs_str){0}, scales[s], (hs_str){0}, &error, &c),
                 &error);
        assert_int_equal(c.break_count % 2, 0);
        for (uint32_t i = 0; i < c.break_count; i++)
            check_near(c.breaks[i], -c.breaks[c.break_count - 1 - i], 1e-12);
        for (uint32_t i = 0; i <= c.break_count; i++)
            assert_true((c.colour[i].a == 0) == (i == c.break_count / 2));
        assert_true(c.colour[0].a >= c.colour[c.break_count / 2 - 1].a);
        assert_true(memcmp(&c.colour[0], &c.colour[c.break_count], 3) != 0);
    }
    /* Away from the middle classes darken on light and brighten on dark, on both sides. */
    for (int dark = 0; dark < 2; dark++) {
        check_ok(hs_ramps_classes(ramps, dark ? HS_STR("dark") : HS_STR("light"), (hs_str){0}, HS_RAMP_CHANGE,
                                  (hs_str){0}, &error, &c),
                 &error);
        for (uint32_t i = 1; i < c.break_count / 2; i++) {
            double sign = dark ? 1 : -1;
            uint32_t n = c.break_count;
            assert_true((luma(c.colour[i - 1]) - luma(c.colour[i])) * sign > 5);
            assert_true((luma(c.colour[n - i + 1]) - luma(c.colour[n - i])) * sign > 5);
        }
    }
    check_ok(hs_ramps_classes(ramps, (hs_str){0}, HS_STR("-1,1,2"), HS_RAMP_CHANGE, (hs_str){0}, &error, &c),
             &error);
    assert_int_equal(c.colour[1].a, 0);
    assert_int_equal(
        hs_ramps_classes(ramps, HS_STR("magma-dark"), (hs_str){0}, HS_RAMP_CHANGE, (hs_str){0}, &error, &c),
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
        {"{\"default\":{\"light\":\"a\",\"dark\":\"a\",\"change\":\"b\",\"change_dark\":\"b\"},\"breaks\":{"
         "\"per_km2\":[2,1]},"
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

static const char whole[] =
    "{\"default\":{\"light\":\"a\",\"dark\":\"a\",\"change\":\"b\",\"change_dark\":\"b\"},"
    "\"breaks\":{\"per_km2\":[1,2],\"per_km2_month\":[1,2],\"change_per_km2_month\":[-1,1],"
    "\"relative_risk_log2\":[-1,1],\"per_km\":[1,2],\"per_km_month\":[1,2],"
    "\"change_per_km_month\":[-1,1]},\"problems\":%s,\"papers\":%s,"
    "\"ramps\":[{\"id\":\"a\",\"kind\":\"sequential\",\"opacity\":[1,1],\"colours\":[\"#000000\",\"#ffffff\"]"
    "},"
    "{\"id\":\"b\",\"kind\":\"diverging\",\"opacity\":[1,1],\"colours\":[\"#000000\",\"#ffffff\"]}]}";
static const char papers[] =
    "{\"light\":{\"paper\":\"#ffffff\",\"ink\":\"#000000\",\"soft\":\"#333333\",\"line\":\"#cccccc\"},"
    "\"dark\":{\"paper\":\"#000000\",\"ink\":\"#ffffff\",\"soft\":\"#cccccc\",\"line\":\"#333333\"}}";

static hs_status parse_with(const char *problems, const char *on, hs_error *error, hs_ramps **ramps) {
    char text[2048];
    int size = snprintf(text, sizeof text, whole, problems, on);
    assert_true(size > 0 && (size_t)size < sizeof text);
    return hs_ramps_parse((hs_str){text, (size_t)size}, error, ramps);
}

static void test_wrong_problems_and_papers(void **state) {
    (void)state;
    static const char *const cases[][2] = {
        {"{}", "/problems:"},
        {"[{}]", "/problems/0/codes:"},
        {"[{\"codes\":[7]}]", "/problems/0/codes/0:"},
        {"[{\"codes\":[\"\"]}]", "/problems/0/codes/0:"},
        {"[{\"codes\":[\"x\",\"y\",\"x\"]}]", "/problems/0/codes/2:"},
        {"[{\"codes\":[\"x\"]}]", "/problems/0/breaks:"},
        {"[{\"codes\":[\"x\"],\"breaks\":{\"per_mile\":[1]}}]", "/problems/0/breaks:"},
        {"[{\"codes\":[\"x\"],\"breaks\":{\"per_km2\":[0,1]}}]", "/problems/0/breaks/per_km2/0:"},
        {"[{\"codes\":[\"x\"],\"breaks\":{\"per_km2\":[1,3]}},"
         "{\"codes\":[\"y\"],\"breaks\":{\"per_km2\":[1],\"per_km2_month\":[3,\"1\"]}}]",
         "/problems/1/breaks/per_km2_month/1:"},
        {"[{\"codes\":[\"x\"],\"breaks\":{\"per_km2\":[1,3]}},{\"codes\":[\"x\"],\"breaks\":{}}]",
         "/problems/1/codes/0:"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        hs_error error = {0};
        hs_ramps *ramps = NULL;
        assert_int_equal(parse_with(cases[i][0], papers, &error, &ramps), HS_E_INPUT);
        assert_null(ramps);
        assert_non_null(strstr(error.message, cases[i][1]));
    }
    hs_error error = {0};
    hs_ramps *ramps = NULL;
    assert_int_equal(parse_with("[]", "{\"light\":{\"paper\":\"white\"}}", &error, &ramps), HS_E_INPUT);
    assert_non_null(strstr(error.message, "/papers/light/paper"));
    check_ok(parse_with("[]", papers, &error, &ramps), &error);
    assert_int_equal(hs_ramps_paper(ramps, true).line.g, 0x33);
    hs_ramps_free(ramps);
}

/* A set gives breaks for the scales that it names; elsewhere, and for codes of no set, the general ones. */
static void test_breaks_of_a_problem(void **state) {
    (void)state;
    hs_error error = {0};
    hs_ramps *ramps = NULL;
    hs_ramp_classes c;
    check_ok(parse_with("[{\"codes\":[\"0501\",\"stalls\"],\"breaks\":{\"per_km2\":[5,6,7]}}]", papers,
                        &error, &ramps),
             &error);
    static const struct {
        const char *code, *breaks, *of;
        hs_ramp_scale scale;
        uint32_t count;
        double first;
    } cases[] = {{"stalls", "", "stalls", HS_RAMP_PER_KM2, 3, 5},
                 {"0501", "", "0501", HS_RAMP_PER_KM2, 3, 5},
                 {"0501", "", "general", HS_RAMP_PER_KM2_MONTH, 2, 1},
                 {"0501", "9", "request", HS_RAMP_PER_KM2, 1, 9},
                 {"0502", "", "general", HS_RAMP_PER_KM2, 2, 1},
                 {"050", "", "general", HS_RAMP_PER_KM2, 2, 1},
                 {"", "", "general", HS_RAMP_PER_KM2, 2, 1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        check_ok(hs_ramps_classes(ramps, (hs_str){0}, hs_str_of(cases[i].breaks), cases[i].scale,
                                  hs_str_of(cases[i].code), &error, &c),
                 &error);
        assert_int_equal(c.break_count, cases[i].count);
        check_near(c.breaks[0], cases[i].first, 0);
        assert_string_equal(c.breaks_of, cases[i].of);
    }
    hs_ramps_free(ramps);
}

/* What ships: every class and group of the taxonomy has its scale, the paper is the map's own ground, and
 * breaks are half decades. */
static void test_what_ships(void **state) {
    (void)state;
    hs_ramps *ramps = load();
    hs_error error = {0};
    hs_taxonomy *taxonomy = NULL;
    check_ok(hs_taxonomy_builtin(&error, &taxonomy), &error);
    for (uint32_t i = 0; i < taxonomy->count; i++) {
        hs_ramp_classes c;
        hs_str code = taxonomy->category[i].code;
        for (int scale = 0; scale <= HS_RAMP_CHANGE; scale++) {
            check_ok(
                hs_ramps_classes(ramps, (hs_str){0}, (hs_str){0}, (hs_ramp_scale)scale, code, &error, &c),
                &error);
            assert_true(hs_str_equal(code, hs_str_of(c.breaks_of)));
            for (uint32_t b = 1; b < c.break_count; b++) {
                double ratio = fabs(c.breaks[b] / c.breaks[b - 1]);
                assert_true(c.breaks[b - 1] < 0 || (ratio > 2.99 && ratio < 3.34));
            }
        }
        check_ok(hs_ramps_classes(ramps, (hs_str){0}, (hs_str){0}, HS_RAMP_RELATIVE_RISK, code, &error, &c),
                 &error);
        assert_string_equal(c.breaks_of, "general");
    }
    hs_taxonomy_unref(taxonomy);
    static const char *const styles[] = {"styles/light.json", "styles/dark.json"};
    for (int dark = 0; dark < 2; dark++) {
        hs_str text;
        char ground[64];
        hs_rgba paper = hs_ramps_paper(ramps, dark).paper;
        assert_true(hs_asset_find(styles[dark], &text));
        snprintf(ground, sizeof ground, "\"background-color\": \"#%02x%02x%02x\"", paper.r, paper.g, paper.b);
        assert_non_null(memmem(text.data, text.size, ground, strlen(ground)));
    }
    hs_ramps_free(ramps);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_defaults),
                                       cmocka_unit_test(test_order_by_lightness),
                                       cmocka_unit_test(test_own_breaks),
                                       cmocka_unit_test(test_diverging),
                                       cmocka_unit_test(test_errors_name_the_pointer),
                                       cmocka_unit_test(test_wrong_problems_and_papers),
                                       cmocka_unit_test(test_breaks_of_a_problem),
                                       cmocka_unit_test(test_what_ships)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
