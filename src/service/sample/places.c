/* Places: at addresses of the kinds of communities that the definition names, apart from their own class;
 * parks on a face of the lattice, the river on its row, the entrances at the ends of their roads. */
#include "service/sample/city.h"

#include "base/text.h"

#include <string.h>

#define TRIES 3000

typedef struct siting {
    hs_sample_city *city;
    hs_random random;
    hs_sample_reader reader;
    uint32_t *used; /* community x rule: how many stand there */
    uint32_t capacity;
} siting;

uint32_t hs_sample_find_place(const hs_sample_city *city, hs_str place_class, uint32_t nth) {
    for (uint32_t p = 0; p < city->place_count; p++)
        if (hs_str_equal(city->place[p].place_class, place_class) && --nth == 0) return p;
    return HS_NONE;
}

static bool text_in(const json_t *array, hs_str wanted) {
    if (!array) return true;
    size_t index;
    json_t *value;
    json_array_foreach(array, index,
                       value) if (hs_str_equal(hs_str_of(json_string_value(value)), wanted)) return true;
    return false;
}

static bool far_enough(const hs_sample_city *city, hs_str place_class, hs_sample_point at, double apart_m) {
    for (uint32_t p = 0; p < city->place_count; p++) {
        if (!hs_str_equal(city->place[p].place_class, place_class) || city->place[p].address == HS_NONE)
            continue;
        hs_sample_point other = city->address[city->place[p].address].at_m;
        double x = other.x_m - at.x_m;
        double y = other.y_m - at.y_m;
        if (x * x + y * y < apart_m * apart_m) return false;
    }
    return true;
}

/* A random address that the rule allows; the distance is let go, then the kind, when nothing is found. */
static uint32_t find_address(siting *sites, const json_t *rule, hs_str place_class) {
    const hs_sample_city *city = sites->city;
    double apart_m = hs_sample_number_or(&sites->reader, rule, "apart_m", 0);
    uint32_t chosen = 0;
    for (int attempt = 0; attempt < TRIES; attempt++) {
        chosen = hs_random_below(&sites->random, city->address_count);
        const hs_sample_address *address = &city->address[chosen];
        uint32_t community = city->edge[address->edge].community[address->side];
        hs_str road = hs_str_of(hs_sample_class_name[city->street[address->street].road_class]);
        if (attempt < TRIES - 1 &&
            (!text_in(json_object_get(rule, "types"), hs_sample_type_of(city, community)->key) ||
             !text_in(json_object_get(rule, "roads"), road)))
            continue;
        if (attempt > TRIES / 2 || far_enough(city, place_class, address->at_m, apart_m)) break;
    }
    return chosen;
}

static const char *const ordinal_zh[] = {"",     "",     "第二", "第三", "第四",
                                         "第五", "第六", "第七", "第八", "第九"};

/* The community's name, an ordinal from the second on, and the rule's own word. */
static hs_sample_name place_name(siting *sites, uint32_t community, hs_sample_name word, uint32_t nth) {
    hs_sample_name stem = sites->city->definition.community[community].stem;
    hs_arena *arena = sites->city->arena;
    const char *ordinal = nth < 10 ? ordinal_zh[nth] : "新";
    char *zh = hs_arena_printf(arena, "%s%s%s", stem.zh.data, ordinal, word.zh.data);
    char *en = nth < 2 ? hs_arena_printf(arena, "%s %s", stem.en.data, word.en.data)
                       : hs_arena_printf(arena, "%s %s No. %u", stem.en.data, word.en.data, nth);
    return (hs_sample_name){hs_str_of(zh), hs_str_of(en)};
}

static hs_sample_place *add_place(siting *sites) {
    if (sites->city->place_count == sites->capacity) {
        hs_sample_fail(&sites->reader, "places are more than their counts say");
        return NULL;
    }
    hs_sample_place *place = &sites->city->place[sites->city->place_count++];
    *place = (hs_sample_place){.address = HS_NONE, .street = HS_NONE, .face_label = HS_NONE};
    return place;
}

static void add_gate(siting *sites, const hs_sample_place *school, hs_sample_name word) {
    hs_sample_place copy = *school;
    hs_sample_place *gate = add_place(sites);
    if (!gate) return;
    hs_arena *arena = sites->city->arena;
    *gate = copy;
    gate->place_class = HS_STR("school_gate");
    gate->name.zh = hs_str_of(hs_arena_printf(arena, "%s%s", copy.name.zh.data, word.zh.data));
    gate->name.en = hs_str_of(hs_arena_printf(arena, "%s %s", copy.name.en.data, word.en.data));
    const hs_sample_street *street = &sites->city->street[copy.street];
    gate->position = hs_sample_position(
        sites->city, hs_sample_street_point(sites->city, street, copy.along_m,
                                            sites->city->address[copy.address].side == 0 ? -5.0 : 5.0, NULL));
}

/* Turns the face behind the address into the place's ground. */
static void take_face(siting *sites, hs_sample_place *place) {
    hs_sample_city *city = sites->city;
    const hs_sample_address *address = &city->address[place->address];
    const hs_sample_street *street = &city->street[address->street];
    uint32_t at = street->first + (address->edge - street->first_edge);
    uint32_t column = street->vertical ? street->line - (address->side == 1) : at;
    uint32_t row = street->vertical ? at : street->line - (address->side == 0);
    uint32_t face = row * city->lattice.columns + column;
    if (city->place_label[face] != HS_NONE) return;
    place->face_label = city->place_count - 1;
    city->place_label[face] = place->face_label;
}

