/* Density of a snapshot's incidents on tiles, rasters and at places: one request, many forms. Caches what
 * tiles of one request share. Thread-safe. */
#ifndef SERVICE_DENSITY_H
#define SERVICE_DENSITY_H

#include "base/json_writer.h"
#include "city/street_lines.h"
#include "export/format.h"
#include "service/service.h"
#include <hotspot/bandwidth.h>
#include <hotspot/density.h>
#include <hotspot/network_density.h>
#include <hotspot/progress.h>
#include <hotspot/raster_density.h>
#include <hotspot/relative_risk.h>

typedef enum hs_density_measure {
    HS_MEASURE_DENSITY = 0,   /* incidents per km^2, per month with a period or a kernel in time */
    HS_MEASURE_DIFFERENCE,    /* that of `filter` less that of `other` */
    HS_MEASURE_RELATIVE_RISK, /* log2 of the ratio of the two densities, each a share of its own total */
} hs_density_measure;

/* Where a bandwidth is from. */
typedef enum hs_bandwidth_source {
    HS_BANDWIDTH_DEFAULT = 0,
    HS_BANDWIDTH_GIVEN,
    HS_BANDWIDTH_CHOSEN, /* by a method of hotspot/bandwidth.h, from the filter's incidents */
} hs_bandwidth_source;

typedef struct hs_chosen_bandwidth {
    double sigma_m;   /* as the method gave it */
    uint64_t n, used; /* incidents, and those that the method looked at */
    bool at_limit;    /* of what the method tries, or of the bandwidths that are taken */
} hs_chosen_bandwidth;

/* What is asked for. All of it but `progress`, and nothing else, decides the answer on a snapshot. */
typedef struct hs_density_request {
    hs_progress progress; /* what takes long asks whether to go on */
    hs_filter filter;
    hs_density_measure measure;
    hs_filter other;   /* the other period, or the denominator's incidents */
    hs_str population; /* instead of them the units' numeric attribute that counts residents; or empty */
    hs_level level;    /* of the units that carry it; HS_LEVEL_COUNT: imported areas and points instead */
    double tolerance;  /* two-sided p-value above which comparisons are not drawn; 0: all are drawn */
    hs_kernel kernel;
    double bandwidth_m;
    hs_bandwidth_source bandwidth_source;
    hs_bandwidth_method bandwidth_method; /* of a chosen one, and what it said */
    hs_chosen_bandwidth chosen;
    bool adaptive; /* Abramson's: bandwidth_m is that of the pilot and of the incident in the middle */
    bool exact;
    /* Each incident's kernel is divided by the mass of it inside the city (hotspot/edge_correction.h): the
     * units of the topmost level, on the city's plane; masses below 2^-14 count as that much. Incidents
     * outside do not count, and places outside have no value. */
    bool edge_correction;
    hs_kernel time_kernel;
    double time_bandwidth_s;     /* 0: no kernel in time */
    int64_t at_s;                /* its middle */
    double months, other_months; /* 0: not per month */
    bool network;                /* on streets: incidents per km of street, over lixels */
    hs_network_method network_method;
    double snap_m;  /* incidents farther from their street are left out */
    double lixel_m; /* 0: a twentieth of the bandwidth, 5 to 50 m */
    double min_n;   /* masked where fewer effective incidents lie under the kernel; 0: nowhere */
} hs_density_request;

#define HS_MIN_BANDWIDTH_M     10.0
#define HS_MAX_BANDWIDTH_M     20000.0
#define HS_MAX_ADAPTIVE_M      10000.0
#define HS_DEFAULT_SNAP_M      50.0
#define HS_DEFAULT_BANDWIDTH_M 300.0
/* Positions that are worse are left out: unit centroids make false hot spots. */
#define HS_DEFAULT_ACCURACY_M 100.0

/* Words and what they are given: filters, bandwidth (metres, or the name of a method: then
 * hs_service_density_choose gives the number, which is the default's until then), kernel, exact, adaptive,
 * edge-correction, at, time-bandwidth, time-kernel, compare, over, population, tolerance, min-n, network,
 * network-kernel, snap, lixel; others are not looked at. Texts and arrays of the request live in the arena.
 * HS_E_ARGUMENT names the word and what it takes. */
hs_status hs_density_request_parse(const hs_snapshot *snapshot, const hs_str *names, const hs_str *values,
                                   size_t count, hs_arena *arena, hs_error *error,
                                   hs_density_request *request);
