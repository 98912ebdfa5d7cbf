/* Compiles expressions from JSON. */
#include "base/text.h"
#include "render/map_expression_private.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { DEEPEST = 48, LONGEST_LIST = 4096 };

static const char *type_name(hs_map_type type) {
    static const char *const names[] = {"null",     "true or false", "a number", "a text",
                                        "a colour", "a list",        "a value"};
    return names[type];
}

static hs_map_expression *new_node(hs_map_compiler *c, hs_map_op op, hs_map_type type, uint32_t count) {
    hs_map_expression *made = hs_arena_array(c->arena, 1, sizeof *made);
    if (!made) return NULL;
    made->op = op;
    made->type = type;
    made->count = count;
    made->args = hs_arena_array(c->arena, (size_t)count + 1, sizeof(void *));
    return made->args ? made : NULL;
}

static hs_status no_memory(hs_map_compiler *c) {
    return hs_error_memory(c->error, "a map style");
}

static void note_reads(hs_map_expression *node) {
    for (uint32_t i = 0; i < node->count; i++) {
        node->reads_zoom = node->reads_zoom || node->args[i]->reads_zoom;
        node->reads_kind = node->reads_kind || node->args[i]->reads_kind;
        node->reads_feature = node->reads_feature || node->args[i]->reads_feature;
    }
}

/* A value of JSON as a constant; lists with everything in them. */
static hs_status to_value(hs_map_compiler *c, const json_t *json, unsigned depth, hs_map_value *value) {
    *value = (hs_map_value){.type = HS_MAP_NULL};
    if (json_is_boolean(json)) {
        *value = (hs_map_value){.type = HS_MAP_BOOL, .flag = json_is_true(json)};
    } else if (json_is_number(json)) {
        *value = (hs_map_value){.type = HS_MAP_NUMBER, .number = json_number_value(json)};
    } else if (json_is_string(json)) {
        hs_str text = {json_string_value(json), json_string_length(json)};
        value->type = HS_MAP_TEXT;
        value->text = hs_arena_str(c->arena, text);
        if (!value->text.data) return no_memory(c);
    } else if (json_is_array(json)) {
        size_t count = json_array_size(json);
        if (count > LONGEST_LIST || depth >= DEEPEST) return hs_map_refuse(c, "a shorter list is needed");
        hs_map_value *items = hs_arena_array(c->arena, count + 1, sizeof *items);
        if (!items) return no_memory(c);
        for (size_t i = 0; i < count; i++) {
            size_t before = hs_map_enter_item(c, i);
            hs_status status = to_value(c, json_array_get(json, i), depth + 1, &items[i]);
            if (status != HS_OK) return status;
            hs_map_leave(c, before);
        }
        value->type = HS_MAP_LIST;
        value->list.items = items;
        value->list.count = count;
    } else if (!json_is_null(json)) {
        return hs_map_refuse(
            c, "an object is no expression: functions with stops are written as interpolate or step");
    }
    return HS_OK;
}

static hs_status compile_constant(hs_map_compiler *c, const json_t *json, hs_map_type wanted,
                                  const hs_map_expression **out) {
    hs_map_expression *node = new_node(c, HS_MAP_CONSTANT, HS_MAP_NULL, 0);
    if (!node) return no_memory(c);
    hs_status status = to_value(c, json, 0, &node->constant);
    if (status != HS_OK) return status;
    hs_map_value *value = &node->constant;
    if (wanted == HS_MAP_COLOUR && value->type == HS_MAP_TEXT) {
        hs_map_colour colour;
        if (!hs_map_parse_colour(value->text, &colour))
            return hs_map_refuse(c, "'%.*s' is no colour: write #rrggbb, rgb(), rgba(), hsl() or hsla()",
                                 (int)hs_utf8_cut(value->text, 60), value->text.data);
        *value = (hs_map_value){.type = HS_MAP_COLOUR, .colour = colour};
    }
    node->type = value->type;
    *out = node;
    return HS_OK;
}

