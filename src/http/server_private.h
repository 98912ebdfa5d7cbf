/* What the server's files share. */
#ifndef HTTP_SERVER_PRIVATE_H
#define HTTP_SERVER_PRIVATE_H

#include "base/pool.h"
#include "http/cache.h"
#include "http/http.h"
#include "http/metrics.h"
#include "http/router.h"
#include "http/upload.h"
#include <libdeflate.h>
#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>

#define HS_URI_LIMIT        8192
#define HS_COMPRESSORS_KEPT 16
#define HS_ARENAS_KEPT      16

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
    uint64_t max_upload;
    char *upload_folder;
    unsigned upload_ms;
    unsigned header_ms, body_ms, idle_ms;

    hs_cache *cache;
    hs_http_metrics metrics;

    /* Deferred requests (defer.c). */
    hs_pool *long_pool;
    pthread_mutex_t defer_lock; /* held while one is queued */
    unsigned max_deferred;
    bool defer_closed;
    unsigned waiting; /* requests between start and resume (wait.c) */
    pthread_cond_t none_waiting;
    atomic_bool abandon_deferred; /* those that wait are refused when their turn comes */

    /* Emptied, each with a block of memory, for requests to come. */
    pthread_mutex_t arenas_lock;
    hs_arena *arenas[HS_ARENAS_KEPT];
    unsigned arena_count;

    pthread_mutex_t compressors_lock;
    struct libdeflate_compressor *compressors[HS_COMPRESSORS_KEPT];
    unsigned compressor_count;

    pthread_mutex_t clients_lock;
    pthread_cond_t watch_wake;
    hs_client *clients;
    pthread_t watcher;
    bool watching, stop_watching;
    atomic_bool stopping;
    void (*abandon)(void *context);
    void *abandon_context;
};

/* Where a request's handler runs. */
typedef enum hs_deferral {
    HS_DIRECT,       /* on the connection's thread */
    HS_DEFER_ASKED,  /* so far there, and it asked to be called again elsewhere */
    HS_DEFERRED,     /* on a thread for long work, the connection suspended */
    HS_UPLOAD_ASKED, /* the header is there, and its body is to go to files */
    HS_WAIT_ASKED,   /* it asked to wait for what is done elsewhere */
    HS_WAITING,      /* the connection is suspended meanwhile */
    HS_DEFER_DONE    /* the answer is made and waits for the connection's thread */
} hs_deferral;

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
    bool takes_upload; /* so the route says */
    bool raw_upload;   /* the body is the file itself */
    hs_upload_reader *upload;
    hs_cache_entry *making; /* to be filled or abandoned */
    hs_deferral deferral;
    struct MHD_Response *made; /* the answer before it is queued */
    hs_cache_entry *held;      /* whose answer is sent; `made` is then the entry's own */
    hs_request_start start;    /* of what is waited for */
    void *start_context;
    bool uri_too_long, close;
    double start_ms;
    unsigned status;
    uint64_t bytes;
} hs_exchange;

/* Values of a header that may come several times, joined by commas. */
hs_str hs_exchange_list_header(const hs_exchange *exchange, const char *name);

/* Why a request's header is refused before anything looks at it; 0 when it is not (guard.c). */
unsigned hs_guard_check(hs_exchange *exchange, const char *version, const char **reason);

/* Whether the route takes its body as files; known once the header is there (exchange.c). */
bool hs_exchange_takes_upload(hs_exchange *exchange);
/* Asks the handler of such a route, and refuses or begins to take the body (body.c). The next piece of a
 * body, whatever it goes into. What is wrong with a body that is complete: queues its answer where something
 * is, as it says. */
enum MHD_Result hs_exchange_admit(hs_exchange *exchange);
void hs_exchange_take_body(hs_exchange *exchange, const char *bytes, size_t size);
bool hs_exchange_refuse_body(hs_exchange *exchange, enum MHD_Result *result);
/* The handler's response, or the problem that it ended with (exchange.c). */
void hs_exchange_fill(hs_exchange *exchange, hs_response *response);

/* Runs a complete request and queues its answer (exchange.c). */
enum MHD_Result hs_exchange_answer(hs_exchange *exchange);
/* Makes the answer of a complete request and leaves it in `made`; on any thread while the connection is
 * suspended. */
void hs_exchange_work(hs_exchange *exchange);
/* Queues a problem. */
enum MHD_Result hs_exchange_refuse(hs_exchange *exchange, unsigned status, const char *reason);

/* Turns a response into `made`, NULL when memory is out; takes over its body. Queues `made`. Both (send.c).
 */
void hs_exchange_make(hs_exchange *exchange, hs_response *response);
enum MHD_Result hs_exchange_queue(hs_exchange *exchange);
enum MHD_Result hs_exchange_send(hs_exchange *exchange, hs_response *response);
void hs_server_free_compressors(hs_server *server);

/* Deferred requests (defer.c): suspends the connection and queues the request for long work, or refuses it.
 */
enum MHD_Result hs_exchange_defer(hs_exchange *exchange);
hs_status hs_deferring_start(hs_server *server, unsigned threads, unsigned most, hs_error *error);
/* From now on every request is refused. */
void hs_deferring_close(hs_server *server);
/* Refuses what waits, waits for what runs: no connection is suspended afterwards. */
void hs_deferring_end(hs_server *server);

/* Waiting requests (wait.c): suspends the connection and starts what is waited for, or refuses it. */
enum MHD_Result hs_exchange_wait(hs_exchange *exchange);
/* Waits until none waits; after hs_deferring_close. */
void hs_waiting_end(hs_server *server);
/* Leaves a problem as the answer in `made` (defer.c). */
void hs_exchange_make_problem(hs_exchange *exchange, unsigned status, const char *detail);
/* Files as bodies (response.c): closes one and says so; gives up the response's, if it has one. */
void hs_body_file_close(const struct hs_body_file *file);
void hs_response_drop_file(hs_response *response);

/* Watching clients (clients.c). */
void hs_clients_notify(void *server, struct MHD_Connection *connection, void **context,
                       enum MHD_ConnectionNotificationCode code);
/* From now_ms (hs_clock_monotonic_ms) on; 0: no deadline. */
void hs_client_allow(hs_client *client, double now_ms, unsigned duration_ms);
/* Whether the client has closed its side. Only while the connection cannot end meanwhile. */
bool hs_client_is_gone(const hs_client *client);
hs_client *hs_client_of(struct MHD_Connection *connection);
hs_status hs_clients_watch(hs_server *server, hs_error *error);
void hs_clients_stop(hs_server *server);

#endif
