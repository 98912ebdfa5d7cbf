/* Squared kernels on rasters, cell by cell; shares are rounded so that their sums are exact. Powers of the
 * polynomials reach 12, which the sweep's coefficients do not. */
#include "density/profile.h"
#include "density/raster.h"

#include <stdlib.h>

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) &&     \
    !defined(__SANITIZE_THREAD__)
#define VECTORS __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define VECTORS
#endif

/* Cells [first, first + count) of a row that a point reaches, dx0 bandwidths east of it at the first. */
typedef struct stretch {
    double dx0, dy2, step, weight, rounder;
    uint32_t count;
} stretch;

static inline void add_profile(hs_kernel kernel, double *restrict row, const stretch *s) {
    for (uint32_t j = 0; j < s->count; j++) {
        double dx = s->dx0 + (double)(int32_t)j * s->step;
        double k = hs_profile(kernel, dx * dx + s->dy2);
        row[j] += (k * k * s->weight + s->rounder) - s->rounder;
    }
}

/* v^(2 n) of v = 1 - r^2; v + |v| is exactly 2 v or 0, without a branch. */
static inline void add_power(int n, double *restrict row, const stretch *s) {
    for (uint32_t j = 0; j < s->count; j++) {
        double dx = s->dx0 + (double)(int32_t)j * s->step;
        double v = 1.0 - (dx * dx + s->dy2);
        v = 0.5 * (v + fabs(v));
        double v2 = v * v;
        double power = n == 1 ? v2 : n == 2 ? v2 * v2 : v2 * v2 * v2;
        row[j] += (power * s->weight + s->rounder) - s->rounder;
    }
}

VECTORS static void add_row(hs_kernel kernel, double *restrict row, const stretch *s) {
    switch (kernel) {
    case HS_KERNEL_QUARTIC:
        add_power(2, row, s);
        break;
    case HS_KERNEL_EPANECHNIKOV:
        add_power(1, row, s);
        break;
    case HS_KERNEL_TRIWEIGHT:
        add_power(3, row, s);
        break;
    case HS_KERNEL_GAUSSIAN:
        add_profile(HS_KERNEL_GAUSSIAN, row, s);
        break;
    case HS_KERNEL_UNIFORM:
        add_profile(HS_KERNEL_UNIFORM, row, s);
        break;
    default:
        add_profile(HS_KERNEL_TRIANGULAR, row, s);
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

static void add_point(const sweep *s, double x, double y, double weight) {
    uint32_t top;
    uint32_t bottom;
    if (!range_of(y, s->reach, s->row_begin, s->row_end, &top, &bottom)) return;
    for (uint32_t r = top; r <= bottom; r++) {
        double dy = (double)r - y;
        uint32_t first;
        uint32_t last;
        double left = s->reach * s->reach - dy * dy;
        if (!(left >= 0.0) || !range_of(x, sqrt(left), 0, s->grid->columns, &first, &last)) continue;
        stretch t = {((double)first - x) * s->per_bandwidth,
                     (dy * s->per_bandwidth) * (dy * s->per_bandwidth),
                     s->per_bandwidth,
                     weight,
                     s->rounder,
                     last - first + 1};
        add_row(s->kernel, s->values + (size_t)r * s->grid->columns + first, &t);
    }
}

static double total_weight(const hs_plane_points *points) {
    double total = 0.0;
    for (size_t i = 0; i < points->count; i++)
        total += points->weight ? points->weight[i] : 1.0;
    return total;
}

hs_status hs_raster_density_squared(const hs_plane_points *points, hs_kernel kernel, double bandwidth_m,
                                    const hs_raster_grid *grid, uint32_t row_begin, uint32_t row_end,
                                    hs_error *error, double *values) {
    hs_status status = hs_raster_check(points, kernel, bandwidth_m, grid, row_begin, row_end, error);
    if (status != HS_OK || row_begin == row_end || grid->columns == 0) return status;
    double bandwidth_km = bandwidth_m / 1000.0;
    double unit = hs_kernel_peak(kernel) / (bandwidth_km * bandwidth_km);
    sweep s = {.grid = grid,
               .kernel = kernel,
               .row_begin = row_begin,
               .row_end = row_end,
               .per_cell = 1.0 / grid->cell_m,
               .per_bandwidth = grid->cell_m / bandwidth_m,
               .reach = hs_kernel_reach(kernel) * bandwidth_m / grid->cell_m,
               .rounder = hs_raster_rounder(total_weight(points), 1.0),
               .values = values};
    size_t begin = (size_t)row_begin * grid->columns;
    size_t end = (size_t)row_end * grid->columns;
    memset(values + begin, 0, (end - begin) * sizeof *values);
    for (size_t i = 0; i < points->count; i++)
        add_point(&s, (points->x_m[i] - grid->west_m) * s.per_cell - 0.5,
                  (grid->north_m - points->y_m[i]) * s.per_cell - 0.5,
                  points->weight ? points->weight[i] : 1.0);
    for (size_t k = begin; k < end; k++)
        values[k] *= unit * unit;
    return HS_OK;
}
