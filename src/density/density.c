#include "density/kernel.h"

/* Metres per Mercator unit along the equator: 2 pi 6378137 / 2^32. */
#define EQUATOR_M_PER_UNIT 0.009330691929342804
#define MAX_SIZE_PX        512
#define CENTRE_SPAN_PX     4.0
#define MAX_SUBDIVISION    5
#define PI                 3.14159265358979323846
#define WORLD              0x1p32

/* Everything about a view that does not depend on the points. */
typedef struct lattice {
    uint32_t size;
    unsigned subdivision; /* sub-pixels a side: 2^subdivision */
    double pixel;         /* Mercator units */
    double x0, y0;        /* north-west corner */
    double reach_x, reach_y;
    double half_root;       /* v of a full weight, kernel.h */
    double kx[MAX_SIZE_PX]; /* half_root x (1 / bandwidth)^2 a row */
    double ky[MAX_SIZE_PX];
    double chord[MAX_SIZE_PX];    /* half chord in (sub-)pixels = sqrt(v * chord) */
    uint64_t binned[MAX_SIZE_PX]; /* weight of a whole incident in a pixel of the row */
} lattice;

bool hs_bandwidth_accepted(double bandwidth_m) {
    return bandwidth_m >= HS_DENSITY_MIN_BANDWIDTH_M && bandwidth_m <= HS_DENSITY_MAX_BANDWIDTH_M;
}

static double pixel_units(const hs_density_view *view) {
    return ldexp(WORLD, -(int)view->z) / (double)view->size;
}

static hs_density_sampling sampling_of(const hs_density_view *view, double bandwidth_m,
                                       unsigned *subdivision) {
    double span_px = bandwidth_m / (pixel_units(view) * EQUATOR_M_PER_UNIT);
    *subdivision = 0;
    while (span_px < CENTRE_SPAN_PX && *subdivision <= MAX_SUBDIVISION) {
        span_px *= 2.0;
        ++*subdivision;
    }
    if (*subdivision == 0) return HS_DENSITY_CENTRE;
    return *subdivision <= MAX_SUBDIVISION ? HS_DENSITY_MEAN : HS_DENSITY_BINNED;
}

hs_density_sampling hs_density_sampling_of(const hs_density_view *view, double bandwidth_m) {
    unsigned subdivision;
    return sampling_of(view, bandwidth_m, &subdivision);
}

static void lattice_init(lattice *l, const hs_density_view *view, double bandwidth_m, unsigned subdivision) {
    l->size = view->size;
    l->subdivision = subdivision;
    l->pixel = pixel_units(view);
    l->x0 = (double)view->x * (double)view->size * l->pixel;
    l->y0 = (double)view->y * (double)view->size * l->pixel;
    l->half_root = ldexp(HS_KERNEL_HALF_ROOT, -(int)subdivision);
    double least_x = INFINITY;
    double least_y = INFINITY;
    double sub_pixel = ldexp(l->pixel, -(int)subdivision);
    for (uint32_t row = 0; row < view->size; row++) {
        double kx;
        double ky;
        hs_kernel_scales(l->y0 + ((double)row + 0.5) * l->pixel, bandwidth_m, &kx, &ky);
        if (kx < least_x) least_x = kx;
        if (ky < least_y) least_y = ky;
        l->kx[row] = kx * l->half_root;
        l->ky[row] = ky * l->half_root;
        l->chord[row] = 1.0 / (l->kx[row] * sub_pixel * sub_pixel);
        /* The kernel's integral over the ground is pi h^2 / 3; the pixel's area is pixel^2 sqrt(kx ky) h^2.
         */
        double share = PI / 3.0 / (l->pixel * l->pixel * sqrt(kx * ky));
        l->binned[row] = (uint64_t)(share * (double)HS_KERNEL_ONE + 0.5);
    }
    l->reach_x = 1.0 / sqrt(least_x);
    l->reach_y = 1.0 / sqrt(least_y);
}

/* The first and last of `count` cells of side `cell` from `origin` whose centres may lie within `reach` of
 * `at`; false when there is none. One cell of slack on either side. */
static bool cells_near(double at, double reach, double origin, double cell, uint32_t count, uint32_t *first,
                       uint32_t *last) {
    double low = floor((at - reach - origin) / cell) - 1.0;
    double high = floor((at + reach - origin) / cell) + 1.0;
    if (high < 0.0 || low >= (double)count) return false;
    *first = low > 0.0 ? (uint32_t)low : 0;
    *last = high < (double)(count - 1) ? (uint32_t)high : count - 1;
    return true;
}

