/* Selectors against spatstat: tests/data/density/bandwidth/README.md. */
#include "base/random.h"
#include "check.h"

#include <hotspot/bandwidth.h>
#include <stdlib.h>

#define MOST 4000

static double x_m[MOST], y_m[MOST];

static hs_plane_points read_points(void) {
    FILE *file = fopen(TEST_DATA "/density/bandwidth/points.csv", "r");
    assert_non_null(file);
    char line[128];
    hs_plane_points points = {x_m, y_m, NULL, 0};
    assert_non_null(fgets(line, sizeof line, file));
    while (fgets(line, sizeof line, file)) {
        char *rest;
        x_m[points.count] = strtod(line, &rest);
        y_m[points.count++] = strtod(rest + 1, NULL);
    }
    fclose(file);
    assert_int_equal(points.count, 330);
    return points;
}

typedef struct expected {
    double scott, ppl, diggle;
    double sigma[32], likelihood[32], diggle_sigma[8], diggle_value[8];
    uint32_t count, diggle_count;
} expected;

static expected read_expected(void) {
    expected e = {0};
    FILE *file = fopen(TEST_DATA "/density/bandwidth/expected.csv", "r");
    assert_non_null(file);
    char line[128];
    assert_non_null(fgets(line, sizeof line, file));
    while (fgets(line, sizeof line, file)) {
        char *comma = strchr(line, ',');
        *comma = 0;
        char *rest;
        double sigma = strtod(comma + 1, &rest);
        double value = strtod(rest + 1, NULL);
        if (strcmp(line, "scott") == 0) e.scott = sigma;
        if (strcmp(line, "ppl") == 0) e.ppl = sigma;
        if (strcmp(line, "diggle") == 0) e.diggle = sigma;
        if (strcmp(line, "likelihood") == 0) {
            e.sigma[e.count] = sigma;
            e.likelihood[e.count++] = value;
        }
        if (strcmp(line, "berman-diggle") == 0) {
            e.diggle_sigma[e.diggle_count] = sigma;
            e.diggle_value[e.diggle_count++] = value;
        }
    }
    fclose(file);
    assert_int_equal(e.count, 12);
    assert_int_equal(e.diggle_count, 5);
    return e;
}

static void rules_of_thumb(void **state) {
    (void)state;
    hs_plane_points points = read_points();
    expected e = read_expected();
    hs_error error = {0};
    hs_bandwidth_choice choice;
    check_ok(hs_bandwidth_choose(&points, HS_BANDWIDTH_SCOTT, &error, &choice), &error);
    check_near(choice.sigma_m, e.scott, 1e-8);
    double scott = choice.sigma_m;
    check_ok(hs_bandwidth_choose(&points, HS_BANDWIDTH_SILVERMAN, &error, &choice), &error);
    check_near(choice.sigma_m, 0.96 * scott, 1e-9);
}

static void likelihood(void **state) {
    (void)state;
    hs_plane_points points = read_points();
    expected e = read_expected();
    hs_error error = {0};
    double sigma[12];
    double criterion[12];
    for (int k = 0; k < 12; k++)
        sigma[k] = 20 * pow(2, 0.5 * k);
    check_ok(hs_bandwidth_likelihood(&points, sigma, 12, &error, criterion), &error);
    for (int k = 0; k < 12; k++) {
        check_near(sigma[k], e.sigma[k], 1e-6);
        /* spatstat leaves out what lies beyond eight bandwidths. */
        check_near(criterion[k], e.likelihood[k], k < 2 ? 30 : 1e-6 * fabs(e.likelihood[k]));
    }
    hs_bandwidth_choice choice;
    check_ok(hs_bandwidth_choose(&points, HS_BANDWIDTH_PPL, &error, &choice), &error);
    check_near(choice.sigma_m, e.ppl, 0.03 * e.ppl);
    assert_false(choice.at_limit);
}

