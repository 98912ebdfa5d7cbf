#include "density/raster.h"

#include "density/profile.h"

#include <stdlib.h>

/* A strip of columns is swept at once. Its polynomials are about its middle: coordinates stay within a few
 * bandwidths, where powers lose no digits. */
#define STRIP_BANDWIDTHS 12.0
#define STRIP_LEAST      8u
#define STRIP_MOST       2048u
/* Points are taken in squares of cells, so that what neighbours touch is still at hand. */
#define SQUARE_MOST 16.0

hs_status hs_raster_check(const hs_plane_points *points, hs_kernel kernel, double bandwidth_m,
                          const hs_raster_grid *grid, uint32_t row_begin, uint32_t row_end, hs_error *error) {
    if ((unsigned)kernel >= HS_KERNEL_COUNT)
        return hs_error_set(error, HS_E_ARGUMENT, "kernel %d is not known", (int)kernel);
    if (!(bandwidth_m > 0.0) || !isfinite(bandwidth_m))
        return hs_error_set(error, HS_E_ARGUMENT, "a bandwidth of %g m is not above 0", bandwidth_m);
    if (!(grid->cell_m > 0.0) || !isfinite(grid->cell_m) || !isfinite(grid->west_m) ||
        !isfinite(grid->north_m))
        return hs_error_set(error, HS_E_ARGUMENT, "a raster needs a corner and cells above 0 m");
    if ((uint64_t)grid->columns * grid->rows > UINT64_C(1) << 31)
        return hs_error_set(error, HS_E_ARGUMENT, "a raster of %u x %u cells is too large: take larger cells",
                            (unsigned)grid->columns, (unsigned)grid->rows);
    if (row_begin > row_end || row_end > grid->rows)
        return hs_error_set(error, HS_E_ARGUMENT, "there are no rows %u to %u", (unsigned)row_begin,
                            (unsigned)row_end);
    if (bandwidth_m / grid->cell_m > 1e6)
        return hs_error_set(error, HS_E_ARGUMENT, "a bandwidth of %g m is too wide for cells of %g m",
                            bandwidth_m, grid->cell_m);
    for (size_t i = 0; i < points->count; i++) {
        if (!isfinite(points->x_m[i]) || !isfinite(points->y_m[i]))
            return hs_error_set(error, HS_E_ARGUMENT, "point %zu has no finite coordinates", i);
        if (points->weight && !(points->weight[i] >= 0.0 && points->weight[i] <= HS_RASTER_MOST_WEIGHT))
            return hs_error_set(error, HS_E_ARGUMENT, "point %zu has the weight %g: 0 to 1e9 is taken", i,
                                points->weight[i]);
    }
    return HS_OK;
}

static double weight_of(const hs_plane_points *points, size_t i) {
    return points->weight ? points->weight[i] : 1.0;
}

double hs_raster_rounder(double weight, double most) {
    int exponent;
    (void)frexp((weight + 1.0) * most, &exponent);
    /* Sums stay below 2^52 units; adding and taking away 1.5 x 2^52 units leaves whole units. */
    return ldexp(1.5, exponent + 1);
}

static double total_weight(const hs_plane_points *points) {
    double total = 0.0;
    for (size_t i = 0; i < points->count; i++)
        total += weight_of(points, i);
    return total;
}

/* Points in cells east and south of the first centre, in squares; those that reach no row are left out. */
typedef struct sorted {
    double *x, *y, *weight;
    size_t count;
    double heaviest; /* most weight whose chords may meet in a cell */
} sorted;

static bool in_rows(const sweep *s, double y) {
    return y + s->reach >= (double)s->row_begin && y - s->reach <= (double)(s->row_end - 1);
}

static double square_cells(const sweep *s) {
    return s->reach > SQUARE_MOST ? SQUARE_MOST : s->reach < 4.0 ? 4.0 : ceil(s->reach);
}

static uint32_t square_of(double at, double low, double cells, uint32_t squares) {
    double square = (at - low) / cells;
    if (!(square > 0.0)) return 0;
    return square < (double)(squares - 1) ? (uint32_t)square : squares - 1;
}

/* Sums over everything north-west of each square's south-east corner, in place. */
static void sum_up(double *weight, uint32_t across, uint32_t down) {
    for (size_t i = 0; i < down; i++) {
        double row = 0.0;
        for (size_t j = 0; j < across; j++) {
            row += weight[i * across + j];
            weight[i * across + j] = row + (i > 0 ? weight[(i - 1) * across + j] : 0.0);
        }
    }
}

/* Of sums as above; -1 stands before the first square. */
static double sum_to(const double *sums, uint32_t across, int64_t i, int64_t j) {
    return i < 0 || j < 0 ? 0.0 : sums[(size_t)i * across + (size_t)j];
}

/* The most that neighbouring squares hold together, as far as kernels reach: all that can add up in a cell.
 * Of weights that are no whole numbers the sums are rounded, so a little is added. Uses up `weight`.
 */
static double heaviest(double *weight, uint32_t across, uint32_t down, uint32_t reach) {
    sum_up(weight, across, down);
    double most = 0.0;
    for (int64_t i = 0; i < down; i++) {
        int64_t south = i + reach < down ? i + reach : (int64_t)down - 1;
        for (int64_t j = 0; j < across; j++) {
            int64_t east = j + reach < across ? j + reach : (int64_t)across - 1;
            int64_t north = i - reach - 1;
            int64_t west = j - reach - 1;
            double sum = sum_to(weight, across, south, east) - sum_to(weight, across, north, east) -
                         sum_to(weight, across, south, west) + sum_to(weight, across, north, west);
            if (sum > most) most = sum;
        }
    }
    return most + 1e-12 * sum_to(weight, across, (int64_t)down - 1, (int64_t)across - 1);
}

