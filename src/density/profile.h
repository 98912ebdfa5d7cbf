/* Kernel profiles inline, for loops that know their kernel: hotspot/kernel.h has what they mean. */
#ifndef DENSITY_PROFILE_H
#define DENSITY_PROFILE_H

#include <hotspot/kernel.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

/* exp(-t) for 0 <= t <= 700 with the four operations only: 2^-n by its bits, the rest, at most ln 2 / 2
 * either way, by Taylor's series to the 13th power (below 1e-17). */
static inline double hs_exp_minus(double t) {
    double n = (double)(int)(t * 1.4426950408889634 + 0.5);
    double x = (n * 0x1.62e42fefa38p-1 - t) + n * 0x1.ef35793c7673p-45;
    double sum = 1.0 / 6227020800.0;
    sum = sum * x + 1.0 / 479001600.0;
    sum = sum * x + 1.0 / 39916800.0;
    sum = sum * x + 1.0 / 3628800.0;
    sum = sum * x + 1.0 / 362880.0;
    sum = sum * x + 1.0 / 40320.0;
    sum = sum * x + 1.0 / 5040.0;
    sum = sum * x + 1.0 / 720.0;
    sum = sum * x + 1.0 / 120.0;
    sum = sum * x + 1.0 / 24.0;
    sum = sum * x + 1.0 / 6.0;
    sum = sum * x + 0.5;
    sum = sum * x + 1.0;
    sum = sum * x + 1.0;
    uint64_t bits = (uint64_t)(1023 - (int)n) << 52;
    double power;
    memcpy(&power, &bits, sizeof power);
    return sum * power;
}

/* v = 1 - r^2 of the kernels that end at 1; 0 outside. With a constant `kernel` compilers leave one branch.
 */
static inline double hs_profile(hs_kernel kernel, double squared) {
    if (kernel == HS_KERNEL_GAUSSIAN)
        return squared < HS_KERNEL_GAUSSIAN_REACH * HS_KERNEL_GAUSSIAN_REACH ? hs_exp_minus(0.5 * squared)
                                                                             : 0.0;
    double v = 1.0 - squared;
    if (!(v > 0.0)) return 0.0;
    switch (kernel) {
    case HS_KERNEL_EPANECHNIKOV:
        return v;
    case HS_KERNEL_TRIWEIGHT:
        return v * v * v;
    case HS_KERNEL_UNIFORM:
        return 1.0;
    case HS_KERNEL_TRIANGULAR:
        return 1.0 - sqrt(squared);
    default:
        return v * v;
    }
}

#endif
