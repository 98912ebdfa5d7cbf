/* CQL2 JSON. */
#include "city/cql2_private.h"

#include "base/json.h"
#include "base/text.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct reader {
    cql2_builder build;
    unsigned depth;
} reader;

typedef struct operation {
    const char *name;
    hs_cql2_kind kind;
    int operands; /* negative: that many or more */
} operation;

static const operation operations[] = {
    {"and", HS_CQL2_AND, -2},       {"or", HS_CQL2_OR, -2},          {"not", HS_CQL2_NOT, 1},
    {"=", HS_CQL2_EQUAL, 2},        {"<>", HS_CQL2_NOT_EQUAL, 2},    {"<", HS_CQL2_LESS, 2},
    {"<=", HS_CQL2_LESS_EQUAL, 2},  {">", HS_CQL2_GREATER, 2},       {">=", HS_CQL2_GREATER_EQUAL, 2},
    {"like", HS_CQL2_LIKE, 2},      {"between", HS_CQL2_BETWEEN, 3}, {"in", HS_CQL2_IN, 2},
    {"isNull", HS_CQL2_IS_NULL, 1}, {"casei", HS_CQL2_CASEI, 1},
};

static hs_cql2 *read_node(reader *r, const json_t *value);

static hs_str text_of(const json_t *value) {
    return (hs_str){json_string_value(value), json_string_length(value)};
}

/* The tree outlives the JSON. */
static hs_str keep(reader *r, hs_str text) {
    char *copy = hs_arena_strndup(r->build.arena, text.data, text.size);
    if (copy) return (hs_str){copy, text.size};
    r->build.status = hs_error_memory(r->build.error, "a filter");
    return (hs_str){"", 0};
}

static hs_cql2 *read_instant(reader *r, const json_t *value, bool may_be_open) {
    if (!json_is_string(value)) return hs_cql2_fail(&r->build, "a date or time must be a text");
    return hs_cql2_instant(&r->build, keep(r, text_of(value)), may_be_open);
}

static hs_cql2 *read_interval(reader *r, const json_t *ends) {
    hs_cql2 *end[2];
    if (json_array_size(ends) != 2) return hs_cql2_fail(&r->build, "interval has two ends");
    for (size_t i = 0; i < 2; i++) {
        const json_t *value = json_array_get(ends, i);
        end[i] = json_is_string(value) ? read_instant(r, value, true) : read_node(r, value);
        if (!end[i]) return NULL;
    }
    return hs_cql2_binary(&r->build, HS_CQL2_INTERVAL, end[0], end[1]);
}

static hs_cql2 *read_box(reader *r, const json_t *numbers) {
    size_t count = json_array_size(numbers);
    hs_cql2 *node = hs_cql2_node(&r->build, HS_CQL2_BOX, 0);
    if (!node) return NULL;
    if (count != 4 && count != 6) return hs_cql2_fail(&r->build, "bbox has four or six numbers");
    for (size_t i = 0; i < count; i++)
        if (!json_is_number(json_array_get(numbers, i)))
            return hs_cql2_fail(&r->build, "bbox has four or six numbers");
    for (size_t i = 0; i < 4; i++)
        node->box[i] = json_number_value(json_array_get(numbers, i < 2 ? i : count / 2 + i - 2));
    return node;
}

static hs_cql2 *read_geometry(reader *r, const json_t *value) {
    hs_cql2 *node = hs_cql2_node(&r->build, HS_CQL2_GEOJSON, 0);
    char *text = json_dumps(value, JSON_COMPACT);
    if (node && text) node->text = keep(r, hs_str_of(text));
    free(text);
    return node;
}

static hs_cql2 *read_operands(reader *r, hs_cql2_kind kind, const json_t *values, const json_t *list) {
    size_t own = list ? 1 : json_array_size(values);
    size_t more = list ? json_array_size(list) : 0;
    if (own + more >= HS_CQL2_MOST_NODES) return hs_cql2_fail(&r->build, "a list is too long");
    hs_cql2 *node = hs_cql2_node(&r->build, kind, (uint32_t)(own + more));
    for (size_t i = 0; node && i < own + more; i++) {
        node->operand[i] = read_node(r, i < own ? json_array_get(values, i) : json_array_get(list, i - own));
        if (!node->operand[i]) return NULL;
    }
    return node;
}

