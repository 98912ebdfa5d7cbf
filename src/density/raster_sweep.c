/* The sweep: in a row a kernel that is a polynomial of v = 1 - r^2 is one of the column too, over the chord.
 * Differences of its coefficients stand where chords begin and end; a running sum along the row gives those
 * of all kernels over a cell, and their value there. Baddeley's row aggregates, as in SLAM (Chan et al.,
 * SIGMOD 2022), but by differences instead of sorted events. */
#include "density/raster.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) &&     \
    !defined(__SANITIZE_THREAD__)
#define VECTORS __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define VECTORS
#endif

/* Coefficients of 1, u, u^2, ... u^6, u in bandwidths east of the strip's middle; the last is unused. */
#define TERMS HS_RASTER_TERMS
typedef double terms __attribute__((vector_size(8 * TERMS), aligned(64)));

#define LARGE_PAGE ((size_t)1 << 21)

/* Rows of chords of one point. */
#define CHORDS_MOST 4096

/* A row's polynomial of a point with v = b + c u - u^2 is p0 + p1 b + p2 b^2 + p3 b^3. */
typedef struct shape {
    terms p0, p1, p2, p3;
} shape;

static shape shape_of(hs_kernel kernel, double c, double w) {
    switch (kernel) {
    case HS_KERNEL_QUARTIC:
        return (shape){.p0 = {0, 0, w * c * c, -2 * w * c, w}, .p1 = {0, 2 * w * c, -2 * w}, .p2 = {w}};
    case HS_KERNEL_EPANECHNIKOV:
        return (shape){.p0 = {0, w * c, -w}, .p1 = {w}};
    case HS_KERNEL_TRIWEIGHT:
        return (shape){.p0 = {0, 0, 0, w * c * c * c, -3 * w * c * c, 3 * w * c, -w},
                       .p1 = {0, 0, 3 * w * c * c, -6 * w * c, 3 * w},
                       .p2 = {0, 3 * w * c, -3 * w},
                       .p3 = {w}};
    default:
        return (shape){.p0 = {w}};
    }
}

/* Upper bounds of the terms where |u| stays within `widest`: those of (1 + 2 widest u + u^2 + widest^2)^n. */
void hs_raster_rounders(hs_kernel kernel, double widest, double weight, double *rounders) {
    static const int powers[HS_KERNEL_COUNT] = {
        [HS_KERNEL_QUARTIC] = 2, [HS_KERNEL_EPANECHNIKOV] = 1, [HS_KERNEL_TRIWEIGHT] = 3};
    double base[3] = {1.0 + widest * widest, 2.0 * widest, 1.0};
    double bound[HS_RASTER_TERMS] = {1.0};
    for (int n = 0; n < powers[kernel]; n++) {
        double next[HS_RASTER_TERMS] = {0};
        for (int k = 0; k < HS_RASTER_TERMS; k++)
            for (int j = 0; j < 3 && k + j < HS_RASTER_TERMS; j++)
                next[k + j] += bound[k] * base[j];
        memcpy(bound, next, sizeof bound);
    }
    for (int k = 0; k < HS_RASTER_TERMS; k++)
        rounders[k] = hs_raster_rounder(weight, bound[k]);
}

/* Where chords of one point begin and end, and b, row by row. */
typedef struct chords {
    double b[CHORDS_MOST];
    float half[CHORDS_MOST];
    int32_t begin[CHORDS_MOST], end[CHORDS_MOST];
} chords;

/* Ends in single precision: a centre that is taken in or left out wrongly lies within 1e-4 cells of the edge,
 * where v^2 is below 1e-9 even at a bandwidth of one cell; kernels that jump or break there are settled
 * after. */
VECTORS static void find_chords(double y, double x, double u, double per_bandwidth, uint32_t row,
                                uint32_t rows, int32_t width, chords *restrict out) {
    float bandwidth = (float)(1.0 / per_bandwidth);
    float at = (float)x;
    float most = (float)width;
    for (uint32_t r = 0; r < rows; r++) {
        double dy = ((double)(int32_t)(row + r) - y) * per_bandwidth;
        double a = 1.0 - dy * dy;
        out->b[r] = a - u * u;
        out->half[r] = (float)(a > 0.0 ? a : 0.0);
    }
    for (uint32_t r = 0; r < rows; r++) {
        float half = sqrtf(out->half[r]) * bandwidth;
        /* Whole numbers above at - half and up to below at + half; cut off, so kept above -1 first. */
        float begin = at - half + 1.0F;
        float end = at + half + 1.0F;
        begin = begin < 0.0F ? 0.0F : begin > most ? most : begin;
        end = end < 0.0F ? 0.0F : end > most ? most : end;
        out->begin[r] = (int32_t)begin;
        out->end[r] = (int32_t)end;
    }
}

/* Where a jump at the edge would show, the ends are those that the squared distance says. */
static bool inside(double x, double dy, double column, double per_bandwidth) {
    double dx = (column - x) * per_bandwidth;
    return dx * dx + dy * dy < 1.0;
}

static void settle_ends(double y, double x, double per_bandwidth, uint32_t row, uint32_t rows, int32_t width,
                        chords *c) {
    for (uint32_t r = 0; r < rows; r++) {
        double dy = ((double)(row + r) - y) * per_bandwidth;
        int32_t begin = c->begin[r];
        int32_t end = c->end[r];
        while (begin < end && !inside(x, dy, begin, per_bandwidth))
            begin++;
        while (begin > 0 && inside(x, dy, begin - 1, per_bandwidth))
            begin--;
        while (end > begin && !inside(x, dy, end - 1, per_bandwidth))
            end--;
        while (end < width && inside(x, dy, end, per_bandwidth))
            end++;
        c->begin[r] = begin;
        c->end[r] = end;
    }
}

