/* Planar kernel density on rasters of a plane in metres: exact for all kernels and weights, fixed or adaptive
 * bandwidth, with or without edge correction. */
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

#ifdef __cplusplus
}
#endif
#endif
