/* What the files of density in this room share. */
#ifndef SERVICE_DENSITY_PRIVATE_H
#define SERVICE_DENSITY_PRIVATE_H

#include "base/progress.h"
#include "density/lattice.h"
#include "service/density.h"
#include "service/service_private.h"
#include <hotspot/edge_correction.h>

/* Kinds of values in the shared cache: the first word of a key. */
enum {
    HS_CACHED_DEPOSIT = 1,
    HS_CACHED_OUTLINE,
    HS_CACHED_STUDY_AREA,
    HS_CACHED_EDGE_SHARES,
    HS_CACHED_PILOT,
    HS_CACHED_PLACES,
    HS_CACHED_NETWORK,
    HS_CACHED_STREETS,
    HS_CACHED_POPULATION,
    HS_CACHED_RANKS,
    HS_CACHED_BANDWIDTH,
    HS_CACHED_LATTICE_WEIGHTS,
    HS_CACHED_BASE_INDEX,
    HS_CACHED_HOTSPOTS,
    HS_CACHED_FOCUS,
};

/* Which incidents of a ladder stand on a step: an incident between two is shared between them. */
typedef enum hs_ladder_part {
    HS_PART_ALL = 0, /* by their shares */
    HS_PART_ABOVE,   /* those between it and the step above, by their shares */
    HS_PART_BELOW,   /* those between it and the step below */
} hs_ladder_part;

/* One density: the incidents of a filter under one kernel. */
typedef struct density_layer {
    hs_service *service;
    hs_progress progress;
    hs_progress_steps *steps; /* of rasters: bands of all their passes; else NULL */
    const hs_snapshot *snapshot;
    const hs_filter *filter;
    hs_kernel kernel;
    double bandwidth_m;
    bool exact;
    hs_kernel time_kernel;
    double time_bandwidth_s;
    int64_t at_s;
    bool edge_correction;
    hs_kernel edge_kernel; /* whose masses are divided by, whatever else a mask is drawn with */
    double edge_bandwidth_m;
    bool squares;           /* points count the square of what they weigh */
    bool whole;             /* points count what they weigh over the whole city: without the edge's share */
    double metres_per_unit; /* the largest among the incidents */
    double unit;            /* what a weight of one peak adds: incidents per km^2, per month */
    bool adaptive;          /* bandwidth_m is that of the pilot and of the incident in the middle */
    const struct hs_adaptive *ladder; /* not NULL: only what has the bandwidth of step `rung` */
    uint32_t rung;
    hs_ladder_part part;
    double sampled_m;  /* the bandwidth that pixels are sampled for; 0: its own */
    bool residents;    /* points are places where `per_weight` times their weight live, one by one */
    double per_weight; /* 1 for incidents */
} density_layer;

/* HS_E_CANCELLED where the server stops or nobody waits: between pieces of long work. */
hs_status hs_density_check(const density_layer *layer, hs_error *error);
/* The layer of a request's filter, or of the other one. */
density_layer hs_density_layer_of(hs_service *service, const hs_snapshot *snapshot,
                                  const hs_density_request *request, bool other);
/* Kernel sums in peaks at a view's pixels, and where they are wanted (not NULL) those of squared kernels and
 * how far each may be off by the way it was computed: 0 where it is exact. [size * size] each. */
typedef struct density_field {
    float *sums, *squared, *off, *squared_off;
} density_field;
hs_status hs_density_layer_tile(const density_layer *layer, const hs_density_view *view, hs_error *error,
                                const density_field *field);
/* The same of a layer that is not adaptive. */
hs_status hs_density_layer_fixed_tile(const density_layer *layer, const hs_density_view *view,
                                      hs_error *error, const density_field *field);
/* The lattice that a layer's tile is computed on; false where it is exact. */
bool hs_density_layer_lattice(const density_layer *layer, const hs_density_view *view, hs_lattice *lattice);
/* Where points may lie that change a view, on the Mercator square: the west may lie below 0 and the east
 * above 2^32, beyond the antimeridian. */
