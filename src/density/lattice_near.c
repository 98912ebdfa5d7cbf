#include "density/lattice_near.h"

#include "density/lattice_values.h"
#include <stdlib.h>

/* The largest errors of one incident farther than the step before, up to `radius` bandwidths, of its peak and
 * of its squared peak. */
typedef struct error_step {
    double radius, off, squared_off;
} error_step;

#define MOST_STEPS 5

/* Found by placing incidents anywhere between nodes and pixels, at any latitude and ratio of bandwidth and
 * pixel, and raised by a fifth (tests/unit/density/test_lattice_near.c does it again for fewer). */
static const error_step steps[HS_KERNEL_COUNT][MOST_STEPS] = {
    [HS_KERNEL_QUARTIC] = {{1.0, 1.05e-3, 1.5e-4}},
    [HS_KERNEL_TRIWEIGHT] = {{1.0, 8e-4, 2.6e-3}},
    [HS_KERNEL_GAUSSIAN] = {{1.0, 1e-3, 3.6e-3},
                            {2.0, 4e-4, 1.2e-3},
                            {3.0, 2.5e-4, 3e-4},
                            {4.0, 7e-5, 2e-5},
                            {HS_KERNEL_GAUSSIAN_REACH, 2e-5, 3e-6}},
};
/* Of means over pixels. */
static const error_step mean_steps[HS_KERNEL_COUNT][MOST_STEPS] = {
    [HS_KERNEL_QUARTIC] = {{1.0, 1.1e-3, 1.2e-3}},
    [HS_KERNEL_TRIWEIGHT] = {{1.0, 7e-4, 9e-4}},
    [HS_KERNEL_GAUSSIAN] = {{1.0, 6e-4, 2.5e-3},
                            {2.0, 5e-4, 2.5e-3},
                            {3.0, 5e-4, 1.3e-3},
                            {4.0, 2.5e-4, 6.5e-4},
                            {HS_KERNEL_GAUSSIAN_REACH, 1.4e-4, 1e-4}},
};

static const error_step *steps_of(const hs_lattice *l, unsigned *count) {
    const error_step *found = l->sampling == HS_DENSITY_MEAN ? mean_steps[l->kernel] : steps[l->kernel];
    *count = 0;
    while (*count < MOST_STEPS && found[*count].radius > 0.0)
        (*count)++;
    return found;
}

void hs_lattice_cells_of(const hs_lattice *lattice, double metres_per_unit, hs_lattice *cells) {
    *cells = *lattice;
    cells->counts = true;
    if (lattice->sampling == HS_DENSITY_BINNED) return;
    double part = lattice->kernel == HS_KERNEL_GAUSSIAN ? 0.25 : 0.125;
    double most = part * lattice->bandwidth_m / metres_per_unit;
    if (most < 0.5 * lattice->pixel) most = 0.5 * lattice->pixel;
    int exponent;
    (void)frexp(most, &exponent); /* 2^(exponent - 1) <= most */
    cells->taps = 1;
    cells->phase = 0.0;
    cells->nodes_per_unit = ldexp(1.0, 1 - exponent);
    cells->around = (int64_t)ldexp(1.0, 33 - exponent);
}

int64_t hs_lattice_allowance(const hs_lattice *cells) {
    return cells->sampling == HS_DENSITY_MEAN ? 3 * 16384 : 16384;
}

/* How far an incident that changes a pixel may lie from the kernel about it, along either axis: the nodes
 * that it is spread onto, the outputs that a pixel is interpolated from, and half a pixel of a mean. */
static double margin_of(const hs_lattice *l) {
    double nodes = 0.5 * l->taps + (l->prolongs ? 2.0 : 0.0);
    return nodes / l->nodes_per_unit + (l->sampling == HS_DENSITY_MEAN ? 0.5 * l->pixel : 0.0);
}

/* The half axes of a kernel's radius in rows between two: the scale grows away from the equator. */
static void widest_axes(const hs_lattice *l, double north, double south, double radius, double *x,
                        double *y) {
    double kx;
    double ky;
    double other_kx;
    double other_ky;
    hs_kernel_scales(north, l->bandwidth_m, &kx, &ky);
    hs_kernel_scales(south, l->bandwidth_m, &other_kx, &other_ky);
    *x = radius / sqrt(kx < other_kx ? kx : other_kx);
    *y = radius / sqrt(ky < other_ky ? ky : other_ky);
}

