/* Kernels in time against Simpson's rule over their written formulas. */
#include "check.h"

#include <hotspot/time_kernel.h>

static double formula(hs_kernel kernel, double r) {
    double left = 1 - r * r;
    if (kernel == HS_KERNEL_GAUSSIAN) return exp(-r * r / 2) / sqrt(2 * 3.14159265358979323846);
    if (fabs(r) >= 1) return 0;
    switch (kernel) {
    case HS_KERNEL_QUARTIC:
        return 15.0 / 16 * left * left;
    case HS_KERNEL_EPANECHNIKOV:
        return 0.75 * left;
    case HS_KERNEL_TRIWEIGHT:
        return 35.0 / 32 * left * left * left;
    case HS_KERNEL_TRIANGULAR:
        return 1 - fabs(r);
    default:
        return 0.5;
    }
}

/* From a to b, halves apart at the kernels' corners. */
static double integral(hs_kernel kernel, double a, double b) {
    double sum = 0;
    const int steps = 200000;
    double h = (b - a) / steps;
    for (int i = 0; i < steps; i++)
        sum += formula(kernel, a + (i + 0.5) * h);
    return sum * h;
}

static void masses(void **state) {
    (void)state;
    static const double ends[][2] = {{-0.3, 0.4}, {-2, 0}, {0.2, 0.9}, {-0.8, -0.1}, {-9, 9}, {1.5, 3}};
    for (int k = 0; k < HS_KERNEL_COUNT; k++)
        for (size_t e = 0; e < sizeof ends / sizeof *ends; e++) {
            double expected = integral((hs_kernel)k, ends[e][0], ends[e][1]);
            double found = hs_time_mass((hs_kernel)k, 1000000, 1000, 1000000 + (int64_t)(1000 * ends[e][0]),
                                        1000000 + (int64_t)(1000 * ends[e][1]));
            check_near(found, expected, 1e-4);
        }
    assert_true(hs_time_mass(HS_KERNEL_QUARTIC, 0, 10, 5, 5) == 0);
}

/* Shares times the peak are the kernel, a month's worth. */
static void shares(void **state) {
    (void)state;
    int64_t time_s[201];
    double share[201];
    for (int i = 0; i < 201; i++)
        time_s[i] = 1700000000 + (i - 100) * 3600 * 6;
    time_s[7] = INT64_MIN;
    for (int k = 0; k < HS_KERNEL_COUNT; k++) {
        double bandwidth_s = 86400 * 9.3;
        hs_time_shares((hs_kernel)k, 1700000000, bandwidth_s, time_s, 201, share);
        double peak = hs_time_peak_per_month((hs_kernel)k, bandwidth_s);
        double month_s = 365.25 / 12 * 86400;
        for (int i = 0; i < 201; i++) {
            double expected =
                i == 7 ? 0 : formula((hs_kernel)k, (i - 100) * 21600 / bandwidth_s) * month_s / bandwidth_s;
            check_near(share[i] * peak, expected, 1e-6 * peak);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(masses), cmocka_unit_test(shares)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
