/* A view's pixels as a lattice of cells and the points that reach it: what exact sums go over. */
#ifndef DENSITY_VIEW_LATTICE_H
#define DENSITY_VIEW_LATTICE_H

#include "density/kernel.h"

#define HS_VIEW_MOST_PX 512

/* Everything about a view that does not depend on the points. */
typedef struct hs_view_lattice {
    hs_kernel kernel;
    uint32_t size;
    unsigned subdivision;  /* sub-pixels a side: 2^subdivision */
    double one;            /* weight of a peak in a (sub-)pixel */
    double pixel;          /* Mercator units */
    double cell, per_cell; /* a sub-pixel, and its inverse; powers of two, so both are exact */
    double x0, y0;         /* north-west corner */
    double reach_x, reach_y;
    double root;                /* v of a full weight, kernel.h */
    double kx[HS_VIEW_MOST_PX]; /* (1 / bandwidth)^2 a row, scaled as v is */
    double ky[HS_VIEW_MOST_PX];
    double chord[HS_VIEW_MOST_PX];    /* half chord in (sub-)pixels = sqrt(v * chord) */
    uint64_t binned[HS_VIEW_MOST_PX]; /* weight of a whole incident in a pixel of the row */
} hs_view_lattice;

/* HS_E_ARGUMENT for a kernel, bandwidth, size or tile that hs_density_add refuses. */
hs_status hs_view_lattice_of(const hs_density_view *view, hs_kernel kernel, double bandwidth_m,
                             hs_error *error, hs_view_lattice *lattice);

/* Incidents of one weight at one place, as those of an address are: weighed once, added `count` times over.
 */
typedef struct hs_spot {
    double x, y;
    uint64_t scale, count; /* count below 2^20, so that a weight times it stays below 2^52 */
} hs_spot;

/* Visits the selected points that may reach the view, neighbours in order at one place together. `around`:
 * also a world further where the view's reach passes the antimeridian. */
typedef void (*hs_spot_visit)(const hs_view_lattice *l, const hs_spot *at, void *context);
void hs_view_each_spot(const hs_view_lattice *l, const hs_point_columns *points, bool around,
                       hs_spot_visit visit, void *context);

/* v of a row at no distance along x (kernel.h); not above 0: the row is out of reach. */
static inline double hs_view_row_v0(const hs_view_lattice *l, double y, uint32_t cell_row, uint32_t row) {
    double dy = l->y0 + ((double)cell_row + 0.5) * l->cell - y;
    return l->root - l->ky[row] * (dy * dy);
}

/* The first and last of `count` cells whose centres may lie within `reach` of `at`, all in cells from the
 * first one's edge; false when there is none. A cell of slack on either side at most. Cutting off decimals is
 * floor here, since what is below 0 is raised to it before. */
static inline bool hs_view_cells_near(double at, double reach, uint32_t count, uint32_t *first,
                                      uint32_t *last) {
    double low = at - reach - 0.5;
    double high = at + reach;
    double end = (double)(count - 1);
    if (high < 0.0 || low > end) return false;
    *first = (uint32_t)(low > 0.0 ? low : 0.0);
    *last = (uint32_t)(high < end ? high : end);
    return true;
}

#endif
