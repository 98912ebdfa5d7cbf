/* Kernels in fixed point: inside the room. */
#ifndef DENSITY_KERNEL_H
#define DENSITY_KERNEL_H

#include "density/profile.h"
#include "geo/mercator.h"
#include <hotspot/density.h>

/* 2^52 + n, for 0 <= n < 2^52, holds n rounded to the nearest integer in its low bits: a conversion that
 * compilers can do in vector registers and that rounds alike everywhere. */
#define HS_ROUND_MAGIC      0x1p52
#define HS_ROUND_MAGIC_BITS UINT64_C(0x4330000000000000)

/* Distances enter as v = root (reach^2 - r^2) / reach^2, above 0 within reach. For the quartic v is half the
 * root of a weight in units of 2^-32, so that its loops need two multiplications; for the others it is
 * reach^2 - r^2. */
#define HS_KERNEL_HALF_ROOT 0x1p15

static inline double hs_kernel_root(hs_kernel kernel) {
    if (kernel == HS_KERNEL_QUARTIC) return HS_KERNEL_HALF_ROOT;
    return kernel == HS_KERNEL_GAUSSIAN ? HS_KERNEL_GAUSSIAN_REACH * HS_KERNEL_GAUSSIAN_REACH : 1.0;
}

static inline double hs_kernel_scale_of(hs_kernel kernel) {
    return kernel == HS_KERNEL_QUARTIC ? HS_KERNEL_HALF_ROOT : 1.0;
}

/* The weight of v, 0 for v <= 0. v + |v| is exactly 2 v or 0; written so because a comparison may trap and
 * keeps compilers from using vectors. */
static inline uint64_t hs_kernel_weight(double v) {
    double root = v + fabs(v);
    double rounded = root * root + HS_ROUND_MAGIC;
    uint64_t bits;
    memcpy(&bits, &rounded, sizeof bits);
    return bits - HS_ROUND_MAGIC_BITS;
}

/* The same for the other kernels; `one` is the weight of the peak, 2^32 at most. */
static inline uint64_t hs_kernel_weight_of(hs_kernel kernel, double v, double one) {
    double squared =
        (kernel == HS_KERNEL_GAUSSIAN ? HS_KERNEL_GAUSSIAN_REACH * HS_KERNEL_GAUSSIAN_REACH : 1.0) - v;
    double share = kernel == HS_KERNEL_GAUSSIAN     ? (v > 0.0 ? hs_exp_minus(0.5 * squared) : 0.0)
                   : kernel == HS_KERNEL_TRIANGULAR ? (v > 0.0 ? 1.0 - sqrt(squared) : 0.0)
                   : kernel == HS_KERNEL_UNIFORM    ? (v > 0.0 ? 1.0 : 0.0)
                                                    : 0.5 * (v + fabs(v));
    if (kernel == HS_KERNEL_TRIWEIGHT) share = share * share * share;
    double rounded = share * one + HS_ROUND_MAGIC;
    uint64_t bits;
    memcpy(&bits, &rounded, sizeof bits);
    return bits - HS_ROUND_MAGIC_BITS;
}

/* The weight of v times a whole number; both below 2^52, and the product too. */
static inline uint64_t hs_kernel_weight_times(double v, double times) {
    double root = v + fabs(v);
    double weight = (root * root + HS_ROUND_MAGIC) - HS_ROUND_MAGIC;
    double product = weight * times + HS_ROUND_MAGIC;
    uint64_t bits;
    memcpy(&bits, &product, sizeof bits);
    return bits - HS_ROUND_MAGIC_BITS;
}

/* weight x incident weight in 1/65536, rounded. */
static inline uint64_t hs_kernel_scale(uint64_t weight, uint64_t scale) {
    return (weight * scale + 32768) >> 16;
}

#define HS_WEIGHT_ONE UINT64_C(65536)

/* An incident's weight times its factor in 1/65536, at most 32767. */
static inline uint64_t hs_weight_fixed(const hs_point_columns *points, uint32_t i) {
    uint64_t fixed = HS_WEIGHT_ONE;
    if (points->weight) {
        double weight = (double)points->weight[i];
        if (!(weight > 0.0)) return 0;
        fixed = (uint64_t)((weight > 32767.0 ? 32767.0 : weight) * 65536.0 + 0.5);
    }
    if (!points->factor) return fixed;
    fixed = (fixed * points->factor[i] + 32768) >> 16;
    return fixed < UINT64_C(32767) << 16 ? fixed : UINT64_C(32767) << 16;
}

static inline bool hs_point_selected(const hs_point_columns *points, uint32_t i) {
    return !points->selected || ((points->selected[i >> 6] >> (i & 63)) & 1);
}

/* (1 / bandwidth)^2 in Mercator units at a row, along x and y. */
static inline void hs_kernel_scales(double row, double bandwidth_m, double *kx, double *ky) {
    double mx;
    double my;
    hs_mercator_ground_m(row, &mx, &my);
    mx /= bandwidth_m;
    my /= bandwidth_m;
    *kx = mx * mx;
    *ky = my * my;
}

bool hs_bandwidth_accepted(double bandwidth_m);

#endif
