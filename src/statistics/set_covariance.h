/* The set covariance of a window: the area that it and itself shifted have in common. Private to
 * src/statistics. */
#ifndef STATISTICS_SET_COVARIANCE_H
#define STATISTICS_SET_COVARIANCE_H

#include "statistics/pattern_window.h"

/* On a lattice of shifts, east -east_nodes to east_nodes, north 0 to north_nodes; the other half is the same.
 */
typedef struct hs_set_covariance {
    double east_m, north_m; /* steps */
    uint32_t east_nodes, north_nodes;
    double *area_m2; /* [north_nodes + 1][2 east_nodes + 1] */
} hs_set_covariance;

/* For shifts up to reach_m. Exact east to west, by rows of the window north to south, and between the
 * lattice's nodes linear: of shapes without many small parts within 2e-4 of the window's area (along its
 * longest edges, where the area bends), and within 1e-5 on average. O(crossings of rows with edges, squared,
 * times the rows' steps). */
hs_status hs_set_covariance_new(const hs_pattern_window *window, double reach_m, hs_error *error,
                                hs_set_covariance *covariance);
void hs_set_covariance_done(hs_set_covariance *covariance);

static inline double hs_set_covariance_at(const hs_set_covariance *c, double dx_m, double dy_m) {
    double u = (dy_m < 0 ? -dx_m : dx_m) / c->east_m + c->east_nodes;
    double v = (dy_m < 0 ? -dy_m : dy_m) / c->north_m;
    uint32_t column = (uint32_t)u, row = (uint32_t)v, columns = 2 * c->east_nodes + 1;
    double fu = u - column, fv = v - row;
    const double *low = c->area_m2 + (size_t)row * columns + column, *high = low + columns;
    return (1 - fv) * ((1 - fu) * low[0] + fu * low[1]) + fv * ((1 - fu) * high[0] + fu * high[1]);
}

#endif
