/* Geography: units, streets with their graph, addresses, places and zones of a city as immutable columns,
 * with the indexes that place a position in them. Built once, shared by reference count, read by any thread.
 */
#ifndef HOTSPOT_GEOGRAPHY_H
#define HOTSPOT_GEOGRAPHY_H

#include <hotspot/error.h>
#include <hotspot/records.h>
#include <hotspot/weekly_hours.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Columns of features of one kind. Texts end with NUL and live as long as the geography. */
typedef struct hs_units {
    uint32_t count; /* ordered by level, then code, then id */
    const int64_t *id;
    const hs_str *code, *name, *name_en, *attributes;
    const hs_str *parent_code; /* as given, empty where it was not; it need not name a unit */
    const uint8_t *level;      /* hs_level */
    const uint32_t *parent;    /* row of the parent (given by code, else derived by containment of the
                                  label point in the next level up that has units), HS_NONE */
    const hs_geometry *geometry;
    const hs_box *box;
    const hs_position *label;                 /* a point inside, far from the edge */
    const double *area_km2;                   /* on the city's plane */
    const double *population;                 /* people, NAN where unknown: as imported for the unit, else its
                                                 own column `population`, else its part of imported areas */
    uint32_t level_start[HS_LEVEL_COUNT + 1]; /* rows of level l: [level_start[l], level_start[l + 1]) */
} hs_units;

typedef struct hs_streets { /* as imported */
    uint32_t count;
    const int64_t *id;
    const hs_str *name, *name_en, *road_class, *attributes;
    const int32_t *left_from, *left_to, *right_from, *right_to; /* HS_NO_NUMBER */
    const int32_t *layer;
    const hs_geometry *geometry;
    const hs_box *box;
} hs_streets;

typedef struct hs_segments { /* the noded graph; the id of row s is s + 1 */
    uint32_t count;
    const uint32_t *street; /* row of the street */
    const uint32_t *from_node, *to_node;
    const float *length_m;
    const double *start_m, *end_m; /* measures along the street's line */
    hs_geometry lines;             /* ring s = segment s */
    uint32_t node_count;
    const hs_position *node;
    const uint32_t *node_first,
        *node_segment; /* segments at node n: node_segment[node_first[n] .. node_first[n+1]) */
} hs_segments;

typedef struct hs_addresses {
    uint32_t count;
    const int64_t *id;
    const hs_str *street, *number, *unit, *text;
    const hs_position *position;
} hs_addresses;

typedef struct hs_places {
    uint32_t count;
    const int64_t *id;
    const hs_str *name, *name_en, *place_class, *address;
    const hs_position *position;
    const hs_geometry *geometry;
} hs_places;

typedef struct hs_zones {
    uint32_t count;
    const int64_t *id;
    const hs_str *name, *kind, *hours, *weekdays;
    const int64_t *from_s, *to_s;
    const hs_weekly_hours *open; /* what hours and weekdays say; always where they cannot be read */
    const hs_geometry *geometry;
    const hs_box *box;
} hs_zones;

typedef struct hs_residents { /* population as imported, in the order of ids */
    uint32_t count;
    const int64_t *id;
    const hs_str *unit; /* a unit's code, or an area's own */
    const double *population;
    const hs_geometry *geometry; /* polygons or a point; none where the unit says where */
    const hs_position *label;    /* the point, or one inside the polygons */
    const double *area_km2;      /* on the city's plane; 0 of points */
    uint32_t area_count;         /* rows with polygons or a point */
} hs_residents;

typedef struct hs_geography {
    uint64_t version; /* the store's version of the geography */
    hs_units units;
    hs_streets streets;
    hs_segments segments;
    hs_addresses addresses;
    hs_places places;
    hs_zones zones;
    hs_residents residents;
    hs_box box; /* of the units; of streets, addresses and places where there are none; empty when nothing */
    double center_lon_deg, center_lat_deg; /* origin of the city's plane */
    const struct hs_placer *placer;        /* indexes: use hs_geography_place */
} hs_geography;

