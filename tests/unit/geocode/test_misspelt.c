/* Names that are one letter off, and names by their sound. */
#include "answers.h"
#include "geocode/edit_index.h"
#include "made_town.h"

/* The distance of optimal string alignment with digits that never change, by the book: dynamic programming.
 */
static bool within_one_edit(const char *a, const char *b) {
    size_t m = strlen(a), n = strlen(b);
    unsigned d[40][40];
    for (size_t i = 0; i <= m; i++) {
        for (size_t j = 0; j <= n; j++) {
            unsigned best = 100;
            if (i == 0 && j == 0) best = 0;
            if (i > 0 && !(a[i - 1] >= '0' && a[i - 1] <= '9') && d[i - 1][j] + 1 < best)
                best = d[i - 1][j] + 1;
            if (j > 0 && !(b[j - 1] >= '0' && b[j - 1] <= '9') && d[i][j - 1] + 1 < best)
                best = d[i][j - 1] + 1;
            bool digit = i > 0 && j > 0 &&
                         ((a[i - 1] >= '0' && a[i - 1] <= '9') || (b[j - 1] >= '0' && b[j - 1] <= '9'));
            if (i > 0 && j > 0 && a[i - 1] == b[j - 1] && d[i - 1][j - 1] < best) best = d[i - 1][j - 1];
            if (i > 0 && j > 0 && !digit && d[i - 1][j - 1] + 1 < best) best = d[i - 1][j - 1] + 1;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && !digit &&
                !(a[i - 2] >= '0' && a[i - 2] <= '9') && d[i - 2][j - 2] + 1 < best)
                best = d[i - 2][j - 2] + 1;
            d[i][j] = best;
        }
    }
    return d[m][n] <= 1;
}

static uint32_t next(uint32_t *seed) {
    return *seed = *seed * 1664525 + 1013904223;
}

static void make_word(uint32_t *seed, char word[16]) {
    static const char letters[] = "abc1"; /* few, so that many words are near each other */
    size_t length = 4 + (next(seed) >> 16) % 3;
    for (size_t i = 0; i < length; i++)
        word[i] = letters[(next(seed) >> 16) % (sizeof letters - 1)];
    word[length] = '\0';
}

/* All names within one edit are found and no others. */
static void test_against_all_pairs(void **state) {
    (void)state;
    enum { NAMES = 400, QUERIES = 300 };
    static char names[NAMES][16];
    uint32_t seed = 7, found_all = 0;
    hs_error error;
    hs_street_words *words;
    check_ok(hs_street_words_new(&error, &words), &error);
    hs_edit_index index = {.words = words};
    for (uint32_t i = 0; i < NAMES; i++) {
        make_word(&seed, names[i]);
        hs_edit_index_add(&index, hs_str_of(names[i]), 0, i, 0);
    }
    check_ok(hs_edit_index_build(&index, &error), &error);
    for (uint32_t q = 0; q < QUERIES; q++) {
        char query[16];
        bool found[NAMES] = {false};
        hs_edit_match matches[NAMES];
        make_word(&seed, query);
        uint32_t count = hs_edit_index_find(&index, hs_str_of(query), matches, NAMES);
        for (uint32_t i = 0; i < count; i++)
            found[matches[i].group] = true;
        for (uint32_t i = 0; i < NAMES; i++)
            if (found[i] != within_one_edit(query, names[i]))
                fail_msg("%s and %s: %s", query, names[i], found[i] ? "found" : "not found");
        found_all += count;
    }
    assert_true(found_all > 100);
    hs_edit_index_done(&index);
    hs_street_words_free(words);
}

static hs_geography *named_town(void) {
    hs_geography_builder *b = NULL;
    hs_geography *town = NULL;
    hs_error error;
    check_ok(hs_geography_builder_new(&error, &b), &error);
    town_address(b, 1, "Decatur Street NW", "1312", "", 0, 0);
    town_address(b, 2, "14th Street NW", "1312", "", 1, 0);
    town_address(b, 3, "15th Street NW", "1312", "", 2, 0);
    town_address(b, 4, "South Dakota Avenue NE", "2600", "", 3, 0);
    town_address(b, 5, "South Dakota Avenue SE", "2600", "", 9, 9);
    town_address(b, 6, "Chain Bridge Road", "7", "", 4, 0);
    town_address(b, 7, "大忠路", "195", "", 0, 2);
    town_address(b, 8, "吉安路一段", "23", "", 0, 3);
    town_address(b, 9, "吉安路二段", "23", "", 5, 3);
    town_address(b, 10, "民有街", "11", "", 0, 4);
    town_address(b, 11, "民治街", "11", "", 6, 4);
    town_address(b, 12, "重庆北路", "8", "", 0, 5);
    town_place(b, 1, "东关夜市", "East Gate Night Market", 8, 8);
    check_ok(hs_geography_finish(b, 1, &error, &town), &error);
    return town;
}

static int set_up(void **state) {
    return fixture_set_up(state, named_town());
}

