/* Map styles: the declared subset of the MapLibre style specification, version 8, that pictures are drawn by.
 * The same files as the page's (styles/light.json, dark.json, print.json). What is outside the subset is
 * refused with the file's name, the JSON pointer and what to do.
 *
 *   layer        properties
 *   background   background-color background-opacity
 *   fill         fill-antialias fill-color fill-opacity fill-outline-color
 *   line         line-cap line-join line-miter-limit line-color line-width line-opacity line-dasharray
 *   circle       circle-radius circle-color circle-opacity circle-stroke-color circle-stroke-width
 *                circle-stroke-opacity
 *   symbol       symbol-placement (point, line) symbol-spacing symbol-sort-key text-field text-font text-size
 *                text-anchor text-offset text-justify text-max-width text-line-height text-letter-spacing
 *                text-max-angle text-padding text-transform text-allow-overlap text-ignore-placement
 *                text-color text-opacity text-halo-color text-halo-width text-halo-blur (at most 1: not
 * drawn) all          id type source source-layer minzoom maxzoom filter visibility metadata
 *
 * Lists and words (caps, anchors, fonts) are constants; everything else may be an expression. Sources are of
 * type vector and mean the tile set `base`, whatever they are called. */
#ifndef RENDER_MAP_STYLE_H
#define RENDER_MAP_STYLE_H

#include "render/map_expression.h"

typedef enum hs_map_layer_type {
    HS_MAP_BACKGROUND,
    HS_MAP_FILL,
    HS_MAP_LINES,
    HS_MAP_CIRCLE,
    HS_MAP_SYMBOL,
} hs_map_layer_type;

/* Layers of the tile set `base`. */
typedef enum hs_map_source {
    HS_MAP_UNITS,
    HS_MAP_UNIT_LABELS,
    HS_MAP_STREETS,
    HS_MAP_PLACES,
    HS_MAP_ZONES,
    HS_MAP_SOURCES
} hs_map_source;

typedef enum hs_map_property_id {
    HS_MAP_BACKGROUND_COLOUR,
    HS_MAP_BACKGROUND_OPACITY,
    HS_MAP_FILL_ANTIALIAS,
    HS_MAP_FILL_COLOUR,
    HS_MAP_FILL_OPACITY,
    HS_MAP_FILL_OUTLINE,
    HS_MAP_LINE_CAP,
    HS_MAP_LINE_JOIN,
    HS_MAP_LINE_MITER_LIMIT,
    HS_MAP_LINE_COLOUR,
    HS_MAP_LINE_WIDTH,
    HS_MAP_LINE_OPACITY,
    HS_MAP_LINE_DASHES,
    HS_MAP_CIRCLE_RADIUS,
    HS_MAP_CIRCLE_COLOUR,
    HS_MAP_CIRCLE_OPACITY,
    HS_MAP_STROKE_COLOUR,
    HS_MAP_STROKE_WIDTH,
    HS_MAP_STROKE_OPACITY,
    HS_MAP_PLACEMENT,
    HS_MAP_SPACING,
    HS_MAP_SORT_KEY,
    HS_MAP_FIELD,
    HS_MAP_FONT,
    HS_MAP_SIZE,
    HS_MAP_ANCHOR,
    HS_MAP_OFFSET,
    HS_MAP_JUSTIFY,
    HS_MAP_MAX_WIDTH,
    HS_MAP_LINE_HEIGHT,
    HS_MAP_LETTER_SPACING,
    HS_MAP_MAX_ANGLE,
    HS_MAP_PADDING,
    HS_MAP_TRANSFORM,
    HS_MAP_ALLOW_OVERLAP,
    HS_MAP_IGNORE_PLACEMENT,
    HS_MAP_TEXT_COLOUR,
    HS_MAP_TEXT_OPACITY,
    HS_MAP_HALO_COLOUR,
    HS_MAP_HALO_WIDTH,
    HS_MAP_HALO_BLUR,
    HS_MAP_PROPERTIES
} hs_map_property_id;