typedef struct context {
    hs_map_compiler *c;
    const json_t *json;
    unsigned depth;
    bool zoom; /* it may be read here */
} context;

static hs_status compile(const context *above, const json_t *json, size_t item, hs_map_type wanted, bool zoom,
                         const hs_map_expression **out);

/* Item `item` of the operator's list as argument `i`. */
static hs_status take(const context *x, hs_map_expression *node, uint32_t i, size_t item, hs_map_type wanted,
                      bool zoom) {
    return compile(x, json_array_get(x->json, item), item, wanted, zoom, &node->args[i]);
}

static hs_status refuse_item(const context *x, size_t item, const char *words) {
    (void)hs_map_enter_item(x->c, item);
    return hs_map_refuse(x->c, "%s", words);
}

static hs_status compile_key(const context *x, hs_map_op op, const hs_map_expression **out) {
    static const char *const kinds[] = {"level", "class", "layer", "kind"};
    const json_t *key = json_array_get(x->json, 1);
    if (json_array_size(x->json) != 2 || !json_is_string(key))
        return hs_map_refuse(x->c, "one name of a property is needed");
    if (json_string_value(key)[0] == '$')
        return refuse_item(x, 1, "a legacy filter: write [\"geometry-type\"] for $type");
    hs_map_expression *node = new_node(x->c, op, op == HS_MAP_GET ? HS_MAP_ANY : HS_MAP_BOOL, 0);
    if (!node) return no_memory(x->c);
    hs_status status = to_value(x->c, key, 0, &node->constant);
    node->reads_feature = true;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds && status == HS_OK; i++)
        if (hs_str_equal(node->constant.text, hs_str_of(kinds[i]))) {
            node->reads_feature = false;
            node->reads_kind = true;
        }
    *out = node;
    return status;
}

static hs_status compile_literal(const context *x, hs_map_type wanted, const hs_map_expression **out) {
    if (json_array_size(x->json) != 2) return hs_map_refuse(x->c, "literal takes one value");
    size_t before = hs_map_enter_item(x->c, 1);
    hs_status status = compile_constant(x->c, json_array_get(x->json, 1), wanted, out);
    if (status == HS_OK) hs_map_leave(x->c, before);
    return status;
}

static hs_status compile_case(const context *x, hs_map_type wanted, const hs_map_expression **out) {
    size_t count = json_array_size(x->json) - 1;
    if (count < 3 || count % 2 == 0)
        return hs_map_refuse(x->c, "case takes pairs of condition and result, then a fallback");
    hs_map_expression *node = new_node(x->c, HS_MAP_CASE, wanted, (uint32_t)count);
    if (!node) return no_memory(x->c);
    hs_status status = HS_OK;
    for (uint32_t i = 0; i < count && status == HS_OK; i++)
        status = take(x, node, i, i + 1, i % 2 == 0 && i + 1 < count ? HS_MAP_BOOL : wanted, x->c->zoom_free);
    *out = node;
    return status;
}

/* One label or a list of them, all texts or all whole numbers. */
static hs_status take_labels(const context *x, size_t item, hs_map_type *type, hs_map_value *label) {
    size_t before = hs_map_enter_item(x->c, item);
    const json_t *json = json_array_get(x->json, item);
    hs_status status = to_value(x->c, json, 0, label);
    if (status != HS_OK) return status;
    if (label->type != HS_MAP_LIST) {
        hs_map_value *one = hs_arena_array(x->c->arena, 1, sizeof *one);
        if (!one) return no_memory(x->c);
        *one = *label;
        label->type = HS_MAP_LIST;
        label->list.items = one;
        label->list.count = 1;
    }
    if (label->list.count == 0) return hs_map_refuse(x->c, "a label is needed");
    for (size_t i = 0; i < label->list.count; i++) {
        const hs_map_value *each = &label->list.items[i];
        bool whole = each->type == HS_MAP_NUMBER && each->number == floor(each->number);
        if (each->type != HS_MAP_TEXT && !whole)
            return hs_map_refuse(x->c, "labels are texts or whole numbers");
        if (*type != HS_MAP_ANY && each->type != *type) return hs_map_refuse(x->c, "labels are of one type");
        *type = each->type;
    }
    hs_map_leave(x->c, before);
    return HS_OK;
}

