/* The description derives from the table of endpoints, for programs and for people. */
#include "api/collection.h"

#include "base/text.h"
#include <string.h>

#define OPENAPI_TYPE "application/vnd.oai.openapi+json;version=3.0"

static void write_schema_type(hs_json *json, const char *type) {
    hs_json_pair_text(json, "type", type);
    if (strcmp(type, "array") != 0) return;
    hs_json_key(json, "items");
    hs_json_raw(json, HS_STR("{\"type\":\"string\"}"));
}

/* GDAL looks for its language among these before it sends a filter. */
static void write_words(hs_json *json, const char *const *words) {
    hs_json_key(json, "enum");
    hs_json_array(json);
    for (; *words; words++)
        hs_json_text(json, *words);
    hs_json_array_end(json);
}

static void write_parameter(hs_json *json, const char *name, const char *where, const char *type,
                            const char *help_en, const char *help_zh, bool required) {
    hs_json_object(json);
    hs_json_pair_text(json, "name", name);
    hs_json_pair_text(json, "in", where);
    hs_json_pair_bool(json, "required", required);
    if (help_en) hs_json_pair_text(json, "description", help_en);
    if (help_zh) hs_json_pair_text(json, "x-description-zh", help_zh);
    if (strcmp(where, "query") == 0) {
        hs_json_pair_text(json, "style", "form");
        hs_json_pair_bool(json, "explode", strcmp(type, "array") == 0);
    }
    hs_json_key(json, "schema");
    hs_json_object(json);
    write_schema_type(json, type);
    if (strcmp(name, "filter-lang") == 0)
        write_words(json, (const char *const[]){"cql2-text", "cql2-json", "cql-text", NULL});
    hs_json_object_end(json);
    hs_json_object_end(json);
}

static bool is_own(const hs_endpoint *endpoint, const char *name) {
    for (const hs_parameter *p = endpoint->parameters; p && p->name; p++)
        if (strcmp(p->name, name) == 0) return true;
    return false;
}

static void write_path_parameters(hs_call *call, const char *path) {
    for (const char *open = strchr(path, '{'); open; open = strchr(open + 1, '{')) {
        const char *close = strchr(open, '}');
        char *name = hs_arena_strndup(call->arena, open + 1, (size_t)(close - open) - 1);
        bool number = name && strlen(name) == 1;
        write_parameter(&call->json, name, "path", number ? "integer" : "string", NULL, NULL, true);
    }
}

static void write_parameters(hs_call *call, const hs_endpoint *endpoint, const char *path) {
    hs_json *json = &call->json;
    hs_json_key(json, "parameters");
    hs_json_array(json);
    write_path_parameters(call, path);
    bool in_form = endpoint->flags & HS_FORMS;
    for (const hs_parameter *p = endpoint->parameters; !in_form && p && p->name; p++)
        write_parameter(json, p->name, "query", p->type, p->help_en, p->help_zh, p->required);
    for (const hs_filter_word *w = hs_filter_words; (endpoint->flags & HS_TAKES_FILTERS) && w->name; w++)
        if (!is_own(endpoint, w->name))
            write_parameter(json, w->name, "query", "string", w->help_en, w->help_zh, false);
    hs_json_array_end(json);
}

static void write_type(hs_json *json, const char *type) {
    hs_json_key(json, type);
    hs_json_object(json);
    hs_json_object_end(json);
}

static void write_response(hs_json *json, const char *status, const char *description, const char *type,
                           bool files) {
    hs_json_key(json, status);
    hs_json_object(json);
    hs_json_pair_text(json, "description", description);
    hs_json_key(json, "content");
    hs_json_object(json);
    write_type(json, type);
    for (const hs_export_format *f = hs_export_formats; files && f->name; f++)
        if (f->over_http) write_type(json, f->media_type);
    hs_json_object_end(json);
    hs_json_object_end(json);
}

