#include "density/chosen.h"

#include "density/view_lattice.h"
#include <stdlib.h>

hs_status hs_chosen_pixels_new(const uint8_t *flags, uint32_t size, hs_error *error,
                               hs_chosen_pixels **chosen) {
    size_t pixels = (size_t)size * size;
    uint32_t count = 0;
    for (size_t i = 0; i < pixels; i++)
        count += flags[i] != 0;
    size_t bytes = sizeof(hs_chosen_pixels) + ((size_t)size + 1) * sizeof(uint32_t) +
                   (count + (size_t)size * (size + 1)) * sizeof(uint16_t);
    hs_chosen_pixels *made = malloc(bytes);
    if (!made) return hs_error_memory(error, "a density tile");
    uint32_t *first = (uint32_t *)(made + 1);
    uint16_t *column = (uint16_t *)(first + size + 1);
    uint16_t *before = column + count;
    *made = (hs_chosen_pixels){size, count, first, column, before};
    uint32_t at = 0;
    for (uint32_t row = 0; row < size; row++) {
        first[row] = at;
        for (uint32_t i = 0; i < size; i++) {
            *before++ = (uint16_t)(at - first[row]);
            if (flags[(size_t)row * size + i]) column[at++] = (uint16_t)i;
        }
        *before++ = (uint16_t)(at - first[row]);
    }
    first[size] = at;
    *chosen = made;
    return HS_OK;
}

typedef struct adding {
    const hs_chosen_pixels *chosen;
    bool squared;
    uint64_t *sums;
} adding;

/* Wider vectors where the processor has them: the same operations, as in density.c. */
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) &&     \
    !defined(__SANITIZE_THREAD__)
#define VECTORS __attribute__((target_clones("avx2", "default")))
#else
#define VECTORS
#endif

/* What a point of weight 1 adds to a (sub-)pixel of v. */
static inline uint64_t weight_of(hs_kernel kernel, double v, double root, double one, bool squared) {
    if (!squared)
        return kernel == HS_KERNEL_QUARTIC ? hs_kernel_weight(v) : hs_kernel_weight_of(kernel, v, one);
    if (!(v > 0.0)) return 0;
    double share = hs_profile(kernel, kernel == HS_KERNEL_QUARTIC ? 1.0 - v / root : root - v);
    return (uint64_t)(share * share * one + 0.5);
}

/* A row of (sub-)pixels, `each` in a pixel. */
typedef struct row_cells {
    const uint16_t *column;
    uint32_t count, each;
    double x, v0, kx;
    uint64_t *sums;
} row_cells;

static inline double v_of(const hs_view_lattice *l, const row_cells *r, uint32_t cell) {
    double dx = l->x0 + ((double)(int32_t)cell + 0.5) * l->cell - r->x;
    return r->v0 - r->kx * (dx * dx);
}

/* 2^52 + weight: differences of such numbers are whole. */
static inline double squared_quartic(const hs_view_lattice *l, double v, double half) {
    double share = (v + fabs(v)) * half;
    share *= share;
    return share * share * l->one + HS_ROUND_MAGIC;
}

static inline uint64_t whole_of(double with_magic) {
    uint64_t bits;
    memcpy(&bits, &with_magic, sizeof bits);
    return bits - HS_ROUND_MAGIC_BITS;
}

/* The quartic, or its square, for incidents of weight 1; with a constant `squared`. */
static inline void add_pixels(const hs_view_lattice *l, const row_cells *r, bool squared, double times) {
    uint64_t *restrict sums = r->sums;
    double half = 0.5 / l->root;
    for (uint32_t i = 0; i < r->count; i++) {
        double v = v_of(l, r, r->column[i]);
        if (squared)
            sums[i] += whole_of((squared_quartic(l, v, half) - HS_ROUND_MAGIC) * times + HS_ROUND_MAGIC);
        else
            sums[i] += hs_kernel_weight_times(v, times);
    }
}

/* The same where pixels have sub-pixels, 4 or a multiple of them. */
static inline void add_sub_pixels(const hs_view_lattice *l, const row_cells *r, bool squared,
                                  uint64_t times) {
    double half = 0.5 / l->root;
    for (uint32_t i = 0; i < r->count; i++) {
        uint64_t part[4] = {0};
        uint32_t first = r->column[i] * r->each;
        for (uint32_t k = 0; k < r->each; k += 4)
            for (uint32_t m = 0; m < 4; m++) {
                double v = v_of(l, r, first + k + m);
                part[m] += squared ? whole_of(squared_quartic(l, v, half)) : hs_kernel_weight(v);
            }
        r->sums[i] += times * ((part[0] + part[1]) + (part[2] + part[3]));
    }
}

VECTORS static void add_quartic(const hs_view_lattice *l, const row_cells *r, uint64_t times) {
    if (r->each == 1)
        add_pixels(l, r, false, (double)times);
    else
        add_sub_pixels(l, r, false, times);
}

