/* What the server's files share. */
#ifndef HTTP_SERVER_PRIVATE_H
#define HTTP_SERVER_PRIVATE_H

#include "http/cache.h"
#include "http/http.h"
#include "http/metrics.h"
#include "http/router.h"
#include <libdeflate.h>
#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>

#define HS_URI_LIMIT        8192
#define HS_COMPRESSORS_KEPT 16

/* A client's connection, watched so that nobody holds one by sending a byte now and then. */
typedef struct hs_client {
    int socket;
    atomic_int_fast64_t deadline_ms; /* monotonic; 0: none */
    struct hs_client *previous, *next;
} hs_client;

struct hs_server {
    struct MHD_Daemon *daemon;
    const hs_router *router;
    hs_log *log;
    char *public_url;
    char authority[80];
    int listen_socket;
    uint16_t port;
    bool loopback;
    bool raw_lines_checked; /* this libmicrohttpd leaves NULs where CR LF stood */
    size_t max_body, max_arena;
    unsigned header_ms, body_ms, idle_ms;

    hs_cache *cache;
    hs_http_metrics metrics;

    pthread_mutex_t compressors_lock;
    struct libdeflate_compressor *compressors[HS_COMPRESSORS_KEPT];
    unsigned compressor_count;

    pthread_mutex_t clients_lock;
    pthread_cond_t watch_wake;
    hs_client *clients;
    pthread_t watcher;
    bool watching, stop_watching;
    atomic_bool stopping;
};

/* A request on its way. Lives in its own arena. */
typedef struct hs_exchange {
    hs_request request;
    hs_server *server;
    struct MHD_Connection *connection;
    hs_arena *arena;
    hs_str target;      /* as it came */
    const char *method; /* as it came; NULL before the header is complete */
    hs_client *client;
    hs_buffer body;
    hs_cache_entry *making; /* to be filled or abandoned */
    bool uri_too_long, close;
    double start_ms;
    unsigned status;
    uint64_t bytes;
} hs_exchange;

/* Values of a header that may come several times, joined by commas. */
hs_str hs_exchange_list_header(const hs_exchange *exchange, const char *name);

/* Why a request's header is refused before anything looks at it; 0 when it is not (guard.c). */
unsigned hs_guard_check(hs_exchange *exchange, const char *version, const char **reason);

/* Runs a complete request and queues its answer (exchange.c). */
enum MHD_Result hs_exchange_answer(hs_exchange *exchange);
/* Queues a problem. */
enum MHD_Result hs_exchange_refuse(hs_exchange *exchange, unsigned status, const char *reason);

/* Sends a response (send.c). Takes over its body. */
enum MHD_Result hs_exchange_send(hs_exchange *exchange, hs_response *response);
void hs_server_free_compressors(hs_server *server);

/* Watching clients (clients.c). */
void hs_clients_notify(void *server, struct MHD_Connection *connection, void **context,
                       enum MHD_ConnectionNotificationCode code);
void hs_client_allow(hs_client *client, unsigned duration_ms); /* 0: no deadline */
hs_client *hs_client_of(struct MHD_Connection *connection);
hs_status hs_clients_watch(hs_server *server, hs_error *error);
void hs_clients_stop(hs_server *server);

#endif