static const char *method_key(const hs_endpoint *endpoint) {
    static const char *const keys[HS_METHOD_COUNT] = {"get", "post", "put", "patch", "delete", "options"};
    return keys[hs_endpoint_method(endpoint)];
}

/* The parameters as fields of a form. */
static void write_fields(hs_json *json, const hs_endpoint *endpoint) {
    hs_json_key(json, "schema");
    hs_json_object(json);
    hs_json_pair_text(json, "type", "object");
    hs_json_key(json, "required");
    hs_json_array(json);
    for (const hs_parameter *p = endpoint->parameters; p->name; p++)
        if (p->required) hs_json_text(json, p->name);
    hs_json_array_end(json);
    hs_json_key(json, "properties");
    hs_json_object(json);
    for (const hs_parameter *p = endpoint->parameters; p->name; p++) {
        hs_json_key(json, p->name);
        hs_json_object(json);
        write_schema_type(json, p->type);
        hs_json_pair_text(json, "description", p->help_en);
        hs_json_pair_text(json, "x-description-zh", p->help_zh);
        hs_json_object_end(json);
    }
    hs_json_object_end(json);
    hs_json_object_end(json);
}

/* A form with one file; the other parameters may be fields of it. */
static void write_form(hs_json *json) {
    hs_json_key(json, "schema");
    hs_json_raw(json, HS_STR("{\"type\":\"object\",\"required\":[\"file\"],\"properties\":{\"file\":{"
                             "\"type\":\"string\",\"format\":\"binary\"}},\"additionalProperties\":{"
                             "\"type\":\"string\"}}"));
}

static bool is_feature(const hs_endpoint *endpoint) {
    return endpoint->handler == hs_post_ogc_items || endpoint->handler == hs_put_ogc_item;
}

static void write_body(const hs_endpoint *endpoint, hs_json *json) {
    bool files = endpoint->flags & HS_UPLOADS, fields = endpoint->flags & HS_FORMS;
    hs_json_key(json, "requestBody");
    hs_json_object(json);
    hs_json_pair_bool(json, "required", true);
    hs_json_key(json, "content");
    hs_json_object(json);
    hs_json_key(json, files                          ? "multipart/form-data"
                      : fields                       ? "application/x-www-form-urlencoded"
                      : endpoint->flags & HS_PATCHES ? "application/merge-patch+json"
                      : is_feature(endpoint)         ? "application/geo+json"
                                                     : "application/json");
    hs_json_object(json);
    if (files) write_form(json);
    if (fields) write_fields(json, endpoint);
    hs_json_object_end(json);
    if (endpoint->flags & HS_TABLES) {
        write_type(json, "text/csv");
        write_type(json, "application/x-ndjson");
    }
    hs_json_object_end(json);
    hs_json_object_end(json);
}

/* What is answered when it went well, where that is not 200 with the endpoint's media type. */
static const struct success {
    hs_endpoint_handler handler;
    const char *status, *description;
    bool is_empty;
} successes[] = {
    {hs_post_ogc_items, "201", "Added; Location names it", false},
    {hs_delete_ogc_item, "204", "Removed", true},
    {hs_serve_vector_tile, "204", "There is nothing in this tile", true},
    {hs_serve_ogc_vector_tile, "204", "There is nothing in this tile", true},
    {hs_post_incidents, "201", "Added; Location names it", false},
    {hs_post_hotspots, "201", "Saved; Location names it", false},
};

static void write_success(hs_json *json, const hs_endpoint *endpoint) {
    bool removes = endpoint->handler == hs_delete_ogc_item;
    for (size_t i = 0; i < sizeof successes / sizeof *successes; i++) {
        const struct success *s = &successes[i];
        if (s->handler != endpoint->handler) continue;
        if (!s->is_empty) {
            write_response(json, s->status, s->description, endpoint->media_type, false);
            continue;
        }
        hs_json_key(json, s->status);
        hs_json_object(json);
        hs_json_pair_text(json, "description", s->description);
        hs_json_object_end(json);
    }
    if (endpoint->handler == hs_post_ogc_execution)
        write_response(json, "201", "Taken as a job; Location names it", "application/json", false);
    if (!removes)
        write_response(json, "200", "Done", endpoint->media_type, endpoint->handler == hs_serve_ogc_items);
}

