#include "http/router.h"

#include "base/hash.h"
#include "base/text.h"
#include "http/percent.h"
#include <stdlib.h>
#include <string.h>

#define MAX_PARTS  24
#define MAX_PARAMS 8

/* Ordered from the most general, so that a greater kind wins. */
typedef enum part_kind { PART_REST, PART_PARAM, PART_SUFFIXED, PART_LITERAL } part_kind;

typedef struct route_part {
    part_kind kind;
    hs_str text;   /* of a literal, or the parameter's name */
    hs_str suffix; /* behind a parameter */
} route_part;

typedef struct route {
    hs_method method;
    hs_handler handler;
    void *context;
    bool takes_upload;
    char *pattern;
    char *copy; /* names point in here */
    route_part parts[MAX_PARTS];
    size_t part_count;
} route;

/* What tells at a glance that a route is not the one. */
typedef struct route_glance {
    uint32_t first;       /* hash of the first part, 0 where that is no literal */
    uint16_t least, most; /* parts of a path */
} route_glance;

struct hs_router {
    route **routes; /* the most particular first */
    route_glance *glances;
    size_t count, capacity;
};

hs_router *hs_router_new(void) {
    return calloc(1, sizeof(hs_router));
}

static void route_free(route *r) {
    if (!r) return;
    free(r->pattern);
    free(r->copy);
    free(r);
}

void hs_router_free(hs_router *router) {
    if (!router) return;
    for (size_t i = 0; i < router->count; i++)
        route_free(router->routes[i]);
    free(router->routes);
    free(router->glances);
    free(router);
}

/* `name}suffix` or `name*}` behind an opening brace. */
static bool parse_param(hs_str text, bool last, route_part *part) {
    const char *close = memchr(text.data, '}', text.size);
    if (!close) return false;
    part->text = (hs_str){text.data, (size_t)(close - text.data)};
    part->suffix = (hs_str){close + 1, text.size - part->text.size - 1};
    part->kind = part->suffix.size ? PART_SUFFIXED : PART_PARAM;
    if (part->text.size > 1 && part->text.data[part->text.size - 1] == '*') {
        part->text.size--;
        part->kind = PART_REST;
        if (!last || part->suffix.size) return false;
    }
    return part->text.size > 0;
}

static bool parse_pattern(route *r) {
    hs_str rest = hs_str_of(r->copy);
    if (rest.size == 0 || rest.data[0] != '/') return false;
    rest.data++;
    rest.size--;
    size_t params = 0;
    while (rest.size > 0) {
        if (r->part_count == MAX_PARTS) return false;
        hs_str text = hs_str_cut(&rest, '/');
        if (text.size == 0) return false;
        route_part *part = &r->parts[r->part_count++];
        if (text.data[0] != '{') {
            *part = (route_part){.kind = PART_LITERAL, .text = text};
            continue;
        }
        if (!parse_param((hs_str){text.data + 1, text.size - 1}, rest.size == 0, part)) return false;
        if (++params > MAX_PARAMS) return false;
    }
    return true;
}

/* Whether `a` must be tried before `b`. */
static bool more_particular(const route *a, const route *b) {
    size_t shared = a->part_count < b->part_count ? a->part_count : b->part_count;
    for (size_t i = 0; i < shared; i++) {
        if (a->parts[i].kind != b->parts[i].kind) return a->parts[i].kind > b->parts[i].kind;
        if (a->parts[i].suffix.size != b->parts[i].suffix.size)
            return a->parts[i].suffix.size > b->parts[i].suffix.size;
    }
    return a->part_count > b->part_count;
}

static bool same_shape(const route *a, const route *b) {
    if (a->method != b->method || a->part_count != b->part_count) return false;
    for (size_t i = 0; i < a->part_count; i++) {
        if (a->parts[i].kind != b->parts[i].kind) return false;
        if (a->parts[i].kind == PART_LITERAL && !hs_str_equal(a->parts[i].text, b->parts[i].text))
            return false;
        if (!hs_str_equal(a->parts[i].suffix, b->parts[i].suffix)) return false;
    }
    return true;
}

static bool make_room(hs_router *router) {
    if (router->count < router->capacity) return true;
    size_t capacity = router->capacity ? 2 * router->capacity : 32;
    route **routes = realloc(router->routes, capacity * sizeof(void *));
    if (!routes) return false;
    router->routes = routes;
    route_glance *glances = realloc(router->glances, capacity * sizeof *glances);
    if (!glances) return false;
    router->glances = glances;
    router->capacity = capacity;
    return true;
}

static uint32_t hash_part(hs_str text) {
    return (uint32_t)hs_hash_str(text, 0) | 1;
}

static route_glance glance_at(const route *r) {
    bool rest = r->part_count > 0 && r->parts[r->part_count - 1].kind == PART_REST;
    bool literal = r->part_count > 0 && r->parts[0].kind == PART_LITERAL;
    return (route_glance){literal ? hash_part(r->parts[0].text) : 0, (uint16_t)r->part_count,
                          rest ? MAX_PARTS : (uint16_t)r->part_count};
}

