/* What begins like what follows from the names in made_town.h. */
#include "made_town.h"

#include "base/random.h"
#include "geocode/pinyin_match.h"
#include <hotspot/autocomplete.h>

typedef struct town {
    hs_geography *geography;
    hs_autocomplete *autocomplete;
} town;

static const hs_box no_map = {INT32_MAX, INT32_MAX, INT32_MIN, INT32_MIN};

static int set_up(void **state) {
    static town made;
    hs_error error;
    made.geography = made_town();
    check_ok(hs_autocomplete_new(made.geography, &error, &made.autocomplete), &error);
    *state = &made;
    return 0;
}

static int tear_down(void **state) {
    town *made = *state;
    hs_autocomplete_free(made->autocomplete);
    hs_autocomplete_free(NULL);
    hs_geography_unref(made->geography);
    return 0;
}

static size_t ask(void **state, const char *text, hs_box map, hs_suggestion out[HS_SUGGESTIONS_MAX]) {
    const town *made = *state;
    return hs_autocomplete_suggest(made->autocomplete, hs_str_of(text), map, out, HS_SUGGESTIONS_MAX);
}

/* The first suggestion is this one. */
static void check_first(void **state, const char *text, hs_suggestion_kind kind, hs_suggestion_match match,
                        const char *label) {
    hs_suggestion out[HS_SUGGESTIONS_MAX];
    size_t count = ask(state, text, no_map, out);
    if (count == 0 || strcmp(out[0].label, label) != 0 || out[0].kind != kind || out[0].match != match) {
        print_error("'%s' gives %s (kind %d, match %d)\n", text, count ? out[0].label : "nothing",
                    count ? (int)out[0].kind : 0, count ? (int)out[0].match : 0);
        fail();
    }
}

static void check_count(void **state, const char *text, size_t count) {
    hs_suggestion out[HS_SUGGESTIONS_MAX];
    size_t found = ask(state, text, no_map, out);
    if (found != count) print_error("'%s' gives %zu, not %zu\n", text, found, count);
    assert_int_equal(found, count);
}

static void test_names(void **state) {
    check_first(state, "春", HS_SUGGEST_STREET, HS_SUGGEST_PREFIX, "春风路");
    check_first(state, "春风路", HS_SUGGEST_STREET, HS_SUGGEST_WHOLE, "春风路");
    check_first(state, "春風路", HS_SUGGEST_STREET, HS_SUGGEST_WHOLE, "春风路");
    check_first(state, "风路", HS_SUGGEST_STREET, HS_SUGGEST_MIDDLE, "春风路");
    check_first(state, "夜市", HS_SUGGEST_PLACE, HS_SUGGEST_MIDDLE, "东关夜市");
    check_first(state, "East Gate Ni", HS_SUGGEST_PLACE, HS_SUGGEST_PREFIX, "East Gate Night Market");
    check_first(state, "night mar", HS_SUGGEST_PLACE, HS_SUGGEST_MIDDLE, "East Gate Night Market");
    check_first(state, "凤林", HS_SUGGEST_UNIT, HS_SUGGEST_PREFIX, "鳳林鎮");
    check_first(state, "FLORI", HS_SUGGEST_STREET, HS_SUGGEST_MIDDLE, "W Florissant Ave W");
    check_first(state, "大忠", HS_SUGGEST_STREET, HS_SUGGEST_PREFIX, "花蓮縣鳳林鎮大忠路");
    check_count(state, "", 0);
    check_count(state, "  ", 0);
    check_count(state, "没有这条路", 0);
    check_count(state, "\xff\xfe", 0);
}

static void test_words_in_full_or_short(void **state) {
    check_first(state, "decatur st", HS_SUGGEST_STREET, HS_SUGGEST_PREFIX, "Decatur St NW");
    check_first(state, "decatur stre", HS_SUGGEST_STREET, HS_SUGGEST_PREFIX, "Decatur St NW");
    check_first(state, "decatur street northw", HS_SUGGEST_STREET, HS_SUGGEST_WHOLE, "Decatur St NW");
    check_first(state, "west flo", HS_SUGGEST_STREET, HS_SUGGEST_PREFIX, "W Florissant Ave W");
    check_first(state, "wes", HS_SUGGEST_STREET, HS_SUGGEST_PREFIX, "W Florissant Ave W");
    /* `ste` is a suite, never a street. */
    check_count(state, "decatur suit", 0);
}