/* Inlined with a constant degree of b. */
static inline void add_chords_of(int degree, const shape *p, const chords *c, uint32_t rows, size_t pitch,
                                 const double *rounders, terms *restrict differences) {
    terms round;
    memcpy(&round, rounders, sizeof round);
    for (uint32_t r = 0; r < rows; r++) {
        int32_t begin = c->begin[r];
        int32_t end = c->end[r];
        if (begin >= end) continue;
        double b = c->b[r];
        terms share = degree == 3 ? p->p2 + b * p->p3 : p->p2;
        if (degree >= 2) share = p->p1 + b * share;
        share = degree >= 1 ? p->p0 + b * (degree >= 2 ? share : p->p1) : p->p0;
        share = (share + round) - round;
        terms *row = differences + r * pitch;
        row[begin] += share;
        row[end] -= share;
    }
}

VECTORS static void add_chords(hs_kernel kernel, const shape *p, const chords *c, uint32_t rows, size_t pitch,
                               const double *rounders, terms *restrict differences) {
    if (kernel == HS_KERNEL_QUARTIC)
        add_chords_of(2, p, c, rows, pitch, rounders, differences);
    else if (kernel == HS_KERNEL_TRIWEIGHT)
        add_chords_of(3, p, c, rows, pitch, rounders, differences);
    else
        add_chords_of(1, p, c, rows, pitch, rounders, differences);
}

/* The powers of u at each column. */
static void fill_powers(const sweep *s, terms *powers) {
    for (uint32_t j = 0; j < s->width; j++) {
        double u = ((double)(s->first + j) - s->middle) * s->per_bandwidth;
        double power = 1.0;
        for (int k = 0; k < TERMS; k++) {
            powers[j][k] = k < TERMS - 1 ? power : 0.0;
            power *= u;
        }
    }
}

VECTORS static void sum_row(const terms *restrict differences, const terms *restrict powers, uint32_t width,
                            double unit, double *restrict out) {
    terms sum = {0};
    for (uint32_t j = 0; j < width; j++) {
        sum += differences[j];
        terms t = sum * powers[j];
        double value = ((t[0] + t[1]) + (t[2] + t[3])) + ((t[4] + t[5]) + (t[6] + t[7]));
        out[j] = value > 0.0 ? value * unit : 0.0;
    }
}

static void add_point(const sweep *s, double x, double y, double weight, size_t pitch, chords *c,
                      terms *differences) {
    double top = floor(y - s->reach) + 1.0;
    double bottom = ceil(y + s->reach) - 1.0;
    if (top < (double)s->row_begin) top = (double)s->row_begin;
    if (bottom > (double)(s->row_end - 1)) bottom = (double)(s->row_end - 1);
    double local = x - (double)s->first;
    double u = (x - s->middle) * s->per_bandwidth;
    shape p = shape_of(s->kernel, 2.0 * u, weight);
    while (top <= bottom) {
        uint32_t row = (uint32_t)top;
        double left = bottom - top + 1.0;
        uint32_t rows = left > CHORDS_MOST ? CHORDS_MOST : (uint32_t)left;
        find_chords(y, local, u, s->per_bandwidth, row, rows, (int32_t)s->width, c);
        if (s->kernel == HS_KERNEL_UNIFORM || s->kernel == HS_KERNEL_EPANECHNIKOV)
            settle_ends(y, local, s->per_bandwidth, row, rows, (int32_t)s->width, c);
        add_chords(s->kernel, &p, c, rows, pitch, s->rounders, differences + (row - s->row_begin) * pitch);
        top += rows;
    }
}

/* Room for the differences: rows lie pages apart, so large pages save most of the address translations. */
static terms *allocate(size_t count) {
    size_t size = (count * sizeof(terms) + LARGE_PAGE - 1) & ~(LARGE_PAGE - 1);
    terms *made = aligned_alloc(LARGE_PAGE, size);
#ifdef MADV_HUGEPAGE
    if (made) (void)madvise(made, size, MADV_HUGEPAGE);
#endif
    return made;
}

bool hs_raster_sweep(const sweep *s, const double *x, const double *y, const double *weight, size_t count) {
    uint32_t rows = s->row_end - s->row_begin;
    size_t pitch = (size_t)s->width + 1;
    terms *differences = allocate(rows * pitch);
    terms *powers = aligned_alloc(64, s->width * sizeof *powers);
    chords *c = malloc(sizeof *c);
    bool made = differences && powers && c;
    if (made) {
        memset(differences, 0, rows * pitch * sizeof *differences);
        fill_powers(s, powers);
        double west = (double)s->first - s->reach;
        double east = (double)(s->first + s->width - 1) + s->reach;
        for (size_t i = 0; i < count; i++)
            if (x[i] >= west && x[i] <= east) add_point(s, x[i], y[i], weight[i], pitch, c, differences);
        for (uint32_t r = 0; r < rows; r++)
            sum_row(differences + r * pitch, powers, s->width, s->unit,
                    s->values + (size_t)(s->row_begin + r) * s->grid->columns + s->first);
    }
    free(differences);
    free(powers);
    free(c);
    return made;
}