/* Where a position lies: a row of each level (HS_NONE where none) and the nearest street segment. */
typedef struct hs_placement {
    uint32_t unit[HS_LEVEL_COUNT];
    uint32_t segment; /* within 100 m, else HS_NONE */
    float segment_distance_m;
} hs_placement;

/* Farthest that an incident may lie from its nearest street segment, metres. */
#define HS_SEGMENT_LIMIT_M 100.0

/* Places a position. Boundaries are half open. Thread-safe, allocates nothing, about 1 microsecond. */
HS_API void hs_geography_place(const hs_geography *geography, hs_position position, hs_placement *placement);
/* The nearest point of a street segment. */
typedef struct hs_segment_point {
    uint32_t segment;
    double distance_m;
    double along_m; /* from the segment's start */
    int side;       /* -1 left of the segment's direction, 1 right, 0 on it */
    hs_position position;
} hs_segment_point;

/* The street segment nearest to a position, within max_m metres; false where there is none. Thread-safe,
 * allocates nothing. */
HS_API bool hs_geography_nearest_segment(const hs_geography *geography, hs_position position, double max_m,
                                         hs_segment_point *nearest);

/* The unit with this code (any level), or with this id written in digits; HS_NONE. O(log n) by
 * code, O(n) by id. Thread-safe. */
HS_API uint32_t hs_geography_find_unit(const hs_geography *geography, hs_str code_or_id);
/* The unit with this code, of the topmost level that has it, else the only one of this name in any language;
 * HS_NONE. O(log n) by code, O(n) by name. Thread-safe. */
HS_API uint32_t hs_units_find(const hs_units *units, hs_str code_or_name);
/* Whether unit `inner` is `outer` or lies below it by parents. O(levels). Thread-safe. */
HS_API bool hs_units_within(const hs_units *units, uint32_t inner, uint32_t outer);

/* One more reference, given back by hs_geography_unref; the last one frees it. Thread-safe. */
HS_API hs_geography *hs_geography_ref(const hs_geography *geography);
HS_API void hs_geography_unref(hs_geography *geography);
/* How many references there are; who holds them all knows that nobody else can make others. */
HS_API uint32_t hs_geography_references(const hs_geography *geography);

/* Building: add records in any order (copied), then finish. A builder is for one thread at a time. A record
 * that is refused (HS_E_ARGUMENT: no geometry of its kind, no valid level; HS_E_MEMORY) leaves the builder as
 * it was. */
typedef struct hs_geography_builder hs_geography_builder;
HS_API hs_status hs_geography_builder_new(hs_error *error, hs_geography_builder **builder);
HS_API void hs_geography_builder_free(hs_geography_builder *builder);
HS_API hs_status hs_geography_add_unit(hs_geography_builder *builder, const hs_unit_record *record,
                                       hs_error *error);
HS_API hs_status hs_geography_add_street(hs_geography_builder *builder, const hs_street_record *record,
                                         hs_error *error);
HS_API hs_status hs_geography_add_address(hs_geography_builder *builder, const hs_address_record *record,
                                          hs_error *error);
HS_API hs_status hs_geography_add_place(hs_geography_builder *builder, const hs_place_record *record,
                                        hs_error *error);
HS_API hs_status hs_geography_add_zone(hs_geography_builder *builder, const hs_zone_record *record,
                                       hs_error *error);
HS_API hs_status hs_geography_add_population(hs_geography_builder *builder,
                                             const hs_population_record *record, hs_error *error);
/* The plane's centre, when it is fixed; otherwise the centre of `box`. */
HS_API void hs_geography_set_center(hs_geography_builder *builder, double lon_deg, double lat_deg);
/* Builds columns, graph and indexes and ends the builder's life (on failure too). One reference. O(n log n)
 * in positions. HS_E_MEMORY, HS_E_LIMIT (too many streets or polygons for 32-bit indexes). */
HS_API hs_status hs_geography_finish(hs_geography_builder *builder, uint64_t version, hs_error *error,
                                     hs_geography **geography);

#ifdef __cplusplus
}
#endif
#endif