static void test_slips(void **state) {
    const fixture *f = *state;
    static const struct {
        const char *text;
        double x, y;
    } slips[] = {{"1312 Decaur Street NW", 0, 0},
                 {"1312 Deactur St NW", 0, 0},
                 {"1312 Decatur Streeet NW", 0, 0},
                 {"1312 Decatu rStreet NW", 0, 0},
                 {"1312 DecaturStreet NW", 0, 0},
                 {"2600 Sout Dakota Avenue NE", 3, 0},
                 {"2600 South Dakota Avnue NE", 3, 0},
                 {"2600 Southd Akota Ave NE", 3, 0},
                 {"2600 S Dakotta Ave NE", 3, 0},
                 {"7 Chain Brige Road", 4, 0},
                 {"7 Chian Bridge Rd", 4, 0},
                 {"1312 Fourteenthh St NW", -1, -1},
                 {"大中路195号", 0, 2},
                 {"大路195号", 0, 2},
                 {"大大忠路195号", 0, 2},
                 {"忠大路195号", 0, 2},
                 {"大忠街195号", 0, 2},
                 {"吉按路一段23号", 0, 3},
                 {"吉安路段一23号", 0, 3}};
    for (size_t i = 0; i < sizeof slips / sizeof *slips; i++) {
        if (slips[i].x < 0) {
            assert_int_not_equal(ask(f->geocoder, slips[i].text).match_type, HS_MATCH_ADDRESS);
            continue;
        }
        hs_geocode_result found =
            ask_at(f->geocoder, slips[i].text, HS_MATCH_ADDRESS, town_at(slips[i].x, slips[i].y), 1);
        if (found.score < 0.6) fail_msg("%s: score %.2f", slips[i].text, found.score);
    }
    assert_int_equal(ask(f->geocoder, "1312 Decaur Street NW").edits, 1);
    assert_int_equal(ask(f->geocoder, "1312 Decatur Street NW").edits, 0);
}

/* A digit is never taken for another, and a contrary direction or numeral counts for much. */
static void test_what_is_no_slip(void **state) {
    const fixture *f = *state;
    assert_int_equal(ask(f->geocoder, "1312 13th Street NW").match_type, HS_MATCH_NONE);
    assert_int_equal(ask(f->geocoder, "1312 16th Street NW").match_type, HS_MATCH_NONE);
    double letter = ask(f->geocoder, "2600 South Dakoto Avenue NE").score;
    double direction = ask(f->geocoder, "2600 South Dakota Avenue NX").score;
    assert_true(direction < letter);
    double numeral = ask(f->geocoder, "吉安路三段23号").score,
           character = ask(f->geocoder, "吉按路一段23号").score;
    assert_true(numeral < character);
}

/* Two names are as near: neither is sure, both are given. */
static void test_ambiguous_slip(void **state) {
    const fixture *f = *state;
    hs_geocode_result results[5];
    hs_error error;
    size_t count;
    check_ok(hs_geocode(f->geocoder, HS_STR("民街11号"), results, 5, &error, &count), &error);
    assert_true(count >= 2);
    assert_true(results[0].ambiguous && results[0].score < 0.8 && results[0].margin < 0.01);
    assert_true(hs_ground_distance_m(results[0].position, results[1].position) > 500);
}

static void test_sounds(void **state) {
    const fixture *f = *state;
    const char *texts[] = {"chongqingbeilu 8",    "chongqing bei lu 8 hao", "Chongqing North Road 8",
                           "8 Chongqingbei Road", "chongqin beilu 8",       "zhongqing beilu 8"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        ask_at(f->geocoder, texts[i], HS_MATCH_ADDRESS, town_at(0, 5), 1);
    /* Other characters of one sound. */
    ask_at(f->geocoder, "重清背路8号", HS_MATCH_ADDRESS, town_at(0, 5), 1);
    ask_at(f->geocoder, "dongguan yeshi", HS_MATCH_PLACE, town_at(8, 8), 1);
    ask_at(f->geocoder, "东管夜市", HS_MATCH_PLACE, town_at(8, 8), 1);
    ask_at(f->geocoder, "East Gate Nihgt Market", HS_MATCH_PLACE, town_at(8, 8), 1);
}

/* 14 St is 14th St, never 15th. */
static void test_bare_ordinals(void **state) {
    const fixture *f = *state;
    hs_geocode_result found = ask_at(f->geocoder, "1312 14 Street NW", HS_MATCH_ADDRESS, town_at(1, 0), 1);
    assert_true(found.score < 1 && found.edits == 0);
    ask_at(f->geocoder, "1312 15 St NW", HS_MATCH_ADDRESS, town_at(2, 0), 1);
    assert_int_equal(ask(f->geocoder, "1312 13 Street NW").match_type, HS_MATCH_NONE);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_against_all_pairs),
                                       cmocka_unit_test(test_slips),
                                       cmocka_unit_test(test_what_is_no_slip),
                                       cmocka_unit_test(test_ambiguous_slip),
                                       cmocka_unit_test(test_sounds),
                                       cmocka_unit_test(test_bare_ordinals)};
    return cmocka_run_group_tests(tests, set_up, fixture_tear_down);
}
