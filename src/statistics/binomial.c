#include "statistics/binomial.h"

#include <math.h>

/* Terms below this share of the sum no longer change it. */
#define NEGLIGIBLE 1e-17

/* ln n! less Stirling's ln(sqrt(2 pi n) (n/e)^n): by its series, which needs large n, brought down from
 * there. */
static double stirling_error(double n) {
    static const double half_log_two_pi = 0.918938533204672741780329736406;
    int sign;
    if (n < 16) return n == 0 ? 0 : lgamma_r(n + 1, &sign) - (n + 0.5) * log(n) + n - half_log_two_pi;
    double square = n * n;
    return (1.0 / 12 -
            (1.0 / 360 - (1.0 / 1260 - (1.0 / 1680 - 1.0 / 1188 / square) / square) / square) / square) /
           n;
}

/* x ln(x/mean) + mean - x, without the cancellation where they are close. */
static double deviance(double x, double mean) {
    if (fabs(x - mean) < 0.1 * (x + mean)) {
        double v = (x - mean) / (x + mean), sum = (x - mean) * v, term = 2 * x * v;
        for (int j = 1; j < 1000; j++) {
            term *= v * v;
            double next = sum + term / (2 * j + 1);
            if (next == sum) break;
            sum = next;
        }
        return sum;
    }
    return x * log(x / mean) + mean - x;
}

double hs_log_binomial(double x, double n, double p) {
    static const double log_two_pi = 1.837877066409345483560659472811;
    if (x == 0) return n * log1p(-p);
    if (x == n) return n * log(p);
    double shape = stirling_error(n) - stirling_error(x) - stirling_error(n - x);
    return shape - deviance(x, n * p) - deviance(n - x, n * (1 - p)) -
           0.5 * (log_two_pi + log(x) + log1p(-x / n));
}

/* The sum of the terms from k on, upward; they fall from there. */
static double sum_up(double k, double n, double p) {
    double term = exp(hs_log_binomial(k, n, p)), odds = p / (1 - p), sum = 0;
    while (k <= n && term > sum * NEGLIGIBLE) {
        sum += term;
        term *= (n - k) / (k + 1) * odds;
        k += 1;
    }
    return sum;
}

static double sum_down(double k, double n, double p) {
    double term = exp(hs_log_binomial(k, n, p)), odds = (1 - p) / p, sum = 0;
    while (k >= 0 && term > sum * NEGLIGIBLE) {
        sum += term;
        term *= k / (n - k + 1) * odds;
        k -= 1;
    }
    return sum;
}

double hs_binomial_at_least(uint64_t hits, uint64_t tries, double p) {
    double k = (double)hits, n = (double)tries;
    if (k <= 0) return 1;
    if (k > n || p <= 0) return 0;
    if (p >= 1) return 1;
    if (k > n * p) return fmin(1, sum_up(k, n, p));
    return fmin(1, fmax(0, 1 - sum_down(k - 1, n, p)));
}

double hs_binomial_at_most(uint64_t hits, uint64_t tries, double p) {
    double k = (double)hits, n = (double)tries;
    if (k >= n || p <= 0) return 1;
    if (p >= 1) return 0;
    if (k < n * p) return fmin(1, sum_down(k, n, p));
    return fmin(1, fmax(0, 1 - sum_up(k + 1, n, p)));
}