typedef struct reach_box {
    double west, north, east, south;
} reach_box;
reach_box hs_density_layer_reach(const density_layer *layer, const hs_density_view *view);
/* The same of a place (density_value.c). */
reach_box hs_density_reach_of_place(const density_layer *layer, hs_mercator at);
bool hs_reach_meets(const reach_box *reach, const hs_mercator_box *box);
/* Metres per unit at the incidents' latitude nearest to the equator, to a whole degree towards it. */
double hs_density_largest_scale(const hs_incidents *incidents);

/* The layer whose squared kernels a layer's squares are: its incidents' weights squared where they may be
 * other than 1. */
density_layer hs_density_squares_of(const density_layer *layer);
/* Adds a layer's incidents in reach of a view, chunk by chunk, by what takes columns of points
 * (density_layer.c). */
typedef hs_status (*density_adder)(const density_layer *layer, const hs_incident_chunk *chunk,
                                   const hs_point_columns *points, const hs_density_view *view, void *context,
                                   hs_error *error);
hs_status hs_density_layer_add(const density_layer *layer, const hs_density_view *view, density_adder add,
                               void *context, hs_error *error);

/* Both sides of a request. `snapshot` of the second one is another where it counts residents. */
typedef struct density_sides {
    density_layer a, b;
    hs_risk_sides overlap;
    hs_shared_entry *population; /* held for the second one, or NULL */
} density_sides;
hs_status hs_density_sides_of(hs_service *service, const hs_snapshot *snapshot,
                              const hs_density_request *request, hs_error *error, density_sides *sides);
void hs_density_sides_done(density_sides *sides);
/* How the incidents of a request's filters lie to each other. */
hs_risk_sides hs_density_overlap(const hs_density_request *request, const hs_incidents *incidents);

/* All that a layer counts, and its squares: incidents by weight and factor, residents. */
typedef struct density_total {
    double sum, sum_squared;
} density_total;
hs_status hs_density_total_of(const density_layer *layer, hs_error *error, density_total *total);
/* Whether a layer's incidents may count other than 1. */
bool hs_density_layer_weighted(const density_layer *layer);
/* The exposures of both sides: totals for shares, months for rates; and the dispersion of hs_risk_z. */
typedef struct density_exposures {
    double a, b, dispersion;
} density_exposures;
hs_status hs_density_exposures_of(const hs_density_request *request, const density_sides *sides,
                                  hs_error *error, density_exposures *exposures);

/* Incidents of a layer on the plane (density_plane.c). */
typedef struct plane_points {
    double *x_m, *y_m, *weight;
    size_t count, capacity;
} plane_points;
hs_status hs_density_plane_points(const density_layer *layer, hs_error *error, plane_points *points);
void hs_plane_points_done(plane_points *points);
/* The measure at the cells of a grid; `points` are those of the first side. z may be NULL
 * (density_measure.c). */
hs_status hs_density_measure_cells(hs_service *service, const hs_snapshot *snapshot,
                                   const hs_density_request *request, const hs_raster_grid *grid,
                                   const plane_points *points, hs_error *error, double *values, float *z);

/* Densities of a raster's cells in a layer's unit, and their squares where something rests on them. */
typedef struct density_cells {
    double *values, *squared; /* squared may be NULL */
} density_cells;
/* Masks where a density's kernel holds too few; turns a's values into the measure, with its z where z is not
 * NULL (density_compare.c). */
void hs_density_mask_cells(const hs_density_request *request, const density_layer *layer, size_t count,
                           const density_cells *cells);
void hs_density_compare_cells(const hs_density_request *request, const density_sides *sides,
                              const density_exposures *exposures, size_t count, const density_cells *a,
                              const density_cells *b, float *z);

/* Kernel weights at a place, in 2^-32 of a peak, of the incidents that count on the first side only, on the
 * second only, and on both; a bootstrap's draw of each is a stream of its own (density_uncertainty.c). */
