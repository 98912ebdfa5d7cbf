/* JSON for programs, the same as a page for people. */
#include "api/collection.h"

#include "base/json.h"
#include "base/text.h"
#include <stdlib.h>
#include <string.h>

hs_status hs_call_format(hs_call *call) {
    hs_str f = hs_call_text(call, "f");
    if (f.size == 0) {
        unsigned html = hs_request_quality(call->request, "text/html");
        unsigned json = hs_request_quality(call->request, call->endpoint->media_type);
        unsigned plain = hs_request_quality(call->request, "application/json");
        call->html = html > (json > plain ? json : plain);
        return HS_OK;
    }
    call->html = hs_str_equal(f, HS_STR("html"));
    if (call->html || hs_str_equal(f, HS_STR("json")) || hs_str_equal(f, HS_STR("geojson"))) return HS_OK;
    bool items = call->endpoint->handler == hs_serve_ogc_items;
    return hs_error_set(
        call->error, HS_E_ARGUMENT, "f: %.*s is not offered; json and html are%s", (int)hs_utf8_cut(f, 60),
        f.data, items ? ", and as files geojsonseq, ndjson, gpkg, fgb, csv, xlsx, kml, gpx and shp" : "");
}

bool hs_call_begin_format(hs_call *call, const char *media_type, hs_reads reads) {
    hs_response_header(call->response, "Vary", "Accept");
    return hs_call_begin(call, call->html ? "text/html; charset=utf-8" : media_type, reads);
}

void hs_call_link(hs_call *call, const char *rel, const char *type, const char *title, const char *path) {
    hs_json *json = &call->json;
    hs_json_object(json);
    hs_json_key(json, "href");
    char *href = hs_arena_printf(call->arena, "%.*s%s", (int)call->request->base_url.size,
                                 call->request->base_url.data, path);
    hs_json_text(json, href);
    hs_json_pair_text(json, "rel", rel);
    if (type) hs_json_pair_text(json, "type", type);
    if (title) hs_json_pair_text(json, "title", title);
    hs_json_object_end(json);
}

static void escape(hs_buffer *out, hs_str text) {
    for (size_t i = 0; i < text.size; i++) {
        switch (text.data[i]) {
        case '<':
            hs_buffer_text(out, "&lt;");
            break;
        case '>':
            hs_buffer_text(out, "&gt;");
            break;
        case '&':
            hs_buffer_text(out, "&amp;");
            break;
        case '"':
            hs_buffer_text(out, "&quot;");
            break;
        default:
            hs_buffer_byte(out, text.data[i]);
        }
    }
}

static void write_html(hs_buffer *out, const json_t *value);

static void write_scalar(hs_buffer *out, const json_t *value) {
    if (json_is_string(value)) {
        hs_str text = {json_string_value(value), json_string_length(value)};
        bool link = hs_str_starts(text, HS_STR("http://")) || hs_str_starts(text, HS_STR("https://"));
        if (link) {
            hs_buffer_text(out, "<a href=\"");
            escape(out, text);
            hs_buffer_text(out, "\">");
        }
        escape(out, text);
        if (link) hs_buffer_text(out, "</a>");
        return;
    }
    char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
    if (text) escape(out, hs_str_of(text));
    free(text);
}

static void write_object(hs_buffer *out, const json_t *object) {
    const char *key;
    json_t *member;
    hs_buffer_text(out, "<table>");
    json_object_foreach((json_t *)object, key, member) {
        hs_buffer_text(out, "<tr><th>");
        escape(out, hs_str_of(key));
        hs_buffer_text(out, "</th><td>");
        write_html(out, member);
        hs_buffer_text(out, "</td></tr>\n");
    }
    hs_buffer_text(out, "</table>");
}

/* A geometry's coordinates say nothing to a reader: its type does. */
static void write_feature_row(hs_buffer *out, const json_t *feature) {
    const char *key;
    json_t *member;
    json_t *properties = json_object_get(feature, "properties");
    hs_buffer_text(out, "<tr><td>");
    write_scalar(out, json_object_get(feature, "id"));
    hs_buffer_text(out, "</td><td>");
    const json_t *type = json_object_get(json_object_get(feature, "geometry"), "type");
    if (type) write_scalar(out, type);
    hs_buffer_text(out, "</td>");
    json_object_foreach(properties, key, member) {
        hs_buffer_text(out, "<td>");
        write_html(out, member);
        hs_buffer_text(out, "</td>");
    }
    hs_buffer_text(out, "</tr>\n");
}

static void write_features(hs_buffer *out, const json_t *features) {
    const char *key;
    json_t *member;
    hs_buffer_text(out, "<table><tr><th>id</th><th>geometry</th>");
    json_object_foreach(json_object_get(json_array_get(features, 0), "properties"), key, member) {
        hs_buffer_text(out, "<th>");
        escape(out, hs_str_of(key));
        hs_buffer_text(out, "</th>");
    }
    hs_buffer_text(out, "</tr>\n");
    for (size_t i = 0; i < json_array_size(features); i++)
        write_feature_row(out, json_array_get(features, i));
    hs_buffer_text(out, "</table>");
}

static bool is_features(const json_t *value) {
    const json_t *type = json_object_get(json_array_get(value, 0), "type");
    return json_is_string(type) && strcmp(json_string_value(type), "Feature") == 0;
}

static void write_html(hs_buffer *out, const json_t *value) {
    if (json_is_object(value)) {
        const json_t *coordinates = json_object_get(value, "coordinates");
        if (coordinates && json_array_size(coordinates) > 2)
            write_scalar(out, json_object_get(value, "type"));
        else
            write_object(out, value);
    } else if (json_is_array(value)) {
        if (is_features(value)) {
            write_features(out, value);
            return;
        }
        hs_buffer_text(out, "<ul>");
        for (size_t i = 0; i < json_array_size(value); i++) {
            hs_buffer_text(out, "<li>");
            write_html(out, json_array_get(value, i));
            hs_buffer_text(out, "</li>");
        }
        hs_buffer_text(out, "</ul>");
    } else {
        write_scalar(out, value);
    }
}

/* No style at all: the security policy of pages allows none inline, and a browser's own is readable. */
hs_status hs_call_finish(hs_call *call, const char *title) {
    hs_buffer *body = &call->response->body;
    if (!call->html || body->status != HS_OK) return HS_OK;
    json_t *value;
    hs_status status = hs_json_parse((hs_str){body->data, body->size}, call->error, &value);
    if (status != HS_OK) return status;
    hs_buffer_clear(body);
    hs_buffer_text(body, "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>");
    escape(body, hs_str_of(title));
    hs_buffer_text(body, "</title></head><body>\n<h1>");
    escape(body, hs_str_of(title));
    hs_buffer_text(body, "</h1>\n");
    write_html(body, value);
    hs_buffer_text(body, "\n</body></html>\n");
    json_decref(value);
    hs_response_header(call->response, "Content-Security-Policy",
                       "default-src 'none'; frame-ancestors 'none'");
    return HS_OK;
}
