/* Styles: those of the program are read; what is outside the subset is refused with file and pointer. */
#include "base/text.h"
#include "check.h"
#include "render/map_style.h"

static hs_status parse(const char *text, hs_error *error) {
    hs_map_style *style = NULL;
    hs_status status = hs_map_style_parse("x", "x.json", hs_str_of(text), error, &style);
    hs_map_style_free(style);
    return status;
}

#define HEAD "{\"version\": 8, \"sources\": {\"base\": {\"type\": \"vector\"}}, \"layers\": ["

static void refused(const char *text, const char *start, const char *words) {
    hs_error error = {0};
    assert_int_equal(parse(text, &error), HS_E_INPUT);
    if (strncmp(error.message, start, strlen(start)) != 0 || !strstr(error.message, words)) {
        print_error("%s\n", error.message);
        fail();
    }
}

static void the_programs_are_read(void **state) {
    (void)state;
    hs_error error = {0};
    hs_map_styles *styles = NULL;
    static const char *const ids[] = {"light", "dark", "print"};
    check_ok(hs_map_styles_new(&error, &styles), &error);
    for (int i = 0; i < 3; i++) {
        const hs_map_style *style = hs_map_styles_find(styles, hs_str_of(ids[i]));
        assert_non_null(style);
        assert_string_equal(style->id, ids[i]);
        assert_true(style->layer_count > 20);
        assert_true(style->heat_below > 0 && style->heat_below < style->layer_count);
        assert_int_equal(style->dark, i == 1);
    }
    assert_null(hs_map_styles_find(styles, HS_STR("ramps")));
    hs_map_styles_free(styles);
}

static void properties_have_defaults(void **state) {
    (void)state;
    hs_error error = {0};
    hs_map_style *style = NULL;
    const char *text =
        HEAD "{\"id\": \"a\", \"type\": \"line\", \"source\": \"base\", \"source-layer\": \"streets\","
             "\"layout\": {\"line-cap\": \"round\"}, \"paint\": {\"line-color\": \"#336699\","
             "\"line-opacity\": [\"get\", \"id\"], \"line-dasharray\": [2, 1.5]}}]}";
    check_ok(hs_map_style_parse("x", "x.json", hs_str_of(text), &error, &style), &error);
    const hs_map_layer *layer = &style->layers[0];
    hs_map_property id = {HS_STR("id"), {.type = HS_MAP_NUMBER, .number = 7}};
    hs_map_scope scope = {.zoom = 10, .properties = &id, .count = 1};
    double dashes[4];
    assert_int_equal(hs_map_word(layer, HS_MAP_LINE_CAP), HS_MAP_CAP_ROUND);
    assert_int_equal(hs_map_word(layer, HS_MAP_LINE_JOIN), HS_MAP_JOIN_MITER);
    check_near(hs_map_number(layer, HS_MAP_LINE_WIDTH, &scope), 1, 0);
    check_near(hs_map_colour_of(layer, HS_MAP_LINE_COLOUR, &scope).g, 0.4, 1e-9);
    /* Held within what the property takes; its default where the feature has none. */
    check_near(hs_map_number(layer, HS_MAP_LINE_OPACITY, &scope), 1, 0);
    scope.count = 0;
    check_near(hs_map_number(layer, HS_MAP_LINE_OPACITY, &scope), 1, 0);
    assert_int_equal(hs_map_numbers(layer, HS_MAP_LINE_DASHES, dashes, 4), 2);
    check_near(dashes[1], 1.5, 0);
    assert_true(hs_map_layer_shows(layer, -1) && hs_map_layer_shows(layer, 24));
    hs_map_style_free(style);
}