static bool sort_points(const sweep *s, const hs_plane_points *points, sorted *out) {
    const hs_raster_grid *g = s->grid;
    double cells = square_cells(s);
    uint32_t across = (uint32_t)((g->columns + 2 * s->reach) / cells) + 1;
    uint32_t down = (uint32_t)((s->row_end - s->row_begin + 2 * s->reach) / cells) + 1;
    size_t squares = (size_t)across * down;
    size_t *start = calloc(squares + 1, sizeof *start);
    uint32_t *square = malloc((points->count + 1) * sizeof *square);
    double *columns = malloc((points->count + 1) * 3 * sizeof *columns);
    double *weight = calloc(squares + 1, sizeof *weight);
    bool made = start && square && columns && weight;
    for (size_t i = 0; made && i < points->count; i++) {
        double x = (points->x_m[i] - g->west_m) * s->per_cell - 0.5;
        double y = (g->north_m - points->y_m[i]) * s->per_cell - 0.5;
        square[i] = UINT32_MAX;
        if (!in_rows(s, y) || x + s->reach < 0 || x - s->reach > (double)(g->columns - 1)) continue;
        square[i] = square_of(y, (double)s->row_begin - s->reach, cells, down) * across +
                    square_of(x, -s->reach, cells, across);
        start[square[i] + 1]++;
        weight[square[i]] += weight_of(points, i);
    }
    for (size_t k = 0; made && k < squares; k++)
        start[k + 1] += start[k];
    *out = (sorted){0};
    if (made) {
        uint32_t reach = (uint32_t)(s->reach / cells) + 1;
        *out = (sorted){columns, columns + points->count, columns + 2 * points->count, start[squares],
                        heaviest(weight, across, down, reach)};
        for (size_t i = 0; i < points->count; i++) {
            if (square[i] == UINT32_MAX) continue;
            size_t at = start[square[i]]++;
            out->x[at] = (points->x_m[i] - g->west_m) * s->per_cell - 0.5;
            out->y[at] = (g->north_m - points->y_m[i]) * s->per_cell - 0.5;
            out->weight[at] = weight_of(points, i);
        }
    } else {
        free(columns);
    }
    free(start);
    free(square);
    free(weight);
    return made;
}

/* Widths of strips are even parts of the columns. */
static uint32_t strip_width(const sweep *s) {
    double bandwidths = s->kernel == HS_KERNEL_TRIWEIGHT ? STRIP_BANDWIDTHS / 3.0 : STRIP_BANDWIDTHS;
    double cells = bandwidths / s->per_bandwidth;
    uint32_t most = cells > STRIP_MOST ? STRIP_MOST : cells < STRIP_LEAST ? STRIP_LEAST : (uint32_t)cells;
    uint32_t strips = (s->grid->columns + most - 1) / most;
    return (s->grid->columns + strips - 1) / strips;
}

static hs_status sweep_strips(sweep *s, const hs_plane_points *points, hs_error *error) {
    sorted p;
    if (!sort_points(s, points, &p))
        return hs_error_set(error, HS_E_MEMORY, "no memory for a raster's points");
    uint32_t width = strip_width(s);
    hs_status status = HS_OK;
    for (uint32_t first = 0; first < s->grid->columns && status == HS_OK; first += width) {
        uint32_t left = s->grid->columns - first;
        s->first = first;
        s->width = left < width ? left : width;
        /* Coordinates in bandwidths about the strip's middle, so that no power loses digits. */
        s->middle = (double)first + 0.5 * (double)(width - 1);
        double widest = (0.5 * (double)width + s->reach + 1.0) * s->per_bandwidth;
        hs_raster_rounders(s->kernel, widest, p.heaviest, s->rounders);
        if (!hs_raster_sweep(s, p.x, p.y, p.weight, p.count))
            status = hs_error_set(error, HS_E_MEMORY, "no memory for a raster's rows");
    }
    free(p.x);
    return status;
}

hs_status hs_raster_density(const hs_plane_points *points, hs_kernel kernel, double bandwidth_m,
                            const hs_raster_grid *grid, uint32_t row_begin, uint32_t row_end, hs_error *error,
                            double *values) {
    hs_status status = hs_raster_check(points, kernel, bandwidth_m, grid, row_begin, row_end, error);
    if (status != HS_OK || row_begin == row_end || grid->columns == 0) return status;
    double bandwidth_km = bandwidth_m / 1000.0;
    sweep s = {.grid = grid,
               .kernel = kernel,
               .row_begin = row_begin,
               .row_end = row_end,
               .per_cell = 1.0 / grid->cell_m,
               .per_bandwidth = grid->cell_m / bandwidth_m,
               .reach = hs_kernel_reach(kernel) * bandwidth_m / grid->cell_m,
               .unit = hs_kernel_peak(kernel) / (bandwidth_km * bandwidth_km),
               .values = values};
    if (kernel == HS_KERNEL_GAUSSIAN || kernel == HS_KERNEL_TRIANGULAR) {
        s.rounder = hs_raster_rounder(total_weight(points), 1.0);
        return hs_raster_direct(&s, points, error);
    }
    return sweep_strips(&s, points, error);
}
