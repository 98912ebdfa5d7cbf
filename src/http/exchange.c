/* From a complete request to its handler and back. */
#include "base/progress.h"
#include "http/server_private.h"

#include "base/hash.h"
#include "base/text.h"
#include "http/headers.h"
#include "http/percent.h"
#include <string.h>

static const char *const method_names[HS_METHOD_COUNT] = {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};

static bool find_method(const char *name, hs_method *method) {
    if (strcmp(name, "HEAD") == 0) name = "GET";
    for (int i = 0; i < HS_METHOD_COUNT; i++) {
        if (strcmp(name, method_names[i]) != 0) continue;
        *method = (hs_method)i;
        return true;
    }
    return false;
}

/* The path and the query of a request's target, in origin or absolute form; false for any other form. */
static bool split_target(hs_str target, hs_str *path, hs_str *query) {
    if (hs_str_starts(target, HS_STR("http://")) || hs_str_starts(target, HS_STR("https://"))) {
        const char *authority = (const char *)memchr(target.data, '/', target.size) + 2;
        size_t left = target.size - (size_t)(authority - target.data);
        const char *slash = left ? memchr(authority, '/', left) : NULL;
        target = slash ? (hs_str){slash, left - (size_t)(slash - authority)} : HS_STR("/");
    }
    if (target.size == 0 || target.data[0] != '/') return false;
    *path = hs_str_cut(&target, '?');
    *query = target;
    return true;
}

static hs_str base_url(hs_exchange *exchange) {
    const hs_server *server = exchange->server;
    if (server->public_url) return hs_str_of(server->public_url);
    hs_str host = hs_request_header(&exchange->request, "Host");
    if (host.size == 0) host = hs_str_of(server->authority);
    const hs_str scheme = HS_STR("http://");
    char *url = hs_arena_alloc(exchange->arena, scheme.size + host.size + 1);
    if (!url) return HS_STR("");
    memcpy(url, scheme.data, scheme.size);
    memcpy(url + scheme.size, host.data, host.size);
    url[scheme.size + host.size] = '\0';
    return (hs_str){url, scheme.size + host.size};
}

static const char *allowed_methods(hs_exchange *exchange, unsigned methods) {
    const char *text = "OPTIONS";
    for (int i = HS_METHOD_COUNT - 2; i >= 0 && text; i--) {
        if (!(methods & 1u << i)) continue;
        text =
            hs_arena_printf(exchange->arena, "%s%s, %s", method_names[i], i == HS_GET ? ", HEAD" : "", text);
    }
    return text;
}

/* Answers OPTIONS, CORS preflights included: reading is open to every origin, writing to none. */
static void answer_options(hs_response *response, const char *allow) {
    response->status = 204;
    response->cache_control = "public, max-age=86400";
    hs_response_header(response, "Allow", allow);
    hs_response_header(response, "Access-Control-Allow-Origin", "*");
    hs_response_header(response, "Access-Control-Allow-Methods", "GET, HEAD, OPTIONS");
    hs_response_header(response, "Access-Control-Allow-Headers", "Accept, Accept-Language, If-None-Match");
    hs_response_header(response, "Access-Control-Max-Age", "86400");
}

static hs_status run_handler(hs_exchange *exchange, const hs_route_match *match, hs_str path, hs_str query,
                             hs_response *response, hs_error *error) {
    hs_request *request = &exchange->request;
    hs_status status = hs_percent_decode(path, false, exchange->arena, error, &request->path);
    if (status == HS_OK)
        status = hs_query_parse(query, exchange->arena, error, &request->query, &request->query_count);
    if (status != HS_OK) return status;
    request->base_url = base_url(exchange);
    request->body = (hs_str){exchange->body.data, exchange->body.size};
    memcpy(request->params, match->params, sizeof request->params);
    request->param_count = match->param_count;
    return match->handler(match->context, request, response, error);
}

static hs_status respond(hs_exchange *exchange, hs_response *response, hs_error *error) {
    hs_method method;
    if (!find_method(exchange->method, &method))
        return hs_response_problem(response, 501, NULL, "this method is not known here");
    exchange->request.method = method;
    if (method == HS_OPTIONS && hs_str_equal(exchange->target, HS_STR("*"))) {
        answer_options(response, "GET, HEAD, OPTIONS");
        return HS_OK;
    }
    hs_str path, query;
    if (!split_target(exchange->target, &path, &query))
        return hs_response_problem(response, 400, NULL, "the request target is no path");
    hs_route_match match;
    hs_status status =
        hs_router_match(exchange->server->router, method, path, exchange->arena, error, &match);
    if (status != HS_OK) return status;
    if (match.handler) return run_handler(exchange, &match, path, query, response, error);
    if (match.methods == 0) return hs_response_problem(response, 404, NULL, "there is nothing at this path");
    const char *allow = allowed_methods(exchange, match.methods);
    if (method == HS_OPTIONS) {
        answer_options(response, allow);
        return HS_OK;
    }
    hs_response_problem(response, 405, NULL, "this path does not take this method; see Allow");
    hs_response_header(response, "Allow", allow);
    return HS_OK;
}

static bool asks(const hs_exchange *exchange) {
    return exchange->deferral == HS_DEFER_ASKED || exchange->deferral == HS_WAIT_ASKED ||
           exchange->deferral == HS_UPLOAD_ASKED;
}

