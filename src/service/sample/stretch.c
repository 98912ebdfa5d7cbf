/* Stretches of streets that a rule of the definition chooses. */
#include "service/sample/city.h"

static void add_stretch(const hs_sample_city *city, uint32_t street, double from_m, double to_m,
                        hs_sample_stretch *stretch) {
    const hs_sample_street *owner = &city->street[street];
    for (uint32_t k = 0; k < owner->last - owner->first; k++) {
        const hs_sample_edge *edge = &city->edge[owner->first_edge + k];
        double middle_m = edge->start_m + edge->length_m / 2;
        if (middle_m < from_m || middle_m > to_m || stretch->count == HS_SAMPLE_MAX_STRETCH) continue;
        stretch->edge[stretch->count++] = owner->first_edge + k;
    }
}

/* length_m of the street around along_m, moved to lie within the street. */
static void around(const hs_sample_city *city, uint32_t street, double along_m, double length_m,
                   hs_sample_stretch *stretch) {
    double whole_m = city->street[street].length_m;
    double from_m = along_m - length_m / 2;
    if (from_m + length_m > whole_m) from_m = whole_m - length_m;
    if (from_m < 0) from_m = 0;
    add_stretch(city, street, from_m, from_m + length_m, stretch);
}

static bool suits(const hs_sample_city *city, const hs_sample_where *where, uint32_t type, uint32_t s) {
    const hs_sample_street *street = &city->street[s];
    return street->community != HS_NONE && city->definition.community[street->community].type == type &&
           street->road_class == where->road_class && street->length_m >= 0.6 * where->length_m;
}

static hs_status choose_streets(const hs_sample_city *city, const hs_sample_where *where, hs_random *random,
                                hs_error *error, hs_sample_stretch *stretch) {
    hs_sample_reader reader = {.error = error};
    uint32_t type = hs_sample_find_type(&reader, &city->definition, where->type);
    if (reader.status != HS_OK) return reader.status;
    uint32_t left = 0;
    for (uint32_t s = 0; s < city->street_count; s++)
        left += suits(city, where, type, s);
    uint32_t wanted = where->count;
    if (left < wanted)
        return hs_error_set(error, HS_E_INPUT, "the sample city has %u streets for a hotspot that needs %u",
                            left, wanted);
    /* Each of the streets left is taken with the chance that gives every choice of `wanted` equal odds. */
    for (uint32_t s = 0; s < city->street_count && wanted > 0; s++) {
        if (!suits(city, where, type, s)) continue;
        if (hs_random_below(random, left--) >= wanted) continue;
        wanted--;
        around(city, s, city->street[s].length_m / 2, where->length_m, stretch);
    }
    return HS_OK;
}

hs_status hs_sample_resolve(const hs_sample_city *city, const hs_sample_where *where, hs_random *random,
                            hs_error *error, hs_sample_stretch *stretch) {
    hs_sample_stretch found = {0};
    if (where->type.size) {
        hs_status status = choose_streets(city, where, random, error, &found);
        if (status != HS_OK) return status;
    } else if (where->near.size) {
        uint32_t place = hs_sample_find_place(city, where->near, where->nth);
        if (place != HS_NONE && city->place[place].street != HS_NONE)
            around(city, city->place[place].street, city->place[place].along_m, where->length_m, &found);
    } else {
        uint32_t road = hs_sample_find_road(city, where->road);
        if (road != HS_NONE)
            around(city, road, where->at * city->street[road].length_m, where->length_m, &found);
    }
    if (found.count == 0)
        return hs_error_set(error, HS_E_INPUT, "the sample city has no street for the rule %.*s%.*s%.*s",
                            (int)where->near.size, where->near.data ? where->near.data : "",
                            (int)where->road.size, where->road.data ? where->road.data : "",
                            (int)where->type.size, where->type.data ? where->type.data : "");
    *stretch = found;
    return HS_OK;
}
