#include "statistics/point_cells.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MOST_CELLS 0x1p28
enum { DIGIT_BITS = 11, DIGITS = 1 << DIGIT_BITS };

typedef struct keyed {
    uint64_t key;
    uint32_t point;
} keyed;

/* Least digits first; equal keys stay in order. The result lies in *a. */
static void sort_keys(keyed **a, keyed **b, uint32_t count, unsigned bits) {
    for (unsigned shift = 0; shift < bits; shift += DIGIT_BITS) {
        uint32_t start[DIGITS + 1] = {0};
        for (uint32_t i = 0; i < count; i++)
            start[((*a)[i].key >> shift) % DIGITS + 1]++;
        for (uint32_t d = 1; d < DIGITS; d++)
            start[d] += start[d - 1];
        for (uint32_t i = 0; i < count; i++)
            (*b)[start[((*a)[i].key >> shift) % DIGITS]++] = (*a)[i];
        keyed *other = *a;
        *a = *b;
        *b = other;
    }
}

static unsigned bits_of(uint32_t value) {
    unsigned bits = 0;
    for (; value > 0; value >>= 1)
        bits++;
    return bits;
}

static void lay_out(const double *x_m, const double *y_m, const keyed *keys, unsigned column_bits,
                    hs_point_cells *cells) {
    uint64_t mask = (UINT64_C(1) << column_bits) - 1;
    uint64_t last = UINT64_MAX;
    for (uint32_t i = 0; i < cells->count; i++) {
        uint32_t point = keys[i].point;
        cells->x[i] = x_m[point];
        cells->y[i] = y_m[point];
        cells->point[i] = point;
        if (keys[i].key == last) continue;
        last = keys[i].key;
        cells->first[cells->cell_count] = i;
        cells->column[cells->cell_count] = (uint32_t)(last & mask);
        cells->row[cells->cell_count++] = (uint32_t)(last >> column_bits);
    }
    cells->first[cells->cell_count] = cells->count;
}

static hs_status extent_of(const double *x_m, const double *y_m, uint32_t count, double side_m,
                           const char *what, hs_error *error, double low[2], uint32_t size[2]) {
    double high[2] = {-INFINITY, -INFINITY};
    low[0] = low[1] = INFINITY;
    for (uint32_t i = 0; i < count; i++) {
        if (!isfinite(x_m[i]) || !isfinite(y_m[i]))
            return hs_error_set(error, HS_E_ARGUMENT, "%s: point %u has no finite position", what,
                                (unsigned)i);
        low[0] = fmin(low[0], x_m[i]);
        low[1] = fmin(low[1], y_m[i]);
        high[0] = fmax(high[0], x_m[i]);
        high[1] = fmax(high[1], y_m[i]);
    }
    for (int axis = 0; axis < 2; axis++) {
        double cells = count > 0 ? (high[axis] - low[axis]) / side_m : 0;
        if (!(side_m > 0 && cells < MOST_CELLS))
            return hs_error_set(error, HS_E_ARGUMENT,
                                "%s: the distance must be above 0 and at least %g m for points so far apart",
                                what, count > 0 ? (high[axis] - low[axis]) / MOST_CELLS * 2 : 0.0);
        size[axis] = (uint32_t)cells;
    }
    return HS_OK;
}

hs_status hs_point_cells_new(const double *x_m, const double *y_m, uint32_t count, double side_m,
                             const char *what, hs_error *error, hs_point_cells *cells) {
    double low[2] = {0, 0};
    uint32_t size[2] = {0, 0};
    hs_status status = extent_of(x_m, y_m, count, side_m, what, error, low, size);
    if (status != HS_OK) return status;
    size_t n = (size_t)count + 1;
    hs_point_cells made = {.count = count,
                           .x = malloc(n * sizeof *made.x),
                           .y = malloc(n * sizeof *made.y),
                           .point = malloc(n * sizeof *made.point),
                           .first = malloc(n * sizeof *made.first),
                           .column = malloc(n * sizeof *made.column),
                           .row = malloc(n * sizeof *made.row)};
    keyed *a = malloc(n * sizeof *a);
    keyed *b = malloc(n * sizeof *b);
    if (made.x && made.y && made.point && made.first && made.column && made.row && a && b) {
        unsigned column_bits = bits_of(size[0]);
        for (uint32_t i = 0; i < count; i++) {
            uint64_t column = (uint64_t)((x_m[i] - low[0]) / side_m);
            uint64_t row = (uint64_t)((y_m[i] - low[1]) / side_m);
            a[i] = (keyed){row << column_bits | column, i};
        }
        sort_keys(&a, &b, count, column_bits + bits_of(size[1]));
        lay_out(x_m, y_m, a, column_bits, &made);
        *cells = made;
    } else {
        hs_point_cells_done(&made);
        status = hs_error_memory(error, "points in cells");
    }
    free(a);
    free(b);
    return status;
}

void hs_point_cells_done(hs_point_cells *cells) {
    free(cells->x);
    free(cells->y);
    free(cells->point);
    free(cells->first);
    free(cells->column);
    free(cells->row);
    *cells = (hs_point_cells){0};
}

void hs_cell_window_start(hs_cell_window *window, const hs_point_cells *cells, uint32_t reach) {
    memset(window, 0, sizeof *window);
    window->cells = cells;
    window->reach = reach;
}

void hs_cell_window_move(hs_cell_window *window, uint32_t cell) {
    const hs_point_cells *c = window->cells;
    int64_t column = c->column[cell], row = c->row[cell], reach = window->reach;
    for (uint32_t k = 0; k <= 2 * window->reach; k++) {
        int64_t there = row + k - reach;
        uint32_t at = window->begin[k];
        while (at < c->cell_count &&
               (c->row[at] < there || (c->row[at] == there && c->column[at] < column - reach)))
            at++;
        window->begin[k] = at;
        uint32_t end = window->end[k] > at ? window->end[k] : at;
        while (end < c->cell_count &&
               (c->row[end] < there || (c->row[end] == there && c->column[end] <= column + reach)))
            end++;
        window->end[k] = end;
    }
}
