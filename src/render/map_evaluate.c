/* Evaluates expressions: values in, a value or the specification's error out. */
#include "base/text.h"
#include "geo/real.h"
#include "render/map_expression_private.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

static hs_map_value of_number(double number) {
    return (hs_map_value){.type = HS_MAP_NUMBER, .number = number};
}

static hs_map_value of_flag(bool flag) {
    return (hs_map_value){.type = HS_MAP_BOOL, .flag = flag};
}

static hs_map_value of_text(hs_str text) {
    return (hs_map_value){.type = HS_MAP_TEXT, .text = text};
}

bool hs_map_values_equal(const hs_map_value *a, const hs_map_value *b) {
    if (a->type != b->type) return false;
    switch (a->type) {
    case HS_MAP_NULL:
        return true;
    case HS_MAP_BOOL:
        return a->flag == b->flag;
    case HS_MAP_NUMBER:
        return a->number == b->number;
    case HS_MAP_TEXT:
        return hs_str_equal(a->text, b->text);
    default:
        return false;
    }
}

/* The shortest digits that read back as the same number, as JavaScript writes numbers of usual size. */
static void number_text(double number, char out[40]) {
    for (int digits = 1; digits <= 17; digits++) {
        (void)snprintf(out, 40, "%.*g", digits, number);
        if (strtod(out, NULL) == number) break;
    }
    if (fabs(number) < 1e15 && number == floor(number)) (void)snprintf(out, 40, "%.0f", number + 0.0);
}

bool hs_map_to_text(const hs_map_value *value, hs_arena *arena, hs_str *text) {
    char made[96] = "";
    switch (value->type) {
    case HS_MAP_TEXT:
        *text = value->text;
        return true;
    case HS_MAP_BOOL:
        *text = value->flag ? HS_STR("true") : HS_STR("false");
        return true;
    case HS_MAP_NUMBER:
        number_text(value->number, made);
        break;
    case HS_MAP_COLOUR:
        (void)snprintf(made, sizeof made, "rgba(%.0f,%.0f,%.0f,%g)", value->colour.r * 255,
                       value->colour.g * 255, value->colour.b * 255, value->colour.a);
        break;
    case HS_MAP_NULL:
        break;
    default:
        return false;
    }
    *text = hs_arena_str(arena, hs_str_of(made));
    return text->data != NULL;
}

/* As Number() of JavaScript: an empty text is 0. */
static bool to_number(const hs_map_value *value, double *number) {
    switch (value->type) {
    case HS_MAP_NULL:
        *number = 0;
        return true;
    case HS_MAP_BOOL:
        *number = value->flag;
        return true;
    case HS_MAP_NUMBER:
        *number = value->number;
        return true;
    case HS_MAP_TEXT:
        *number = 0;
        return hs_str_trim(value->text).size == 0 || hs_str_to_double(value->text, number);
    default:
        return false;
    }
}

static bool to_flag(const hs_map_value *value) {
    switch (value->type) {
    case HS_MAP_NULL:
        return false;
    case HS_MAP_BOOL:
        return value->flag;
    case HS_MAP_NUMBER:
        return value->number != 0 && value->number == value->number;
    case HS_MAP_TEXT:
        return value->text.size > 0;
    default:
        return true;
    }
}

bool hs_map_change_case(hs_str text, bool up, hs_arena *arena, hs_str *out) {
    char *made = hs_arena_alloc(arena, text.size * 3 + 4);
    if (!made) return false;
    size_t size = 0;
    while (text.size > 0) {
        utf8proc_int32_t code = (utf8proc_int32_t)hs_utf8_next(&text);
        size += hs_utf8_put((uint32_t)(up ? utf8proc_toupper(code) : utf8proc_tolower(code)), made + size);
    }
    *out = (hs_str){made, size};
    return true;
}

static const hs_map_value *find(const hs_map_scope *scope, hs_str key) {
    for (uint32_t i = 0; i < scope->count; i++)
        if (hs_str_equal(scope->properties[i].key, key)) return &scope->properties[i].value;
    return NULL;
}

/* An argument of the wanted type. */
static bool argument(const hs_map_expression *e, uint32_t i, hs_map_type type, const hs_map_scope *scope,
                     hs_map_value *value) {
    return hs_map_evaluate(e->args[i], scope, value) && (type == HS_MAP_ANY || value->type == type);
}

