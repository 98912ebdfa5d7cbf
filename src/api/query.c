#include "api/query.h"

#include "api/crs.h"
#include "base/text.h"
#include <glib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

bool hs_request_has_query(const hs_request *request) {
    static const char *const words[] = {"filter", "sortby", "crs", "bbox-crs"};
    hs_str value;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (hs_request_query(request, words[i], &value) && value.size > 0) return true;
    return false;
}

static hs_status parse_tree(hs_call *call, hs_str text, hs_cql2 **tree) {
    hs_str lang = hs_call_text(call, "filter-lang");
    const hs_timezone *zone = call->snapshot->timezone;
    /* cql-text is what GDAL calls a part of it. */
    if (lang.size == 0 || hs_str_equal(lang, HS_STR("cql2-text")) || hs_str_equal(lang, HS_STR("cql-text")))
        return hs_cql2_parse_text(text, zone, call->arena, call->error, tree);
    if (hs_str_equal(lang, HS_STR("cql2-json")))
        return hs_cql2_parse_json(text, zone, call->arena, call->error, tree);
    return hs_error_set(call->error, HS_E_ARGUMENT, "filter-lang: %.*s is neither cql2-text nor cql2-json",
                        (int)hs_utf8_cut(lang, 60), lang.data);
}

/* Literals are taken to degrees while the filter is made, so the transformation ends with that. */
static hs_status parse_where(hs_call *call, hs_feature_query *query) {
    hs_ogc_crs crs;
    hs_cql2 *tree = NULL;
    hs_literal_crs literal = {0};
    hs_str text = hs_call_text(call, "filter");
    hs_status status = hs_call_crs(call, "filter-crs", &crs);
    if (status != HS_OK || text.size == 0) return status;
    status = parse_tree(call, text, &tree);
    if (status == HS_OK) status = hs_ogc_crs_open(&crs, call->error, &literal.transform);
    if (status != HS_OK) return status;
    literal.northing_first = crs.northing_first;
    status =
        hs_feature_filter_new(call->snapshot, query->collection, tree, &literal, call->error, &query->where);
    hs_transform_free(literal.transform);
    return status;
}

static hs_status parse_key(hs_call *call, hs_feature_query *query, hs_str name) {
    struct hs_sort_key key = {.descending = name.size > 0 && name.data[0] == '-'};
    if (name.size > 0 && (name.data[0] == '-' || name.data[0] == '+' || name.data[0] == ' ')) {
        name.data++;
        name.size--;
    }
    if (query->key_count == HS_SORT_KEYS_MOST)
        return hs_error_set(call->error, HS_E_ARGUMENT, "sortby: at most %d properties", HS_SORT_KEYS_MOST);
    for (const hs_field *field = query->collection->fields; field->name; field++, key.column++) {
        if (!hs_str_equal(name, hs_str_of(field->name))) continue;
        key.type = field->type;
        query->key[query->key_count++] = key;
        return HS_OK;
    }
    return hs_error_set(call->error, HS_E_ARGUMENT,
                        "sortby: %.*s is no property of its own of this collection; /queryables lists them",
                        (int)hs_utf8_cut(name, 60), name.data);
}

hs_status hs_call_query(hs_call *call, const hs_collection *collection, hs_feature_query *query) {
    hs_feature_query made = {.collection = collection};
    hs_str keys = hs_call_text(call, "sortby");
    hs_status status = HS_OK;
    while (keys.size > 0 && status == HS_OK)
        status = parse_key(call, &made, hs_str_cut(&keys, ','));
    if (status == HS_OK) status = parse_where(call, &made);
    if (status == HS_OK) *query = made;
    return status;
}

void hs_feature_query_done(hs_feature_query *query) {
    hs_feature_filter_free(query->where);
    query->where = NULL;
}

static hs_status append(hs_feature_query *query, hs_error *error, hs_listed row, GArray *listed) {
    bool passes = true;
    hs_status status = query->where ? hs_feature_filter_row(query->where, row.row, error, &passes) : HS_OK;
    if (status == HS_OK && passes) g_array_append_val(listed, row);
    return status;
}

static hs_status list_incidents(hs_call *call, hs_feature_query *query, const hs_selection *selection,
                                GArray *listed) {
    const hs_incidents *incidents = call->snapshot->incidents;
    hs_status status = HS_OK;
    for (uint32_t c = 0; c < incidents->chunk_count; c++)
        for (uint32_t i = 0; i < incidents->chunk[c]->count && status == HS_OK; i++)
            if (hs_selection_has(selection, c, i))
                status = append(query, call->error,
                                (hs_listed){hs_incident_row(incidents->chunk[c], i), {c, i}}, listed);
    return status;
}

