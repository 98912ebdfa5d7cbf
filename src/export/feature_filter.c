#include "export/feature_filter_private.h"

#include "base/text.h"
#include "city/filter.h"
#include <stdlib.h>
#include <string.h>

enum { PATTERN_MOST = 1024 };

static hs_status bind(hs_feature_filter *filter, hs_cql2 *node, hs_error *error, filter_type *type);

static hs_status refuse_name(const hs_feature_filter *filter, hs_str name, hs_error *error) {
    hs_buffer names;
    hs_buffer_init(&names, 4096);
    for (uint32_t c = 0; c < filter->column_count; c++)
        hs_buffer_printf(&names, "%s, ", filter->columns[c].name);
    hs_status status =
        hs_error_set(error, HS_E_ARGUMENT, "filter: %.*s is no property; there are %.*s" HS_GEOMETRY_PROPERTY,
                     (int)hs_utf8_cut(name, 60), name.data, (int)names.size, names.data ? names.data : "");
    hs_buffer_done(&names);
    return status;
}

static filter_type type_of(hs_field_type type) {
    return type == HS_FIELD_TEXT ? FILTER_TEXT : type == HS_FIELD_TIME ? FILTER_TIME : FILTER_NUMBER;
}

static hs_status bind_property(hs_feature_filter *filter, hs_cql2 *node, hs_error *error, filter_type *type) {
    if (hs_str_equal(node->text, HS_STR(HS_GEOMETRY_PROPERTY))) {
        node->column = FILTER_GEOMETRY_COLUMN;
        *type = FILTER_GEOMETRY;
        return hs_filter_open_geos(filter, error);
    }
    for (uint32_t c = 0; c < filter->column_count; c++) {
        if (!hs_str_equal(node->text, hs_str_of(filter->columns[c].name))) continue;
        node->column = c;
        *type = type_of(filter->columns[c].type);
        return HS_OK;
    }
    return refuse_name(filter, node->text, error);
}

/* A text beside a time is one. */
static hs_status take_for_time(const hs_feature_filter *filter, hs_cql2 *node, hs_error *error) {
    hs_error why = {0};
    int64_t from_s = HS_NO_TIME;
    int64_t to_s = HS_NO_TIME;
    bool interval = node->text.size > 0 && memchr(node->text.data, '/', node->text.size);
    if (interval ||
        hs_datetime_parse(node->text, filter->snapshot->timezone, &why, &from_s, &to_s) != HS_OK ||
        from_s == HS_NO_TIME || to_s == HS_NO_TIME)
        return hs_error_set(error, HS_E_ARGUMENT, "filter: '%.*s' is no date or time of RFC 3339",
                            (int)hs_utf8_cut(node->text, 60), node->text.data);
    node->kind = HS_CQL2_INSTANT;
    node->from_s = from_s;
    node->to_s = to_s > from_s ? to_s - 1 : from_s;
    return HS_OK;
}

static hs_status refuse_types(hs_error *error, const char *what) {
    return hs_error_set(error, HS_E_ARGUMENT, "filter: %s: the types do not fit each other", what);
}

/* All operands of one type that has an order. */
static hs_status bind_alike(hs_feature_filter *filter, hs_cql2 *node, hs_error *error) {
    filter_type common = FILTER_TEXT;
    bool time = false;
    for (uint32_t i = 0; i < node->count; i++) {
        filter_type type = FILTER_TEXT;
        const hs_cql2 *operand = node->operand[i];
        if (hs_cql2_is_truth(operand) && operand->kind != HS_CQL2_BOOLEAN)
            return hs_error_set(error, HS_E_ARGUMENT, "filter: predicates are not compared");
        hs_status status = bind(filter, node->operand[i], error, &type);
        if (status != HS_OK) return status;
        if (type == FILTER_GEOMETRY || type == FILTER_INTERVAL)
            return hs_error_set(error, HS_E_ARGUMENT,
                                "filter: geometries and intervals are compared by S_ and T_ functions");
        time = time || type == FILTER_TIME;
        if (i == 0) common = type;
    }
    for (uint32_t i = 0; i < node->count; i++) {
        hs_cql2 *operand = node->operand[i];
        filter_type type = FILTER_TEXT;
        hs_status status =
            time && operand->kind == HS_CQL2_TEXT ? take_for_time(filter, operand, error) : HS_OK;
        if (status == HS_OK) status = bind(filter, operand, error, &type);
        if (status != HS_OK) return status;
        if (type != (time ? FILTER_TIME : common)) return refuse_types(error, "a comparison");
    }
    return HS_OK;
}

