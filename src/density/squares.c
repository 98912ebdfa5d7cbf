/* Sums of squared kernel weights at pixels, exactly: what variances rest on. */
#include "density/kernel.h"
#include "geo/mercator.h"

#define WORLD 0x1p32

/* A view in cells: its pixels, or where pixels carry means the sub-pixels of those. */
typedef struct cells {
    const hs_density_view *view;
    hs_kernel kernel;
    hs_density_sampling sampling;
    unsigned subdivision;
    double pixel, cell, x0, y0, one; /* one: the weight of a squared peak in a cell, 2^32 at most */
    double kx, ky;                   /* of the present row of pixels */
    double half_y;                   /* an upper bound of the reach of any row, units */
    double bandwidth_m;
} cells;

static void set_row(cells *c, uint32_t row) {
    hs_kernel_scales(c->y0 + ((double)row + 0.5) * c->pixel, c->bandwidth_m, &c->kx, &c->ky);
}

static void cells_init(cells *c, const hs_density_view *view, hs_kernel kernel, double bandwidth_m) {
    double pixel = ldexp(WORLD, -(int)view->z) / (double)view->size;
    *c = (cells){.view = view,
                 .kernel = kernel,
                 .sampling = hs_density_sampling_of(view, kernel, bandwidth_m),
                 .subdivision = hs_density_subdivision(view, kernel, bandwidth_m),
                 .pixel = pixel,
                 .x0 = (double)view->x * view->size * pixel,
                 .y0 = (double)view->y * view->size * pixel,
                 .bandwidth_m = bandwidth_m};
    c->cell = ldexp(pixel, -(int)c->subdivision);
    c->one = ldexp(1.0, 32 - 2 * (int)c->subdivision);
    set_row(c, 0);
    double least = c->ky;
    set_row(c, view->size - 1);
    if (c->ky < least) least = c->ky;
    c->half_y = hs_kernel_reach(kernel) / sqrt(least);
}

/* Cells [first, end) of `count` whose centres lie within `reach` of `at`, a cell of slack on either side. */
static bool near(const cells *c, double at, double reach, uint32_t count, uint32_t *first, uint32_t *end) {
    double low = floor((at - reach) / c->cell) - 1.0;
    double high = ceil((at + reach) / c->cell) + 1.0;
    if (high <= 0.0 || low >= (double)count) return false;
    *first = low > 0.0 ? (uint32_t)low : 0;
    *end = high < (double)count ? (uint32_t)high : count;
    return true;
}

static uint64_t square_of(const cells *c, double squared, uint64_t scale) {
    double share = hs_profile(c->kernel, squared);
    return hs_kernel_scale((uint64_t)(share * share * c->one + 0.5), scale);
}

/* A point at (x, y) from the view's corner. */
static void add_point(cells *c, double x, double y, uint64_t scale, uint64_t *sums) {
    uint32_t size = c->view->size;
    uint32_t first;
    uint32_t end;
    if (!near(c, y, c->half_y, size << c->subdivision, &first, &end)) return;
    for (uint32_t r = first; r < end; r++) {
        uint32_t row = r >> c->subdivision;
        set_row(c, row);
        double dy = ((double)r + 0.5) * c->cell - y;
        double left = hs_kernel_reach(c->kernel) * hs_kernel_reach(c->kernel) - c->ky * dy * dy;
        uint32_t begin;
        uint32_t stop;
        if (!(left > 0.0) || !near(c, x, sqrt(left / c->kx), size << c->subdivision, &begin, &stop)) continue;
        uint64_t *out = sums + (size_t)row * size;
        for (uint32_t j = begin; j < stop; j++) {
            double dx = ((double)j + 0.5) * c->cell - x;
            out[j >> c->subdivision] += square_of(c, c->kx * (dx * dx) + c->ky * (dy * dy), scale);
        }
    }
}

/* Pixels that carry their own incidents. */
static void add_to_bin(cells *c, double x, double y, uint64_t scale, uint64_t *sums) {
    double size = (double)c->view->size;
    double column = floor(x / c->pixel);
    double row = floor(y / c->pixel);
    if (!(column >= 0.0 && row >= 0.0 && column < size && row < size)) return;
    set_row(c, (uint32_t)row);
    double share = 1.0 / (hs_kernel_peak(c->kernel) * c->pixel * c->pixel * sqrt(c->kx * c->ky));
    sums[(size_t)row * c->view->size + (size_t)column] +=
        hs_kernel_scale((uint64_t)(share * share * (double)HS_KERNEL_ONE + 0.5), scale);
}

hs_status hs_density_add_squared(const hs_point_columns *points, hs_kernel kernel, double bandwidth_m,
                                 const hs_density_view *view, hs_error *error, uint64_t *sums) {
    if ((unsigned)kernel >= HS_KERNEL_COUNT || !hs_bandwidth_accepted(bandwidth_m) ||
        (view->size != 256 && view->size != 512) || !hs_tile_valid((hs_tile){view->z, view->x, view->y}))
        return hs_error_set(error, HS_E_ARGUMENT,
                            "squared sums take the kernels, bandwidths, sizes and tiles that sums take");
    cells c;
    cells_init(&c, view, kernel, bandwidth_m);
    bool binned = c.sampling == HS_DENSITY_BINNED;
    for (uint32_t i = 0; i < points->count; i++) {
        if (!hs_point_selected(points, i)) continue;
        uint64_t scale = hs_weight_fixed(points, i);
        if (scale == 0) continue;
        double y = (double)points->mercator[i].y - c.y0;
        if (y < -c.half_y || y > c.pixel * view->size + c.half_y) continue;
        double x = (double)points->mercator[i].x - c.x0;
        for (int world = -1; world <= 1; world++) {
            if (binned)
                add_to_bin(&c, x + world * WORLD, y, scale, sums);
            else
                add_point(&c, x + world * WORLD, y, scale, sums);
        }
    }
    return HS_OK;
}
