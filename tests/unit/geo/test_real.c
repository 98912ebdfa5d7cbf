/* The own functions against the system's libm, which is within one unit in the last place here. */
#include "check.h"

#include "base/random.h"
#include "geo/real.h"

/* Distance in units in the last place of the larger value. */
static double ulps(double a, double b) {
    double size = fmax(fabs(a), fabs(b));
    if (a == b) return 0;
    return fabs(a - b) / (nextafter(size, INFINITY) - size);
}

static double worst(double (*own)(double), double (*theirs)(double), double low, double high) {
    hs_random random;
    hs_random_seed(&random, 1);
    double most = 0;
    for (int i = 0; i < 200000; i++) {
        double x = low + (high - low) * hs_random_uniform(&random);
        most = fmax(most, ulps(own(x), theirs(x)));
    }
    return most;
}

static void test_against_libm(void **state) {
    (void)state;
    assert_true(worst(hs_real_exp, exp, -1, 1) <= 2);
    assert_true(worst(hs_real_exp, exp, -700, 700) <= 2);
    assert_true(worst(hs_real_log, log, 1e-3, 2) <= 3);
    assert_true(worst(hs_real_log, log, 1, 1e12) <= 3);
    assert_true(worst(hs_real_sin, sin, -4, 4) <= 2);
    assert_true(worst(hs_real_cos, cos, -4, 4) <= 2);
    assert_true(worst(hs_real_sin, sin, -1e5, 1e5) <= 2);
    assert_true(worst(hs_real_cos, cos, -1e5, 1e5) <= 2);
    assert_true(worst(hs_real_atan, atan, -2, 2) <= 3);
    assert_true(worst(hs_real_atan, atan, -1000, 1000) <= 3);
}

static void test_sincos_and_atan2(void **state) {
    (void)state;
    hs_random random;
    hs_random_seed(&random, 2);
    for (int i = 0; i < 100000; i++) {
        double x = 200 * hs_random_uniform(&random) - 100, y = 200 * hs_random_uniform(&random) - 100;
        double sine, cosine;
        hs_real_sincos(x, &sine, &cosine);
        assert_true(sine == hs_real_sin(x) && cosine == hs_real_cos(x));
        check_near(hs_real_atan2(y, x), atan2(y, x), 1e-15);
    }
    assert_true(hs_real_atan2(0, 0) == 0);
    check_near(hs_real_atan2(0, -1), HS_PI, 0);
    check_near(hs_real_atan2(1, 0), HS_PI / 2, 0);
    check_near(hs_real_atan2(-1, 0), -HS_PI / 2, 0);
}

static void test_ends(void **state) {
    (void)state;
    assert_true(hs_real_exp(0) == 1 && hs_real_log(1) == 0);
    assert_true(isinf(hs_real_exp(710)) && hs_real_exp(-800) == 0);
    assert_true(isinf(hs_real_log(0)) && isnan(hs_real_log(-1)) && isnan(hs_real_exp(NAN)));
    assert_true(isinf(hs_real_log(INFINITY)) && hs_real_sin(0) == 0 && hs_real_cos(0) == 1);
    check_near(hs_real_atan(INFINITY), HS_PI / 2, 0);
    assert_true(isnan(hs_real_atan(NAN)) && isnan(hs_real_sin(INFINITY)) && isnan(hs_real_cos(NAN)));
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_against_libm),
                                       cmocka_unit_test(test_sincos_and_atan2), cmocka_unit_test(test_ends)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
