/* The binomial distribution. Private to src/statistics. */
#ifndef STATISTICS_BINOMIAL_H
#define STATISTICS_BINOMIAL_H

#include <stdint.h>

/* ln of the binomial probability of x in n at share p (Loader 2000, "Fast and accurate computation of
 * binomial probabilities"): exact where differences of log factorials would not be. 0 < p < 1. */
double hs_log_binomial(double x, double n, double p);

/* The probability of at least, of at most `hits` of `tries` at share p. Small ones keep their digits.
 * O(square root of tries), mostly. Pure. */
double hs_binomial_at_least(uint64_t hits, uint64_t tries, double p);
double hs_binomial_at_most(uint64_t hits, uint64_t tries, double p);

#endif
