/* Reads styles. */
#include "base/asset.h"
#include "base/hash.h"
#include "base/text.h"
#include "render/map_style_private.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_LAYERS = 512, ARENA_BYTES = 16 << 20, HIGHEST_ZOOM = 24, LOWEST_ZOOM = -24 };

typedef struct reader {
    hs_map_compiler c;
    hs_map_style *style;
    const json_t *sources;
} reader;

static const char *const type_names[] = {"background", "fill", "line", "circle", "symbol"};
static const char *const source_names[HS_MAP_SOURCES] = {"units", "unit_labels", "streets", "places",
                                                         "zones"};

/* The number of a word in a list; `count` where it is not in it. */
static unsigned find_word(const char *word, const char *const *words, unsigned count) {
    unsigned i = 0;
    while (i < count && !(word && strcmp(word, words[i]) == 0))
        i++;
    return i;
}

static hs_status refuse_member(reader *r, const char *key, const char *words) {
    (void)hs_map_enter(&r->c, key);
    return hs_map_refuse(&r->c, "%s", words);
}

/* Every member of an object must be known. */
static hs_status check_members(reader *r, const json_t *object, const char *const *known, unsigned count,
                               const char *words) {
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)object, key,
                        value) if (find_word(key, known, count) == count) return refuse_member(r, key, words);
    return HS_OK;
}

static hs_status read_zoom(reader *r, const json_t *layer, const char *key, double *zoom) {
    const json_t *value = json_object_get(layer, key);
    if (!value) return HS_OK;
    *zoom = json_number_value(value);
    if (json_is_number(value) && *zoom >= 0 && *zoom <= HIGHEST_ZOOM) return HS_OK;
    return refuse_member(r, key, "a number from 0 to 24 is needed");
}

static hs_status read_source(reader *r, const json_t *json, hs_map_layer *layer) {
    const char *source = json_string_value(json_object_get(json, "source"));
    if (!source || !json_object_get(r->sources, source))
        return refuse_member(r, "source", "the name of one of the style's sources is needed");
    unsigned at =
        find_word(json_string_value(json_object_get(json, "source-layer")), source_names, HS_MAP_SOURCES);
    if (at == HS_MAP_SOURCES)
        return refuse_member(r, "source-layer", "units, unit_labels, streets, places or zones is needed");
    layer->source = (hs_map_source)at;
    return HS_OK;
}

static hs_status read_filter(reader *r, const json_t *json, hs_map_layer *layer) {
    const json_t *filter = json_object_get(json, "filter");
    if (!filter) return HS_OK;
    size_t before = hs_map_enter(&r->c, "filter");
    r->c.zoom_free = true;
    hs_status status = hs_map_compile(&r->c, filter, HS_MAP_BOOL, &layer->filter);
    r->c.zoom_free = false;
    if (status == HS_OK) hs_map_leave(&r->c, before);
    return status;
}

static hs_status compile_word(reader *r, const hs_map_property_rule *rule, const json_t *json,
                              const hs_map_expression **out) {
    const char *word = json_string_value(json);
    for (const hs_map_word_value *w = rule->words; word && w->word; w++)
        if (strcmp(word, w->word) == 0) return hs_map_compile(&r->c, json, HS_MAP_TEXT, out);
    char offered[160];
    size_t size = 0;
    for (const hs_map_word_value *w = rule->words; w->word && size < sizeof offered; w++)
        size +=
            (size_t)snprintf(offered + size, sizeof offered - size, "%s%s", size > 0 ? ", " : "", w->word);
    return hs_map_refuse(&r->c, "one of %s is needed, as a constant", offered);
}

static hs_status check_field(reader *r, const json_t *json) {
    const char *text = json_string_value(json);
    if (text && strchr(text, '{')) return hs_map_refuse(&r->c, "a legacy token: write [\"get\", \"name\"]");
    return HS_OK;
}

/* A constant number outside its range would be drawn otherwise than it says. */
static hs_status check_range(reader *r, const hs_map_property_rule *rule, const json_t *json) {
    if (!json_is_number(json) ||
        (json_number_value(json) >= rule->least && json_number_value(json) <= rule->most))
        return HS_OK;
    return hs_map_refuse(&r->c, "a number from %g to %g is needed", rule->least, rule->most);
}

