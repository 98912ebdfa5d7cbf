/* Weights by distance between points: a grid of square cells, points of one cell side by side. */
#include "statistics/weights_builder.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct point_grid {
    const double *x, *y;
    uint32_t count;
    double west, south, side;
    uint32_t columns, rows;
    uint32_t *start; /* [columns * rows + 1] */
    uint32_t *point; /* [count], ascending within a cell */
} point_grid;

static uint32_t column_of(const point_grid *grid, double x) {
    double at = floor((x - grid->west) / grid->side);
    return at < 0 ? 0 : at >= grid->columns ? grid->columns - 1 : (uint32_t)at;
}

static uint32_t row_of(const point_grid *grid, double y) {
    double at = floor((y - grid->south) / grid->side);
    return at < 0 ? 0 : at >= grid->rows ? grid->rows - 1 : (uint32_t)at;
}

static void grid_done(point_grid *grid) {
    free(grid->start);
    free(grid->point);
}

/* Cells of about two points, or of `least_side`, whichever is larger. */
static hs_status grid_make(const double *x, const double *y, uint32_t count, double least_side,
                           hs_error *error, point_grid *grid) {
    *grid = (point_grid){.x = x, .y = y, .count = count};
    double east = -INFINITY, north = -INFINITY;
    grid->west = grid->south = INFINITY;
    for (uint32_t i = 0; i < count; i++) {
        if (!isfinite(x[i]) || !isfinite(y[i]))
            return hs_error_set(error, HS_E_ARGUMENT, "weights: point %u has no finite position",
                                (unsigned)i);
        grid->west = fmin(grid->west, x[i]);
        grid->south = fmin(grid->south, y[i]);
        east = fmax(east, x[i]);
        north = fmax(north, y[i]);
    }
    double width = count > 0 ? east - grid->west : 0, height = count > 0 ? north - grid->south : 0;
    double side = fmax(sqrt(2 * width * height / fmax(count, 1)), 2 * fmax(width, height) / fmax(count, 1));
    grid->side = fmax(fmax(side, least_side), 1e-9);
    grid->columns = (uint32_t)(width / grid->side) + 1;
    grid->rows = (uint32_t)(height / grid->side) + 1;
    size_t cells = (size_t)grid->columns * grid->rows;
    grid->start = calloc(cells + 2, sizeof *grid->start);
    grid->point = malloc(((size_t)count + 1) * sizeof *grid->point);
    if (!grid->start || !grid->point) {
        grid_done(grid);
        return hs_error_memory(error, "spatial weights");
    }
    for (uint32_t i = 0; i < count; i++)
        grid->start[(size_t)row_of(grid, y[i]) * grid->columns + column_of(grid, x[i]) + 2]++;
    for (size_t c = 2; c < cells + 2; c++)
        grid->start[c] += grid->start[c - 1];
    for (uint32_t i = 0; i < count; i++)
        grid->point[grid->start[(size_t)row_of(grid, y[i]) * grid->columns + column_of(grid, x[i]) + 1]++] =
            i;
    return HS_OK;
}

typedef struct decay {
    double reach;
    double (*weight)(const void *context, double distance_m);
    const void *context;
} decay;

static hs_status add_reached(const point_grid *grid, uint32_t i, const decay *rule, hs_link_list *list,
                             hs_error *error) {
    uint32_t left = column_of(grid, grid->x[i] - rule->reach);
    uint32_t right = column_of(grid, grid->x[i] + rule->reach);
    uint32_t bottom = row_of(grid, grid->y[i] - rule->reach);
    uint32_t top = row_of(grid, grid->y[i] + rule->reach);
    for (uint32_t row = bottom; row <= top; row++) {
        const uint32_t *start = grid->start + (size_t)row * grid->columns;
        for (uint32_t at = start[left]; at < start[right + 1]; at++) {
            uint32_t j = grid->point[at];
            double dx = grid->x[j] - grid->x[i];
            double dy = grid->y[j] - grid->y[i];
            double distance = sqrt(dx * dx + dy * dy);
            if (j == i || distance > rule->reach) continue;
            double weight = rule->weight ? rule->weight(rule->context, distance) : 1.0;
            if (!(weight > 0)) continue;
            hs_status status = hs_link_add(list, i, j, weight, error);
            if (status != HS_OK) return status;
        }
    }
    return HS_OK;
}

