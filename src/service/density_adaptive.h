/* Adaptive bandwidths of a layer's incidents: pilots of the incidents that the city was built with are made
 * once and kept, so that one live incident changes its own bandwidth and no other. */
#ifndef SERVICE_DENSITY_ADAPTIVE_H
#define SERVICE_DENSITY_ADAPTIVE_H

#include "service/density_private.h"
#include <hotspot/adaptive_bandwidth.h>

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

/* The part of a layer that has the bandwidth of a step: with shares, or (nearest) each incident once, at its
 * nearest step, for what is not linear in weights. */
bool hs_adaptive_has(const hs_adaptive *adaptive, uint32_t chunk, uint32_t rung);
density_layer hs_adaptive_part(const density_layer *layer, const hs_adaptive *adaptive, uint32_t rung,
                               bool nearest);
/* Leaves of a chunk's points those of the layer's step, with their shares. */
hs_status hs_adaptive_restrict(const density_layer *layer, const hs_incident_chunk *chunk, hs_error *error,
                               layer_points *points);
/* A tile's sums of an adaptive layer, as hs_density_layer_tile gives them. */
hs_status hs_adaptive_tile(const density_layer *layer, const hs_density_view *view, hs_error *error,
                           float *sums, float *squared);

#endif
