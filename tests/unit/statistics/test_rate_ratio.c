/* Changes of rates against R's poisson.test, fisher.test, pbinom and phyper
 * (tests/data/statistics/rate_ratio.R), the anchors of the E-test, and what limits and p-values owe each
 * other. */
#include "check.h"

#include "statistics/binomial.h"
#include <hotspot/rate_ratio.h>
#include <stdlib.h>

static void near_or_infinite(double a, double b, double tolerance) {
    if (isinf(b))
        assert_true(isinf(a) && a > 0);
    else
        check_near(a, b, tolerance * fmax(1e-300, fabs(b)));
}

static void references(void **state) {
    (void)state;
    char path[512], line[1024];
    hs_error error = {0};
    (void)snprintf(path, sizeof path, "%s/statistics/rate_ratio.csv", TEST_DATA);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_non_null(fgets(line, sizeof line, file));
    int rows = 0;
    while (fgets(line, sizeof line, file)) {
        double v[12];
        char *at = line;
        for (int i = 0; i < 12; i++)
            v[i] = strtod(i > 0 ? at + 1 : at, &at);
        const hs_two_counts counts = {(uint64_t)v[0], (uint64_t)v[1], v[2], v[3]},
                            rest = {500, 650, v[2], v[3]};
        hs_rate_ratio r;
        check_ok(hs_rate_ratio_exact(&counts, 0.05, &error, &r), &error);
        near_or_infinite(r.low, v[4], 1e-9);
        near_or_infinite(r.high, v[5], 1e-9);
        near_or_infinite(r.p, v[6], 1e-10);
        near_or_infinite(r.mid_p, v[7], 1e-10);
        assert_true(r.p >= r.least_p * (1 - 1e-12));
        check_ok(hs_rate_ratio_relative(&counts, &rest, 0.05, &error, &r), &error);
        near_or_infinite(r.low, v[8], 1e-3); /* as exact as fisher.test looks for its roots */
        near_or_infinite(r.high, v[9], 1e-3);
        near_or_infinite(r.p, v[10], 1e-9);
        near_or_infinite(r.mid_p, v[11], 1e-9);
        rows++;
    }
    (void)fclose(file);
    assert_int_equal(rows, 11);
}

static void e_test_anchors(void **state) {
    (void)state;
    const hs_two_counts first = {0, 3, 1, 1}, turned = {3, 0, 1, 1}, second = {6, 2, 1, 1},
                        none = {0, 0, 1, 2};
    hs_error error = {0};
    double p;
    check_ok(hs_e_test(&first, &error, &p), &error);
    check_near(p, 0.0884, 5e-5);
    check_ok(hs_e_test(&turned, &error, &p), &error);
    check_near(p, 0.0884, 5e-5);
    check_ok(hs_e_test(&second, &error, &p), &error);
    check_near(p, 0.1749, 5e-5);
    check_ok(hs_e_test(&none, &error, &p), &error);
    assert_true(p == 1);
    const hs_two_counts many = {10400, 10000, 1, 1};
    check_ok(hs_e_test(&many, &error, &p), &error);
    check_near(p, erfc(400 / sqrt(20400.0) / sqrt(2)), 2e-4);
}

/* 1 lies outside the limits exactly where p < alpha; limits of a count's turned pair are its inverse. */
static void limits_agree_with_p(void **state) {
    (void)state;
    hs_error error = {0};
    for (uint64_t a = 0; a < 25; a++)
        for (uint64_t b = 0; b < 25; b++) {
            const hs_two_counts counts = {a, b, 2, 3}, turned = {b, a, 3, 2}, rest = {40, 30, 2, 3};
            hs_rate_ratio r, t;
            check_ok(hs_rate_ratio_exact(&counts, 0.1, &error, &r), &error);
            check_ok(hs_rate_ratio_exact(&turned, 0.1, &error, &t), &error);
            if (a + b > 0) {
                assert_int_equal(r.p<0.1, r.low> 1 || r.high < 1);
                check_near(r.p, t.p, 1e-12);
                if (a > 0 && b > 0) check_near(r.low * t.high, 1, 1e-9);
                assert_true(r.low <= r.ratio && r.ratio <= r.high && r.mid_p <= r.p);
                assert_true(a + b == 0 || (r.z >= 0) == (3 * a >= 2 * b));
            }
            check_ok(hs_rate_ratio_relative(&counts, &rest, 0.1, &error, &r), &error);
            if (a + b > 0) assert_int_equal(r.p<0.1, r.low> 1 || r.high < 1);
        }
}

