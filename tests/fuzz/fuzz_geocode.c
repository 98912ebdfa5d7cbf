/* Addresses come from files and requests: whatever the text, candidates are in order and their labels end. */
#include "base/text.h"
#include <hotspot/geocode.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void add_street(hs_geography_builder *builder, const char *name, hs_position a, hs_position b) {
    const hs_position line[2] = {a, b};
    const uint32_t start[2] = {0, 2};
    hs_street_record record = {
        .name = hs_str_of(name),
        .left_from = 1,
        .left_to = 99,
        .right_from = 2,
        .right_to = 98,
        .geometry = {.type = HS_GEOMETRY_LINES, .ring_count = 1, .ring_start = start, .positions = line}};
    if (hs_geography_add_street(builder, &record, NULL) != HS_OK) abort();
}

static void add_address(hs_geography_builder *builder, const char *street, const char *number,
                        const char *text) {
    hs_address_record record = {.street = hs_str_of(street),
                                .number = hs_str_of(number),
                                .text = hs_str_of(text),
                                .position = {1000010000, 380010000}};
    if (hs_geography_add_address(builder, &record, NULL) != HS_OK) abort();
}

/* A few names of each kind, and the fuzzer's own text as an address of the city, so that building sees it. */
static hs_geocoder *make_geocoder(hs_str text) {
    hs_geography_builder *builder = NULL;
    hs_geography *city = NULL;
    hs_geocoder *geocoder = NULL;
    if (hs_geography_builder_new(NULL, &builder) != HS_OK) abort();
    add_street(builder, "17th St NW", (hs_position){1000000000, 380000000},
               (hs_position){1000000000, 380100000});
    add_street(builder, "P St", (hs_position){999950000, 380050000}, (hs_position){1000050000, 380050000});
    add_street(builder, "春风路", (hs_position){999950000, 380020000}, (hs_position){1000050000, 380020000});
    add_street(builder, "南大街", (hs_position){1000020000, 380000000}, (hs_position){1000020000, 380100000});
    add_street(builder, "北环路", (hs_position){999950000, 380080000}, (hs_position){1000050000, 380080000});
    add_address(builder, "中山路", "12号附1", "");
    add_address(builder, "Main St", "5A", "");
    add_address(builder, "", "", "花蓮縣鳳林鎮大忠路１９５號");
    hs_address_record own = {.text = text,
                             .street = {text.data, text.size / 2},
                             .number = text,
                             .position = {1000020000, 380020000}};
    if (hs_geography_add_address(builder, &own, NULL) != HS_OK) abort();
    own.street = own.number = (hs_str){0};
    if (hs_geography_add_address(builder, &own, NULL) != HS_OK) abort();
    const hs_position at = {1000030000, 380030000};
    hs_place_record place = {.name = HS_STR("东关夜市"),
                             .name_en = HS_STR("East Gate Market"),
                             .position = at,
                             .geometry = {.type = HS_GEOMETRY_POINT, .positions = &at}};
    if (hs_geography_add_place(builder, &place, NULL) != HS_OK) abort();
    if (hs_geography_finish(builder, 1, NULL, &city) != HS_OK) abort();
    if (hs_geocoder_new(city, NULL, &geocoder) != HS_OK) abort();
    hs_geography_unref(city);
    return geocoder;
}

static void check(const hs_geocoder *geocoder, hs_str text) {
    hs_geocode_result results[8];
    size_t count;
    if (hs_geocode(geocoder, text, results, 8, NULL, &count) != HS_OK || count > 8) abort();
    for (size_t i = 0; i < count; i++) {
        if (!(results[i].score > 0 && results[i].score <= 1) ||
            (i > 0 && results[i].score > results[i - 1].score))
            abort();
        if (!memchr(results[i].label, 0, sizeof results[i].label)) abort();
        if (!(results[i].accuracy_m > 0) || results[i].part_count > HS_ADDRESS_PARTS_MAX) abort();
        for (uint32_t k = 0; k < results[i].part_count; k++) {
            const hs_address_part *part = &results[i].part[k];
            if (part->start >= part->end || part->end > text.size) abort();
            if (k > 0 && part->start < part[-1].end) abort();
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static hs_geocoder *without;
    hs_str text = {(const char *)data, size};
    if (!without) without = make_geocoder((hs_str){0});
    check(without, text);
    /* Building takes most of the time, so one input in 16 has a city of its own. Cities keep texts of valid
     * UTF-8 only, as imports do. */
    if (size == 0 || data[size - 1] % 16 != 0 || !hs_utf8_valid(text) || memchr(data, 0, size)) return 0;
    hs_geocoder *geocoder = make_geocoder(text);
    check(geocoder, text);
    hs_geocoder_free(geocoder);
    return 0;
}
