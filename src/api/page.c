/* The page, its modules and libraries, and the map styles: files that travel in the program. */
#include "api/fonts.h"

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
        {".txt", "text/plain; charset=utf-8"},
    };
    const char *dot = strrchr(name, '.');
    for (size_t i = 0; dot && i < sizeof types / sizeof *types; i++)
        if (strcmp(dot, types[i][0]) == 0) return types[i][1];
    return "application/octet-stream";
}

/* `filled` is a hash of what the caller puts into the file. */
static hs_status serve_asset(hs_request *request, hs_response *response, const char *name, uint64_t filled) {
    hs_str content;
    if (!name || !hs_asset_find(name, &content))
        return hs_response_problem(response, 404, NULL, "there is no such file");
    response->content_type = media_type(name);
    response->compressible = strstr(response->content_type, "image/png") == NULL &&
                             strstr(response->content_type, "font/") == NULL;
    uint64_t etag = hs_hash_str(content, hs_hash_str(hs_str_of(name), filled));
    hs_str version;
    if (hs_request_query(request, "v", &version) && version.size > 0)
        response->cache_control = "public, max-age=31536000, immutable";
    if (strncmp(response->content_type, "text/html", 9) == 0)
        hs_response_header(response, "Content-Security-Policy", content_security);
    if (!hs_request_cached(request, response, etag ? etag : 1)) response->constant_body = content;
    return HS_OK;
}

/* The version of the files in the page's addresses, by which browsers keep them. */
static const char *assets_version(const hs_call *call) {
    return hs_arena_printf(call->arena, "%016llx", (unsigned long long)call->api->assets_hash);
}

static void append_filled(hs_buffer *out, hs_str text, const char *placeholder, hs_str value) {
    const char *at = text.data;
    const char *found;
    while ((found = strstr(at, placeholder))) { /* assets end with a NUL */
        hs_buffer_append(out, at, (size_t)(found - at));
        hs_buffer_str(out, value);
        at = found + strlen(placeholder);
    }
    hs_buffer_text(out, at);
}

/* Its files stand below an address that names their version, so that they may be kept for ever. */
hs_status hs_serve_page(hs_call *call) {
    hs_str content;
    const char *version = assets_version(call);
    if (!version) return hs_error_memory(call->error, "the page");
    hs_status status = serve_asset(call->request, call->response, "web/index.html", call->api->assets_hash);
    if (!hs_asset_find("web/index.html", &content) || call->response->constant_body.size == 0) return status;
    call->response->constant_body = (hs_str){NULL, 0};
    append_filled(&call->response->body, content, "{version}", hs_str_of(version));
    return status;
}

hs_status hs_serve_versioned(hs_call *call) {
    hs_str path = hs_request_param(call->request, "path");
    const char *version = assets_version(call);
    hs_status status = serve_asset(call->request, call->response,
                                   hs_arena_printf(call->arena, "web/%.*s", (int)path.size, path.data), 0);
    if (version && call->response->etag &&
        hs_str_equal(hs_request_param(call->request, "version"), hs_str_of(version)))
        call->response->cache_control = "public, max-age=31536000, immutable";
    return status;
}

hs_status hs_serve_vendor(hs_call *call) {
    hs_str path = hs_request_param(call->request, "path");
    return serve_asset(call->request, call->response,
                       hs_arena_printf(call->arena, "web/vendor/%.*s", (int)path.size, path.data), 0);
}

static hs_status serve_own(void *context, hs_request *request, hs_response *response, hs_error *error) {
    (void)error;
    return serve_asset(request, response, context, 0);
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

/* What styles say that answers say otherwise: where the server is, its fonts and, for readers of English,
 * labels that have names in it. */
static const char base_url[] = "{base_url}", font_faces[] = "\"{font_faces}\"";
static const char own_label[] = "\"text-field\": [\"get\", \"name\"]";
static const char english_label[] =
    "\"text-field\": [\"coalesce\", [\"get\", \"name_en\"], [\"get\", \"name\"]]";

/* Which of them `text` goes on with; NULL: none. */
static const char *place_at(const char *text, bool english) {
    const char *const places[] = {base_url, font_faces, english ? own_label : NULL};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (places[i] && strncmp(text, places[i], strlen(places[i])) == 0) return places[i];
    return NULL;
}

hs_status hs_call_write_style(hs_call *call, hs_str style) {
    hs_buffer *out = &call->response->body;
    bool english = hs_str_equal(hs_call_text(call, "lang"), HS_STR("en"));
    hs_status status = HS_OK;
    const char *from = style.data; /* assets end with a NUL */
    for (const char *at = from; *at && status == HS_OK;) {
        const char *place = place_at(at, english);
        if (!place) {
            at++;
            continue;
        }
        hs_buffer_append(out, from, (size_t)(at - from));
        if (place == font_faces)
            status = hs_call_write_font_faces(call, out);
        else
            hs_buffer_str(out, place == base_url ? call->request->base_url : hs_str_of(english_label));
        from = at += strlen(place);
    }
    hs_buffer_text(out, from);
    return status;
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
    call->snapshot = hs_service_snapshot(call->api->service);
    if (hs_call_begin(call, "application/json", HS_READS_GEOGRAPHY)) return HS_OK;
    return hs_call_write_style(call, content);
}
