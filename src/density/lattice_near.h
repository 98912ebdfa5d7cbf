/* How far values from a lattice may be off, pixel by pixel: what lies near is counted in cells, exactly, and
 * counts with the largest error of one incident at its distance. So sums that are small beside what lies near
 * are known for what they are, and can be made again by exact ones (density/chosen.h). */
#ifndef DENSITY_LATTICE_NEAR_H
#define DENSITY_LATTICE_NEAR_H

#include "density/lattice.h"

/* The cells that count for a lattice: hs_lattice_deposit_new fills them. Their width depends on what the
 * lattice depends on; of a binned one they are its nodes. */
void hs_lattice_cells_of(const hs_lattice *lattice, double metres_per_unit, hs_lattice *cells);

/* What the rounding of a weight and of its shares may change, beside the largest error of an incident of
 * weight 1: in 2^-16, twice as much with each bit that a deposit's unit is widened by. */
int64_t hs_lattice_allowance(const hs_lattice *cells);

/* What cells a view reads, on the Mercator square: the west may lie below 0, the east beyond 2^32. */
void hs_lattice_cells_box(const hs_lattice *lattice, const hs_lattice *cells, const hs_density_view *view,
                          double box[4]);

/* The largest errors of hs_lattice_values at a view's pixels, off[size * size], and of its squares where
 * `squared_off` is not NULL. `values` and `squared` are what it gave; the deposits are the cells', of the
 * same points. `more` and `squared_more` are what else each incident may be off by, of its peak and of its
 * squared peak. Depend on a pixel's place and on the points near it only. The bounds of one incident by
 * distance are found as that of the lattice (tests/unit/density/test_lattice_near.c). HS_E_MEMORY. O(cells +
 * pixels x rows of cells under the kernel). Thread-safe. */
typedef struct hs_lattice_bounds {
    const float *values, *squared;
    double more, squared_more;
    float *off, *squared_off;
} hs_lattice_bounds;
hs_status hs_lattice_off(const hs_lattice *lattice, const hs_lattice *cells, const hs_density_view *view,
                         const hs_lattice_deposit *const *deposits, uint32_t count, hs_error *error,
                         const hs_lattice_bounds *bounds);

#endif
