/* The generated city: a bent lattice of small faces, streets along its lines, addresses on the streets,
 * places at addresses. Everything lives in one arena and is complete after hs_sample_city_new. */
#ifndef SERVICE_SAMPLE_CITY_H
#define SERVICE_SAMPLE_CITY_H

#include "base/buffer.h"
#include "service/sample/definition.h"
#include "service/sample/numeric.h"

#include <hotspot/records.h>

typedef struct hs_sample_point {
    double x_m, y_m; /* east and north of the centre */
} hs_sample_point;

/* The plan's rows and columns cut into parts: node (i, j) is node[j * (columns + 1) + i], j growing to the
 * south; face (i, j) lies to the south-east of it. */
typedef struct hs_sample_lattice {
    uint32_t columns, rows;                        /* faces */
    uint32_t column_line[HS_SAMPLE_MAX_LINES + 1]; /* line of the plan -> line of the lattice */
    uint32_t row_line[HS_SAMPLE_MAX_LINES + 1];
    uint8_t plan_column[HS_SAMPLE_MAX_LINES * HS_SAMPLE_MAX_PARTS];
    uint8_t plan_row[HS_SAMPLE_MAX_LINES * HS_SAMPLE_MAX_PARTS];
    hs_sample_point *node_m;
    hs_position *node;
} hs_sample_lattice;

/* A named street: the run of lattice nodes first..last along one line. */
typedef struct hs_sample_street {
    bool vertical;
    uint32_t line, first, last;
    hs_sample_class road_class;
    uint32_t community; /* whose name it takes, HS_NONE for roads */
    uint32_t direction; /* 0, or 1 first and 2 second half of a divided road */
    uint32_t stem;      /* roads: which stem */
    hs_str key;         /* main roads */
    hs_sample_name name;
    int32_t from[2], to[2]; /* left, right: numbers, or HS_NO_NUMBER */
    uint32_t first_edge;
    uint32_t first_address[2], address_count[2];
    double length_m;
} hs_sample_street;

/* A street between two neighbouring nodes: the grain of the point process. */
typedef struct hs_sample_edge {
    uint32_t street;
    uint32_t node[2];
    uint32_t community[2]; /* on the left and on the right, HS_NONE outside and on water */
    uint32_t addresses;
    double start_m, length_m;
} hs_sample_edge;

typedef struct hs_sample_address {
    uint32_t street, edge, side; /* side 0 left, 1 right */
    int32_t number;
    double along_m; /* from the street's start */
    hs_sample_point at_m;
    hs_position position;
} hs_sample_address;

typedef struct hs_sample_place {
    hs_str place_class;
    hs_sample_name name;
    uint32_t address; /* HS_NONE */
    uint32_t street;
    double along_m;
    hs_position position;
    uint32_t face_label; /* polygon: label of the faces in place_label, else HS_NONE */
} hs_sample_place;

typedef struct hs_sample_city {
    hs_sample_definition definition;
    uint64_t seed;
    hs_arena *arena;
    hs_sample_lattice lattice;
    uint32_t street_count, edge_count, address_count, place_count;
    hs_sample_street *street;
    hs_sample_edge *edge;
    hs_sample_address *address;
    hs_sample_place *place;
    uint32_t *place_label; /* a face -> place, HS_NONE */
    double metres_per_degree_lon, metres_per_degree_lat;
} hs_sample_city;

/* Streams of random numbers, so that a change in one part leaves the others alone. */
enum {
    HS_SAMPLE_STREAM_LATTICE = 1,
    HS_SAMPLE_STREAM_STREETS,
    HS_SAMPLE_STREAM_ADDRESSES,
    HS_SAMPLE_STREAM_PLACES,
    HS_SAMPLE_STREAM_HOTSPOTS,
    HS_SAMPLE_STREAM_INCIDENTS
};

/* Generates the geography from the definition; the city owns everything. */
hs_status hs_sample_city_new(hs_str definition, uint64_t seed, hs_error *error, hs_sample_city **city);
void hs_sample_city_free(hs_sample_city *city);