static hs_status refuse_repeated(const context *x, const hs_map_value *labels, uint32_t last) {
    for (uint32_t i = 0; i <= last; i++)
        for (size_t k = 0; k < labels[last].list.count; k++)
            for (size_t m = 0; m < (i == last ? k : labels[i].list.count); m++)
                if (hs_map_values_equal(&labels[last].list.items[k], &labels[i].list.items[m]))
                    return refuse_item(x, 2 + 2 * (size_t)last, "a label stands here that has come before");
    return HS_OK;
}

static hs_status compile_match(const context *x, hs_map_type wanted, const hs_map_expression **out) {
    size_t size = json_array_size(x->json);
    if (size < 5 || size % 2 == 0)
        return hs_map_refuse(x->c, "match takes an input, pairs of label and result, then a fallback");
    uint32_t pairs = (uint32_t)(size - 3) / 2;
    if (pairs > LONGEST_LIST) return hs_map_refuse(x->c, "fewer labels are needed");
    hs_map_expression *node = new_node(x->c, HS_MAP_MATCH, wanted, pairs + 2);
    hs_map_value *labels = hs_arena_array(x->c->arena, pairs, sizeof *labels);
    if (!node || !labels) return no_memory(x->c);
    hs_map_type type = HS_MAP_ANY;
    node->labels = labels;
    hs_status status = take(x, node, 0, 1, HS_MAP_ANY, x->c->zoom_free);
    for (uint32_t i = 0; i < pairs && status == HS_OK; i++) {
        status = take_labels(x, 2 + 2 * (size_t)i, &type, &labels[i]);
        if (status == HS_OK) status = refuse_repeated(x, labels, i);
        if (status == HS_OK) status = take(x, node, i + 1, 3 + 2 * (size_t)i, wanted, x->c->zoom_free);
    }
    if (status == HS_OK) status = take(x, node, pairs + 1, size - 1, wanted, x->c->zoom_free);
    *out = node;
    return status;
}

/* The stop at `item`, above the one before. */
static hs_status take_stop(const context *x, size_t item, uint32_t i, double *stops) {
    const json_t *json = json_array_get(x->json, item);
    if (!json_is_number(json)) return refuse_item(x, item, "a stop is a number");
    stops[i] = json_number_value(json);
    if (i > 0 && !(stops[i] > stops[i - 1])) return refuse_item(x, item, "stops ascend");
    return HS_OK;
}

static hs_status compile_step(const context *x, hs_map_type wanted, const hs_map_expression **out) {
    size_t size = json_array_size(x->json);
    if (size < 5 || size % 2 == 0)
        return hs_map_refuse(x->c, "step takes an input, a first result, pairs of stop and result");
    uint32_t pairs = (uint32_t)(size - 3) / 2;
    hs_map_expression *node = new_node(x->c, HS_MAP_STEP, wanted, pairs + 2);
    double *stops = hs_arena_array(x->c->arena, pairs, sizeof *stops);
    if (!node || !stops) return no_memory(x->c);
    node->stops = stops;
    hs_status status = take(x, node, 0, 1, HS_MAP_NUMBER, x->zoom);
    if (status == HS_OK) status = take(x, node, 1, 2, wanted, x->c->zoom_free);
    for (uint32_t i = 0; i < pairs && status == HS_OK; i++) {
        status = take_stop(x, 3 + 2 * (size_t)i, i, stops);
        if (status == HS_OK) status = take(x, node, i + 2, 4 + 2 * (size_t)i, wanted, x->c->zoom_free);
    }
    *out = node;
    return status;
}