static hs_status compile_property(reader *r, const hs_map_property_rule *rule, const json_t *json,
                                  const hs_map_expression **out) {
    hs_status status = HS_OK;
    switch (rule->form) {
    case HS_MAP_FORM_NUMBER:
        status = check_range(r, rule, json);
        return status == HS_OK ? hs_map_compile(&r->c, json, HS_MAP_NUMBER, out) : status;
    case HS_MAP_FORM_COLOUR:
        return hs_map_compile(&r->c, json, HS_MAP_COLOUR, out);
    case HS_MAP_FORM_FLAG:
        return hs_map_compile(&r->c, json, HS_MAP_BOOL, out);
    case HS_MAP_FORM_WORD:
        return compile_word(r, rule, json, out);
    case HS_MAP_FORM_NUMBERS:
        return hs_map_compile_list(&r->c, json, HS_MAP_NUMBER, (size_t)rule->least, (size_t)rule->most, out);
    case HS_MAP_FORM_TEXTS:
        return hs_map_compile_list(&r->c, json, HS_MAP_TEXT, (size_t)rule->least, (size_t)rule->most, out);
    case HS_MAP_FORM_FIELD:
        status = check_field(r, json);
        return status == HS_OK ? hs_map_compile(&r->c, json, HS_MAP_ANY, out) : status;
    }
    return status;
}

static hs_status check_dashes(reader *r, const hs_map_layer *layer) {
    double dashes[16];
    double sum = 0;
    size_t count = hs_map_numbers(layer, HS_MAP_LINE_DASHES, dashes, 16);
    for (size_t i = 0; i < count; i++) {
        if (dashes[i] < 0) return hs_map_refuse(&r->c, "dashes are 0 or longer");
        sum += dashes[i];
    }
    return count == 0 || sum > 0 ? HS_OK : hs_map_refuse(&r->c, "one dash or gap longer than 0 is needed");
}

static hs_status read_visibility(reader *r, const json_t *value, hs_map_layer *layer) {
    const char *word = json_string_value(value);
    if (!word || (strcmp(word, "visible") != 0 && strcmp(word, "none") != 0))
        return refuse_member(r, "visibility", "visible or none is needed");
    layer->visible = strcmp(word, "visible") == 0;
    return HS_OK;
}

static hs_status read_property(reader *r, const char *key, const json_t *value, bool paint,
                               hs_map_layer *layer) {
    if (!paint && strcmp(key, "visibility") == 0) return read_visibility(r, value, layer);
    size_t before = hs_map_enter(&r->c, key);
    for (unsigned i = 0; i < HS_MAP_PROPERTIES; i++) {
        const hs_map_property_rule *rule = &hs_map_rules[i];
        if (rule->type != layer->type || rule->paint != paint || strcmp(rule->name, key) != 0) continue;
        hs_status status = compile_property(r, rule, value, &layer->property[i]);
        if (status == HS_OK && i == HS_MAP_LINE_DASHES) status = check_dashes(r, layer);
        if (status == HS_OK) hs_map_leave(&r->c, before);
        return status;
    }
    return hs_map_refuse(&r->c,
                         "this property of %s layers is not drawn here: take it out, or see the README for "
                         "those that are",
                         type_names[layer->type]);
}

static hs_status read_group(reader *r, const json_t *json, const char *group, bool paint,
                            hs_map_layer *layer) {
    const json_t *object = json_object_get(json, group);
    const char *key;
    json_t *value;
    if (!object) return HS_OK;
    if (!json_is_object(object)) return refuse_member(r, group, "an object is needed");
    size_t before = hs_map_enter(&r->c, group);
    json_object_foreach((json_t *)object, key, value) {
        hs_status status = read_property(r, key, value, paint, layer);
        if (status != HS_OK) return status;
    }
    hs_map_leave(&r->c, before);
    return HS_OK;
}

static bool is_known_id(const hs_map_style *style, uint32_t count, hs_str id) {
    for (uint32_t i = 0; i < count; i++)
        if (hs_str_equal(style->layers[i].id, id)) return true;
    return false;
}

