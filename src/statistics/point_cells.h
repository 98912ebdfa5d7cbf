/* Points in square cells, row by row, those of a cell side by side. Private to src/statistics. */
#ifndef STATISTICS_POINT_CELLS_H
#define STATISTICS_POINT_CELLS_H

#include <hotspot/error.h>

typedef struct hs_point_cells {
    uint32_t count;
    double *x, *y;   /* [count] in the order of cells */
    uint32_t *point; /* [count] their numbers, ascending within a cell */
    uint32_t cell_count;
    uint32_t *first;        /* [cell_count + 1] */
    uint32_t *column, *row; /* [cell_count], rows ascending, then columns */
} hs_point_cells;

/* HS_E_ARGUMENT for a position that is not finite and for cells below 2^-28 of the extent; `what` begins
 * messages. O(n). */
hs_status hs_point_cells_new(const double *x_m, const double *y_m, uint32_t count, double side_m,
                             const char *what, hs_error *error, hs_point_cells *cells);
void hs_point_cells_done(hs_point_cells *cells);

/* The cells within `reach` columns and rows of one, as cells visited in ascending order have them: a run of
 * cells for each row from -reach to reach. */
#define HS_MOST_CELL_REACH 8
typedef struct hs_cell_window {
    const hs_point_cells *cells;
    uint32_t reach;
    uint32_t begin[2 * HS_MOST_CELL_REACH + 1], end[2 * HS_MOST_CELL_REACH + 1];
} hs_cell_window;
void hs_cell_window_start(hs_cell_window *window, const hs_point_cells *cells, uint32_t reach);
/* To a cell not before the last one. Amortised O(reach). */
void hs_cell_window_move(hs_cell_window *window, uint32_t cell);

#endif
