/* Requests that wait for what is done elsewhere: suspended before it starts, since it may end at once. */
#include "http/server_private.h"

hs_status hs_request_wait(hs_request *request, hs_request_start start, void *context) {
    hs_exchange *exchange = request->connection;
    exchange->deferral = HS_WAIT_ASKED;
    exchange->start = start;
    exchange->start_context = context;
    return HS_OK;
}

enum MHD_Result hs_exchange_wait(hs_exchange *exchange) {
    hs_server *server = exchange->server;
    if (exchange->making) hs_cache_abandon(server->cache, exchange->making);
    exchange->making = NULL;
    pthread_mutex_lock(&server->defer_lock);
    bool closed = server->defer_closed;
    if (!closed) {
        server->waiting++;
        exchange->deferral = HS_WAITING;
        MHD_suspend_connection(exchange->connection);
    }
    pthread_mutex_unlock(&server->defer_lock);
    if (closed) {
        hs_exchange_make_problem(exchange, 503, "this server is stopping");
        return hs_exchange_queue(exchange);
    }
    exchange->request.waited_for = exchange->start_context;
    exchange->start(exchange->start_context, &exchange->request);
    return MHD_YES;
}

void hs_request_resume(hs_request *request) {
    hs_exchange *exchange = request->connection;
    hs_server *server = exchange->server;
    hs_exchange_work(exchange);
    exchange->deferral = HS_DEFER_DONE;
    pthread_mutex_lock(&server->defer_lock);
    MHD_resume_connection(exchange->connection); /* from here on the exchange may be gone */
    if (--server->waiting == 0) pthread_cond_broadcast(&server->none_waiting);
    pthread_mutex_unlock(&server->defer_lock);
}

void hs_waiting_end(hs_server *server) {
    pthread_mutex_lock(&server->defer_lock);
    while (server->waiting > 0)
        pthread_cond_wait(&server->none_waiting, &server->defer_lock);
    pthread_mutex_unlock(&server->defer_lock);
}
