/* CQL2: what trees become of texts and JSON, precedence by the standard's grammar, limits, refusals. */
#include "check.h"

#include "base/buffer.h"
#include "base/text.h"
#include "city/cql2.h"

static hs_timezone *zone;

/* A tree as a text of its own: (kind operand ...), so that shapes can be compared. */
static void write(hs_buffer *out, const hs_cql2 *node) {
    static const char *const names[] = {"and",    "or",      "not",      "=",     "<>",      "<",
                                        "<=",     ">",       ">=",       "like",  "between", "in",
                                        "null",   "S",       "T",        "truth", "name",    "text",
                                        "number", "instant", "interval", "open",  "wkt",     "geojson",
                                        "box",    "casei"};
    hs_buffer_printf(out, "(%s", names[node->kind]);
    if (node->kind == HS_CQL2_SPATIAL || node->kind == HS_CQL2_TEMPORAL)
        hs_buffer_printf(out, "%d", node->op);
    if (node->kind == HS_CQL2_NUMBER) hs_buffer_printf(out, " %g", node->number);
    if (node->kind == HS_CQL2_BOOLEAN) hs_buffer_text(out, node->truth ? " true" : " false");
    if (node->kind == HS_CQL2_PROPERTY || node->kind == HS_CQL2_TEXT || node->kind == HS_CQL2_WKT ||
        node->kind == HS_CQL2_GEOJSON)
        hs_buffer_printf(out, " %.*s", (int)node->text.size, node->text.data);
    if (node->kind == HS_CQL2_INSTANT)
        hs_buffer_printf(out, " %lld %lld", (long long)node->from_s, (long long)node->to_s);
    if (node->kind == HS_CQL2_BOX)
        hs_buffer_printf(out, " %g %g %g %g", node->box[0], node->box[1], node->box[2], node->box[3]);
    for (uint32_t i = 0; i < node->count; i++) {
        hs_buffer_byte(out, ' ');
        write(out, node->operand[i]);
    }
    hs_buffer_byte(out, ')');
}

static void check_tree(bool json, const char *text, const char *tree) {
    hs_arena *arena = hs_arena_new(1 << 22);
    hs_error error = {0};
    hs_cql2 *node = NULL;
    hs_buffer out;
    hs_buffer_init(&out, 1 << 20);
    check_ok(json ? hs_cql2_parse_json(hs_str_of(text), zone, arena, &error, &node)
                  : hs_cql2_parse_text(hs_str_of(text), zone, arena, &error, &node),
             &error);
    write(&out, node);
    check_str(((hs_str){out.data, out.size}), tree);
    hs_buffer_done(&out);
    hs_arena_free(arena);
}

static void check_refused(bool json, hs_str text, const char *says) {
    hs_arena *arena = hs_arena_new(1 << 24);
    hs_error error = {0};
    hs_cql2 *node = NULL;
    hs_status status = json ? hs_cql2_parse_json(text, zone, arena, &error, &node)
                            : hs_cql2_parse_text(text, zone, arena, &error, &node);
    assert_int_equal(status, HS_E_ARGUMENT);
    if (!strstr(error.message, says)) print_error("%s\n", error.message);
    assert_non_null(strstr(error.message, says));
    hs_arena_free(arena);
}

static void test_text(void **state) {
    (void)state;
    check_tree(false, "a=1 OR b=2 AND NOT c=3",
               "(or (= (name a) (number 1)) (and (= (name b) (number 2)) (not (= (name c) (number 3)))))");
    check_tree(false, "( a = 1 or b = 2 ) and c<>-3.5e1",
               "(and (or (= (name a) (number 1)) (= (name b) (number 2))) (<> (name c) (number -35)))");
    check_tree(false, "a BETWEEN 1 AND 2 AND b < 3",
               "(and (between (name a) (number 1) (number 2)) (< (name b) (number 3)))");
}