/* How often a 95 % interval holds the true ratio: never below its level, over all counts. */
static void coverage(void **state) {
    (void)state;
    hs_error error = {0};
    static const double means[] = {0.5, 3, 12};
    for (size_t m = 0; m < 3; m++) {
        double covered = 0, all = 0, mean = means[m];
        double pa = exp(-mean * 1.5);
        for (uint64_t a = 0; a < 60; a++, pa *= mean * 1.5 / (double)a) {
            double pb = exp(-mean);
            for (uint64_t b = 0; b < 60; b++, pb *= mean / (double)b) {
                const hs_two_counts counts = {a, b, 1, 1};
                hs_rate_ratio r;
                if (pa * pb < 1e-9) continue;
                check_ok(hs_rate_ratio_exact(&counts, 0.05, &error, &r), &error);
                all += pa * pb;
                if (r.low <= 1.5 && 1.5 <= r.high) covered += pa * pb;
            }
        }
        assert_true(covered / all >= 0.95);
    }
}

static void binomial_tails(void **state) {
    (void)state;
    double sum = 0;
    for (uint64_t k = 0; k <= 30; k++) {
        check_near(hs_binomial_at_most(k, 30, 0.3) + hs_binomial_at_least(k + 1, 30, 0.3), 1, 1e-13);
        sum += exp(hs_log_binomial((double)k, 30, 0.3));
        check_near(hs_binomial_at_most(k, 30, 0.3), sum, 1e-13);
    }
    check_near(hs_binomial_at_least(1000, 1000, 0.5) / pow(0.5, 1000), 1, 1e-11);
    assert_true(hs_binomial_at_least(0, 5, 0.1) == 1 && hs_binomial_at_most(5, 5, 0.1) == 1);
    assert_true(hs_binomial_at_least(1, 5, 0) == 0 && hs_binomial_at_most(1, 5, 1) == 0);
}

static void what_is_refused(void **state) {
    (void)state;
    const hs_two_counts bad = {1, 1, 0, 1}, good = {1, 1, 1, 1}, many = {HS_RATE_MOST + 1, 1, 1, 1};
    const hs_two_counts nothing = {0, 0, 1, 1};
    hs_error error = {0};
    hs_rate_ratio r;
    double p;
    assert_int_equal(hs_rate_ratio_exact(&bad, 0.05, &error, &r), HS_E_ARGUMENT);
    assert_int_equal(hs_rate_ratio_exact(&good, 1, &error, &r), HS_E_ARGUMENT);
    assert_int_equal(hs_rate_ratio_exact(&many, 0.05, &error, &r), HS_E_ARGUMENT);
    assert_int_equal(hs_rate_ratio_relative(&good, &bad, 0.05, &error, &r), HS_E_ARGUMENT);
    assert_int_equal(hs_e_test(&many, &error, &p), HS_E_ARGUMENT);
    check_ok(hs_rate_ratio_exact(&nothing, 0.05, &error, &r), &error);
    assert_true(isnan(r.ratio) && r.p == 1 && r.low == 0 && isinf(r.high) && r.z == 0);
    check_ok(hs_rate_ratio_relative(&good, &nothing, 0.05, &error, &r), &error);
    assert_true(r.p == 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(references), cmocka_unit_test(e_test_anchors), cmocka_unit_test(limits_agree_with_p),
        cmocka_unit_test(coverage),   cmocka_unit_test(binomial_tails), cmocka_unit_test(what_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
