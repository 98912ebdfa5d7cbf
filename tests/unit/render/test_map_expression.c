/* Expressions against what the MapLibre style specification documents of each, and refusals with their
 * pointers. */
#include "base/text.h"
#include "check.h"
#include "render/map_expression.h"

static hs_arena *arena;

static int start(void **state) {
    (void)state;
    arena = hs_arena_new(1 << 24);
    return arena ? 0 : -1;
}

static int stop(void **state) {
    (void)state;
    hs_arena_free(arena);
    return 0;
}

static hs_status compile(const char *text, hs_map_type wanted, bool zoom_free, hs_error *error,
                         const hs_map_expression **out) {
    json_t *json = NULL;
    hs_map_compiler c = {.arena = arena, .file = "test.json", .error = error, .zoom_free = zoom_free};
    check_ok(hs_json_parse(hs_str_of(text), error, &json), error);
    hs_status status = hs_map_compile(&c, json, wanted, out);
    json_decref(json);
    return status;
}

static hs_map_scope scope_of(const hs_map_property *properties, uint32_t count, double zoom) {
    return (hs_map_scope){
        .zoom = zoom, .shape = HS_MAP_LINE, .properties = properties, .count = count, .arena = arena};
}

static const hs_map_property street[] = {
    {{"class", 5}, {.type = HS_MAP_TEXT, .text = {"Trunk", 5}}},
    {{"lanes", 5}, {.type = HS_MAP_NUMBER, .number = 4}},
    {{"name", 4}, {.type = HS_MAP_TEXT, .text = {"Straße", 7}}},
};

static hs_map_value evaluated(const char *text, hs_map_type wanted, double zoom) {
    hs_error error = {0};
    const hs_map_expression *e = NULL;
    hs_map_value value = {.type = HS_MAP_NULL};
    hs_map_scope scope = scope_of(street, 3, zoom);
    check_ok(compile(text, wanted, true, &error, &e), &error);
    if (!hs_map_evaluate(e, &scope, &value)) {
        print_error("%s fails\n", text);
        fail();
    }
    return value;
}

static double number(const char *text) {
    hs_map_value value = evaluated(text, HS_MAP_NUMBER, 10);
    assert_int_equal(value.type, HS_MAP_NUMBER);
    return value.number;
}

static bool flag(const char *text) {
    hs_map_value value = evaluated(text, HS_MAP_BOOL, 10);
    assert_int_equal(value.type, HS_MAP_BOOL);
    return value.flag;
}

static hs_str words(const char *text) {
    hs_map_value value = evaluated(text, HS_MAP_ANY, 10);
    assert_int_equal(value.type, HS_MAP_TEXT);
    return value.text;
}

/* Whether evaluating ends with the specification's error. */
static bool fails(const char *text, hs_map_type wanted) {
    hs_error error = {0};
    const hs_map_expression *e = NULL;
    hs_map_value value;
    hs_map_scope scope = scope_of(street, 3, 10);
    check_ok(compile(text, wanted, true, &error, &e), &error);
    return !hs_map_evaluate(e, &scope, &value);
}

static void refused(const char *text, hs_map_type wanted, const char *pointer, const char *words_in) {
    hs_error error = {0};
    const hs_map_expression *e = NULL;
    assert_int_equal(compile(text, wanted, false, &error, &e), HS_E_INPUT);
    char start_of[128];
    snprintf(start_of, sizeof start_of, "test.json, %s: ", pointer);
    if (strncmp(error.message, start_of, strlen(start_of)) != 0 || !strstr(error.message, words_in)) {
        print_error("%s: %s\n", text, error.message);
        fail();
    }
}

static void looks_up(void **state) {
    (void)state;
    check_str(words("[\"get\", \"class\"]"), "Trunk");
    assert_int_equal(evaluated("[\"get\", \"none\"]", HS_MAP_ANY, 0).type, HS_MAP_NULL);
    assert_true(flag("[\"has\", \"lanes\"]"));
    assert_false(flag("[\"has\", \"none\"]"));
    check_str(words("[\"geometry-type\"]"), "LineString");
    check_near(number("[\"length\", [\"get\", \"name\"]]"), 6, 0);
    check_near(number("[\"length\", [\"literal\", [1, 2, 3]]]"), 3, 0);
    assert_true(flag("[\"in\", \"run\", [\"get\", \"class\"]]"));
    assert_true(
        flag("[\"in\", [\"downcase\", [\"get\", \"class\"]], [\"literal\", [\"motorway\", \"trunk\"]]]"));
    assert_false(flag("[\"in\", [\"get\", \"class\"], [\"literal\", [\"motorway\", \"trunk\"]]]"));
    assert_false(flag("[\"in\", [\"get\", \"none\"], [\"literal\", [\"trunk\"]]]"));
}

