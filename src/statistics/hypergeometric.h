/* The hypergeometric distribution: how many marked ones are among those drawn without putting back. */
#ifndef STATISTICS_HYPERGEOMETRIC_H
#define STATISTICS_HYPERGEOMETRIC_H

#include <stdint.h>

/* The probability that at least `hits` of `draws` drawn from `total`, of which `marked` are marked, are
 * marked; draws and marked are at most total. One-sided p-value of Fisher's exact test. Small ones are
 * relatively exact to about 1e-9 up to a total of 1e9. O(draws) at most, mostly far less. Pure. */
double hs_hypergeometric_tail(uint64_t hits, uint64_t draws, uint64_t marked, uint64_t total);

#endif