static void write_method(hs_call *call, const hs_endpoint *endpoint, const char *path, const char *suffix) {
    hs_json *json = &call->json;
    hs_json_key(json, method_key(endpoint));
    hs_json_object(json);
    hs_json_pair_text(json, "operationId", hs_arena_printf(call->arena, "%s%s", endpoint->id, suffix));
    hs_json_pair_text(json, "summary", endpoint->help_en);
    hs_json_pair_text(json, "x-summary-zh", endpoint->help_zh);
    if (endpoint->flags & HS_TOKENS) {
        hs_json_key(json, "security");
        hs_json_raw(json, HS_STR("[{\"token\":[]}]"));
    }
    write_parameters(call, endpoint, path);
    if (endpoint->flags & (HS_POSTS | HS_UPLOADS | HS_FORMS | HS_PUTS | HS_PATCHES))
        write_body(endpoint, json);
    hs_json_key(json, "responses");
    hs_json_object(json);
    if ((endpoint->flags & HS_UPLOADS) && !(endpoint->flags & HS_TABLES))
        write_response(json, "202", "Taken as a job", endpoint->media_type, false);
    else
        write_success(json, endpoint);
    if (endpoint->flags & HS_OPEN311)
        write_response(json, "default", "A list of errors, each with code and description",
                       endpoint->media_type, false);
    else if (endpoint->flags & HS_OWS)
        write_response(json, "default", "What went wrong, an exception report in XML", "text/xml", false);
    else
        write_response(json, "default", "What went wrong (RFC 9457)", "application/problem+json", false);
    hs_json_object_end(json);
    hs_json_object_end(json);
}

/* All methods of a path, at the first of its endpoints. */
static void write_operation(hs_call *call, const hs_endpoint *endpoint, const char *path,
                            const char *suffix) {
    for (const hs_endpoint *e = hs_endpoints; e < endpoint; e++)
        if (strcmp(e->path, endpoint->path) == 0) return;
    hs_json_key(&call->json, path);
    hs_json_object(&call->json);
    for (const hs_endpoint *e = endpoint; e->path; e++)
        if (strcmp(e->path, endpoint->path) == 0) write_method(call, e, path, suffix);
    hs_json_object_end(&call->json);
}

static void write_head(hs_call *call, const char *title, const char *prefix) {
    hs_json *json = &call->json;
    hs_json_object(json);
    hs_json_pair_text(json, "openapi", "3.0.3");
    hs_json_key(json, "info");
    hs_json_object(json);
    hs_json_pair_text(json, "title", title);
    hs_json_pair_text(json, "version", HS_VERSION);
    hs_json_object_end(json);
    hs_json_key(json, "servers");
    hs_json_array(json);
    hs_json_object(json);
    hs_json_pair_text(json, "url",
                      hs_arena_printf(call->arena, "%.*s%s", (int)call->request->base_url.size,
                                      call->request->base_url.data, prefix));
    hs_json_object_end(json);
    hs_json_array_end(json);
    hs_json_key(json, "paths");
    hs_json_object(json);
}

static void write_end(hs_json *json) {
    hs_json_object_end(json);
    hs_json_key(json, "components");
    hs_json_raw(json, HS_STR("{\"securitySchemes\":{\"token\":{\"type\":\"http\",\"scheme\":\"bearer\","
                             "\"description\":\"A token of `hotspotd user STORE add NAME --role ROLE`\"}}}"));
    hs_json_object_end(json);
}

