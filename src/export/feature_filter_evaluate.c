/* Evaluation in three-valued logic: a comparison with what is absent is unknown. */
#include "export/feature_filter_private.h"

#include "base/text.h"
#include <glib.h>
#include <math.h>

/* A value in hand; `owned` is freed by whoever took it. */
typedef struct filter_value {
    filter_type type;
    bool absent;
    hs_str text;
    double number;
    int64_t from_s, to_s;
    bool truth;
    char *owned;
} filter_value;

static filter_value column_value(const hs_feature_filter *filter, uint32_t column) {
    const hs_value *value = &filter->feature.values[column];
    switch (filter->columns[column].type) {
    case HS_FIELD_TEXT:
        return (filter_value){.type = FILTER_TEXT, .absent = !value->text.data, .text = value->text};
    case HS_FIELD_INTEGER:
        return (filter_value){
            .type = FILTER_NUMBER, .absent = value->absent, .number = (double)value->integer};
    case HS_FIELD_REAL:
        return (filter_value){
            .type = FILTER_NUMBER, .absent = value->absent || isnan(value->real), .number = value->real};
    default:
        return (filter_value){.type = FILTER_TIME,
                              .absent = value->integer == HS_NO_TIME,
                              .from_s = value->integer,
                              .to_s = value->integer};
    }
}

static filter_value value_of(const hs_feature_filter *filter, const hs_cql2 *node);

/* An open end is the end of all time. */
static filter_value interval_of(const hs_feature_filter *filter, const hs_cql2 *node) {
    filter_value made = {.type = FILTER_INTERVAL, .from_s = INT64_MIN + 1, .to_s = INT64_MAX};
    for (int i = 0; i < 2; i++) {
        if (node->operand[i]->kind == HS_CQL2_OPEN) continue;
        filter_value end = value_of(filter, node->operand[i]);
        made.absent = made.absent || end.absent;
        if (i == 0)
            made.from_s = end.from_s;
        else
            made.to_s = end.to_s;
    }
    return made;
}

static filter_value value_of(const hs_feature_filter *filter, const hs_cql2 *node) {
    switch (node->kind) {
    case HS_CQL2_PROPERTY:
        return column_value(filter, node->column);
    case HS_CQL2_TEXT:
        return (filter_value){.type = FILTER_TEXT, .text = node->text};
    case HS_CQL2_NUMBER:
        return (filter_value){.type = FILTER_NUMBER, .number = node->number};
    case HS_CQL2_INSTANT:
        return (filter_value){.type = FILTER_TIME, .from_s = node->from_s, .to_s = node->to_s};
    case HS_CQL2_INTERVAL:
        return interval_of(filter, node);
    case HS_CQL2_CASEI: {
        filter_value value = value_of(filter, node->operand[0]);
        if (value.absent) return value;
        char *folded = g_utf8_casefold(value.text.data ? value.text.data : "", (gssize)value.text.size);
        g_free(value.owned);
        value.owned = folded;
        value.text = hs_str_of(folded);
        return value;
    }
    default:
        return (filter_value){.type = FILTER_LOGICAL, .truth = node->truth};
    }
}

static bool compare_times(hs_cql2_kind kind, const filter_value *a, const filter_value *b) {
    switch (kind) {
    case HS_CQL2_EQUAL:
        return (a->from_s >= b->from_s && a->to_s <= b->to_s) ||
               (b->from_s >= a->from_s && b->to_s <= a->to_s);
    case HS_CQL2_NOT_EQUAL:
        return !compare_times(HS_CQL2_EQUAL, a, b);
    case HS_CQL2_LESS:
        return a->to_s < b->from_s;
    case HS_CQL2_LESS_EQUAL:
        return a->from_s <= b->to_s;
    case HS_CQL2_GREATER:
        return a->from_s > b->to_s;
    default:
        return a->to_s >= b->from_s;
    }
}

static int order(const filter_value *a, const filter_value *b) {
    if (a->type == FILTER_TEXT) return hs_str_compare(a->text, b->text);
    if (a->type == FILTER_LOGICAL) return (int)a->truth - (int)b->truth;
    return (a->number > b->number) - (a->number < b->number);
}