static bool is_in(const hs_map_expression *e, const hs_map_scope *scope, hs_map_value *out) {
    hs_map_value needle;
    hs_map_value hay;
    if (!argument(e, 0, HS_MAP_ANY, scope, &needle) || !argument(e, 1, HS_MAP_ANY, scope, &hay)) return false;
    *out = of_flag(false);
    if (hay.type == HS_MAP_TEXT) {
        hs_str text;
        if (!hs_map_to_text(&needle, scope->arena, &text)) return false;
        out->flag = text.size == 0 || memmem(hay.text.data, hay.text.size, text.data, text.size) != NULL;
        return true;
    }
    if (hay.type != HS_MAP_LIST) return false;
    for (size_t i = 0; i < hay.list.count && !out->flag; i++)
        out->flag = hs_map_values_equal(&needle, &hay.list.items[i]);
    return true;
}

static bool logic(const hs_map_expression *e, const hs_map_scope *scope, hs_map_value *out) {
    bool all = e->op == HS_MAP_ALL;
    for (uint32_t i = 0; i < e->count; i++) {
        if (!argument(e, i, HS_MAP_BOOL, scope, out)) return false;
        if (out->flag != all) return true;
    }
    *out = of_flag(all);
    return true;
}

static bool compare(const hs_map_expression *e, const hs_map_scope *scope, hs_map_value *out) {
    hs_map_value a;
    hs_map_value b;
    if (!argument(e, 0, HS_MAP_ANY, scope, &a) || !argument(e, 1, HS_MAP_ANY, scope, &b)) return false;
    if (e->op == HS_MAP_EQUAL || e->op == HS_MAP_UNEQUAL) {
        *out = of_flag(hs_map_values_equal(&a, &b) == (e->op == HS_MAP_EQUAL));
        return true;
    }
    if (a.type != b.type || (a.type != HS_MAP_NUMBER && a.type != HS_MAP_TEXT)) return false;
    int order = a.type == HS_MAP_TEXT ? hs_str_compare(a.text, b.text)
                                      : (a.number > b.number) - (a.number < b.number);
    *out = of_flag(e->op == HS_MAP_LESS      ? order < 0
                   : e->op == HS_MAP_AT_MOST ? order <= 0
                   : e->op == HS_MAP_MORE    ? order > 0
                                             : order >= 0);
    return true;
}

static bool choose(const hs_map_expression *e, const hs_map_scope *scope, hs_map_value *out) {
    for (uint32_t i = 0; i + 1 < e->count; i += 2) {
        if (!argument(e, i, HS_MAP_BOOL, scope, out)) return false;
        if (out->flag) return hs_map_evaluate(e->args[i + 1], scope, out);
    }
    return hs_map_evaluate(e->args[e->count - 1], scope, out);
}

static bool match(const hs_map_expression *e, const hs_map_scope *scope, hs_map_value *out) {
    hs_map_value input;
    if (!argument(e, 0, HS_MAP_ANY, scope, &input)) return false;
    for (uint32_t i = 1; i + 1 < e->count; i++)
        for (size_t k = 0; k < e->labels[i - 1].list.count; k++)
            if (hs_map_values_equal(&input, &e->labels[i - 1].list.items[k]))
                return hs_map_evaluate(e->args[i], scope, out);
    return hs_map_evaluate(e->args[e->count - 1], scope, out);
}

/* The first that is not null; what fails is passed over. */
static bool coalesce(const hs_map_expression *e, const hs_map_scope *scope, hs_map_value *out) {
    for (uint32_t i = 0; i < e->count; i++)
        if (hs_map_evaluate(e->args[i], scope, out) && out->type != HS_MAP_NULL) return true;
    *out = (hs_map_value){.type = HS_MAP_NULL};
    return true;
}

static bool step(const hs_map_expression *e, const hs_map_scope *scope, hs_map_value *out) {
    hs_map_value input;
    if (!argument(e, 0, HS_MAP_NUMBER, scope, &input)) return false;
    uint32_t at = 0;
    while (at + 2 < e->count && input.number >= e->stops[at])
        at++;
    return hs_map_evaluate(e->args[at + 1], scope, out);
}

/* base^x, from functions that give the same bits on every machine. */
static double power_of(double base, double x) {
    return hs_real_exp(x * hs_real_log(base));
}

static double share_between(double base, double x, double low, double high) {
    if (base == 1) return (x - low) / (high - low);
    return (power_of(base, x - low) - 1) / (power_of(base, high - low) - 1);
}

/* Colours are mixed premultiplied. */
static hs_map_colour mix(hs_map_colour a, hs_map_colour b, double t) {
    double alpha = a.a + (b.a - a.a) * t;
    if (alpha <= 0) return (hs_map_colour){0, 0, 0, 0};
    double wa = a.a * (1 - t) / alpha;
    double wb = b.a * t / alpha;
    return (hs_map_colour){a.r * wa + b.r * wb, a.g * wa + b.g * wb, a.b * wa + b.b * wb, alpha};
}

