/* Rates, with a clock of the test's own. */
#include "check.h"

#include "base/text.h"
#include "http/http.h"

enum { MINUTE_MS = 60000 };

static hs_rate_limit *limit_of(unsigned most) {
    hs_error error = {0};
    hs_rate_limit *limit;
    check_ok(hs_rate_limit_new(most, &error, &limit), &error);
    return limit;
}

static void a_share_each(void **state) {
    (void)state;
    hs_rate_limit *limit = limit_of(6); /* one in ten minutes */
    unsigned wait_s = 0;
    for (int i = 0; i < 6; i++) {
        assert_true(hs_rate_limit_take(limit, HS_STR("a"), 5, &wait_s));
        assert_true(hs_rate_limit_take(limit, HS_STR("b"), 5, &wait_s));
    }
    assert_false(hs_rate_limit_take(limit, HS_STR("a"), 5, &wait_s));
    assert_int_equal(wait_s, 600);
    assert_false(hs_rate_limit_take(limit, HS_STR("a"), 5 + 4 * MINUTE_MS, &wait_s));
    assert_int_equal(wait_s, 360);
    assert_true(hs_rate_limit_take(limit, HS_STR("a"), 6 + 10 * MINUTE_MS, &wait_s));
    assert_false(hs_rate_limit_take(limit, HS_STR("a"), 6 + 10 * MINUTE_MS, &wait_s));
    /* No more than the share is saved up. */
    for (int i = 0; i < 6; i++)
        assert_true(hs_rate_limit_take(limit, HS_STR("b"), 1e9, &wait_s));
    assert_false(hs_rate_limit_take(limit, HS_STR("b"), 1e9, NULL));
    hs_rate_limit_free(limit);
    hs_rate_limit_free(NULL);
}

/* Memory stays the same however many come; the busiest lately are not the ones forgotten. */
static void many_clients(void **state) {
    (void)state;
    hs_rate_limit *limit = limit_of(1);
    assert_true(hs_rate_limit_take(limit, HS_STR("busy"), 0, NULL));
    for (int i = 0; i < 100000; i++) {
        char who[32];
        int size = snprintf(who, sizeof who, "192.0.2.%d", i);
        assert_true(hs_rate_limit_take(limit, (hs_str){who, (size_t)size}, i * 0.001, NULL));
        assert_false(hs_rate_limit_take(limit, HS_STR("busy"), i * 0.001, NULL));
    }
    hs_rate_limit_free(limit);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_share_each), cmocka_unit_test(many_clients)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