void hs_lattice_cells_box(const hs_lattice *lattice, const hs_lattice *cells, const hs_density_view *view,
                          double box[4]) {
    double side = lattice->pixel * view->size;
    double x0 = (double)view->x * side;
    double y0 = (double)view->y * side;
    double x;
    double y;
    widest_axes(lattice, y0, y0 + side, hs_kernel_reach(lattice->kernel), &x, &y);
    x += margin_of(lattice);
    y += margin_of(lattice);
    double cell = 1.0 / cells->nodes_per_unit;
    box[0] = floor((x0 - x) / cell) * cell;
    box[1] = floor((y0 - y) / cell) * cell;
    box[2] = ceil((x0 + side + x) / cell) * cell;
    box[3] = ceil((y0 + side + y) / cell) * cell;
}

/* Sums of cells of a row from its west. */
typedef struct counted_cells {
    double cell; /* Mercator units */
    int64_t column0, row0;
    uint32_t columns, rows;
    double *sums; /* [rows][columns + 1] */
} counted_cells;

static bool count_cells(counted_cells *c, const hs_lattice *cells, const hs_lattice_deposit *const *deposits,
                        uint32_t count, const double box[4]) {
    c->cell = 1.0 / cells->nodes_per_unit;
    c->column0 = (int64_t)(box[0] * cells->nodes_per_unit);
    c->row0 = (int64_t)(box[1] * cells->nodes_per_unit);
    c->columns = (uint32_t)((int64_t)(box[2] * cells->nodes_per_unit) - c->column0);
    c->rows = (uint32_t)((int64_t)(box[3] * cells->nodes_per_unit) - c->row0);
    node_window w = {.column0 = c->column0,
                     .row0 = c->row0,
                     .columns = c->columns,
                     .rows = c->rows,
                     .stride = 1,
                     .plane = c->columns,
                     .pitch = c->columns};
    w.nodes = malloc((size_t)w.rows * w.pitch * sizeof *w.nodes);
    w.used = malloc(w.rows);
    c->sums = malloc((size_t)c->rows * (c->columns + 1) * sizeof *c->sums);
    bool done = w.nodes && w.used && c->sums && hs_lattice_window(cells, deposits, count, &w);
    for (uint32_t r = 0; done && r < c->rows; r++) {
        const float *in = w.nodes + (size_t)r * w.pitch;
        double *out = c->sums + (size_t)r * (c->columns + 1);
        out[0] = 0.0;
        for (uint32_t i = 0; i < c->columns; i++)
            out[i + 1] = out[i] + (double)in[i];
    }
    free(w.nodes);
    free(w.used);
    return done;
}

/* Square blocks of pixels that are told apart no further: powers of two of them, so that they lie alike on
 * the global lattice in views of any size. */
typedef struct blocks {
    const hs_lattice *lattice;
    const counted_cells *cells;
    double x0, y0; /* the centre of the first pixel */
    uint32_t width, a_side;
} blocks;

static blocks blocks_of(const hs_lattice *l, const counted_cells *c, const hs_density_view *view) {
    uint32_t width = 1;
    while (2 * width <= view->size && 2.0 * width * l->pixel <= 0.5 * c->cell)
        width *= 2;
    return (blocks){l,
                    c,
                    ((double)view->x * view->size + 0.5) * l->pixel,
                    ((double)view->y * view->size + 0.5) * l->pixel,
                    width,
                    view->size / width};
}

/* Adds `amount` times what one row of cells holds within `half` of each block of a row of blocks. */
static void add_row(const blocks *b, const double *sums, double half, double amount, double *near) {
    const counted_cells *c = b->cells;
    double per_cell = 1.0 / c->cell;
    double step = b->width * b->lattice->pixel;
    double across = (b->width - 1) * b->lattice->pixel;
    for (uint32_t i = 0; i < b->a_side; i++) {
        double west = b->x0 + i * step;
        int64_t low = (int64_t)floor((west - half) * per_cell) - c->column0;
        int64_t high = (int64_t)floor((west + across + half) * per_cell) - c->column0;
        if (low < 0) low = 0;
        if (high > (int64_t)c->columns - 1) high = (int64_t)c->columns - 1;
        near[i] += amount * (sums[high + 1] - sums[low]);
    }
}