static void test_one_a_name(void **state) {
    check_count(state, "p street", 1); /* four rows bear it */
    hs_suggestion out[HS_SUGGESTIONS_MAX];
    assert_int_equal(ask(state, "17", no_map, out), 2);
    assert_string_equal(out[0].label, "17TH ST NW");
    assert_string_equal(out[1].label, "17TH ST SE");
}

static void test_pinyin(void **state) {
    check_first(state, "renminlu", HS_SUGGEST_STREET, HS_SUGGEST_PINYIN, "人民路");
    check_first(state, "rml", HS_SUGGEST_STREET, HS_SUGGEST_INITIALS, "人民路");
    check_first(state, "rmlu", HS_SUGGEST_STREET, HS_SUGGEST_INITIALS, "人民路");
    check_first(state, "minlu", HS_SUGGEST_STREET, HS_SUGGEST_PINYIN_MIDDLE, "人民路");
    check_first(state, "dgys", HS_SUGGEST_PLACE, HS_SUGGEST_INITIALS, "东关夜市");
    check_first(state, "dongguanye", HS_SUGGEST_PLACE, HS_SUGGEST_PINYIN, "东关夜市");
    check_first(state, "flz", HS_SUGGEST_UNIT, HS_SUGGEST_INITIALS, "鳳林鎮");
    check_first(state, "dzl", HS_SUGGEST_STREET, HS_SUGGEST_INITIALS, "花蓮縣鳳林鎮大忠路");
    check_count(state, "rmq", 0);
}

static void test_numbers(void **state) {
    hs_suggestion out[HS_SUGGESTIONS_MAX];
    assert_int_equal(ask(state, "春风路2", no_map, out), 2);
    assert_string_equal(out[0].label, "春风路23号");
    assert_string_equal(out[1].label, "春风路27号");
    assert_int_equal(out[0].kind, HS_SUGGEST_ADDRESS);
    assert_int_equal(out[0].position.lon_e7, town_at(1.5, 3.02).lon_e7);
    check_first(state, "春风路27号", HS_SUGGEST_ADDRESS, HS_SUGGEST_WHOLE, "春风路27号");
    check_first(state, "春风路12-1", HS_SUGGEST_ADDRESS, HS_SUGGEST_WHOLE, "春风路12-1号");
    check_first(state, "春风２", HS_SUGGEST_ADDRESS, HS_SUGGEST_PREFIX, "春风路23号");
    check_first(state, "cfl2", HS_SUGGEST_ADDRESS, HS_SUGGEST_INITIALS, "春风路23号");
    check_first(state, "chunfenglu 27", HS_SUGGEST_ADDRESS, HS_SUGGEST_PINYIN, "春风路27号");
    check_count(state, "春风路2号", 0);
    check_count(state, "春风路3", 0);
    check_first(state, "中正路100巷5弄3", HS_SUGGEST_ADDRESS, HS_SUGGEST_WHOLE,
                "花蓮縣鳳林鎮中正路100巷5弄3號之2");
    check_first(state, "1312 dec", HS_SUGGEST_ADDRESS, HS_SUGGEST_PREFIX, "1312 Decatur St NW");
    check_first(state, "77 elm street", HS_SUGGEST_ADDRESS, HS_SUGGEST_PREFIX, "77 Elm Street, Fenglin");
    check_first(state, "decatur st nw 13", HS_SUGGEST_ADDRESS, HS_SUGGEST_WHOLE, "1312 Decatur St NW");
    check_count(state, "13 dec", 0);
}

static void test_nearness(void **state) {
    hs_suggestion out[HS_SUGGESTIONS_MAX];
    const double towns[2][2] = {{2.5, 2.5}, {8.5, 2.5}};
    for (int i = 0; i < 2; i++) {
        hs_position at = town_at(towns[i][0], towns[i][1]);
        hs_box map = {at.lon_e7 - 1000, at.lat_e7 - 1000, at.lon_e7 + 1000, at.lat_e7 + 1000};
        assert_int_equal(ask(state, "大忠路195", map, out), 2);
        assert_int_equal(out[0].position.lon_e7, at.lon_e7);
        assert_int_equal(ask(state, "大忠路", map, out), 2);
        assert_int_equal(out[0].position.lon_e7, at.lon_e7);
        hs_box point = {at.lon_e7, at.lat_e7, at.lon_e7, at.lat_e7};
        assert_int_equal(ask(state, "大忠路", point, out), 2);
        assert_int_equal(out[0].position.lon_e7, at.lon_e7);
    }
}

