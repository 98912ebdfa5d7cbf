/* The kernel of a row as a table of weights. */
#include "density/lattice_values.h"

#include "density/profile.h"

void hs_lattice_row_scale(const hs_lattice *l, double v, row_scale *out) {
    double kx;
    double ky;
    hs_kernel_scales((v + l->phase) / l->nodes_per_unit, l->bandwidth_m, &kx, &ky);
    double unit = 1.0 / (l->nodes_per_unit * l->nodes_per_unit);
    double margin = l->sampling == HS_DENSITY_MEAN ? 0.5 * l->stride : 0.0;
    out->kx = kx * unit;
    out->ky = ky * unit;
    double reach = hs_kernel_reach(l->kernel);
    out->reach_x = reach / sqrt(out->kx) + margin;
    out->reach_y = reach / sqrt(out->ky) + margin;
}

/* Weights at distances (i + half) along one axis: folded pairs, so those at no distance count half. */
static double fold_share(uint32_t i, bool half) {
    return i == 0 && !half ? 0.5 : 1.0;
}

typedef struct axis {
    uint32_t count;
    bool half;
} axis;

VECTORS static void fill_quartic(double *row, uint32_t count, double v0, double kx, double shift) {
    for (uint32_t i = 0; i < count; i++) {
        double d = (double)(int32_t)i + shift;
        double v = v0 - kx * (d * d);
        v = 0.5 * (v + fabs(v));
        row[i] = v * v;
    }
}

VECTORS static void fill_triweight(double *row, uint32_t count, double v0, double kx, double shift) {
    for (uint32_t i = 0; i < count; i++) {
        double d = (double)(int32_t)i + shift;
        double v = v0 - kx * (d * d);
        v = 0.5 * (v + fabs(v));
        row[i] = v * v * v;
    }
}

/* The Gaussian of x and y is the product of one of each, so that of x is worked out once a table. */
VECTORS static void fill_gaussian(double *row, uint32_t count, double squared_y, double kx, double shift,
                                  const double *across) {
    double along_y = hs_profile(HS_KERNEL_GAUSSIAN, squared_y);
    double most = HS_KERNEL_GAUSSIAN_REACH * HS_KERNEL_GAUSSIAN_REACH;
    for (uint32_t i = 0; i < count; i++) {
        double d = (double)(int32_t)i + shift;
        double v = along_y * across[i];
        row[i] = squared_y + kx * (d * d) < most ? v : 0.0;
    }
}

/* An incident shared between two steps is too high at its centre and at its edge and too low between them, by
 * nothing to HS_ADAPTIVE_ERROR. The kernel of a step, lowered by half of the most, is off half as far either
 * way; at the edge by less, as nodes blur the jump there. Its integral stays. */
#define LOWERED_EDGE 0.6

VECTORS static void fill_lowered_quartic(double *row, uint32_t count, double v0, double kx, double shift,
                                         double lowered) {
    const double square = 3.0 + 3.0 * LOWERED_EDGE;
    const double linear = 1.0 - LOWERED_EDGE - square;
    for (uint32_t i = 0; i < count; i++) {
        double d = (double)(int32_t)i + shift;
        double v = v0 - kx * (d * d);
        double w = v * v - lowered * ((square * v + linear) * v + LOWERED_EDGE);
        row[i] = v > 0.0 ? w : 0.0;
    }
}

/* A kernel at distances (i + shift) `step` nodes along x. */
typedef struct profile_row {
    const hs_lattice *lattice;
    double kx, ky, shift;
    uint32_t count;
    double *across; /* [count] of the Gaussian where dy is 0 */
} profile_row;

static profile_row make_profile(const hs_lattice *l, const row_scale *s, double shift, double step,
                                uint32_t count, double *across) {
    profile_row p = {l, s->kx * (step * step), s->ky, shift, count, across};
    for (uint32_t i = 0; l->kernel == HS_KERNEL_GAUSSIAN && i < count; i++) {
        double d = (double)i + shift;
        across[i] = hs_profile(HS_KERNEL_GAUSSIAN, p.kx * (d * d));
    }
    return p;
}

/* The profile dy nodes away along y. */
static void fill_profile(const profile_row *p, double dy, double *row) {
    double squared_y = p->ky * (dy * dy);
    if (p->lattice->kernel == HS_KERNEL_QUARTIC)
        fill_quartic(row, p->count, 1.0 - squared_y, p->kx, p->shift);
    else if (p->lattice->kernel == HS_KERNEL_TRIWEIGHT)
        fill_triweight(row, p->count, 1.0 - squared_y, p->kx, p->shift);
    else
        fill_gaussian(row, p->count, squared_y, p->kx, p->shift, p->across);
}

