#include "statistics/f_distribution.h"

#include <float.h>
#include <math.h>

enum { MOST_TERMS = 1000000 };

/* Kept from 0, which the fraction divides by. */
static double away(double x) {
    return fabs(x) < DBL_MIN / DBL_EPSILON ? DBL_MIN / DBL_EPSILON : x;
}

/* The continued fraction of the incomplete beta function (DLMF 8.17.22) by Lentz's method. */
static double fraction(double a, double b, double x) {
    double c = 1, d = 1 / away(1 - (a + b) * x / (a + 1)), value = d;
    for (int m = 1; m <= MOST_TERMS; m++) {
        double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        d = 1 / away(1 + even * d);
        c = away(1 + even / c);
        value *= d * c;
        double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        d = 1 / away(1 + odd * d);
        c = away(1 + odd / c);
        value *= d * c;
        if (fabs(d * c - 1) < 4 * DBL_EPSILON) break;
    }
    return value;
}

/* ln Gamma(a + b) - ln Gamma(b) - ln Gamma(a), of large b without the cancellation of two large logarithms.
 */
static double log_beta_inverse(double a, double b) {
    if (a > b) return log_beta_inverse(b, a);
    if (b < 1000) return lgamma(a + b) - lgamma(a) - lgamma(b);
    double sum = a + b;
    double rest = 1 / (12 * sum) - 1 / (360 * sum * sum * sum) - 1 / (12 * b) + 1 / (360 * b * b * b);
    return (b - 0.5) * log1p(a / b) + a * log(sum) - a + rest - lgamma(a);
}

double hs_f_above(double f, double between, double within) {
    if (isnan(f)) return f;
    if (f <= 0) return 1;
    if (isinf(f)) return 0;
    double a = within / 2, b = between / 2, x = within / (within + between * f), y = 1 - x;
    if (between * f < within) y = between * f / (within + between * f);
    double front = exp(a * (y < 0.5 ? log1p(-y) : log(x)) + b * log(y) + log_beta_inverse(a, b));
    return x < (a + 1) / (a + b + 2) ? front * fraction(a, b, x) / a : 1 - front * fraction(b, a, y) / b;
}
