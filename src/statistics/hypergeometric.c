#include "statistics/hypergeometric.h"
#include "statistics/binomial.h"

#include <math.h>

/* Terms below this share of the sum no longer change it. */
#define NEGLIGIBLE 1e-17

static double probability(double x, double draws, double marked, double total) {
    if (draws == 0 || draws == total) return 1; /* one outcome alone is possible, and x is it */
    double p = draws / total;
    return exp(hs_log_binomial(x, marked, p) + hs_log_binomial(draws - x, total - marked, p) -
               hs_log_binomial(draws, total, p));
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
