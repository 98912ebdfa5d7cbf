/* Units of analysis (levels of units, square and hexagonal grids, street segments), what is measured in them,
 * and the methods that ask whether it clusters: Gi*, local Moran, global statistics. */
#ifndef SERVICE_HOTSPOTS_AREAS_H
#define SERVICE_HOTSPOTS_AREAS_H

#include "service/hotspots_method.h"
#include "service/hotspots_rank.h"
#include "service/service_private.h"
#include <hotspot/multiple_testing.h>
#include <hotspot/spatial_statistics.h>

typedef enum hs_areas_method { HS_AREAS_GI_STAR = 0, HS_AREAS_LOCAL_MORAN, HS_AREAS_GLOBAL } hs_areas_method;

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
typedef struct hs_areas_request {
    hs_areas_method method;
    hs_filter filter, every_accuracy; /* the same with positions of any accuracy: to say what is left out */
    hs_hotspot_units units;
    hs_level level;
    double typical_m; /* size of the units: hs_areas_typical_m */
    double size_m;    /* of a grid: a square's side, a hexagon's width across flats */
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
    uint32_t jitter; /* runs with uncertain positions; 0: none */
} hs_areas_request;

#define HS_HOTSPOT_MOST_UNITS        250000u
#define HS_HOTSPOT_MOST_NEAREST      1000u
#define HS_HOTSPOT_LEAST_UNITS       10u
#define HS_HOTSPOT_LEAST_INCIDENTS   10u
#define HS_HOTSPOT_MOST_PERMUTATIONS 99999u
#define HS_HOTSPOT_MOST_JITTER       199u
/* Boundaries that come as near as this touch: what hand-drawn ones are apart by. */
#define HS_HOTSPOT_GAP_M 1.0

/* Words of the filters, level, grid, streets, weights, style, value, count, population, permutations, seed,
 * alpha, correction. */
hs_status hs_areas_request_parse(const hs_hotspot_words *words, hs_areas_method method,
                                 hs_areas_request *request);

/* Words level, grid and streets: one of them says the units; default the finest usual level. */
hs_status hs_areas_parse_units(const hs_hotspot_words *words, hs_areas_request *request);

/* `attribute:NAME`, a column of the units; empty where the word is absent. */
hs_status hs_areas_parse_attribute(const hs_hotspot_words *words, const char *name,
                                   const hs_areas_request *request, hs_str *attribute);

/* One row a unit that could be measured; arrays live in the result's arena. */
typedef struct hs_hotspot_rows {
    uint32_t count;
    int64_t *id;
    hs_str *code, *name, *name_en;
    hs_geometry *geometry;
    hs_position *label;
    const double *measure; /* km^2, of streets km */
    const uint32_t *n;     /* incidents, or NULL where an attribute is counted */
    double *value, *expected_n, *statistic, *expected, *variance, *z, *p, *q;
    hs_moran_class *moran_class;
    uint32_t *rank; /* 1 is the strongest; 0: none */
    uint32_t
        *kept; /* jittered runs in which a significant unit is so in the same way; NULL: none were made */
} hs_hotspot_rows;

/* Incidents; outside: in no unit of analysis. `weight` is the sum of what the counted ones weigh. */
typedef struct hs_areas_tally {
    uint64_t counted, outside, unpositioned, inaccurate;
    double weight;
} hs_areas_tally;

typedef struct hs_areas_result {
    hs_hotspot_head head;
    hs_hotspot_rows rows;
    hs_global_result global[HS_GLOBAL_STATISTICS]; /* of HS_AREAS_GLOBAL */
    double global_q[HS_GLOBAL_STATISTICS];
    hs_areas_tally tally;
    uint32_t unmeasured; /* units left out: no population, say */
    uint32_t links, island_count;
    uint32_t *islands;     /* rows */
    uint32_t permutations; /* that were made */
    double smallest_p;     /* that they can give; 0: analytic */
    bool exact;            /* p-values under random labelling, without permutations */
    hs_hotspot_stands stands;
} hs_areas_result;

