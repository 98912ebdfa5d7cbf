/* Secrets against published values. */
#include "../check.h"

#include "base/secret.h"

static void hashes_are_sha256(void **state) {
    (void)state;
    char hash[HS_SECRET_HASH_SIZE];
    hs_secret_hash(HS_STR("abc"), hash); /* FIPS 180-2, appendix B.1 */
    assert_string_equal(hash, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    hs_secret_hash(HS_STR(""), hash);
    assert_string_equal(hash, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

static void texts_are_random_and_safe_in_urls(void **state) {
    (void)state;
    hs_error error = {0};
    char first[HS_SECRET_TEXT_SIZE];
    bool seen[128] = {false};
    check_ok(hs_secret_text(first, &error), &error);
    for (int i = 0; i < 200; i++) {
        char text[HS_SECRET_TEXT_SIZE];
        check_ok(hs_secret_text(text, &error), &error);
        assert_int_equal(strlen(text), 43);
        assert_string_not_equal(text, first);
        for (const char *c = text; *c; c++) {
            assert_true((*c >= '0' && *c <= '9') || (*c >= 'A' && *c <= 'Z') || (*c >= 'a' && *c <= 'z') ||
                        *c == '-' || *c == '_');
            seen[(unsigned char)*c] = true;
        }
    }
    int letters = 0;
    for (int i = 0; i < 128; i++)
        letters += seen[i];
    assert_int_equal(letters, 64); /* of 8,600 letters one is missing with a chance below 1e-56 */
}

static void comparing(void **state) {
    (void)state;
    assert_true(hs_secret_equal(HS_STR("abc"), HS_STR("abc")));
    assert_true(hs_secret_equal(HS_STR(""), HS_STR("")));
    assert_false(hs_secret_equal(HS_STR("abc"), HS_STR("abd")));
    assert_false(hs_secret_equal(HS_STR("abc"), HS_STR("ab")));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hashes_are_sha256),
        cmocka_unit_test(texts_are_random_and_safe_in_urls),
        cmocka_unit_test(comparing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
