/* Texts that say the same have one key, others do not. */
#include "check.h"

#include "geocode/address_key.h"

static hs_street_words *words;

static int setup(void **state) {
    (void)state;
    hs_error error = {0};
    check_ok(hs_street_words_new(&error, &words), &error);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    hs_street_words_free(words);
    return 0;
}

static bool same(const char *a, const char *b) {
    char one[HS_ADDRESS_KEY_MAX], two[HS_ADDRESS_KEY_MAX];
    hs_str first = hs_address_key(words, (hs_str){a, strlen(a)}, one);
    hs_str second = hs_address_key(words, (hs_str){b, strlen(b)}, two);
    return first.size == second.size && memcmp(first.data, second.data, first.size) == 0;
}

static void alike(void **state) {
    (void)state;
    assert_true(same("南大街23号", " 南大街 ２３號　"));
    assert_true(same("1312 Decatur St. NW", "1312 DECATUR STREET, N.W."));
    assert_true(same("老槐樹底下", "老槐树底下"));
    assert_true(same("Café Müller", "CAFE MULLER"));
}

static void apart(void **state) {
    (void)state;
    assert_false(same("南大街23号", "南大街32号"));
    assert_false(same("南大街12-1号", "南大街12 1号"));
    assert_false(same("17th & P", "17th P"));
    assert_false(same("5 1/2 Main", "5 1 2 Main"));
    assert_false(same("南大街", "北大街"));
}

static void empty_and_long(void **state) {
    (void)state;
    char key[HS_ADDRESS_KEY_MAX], text[8000];
    assert_int_equal(hs_address_key(words, HS_STR(""), key).size, 0);
    assert_int_equal(hs_address_key(words, HS_STR(" ,;。-"), key).size, 0);
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (char)(i % 9 == 8 ? ' ' : 'a' + i % 26);
    hs_str cut = hs_address_key(words, (hs_str){text, sizeof text}, key);
    assert_true(cut.size > 0 && cut.size < HS_ADDRESS_KEY_MAX);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(alike), cmocka_unit_test(apart),
                                       cmocka_unit_test(empty_and_long)};
    return cmocka_run_group_tests(tests, setup, teardown);
}
