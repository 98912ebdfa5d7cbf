/* Pages for people, made of the JSON that programs get: the same members, links that can be followed,
 * features as a table and on a map. */
#include "api/representation.h"

#include "base/json.h"
#include "base/text.h"
#include <stdlib.h>
#include <string.h>

/* Everything comes from this server; the map's library makes its workers from blobs. */
static const char content_security[] =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; worker-src 'self' blob:; child-src blob:; font-src 'self'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'";

typedef struct page {
    hs_call *call;
    hs_buffer *out;
    json_t *document;
    bool keeps_language; /* it was chosen: links carry it on */
} page;

/* What members of documents are called. */
static const struct word {
    const char *key, *en, *zh;
} words[] = {
    {"links", "Links", "链接"},
    {"collections", "Collections", "要素集"},
    {"conformsTo", "Conformance classes", "符合的规范类"},
    {"description", "Description", "说明"},
    {"title", "Title", "标题"},
    {"extent", "Extent", "范围"},
    {"crs", "Reference systems", "坐标系"},
    {"storageCrs", "Stored in", "存储坐标系"},
    {"itemType", "Items", "条目类型"},
    {"properties", "Properties", "属性"},
    {"features", "Features", "要素"},
    {"geometry", "Geometry", "几何"},
    {"numberMatched", "Features in all", "要素总数"},
    {"numberReturned", "On this page", "本页要素数"},
    {"timeStamp", "Made at", "生成时间"},
    {"processes", "Processes", "处理过程"},
    {"inputs", "Inputs", "输入"},
    {"outputs", "Outputs", "输出"},
    {"jobs", "Jobs", "作业"},
    {"status", "Status", "状态"},
    {"progress", "Progress (%)", "进度（%）"},
    {"styles", "Styles", "样式"},
    {"tilesets", "Tile sets", "瓦片集"},
    {"tileMatrixSets", "Tile matrix sets", "瓦片矩阵集"},
    {"type", "Type", "类型"},
    {"id", "Id", "标识"},
};

static const char *word(const page *p, const char *key) {
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i].key, key) == 0) return hs_in_language(p->call->chinese, words[i].en, words[i].zh);
    return key;
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

static hs_str text_of(const json_t *value) {
    return json_is_string(value) ? (hs_str){json_string_value(value), json_string_length(value)} : HS_STR("");
}

static bool contains(hs_str text, const char *part) {
    return memmem(text.data, text.size, part, strlen(part)) != NULL;
}

/* Whether an address is one of these documents, which all take a language. */
static bool takes_language(const page *p, hs_str href) {
    hs_str base = p->call->request->base_url;
    if (!hs_str_starts(href, base)) return false;
    hs_str path = {href.data + base.size, href.size - base.size};
    hs_str picture = HS_STR("/map");
    bool is_picture = path.size > picture.size &&
                      memcmp(path.data + path.size - picture.size, picture.data, picture.size) == 0;
    return hs_str_starts(path, HS_STR("/ogc")) && !contains(path, "lang=") && !is_picture;
}

/* The language that was chosen stays. */
static void write_href(const page *p, hs_str href) {
    escape(p->out, href);
    if (!p->keeps_language || !takes_language(p, href)) return;
    hs_buffer_printf(p->out, "%slang=%s", contains(href, "?") ? "&amp;" : "?",
                     hs_in_language(p->call->chinese, "en", "zh"));
}

static void write_anchor(const page *p, hs_str href, hs_str text) {
    hs_buffer_text(p->out, "<a href=\"");
    write_href(p, href);
    hs_buffer_text(p->out, "\">");
    escape(p->out, text);
    hs_buffer_text(p->out, "</a>");
}

static void write_value(const page *p, const json_t *value);

static void write_scalar(const page *p, const json_t *value) {
    if (json_is_string(value)) {
        hs_str text = text_of(value);
        bool link = hs_str_starts(text, HS_STR("http://")) || hs_str_starts(text, HS_STR("https://"));
        if (link)
            write_anchor(p, text, text);
        else
            escape(p->out, text);
        return;
    }
    if (!value || json_is_null(value)) return;
    char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
    if (text) escape(p->out, hs_str_of(text));
    free(text);
}