static void decides(void **state) {
    (void)state;
    assert_true(flag("[\"all\"]"));
    assert_false(flag("[\"any\"]"));
    assert_true(flag("[\"all\", true, [\"!\", false]]"));
    assert_true(flag("[\"any\", false, [\"==\", [\"get\", \"lanes\"], 4]]"));
    assert_false(flag("[\"==\", [\"get\", \"lanes\"], \"4\"]"));
    assert_true(flag("[\"!=\", [\"get\", \"none\"], \"\"]"));
    assert_true(flag("[\"<\", [\"get\", \"class\"], \"a\"]"));
    assert_true(flag("[\">=\", [\"zoom\"], 10]"));
    assert_true(fails("[\"<\", [\"get\", \"class\"], 3]", HS_MAP_BOOL));
    check_str(words("[\"case\", [\"==\", [\"get\", \"lanes\"], 4], \"wide\", \"narrow\"]"), "wide");
    check_str(words("[\"match\", [\"get\", \"class\"], [\"Primary\", \"Trunk\"], \"big\", \"small\"]"),
              "big");
    check_str(words("[\"match\", [\"get\", \"lanes\"], 2, \"two\", 4, \"four\", \"other\"]"), "four");
    /* A label of another type than the input does not match. */
    check_str(words("[\"match\", [\"get\", \"lanes\"], \"4\", \"text\", \"other\"]"), "other");
    check_str(words("[\"coalesce\", [\"get\", \"none\"], [\"get\", \"name\"]]"), "Straße");
    assert_int_equal(evaluated("[\"coalesce\", [\"get\", \"none\"]]", HS_MAP_ANY, 0).type, HS_MAP_NULL);
}

static void reckons(void **state) {
    (void)state;
    check_near(number("[\"+\", 1, [\"*\", 2, 3], [\"get\", \"lanes\"]]"), 11, 0);
    check_near(number("[\"-\", 3]"), -3, 0);
    check_near(number("[\"/\", [\"-\", 9, 2], 2]"), 3.5, 0);
    check_near(number("[\"%\", -7, 3]"), -1, 0);
    check_near(number("[\"^\", 2, 10]"), 1024, 0);
    check_near(number("[\"^\", 2, 0.5]"), 1.4142135623730951, 1e-12);
    check_near(number("[\"min\", 3, [\"max\", 1, 2], 5]"), 2, 0);
    check_near(number("[\"round\", -1.5]"), -2, 0);
    check_near(number("[\"floor\", 1.7]"), 1, 0);
    check_near(number("[\"ceil\", 1.2]"), 2, 0);
    check_near(number("[\"abs\", [\"sqrt\", 16]]"), 4, 0);
    check_near(number("[\"to-number\", \" 12.5 \"]"), 12.5, 0);
    check_near(number("[\"to-number\", \"x\", true]"), 1, 0);
    check_near(number("[\"to-number\", [\"get\", \"none\"]]"), 0, 0);
    assert_true(fails("[\"to-number\", \"x\"]", HS_MAP_NUMBER));
    check_str(words("[\"concat\", \"a\", 1, 2.5, true, [\"get\", \"none\"]]"), "a12.5true");
    check_str(words("[\"to-string\", [\"get\", \"none\"]]"), "");
    check_str(words("[\"upcase\", [\"get\", \"class\"]]"), "TRUNK");
    check_str(words("[\"downcase\", \"ÄÉ中\"]"), "äé中");
    assert_true(flag("[\"to-boolean\", \"x\"]"));
    assert_false(flag("[\"to-boolean\", 0]"));
}

static void runs_between_stops(void **state) {
    (void)state;
    const char *line = "[\"interpolate\", [\"linear\"], [\"zoom\"], 5, 1, 15, 11]";
    check_near(evaluated(line, HS_MAP_NUMBER, 4).number, 1, 0);
    check_near(evaluated(line, HS_MAP_NUMBER, 10).number, 6, 1e-12);
    check_near(evaluated(line, HS_MAP_NUMBER, 15).number, 11, 0);
    check_near(evaluated(line, HS_MAP_NUMBER, 22).number, 11, 0);
    /* (1.5^2 - 1) / (1.5^4 - 1) of the way. */
    const char *curve = "[\"interpolate\", [\"exponential\", 1.5], [\"zoom\"], 12, 0, 16, 1]";
    check_near(evaluated(curve, HS_MAP_NUMBER, 14).number, 1.25 / 4.0625, 1e-12);
    const char *steps = "[\"step\", [\"zoom\"], 1, 8, 2, 12, 3]";
    check_near(evaluated(steps, HS_MAP_NUMBER, 7.99).number, 1, 0);
    check_near(evaluated(steps, HS_MAP_NUMBER, 8).number, 2, 0);
    check_near(evaluated(steps, HS_MAP_NUMBER, 20).number, 3, 0);
    hs_map_value mixed =
        evaluated("[\"interpolate\", [\"linear\"], [\"zoom\"], 0, \"#ff0000\", 10, \"rgba(0,0,255,0)\"]",
                  HS_MAP_COLOUR, 5);
    /* Premultiplied: half of the red is left, and nothing of what cannot be seen. */
    check_near(mixed.colour.r, 1, 1e-12);
    check_near(mixed.colour.b, 0, 1e-12);
    check_near(mixed.colour.a, 0.5, 1e-12);
}

