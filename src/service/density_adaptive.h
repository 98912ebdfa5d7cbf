/* Adaptive bandwidths of a layer's incidents: pilots of the incidents that the city was built with are made
 * once and kept, so that one live incident changes its own bandwidth and no other. */
#ifndef SERVICE_DENSITY_ADAPTIVE_H
#define SERVICE_DENSITY_ADAPTIVE_H

#include "density/adaptive_sums.h"
#include "service/density_private.h"

#define HS_NO_PLACE UINT32_MAX

/* Places on the ladder of a chunk's rows. */
typedef struct hs_chunk_places {
    bool rung[HS_ADAPTIVE_RUNGS + 1]; /* whether a step has some of it */
    uint32_t place[];                 /* HS_NO_PLACE where a row does not count */
} hs_chunk_places;

typedef struct hs_adaptive {
    const hs_snapshot *snapshot;
    uint64_t hash; /* of what decides the places */
    uint32_t chunk_count;
    const hs_chunk_places **chunk;  /* [chunk_count]; NULL where there are no positions */
    hs_shared_entry *pilot, **late; /* what is held */
} hs_adaptive;

/* The places of all incidents of a layer. `adaptive` is given back by hs_adaptive_done, on failure too. */
hs_status hs_adaptive_open(const density_layer *layer, hs_error *error, hs_adaptive *adaptive);
void hs_adaptive_done(hs_adaptive *adaptive);

/* The part of a layer that has the bandwidth of a step. */
bool hs_adaptive_has(const hs_adaptive *adaptive, uint32_t chunk, uint32_t rung);
density_layer hs_adaptive_part(const density_layer *layer, const hs_adaptive *adaptive, uint32_t rung);
/* Leaves of a chunk's points those of the layer's step, with their shares. */
hs_status hs_adaptive_restrict(const density_layer *layer, const hs_incident_chunk *chunk, hs_error *error,
                               layer_points *points);
/* A tile's sums of an adaptive layer, as hs_density_layer_tile gives them. */
hs_status hs_adaptive_tile(const density_layer *layer, const hs_density_view *view, hs_error *error,
                           const density_field *field);

/* By direct sums, each incident with its own bandwidth (density_adaptive_exact.c). What its rows count, 0
 * for those that do not, amount[chunk->count]; squared with layer->squares. */
hs_status hs_adaptive_amounts(const density_layer *layer, const hs_incident_chunk *chunk,
                              const hs_chunk_places *places, hs_error *error, double *amount);
hs_status hs_adaptive_exact_tile(const density_layer *layer, const hs_density_view *view, hs_error *error,
                                 const density_field *field);
/* At chosen pixels of sums[size * size], and of `squared` where that is not NULL. */
hs_status hs_adaptive_exact_pixels(const density_layer *layer, const hs_density_view *view,
                                   const hs_chosen_pixels *chosen, hs_error *error, float *sums,
                                   float *squared);
/* Adds to `moments`. */
hs_status hs_adaptive_exact_place(const density_layer *layer, hs_mercator at, hs_error *error,
                                  hs_adaptive_moments *moments);

#endif
