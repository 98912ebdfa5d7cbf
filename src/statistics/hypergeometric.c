#include "statistics/hypergeometric.h"

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

/* ln of the binomial probability of x in n at share p (Loader 2000, "Fast and accurate computation of
 * binomial probabilities"): exact where differences of log factorials would not be. 0 < p < 1. */
static double log_binomial(double x, double n, double p) {
    static const double log_two_pi = 1.837877066409345483560659472811;
    if (x == 0) return n * log1p(-p);
    if (x == n) return n * log(p);
    double shape = stirling_error(n) - stirling_error(x) - stirling_error(n - x);
    return shape - deviance(x, n * p) - deviance(n - x, n * (1 - p)) -
           0.5 * (log_two_pi + log(x) + log1p(-x / n));
}

static double probability(double x, double draws, double marked, double total) {
    if (draws == 0 || draws == total) return 1; /* one outcome alone is possible, and x is it */
    double p = draws / total;
    return exp(log_binomial(x, marked, p) + log_binomial(draws - x, total - marked, p) -
               log_binomial(draws, total, p));
}

/* The sum of the terms from x on, upward; they fall from there. */
static double sum_up(double x, double draws, double marked, double total) {
    double most = fmin(draws, marked), term = probability(x, draws, marked, total), sum = 0;
    while (x <= most && term > sum * NEGLIGIBLE) {
        sum += term;
        term *= (marked - x) * (draws - x) / ((x + 1) * (total - marked - draws + x + 1));
        x += 1;
    }
    return sum;
}

/* The sum of the terms from x on, downward. */
static double sum_down(double x, double draws, double marked, double total) {
    double least = fmax(0, draws + marked - total), term = probability(x, draws, marked, total), sum = 0;
    while (x >= least && term > sum * NEGLIGIBLE) {
        sum += term;
        term *= x * (total - marked - draws + x) / ((marked - x + 1) * (draws - x + 1));
        x -= 1;
    }
    return sum;
}

double hs_hypergeometric_tail(uint64_t hits, uint64_t draws, uint64_t marked, uint64_t total) {
    double k = (double)hits, n = (double)draws, m = (double)marked, all = (double)total;
    if (k <= fmax(0, n + m - all)) return 1;
    if (k > fmin(n, m)) return 0;
    /* Each sum begins at its largest term, on its own side of the middle. */
    if (k > n * m / all) return fmin(1, sum_up(k, n, m, all));
    return fmin(1, fmax(0, 1 - sum_down(k - 1, n, m, all)));
}