/* Streets alone are joined to lines that names stand along. */
static hs_status check_placement(reader *r, const hs_map_layer *layer) {
    if (layer->type != HS_MAP_SYMBOL || hs_map_word(layer, HS_MAP_PLACEMENT) != HS_MAP_ALONG_LINE ||
        layer->source == HS_MAP_STREETS)
        return HS_OK;
    (void)hs_map_enter(&r->c, "layout");
    return refuse_member(r, "symbol-placement", "line goes with the source-layer streets only; write point");
}

static hs_status read_layer(reader *r, const json_t *json, uint32_t number) {
    static const char *const members[] = {"id",      "type",   "source", "source-layer", "minzoom",
                                          "maxzoom", "filter", "layout", "paint",        "metadata"};
    hs_map_layer *layer = &r->style->layers[number];
    hs_str id = hs_json_get_str(json, "id");
    unsigned type = find_word(json_string_value(json_object_get(json, "type")), type_names, 5);
    if (!json_is_object(json)) return hs_map_refuse(&r->c, "an object is needed");
    if (id.size == 0 || is_known_id(r->style, number, id))
        return refuse_member(r, "id", "an id of its own is needed");
    if (type == 5)
        return refuse_member(r, "type",
                             "layers of type background, fill, line, circle and symbol are drawn here");
    layer->type = (hs_map_layer_type)type;
    layer->visible = true;
    layer->max_zoom = HIGHEST_ZOOM + 1;
    layer->id = hs_arena_str(r->style->arena, id);
    layer->label = json_is_true(json_object_get(json_object_get(json, "metadata"), "hotspot:label"));
    const json_t *legend = json_object_get(json_object_get(json, "metadata"), "hotspot:legend");
    hs_str zh = hs_json_get_str(legend, "zh"), en = hs_json_get_str(legend, "en");
    if (zh.size > 0 && en.size > 0) {
        layer->legend_zh = hs_arena_str(r->style->arena, zh).data;
        layer->legend_en = hs_arena_str(r->style->arena, en).data;
        if (!layer->legend_zh || !layer->legend_en) return hs_error_memory(r->c.error, "a map style");
    }
    hs_status status = check_members(r, json, members, 10, "this member of a layer is not known");
    if (status == HS_OK && type != HS_MAP_BACKGROUND) status = read_source(r, json, layer);
    if (status == HS_OK) status = read_zoom(r, json, "minzoom", &layer->min_zoom);
    if (status == HS_OK) status = read_zoom(r, json, "maxzoom", &layer->max_zoom);
    /* A tile of 256 pixels shows the world at zoom -1. */
    if (layer->min_zoom == 0) layer->min_zoom = LOWEST_ZOOM;
    if (status == HS_OK) status = read_filter(r, json, layer);
    if (status == HS_OK) status = read_group(r, json, "layout", false, layer);
    if (status == HS_OK) status = read_group(r, json, "paint", true, layer);
    if (status == HS_OK) status = check_placement(r, layer);
    return status;
}

static hs_status read_layers(reader *r, const json_t *root) {
    const json_t *layers = json_object_get(root, "layers");
    size_t count = json_array_size(layers);
    if (!json_is_array(layers) || count == 0 || count > MOST_LAYERS)
        return refuse_member(r, "layers", "a list of 1 to 512 layers is needed");
    r->style->layers = hs_arena_array(r->style->arena, count, sizeof *r->style->layers);
    if (!r->style->layers) return hs_error_memory(r->c.error, "a map style");
    size_t before = hs_map_enter(&r->c, "layers");
    for (size_t i = 0; i < count; i++) {
        size_t item = hs_map_enter_item(&r->c, i);
        hs_status status = read_layer(r, json_array_get(layers, i), (uint32_t)i);
        if (status != HS_OK) return status;
        hs_map_leave(&r->c, item);
    }
    hs_map_leave(&r->c, before);
    r->style->layer_count = (uint32_t)count;
    return HS_OK;
}

static hs_status read_sources(reader *r, const json_t *root) {
    const char *key;
    json_t *source;
    r->sources = json_object_get(root, "sources");
    if (!json_is_object(r->sources)) return refuse_member(r, "sources", "an object is needed");
    size_t before = hs_map_enter(&r->c, "sources");
    json_object_foreach((json_t *)r->sources, key, source) {
        hs_str type = hs_json_get_str(source, "type");
        if (!hs_str_equal(type, HS_STR("vector")))
            return refuse_member(r, key, "sources of type vector are drawn here");
    }
    hs_map_leave(&r->c, before);
    return HS_OK;
}