static bool compare(hs_cql2_kind kind, const filter_value *a, const filter_value *b) {
    if (a->type == FILTER_TIME) return compare_times(kind, a, b);
    int sign = order(a, b);
    switch (kind) {
    case HS_CQL2_EQUAL:
        return sign == 0;
    case HS_CQL2_NOT_EQUAL:
        return sign != 0;
    case HS_CQL2_LESS:
        return sign < 0;
    case HS_CQL2_LESS_EQUAL:
        return sign <= 0;
    case HS_CQL2_GREATER:
        return sign > 0;
    default:
        return sign >= 0;
    }
}

static filter_truth truth_of(bool value) {
    return value ? FILTER_TRUE : FILTER_FALSE;
}

static filter_truth negated(filter_truth truth) {
    return truth == FILTER_UNKNOWN ? truth : truth == FILTER_TRUE ? FILTER_FALSE : FILTER_TRUE;
}

static filter_truth both(filter_truth a, filter_truth b) {
    if (a == FILTER_FALSE || b == FILTER_FALSE) return FILTER_FALSE;
    return a == FILTER_TRUE && b == FILTER_TRUE ? FILTER_TRUE : FILTER_UNKNOWN;
}

static filter_truth compare_nodes(const hs_feature_filter *filter, hs_cql2_kind kind, const hs_cql2 *left,
                                  const hs_cql2 *right) {
    filter_value a = value_of(filter, left);
    filter_value b = value_of(filter, right);
    filter_truth truth = a.absent || b.absent ? FILTER_UNKNOWN : truth_of(compare(kind, &a, &b));
    g_free(a.owned);
    g_free(b.owned);
    return truth;
}

static filter_truth is_listed(const hs_feature_filter *filter, const hs_cql2 *node) {
    filter_truth found = FILTER_FALSE;
    for (uint32_t i = 1; i < node->count; i++) {
        filter_truth truth = compare_nodes(filter, HS_CQL2_EQUAL, node->operand[0], node->operand[i]);
        if (truth == FILTER_TRUE) return truth;
        if (truth == FILTER_UNKNOWN) found = truth;
    }
    return found;
}

static bool is_absent(const hs_feature_filter *filter, uint32_t column) {
    return column == FILTER_GEOMETRY_COLUMN ? filter->feature.geometry.type == HS_GEOMETRY_NONE
                                            : column_value(filter, column).absent;
}

static filter_truth is_like(const hs_feature_filter *filter, const hs_cql2 *node) {
    filter_value text = value_of(filter, node->operand[0]);
    filter_value pattern = value_of(filter, node->operand[1]);
    filter_truth truth =
        text.absent || pattern.absent ? FILTER_UNKNOWN : truth_of(hs_filter_like(text.text, pattern.text));
    g_free(text.owned);
    g_free(pattern.owned);
    return truth;
}

static filter_truth is_at(const hs_feature_filter *filter, const hs_cql2 *node) {
    filter_value a = value_of(filter, node->operand[0]);
    filter_value b = value_of(filter, node->operand[1]);
    if (a.absent || b.absent) return FILTER_UNKNOWN;
    return truth_of(hs_filter_temporal((hs_cql2_temporal)node->op, a.from_s, a.to_s, b.from_s, b.to_s));
}

static filter_truth all_or_any(hs_feature_filter *filter, const hs_cql2 *node, hs_error *error,
                               hs_status *status) {
    bool any = node->kind == HS_CQL2_OR;
    filter_truth made = FILTER_TRUE; /* of OR the negation of all negations */
    for (uint32_t i = 0; i < node->count && made != FILTER_FALSE && *status == HS_OK; i++) {
        filter_truth truth = hs_filter_truth(filter, node->operand[i], error, status);
        made = both(made, any ? negated(truth) : truth);
    }
    return any ? negated(made) : made;
}