/* The same for a picture whose extent `bbox` is: it is no filter then, since incidents just outside still
 * count. `has_box` says whether it was given. `cell` in metres, 0 where absent. */
hs_status hs_density_raster_parse(const hs_snapshot *snapshot, const hs_str *names, const hs_str *values,
                                  size_t count, hs_arena *arena, hs_error *error, hs_density_request *request,
                                  hs_box *box, bool *has_box, double *cell_m);
/* Gives a request whose bandwidth has a method's name its number: that of the method for the request's
 * kernel, to three digits, within the bandwidths that are taken; nothing for others. From all incidents of a
 * snapshot that the filter lets through, so a new one may change it; kept. HS_E_ARGUMENT as
 * hs_bandwidth_choose. */
hs_status hs_service_density_choose(hs_service *service, const hs_snapshot *snapshot,
                                    hs_density_request *request, hs_error *error);
/* Whether that takes no time. */
bool hs_service_density_is_chosen(hs_service *service, const hs_snapshot *snapshot,
                                  const hs_density_request *request);
/* `default`, `given` or the method's name. */
const char *hs_density_bandwidth_source(const hs_density_request *request);
/* bandwidth_m and where it is from, as pairs of an object. */
void hs_density_write_bandwidth(hs_json *json, const hs_density_request *request);
/* How many of the filter's incidents lie outside the city, which edge correction leaves out. */
hs_status hs_service_density_outside(hs_service *service, const hs_snapshot *snapshot,
                                     const hs_density_request *request, hs_error *error, uint64_t *count);
/* How many incidents count at all: with a kernel in time those that it reaches, with edge correction those
 * inside the city. */
hs_status hs_service_density_counted(hs_service *service, const hs_snapshot *snapshot,
                                     const hs_density_request *request, hs_error *error, uint64_t *count);
/* What the values are, for breaks and colours, and their unit for people. */
hs_ramp_scale hs_density_scale(const hs_density_request *request);
const char *hs_density_unit_en(const hs_density_request *request);
const char *hs_density_unit_zh(const hs_density_request *request);

/* Hash of all members: key of caches. */
uint64_t hs_density_request_hash(const hs_density_request *request);

/* Values at the pixel centres of a tile, [size_px * size_px] from the north-west, in the measure's unit; NAN
 * where masked or undefined, and with edge correction at centres outside the city. Pixels that are wide for
 * the bandwidth carry the mean over their area (hotspot/density.h). */
hs_status hs_service_density_tile(hs_service *service, const hs_snapshot *snapshot,
                                  const hs_density_request *request, hs_tile tile, uint32_t size_px,
                                  hs_error *error, float *values);
/* The largest error of those values by the way they are computed, as a share of one incident's peak (the
 * corrected one): 0 where exact, HS_DENSITY_SHARE_ROUNDING where exact but for what incidents count, which is
 * rounded to 1/65536 under a kernel in time and with edge correction. Kernels with edges are always exact. */
#define HS_DENSITY_SHARE_ROUNDING 0x1p-17
/* Of a ratio besides: sums that are small beside what lies near are made exact, so that its logarithm to base
 * 2 is off by no more, wherever it is drawn; 0 with `exact`. */
#define HS_DENSITY_RATIO_ERROR 0.029
double hs_service_density_error(const hs_snapshot *snapshot, const hs_density_request *request, hs_tile tile,
                                uint32_t size_px);
/* Changes when anything that a tile reads does: for entity tags. Incidents elsewhere do not change it. */
uint64_t hs_service_density_tile_version(const hs_snapshot *snapshot, const hs_density_request *request,
                                         hs_tile tile, uint32_t size_px);

typedef struct hs_density_value {
    double value;                     /* in the measure's unit; NAN where undefined */
    double effective_n;               /* Kish: (sum K)^2 / sum K^2; of the rarer side of two */
    uint64_t n, other_n;              /* incidents within the kernel's reach */
    double sum, sum_squared, largest; /* of kernel weights, in peaks */
    double other_sum, other_sum_squared, other_largest;
    double unit, other_unit;   /* what a weight of one peak adds to the density */
    double total, other_total; /* what passes anywhere, incidents by their weights; residents */
    hs_risk_sides sides;       /* of a comparison; apart for a density */
    double z, p_value;         /* whether the sides differ here (hotspot/relative_risk.h); NAN: not tested */
    double rate_per_1000;      /* incidents per 1,000 residents, per month with a period; NAN: no residents */
    bool masked;
} hs_density_value;
/* Exact, but for HS_DENSITY_SHARE_ROUNDING; with edge correction the value is NAN outside the city. With
 * residents other_n is how many live within the kernel's reach. */
