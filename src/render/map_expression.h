/* Expressions of the MapLibre style specification, version 8: the subset that README names. Compiled once
 * from JSON into plain data, evaluated without side effects. */
#ifndef RENDER_MAP_EXPRESSION_H
#define RENDER_MAP_EXPRESSION_H

#include "base/arena.h"
#include "base/json.h"

typedef enum hs_map_type {
    HS_MAP_NULL,
    HS_MAP_BOOL,
    HS_MAP_NUMBER,
    HS_MAP_TEXT,
    HS_MAP_COLOUR,
    HS_MAP_LIST,
    HS_MAP_ANY /* of expressions: known when evaluated */
} hs_map_type;

/* 0 to 1, not premultiplied. */
typedef struct hs_map_colour {
    double r, g, b, a;
} hs_map_colour;

typedef struct hs_map_value {
    hs_map_type type;
    union {
        bool flag;
        double number;
        hs_str text;
        hs_map_colour colour;
        struct {
            const struct hs_map_value *items;
            size_t count;
        } list;
    };
} hs_map_value;

typedef enum hs_map_shape { HS_MAP_POINT, HS_MAP_LINE, HS_MAP_POLYGON } hs_map_shape;

typedef struct hs_map_property {
    hs_str key;
    hs_map_value value;
} hs_map_property;

/* What an expression may look at. */
typedef struct hs_map_scope {
    double zoom; /* of MapLibre: the world is 512 x 2^zoom pixels wide */
    hs_map_shape shape;
    const hs_map_property *properties;
    uint32_t count;
    hs_arena *arena; /* of texts that are made */
} hs_map_scope;

typedef struct hs_map_expression hs_map_expression;

/* Where in a file compiling is. */
typedef struct hs_map_compiler {
    hs_arena *arena;  /* of what is compiled; lives as long as that */
    const char *file; /* as messages name it */
    hs_error *error;
    char pointer[256]; /* RFC 6901, cut where it is longer */
    size_t size;       /* of the whole pointer */
    bool zoom_free;    /* `zoom` may stand anywhere, as in filters */
} hs_map_compiler;

/* Moves the pointer to a member or an item; give the result to hs_map_leave. */
size_t hs_map_enter(hs_map_compiler *c, const char *key);
size_t hs_map_enter_item(hs_map_compiler *c, size_t item);
void hs_map_leave(hs_map_compiler *c, size_t before);
/* HS_E_INPUT: file, pointer, words. */
hs_status hs_map_refuse(hs_map_compiler *c, const char *format, ...) HS_PRINTF(2, 3);

/* A value of JSON that is no list, or an expression, whose result is of type `wanted` (HS_MAP_ANY: of any);
 * texts become colours where colours are wanted. As the specification has it, `zoom` is the input of an
 * outermost interpolate or step only, unless zoom_free. What is outside the subset is refused. Nothing of
 * `json` is kept. */
hs_status hs_map_compile(hs_map_compiler *c, const json_t *json, hs_map_type wanted,
                         const hs_map_expression **out);
/* A constant list, bare or by ["literal", [...]], of `count` to `most` items of one type. */
hs_status hs_map_compile_list(hs_map_compiler *c, const json_t *json, hs_map_type item, size_t count,
                              size_t most, const hs_map_expression **out);
/* #rgb, #rgba, #rrggbb, #rrggbbaa, rgb(), rgba(), hsl(), hsla(), transparent, black, white. */
bool hs_map_parse_colour(hs_str text, hs_map_colour *colour);

/* False: the specification's error, as of a wrong type: the property has its default then, a filter is not
 * passed. Pure but for texts in the scope's arena. */
bool hs_map_evaluate(const hs_map_expression *expression, const hs_map_scope *scope, hs_map_value *value);

/* The text of a value as the specification's to-string gives it (null: empty); a text in capitals or small
 * letters, by code points. False: no such text, or memory is out. */
bool hs_map_to_text(const hs_map_value *value, hs_arena *arena, hs_str *text);
bool hs_map_change_case(hs_str text, bool up, hs_arena *arena, hs_str *out);

/* Whether the result may hang on the zoom, on the feature's kind (geometry type; level of units, class and
 * layer of streets, class of places, kind of zones), on other properties. */
bool hs_map_reads_zoom(const hs_map_expression *expression);
bool hs_map_reads_kind(const hs_map_expression *expression);
bool hs_map_reads_feature(const hs_map_expression *expression);

#endif