/* Links as a list: what is there by its title, and of which type. */
static void write_links(const page *p, const json_t *links) {
    hs_buffer_text(p->out, "<ul class=\"links\">");
    for (size_t i = 0; i < json_array_size(links); i++) {
        const json_t *link = json_array_get(links, i);
        hs_str title = hs_json_get_str(link, "title");
        hs_str type = hs_json_get_str(link, "type");
        hs_str rel = hs_json_get_str(link, "rel");
        const char *slash = memrchr(rel.data, '/', rel.size);
        if (slash) rel = (hs_str){slash + 1, (size_t)(rel.data + rel.size - slash) - 1};
        hs_buffer_text(p->out, "<li>");
        bool can_follow =
            !json_is_true(json_object_get(link, "templated")) && !hs_str_equal(rel, HS_STR("execute"));
        if (can_follow)
            write_anchor(p, hs_json_get_str(link, "href"), title.size ? title : rel);
        else
            escape(p->out, hs_json_get_str(link, "href"));
        hs_buffer_text(p->out, " <small>");
        escape(p->out, rel);
        hs_buffer_text(p->out, type.size ? " · " : "");
        escape(p->out, type);
        hs_buffer_text(p->out, "</small></li>\n");
    }
    hs_buffer_text(p->out, "</ul>");
}

static void write_object(const page *p, const json_t *object) {
    const char *key;
    json_t *member;
    hs_buffer_text(p->out, "<table>");
    json_object_foreach((json_t *)object, key, member) {
        hs_buffer_text(p->out, "<tr><th>");
        escape(p->out, hs_str_of(word(p, key)));
        hs_buffer_text(p->out, "</th><td>");
        if (strcmp(key, "links") == 0)
            write_links(p, member);
        else
            write_value(p, member);
        hs_buffer_text(p->out, "</td></tr>\n");
    }
    hs_buffer_text(p->out, "</table>");
}

/* A geometry's coordinates say nothing to a reader: its type does. */
static void write_feature_row(const page *p, const json_t *feature) {
    const char *key;
    json_t *member;
    const json_t *id = json_object_get(feature, "id");
    hs_buffer_text(p->out, "<tr><td>");
    const hs_request *request = p->call->request;
    if (json_is_integer(id)) {
        char *href = hs_arena_printf(p->call->arena, "%.*s%.*s/%lld", (int)request->base_url.size,
                                     request->base_url.data, (int)request->path.size, request->path.data,
                                     (long long)json_integer_value(id));
        char *text = hs_arena_printf(p->call->arena, "%lld", (long long)json_integer_value(id));
        write_anchor(p, hs_str_of(href), hs_str_of(text));
    } else {
        write_scalar(p, id);
    }
    hs_buffer_text(p->out, "</td><td>");
    write_scalar(p, json_object_get(json_object_get(feature, "geometry"), "type"));
    hs_buffer_text(p->out, "</td>");
    json_object_foreach(json_object_get(feature, "properties"), key, member) {
        hs_buffer_text(p->out, "<td>");
        write_value(p, member);
        hs_buffer_text(p->out, "</td>");
    }
    hs_buffer_text(p->out, "</tr>\n");
}

static void write_features(const page *p, const json_t *features) {
    const char *key;
    json_t *member;
    hs_buffer_printf(p->out, "<div class=\"wide\"><table class=\"features\"><tr><th>id</th><th>%s</th>",
                     word(p, "geometry"));
    json_object_foreach(json_object_get(json_array_get(features, 0), "properties"), key, member) {
        hs_buffer_text(p->out, "<th>");
        escape(p->out, hs_str_of(key));
        hs_buffer_text(p->out, "</th>");
    }
    hs_buffer_text(p->out, "</tr>\n");
    for (size_t i = 0; i < json_array_size(features); i++)
        write_feature_row(p, json_array_get(features, i));
    hs_buffer_text(p->out, "</table></div>");
}

