/* What the files of density along streets share. */
#ifndef SERVICE_DENSITY_STREETS_H
#define SERVICE_DENSITY_STREETS_H

#include "service/density_private.h"
#include <hotspot/adaptive_bandwidth.h>

/* Steps to a bandwidth: within 1e-5 of the largest value for smooth kernels (hotspot/network_density.h). */
#define HS_STREET_STEPS 256
/* With bandwidths on a ladder half of its steps and half the steps of waves do: 3.4e-3 of an incident's peak.
 */
#define HS_STREET_RUNG_STEPS 128
#define HS_STREET_STRIDE     2

typedef struct street_network {
    hs_network *network;
    hs_street_lines *lines;
} street_network;
/* The shared street_network of a snapshot's streets, cut into lixels. */
hs_status hs_street_network_open(hs_service *service, const hs_snapshot *snapshot, double lixel_m,
                                 hs_error *error, hs_shared_entry **entry);

/* Sums over lixels of one layer. */
typedef struct street_sums {
    hs_snapping snapping;
    double total;    /* weight of what is snapped */
    uint32_t *place; /* [lixels] on the ladder, of the events there; NULL with one bandwidth for all */
    int64_t sum[];   /* [lixels] */
} street_sums;
hs_status hs_street_sums_open(const density_layer *layer, const hs_density_request *request,
                              const street_network *streets, hs_error *error, hs_shared_entry **entry);

/* Where on its segment an incident counts; false where it has none within the limit. */
bool hs_street_snap(const hs_snapshot *snapshot, const hs_street_lines *lines, const hs_incident_chunk *chunk,
                    uint32_t i, double snap_m, double *along_m, double *distance_m);
/* The share of an incident at a place of the ladder that has the bandwidth of a step (a multiple of
 * HS_STREET_STRIDE): as hs_adaptive_share, over wider steps. */
double hs_street_rung_share(uint32_t place, uint32_t rung);
/* Shortest paths, and whatever is asked for exactly, go source by source; waves go all at once. */
bool hs_street_by_steps(const hs_density_request *request);
/* What one event in a lixel's sum adds to its value, per km: the layer's months and kernel in time. */
double hs_street_scale(const density_layer *layer);

#endif