static void test_values(void **state) {
    (void)state;
    check_tree(false, "\"x \"\"y\" NOT IN ('it''s', 'b\\'c')",
               "(not (in (name x \"y) (text it's) (text b'c)))");
    check_tree(false, "名称 LIKE '%摊%'", "(like (name 名称) (text %摊%))");
    check_tree(false, "a IS NOT NULL", "(not (null (name a)))");
    /* 2024-02-29 in Shanghai begins at 16:00 UTC of the day before. */
    check_tree(false, "t > DATE('2024-02-29')", "(> (name t) (instant 1709136000 1709222399))");
    check_tree(false, "t = TIMESTAMP('2024-02-29T00:00:00Z')",
               "(= (name t) (instant 1709164800 1709164800))");
    check_tree(false, "T_DURING(t, INTERVAL('..','2024-02-29T00:00:00Z'))",
               "(T4 (name t) (interval (open) (instant 1709164800 1709164800)))");
    check_tree(false, "S_WITHIN(g, MULTIPOINT Z ((1 2 3),(4 5 6)))",
               "(S4 (name g) (wkt MULTIPOINT Z ((1 2 3),(4 5 6))))");
    check_tree(false, "s_intersects(g,BBOX(1,2,-9,3,4,9))", "(S0 (name g) (box 1 2 3 4))");
    check_tree(false, "point = 1 AND date = 'x'",
               "(and (= (name point) (number 1)) (= (name date) (text x)))");
}

static void test_json(void **state) {
    (void)state;
    check_tree(true,
               "{\"op\":\"and\",\"args\":[{\"op\":\"<=\",\"args\":[{\"property\":\"a\"},1]},"
               "{\"op\":\"in\",\"args\":[{\"property\":\"b\"},[\"x\",\"y\"]]},true]}",
               "(and (<= (name a) (number 1)) (in (name b) (text x) (text y)) (truth true))");
    check_tree(
        true,
        "{\"op\":\"t_before\",\"args\":[{\"property\":\"t\"},{\"interval\":[{\"property\":\"u\"},\"..\"]}]}",
        "(T1 (name t) (interval (name u) (open)))");
    check_tree(
        true,
        "{\"op\":\"s_touches\",\"args\":[{\"bbox\":[1,2,3,4]},{\"type\":\"Point\",\"coordinates\":[1,2]}]}",
        "(S3 (box 1 2 3 4) (geojson {\"type\":\"Point\",\"coordinates\":[1,2]}))");
}

/* `count` times `piece`, between two ends. */
static void check_repeated(bool json, const char *before, const char *piece, int count, const char *after,
                           const char *says) {
    hs_buffer text;
    hs_buffer_init(&text, 1 << 20);
    hs_buffer_text(&text, before);
    for (int i = 0; i < count; i++)
        hs_buffer_text(&text, piece);
    hs_buffer_text(&text, after);
    check_refused(json, (hs_str){text.data, text.size}, says);
    hs_buffer_done(&text);
}

static void test_limits(void **state) {
    (void)state;
    check_repeated(false, "a IN (1", ",1", HS_CQL2_MOST_NODES, ")", "parts");
    check_repeated(false, "a=1", " OR a=1", HS_CQL2_MOST_NODES, "", "parts");
    check_repeated(false, "a='", "x", HS_CQL2_MOST_BYTES, "'", "bytes");
    check_repeated(false, "", "(", 1000, "", "deeply");
    check_repeated(false, "", "NOT ", 1000, "a=1", "deeply");
    check_repeated(false, "a = ", "CASEI(", 1000, "", "deeply");
    check_repeated(false, "S_WITHIN(g, GEOMETRYCOLLECTION", "(", 1000, "", "flatter");
    check_repeated(true, "", "{\"op\":\"not\",\"args\":[", 200, "", "filter: ");
    check_refused(false, HS_STR("a = 'x\0y"), "not closed");
    check_refused(false, HS_STR("a \0 = 1"), "byte 0");
    check_refused(false, HS_STR(""), "at the end");
    check_refused(false, HS_STR("a = 1 b = 2"), "AND, OR or the end");
    check_refused(false, HS_STR("T_AFTER(a, DATE('2024-13-01'))"), "RFC 3339");
    check_refused(true, HS_STR("{\"op\":\"=\",\"args\":[{\"property\":\"a\"},null]}"), "null");
}

static int open_zone(void **state) {
    (void)state;
    return hs_timezone_new("Asia/Shanghai", NULL, &zone) == HS_OK ? 0 : -1;
}

static int close_zone(void **state) {
    (void)state;
    hs_timezone_unref(zone);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_text), cmocka_unit_test(test_values),
                                       cmocka_unit_test(test_json), cmocka_unit_test(test_limits)};
    return cmocka_run_group_tests(tests, open_zone, close_zone);
}
