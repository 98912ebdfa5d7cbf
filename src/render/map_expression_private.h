/* Expressions: what compiling and evaluating share. */
#ifndef RENDER_MAP_EXPRESSION_PRIVATE_H
#define RENDER_MAP_EXPRESSION_PRIVATE_H

#include "render/map_expression.h"

typedef enum hs_map_op {
    HS_MAP_CONSTANT,
    HS_MAP_GET,
    HS_MAP_HAS,
    HS_MAP_ZOOM,
    HS_MAP_GEOMETRY_TYPE,
    HS_MAP_IN,
    HS_MAP_NOT,
    HS_MAP_ALL,
    HS_MAP_SOME,
    HS_MAP_EQUAL,
    HS_MAP_UNEQUAL,
    HS_MAP_LESS,
    HS_MAP_AT_MOST,
    HS_MAP_MORE,
    HS_MAP_AT_LEAST,
    HS_MAP_CASE,  /* condition, result, ..., fallback */
    HS_MAP_MATCH, /* input, result of labels[0], ..., fallback */
    HS_MAP_COALESCE,
    HS_MAP_STEP,        /* input, first, result of stops[0], ... */
    HS_MAP_INTERPOLATE, /* input, result of stops[0], ... */
    HS_MAP_ADD,
    HS_MAP_SUBTRACT,
    HS_MAP_MULTIPLY,
    HS_MAP_DIVIDE,
    HS_MAP_MODULO,
    HS_MAP_POWER,
    HS_MAP_LEAST,
    HS_MAP_GREATEST,
    HS_MAP_SQRT,
    HS_MAP_ABS,
    HS_MAP_FLOOR,
    HS_MAP_CEIL,
    HS_MAP_ROUND,
    HS_MAP_LENGTH,
    HS_MAP_CONCAT,
    HS_MAP_DOWNCASE,
    HS_MAP_UPCASE,
    HS_MAP_TO_TEXT,
    HS_MAP_TO_NUMBER,
    HS_MAP_TO_BOOL,
    HS_MAP_TO_COLOUR,
    HS_MAP_AS_TEXT,
    HS_MAP_AS_NUMBER,
    HS_MAP_AS_BOOL,
} hs_map_op;

struct hs_map_expression {
    hs_map_op op;
    hs_map_type type; /* of its result */
    bool reads_zoom, reads_kind, reads_feature;
    uint32_t count;
    const struct hs_map_expression **args;
    hs_map_value constant;      /* or the key that is got */
    double base;                /* of interpolate */
    const double *stops;        /* ascending */
    const hs_map_value *labels; /* of match: each a list */
};

bool hs_map_values_equal(const hs_map_value *a, const hs_map_value *b);

#endif
