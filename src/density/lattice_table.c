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

/* How means over pixels are taken: profiles stand every 1 / per_node nodes, each half of that from a node,
 * and every `apart`-th of them is a sub-pixel's. */
typedef struct mean_grid {
    uint32_t sub, apart, per_node;
} mean_grid;

static mean_grid mean_grid_of(const hs_lattice *l) {
    uint32_t sub = UINT32_C(1) << l->subdivision;
    uint32_t apart = sub % l->stride == 0 ? 1 : l->stride; /* odd, as sub is a power of two */
    return (mean_grid){sub, apart, sub * apart / l->stride};
}

/* The profile of sub-pixel k of the pixel about node a. */
static uint32_t mean_at(const mean_grid *g, uint32_t a, uint32_t k) {
    int32_t at = (int32_t)(a * g->per_node + k * g->apart + g->apart / 2) - (int32_t)(g->apart * g->sub / 2);
    return (uint32_t)(at < 0 ? -1 - at : at);
}

/* Means over a pixel of `stride` nodes: averages over sub-pixel centres, along x and then along y. */
static void table_of_means(const convolution *c, const hs_lattice *l, const row_scale *s, bool squared,
                           float *table) {
    mean_grid g = mean_grid_of(l);
    double step = 1.0 / g.per_node;
    uint32_t fine_x = (c->taps_x + l->stride) * g.per_node;
    uint32_t fine_y = (c->taps_y + l->stride) * g.per_node;
    double share = 1.0 / ((double)g.sub * g.sub);
    double *sums = c->fine + fine_x;
    profile_row profile = make_profile(l, s, 0.5, step, fine_x, sums + (size_t)fine_y * c->taps_x);
    for (uint32_t j = 0; j < fine_y; j++) {
        fill_profile(&profile, ((double)j + 0.5) * step, c->fine);
        for (uint32_t i = 0; squared && i < fine_x; i++)
            c->fine[i] *= c->fine[i];
        for (uint32_t a = 0; a < c->taps_x; a++) {
            double sum = 0.0;
            for (uint32_t k = 0; k < g.sub; k++)
                sum += c->fine[mean_at(&g, a, k)];
            sums[(size_t)j * c->taps_x + a] = sum;
        }
    }
    for (uint32_t b = 0; b < c->taps_y; b++) {
        for (uint32_t a = 0; a < c->taps_x; a++) {
            double sum = 0.0;
            for (uint32_t k = 0; k < g.sub; k++)
                sum += sums[(size_t)mean_at(&g, b, k) * c->taps_x + a];
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
    size_t per_node = mean_grid_of(l).per_node;
    return 2 * (c->taps_x + l->stride) * per_node + (c->taps_y + l->stride) * per_node * c->taps_x;
}

/* With d the logarithm of the scale's change from one shared table to the next, weights between them are off
 * by d^2 / 8 of their second derivative by the logarithm of the bandwidth, which is 8 at most (quartic). Over
 * 2^20 units d is at most 1.6e-3, at the poles: 2.4e-6. */
#define SHARED_UNITS 0x1p20
#define SHARED_MOST  32

void hs_lattice_share_tables(convolution *c, const hs_lattice *l) {
    double row_units = c->output_step / l->nodes_per_unit;
    c->between = 1;
    while (c->between < SHARED_MOST && 2.0 * c->between * row_units <= SHARED_UNITS)
        c->between *= 2;
    c->first_row = (int64_t)floor((c->first_v + l->phase) / c->output_step);
}

double hs_lattice_shared_row(const convolution *c, uint32_t row) {
    int64_t number = c->first_row + row;
    int64_t after = number & ((int64_t)c->between - 1);
    return c->first_v + ((double)row - (double)after) * c->output_step;
}

static const shared_table *table_of(convolution *c, const hs_lattice *l, int64_t number, bool half_y,
                                    bool half_x, bool squared) {
    shared_table *t = &c->shared[squared][half_y][half_x][(number / c->between) & 1];
    if (t->made && t->number == number) return t;
    row_scale scale;
    axis y = {c->taps_y, half_y};
    axis x = {c->taps_x, half_x};
    hs_lattice_row_scale(l, c->first_v + (double)(number - c->first_row) * c->output_step, &scale);
    if (l->sampling == HS_DENSITY_MEAN)
        table_of_means(c, l, &scale, squared, t->table);
    else
        table_of_centres(c, l, &scale, y, x, squared, t->table);
    table_ends(c, t->table, t->ends);
    t->number = number;
    t->made = true;
    return t;
}

VECTORS static void blend(const float *restrict north, const float *restrict south, float share,
                          uint32_t count, float *restrict out) {
    for (uint32_t i = 0; i < count; i++)
        out[i] = north[i] + share * (south[i] - north[i]);
}

void hs_lattice_table(convolution *c, const hs_lattice *l, uint32_t row, bool half_y, bool half_x,
                      bool squared) {
    uint32_t count = c->taps_x * c->taps_y;
    int64_t after = (c->first_row + row) & ((int64_t)c->between - 1);
    int64_t number = c->first_row + row - after;
    const shared_table *north = table_of(c, l, number, half_y, half_x, squared);
    const shared_table *south =
        after > 0 ? table_of(c, l, number + c->between, half_y, half_x, squared) : north;
    blend(north->table, south->table, (float)after / (float)c->between, count, c->table);
    for (uint32_t b = 0; b < c->taps_y; b++)
        c->ends[b] = north->ends[b] > south->ends[b] ? north->ends[b] : south->ends[b];
}
