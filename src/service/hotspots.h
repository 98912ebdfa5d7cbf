/* Hotspots that are statistics. A method is a row of one table (hotspots_method.h); the command line and HTTP
 * take any of them alike: parse, compute (blocks until it is done), write, done. */
#ifndef SERVICE_HOTSPOTS_H
#define SERVICE_HOTSPOTS_H

#include "base/json_writer.h"
#include "base/progress.h"
#include "service/service.h"

typedef struct hs_hotspot_method hs_hotspot_method;

/* The methods in order; NULL after the last. */
const hs_hotspot_method *hs_hotspot_method_at(size_t index);
/* By the contract's name, `gi-star` and so on; NULL when a name is none. */
const hs_hotspot_method *hs_hotspot_method_named(hs_str name);
const char *hs_hotspot_method_name(const hs_hotspot_method *method);
/* What it finds, in a line for people. */
const char *hs_hotspot_method_help(const hs_hotspot_method *method, bool chinese);

/* One question and its answer. Request and result are the method's own. */
typedef struct hs_hotspot_run {
    const hs_hotspot_method *method;
    const hs_snapshot *snapshot;
    const hs_str *names, *values; /* the words it was parsed from */
    size_t count;
    void *request;        /* in the arena given to parse */
    double run_ms;        /* of compute */
    void *result;         /* NULL before it is computed */
    hs_progress progress; /* set between parse and compute, where a client may leave or look */
} hs_hotspot_run;

/* For who may not see single incidents: the smallest cells of a grid, and the fewest incidents of a cluster.
 */
#define HS_AGGREGATE_LEAST_CELL_M 50.0
#define HS_AGGREGATE_LEAST_POINTS 5

/* Words and what they are given: the filters' and the method's own; others are not looked at. Names
 * and values are borrowed for as long as the run is used, what is made of them lives in the arena. With
 * `aggregates`, for who may not see single incidents, what is too fine is HS_E_DENIED, and times of single
 * incidents are left out. HS_E_ARGUMENT names the word and what it takes. */
hs_status hs_hotspots_parse(const hs_hotspot_method *method, const hs_snapshot *snapshot, const hs_str *names,
                            const hs_str *values, size_t count, bool aggregates, hs_arena *arena,
                            hs_error *error, hs_hotspot_run *run);
/* HS_E_CANCELLED where the server stops or nobody waits for it any more. */
hs_status hs_hotspots_compute(hs_service *service, hs_hotspot_run *run, hs_error *error);
/* Takes a run that was not computed. */
void hs_hotspots_done(hs_hotspot_run *run);

/* The GeoJSON FeatureCollection with the contract's fields, parameters and how it was computed. */
void hs_hotspots_geojson(const hs_hotspot_run *run, hs_json *json);
/* What the collection says of the whole, without its type and run time: members of an object. */
void hs_hotspots_about(const hs_hotspot_run *run, hs_json *json);
/* The same features as a file of any vector format, by extension, replacing one that is there. */
hs_status hs_hotspots_file(const hs_service *service, const hs_hotspot_run *run, const char *path,
                           hs_error *error);
/* How it was computed, and why there is no answer or what to mind, for people: words into `out`. */
void hs_hotspots_explain(const hs_hotspot_run *run, bool chinese, hs_buffer *out);
/* How many features are significant. */
uint32_t hs_hotspots_significant(const hs_hotspot_run *run);

#endif