static hs_status by_reach(const double *x, const double *y, uint32_t count, const decay *rule,
                          hs_weights_style style, hs_error *error, hs_weights **weights) {
    if (!(rule->reach > 0 && isfinite(rule->reach)))
        return hs_error_set(error, HS_E_ARGUMENT, "weights: a distance is above 0 metres");
    point_grid grid;
    hs_link_list list = {0};
    hs_status status = grid_make(x, y, count, rule->reach / 2, error, &grid);
    if (status != HS_OK) return status;
    for (uint32_t i = 0; i < count && status == HS_OK; i++)
        status = add_reached(&grid, i, rule, &list, error);
    double self = rule->weight ? rule->weight(rule->context, 0.0) : 1.0;
    if (status == HS_OK) status = hs_weights_from_links(&list, count, self, style, error, weights);
    hs_link_list_done(&list);
    grid_done(&grid);
    return status;
}

hs_status hs_weights_band(const double *x_m, const double *y_m, uint32_t count, double band_m,
                          hs_weights_style style, hs_error *error, hs_weights **weights) {
    return by_reach(x_m, y_m, count, &(decay){.reach = band_m}, style, error, weights);
}

hs_status hs_weights_decay(const double *x_m, const double *y_m, uint32_t count, double reach_m,
                           double (*weight)(const void *context, double distance_m), const void *context,
                           hs_weights_style style, hs_error *error, hs_weights **weights) {
    return by_reach(x_m, y_m, count, &(decay){reach_m, weight, context}, style, error, weights);
}

typedef struct nearest {
    double distance2;
    uint32_t point;
} nearest;

static bool is_nearer(nearest a, nearest b) {
    return a.distance2 < b.distance2 || (a.distance2 == b.distance2 && a.point < b.point);
}

/* Keeps the k best in order. */
static void consider(nearest *best, uint32_t *found, uint32_t k, nearest one) {
    if (*found == k && !is_nearer(one, best[k - 1])) return;
    uint32_t place = *found < k ? (*found)++ : k - 1;
    for (; place > 0 && is_nearer(one, best[place - 1]); place--)
        best[place] = best[place - 1];
    best[place] = one;
}

static void consider_cell(const point_grid *grid, int64_t column, int64_t row, uint32_t i, uint32_t k,
                          nearest *best, uint32_t *found) {
    if (column < 0 || row < 0 || column >= grid->columns || row >= grid->rows) return;
    const uint32_t *start = grid->start + (size_t)row * grid->columns + (size_t)column;
    for (uint32_t at = start[0]; at < start[1]; at++) {
        uint32_t j = grid->point[at];
        double dx = grid->x[j] - grid->x[i];
        double dy = grid->y[j] - grid->y[i];
        if (j != i) consider(best, found, k, (nearest){dx * dx + dy * dy, j});
    }
}

/* Rings of cells outward until none can hold a nearer one. */
static void find_nearest(const point_grid *grid, uint32_t i, uint32_t k, nearest *best) {
    int64_t column = column_of(grid, grid->x[i]), row = row_of(grid, grid->y[i]);
    int64_t last = grid->columns > grid->rows ? grid->columns : grid->rows;
    uint32_t found = 0;
    for (int64_t ring = 0; ring <= last; ring++) {
        double clear = (double)(ring - 1) * grid->side * (1 - 1e-9);
        if (found == k && clear > 0 && best[k - 1].distance2 < clear * clear) return;
        for (int64_t r = row - ring; r <= row + ring; r++) {
            int64_t step = r == row - ring || r == row + ring || ring == 0 ? 1 : 2 * ring;
            for (int64_t c = column - ring; c <= column + ring; c += step)
                consider_cell(grid, c, r, i, k, best, &found);
        }
    }
}

hs_status hs_weights_nearest(const double *x_m, const double *y_m, uint32_t count, uint32_t k,
                             hs_weights_style style, hs_error *error, hs_weights **weights) {
    if (k == 0 || k >= count)
        return hs_error_set(error, HS_E_ARGUMENT, "weights: %u nearest of %u units; take 1 to %u",
                            (unsigned)k, (unsigned)count, count > 1 ? (unsigned)count - 1 : 0);
    if ((uint64_t)count * k > HS_MOST_LINKS)
        return hs_error_set(error, HS_E_LIMIT,
                            "weights: the %u nearest of %u units are over 2^26 links; take fewer",
                            (unsigned)k, (unsigned)count);
    point_grid grid;
    hs_link_list list = {0};
    nearest *best = calloc(k, sizeof *best);
    if (!best) return hs_error_memory(error, "spatial weights");
    hs_status status = grid_make(x_m, y_m, count, 0, error, &grid);
    if (status != HS_OK) {
        free(best);
        return status;
    }
    for (uint32_t i = 0; i < count && status == HS_OK; i++) {
        find_nearest(&grid, i, k, best);
        for (uint32_t j = 0; j < k && status == HS_OK; j++)
            status = hs_link_add(&list, i, best[j].point, 1.0, error);
    }
    if (status == HS_OK) status = hs_weights_from_links(&list, count, 1.0, style, error, weights);
    hs_link_list_done(&list);
    grid_done(&grid);
    free(best);
    return status;
}