static hs_status bind_like(hs_feature_filter *filter, hs_cql2 *node, hs_error *error) {
    const hs_cql2 *pattern =
        node->operand[1]->kind == HS_CQL2_CASEI ? node->operand[1]->operand[0] : node->operand[1];
    for (int i = 0; i < 2; i++) {
        filter_type type = FILTER_TEXT;
        hs_status status = bind(filter, node->operand[i], error, &type);
        if (status != HS_OK) return status;
        if (type != FILTER_TEXT) return refuse_types(error, "LIKE is of texts");
    }
    if (pattern->kind == HS_CQL2_TEXT && pattern->text.size <= PATTERN_MOST) return HS_OK;
    return hs_error_set(error, HS_E_ARGUMENT, "filter: the pattern of LIKE is a text of at most %d bytes",
                        PATTERN_MOST);
}

static hs_status bind_logical(hs_feature_filter *filter, hs_cql2 *node, hs_error *error) {
    for (uint32_t i = 0; i < node->count; i++) {
        filter_type type = FILTER_TEXT;
        hs_status status = bind(filter, node->operand[i], error, &type);
        if (status != HS_OK) return status;
        if (type != FILTER_LOGICAL)
            return hs_error_set(error, HS_E_ARGUMENT, "filter: AND, OR and NOT are of predicates");
    }
    return HS_OK;
}

static hs_status bind_temporal(hs_feature_filter *filter, hs_cql2 *node, hs_error *error) {
    for (int i = 0; i < 2; i++) {
        filter_type type = FILTER_TEXT;
        hs_status status =
            node->operand[i]->kind == HS_CQL2_TEXT ? take_for_time(filter, node->operand[i], error) : HS_OK;
        if (status == HS_OK) status = bind(filter, node->operand[i], error, &type);
        if (status != HS_OK) return status;
        if (type != FILTER_TIME && type != FILTER_INTERVAL)
            return hs_error_set(error, HS_E_ARGUMENT, "filter: T_%s is of times and intervals",
                                hs_cql2_temporal_names[node->op]);
    }
    return HS_OK;
}

static hs_status bind_interval(hs_feature_filter *filter, hs_cql2 *node, hs_error *error) {
    for (int i = 0; i < 2; i++) {
        filter_type type = FILTER_TIME;
        hs_status status =
            node->operand[i]->kind == HS_CQL2_OPEN ? HS_OK : bind(filter, node->operand[i], error, &type);
        if (status != HS_OK) return status;
        if (type != FILTER_TIME) return refuse_types(error, "INTERVAL is of times");
    }
    const hs_cql2 *from = node->operand[0];
    const hs_cql2 *to = node->operand[1];
    if (from->kind == HS_CQL2_INSTANT && to->kind == HS_CQL2_INSTANT && from->from_s > to->to_s)
        return hs_error_set(error, HS_E_ARGUMENT, "filter: an interval ends before it begins");
    return HS_OK;
}

static hs_status bind_spatial(hs_feature_filter *filter, hs_cql2 *node, hs_error *error) {
    for (int i = 0; i < 2; i++) {
        filter_type type = FILTER_TEXT;
        hs_status status = bind(filter, node->operand[i], error, &type);
        if (status != HS_OK) return status;
        if (type != FILTER_GEOMETRY)
            return hs_error_set(error, HS_E_ARGUMENT, "filter: S_%s is of geometries",
                                hs_cql2_spatial_names[node->op]);
    }
    return HS_OK;
}

