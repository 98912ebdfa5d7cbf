#include "api/open311.h"

#include "base/hash.h"
#include "base/text.h"
#include <string.h>

static bool ends_with(const char *path, const char *ending) {
    size_t size = strlen(path), tail = strlen(ending);
    return size > tail && strcmp(path + size - tail, ending) == 0;
}

static bool wants_xml(hs_call *call) {
    if (ends_with(call->endpoint->path, ".xml")) return true;
    if (ends_with(call->endpoint->path, ".json")) return false;
    hs_response_header(call->response, "Vary", "Accept");
    unsigned text = hs_request_quality(call->request, "text/xml");
    unsigned plain = hs_request_quality(call->request, "application/xml");
    return hs_request_quality(call->request, "application/json") <= (text > plain ? text : plain);
}

static const char *media_type(const hs_open311 *o) {
    return o->xml ? "text/xml; charset=utf-8" : "application/json; charset=utf-8";
}

const char *hs_open311_say(const hs_open311 *o, const char *en, const char *zh) {
    return o->chinese ? zh : en;
}

hs_str hs_open311_name(const hs_open311 *o, hs_str en, hs_str zh) {
    hs_str first = o->chinese ? zh : en;
    return first.size > 0 ? first : o->chinese ? en : zh;
}

hs_status hs_open311_refuse(hs_open311 *o, unsigned status, const char *en, const char *zh) {
    hs_response *response = o->call->response;
    hs_response_problem(response, status, NULL, NULL);
    hs_buffer_clear(&response->body);
    response->content_type = media_type(o);
    hs_spark_init(&o->out, &response->body, o->xml);
    hs_spark_list(&o->out, "errors");
    hs_spark_item(&o->out, "error");
    hs_spark_int(&o->out, "code", response->status);
    hs_spark_text(&o->out, "description", hs_str_of(hs_open311_say(o, en, zh)));
    hs_spark_end(&o->out);
    hs_spark_end(&o->out);
    return HS_OK;
}

hs_status hs_open311_fail(hs_open311 *o, hs_status status, const char *en, const char *zh) {
    return hs_error_set(o->call->error, status, "%s", hs_open311_say(o, en, zh));
}

/* What a handler ended with. What failed inside is for the log, not for whoever asks. */
static hs_status refuse_failure(hs_open311 *o, hs_status status) {
    const char *message = o->call->error->message;
    switch (status) {
    case HS_E_ARGUMENT:
    case HS_E_INPUT:
    case HS_E_UNSUPPORTED:
        return hs_open311_refuse(o, 400, message, message);
    case HS_E_NOT_FOUND:
        return hs_open311_refuse(o, 404, message, message);
    default:
        hs_log_write(o->call->api->log, HS_LOG_ERROR, "failure", "error=\"%s: %s\"",
                     hs_status_describe(status), message);
        return hs_open311_refuse(o, 500, "the server failed; try again", "服务器出错，请稍后再试");
    }
}

static hs_status refuse_loading(hs_open311 *o) {
    hs_open311_refuse(o, 503, "the city is being loaded; try again in a few seconds",
                      "城市数据正在载入，请几秒后再试");
    hs_response_header(o->call->response, "Retry-After", "2");
    return HS_OK;
}

bool hs_open311_choose_language(hs_open311 *o, hs_str lang) {
    bool english = hs_str_equal(lang, HS_STR("en"));
    if (lang.size == 0) return true;
    if (english || hs_str_equal(lang, HS_STR("zh"))) {
        o->chinese = !english;
        return true;
    }
    hs_open311_refuse(o, 400, "lang: zh or en is expected", "lang：应为 zh 或 en");
    return false;
}

hs_status hs_open311_run(hs_call *call, hs_open311_handler handler) {
    hs_open311 o = {.call = call, .xml = wants_xml(call)};
    call->snapshot = hs_service_snapshot(call->api->service);
    o.chinese = call->snapshot && strcmp(call->snapshot->info.lang, "zh") == 0;
    if (!hs_open311_choose_language(&o, hs_call_text(call, "lang"))) return HS_OK;
    if (!call->snapshot) return refuse_loading(&o);
    if (!hs_open311_check_jurisdiction(&o, hs_call_text(call, "jurisdiction_id"))) return HS_OK;
    call->response->content_type = media_type(&o);
    hs_spark_init(&o.out, &call->response->body, o.xml);
    hs_status status = handler(&o);
    return status == HS_OK ? HS_OK : refuse_failure(&o, status);
}

bool hs_open311_check_jurisdiction(hs_open311 *o, hs_str jurisdiction) {
    hs_str own = o->call->api->jurisdiction;
    if (jurisdiction.size == 0 || own.size == 0 || hs_str_equal_nocase(jurisdiction, own)) return true;
    const char *en = hs_arena_printf(o->call->arena, "jurisdiction_id was not found; this server is of %.*s",
                                     (int)own.size, own.data);
    const char *zh =
        hs_arena_printf(o->call->arena, "没有此 jurisdiction_id；本服务属于 %.*s", (int)own.size, own.data);
    hs_open311_refuse(o, 404, en, zh);
    return false;
}