static hs_status take_curve(const context *x, double *base) {
    const json_t *curve = json_array_get(x->json, 1);
    const char *name = json_string_value(json_array_get(curve, 0));
    size_t size = json_array_size(curve);
    *base = 1;
    if (name && strcmp(name, "linear") == 0 && size == 1) return HS_OK;
    if (name && strcmp(name, "exponential") == 0 && size == 2) {
        *base = json_number_value(json_array_get(curve, 1));
        if (*base > 0 && *base <= 100) return HS_OK;
    }
    return refuse_item(x, 1, "[\"linear\"] or [\"exponential\", base], the base above 0 to 100");
}

static hs_status compile_interpolate(const context *x, hs_map_type wanted, const hs_map_expression **out) {
    size_t size = json_array_size(x->json);
    if (size < 5 || size % 2 == 0)
        return hs_map_refuse(x->c, "interpolate takes a curve, an input, pairs of stop and result");
    uint32_t pairs = (uint32_t)(size - 3) / 2;
    hs_map_type type = wanted == HS_MAP_COLOUR ? HS_MAP_COLOUR : HS_MAP_NUMBER;
    hs_map_expression *node = new_node(x->c, HS_MAP_INTERPOLATE, type, pairs + 1);
    double *stops = hs_arena_array(x->c->arena, pairs, sizeof *stops);
    if (!node || !stops) return no_memory(x->c);
    node->stops = stops;
    hs_status status = take_curve(x, &node->base);
    if (status == HS_OK) status = take(x, node, 0, 2, HS_MAP_NUMBER, x->zoom);
    for (uint32_t i = 0; i < pairs && status == HS_OK; i++) {
        status = take_stop(x, 3 + 2 * (size_t)i, i, stops);
        if (status == HS_OK) status = take(x, node, i + 1, 4 + 2 * (size_t)i, type, x->c->zoom_free);
    }
    *out = node;
    return status;
}

static hs_status compile_in(const context *x, const hs_map_expression **out) {
    const json_t *hay = json_array_get(x->json, 2);
    if (json_array_size(x->json) != 3 || (!json_is_array(hay) && json_is_string(json_array_get(x->json, 1))))
        return hs_map_refuse(
            x->c,
            "in takes a value and a list or text: [\"in\", [\"get\", \"class\"], [\"literal\", [...]]]; "
            "legacy filters are not taken");
    hs_map_expression *node = new_node(x->c, HS_MAP_IN, HS_MAP_BOOL, 2);
    if (!node) return no_memory(x->c);
    hs_status status = take(x, node, 0, 1, HS_MAP_ANY, x->c->zoom_free);
    if (status == HS_OK) status = take(x, node, 1, 2, HS_MAP_ANY, x->c->zoom_free);
    if (status == HS_OK && node->args[1]->type != HS_MAP_LIST && node->args[1]->type != HS_MAP_TEXT &&
        node->args[1]->type != HS_MAP_ANY)
        return refuse_item(x, 2, "a list or a text is needed");
    *out = node;
    return status;
}

/* Operators whose arguments are all of one type. */
typedef struct plain_operator {
    const char *name;
    hs_map_op op;
    uint32_t least, most;
    hs_map_type takes, gives;
} plain_operator;