hs_status hs_service_density_value(hs_service *service, const hs_snapshot *snapshot,
                                   const hs_density_request *request, hs_position position, hs_error *error,
                                   hs_density_value *value);

/* How an interval comes about (hotspot/density_interval.h). */
typedef struct hs_density_interval_request {
    bool bootstrap;
    uint32_t replications; /* 1 to HS_MOST_REPLICATIONS */
    uint64_t seed;
    double confidence; /* as 0.95 */
} hs_density_interval_request;
#define HS_MOST_REPLICATIONS 10000u

typedef struct hs_density_bounds {
    double lower, upper; /* in the measure's unit; NAN or infinite where open or undefined */
    const char *method;  /* `poisson`, `poisson-mover` or `bootstrap` */
    uint32_t defined;    /* replications in which the measure has a value */
} hs_density_bounds;
/* The interval of a value at a position. Poisson: of Fay and Feuer, a comparison's by Zou and Donner from
 * those of its sides; residents are known without error. Bootstrap: percentiles, an incident that counts on
 * both sides is drawn once for both. Totals are taken as they are. */
hs_status hs_service_density_interval(hs_service *service, const hs_snapshot *snapshot,
                                      const hs_density_request *request, hs_position position,
                                      const hs_density_value *value, const hs_density_interval_request *how,
                                      hs_error *error, hs_density_bounds *bounds);

/* Where a value stands among those of all places: of picture cells inside the city, of lixels on streets. */
typedef struct hs_density_rank {
    uint64_t rank; /* 1: none is higher; 0: the value or all of them are undefined */
    uint64_t of;   /* places that have a value */
    double cell_m; /* their side; of lixels the longest that one may be */
} hs_density_rank;
/* Cells are pixels of tiles, with their error: of at most a quarter of the bandwidth, in a city that is wide
 * for that 256 to 512 along its longer side. What requests share is kept. */
hs_status hs_service_density_rank(hs_service *service, const hs_snapshot *snapshot,
                                  const hs_density_request *request, double value, hs_error *error,
                                  hs_density_rank *rank);

/* Residents as a denominator: each unit's or area's number spread evenly over its polygon
 * (density_population.c). */
typedef struct hs_population_info {
    double residents;
    double step_m;           /* of the lattice of places */
    uint32_t units, without; /* of the level, and those of them that do not carry the attribute; or areas */
} hs_population_info;
/* HS_E_ARGUMENT for a request without residents. */
hs_status hs_service_population(hs_service *service, const hs_snapshot *snapshot,
                                const hs_density_request *request, hs_error *error, hs_population_info *info);
/* The lowest level of which a unit carries the numeric attribute `name`; HS_LEVEL_COUNT where none does. */
hs_level hs_population_level(const hs_geography *geography, hs_str name);
/* The lowest level of units whose population was imported by their code; HS_LEVEL_COUNT: none was. */
hs_level hs_population_imported_level(const hs_geography *geography);
/* The names of the numeric attributes that the first units of each level carry, or `none`; in the arena. */
hs_str hs_population_attributes(const hs_geography *geography, hs_arena *arena);

/* Values on the city's plane, exact, what incidents count in doubles. NAN outside the units of the top level,
 * where there are units. */
typedef struct hs_density_raster {
    hs_raster_grid grid;
    float *values;     /* [rows * columns], freed by hs_density_raster_done; NAN where masked too */
    float *z;          /* [rows * columns] with a tolerance, NAN where not tested; else NULL */
    double *x_m, *y_m; /* [n] the incidents of `filter` whose kernels may reach it, on the plane */
    size_t n;
} hs_density_raster;
/* cell_m 0: an eighth of the bandwidth, wider where that makes over 2,048 cells a side. Edges lie on
 * multiples of the cell. `box` NULL: the extent of the units, else of the incidents. HS_E_ARGUMENT
 * above 64 million cells. Runs on the pool. */
hs_status hs_service_density_raster(hs_service *service, const hs_snapshot *snapshot,
                                    const hs_density_request *request, const hs_box *box, double cell_m,
                                    hs_error *error, hs_density_raster *raster);
void hs_density_raster_done(hs_density_raster *raster);
/* Leaves values that depart from 0 at the level of a tolerance, NAN elsewhere; all where there is no z. */
void hs_density_keep_significant(hs_density_raster *raster, double tolerance);

