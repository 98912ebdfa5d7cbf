/* What a text typed so far may become: /autocomplete. */
#include "api/geocode.h"

#include "base/text.h"
#include <math.h>

#define MOST_TYPED_BYTES 200

static hs_found found_by_suggestion(hs_call *call, const hs_suggestion *suggestion) {
    hs_position at = suggestion->position;
    hs_found found = {.position = at,
                      .extent = {at.lon_e7, at.lat_e7, at.lon_e7, at.lat_e7},
                      .street = HS_NONE,
                      .address = HS_NONE,
                      .place = HS_NONE,
                      .named_unit = HS_NONE,
                      .label = suggestion->label};
    uint32_t unit = HS_NONE;
    switch (suggestion->kind) {
    case HS_SUGGEST_UNIT:
        found.match_type = HS_MATCH_UNIT;
        found.named_unit = unit = suggestion->row;
        break;
    case HS_SUGGEST_PLACE:
        found.match_type = HS_MATCH_PLACE;
        found.place = suggestion->row;
        break;
    case HS_SUGGEST_ADDRESS:
        found.match_type = HS_MATCH_ADDRESS;
        found.address = suggestion->row;
        break;
    default:
        found.match_type = HS_MATCH_STREET;
        found.street = suggestion->row;
    }
    if (suggestion->kind != HS_SUGGEST_UNIT) {
        hs_found_units(call->snapshot->geography, at, HS_NONE, &found);
        return found;
    }
    /* A unit lies in those above it. */
    for (int level = 0; level < HS_LEVEL_COUNT; level++)
        found.unit[level] = HS_NONE;
    const hs_units *units = &call->snapshot->geography->units;
    for (; unit != HS_NONE; unit = units->parent[unit])
        found.unit[units->level[unit]] = unit;
    return found;
}

/* The visible map, or a point on it; empty where neither is given. */
static hs_status read_map(hs_call *call, hs_box *map) {
    bool given;
    *map = HS_BOX_EMPTY;
    hs_status status = hs_call_box(call, "bbox", map, &given);
    bool point = hs_call_text(call, "lon").size > 0 || hs_call_text(call, "lat").size > 0;
    if (status != HS_OK || given || !point) return status;
    hs_position at;
    status = hs_call_position(call, &at);
    if (status == HS_OK) *map = (hs_box){at.lon_e7, at.lat_e7, at.lon_e7, at.lat_e7};
    return status;
}

static void write_suggestions(hs_call *call, hs_str query, const hs_suggestion *suggestions, size_t count,
                              hs_label_language language) {
    static const char *const kinds[HS_SUGGEST_KIND_COUNT] = {"unit", "street", "place", "address"};
    static const char *const matches[HS_SUGGEST_MATCH_COUNT] = {"whole",  "prefix",   "middle",
                                                                "pinyin", "initials", "pinyin-middle"};
    hs_geocodejson_begin(call, query);
    for (size_t i = 0; i < count; i++) {
        hs_found found = found_by_suggestion(call, &suggestions[i]);
        hs_geocodejson_feature(call, &found, NAN, language);
        hs_json_pair_text(&call->json, "kind", kinds[suggestions[i].kind]);
        hs_json_pair_text(&call->json, "match", matches[suggestions[i].match]);
        hs_geocodejson_feature_end(call);
    }
    hs_geocodejson_end(call);
}

hs_status hs_serve_autocomplete(hs_call *call) {
    hs_str query = hs_call_text(call, "q");
    hs_box map;
    int64_t limit = 0;
    hs_label_language language = HS_LABEL_AS_NAMES;
    if (query.size == 0 || query.size > MOST_TYPED_BYTES)
        return hs_error_set(call->error, HS_E_ARGUMENT, "q: what was typed is needed, at most %d bytes",
                            MOST_TYPED_BYTES);
    hs_status status = hs_call_integer(call, "limit", 1, HS_SUGGESTIONS_MAX, 10, &limit);
    if (status == HS_OK) status = read_map(call, &map);
    if (status == HS_OK) status = hs_call_language(call, &language);
    if (status != HS_OK) return status;
    if (hs_call_begin_in_language(call, "application/geo+json", language)) return HS_OK;
    const hs_autocomplete *autocomplete = NULL;
    status = hs_service_autocomplete(call->api->service, call->snapshot, call->error, &autocomplete);
    hs_suggestion *suggestions = hs_arena_array(call->arena, HS_SUGGESTIONS_MAX, sizeof *suggestions);
    if (!suggestions) return hs_error_memory(call->error, "suggestions");
    if (status != HS_OK) return status;
    size_t count = hs_autocomplete_suggest(autocomplete, query, map, suggestions, (size_t)limit);
    write_suggestions(call, query, suggestions, count, language);
    return HS_OK;
}
