/* The properties that are drawn, and how a feature's are read. */
#include "base/text.h"
#include "render/map_style_private.h"
#include <math.h>

static const hs_map_word_value caps[] = {
    {"butt", HS_MAP_CAP_BUTT}, {"round", HS_MAP_CAP_ROUND}, {"square", HS_MAP_CAP_SQUARE}, {0}};
static const hs_map_word_value joins[] = {
    {"miter", HS_MAP_JOIN_MITER}, {"bevel", HS_MAP_JOIN_BEVEL}, {"round", HS_MAP_JOIN_ROUND}, {0}};
static const hs_map_word_value placements[] = {{"point", HS_MAP_AT_POINT}, {"line", HS_MAP_ALONG_LINE}, {0}};
static const hs_map_word_value anchors[] = {{"center", 0},
                                            {"left", HS_MAP_ANCHOR_LEFT},
                                            {"right", HS_MAP_ANCHOR_RIGHT},
                                            {"top", HS_MAP_ANCHOR_TOP},
                                            {"bottom", HS_MAP_ANCHOR_BOTTOM},
                                            {"top-left", HS_MAP_ANCHOR_TOP | HS_MAP_ANCHOR_LEFT},
                                            {"top-right", HS_MAP_ANCHOR_TOP | HS_MAP_ANCHOR_RIGHT},
                                            {"bottom-left", HS_MAP_ANCHOR_BOTTOM | HS_MAP_ANCHOR_LEFT},
                                            {"bottom-right", HS_MAP_ANCHOR_BOTTOM | HS_MAP_ANCHOR_RIGHT},
                                            {0}};
static const hs_map_word_value justifications[] = {
    {"center", HS_MAP_JUSTIFY_CENTER}, {"left", HS_MAP_JUSTIFY_LEFT}, {"right", HS_MAP_JUSTIFY_RIGHT}, {0}};
static const hs_map_word_value transforms[] = {
    {"none", HS_MAP_AS_IS}, {"uppercase", HS_MAP_UPPERCASE}, {"lowercase", HS_MAP_LOWERCASE}, {0}};

#define BLACK                                                                                                \
    { 0, 0, 0, 1 }
#define NUMBER(name, type, paint, fallback, least, most)                                                     \
    { name, type, paint, HS_MAP_FORM_NUMBER, fallback, least, most, BLACK, NULL }
#define COLOUR(name, type)                                                                                   \
    { name, type, true, HS_MAP_FORM_COLOUR, 0, 0, 0, BLACK, NULL }
#define CLEAR(name, type)                                                                                    \
    { name, type, true, HS_MAP_FORM_COLOUR, 0, 0, 0, {0, 0, 0, 0}, NULL }
#define FLAG(name, type, paint, fallback)                                                                    \
    { name, type, paint, HS_MAP_FORM_FLAG, fallback, 0, 1, BLACK, NULL }
#define WORD(name, type, words)                                                                              \
    { name, type, false, HS_MAP_FORM_WORD, 0, 0, 0, BLACK, words }
#define LIST(name, type, paint, form, least, most)                                                           \
    { name, type, paint, form, 0, least, most, BLACK, NULL }

