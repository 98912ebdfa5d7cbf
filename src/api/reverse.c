/* Positions to what is there: /reverse, also in Nominatim's forms. */
#include "api/geocode.h"

#include "base/text.h"

static hs_found found_by_reverse(const hs_reverse_result *result) {
    hs_position at = result->position;
    hs_found found = {.match_type = result->match_type,
                      .position = at,
                      .extent = {at.lon_e7, at.lat_e7, at.lon_e7, at.lat_e7},
                      .street = HS_NONE,
                      .address = HS_NONE,
                      .place = HS_NONE,
                      .named_unit = HS_NONE,
                      .label = result->label,
                      .importance = 1};
    for (int level = 0; level < HS_LEVEL_COUNT; level++)
        found.unit[level] = result->unit[level];
    if (result->match_type == HS_MATCH_ADDRESS)
        found.address = result->address;
    else if (result->match_type == HS_MATCH_PLACE)
        found.place = result->place;
    else if (result->match_type != HS_MATCH_UNIT)
        found.street = result->street;
    for (int level = 0; result->match_type == HS_MATCH_UNIT && level < HS_LEVEL_COUNT; level++)
        if (result->unit[level] != HS_NONE) found.named_unit = result->unit[level];
    return found;
}

static hs_str street_name(const hs_geography *geography, uint32_t street, hs_label_language language) {
    return hs_choose_name(language, geography->streets.name[street], geography->streets.name_en[street]);
}

static void write_address(hs_json *json, const hs_geography *geography, const hs_reverse_result *result) {
    const hs_addresses *addresses = &geography->addresses;
    if (result->address == HS_NONE) return;
    hs_json_key(json, "nearest_address");
    hs_json_object(json);
    hs_json_pair_int(json, "id", addresses->id[result->address]);
    if (addresses->street[result->address].size > 0)
        hs_json_pair_str(json, "street", addresses->street[result->address]);
    if (addresses->number[result->address].size > 0)
        hs_json_pair_str(json, "housenumber", addresses->number[result->address]);
    if (addresses->text[result->address].size > 0)
        hs_json_pair_str(json, "address", addresses->text[result->address]);
    hs_geocode_distance(json, result->address_distance_m);
    hs_json_object_end(json);
}

static void write_street(hs_json *json, const hs_geography *geography, const hs_reverse_result *result,
                         hs_label_language language) {
    if (result->street == HS_NONE) return;
    hs_json_key(json, "nearest_street");
    hs_json_object(json);
    hs_json_pair_int(json, "id", geography->streets.id[result->street]);
    hs_json_pair_int(json, "segment", (int64_t)result->segment + 1);
    hs_json_pair_str(json, "name", street_name(geography, result->street, language));
    hs_geocode_distance(json, result->street_distance_m);
    hs_json_pair_text(json, "side", result->side < 0 ? "left" : result->side > 0 ? "right" : "on");
    hs_json_key(json, "position");
    hs_json_position(json, result->on_street);
    hs_json_key(json, "cross_streets");
    hs_json_array(json);
    for (int end = 0; end < 2; end++) {
        const hs_cross_street *cross = &result->cross[end];
        if (cross->street == HS_NONE) continue;
        hs_json_object(json);
        hs_json_pair_str(json, "name", street_name(geography, cross->street, language));
        hs_geocode_distance(json, cross->distance_m);
        hs_json_pair_text(json, "direction", end == 0 ? "back" : "ahead");
        hs_json_object_end(json);
    }
    hs_json_array_end(json);
    hs_json_object_end(json);
}

static void write_place(hs_json *json, const hs_geography *geography, const hs_reverse_result *result,
                        hs_label_language language) {
    const hs_places *places = &geography->places;
    if (result->place == HS_NONE) return;
    hs_json_key(json, "nearest_place");
    hs_json_object(json);
    hs_json_pair_int(json, "id", places->id[result->place]);
    hs_json_pair_str(json, "name",
                     hs_choose_name(language, places->name[result->place], places->name_en[result->place]));
    hs_geocode_distance(json, result->place_distance_m);
    hs_json_object_end(json);
}

static void write_units(hs_json *json, const hs_geography *geography, const hs_reverse_result *result,
                        hs_label_language language) {
    const hs_units *units = &geography->units;
    hs_json_key(json, "units");
    hs_json_array(json);
    for (int level = 0; level < HS_LEVEL_COUNT; level++) {
        uint32_t unit = result->unit[level];
        if (unit == HS_NONE) continue;
        hs_json_object(json);
        hs_json_pair_text(json, "level", hs_level_name((hs_level)level));
        hs_json_pair_int(json, "id", units->id[unit]);
        hs_json_pair_str(json, "code", units->code[unit]);
        hs_json_pair_str(json, "name", hs_choose_name(language, units->name[unit], units->name_en[unit]));
        hs_json_object_end(json);
    }
    hs_json_array_end(json);
}

static void write_geocodejson(hs_call *call, const hs_reverse_result *result, hs_label_language language) {
    const hs_geography *geography = call->snapshot->geography;
    hs_json *json = &call->json;
    hs_geocodejson_begin(call, (hs_str){"", 0});
    if (result) {
        hs_found found = found_by_reverse(result);
        hs_geocodejson_feature(call, &found, result->distance_m, language);
        hs_geocode_distance(json, result->distance_m);
        write_address(json, geography, result);
        write_street(json, geography, result, language);
        write_place(json, geography, result, language);
        write_units(json, geography, result, language);
        hs_geocodejson_feature_end(call);
    }
    hs_geocodejson_end(call);
}

static void write_nominatim(hs_call *call, const hs_reverse_result *result, hs_answer_form form,
                            hs_label_language language) {
    if (result) {
        hs_found found = found_by_reverse(result);
        bool details = !hs_str_equal(hs_call_text(call, "addressdetails"), HS_STR("0"));
        hs_nominatim_write(call, &found, form, details, language);
        return;
    }
    hs_json_object(&call->json);
    hs_json_pair_text(&call->json, "error", "Unable to geocode");
    hs_json_object_end(&call->json);
}

hs_status hs_serve_reverse(hs_call *call) {
    hs_answer_form form;
    hs_position position;
    hs_label_language language = HS_LABEL_AS_NAMES;
    if (!hs_call_answer_form(call, HS_GEOCODEJSON, &form)) return HS_OK;
    hs_status status = hs_call_position(call, &position);
    if (status == HS_OK) status = hs_call_language(call, &language);
    if (status == HS_E_ARGUMENT && form != HS_GEOCODEJSON)
        return hs_nominatim_refuse(call, 400, call->error->message);
    if (status != HS_OK) return status;
    const char *media_type = form == HS_GEOCODEJSON ? "application/geo+json" : "application/json";
    if (hs_call_begin_in_language(call, media_type, language)) return HS_OK;
    const hs_reverse_geocoder *reverse = NULL;
    status = hs_service_reverse_geocoder(call->api->service, call->snapshot, call->error, &reverse);
    if (status != HS_OK) return status;
    hs_reverse_result result;
    const hs_reverse_result *found =
        hs_reverse_geocode(reverse, position, language, &result) ? &result : NULL;
    if (form == HS_GEOCODEJSON)
        write_geocodejson(call, found, language);
    else
        write_nominatim(call, found, form, language);
    return HS_OK;
}