static void reads_colours(void **state) {
    (void)state;
    static const struct {
        const char *text;
        hs_map_colour colour;
    } known[] = {
        {"#f00", {1, 0, 0, 1}},
        {"#0f08", {0, 1, 0, 136 / 255.0}},
        {"#336699", {0.2, 0.4, 0.6, 1}},
        {"#33669980", {0.2, 0.4, 0.6, 128 / 255.0}},
        {"rgb(51, 102, 153)", {0.2, 0.4, 0.6, 1}},
        {"rgba(100%,0%,50%,25%)", {1, 0, 0.5, 0.25}},
        {"hsl(120, 100%, 25%)", {0, 0.5, 0, 1}},
        {"hsla(210, 50%, 40%, 0.5)", {0.2, 0.4, 0.6, 0.5}},
        {"transparent", {0, 0, 0, 0}},
        {"white", {1, 1, 1, 1}},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        hs_map_colour c = {9, 9, 9, 9};
        assert_true(hs_map_parse_colour(hs_str_of(known[i].text), &c));
        check_near(c.r, known[i].colour.r, 1e-9);
        check_near(c.g, known[i].colour.g, 1e-9);
        check_near(c.b, known[i].colour.b, 1e-9);
        check_near(c.a, known[i].colour.a, 1e-9);
    }
    static const char *const wrong[] = {
        "",           "#",          "#12",    "#12345",   "#gggggg", "rgb(1,2)", "rgb(1,2,3,4,5)",
        "rgb(a,b,c)", "hsl(1,2,3)", "tomato", "rgb(1,2,3"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        hs_map_colour c;
        assert_false(hs_map_parse_colour(hs_str_of(wrong[i]), &c));
    }
}

static void refuses(void **state) {
    (void)state;
    refused("[\"interpolate\", [\"cubic-bezier\", 0, 0, 1, 1], [\"zoom\"], 0, 1, 2, 3]", HS_MAP_NUMBER, "/1",
            "linear");
    refused("[\"interpolate\", [\"linear\"], [\"zoom\"], 5, 1, 5, 2]", HS_MAP_NUMBER, "/5", "ascend");
    refused("[\"interpolate\", [\"linear\"], [\"zoom\"], 5, 1, 6, \"x\"]", HS_MAP_NUMBER, "/6",
            "a number is needed");
    refused("[\"step\", [\"zoom\"], 1, 2]", HS_MAP_NUMBER, "/", "pairs");
    refused("[\"+\", 1, [\"zoom\"]]", HS_MAP_NUMBER, "/2", "outermost");
    refused("[\"zoom\"]", HS_MAP_NUMBER, "/", "outermost");
    refused("[\"sqrt\", \"x\"]", HS_MAP_NUMBER, "/1", "a number is needed");
    refused("[\"let\", \"a\", 1, [\"var\", \"a\"]]", HS_MAP_NUMBER, "/", "let is not drawn here");
    refused("[\"match\", [\"get\", \"class\"], [\"a\", \"b\"], 1, \"b\", 2, 3]", HS_MAP_NUMBER, "/4",
            "come before");
    refused("[\"match\", [\"get\", \"class\"], \"a\", 1, 2, 2, 3]", HS_MAP_NUMBER, "/4", "one type");
    refused("[\"case\", [\"get\", \"x\"], 1]", HS_MAP_NUMBER, "/", "fallback");
    refused("[\"==\", \"class\", \"park\"]", HS_MAP_BOOL, "/", "legacy");
    refused("[\"in\", \"class\", \"park\", \"water\"]", HS_MAP_BOOL, "/", "legacy");
    refused("[\"none\", [\"==\", \"class\", \"x\"]]", HS_MAP_BOOL, "/", "legacy");
    refused("[\"all\", [\"has\", \"$type\"]]", HS_MAP_BOOL, "/1/1", "legacy");
    refused("{\"stops\": [[0, 1]]}", HS_MAP_NUMBER, "/", "interpolate");
    refused("\"#12\"", HS_MAP_COLOUR, "/", "no colour");
    refused("\"x\"", HS_MAP_NUMBER, "/", "a number is needed, this is a text");
    refused("[1, 2]", HS_MAP_NUMBER, "/", "literal");
    refused("[]", HS_MAP_NUMBER, "/", "begins with its name");
    refused("[\"get\", [\"get\", \"x\"]]", HS_MAP_TEXT, "/", "name of a property");
}

static void deep_ones_end(void **state) {
    (void)state;
    char text[4096] = "";
    for (int i = 0; i < 200; i++)
        strcat(text, "[\"!\", ");
    strcat(text, "true");
    for (int i = 0; i < 200; i++)
        strcat(text, "]");
    hs_error error = {0};
    const hs_map_expression *e = NULL;
    assert_int_equal(compile(text, HS_MAP_BOOL, true, &error, &e), HS_E_INPUT);
    assert_non_null(strstr(error.message, "less deep"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(looks_up),           cmocka_unit_test(decides),       cmocka_unit_test(reckons),
        cmocka_unit_test(runs_between_stops), cmocka_unit_test(reads_colours), cmocka_unit_test(refuses),
        cmocka_unit_test(deep_ones_end),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
