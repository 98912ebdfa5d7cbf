#include "render/base_layers.h"

#include "base/text.h"

#define OTHER_STREETS_ZOOM 12

/* From which zoom each level of units is drawn. */
static const uint32_t unit_zoom[HS_LEVEL_COUNT] = {[HS_LEVEL_CITY] = 0,
                                                   [HS_LEVEL_DISTRICT] = 6,
                                                   [HS_LEVEL_SUBDISTRICT] = 9,
                                                   [HS_LEVEL_COMMUNITY] = 11,
                                                   [HS_LEVEL_CELL] = 14};

/* From which zoom streets of a class are drawn: OpenStreetMap's words and common Chinese ones. */
typedef struct class_zoom {
    const char *name;
    uint32_t zoom;
} class_zoom;

static const class_zoom class_zooms[] = {{"motorway", 6},    {"trunk", 7},         {"primary", 8},
                                         {"secondary", 10},  {"tertiary", 11},     {"motorway_link", 11},
                                         {"trunk_link", 11}, {"primary_link", 11}, {"secondary_link", 12},
                                         {"expressway", 6},  {"arterial", 8},      {"main", 8},
                                         {"collector", 11},  {"branch", 12},       {"service", 14},
                                         {"lane", 14},       {"alley", 14},        {"footway", 14},
                                         {"path", 14},       {"steps", 14},        {"cycleway", 14},
                                         {"pedestrian", 13}, {"track", 14},        {"living_street", 13},
                                         {"高速公路", 6},    {"快速路", 6},        {"主干路", 8},
                                         {"次干路", 10},     {"支路", 12},         {"街巷", 14},
                                         {"小巷", 14},       {"胡同", 14},         {"里弄", 14}};

uint32_t hs_base_street_zoom(hs_str road_class) {
    for (size_t i = 0; i < sizeof class_zooms / sizeof *class_zooms; i++)
        if (hs_str_equal_nocase(road_class, hs_str_of(class_zooms[i].name))) return class_zooms[i].zoom;
    return OTHER_STREETS_ZOOM;
}

uint32_t hs_base_unit_zoom(hs_level level) {
    return unit_zoom[level];
}
