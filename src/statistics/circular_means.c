/* Equal means of two samples of times (Watson and Williams 1956), and what that test takes. */
#include "statistics/circular_private.h"
#include "statistics/f_distribution.h"

/* Of a concentration of 2, from which on the test is sound for two samples. */
#define LEAST_RESULTANT 0.7
#define LEAST_SAMPLE    5

/* The concentration of a von Mises distribution of a mean resultant length (Fisher 1993, 3.3.6). */
static double concentration(double r) {
    if (r < 0.53) return 2 * r + r * r * r + 5 * pow(r, 5) / 6;
    if (r < 0.85) return -0.4 + 1.39 * r + 0.43 / (1 - r);
    return 1 / (r * r * r - 4 * r * r + 3 * r);
}

/* Of samples of n times with resultants of length r each, where r of both together is `whole`. */
static double equal_concentration_p(double first_n, double first_r, double second_n, double second_r,
                                    double whole) {
    if (first_n < LEAST_SAMPLE || second_n < LEAST_SAMPLE || whole < LEAST_RESULTANT) return NAN;
    double first = (first_n - first_r) / (first_n - 1), second = (second_n - second_r) / (second_n - 1);
    if (!(first > 0) && !(second > 0)) return 1;
    double above = hs_f_above(first / second, first_n - 1, second_n - 1),
           below = hs_f_above(second / first, second_n - 1, first_n - 1);
    return fmin(1, 2 * fmin(above, below));
}

void hs_circular_means(hs_circular_vector first, double first_n, hs_circular_vector total, double n,
                       hs_circular_difference *difference) {
    hs_circular_vector second = {total.c - first.c, total.s - first.s};
    double first_r = hypot(first.c, first.s), second_r = hypot(second.c, second.s);
    double both = first_r + second_r, whole = hypot(total.c, total.s);
    hs_circular_difference d = {.permuted_p = NAN};
    d.concentration = concentration(both / n);
    d.f = (1 + 3 / (8 * d.concentration)) * (n - 2) * (both - whole) / (n - both);
    d.f_p = hs_f_above(d.f, 1, n - 2);
    d.equal_concentration_p = equal_concentration_p(first_n, first_r, n - first_n, second_r, both / n);
    d.f_holds = both / n >= LEAST_RESULTANT && !isnan(d.f) && d.equal_concentration_p >= 0.05;
    d.hours_apart_turns = remainder(atan2(second.s, second.c) - atan2(first.s, first.c), TWO_PI) / TWO_PI;
    *difference = d;
}
