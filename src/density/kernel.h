/* The quartic kernel in fixed point: inside the room. */
#ifndef DENSITY_KERNEL_H
#define DENSITY_KERNEL_H

#include "geo/mercator.h"
#include <hotspot/density.h>
#include <math.h>
#include <string.h>

/* 2^52 + n, for 0 <= n < 2^52, holds n rounded to the nearest integer in its low bits: a conversion that
 * compilers can do in vector registers and that rounds alike everywhere. */
#define HS_ROUND_MAGIC      0x1p52
#define HS_ROUND_MAGIC_BITS UINT64_C(0x4330000000000000)

/* v = HS_KERNEL_HALF_ROOT (1 - r^2) is half the root of a weight in units of 2^-32. */
#define HS_KERNEL_HALF_ROOT 0x1p15

/* The weight of v, 0 for v <= 0. v + |v| is exactly 2 v or 0; written so because a comparison may trap and
 * keeps compilers from using vectors. */
static inline uint64_t hs_kernel_weight(double v) {
    double root = v + fabs(v);
    double rounded = root * root + HS_ROUND_MAGIC;
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

/* An incident's weight in 1/65536. */
static inline uint64_t hs_weight_fixed(const hs_point_columns *points, uint32_t i) {
    if (!points->weight) return HS_WEIGHT_ONE;
    double weight = (double)points->weight[i];
    if (!(weight > 0.0)) return 0;
    if (weight > 32767.0) weight = 32767.0;
    return (uint64_t)(weight * 65536.0 + 0.5);
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

/* Nodes (interpolate.c): pixels are squares of a coarser lattice as long as the bandwidth spans this many of
 * them, at most 2^6 pixels wide, so that they divide a tile. */
#define HS_NODE_SPAN        96.0
#define HS_NODE_MOST_COARSE 6u
#define HS_NODE_MARGIN      2 /* a side, so that the nodes of a row are a multiple of 4 */

/* Nodes a side of a view. */
static inline uint32_t hs_density_node_side(const hs_density_view *view, unsigned coarse) {
    return (view->size >> coarse) + 2 * HS_NODE_MARGIN;
}

#endif