static bool interpolate(const hs_map_expression *e, const hs_map_scope *scope, hs_map_value *out) {
    hs_map_value input;
    hs_map_value upper;
    if (!argument(e, 0, HS_MAP_NUMBER, scope, &input)) return false;
    uint32_t stops = e->count - 1;
    uint32_t at = 0; /* stops that the input has reached */
    while (at < stops && input.number >= e->stops[at])
        at++;
    if (at == 0) return argument(e, 1, e->type, scope, out);
    if (at == stops) return argument(e, stops, e->type, scope, out);
    if (!argument(e, at, e->type, scope, out) || !argument(e, at + 1, e->type, scope, &upper)) return false;
    double t = share_between(e->base, input.number, e->stops[at - 1], e->stops[at]);
    if (e->type == HS_MAP_COLOUR)
        out->colour = mix(out->colour, upper.colour, t);
    else
        out->number += (upper.number - out->number) * t;
    return true;
}

static bool fold(const hs_map_expression *e, const hs_map_scope *scope, hs_map_value *out) {
    hs_map_value next;
    if (!argument(e, 0, HS_MAP_NUMBER, scope, out)) return false;
    for (uint32_t i = 1; i < e->count; i++) {
        if (!argument(e, i, HS_MAP_NUMBER, scope, &next)) return false;
        if (e->op == HS_MAP_ADD)
            out->number += next.number;
        else if (e->op == HS_MAP_MULTIPLY)
            out->number *= next.number;
        else if (e->op == HS_MAP_LEAST)
            out->number = fmin(out->number, next.number);
        else
            out->number = fmax(out->number, next.number);
    }
    return true;
}

static double raised(double base, double power) {
    if (power == floor(power) && fabs(power) <= 64) {
        double result = 1;
        for (int i = 0; i < (int)fabs(power); i++)
            result *= base;
        return power < 0 ? 1 / result : result;
    }
    return base > 0 ? power_of(base, power) : base == 0 ? 0 : NAN;
}

static bool of_two(const hs_map_expression *e, const hs_map_scope *scope, hs_map_value *out) {
    hs_map_value b;
    if (!argument(e, 0, HS_MAP_NUMBER, scope, out)) return false;
    if (e->count == 1) {
        out->number = -out->number;
        return true;
    }
    if (!argument(e, 1, HS_MAP_NUMBER, scope, &b)) return false;
    if (e->op == HS_MAP_SUBTRACT)
        out->number -= b.number;
    else if (e->op == HS_MAP_DIVIDE)
        out->number /= b.number;
    else if (e->op == HS_MAP_MODULO)
        out->number = fmod(out->number, b.number);
    else
        out->number = raised(out->number, b.number);
    return true;
}

/* Half away from zero, as the specification has `round`. */
static bool of_one(const hs_map_expression *e, const hs_map_scope *scope, hs_map_value *out) {
    if (!argument(e, 0, HS_MAP_NUMBER, scope, out)) return false;
    double x = out->number;
    out->number = e->op == HS_MAP_SQRT    ? sqrt(x)
                  : e->op == HS_MAP_ABS   ? fabs(x)
                  : e->op == HS_MAP_FLOOR ? floor(x)
                  : e->op == HS_MAP_CEIL  ? ceil(x)
                                          : round(x);
    return true;
}

static bool length(const hs_map_expression *e, const hs_map_scope *scope, hs_map_value *out) {
    hs_map_value value;
    if (!argument(e, 0, HS_MAP_ANY, scope, &value)) return false;
    if (value.type == HS_MAP_LIST) {
        *out = of_number((double)value.list.count);
        return true;
    }
    if (value.type != HS_MAP_TEXT) return false;
    size_t count = 0;
    for (hs_str rest = value.text; rest.size > 0; count++)
        (void)hs_utf8_next(&rest);
    *out = of_number((double)count);
    return true;
}

static bool concat(const hs_map_expression *e, const hs_map_scope *scope, hs_map_value *out) {
    hs_str whole = {"", 0};
    for (uint32_t i = 0; i < e->count; i++) {
        hs_map_value value;
        hs_str part;
        if (!argument(e, i, HS_MAP_ANY, scope, &value) || !hs_map_to_text(&value, scope->arena, &part))
            return false;
        char *made = hs_arena_printf(scope->arena, "%.*s%.*s", (int)whole.size, whole.data, (int)part.size,
                                     part.size > 0 ? part.data : "");
        if (!made) return false;
        whole = hs_str_of(made);
    }
    *out = of_text(whole);
    return true;
}

/* The first argument that converts. */
static bool convert(const hs_map_expression *e, const hs_map_scope *scope, hs_map_value *out) {
    for (uint32_t i = 0; i < e->count; i++) {
        hs_map_value value;
        if (!argument(e, i, HS_MAP_ANY, scope, &value)) continue;
        if (e->op == HS_MAP_TO_NUMBER) {
            *out = of_number(0);
            if (to_number(&value, &out->number)) return true;
            continue;
        }
        *out = value;
        if (value.type == HS_MAP_COLOUR) return true;
        out->type = HS_MAP_COLOUR;
        if (value.type == HS_MAP_TEXT && hs_map_parse_colour(value.text, &out->colour)) return true;
    }
    return false;
}