static void site_rule(siting *sites, const json_t *rule, uint32_t row) {
    hs_sample_city *city = sites->city;
    hs_str place_class = hs_sample_text(&sites->reader, rule, "class");
    hs_sample_name word = hs_sample_names(&sites->reader, rule);
    uint32_t count = (uint32_t)hs_sample_number(&sites->reader, rule, "count");
    const json_t *gate = json_object_get(rule, "gate");
    hs_sample_name gate_word = {0};
    if (gate) gate_word = hs_sample_names(&sites->reader, gate);
    for (uint32_t n = 0; n < count && sites->reader.status == HS_OK; n++) {
        uint32_t chosen = find_address(sites, rule, place_class);
        const hs_sample_address *address = &city->address[chosen];
        uint32_t community = city->edge[address->edge].community[address->side];
        hs_sample_place *place = add_place(sites);
        if (!place) return;
        place->place_class = place_class;
        place->address = chosen;
        place->street = address->street;
        place->along_m = address->along_m;
        place->position = address->position;
        place->name = place_name(sites, community, word,
                                 ++sites->used[row * city->definition.community_count + community]);
        if (json_is_true(json_object_get(rule, "polygon"))) take_face(sites, place);
        if (gate) add_gate(sites, place, gate_word);
    }
}

static void site_river(siting *sites, hs_str place_class) {
    hs_sample_city *city = sites->city;
    hs_sample_place *place = add_place(sites);
    if (!place) return;
    place->place_class = place_class;
    place->name = city->definition.river;
    place->face_label = city->place_count - 1;
    uint32_t seen = 0;
    const hs_sample_lattice *lattice = &city->lattice;
    for (uint32_t j = 0; j < lattice->rows; j++)
        for (uint32_t i = 0; i < lattice->columns; i++) {
            if (lattice->plan_row[j] != city->definition.water_row ||
                hs_sample_face_community(city, i, j) == HS_NONE)
                continue;
            city->place_label[j * lattice->columns + i] = place->face_label;
            hs_sample_point a = lattice->node_m[j * (lattice->columns + 1) + i];
            hs_sample_point b = lattice->node_m[(j + 1) * (lattice->columns + 1) + i + 1];
            hs_sample_point middle = {(a.x_m + b.x_m) / 2, (a.y_m + b.y_m) / 2};
            if (seen++ == lattice->columns / 2) place->position = hs_sample_position(city, middle);
        }
    if (seen <= lattice->columns / 2)
        hs_sample_fail(&sites->reader, "the water row is too short for a river");
}

static void site_entrances(siting *sites, hs_str place_class) {
    hs_sample_city *city = sites->city;
    size_t index;
    json_t *value;
    json_array_foreach(hs_sample_array(&sites->reader, city->definition.root, "entrances"), index, value) {
        uint32_t road = hs_sample_find_road(city, hs_sample_text(&sites->reader, value, "road"));
        hs_sample_place *place = road == HS_NONE ? NULL : add_place(sites);
        if (!place) {
            hs_sample_fail(&sites->reader, "entrances[%zu] names no road of the city", index);
            return;
        }
        bool start = hs_str_equal(hs_sample_text(&sites->reader, value, "end"), HS_STR("start"));
        place->place_class = place_class;
        place->name = hs_sample_names(&sites->reader, value);
        place->street = road;
        place->along_m = start ? 1.0 : city->street[road].length_m - 1.0;
        place->position = hs_sample_position(
            city, hs_sample_street_point(city, &city->street[road], place->along_m, 0, NULL));
    }
}

hs_status hs_sample_build_places(hs_sample_city *city, hs_error *error) {
    siting sites = {.city = city, .reader = {.error = error}};
    hs_random_seed_stream(&sites.random, city->seed, HS_SAMPLE_STREAM_PLACES);
    const json_t *rules = hs_sample_array(&sites.reader, city->definition.root, "places");
    size_t index;
    json_t *rule;
    json_array_foreach(rules, index, rule) {
        double count = hs_sample_number(&sites.reader, rule, "count");
        if (count >= 0 && count <= 10000)
            sites.capacity += (uint32_t)count * (json_object_get(rule, "gate") ? 2 : 1);
    }
    size_t faces = (size_t)city->lattice.columns * city->lattice.rows;
    city->place = hs_arena_array(city->arena, (size_t)sites.capacity + 1, sizeof *city->place);
    city->place_label = hs_arena_array(city->arena, faces, sizeof *city->place_label);
    sites.used =
        hs_arena_array(city->arena, (json_array_size(rules) + 1) * (city->definition.community_count + 1),
                       sizeof *sites.used);
    if (!city->place || !city->place_label || !sites.used)
        return hs_error_set(error, HS_E_MEMORY, "no memory for places");
    memset(city->place_label, 0xff, faces * sizeof *city->place_label);
    json_array_foreach(rules, index, rule) {
        hs_str place_class = hs_sample_text(&sites.reader, rule, "class");
        if (json_is_true(json_object_get(rule, "river")))
            site_river(&sites, place_class);
        else if (json_is_true(json_object_get(rule, "entrances")))
            site_entrances(&sites, place_class);
        else
            site_rule(&sites, rule, (uint32_t)index);
    }
    return sites.reader.status;
}
