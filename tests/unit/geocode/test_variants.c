/* The many spellings of one address give one answer. */
#include "answers.h"
#include "made_town.h"

#include <stdio.h>

enum { PLATES = 40 };

static const char *const streets[] = {"南大街", "五一路", "三里屯路", "东环路一段", "仁愛街", "建国路十二巷"};
static const char *const western[] = {"Decatur Street NW", "17th Avenue", "North Capitol Street NE",
                                      "Martin Luther King Boulevard"};

static int32_t number_of(int plate) {
    return 1 + 7 * plate % 199;
}

static hs_geography *made(void) {
    hs_geography_builder *b = NULL;
    hs_geography *town = NULL;
    hs_error error;
    int64_t id = 0;
    check_ok(hs_geography_builder_new(&error, &b), &error);
    town_unit(b, HS_LEVEL_CITY, "1", "", "张掖市", "Zhangye", -1, -1, 60, 60);
    town_unit(b, HS_LEVEL_DISTRICT, "11", "1", "甘州区", "Ganzhou", -1, -1, 60, 60);
    for (int s = 0; s < (int)(sizeof streets / sizeof *streets); s++)
        for (int plate = 0; plate < PLATES; plate++) {
            char number[16];
            (void)snprintf(number, sizeof number, "%d", (int)number_of(plate));
            town_address(b, ++id, streets[s], number, "", plate, s);
        }
    for (int s = 0; s < (int)(sizeof western / sizeof *western); s++)
        for (int plate = 0; plate < PLATES; plate++) {
            char number[16];
            (void)snprintf(number, sizeof number, "%d", (int)number_of(plate));
            town_address(b, ++id, western[s], number, "", plate, 20 + s);
        }
    check_ok(hs_geography_finish(b, 1, &error, &town), &error);
    return town;
}

static int set_up(void **state) {
    return fixture_set_up(state, made());
}

static void full_width(int32_t number, char *out) {
    char digits[16];
    (void)snprintf(digits, sizeof digits, "%d", (int)number);
    size_t size = 0;
    for (const char *d = digits; *d; d++) { /* U+FF10 + digit */
        out[size++] = '\xef';
        out[size++] = '\xbc';
        out[size++] = (char)(0x90 + (*d - '0'));
    }
    out[size] = '\0';
}

/* 一百九十五. */
static void numerals(int32_t number, char *out) {
    static const char *const digit[] = {"", "一", "二", "三", "四", "五", "六", "七", "八", "九"};
    int32_t hundreds = number / 100, tens = number / 10 % 10, ones = number % 10;
    *out = '\0';
    if (hundreds) (void)snprintf(out, 64, "%s百", digit[hundreds]);
    size_t size = strlen(out);
    if (tens == 0 && hundreds && ones) (void)snprintf(out + size, 64 - size, "零");
    size = strlen(out);
    if (tens) (void)snprintf(out + size, 64 - size, "%s十", tens == 1 && !hundreds ? "" : digit[tens]);
    size = strlen(out);
    (void)snprintf(out + size, 64 - size, "%s", digit[ones]);
}

/* Each in simplified and in traditional characters. */
static const char *const other_script[][2] = {{"五一路", "五一路"},     {"东环路一段", "東環路一段"},
                                              {"仁愛街", "仁爱街"},     {"建国路十二巷", "建國路十二巷"},
                                              {"三里屯路", "三里屯路"}, {"南大街", "南大街"}};

static const char *script_of(const char *street) {
    for (size_t i = 0; i < sizeof other_script / sizeof *other_script; i++)
        if (strcmp(other_script[i][0], street) == 0) return other_script[i][1];
    return street;
}

static void test_chinese(void **state) {
    const fixture *f = *state;
    static const char *const prefixes[] = {"", "甘州区", "张掖市甘州区", "張掖市", "甘州区 "};
    static const char *const marks[] = {"号", "號", " 号", ""};
    uint32_t asked = 0;
    for (int s = 0; s < (int)(sizeof streets / sizeof *streets); s++) {
        for (int plate = 0; plate < PLATES; plate += 3) {
            char wide[64], words[64], half[16];
            full_width(number_of(plate), wide);
            numerals(number_of(plate), words);
            (void)snprintf(half, sizeof half, "%d", (int)number_of(plate));
            const char *numbers[] = {half, wide, words};
            for (size_t p = 0; p < sizeof prefixes / sizeof *prefixes; p++)
                for (size_t n = 0; n < 3; n++)
                    for (size_t m = 0; m < sizeof marks / sizeof *marks; m++)
                        for (int script = 0; script < 2; script++) {
                            char text[256];
                            /* Numerals count in number position only. */
                            if (n == 2 && m >= 2) continue;
                            (void)snprintf(text, sizeof text, "%s%s%s%s", prefixes[p],
                                           script ? script_of(streets[s]) : streets[s], numbers[n], marks[m]);
                            hs_geocode_result found =
                                ask_at(f->geocoder, text, HS_MATCH_ADDRESS, town_at(plate, s), 0.1);
                            assert_int_equal(found.address, s * PLATES + plate);
                            asked++;
                        }
        }
    }
    assert_true(asked > 5000);
}

static void test_western(void **state) {
    const fixture *f = *state;
    static const char *const spellings[][6] = {
        {"Decatur Street NW", "DECATUR ST NW", "decatur st. n.w.", "Decatur Str Northwest",
         "Decatur  Street , NW", "Ｄecatur Street NW"},
        {"17th Avenue", "17TH AVE", "17th av.", "17TH AVENUE", "17th aven", "17th ave"},
        {"North Capitol Street NE", "N Capitol St NE", "N. CAPITOL ST. N.E.", "North Capitol St Northeast",
         "n capitol street ne", "NORTH CAPITOL STREET NE"},
        {"Martin Luther King Boulevard", "MARTIN LUTHER KING BLVD", "Martin Luther King Blvd.",
         "martin luther king boul", "Martin-Luther-King Blvd", "Martín Luther King Boulevard"}};
    for (int s = 0; s < (int)(sizeof western / sizeof *western); s++)
        for (int plate = 0; plate < PLATES; plate++)
            for (size_t i = 0; i < 6; i++) {
                char text[128];
                (void)snprintf(text, sizeof text, "%d %s", (int)number_of(plate), spellings[s][i]);
                hs_geocode_result found =
                    ask_at(f->geocoder, text, HS_MATCH_ADDRESS, town_at(plate, 20 + s), 0.1);
                assert_int_equal(found.edits, 0);
            }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_chinese), cmocka_unit_test(test_western)};
    return cmocka_run_group_tests(tests, set_up, fixture_tear_down);
}
