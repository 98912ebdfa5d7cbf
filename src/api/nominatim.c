/* The forms of Nominatim's /search and /reverse, for clients that know no other. */
#include "api/geocode.h"

#include "base/hash.h"
#include "base/text.h"

typedef struct kind {
    const char *category, *type, *addresstype;
    int rank;
} kind;

/* What our levels are called in Nominatim's addresses. */
static const char *const level_keys[HS_LEVEL_COUNT] = {"city", "city_district", "suburb", "neighbourhood",
                                                       "city_block"};
static const int level_ranks[HS_LEVEL_COUNT] = {16, 18, 19, 20, 22};

static kind kind_of(const hs_geography *geography, const hs_found *found) {
    switch (found->match_type) {
    case HS_MATCH_ADDRESS:
    case HS_MATCH_SUB_NUMBER:
    case HS_MATCH_INTERPOLATED:
    case HS_MATCH_RANGE:
        return (kind){"place", "house", "place", 30};
    case HS_MATCH_PLACE:
        return (kind){"amenity", "place", "amenity", 30};
    case HS_MATCH_UNIT: {
        int level = found->named_unit != HS_NONE ? geography->units.level[found->named_unit] : HS_LEVEL_CITY;
        return (kind){"boundary", "administrative", level_keys[level], level_ranks[level]};
    }
    default:
        return (kind){"highway", "road", "road", 26};
    }
}

static void pair_degrees(hs_json *json, hs_arena *arena, const char *key, int32_t e7) {
    hs_buffer text;
    hs_json number;
    hs_buffer_init(&text, 64);
    hs_json_init(&number, &text);
    hs_json_fixed(&number, e7, 7);
    char *copy = hs_arena_strndup(arena, text.data ? text.data : "", text.size);
    hs_buffer_done(&text);
    if (key)
        hs_json_pair_text(json, key, copy);
    else
        hs_json_text(json, copy);
}

static void pair_filled(hs_json *json, const char *key, hs_str text) {
    if (text.size > 0) hs_json_pair_str(json, key, text);
}

static hs_str road_of(const hs_geography *geography, const hs_found *found, hs_label_language language) {
    if (found->street != HS_NONE)
        return hs_choose_name(language, geography->streets.name[found->street],
                              geography->streets.name_en[found->street]);
    return found->address != HS_NONE ? geography->addresses.street[found->address] : (hs_str){"", 0};
}

static hs_str name_of(const hs_geography *geography, const hs_found *found, hs_label_language language) {
    if (found->match_type == HS_MATCH_PLACE && found->place != HS_NONE)
        return hs_choose_name(language, geography->places.name[found->place],
                              geography->places.name_en[found->place]);
    if (found->named_unit != HS_NONE)
        return hs_choose_name(language, geography->units.name[found->named_unit],
                              geography->units.name_en[found->named_unit]);
    if (found->match_type == HS_MATCH_STREET) return road_of(geography, found, language);
    return (hs_str){"", 0};
}

static void write_details(hs_json *json, const hs_geography *geography, const hs_found *found,
                          hs_label_language language) {
    hs_json_key(json, "address");
    hs_json_object(json);
    if (found->match_type == HS_MATCH_PLACE)
        pair_filled(json, "amenity", name_of(geography, found, language));
    if (found->address != HS_NONE)
        pair_filled(json, "house_number", geography->addresses.number[found->address]);
    pair_filled(json, "road", road_of(geography, found, language));
    for (int level = HS_LEVEL_COUNT - 1; level >= 0; level--) {
        uint32_t unit = found->unit[level];
        if (unit != HS_NONE)
            pair_filled(
                json, level_keys[level],
                hs_choose_name(language, geography->units.name[unit], geography->units.name_en[unit]));
    }
    hs_json_object_end(json);
}

/* The same for the same thing, and unlike others of the city; it fits the integers of every client. */
static int64_t place_id(const hs_found *found) {
    const uint32_t rows[4] = {found->street, found->address, found->place, found->named_unit};
    uint64_t hash = hs_hash(rows, sizeof rows, (uint64_t)found->match_type);
    hash = hs_hash(&found->position, sizeof found->position, hash);
    return (int64_t)(hash >> 33) + 1;
}

void hs_nominatim_write(hs_call *call, const hs_found *found, hs_answer_form form, bool details,
                        hs_label_language language) {
    const hs_geography *geography = call->snapshot->geography;
    hs_json *json = &call->json;
    kind k = kind_of(geography, found);
    hs_json_object(json);
    hs_json_pair_int(json, "place_id", place_id(found));
    hs_json_pair_text(json, "licence", hs_arena_printf(call->arena, "Data: %s", call->snapshot->info.name));
    pair_degrees(json, call->arena, "lat", found->position.lat_e7);
    pair_degrees(json, call->arena, "lon", found->position.lon_e7);
    hs_json_pair_text(json, form == HS_NOMINATIM_V2 ? "category" : "class", k.category);
    hs_json_pair_text(json, "type", k.type);
    hs_json_pair_int(json, "place_rank", k.rank);
    hs_json_pair_double(json, "importance", found->importance);
    hs_json_pair_text(json, "addresstype", k.addresstype);
    hs_json_pair_str(json, "name", name_of(geography, found, language));
    hs_json_pair_text(json, "display_name", found->label);
    if (details) write_details(json, geography, found, language);
    hs_json_key(json, "boundingbox");
    hs_json_array(json);
    pair_degrees(json, call->arena, NULL, found->extent.min_lat_e7);
    pair_degrees(json, call->arena, NULL, found->extent.max_lat_e7);
    pair_degrees(json, call->arena, NULL, found->extent.min_lon_e7);
    pair_degrees(json, call->arena, NULL, found->extent.max_lon_e7);
    hs_json_array_end(json);
    hs_json_object_end(json);
}

hs_status hs_nominatim_refuse(hs_call *call, unsigned status, const char *message) {
    hs_json *json = &call->json;
    call->response->status = status;
    call->response->content_type = "application/json";
    hs_json_object(json);
    hs_json_key(json, "error");
    hs_json_object(json);
    hs_json_pair_int(json, "code", status);
    hs_json_pair_text(json, "message", message);
    hs_json_object_end(json);
    hs_json_object_end(json);
    return HS_OK;
}
