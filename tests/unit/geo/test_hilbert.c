#include "check.h"

#include "base/random.h"
#include "geo/hilbert.h"

static void test_first_quadrants(void **state) {
    (void)state;
    /* The curve's four quadrants, published order: (0,0) (0,1) (1,1) (1,0). */
    const uint32_t half = UINT32_C(1) << 31;
    assert_int_equal(hs_hilbert(0, 0), 0);
    assert_int_equal(hs_hilbert(0, half) >> 62, 1);
    assert_int_equal(hs_hilbert(half, half) >> 62, 2);
    assert_int_equal(hs_hilbert(half, 0) >> 62, 3);
    assert_true(hs_hilbert(UINT32_MAX, 0) == UINT64_MAX);
}

static void test_inverse(void **state) {
    (void)state;
    hs_random random;
    hs_random_seed(&random, 3);
    for (int i = 0; i < 100000; i++) {
        uint64_t d = hs_random_next(&random);
        uint32_t x, y;
        hs_hilbert_inverse(d, &x, &y);
        assert_true(hs_hilbert(x, y) == d);
    }
}

static void test_neighbours_on_the_curve_are_neighbours_in_the_square(void **state) {
    (void)state;
    hs_random random;
    hs_random_seed(&random, 4);
    for (int i = 0; i < 100000; i++) {
        uint64_t d = hs_random_next(&random) >> hs_random_below(&random, 60);
        if (d == UINT64_MAX) continue;
        uint32_t x0, y0, x1, y1;
        hs_hilbert_inverse(d, &x0, &y0);
        hs_hilbert_inverse(d + 1, &x1, &y1);
        int64_t dx = (int64_t)x0 - x1, dy = (int64_t)y0 - y1;
        assert_true(dx * dx + dy * dy == 1);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_first_quadrants), cmocka_unit_test(test_inverse),
        cmocka_unit_test(test_neighbours_on_the_curve_are_neighbours_in_the_square)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