static bool is_features(const json_t *value) {
    return hs_str_equal(hs_json_get_str(json_array_get(value, 0), "type"), HS_STR("Feature"));
}

static void write_list(const page *p, const json_t *list) {
    bool plain = json_array_size(list) <= 6;
    for (size_t i = 0; i < json_array_size(list); i++)
        plain = plain && json_is_number(json_array_get(list, i));
    hs_buffer_text(p->out, plain ? "" : "<ul>");
    for (size_t i = 0; i < json_array_size(list); i++) {
        hs_buffer_text(p->out, plain ? (i > 0 ? ", " : "") : "<li>");
        write_value(p, json_array_get(list, i));
        hs_buffer_text(p->out, plain ? "" : "</li>\n");
    }
    hs_buffer_text(p->out, plain ? "" : "</ul>");
}

static void write_value(const page *p, const json_t *value) {
    if (json_is_object(value)) {
        const json_t *coordinates = json_object_get(value, "coordinates");
        if (coordinates)
            write_scalar(p, json_object_get(value, "type"));
        else
            write_object(p, value);
    } else if (json_is_array(value)) {
        if (is_features(value))
            write_features(p, value);
        else
            write_list(p, value);
    } else {
        write_scalar(p, value);
    }
}

/* The way back: every part of the path above this one is a document too. */
static void write_trail(const page *p) {
    hs_str path = p->call->request->path;
    const char *home = hs_in_language(p->call->chinese, "Start", "首页");
    if (!hs_str_starts(path, HS_STR("/ogc"))) return;
    hs_buffer_text(p->out, "<nav class=\"trail\">");
    for (size_t at = 1; at <= path.size; at++) {
        if (at < path.size && path.data[at] != '/') continue;
        const char *begin = path.data + at;
        while (begin > path.data && begin[-1] != '/')
            begin--;
        hs_str name = {begin, (size_t)(path.data + at - begin)};
        char *href = hs_arena_printf(p->call->arena, "%.*s%.*s", (int)p->call->request->base_url.size,
                                     p->call->request->base_url.data, (int)at, path.data);
        if (name.size == 0) continue;
        hs_buffer_text(p->out, at > 4 ? " › " : "");
        write_anchor(p, hs_str_of(href), at <= 4 ? hs_str_of(home) : name);
    }
    hs_buffer_text(p->out, "</nav>");
}

/* The same page in the other language. */
static void write_language_switch(const page *p) {
    const hs_request *request = p->call->request;
    hs_buffer_text(p->out, "<a class=\"language\" href=\"");
    escape(p->out, request->base_url);
    escape(p->out, request->path);
    hs_buffer_printf(p->out, "?lang=%s", hs_in_language(p->call->chinese, "zh", "en"));
    hs_buffer query;
    hs_buffer_init(&query, 65536);
    static const char *const kept[] = {"limit",      "after",  "version",  "filter",     "crs", "filter-lang",
                                       "filter-crs", "sortby", "bbox-crs", "properties", NULL};
    hs_call_carry_query(p->call, kept, '&', &query);
    if (query.status == HS_OK) escape(p->out, (hs_str){query.data ? query.data : "", query.size});
    hs_buffer_done(&query);
    hs_buffer_printf(p->out, "\">%s</a>", hs_in_language(p->call->chinese, "中文", "English"));
}

/* Other forms of this document, and the pages before and behind it. */
static void write_ways(const page *p, const char *rel, const char *label) {
    const json_t *links = json_object_get(p->document, "links");
    for (size_t i = 0; i < json_array_size(links); i++) {
        const json_t *link = json_array_get(links, i);
        if (!hs_str_equal(hs_json_get_str(link, "rel"), hs_str_of(rel))) continue;
        hs_str title = hs_json_get_str(link, "title");
        hs_str type = hs_json_get_str(link, "type");
        hs_buffer_text(p->out, " ");
        write_anchor(p, hs_json_get_str(link, "href"),
                     label            ? hs_str_of(label)
                     : title.size > 0 ? title
                                      : type);
    }
}

