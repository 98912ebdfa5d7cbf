#include "base/random.h"

#include "base/hash.h"
#include <math.h>
#include <string.h>

static uint64_t splitmix(uint64_t *state) {
    uint64_t z = (*state += UINT64_C(0x9E3779B97F4A7C15));
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

void hs_random_seed(hs_random *random, uint64_t seed) {
    for (int i = 0; i < 4; i++)
        random->state[i] = splitmix(&seed);
}

void hs_random_seed_stream(hs_random *random, uint64_t seed, uint64_t stream) {
    /* Bytes in a fixed order, so that big-endian machines agree. */
    unsigned char bytes[16];
    for (int i = 0; i < 8; i++) {
        bytes[i] = (unsigned char)(seed >> (8 * i));
        bytes[8 + i] = (unsigned char)(stream >> (8 * i));
    }
    hs_random_seed(random, hs_hash(bytes, sizeof bytes, 0));
}

static uint64_t rotated(uint64_t x, int bits) {
    return (x << bits) | (x >> (64 - bits));
}

uint64_t hs_random_next(hs_random *random) {
    uint64_t *s = random->state;
    uint64_t result = rotated(s[1] * 5, 7) * 9;
    uint64_t t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotated(s[3], 45);
    return result;
}

double hs_random_uniform(hs_random *random) {
    return (double)(hs_random_next(random) >> 11) * 0x1p-53;
}

uint32_t hs_random_below(hs_random *random, uint32_t bound) {
    if (bound == 0) return 0;
    uint64_t product = (hs_random_next(random) >> 32) * bound;
    if ((uint32_t)product < bound) {
        uint32_t threshold = (uint32_t)(-bound) % bound;
        while ((uint32_t)product < threshold)
            product = (hs_random_next(random) >> 32) * bound;
    }
    return (uint32_t)(product >> 32);
}

/* The logarithm of a positive normal number from + - * / alone: the C library's may differ from machine to
 * machine in the last bit, and with it every number after. log m = 2 artanh((m - 1) / (m + 1)). */
static double plain_log(double x) {
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    int exponent = (int)(bits >> 52) - 1023;
    bits = (bits & UINT64_C(0x000FFFFFFFFFFFFF)) | UINT64_C(0x3FF0000000000000);
    double m;
    memcpy(&m, &bits, sizeof m);
    if (m > 1.4142135623730951) {
        m *= 0.5;
        exponent++;
    }
    double s = (m - 1.0) / (m + 1.0), square = s * s, sum = 0.0;
    for (int k = 25; k >= 1; k -= 2)
        sum = sum * square + 1.0 / (double)k;
    return 2.0 * s * sum + (double)exponent * 0.69314718055994531;
}

/* log(k!) by Stirling's series, shifted to where it has converged. */
static double log_factorial(double k) {
    double x = k + 1.0, shift = 0.0;
    while (x < 10.0) {
        shift += plain_log(x);
        x += 1.0;
    }
    double inverse = 1.0 / x, square = inverse * inverse;
    double series = inverse * (1.0 / 12.0 - square * (1.0 / 360.0 - square / 1260.0));
    return (x - 0.5) * plain_log(x) - x + 0.91893853320467274 + series - shift;
}

double hs_random_normal(hs_random *random) {
    double u, s;
    do {
        u = 2.0 * hs_random_uniform(random) - 1.0;
        double v = 2.0 * hs_random_uniform(random) - 1.0;
        s = u * u + v * v;
    } while (s >= 1.0 || s == 0.0);
    return u * sqrt(-2.0 * plain_log(s) / s);
}

double hs_random_exponential(hs_random *random) {
    return -plain_log(1.0 - hs_random_uniform(random));
}

/* Counts unit-rate arrivals up to a small mean. */
static uint32_t poisson_small(hs_random *random, double mean) {
    uint32_t n = 0;
    double at = hs_random_exponential(random);
    while (at <= mean) {
        at += hs_random_exponential(random);
        n++;
    }
    return n;
}

/* Hörmann's transformed rejection with squeeze (PTRS, 1993), for means of 10 and more. */
static uint32_t poisson_large(hs_random *random, double mean) {
    double log_mean = plain_log(mean), b = 0.931 + 2.53 * sqrt(mean), a = -0.059 + 0.02483 * b;
    double log_inverse_alpha = plain_log(1.1239 + 1.1328 / (b - 3.4)), v_r = 0.9277 - 3.6224 / (b - 2.0);
    for (;;) {
        double u = hs_random_uniform(random) - 0.5;
        double v = 1.0 - hs_random_uniform(random);
        double us = 0.5 - (u < 0.0 ? -u : u);
        if (us <= 0.0) continue;
        double k = floor((2.0 * a / us + b) * u + mean + 0.43);
        if (k < 0.0 || k > (double)UINT32_MAX) continue;
        if (us >= 0.07 && v <= v_r) return (uint32_t)k;
        if (us < 0.013 && v > us) continue;
        double accepted = plain_log(v) + log_inverse_alpha - plain_log(a / (us * us) + b);
        if (accepted <= k * log_mean - mean - log_factorial(k)) return (uint32_t)k;
    }
}

uint32_t hs_random_poisson(hs_random *random, double mean) {
    if (!(mean > 0.0)) return 0;
    return mean < 10.0 ? poisson_small(random, mean) : poisson_large(random, mean);
}
