/* Quantiles and intervals against R's qgamma and qchisq (R 4.2), the formulas of Fay and Feuer (1997). */
#include "check.h"

#include <hotspot/density_interval.h>

static void quantiles(void **state) {
    (void)state;
    static const double cases[][3] = {{1, 0.025, 0.0253178079842899},     {0.3, 0.5, 0.0731311358669519},
                                      {7.5, 0.975, 13.7441964317215},     {250, 0.025, 219.967995630937},
                                      {12345.6, 0.975, 12564.3186789702}, {0.01, 0.9, 1.50359362307029e-05}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check_near(hs_gamma_quantile(cases[i][0], cases[i][1]), cases[i][2], 1e-9 * cases[i][2]);
    assert_true(hs_gamma_quantile(3, 0) == 0);
    assert_true(isinf(hs_gamma_quantile(3, 1)));
}

/* Garwood's exact interval of a count. */
static void counts(void **state) {
    (void)state;
    static const double cases[][3] = {{0, 0, 3.68887945411},
                                      {1, 0.0253178079843, 5.57164339094},
                                      {5, 1.62348639012, 11.6683320793},
                                      {40, 28.5765864418, 54.468646964},
                                      {1000, 938.973018408, 1063.95213602}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double lower;
        double upper;
        hs_density_interval(cases[i][0], cases[i][0], 1, 0.95, &lower, &upper);
        check_near(lower, cases[i][1], 1e-8 * (1 + cases[i][1]));
        check_near(upper, cases[i][2], 1e-8 * cases[i][2]);
    }
}

static void weights(void **state) {
    (void)state;
    static const double w[] = {0.1, 0.5, 0.9, 0.3, 1, 0.75, 0.2, 0.05, 0.6, 0.33};
    double sum = 0;
    double squared = 0;
    for (size_t i = 0; i < sizeof w / sizeof *w; i++) {
        sum += w[i];
        squared += w[i] * w[i];
    }
    double lower;
    double upper;
    hs_density_interval(sum, squared, 1, 0.95, &lower, &upper);
    check_near(lower, 1.88919645911, 1e-9);
    check_near(upper, 10.4115830887, 1e-9);
    hs_density_interval(sum, squared, 1, 0.5, &lower, &upper);
    assert_true(lower < sum && sum < upper && upper < 8);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(quantiles), cmocka_unit_test(counts),
                                       cmocka_unit_test(weights)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