filter_truth hs_filter_truth(hs_feature_filter *filter, const hs_cql2 *node, hs_error *error,
                             hs_status *status) {
    switch (node->kind) {
    case HS_CQL2_AND:
    case HS_CQL2_OR:
        return all_or_any(filter, node, error, status);
    case HS_CQL2_NOT:
        return negated(hs_filter_truth(filter, node->operand[0], error, status));
    case HS_CQL2_BOOLEAN:
        return truth_of(node->truth);
    case HS_CQL2_IS_NULL:
        return truth_of(is_absent(filter, node->operand[0]->column));
    case HS_CQL2_LIKE:
        return is_like(filter, node);
    case HS_CQL2_IN:
        return is_listed(filter, node);
    case HS_CQL2_BETWEEN:
        return both(compare_nodes(filter, HS_CQL2_GREATER_EQUAL, node->operand[0], node->operand[1]),
                    compare_nodes(filter, HS_CQL2_LESS_EQUAL, node->operand[0], node->operand[2]));
    case HS_CQL2_TEMPORAL:
        return is_at(filter, node);
    case HS_CQL2_SPATIAL:
        return hs_filter_spatial(filter, node, error, status);
    default:
        return compare_nodes(filter, node->kind, node->operand[0], node->operand[1]);
    }
}

/* Whether the pattern's next element takes the text's next character; both are moved on if so. */
static bool step(hs_str *text, hs_str *pattern) {
    hs_str t = *text;
    hs_str p = *pattern;
    uint32_t code = hs_utf8_next(&t);
    uint32_t wanted = hs_utf8_next(&p);
    bool any = wanted == '_';
    if (wanted == '\\' && p.size > 0) wanted = hs_utf8_next(&p);
    if (!any && code != wanted) return false;
    *text = t;
    *pattern = p;
    return true;
}

/* Goes back to the last `%` alone, which is enough. */
bool hs_filter_like(hs_str text, hs_str pattern) {
    hs_str again_text = {NULL, 0};
    hs_str again_pattern = {NULL, 0};
    while (text.size > 0) {
        if (pattern.size > 0 && pattern.data[0] == '%') {
            pattern.data++;
            pattern.size--;
            again_pattern = pattern;
            again_text = text;
        } else if (pattern.size > 0 && step(&text, &pattern)) {
            continue;
        } else if (again_text.data && again_text.size > 0) {
            (void)hs_utf8_next(&again_text);
            text = again_text;
            pattern = again_pattern;
        } else {
            return false;
        }
    }
    while (pattern.size > 0 && pattern.data[0] == '%') {
        pattern.data++;
        pattern.size--;
    }
    return pattern.size == 0;
}

bool hs_filter_temporal(hs_cql2_temporal relation, int64_t a_from, int64_t a_to, int64_t b_from,
                        int64_t b_to) {
    switch (relation) {
    case HS_CQL2_T_AFTER:
        return a_from > b_to;
    case HS_CQL2_T_BEFORE:
        return a_to < b_from;
    case HS_CQL2_T_CONTAINS:
        return a_from < b_from && a_to > b_to;
    case HS_CQL2_T_DISJOINT:
        return a_from > b_to || a_to < b_from;
    case HS_CQL2_T_DURING:
        return a_from > b_from && a_to < b_to;
    case HS_CQL2_T_EQUALS:
        return a_from == b_from && a_to == b_to;
    case HS_CQL2_T_FINISHEDBY:
        return a_from < b_from && a_to == b_to;
    case HS_CQL2_T_FINISHES:
        return a_from > b_from && a_to == b_to;
    case HS_CQL2_T_MEETS:
        return a_to == b_from;
    case HS_CQL2_T_METBY:
        return a_from == b_to;
    case HS_CQL2_T_OVERLAPPEDBY:
        return a_from > b_from && a_from < b_to && a_to > b_to;
    case HS_CQL2_T_OVERLAPS:
        return a_from < b_from && a_to > b_from && a_to < b_to;
    case HS_CQL2_T_STARTEDBY:
        return a_from == b_from && a_to > b_to;
    case HS_CQL2_T_STARTS:
        return a_from == b_from && a_to < b_to;
    default:
        return a_from <= b_to && a_to >= b_from;
    }
}
