/* Scores against the published row of cumulative PAI and PEI, against a selection found by trying all, and
 * against R's poisson.test, glm and quantile of resampled means (values beside their calls). */
#include "check.h"

#include "base/random.h"
#include <hotspot/forecast_scores.h>

static const double ones[] = {1, 1, 1, 1, 1, 1};

/* Observed 6, 3, 0, predicted 3, 2, 1: PAI 2, 1.5, 1 and PEI 1, 1, 1 for one, two and three cells. */
static void published_row(void **state) {
    (void)state;
    const double observed[] = {6, 3, 0}, expected[] = {3, 2, 1}, pai[] = {2, 1.5, 1};
    for (int k = 0; k < 3; k++) {
        uint32_t rank[3];
        hs_error error = {0};
        hs_forecast_score score;
        check_ok(hs_forecast_select(expected, ones, 3, (k + 1) / 3.0, &error, rank), &error);
        for (uint32_t i = 0; i < 3; i++)
            assert_int_equal(rank[i], (int)i <= k ? i + 1 : 0);
        check_ok(hs_forecast_scores(rank, observed, NULL, ones, 3, &error, &score), &error);
        check_near(score.pai, pai[k], 1e-12);
        check_near(score.pei_star, 1, 1e-12);
        check_near(score.pei, 1, 1e-12);
        assert_true(isnan(score.recapture));
    }
}

static void worse_selection(void **state) {
    (void)state;
    const double observed[] = {6, 3, 1}, before[] = {5, 4, 11}, expected[] = {1, 2, 3};
    uint32_t rank[3];
    hs_error error = {0};
    hs_forecast_score score;
    check_ok(hs_forecast_select(expected, ones, 3, 0.34, &error, rank), &error);
    check_ok(hs_forecast_scores(rank, observed, before, ones, 3, &error, &score), &error);
    check_near(score.hit_rate, 0.1, 1e-12);
    check_near(score.share, 1 / 3.0, 1e-12);
    check_near(score.pai, 0.3, 1e-12);
    check_near(score.pei, 1 / 6.0, 1e-12);
    check_near(score.pei_star, 1 / 6.0, 1e-12);
    check_near(score.recapture, (1 / 11.0) / (10 / 20.0), 1e-12);
}

/* Cells that no longer fit are passed over, those of which nothing is expected are not taken. */
static void sizes(void **state) {
    (void)state;
    const double measure[] = {2, 1, 3, 4}, expected[] = {6, 2.5, 6, 0}, observed[] = {4, 1, 9, 6};
    uint32_t rank[4];
    hs_error error = {0};
    hs_forecast_score score;
    check_ok(hs_forecast_select(expected, measure, 4, 0.4, &error, rank), &error);
    const uint32_t want[] = {1, 2, 0, 0};
    assert_memory_equal(rank, want, sizeof want);
    check_ok(hs_forecast_scores(rank, observed, NULL, measure, 4, &error, &score), &error);
    check_near(score.share, 0.3, 1e-12);
    check_near(score.pei_star, 5 / 9.0, 1e-12); /* the third cell alone had 9 */
    check_near(score.pei, 5 / 9.0, 1e-12);
    check_ok(hs_forecast_select(expected, measure, 4, 1, &error, rank), &error);
    assert_int_equal(rank[3], 0);
    assert_int_equal(hs_forecast_select(expected, measure, 4, 0, &error, rank), HS_E_ARGUMENT);
    assert_int_equal(hs_forecast_select(expected, measure, 4, 1.1, &error, rank), HS_E_ARGUMENT);
}

