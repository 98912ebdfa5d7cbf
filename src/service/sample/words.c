#include "service/sample/words.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum form { NUMBER, NEAR_NUMBER, INTERSECTION, PLACE, STREET, HOPELESS, FORM_COUNT };
static const char *const form_name[FORM_COUNT] = {"number", "near_number", "intersection",
                                                  "place",  "street",      "hopeless"};
#define CROSSING_M 130.0 /* how far people look for a crossing or a place to name */
#define PLACE_M    180.0

struct hs_sample_words {
    const hs_sample_city *city;
    double form_cumulative[FORM_COUNT];
    double city_prefix, district_prefix;
    char whole_prefix[128]; /* city and district */
    const json_t *near, *cross, *hopeless;
    uint32_t *node_street; /* node x 2: up to two streets that meet there, HS_NONE */
};

static hs_status index_nodes(hs_sample_words *words, hs_error *error) {
    const hs_sample_city *city = words->city;
    size_t size =
        (size_t)(city->lattice.columns + 1) * (city->lattice.rows + 1) * 2 * sizeof *words->node_street;
    words->node_street = malloc(size);
    if (!words->node_street) return hs_error_set(error, HS_E_MEMORY, "no memory for crossings");
    memset(words->node_street, 0xff, size);
    for (uint32_t e = 0; e < city->edge_count; e++)
        for (int end = 0; end < 2; end++) {
            uint32_t *slot = words->node_street + (size_t)city->edge[e].node[end] * 2;
            if (slot[0] == HS_NONE)
                slot[0] = city->edge[e].street;
            else if (slot[0] != city->edge[e].street)
                slot[1] = city->edge[e].street;
        }
    return HS_OK;
}

hs_status hs_sample_words_new(const hs_sample_city *city, hs_error *error, hs_sample_words **words) {
    hs_sample_words *made = calloc(1, sizeof *made);
    if (!made) return hs_error_set(error, HS_E_MEMORY, "no memory for address texts");
    made->city = city;
    snprintf(made->whole_prefix, sizeof made->whole_prefix, "%s%s", city->definition.city.zh.data,
             city->definition.district.zh.data);
    hs_sample_reader reader = {.error = error};
    const json_t *texts = json_object_get(city->definition.root, "texts");
    double sum = 0;
    for (int f = 0; f < FORM_COUNT; f++)
        made->form_cumulative[f] = sum +=
            hs_sample_number(&reader, json_object_get(texts, "forms"), form_name[f]);
    made->city_prefix = hs_sample_number(&reader, texts, "city_prefix");
    made->district_prefix = hs_sample_number(&reader, texts, "district_prefix");
    made->near = hs_sample_array(&reader, texts, "near");
    made->cross = hs_sample_array(&reader, texts, "cross");
    made->hopeless = hs_sample_array(&reader, texts, "hopeless");
    if (reader.status == HS_OK && (!json_array_size(made->near) || !json_array_size(made->cross) ||
                                   !json_array_size(made->hopeless) || !(sum > 0)))
        hs_sample_fail(&reader, "texts must have words of every kind");
    hs_status status = reader.status == HS_OK ? index_nodes(made, error) : reader.status;
    if (status != HS_OK) {
        hs_sample_words_free(made);
        return status;
    }
    *words = made;
    return HS_OK;
}

void hs_sample_words_free(hs_sample_words *words) {
    if (!words) return;
    free(words->node_street);
    free(words);
}

/* The address of that side nearest along the street; of the other side where this one has none. */
static uint32_t nearest_address(const hs_sample_city *city, const hs_sample_spot *spot) {
    const hs_sample_street *street = &city->street[spot->street];
    uint32_t side = spot->right ? 1 : 0;
    if (street->address_count[side] == 0) side = 1 - side;
    if (street->address_count[side] == 0) return HS_NONE;
    uint32_t first = street->first_address[side];
    uint32_t low = 0;
    uint32_t high = street->address_count[side] - 1;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (city->address[first + middle].along_m < spot->along_m)
            low = middle + 1;
        else
            high = middle;
    }
    if (low > 0 && spot->along_m - city->address[first + low - 1].along_m <
                       city->address[first + low].along_m - spot->along_m)
        low--;
    return first + low;
}