/* s_ and t_ functions. */
static hs_cql2 *read_function(reader *r, hs_str name, const json_t *values) {
    hs_str rest = name.size > 2 ? (hs_str){name.data + 2, name.size - 2} : (hs_str){"", 0};
    bool space = hs_str_starts(name, HS_STR("s_"));
    int op = space ? hs_cql2_find_name(rest, hs_cql2_spatial_names, HS_CQL2_SPATIALS)
             : hs_str_starts(name, HS_STR("t_"))
                 ? hs_cql2_find_name(rest, hs_cql2_temporal_names, HS_CQL2_TEMPORALS)
                 : -1;
    if (op < 0) return hs_cql2_fail(&r->build, "there is no op %.*s", (int)hs_utf8_cut(name, 40), name.data);
    if (json_array_size(values) != 2)
        return hs_cql2_fail(&r->build, "%.*s has two args", (int)hs_utf8_cut(name, 40), name.data);
    hs_cql2 *node = read_operands(r, space ? HS_CQL2_SPATIAL : HS_CQL2_TEMPORAL, values, NULL);
    if (node) node->op = op;
    return node;
}

static hs_cql2 *read_operation(reader *r, const json_t *object) {
    hs_str name = text_of(json_object_get(object, "op"));
    const json_t *values = json_object_get(object, "args");
    if (!json_is_array(values)) return hs_cql2_fail(&r->build, "op needs an array of args");
    int count = (int)json_array_size(values);
    for (size_t i = 0; i < sizeof operations / sizeof *operations; i++) {
        const operation *o = &operations[i];
        if (!hs_str_equal(name, hs_str_of(o->name))) continue;
        if (o->operands < 0 ? count < -o->operands : count != o->operands)
            return hs_cql2_fail(&r->build, "%s has %d args%s", o->name, abs(o->operands),
                                o->operands < 0 ? " or more" : "");
        const json_t *list = o->kind == HS_CQL2_IN ? json_array_get(values, 1) : NULL;
        if (o->kind == HS_CQL2_IN && (!json_is_array(list) || json_array_size(list) == 0))
            return hs_cql2_fail(&r->build, "the second of the args of in is an array of values");
        return read_operands(r, o->kind, values, list);
    }
    return read_function(r, name, values);
}

static hs_cql2 *read_object(reader *r, const json_t *object) {
    const json_t *member;
    if (json_is_string(json_object_get(object, "op"))) return read_operation(r, object);
    if (json_is_string(member = json_object_get(object, "property"))) {
        hs_cql2 *node = hs_cql2_node(&r->build, HS_CQL2_PROPERTY, 0);
        if (node) node->text = keep(r, text_of(member));
        return node;
    }
    if ((member = json_object_get(object, "date")) || (member = json_object_get(object, "timestamp")))
        return read_instant(r, member, false);
    if ((member = json_object_get(object, "interval"))) return read_interval(r, member);
    if ((member = json_object_get(object, "bbox")) && !json_object_get(object, "type"))
        return read_box(r, member);
    if (json_is_string(json_object_get(object, "type"))) return read_geometry(r, object);
    return hs_cql2_fail(&r->build,
                        "an object is neither an op nor a property, date, timestamp, interval, bbox "
                        "or geometry");
}

static hs_cql2 *read_value(reader *r, const json_t *value) {
    hs_cql2 *node;
    if (json_is_object(value)) return read_object(r, value);
    if (json_is_string(value)) {
        node = hs_cql2_node(&r->build, HS_CQL2_TEXT, 0);
        if (node) node->text = keep(r, text_of(value));
        return node;
    }
    if (json_is_number(value)) {
        node = hs_cql2_node(&r->build, HS_CQL2_NUMBER, 0);
        if (node) node->number = json_number_value(value);
        return node;
    }
    if (json_is_boolean(value)) {
        node = hs_cql2_node(&r->build, HS_CQL2_BOOLEAN, 0);
        if (node) node->truth = json_is_true(value);
        return node;
    }
    return hs_cql2_fail(&r->build, "an argument is missing, null or a list");
}

static hs_cql2 *read_node(reader *r, const json_t *value) {
    if (r->build.status != HS_OK) return NULL;
    if (++r->depth > HS_CQL2_MOST_DEPTH) return hs_cql2_fail(&r->build, "nested too deeply");
    hs_cql2 *node = read_value(r, value);
    r->depth--;
    return r->build.status == HS_OK ? node : NULL;
}

hs_status hs_cql2_parse_json(hs_str text, const hs_timezone *zone, hs_arena *arena, hs_error *error,
                             hs_cql2 **filter) {
    if (text.size > HS_CQL2_MOST_BYTES)
        return hs_error_set(error, HS_E_ARGUMENT, "filter: more than %d bytes", HS_CQL2_MOST_BYTES);
    hs_error why = {0};
    json_t *value = NULL;
    if (hs_json_parse(text, &why, &value) != HS_OK)
        return hs_error_set(error, HS_E_ARGUMENT, "filter: %.400s", why.message);
    reader r = {.build = {.zone = zone, .arena = arena, .error = error}};
    hs_cql2 *made = read_node(&r, value);
    json_decref(value);
    if (r.build.status != HS_OK) return r.build.status;
    *filter = made;
    return HS_OK;
}