/* `count` is a multiple of 4; the inner loop has a fixed length so that compilers turn it into vectors. */
static void add_span(uint64_t *restrict sums, const double *restrict dx2, uint32_t count, double v0,
                     double kx) {
    for (uint32_t i = 0; i < count; i += 4) {
        for (uint32_t k = 0; k < 4; k++)
            sums[i + k] += hs_kernel_weight(v0 - kx * dx2[i + k]);
    }
}

static void add_span_scaled(uint64_t *restrict sums, const double *restrict dx2, uint32_t count, double v0,
                            double kx, uint64_t scale) {
    for (uint32_t i = 0; i < count; i++)
        sums[i] += hs_kernel_scale(hs_kernel_weight(v0 - kx * dx2[i]), scale);
}

/* Adds one incident at (x, y) to centre values. */
static void add_at_centres(const lattice *l, double x, double y, uint64_t scale, uint64_t *sums) {
    uint32_t row;
    uint32_t last_row;
    uint32_t first;
    uint32_t last;
    if (!cells_near(y, l->reach_y, l->y0, l->pixel, l->size, &row, &last_row)) return;
    if (!cells_near(x, l->reach_x + 3.0 * l->pixel, l->x0, l->pixel, l->size, &first, &last)) return;
    double dx2[MAX_SIZE_PX];
    for (uint32_t column = first; column <= last; column++) {
        double dx = l->x0 + ((double)column + 0.5) * l->pixel - x;
        dx2[column] = dx * dx;
    }
    double centre_px = (x - l->x0) / l->pixel - 0.5;
    for (; row <= last_row; row++) {
        double dy = l->y0 + ((double)row + 0.5) * l->pixel - y;
        double v0 = l->half_root - l->ky[row] * (dy * dy);
        if (v0 <= 0.0) continue;
        double half_px = sqrt(v0 * l->chord[row]);
        double low = ceil(centre_px - half_px);
        double high = floor(centre_px + half_px);
        if (low < (double)first) low = (double)first;
        if (high > (double)last) high = (double)last;
        if (low > high) continue;
        uint32_t begin = (uint32_t)low;
        uint32_t count = (uint32_t)high - begin + 1;
        count = (count + 3) & ~UINT32_C(3);
        if (count > last - first + 1) count = last - first + 1;
        if (begin + count > last + 1) begin = last + 1 - count;
        uint64_t *line = sums + (size_t)row * l->size + begin;
        if (scale == HS_WEIGHT_ONE && count % 4 == 0)
            add_span(line, dx2 + begin, count, v0, l->kx[row]);
        else
            add_span_scaled(line, dx2 + begin, count, v0, l->kx[row], scale);
    }
}

/* One sub-row of a pixel row. */
static void add_sub_row(const lattice *l, double x, uint32_t row, double v0, uint64_t scale, uint64_t *sums) {
    double sub_pixel = ldexp(l->pixel, -(int)l->subdivision);
    double reach = (sqrt(v0 * l->chord[row]) + 1.0) * sub_pixel;
    uint32_t first;
    uint32_t last;
    if (!cells_near(x, reach, l->x0, sub_pixel, l->size << l->subdivision, &first, &last)) return;
    for (uint32_t column = first; column <= last; column++) {
        double dx = l->x0 + ((double)column + 0.5) * sub_pixel - x;
        uint64_t weight = hs_kernel_weight(v0 - l->kx[row] * (dx * dx));
        sums[(size_t)row * l->size + (column >> l->subdivision)] += hs_kernel_scale(weight, scale);
    }
}

/* Adds one incident to means over pixels. */
static void add_to_means(const lattice *l, double x, double y, uint64_t scale, uint64_t *sums) {
    double sub_pixel = ldexp(l->pixel, -(int)l->subdivision);
    uint32_t sub_row;
    uint32_t last;
    if (!cells_near(y, l->reach_y, l->y0, sub_pixel, l->size << l->subdivision, &sub_row, &last)) return;
    for (; sub_row <= last; sub_row++) {
        uint32_t row = sub_row >> l->subdivision;
        double dy = l->y0 + ((double)sub_row + 0.5) * sub_pixel - y;
        double v0 = l->half_root - l->ky[row] * (dy * dy);
        if (v0 > 0.0) add_sub_row(l, x, row, v0, scale, sums);
    }
}

