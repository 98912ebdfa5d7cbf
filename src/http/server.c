#include "http/server_private.h"

#include "base/clock.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "http/listen.h"
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define DEFAULT_MAX_BODY        ((size_t)1 << 20)
#define DEFAULT_MAX_UPLOAD      (UINT64_C(4) << 30)
#define DEFAULT_UPLOAD_MS       1800000u
#define DEFAULT_MAX_ARENA       ((size_t)256 << 20)
#define DEFAULT_MAX_CACHE       ((size_t)64 << 20)
#define DEFAULT_MAX_CONNECTIONS 1024u
#define DEFAULT_HEADER_MS       15000u
#define DEFAULT_BODY_MS         120000u
#define DEFAULT_IDLE_MS         60000u
/* Room of a connection for its request's header. */
#define CONNECTION_MEMORY ((size_t)32 << 10)
/* For answers that were made only when the grace was over. */
#define LAST_ANSWERS_MS 1000u
#define METHOD_MOST     ((size_t)32)
/* Of an arena that waits for its next request. */
#define ARENA_BYTES_KEPT ((size_t)2 << 20)

static hs_arena *take_arena(hs_server *server) {
    hs_arena *kept = NULL;
    pthread_mutex_lock(&server->arenas_lock);
    if (server->arena_count > 0) kept = server->arenas[--server->arena_count];
    pthread_mutex_unlock(&server->arenas_lock);
    return kept ? kept : hs_arena_new(server->max_arena);
}

static void give_arena(hs_server *server, hs_arena *arena) {
    hs_arena_recycle(arena, ARENA_BYTES_KEPT);
    pthread_mutex_lock(&server->arenas_lock);
    if (server->arena_count < HS_ARENAS_KEPT) {
        server->arenas[server->arena_count++] = arena;
        arena = NULL;
    }
    pthread_mutex_unlock(&server->arenas_lock);
    hs_arena_free(arena);
}

/* The first that libmicrohttpd tells of a request; gives the request its memory. NULL is answered later. */
static void *request_begins(void *context, const char *uri, struct MHD_Connection *connection) {
    hs_server *server = context;
    hs_client *client = hs_client_of(connection);
    hs_arena *arena = take_arena(server);
    hs_exchange *exchange = arena ? hs_arena_array(arena, 1, sizeof *exchange) : NULL;
    if (!exchange) {
        hs_arena_free(arena);
        return NULL;
    }
    exchange->server = server;
    exchange->arena = arena;
    exchange->client = client;
    exchange->request.arena = arena;
    exchange->request.connection = exchange;
    hs_buffer_init(&exchange->body, server->max_body);
    size_t size = strlen(uri);
    exchange->uri_too_long = size > HS_URI_LIMIT;
    exchange->target = hs_arena_str(arena, (hs_str){uri, exchange->uri_too_long ? HS_URI_LIMIT : size});
    return exchange;
}

static enum MHD_Result answer_without_memory(struct MHD_Connection *connection) {
    static const char text[] = "{\"title\":\"Service unavailable\",\"status\":503}";
    struct MHD_Response *made =
        MHD_create_response_from_buffer(sizeof text - 1, (void *)text, MHD_RESPMEM_PERSISTENT);
    if (!made) return MHD_NO;
    MHD_add_response_header(made, MHD_HTTP_HEADER_CONTENT_TYPE, "application/problem+json");
    enum MHD_Result result = MHD_queue_response(connection, 503, made);
    MHD_destroy_response(made);
    return result;
}

static enum MHD_Result header_complete(hs_exchange *exchange, struct MHD_Connection *connection,
                                       const char *method, const char *version) {
    hs_server *server = exchange->server;
    exchange->connection = connection;
    exchange->method = hs_arena_strndup(exchange->arena, method, strnlen(method, METHOD_MOST));
    exchange->start_ms = hs_clock_monotonic_ms();
    atomic_fetch_add(&server->metrics.in_flight, 1);
    if (!exchange->method || !exchange->target.data) return answer_without_memory(connection);
    exchange->takes_upload = hs_exchange_takes_upload(exchange);
    hs_client_allow(exchange->client, exchange->start_ms,
                    exchange->takes_upload ? server->upload_ms : server->body_ms);
    const char *reason = NULL;
    unsigned status = hs_guard_check(exchange, version, &reason);
    if (status) return hs_exchange_refuse(exchange, status, reason);
    return exchange->takes_upload ? hs_exchange_admit(exchange) : MHD_YES;
}