/* Units of analysis with what was counted in them. Arrays live in the arena. */
typedef struct hs_areas {
    uint32_t count;
    int64_t *id;
    hs_str *code, *name, *name_en;
    hs_geometry *geometry;
    hs_position *label;
    double *x_m, *y_m;     /* of the label, on the city's plane */
    double *measure;       /* km^2, of streets km */
    double *population;    /* NAN where unknown */
    uint32_t *n;           /* incidents */
    double *events;        /* what they weigh, or an attribute; NAN where unknown */
    int32_t *column, *row; /* of a grid (hexagons: axial), else NULL */
    uint32_t *segment;     /* of streets, else NULL */
    /* Where incidents find theirs: by unit of the level, by segment, by place of the grid; HS_NONE. */
    uint32_t *area_of;
    size_t area_of_count;
    uint32_t *renumbered;       /* room for renumbering the table */
    uint32_t first;             /* of the level's rows */
    const struct hs_grid *grid; /* of a grid */
} hs_areas;

/* The vertex by which a street segment is in a unit or a box. */
static inline hs_position hs_segment_middle(const hs_segments *segments, uint32_t s) {
    uint32_t begin = segments->lines.ring_start[s], end = segments->lines.ring_start[s + 1];
    return segments->lines.positions[begin + (end - begin) / 2];
}

bool hs_areas_init(hs_areas *areas, uint32_t count, hs_arena *arena);
/* A table of that many places where incidents find their unit, all HS_NONE. */
bool hs_areas_table_init(hs_areas *areas, size_t count, hs_arena *arena);
/* The unit of analysis of an incident with a position, and of a position; HS_NONE. */
uint32_t hs_area_of_incident(const hs_snapshot *snapshot, const hs_areas_request *request,
                             const hs_areas *areas, const hs_incident_chunk *chunk, uint32_t i);
uint32_t hs_area_at(const hs_snapshot *snapshot, const hs_areas_request *request, const hs_areas *areas,
                    hs_position position);
/* Place of a position in the grid's table; HS_NONE outside. */
uint32_t hs_grid_place(const struct hs_grid *grid, hs_position position);
/* Weights of incidents are summed as whole numbers of this. */
#define HS_AREAS_WEIGHT_UNIT 65536.0
/* Units that the request asks for, with what the selection counts in them (hotspots_areas_count.c): all of
 * its incidents, or where an attribute is counted that. Adds to the tally's counted, outside and weight. */
hs_status hs_areas_build(const hs_snapshot *snapshot, const hs_areas_request *request,
                         const hs_selection *selection, hs_arena *arena, hs_error *error, hs_areas *areas);
hs_status hs_areas_count(const hs_snapshot *snapshot, const hs_areas_request *request,
                         const hs_selection *selection, hs_arena *arena, hs_error *error, hs_areas *areas,
                         hs_areas_tally *tally);
/* What the selection's incidents weigh in each unit when each lies at a random place within its accuracy: the
 * run-th time of the request's seed. */
hs_status hs_areas_count_moved(const hs_hotspot_work *work, const hs_areas_request *request,
                               const hs_areas *areas, const hs_selection *selection, uint32_t run,
                               double *events);
/* The request's filter as a selection, and in the tally what it leaves out for its position. */
hs_status hs_areas_select(const hs_hotspot_work *work, const hs_areas_request *request, hs_areas_tally *tally,
                          const hs_selection **selection);
/* Cautions where a box cuts units of analysis. */
void hs_areas_mind_box(const hs_snapshot *snapshot, const hs_areas_request *request, hs_hotspot_head *head);
/* The square root of the mean area of units, a grid's size, the mean length of segments: metres. */
double hs_areas_typical_m(const hs_snapshot *snapshot, const hs_areas_request *request);
/* Keeps the units whose `keep` is set, in their order. */
void hs_areas_keep(hs_areas *areas, const bool *keep);
/* Areas of grid cells, in km^2, clipped to the city's units (hotspots_areas_clip.c). */
hs_status hs_grid_clip(const hs_snapshot *snapshot, const hs_areas_request *request, hs_error *error,
                       hs_areas *areas);
/* Whether a place lies where the request looks: in its unit and bbox. */
bool hs_hotspot_looks_at(const hs_snapshot *snapshot, const hs_areas_request *request, hs_position place);

hs_status hs_areas_of_level(const hs_snapshot *snapshot, const hs_areas_request *request, hs_arena *arena,
                            hs_error *error, hs_areas *areas);
