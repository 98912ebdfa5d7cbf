#include "geo/coverage.h"

#include <math.h>
#include <string.h>

/* A piece within one square: what lies east of it is inside by -dy; of its own square the part east of the
 * piece's middle. The row's last entry takes what is beyond it. */
static void add_piece(double *row, uint32_t columns, uint32_t column, double x, double dy) {
    double east = (double)(column + 1) - x;
    row[column] -= dy * east;
    if (column + 1 < columns) row[column + 1] -= dy * (1 - east);
}

static uint32_t clamp(double at, uint32_t count) {
    double whole = floor(at);
    return whole < 0 ? 0 : whole >= count ? count - 1 : (uint32_t)whole;
}

/* An edge's part in one row, from west to east, square by square. */
static void add_in_row(double *row, uint32_t columns, double x0, double y0, double x1, double y1) {
    double west = fmin(x0, x1), east = fmax(x0, x1);
    uint32_t first = clamp(west, columns), last = clamp(east, columns);
    if (first == last) {
        add_piece(row, columns, first, (x0 + x1) / 2, y1 - y0);
        return;
    }
    double slope = (y1 - y0) / (east - west);
    for (uint32_t c = first; c <= last; c++) {
        double from = fmax(west, c), to = c == last ? east : fmin(east, c + 1.0);
        if (to > from) add_piece(row, columns, c, (from + to) / 2, slope * (to - from));
    }
}

static void add_edge(const hs_directed_edge *e, uint32_t columns, uint32_t rows, double *covered) {
    if (e->y0 == e->y1) return;
    bool up = e->y1 > e->y0;
    double low = up ? e->y0 : e->y1, high = up ? e->y1 : e->y0;
    double slope = (e->x1 - e->x0) / (e->y1 - e->y0);
    uint32_t first = clamp(low, rows), last = clamp(high, rows);
    for (uint32_t r = first; r <= last; r++) {
        double from = fmax(low, r), to = r == last ? high : fmin(high, r + 1.0);
        if (!(to > from)) continue;
        double x0 = e->x0 + slope * (from - e->y0), x1 = e->x0 + slope * (to - e->y0);
        if (up)
            add_in_row(covered + (size_t)r * columns, columns, x0, from, x1, to);
        else
            add_in_row(covered + (size_t)r * columns, columns, x1, to, x0, from);
    }
}

void hs_coverage(const hs_directed_edge *edges, size_t count, uint32_t columns, uint32_t rows,
                 double *covered) {
    memset(covered, 0, (size_t)columns * rows * sizeof *covered);
    for (size_t i = 0; i < count; i++)
        add_edge(&edges[i], columns, rows, covered);
    for (uint32_t r = 0; r < rows; r++) {
        double sum = 0, *row = covered + (size_t)r * columns;
        for (uint32_t c = 0; c < columns; c++) {
            sum += row[c];
            row[c] = fmin(1, fmax(0, sum));
        }
    }
}