const hs_map_property_rule hs_map_rules[HS_MAP_PROPERTIES] = {
    [HS_MAP_BACKGROUND_COLOUR] = COLOUR("background-color", HS_MAP_BACKGROUND),
    [HS_MAP_BACKGROUND_OPACITY] = NUMBER("background-opacity", HS_MAP_BACKGROUND, true, 1, 0, 1),
    [HS_MAP_FILL_ANTIALIAS] = FLAG("fill-antialias", HS_MAP_FILL, true, true),
    [HS_MAP_FILL_COLOUR] = COLOUR("fill-color", HS_MAP_FILL),
    [HS_MAP_FILL_OPACITY] = NUMBER("fill-opacity", HS_MAP_FILL, true, 1, 0, 1),
    [HS_MAP_FILL_OUTLINE] = CLEAR("fill-outline-color", HS_MAP_FILL),
    [HS_MAP_LINE_CAP] = WORD("line-cap", HS_MAP_LINES, caps),
    [HS_MAP_LINE_JOIN] = WORD("line-join", HS_MAP_LINES, joins),
    [HS_MAP_LINE_MITER_LIMIT] = NUMBER("line-miter-limit", HS_MAP_LINES, false, 2, 1, 100),
    [HS_MAP_LINE_COLOUR] = COLOUR("line-color", HS_MAP_LINES),
    [HS_MAP_LINE_WIDTH] = NUMBER("line-width", HS_MAP_LINES, true, 1, 0, 256),
    [HS_MAP_LINE_OPACITY] = NUMBER("line-opacity", HS_MAP_LINES, true, 1, 0, 1),
    [HS_MAP_LINE_DASHES] = LIST("line-dasharray", HS_MAP_LINES, true, HS_MAP_FORM_NUMBERS, 1, 16),
    [HS_MAP_CIRCLE_RADIUS] = NUMBER("circle-radius", HS_MAP_CIRCLE, true, 5, 0, 128),
    [HS_MAP_CIRCLE_COLOUR] = COLOUR("circle-color", HS_MAP_CIRCLE),
    [HS_MAP_CIRCLE_OPACITY] = NUMBER("circle-opacity", HS_MAP_CIRCLE, true, 1, 0, 1),
    [HS_MAP_STROKE_COLOUR] = COLOUR("circle-stroke-color", HS_MAP_CIRCLE),
    [HS_MAP_STROKE_WIDTH] = NUMBER("circle-stroke-width", HS_MAP_CIRCLE, true, 0, 0, 128),
    [HS_MAP_STROKE_OPACITY] = NUMBER("circle-stroke-opacity", HS_MAP_CIRCLE, true, 1, 0, 1),
    [HS_MAP_PLACEMENT] = WORD("symbol-placement", HS_MAP_SYMBOL, placements),
    [HS_MAP_SPACING] = NUMBER("symbol-spacing", HS_MAP_SYMBOL, false, 250, 1, 1e6),
    [HS_MAP_SORT_KEY] = NUMBER("symbol-sort-key", HS_MAP_SYMBOL, false, 0, -1e9, 1e9),
    [HS_MAP_FIELD] = LIST("text-field", HS_MAP_SYMBOL, false, HS_MAP_FORM_FIELD, 0, 0),
    [HS_MAP_FONT] = LIST("text-font", HS_MAP_SYMBOL, false, HS_MAP_FORM_TEXTS, 1, 16),
    [HS_MAP_SIZE] = NUMBER("text-size", HS_MAP_SYMBOL, false, 16, 0, 96),
    [HS_MAP_ANCHOR] = WORD("text-anchor", HS_MAP_SYMBOL, anchors),
    [HS_MAP_OFFSET] = LIST("text-offset", HS_MAP_SYMBOL, false, HS_MAP_FORM_NUMBERS, 2, 2),
    [HS_MAP_JUSTIFY] = WORD("text-justify", HS_MAP_SYMBOL, justifications),
    [HS_MAP_MAX_WIDTH] = NUMBER("text-max-width", HS_MAP_SYMBOL, false, 10, 0, 1000),
    [HS_MAP_LINE_HEIGHT] = NUMBER("text-line-height", HS_MAP_SYMBOL, false, 1.2, 0.5, 10),
    [HS_MAP_LETTER_SPACING] = NUMBER("text-letter-spacing", HS_MAP_SYMBOL, false, 0, -0.5, 10),
    [HS_MAP_MAX_ANGLE] = NUMBER("text-max-angle", HS_MAP_SYMBOL, false, 45, 0, 360),
    [HS_MAP_PADDING] = NUMBER("text-padding", HS_MAP_SYMBOL, false, 2, 0, 256),
    [HS_MAP_TRANSFORM] = WORD("text-transform", HS_MAP_SYMBOL, transforms),
    [HS_MAP_ALLOW_OVERLAP] = FLAG("text-allow-overlap", HS_MAP_SYMBOL, false, false),
    [HS_MAP_IGNORE_PLACEMENT] = FLAG("text-ignore-placement", HS_MAP_SYMBOL, false, false),
    [HS_MAP_TEXT_COLOUR] = COLOUR("text-color", HS_MAP_SYMBOL),
    [HS_MAP_TEXT_OPACITY] = NUMBER("text-opacity", HS_MAP_SYMBOL, true, 1, 0, 1),
    [HS_MAP_HALO_COLOUR] = CLEAR("text-halo-color", HS_MAP_SYMBOL),
    [HS_MAP_HALO_WIDTH] = NUMBER("text-halo-width", HS_MAP_SYMBOL, true, 0, 0, 16),
    [HS_MAP_HALO_BLUR] = NUMBER("text-halo-blur", HS_MAP_SYMBOL, true, 0, 0, 1),
};

