/* Hotspots that are statistics: units of analysis (levels of units, square and hexagonal grids, street
 * segments), what is measured in them, and whether it clusters. Called alike by the command line and by HTTP;
 * blocks until it is done. */
#ifndef SERVICE_HOTSPOTS_H
#define SERVICE_HOTSPOTS_H

#include "base/json_writer.h"
#include "service/service.h"
#include <hotspot/multiple_testing.h>
#include <hotspot/spatial_statistics.h>

typedef enum hs_hotspot_method {
    HS_HOTSPOTS_GI_STAR = 0,
    HS_HOTSPOTS_LOCAL_MORAN,
    HS_HOTSPOTS_GLOBAL,
    HS_HOTSPOT_METHODS
} hs_hotspot_method;
/* The contract's names, `gi-star` and so on. HS_HOTSPOT_METHODS when a name is none. */
const char *hs_hotspot_method_name(hs_hotspot_method method);
hs_hotspot_method hs_hotspot_method_parse(hs_str name);

typedef enum hs_hotspot_units {
    HS_UNITS_LEVEL,
    HS_UNITS_SQUARE,
    HS_UNITS_HEX,
    HS_UNITS_STREETS
} hs_hotspot_units;

typedef enum hs_hotspot_value {
    HS_VALUE_COUNT = 0,
    HS_VALUE_PER_KM2,
    HS_VALUE_PER_KM, /* of street */
    HS_VALUE_PER_POPULATION,
    HS_VALUE_EB,       /* rates smoothed to the mean of all (Marshall 1991) */
    HS_VALUE_EB_LOCAL, /* to that of the neighbourhood */
    HS_VALUES
} hs_hotspot_value;

typedef enum hs_neighbours {
    HS_NEIGHBOURS_QUEEN = 0,
    HS_NEIGHBOURS_ROOK,
    HS_NEIGHBOURS_KNN,
    HS_NEIGHBOURS_BAND,
    HS_NEIGHBOURS_KERNEL, /* quartic */
    HS_NEIGHBOURS_NETWORK /* along the streets, between the middles of segments */
} hs_neighbours;

/* What is asked for; it decides the answer on a snapshot. */
typedef struct hs_hotspot_request {
    hs_hotspot_method method;
    hs_filter filter, every_accuracy; /* the same with positions of any accuracy: to say what is left out */
    hs_hotspot_units units;
    hs_level level;
    double size_m; /* of a grid: a square's side, a hexagon's width across flats */
    hs_neighbours neighbours;
    uint32_t nearest;
    double distance_m;
    hs_weights_style style;
    hs_hotspot_value value;
    hs_str count_attribute,
        population_attribute; /* of units; empty: incidents, the population as it is known */
    uint32_t permutations;    /* 0: analytic */
    bool permutations_given;
    uint64_t seed;
    double alpha;
    hs_correction correction;
} hs_hotspot_request;

#define HS_HOTSPOT_MOST_UNITS        250000u
#define HS_HOTSPOT_MOST_NEAREST      1000u
#define HS_HOTSPOT_LEAST_UNITS       10u
#define HS_HOTSPOT_LEAST_INCIDENTS   10u
#define HS_HOTSPOT_MOST_PERMUTATIONS 99999u
/* Boundaries that come as near as this touch: what hand-drawn ones are apart by. */
#define HS_HOTSPOT_GAP_M 1.0

/* Words and what they are given: the filters', level, grid, streets, weights, style, value, count,
 * population, permutations, seed, alpha, correction; others are not looked at. Texts and arrays live in the
 * arena. HS_E_ARGUMENT names the word and what it takes. */
hs_status hs_hotspot_request_parse(const hs_snapshot *snapshot, hs_hotspot_method method, const hs_str *names,
                                   const hs_str *values, size_t count, hs_arena *arena, hs_error *error,
                                   hs_hotspot_request *request);

/* One row a unit that could be measured; arrays live in the result's arena. */
typedef struct hs_hotspot_rows {
    uint32_t count;
    int64_t *id;
    hs_str *code, *name, *name_en;
    hs_geometry *geometry;
    hs_position *label;
    uint32_t *n; /* incidents, or NULL where an attribute is counted */
    double *value, *expected_n, *statistic, *expected, *variance, *z, *p, *q;
    hs_moran_class *moran_class;
    uint32_t *rank; /* 1 is the strongest; 0: none */
} hs_hotspot_rows;

typedef struct hs_hotspots {
    hs_arena *arena;
    hs_hotspot_rows rows;
    hs_global_result global[HS_GLOBAL_STATISTICS]; /* of HS_HOTSPOTS_GLOBAL */
    double global_q[HS_GLOBAL_STATISTICS];
    uint64_t counted, outside, unpositioned, inaccurate; /* incidents; outside: in no unit of analysis */
    uint32_t unmeasured;                                 /* units left out: no population, say */
    uint32_t links, island_count;
    uint32_t *islands;     /* rows */
    uint32_t permutations; /* that were made */
    double smallest_p;     /* that they can give; 0: analytic */
    uint32_t significant;
    bool enough;
    const char *reason_en, *reason_zh;   /* why not */
    const char *caution_en, *caution_zh; /* or NULL */
    double run_ms;
} hs_hotspots;

hs_status hs_service_hotspots(hs_service *service, const hs_snapshot *snapshot,
                              const hs_hotspot_request *request, hs_error *error, hs_hotspots *hotspots);
void hs_hotspots_done(hs_hotspots *hotspots);

/* The GeoJSON FeatureCollection with the contract's fields, parameters and how it was computed. */
void hs_hotspots_geojson(const hs_snapshot *snapshot, const hs_hotspot_request *request,
                         const hs_hotspots *hotspots, hs_json *json);
/* The same features as a file of any vector format, by extension, replacing one that is there. */
hs_status hs_hotspots_file(const hs_service *service, const hs_snapshot *snapshot,
                           const hs_hotspot_request *request, const hs_hotspots *hotspots, const char *path,
                           hs_error *error);
/* How it was computed, for people: words into `out`. */
void hs_hotspots_explain(const hs_hotspot_request *request, const hs_hotspots *hotspots, bool chinese,
                         hs_buffer *out);

#endif
