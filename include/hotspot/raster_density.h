/* Planar kernel density on rasters of a plane in metres: exact for all kernels and weights. */
#ifndef HOTSPOT_RASTER_DENSITY_H
#define HOTSPOT_RASTER_DENSITY_H

#include <hotspot/kernel.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Square cells of a plane (metres, y up). Row 0 is the north one; the value of a cell is that at its centre.
 */
typedef struct hs_raster_grid {
    double west_m, north_m; /* the outer corner of cell (0, 0) */
    double cell_m;
    uint32_t columns, rows;
} hs_raster_grid;

/* Points of the same plane as parallel columns. */
typedef struct hs_plane_points {
    const double *x_m, *y_m; /* [count] */
    const double *weight;    /* [count], not negative; NULL: all 1 */
    size_t count;
} hs_plane_points;

/* Density in incidents per km^2 at the centres of rows [row_begin, row_end) of a grid, into
 * values[rows * columns], of which other rows are left alone: ranges of rows may be computed on several
 * threads and agree bit for bit with one call for all. Every point counts whose kernel reaches a centre, in
 * the grid or not. Exact: what remains is the rounding of doubles, below 1e-8 of the largest value, and the
 * order of points does not change a bit, since their shares are rounded to a common unit first and then add
 * up without rounding. Kernels that are polynomials (quartic, epanechnikov, triweight, uniform) take a sweep
 * along rows: a point adds its polynomial where its chord begins in a row and takes it away where it ends,
 * O(points x rows in reach + cells). The others are summed over the cells in reach. A centre at exactly the
 * bandwidth is outside. HS_E_ARGUMENT for coordinates or weights that are not finite, negative weights, a
 * kernel or bandwidth (above 0 m) that is none, and more than 2^31 cells; HS_E_MEMORY. Thread-safe. */
HS_API hs_status hs_raster_density(const hs_plane_points *points, hs_kernel kernel, double bandwidth_m,
                                   const hs_raster_grid *grid, uint32_t row_begin, uint32_t row_end,
                                   hs_error *error, double *values);
/* The same sums of squared kernels, each times the point's weight: the variance of the density where points
 * are Poisson, when the weights handed in are the squares of theirs. In (incidents per km^2)^2. Summed over
 * the cells in reach for all kernels, within 1e-9 of one squared peak; else as hs_raster_density. */
HS_API hs_status hs_raster_density_squared(const hs_plane_points *points, hs_kernel kernel,
                                           double bandwidth_m, const hs_raster_grid *grid, uint32_t row_begin,
                                           uint32_t row_end, hs_error *error, double *values);

#ifdef __cplusplus
}
#endif
#endif
