/* Seeded random numbers: xoshiro256** (Blackman and Vigna) seeded by SplitMix64. Same seed, same numbers,
 * on every machine (only + - * / and sqrt of IEEE doubles, no library functions, in uniform and below). */
#ifndef BASE_RANDOM_H
#define BASE_RANDOM_H

#include <hotspot/types.h>

typedef struct hs_random {
    uint64_t state[4];
} hs_random;

void hs_random_seed(hs_random *random, uint64_t seed);
/* An independent stream: jumps by hashing (seed, stream). */
void hs_random_seed_stream(hs_random *random, uint64_t seed, uint64_t stream);
uint64_t hs_random_next(hs_random *random);
double hs_random_uniform(hs_random *random);                 /* [0, 1) with 53 bits */
uint32_t hs_random_below(hs_random *random, uint32_t bound); /* [0, bound), unbiased (Lemire) */
double hs_random_normal(hs_random *random);                  /* mean 0, deviation 1 (polar method) */
double hs_random_exponential(hs_random *random);             /* mean 1 */
uint32_t hs_random_poisson(hs_random *random, double mean);

#endif
