#include "density/kernel.h"

/* Metres per Mercator unit along the equator: 2 pi 6378137 / 2^32. */
#define EQUATOR_M_PER_UNIT 0.009330691929342804
#define MAX_SIZE_PX        512
#define CENTRE_SPAN_PX     4.0
#define SUB_SPAN_PX        8.0
#define BINNED_SPAN_PX     1.0
#define CHORD_PX           32 /* up to this width adding nothing costs less than finding where a row ends */
#define WORLD              0x1p32

/* Wider vectors where the processor has them. The operations are those of IEEE 754, one by one, so the bits
 * are the same (no fused ones: the build says so). */
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) &&     \
    !defined(__SANITIZE_THREAD__)
#define VECTORS __attribute__((target_clones("avx2", "default")))
#else
#define VECTORS
#endif

/* Everything about a view that does not depend on the points. */
typedef struct lattice {
    hs_kernel kernel;
    uint32_t size;
    unsigned subdivision;  /* sub-pixels a side: 2^subdivision */
    double one;            /* weight of a peak in a (sub-)pixel */
    double pixel;          /* Mercator units */
    double cell, per_cell; /* a sub-pixel, and its inverse; powers of two, so both are exact */
    double x0, y0;         /* north-west corner */
    double reach_x, reach_y;
    double root;            /* v of a full weight, kernel.h */
    double kx[MAX_SIZE_PX]; /* (1 / bandwidth)^2 a row, scaled as v is */
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

/* Pixels at the equator that a quartic as wide as the kernel spans. */
static double span_px_of(const hs_density_view *view, hs_kernel kernel, double bandwidth_m) {
    double quartic_m = bandwidth_m * (hs_kernel_deviation(kernel) / hs_kernel_deviation(HS_KERNEL_QUARTIC));
    return quartic_m / (pixel_units(view) * EQUATOR_M_PER_UNIT);
}

hs_density_sampling hs_density_sampling_of(const hs_density_view *view, hs_kernel kernel,
                                           double bandwidth_m) {
    double span_px = span_px_of(view, kernel, bandwidth_m);
    if (span_px >= CENTRE_SPAN_PX) return HS_DENSITY_CENTRE;
    return span_px >= BINNED_SPAN_PX ? HS_DENSITY_MEAN : HS_DENSITY_BINNED;
}

unsigned hs_density_subdivision(const hs_density_view *view, hs_kernel kernel, double bandwidth_m) {
    if (hs_density_sampling_of(view, kernel, bandwidth_m) != HS_DENSITY_MEAN) return 0;
    double span_px = span_px_of(view, kernel, bandwidth_m);
    unsigned subdivision = 0;
    while (ldexp(span_px, (int)subdivision) < SUB_SPAN_PX)
        subdivision++;
    return subdivision;
}

static void lattice_init(lattice *l, const hs_density_view *view, hs_kernel kernel, double bandwidth_m) {
    l->kernel = kernel;
    l->size = view->size;
    l->subdivision = hs_density_subdivision(view, kernel, bandwidth_m);
    l->pixel = pixel_units(view);
    l->x0 = (double)view->x * (double)view->size * l->pixel;
    l->y0 = (double)view->y * (double)view->size * l->pixel;
    /* A mean's sub-pixels carry their share of the weight: 4^-subdivision, for the quartic in its root. */
    bool quartic = kernel == HS_KERNEL_QUARTIC;
    double scale = hs_kernel_scale_of(kernel);
    l->root = hs_kernel_root(kernel);
    if (quartic) {
        scale = ldexp(scale, -(int)l->subdivision);
        l->root = ldexp(l->root, -(int)l->subdivision);
    }
    l->one = ldexp(1.0, 32 - 2 * (int)l->subdivision);
    double least_x = INFINITY;
    double least_y = INFINITY;
    l->cell = ldexp(l->pixel, -(int)l->subdivision);
    l->per_cell = 1.0 / l->cell;
    for (uint32_t row = 0; row < l->size; row++) {
        double kx;
        double ky;
        hs_kernel_scales(l->y0 + ((double)row + 0.5) * l->pixel, bandwidth_m, &kx, &ky);
        if (kx < least_x) least_x = kx;
        if (ky < least_y) least_y = ky;
        l->kx[row] = kx * scale;
        l->ky[row] = ky * scale;
        l->chord[row] = 1.0 / (l->kx[row] * l->cell * l->cell);
        /* The kernel's integral over the ground is h^2 / peak; the pixel's area is pixel^2 sqrt(kx ky) h^2.
         */
        double share = 1.0 / (hs_kernel_peak(kernel) * l->pixel * l->pixel * sqrt(kx * ky));
        l->binned[row] = (uint64_t)(share * (double)HS_KERNEL_ONE + 0.5);
    }
    double reach = hs_kernel_reach(kernel);
    l->reach_x = reach / sqrt(least_x);
    l->reach_y = reach / sqrt(least_y);
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

/* Incidents of one weight at one place, as those of an address are: weighed once, added `count` times over.
 */
typedef struct spot {
    double x, y;
    uint64_t scale, count;
} spot;

/* Below 2^20, so that a weight times the count stays below 2^52. */
#define SPOT_MOST 0xfffff

/* Widths are multiples of 4; the inner loops have a fixed length so that compilers turn them into vectors. */
VECTORS static void add_span(uint64_t *restrict sums, const double *restrict dx2, uint32_t width, double v0,
                             double kx) {
    for (uint32_t i = 0; i < width; i += 4) {
        for (uint32_t k = 0; k < 4; k++)
            sums[i + k] += hs_kernel_weight(v0 - kx * dx2[i + k]);
    }
}

/* The product is a whole number below 2^52, which no step rounds. */
VECTORS static void add_span_times(uint64_t *restrict sums, const double *restrict dx2, uint32_t width,
                                   double v0, double kx, double times) {
    for (uint32_t i = 0; i < width; i += 4) {
        for (uint32_t k = 0; k < 4; k++)
            sums[i + k] += hs_kernel_weight_times(v0 - kx * dx2[i + k], times);
    }
}

static void add_span_scaled(uint64_t *restrict sums, const double *restrict dx2, uint32_t width, double v0,
                            double kx, uint64_t scale, uint64_t times) {
    for (uint32_t i = 0; i < width; i++)
        sums[i] += times * hs_kernel_scale(hs_kernel_weight(v0 - kx * dx2[i]), scale);
}

/* A row of another kernel; inlined with a constant one. */
static inline void add_other(hs_kernel kernel, double one, uint64_t *restrict sums,
                             const double *restrict dx2, uint32_t width, double v0, double kx,
                             const spot *at) {
    for (uint32_t i = 0; i < width; i++) {
        uint64_t weight = hs_kernel_weight_of(kernel, v0 - kx * dx2[i], one);
        sums[i] += at->count * hs_kernel_scale(weight, at->scale);
    }
}

VECTORS static void add_epanechnikov(double one, uint64_t *restrict sums, const double *restrict dx2,
                                     uint32_t width, double v0, double kx, const spot *at) {
    add_other(HS_KERNEL_EPANECHNIKOV, one, sums, dx2, width, v0, kx, at);
}

VECTORS static void add_triweight(double one, uint64_t *restrict sums, const double *restrict dx2,
                                  uint32_t width, double v0, double kx, const spot *at) {
    add_other(HS_KERNEL_TRIWEIGHT, one, sums, dx2, width, v0, kx, at);
}

static void add_row_of(const lattice *l, uint64_t *sums, const double *dx2, uint32_t width, double v0,
                       double kx, const spot *at) {
    switch (l->kernel) {
    case HS_KERNEL_EPANECHNIKOV:
        add_epanechnikov(l->one, sums, dx2, width, v0, kx, at);
        break;
    case HS_KERNEL_TRIWEIGHT:
        add_triweight(l->one, sums, dx2, width, v0, kx, at);
        break;
    case HS_KERNEL_GAUSSIAN:
        add_other(HS_KERNEL_GAUSSIAN, l->one, sums, dx2, width, v0, kx, at);
        break;
    case HS_KERNEL_UNIFORM:
        add_other(HS_KERNEL_UNIFORM, l->one, sums, dx2, width, v0, kx, at);
        break;
    default:
        add_other(HS_KERNEL_TRIANGULAR, l->one, sums, dx2, width, v0, kx, at);
    }
}

static void add_row(const lattice *l, uint64_t *sums, const double *dx2, uint32_t width, double v0, double kx,
                    const spot *at) {
    if (l->kernel != HS_KERNEL_QUARTIC)
        add_row_of(l, sums, dx2, width, v0, kx, at);
    else if (at->scale != HS_WEIGHT_ONE)
        add_span_scaled(sums, dx2, width, v0, kx, at->scale, at->count);
    else if (at->count > 1)
        add_span_times(sums, dx2, width, v0, kx, (double)at->count);
    else
        add_span(sums, dx2, width, v0, kx);
}

/* Cells [begin, begin + count); count is a multiple of 4 where they are columns. */
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

/* Squared distances of cells' centres, in Mercator units, from x. */
static void fill_dx2(const lattice *l, double x, uint32_t begin, uint32_t width, double *dx2) {
    for (uint32_t i = 0; i < width; i += 4) {
        for (uint32_t k = 0; k < 4; k++) {
            double dx = l->x0 + ((double)(begin + i + k) + 0.5) * l->cell - x;
            dx2[i + k] = dx * dx;
        }
    }
}

/* v of a row at no distance along x (kernel.h); not above 0: the row is out of reach. */
static double row_v0(const lattice *l, double y, uint32_t cell_row, uint32_t row) {
    double dy = l->y0 + ((double)cell_row + 0.5) * l->cell - y;
    return l->root - l->ky[row] * (dy * dy);
}

/* Adds a spot to centre values. */
static void add_at_centres(const lattice *l, const spot *at, uint64_t *sums) {
    double x_px = (at->x - l->x0) * l->per_cell;
    double y_px = (at->y - l->y0) * l->per_cell;
    uint32_t row;
    uint32_t last_row;
    uint32_t first;
    uint32_t last;
    if (!cells_near(y_px, l->reach_y * l->per_cell, l->size, &row, &last_row)) return;
    if (!cells_near(x_px, l->reach_x * l->per_cell, l->size, &first, &last)) return;
    span whole = span_of(first, last, l->size);
    double dx2[MAX_SIZE_PX];
    fill_dx2(l, at->x, whole.begin, whole.count, dx2);
    for (; row <= last_row; row++) {
        double v0 = row_v0(l, at->y, row, row);
        if (v0 <= 0.0) continue;
        span s = whole;
        if (whole.count > CHORD_PX && !chord_span(l, x_px, row, v0, whole, &s)) continue;
        add_row(l, sums + (size_t)row * l->size + s.begin, dx2 + (s.begin - whole.begin), s.count, v0,
                l->kx[row], at);
    }
}

/* What the sub-rows of a pixel row that are among `rows` add to one line of sub-pixels; false where none of
 * them is in reach. */
static bool add_sub_rows(const lattice *l, const spot *at, uint32_t row, span rows, const double *dx2,
                         uint32_t width, uint64_t *line) {
    uint32_t sub_row = row << l->subdivision;
    uint32_t end = sub_row + (UINT32_C(1) << l->subdivision);
    if (sub_row < rows.begin) sub_row = rows.begin;
    if (end > rows.begin + rows.count) end = rows.begin + rows.count;
    bool any = false;
    spot one = *at;
    one.count = 1;
    for (; sub_row < end; sub_row++) {
        double v0 = row_v0(l, at->y, sub_row, row);
        if (v0 <= 0.0) continue;
        if (!any) memset(line, 0, width * sizeof *line);
        any = true;
        add_row(l, line, dx2, width, v0, l->kx[row], &one);
    }
    return any;
}

/* Adds a spot to means over pixels, columns of sub-pixels [columns.begin, + count) of it: sub-rows first, so
 * that what is left to be put into pixels is one line for each row of them. */
static void add_strip(const lattice *l, const spot *at, span rows, span columns, uint64_t *sums) {
    double dx2[MAX_SIZE_PX];
    uint64_t line[MAX_SIZE_PX];
    fill_dx2(l, at->x, columns.begin, columns.count, dx2);
    uint32_t last_row = (rows.begin + rows.count - 1) >> l->subdivision;
    for (uint32_t row = rows.begin >> l->subdivision; row <= last_row; row++) {
        if (!add_sub_rows(l, at, row, rows, dx2, columns.count, line)) continue;
        uint64_t *pixels = sums + (size_t)row * l->size;
        for (uint32_t i = 0; i < columns.count; i++)
            pixels[(columns.begin + i) >> l->subdivision] += at->count * line[i];
    }
}

static void add_to_means(const lattice *l, const spot *at, uint64_t *sums) {
    uint32_t row;
    uint32_t last_row;
    uint32_t first;
    uint32_t last;
    uint32_t size = l->size << l->subdivision;
    if (!cells_near((at->y - l->y0) * l->per_cell, l->reach_y * l->per_cell, size, &row, &last_row)) return;
    if (!cells_near((at->x - l->x0) * l->per_cell, l->reach_x * l->per_cell, size, &first, &last)) return;
    span whole = span_of(first, last, size);
    /* Near the poles and at the lowest zooms a kernel may be wide in sub-pixels. */
    for (uint32_t done = 0; done < whole.count; done += MAX_SIZE_PX) {
        uint32_t left = whole.count - done;
        span strip = {whole.begin + done, left < MAX_SIZE_PX ? left : MAX_SIZE_PX};
        add_strip(l, at, (span){row, last_row - row + 1}, strip, sums);
    }
}

static void add_to_bin(const lattice *l, const spot *at, uint64_t *sums) {
    double column = (at->x - l->x0) * l->per_cell;
    double row = (at->y - l->y0) * l->per_cell;
    if (column < 0.0 || row < 0.0 || column >= (double)l->size || row >= (double)l->size) return;
    uint32_t r = (uint32_t)row;
    sums[(size_t)r * l->size + (uint32_t)column] += at->count * hs_kernel_scale(l->binned[r], at->scale);
}

typedef void (*add_function)(const lattice *l, const spot *at, uint64_t *sums);

/* The sum under way: the spot that the next point may belong to is not added yet. Points along a curve put
 * those of one place beside each other. */
typedef struct adding {
    const lattice *l;
    add_function add;
    uint64_t *sums;
    spot at;
} adding;

static void add_spot(adding *work) {
    if (work->at.count > 0) work->add(work->l, &work->at, work->sums);
    work->at.count = 0;
}

static void add_point(adding *work, double x, double y, uint64_t scale) {
    spot *at = &work->at;
    if (at->count > 0 && at->count < SPOT_MOST && x == at->x && y == at->y && scale == at->scale) {
        at->count++;
        return;
    }
    add_spot(work);
    *at = (spot){x, y, scale, 1};
}

/* Adds rows [begin, end) of the points, moved `shift` units east. */
static void add_points(adding *work, const hs_point_columns *points, uint32_t begin, uint32_t end,
                       double shift) {
    for (uint32_t i = begin; i < end; i++) {
        if (points->selected && points->selected[i >> 6] >> (i & 63) == 0) {
            i |= 63; /* nothing more in this word */
            continue;
        }
        if (!hs_point_selected(points, i)) continue;
        uint64_t scale = hs_weight_fixed(points, i);
        if (scale > 0)
            add_point(work, (double)points->mercator[i].x + shift, (double)points->mercator[i].y, scale);
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
    adding work = {.l = l, .add = add, .sums = sums};
    if (!points->block_box || points->block_rows == 0) {
        add_points(&work, points, 0, points->count, shift);
        add_spot(&work);
        return;
    }
    uint32_t block = 0;
    for (uint32_t begin = 0; begin < points->count; block++) {
        uint32_t left = points->count - begin;
        uint32_t end = begin + (left < points->block_rows ? left : points->block_rows);
        if (box_in_reach(l, &points->block_box[block], shift)) add_points(&work, points, begin, end, shift);
        begin = end;
    }
    add_spot(&work);
}

static hs_status check_arguments(hs_kernel kernel, double bandwidth_m, const hs_density_view *view,
                                 hs_error *error) {
    if ((unsigned)kernel >= HS_KERNEL_COUNT)
        return hs_error_set(error, HS_E_ARGUMENT, "kernel %d is not known", (int)kernel);
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

static void add_all(const lattice *l, const hs_point_columns *points, add_function add, uint64_t *sums) {
    add_shifted(l, points, 0.0, add, sums);
    if (l->x0 - l->reach_x < 0.0) add_shifted(l, points, -WORLD, add, sums);
    if (l->x0 + l->pixel * (double)l->size + l->reach_x > WORLD) add_shifted(l, points, WORLD, add, sums);
}

hs_status hs_density_add(const hs_point_columns *points, hs_kernel kernel, double bandwidth_m,
                         const hs_density_view *view, hs_error *error, uint64_t *sums) {
    hs_status status = check_arguments(kernel, bandwidth_m, view, error);
    if (status != HS_OK) return status;
    hs_density_sampling sampling = hs_density_sampling_of(view, kernel, bandwidth_m);
    lattice l;
    lattice_init(&l, view, kernel, bandwidth_m);
    if (sampling == HS_DENSITY_BINNED)
        add_shifted(&l, points, 0.0, add_to_bin, sums);
    else
        add_all(&l, points, sampling == HS_DENSITY_CENTRE ? add_at_centres : add_to_means, sums);
    return HS_OK;
}
