/* Content negotiation of the OGC resources (RFC 9110, 12.5). */
#include "api/representation.h"

#include "base/text.h"
#include <stdio.h>
#include <string.h>

/* A media type without its parameters: ranges in Accept have lost theirs too. */
static hs_str base_type(const char *media_type) {
    hs_str rest = hs_str_of(media_type);
    return hs_str_trim(hs_str_cut(&rest, ';'));
}

static unsigned quality(hs_call *call, const char *media_type) {
    hs_str type = base_type(media_type);
    const char *text = hs_arena_strndup(call->arena, type.data, type.size);
    return text ? hs_request_quality(call->request, text) : 0;
}

/* Any JSON is taken where plain JSON is asked for, and vector tiles by what they are made of. */
static unsigned quality_of(hs_call *call, const hs_representation *r) {
    unsigned own = quality(call, r->media_type);
    const char *alias = strcmp(r->f, "json") == 0  ? "application/json"
                        : strcmp(r->f, "mvt") == 0 ? "application/x-protobuf"
                                                   : r->media_type;
    unsigned other = quality(call, alias);
    return own > other ? own : other;
}

static void list_offered(const hs_representation *offered, hs_buffer *out) {
    for (const hs_representation *r = offered; r->f; r++) {
        hs_str type = base_type(r->media_type);
        hs_buffer_printf(out, "%s%.*s (f=%s)", r == offered ? "" : ", ", (int)type.size, type.data, r->f);
    }
    hs_buffer_byte(out, '\0');
}

static bool refuse(hs_call *call, unsigned status, const char *before, hs_str given,
                   const hs_representation *offered) {
    hs_buffer text;
    hs_buffer_init(&text, 8192);
    hs_buffer_printf(&text, "%s%.*s is not offered; there are ", before, (int)hs_utf8_cut(given, 100),
                     given.data);
    list_offered(offered, &text);
    hs_response_problem(call->response, status, NULL, text.status == HS_OK ? text.data : NULL);
    hs_buffer_done(&text);
    hs_response_header(call->response, "Vary", "Accept");
    return false;
}

static const hs_representation *by_name(hs_str f, const hs_representation *offered) {
    if (hs_str_equal(f, HS_STR("geojson"))) f = HS_STR("json");
    for (const hs_representation *r = offered; r->f; r++)
        if (hs_str_equal(f, hs_str_of(r->f))) return r;
    return NULL;
}

static const hs_representation *by_accept(hs_call *call, const hs_representation *offered) {
    const hs_representation *best = NULL;
    unsigned most = 0;
    for (const hs_representation *r = offered; r->f; r++) {
        unsigned wanted = quality_of(call, r);
        if (wanted <= most) continue;
        most = wanted;
        best = r;
    }
    return best;
}

bool hs_call_prefers_chinese(const hs_call *call) {
    hs_str list = hs_request_header(call->request, "Accept-Language");
    while (list.size > 0) {
        hs_str tag = hs_str_trim(hs_str_cut(&list, ','));
        if (hs_str_starts(tag, HS_STR("zh"))) return true;
        if (hs_str_starts(tag, HS_STR("en"))) return false;
    }
    hs_snapshot *snapshot = hs_service_snapshot(call->api->service);
    bool chinese = snapshot && strcmp(snapshot->info.lang, "zh") == 0;
    hs_snapshot_unref(snapshot);
    return chinese;
}

static bool choose_language(hs_call *call) {
    hs_str lang = hs_call_text(call, "lang");
    call->chinese = lang.size > 0 ? hs_str_equal(lang, HS_STR("zh")) : hs_call_prefers_chinese(call);
    if (lang.size == 0 || call->chinese || hs_str_equal(lang, HS_STR("en"))) return true;
    hs_response_problem(call->response, 400, NULL, "lang: zh or en is expected");
    return false;
}

bool hs_call_negotiate(hs_call *call, const hs_representation *offered) {
    hs_str f = hs_call_text(call, "f");
    call->as = f.size > 0 ? by_name(f, offered) : by_accept(call, offered);
    if (!call->as && f.size > 0) return refuse(call, 400, "f: ", f, offered);
    if (!call->as) return refuse(call, 406, "Accept: ", hs_request_header(call->request, "Accept"), offered);
    call->html = strcmp(call->as->f, "html") == 0;
    return choose_language(call);
}

bool hs_call_format(hs_call *call) {
    hs_representation *offered = hs_arena_array(call->arena, 3, sizeof *offered);
    if (!offered) {
        hs_response_problem(call->response, 503, NULL, "out of memory");
        return false;
    }
    offered[0] = (hs_representation){"json", call->endpoint->media_type, "JSON"};
    offered[1] = (hs_representation){"html", "text/html; charset=utf-8", "HTML"};
    return hs_call_negotiate(call, offered);
}

void hs_call_vary(hs_call *call) {
    hs_response_header(call->response, "Vary", call->html ? "Accept, Accept-Language" : "Accept");
    if (call->html) hs_call_page_headers(call);
}

bool hs_call_begin_format(hs_call *call, hs_reads reads) {
    hs_call_vary(call);
    return hs_call_begin(call, call->as->media_type, reads);
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

void hs_call_form_link(hs_call *call, const char *rel, const hs_representation *form, const char *path) {
    hs_str type = base_type(form->media_type);
    hs_call_link(call, rel, hs_arena_strndup(call->arena, type.data, type.size), form->title, path);
}

void hs_call_self_links(hs_call *call, const char *path) {
    const char *json = call->endpoint->media_type;
    const char *own = call->html ? "html" : "json";
    const char *other = call->html ? "json" : "html";
    hs_call_link(call, "self", call->html ? "text/html" : json, "This document 本文档",
                 hs_arena_printf(call->arena, "%s?f=%s", path, own));
    hs_call_link(call, "alternate", call->html ? json : "text/html", call->html ? "JSON" : "As a page 网页",
                 hs_arena_printf(call->arena, "%s?f=%s", path, other));
}
