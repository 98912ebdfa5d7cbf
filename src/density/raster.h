/* What the files of exact rasters share. Places are in cells: column j's centre at x = j, row i's at y = i.
 */
#ifndef DENSITY_RASTER_H
#define DENSITY_RASTER_H

#include <hotspot/raster_density.h>

#define HS_RASTER_MOST_WEIGHT 1e9
#define HS_RASTER_TERMS       8 /* coefficients of 1, u, u^2 ... u^6; the last is unused */

typedef struct sweep {
    const hs_raster_grid *grid;
    hs_kernel kernel;
    uint32_t row_begin, row_end;
    double per_cell;      /* cells a metre */
    double per_bandwidth; /* bandwidths a cell */
    double reach;         /* cells */
    double unit;          /* density of one peak */
    double rounder;       /* added and taken away it rounds to the common unit */
    double rounders[HS_RASTER_TERMS];
    uint32_t first, width; /* the strip's columns */
    double middle;         /* its middle */
    double *values;
} sweep;

/* HS_E_ARGUMENT where the arguments of a raster are wrong. */
hs_status hs_raster_check(const hs_plane_points *points, hs_kernel kernel, double bandwidth_m,
                          const hs_raster_grid *grid, uint32_t row_begin, uint32_t row_end, hs_error *error);
/* Sweeps one strip; false when memory is out (raster_sweep.c). */
bool hs_raster_sweep(const sweep *s, const double *x, const double *y, const double *weight, size_t count);
/* A rounder of each term, where coordinates stay within `widest` bandwidths. */
void hs_raster_rounders(hs_kernel kernel, double widest, double weight, double *rounders);
/* Cell by cell, for kernels that are no polynomials (raster_direct.c). */
hs_status hs_raster_direct(const sweep *s, const hs_plane_points *points, hs_error *error);
/* Sums of shares up to `most` each of points that weigh `weight` in all stay exact after rounding with it. */
double hs_raster_rounder(double weight, double most);

#endif
