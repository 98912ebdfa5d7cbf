/* Names of streets: roads from the stock of stems (every pair of syllables once, in a seeded order), lanes
 * from their community with an ordinal. */
#include "service/sample/city.h"

#include "base/text.h"

#include <string.h>

/* A whole number from 1 to 999 as Chinese writes it. */
static char *chinese_number(hs_arena *arena, uint32_t number) {
    static const char *const digit[] = {"", "一", "二", "三", "四", "五", "六", "七", "八", "九"};
    const char *tens = number / 10 % 10 ? "十" : "";
    if (number < 10) return hs_arena_printf(arena, "%s", digit[number]);
    if (number < 20) return hs_arena_printf(arena, "十%s", digit[number % 10]);
    if (number < 100) return hs_arena_printf(arena, "%s十%s", digit[number / 10], digit[number % 10]);
    const char *zero = number % 100 && number % 100 < 10 ? "零" : "";
    return hs_arena_printf(arena, "%s百%s%s%s%s", digit[number / 100 % 10], zero, digit[number / 10 % 10],
                           tens, digit[number % 10]);
}

typedef struct stems {
    uint32_t count;
    hs_sample_name *name;
} stems;

static hs_status read_stems(hs_sample_city *city, hs_error *error, stems *out) {
    hs_sample_reader reader = {.error = error};
    const json_t *object = json_object_get(city->definition.root, "stems");
    const json_t *first = hs_sample_array(&reader, object, "first");
    const json_t *second = hs_sample_array(&reader, object, "second");
    if (reader.status != HS_OK) return reader.status;
    size_t total = json_array_size(first) * json_array_size(second);
    out->name = hs_arena_array(city->arena, total + 1, sizeof *out->name);
    if (!out->name) return hs_error_set(error, HS_E_MEMORY, "no memory for names");
    for (size_t n = 0; n < total; n++) {
        const json_t *a = json_array_get(first, n / json_array_size(second));
        const json_t *b = json_array_get(second, n % json_array_size(second));
        const char *zh[2] = {json_string_value(json_array_get(a, 0)),
                             json_string_value(json_array_get(b, 0))};
        const char *en[2] = {json_string_value(json_array_get(a, 1)),
                             json_string_value(json_array_get(b, 1))};
        if (!zh[0] || !zh[1] || !en[0] || !en[1])
            return hs_error_set(error, HS_E_INPUT,
                                "the sample city's definition: stems must be pairs of texts");
        out->name[n].zh = hs_str_of(hs_arena_printf(city->arena, "%s%s", zh[0], zh[1]));
        out->name[n].en = hs_str_of(hs_arena_printf(city->arena, "%s%s", en[0], en[1]));
    }
    out->count = (uint32_t)total;
    hs_random random;
    hs_random_seed_stream(&random, city->seed, 100 + HS_SAMPLE_STREAM_STREETS);
    for (uint32_t n = out->count; n > 1; n--) {
        uint32_t other = hs_random_below(&random, n);
        hs_sample_name kept = out->name[n - 1];
        out->name[n - 1] = out->name[other];
        out->name[other] = kept;
    }
    return HS_OK;
}

static void name_road(hs_sample_city *city, hs_sample_street *street, hs_sample_name stem) {
    static const char *const zh[2][3] = {{"", "西", "东"}, {"", "北", "南"}};
    static const char *const en[2][3] = {{"", " West", " East"}, {"", " North", " South"}};
    bool wide = street->road_class == HS_SAMPLE_SECONDARY;
    street->name.zh = hs_str_of(hs_arena_printf(city->arena, "%s%s%s", stem.zh.data,
                                                zh[street->vertical][street->direction], wide ? "路" : "街"));
    street->name.en =
        hs_str_of(hs_arena_printf(city->arena, "%s %s%s", stem.en.data, wide ? "Road" : "Street",
                                  en[street->vertical][street->direction]));
}

static void name_lane(hs_sample_city *city, hs_sample_street *street, uint32_t number) {
    hs_sample_name stem = city->definition.community[street->community].stem;
    bool lane = street->road_class == HS_SAMPLE_LANE;
    char *ordinal = chinese_number(city->arena, number);
    street->name.zh = hs_str_of(
        hs_arena_printf(city->arena, "%s%s%s", stem.zh.data, ordinal ? ordinal : "", lane ? "巷" : "街"));
    street->name.en =
        hs_str_of(hs_arena_printf(city->arena, "%s %s %u", stem.en.data, lane ? "Lane" : "Street", number));
}

hs_status hs_sample_name_streets(hs_sample_city *city, hs_error *error) {
    stems stock = {0};
    hs_status status = read_stems(city, error, &stock);
    if (status != HS_OK) return status;
    uint32_t *counter =
        hs_arena_array(city->arena, (size_t)city->definition.community_count * 2 + 1, sizeof *counter);
    if (!counter) return hs_error_set(error, HS_E_MEMORY, "no memory for names");
    for (uint32_t s = 0; s < city->street_count; s++) {
        hs_sample_street *street = &city->street[s];
        if (street->community != HS_NONE) {
            uint32_t kind = street->community * 2 + (street->road_class == HS_SAMPLE_LANE);
            name_lane(city, street, ++counter[kind]);
        } else if (!street->key.size) {
            if (street->stem >= stock.count)
                return hs_error_set(error, HS_E_INPUT,
                                    "the sample city's definition: %u stems are too few for its roads",
                                    stock.count);
            name_road(city, street, stock.name[street->stem]);
        }
        if (!street->name.zh.size || !street->name.en.size)
            return hs_error_set(error, HS_E_MEMORY, "no memory for names");
    }
    return HS_OK;
}
