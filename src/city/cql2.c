#include "city/cql2_private.h"

#include "base/text.h"
#include "city/filter.h"
#include <stdarg.h>
#include <stdio.h>

const char *const hs_cql2_spatial_names[HS_CQL2_SPATIALS] = {
    "INTERSECTS", "EQUALS", "DISJOINT", "TOUCHES", "WITHIN", "OVERLAPS", "CROSSES", "CONTAINS"};
const char *const hs_cql2_temporal_names[HS_CQL2_TEMPORALS] = {
    "AFTER",      "BEFORE", "CONTAINS", "DISJOINT",     "DURING",   "EQUALS",    "FINISHEDBY", "FINISHES",
    "INTERSECTS", "MEETS",  "METBY",    "OVERLAPPEDBY", "OVERLAPS", "STARTEDBY", "STARTS"};

hs_cql2 *hs_cql2_fail(cql2_builder *builder, const char *format, ...) {
    if (builder->status != HS_OK) return NULL;
    char text[400];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    builder->status = hs_error_set(builder->error, HS_E_ARGUMENT, "filter: %.*s",
                                   (int)hs_utf8_cut(hs_str_of(text), sizeof text), text);
    return NULL;
}

hs_cql2 *hs_cql2_node(cql2_builder *builder, hs_cql2_kind kind, uint32_t count) {
    if (builder->status != HS_OK) return NULL;
    if (builder->nodes + count >= HS_CQL2_MOST_NODES)
        return hs_cql2_fail(builder, "more than %d parts", HS_CQL2_MOST_NODES);
    builder->nodes++;
    hs_cql2 *node = hs_arena_alloc(builder->arena, sizeof *node);
    hs_cql2 **operand = hs_arena_array(builder->arena, (size_t)count + 1, sizeof(hs_cql2 *));
    if (!node || !operand) {
        builder->status = hs_error_memory(builder->error, "a filter");
        return NULL;
    }
    *node = (hs_cql2){.kind = kind, .count = count, .operand = operand};
    return node;
}

hs_cql2 *hs_cql2_unary(cql2_builder *builder, hs_cql2_kind kind, hs_cql2 *operand) {
    hs_cql2 *node = operand ? hs_cql2_node(builder, kind, 1) : NULL;
    if (node) node->operand[0] = operand;
    return node;
}

hs_cql2 *hs_cql2_binary(cql2_builder *builder, hs_cql2_kind kind, hs_cql2 *left, hs_cql2 *right) {
    hs_cql2 *node = left && right ? hs_cql2_node(builder, kind, 2) : NULL;
    if (!node) return NULL;
    node->operand[0] = left;
    node->operand[1] = right;
    return node;
}

hs_cql2 *hs_cql2_instant(cql2_builder *builder, hs_str text, bool may_be_open) {
    if (may_be_open && hs_str_equal(text, HS_STR(".."))) return hs_cql2_node(builder, HS_CQL2_OPEN, 0);
    hs_cql2 *node = hs_cql2_node(builder, HS_CQL2_INSTANT, 0);
    if (!node) return NULL;
    hs_error why = {0};
    int64_t from_s = HS_NO_TIME;
    int64_t to_s = HS_NO_TIME;
    bool interval = false;
    for (size_t i = 0; i < text.size; i++)
        interval = interval || text.data[i] == '/';
    if (interval || hs_datetime_parse(text, builder->zone, &why, &from_s, &to_s) != HS_OK ||
        from_s == HS_NO_TIME || to_s == HS_NO_TIME)
        return hs_cql2_fail(builder, "%.*s is no date or time of RFC 3339", (int)hs_utf8_cut(text, 60),
                            text.data);
    node->from_s = from_s;
    node->to_s = to_s > from_s ? to_s - 1 : from_s;
    node->text = text;
    return node;
}

int hs_cql2_find_name(hs_str name, const char *const *names, int count) {
    for (int i = 0; i < count; i++)
        if (hs_str_equal_nocase(name, hs_str_of(names[i]))) return i;
    return -1;
}
