/* A made-up city for the tests of this room: squares of 0.01 degree about (10, 50). */
#ifndef TESTS_MADE_CITY_H
#define TESTS_MADE_CITY_H

#include "check.h"

#include "base/random.h"
#include "base/text.h"
#include "city/snapshot.h"
#include <hotspot/geography.h>

enum { SIDE_E7 = 100000, WEST_E7 = 100000000, SOUTH_E7 = 500000000 };

typedef struct square {
    hs_position corners[5];
    uint32_t ring_start[2], part_start[2];
    hs_geometry geometry;
} square;

static inline void square_make(square *s, int32_t min_lon, int32_t min_lat, int32_t max_lon,
                               int32_t max_lat) {
    *s = (square){.corners = {{min_lon, min_lat},
                              {max_lon, min_lat},
                              {max_lon, max_lat},
                              {min_lon, max_lat},
                              {min_lon, min_lat}},
                  .ring_start = {0, 5},
                  .part_start = {0, 1}};
    s->geometry = (hs_geometry){.type = HS_GEOMETRY_POLYGONS,
                                .part_count = 1,
                                .ring_count = 1,
                                .part_start = s->part_start,
                                .ring_start = s->ring_start,
                                .positions = s->corners};
}

/* Rectangle in cells of SIDE_E7 from the south-west corner. */
static inline void add_unit(hs_geography_builder *builder, hs_level level, const char *code,
                            const char *parent, int col, int row, int cols, int rows) {
    square s;
    hs_error error = {0};
    square_make(&s, WEST_E7 + col * SIDE_E7, SOUTH_E7 + row * SIDE_E7, WEST_E7 + (col + cols) * SIDE_E7,
                SOUTH_E7 + (row + rows) * SIDE_E7);
    hs_unit_record record = {.id = 1000 + level * 100 + row * 10 + col,
                             .code = hs_str_of(code),
                             .name = hs_str_of(code),
                             .parent = hs_str_of(parent),
                             .level = level,
                             .geometry = s.geometry};
    check_ok(hs_geography_add_unit(builder, &record, &error), &error);
}

static inline void add_line(hs_geography_builder *builder, int64_t id, hs_position a, hs_position b) {
    hs_position line[2] = {a, b};
    uint32_t start[2] = {0, 2};
    hs_error error = {0};
    hs_street_record record = {
        .id = id,
        .name = HS_STR("street"),
        .left_from = HS_NO_NUMBER,
        .left_to = HS_NO_NUMBER,
        .right_from = HS_NO_NUMBER,
        .right_to = HS_NO_NUMBER,
        .geometry = {.type = HS_GEOMETRY_LINES, .ring_count = 1, .ring_start = start, .positions = line}};
    check_ok(hs_geography_add_street(builder, &record, &error), &error);
}

/* One district of 4 x 4 cells; two subdistricts west and east; communities in rows, which cross the
 * subdistricts; one street along the middle. */
static inline hs_geography *made_geography(void) {
    hs_error error = {0};
    hs_geography_builder *builder;
    check_ok(hs_geography_builder_new(&error, &builder), &error);
    static const char *const rows[] = {"R1", "R2", "R3", "R4"};
    for (int row = 3; row >= 0; row--)
        add_unit(builder, HS_LEVEL_COMMUNITY, rows[row], "", 0, row, 4, 1);
    add_unit(builder, HS_LEVEL_SUBDISTRICT, "WEST", "D", 0, 0, 2, 4);
    add_unit(builder, HS_LEVEL_SUBDISTRICT, "EAST", "D", 2, 0, 2, 4);
    add_unit(builder, HS_LEVEL_DISTRICT, "D", "", 0, 0, 4, 4);
    int32_t middle = SOUTH_E7 + 2 * SIDE_E7 + SIDE_E7 / 2;
    add_line(builder, 7, (hs_position){WEST_E7, middle}, (hs_position){WEST_E7 + 4 * SIDE_E7, middle});
    hs_geography *geography;
    check_ok(hs_geography_finish(builder, 3, &error, &geography), &error);
    return geography;
}

/* The record of a row: everything follows from seed and id. */
static inline void made_incident(int64_t id, hs_incident_record *record) {
    static const char *const categories[] = {"0101", "0102", "0510", "residential burglary", ""};
    static const char *const sources[] = {"hotline", "patrol", ""};
    static const char *const addresses[] = {"1 Main St", "", "long street 22"};
    hs_random random;
    hs_random_seed_stream(&random, 5, (uint64_t)id);
    int64_t reported = 1704067200 + hs_random_below(&random, 366 * 86400);
    *record = (hs_incident_record){
        .id = id,
        .external_id = HS_STR("x"),
        .category = hs_str_of(categories[hs_random_below(&random, 5)]),
        .source = hs_str_of(sources[hs_random_below(&random, 3)]),
        .status = HS_STR("closed"),
        .address = hs_str_of(addresses[hs_random_below(&random, 3)]),
        .reported_s = hs_random_below(&random, 20) ? reported : HS_NO_TIME,
        .occurred_s = hs_random_below(&random, 2) ? reported - hs_random_below(&random, 86400) : HS_NO_TIME,
        .closed_s = hs_random_below(&random, 2) ? reported + 86400 : HS_NO_TIME,
        .deadline_s = HS_NO_TIME,
        .has_position = hs_random_below(&random, 10) > 0,
        .match_type = HS_MATCH_GIVEN,
        .accuracy_m = (float)hs_random_below(&random, 200),
        .weight = 1,
        .batch = hs_random_below(&random, 4)};
    /* Some lie outside every unit, many on the edges of cells. */
    record->position =
        (hs_position){WEST_E7 + (int32_t)hs_random_below(&random, 90) * (SIDE_E7 / 20) - SIDE_E7 / 4,
                      SOUTH_E7 + (int32_t)hs_random_below(&random, 90) * (SIDE_E7 / 20) - SIDE_E7 / 4};
}

#endif
