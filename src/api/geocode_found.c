/* From what was found to what is said of it. */
#include "api/geocode.h"

#include "base/text.h"

hs_str hs_choose_name(hs_label_language language, hs_str name, hs_str name_en) {
    hs_str preferred = language == HS_LABEL_EN ? name_en : name;
    hs_str other = language == HS_LABEL_EN ? name : name_en;
    return preferred.size > 0 ? preferred : other;
}

void hs_found_units(const hs_geography *geography, hs_position position, uint32_t deepest, hs_found *found) {
    const hs_units *units = &geography->units;
    hs_placement placement;
    hs_geography_place(geography, position, &placement);
    for (int level = 0; level < HS_LEVEL_COUNT; level++)
        found->unit[level] = placement.unit[level];
    /* Of a street that is a boundary the geocoder knows the side. */
    for (uint32_t unit = deepest; unit != HS_NONE; unit = units->parent[unit])
        found->unit[units->level[unit]] = unit;
}

/* Labels are written in the city's own spelling; where another language has one, a whole name is taken. */
static const char *label_of(hs_call *call, const hs_geocode_result *result, hs_label_language language) {
    const hs_geography *geography = call->snapshot->geography;
    hs_str name = {"", 0};
    if (language != HS_LABEL_EN) return result->label;
    if (result->match_type == HS_MATCH_PLACE && result->place != HS_NONE)
        name = geography->places.name_en[result->place];
    else if (result->match_type == HS_MATCH_STREET && result->street != HS_NONE)
        name = geography->streets.name_en[result->street];
    else if (result->match_type == HS_MATCH_UNIT && result->unit != HS_NONE)
        name = geography->units.name_en[result->unit];
    const char *text = name.size > 0 ? hs_arena_strndup(call->arena, name.data, name.size) : NULL;
    return text ? text : result->label;
}

hs_found hs_found_by_geocoder(hs_call *call, const hs_geocode_result *result, hs_label_language language) {
    hs_found found = {.match_type = result->match_type,
                      .position = result->position,
                      .extent = result->extent,
                      .street = result->street,
                      .address = result->address,
                      .place = result->place,
                      .named_unit = result->match_type == HS_MATCH_UNIT ? result->unit : HS_NONE,
                      .label = label_of(call, result, language),
                      .importance = result->score};
    hs_found_units(call->snapshot->geography, result->position, result->unit, &found);
    return found;
}