static void refuses(void **state) {
    (void)state;
    refused("{", "x.json: JSON, line 1", "");
    refused("[]", "x.json, /: ", "object");
    refused("{\"version\": 7, \"layers\": []}", "x.json, /version: ", "8");
    refused("{\"version\": 8, \"sprite\": \"x\", \"sources\": {}, \"layers\": []}",
            "x.json, /sprite: ", "take it out");
    refused("{\"version\": 8, \"sources\": {\"a/b\": {\"type\": \"raster\"}}, \"layers\": []}",
            "x.json, /sources/a~1b: ", "vector");
    refused("{\"version\": 8, \"sources\": {}, \"layers\": []}", "x.json, /layers: ", "1 to 512");
    refused(HEAD "{\"id\": \"a\", \"type\": \"heatmap\"}]}", "x.json, /layers/0/type: ", "symbol");
    refused(HEAD "{\"id\": \"a\", \"type\": \"fill\", \"source\": \"other\"}]}",
            "x.json, /layers/0/source: ", "sources");
    refused(HEAD "{\"id\": \"a\", \"type\": \"fill\", \"source\": \"base\", \"source-layer\": \"water\"}]}",
            "x.json, /layers/0/source-layer: ", "streets");
    refused(HEAD "{\"id\": \"b\", \"type\": \"background\"}, {\"id\": \"b\", \"type\": \"background\"}]}",
            "x.json, /layers/1/id: ", "own");
    refused(HEAD "{\"id\": \"b\", \"type\": \"background\", \"paint\": {\"background-pattern\": \"x\"}}]}",
            "x.json, /layers/0/paint/background-pattern: ", "background layers");
    refused(HEAD "{\"id\": \"b\", \"type\": \"background\", \"paint\": {\"background-opacity\": 2}}]}",
            "x.json, /layers/0/paint/background-opacity: ", "0 to 1");
    refused(HEAD "{\"id\": \"b\", \"type\": \"background\", \"minzoom\": 30}]}",
            "x.json, /layers/0/minzoom: ", "24");
    refused(HEAD "{\"id\": \"b\", \"type\": \"background\", \"layout\": {\"visibility\": \"off\"}}]}",
            "x.json, /layers/0/layout/visibility: ", "visible or none");
    refused(HEAD "{\"id\": \"a\", \"type\": \"line\", \"source\": \"base\", \"source-layer\": \"streets\", "
                 "\"layout\": "
                 "{\"line-cap\": \"soft\"}}]}",
            "x.json, /layers/0/layout/line-cap: ", "butt, round, square");
    refused(
        HEAD
        "{\"id\": \"a\", \"type\": \"line\", \"source\": \"base\", \"source-layer\": \"streets\", \"paint\": "
        "{\"line-dasharray\": [0, 0]}}]}",
        "x.json, /layers/0/paint/line-dasharray: ", "longer than 0");
    refused(HEAD "{\"id\": \"a\", \"type\": \"symbol\", \"source\": \"base\", \"source-layer\": \"streets\", "
                 "\"layout\": "
                 "{\"text-field\": \"{name}\"}}]}",
            "x.json, /layers/0/layout/text-field: ", "[\"get\", \"name\"]");
    refused(HEAD "{\"id\": \"a\", \"type\": \"symbol\", \"source\": \"base\", \"source-layer\": \"units\", "
                 "\"layout\": "
                 "{\"symbol-placement\": \"line\"}}]}",
            "x.json, /layers/0/layout/symbol-placement: ", "streets");
    refused(HEAD "{\"id\": \"a\", \"type\": \"symbol\", \"source\": \"base\", \"source-layer\": \"streets\", "
                 "\"filter\": "
                 "[\"all\", [\"==\", [\"geometry-type\"], \"Point\"], [\"within\", {}]]}]}",
            "x.json, /layers/0/filter/2: ", "within");
    refused("{\"version\": 8, \"metadata\": {\"hotspot:heat-below\": \"none\"}, \"sources\": {}, \"layers\": "
            "[{\"id\": "
            "\"b\", \"type\": \"background\"}]}",
            "x.json, /metadata/hotspot:heat-below: ", "layers");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_programs_are_read),
        cmocka_unit_test(properties_have_defaults),
        cmocka_unit_test(refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