static void add_to_bin(const lattice *l, double x, double y, uint64_t scale, uint64_t *sums) {
    double column = floor((x - l->x0) / l->pixel);
    double row = floor((y - l->y0) / l->pixel);
    if (column < 0.0 || row < 0.0 || column >= (double)l->size || row >= (double)l->size) return;
    uint32_t r = (uint32_t)row;
    sums[(size_t)r * l->size + (uint32_t)column] += hs_kernel_scale(l->binned[r], scale);
}

typedef void (*add_function)(const lattice *l, double x, double y, uint64_t scale, uint64_t *sums);

/* Adds rows [begin, end) of the points, moved `shift` units east. */
static void add_points(const lattice *l, const hs_point_columns *points, uint32_t begin, uint32_t end,
                       double shift, add_function add, uint64_t *sums) {
    for (uint32_t i = begin; i < end; i++) {
        if (!hs_point_selected(points, i)) continue;
        uint64_t scale = hs_weight_fixed(points, i);
        if (scale > 0)
            add(l, (double)points->mercator[i].x + shift, (double)points->mercator[i].y, scale, sums);
    }
}

/* Whether points in the box, moved `shift` east, can reach the view. */
static bool box_in_reach(const lattice *l, const hs_mercator_box *box, double shift) {
    double side = l->pixel * (double)l->size;
    return (double)box->max_x + shift >= l->x0 - l->reach_x &&
           (double)box->min_x + shift <= l->x0 + side + l->reach_x &&
           (double)box->max_y >= l->y0 - l->reach_y && (double)box->min_y <= l->y0 + side + l->reach_y;
}

static void add_shifted(const lattice *l, const hs_point_columns *points, double shift, add_function add,
                        uint64_t *sums) {
    if (!points->block_box || points->block_rows == 0) {
        add_points(l, points, 0, points->count, shift, add, sums);
        return;
    }
    uint32_t block = 0;
    for (uint32_t begin = 0; begin < points->count; block++) {
        uint32_t left = points->count - begin;
        uint32_t end = begin + (left < points->block_rows ? left : points->block_rows);
        if (box_in_reach(l, &points->block_box[block], shift))
            add_points(l, points, begin, end, shift, add, sums);
        begin = end;
    }
}

static hs_status check_arguments(hs_kernel kernel, double bandwidth_m, const hs_density_view *view,
                                 hs_error *error) {
    if (kernel != HS_KERNEL_QUARTIC)
        return hs_error_set(error, HS_E_ARGUMENT, "kernel %d is not known: quartic is offered", (int)kernel);
    if (!hs_bandwidth_accepted(bandwidth_m))
        return hs_error_set(error, HS_E_ARGUMENT, "bandwidth %g m lies outside %g to %g m", bandwidth_m,
                            HS_DENSITY_MIN_BANDWIDTH_M, HS_DENSITY_MAX_BANDWIDTH_M);
    if (view->size != 256 && view->size != 512)
        return hs_error_set(error, HS_E_ARGUMENT, "a density view has 256 or 512 pixels a side, not %u",
                            (unsigned)view->size);
    if (!hs_tile_valid((hs_tile){view->z, view->x, view->y}))
        return hs_error_set(error, HS_E_ARGUMENT, "there is no tile %u/%u/%u", (unsigned)view->z,
                            (unsigned)view->x, (unsigned)view->y);
    return HS_OK;
}

hs_status hs_density_add(const hs_point_columns *points, hs_kernel kernel, double bandwidth_m,
                         const hs_density_view *view, hs_error *error, uint64_t *sums) {
    hs_status status = check_arguments(kernel, bandwidth_m, view, error);
    if (status != HS_OK) return status;
    unsigned subdivision;
    hs_density_sampling sampling = sampling_of(view, bandwidth_m, &subdivision);
    lattice l;
    lattice_init(&l, view, bandwidth_m, sampling == HS_DENSITY_MEAN ? subdivision : 0);
    if (sampling == HS_DENSITY_BINNED) {
        add_shifted(&l, points, 0.0, add_to_bin, sums);
        return HS_OK;
    }
    add_function add = sampling == HS_DENSITY_CENTRE ? add_at_centres : add_to_means;
    add_shifted(&l, points, 0.0, add, sums);
    if (l.x0 - l.reach_x < 0.0) add_shifted(&l, points, -WORLD, add, sums);
    if (l.x0 + l.pixel * (double)l.size + l.reach_x > WORLD) add_shifted(&l, points, WORLD, add, sums);
    return HS_OK;
}
