/* CQL2 (OGC 21-065r2), as text or JSON, parsed to a tree that names columns and carries literals; nothing of
 * a text is ever executed. Comparison, AND OR NOT, LIKE, BETWEEN, IN, IS NULL, CASEI, spatial and temporal
 * functions. */
#ifndef CITY_CQL2_H
#define CITY_CQL2_H

#include "base/arena.h"
#include "base/timezone.h"
#include <hotspot/error.h>

enum {
    HS_CQL2_MOST_BYTES = 65536,
    HS_CQL2_MOST_NODES = 4096,
    HS_CQL2_MOST_DEPTH = 64,
};

typedef enum hs_cql2_kind {
    /* Truth values. */
    HS_CQL2_AND, /* of two or more */
    HS_CQL2_OR,
    HS_CQL2_NOT,
    HS_CQL2_EQUAL, /* two operands, as all comparisons */
    HS_CQL2_NOT_EQUAL,
    HS_CQL2_LESS,
    HS_CQL2_LESS_EQUAL,
    HS_CQL2_GREATER,
    HS_CQL2_GREATER_EQUAL,
    HS_CQL2_LIKE,    /* operand, pattern */
    HS_CQL2_BETWEEN, /* operand, lower, upper */
    HS_CQL2_IN,      /* operand, then the list */
    HS_CQL2_IS_NULL,
    HS_CQL2_SPATIAL,  /* `op` is hs_cql2_spatial; two operands */
    HS_CQL2_TEMPORAL, /* `op` is hs_cql2_temporal; two operands */
    HS_CQL2_BOOLEAN,  /* `truth` */
    /* Values. */
    HS_CQL2_PROPERTY, /* `text` is its name */
    HS_CQL2_TEXT,
    HS_CQL2_NUMBER,
    HS_CQL2_INSTANT,  /* from_s and to_s, both included: a date is the whole local day */
    HS_CQL2_INTERVAL, /* two operands, each an instant, a property or HS_CQL2_OPEN */
    HS_CQL2_OPEN,     /* the end `..` */
    HS_CQL2_WKT,      /* `text` is a geometry as WKT */
    HS_CQL2_GEOJSON,  /* `text` is a geometry as GeoJSON */
    HS_CQL2_BOX,      /* `box`: x and y of two corners */
    HS_CQL2_CASEI,    /* one operand, whatever the case of its letters */
} hs_cql2_kind;

typedef enum hs_cql2_spatial {
    HS_CQL2_S_INTERSECTS,
    HS_CQL2_S_EQUALS,
    HS_CQL2_S_DISJOINT,
    HS_CQL2_S_TOUCHES,
    HS_CQL2_S_WITHIN,
    HS_CQL2_S_OVERLAPS,
    HS_CQL2_S_CROSSES,
    HS_CQL2_S_CONTAINS,
    HS_CQL2_SPATIALS
} hs_cql2_spatial;

typedef enum hs_cql2_temporal {
    HS_CQL2_T_AFTER,
    HS_CQL2_T_BEFORE,
    HS_CQL2_T_CONTAINS,
    HS_CQL2_T_DISJOINT,
    HS_CQL2_T_DURING,
    HS_CQL2_T_EQUALS,
    HS_CQL2_T_FINISHEDBY,
    HS_CQL2_T_FINISHES,
    HS_CQL2_T_INTERSECTS,
    HS_CQL2_T_MEETS,
    HS_CQL2_T_METBY,
    HS_CQL2_T_OVERLAPPEDBY,
    HS_CQL2_T_OVERLAPS,
    HS_CQL2_T_STARTEDBY,
    HS_CQL2_T_STARTS,
    HS_CQL2_TEMPORALS
} hs_cql2_temporal;

/* Names as the standard writes them in text, without S_ and T_; indexed by the enums. */
extern const char *const hs_cql2_spatial_names[HS_CQL2_SPATIALS];
extern const char *const hs_cql2_temporal_names[HS_CQL2_TEMPORALS];

typedef struct hs_cql2 {
    hs_cql2_kind kind;
    int op;
    uint32_t count;
    struct hs_cql2 **operand;
    hs_str text;
    double number;
    bool truth;
    int64_t from_s, to_s;
    double box[4];
    /* Set by who evaluates. */
    uint32_t column;
    void *bound;
} hs_cql2;

/* Parse a filter; the tree and its texts live in the arena. Dates without a zone are the city's.
 * HS_E_ARGUMENT says where and why. Pure but for the arena. */
hs_status hs_cql2_parse_text(hs_str text, const hs_timezone *zone, hs_arena *arena, hs_error *error,
                             hs_cql2 **filter);
hs_status hs_cql2_parse_json(hs_str text, const hs_timezone *zone, hs_arena *arena, hs_error *error,
                             hs_cql2 **filter);

/* Whether a node is a truth value. */
static inline bool hs_cql2_is_truth(const hs_cql2 *node) {
    return node->kind <= HS_CQL2_BOOLEAN;
}

#endif
