/* Texts that name nothing, most frequent first. */
#include "check.h"

#include "base/text.h"
#include "service/unknown.h"

static void most_frequent_first(void **state) {
    (void)state;
    static const char *const texts[] = {"b", "a", "c", "a", "b", "a", "很长的名称", "d"};
    hs_unknown *unknown = hs_unknown_new();
    assert_non_null(unknown);
    for (size_t i = 0; i < 8; i++)
        assert_true(hs_unknown_put(unknown, hs_str_of(texts[i]), 10 + i));
    assert_int_equal(hs_unknown_texts(unknown), 5);
    assert_int_equal(hs_unknown_rows(unknown), 8);
    hs_buffer out;
    hs_buffer_init(&out, 1000);
    hs_unknown_write(unknown, 3, false, &out);
    check_str(((hs_str){out.data, out.size}),
              "a 3 (from row 11), b 2 (from row 10), c 1 (from row 12) and 2 others");
    hs_buffer_clear(&out);
    hs_unknown_write(unknown, 5, false, &out);
    assert_null(memmem(out.data, out.size, "others", 6));
    hs_buffer_done(&out);
    hs_unknown_free(unknown);
    hs_unknown_free(NULL);
}

static void many(void **state) {
    (void)state;
    hs_unknown *unknown = hs_unknown_new();
    for (uint64_t row = 1; row <= 1000; row++) {
        char text[16];
        int size = snprintf(text, sizeof text, "t%d", (int)(row % 300));
        assert_true(hs_unknown_put(unknown, (hs_str){text, (size_t)size}, row));
    }
    assert_int_equal(hs_unknown_texts(unknown), 300);
    hs_buffer out;
    hs_buffer_init(&out, 1000);
    hs_unknown_write(unknown, 1, false, &out); /* rows 1 to 100 come a fourth time */
    check_str(((hs_str){out.data, out.size}), "t1 4 (from row 1) and 299 others");
    hs_buffer_done(&out);
    hs_unknown_free(unknown);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(most_frequent_first), cmocka_unit_test(many)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
