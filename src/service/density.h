/* Density of a snapshot's incidents on tiles, rasters and at places: one request, many forms. Caches what
 * tiles of one request share. Thread-safe. */
#ifndef SERVICE_DENSITY_H
#define SERVICE_DENSITY_H

#include "base/json_writer.h"
#include "service/service.h"
#include <hotspot/density.h>
#include <hotspot/raster_density.h>

typedef enum hs_density_measure {
    HS_MEASURE_DENSITY = 0,   /* incidents per km^2, per month with a period or a kernel in time */
    HS_MEASURE_DIFFERENCE,    /* that of `filter` less that of `other` */
    HS_MEASURE_RELATIVE_RISK, /* log2 of the ratio of the two densities, each a share of its own total */
} hs_density_measure;

/* What is asked for. All of it, and nothing else, decides the answer on a snapshot. */
typedef struct hs_density_request {
    hs_filter filter;
    hs_density_measure measure;
    hs_filter other; /* the other period, or the denominator's incidents */
    hs_kernel kernel;
    double bandwidth_m;
    bool exact;
    hs_kernel time_kernel;
    double time_bandwidth_s;     /* 0: no kernel in time */
    int64_t at_s;                /* its middle */
    double months, other_months; /* 0: not per month */
    double min_n;                /* masked where fewer effective incidents lie under the kernel; 0: nowhere */
} hs_density_request;

#define HS_MIN_BANDWIDTH_M     10.0
#define HS_MAX_BANDWIDTH_M     20000.0
#define HS_DEFAULT_BANDWIDTH_M 300.0
/* Positions that are worse are left out: unit centroids make false hot spots. */
#define HS_DEFAULT_ACCURACY_M 100.0

/* Words and what they are given: filters, bandwidth, kernel, exact, at, time-bandwidth, time-kernel, compare,
 * over, min-n; others are not looked at. Texts and arrays of the request live in the arena. HS_E_ARGUMENT
 * names the word and what it takes. */
hs_status hs_density_request_parse(const hs_snapshot *snapshot, const hs_str *names, const hs_str *values,
                                   size_t count, hs_arena *arena, hs_error *error,
                                   hs_density_request *request);
/* The same for a picture whose extent `bbox` is: it is no filter then, since incidents just outside still
 * count. `has_box` says whether it was given. `cell` in metres, 0 where absent. */
hs_status hs_density_raster_parse(const hs_snapshot *snapshot, const hs_str *names, const hs_str *values,
                                  size_t count, hs_arena *arena, hs_error *error, hs_density_request *request,
                                  hs_box *box, bool *has_box, double *cell_m);
/* What the values are, for breaks and colours, and their unit for people. */
hs_ramp_scale hs_density_scale(const hs_density_request *request);
const char *hs_density_unit_en(const hs_density_request *request);
const char *hs_density_unit_zh(const hs_density_request *request);

/* Hash of all members: key of caches. */
uint64_t hs_density_request_hash(const hs_density_request *request);

/* Values at the pixel centres of a tile, [size_px * size_px] from the north-west, in the measure's unit; NAN
 * where masked or undefined. Pixels that are wide for the bandwidth carry the mean over their area
 * (hotspot/density.h). */
hs_status hs_service_density_tile(hs_service *service, const hs_snapshot *snapshot,
                                  const hs_density_request *request, hs_tile tile, uint32_t size_px,
                                  hs_error *error, float *values);
/* The largest error of those values by the way they are computed, as a share of one incident's peak: 0 where
 * exact. Kernels with edges are always exact. */
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
    double unit, other_unit;     /* what a weight of one peak adds to the density */
    uint64_t total, other_total; /* incidents that pass, anywhere */
    bool masked;
} hs_density_value;
/* Exact. */
hs_status hs_service_density_value(hs_service *service, const hs_snapshot *snapshot,
                                   const hs_density_request *request, hs_position position, hs_error *error,
                                   hs_density_value *value);

/* Values on the city's plane, exact. NAN outside the units of the top level, where there are units. */
typedef struct hs_density_raster {
    hs_raster_grid grid;
    float *values;     /* [rows * columns], freed by hs_density_raster_done */
    double *x_m, *y_m; /* [n] the incidents of `filter` whose kernels may reach it, on the plane */
    size_t n;
} hs_density_raster;
/* cell_m 0: an eighth of the bandwidth, wider where that makes over 2,048 cells a side. Edges lie on
 * multiples of the cell. `box` NULL: the extent of the units, else of the incidents. HS_E_LIMIT above 64
 * million cells. Runs on the pool. */
hs_status hs_service_density_raster(hs_service *service, const hs_snapshot *snapshot,
                                    const hs_density_request *request, const hs_box *box, double cell_m,
                                    hs_error *error, hs_density_raster *raster);
void hs_density_raster_done(hs_density_raster *raster);

/* The request's incidents on the plane, for choosing a bandwidth: every k-th along the curve so that at most
 * `most` are taken; `total` is how many there are. Arrays live in the arena. */
#define HS_BANDWIDTH_SAMPLE 5000
hs_status hs_service_density_sample(hs_service *service, const hs_snapshot *snapshot,
                                    const hs_density_request *request, size_t most, hs_arena *arena,
                                    hs_error *error, hs_plane_points *points, uint64_t *total);

/* Forms of a raster (density_forms.c). GeoTIFF into a file, or into `out` where `path` is NULL. */
hs_status hs_density_tif(const hs_snapshot *snapshot, const hs_density_request *request,
                         const hs_density_raster *raster, const char *path, hs_error *error, hs_buffer *out);
/* A whole GeoJSON FeatureCollection of bands between the classes' breaks (export/isobands.h), with what it
 * was made of. */
hs_status hs_density_isobands(const hs_snapshot *snapshot, const hs_density_request *request,
                              const hs_ramp_classes *classes, const hs_density_raster *raster,
                              hs_error *error, hs_json *json);

#endif
