/* What the files of density in this room share. */
#ifndef SERVICE_DENSITY_PRIVATE_H
#define SERVICE_DENSITY_PRIVATE_H

#include "density/lattice.h"
#include "service/density.h"
#include "service/service_private.h"

/* Kinds of values in the shared cache: the first word of a key. */
enum { HS_CACHED_DEPOSIT = 1, HS_CACHED_PILOT, HS_CACHED_PLACES, HS_CACHED_NETWORK, HS_CACHED_STREETS };

/* One density: the incidents of a filter under one kernel. */
typedef struct density_layer {
    hs_service *service;
    const hs_snapshot *snapshot;
    const hs_filter *filter;
    hs_kernel kernel;
    double bandwidth_m;
    bool exact;
    hs_kernel time_kernel;
    double time_bandwidth_s;
    int64_t at_s;
    double metres_per_unit;           /* the largest among the incidents */
    double unit;                      /* what a weight of one peak adds: incidents per km^2, per month */
    bool adaptive;                    /* bandwidth_m is that of the pilot and of the mean incident */
    const struct hs_adaptive *ladder; /* not NULL: only what has the bandwidth of step `rung` */
    uint32_t rung;
    bool whole; /* each incident at its nearest step, without shares */
} density_layer;

/* The layer of a request's filter, or of the other one. */
density_layer hs_density_layer_of(hs_service *service, const hs_snapshot *snapshot,
                                  const hs_density_request *request, bool other);
/* Kernel sums in peaks at a view's pixels; their squares too where `squared` is not NULL. */
hs_status hs_density_layer_tile(const density_layer *layer, const hs_density_view *view, hs_error *error,
                                float *sums, float *squared);
/* The same of a layer that is not adaptive. */
hs_status hs_density_layer_fixed_tile(const density_layer *layer, const hs_density_view *view,
                                      hs_error *error, float *sums, float *squared);
/* The lattice that a layer's tile is computed on; false where it is exact. */
bool hs_density_layer_lattice(const density_layer *layer, const hs_density_view *view, hs_lattice *lattice);
/* Where points may lie that change a view, on the Mercator square: the west may lie below 0 and the east
 * above 2^32, beyond the antimeridian. */
typedef struct reach_box {
    double west, north, east, south;
} reach_box;
reach_box hs_density_layer_reach(const density_layer *layer, const hs_density_view *view);
bool hs_reach_meets(const reach_box *reach, const hs_mercator_box *box);
/* Metres per unit at the incidents' latitude nearest to the equator, to a whole degree towards it. */
double hs_density_largest_scale(const hs_incidents *incidents);

/* What decides which rows of a chunk count, and how much. */
uint64_t hs_density_layer_rows_hash(const density_layer *layer);

/* The rows of one chunk that a layer counts; hs_layer_points_done gives them back. */
typedef struct layer_points {
    hs_point_columns columns;
    uint32_t selected; /* how many */
    uint64_t *bits;
    double *share;    /* of each row's weight, NULL: all of it */
    uint32_t *factor; /* the shares in 1/65536 */
} layer_points;
/* Makes room for shares, all 1, unless it is there. */
bool hs_layer_points_share(layer_points *points, uint32_t rows);
/* A row's weight times its share, as it is. */
double hs_layer_weight(const layer_points *points, const hs_incident_chunk *chunk, uint32_t i);
hs_status hs_layer_points_of(const density_layer *layer, const hs_incident_chunk *chunk, hs_error *error,
                             layer_points *points);
void hs_layer_points_done(layer_points *points);

#endif
