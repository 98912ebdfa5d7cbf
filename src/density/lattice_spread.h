/* What the files that spread incidents onto a lattice share. */
#ifndef DENSITY_LATTICE_SPREAD_H
#define DENSITY_LATTICE_SPREAD_H

#include "density/lattice_blocks.h"

#define HS_LATTICE_UNIT_BITS 14
/* Places between two nodes are told apart in 1024ths: at most 1/2048 of a step off, which is below 5e-5 of
 * the peak at the narrowest span. */
#define HS_LATTICE_PLACES    1024
#define HS_LATTICE_MOST_TAPS 6

/* Lagrange's weights of every place, in 2^-15. A row stands between zeros, so that 16 numbers read from
 * HS_LATTICE_BEFORE - k begin with k zeros, k at most HS_LATTICE_BEFORE. */
#define HS_LATTICE_BEFORE 8
#define HS_LATTICE_PITCH  24
struct hs_lattice_weights {
    uint32_t taps;
    int32_t rows[(HS_LATTICE_PLACES + 1) * HS_LATTICE_PITCH];
};

static inline const int32_t *hs_lattice_weights_at(const hs_lattice_weights *weights, uint32_t place) {
    return weights->rows + (size_t)place * HS_LATTICE_PITCH + HS_LATTICE_BEFORE;
}

/* Deposits the selected points, each of weight 1, onto 4 or 6 nodes a side: what adding them one by one in
 * any order gives. False when memory is out. Only of lattices that it can be reckoned on in whole numbers. */
bool hs_lattice_spreads_ones(const hs_lattice *lattice);
bool hs_lattice_spread_ones(const hs_lattice *lattice, const hs_lattice_weights *weights,
                            const hs_point_columns *points, lattice_blocks *blocks);

#endif
