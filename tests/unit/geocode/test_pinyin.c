/* Expected readings are those of the Xinhua dictionary. */
#include "base/text.h"
#include "check.h"
#include "geocode/pinyin.h"
#include "geocode/words.h"
#include <string.h>

static size_t read_one(const hs_pinyin *pinyin, const char *character, const char *readings[]) {
    hs_str text = hs_str_of(character);
    return hs_pinyin_readings(pinyin, hs_utf8_next(&text), readings, HS_READINGS_MAX);
}

static bool is_read(const hs_pinyin *pinyin, const char *character, const char *reading) {
    const char *readings[HS_READINGS_MAX];
    size_t count = read_one(pinyin, character, readings);
    for (size_t i = 0; i < count; i++)
        if (strcmp(readings[i], reading) == 0) return true;
    return false;
}

static void test_readings(void **state) {
    (void)state;
    hs_error error;
    hs_pinyin *pinyin = NULL;
    check_ok(hs_pinyin_new(&error, &pinyin), &error);
    static const char *const single[][2] = {{"南", "nan"}, {"大", "da"},   {"街", "jie"}, {"路", "lu"},
                                            {"号", "hao"}, {"號", "hao"},  {"甘", "gan"}, {"州", "zhou"},
                                            {"龘", "da"},  {"㑇", "zhou"}, {"寺", "si"}};
    for (size_t i = 0; i < sizeof single / sizeof single[0]; i++)
        assert_true(is_read(pinyin, single[i][0], single[i][1]));
    static const char *const several[][3] = {
        {"长", "chang", "zhang"}, {"長", "chang", "zhang"}, {"重", "zhong", "chong"}, {"行", "hang", "xing"},
        {"乐", "le", "yue"},      {"樂", "le", "yue"},      {"厦", "xia", "sha"},     {"绿", "lv", "lu"},
        {"女", "nv", "nu"},       {"區", "qu", "ou"}};
    for (size_t i = 0; i < sizeof several / sizeof several[0]; i++) {
        assert_true(is_read(pinyin, several[i][0], several[i][1]));
        assert_true(is_read(pinyin, several[i][0], several[i][2]));
    }
    const char *readings[HS_READINGS_MAX];
    assert_int_equal(read_one(pinyin, "南", readings), 2); /* 南无 is na */
    assert_string_equal(readings[0], "nan");
    assert_int_equal(read_one(pinyin, "甘", readings), 1);
    assert_int_equal(read_one(pinyin, "a", readings), 0);
    assert_int_equal(hs_pinyin_readings(pinyin, 0x33FF, readings, HS_READINGS_MAX), 0);
    assert_int_equal(hs_pinyin_readings(pinyin, 0xA000, readings, HS_READINGS_MAX), 0);
    assert_int_equal(hs_pinyin_readings(pinyin, 0x957F, readings, 1), 1);
    assert_int_equal(hs_pinyin_readings(pinyin, 0x957F, readings, 0), 0);
    hs_pinyin_free(pinyin);
    hs_pinyin_free(NULL);
}

static void test_every_reading_is_ascii(void **state) {
    (void)state;
    hs_error error;
    hs_pinyin *pinyin = NULL;
    check_ok(hs_pinyin_new(&error, &pinyin), &error);
    size_t known = 0;
    for (uint32_t code = 0x3400; code <= 0x9FFF; code++) {
        const char *readings[HS_READINGS_MAX];
        size_t count = hs_pinyin_readings(pinyin, code, readings, HS_READINGS_MAX);
        known += count > 0;
        for (size_t i = 0; i < count; i++) {
            size_t size = strlen(readings[i]);
            assert_in_range(size, 1, HS_READING_LETTER_MAX);
            assert_int_equal(strspn(readings[i], "abcdefghijklmnopqrstuvwxyz"), size);
        }
    }
    assert_true(known > 20000);
    hs_pinyin_free(pinyin);
}

static uint32_t simplify(const hs_street_words *words, const char *character) {
    hs_str text = hs_str_of(character);
    hs_word_class word_class;
    return hs_street_words_han(words, hs_utf8_next(&text), &word_class);
}

static void test_simplified(void **state) {
    (void)state;
    hs_error error;
    hs_street_words *words = NULL;
    check_ok(hs_street_words_new(&error, &words), &error);
    assert_int_equal(simplify(words, "號"), 0x53F7);
    assert_int_equal(simplify(words, "龜"), 0x9F9F);
    assert_int_equal(simplify(words, "㑮"), 0x2B748); /* beyond sixteen bits */
    assert_int_equal(simplify(words, "路"), 0x8DEF);
    assert_int_equal(simplify(words, "〇"), 0x96F6);
    hs_street_words_free(words);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_readings),
        cmocka_unit_test(test_every_reading_is_ascii),
        cmocka_unit_test(test_simplified),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
