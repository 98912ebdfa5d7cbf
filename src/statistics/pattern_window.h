/* A window with its edges in square cells. Private to src/statistics. */
#ifndef STATISTICS_PATTERN_WINDOW_H
#define STATISTICS_PATTERN_WINDOW_H

#include <hotspot/point_pattern.h>

struct hs_pattern_window {
    hs_directed_edge *edge;
    uint32_t count;
    double west, south, east, north, area_m2, perimeter_m;
    bool rectangle;
    double side;
    uint32_t columns, rows;
    uint32_t *first; /* [columns * rows + 1] into listed: edges whose box meets the cell */
    uint32_t *listed;
    uint32_t *row_first; /* [rows + 1] into in_row: edges that meet the row */
    uint32_t *in_row;
};

/* The edges that come within reach_m of a place, into out[] (room for all), in ascending order of cells;
 * returns how many. mark[count] is 0 before and after. */
uint32_t hs_pattern_window_near(const hs_pattern_window *window, double x_m, double y_m, double reach_m,
                                uint8_t *mark, uint32_t *out);

#endif
