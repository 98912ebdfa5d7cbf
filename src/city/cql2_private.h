/* What both encodings of CQL2 build a tree with. */
#ifndef CITY_CQL2_PRIVATE_H
#define CITY_CQL2_PRIVATE_H

#include "city/cql2.h"

typedef struct cql2_builder {
    const hs_timezone *zone;
    hs_arena *arena;
    hs_error *error;
    hs_status status; /* the first failure, which error tells of */
    unsigned nodes;
} cql2_builder;

/* All return NULL after a failure. */
hs_cql2 *hs_cql2_fail(cql2_builder *builder, const char *format, ...) HS_PRINTF(2, 3);
hs_cql2 *hs_cql2_node(cql2_builder *builder, hs_cql2_kind kind, uint32_t count);
/* A node of one, two operands; NULL where one is. */
hs_cql2 *hs_cql2_unary(cql2_builder *builder, hs_cql2_kind kind, hs_cql2 *operand);
hs_cql2 *hs_cql2_binary(cql2_builder *builder, hs_cql2_kind kind, hs_cql2 *left, hs_cql2 *right);
/* RFC 3339 date or instant, or `..` where that is allowed. */
hs_cql2 *hs_cql2_instant(cql2_builder *builder, hs_str text, bool may_be_open);
/* The number of a name among `count`, whatever the case of its letters; -1. */
int hs_cql2_find_name(hs_str name, const char *const *names, int count);

#endif