static hs_status read_metadata(reader *r, const json_t *root) {
    const json_t *metadata = json_object_get(root, "metadata");
    hs_str below = hs_json_get_str(metadata, "hotspot:heat-below");
    hs_map_style *style = r->style;
    style->dark = hs_str_equal(hs_json_get_str(metadata, "hotspot:theme"), HS_STR("dark"));
    style->heat_below = 0;
    while (style->heat_below < style->layer_count &&
           !hs_str_equal(style->layers[style->heat_below].id, below))
        style->heat_below++;
    if (below.size == 0 || style->heat_below < style->layer_count) return HS_OK;
    (void)hs_map_enter(&r->c, "metadata");
    return refuse_member(r, "hotspot:heat-below", "the id of one of the layers is needed");
}

/* `font-faces` are for readers' machines: here the fonts of this one draw. */
static hs_status read_style(reader *r, const json_t *root) {
    static const char *const members[] = {"version", "name",   "metadata", "font-faces", "sources",
                                          "layers",  "center", "zoom",     "bearing",    "pitch"};
    if (!json_is_object(root)) return hs_map_refuse(&r->c, "a style is an object");
    if (!json_is_integer(json_object_get(root, "version")) ||
        json_integer_value(json_object_get(root, "version")) != 8)
        return refuse_member(r, "version", "8 is needed");
    hs_status status =
        check_members(r, root, members, 10, "this member of a style is not drawn here: take it out");
    if (status == HS_OK) status = read_sources(r, root);
    if (status == HS_OK) status = read_layers(r, root);
    if (status == HS_OK) status = read_metadata(r, root);
    return status;
}

hs_status hs_map_style_parse(const char *id, const char *file, hs_str text, hs_error *error,
                             hs_map_style **out) {
    json_t *root = NULL;
    hs_status status = hs_json_parse(text, error, &root);
    if (status != HS_OK) return hs_error_prefix(error, status, "%s", file);
    hs_map_style *style = calloc(1, sizeof *style);
    if (style) style->arena = hs_arena_new(ARENA_BYTES);
    if (!style || !style->arena) {
        status = hs_error_memory(error, "a map style");
    } else {
        reader r = {.c = {.arena = style->arena, .file = file, .error = error}, .style = style};
        style->id = id;
        style->hash = hs_hash_str(text, 0);
        status = read_style(&r, root);
    }
    json_decref(root);
    if (status == HS_OK)
        *out = style;
    else
        hs_map_style_free(style);
    return status;
}

void hs_map_style_free(hs_map_style *style) {
    if (!style) return;
    hs_arena_free(style->arena);
    free(style);
}

enum { STYLES = 3 };
static const char *const ids[STYLES] = {"light", "dark", "print"};
static const char *const files[STYLES] = {"styles/light.json", "styles/dark.json", "styles/print.json"};

struct hs_map_styles {
    hs_map_style *style[STYLES];
};

hs_status hs_map_styles_new(hs_error *error, hs_map_styles **styles) {
    hs_map_styles *made = calloc(1, sizeof *made);
    if (!made) return hs_error_memory(error, "the map styles");
    hs_status status = HS_OK;
    for (int i = 0; i < STYLES && status == HS_OK; i++) {
        hs_str text;
        status = hs_asset_find(files[i], &text)
                     ? hs_map_style_parse(ids[i], files[i], text, error, &made->style[i])
                     : hs_error_set(error, HS_E_INTERNAL, "%s is not in the program", files[i]);
    }
    if (status == HS_OK)
        *styles = made;
    else
        hs_map_styles_free(made);
    return status;
}

void hs_map_styles_free(hs_map_styles *styles) {
    if (!styles) return;
    for (int i = 0; i < STYLES; i++)
        hs_map_style_free(styles->style[i]);
    free(styles);
}

const hs_map_style *hs_map_styles_find(const hs_map_styles *styles, hs_str id) {
    for (int i = 0; i < STYLES; i++)
        if (hs_str_equal(id, hs_str_of(ids[i]))) return styles->style[i];
    return NULL;
}
