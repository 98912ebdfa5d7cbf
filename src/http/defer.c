/* Deferred requests: computed on threads of their own while the connection is suspended. libmicrohttpd
 * neither times out nor watches a suspended connection, and must have none when it stops: each that is
 * suspended here is queued for a thread, and each that is queued is resumed there. */
#include "http/server_private.h"

#define RETRY_AFTER_S "2"
/* Not registered, but what servers write to their logs for this. */
#define CLIENT_CLOSED_REQUEST 499u

hs_status hs_deferring_start(hs_server *server, unsigned threads, unsigned most, hs_error *error) {
    hs_status status = hs_pool_new(threads, error, &server->long_pool);
    if (status == HS_OK) server->max_deferred = most ? most : 4 * hs_pool_threads(server->long_pool) + 64;
    return status;
}

void hs_exchange_make_problem(hs_exchange *exchange, unsigned status, const char *detail) {
    hs_response response = {0};
    hs_buffer_init(&response.body, exchange->server->max_arena);
    hs_response_problem(&response, status, NULL, detail);
    if (status == 503) hs_response_header(&response, "Retry-After", RETRY_AFTER_S);
    hs_exchange_make(exchange, &response);
}

static void make_answer(hs_exchange *exchange) {
    if (atomic_load(&exchange->server->abandon_deferred))
        hs_exchange_make_problem(exchange, 503, "this server is stopping");
    else if (hs_client_is_gone(exchange->client)) /* nobody waits: the work goes to those who do */
        hs_exchange_make_problem(exchange, CLIENT_CLOSED_REQUEST,
                                 "the connection was closed while this request waited");
    else
        hs_exchange_work(exchange);
}

static void run_deferred(void *context) {
    hs_exchange *exchange = context;
    make_answer(exchange);
    exchange->deferral = HS_DEFER_DONE;
    atomic_fetch_sub(&exchange->server->metrics.deferred, 1);
    MHD_resume_connection(exchange->connection); /* from here on the exchange may be gone */
}

/* Why there is no room for one more; NULL when there is. */
static const char *refusal(const hs_server *server) {
    if (server->defer_closed) return "this server is stopping";
    if ((unsigned)atomic_load(&server->metrics.deferred) >= server->max_deferred)
        return "too many long requests wait on this server; try again in a few seconds";
    return NULL;
}

/* Suspends before it queues, since the thread may resume at once. */
static void queue(hs_exchange *exchange) {
    hs_server *server = exchange->server;
    exchange->deferral = HS_DEFERRED;
    atomic_fetch_add(&server->metrics.deferred, 1);
    MHD_suspend_connection(exchange->connection);
    if (hs_pool_submit(server->long_pool, run_deferred, exchange) == HS_OK) return;
    hs_exchange_make_problem(exchange, 503,
                             "too many long requests wait on this server; try again in a few seconds");
    exchange->deferral = HS_DEFER_DONE;
    atomic_fetch_sub(&server->metrics.deferred, 1);
    MHD_resume_connection(exchange->connection);
}

enum MHD_Result hs_exchange_defer(hs_exchange *exchange) {
    hs_server *server = exchange->server;
    if (exchange->making) hs_cache_abandon(server->cache, exchange->making);
    exchange->making = NULL;
    pthread_mutex_lock(&server->defer_lock);
    const char *reason = refusal(server);
    if (!reason) queue(exchange);
    pthread_mutex_unlock(&server->defer_lock);
    if (!reason) return MHD_YES;
    atomic_fetch_add(&server->metrics.deferred_refused, 1);
    hs_exchange_make_problem(exchange, 503, reason);
    return hs_exchange_queue(exchange);
}

void hs_deferring_close(hs_server *server) {
    pthread_mutex_lock(&server->defer_lock);
    server->defer_closed = true;
    pthread_mutex_unlock(&server->defer_lock);
}

void hs_deferring_end(hs_server *server) {
    hs_deferring_close(server);
    atomic_store(&server->abandon_deferred, true);
    hs_waiting_end(server);
    hs_pool_free(server->long_pool);
    server->long_pool = NULL;
}
