/* A layer's tile by the lattice. */
#ifndef SERVICE_DENSITY_DEPOSITS_H
#define SERVICE_DENSITY_DEPOSITS_H

#include "service/density_adaptive.h"

/* As hs_density_layer_tile; squares are of layers whose points weigh 1, and are bounded beside `off` only. */
hs_status hs_density_lattice_tile(const density_layer *layer, const hs_lattice *lattice,
                                  const hs_density_view *view, hs_error *error, const density_field *field);

#endif