hs_status hs_serve_openapi(hs_call *call) {
    if (hs_call_begin(call, OPENAPI_TYPE, HS_READS_PROGRAM)) return HS_OK;
    write_head(call, "hotspotd", "");
    for (const hs_endpoint *e = hs_endpoints; e->path; e++)
        if (!(e->flags & HS_HIDDEN)) write_operation(call, e, e->path, "");
    write_end(&call->json);
    return HS_OK;
}

/* Clients such as GDAL look for a collection's own path before they push filters down to it. */
hs_status hs_serve_ogc_openapi(hs_call *call) {
    if (!hs_call_format(call)) return HS_OK;
    if (hs_call_begin_format(call, HS_READS_PROGRAM)) return HS_OK;
    write_head(call, "hotspotd, OGC API Features", "/ogc");
    const size_t prefix = strlen("/ogc");
    for (const hs_endpoint *e = hs_endpoints; e->path; e++) {
        if (!(e->flags & HS_OGC)) continue;
        write_operation(call, e, e->path[prefix] ? e->path + prefix : "/", "");
        if (e->handler == hs_serve_ogc_items)
            write_operation(call, e, "/collections/incidents/items", "OfIncidents");
    }
    write_end(&call->json);
    return hs_call_finish(call, "Interface", "接口说明");
}

static void escape(hs_buffer *out, const char *text) {
    for (; *text; text++) {
        if (*text == '<')
            hs_buffer_text(out, "&lt;");
        else if (*text == '&')
            hs_buffer_text(out, "&amp;");
        else
            hs_buffer_byte(out, *text);
    }
}

static void write_row(hs_buffer *out, const char *name, const char *help_en, const char *help_zh) {
    hs_buffer_printf(out, "<tr><td><code>%s</code></td><td>", name);
    escape(out, help_en ? help_en : "");
    hs_buffer_text(out, "</td><td>");
    escape(out, help_zh ? help_zh : "");
    hs_buffer_text(out, "</td></tr>\n");
}

static void write_endpoint_html(hs_buffer *out, const hs_endpoint *endpoint) {
    hs_buffer_printf(out, "<h2 id=\"%s\"><code>%s %s</code></h2>\n<p>", endpoint->id,
                     hs_endpoint_method_name(endpoint), endpoint->path);
    escape(out, endpoint->help_en);
    hs_buffer_text(out, "<br>");
    escape(out, endpoint->help_zh);
    hs_buffer_printf(out, "</p>\n<p>%s</p>\n", endpoint->media_type);
    if (endpoint->parameters) {
        hs_buffer_text(out, "<table>\n");
        for (const hs_parameter *p = endpoint->parameters; p->name; p++)
            write_row(out, p->name, p->help_en, p->help_zh);
        hs_buffer_text(out, "</table>\n");
    }
    if (endpoint->flags & HS_TAKES_FILTERS)
        hs_buffer_text(out, "<p>And the <a href=\"#filters\">filters</a> / 以及筛选条件</p>\n");
}

hs_status hs_serve_openapi_html(hs_call *call) {
    if (hs_call_begin(call, "text/html; charset=utf-8", HS_READS_PROGRAM)) return HS_OK;
    hs_buffer *out = &call->response->body;
    hs_response_header(call->response, "Content-Security-Policy",
                       "default-src 'none'; frame-ancestors 'none'");
    hs_buffer_text(out, "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
                        "<title>hotspotd API</title></head><body>\n<h1>hotspotd API " HS_VERSION "</h1>\n"
                        "<p><a href=\"/api\">OpenAPI 3.0</a></p>\n");
    for (const hs_endpoint *e = hs_endpoints; e->path; e++)
        if (!(e->flags & HS_HIDDEN)) write_endpoint_html(out, e);
    hs_buffer_text(out, "<h2 id=\"filters\">Filters / 筛选条件</h2>\n<table>\n");
    for (const hs_filter_word *w = hs_filter_words; w->name; w++)
        write_row(out, w->name, w->help_en, w->help_zh);
    hs_buffer_text(out, "</table>\n</body></html>\n");
    return HS_OK;
}
