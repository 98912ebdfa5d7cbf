/* What the files of geography share. */
#ifndef CITY_GEOGRAPHY_PRIVATE_H
#define CITY_GEOGRAPHY_PRIVATE_H

#include "base/arena.h"
#include "city/geography_label.h"
#include "geo/box.h"
#include "geo/plane.h"
#include "geo/polygon_index.h"
#include "geo/segment_index.h"
#include "geo/street_graph.h"
#include <hotspot/geography.h>
#include <stdatomic.h>

/* Records of one kind as they came, copied into the arena. */
typedef struct hs_unit_list {
    hs_unit_record *records;
    uint32_t count, capacity;
} hs_unit_list;
typedef struct hs_street_list {
    hs_street_record *records;
    uint32_t count, capacity;
} hs_street_list;
typedef struct hs_address_list {
    hs_address_record *records;
    uint32_t count, capacity;
} hs_address_list;
typedef struct hs_place_list {
    hs_place_record *records;
    uint32_t count, capacity;
} hs_place_list;
typedef struct hs_zone_list {
    hs_zone_record *records;
    uint32_t count, capacity;
} hs_zone_list;

typedef struct hs_population_list {
    hs_population_record *records;
    uint32_t count, capacity;
} hs_population_list;

struct hs_geography_builder {
    hs_arena *arena; /* goes over to the geography */
    hs_unit_list units;
    hs_street_list streets;
    hs_address_list addresses;
    hs_place_list places;
    hs_zone_list zones;
    hs_population_list population;
    bool has_center;
    double center_lon_deg, center_lat_deg;
};

/* The indexes behind hs_geography_place. Levels need not nest, so each has an index of its own. */
struct hs_placer {
    hs_polygon_index *level[HS_LEVEL_COUNT]; /* NULL where the level has no unit */
    hs_segment_index *segments;              /* NULL where there is no street */
};

/* A geography with what it owns; the public part comes first. */
typedef struct hs_geography_owner {
    hs_geography geography;
    atomic_uint refs;
    hs_arena *arena; /* texts, columns, geometries */
    hs_street_graph *graph;
    struct hs_placer placer;
} hs_geography_owner;

/* Columns of each kind from the builder's records (geography_columns.c). */
hs_status hs_geography_unit_columns(hs_unit_list *list, hs_arena *arena, hs_error *error, hs_units *units);
hs_status hs_geography_street_columns(hs_street_list *list, hs_arena *arena, hs_error *error,
                                      hs_streets *streets);
hs_status hs_geography_address_columns(hs_address_list *list, hs_arena *arena, hs_error *error,
                                       hs_addresses *addresses);
hs_status hs_geography_place_columns(hs_place_list *list, hs_arena *arena, hs_error *error,
                                     hs_places *places);
hs_status hs_geography_zone_columns(hs_zone_list *list, hs_arena *arena, hs_error *error, hs_zones *zones);

hs_status hs_geography_resident_columns(hs_population_list *list, hs_arena *arena, hs_error *error,
                                        hs_residents *residents);
/* Label points and areas of residents; then what lives in each unit, which joins the columns that came along
 * with it as `population` where it was imported or follows from areas (geography_population.c). Units are
 * derived already. */
hs_status hs_geography_derive_population(hs_geography *geography, const struct hs_placer *placer,
                                         hs_arena *arena, hs_error *error);

/* Label points, parents and areas of units; the placer's levels stand already (geography_units.c). */
hs_status hs_geography_derive_units(hs_geography *geography, const struct hs_placer *placer, hs_arena *arena,
                                    hs_error *error);

/* First row of a level with this code, HS_NONE; an empty code names nothing. O(log n). */
uint32_t hs_units_find_code(const hs_units *units, int level, hs_str code);

/* Outer rings minus holes. */
double hs_geometry_area_km2(const hs_plane *plane, const hs_geometry *geometry);

/* Moves a geometry's arrays into the arena; false when it is full (geography_builder.c). */
bool hs_geometry_copy(hs_arena *arena, hs_geometry *geometry);

#endif