/* Adds `amount` times what lies within a radius of each block of a row. */
static void add_radius(const blocks *b, double north, double radius, double amount, double *near) {
    const counted_cells *c = b->cells;
    double south = north + (b->width - 1) * b->lattice->pixel;
    double x;
    double y;
    widest_axes(b->lattice, north, south, radius, &x, &y);
    double margin = margin_of(b->lattice);
    int64_t first = (int64_t)floor((north - y - margin) / c->cell) - c->row0;
    int64_t last = (int64_t)floor((south + y + margin) / c->cell) - c->row0;
    if (first < 0) first = 0;
    if (last > (int64_t)c->rows - 1) last = (int64_t)c->rows - 1;
    for (int64_t r = first; r <= last; r++) {
        double top = (double)(r + c->row0) * c->cell;
        double apart = top > south ? top - south : top + c->cell < north ? north - top - c->cell : 0.0;
        double share = apart > margin ? (apart - margin) / y : 0.0;
        if (share >= 1.0) continue;
        double half = x * sqrt(1.0 - share * share) + margin;
        add_row(b, c->sums + (size_t)r * (c->columns + 1), half, amount, near);
    }
}

/* What an incident may be off by within a step of its distance beyond that of the next one. */
static double beyond_next(const error_step *step, bool last, bool squared, double more) {
    double own = squared ? step->squared_off : step->off;
    return last ? own + more : own - (squared ? step[1].squared_off : step[1].off);
}

/* The largest errors of the blocks of a row. */
static void off_row(const blocks *b, double north, bool squared, double more, double *near) {
    unsigned count;
    const error_step *step = steps_of(b->lattice, &count);
    memset(near, 0, b->a_side * sizeof *near);
    for (unsigned k = 0; k < count; k++)
        add_radius(b, north, step[k].radius, beyond_next(&step[k], k + 1 == count, squared, more), near);
}

/* Single precision, on the way to a value and in the sums of cells. */
#define ROUNDING 4e-6

static void fill_off(const blocks *b, uint32_t size, bool squared, double more, double *near,
                     const float *values, float *off) {
    for (uint32_t j = 0; j < b->a_side; j++) {
        off_row(b, b->y0 + j * b->width * b->lattice->pixel, squared, more, near);
        size_t first = (size_t)j * b->width * size;
        for (uint32_t r = 0; r < b->width; r++)
            for (uint32_t i = 0; i < size; i++) {
                size_t at = first + (size_t)r * size + i;
                off[at] = (float)((1.0 + ROUNDING) * near[i / b->width] + ROUNDING * (double)values[at]);
            }
    }
}

/* Of bins: what their weights were rounded by, at most half a unit each, in which allowances are counted. */
static hs_status off_of_bins(const hs_lattice *cells, const hs_density_view *view,
                             const hs_lattice_deposit *const *deposits, uint32_t count, hs_error *error,
                             const hs_lattice_bounds *b) {
    size_t pixels = (size_t)view->size * view->size;
    float *allowed = malloc(2 * pixels * sizeof *allowed);
    if (!allowed) return hs_error_memory(error, "a density tile");
    hs_status status = hs_lattice_values(cells, view, deposits, count, error, allowed, allowed + pixels);
    double half_unit = 0x1p-15 * 65536.0 / (double)hs_lattice_allowance(cells);
    for (size_t i = 0; status == HS_OK && i < pixels; i++) {
        double values = (double)b->values[i];
        b->off[i] = (float)(half_unit * fabs((double)allowed[i] - values) + ROUNDING * values);
        if (!b->squared_off) continue;
        values = (double)b->squared[i];
        b->squared_off[i] =
            (float)(half_unit * fabs((double)allowed[pixels + i] - values) + ROUNDING * values);
    }
    free(allowed);
    return status;
}

hs_status hs_lattice_off(const hs_lattice *lattice, const hs_lattice *cells, const hs_density_view *view,
                         const hs_lattice_deposit *const *deposits, uint32_t count, hs_error *error,
                         const hs_lattice_bounds *bounds) {
    if (lattice->sampling == HS_DENSITY_BINNED)
        return off_of_bins(cells, view, deposits, count, error, bounds);
    double box[4];
    counted_cells counted = {0};
    hs_lattice_cells_box(lattice, cells, view, box);
    double *near = malloc(view->size * sizeof *near);
    hs_status status = HS_OK;
    if (near && count_cells(&counted, cells, deposits, count, box)) {
        blocks b = blocks_of(lattice, &counted, view);
        fill_off(&b, view->size, false, bounds->more, near, bounds->values, bounds->off);
        if (bounds->squared_off)
            fill_off(&b, view->size, true, bounds->squared_more, near, bounds->squared, bounds->squared_off);
    } else {
        status = hs_error_memory(error, "a density tile");
    }
    free(counted.sums);
    free(near);
    return status;
}
