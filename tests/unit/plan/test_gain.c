/* Gains over other methods against numpy's paired bootstrap (tests/data/plan/gain.py). */
#include "check.h"

#include <hotspot/forecast.h>
#include <stdlib.h>

enum { FOLDS = 12 };

static void read_scores(char **at, hs_forecast_score *score) {
    for (uint32_t k = 0; k < FOLDS; k++) {
        score[k] = (hs_forecast_score){.hit_rate = strtod(*at, at)};
        score[k].pai = 100 * score[k].hit_rate;
        ++*at;
    }
}

/* The rival is another method in odd periods: that one's scores are read from where it stands. */
static void check_row(char *at) {
    hs_forecast_score mine[FOLDS], even[FOLDS], odd[FOLDS];
    hs_forecast_method single[FOLDS];
    double hit_rate[FOLDS], pai[FOLDS];
    hs_error error = {0};
    hs_forecast_interval hit, index;
    read_scores(&at, mine);
    read_scores(&at, even);
    for (uint32_t k = 0; k < FOLDS; k++) {
        single[k] = k % 2 ? HS_FORECAST_KERNEL : HS_FORECAST_REGRESSION;
        odd[k] = even[k];
        (k % 2 ? even : odd)[k].hit_rate = 9;
    }
    hs_forecast f = {.folds = FOLDS, .fold_single = single};
    f.result[HS_FORECAST_AUTO].score = mine;
    f.result[HS_FORECAST_REGRESSION].score = even;
    f.result[HS_FORECAST_KERNEL].score = odd;
    hs_forecast_gains(&f, HS_FORECAST_AUTO, HS_RIVAL_SINGLE, hit_rate, pai);
    check_ok(hs_forecast_bootstrap(hit_rate, FOLDS, 50000, 0.95, 1, &error, &hit), &error);
    check_ok(hs_forecast_bootstrap(pai, FOLDS, 50000, 0.95, 1, &error, &index), &error);
    double mean = strtod(at, &at), low = strtod(at + 1, &at), high = strtod(at + 1, &at);
    check_near(hit.mean, mean, 1e-12);
    check_near(hit.low, low, 0.02 * (high - low));
    check_near(hit.high, high, 0.02 * (high - low));
    check_near(index.low, 100 * low, 2 * (high - low));
    check_near(index.high, 100 * high, 2 * (high - low));
    single[0] = HS_FORECAST_METHODS; /* no period had ended: no rival */
    hs_forecast_gains(&f, HS_FORECAST_AUTO, HS_RIVAL_SINGLE, hit_rate, pai);
    assert_true(isnan(hit_rate[0]) && isnan(pai[0]) && !isnan(hit_rate[1]));
    f.result[HS_FORECAST_SCOTT].score = even;
    hs_forecast_gains(&f, HS_FORECAST_AUTO, HS_RIVAL_SCOTT, hit_rate, pai);
    check_near(hit_rate[1], mine[1].hit_rate - 9, 1e-12);
    mine[0].hit_rate = (double)NAN; /* nothing came */
    hs_forecast_gains(&f, HS_FORECAST_AUTO, HS_RIVAL_SCOTT, hit_rate, pai);
    check_ok(hs_forecast_bootstrap(hit_rate, FOLDS, 10, 0.95, 1, &error, &hit), &error);
    assert_int_equal(hit.periods, FOLDS - 1);
}

static void references(void **state) {
    (void)state;
    char path[512];
    char line[1024];
    int rows = 0;
    (void)snprintf(path, sizeof path, "%s/plan/gain.csv", TEST_DATA);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_non_null(fgets(line, sizeof line, file));
    for (; fgets(line, sizeof line, file); rows++)
        check_row(line);
    (void)fclose(file);
    assert_int_equal(rows, 4);
    assert_string_equal(hs_forecast_rival_name(HS_RIVAL_SINGLE), "best-single-earlier");
    assert_null(hs_forecast_rival_name(HS_RIVALS));
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(references)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
