/* A lattice's deposit with weights of its own. */
#ifndef TESTS_LATTICE_DEPOSITED_H
#define TESTS_LATTICE_DEPOSITED_H

#include "check.h"
#include "density/lattice.h"

static inline hs_lattice_deposit *deposited(const hs_lattice *lattice, const hs_point_columns *points) {
    hs_error error = {0};
    hs_lattice_weights *weights;
    hs_lattice_deposit *deposit;
    check_ok(hs_lattice_weights_new(lattice->taps, &error, &weights), &error);
    check_ok(hs_lattice_deposit_new(lattice, weights, points, &error, &deposit), &error);
    hs_lattice_weights_free(weights);
    return deposit;
}

#endif
