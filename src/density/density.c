#include "density/view_lattice.h"

/* Metres per Mercator unit along the equator: 2 pi 6378137 / 2^32. */
#define EQUATOR_M_PER_UNIT 0.009330691929342804
#define CENTRE_SPAN_PX     4.0
#define SUB_SPAN_PX        8.0
#define BINNED_SPAN_PX     1.0
#define CHORD_PX           32 /* up to this width adding nothing costs less than finding where a row ends */

/* Wider vectors where the processor has them. The operations are those of IEEE 754, one by one, so the bits
 * are the same (no fused ones: the build says so). */
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) &&     \
    !defined(__SANITIZE_THREAD__)
#define VECTORS __attribute__((target_clones("avx2", "default")))
#else
#define VECTORS
#endif

bool hs_bandwidth_accepted(double bandwidth_m) {
    return bandwidth_m >= HS_DENSITY_MIN_BANDWIDTH_M && bandwidth_m <= HS_DENSITY_MAX_BANDWIDTH_M;
}

/* Pixels at the equator that a quartic as wide as the kernel spans. */
static double span_px_of(const hs_density_view *view, hs_kernel kernel, double bandwidth_m) {
    double quartic_m = bandwidth_m * (hs_kernel_deviation(kernel) / hs_kernel_deviation(HS_KERNEL_QUARTIC));
    return quartic_m / (ldexp(0x1p32, -(int)view->z) / (double)view->size * EQUATOR_M_PER_UNIT);
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
                             const hs_spot *at) {
    for (uint32_t i = 0; i < width; i++) {
        uint64_t weight = hs_kernel_weight_of(kernel, v0 - kx * dx2[i], one);
        sums[i] += at->count * hs_kernel_scale(weight, at->scale);
    }
}

VECTORS static void add_epanechnikov(double one, uint64_t *restrict sums, const double *restrict dx2,
                                     uint32_t width, double v0, double kx, const hs_spot *at) {
    add_other(HS_KERNEL_EPANECHNIKOV, one, sums, dx2, width, v0, kx, at);
}

VECTORS static void add_triweight(double one, uint64_t *restrict sums, const double *restrict dx2,
                                  uint32_t width, double v0, double kx, const hs_spot *at) {
    add_other(HS_KERNEL_TRIWEIGHT, one, sums, dx2, width, v0, kx, at);
}

