/* Every kernel's constants against integrals of its written formula, taken here by Simpson's rule. */
#include "check.h"

#include <hotspot/kernel.h>

#define PI 3.14159265358979323846

static double formula(hs_kernel kernel, double r) {
    double left = 1 - r * r;
    if (kernel == HS_KERNEL_GAUSSIAN) return r < HS_KERNEL_GAUSSIAN_REACH ? exp(-r * r / 2) : 0;
    if (r >= 1) return 0;
    switch (kernel) {
    case HS_KERNEL_QUARTIC:
        return left * left;
    case HS_KERNEL_EPANECHNIKOV:
        return left;
    case HS_KERNEL_TRIWEIGHT:
        return left * left * left;
    case HS_KERNEL_TRIANGULAR:
        return 1 - r;
    default:
        return 1;
    }
}

typedef enum moment { MASS, MASS_1D, SQUARE, VARIANCE } moment;

static double integrand(hs_kernel kernel, moment m, double r) {
    double k = formula(kernel, r);
    double c = hs_kernel_peak(kernel);
    switch (m) {
    case MASS:
        return 2 * PI * r * c * k;
    case MASS_1D:
        return 2 * hs_kernel_peak_1d(kernel) * k;
    case SQUARE:
        return 2 * PI * r * c * c * k * k;
    default: /* along one axis: half of r^2 */
        return PI * r * r * r * c * k;
    }
}

static double integral(hs_kernel kernel, moment m) {
    const int steps = 20000;
    double reach = hs_kernel_reach(kernel) * (1 - 1e-15);
    double h = reach / steps;
    double sum = integrand(kernel, m, 0) + integrand(kernel, m, reach);
    for (int i = 1; i < steps; i++)
        sum += (i % 2 ? 4 : 2) * integrand(kernel, m, i * h);
    return sum * h / 3;
}

static void constants_agree_with_the_integrals(void **state) {
    (void)state;
    for (int i = 0; i < HS_KERNEL_COUNT; i++) {
        hs_kernel kernel = (hs_kernel)i;
        double tail = kernel == HS_KERNEL_GAUSSIAN ? 1e-5 : 1e-9;
        check_near(integral(kernel, MASS), 1, kernel == HS_KERNEL_GAUSSIAN ? 2.8e-7 : 1e-9);
        check_near(integral(kernel, MASS_1D), 1, kernel == HS_KERNEL_GAUSSIAN ? 1e-7 : 1e-9);
        check_near(integral(kernel, SQUARE), hs_kernel_roughness(kernel), 1e-9);
        check_near(sqrt(integral(kernel, VARIANCE)), hs_kernel_deviation(kernel), tail);
    }
}

static void profiles_follow_their_formulas(void **state) {
    (void)state;
    for (int i = 0; i < HS_KERNEL_COUNT; i++) {
        hs_kernel kernel = (hs_kernel)i;
        assert_true(hs_kernel_profile(kernel, 0) == 1.0);
        for (int step = 1; step <= 7000; step++) {
            double r = step * 1e-3;
            if (fabs(r - hs_kernel_reach(kernel)) < 1e-9) continue;
            check_near(hs_kernel_profile(kernel, r * r), formula(kernel, r), 2e-15);
        }
    }
}

static void names_go_both_ways(void **state) {
    (void)state;
    hs_error error = {0};
    for (int i = 0; i < HS_KERNEL_COUNT; i++) {
        hs_kernel kernel = HS_KERNEL_COUNT;
        const char *name = hs_kernel_name((hs_kernel)i);
        check_ok(hs_kernel_from_name(name, strlen(name), &error, &kernel), &error);
        assert_int_equal(kernel, i);
    }
    assert_null(hs_kernel_name(HS_KERNEL_COUNT));
    hs_kernel kernel = HS_KERNEL_COUNT;
    assert_int_equal(hs_kernel_from_name("quartics", 8, &error, &kernel), HS_E_ARGUMENT);
    assert_non_null(strstr(error.message, "'quartics'"));
    assert_non_null(strstr(error.message, "triangular"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(constants_agree_with_the_integrals),
        cmocka_unit_test(profiles_follow_their_formulas),
        cmocka_unit_test(names_go_both_ways),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