/* Where generated records go; a NULL member drops its kind. */
typedef struct hs_sample_sink {
    void *context;
    hs_status (*unit)(void *context, const hs_unit_record *record, hs_error *error);
    hs_status (*street)(void *context, const hs_street_record *record, hs_error *error);
    hs_status (*address)(void *context, const hs_address_record *record, hs_error *error);
    hs_status (*place)(void *context, const hs_place_record *record, hs_error *error);
    hs_status (*zone)(void *context, const hs_zone_record *record, hs_error *error);
    hs_status (*incident)(void *context, const hs_incident_record *record, hs_error *error);
} hs_sample_sink;

/* Emit every record of a kind, ids counting from 1. Records live until the sink returns. */
hs_status hs_sample_emit_units(hs_sample_city *city, const hs_sample_sink *sink, hs_error *error);
hs_status hs_sample_emit_streets(const hs_sample_city *city, const hs_sample_sink *sink, hs_error *error);
hs_status hs_sample_emit_addresses(hs_sample_city *city, const hs_sample_sink *sink, hs_error *error);
hs_status hs_sample_emit_places(hs_sample_city *city, const hs_sample_sink *sink, hs_error *error);
hs_status hs_sample_emit_zones(hs_sample_city *city, const hs_sample_sink *sink, hs_error *error);

/* Steps of hs_sample_city_new, in order. */
hs_status hs_sample_build_lattice(hs_sample_city *city, hs_error *error);
hs_status hs_sample_build_streets(hs_sample_city *city, hs_error *error);
hs_status hs_sample_name_streets(hs_sample_city *city, hs_error *error);
hs_status hs_sample_build_addresses(hs_sample_city *city, hs_error *error);
hs_status hs_sample_build_places(hs_sample_city *city, hs_error *error);

/* The community of a cell of the plan or of a face of the lattice; HS_NONE outside. Coordinates may lie
 * one beyond the edge (or wrap below zero). */
uint32_t hs_sample_plan_community(const hs_sample_city *city, uint32_t row, uint32_t column);
uint32_t hs_sample_face_community(const hs_sample_city *city, uint32_t column, uint32_t row);
/* As above, but HS_NONE on water. */
uint32_t hs_sample_face_land(const hs_sample_city *city, uint32_t column, uint32_t row);
const hs_sample_type *hs_sample_type_of(const hs_sample_city *city, uint32_t community);
/* Node `step` (from 0) of a street. */
uint32_t hs_sample_street_node(const hs_sample_city *city, const hs_sample_street *street, uint32_t step);
hs_position hs_sample_position(const hs_sample_city *city, hs_sample_point point);
/* The point of a street at a distance from its start, moved to its right by offset_m; *edge (may be NULL)
 * is the edge it lies on. */
hs_sample_point hs_sample_street_point(const hs_sample_city *city, const hs_sample_street *street,
                                       double along_m, double offset_m, uint32_t *edge);
/* The street with this key; HS_NONE. The k-th place (from 1) of a class; HS_NONE. */
uint32_t hs_sample_find_road(const hs_sample_city *city, hs_str key);
uint32_t hs_sample_find_place(const hs_sample_city *city, hs_str place_class, uint32_t nth);

/* Stretches of streets that a rule of the definition chooses: edges in order. */
#define HS_SAMPLE_MAX_STRETCH 256
typedef struct hs_sample_stretch {
    uint32_t count;
    uint32_t edge[HS_SAMPLE_MAX_STRETCH];
} hs_sample_stretch;
hs_status hs_sample_resolve(const hs_sample_city *city, const hs_sample_where *where, hs_random *random,
                            hs_error *error, hs_sample_stretch *stretch);

/* Outlines of regions of faces: label[face] names the region, HS_NONE lies outside. Rings are counter-
 * clockwise round the region, the outer one first, through every lattice node on the way. */
typedef struct hs_sample_outline {
    uint32_t ring_count;
    hs_position *positions;
    uint32_t part_start[2];
} hs_sample_outline;
typedef struct hs_sample_tracer hs_sample_tracer;
hs_status hs_sample_tracer_new(const hs_sample_city *city, hs_error *error, hs_sample_tracer **tracer);
void hs_sample_tracer_free(hs_sample_tracer *tracer);
/* The outline of the faces with that label; valid until the next call. HS_E_INPUT when the region touches
 * itself at a corner or is empty. */
hs_status hs_sample_trace(hs_sample_tracer *tracer, const uint32_t *label, uint32_t wanted, hs_error *error,
                          hs_geometry *geometry);

#endif