static void power_and_fold(const convolution *c, axis y, axis x, double *row, uint32_t b, bool squared,
                           float *out) {
    for (uint32_t a = 0; a < c->taps_x; a++) {
        double w = a < x.count ? row[a] : 0.0;
        if (squared) w *= w;
        out[a] = (float)(w * fold_share(a, x.half) * fold_share(b, y.half));
    }
}

static void fill_value(const profile_row *p, double dy, double *row) {
    if (p->lattice->lowered > 0.0)
        fill_lowered_quartic(row, p->count, 1.0 - p->ky * (dy * dy), p->kx, p->shift, p->lattice->lowered);
    else
        fill_profile(p, dy, row);
}

/* Centre values: table[b][a] for pairs of nodes at +-(a + half) and +-(b + half). */
static void table_of_centres(const convolution *c, const hs_lattice *l, const row_scale *s, axis y, axis x,
                             bool squared, float *table) {
    profile_row profile = make_profile(l, s, x.half ? 0.5 : 0.0, 1.0, x.count, c->fine + c->taps_x);
    for (uint32_t b = 0; b < c->taps_y; b++) {
        double dy = (double)b + (y.half ? 0.5 : 0.0);
        if (squared)
            fill_profile(&profile, dy, c->fine);
        else
            fill_value(&profile, dy, c->fine);
        power_and_fold(c, y, x, c->fine, b, squared, table + (size_t)b * c->taps_x);
    }
}

/* Means over a pixel of `stride` nodes: averages over sub-pixel centres, which lie `step` nodes apart and
 * half a step from a node, along x and then along y. */
static void table_of_means(const convolution *c, const hs_lattice *l, const row_scale *s, bool squared,
                           float *table) {
    uint32_t sub = UINT32_C(1) << l->subdivision;
    double step = (double)l->stride / sub;
    uint32_t per_node = sub / l->stride;
    uint32_t fine_x = (c->taps_x + l->stride) * per_node;
    uint32_t fine_y = (c->taps_y + l->stride) * per_node;
    double share = 1.0 / ((double)sub * sub);
    double *sums = c->fine + fine_x;
    profile_row profile = make_profile(l, s, 0.5, step, fine_x, sums + (size_t)fine_y * c->taps_x);
    for (uint32_t j = 0; j < fine_y; j++) {
        fill_profile(&profile, ((double)j + 0.5) * step, c->fine);
        for (uint32_t i = 0; squared && i < fine_x; i++)
            c->fine[i] *= c->fine[i];
        for (uint32_t a = 0; a < c->taps_x; a++) {
            double sum = 0.0;
            for (uint32_t k = 0; k < sub; k++) {
                int32_t at = (int32_t)(a * per_node + k) - (int32_t)(sub / 2);
                sum += c->fine[at < 0 ? -1 - at : at];
            }
            sums[(size_t)j * c->taps_x + a] = sum;
        }
    }
    for (uint32_t b = 0; b < c->taps_y; b++) {
        for (uint32_t a = 0; a < c->taps_x; a++) {
            double sum = 0.0;
            for (uint32_t k = 0; k < sub; k++) {
                int32_t at = (int32_t)(b * per_node + k) - (int32_t)(sub / 2);
                sum += sums[(size_t)(at < 0 ? -1 - at : at) * c->taps_x + a];
            }
            table[(size_t)b * c->taps_x + a] =
                (float)(sum * share * fold_share(a, false) * fold_share(b, false));
        }
    }
}

/* How many of a table's weights are not 0, row by row. */
static void table_ends(const convolution *c, const float *table, uint32_t *ends) {
    for (uint32_t b = 0; b < c->taps_y; b++) {
        uint32_t end = c->taps_x;
        while (end > 0 && table[(size_t)b * c->taps_x + end - 1] == 0.0f)
            end--;
        ends[b] = end;
    }
}

size_t hs_lattice_table_room(const convolution *c, const hs_lattice *l) {
    if (l->sampling != HS_DENSITY_MEAN) return 2 * (size_t)c->taps_x;
    size_t per_node = (UINT32_C(1) << l->subdivision) / l->stride;
    return 2 * (c->taps_x + l->stride) * per_node + (c->taps_y + l->stride) * per_node * c->taps_x;
}

void hs_lattice_table(const convolution *c, const hs_lattice *l, const row_scale *s, bool half_y, bool half_x,
                      bool squared, float *table, uint32_t *ends) {
    axis y = {c->taps_y, half_y};
    axis x = {c->taps_x, half_x};
    if (l->sampling == HS_DENSITY_MEAN)
        table_of_means(c, l, s, squared, table);
    else
        table_of_centres(c, l, s, y, x, squared, table);
    table_ends(c, table, ends);
}