/* Called once when the header is there, once for each piece of the body, once when all is there. */
static enum MHD_Result request_goes_on(void *context, struct MHD_Connection *connection, const char *url,
                                       const char *method, const char *version, const char *upload_data,
                                       size_t *upload_size, void **request) {
    (void)context;
    (void)url;
    hs_exchange *exchange = *request;
    if (!exchange) return answer_without_memory(connection);
    if (!exchange->connection) return header_complete(exchange, connection, method, version);
    if (*upload_size > 0) {
        hs_exchange_take_body(exchange, upload_data, *upload_size);
        *upload_size = 0;
        return MHD_YES;
    }
    hs_client_allow(exchange->client, 0, 0);
    enum MHD_Result result;
    return hs_exchange_refuse_body(exchange, &result) ? result : hs_exchange_answer(exchange);
}

/* Secrets, and what tells who somebody is (the names that Open311 gives them). */
static bool is_secret(hs_str name) {
    static const char *const names[] = {"api_key",      "apikey",     "key",        "token",
                                        "access_token", "password",   "email",      "phone",
                                        "device_id",    "account_id", "first_name", "last_name"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (hs_str_equal_nocase(name, hs_str_of(names[i]))) return true;
    return false;
}

static char *put(char *at, hs_str text) {
    if (text.size > 0) memcpy(at, text.data, text.size);
    return at + text.size;
}

/* The target as it may be logged, no longer than it is: values of secret and personal parameters are left
 * out. */
static char *put_target(char *at, hs_str rest) {
    if (!rest.data) return at;
    if (!memchr(rest.data, '?', rest.size)) return put(at, rest);
    at = put(at, hs_str_cut(&rest, '?'));
    char separator = '?';
    while (rest.size > 0) {
        hs_str value = hs_str_cut(&rest, '&');
        hs_str name = hs_str_cut(&value, '=');
        *at++ = separator;
        at = put(at, name);
        if (value.size > 0) *at++ = '=';
        if (value.size > 0 && !is_secret(name)) at = put(at, value);
        separator = '&';
    }
    return at;
}

/* Put together by hand: formats cost as much as all else of an answer from the cache. */
static void log_request(const hs_exchange *exchange, double duration_ms, bool whole) {
    char words[HS_URI_LIMIT + METHOD_MOST + 256];
    uint64_t tenths = (uint64_t)(duration_ms * 10 + 0.5);
    char *at = put(words, HS_STR("method="));
    at = put(at, hs_str_of(exchange->method ? exchange->method : "?"));
    at = put_target(put(at, HS_STR(" path=")), exchange->target);
    at = hs_json_put_int(put(at, HS_STR(" status=")), exchange->status);
    at = hs_json_put_int(put(at, HS_STR(" bytes=")), (int64_t)exchange->bytes);
    at = hs_json_put_fixed(put(at, HS_STR(" ms=")), (int64_t)tenths, 1);
    if (tenths % 10 == 0) at = put(at, HS_STR(".0"));
    if (!whole) at = put(at, HS_STR(" aborted=1"));
    hs_log_words(exchange->server->log, HS_LOG_INFO, "request", (hs_str){words, (size_t)(at - words)});
}

static void request_ends(void *context, struct MHD_Connection *connection, void **request,
                         enum MHD_RequestTerminationCode code) {
    (void)connection;
    hs_server *server = context;
    hs_exchange *exchange = *request;
    if (!exchange) return;
    *request = NULL;
    if (exchange->making) hs_cache_abandon(server->cache, exchange->making);
    if (exchange->made && !exchange->held) MHD_destroy_response(exchange->made);
    hs_cache_release(exchange->held);
    double now_ms = hs_clock_monotonic_ms();
    if (exchange->connection) {
        double duration_ms = now_ms - exchange->start_ms;
        if (exchange->status)
            hs_http_metrics_count(&server->metrics, exchange->status, exchange->bytes, duration_ms);
        if (server->log) log_request(exchange, duration_ms, code == MHD_REQUEST_TERMINATED_COMPLETED_OK);
        atomic_fetch_sub(&server->metrics.in_flight, 1);
    }
    hs_client_allow(exchange->client, now_ms, server->idle_ms);
    hs_buffer_done(&exchange->body);
    hs_upload_reader_free(exchange->upload);
    give_arena(server, exchange->arena);
}

static unsigned or_default(unsigned value, unsigned fallback) {
    return value ? value : fallback;
}

static void take_options(hs_server *server, const hs_server_options *options) {
    server->log = options->log;
    server->abandon = options->abandon;
    server->abandon_context = options->abandon_context;
    server->max_body = options->max_body ? options->max_body : DEFAULT_MAX_BODY;
    server->max_arena = options->max_arena ? options->max_arena : DEFAULT_MAX_ARENA;
    server->max_upload = options->max_upload ? options->max_upload : DEFAULT_MAX_UPLOAD;
    server->upload_ms = or_default(options->upload_ms, DEFAULT_UPLOAD_MS);
    server->header_ms = or_default(options->header_ms, DEFAULT_HEADER_MS);
    server->body_ms = or_default(options->body_ms, DEFAULT_BODY_MS);
    server->idle_ms = or_default(options->idle_ms, DEFAULT_IDLE_MS);
    server->raw_lines_checked = strncmp(MHD_get_version(), "0.9.75", 6) == 0;
}

static unsigned thread_count(const hs_server_options *options) {
    return options->threads ? options->threads : (unsigned)sysconf(_SC_NPROCESSORS_ONLN);
}

static hs_status start_daemon(hs_server *server, const hs_server_options *options, hs_error *error) {
    unsigned threads = thread_count(options);
    unsigned connections = or_default(options->max_connections, DEFAULT_MAX_CONNECTIONS);
    if (connections < threads) connections = threads;
    unsigned per_address = server->loopback ? connections : (connections + 3) / 4;
    if (options->max_per_address) per_address = options->max_per_address;
    unsigned inactive_s = (server->idle_ms + 999) / 1000;
    struct MHD_OptionItem pool[] = {{MHD_OPTION_THREAD_POOL_SIZE, (intptr_t)threads, NULL},
                                    {MHD_OPTION_END, 0, NULL}};
    if (threads < 2) pool[0].option = MHD_OPTION_END;
    server->daemon = MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL,
        request_goes_on, server, MHD_OPTION_ARRAY, pool, MHD_OPTION_LISTEN_SOCKET, server->listen_socket,
        MHD_OPTION_CONNECTION_LIMIT, connections, MHD_OPTION_PER_IP_CONNECTION_LIMIT, per_address,
        MHD_OPTION_CONNECTION_TIMEOUT, inactive_s, MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_MEMORY,
        MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_URI_LOG_CALLBACK, request_begins, server,
        MHD_OPTION_NOTIFY_COMPLETED, request_ends, server, MHD_OPTION_NOTIFY_CONNECTION, hs_clients_notify,
        server, MHD_OPTION_END);
    if (!server->daemon)
        return hs_error_set(error, HS_E_IO, "cannot start the HTTP server on %s", server->authority);
    return HS_OK;
}