static hs_status bind_case(hs_feature_filter *filter, hs_cql2 *node, hs_error *error) {
    filter_type type = FILTER_TEXT;
    hs_status status = bind(filter, node->operand[0], error, &type);
    return status == HS_OK && type != FILTER_TEXT ? refuse_types(error, "CASEI is of texts") : status;
}

static hs_status bind(hs_feature_filter *filter, hs_cql2 *node, hs_error *error, filter_type *type) {
    *type = FILTER_LOGICAL;
    switch (node->kind) {
    case HS_CQL2_AND:
    case HS_CQL2_OR:
    case HS_CQL2_NOT:
        return bind_logical(filter, node, error);
    case HS_CQL2_LIKE:
        return bind_like(filter, node, error);
    case HS_CQL2_SPATIAL:
        return bind_spatial(filter, node, error);
    case HS_CQL2_TEMPORAL:
        return bind_temporal(filter, node, error);
    case HS_CQL2_BOOLEAN:
        return HS_OK;
    case HS_CQL2_IS_NULL:
        if (node->operand[0]->kind == HS_CQL2_PROPERTY)
            return bind_property(filter, node->operand[0], error, &(filter_type){0});
        return hs_error_set(error, HS_E_ARGUMENT, "filter: IS NULL is of properties");
    case HS_CQL2_PROPERTY:
        return bind_property(filter, node, error, type);
    case HS_CQL2_TEXT:
        *type = FILTER_TEXT;
        return HS_OK;
    case HS_CQL2_CASEI:
        *type = FILTER_TEXT;
        return bind_case(filter, node, error);
    case HS_CQL2_NUMBER:
        *type = FILTER_NUMBER;
        return HS_OK;
    case HS_CQL2_INSTANT:
        *type = FILTER_TIME;
        return HS_OK;
    case HS_CQL2_INTERVAL:
        *type = FILTER_INTERVAL;
        return bind_interval(filter, node, error);
    case HS_CQL2_WKT:
    case HS_CQL2_GEOJSON:
    case HS_CQL2_BOX:
        *type = FILTER_GEOMETRY;
        return node->bound ? HS_OK : hs_filter_bind_geometry(filter, node, error);
    case HS_CQL2_OPEN:
        return hs_error_set(error, HS_E_ARGUMENT, "filter: .. is an end of an interval");
    default:
        return bind_alike(filter, node, error);
    }
}

hs_status hs_feature_filter_new(const hs_snapshot *snapshot, const hs_collection *collection, hs_cql2 *tree,
                                const hs_literal_crs *crs, hs_error *error, hs_feature_filter **filter) {
    hs_feature_filter *made = calloc(1, sizeof *made);
    if (!made) return hs_error_memory(error, "a filter");
    made->snapshot = snapshot;
    made->collection = collection;
    made->tree = tree;
    if (crs) made->crs = *crs;
    hs_feature_rows none = {NULL, 0};
    filter_type type = FILTER_TEXT;
    hs_status status = hs_feature_table_new(snapshot, collection, &none, 0, error, &made->table);
    if (status == HS_OK) {
        made->columns = hs_feature_table_fields(made->table, &made->column_count);
        status = bind(made, tree, error, &type);
    }
    if (status == HS_OK && type != FILTER_LOGICAL)
        status = hs_error_set(error, HS_E_ARGUMENT, "filter: a predicate is expected, not a value");
    if (status != HS_OK) {
        hs_feature_filter_free(made);
        return status;
    }
    *filter = made;
    return HS_OK;
}

void hs_feature_filter_free(hs_feature_filter *filter) {
    if (!filter) return;
    hs_filter_close_geos(filter);
    hs_feature_table_free(filter->table);
    free(filter);
}

hs_status hs_feature_filter_row(hs_feature_filter *filter, hs_feature_row row, hs_error *error,
                                bool *passes) {
    hs_status status = hs_feature_table_read(filter->table, row, error, &filter->feature);
    if (status != HS_OK) return status;
    filter_truth truth = hs_filter_truth(filter, filter->tree, error, &status);
    hs_filter_drop_shape(filter);
    if (status == HS_OK) *passes = truth == FILTER_TRUE;
    return status;
}
