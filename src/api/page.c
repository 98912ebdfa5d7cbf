/* The page, its modules and libraries, and the map styles: files that travel in the program. */
#include "api/endpoint.h"

#include "base/asset.h"
#include "base/hash.h"
#include "base/text.h"
#include <string.h>

static const char content_security[] =
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src "
    "'self'; "
    "worker-src 'self' blob:; child-src blob:; font-src 'self'; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'";

static const char *media_type(const char *name) {
    static const char *const types[][2] = {
        {".html", "text/html; charset=utf-8"},
        {".css", "text/css; charset=utf-8"},
        {".mjs", "text/javascript; charset=utf-8"},
        {".js", "text/javascript; charset=utf-8"},
        {".json", "application/json; charset=utf-8"},
        {".svg", "image/svg+xml"},
        {".png", "image/png"},
        {".woff2", "font/woff2"},
        {".txt", "text/plain; charset=utf-8"},
    };
    const char *dot = strrchr(name, '.');
    for (size_t i = 0; dot && i < sizeof types / sizeof *types; i++)
        if (strcmp(dot, types[i][0]) == 0) return types[i][1];
    return "application/octet-stream";
}

static hs_status serve_asset(hs_request *request, hs_response *response, const char *name) {
    hs_str content;
    if (!name || !hs_asset_find(name, &content))
        return hs_response_problem(response, 404, NULL, "there is no such file");
    response->content_type = media_type(name);
    response->compressible = strstr(response->content_type, "image/png") == NULL &&
                             strstr(response->content_type, "font/") == NULL;
    uint64_t etag = hs_hash_str(content, hs_hash_str(hs_str_of(name), 0));
    hs_str version;
    if (hs_request_query(request, "v", &version) && version.size > 0)
        response->cache_control = "public, max-age=31536000, immutable";
    if (strncmp(response->content_type, "text/html", 9) == 0)
        hs_response_header(response, "Content-Security-Policy", content_security);
    if (!hs_request_cached(request, response, etag ? etag : 1)) response->constant_body = content;
    return HS_OK;
}

hs_status hs_serve_page(hs_call *call) {
    return serve_asset(call->request, call->response, "web/index.html");
}

hs_status hs_serve_vendor(hs_call *call) {
    hs_str path = hs_request_param(call->request, "path");
    return serve_asset(call->request, call->response,
                       hs_arena_printf(call->arena, "web/vendor/%.*s", (int)path.size, path.data));
}

static hs_status serve_own(void *context, hs_request *request, hs_response *response, hs_error *error) {
    (void)error;
    return serve_asset(request, response, context);
}

/* Each of the page's own files is a route: `web/main.mjs` at /main.mjs. */
hs_status hs_add_asset_routes(hs_api *api, hs_router *router, hs_error *error) {
    (void)api;
    hs_status status = HS_OK;
    for (const hs_asset_entry *asset = hs_asset_table; asset->name && status == HS_OK; asset++) {
        if (strncmp(asset->name, "web/", 4) != 0 || strncmp(asset->name, "web/vendor/", 11) == 0) continue;
        status = hs_router_add(router, HS_GET, asset->name + 3, serve_own, (void *)asset->name, error);
    }
    return status;
}

/* What styles say that answers say otherwise: where the server is, and, for readers of English, labels that
 * have names in it. */
static const char placeholder[] = "{base_url}";
static const char own_label[] = "\"text-field\": [\"get\", \"name\"]";
static const char english_label[] =
    "\"text-field\": [\"coalesce\", [\"get\", \"name_en\"], [\"get\", \"name\"]]";

void hs_call_write_style(hs_call *call, hs_str style) {
    hs_buffer *body = &call->response->body;
    bool english = hs_str_equal(hs_call_text(call, "lang"), HS_STR("en"));
    const char *at = style.data; /* assets end with a NUL */
    for (const char *next = at; *next;) {
        bool url = strncmp(next, placeholder, sizeof placeholder - 1) == 0;
        bool label = english && strncmp(next, own_label, sizeof own_label - 1) == 0;
        if (!url && !label) {
            next++;
            continue;
        }
        hs_buffer_append(body, at, (size_t)(next - at));
        hs_buffer_str(body, url ? call->request->base_url : hs_str_of(english_label));
        at = next += (url ? sizeof placeholder : sizeof own_label) - 1;
    }
    hs_buffer_text(body, at);
}

hs_status hs_serve_style(hs_call *call) {
    hs_str id = hs_request_param(call->request, "id");
    hs_str ending = HS_STR(".json");
    if (id.size > ending.size && memcmp(id.data + id.size - ending.size, ending.data, ending.size) == 0)
        id.size -= ending.size;
    hs_str content;
    char *name = hs_arena_printf(call->arena, "styles/%.*s.json", (int)id.size, id.data);
    if (!name || hs_str_equal(id, HS_STR("ramps")) || !hs_asset_find(name, &content))
        return hs_response_problem(call->response, 404, NULL, "there are the styles light, dark and print");
    hs_str lang = hs_call_text(call, "lang");
    if (lang.size > 0 && !hs_str_equal(lang, HS_STR("zh")) && !hs_str_equal(lang, HS_STR("en")))
        return hs_error_set(call->error, HS_E_ARGUMENT, "lang: zh or en is expected");
    if (hs_call_begin(call, "application/json", HS_READS_PROGRAM)) return HS_OK;
    hs_call_write_style(call, content);
    return HS_OK;
}
