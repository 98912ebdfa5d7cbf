#include "api/endpoint.h"

#include "base/text.h"

#define MAX_CANDIDATES 50

static void write_candidate(hs_call *call, const hs_geocode_result *found) {
    const hs_geography *geography = call->snapshot->geography;
    hs_json *json = &call->json;
    hs_json_object(json);
    hs_json_pair_text(json, "type", "Feature");
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
    bool house = found->match_type == HS_MATCH_ADDRESS || found->match_type == HS_MATCH_SUB_NUMBER ||
                 found->match_type == HS_MATCH_INTERPOLATED;
    bool place = found->match_type == HS_MATCH_PLACE;
    hs_json_pair_text(json, "type",
                      house                                ? "house"
                      : place                              ? "poi"
                      : found->match_type == HS_MATCH_UNIT ? "district"
                                                           : "street");
    hs_json_pair_double(json, "accuracy", found->accuracy_m);
    hs_json_pair_text(json, "label", found->label);
    if (found->street != HS_NONE) hs_json_pair_str(json, "street", geography->streets.name[found->street]);
    if (found->address != HS_NONE)
        hs_json_pair_str(json, "housenumber", geography->addresses.number[found->address]);
    if (found->place != HS_NONE) hs_json_pair_str(json, "name", geography->places.name[found->place]);
    if (found->unit != HS_NONE) hs_json_pair_str(json, "district", geography->units.name[found->unit]);
    hs_json_pair_text(json, "match_type", hs_match_type_name(found->match_type));
    hs_json_pair_double(json, "score", found->score);
    hs_json_pair_bool(json, "ambiguous", found->ambiguous);
    if (found->unit != HS_NONE) hs_json_pair_str(json, "unit", geography->units.code[found->unit]);
    hs_json_object_end(json);
    hs_json_object_end(json);
    hs_json_object_end(json);
}

static void write_candidates(hs_call *call, hs_str query, const hs_geocode_result *found, size_t count) {
    hs_json *json = &call->json;
    hs_json_object(json);
    hs_json_pair_text(json, "type", "FeatureCollection");
    hs_json_key(json, "geocoding");
    hs_json_object(json);
    hs_json_pair_text(json, "version", "0.1.0");
    hs_json_pair_text(json, "attribution", call->snapshot->info.name);
    hs_json_pair_str(json, "query", query);
    hs_json_object_end(json);
    hs_json_key(json, "features");
    hs_json_array(json);
    for (size_t i = 0; i < count; i++)
        if (found[i].match_type != HS_MATCH_NONE) write_candidate(call, &found[i]);
    hs_json_array_end(json);
    hs_json_object_end(json);
}

hs_status hs_serve_geocode(hs_call *call) {
    hs_str query = hs_call_text(call, "q");
    int64_t limit;
    hs_status status = hs_call_integer(call, "limit", 1, MAX_CANDIDATES, 10, &limit);
    if (status != HS_OK) return status;
    if (query.size == 0 || query.size > 1000)
        return hs_error_set(call->error, HS_E_ARGUMENT, "q: an address of at most 1000 bytes is needed");
    if (hs_call_begin(call, "application/geo+json", HS_READS_GEOGRAPHY)) return HS_OK;
    const hs_geocoder *geocoder;
    status = hs_service_geocoder(call->api->service, call->snapshot, call->error, &geocoder);
    hs_geocode_result *found = hs_arena_array(call->arena, MAX_CANDIDATES, sizeof *found);
    size_t count = 0;
    if (!found) return hs_error_set(call->error, HS_E_MEMORY, "out of memory for candidates");
    if (status == HS_OK) status = hs_geocode(geocoder, query, found, (size_t)limit, call->error, &count);
    if (status == HS_OK) write_candidates(call, query, found, count);
    return status;
}
