/* A made-up town for the geocoder's tests: a grid of streets about (100, 38), 1e-7 degree units.
 * Lettered streets run east, numbered ones north, a block is 0.002 degree. */
#ifndef TESTS_MADE_TOWN_H
#define TESTS_MADE_TOWN_H

#include "check.h"

#include "base/text.h"
#include <hotspot/geocode.h>

enum { TOWN_WEST = 1000000000, TOWN_SOUTH = 380000000, BLOCK = 20000, BLOCKS = 4 };

typedef struct made_street {
    const char *name, *name_en;
    int32_t x0, y0, x1, y1; /* in blocks */
    int32_t left_from, left_to, right_from, right_to;
} made_street;

static inline hs_position town_at(double x, double y) {
    return (hs_position){TOWN_WEST + (int32_t)lround(x * BLOCK), TOWN_SOUTH + (int32_t)lround(y * BLOCK)};
}

static inline void town_street(hs_geography_builder *builder, int64_t id, made_street s) {
    hs_error error;
    const hs_position line[2] = {town_at(s.x0, s.y0), town_at(s.x1, s.y1)};
    const uint32_t start[2] = {0, 2};
    hs_street_record record = {
        .id = id,
        .name = hs_str_of(s.name),
        .name_en = hs_str_of(s.name_en),
        .left_from = s.left_from,
        .left_to = s.left_to,
        .right_from = s.right_from,
        .right_to = s.right_to,
        .geometry = {.type = HS_GEOMETRY_LINES, .ring_count = 1, .ring_start = start, .positions = line}};
    check_ok(hs_geography_add_street(builder, &record, &error), &error);
}

static inline void town_address(hs_geography_builder *builder, int64_t id, const char *street,
                                const char *number, const char *text, double x, double y) {
    hs_error error;
    hs_address_record record = {.id = id,
                                .street = hs_str_of(street),
                                .number = hs_str_of(number),
                                .text = hs_str_of(text),
                                .position = town_at(x, y)};
    check_ok(hs_geography_add_address(builder, &record, &error), &error);
}

static inline void town_place(hs_geography_builder *builder, int64_t id, const char *name,
                              const char *name_en, double x, double y) {
    hs_error error;
    const hs_position at = town_at(x, y);
    hs_place_record record = {.id = id,
                              .name = hs_str_of(name),
                              .name_en = hs_str_of(name_en),
                              .position = at,
                              .geometry = {.type = HS_GEOMETRY_POINT, .positions = &at}};
    check_ok(hs_geography_add_place(builder, &record, &error), &error);
}

static inline void town_unit(hs_geography_builder *builder, hs_level level, const char *code,
                             const char *parent, const char *name, const char *name_en, double x0, double y0,
                             double x1, double y1) {
    hs_error error;
    const hs_position ring[5] = {town_at(x0, y0), town_at(x1, y0), town_at(x1, y1), town_at(x0, y1),
                                 town_at(x0, y0)};
    const uint32_t rings[2] = {0, 5}, parts[2] = {0, 1};
    hs_unit_record record = {.code = hs_str_of(code),
                             .parent = hs_str_of(parent),
                             .name = hs_str_of(name),
                             .name_en = hs_str_of(name_en),
                             .level = level,
                             .geometry = {HS_GEOMETRY_POLYGONS, 1, 1, parts, rings, ring}};
    check_ok(hs_geography_add_unit(builder, &record, &error), &error);
}

static inline hs_geography *made_town(void) {
    hs_geography_builder *b = NULL;
    hs_geography *town = NULL;
    hs_error error;
    const int32_t none = HS_NO_NUMBER;
    check_ok(hs_geography_builder_new(&error, &b), &error);
    town_unit(b, HS_LEVEL_CITY, "1", "", "花蓮縣", "Hualien County", -1, -1, 20, 20);
    town_unit(b, HS_LEVEL_DISTRICT, "11", "1", "鳳林鎮", "Fenglin", -1, -1, 5, 20);
    town_unit(b, HS_LEVEL_DISTRICT, "12", "1", "玉里鎮", "Yuli", 5, -1, 20, 20);
    /* Ranges: odd on the left going east, a hundred a block, row by row. */
    for (int x = 0; x < BLOCKS; x++) {
        town_street(b, 100 + x,
                    (made_street){"P Street NW", "", x, 0, x + 1, 0, 100 * (x + 1) + 1, 100 * (x + 1) + 99,
                                  100 * (x + 1), 100 * (x + 1) + 98});
        town_street(b, 110 + x, (made_street){"E St SE", "", x, 1, x + 1, 1, none, none, none, none});
    }
    town_street(b, 120, (made_street){"17TH ST NW", "", 1, -1, 1, 3, none, none, none, none});
    town_street(b, 121, (made_street){"17TH ST SE", "", 3, 0, 3, 4, none, none, none, none});
    town_street(b, 122, (made_street){"W Florissant Ave W", "", 0, 2, 4, 2, none, none, none, none});
    town_street(b, 123, (made_street){"春风路", "Chunfeng Road", 0, 3, 4, 3, none, none, none, none});
    town_street(b, 124, (made_street){"人民路", "Renmin Road", 2, 0, 2, 4, none, none, none, none});
    town_street(b, 125, (made_street){"中山路", "Zhongshan Road", 6, 0, 10, 0, none, none, none, none});
    town_street(b, 126, (made_street){"Oak Avenue", "", 0, 4, 4, 4, 0, 0, 0, 0});
    town_address(b, 1, "Decatur St NW", "1312", "", 0.5, 0.5);
    town_address(b, 2, "Decatur St NW", "1320", "", 0.6, 0.5);
    town_address(b, 3, "Decatur St NW", "1321", "", 0.6, 0.6);
    town_address(b, 4, "春风路", "23", "", 1.5, 3.02);
    town_address(b, 5, "春风路", "27", "", 1.7, 3.02);
    town_address(b, 6, "春风路", "12-1", "", 1.2, 2.98);
    town_address(b, 7, "", "", "花蓮縣鳳林鎮大忠路１９５號", 2.5, 2.5);
    town_address(b, 8, "", "", "花蓮縣玉里鎮大忠路１９５號", 8.5, 2.5);
    town_address(b, 9, "", "", "花蓮縣鳳林鎮中正路100巷5弄3號之2", 3.5, 3.5);
    town_address(b, 10, "", "", "77 Elm Street, Fenglin", 0.2, 3.5);
    town_address(b, 11, "中山路", "100", "", 7, 0.02);
    town_address(b, 12, "Main St", "5A", "", 0.1, 0.1);
    town_place(b, 1, "东关夜市", "East Gate Night Market", 3.3, 1.3);
    check_ok(hs_geography_finish(b, 1, &error, &town), &error);
    return town;
}

#endif