/* The first argument of the type. */
static bool assert_type(const hs_map_expression *e, const hs_map_scope *scope, hs_map_value *out) {
    for (uint32_t i = 0; i < e->count; i++)
        if (argument(e, i, e->type, scope, out)) return true;
    return false;
}

static bool get(const hs_map_expression *e, const hs_map_scope *scope, hs_map_value *out) {
    const hs_map_value *found = find(scope, e->constant.text);
    *out = found ? *found : (hs_map_value){.type = HS_MAP_NULL};
    return true;
}

static bool on_text(const hs_map_expression *e, const hs_map_scope *scope, hs_map_value *out) {
    if (e->op == HS_MAP_TO_TEXT) {
        hs_str text;
        if (!argument(e, 0, HS_MAP_ANY, scope, out) || !hs_map_to_text(out, scope->arena, &text))
            return false;
        *out = of_text(text);
        return true;
    }
    return argument(e, 0, HS_MAP_TEXT, scope, out) &&
           hs_map_change_case(out->text, e->op == HS_MAP_UPCASE, scope->arena, &out->text);
}

static hs_str shape_name(hs_map_shape shape) {
    return shape == HS_MAP_POINT  ? HS_STR("Point")
           : shape == HS_MAP_LINE ? HS_STR("LineString")
                                  : HS_STR("Polygon");
}

bool hs_map_evaluate(const hs_map_expression *e, const hs_map_scope *scope, hs_map_value *out) {
    switch (e->op) {
    case HS_MAP_CONSTANT:
        *out = e->constant;
        return true;
    case HS_MAP_GET:
        return get(e, scope, out);
    case HS_MAP_HAS:
        *out = of_flag(find(scope, e->constant.text) != NULL);
        return true;
    case HS_MAP_ZOOM:
        *out = of_number(scope->zoom);
        return true;
    case HS_MAP_GEOMETRY_TYPE:
        *out = of_text(shape_name(scope->shape));
        return true;
    case HS_MAP_IN:
        return is_in(e, scope, out);
    case HS_MAP_NOT:
        if (!argument(e, 0, HS_MAP_BOOL, scope, out)) return false;
        out->flag = !out->flag;
        return true;
    case HS_MAP_ALL:
    case HS_MAP_SOME:
        return logic(e, scope, out);
    case HS_MAP_EQUAL:
    case HS_MAP_UNEQUAL:
    case HS_MAP_LESS:
    case HS_MAP_AT_MOST:
    case HS_MAP_MORE:
    case HS_MAP_AT_LEAST:
        return compare(e, scope, out);
    case HS_MAP_CASE:
        return choose(e, scope, out);
    case HS_MAP_MATCH:
        return match(e, scope, out);
    case HS_MAP_COALESCE:
        return coalesce(e, scope, out);
    case HS_MAP_STEP:
        return step(e, scope, out);
    case HS_MAP_INTERPOLATE:
        return interpolate(e, scope, out);
    case HS_MAP_ADD:
    case HS_MAP_MULTIPLY:
    case HS_MAP_LEAST:
    case HS_MAP_GREATEST:
        return fold(e, scope, out);
    case HS_MAP_SUBTRACT:
    case HS_MAP_DIVIDE:
    case HS_MAP_MODULO:
    case HS_MAP_POWER:
        return of_two(e, scope, out);
    case HS_MAP_SQRT:
    case HS_MAP_ABS:
    case HS_MAP_FLOOR:
    case HS_MAP_CEIL:
    case HS_MAP_ROUND:
        return of_one(e, scope, out);
    case HS_MAP_LENGTH:
        return length(e, scope, out);
    case HS_MAP_CONCAT:
        return concat(e, scope, out);
    case HS_MAP_DOWNCASE:
    case HS_MAP_UPCASE:
    case HS_MAP_TO_TEXT:
        return on_text(e, scope, out);
    case HS_MAP_TO_NUMBER:
    case HS_MAP_TO_COLOUR:
        return convert(e, scope, out);
    case HS_MAP_TO_BOOL: {
        hs_map_value value;
        if (!argument(e, 0, HS_MAP_ANY, scope, &value)) return false;
        *out = of_flag(to_flag(&value));
        return true;
    }
    case HS_MAP_AS_TEXT:
    case HS_MAP_AS_NUMBER:
    case HS_MAP_AS_BOOL:
        return assert_type(e, scope, out);
    }
    return false;
}
