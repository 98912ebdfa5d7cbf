/* Exact sums at some pixels of a view only: what a lattice cannot tell (density/lattice_near.h). */
#ifndef DENSITY_CHOSEN_H
#define DENSITY_CHOSEN_H

#include <hotspot/density.h>

/* Pixels that were chosen, row by row; free() gives them back. */
typedef struct hs_chosen_pixels {
    uint32_t size, count;
    const uint32_t *first;  /* [size + 1] where a row's pixels begin among them */
    const uint16_t *column; /* [count] */
    const uint16_t *before; /* [size][size + 1] how many of a row's pixels lie west of a column */
} hs_chosen_pixels;

/* Those of size x size pixels whose flag is not 0; `size` 256 or 512. HS_E_MEMORY. O(pixels). */
hs_status hs_chosen_pixels_new(const uint8_t *flags, uint32_t size, hs_error *error,
                               hs_chosen_pixels **chosen);

/* Adds to sums[chosen->count], with the same bits as hs_density_add adds to those pixels of the whole view;
 * squared kernels within 2^-32 a point of hs_density_add_squared. HS_E_ARGUMENT as hs_density_add. O(points
 * in reach x rows in reach + points x chosen pixels in reach). Allocates nothing. Thread-safe. */
hs_status hs_chosen_pixels_add(const hs_chosen_pixels *chosen, const hs_point_columns *points,
                               hs_kernel kernel, double bandwidth_m, const hs_density_view *view,
                               bool squared, hs_error *error, uint64_t *sums);

#endif