static void server_free(hs_server *server) {
    hs_clients_stop(server);
    hs_pool_free(server->long_pool);
    if (server->listen_socket >= 0) close(server->listen_socket);
    hs_server_free_compressors(server);
    while (server->arena_count > 0)
        hs_arena_free(server->arenas[--server->arena_count]);
    hs_cache_free(server->cache);
    pthread_cond_destroy(&server->watch_wake);
    pthread_mutex_destroy(&server->clients_lock);
    pthread_mutex_destroy(&server->arenas_lock);
    pthread_mutex_destroy(&server->compressors_lock);
    pthread_mutex_destroy(&server->defer_lock);
    pthread_cond_destroy(&server->none_waiting);
    free(server->public_url);
    free(server->upload_folder);
    free(server);
}

static const char *upload_folder(const hs_server_options *options) {
    if (options->upload_folder) return options->upload_folder;
    const char *folder = getenv("TMPDIR");
    return folder && *folder ? folder : "/tmp";
}

static hs_server *server_new(const hs_server_options *options, const hs_router *router) {
    hs_server *server = calloc(1, sizeof *server);
    if (!server) return NULL;
    server->router = router;
    server->listen_socket = -1;
    pthread_mutex_init(&server->arenas_lock, NULL);
    pthread_mutex_init(&server->compressors_lock, NULL);
    pthread_mutex_init(&server->defer_lock, NULL);
    pthread_cond_init(&server->none_waiting, NULL);
    pthread_mutex_init(&server->clients_lock, NULL);
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&server->watch_wake, &attributes);
    pthread_condattr_destroy(&attributes);
    take_options(server, options);
    server->cache = hs_cache_new(options->max_cache ? options->max_cache : DEFAULT_MAX_CACHE);
    size_t size = options->public_url ? strlen(options->public_url) : 0;
    while (size > 0 && options->public_url[size - 1] == '/')
        size--;
    if (size > 0) server->public_url = strndup(options->public_url, size);
    server->upload_folder = strdup(upload_folder(options));
    if (server->cache && server->upload_folder && (size == 0 || server->public_url)) return server;
    server_free(server);
    return NULL;
}