/* PEI* is never above the share of the best subset of that measure, and equal to it for equal sizes. */
static void best_of_all_subsets(void **state) {
    (void)state;
    enum { CELLS = 10 };
    hs_random random;
    hs_random_seed(&random, 7);
    for (int round = 0; round < 200; round++) {
        bool alike = round % 2 == 0;
        double measure[CELLS], observed[CELLS], expected[CELLS], room = 0, best = 0;
        uint32_t rank[CELLS];
        hs_error error = {0};
        hs_forecast_score score;
        for (int i = 0; i < CELLS; i++) {
            measure[i] = alike ? 0.3 : 0.1 + hs_random_uniform(&random);
            observed[i] = hs_random_below(&random, 6);
            expected[i] = hs_random_uniform(&random);
        }
        observed[0] += 1;
        check_ok(hs_forecast_select(expected, measure, CELLS, 0.45, &error, rank), &error);
        check_ok(hs_forecast_scores(rank, observed, NULL, measure, CELLS, &error, &score), &error);
        for (int i = 0; i < CELLS; i++)
            room += rank[i] ? measure[i] : 0;
        for (int set = 0; set < 1 << CELLS; set++) {
            double size = 0, caught = 0;
            for (int i = 0; i < CELLS; i++) {
                size += set >> i & 1 ? measure[i] : 0;
                caught += set >> i & 1 ? observed[i] : 0;
            }
            if (size <= room * (1 + 1e-9) && caught > best) best = caught;
        }
        assert_true(score.pei_star <= score.caught / best + 1e-12);
        if (alike) check_near(score.pei_star, score.caught / best, 1e-9);
    }
}

static void nothing_came(void **state) {
    (void)state;
    const double none[] = {0, 0, 0}, expected[] = {1, 2, 3}, shares[] = {0, 0.5, 1};
    uint32_t rank[3];
    double caught[3];
    double area;
    hs_error error = {0};
    hs_forecast_score score;
    check_ok(hs_forecast_select(expected, ones, 3, 0.5, &error, rank), &error);
    check_ok(hs_forecast_scores(rank, none, NULL, ones, 3, &error, &score), &error);
    assert_true(isnan(score.hit_rate) && isnan(score.pai) && isnan(score.pei) && isnan(score.pei_star));
    check_ok(hs_forecast_capture(expected, none, ones, 3, shares, 3, &error, caught, &area), &error);
    assert_true(isnan(caught[1]) && isnan(area));
    const double wrong[] = {1, -1, 0}, flat[] = {1, 0, 1};
    assert_int_equal(hs_forecast_scores(rank, wrong, NULL, ones, 3, &error, &score), HS_E_ARGUMENT);
    assert_int_equal(hs_forecast_scores(rank, none, wrong, ones, 3, &error, &score), HS_E_ARGUMENT);
    assert_int_equal(hs_forecast_scores(rank, none, NULL, flat, 3, &error, &score), HS_E_ARGUMENT);
}

static void capture_curve(void **state) {
    (void)state;
    const double measure[] = {1, 2, 1}, expected[] = {1, 6, 1.5}, observed[] = {1, 6, 3};
    const double shares[] = {0, 0.25, 0.5, 0.75, 1}, want[] = {0, 0.3, 0.6, 0.9, 1};
    double caught[5];
    double area;
    hs_error error = {0};
    check_ok(hs_forecast_capture(expected, observed, measure, 3, shares, 5, &error, caught, &area), &error);
    for (int k = 0; k < 5; k++)
        check_near(caught[k], want[k], 1e-12);
    check_near(area, 0.5 * 0.3 + 0.25 * 0.75 + 0.25 * 0.95, 1e-12);
    const double falling[] = {0.5, 0.2};
    assert_int_equal(hs_forecast_capture(expected, observed, measure, 3, falling, 2, &error, caught, &area),
                     HS_E_ARGUMENT);
}