bool hs_exchange_takes_upload(hs_exchange *exchange) {
    hs_method method;
    hs_str path, query;
    hs_route_match match;
    return find_method(exchange->method, &method) && method != HS_GET && !exchange->uri_too_long &&
           split_target(exchange->target, &path, &query) &&
           hs_router_match(exchange->server->router, method, path, exchange->arena, NULL, &match) == HS_OK &&
           match.takes_upload;
}

void hs_exchange_fill(hs_exchange *exchange, hs_response *response) {
    hs_error error = {0};
    hs_buffer_init(&response->body, exchange->server->max_arena);
    hs_status status = respond(exchange, response, &error);
    if (status == HS_OK || asks(exchange)) return;
    if (error.status == HS_OK) error.status = status;
    hs_response_error(response, &error);
    if (response->status >= 500)
        hs_log_write(exchange->server->log, HS_LOG_ERROR, "failure", "status=%u error=\"%s: %s\"",
                     response->status, hs_status_describe(error.status), error.message);
}

static void drop_response(hs_response *response) {
    hs_buffer_done(&response->body);
    hs_cache_release(response->cached);
}

enum MHD_Result hs_exchange_answer(hs_exchange *exchange) {
    if (exchange->deferral == HS_DEFER_DONE) return hs_exchange_queue(exchange);
    hs_response response = {0};
    hs_exchange_fill(exchange, &response);
    if (exchange->deferral != HS_DEFER_ASKED && exchange->deferral != HS_WAIT_ASKED)
        return hs_exchange_send(exchange, &response);
    drop_response(&response);
    return exchange->deferral == HS_WAIT_ASKED ? hs_exchange_wait(exchange) : hs_exchange_defer(exchange);
}

void hs_exchange_work(hs_exchange *exchange) {
    hs_response response = {0};
    hs_exchange_fill(exchange, &response);
    hs_exchange_make(exchange, &response);
}

enum MHD_Result hs_exchange_refuse(hs_exchange *exchange, unsigned status, const char *reason) {
    hs_response response = {0};
    hs_buffer_init(&response.body, exchange->server->max_arena);
    hs_response_problem(&response, status, NULL, reason);
    exchange->close = true;
    return hs_exchange_send(exchange, &response);
}

static uint64_t cache_key(const hs_exchange *exchange) {
    hs_str encoding = hs_exchange_list_header(exchange, "Accept-Encoding");
    bool gzip = hs_accept_encoding_quality(encoding, HS_STR("gzip")) > 0;
    uint64_t key = hs_hash_str(exchange->target, gzip ? 1 : 0);
    /* What a body says of its own address depends on it too. */
    return hs_hash_str(exchange->request.base_url, key);
}

static bool answer_from_cache(hs_exchange *exchange, hs_response *response, hs_cache_entry *entry) {
    response->cached = entry;
    atomic_fetch_add(&exchange->server->metrics.cache_hits, 1);
    return true;
}

bool hs_request_cached(hs_request *request, hs_response *response, uint64_t etag) {
    response->etag = etag;
    if (hs_request_is_fresh(request, etag)) return true;
    hs_exchange *exchange = request->connection;
    if (!exchange || request->method != HS_GET || exchange->making || response->cached) return false;
    bool filled = false;
    hs_cache_entry *entry = hs_cache_get(exchange->server->cache, cache_key(exchange), etag, &filled);
    if (filled) return answer_from_cache(exchange, response, entry);
    exchange->making = entry;
    if (entry) atomic_fetch_add(&exchange->server->metrics.cache_misses, 1);
    return false;
}

bool hs_request_upload(hs_request *request) {
    hs_exchange *exchange = request->connection;
    if (!exchange || !exchange->takes_upload || request->upload) return false;
    exchange->deferral = HS_UPLOAD_ASKED;
    return true;
}

bool hs_request_upload_raw(hs_request *request) {
    if (!hs_request_upload(request)) return false;
    hs_exchange *exchange = request->connection;
    exchange->raw_upload = true;
    return true;
}

void hs_request_take_upload(hs_request *request) {
    hs_exchange *exchange = request->connection;
    hs_upload_reader_release(exchange->upload);
}

bool hs_request_defer(hs_request *request) {
    hs_exchange *exchange = request->connection;
    if (!exchange || exchange->deferral == HS_DEFERRED) return false;
    exchange->deferral = HS_DEFER_ASKED;
    return true;
}

bool hs_request_is_gone(const hs_request *request) {
    const hs_exchange *exchange = request->connection;
    if (request->progress.tell) return !hs_progress_ask(&request->progress);
    return exchange && hs_client_is_gone(exchange->client);
}

bool hs_request_cached_or_defer(hs_request *request, hs_response *response, uint64_t etag) {
    hs_exchange *exchange = request->connection;
    if (!exchange || exchange->deferral == HS_DEFERRED) return hs_request_cached(request, response, etag);
    response->etag = etag;
    if (hs_request_is_fresh(request, etag)) return true;
    hs_cache_entry *entry =
        request->method == HS_GET ? hs_cache_peek(exchange->server->cache, cache_key(exchange), etag) : NULL;
    return entry ? answer_from_cache(exchange, response, entry) : hs_request_defer(request);
}