hs_str hs_sample_words_number(const hs_sample_words *words, const hs_sample_spot *spot, hs_arena *arena) {
    uint32_t a = nearest_address(words->city, spot);
    hs_str street = words->city->street[spot->street].name.zh;
    if (a == HS_NONE) return street;
    return hs_str_of(hs_arena_printf(arena, "%s%d号", street.data, words->city->address[a].number));
}

static const char *any_of(const json_t *array, hs_random *random) {
    const char *text =
        json_string_value(json_array_get(array, hs_random_below(random, (uint32_t)json_array_size(array))));
    return text ? text : "";
}

/* The other street at the nearest end of the edges around the spot; HS_NONE when none is near. */
static uint32_t nearest_crossing(const hs_sample_words *words, const hs_sample_spot *spot) {
    const hs_sample_city *city = words->city;
    const hs_sample_street *street = &city->street[spot->street];
    uint32_t best = HS_NONE;
    double best_m = CROSSING_M;
    for (uint32_t k = 0; k <= street->last - street->first; k++) {
        const hs_sample_edge *edge = &city->edge[street->first_edge + (k ? k - 1 : 0)];
        double at_m = k ? edge->start_m + edge->length_m : edge->start_m;
        double away_m = at_m > spot->along_m ? at_m - spot->along_m : spot->along_m - at_m;
        if (away_m >= best_m) continue;
        const uint32_t *meets = words->node_street + (size_t)edge->node[k ? 1 : 0] * 2;
        if (meets[1] == HS_NONE) continue;
        best = meets[0] == spot->street ? meets[1] : meets[0];
        best_m = away_m;
    }
    return best;
}

static uint32_t nearest_place(const hs_sample_city *city, const hs_sample_spot *spot) {
    uint32_t best = HS_NONE;
    double best_m2 = PLACE_M * PLACE_M;
    for (uint32_t p = 0; p < city->place_count; p++) {
        if (city->place[p].address == HS_NONE) continue;
        hs_sample_point at = city->address[city->place[p].address].at_m;
        double x = at.x_m - spot->point.x_m;
        double y = at.y_m - spot->point.y_m;
        if (x * x + y * y >= best_m2) continue;
        best_m2 = x * x + y * y;
        best = p;
    }
    return best;
}

static char *say_crossing(const hs_sample_words *words, const hs_sample_spot *spot, hs_random *random,
                          hs_arena *arena) {
    const char *pattern = any_of(words->cross, random);
    uint32_t other = nearest_crossing(words, spot);
    const char *gap = strstr(pattern, "{}");
    if (other == HS_NONE || !gap) return NULL;
    return hs_arena_printf(arena, "%s%.*s%s%s", words->city->street[spot->street].name.zh.data,
                           (int)(gap - pattern), pattern, words->city->street[other].name.zh.data, gap + 2);
}

static const char *prefix(const hs_sample_words *words, hs_random *random) {
    double target = hs_random_uniform(random);
    if (target < words->city_prefix) return words->whole_prefix;
    return target < words->city_prefix + words->district_prefix ? words->city->definition.district.zh.data
                                                                : "";
}

hs_str hs_sample_words_call(const hs_sample_words *words, const hs_sample_spot *spot, hs_random *random,
                            hs_arena *arena) {
    double target = hs_random_uniform(random) * words->form_cumulative[FORM_COUNT - 1];
    uint32_t form = hs_sample_pick(words->form_cumulative, FORM_COUNT, target);
    const char *before = prefix(words, random);
    const char *near = any_of(words->near, random);
    const char *text = NULL;
    uint32_t place;
    switch (form) {
    case HOPELESS:
        return hs_str_of(any_of(words->hopeless, random));
    case INTERSECTION:
        text = say_crossing(words, spot, random, arena);
        break;
    case PLACE:
        place = nearest_place(words->city, spot);
        if (place != HS_NONE) text = words->city->place[place].name.zh.data;
        break;
    case STREET:
        text = words->city->street[spot->street].name.zh.data;
        break;
    default:
        break;
    }
    if (!text) text = hs_sample_words_number(words, spot, arena).data;
    if (!text) return (hs_str){0};
    return hs_str_of(hs_arena_printf(arena, "%s%s%s", before, text, form == NEAR_NUMBER ? near : ""));
}