hs_status hs_server_start(const hs_server_options *options, const hs_router *router, hs_error *error,
                          hs_server **server) {
    hs_server *made = server_new(options, router);
    if (!made) return hs_error_set(error, HS_E_MEMORY, "out of memory for the HTTP server");
    hs_listening listening;
    hs_status status = hs_listen(options->listen ? options->listen : "127.0.0.1:8080", error, &listening);
    if (status == HS_OK) {
        made->listen_socket = listening.socket;
        hs_upload_remove_stale(made->upload_folder);
        made->port = listening.port;
        made->loopback = listening.loopback;
        memcpy(made->authority, listening.authority, sizeof made->authority);
        status = hs_clients_watch(made, error);
    }
    if (status == HS_OK)
        status = hs_deferring_start(made, or_default(options->long_threads, thread_count(options)),
                                    options->max_deferred, error);
    if (status == HS_OK) status = start_daemon(made, options, error);
    if (status != HS_OK) {
        server_free(made);
        return status;
    }
    *server = made;
    return HS_OK;
}

uint16_t hs_server_port(const hs_server *server) {
    return server->port;
}

const char *hs_server_authority(const hs_server *server) {
    return server->authority;
}

bool hs_server_is_loopback(const hs_server *server) {
    return server->loopback;
}

void hs_server_metrics(const hs_server *server, hs_buffer *out) {
    hs_http_metrics_write(&server->metrics, out);
}

static void wait_for_requests(hs_server *server, unsigned most_ms) {
    double until_ms = hs_clock_monotonic_ms() + most_ms;
    while (atomic_load(&server->metrics.in_flight) > 0 && hs_clock_monotonic_ms() < until_ms) {
        struct timespec pause = {.tv_nsec = 5000000};
        nanosleep(&pause, NULL);
    }
}

void hs_server_stop(hs_server *server, unsigned grace_ms) {
    if (!server) return;
    atomic_store(&server->stopping, true);
    hs_deferring_close(server);
    MHD_quiesce_daemon(server->daemon); /* the listening socket is ours and closed below */
    wait_for_requests(server, grace_ms);
    bool late = atomic_load(&server->metrics.deferred) > 0;
    if (late && server->abandon) server->abandon(server->abandon_context);
    hs_deferring_end(server);
    if (late) wait_for_requests(server, LAST_ANSWERS_MS);
    MHD_stop_daemon(server->daemon);
    server_free(server);
}
