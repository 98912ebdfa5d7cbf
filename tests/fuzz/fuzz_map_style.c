/* Map styles from any bytes: an error that names the file, or a style whose every layer can be asked. */
#include "render/map_style.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ask(const hs_map_style *style, hs_arena *arena) {
    static const hs_map_property properties[] = {
        {{"class", 5}, {.type = HS_MAP_TEXT, .text = {"primary", 7}}},
        {{"level", 5}, {.type = HS_MAP_TEXT, .text = {"city", 4}}},
        {{"id", 2}, {.type = HS_MAP_NUMBER, .number = 7}},
        {{"name", 4}, {.type = HS_MAP_TEXT, .text = {"\xE5\xB8\x82", 3}}},
    };
    hs_map_scope scope = {
        .zoom = 14.5, .shape = HS_MAP_LINE, .properties = properties, .count = 4, .arena = arena};
    for (uint32_t i = 0; i < style->layer_count; i++) {
        const hs_map_layer *layer = &style->layers[i];
        (void)hs_map_layer_takes(layer, &scope);
        for (int p = 0; p < HS_MAP_PROPERTIES; p++) {
            hs_map_value value;
            hs_str text;
            if (!layer->property[p] || !hs_map_evaluate(layer->property[p], &scope, &value)) continue;
            (void)hs_map_to_text(&value, arena, &text);
        }
        if (!(hs_map_number(layer, HS_MAP_LINE_WIDTH, &scope) <= 256)) abort();
        if (!(hs_map_number(layer, HS_MAP_FILL_OPACITY, &scope) <= 1)) abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    hs_error error = {0};
    hs_map_style *style = NULL;
    hs_arena *arena = hs_arena_new(1 << 22);
    if (!arena) return 0;
    if (hs_map_style_parse("x", "x.json", (hs_str){(const char *)data, size}, &error, &style) == HS_OK)
        ask(style, arena);
    else if (strncmp(error.message, "x.json", 6) != 0)
        abort();
    hs_map_style_free(style);
    hs_arena_free(arena);
    return 0;
}