/* Words of properties, in the order of their tables. */
typedef enum hs_map_cap { HS_MAP_CAP_BUTT, HS_MAP_CAP_ROUND, HS_MAP_CAP_SQUARE } hs_map_cap;
typedef enum hs_map_join { HS_MAP_JOIN_MITER, HS_MAP_JOIN_BEVEL, HS_MAP_JOIN_ROUND } hs_map_join;
typedef enum hs_map_placement { HS_MAP_AT_POINT, HS_MAP_ALONG_LINE } hs_map_placement;
typedef enum hs_map_anchor { /* bits 0-1: left, right; bits 2-3: top, bottom */
                             HS_MAP_ANCHOR_LEFT = 1,
                             HS_MAP_ANCHOR_RIGHT = 2,
                             HS_MAP_ANCHOR_TOP = 4,
                             HS_MAP_ANCHOR_BOTTOM = 8
} hs_map_anchor;
typedef enum hs_map_justify {
    HS_MAP_JUSTIFY_CENTER,
    HS_MAP_JUSTIFY_LEFT,
    HS_MAP_JUSTIFY_RIGHT
} hs_map_justify;
typedef enum hs_map_transform { HS_MAP_AS_IS, HS_MAP_UPPERCASE, HS_MAP_LOWERCASE } hs_map_transform;

typedef struct hs_map_layer {
    hs_str id;
    hs_map_layer_type type;
    hs_map_source source; /* of all but background */
    double min_zoom, max_zoom;
    const char *legend_zh, *legend_en; /* what legends call it (metadata hotspot:legend); NULL: not there */
    bool visible, label; /* label: its words follow the reader's language (metadata hotspot:label) */
    const hs_map_expression *filter;                      /* NULL: everything passes */
    const hs_map_expression *property[HS_MAP_PROPERTIES]; /* NULL: the default */
} hs_map_layer;

typedef struct hs_map_style {
    hs_arena *arena;
    const char *id;                   /* light, dark, print */
    uint32_t layer_count, heat_below; /* the density is drawn below this layer; layer_count: above all */
    hs_map_layer *layers;
    uint64_t hash; /* of its bytes */
    bool dark;
} hs_map_style;

/* Reads a style; `file` is what messages call it. HS_E_INPUT with file and JSON pointer. */
hs_status hs_map_style_parse(const char *id, const char *file, hs_str text, hs_error *error,
                             hs_map_style **out);
void hs_map_style_free(hs_map_style *style);

/* The styles that travel in the program. Immutable. */
typedef struct hs_map_styles hs_map_styles;
hs_status hs_map_styles_new(hs_error *error, hs_map_styles **styles);
void hs_map_styles_free(hs_map_styles *styles);
/* light, dark or print; NULL: there is none of that name. */
const hs_map_style *hs_map_styles_find(const hs_map_styles *styles, hs_str id);

/* A property of a feature, its default where it is not set or cannot be evaluated. Pure. */
double hs_map_number(const hs_map_layer *layer, hs_map_property_id id, const hs_map_scope *scope);
hs_map_colour hs_map_colour_of(const hs_map_layer *layer, hs_map_property_id id, const hs_map_scope *scope);
bool hs_map_flag(const hs_map_layer *layer, hs_map_property_id id, const hs_map_scope *scope);
/* Constants: a word's number, a list's items (0: not set). */
unsigned hs_map_word(const hs_map_layer *layer, hs_map_property_id id);
size_t hs_map_numbers(const hs_map_layer *layer, hs_map_property_id id, double *numbers, size_t most);
/* Whether the layer is drawn at a zoom; whether a feature passes its filter. */
bool hs_map_layer_shows(const hs_map_layer *layer, double zoom);
bool hs_map_layer_takes(const hs_map_layer *layer, const hs_map_scope *scope);

#endif