VECTORS static void add_quartic_squared(const hs_view_lattice *l, const row_cells *r, uint64_t times) {
    if (r->each == 1)
        add_pixels(l, r, true, (double)times);
    else
        add_sub_pixels(l, r, true, times);
}

static void add_any(const hs_view_lattice *l, const row_cells *r, const hs_spot *at, bool squared) {
    for (uint32_t i = 0; i < r->count; i++)
        for (uint32_t k = 0; k < r->each; k++) {
            double v = v_of(l, r, r->column[i] * r->each + k);
            r->sums[i] +=
                at->count * hs_kernel_scale(weight_of(l->kernel, v, l->root, l->one, squared), at->scale);
        }
}

static void add_cells(const hs_view_lattice *l, const row_cells *r, const hs_spot *at, bool squared) {
    bool plain = l->kernel == HS_KERNEL_QUARTIC && at->scale == HS_WEIGHT_ONE;
    if (!plain || r->each == 2)
        add_any(l, r, at, squared);
    else if (squared)
        add_quartic_squared(l, r, at->count);
    else
        add_quartic(l, r, at->count);
}

/* Pixels of a row that may lie within reach along x: [*begin, *end) among those chosen. */
static bool row_range(const adding *work, const hs_view_lattice *l, uint32_t row, double x_px, double reach,
                      uint32_t *begin, uint32_t *end) {
    const hs_chosen_pixels *c = work->chosen;
    uint32_t low;
    uint32_t high;
    if (c->first[row] == c->first[row + 1]) return false;
    if (!hs_view_cells_near(x_px, reach, l->size, &low, &high)) return false;
    const uint16_t *before = c->before + (size_t)row * (c->size + 1);
    *begin = c->first[row] + before[low];
    *end = c->first[row] + before[high + 1];
    return *begin < *end;
}

static void add_spot(const hs_view_lattice *l, const hs_spot *at, void *context) {
    const adding *work = context;
    double per_pixel = 1.0 / l->pixel;
    double x_px = (at->x - l->x0) * per_pixel;
    uint32_t row;
    uint32_t last;
    if (!hs_view_cells_near((at->y - l->y0) * per_pixel, l->reach_y * per_pixel + 1.0, l->size, &row, &last))
        return;
    uint32_t each = UINT32_C(1) << l->subdivision;
    for (; row <= last; row++) {
        uint32_t begin;
        uint32_t end;
        if (!row_range(work, l, row, x_px, l->reach_x * per_pixel + 1.0, &begin, &end)) continue;
        row_cells cells = {.column = work->chosen->column + begin,
                           .count = end - begin,
                           .each = each,
                           .x = at->x,
                           .kx = l->kx[row],
                           .sums = work->sums + begin};
        for (uint32_t k = 0; k < each; k++) {
            cells.v0 = hs_view_row_v0(l, at->y, (row << l->subdivision) + k, row);
            if (cells.v0 > 0.0) add_cells(l, &cells, at, work->squared);
        }
    }
}

static void add_to_bin(const hs_view_lattice *l, const hs_spot *at, void *context) {
    const adding *work = context;
    double column = (at->x - l->x0) * l->per_cell;
    double row = (at->y - l->y0) * l->per_cell;
    if (column < 0.0 || row < 0.0 || column >= (double)l->size || row >= (double)l->size) return;
    const hs_chosen_pixels *c = work->chosen;
    const uint16_t *before = c->before + (size_t)(uint32_t)row * (c->size + 1) + (uint32_t)column;
    if (before[0] == before[1]) return;
    uint64_t weight = l->binned[(uint32_t)row];
    double share = (double)weight * 0x1p-32;
    if (work->squared) weight = (uint64_t)(share * share * (double)HS_KERNEL_ONE + 0.5);
    work->sums[c->first[(uint32_t)row] + before[0]] += at->count * hs_kernel_scale(weight, at->scale);
}

hs_status hs_chosen_pixels_add(const hs_chosen_pixels *chosen, const hs_point_columns *points,
                               hs_kernel kernel, double bandwidth_m, const hs_density_view *view,
                               bool squared, hs_error *error, uint64_t *sums) {
    hs_view_lattice l;
    hs_status status = hs_view_lattice_of(view, kernel, bandwidth_m, error, &l);
    if (status != HS_OK) return status;
    if (chosen->size != view->size)
        return hs_error_set(error, HS_E_ARGUMENT, "pixels of %u a side are not those of a view of %u",
                            (unsigned)chosen->size, (unsigned)view->size);
    adding work = {chosen, squared, sums};
    bool binned = hs_density_sampling_of(view, kernel, bandwidth_m) == HS_DENSITY_BINNED;
    hs_view_each_spot(&l, points, !binned, binned ? add_to_bin : add_spot, &work);
    return HS_OK;
}