hs_status hs_areas_of_streets(const hs_snapshot *snapshot, const hs_areas_request *request, hs_arena *arena,
                              hs_error *error, hs_areas *areas);
/* The selection's incidents say which cells beyond the middle's rule are kept. */
hs_status hs_areas_of_grid(const hs_snapshot *snapshot, const hs_areas_request *request,
                           const hs_selection *selection, hs_arena *arena, hs_error *error, hs_areas *areas);

hs_status hs_areas_weights(const hs_snapshot *snapshot, const hs_areas_request *request,
                           const hs_areas *areas, hs_error *error, hs_weights **weights);
/* Neighbours among grid cells by their columns and rows. */
hs_status hs_grid_weights(const hs_areas_request *request, const hs_areas *areas, hs_error *error,
                          hs_weights **weights);
/* Neighbours among street segments: at a junction, or within a distance along the streets. */
hs_status hs_street_weights(const hs_snapshot *snapshot, const hs_areas_request *request,
                            const hs_areas *areas, hs_error *error, hs_weights **weights);

/* The segments within reach of each along the streets, itself left out, and the way from middle to middle. */
typedef struct hs_street_reach {
    uint32_t *first, *link; /* link[first[i] .. first[i + 1]) of area i */
    float *way_m;
} hs_street_reach;
hs_status hs_street_ways(const hs_snapshot *snapshot, const hs_areas *areas, double reach_m, hs_error *error,
                         hs_street_reach *reach);
void hs_street_reach_done(hs_street_reach *reach);

static inline bool hs_selected(const hs_selection *selection, uint32_t chunk, uint32_t i) {
    const uint64_t *bits = selection->bits[chunk];
    return !bits || (bits[i / 64] >> (i % 64) & 1);
}

/* `include`, `exclude`, `only`: whether suggested duplicates are counted. */
const char *hs_areas_duplicates_word(const hs_areas_request *request);
/* What was counted and what was left out. */
void hs_areas_explain_counts(const hs_areas_request *request, const hs_areas_tally *tally, bool chinese,
                             hs_buffer *out);

/* What a unit's part in the expected number is proportional to. */
double hs_areas_exposure(const hs_areas_request *request, const hs_areas *areas, uint32_t i);
/* Units without a number, or without what it is divided by, are left out and counted. */
hs_status hs_areas_leave_out(const hs_areas_request *request, hs_arena *arena, hs_error *error,
                             hs_areas *areas, uint32_t *unmeasured);
/* The corrected p-value of a unit that alone among `tests` has p. */
double hs_areas_lone_q(const hs_areas_request *request, double p, double tests);

/* Members of the present object: of parameters (of the units alone; with weights and value), and what was
 * counted. */
void hs_areas_unit_members(const hs_areas_request *request, hs_json *json);
void hs_areas_parameter_members(const hs_areas_request *request, hs_json *json);
void hs_areas_tally_members(const hs_areas_tally *tally, hs_json *json);
/* Units without neighbours. */
void hs_areas_island_members(const int64_t *id, const uint32_t *islands, uint32_t count, hs_json *json);

/* Words for people. */
const char *hs_hotspot_value_name(hs_hotspot_value value);
const char *hs_hotspot_label(const hs_areas_request *request, const hs_areas_result *hotspots, uint32_t row,
                             bool chinese);
const char *hs_hotspot_global_label(const hs_areas_request *request, const hs_areas_result *hotspots,
                                    int which, bool chinese);
void hs_hotspot_weights_words(const hs_areas_request *request, char *text, size_t size);
void hs_areas_explain(const hs_hotspot_run *run, bool chinese, hs_buffer *out);
void hs_hotspot_units_words(const hs_areas_request *request, char *text, size_t size);
/* The sentences of the explanation that methods over units share, each with its blank before in English. */
void hs_areas_explain_units(const hs_areas_request *request, uint32_t units, uint32_t links, uint32_t islands,
                            bool chinese, hs_buffer *out);
const char *hs_areas_correction_words(hs_correction correction, bool chinese);
const char *hs_hotspot_units_name(hs_hotspot_units units);

/* The features and the collection of an answer (hotspots_areas_output.c). */
void hs_areas_table(const hs_hotspot_run *run, hs_hotspot_table *table);
void hs_areas_head(const hs_hotspot_run *run, hs_json *json);

#endif