double hs_map_number(const hs_map_layer *layer, hs_map_property_id id, const hs_map_scope *scope) {
    const hs_map_property_rule *rule = &hs_map_rules[id];
    hs_map_value value;
    const hs_map_expression *e = layer->property[id];
    if (!e || !hs_map_evaluate(e, scope, &value) || value.type != HS_MAP_NUMBER || isnan(value.number))
        return rule->fallback;
    return fmin(fmax(value.number, rule->least), rule->most);
}

hs_map_colour hs_map_colour_of(const hs_map_layer *layer, hs_map_property_id id, const hs_map_scope *scope) {
    hs_map_value value;
    const hs_map_expression *e = layer->property[id];
    if (!e || !hs_map_evaluate(e, scope, &value) || value.type != HS_MAP_COLOUR)
        return hs_map_rules[id].colour;
    return value.colour;
}

bool hs_map_flag(const hs_map_layer *layer, hs_map_property_id id, const hs_map_scope *scope) {
    hs_map_value value;
    const hs_map_expression *e = layer->property[id];
    if (!e || !hs_map_evaluate(e, scope, &value) || value.type != HS_MAP_BOOL)
        return hs_map_rules[id].fallback != 0;
    return value.flag;
}

static bool constant_of(const hs_map_layer *layer, hs_map_property_id id, hs_map_value *value) {
    hs_map_scope nothing = {.zoom = 0};
    return layer->property[id] && hs_map_evaluate(layer->property[id], &nothing, value);
}

unsigned hs_map_word(const hs_map_layer *layer, hs_map_property_id id) {
    hs_map_value value;
    const hs_map_word_value *words = hs_map_rules[id].words;
    if (!constant_of(layer, id, &value)) return words[0].value;
    for (const hs_map_word_value *w = words; w->word; w++)
        if (hs_str_equal(value.text, hs_str_of(w->word))) return w->value;
    return words[0].value;
}

size_t hs_map_numbers(const hs_map_layer *layer, hs_map_property_id id, double *numbers, size_t most) {
    hs_map_value value;
    if (!constant_of(layer, id, &value)) return 0;
    size_t count = value.list.count < most ? value.list.count : most;
    for (size_t i = 0; i < count; i++)
        numbers[i] = value.list.items[i].number;
    return count;
}

bool hs_map_layer_shows(const hs_map_layer *layer, double zoom) {
    return layer->visible && zoom >= layer->min_zoom && zoom < layer->max_zoom;
}

bool hs_map_layer_takes(const hs_map_layer *layer, const hs_map_scope *scope) {
    hs_map_value value;
    if (!layer->filter) return true;
    return hs_map_evaluate(layer->filter, scope, &value) && value.type == HS_MAP_BOOL && value.flag;
}
