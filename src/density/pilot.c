/* Pilot densities: points in square blocks of some bandwidths; a block with many points gets a raster of its
 * own, whose values are interpolated, one with few is summed. */
#include <hotspot/adaptive_bandwidth.h>

#include "density/profile.h"
#include <stdlib.h>
#include <string.h>

#define BLOCK_BANDWIDTHS 4.0
#define CELLS            16 /* a bandwidth */
#define MARGIN           2
#define SIDE             ((uint32_t)BLOCK_BANDWIDTHS * CELLS + 2 * MARGIN)
#define DIRECT_MOST      96

typedef struct placed {
    int64_t row, column; /* of the block */
    size_t point;
} placed;

static int compare_placed(const void *left, const void *right) {
    const placed *a = left;
    const placed *b = right;
    if (a->row != b->row) return a->row < b->row ? -1 : 1;
    if (a->column != b->column) return a->column < b->column ? -1 : 1;
    return (a->point > b->point) - (a->point < b->point);
}

typedef struct pilot {
    const hs_plane_points *points;
    double bandwidth_m, side_m;
    placed *order;
    double *x, *y, *weight; /* of those near the block in hand */
    size_t near;
    double *values; /* [SIDE * SIDE] */
} pilot;

/* The first of the points in the blocks from (row, column) on. */
static size_t first_at(const pilot *p, int64_t row, int64_t column) {
    size_t low = 0;
    size_t high = p->points->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const placed *at = &p->order[middle];
        if (at->row < row || (at->row == row && at->column < column))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Those whose kernels reach the block, grown by the cells about it. */
static void gather(pilot *p, int64_t row, int64_t column) {
    double reach = p->bandwidth_m * (1.0 + (double)MARGIN / CELLS);
    double west = (double)column * p->side_m - reach;
    double south = (double)row * p->side_m - reach;
    double across = p->side_m + 2.0 * reach;
    p->near = 0;
    for (int64_t r = row - 1; r <= row + 1; r++) {
        size_t end = first_at(p, r, column + 2);
        for (size_t i = first_at(p, r, column - 1); i < end; i++) {
            size_t point = p->order[i].point;
            double x = p->points->x_m[point] - west;
            double y = p->points->y_m[point] - south;
            if (x < 0 || y < 0 || x > across || y > across) continue;
            p->x[p->near] = p->points->x_m[point];
            p->y[p->near] = p->points->y_m[point];
            p->weight[p->near++] = p->points->weight ? p->points->weight[point] : 1.0;
        }
    }
}

static double unit_of(const pilot *p) {
    double bandwidth_km = p->bandwidth_m / 1000.0;
    return hs_kernel_peak(HS_KERNEL_QUARTIC) / (bandwidth_km * bandwidth_km);
}

/* Shares are rounded to a common unit, so that their order does not matter. */
static double direct(const pilot *p, double x, double y) {
    double per_bandwidth = 1.0 / p->bandwidth_m;
    double sum = 0.0;
    for (size_t i = 0; i < p->near; i++) {
        double dx = (p->x[i] - x) * per_bandwidth;
        double dy = (p->y[i] - y) * per_bandwidth;
        double share = p->weight[i] * hs_profile(HS_KERNEL_QUARTIC, dx * dx + dy * dy);
        sum += floor(share * 0x1p20 + 0.5);
    }
    return sum * 0x1p-20;
}

static void cubic(double t, double *weight) {
    double a = t + 1.0;
    double b = t - 1.0;
    double c = t - 2.0;
    weight[0] = -t * b * c / 6.0;
    weight[1] = a * b * c / 2.0;
    weight[2] = -a * t * c / 2.0;
    weight[3] = a * t * b / 6.0;
}

/* Between the cells of the block's raster, in incidents per km^2. */
static double interpolated(const pilot *p, const hs_raster_grid *g, double x, double y) {
    double u = (x - g->west_m) / g->cell_m - 0.5;
    double v = (g->north_m - y) / g->cell_m - 0.5;
    double last = SIDE - 3;
    double column = floor(u < 1.0 ? 1.0 : u > last ? last : u);
    double row = floor(v < 1.0 ? 1.0 : v > last ? last : v);
    double wx[4];
    double wy[4];
    cubic(u - column, wx);
    cubic(v - row, wy);
    double sum = 0.0;
    const double *at = p->values + ((size_t)row - 1) * SIDE + (size_t)column - 1;
    for (int j = 0; j < 4; j++)
        sum += wy[j] * (wx[0] * at[j * SIDE] + wx[1] * at[j * SIDE + 1] + wx[2] * at[j * SIDE + 2] +
                        wx[3] * at[j * SIDE + 3]);
    return sum;
}

static hs_status raster_block(const pilot *p, int64_t row, int64_t column, hs_error *error,
                              hs_raster_grid *grid) {
    double cell_m = p->bandwidth_m / CELLS;
    *grid = (hs_raster_grid){(double)column * p->side_m - MARGIN * cell_m,
                             (double)(row + 1) * p->side_m + MARGIN * cell_m, cell_m, SIDE, SIDE};
    hs_plane_points near = {p->x, p->y, p->weight, p->near};
    return hs_raster_density(&near, HS_KERNEL_QUARTIC, p->bandwidth_m, grid, 0, SIDE, error, p->values);
}

static hs_status fill_block(pilot *p, size_t begin, size_t end, hs_error *error, double *density) {
    int64_t row = p->order[begin].row;
    int64_t column = p->order[begin].column;
    bool few = end - begin <= DIRECT_MOST;
    double unit = unit_of(p);
    hs_raster_grid grid = {0};
    gather(p, row, column);
    hs_status status = few ? HS_OK : raster_block(p, row, column, error, &grid);
    for (size_t i = begin; i < end && status == HS_OK; i++) {
        size_t point = p->order[i].point;
        double x = p->points->x_m[point];
        double y = p->points->y_m[point];
        double weight = p->points->weight ? p->points->weight[point] : 1.0;
        double value = few ? direct(p, x, y) * unit : interpolated(p, &grid, x, y);
        density[point] = value > weight * unit ? value : weight * unit;
    }
    return status;
}

static hs_status fill_blocks(pilot *p, hs_error *error, double *density) {
    hs_status status = HS_OK;
    size_t count = p->points->count;
    for (size_t begin = 0; begin < count && status == HS_OK;) {
        size_t end = begin + 1;
        while (end < count && p->order[end].row == p->order[begin].row &&
               p->order[end].column == p->order[begin].column)
            end++;
        status = fill_block(p, begin, end, error, density);
        begin = end;
    }
    return status;
}

/* Blocks are numbered within 2^40 either way: beyond, coordinates are no metres of a plane. */
static bool order_points(pilot *p) {
    for (size_t i = 0; i < p->points->count; i++) {
        double column = floor(p->points->x_m[i] / p->side_m);
        double row = floor(p->points->y_m[i] / p->side_m);
        if (!(fabs(column) < 0x1p40) || !(fabs(row) < 0x1p40)) return false;
        p->order[i] = (placed){(int64_t)row, (int64_t)column, i};
    }
    qsort(p->order, p->points->count, sizeof *p->order, compare_placed);
    return true;
}

hs_status hs_pilot_density(const hs_plane_points *points, double bandwidth_m, hs_error *error,
                           double *density) {
    if (!(bandwidth_m > 0.0) || !isfinite(bandwidth_m))
        return hs_error_set(error, HS_E_ARGUMENT, "a bandwidth of %g m is not above 0", bandwidth_m);
    size_t count = points->count + 1;
    pilot p = {.points = points,
               .bandwidth_m = bandwidth_m,
               .side_m = BLOCK_BANDWIDTHS * bandwidth_m,
               .order = malloc(count * sizeof *p.order),
               .x = malloc(count * sizeof *p.x),
               .y = malloc(count * sizeof *p.y),
               .weight = malloc(count * sizeof *p.weight),
               .values = malloc((size_t)SIDE * SIDE * sizeof *p.values)};
    hs_status status;
    if (!p.order || !p.x || !p.y || !p.weight || !p.values)
        status = hs_error_set(error, HS_E_MEMORY, "out of memory for pilot densities");
    else if (!order_points(&p))
        status = hs_error_set(error, HS_E_ARGUMENT, "a point lies at no place of a plane in metres");
    else
        status = fill_blocks(&p, error, density);
    free(p.order);
    free(p.x);
    free(p.y);
    free(p.weight);
    free(p.values);
    return status;
}
