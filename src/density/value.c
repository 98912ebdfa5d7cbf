#include "density/kernel.h"

#define PI 3.14159265358979323846

double hs_density_from_sum(uint64_t sum, hs_kernel kernel, double bandwidth_m) {
    if (kernel != HS_KERNEL_QUARTIC) return 0.0;
    double bandwidth_km = bandwidth_m / 1000.0;
    return (double)sum / (double)HS_KERNEL_ONE * 3.0 / (PI * bandwidth_km * bandwidth_km);
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
    double x, y;
    double kx, ky;
    double reach_x, reach_y;
} probe;

/* Distance eastwards the shorter way round the world. */
static double wrapped(double dx) {
    if (dx > 0x1p31) return dx - 0x1p32;
    if (dx < -0x1p31) return dx + 0x1p32;
    return dx;
}

static uint64_t sum_rows(const probe *p, const hs_point_columns *points, uint32_t begin, uint32_t end) {
    uint64_t sum = 0;
    for (uint32_t i = begin; i < end; i++) {
        if (!hs_point_selected(points, i)) continue;
        double dx = wrapped(p->x - (double)points->mercator[i].x);
        double dy = p->y - (double)points->mercator[i].y;
        double v = (HS_KERNEL_HALF_ROOT - p->ky * (dy * dy)) - p->kx * (dx * dx);
        if (v > 0.0) sum += hs_kernel_scale(hs_kernel_weight(v), hs_weight_fixed(points, i));
    }
    return sum;
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

uint64_t hs_density_at(const hs_point_columns *points, hs_kernel kernel, double bandwidth_m,
                       double mercator_x, double mercator_y) {
    if (kernel != HS_KERNEL_QUARTIC || !hs_bandwidth_accepted(bandwidth_m)) return 0;
    probe p = {.x = mercator_x, .y = mercator_y};
    hs_kernel_scales(mercator_y, bandwidth_m, &p.kx, &p.ky);
    p.reach_x = 1.0 / sqrt(p.kx);
    p.reach_y = 1.0 / sqrt(p.ky);
    p.kx *= HS_KERNEL_HALF_ROOT;
    p.ky *= HS_KERNEL_HALF_ROOT;
    if (!points->block_box || points->block_rows == 0) return sum_rows(&p, points, 0, points->count);
    uint64_t sum = 0;
    uint32_t block = 0;
    for (uint32_t begin = 0; begin < points->count; block++) {
        uint32_t left = points->count - begin;
        uint32_t end = begin + (left < points->block_rows ? left : points->block_rows);
        if (in_reach(&p, &points->block_box[block])) sum += sum_rows(&p, points, begin, end);
        begin = end;
    }
    return sum;
}
