/* The table of properties. */
#ifndef RENDER_MAP_STYLE_PRIVATE_H
#define RENDER_MAP_STYLE_PRIVATE_H

#include "render/map_style.h"

typedef enum hs_map_form {
    HS_MAP_FORM_NUMBER,
    HS_MAP_FORM_COLOUR,
    HS_MAP_FORM_FLAG,
    HS_MAP_FORM_WORD,
    HS_MAP_FORM_NUMBERS,
    HS_MAP_FORM_TEXTS,
    HS_MAP_FORM_FIELD, /* any value, shown as text */
} hs_map_form;

typedef struct hs_map_word_value {
    const char *word;
    unsigned value;
} hs_map_word_value;

typedef struct hs_map_property_rule {
    const char *name;
    hs_map_layer_type type;
    bool paint; /* else layout */
    hs_map_form form;
    double fallback, least, most;   /* of numbers and flags; of lists: how many items */
    hs_map_colour colour;           /* the default of colours */
    const hs_map_word_value *words; /* ended by a NULL word; the first is the default */
} hs_map_property_rule;

extern const hs_map_property_rule hs_map_rules[HS_MAP_PROPERTIES];

#endif