static void calibration(void **state) {
    (void)state;
    const double expected[] = {0.5, 1, 2, 4, 8, 0.25}, observed[] = {0, 2, 1, 5, 10, 1};
    hs_forecast_bin bins[2];
    hs_forecast_calibration c;
    hs_error error = {0};
    check_ok(hs_forecast_calibrate(expected, observed, ones, 6, 2, &error, bins, &c), &error);
    check_near(c.ratio, 19 / 15.75, 1e-12);
    /* R: coef(glm(c(0,2,1,5,10,1) ~ log(c(.5,1,2,4,8,.25)), poisson)) */
    check_near(c.slope, 0.9577586233, 1e-9);
    assert_int_equal(bins[0].cells + bins[1].cells, 6);
    check_near(bins[0].expected + bins[1].expected, 15.75, 1e-12);
    check_near(bins[1].observed, 10, 1e-12);
    /* R: poisson.test(10)$conf.int is 4.7953887 and 18.3903560. */
    check_near(bins[1].low, 4.795389, 0.01);
    check_near(bins[1].high, 18.39036, 0.01);
    /* Poisson counts of the very means: slope and ratio near 1. */
    enum { CELLS = 20000 };
    static double mean[CELLS], came[CELLS], size[CELLS];
    hs_random random;
    hs_random_seed(&random, 11);
    for (int i = 0; i < CELLS; i++) {
        size[i] = 0.5 + hs_random_uniform(&random);
        mean[i] = size[i] * hs_random_exponential(&random) * hs_random_exponential(&random);
        came[i] = hs_random_poisson(&random, mean[i]);
    }
    check_ok(hs_forecast_calibrate(mean, came, size, CELLS, 2, &error, bins, &c), &error);
    check_near(c.ratio, 1, 0.03);
    check_near(c.slope, 1, 0.03);
    for (int i = 0; i < CELLS; i++)
        mean[i] = size[i] * (mean[i] / size[i]) * (mean[i] / size[i]); /* too sharp by a square */
    check_ok(hs_forecast_calibrate(mean, came, size, CELLS, 2, &error, bins, &c), &error);
    check_near(c.slope, 0.5, 0.03);
}

static void intervals(void **state) {
    (void)state;
    enum { SETS = 500, PERIODS = 24 };
    hs_random random;
    hs_error error = {0};
    hs_forecast_interval first, again;
    hs_random_seed(&random, 3);
    int covered = 0;
    for (int s = 0; s < SETS; s++) {
        double values[PERIODS + 1];
        for (int i = 0; i < PERIODS; i++)
            values[i] = 0.2 + 0.05 * hs_random_normal(&random);
        values[PERIODS] = NAN;
        check_ok(hs_forecast_bootstrap(values, PERIODS + 1, 400, 0.95, 1, &error, &first), &error);
        assert_int_equal(first.periods, PERIODS);
        assert_true(first.low <= first.mean && first.mean <= first.high);
        covered += first.low <= 0.2 && 0.2 <= first.high;
        check_ok(hs_forecast_bootstrap(values, PERIODS + 1, 400, 0.95, 1, &error, &again), &error);
        assert_memory_equal(&first, &again, sizeof first);
    }
    /* Percentile intervals of 24 periods cover a little less than they say. */
    assert_true(covered >= SETS * 0.89 && covered <= SETS * 0.985);
    const double one[] = {0.5, NAN};
    check_ok(hs_forecast_bootstrap(one, 2, 100, 0.95, 1, &error, &first), &error);
    assert_true(first.mean == 0.5 && isnan(first.low) && first.periods == 1);
    assert_int_equal(hs_forecast_bootstrap(one, 2, 0, 0.95, 1, &error, &first), HS_E_ARGUMENT);
    assert_int_equal(hs_forecast_bootstrap(one, 2, 100, 1, 1, &error, &first), HS_E_ARGUMENT);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_row), cmocka_unit_test(worse_selection),
        cmocka_unit_test(sizes),         cmocka_unit_test(best_of_all_subsets),
        cmocka_unit_test(nothing_came),  cmocka_unit_test(capture_curve),
        cmocka_unit_test(calibration),   cmocka_unit_test(intervals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
