/* GeocodeJSON 0.1.0 (github.com/geocoders/geocodejson-spec): its own members first, then ours. */
#include "api/geocode.h"

#include "base/text.h"
#include "geo/geohash.h"
#include <math.h>

enum { GEOHASH_LENGTH = 9 }; /* cells of 5 m */

static const char *type_of_unit(const hs_units *units, uint32_t unit) {
    switch (units->level[unit]) {
    case HS_LEVEL_CITY:
        return "city";
    case HS_LEVEL_DISTRICT:
        return "district";
    default:
        return "locality";
    }
}

static const char *type_of(const hs_geography *geography, const hs_found *found) {
    switch (found->match_type) {
    case HS_MATCH_ADDRESS:
    case HS_MATCH_SUB_NUMBER:
    case HS_MATCH_INTERPOLATED:
    case HS_MATCH_RANGE:
        return "house";
    case HS_MATCH_PLACE:
        return "locality";
    case HS_MATCH_UNIT:
        return found->named_unit != HS_NONE ? type_of_unit(&geography->units, found->named_unit) : "locality";
    default:
        return found->street == HS_NONE && found->place != HS_NONE ? "locality" : "street";
    }
}

static void pair_filled(hs_json *json, const char *key, hs_str text) {
    if (text.size > 0) hs_json_pair_str(json, key, text);
}

static hs_str unit_name(const hs_geography *geography, uint32_t unit, hs_label_language language) {
    const hs_units *units = &geography->units;
    if (unit == HS_NONE) return (hs_str){"", 0};
    return hs_choose_name(language, units->name[unit], units->name_en[unit]);
}

/* Levels of administration as OpenStreetMap numbers them in China. */
static const char *const admin_levels[HS_LEVEL_COUNT] = {"level5", "level6", "level8", "level10", "level11"};

static void write_units(hs_json *json, const hs_geography *geography, const hs_found *found,
                        hs_label_language language) {
    pair_filled(json, "locality", unit_name(geography, found->unit[HS_LEVEL_COMMUNITY], language));
    pair_filled(json, "district", unit_name(geography, found->unit[HS_LEVEL_DISTRICT], language));
    pair_filled(json, "city", unit_name(geography, found->unit[HS_LEVEL_CITY], language));
    bool any = false;
    for (int level = 0; level < HS_LEVEL_COUNT; level++) {
        hs_str name = unit_name(geography, found->unit[level], language);
        if (name.size == 0) continue;
        if (!any) {
            hs_json_key(json, "admin");
            hs_json_object(json);
        }
        any = true;
        hs_json_pair_str(json, admin_levels[level], name);
    }
    if (any) hs_json_object_end(json);
}

static void write_names(hs_json *json, const hs_geography *geography, const hs_found *found,
                        hs_label_language language) {
    if (found->place != HS_NONE && found->address == HS_NONE)
        pair_filled(json, "name",
                    hs_choose_name(language, geography->places.name[found->place],
                                   geography->places.name_en[found->place]));
    else if (found->named_unit != HS_NONE)
        pair_filled(json, "name", unit_name(geography, found->named_unit, language));
    if (found->address != HS_NONE)
        pair_filled(json, "housenumber", geography->addresses.number[found->address]);
    hs_str street = {"", 0};
    if (found->street != HS_NONE)
        street = hs_choose_name(language, geography->streets.name[found->street],
                                geography->streets.name_en[found->street]);
    else if (found->address != HS_NONE)
        street = geography->addresses.street[found->address];
    pair_filled(json, "street", street);
}

static void write_box(hs_json *json, const hs_box *box) {
    hs_json_key(json, "bbox");
    hs_json_array(json);
    hs_json_fixed(json, box->min_lon_e7, 7);
    hs_json_fixed(json, box->min_lat_e7, 7);
    hs_json_fixed(json, box->max_lon_e7, 7);
    hs_json_fixed(json, box->max_lat_e7, 7);
    hs_json_array_end(json);
}

void hs_geocode_distance(hs_json *json, double distance_m) {
    hs_json_key(json, "distance_m");
    hs_json_fixed(json, llround(distance_m * 10), 1);
}

void hs_geocodejson_begin(hs_call *call, hs_str query) {
    hs_json *json = &call->json;
    hs_json_object(json);
    hs_json_pair_text(json, "type", "FeatureCollection");
    hs_json_key(json, "geocoding");
    hs_json_object(json);
    hs_json_pair_text(json, "version", "0.1.0");
    if (call->snapshot->info.name[0]) hs_json_pair_text(json, "attribution", call->snapshot->info.name);
    if (query.size > 0) hs_json_pair_str(json, "query", query);
    hs_json_object_end(json);
    hs_json_key(json, "features");
    hs_json_array(json);
}

void hs_geocodejson_feature(hs_call *call, const hs_found *found, double accuracy_m,
                            hs_label_language language) {
    const hs_geography *geography = call->snapshot->geography;
    hs_json *json = &call->json;
    char geohash[HS_GEOHASH_MAX + 1];
    hs_json_object(json);
    hs_json_pair_text(json, "type", "Feature");
    if (found->extent.max_lon_e7 > found->extent.min_lon_e7 ||
        found->extent.max_lat_e7 > found->extent.min_lat_e7)
        write_box(json, &found->extent);
    hs_json_key(json, "geometry");
    hs_json_object(json);
    hs_json_pair_text(json, "type", "Point");
    hs_json_key(json, "coordinates");
    hs_json_position(json, found->position);
    hs_json_object_end(json);
    hs_json_key(json, "properties");
    hs_json_object(json);
    hs_json_key(json, "geocoding");
    hs_json_object(json);
    hs_json_pair_text(json, "type", type_of(geography, found));
    /* Whole metres, as the specification shows them; accuracy_m has all that is known. */
    if (isfinite(accuracy_m)) hs_json_pair_int(json, "accuracy", (int64_t)ceil(accuracy_m));
    hs_json_pair_text(json, "label", found->label);
    write_names(json, geography, found, language);
    write_units(json, geography, found, language);
    hs_geohash(found->position, GEOHASH_LENGTH, geohash);
    hs_json_pair_text(json, "geohash", geohash);
    hs_json_pair_text(json, "match_type", hs_match_type_name(found->match_type));
    for (int level = HS_LEVEL_COUNT - 1; level >= 0; level--) {
        if (found->unit[level] == HS_NONE) continue;
        hs_json_pair_str(json, "unit", geography->units.code[found->unit[level]]);
        break;
    }
}

void hs_geocodejson_feature_end(hs_call *call) {
    hs_json_object_end(&call->json);
    hs_json_object_end(&call->json);
    hs_json_object_end(&call->json);
}

void hs_geocodejson_end(hs_call *call) {
    hs_json_array_end(&call->json);
    hs_json_object_end(&call->json);
}