static hs_status add(hs_router *router, hs_method method, const char *pattern, hs_handler handler,
                     void *context, bool takes_upload, hs_error *error) {
    route *made = calloc(1, sizeof *made);
    if (made) {
        made->pattern = strdup(pattern);
        made->copy = strdup(pattern);
    }
    if (!made || !made->pattern || !made->copy || !make_room(router)) {
        route_free(made);
        return hs_error_set(error, HS_E_MEMORY, "out of memory for routes");
    }
    made->method = method;
    made->handler = handler;
    made->context = context;
    made->takes_upload = takes_upload;
    if (!parse_pattern(made)) {
        route_free(made);
        return hs_error_set(error, HS_E_ARGUMENT, "malformed route pattern %s", pattern);
    }
    size_t at = router->count;
    for (size_t i = 0; i < router->count; i++) {
        if (same_shape(made, router->routes[i])) {
            route_free(made);
            return hs_error_set(error, HS_E_CONFLICT, "route %s is there already as %s", pattern,
                                router->routes[i]->pattern);
        }
        if (at == router->count && more_particular(made, router->routes[i])) at = i;
    }
    for (size_t i = router->count; i > at; i--) {
        router->routes[i] = router->routes[i - 1];
        router->glances[i] = router->glances[i - 1];
    }
    router->routes[at] = made;
    router->glances[at] = glance_at(made);
    router->count++;
    return HS_OK;
}

hs_status hs_router_add(hs_router *router, hs_method method, const char *pattern, hs_handler handler,
                        void *context, hs_error *error) {
    return add(router, method, pattern, handler, context, false, error);
}

hs_status hs_router_add_upload(hs_router *router, hs_method method, const char *pattern, hs_handler handler,
                               void *context, hs_error *error) {
    return add(router, method, pattern, handler, context, true, error);
}

/* The parts of a path, decoded; rest[i] is everything from part i on, as it came. */
typedef struct path_parts {
    hs_str part[MAX_PARTS], rest[MAX_PARTS];
    size_t count;
    bool too_many;
    uint32_t first; /* hash of the first part */
} path_parts;

/* A part that is nothing but itself need not be copied to be compared; what it holds was looked at before. */
static hs_status decode_part(hs_str raw, hs_arena *arena, hs_error *error, hs_str *part) {
    *part = raw;
    return raw.size > 0 && memchr(raw.data, '%', raw.size) ? hs_percent_decode(raw, false, arena, error, part)
                                                           : HS_OK;
}

static hs_status split_path(hs_str path, hs_arena *arena, hs_error *error, path_parts *parts) {
    hs_str whole;
    parts->count = 0;
    parts->too_many = false;
    if (path.size > 0 && path.data[0] == '/') {
        path.data++;
        path.size--;
    }
    if (path.size > 0 && path.data[path.size - 1] == '/') path.size--;
    hs_status status = hs_percent_decode(path, false, arena, error, &whole);
    if (status != HS_OK) return status;
    while (path.size > 0) {
        if (parts->count == MAX_PARTS) {
            parts->too_many = true;
            return HS_OK;
        }
        parts->rest[parts->count] = path;
        status = decode_part(hs_str_cut(&path, '/'), arena, error, &parts->part[parts->count]);
        if (status != HS_OK) return status;
        parts->count++;
    }
    parts->first = parts->count > 0 ? hash_part(parts->part[0]) : 0;
    return HS_OK;
}

static bool part_matches(const route_part *part, hs_str text, hs_str *value) {
    if (part->kind == PART_LITERAL) return hs_str_equal(part->text, text);
    if (text.size <= part->suffix.size) return false;
    size_t size = text.size - part->suffix.size;
    if (part->suffix.size > 0 && memcmp(text.data + size, part->suffix.data, part->suffix.size) != 0)
        return false;
    *value = (hs_str){text.data, size};
    return true;
}

static bool may_match(const route_glance *glance, const path_parts *parts) {
    return parts->count >= glance->least && parts->count <= glance->most &&
           (glance->first == 0 || glance->first == parts->first);
}

/* `match` gets the parameters, which are all that is looked at of it. */
static bool route_matches(const route *r, const path_parts *parts, hs_route_match *match) {
    size_t params = 0;
    for (size_t i = 0; i < r->part_count; i++) {
        const route_part *part = &r->parts[i];
        hs_str value = parts->rest[i];
        if (part->kind != PART_REST && !part_matches(part, parts->part[i], &value)) return false;
        if (part->kind != PART_LITERAL) match->params[params++] = (hs_http_pair){part->text, value};
        if (part->kind == PART_REST) {
            match->param_count = params;
            return true;
        }
    }
    match->param_count = params;
    return true;
}

/* Parameters as texts of their own, the rest of a path decoded. */
static hs_status own_params(hs_route_match *match, hs_arena *arena, hs_error *error) {
    for (size_t i = 0; i < match->param_count; i++) {
        hs_str *value = &match->params[i].value;
        if (match->takes_rest && i + 1 == match->param_count) {
            hs_status status = hs_percent_decode(*value, false, arena, error, value);
            if (status != HS_OK) return status;
            continue;
        }
        *value = hs_arena_str(arena, *value);
        if (!value->data) return hs_error_memory(error, "the URL");
    }
    return HS_OK;
}

hs_status hs_router_match(const hs_router *router, hs_method method, hs_str path, hs_arena *arena,
                          hs_error *error, hs_route_match *match) {
    path_parts *parts = hs_arena_alloc(arena, sizeof *parts);
    if (!parts) return hs_error_set(error, HS_E_MEMORY, "out of memory for the URL");
    hs_status status = split_path(path, arena, error, parts);
    if (status != HS_OK) return status;
    hs_route_match found = {0}, tried = {0};
    for (size_t i = 0; i < router->count && !parts->too_many; i++) {
        const route *r = router->routes[i];
        if (!may_match(&router->glances[i], parts) || !route_matches(r, parts, &tried)) continue;
        found.methods |= 1u << r->method;
        if (r->method != method || found.handler) continue;
        tried.methods = found.methods;
        tried.handler = r->handler;
        tried.context = r->context;
        tried.takes_upload = r->takes_upload;
        tried.pattern = r->pattern;
        tried.takes_rest = r->part_count > 0 && r->parts[r->part_count - 1].kind == PART_REST;
        found = tried;
    }
    if (found.handler) status = own_params(&found, arena, error);
    if (status == HS_OK) *match = found;
    return status;
}