bool hs_open311_check_key(hs_open311 *o, hs_str key, hs_role role, hs_user *user) {
    hs_call *call = o->call;
    hs_status status = hs_service_find_user(call->api->service, key, call->arena, call->error, user);
    if (status == HS_OK && user->role >= role) return true;
    if (status == HS_OK)
        hs_open311_refuse(o, 403, "the role of this api_key does not allow this",
                          "此 api_key 的角色无此权限");
    else if (status == HS_E_DENIED)
        hs_open311_refuse(o, 403, "this api_key is nobody's, or was revoked", "此 api_key 无效或已撤销");
    else
        refuse_failure(o, status);
    return false;
}

bool hs_open311_check_reading(hs_open311 *o) {
    hs_user user;
    hs_str key = hs_call_text(o->call, "api_key");
    if (hs_call_sees_incidents(o->call)) return true;
    if (key.size == 0) key = hs_call_token(o->call);
    if (key.size == 0) {
        hs_open311_refuse(o, 403, "single requests are not public on this server; an api_key opens them",
                          "本服务器不公开单个诉求，需要 api_key");
        return false;
    }
    if (!hs_open311_check_key(o, key, HS_ROLE_VIEWER, &user)) return false;
    o->by_key = true;
    if (user.unit.size == 0) return true;
    hs_open311_refuse(o, 403, "this api_key is for one unit; requests are of the whole city",
                      "此 api_key 限于一个单元，不能读取全市诉求");
    return false;
}

bool hs_open311_begin(hs_open311 *o, uint64_t version) {
    uint64_t parts[] = {version, o->xml, o->chinese, o->call->snapshot->taxonomy_version};
    bool done = hs_call_begin_version(o->call, media_type(o), hs_hash(parts, sizeof parts, 0));
    if (o->by_key) o->call->response->cache_control = "private, no-cache";
    return done;
}

static void write_endpoint(hs_open311 *o, hs_str changeset) {
    const hs_call *call = o->call;
    hs_str base = call->request->base_url;
    const char *url = hs_arena_printf(call->arena, "%.*s/open311/v2", (int)base.size, base.data);
    hs_spark_item(&o->out, "endpoint");
    hs_spark_text(&o->out, "specification", HS_STR("http://wiki.open311.org/GeoReport_v2"));
    hs_spark_text(&o->out, "url", hs_str_of(url));
    hs_spark_text(&o->out, "changeset", changeset);
    hs_spark_text(&o->out, "type", call->snapshot->info.synthetic ? HS_STR("test") : HS_STR("production"));
    hs_spark_list(&o->out, "formats");
    hs_spark_text(&o->out, "format", HS_STR("text/xml"));
    hs_spark_text(&o->out, "format", HS_STR("application/json"));
    hs_spark_end(&o->out);
    hs_spark_end(&o->out);
}

static const char *key_service(const hs_open311 *o) {
    if (o->call->api->read_only)
        return hs_open311_say(o, "This server only reads: no request is taken.",
                              "本服务器只读，不接受上报。");
    if (o->call->api->residents)
        return hs_open311_say(o, "No key is needed, up to a number of requests an hour; more with a key.",
                              "每小时一定数量内无需密钥，更多需要密钥。");
    return hs_open311_say(o, "The city's keeper gives keys, with the role reporter.",
                          "密钥由城市管理员发放，角色为 reporter。");
}

/* Grows with every change of the classes. */
static hs_str changeset(const hs_call *call) {
    return hs_str_of(hs_arena_printf(call->arena, "%010llu-" HS_VERSION,
                                     (unsigned long long)call->snapshot->taxonomy_version));
}

static hs_status serve_discovery(hs_open311 *o) {
    const hs_call *call = o->call;
    if (hs_open311_begin(o, 0)) return HS_OK;
    hs_str contact = call->api->contact;
    if (contact.size == 0)
        contact = hs_str_of(hs_open311_say(o, "The keeper of this server has named nobody to ask.",
                                           "本服务器管理员未留联系方式。"));
    hs_spark_item(&o->out, "discovery");
    hs_spark_text(&o->out, "changeset", changeset(call));
    hs_spark_text(&o->out, "contact", contact);
    hs_spark_text(&o->out, "key_service", hs_str_of(key_service(o)));
    hs_spark_list(&o->out, "endpoints");
    write_endpoint(o, changeset(call));
    hs_spark_end(&o->out);
    hs_spark_end(&o->out);
    return HS_OK;
}

static hs_status serve_nothing(hs_open311 *o) {
    return hs_open311_refuse(o, 404,
                             "there is nothing at this path; discovery, services, requests and tokens are",
                             "此路径不存在；可用 discovery、services、requests 与 tokens");
}

hs_status hs_open311_discovery(hs_call *call) {
    return hs_open311_run(call, serve_discovery);
}

hs_status hs_open311_nothing(hs_call *call) {
    return hs_open311_run(call, serve_nothing);
}