#define MANY UINT32_MAX
static const plain_operator plain[] = {
    {"zoom", HS_MAP_ZOOM, 0, 0, HS_MAP_ANY, HS_MAP_NUMBER},
    {"geometry-type", HS_MAP_GEOMETRY_TYPE, 0, 0, HS_MAP_ANY, HS_MAP_TEXT},
    {"!", HS_MAP_NOT, 1, 1, HS_MAP_BOOL, HS_MAP_BOOL},
    {"all", HS_MAP_ALL, 0, MANY, HS_MAP_BOOL, HS_MAP_BOOL},
    {"any", HS_MAP_SOME, 0, MANY, HS_MAP_BOOL, HS_MAP_BOOL},
    {"==", HS_MAP_EQUAL, 2, 2, HS_MAP_ANY, HS_MAP_BOOL},
    {"!=", HS_MAP_UNEQUAL, 2, 2, HS_MAP_ANY, HS_MAP_BOOL},
    {"<", HS_MAP_LESS, 2, 2, HS_MAP_ANY, HS_MAP_BOOL},
    {"<=", HS_MAP_AT_MOST, 2, 2, HS_MAP_ANY, HS_MAP_BOOL},
    {">", HS_MAP_MORE, 2, 2, HS_MAP_ANY, HS_MAP_BOOL},
    {">=", HS_MAP_AT_LEAST, 2, 2, HS_MAP_ANY, HS_MAP_BOOL},
    {"+", HS_MAP_ADD, 1, MANY, HS_MAP_NUMBER, HS_MAP_NUMBER},
    {"*", HS_MAP_MULTIPLY, 1, MANY, HS_MAP_NUMBER, HS_MAP_NUMBER},
    {"-", HS_MAP_SUBTRACT, 1, 2, HS_MAP_NUMBER, HS_MAP_NUMBER},
    {"/", HS_MAP_DIVIDE, 2, 2, HS_MAP_NUMBER, HS_MAP_NUMBER},
    {"%", HS_MAP_MODULO, 2, 2, HS_MAP_NUMBER, HS_MAP_NUMBER},
    {"^", HS_MAP_POWER, 2, 2, HS_MAP_NUMBER, HS_MAP_NUMBER},
    {"min", HS_MAP_LEAST, 1, MANY, HS_MAP_NUMBER, HS_MAP_NUMBER},
    {"max", HS_MAP_GREATEST, 1, MANY, HS_MAP_NUMBER, HS_MAP_NUMBER},
    {"sqrt", HS_MAP_SQRT, 1, 1, HS_MAP_NUMBER, HS_MAP_NUMBER},
    {"abs", HS_MAP_ABS, 1, 1, HS_MAP_NUMBER, HS_MAP_NUMBER},
    {"floor", HS_MAP_FLOOR, 1, 1, HS_MAP_NUMBER, HS_MAP_NUMBER},
    {"ceil", HS_MAP_CEIL, 1, 1, HS_MAP_NUMBER, HS_MAP_NUMBER},
    {"round", HS_MAP_ROUND, 1, 1, HS_MAP_NUMBER, HS_MAP_NUMBER},
    {"length", HS_MAP_LENGTH, 1, 1, HS_MAP_ANY, HS_MAP_NUMBER},
    {"concat", HS_MAP_CONCAT, 1, MANY, HS_MAP_ANY, HS_MAP_TEXT},
    {"downcase", HS_MAP_DOWNCASE, 1, 1, HS_MAP_TEXT, HS_MAP_TEXT},
    {"upcase", HS_MAP_UPCASE, 1, 1, HS_MAP_TEXT, HS_MAP_TEXT},
    {"to-string", HS_MAP_TO_TEXT, 1, 1, HS_MAP_ANY, HS_MAP_TEXT},
    {"to-number", HS_MAP_TO_NUMBER, 1, MANY, HS_MAP_ANY, HS_MAP_NUMBER},
    {"to-boolean", HS_MAP_TO_BOOL, 1, 1, HS_MAP_ANY, HS_MAP_BOOL},
    {"to-color", HS_MAP_TO_COLOUR, 1, MANY, HS_MAP_ANY, HS_MAP_COLOUR},
    {"string", HS_MAP_AS_TEXT, 1, MANY, HS_MAP_ANY, HS_MAP_TEXT},
    {"number", HS_MAP_AS_NUMBER, 1, MANY, HS_MAP_ANY, HS_MAP_NUMBER},
    {"boolean", HS_MAP_AS_BOOL, 1, MANY, HS_MAP_ANY, HS_MAP_BOOL},
};

static bool compares(const plain_operator *o) {
    return o->op >= HS_MAP_EQUAL && o->op <= HS_MAP_AT_LEAST;
}