static void test_capacity(void **state) {
    const town *made = *state;
    hs_suggestion all[HS_SUGGESTIONS_MAX], few[2];
    size_t count = ask(state, "路", no_map, all);
    assert_true(count > 2);
    assert_int_equal(hs_autocomplete_suggest(made->autocomplete, HS_STR("路"), no_map, few, 2), 2);
    for (size_t i = 0; i < 2; i++)
        assert_string_equal(few[i].label, all[i].label);
    assert_int_equal(hs_autocomplete_suggest(made->autocomplete, HS_STR("路"), no_map, few, 0), 0);
}

static void check_match(const hs_pinyin *pinyin, const char *name, const char *letters,
                        hs_pinyin_match expected, bool expected_whole) {
    bool whole = false;
    hs_pinyin_match match = hs_pinyin_matches(pinyin, name, hs_str_of(letters), &whole);
    if (match != expected || (match != HS_PINYIN_NONE && whole != expected_whole)) {
        print_error("%s, %s: %d\n", name, letters, (int)match);
        fail();
    }
}

static void test_letters(void **state) {
    (void)state;
    hs_error error;
    hs_pinyin *pinyin = NULL;
    check_ok(hs_pinyin_new(&error, &pinyin), &error);
    check_match(pinyin, "南大街", "ndj", HS_PINYIN_INITIALS, true);
    check_match(pinyin, "南大街", "nandajie", HS_PINYIN_FULL, true);
    check_match(pinyin, "南大街", "nandaj", HS_PINYIN_FULL, true);
    check_match(pinyin, "南大街", "nanda", HS_PINYIN_FULL, false);
    check_match(pinyin, "南大街", "nandj", HS_PINYIN_INITIALS, true);
    check_match(pinyin, "南大街", "ndx", HS_PINYIN_NONE, false);
    check_match(pinyin, "南大街", "ndjl", HS_PINYIN_NONE, false);
    check_match(pinyin, "重庆路", "cql", HS_PINYIN_INITIALS, true);
    check_match(pinyin, "重庆路", "zhongqinglu", HS_PINYIN_FULL, true);
    check_match(pinyin, "长安街", "changanjie", HS_PINYIN_FULL, true);
    check_match(pinyin, "长安街", "chaj", HS_PINYIN_INITIALS, true);
    check_match(pinyin, "西安路", "xian", HS_PINYIN_FULL, false);
    check_match(pinyin, "绿园", "lvyuan", HS_PINYIN_FULL, true);
    check_match(pinyin, "绿园", "luyuan", HS_PINYIN_FULL, true);
    check_match(pinyin, "a南", "anan", HS_PINYIN_FULL, true);
    check_match(pinyin, "", "a", HS_PINYIN_NONE, false);
    check_match(pinyin, "南", "", HS_PINYIN_NONE, false);
    check_match(pinyin, "南", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                HS_PINYIN_NONE, false);
    hs_pinyin_free(pinyin);
}

/* Every beginning of every street's name finds a street that begins so. */
static void test_every_prefix(void **state) {
    const town *made = *state;
    const hs_streets *streets = &made->geography->streets;
    for (uint32_t row = 0; row < streets->count; row++) {
        hs_str name = streets->name[row];
        for (size_t size = 1; size <= name.size; size++) {
            if (hs_utf8_cut(name, size) != size) continue;
            hs_suggestion out[HS_SUGGESTIONS_MAX];
            size_t count = hs_autocomplete_suggest(made->autocomplete, (hs_str){name.data, size}, no_map, out,
                                                   HS_SUGGESTIONS_MAX);
            bool found = false;
            for (size_t i = 0; i < count; i++)
                found |= hs_str_equal(hs_str_of(out[i].label), name);
            if (!found) print_error("'%.*s' does not give %s\n", (int)size, name.data, name.data);
            assert_true(found);
        }
    }
}

static void test_any_bytes(void **state) {
    hs_random random;
    hs_random_seed(&random, 5);
    hs_suggestion out[HS_SUGGESTIONS_MAX];
    for (int i = 0; i < 2000; i++) {
        char text[64];
        size_t size = hs_random_below(&random, sizeof text - 1);
        for (size_t b = 0; b < size; b++)
            text[b] = (char)(1 + hs_random_below(&random, 255));
        text[size] = '\0';
        (void)ask(state, text, no_map, out);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),        cmocka_unit_test(test_words_in_full_or_short),
        cmocka_unit_test(test_one_a_name),   cmocka_unit_test(test_pinyin),
        cmocka_unit_test(test_numbers),      cmocka_unit_test(test_nearness),
        cmocka_unit_test(test_capacity),     cmocka_unit_test(test_letters),
        cmocka_unit_test(test_every_prefix), cmocka_unit_test(test_any_bytes),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