static void add_row_of(const hs_view_lattice *l, uint64_t *sums, const double *dx2, uint32_t width, double v0,
                       double kx, const hs_spot *at) {
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

static void add_row(const hs_view_lattice *l, uint64_t *sums, const double *dx2, uint32_t width, double v0,
                    double kx, const hs_spot *at) {
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
static bool chord_span(const hs_view_lattice *l, double x_px, uint32_t row, double v0, span whole,
                       span *out) {
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
static void fill_dx2(const hs_view_lattice *l, double x, uint32_t begin, uint32_t width, double *dx2) {
    for (uint32_t i = 0; i < width; i += 4) {
        for (uint32_t k = 0; k < 4; k++) {
            double dx = l->x0 + ((double)(begin + i + k) + 0.5) * l->cell - x;
            dx2[i + k] = dx * dx;
        }
    }
}

/* Adds a spot to centre values. */
static void add_at_centres(const hs_view_lattice *l, const hs_spot *at, void *context) {
    uint64_t *sums = context;
    double x_px = (at->x - l->x0) * l->per_cell;
    double y_px = (at->y - l->y0) * l->per_cell;
    uint32_t row;
    uint32_t last_row;
    uint32_t first;
    uint32_t last;
    if (!hs_view_cells_near(y_px, l->reach_y * l->per_cell, l->size, &row, &last_row)) return;
    if (!hs_view_cells_near(x_px, l->reach_x * l->per_cell, l->size, &first, &last)) return;
    span whole = span_of(first, last, l->size);
    double dx2[HS_VIEW_MOST_PX];
    fill_dx2(l, at->x, whole.begin, whole.count, dx2);
    for (; row <= last_row; row++) {
        double v0 = hs_view_row_v0(l, at->y, row, row);
        if (v0 <= 0.0) continue;
        span s = whole;
        if (whole.count > CHORD_PX && !chord_span(l, x_px, row, v0, whole, &s)) continue;
        add_row(l, sums + (size_t)row * l->size + s.begin, dx2 + (s.begin - whole.begin), s.count, v0,
                l->kx[row], at);
    }
}

/* What the sub-rows of a pixel row that are among `rows` add to one line of sub-pixels; false where none of
 * them is in reach. */
static bool add_sub_rows(const hs_view_lattice *l, const hs_spot *at, uint32_t row, span rows,
                         const double *dx2, uint32_t width, uint64_t *line) {
    uint32_t sub_row = row << l->subdivision;
    uint32_t end = sub_row + (UINT32_C(1) << l->subdivision);
    if (sub_row < rows.begin) sub_row = rows.begin;
    if (end > rows.begin + rows.count) end = rows.begin + rows.count;
    bool any = false;
    hs_spot one = *at;
    one.count = 1;
    for (; sub_row < end; sub_row++) {
        double v0 = hs_view_row_v0(l, at->y, sub_row, row);
        if (v0 <= 0.0) continue;
        if (!any) memset(line, 0, width * sizeof *line);
        any = true;
        add_row(l, line, dx2, width, v0, l->kx[row], &one);
    }
    return any;
}

/* Adds a spot to means over pixels, columns of sub-pixels [columns.begin, + count) of it: sub-rows first, so
 * that what is left to be put into pixels is one line for each row of them. */
static void add_strip(const hs_view_lattice *l, const hs_spot *at, span rows, span columns, uint64_t *sums) {
    double dx2[HS_VIEW_MOST_PX];
    uint64_t line[HS_VIEW_MOST_PX];
    fill_dx2(l, at->x, columns.begin, columns.count, dx2);
    uint32_t last_row = (rows.begin + rows.count - 1) >> l->subdivision;
    for (uint32_t row = rows.begin >> l->subdivision; row <= last_row; row++) {
        if (!add_sub_rows(l, at, row, rows, dx2, columns.count, line)) continue;
        uint64_t *pixels = sums + (size_t)row * l->size;
        for (uint32_t i = 0; i < columns.count; i++)
            pixels[(columns.begin + i) >> l->subdivision] += at->count * line[i];
    }
}

static void add_to_means(const hs_view_lattice *l, const hs_spot *at, void *context) {
    uint64_t *sums = context;
    uint32_t row;
    uint32_t last_row;
    uint32_t first;
    uint32_t last;
    uint32_t size = l->size << l->subdivision;
    if (!hs_view_cells_near((at->y - l->y0) * l->per_cell, l->reach_y * l->per_cell, size, &row, &last_row))
        return;
    if (!hs_view_cells_near((at->x - l->x0) * l->per_cell, l->reach_x * l->per_cell, size, &first, &last))
        return;
    span whole = span_of(first, last, size);
    /* Near the poles and at the lowest zooms a kernel may be wide in sub-pixels. */
    for (uint32_t done = 0; done < whole.count; done += HS_VIEW_MOST_PX) {
        uint32_t left = whole.count - done;
        span strip = {whole.begin + done, left < HS_VIEW_MOST_PX ? left : HS_VIEW_MOST_PX};
        add_strip(l, at, (span){row, last_row - row + 1}, strip, sums);
    }
}

static void add_to_bin(const hs_view_lattice *l, const hs_spot *at, void *context) {
    uint64_t *sums = context;
    double column = (at->x - l->x0) * l->per_cell;
    double row = (at->y - l->y0) * l->per_cell;
    if (column < 0.0 || row < 0.0 || column >= (double)l->size || row >= (double)l->size) return;
    uint32_t r = (uint32_t)row;
    sums[(size_t)r * l->size + (uint32_t)column] += at->count * hs_kernel_scale(l->binned[r], at->scale);
}

hs_status hs_density_add(const hs_point_columns *points, hs_kernel kernel, double bandwidth_m,
                         const hs_density_view *view, hs_error *error, uint64_t *sums) {
    hs_view_lattice l;
    hs_status status = hs_view_lattice_of(view, kernel, bandwidth_m, error, &l);
    if (status != HS_OK) return status;
    hs_density_sampling sampling = hs_density_sampling_of(view, kernel, bandwidth_m);
    hs_spot_visit add = sampling == HS_DENSITY_BINNED   ? add_to_bin
                        : sampling == HS_DENSITY_CENTRE ? add_at_centres
                                                        : add_to_means;
    hs_view_each_spot(&l, points, sampling != HS_DENSITY_BINNED, add, sums);
    return HS_OK;
}