/* How incidents came to their streets. */
typedef struct hs_snapping {
    uint64_t snapped, left_out; /* left out: no street within the limit */
    double mean_m, largest_m;   /* of those snapped */
} hs_snapping;

/* Densities of streets (density_streets.c): the value of each lixel in the measure's unit. */
typedef struct hs_density_streets {
    const hs_network *network;
    const hs_street_lines *lines;
    float *values; /* [lixels], freed by hs_density_streets_done; NAN where undefined */
    hs_snapping snapping, other_snapping;
    struct hs_shared_entry *held; /* the network and the lines */
} hs_density_streets;
/* For requests with `network`; HS_E_ARGUMENT where there are no streets. Runs on the pool; what tiles of one
 * request share is kept. */
hs_status hs_service_density_streets(hs_service *service, const hs_snapshot *snapshot,
                                     const hs_density_request *request, hs_error *error,
                                     hs_density_streets *streets);
void hs_density_streets_done(hs_density_streets *streets);
double hs_density_lixel_m(const hs_density_request *request);
/* What lies under the kernels at a lixel and the interval of its value, as of a place on the plane; the value
 * itself is the lixel's. Weights of incidents are those of the kernel's mean over the lixel, by its symmetry
 * from the lixel to them: within 1e-3 of a kernel's peak, by which `n` and sums may differ from the value
 * (density_street_value.c). */
hs_status hs_service_density_street_value(hs_service *service, const hs_snapshot *snapshot,
                                          const hs_density_request *request,
                                          const hs_density_streets *streets, uint32_t segment, uint32_t lixel,
                                          const hs_density_interval_request *how, hs_error *error,
                                          hs_density_value *value, hs_density_bounds *bounds);
void hs_density_street_rank(const hs_density_request *request, const hs_density_streets *streets,
                            double value, hs_density_rank *rank);
/* The lixel nearest to a position within the limit; false when there is none. */
bool hs_density_streets_find(const hs_density_streets *streets, const hs_snapshot *snapshot,
                             hs_position position, double limit_m, uint32_t *segment, uint32_t *lixel,
                             double *distance_m);
/* A GeoJSON FeatureCollection of the lixels in a box (NULL: all) whose value is neither 0 nor undefined. */
void hs_density_lixels(const hs_snapshot *snapshot, const hs_density_request *request,
                       const hs_ramp_classes *classes, const hs_density_streets *streets, const hs_box *box,
                       hs_json *json);
/* The same lixels as a table in a file of any format of export/format.h but the whole GeoJSON, put in its
 * place when it is whole. HS_E_ARGUMENT for what the format does not hold, unless it is warned of, and where
 * `path` is the store. */
typedef struct hs_density_warning {
    void *context;
    void (*warn)(void *context, const char *message); /* or NULL */
} hs_density_warning;
hs_status hs_density_lixels_file(hs_service *service, const hs_snapshot *snapshot,
                                 const hs_density_request *request, const hs_ramp_classes *classes,
                                 const hs_density_streets *streets, const hs_box *box,
                                 const hs_export_format *format, const char *path,
                                 const hs_density_warning *warning, hs_error *error);
/* How kernels pass junctions, lixels' length and the snapping, as pairs of an object. */
void hs_density_write_snapping(hs_json *json, const hs_density_request *request,
                               const hs_density_streets *streets);

/* The request's incidents on the plane, for choosing a bandwidth: every k-th along the curve so that at most
 * `most` are taken; `total` is how many there are. Arrays live in the arena. */
#define HS_BANDWIDTH_SAMPLE 5000
/* For methods that need no more than the points' spread. */
#define HS_BANDWIDTH_SPREAD ((size_t)4 << 20)
hs_status hs_service_density_sample(hs_service *service, const hs_snapshot *snapshot,
                                    const hs_density_request *request, size_t most, hs_arena *arena,
                                    hs_error *error, hs_plane_points *points, uint64_t *total);

/* Forms of a raster (density_forms.c). GeoTIFF into a file, or into `out` where `path` is NULL. */
hs_status hs_density_tif(const hs_snapshot *snapshot, const hs_density_request *request,
                         const hs_density_raster *raster, const char *path, hs_error *error, hs_buffer *out);
/* A whole GeoJSON FeatureCollection of bands between the classes' breaks (export/isobands.h), with what it
 * was made of; with a tolerance besides them what lies above it and below it. */
hs_status hs_density_isobands(const hs_snapshot *snapshot, const hs_density_request *request,
                              const hs_ramp_classes *classes, const hs_density_raster *raster,
                              hs_error *error, hs_json *json);

#endif
