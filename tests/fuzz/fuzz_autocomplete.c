/* What people type is any bytes: suggestions fit, are in order, come once and end. */
#include "base/text.h"
#include <hotspot/autocomplete.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void add_address(hs_geography_builder *builder, hs_str street, hs_str number, hs_str text) {
    hs_address_record record = {
        .street = street, .number = number, .text = text, .position = {1000010000, 380010000}};
    if (hs_geography_add_address(builder, &record, NULL) != HS_OK) abort();
}

static void add_place(hs_geography_builder *builder, hs_str name, hs_str name_en) {
    const hs_position at = {1000030000, 380030000};
    hs_place_record place = {.name = name,
                             .name_en = name_en,
                             .position = at,
                             .geometry = {.type = HS_GEOMETRY_POINT, .positions = &at}};
    if (hs_geography_add_place(builder, &place, NULL) != HS_OK) abort();
}

static hs_autocomplete *make(hs_str own) {
    hs_geography_builder *builder = NULL;
    hs_geography *city = NULL;
    hs_autocomplete *autocomplete = NULL;
    if (hs_geography_builder_new(NULL, &builder) != HS_OK) abort();
    add_address(builder, HS_STR("中山路"), HS_STR("12号附1"), (hs_str){0});
    add_address(builder, HS_STR("Main St NW"), HS_STR("5A"), (hs_str){0});
    add_address(builder, (hs_str){0}, (hs_str){0}, HS_STR("花蓮縣鳳林鎮中正路100巷5弄3號之2"));
    add_address(builder, (hs_str){0}, (hs_str){0}, HS_STR("77 Elm Street, Fenglin"));
    add_address(builder, (hs_str){0}, (hs_str){0}, own);
    add_address(builder, own, own, (hs_str){0});
    add_place(builder, HS_STR("重庆长安大厦"), HS_STR("East Gate Market"));
    add_place(builder, own, own);
    if (hs_geography_finish(builder, 1, NULL, &city) != HS_OK) abort();
    if (hs_autocomplete_new(city, NULL, &autocomplete) != HS_OK) abort();
    hs_geography_unref(city);
    return autocomplete;
}

static void check(const hs_autocomplete *autocomplete, hs_str text, hs_box map) {
    hs_suggestion found[8];
    size_t count = hs_autocomplete_suggest(autocomplete, text, map, found, 8);
    if (count > 8) abort();
    for (size_t i = 0; i < count; i++) {
        if (!memchr(found[i].label, 0, sizeof found[i].label)) abort();
        if (found[i].kind >= HS_SUGGEST_KIND_COUNT || found[i].match >= HS_SUGGEST_MATCH_COUNT) abort();
        if (i > 0 && found[i].match < found[i - 1].match) abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static hs_autocomplete *without;
    hs_str text = {(const char *)data, size};
    const hs_box map = {1000000000, 380000000, 1000020000, 380020000};
    if (!without) without = make((hs_str){0});
    check(without, text, map);
    check(without, text, HS_BOX_EMPTY);
    /* Building takes most of the time; cities keep texts of valid UTF-8 only. */
    if (size == 0 || data[size - 1] % 16 != 0 || !hs_utf8_valid(text) || memchr(data, 0, size)) return 0;
    hs_autocomplete *own = make(text);
    check(own, text, map);
    check(own, (hs_str){text.data, size / 2}, map);
    hs_autocomplete_free(own);
    return 0;
}
