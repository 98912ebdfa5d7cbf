#include "density/kernel.h"

double hs_density_from_sum(uint64_t sum, hs_kernel kernel, double bandwidth_m) {
    if ((unsigned)kernel >= HS_KERNEL_COUNT) return 0.0;
    double bandwidth_km = bandwidth_m / 1000.0;
    return (double)sum / (double)HS_KERNEL_ONE * hs_kernel_peak(kernel) / (bandwidth_km * bandwidth_km);
}

/* hs_density_from_sum never falls as the sum grows, so halving finds the edge without any rounding of its
 * own. */
uint64_t hs_density_to_sum(double density_per_km2, hs_kernel kernel, double bandwidth_m) {
    uint64_t below = 0;
    uint64_t above = UINT64_MAX;
    if (hs_density_from_sum(above, kernel, bandwidth_m) < density_per_km2) return above;
    while (above - below > 1) {
        uint64_t middle = below + (above - below) / 2;
        if (hs_density_from_sum(middle, kernel, bandwidth_m) < density_per_km2)
            below = middle;
        else
            above = middle;
    }
    return below;
}

typedef struct probe {
    hs_kernel kernel;
    double x, y;
    double kx, ky, root;
    double reach_x, reach_y;
} probe;

/* Distance eastwards the shorter way round the world. */
static double wrapped(double dx) {
    if (dx > 0x1p31) return dx - 0x1p32;
    if (dx < -0x1p31) return dx + 0x1p32;
    return dx;
}

static bool probe_init(probe *p, hs_kernel kernel, double bandwidth_m, double x, double y) {
    if ((unsigned)kernel >= HS_KERNEL_COUNT || !hs_bandwidth_accepted(bandwidth_m)) return false;
    *p = (probe){.kernel = kernel, .x = x, .y = y, .root = hs_kernel_root(kernel)};
    hs_kernel_scales(y, bandwidth_m, &p->kx, &p->ky);
    p->reach_x = hs_kernel_reach(kernel) / sqrt(p->kx);
    p->reach_y = hs_kernel_reach(kernel) / sqrt(p->ky);
    p->kx *= hs_kernel_scale_of(kernel);
    p->ky *= hs_kernel_scale_of(kernel);
    return true;
}

/* v of point i (kernel.h): above 0 within reach. */
static double nearness(const probe *p, const hs_point_columns *points, uint32_t i) {
    double dx = wrapped(p->x - (double)points->mercator[i].x);
    double dy = p->y - (double)points->mercator[i].y;
    return (p->root - p->ky * (dy * dy)) - p->kx * (dx * dx);
}

static uint64_t weight_at(const probe *p, double v) {
    return p->kernel == HS_KERNEL_QUARTIC ? hs_kernel_weight(v)
                                          : hs_kernel_weight_of(p->kernel, v, (double)HS_KERNEL_ONE);
}

static bool in_reach(const probe *p, const hs_mercator_box *box) {
    if ((double)box->max_y < p->y - p->reach_y || (double)box->min_y > p->y + p->reach_y) return false;
    for (int world = -1; world <= 1; world++) {
        double shift = world * 0x1p32;
        if ((double)box->max_x + shift >= p->x - p->reach_x &&
            (double)box->min_x + shift <= p->x + p->reach_x)
            return true;
    }
    return false;
}

/* Calls visit(context, i, v) for the selected points in reach. */
static void each_in_reach(const probe *p, const hs_point_columns *points,
                          void (*visit)(void *context, uint32_t i, double v), void *context) {
    bool blocks = points->block_box && points->block_rows > 0;
    uint32_t block = 0;
    for (uint32_t begin = 0; begin < points->count; block++) {
        uint32_t left = points->count - begin;
        uint32_t end = begin + (blocks && left > points->block_rows ? points->block_rows : left);
        bool near = !blocks || in_reach(p, &points->block_box[block]);
        for (uint32_t i = begin; near && i < end; i++) {
            if (!hs_point_selected(points, i)) continue;
            double v = nearness(p, points, i);
            if (v > 0.0) visit(context, i, v);
        }
        begin = end;
    }
}

typedef struct summing {
    const probe *p;
    const hs_point_columns *points;
    hs_density_moments *moments;
    uint64_t *weights;
    uint32_t *rows;
    uint32_t capacity, count;
} summing;

static void add_moments(void *context, uint32_t i, double v) {
    summing *s = context;
    uint64_t scale = hs_weight_fixed(s->points, i);
    uint64_t weight = hs_kernel_scale(weight_at(s->p, v), scale);
    __extension__ typedef unsigned __int128 wide;
    s->moments->sum += weight;
    s->moments->sum_squared += (uint64_t)(((wide)weight * weight + (UINT64_C(1) << 31)) >> 32);
    s->moments->count++;
    if (scale << 16 > s->moments->largest) s->moments->largest = scale << 16;
}

void hs_density_moments_at(const hs_point_columns *points, hs_kernel kernel, double bandwidth_m,
                           double mercator_x, double mercator_y, hs_density_moments *moments) {
    probe p;
    if (!probe_init(&p, kernel, bandwidth_m, mercator_x, mercator_y)) return;
    summing s = {.p = &p, .points = points, .moments = moments};
    each_in_reach(&p, points, add_moments, &s);
}

uint64_t hs_density_at(const hs_point_columns *points, hs_kernel kernel, double bandwidth_m,
                       double mercator_x, double mercator_y) {
    hs_density_moments moments = {0};
    hs_density_moments_at(points, kernel, bandwidth_m, mercator_x, mercator_y, &moments);
    return moments.sum;
}

static void keep_weight(void *context, uint32_t i, double v) {
    summing *s = context;
    uint64_t weight = hs_kernel_scale(weight_at(s->p, v), hs_weight_fixed(s->points, i));
    if (weight == 0) return;
    if (s->count < s->capacity) {
        s->weights[s->count] = weight;
        s->rows[s->count] = i;
    }
    s->count++;
}

uint32_t hs_density_weights_at(const hs_point_columns *points, hs_kernel kernel, double bandwidth_m,
                               double mercator_x, double mercator_y, uint32_t capacity, uint64_t *weights,
                               uint32_t *rows) {
    probe p;
    if (!probe_init(&p, kernel, bandwidth_m, mercator_x, mercator_y)) return 0;
    summing s = {.p = &p, .points = points, .weights = weights, .rows = rows, .capacity = capacity};
    each_in_reach(&p, points, keep_weight, &s);
    return s.count;
}