static hs_status compile_plain(const context *x, const plain_operator *o, const hs_map_expression **out) {
    size_t count = json_array_size(x->json) - 1;
    if (count < o->least || count > o->most || count > LONGEST_LIST)
        return hs_map_refuse(
            x->c, o->most == MANY ? "%s takes %u arguments or more" : "%s takes %u to %u arguments", o->name,
            o->least, o->most);
    if (o->op == HS_MAP_ZOOM && (!x->zoom || (x->depth == 1 && !x->c->zoom_free)))
        return hs_map_refuse(x->c, "zoom is the input of an outermost interpolate or step only");
    if (compares(o) && !json_is_array(json_array_get(x->json, 1)) &&
        !json_is_array(json_array_get(x->json, 2)))
        return hs_map_refuse(x->c, "a legacy filter: write [\"%s\", [\"get\", \"class\"], ...]", o->name);
    hs_map_expression *node = new_node(x->c, o->op, o->gives, (uint32_t)count);
    if (!node) return no_memory(x->c);
    hs_status status = HS_OK;
    for (uint32_t i = 0; i < count && status == HS_OK; i++)
        status = take(x, node, i, i + 1, o->takes, x->c->zoom_free);
    node->reads_zoom = o->op == HS_MAP_ZOOM;
    node->reads_kind = o->op == HS_MAP_GEOMETRY_TYPE;
    *out = node;
    return status;
}

static hs_status compile_coalesce(const context *x, hs_map_type wanted, const hs_map_expression **out) {
    size_t count = json_array_size(x->json) - 1;
    if (count < 1 || count > LONGEST_LIST) return hs_map_refuse(x->c, "coalesce takes one value or more");
    hs_map_expression *node = new_node(x->c, HS_MAP_COALESCE, wanted, (uint32_t)count);
    if (!node) return no_memory(x->c);
    hs_status status = HS_OK;
    for (uint32_t i = 0; i < count && status == HS_OK; i++)
        status = take(x, node, i, i + 1, wanted, x->c->zoom_free);
    *out = node;
    return status;
}

static hs_status compile_operator(const context *x, const char *name, hs_map_type wanted,
                                  const hs_map_expression **out) {
    if (strcmp(name, "literal") == 0) return compile_literal(x, wanted, out);
    if (strcmp(name, "get") == 0) return compile_key(x, HS_MAP_GET, out);
    if (strcmp(name, "has") == 0) return compile_key(x, HS_MAP_HAS, out);
    if (strcmp(name, "in") == 0) return compile_in(x, out);
    if (strcmp(name, "case") == 0) return compile_case(x, wanted, out);
    if (strcmp(name, "match") == 0) return compile_match(x, wanted, out);
    if (strcmp(name, "coalesce") == 0) return compile_coalesce(x, wanted, out);
    if (strcmp(name, "step") == 0) return compile_step(x, wanted, out);
    if (strcmp(name, "interpolate") == 0) return compile_interpolate(x, wanted, out);
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        if (strcmp(name, plain[i].name) == 0) return compile_plain(x, &plain[i], out);
    if (strcmp(name, "none") == 0 || strcmp(name, "!in") == 0 || strcmp(name, "!has") == 0)
        return hs_map_refuse(x->c, "a legacy filter: write [\"!\", ...] around an expression");
    return hs_map_refuse(x->c, "the expression %.60s is not drawn here: the README lists those that are",
                         name);
}

/* An expression whose type is known when it is evaluated only: converted to a colour, checked otherwise. */
static hs_status wrap(const context *x, hs_map_type wanted, const hs_map_expression **out) {
    static const hs_map_op checks[] = {[HS_MAP_BOOL] = HS_MAP_AS_BOOL,
                                       [HS_MAP_NUMBER] = HS_MAP_AS_NUMBER,
                                       [HS_MAP_TEXT] = HS_MAP_AS_TEXT,
                                       [HS_MAP_COLOUR] = HS_MAP_TO_COLOUR};
    hs_map_expression *node = new_node(x->c, checks[wanted], wanted, 1);
    if (!node) return no_memory(x->c);
    node->args[0] = *out;
    note_reads(node);
    *out = node;
    return HS_OK;
}

