#include "density/kernel.h"

/* Metres per Mercator unit along the equator: 2 pi 6378137 / 2^32. */
#define EQUATOR_M_PER_UNIT 0.009330691929342804
#define MAX_SIZE_PX        512
#define CENTRE_SPAN_PX     4.0
#define MAX_SUBDIVISION    5
#define CHORD_PX           32 /* up to this width adding nothing costs less than finding where a row ends */
#define PI                 3.14159265358979323846
#define WORLD              0x1p32

/* Everything about a view that does not depend on the points. */
typedef struct lattice {
    uint32_t size;
    unsigned subdivision;  /* sub-pixels a side: 2^subdivision */
    double pixel;          /* Mercator units */
    double cell, per_cell; /* a sub-pixel, and its inverse; powers of two, so both are exact */
    double x0, y0;         /* north-west corner */
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
    l->cell = ldexp(l->pixel, -(int)subdivision);
    l->per_cell = 1.0 / l->cell;
    for (uint32_t row = 0; row < view->size; row++) {
        double kx;
        double ky;
        hs_kernel_scales(l->y0 + ((double)row + 0.5) * l->pixel, bandwidth_m, &kx, &ky);
        if (kx < least_x) least_x = kx;
        if (ky < least_y) least_y = ky;
        l->kx[row] = kx * l->half_root;
        l->ky[row] = ky * l->half_root;
        l->chord[row] = 1.0 / (l->kx[row] * l->cell * l->cell);
        /* The kernel's integral over the ground is pi h^2 / 3; the pixel's area is pixel^2 sqrt(kx ky) h^2.
         */
        double share = PI / 3.0 / (l->pixel * l->pixel * sqrt(kx * ky));
        l->binned[row] = (uint64_t)(share * (double)HS_KERNEL_ONE + 0.5);
    }
    l->reach_x = 1.0 / sqrt(least_x);
    l->reach_y = 1.0 / sqrt(least_y);
}

/* The first and last of `count` cells whose centres may lie within `reach` of `at`, all in cells from the
 * first one's edge; false when there is none. A cell of slack on either side at most. Cutting off decimals is
 * floor here, since what is below 0 is raised to it before. */
static bool cells_near(double at, double reach, uint32_t count, uint32_t *first, uint32_t *last) {
    double low = at - reach - 0.5;
    double high = at + reach;
    double end = (double)(count - 1);
    if (high < 0.0 || low > end) return false;
    *first = (uint32_t)(low > 0.0 ? low : 0.0);
    *last = (uint32_t)(high < end ? high : end);
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

/* Columns [begin, begin + count), count a multiple of 4. */
typedef struct span {
    uint32_t begin, count;
} span;

/* Columns first to last, widened to a multiple of 4 and moved west where that would pass `end`, the end of
 * columns that are a multiple of 4 themselves. */
static span span_of(uint32_t first, uint32_t last, uint32_t end) {
    span s = {first, (last - first + 4) & ~UINT32_C(3)};
    if (s.begin + s.count > end) s.begin = end - s.count;
    return s;
}

/* The part of `whole` that the kernel covers in a row where its middle weighs v0. */
static bool chord_span(const lattice *l, double x_px, uint32_t row, double v0, span whole, span *out) {
    double half_px = sqrt(v0 * l->chord[row]);
    double low = x_px - half_px - 0.5;
    double high = x_px + half_px - 0.5;
    double first = (double)whole.begin;
    double last = (double)(whole.begin + whole.count - 1);
    if (high < first || low > last) return false;
    *out = span_of((uint32_t)(low > first ? low : first), (uint32_t)(high < last ? high : last),
                   whole.begin + whole.count);
    return true;
}

/* Adds one incident at (x, y) to centre values. */
static void add_at_centres(const lattice *l, double x, double y, uint64_t scale, uint64_t *sums) {
    double x_px = (x - l->x0) * l->per_cell;
    double y_px = (y - l->y0) * l->per_cell;
    uint32_t row;
    uint32_t last_row;
    uint32_t first;
    uint32_t last;
    if (!cells_near(y_px, l->reach_y * l->per_cell, l->size, &row, &last_row)) return;
    if (!cells_near(x_px, l->reach_x * l->per_cell, l->size, &first, &last)) return;
    span whole = span_of(first, last, l->size);
    double dx2[MAX_SIZE_PX];
    for (uint32_t column = whole.begin; column < whole.begin + whole.count; column++) {
        double dx = l->x0 + ((double)column + 0.5) * l->cell - x;
        dx2[column] = dx * dx;
    }
    for (; row <= last_row; row++) {
        double dy = l->y0 + ((double)row + 0.5) * l->cell - y;
        double v0 = l->half_root - l->ky[row] * (dy * dy);
        if (v0 <= 0.0) continue;
        span s = whole;
        if (whole.count > CHORD_PX && !chord_span(l, x_px, row, v0, whole, &s)) continue;
        uint64_t *line = sums + (size_t)row * l->size + s.begin;
        if (scale == HS_WEIGHT_ONE)
            add_span(line, dx2 + s.begin, s.count, v0, l->kx[row]);
        else
            add_span_scaled(line, dx2 + s.begin, s.count, v0, l->kx[row], scale);
    }
}

/* One sub-row of a pixel row. */
static void add_sub_row(const lattice *l, double x, uint32_t row, double v0, uint64_t scale, uint64_t *sums) {
    double half = sqrt(v0 * l->chord[row]);
    uint32_t first;
    uint32_t last;
    if (!cells_near((x - l->x0) * l->per_cell, half, l->size << l->subdivision, &first, &last)) return;
    uint64_t *line = sums + (size_t)row * l->size;
    for (uint32_t column = first; column <= last; column++) {
        double dx = l->x0 + ((double)column + 0.5) * l->cell - x;
        uint64_t weight = hs_kernel_weight(v0 - l->kx[row] * (dx * dx));
        line[column >> l->subdivision] += hs_kernel_scale(weight, scale);
    }
}

/* Adds one incident to means over pixels. */
static void add_to_means(const lattice *l, double x, double y, uint64_t scale, uint64_t *sums) {
    uint32_t sub_row;
    uint32_t last;
    uint32_t count = l->size << l->subdivision;
    if (!cells_near((y - l->y0) * l->per_cell, l->reach_y * l->per_cell, count, &sub_row, &last)) return;
    for (; sub_row <= last; sub_row++) {
        uint32_t row = sub_row >> l->subdivision;
        double dy = l->y0 + ((double)sub_row + 0.5) * l->cell - y;
        double v0 = l->half_root - l->ky[row] * (dy * dy);
        if (v0 > 0.0) add_sub_row(l, x, row, v0, scale, sums);
    }
}

static void add_to_bin(const lattice *l, double x, double y, uint64_t scale, uint64_t *sums) {
    double column = (x - l->x0) * l->per_cell;
    double row = (y - l->y0) * l->per_cell;
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
