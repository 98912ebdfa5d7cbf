/* Mann-Kendall against R's cor.test (tests/data/statistics/trend.R), the anchor of 360 increasing values, and
 * what overlap does by simulation. */
#include "check.h"

#include "base/random.h"
#include <hotspot/trend.h>
#include <stdlib.h>

static void increasing_values(void **state) {
    (void)state;
    double values[360];
    hs_error error = {0};
    hs_trend trend;
    for (int i = 0; i < 360; i++)
        values[i] = i * 0.5;
    check_ok(hs_mann_kendall(values, 360, 1, &error, &trend), &error);
    assert_int_equal(trend.s, 64620);
    assert_true(trend.tau == 1);
    assert_true(trend.p < 1e-100);
}

static void references(void **state) {
    (void)state;
    char path[512];
    char line[4096];
    double values[64];
    hs_error error = {0};
    (void)snprintf(path, sizeof path, "%s/statistics/trend.csv", TEST_DATA);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_non_null(fgets(line, sizeof line, file));
    int rows = 0;
    while (fgets(line, sizeof line, file)) {
        uint32_t count = 0;
        char *at = line;
        while (*at != ',') {
            values[count++] = strtod(at, &at);
            while (*at == ' ')
                at++;
        }
        double s = strtod(at + 1, &at), tau = strtod(at + 1, &at), z = strtod(at + 1, &at);
        double p = strtod(at + 1, &at);
        hs_trend trend;
        check_ok(hs_mann_kendall(values, count, 1, &error, &trend), &error);
        assert_int_equal(trend.s, (int64_t)s);
        check_near(trend.tau, tau, 1e-12);
        check_near(trend.z, z, 1e-12);
        check_near(trend.p, p, 1e-12);
        hs_trend wider;
        check_ok(hs_mann_kendall(values, count, 4, &error, &wider), &error);
        check_near(wider.z, trend.z / 2, 1e-12);
        rows++;
    }
    (void)fclose(file);
    assert_int_equal(rows, 10);
}

static void flat_and_wrong(void **state) {
    (void)state;
    const double flat[] = {2, 2, 2, 2}, wrong[] = {1, NAN, 2};
    hs_error error = {0};
    hs_trend trend;
    check_ok(hs_mann_kendall(flat, 4, 1, &error, &trend), &error);
    assert_true(trend.s == 0 && isnan(trend.tau) && trend.z == 0 && trend.p == 1);
    assert_int_equal(hs_mann_kendall(flat, 2, 1, &error, &trend), HS_E_ARGUMENT);
    assert_int_equal(hs_mann_kendall(wrong, 3, 1, &error, &trend), HS_E_ARGUMENT);
}

/* Moving sums of noise: the variance of S over many series is the inflated one, and trends are found at the
 * nominal rate. */
static void overlap(void **state) {
    (void)state;
    enum { STEPS = 52, SERIES = 4000 };
    static const uint32_t windows[] = {1, 2, 4};
    for (size_t k = 0; k < 3; k++) {
        hs_random random;
        hs_error error = {0};
        hs_random_seed(&random, 5 + k);
        double inflation = hs_trend_inflation(STEPS, windows[k]), square = 0, variance = 0;
        int found = 0;
        for (int i = 0; i < SERIES; i++) {
            double noise[STEPS + 4], values[STEPS];
            for (int t = 0; t < STEPS + 4; t++)
                noise[t] = hs_random_normal(&random);
            for (int t = 0; t < STEPS; t++) {
                values[t] = 0;
                for (uint32_t b = 0; b < windows[k]; b++)
                    values[t] += noise[t + (int)b];
            }
            hs_trend trend;
            check_ok(hs_mann_kendall(values, STEPS, inflation, &error, &trend), &error);
            square += (double)trend.s * (double)trend.s / SERIES;
            variance = trend.variance;
            found += trend.p <= 0.05;
        }
        check_near(square / variance, 1, 0.1);
        assert_true(found < SERIES * 0.05 + 4 * sqrt(SERIES * 0.05 * 0.95));
    }
    assert_true(hs_trend_inflation(52, 1) == 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(increasing_values),
        cmocka_unit_test(references),
        cmocka_unit_test(flat_and_wrong),
        cmocka_unit_test(overlap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
