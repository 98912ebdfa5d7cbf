/* Density of a snapshot's incidents on tiles, rasters, streets and at places: one request, many forms. Caches
 * what tiles of one request share. Thread-safe. */
#ifndef SERVICE_DENSITY_H
#define SERVICE_DENSITY_H

#include "service/service.h"
#include <hotspot/network_density.h>
#include <hotspot/raster_density.h>

typedef enum hs_density_measure {
    HS_MEASURE_DENSITY =
        0,                 /* incidents per km^2 (per km of street with `network`), per month with a period */
    HS_MEASURE_DIFFERENCE, /* that of `filter` less that of `other` */
    HS_MEASURE_RELATIVE_RISK, /* log2 of the ratio of the two densities, each of its own total */
} hs_density_measure;

/* What is asked for. All of it, and nothing else, decides the answer on a snapshot. */
typedef struct hs_density_request {
    hs_filter filter;
    hs_density_measure measure;
    hs_filter other;   /* the other period, or the denominator's incidents */
    hs_str population; /* relative risk over this attribute of units instead of `other`; empty: not */
    hs_kernel kernel;
    double bandwidth_m;
    bool adaptive;        /* Abramson: bandwidth_m is that of the pilot and the geometric mean */
    bool edge_correction; /* Jones-Diggle at the edge of the top level's units */
    bool exact;
    bool network;
    hs_network_kernel network_kernel;
    double max_snap_m; /* incidents farther from any street are left out and counted */
    hs_kernel time_kernel;
    double time_bandwidth_s;     /* 0: no kernel in time */
    int64_t at_s;                /* its middle */
    double months, other_months; /* 0: not per month */
    double min_n;                /* masked where fewer effective incidents lie under the kernel; 0: nowhere */
} hs_density_request;

/* Hash of all members: key of caches. */
uint64_t hs_density_request_hash(const hs_density_request *request);

/* Values at the pixel centres of a tile, [size_px * size_px] from the north-west, in the measure's unit; NAN
 * where masked or undefined. Pixels that are wide for the bandwidth carry the mean over their area. */
hs_status hs_service_density_tile(hs_service *service, const hs_snapshot *snapshot,
                                  const hs_density_request *request, hs_tile tile, uint32_t size_px,
                                  hs_arena *arena, hs_error *error, float *values);
/* Changes exactly when what a tile (and its reach) reads changes: for entity tags. 0 tile->z.. is the world.
 */
uint64_t hs_service_density_tile_version(const hs_snapshot *snapshot, const hs_density_request *request,
                                         hs_tile tile);

/* Values on the city's plane, exact but for adaptive bandwidths (hotspot/raster_density.h). NAN outside the
 * units of the top level. `values` [rows * columns] is malloc'ed; free() it. */
typedef struct hs_density_raster {
    hs_raster_grid grid;
    float *values;
    uint64_t n; /* incidents under it */
} hs_density_raster;
/* cell_m 0: chosen (bandwidth / 8, at most 2,048 cells a side) and said in the grid. `box` NULL: the extent
 * of the units, else of the incidents. HS_E_LIMIT above 64 M cells. */
hs_status hs_service_density_raster(hs_service *service, const hs_snapshot *snapshot,
                                    const hs_density_request *request, const hs_box *box, double cell_m,
                                    hs_error *error, hs_density_raster *raster);

typedef struct hs_density_value {
    double value, lower, upper; /* in the measure's unit; NAN where undefined */
    double confidence;          /* 0.95 */
    bool bootstrap;             /* which interval it is */
    double effective_n;         /* Kish: (sum K)^2 / sum K^2 */
    uint64_t n;                 /* incidents within the kernel's reach */
    bool masked;
    double rank;    /* share of the incidents' own places with a lower density, 0 to 1; NAN: none */
    double p_value; /* relative risk: two-sided, asymptotic; NAN otherwise */
} hs_density_value;
/* `replicates` of the bootstrap, 0: the Poisson interval; `seed` makes it repeatable. */
hs_status hs_service_density_value(hs_service *service, const hs_snapshot *snapshot,
                                   const hs_density_request *request, hs_position position,
                                   uint32_t replicates, uint64_t seed, hs_error *error,
                                   hs_density_value *value);

/* Density on the streets: one value a lixel of hs_service_lixels' geometry. */
typedef struct hs_density_streets {
    const hs_lixels *lixels; /* of the snapshot's geography; lives as long as the service holds it */
    const double *per_km;    /* [lixels->count], per month with a period */
    uint64_t n, snapped, left_out;
    double max_snap_m, mean_snap_m;
} hs_density_streets;
/* Release with hs_service_density_streets_unref. */
hs_status hs_service_density_streets(hs_service *service, const hs_snapshot *snapshot,
                                     const hs_density_request *request, hs_error *error,
                                     const hs_density_streets **streets);
void hs_service_density_streets_unref(const hs_density_streets *streets);

#endif