static void write_map(const page *p) {
    const json_t *box = json_array_get(
        json_object_get(json_object_get(json_object_get(p->document, "extent"), "spatial"), "bbox"), 0);
    hs_str kind = hs_json_get_str(p->document, "type");
    bool features = hs_str_equal(kind, HS_STR("FeatureCollection")) || hs_str_equal(kind, HS_STR("Feature"));
    if (!features && !box) return;
    hs_buffer_text(p->out, "<div id=\"map\"");
    char *bounds = box ? json_dumps(box, JSON_COMPACT) : NULL;
    if (bounds) hs_buffer_printf(p->out, " data-bounds=\"%s\"", bounds);
    free(bounds);
    const json_t *links = json_object_get(p->document, "links");
    for (size_t i = 0; features && i < json_array_size(links); i++) {
        const json_t *link = json_array_get(links, i);
        if (!hs_str_equal(hs_json_get_str(link, "rel"), HS_STR("alternate")) ||
            !hs_str_equal(hs_json_get_str(link, "type"), HS_STR("application/geo+json")))
            continue;
        hs_buffer_text(p->out, " data-items=\"");
        escape(p->out, hs_json_get_str(link, "href"));
        hs_buffer_text(p->out, "\"");
        break;
    }
    hs_buffer_text(p->out, "></div>\n");
}

static void write_head(const page *p, const char *title) {
    hs_buffer *out = p->out;
    hs_buffer_printf(out, "<!doctype html>\n<html lang=\"%s\"><head><meta charset=\"utf-8\"><title>",
                     hs_in_language(p->call->chinese, "en", "zh"));
    escape(out, hs_str_of(title));
    hs_buffer_text(out, " · hotspotd</title>\n<meta name=\"viewport\" content=\"width=device-width\">"
                        "<link rel=\"icon\" href=\"/icon.svg\"><link rel=\"stylesheet\" "
                        "href=\"/vendor/maplibre-gl/dist/maplibre-gl.css\"><link rel=\"stylesheet\" "
                        "href=\"/ogc.css\"></head><body>\n<header>");
    write_trail(p);
    hs_buffer_text(out, "<nav class=\"forms\">");
    write_ways(p, "alternate", NULL);
    hs_buffer_text(out, " ");
    write_language_switch(p);
    hs_buffer_text(out, "</nav></header>\n<main>\n<h1>");
    escape(out, hs_str_of(title));
    hs_buffer_text(out, "</h1>\n");
}

static void write_body(const page *p) {
    write_map(p);
    hs_buffer_text(p->out, "<nav class=\"pages\">");
    write_ways(p, "first", hs_in_language(p->call->chinese, "« First page", "« 首页"));
    write_ways(p, "next", hs_in_language(p->call->chinese, "Next page ›", "下一页 ›"));
    hs_buffer_text(p->out, "</nav>\n");
    const json_t *features = json_object_get(p->document, "features");
    if (is_features(features)) {
        write_features(p, features);
        json_object_del(p->document, "features");
        json_object_del(p->document, "type");
    }
    write_value(p, p->document);
    hs_buffer_text(p->out, "\n</main>\n<script type=\"module\" src=\"/ogc.mjs\"></script>\n</body></html>\n");
}

void hs_call_page_headers(hs_call *call) {
    hs_response_header(call->response, "Content-Security-Policy", content_security);
    hs_response_header(call->response, "Content-Language", hs_in_language(call->chinese, "en", "zh"));
}

hs_status hs_call_finish(hs_call *call, const char *title_en, const char *title_zh) {
    hs_buffer *body = &call->response->body;
    if (!call->html || body->status != HS_OK) return HS_OK;
    json_t *value;
    hs_status status = hs_json_parse((hs_str){body->data, body->size}, call->error, &value);
    if (status != HS_OK) return status;
    hs_buffer_clear(body);
    page p = {
        .call = call, .out = body, .document = value, .keeps_language = hs_call_text(call, "lang").size > 0};
    write_head(&p, hs_in_language(call->chinese, title_en, title_zh));
    write_body(&p);
    json_decref(value);
    return HS_OK;
}
