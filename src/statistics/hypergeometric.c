#include "statistics/hypergeometric.h"

#include <math.h>

/* Terms below this share of the sum no longer change it. */
#define NEGLIGIBLE 1e-17

static double log_choose(double n, double k) {
    int sign;
    return lgamma_r(n + 1, &sign) - lgamma_r(k + 1, &sign) - lgamma_r(n - k + 1, &sign);
}

static double probability(double x, double draws, double marked, double total) {
    return exp(log_choose(marked, x) + log_choose(total - marked, draws - x) - log_choose(total, draws));
}

/* The sum of the terms from x on, upward; they fall from there. */
static double sum_up(double x, double draws, double marked, double total) {
    double most = fmin(draws, marked), term = probability(x, draws, marked, total), sum = 0;
    for (; x <= most && term > sum * NEGLIGIBLE; x += 1) {
        sum += term;
        term *= (marked - x) * (draws - x) / ((x + 1) * (total - marked - draws + x + 1));
    }
    return sum;
}

/* The sum of the terms from x on, downward. */
static double sum_down(double x, double draws, double marked, double total) {
    double least = fmax(0, draws + marked - total), term = probability(x, draws, marked, total), sum = 0;
    for (; x >= least && term > sum * NEGLIGIBLE; x -= 1) {
        sum += term;
        term *= x * (total - marked - draws + x) / ((marked - x + 1) * (draws - x + 1));
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