enum { HS_ONLY_A, HS_ONLY_B, HS_BOTH_SIDES, HS_SHARES };
typedef struct kernel_weights {
    uint64_t *weight;
    uint32_t count, capacity;
} kernel_weights;
bool hs_kernel_weights_reserve(kernel_weights *weights, uint32_t more);
/* The interval of a value whose sums and weights are known. */
hs_status hs_density_interval_of(const hs_density_request *request, const hs_density_value *value,
                                 const kernel_weights *shares, const hs_density_interval_request *how,
                                 hs_error *error, hs_density_bounds *bounds);
/* HS_E_ARGUMENT for what no interval is made of. */
hs_status hs_density_interval_check(const hs_density_request *request, const hs_density_interval_request *how,
                                    hs_error *error);
/* From the sums on both sides: effective number, mask and test; the value too for a plane (density_value.c).
 */
void hs_density_value_settle(const hs_density_request *request, const density_exposures *exposures,
                             hs_density_value *value);

/* The places of a request's residents: a snapshot that holds them as incidents (density_population.c). */
typedef struct density_population {
    hs_snapshot *snapshot;
    double per_weight;
    hs_population_info info;
} density_population;
hs_status hs_density_population_of(hs_service *service, const hs_snapshot *snapshot,
                                   const hs_density_request *request, hs_error *error,
                                   hs_shared_entry **entry);

/* The rows of one chunk that a layer counts; hs_layer_points_done gives them back (density_points.c). */
typedef struct layer_points {
    hs_point_columns columns; /* with `share` rounded as factor */
    uint32_t selected;        /* how many */
    uint64_t *bits;
    double *share; /* [count] what an incident's weight is multiplied by: the product of a kernel in time, of
                      the edge correction and of a step of the ladder; NULL: all 1 */
    uint32_t *factor;
} layer_points;
/* Makes room for shares, all 1, unless it is there. */
bool hs_layer_points_share(layer_points *points);
/* A row's weight times its share, as it is. */
double hs_layer_weight(const layer_points *points, const hs_incident_chunk *chunk, uint32_t i);
hs_status hs_layer_points_of(const density_layer *layer, const hs_incident_chunk *chunk, hs_error *error,
                             layer_points *points);
void hs_layer_points_done(layer_points *points);
/* Shares anew so that squared weights become the weights themselves. */
hs_status hs_layer_points_root(const hs_incident_chunk *chunk, hs_error *error, layer_points *points);
/* Decides which rows of a chunk count, and how much: part of keys. */
uint64_t hs_density_layer_hash(const density_layer *layer);
/* The city: the units of the topmost level that has any (density_edge.c). First row of the units' columns and
 * the one after the last; equal where there are none. */
uint32_t hs_city_units(const hs_geography *geography, uint32_t *end);
bool hs_in_city(const hs_geography *geography, hs_position position);
/* Its outline as directed edges, made once a geography. */
typedef struct city_outline {
    uint32_t count;
    hs_directed_edge *plane, *mercator;
} city_outline;
hs_status hs_city_outline(hs_service *service, const hs_snapshot *snapshot, hs_error *error,
                          hs_shared_entry **entry);
/* Leaves NAN outside the city at the centres of cells or pixels. */
hs_status hs_cut_raster(hs_service *service, const hs_snapshot *snapshot, const hs_raster_grid *grid,
                        hs_error *error, double *values);
hs_status hs_cut_tile(hs_service *service, const hs_snapshot *snapshot, const hs_density_view *view,
                      hs_error *error, float *values);

/* One over the masses of the incidents of a chunk, of those rows where it is not 1: 0 outside the city. Made
 * once for a kernel, bandwidth and geography (density_edge.c). */
typedef struct edge_shares {
    uint32_t count;
    uint32_t *row;
    double *share;
} edge_shares;
hs_status hs_edge_shares_of(const density_layer *layer, const hs_incident_chunk *chunk, hs_error *error,
                            hs_shared_entry **entry);

#endif
