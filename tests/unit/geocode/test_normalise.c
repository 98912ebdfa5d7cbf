/* Tokens and house numbers, before any gazetteer. */
#include "check.h"

#include "base/text.h"
#include "geocode/house_number.h"

static hs_street_words *words;

static int set_up(void **state) {
    (void)state;
    hs_error error;
    check_ok(hs_street_words_new(&error, &words), &error);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    hs_street_words_free(words);
    return 0;
}

static void check_tokens(const char *address, const char *expected) {
    hs_tokens tokens;
    hs_tokens_read(words, hs_str_of(address), &tokens);
    hs_str all = tokens.count ? hs_tokens_slice(&tokens, 0, tokens.count) : (hs_str){0};
    if (all.size != strlen(expected) || memcmp(all.data ? all.data : "", expected, all.size) != 0) {
        print_error("'%s' gives '%.*s'\n", address, (int)all.size, all.data);
        fail();
    }
}

static void test_spellings(void **state) {
    (void)state;
    check_tokens("1312 DECATUR STREET NW", "1312 decatur st nw");
    check_tokens("  Martin Luther King Jr. Boulevard,  S.E. ", "martin luther king jr blvd se");
    check_tokens("O'Neill Avenue", "oneill ave");
    check_tokens("Ｏａｋ　Ｓｔ．１２", "oak st 12");
    check_tokens("Café Straße", "cafe strasse");
    check_tokens("First Street", "1st st");
    check_tokens("大忠路１９５號", "大 忠 路 195 号");
    check_tokens("花蓮縣鳳林鎮", "花 莲 县 凤 林 镇");
    check_tokens("〇五 12A号", "零 五 12a 号");
    check_tokens("", "");
    check_tokens(" ,-# ", "");
    check_tokens("\xff\xc0 a", "a");
}

static hs_house_number western(const char *address) {
    hs_tokens tokens;
    hs_number_place place;
    hs_tokens_read(words, hs_str_of(address), &tokens);
    if (!hs_number_western(&tokens, 0, &place)) return (hs_house_number){.base = HS_NO_NUMBER};
    return place.number;
}

static void test_western_numbers(void **state) {
    (void)state;
    assert_int_equal(western("1312 Decatur").base, 1312);
    assert_int_equal(western("1312 Decatur").sub, 0);
    assert_int_equal(western("12A Main").base, 12);
    assert_int_equal(western("12A Main").sub, western("12-A Main").sub);
    assert_int_not_equal(western("12 1/2 Main").sub, 0);
    assert_int_not_equal(western("12-1 Main").sub, 0);
    assert_int_equal(western("17th Street").base, HS_NO_NUMBER);
    assert_int_equal(western("Main 5").base, HS_NO_NUMBER);
    hs_house_number block = western("1700 - 1799 BLOCK OF 14TH ST NW");
    assert_true(block.block && block.base == 1700 && block.high == 1799);
    block = western("1750 block 14th st");
    assert_true(block.block && block.base == 1750 && block.high == 1799);
    block = western("9600-9699 marlive ln");
    assert_true(block.block && block.base == 9600 && block.high == 9699);
    assert_int_equal(western("99999999999 Main").base, HS_NO_NUMBER);
}

static void check_chinese(const char *address, int32_t base, const char *sub) {
    hs_tokens tokens;
    hs_number_place place;
    hs_tokens_read(words, hs_str_of(address), &tokens);
    if (!hs_number_chinese(&tokens, &place)) {
        print_error("no number in '%s'\n", address);
        fail();
    }
    assert_int_equal(place.number.base, base);
    int64_t number = 0;
    if (strlen(sub) == 0 || hs_str_to_int(hs_str_of(sub), &number))
        assert_int_equal(place.number.sub, number);
    else
        assert_true(place.number.sub >= HS_SUB_OTHERS);
}

static void test_chinese_numbers(void **state) {
    (void)state;
    check_chinese("大忠路１９５號", 195, "");
    check_chinese("春风路23", 23, "");
    check_chinese("春风路12号附1", 12, "1");
    check_chinese("春风路12附1号", 12, "1");
    check_chinese("春风路12-1号", 12, "1");
    check_chinese("立山１１６之１號", 116, "1");
    check_chinese("春风路12号之3", 12, "3");
    check_chinese("春风路12甲号", 12, "甲");
    check_chinese("春风路二十三号", 23, "");
    check_chinese("春风路一百零五号", 105, "");
    check_chinese("春风路十号", 10, "");
    check_chinese("春风路廿三号", 23, "");
    check_chinese("春风路卅号", 30, "");
    check_chinese("春风路一二三号", 123, "");
    check_chinese("春风路甲12号", 12, "甲");
    check_chinese("三里屯路十九号", 19, "");
    check_chinese("五一路三号", 3, "");
    check_chinese("中山路100巷5弄3号", 3, "");
    check_chinese("建国路12号3号楼", 12, "");
    check_chinese("春风路23号 夜市", 23, "");
    hs_tokens tokens;
    hs_number_place place;
    const char *without[] = {"五一路", "三里屯", "号", "夜市", "零号"};
    for (size_t i = 0; i < sizeof without / sizeof *without; i++) {
        hs_tokens_read(words, hs_str_of(without[i]), &tokens);
        assert_false(hs_number_chinese(&tokens, &place));
    }
}

/* Numerals become digits before marks of numbers and nowhere else. */
static void test_numerals(void **state) {
    (void)state;
    static const struct {
        const char *text, *form;
    } cases[] = {{"中正路一段", "中 正 路 1 段"}, {"十二巷", "12 巷"},      {"五一路", "五 一 路"},
                 {"三里屯", "三 里 屯"},          {"五一巷", "五 一 巷"},   {"四川路", "四 川 路"},
                 {"二环路", "二 环 路"},          {"一百二十号", "120 号"}, {"往北五十米", "往 北 50 米"},
                 {"十十号", "十 十 号"},          {"百号", "百 号"},        {"二十三 号", "二 十 三 号"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        hs_tokens tokens;
        hs_tokens_read(words, hs_str_of(cases[i].text), &tokens);
        hs_str form = hs_tokens_slice(&tokens, 0, tokens.count);
        char read[128];
        (void)snprintf(read, sizeof read, "%.*s", (int)form.size, form.data);
        assert_string_equal(read, cases[i].form);
    }
}

/* Sub-numbers are apart by how many lie between; what has no order is as far as a number that is not near. */
static void test_sub_numbers(void **state) {
    (void)state;
    assert_int_equal(hs_sub_distance(western("12-1 Main").sub, western("12-4 Main").sub), 3);
    assert_int_equal(hs_sub_distance(western("12A Main").sub, western("12C Main").sub), 2);
    assert_int_equal(hs_sub_distance(western("12A Main").sub, western("12-1 Main").sub), HS_SUB_UNORDERED);
    assert_int_equal(hs_sub_distance(western("12A Main").sub, 0), HS_SUB_UNORDERED);
    assert_int_equal(hs_sub_distance(0, 5), 5);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_spellings),
                                       cmocka_unit_test(test_western_numbers),
                                       cmocka_unit_test(test_chinese_numbers),
                                       cmocka_unit_test(test_numerals), cmocka_unit_test(test_sub_numbers)};
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