static void mean_square_error(void **state) {
    (void)state;
    hs_plane_points points = read_points();
    expected e = read_expected();
    hs_error error = {0};
    hs_bandwidth_choice choice;
    check_ok(hs_bandwidth_choose(&points, HS_BANDWIDTH_DIGGLE, &error, &choice), &error);
    check_near(choice.sigma_m, e.diggle, 1e-6);
    for (uint32_t k = 0; k < e.diggle_count; k++) {
        bool found = false;
        for (uint32_t i = 0; i < choice.curve_count; i++) {
            if (fabs(choice.curve_sigma_m[i] - e.diggle_sigma[k]) > 1e-6) continue;
            check_near(choice.curve[i], e.diggle_value[k], 1e-6 * fabs(e.diggle_value[k]) + 1e-6);
            found = true;
        }
        assert_true(found);
    }
}

/* Order and place do not matter; a wider town has a wider bandwidth in proportion; repeats are counted. */
static void properties(void **state) {
    (void)state;
    hs_error error = {0};
    for (int m = 0; m < HS_BANDWIDTH_METHODS; m++) {
        hs_plane_points points = read_points();
        hs_bandwidth_choice first;
        hs_bandwidth_choice second;
        check_ok(hs_bandwidth_choose(&points, (hs_bandwidth_method)m, &error, &first), &error);
        assert_int_equal(first.n, 330);
        assert_int_equal(first.repeated, 0);
        static double rx[MOST], ry[MOST];
        for (size_t i = 0; i < points.count; i++) {
            rx[i] = 500000 + 3 * x_m[(i * 7) % 330];
            ry[i] = 4000000 + 3 * y_m[(i * 7) % 330];
        }
        hs_plane_points moved = {rx, ry, NULL, points.count};
        check_ok(hs_bandwidth_choose(&moved, (hs_bandwidth_method)m, &error, &second), &error);
        check_near(second.sigma_m, 3 * first.sigma_m, 1e-5 * first.sigma_m);
        rx[5] = rx[9];
        ry[5] = ry[9];
        check_ok(hs_bandwidth_choose(&moved, (hs_bandwidth_method)m, &error, &second), &error);
        assert_int_equal(second.repeated, 2);
    }
}

/* All incidents at few addresses: the likelihood has no optimum, and says so. */
static void addresses(void **state) {
    (void)state;
    hs_random random;
    hs_random_seed(&random, 4);
    for (int i = 0; i < 400; i++) {
        x_m[i] = 100 * (double)hs_random_below(&random, 4);
        y_m[i] = 100 * (double)hs_random_below(&random, 3);
    }
    hs_plane_points points = {x_m, y_m, NULL, 400};
    hs_error error = {0};
    hs_bandwidth_choice choice;
    check_ok(hs_bandwidth_choose(&points, HS_BANDWIDTH_PPL, &error, &choice), &error);
    assert_true(choice.at_limit);
    assert_true(choice.repeated > 390);
}

static void refusals(void **state) {
    (void)state;
    hs_error error = {0};
    hs_bandwidth_choice choice;
    double same[4] = {1, 1, 1, 1};
    hs_plane_points points = {same, same, NULL, 4};
    assert_int_equal(hs_bandwidth_choose(&points, HS_BANDWIDTH_PPL, &error, &choice), HS_E_ARGUMENT);
    points.count = 2;
    assert_int_equal(hs_bandwidth_choose(&points, HS_BANDWIDTH_SCOTT, &error, &choice), HS_E_ARGUMENT);
    points = read_points();
    x_m[3] = (double)NAN;
    assert_int_equal(hs_bandwidth_choose(&points, HS_BANDWIDTH_SCOTT, &error, &choice), HS_E_ARGUMENT);
    double sigma[2] = {10, 20};
    x_m[3] = 0;
    assert_int_equal(hs_bandwidth_likelihood(&points, sigma, 2, &error, sigma), HS_E_ARGUMENT);
    assert_null(hs_bandwidth_name(HS_BANDWIDTH_METHODS));
    assert_string_equal(hs_bandwidth_name(HS_BANDWIDTH_PPL), "ppl");
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(rules_of_thumb),    cmocka_unit_test(likelihood),
                                       cmocka_unit_test(mean_square_error), cmocka_unit_test(properties),
                                       cmocka_unit_test(addresses),         cmocka_unit_test(refusals)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
