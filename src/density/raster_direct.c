/* Kernels that are no polynomials, cell by cell; shares are rounded so that their sums are exact. */
#include "density/profile.h"
#include "density/raster.h"

#include <stdlib.h>

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) &&     \
    !defined(__SANITIZE_THREAD__)
#define VECTORS __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define VECTORS
#endif

VECTORS static void add_cone(double *restrict row, uint32_t count, double dx0, double dy2, double step,
                             double weight, double rounder) {
    for (uint32_t j = 0; j < count; j++) {
        double dx = dx0 + (double)(int32_t)j * step;
        double v = 1.0 - sqrt(dx * dx + dy2);
        v = 0.5 * (v + fabs(v));
        row[j] += (v * weight + rounder) - rounder;
    }
}

VECTORS static void add_product(double *restrict row, const double *restrict across, uint32_t count,
                                double factor, double rounder) {
    for (uint32_t j = 0; j < count; j++)
        row[j] += (across[j] * factor + rounder) - rounder;
}

/* The Gaussian is a product of one along x and one along y; its edge is that of the disc. */
static void add_gaussian(const sweep *s, double x, double y, double weight, double *across, uint32_t first,
                         uint32_t last, uint32_t top, uint32_t bottom) {
    for (uint32_t j = first; j <= last; j++) {
        double dx = ((double)j - x) * s->per_bandwidth;
        across[j - first] = hs_exp_minus(0.5 * (dx * dx));
    }
    for (uint32_t r = top; r <= bottom; r++) {
        double dy = ((double)r - y) * s->per_bandwidth;
        double half = HS_KERNEL_GAUSSIAN_REACH * HS_KERNEL_GAUSSIAN_REACH - dy * dy;
        if (!(half > 0.0)) continue;
        half = sqrt(half) / s->per_bandwidth;
        double begin = ceil(x - half);
        double end = floor(x + half);
        if (begin < (double)first) begin = (double)first;
        if (end > (double)last) end = (double)last;
        if (begin > end) continue;
        uint32_t from = (uint32_t)begin;
        add_product(s->values + (size_t)r * s->grid->columns + from, across + (from - first),
                    (uint32_t)end - from + 1, weight * hs_exp_minus(0.5 * (dy * dy)), s->rounder);
    }
}

static void add_triangular(const sweep *s, double x, double y, double weight, uint32_t first, uint32_t last,
                           uint32_t top, uint32_t bottom) {
    for (uint32_t r = top; r <= bottom; r++) {
        double dy = ((double)r - y) * s->per_bandwidth;
        add_cone(s->values + (size_t)r * s->grid->columns + first, last - first + 1,
                 ((double)first - x) * s->per_bandwidth, dy * dy, s->per_bandwidth, weight, s->rounder);
    }
}

/* Whole numbers within reach of `at` among [low, high). */
static bool range_of(double at, double reach, uint32_t low, uint32_t high, uint32_t *first, uint32_t *last) {
    double begin = ceil(at - reach);
    double end = floor(at + reach);
    if (begin < (double)low) begin = (double)low;
    if (end > (double)high - 1.0) end = (double)high - 1.0;
    if (begin > end) return false;
    *first = (uint32_t)begin;
    *last = (uint32_t)end;
    return true;
}

hs_status hs_raster_direct(const sweep *s, const hs_plane_points *points, hs_error *error) {
    const hs_raster_grid *g = s->grid;
    double *across = malloc(((size_t)g->columns + 1) * sizeof *across);
    if (!across) return hs_error_set(error, HS_E_MEMORY, "no memory for a raster's rows");
    size_t begin = (size_t)s->row_begin * g->columns;
    size_t end = (size_t)s->row_end * g->columns;
    memset(s->values + begin, 0, (end - begin) * sizeof *s->values);
    for (size_t i = 0; i < points->count; i++) {
        double x = (points->x_m[i] - g->west_m) * s->per_cell - 0.5;
        double y = (g->north_m - points->y_m[i]) * s->per_cell - 0.5;
        double weight = points->weight ? points->weight[i] : 1.0;
        uint32_t first;
        uint32_t last;
        uint32_t top;
        uint32_t bottom;
        if (!range_of(x, s->reach, 0, g->columns, &first, &last) ||
            !range_of(y, s->reach, s->row_begin, s->row_end, &top, &bottom))
            continue;
        if (s->kernel == HS_KERNEL_GAUSSIAN)
            add_gaussian(s, x, y, weight, across, first, last, top, bottom);
        else
            add_triangular(s, x, y, weight, first, last, top, bottom);
    }
    for (size_t k = begin; k < end; k++)
        s->values[k] *= s->unit;
    free(across);
    return HS_OK;
}
