#include "geocode/reverse_label.h"

#include "geo/plane.h"
#include "geo/point_index.h"
#include "geo/polygon_index.h"
#include "geocode/cross_streets.h"
#include <stdlib.h>

/* Up to these distances each kind of answer goes before those that follow it (README, "Geocoding"). */
#define AT_ADDRESS_M   30.0
#define AT_CORNER_M    25.0
#define AT_PLACE_M     60.0
#define NEAR_ADDRESS_M 100.0
#define NEAR_STREET_M  200.0

struct hs_reverse_geocoder {
    hs_geography *geography;
    hs_point_index *addresses, *places;
    hs_polygon_index *areas; /* of places with polygons */
    uint32_t *area_place;    /* row of the place of each */
};

static hs_status index_areas(hs_reverse_geocoder *reverse, hs_error *error) {
    const hs_places *places = &reverse->geography->places;
    hs_geometry *areas = malloc(((size_t)places->count + 1) * sizeof *areas);
    reverse->area_place = malloc(((size_t)places->count + 1) * sizeof *reverse->area_place);
    if (!areas || !reverse->area_place) {
        free(areas);
        return hs_error_memory(error, "the places' areas");
    }
    uint32_t count = 0;
    for (uint32_t row = 0; row < places->count; row++) {
        if (places->geometry[row].type != HS_GEOMETRY_POLYGONS) continue;
        areas[count] = places->geometry[row];
        reverse->area_place[count++] = row;
    }
    hs_status status = count > 0 ? hs_polygon_index_new(areas, count, error, &reverse->areas) : HS_OK;
    free(areas);
    return status;
}

hs_status hs_reverse_geocoder_new(const hs_geography *geography, hs_error *error,
                                  hs_reverse_geocoder **reverse) {
    hs_reverse_geocoder *made = calloc(1, sizeof *made);
    if (!made) return hs_error_memory(error, "a reverse geocoder");
    made->geography = hs_geography_ref(geography);
    hs_status status = hs_point_index_new(geography->addresses.position, geography->addresses.count, error,
                                          &made->addresses);
    if (status == HS_OK)
        status =
            hs_point_index_new(geography->places.position, geography->places.count, error, &made->places);
    if (status == HS_OK) status = index_areas(made, error);
    if (status != HS_OK) {
        hs_reverse_geocoder_free(made);
        return status;
    }
    *reverse = made;
    return HS_OK;
}

void hs_reverse_geocoder_free(hs_reverse_geocoder *reverse) {
    if (!reverse) return;
    hs_point_index_free(reverse->addresses);
    hs_point_index_free(reverse->places);
    hs_polygon_index_free(reverse->areas);
    free(reverse->area_place);
    hs_geography_unref(reverse->geography);
    free(reverse);
}

static void find_place(const hs_reverse_geocoder *reverse, hs_position at, hs_reverse_result *result) {
    uint32_t area = reverse->areas ? hs_polygon_index_find(reverse->areas, at) : HS_NONE;
    if (area != HS_NONE) {
        result->place = reverse->area_place[area];
        return;
    }
    result->place =
        hs_point_index_nearest(reverse->places, at, HS_REVERSE_PLACE_M, &result->place_distance_m);
}

static void find_street(const hs_geography *geography, hs_position at, hs_reverse_result *result) {
    hs_segment_point nearest;
    result->street = result->segment = HS_NONE;
    result->cross[0] = result->cross[1] = (hs_cross_street){HS_NONE, HS_NONE, 0};
    if (!hs_geography_nearest_segment(geography, at, HS_REVERSE_STREET_M, &nearest)) return;
    result->segment = nearest.segment;
    result->street = geography->segments.street[nearest.segment];
    result->street_distance_m = nearest.distance_m;
    result->side = nearest.side;
    result->on_street = nearest.position;
    hs_cross_streets(geography, &nearest, result->cross);
}

static void answer(hs_reverse_result *result, hs_match_type type, hs_position position, double distance_m) {
    result->match_type = type;
    result->position = position;
    result->distance_m = distance_m;
}

/* The nearer junction of the street, when it is so near as to be named; false otherwise. */
static bool answer_corner(const hs_geography *geography, hs_position at, hs_reverse_result *result) {
    double best = AT_CORNER_M;
    bool found = false;
    if (result->street == HS_NONE || hs_street_name(geography, result->street).size == 0) return false;
    for (int end = 0; end < 2; end++) {
        if (result->cross[end].street == HS_NONE) continue;
        hs_position node = geography->segments.node[result->cross[end].node];
        double distance_m = hs_ground_distance_m(at, node);
        if (distance_m > best) continue;
        best = distance_m;
        answer(result, HS_MATCH_INTERSECTION, node, distance_m);
        found = true;
    }
    return found;
}

static uint32_t deepest(const hs_reverse_result *result) {
    for (int level = HS_LEVEL_COUNT - 1; level >= 0; level--)
        if (result->unit[level] != HS_NONE) return result->unit[level];
    return HS_NONE;
}

static bool answer_address(const hs_geography *geography, double within_m, hs_reverse_result *result) {
    if (result->address == HS_NONE || result->address_distance_m > within_m) return false;
    answer(result, HS_MATCH_ADDRESS, geography->addresses.position[result->address],
           result->address_distance_m);
    return true;
}

static bool answer_place(const hs_geography *geography, double within_m, hs_reverse_result *result) {
    if (result->place == HS_NONE || result->place_distance_m > within_m) return false;
    answer(result, HS_MATCH_PLACE, geography->places.position[result->place], result->place_distance_m);
    return true;
}

static bool answer_street(const hs_geography *geography, double within_m, hs_reverse_result *result) {
    if (result->street == HS_NONE || result->street_distance_m > within_m ||
        hs_street_name(geography, result->street).size == 0)
        return false;
    answer(result, HS_MATCH_STREET, result->on_street, result->street_distance_m);
    return true;
}

static bool choose_answer(const hs_geography *geography, hs_position at, hs_reverse_result *result) {
    if (answer_address(geography, AT_ADDRESS_M, result) || answer_corner(geography, at, result) ||
        answer_place(geography, AT_PLACE_M, result) || answer_address(geography, NEAR_ADDRESS_M, result) ||
        answer_street(geography, NEAR_STREET_M, result) ||
        answer_place(geography, HS_REVERSE_PLACE_M, result) ||
        answer_address(geography, HS_REVERSE_ADDRESS_M, result) ||
        answer_street(geography, HS_REVERSE_STREET_M, result))
        return true;
    if (deepest(result) == HS_NONE) return false;
    answer(result, HS_MATCH_UNIT, at, 0);
    return true;
}

bool hs_reverse_geocode(const hs_reverse_geocoder *reverse, hs_position position, hs_label_language language,
                        hs_reverse_result *result) {
    const hs_geography *geography = reverse->geography;
    hs_reverse_result found = {.match_type = HS_MATCH_NONE};
    hs_placement placement;
    hs_geography_place(geography, position, &placement);
    for (int level = 0; level < HS_LEVEL_COUNT; level++)
        found.unit[level] = placement.unit[level];
    found.address =
        hs_point_index_nearest(reverse->addresses, position, HS_REVERSE_ADDRESS_M, &found.address_distance_m);
    find_place(reverse, position, &found);
    find_street(geography, position, &found);
    if (!choose_answer(geography, position, &found)) return false;
    hs_reverse_label(geography, language, &found);
    *result = found;
    return true;
}