static hs_status list_rows(hs_call *call, hs_feature_query *query, GArray *listed) {
    uint32_t first;
    uint32_t end;
    hs_collection_rows(query->collection, call->snapshot, &first, &end);
    hs_status status = HS_OK;
    for (uint32_t row = first; row < end && status == HS_OK; row++)
        if (hs_collection_row_passes(query->collection, call->snapshot, row, query->row_filter))
            status = append(query, call->error, (hs_listed){(int64_t)(row - first) + 1, {0, row}}, listed);
    return status;
}

typedef struct sorted {
    hs_listed listed;
    const hs_value *values; /* one a key */
} sorted;

static bool is_absent(hs_field_type type, const hs_value *value) {
    switch (type) {
    case HS_FIELD_TEXT:
        return !value->text.data;
    case HS_FIELD_INTEGER:
        return value->absent;
    case HS_FIELD_REAL:
        return value->absent || isnan(value->real);
    default:
        return value->integer == HS_NO_TIME;
    }
}

static int compare_values(hs_field_type type, const hs_value *a, const hs_value *b) {
    if (type == HS_FIELD_TEXT) return hs_str_compare(a->text, b->text);
    if (type == HS_FIELD_REAL) return (a->real > b->real) - (a->real < b->real);
    return (a->integer > b->integer) - (a->integer < b->integer);
}

static int in_order(const void *left, const void *right, void *context) {
    const hs_feature_query *query = context;
    const sorted *a = left;
    const sorted *b = right;
    for (uint32_t k = 0; k < query->key_count; k++) {
        bool no_a = is_absent(query->key[k].type, &a->values[k]);
        bool no_b = is_absent(query->key[k].type, &b->values[k]);
        if (no_a != no_b) return no_a ? 1 : -1;
        int sign = no_a ? 0 : compare_values(query->key[k].type, &a->values[k], &b->values[k]);
        if (sign != 0) return query->key[k].descending ? -sign : sign;
    }
    return (a->listed.key > b->listed.key) - (a->listed.key < b->listed.key);
}

static hs_status read_values(hs_call *call, const hs_feature_query *query, const GArray *listed, sorted *rows,
                             hs_value *values) {
    hs_feature_table *table;
    hs_feature_rows none = {NULL, 0};
    hs_status status = hs_feature_table_new(call->snapshot, query->collection, &none, 0, call->error, &table);
    if (status != HS_OK) return status;
    for (guint i = 0; i < listed->len && status == HS_OK; i++) {
        hs_feature feature;
        rows[i].listed = g_array_index(listed, hs_listed, i);
        rows[i].values = values + (size_t)i * query->key_count;
        status = hs_feature_table_read(table, rows[i].listed.row, call->error, &feature);
        for (uint32_t k = 0; k < query->key_count && status == HS_OK; k++)
            values[(size_t)i * query->key_count + k] = feature.values[query->key[k].column];
    }
    hs_feature_table_free(table);
    return status;
}

static hs_status sort(hs_call *call, hs_feature_query *query, GArray *listed) {
    if (listed->len < 2 && query->key_count == 0) return HS_OK;
    sorted *rows = calloc((size_t)listed->len + 1, sizeof *rows);
    hs_value *values = calloc((size_t)listed->len * query->key_count + 1, sizeof *values);
    hs_status status = rows && values ? HS_OK : hs_error_memory(call->error, "the order of features");
    if (status == HS_OK) status = read_values(call, query, listed, rows, values);
    if (status == HS_OK && listed->len > 1) qsort_r(rows, listed->len, sizeof *rows, in_order, query);
    for (guint i = 0; i < listed->len && status == HS_OK; i++)
        g_array_index(listed, hs_listed, i) = rows[i].listed;
    free(rows);
    free(values);
    return status;
}

hs_status hs_feature_query_list(hs_call *call, hs_feature_query *query, const hs_selection *selection,
                                hs_listed **listed, uint64_t *count) {
    GArray *made = g_array_new(FALSE, FALSE, sizeof(hs_listed));
    hs_status status =
        selection ? list_incidents(call, query, selection, made) : list_rows(call, query, made);
    if (status == HS_OK) status = sort(call, query, made);
    if (status == HS_OK) {
        *count = made->len;
        *listed = (hs_listed *)(void *)g_array_free(made, FALSE);
    } else {
        g_array_free(made, TRUE);
    }
    return status;
}