static bool passes_on(hs_map_op op) {
    return op == HS_MAP_CASE || op == HS_MAP_MATCH || op == HS_MAP_COALESCE || op == HS_MAP_STEP;
}

static hs_status settle_type(const context *x, hs_map_type wanted, const hs_map_expression **out) {
    hs_map_type type = (*out)->type;
    if (wanted == HS_MAP_ANY || type == wanted) return HS_OK;
    if (type == HS_MAP_ANY && wanted != HS_MAP_LIST) return wrap(x, wanted, out);
    if (type == HS_MAP_TEXT && wanted == HS_MAP_COLOUR && (*out)->op != HS_MAP_CONSTANT)
        return wrap(x, wanted, out);
    return hs_map_refuse(x->c, "%s is needed, this is %s", type_name(wanted), type_name(type));
}

static hs_status compile(const context *above, const json_t *json, size_t item, hs_map_type wanted, bool zoom,
                         const hs_map_expression **out) {
    hs_map_compiler *c = above->c;
    size_t before = item == SIZE_MAX ? c->size : hs_map_enter_item(c, item);
    context x = {c, json, above->depth + 1, zoom};
    hs_status status;
    if (x.depth > DEEPEST) return hs_map_refuse(c, "an expression that is less deep is needed");
    if (json_is_array(json)) {
        const char *name = json_string_value(json_array_get(json, 0));
        if (!name)
            return hs_map_refuse(
                c, "an expression begins with its name; lists are written [\"literal\", [...]]");
        status = compile_operator(&x, name, wanted, out);
        if (status == HS_OK && !*out) status = no_memory(c);
        if (status == HS_OK) note_reads((hs_map_expression *)*out);
    } else {
        status = compile_constant(c, json, wanted, out);
    }
    /* Arguments were settled one by one where the type is passed on to them. */
    if (status == HS_OK && *out && !passes_on((*out)->op)) status = settle_type(&x, wanted, out);
    if (status == HS_OK) hs_map_leave(c, before);
    return status;
}

hs_status hs_map_compile(hs_map_compiler *c, const json_t *json, hs_map_type wanted,
                         const hs_map_expression **out) {
    context top = {c, NULL, 0, true};
    const hs_map_expression *made = NULL;
    hs_status status = compile(&top, json, SIZE_MAX, wanted, c->zoom_free || json_is_array(json), &made);
    if (status == HS_OK) *out = made;
    return status;
}

hs_status hs_map_compile_list(hs_map_compiler *c, const json_t *json, hs_map_type item, size_t count,
                              size_t most, const hs_map_expression **out) {
    const char *name = json_string_value(json_array_get(json, 0));
    size_t before = c->size;
    if (name && strcmp(name, "literal") == 0 && json_array_size(json) == 2) {
        (void)hs_map_enter_item(c, 1);
        json = json_array_get(json, 1);
    }
    if (!json_is_array(json) || json_array_size(json) < count || json_array_size(json) > most)
        return hs_map_refuse(c, "a list of %zu to %zu constants is needed", count, most);
    const hs_map_expression *made = NULL;
    hs_status status = compile_constant(c, json, HS_MAP_LIST, &made);
    if (status != HS_OK) return status;
    for (size_t i = 0; i < made->constant.list.count; i++)
        if (made->constant.list.items[i].type != item) {
            (void)hs_map_enter_item(c, i);
            return hs_map_refuse(c, "%s is needed", type_name(item));
        }
    hs_map_leave(c, before);
    *out = made;
    return HS_OK;
}

bool hs_map_reads_zoom(const hs_map_expression *e) {
    return e->reads_zoom;
}

bool hs_map_reads_kind(const hs_map_expression *e) {
    return e->reads_kind;
}

bool hs_map_reads_feature(const hs_map_expression *e) {
    return e->reads_feature;
}
