/* HTTP on libmicrohttpd: server, router, request, response, caching, limits. Knows nothing of cities. */
#ifndef HTTP_HTTP_H
#define HTTP_HTTP_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/json_writer.h"
#include "base/log.h"
#include <hotspot/error.h>
#include <hotspot/progress.h>

typedef enum hs_method {
    HS_GET,
    HS_POST,
    HS_PUT,
    HS_PATCH,
    HS_DELETE,
    HS_OPTIONS,
    HS_METHOD_COUNT
} hs_method;

typedef struct hs_http_pair {
    hs_str name, value; /* percent-decoded UTF-8 */
} hs_http_pair;

/* A body of multipart/form-data (RFC 7578), its files in a folder of their own: `upload` with the extension
 * of the client's name, so that GDAL knows the format and the parts of a Shapefile find each other. */
typedef struct hs_upload_file {
    hs_str field, name; /* of the form; as the client calls it, for people only */
    const char *path;
    uint64_t size;
} hs_upload_file;
#define HS_UPLOAD_LOCK "lock" /* its file in the folder */
typedef struct hs_upload {
    const char *folder;
    int lock; /* descriptor that is held as long as the folder is somebody's */
    const hs_upload_file *files;
    size_t file_count;
    const hs_http_pair *fields; /* parts without a file */
    size_t field_count;
} hs_upload;

typedef struct hs_request {
    hs_method method; /* HEAD arrives as HS_GET: the server drops the body */
    hs_str path;      /* decoded, without query */
    const hs_http_pair *query;
    size_t query_count;
    hs_http_pair params[8]; /* of the route's {name} parts */
    size_t param_count;
    hs_str body;
    hs_str base_url;         /* scheme://host[:port], from --public-url or the Host header */
    hs_arena *arena;         /* dies with the request */
    const hs_upload *upload; /* once hs_request_upload took it */
    /* Of a request that no connection stands behind: a job tells how far it is, and may be ended. */
    hs_progress progress;
    void *waited_for; /* what hs_request_wait was given, when the handler is called again */
    void *connection; /* the server's own */
} hs_request;

/* A query parameter's first value (false when absent), a route parameter (empty when absent), a header. */
bool hs_request_query(const hs_request *request, const char *name, hs_str *value);
hs_str hs_request_param(const hs_request *request, const char *name);
hs_str hs_request_header(const hs_request *request, const char *name);
/* Whether the Accept header allows a media type; absent means yes. */
bool hs_request_accepts(const hs_request *request, const char *media_type);
/* The quality in thousandths that Accept gives a media type; absent means 1000. For choosing between two. */
unsigned hs_request_quality(const hs_request *request, const char *media_type);

/* The server hands handlers a response whose body is ready to be appended to, within the request's memory
 * limit. */
typedef struct hs_response {
    unsigned status;           /* 200 by default */
    const char *content_type;  /* static or the request's arena */
    hs_buffer body;            /* taken over by the server */
    hs_str constant_body;      /* bytes that live as long as the program, instead of body */
    uint64_t etag;             /* 0: none; else made strong and weak-compared by the server, 304 answered */
    const char *cache_control; /* NULL: "no-cache" with an ETag, "no-store" without */
    bool compressible;         /* gzip when accepted and worth it */
    struct hs_header {
        const char *name, *value;
    } headers[8];
    size_t header_count;
    struct hs_cache_entry *cached; /* the server's own */
    void *stream;                  /* the server's own: hs_response_events, hs_response_stream */
    bool has_file;                 /* the body is a file (hs_response_file) */
    struct hs_body_file {
        int file;
        uint64_t size;
        void (*released)(void *context);
        void *context;
    } file;
} hs_response;

/* Sets a header (name static, value of the arena or static); dropped silently never: more than 8 abort in
 * tests. */
void hs_response_header(hs_response *response, const char *name, const char *value);
/* The body is `size` bytes of an open file, which the server closes; it is read as it is sent, neither kept
 * nor compressed. `released` (or NULL) is called once it is closed, sent or not, on any thread. */
void hs_response_file(hs_response *response, int file, uint64_t size, void (*released)(void *context),
                      void *context);
/* The body comes piece by piece, of unknown size, as the client takes it: `read` puts at most `most` bytes
 * (above 0) and returns how many, HS_BODY_END when it is over, HS_BODY_FAILED to break the answer off; it
 * runs on the connection's thread and must not take longer than about 50 ms. `released` is called at the end,
 * sent or not. Neither kept nor compressed. False: memory is out, and `released` is not called. */
typedef size_t (*hs_body_read)(void *context, char *out, size_t most);
#define HS_BODY_END    SIZE_MAX
#define HS_BODY_FAILED (SIZE_MAX - 1)
bool hs_response_stream(hs_response *response, hs_body_read read, void (*released)(void *context),
                        void *context);
/* hs_response_problem with a type, a URI that says what went wrong to programs. */
hs_status hs_response_problem_typed(hs_response *response, unsigned status, const char *type,
                                    const char *title, const char *detail);
/* application/problem+json (RFC 9457) with status, title and detail; returns HS_OK so that handlers can end
 * with it. Status 0 takes the HTTP status that fits error->status. */
hs_status hs_response_problem(hs_response *response, unsigned status, const char *title, const char *detail);
hs_status hs_response_error(hs_response *response, const hs_error *error);

/* A handler fills the response. A failure that it returns is answered as problem+json by the server.
 * `if_none_match` is compared by the server after the handler set etag; handlers for which the body is dear
 * call hs_request_is_fresh(request, etag) first and then leave the body empty. */
typedef hs_status (*hs_handler)(void *context, hs_request *request, hs_response *response, hs_error *error);
bool hs_request_is_fresh(const hs_request *request, uint64_t etag);
/* For bodies worth keeping. Sets response->etag and answers true when no body need be made: the client's copy
 * is fresh, or this URL was answered at this etag before and the body comes from the server's cache. On false
 * the handler makes the body, which is kept when the status is 200; meanwhile other requests for the same
 * wait for it. Everything else of the response (type, caching, compressible) is set either way. Call at most
 * once a request. */
bool hs_request_cached(hs_request *request, hs_response *response, uint64_t etag);
/* For answers that take longer than about 50 ms. True: the handler must return at once, what it did so far is
 * dropped, the connection is suspended, and the handler is called again from its start on a thread for long
 * work (or the request is refused with 503 where too many wait there). False: it is on such a thread and goes
 * on. So everything before the call must be cheap; it is done twice. */
bool hs_request_defer(hs_request *request);
/* Whether the other side has closed its connection, so that nobody waits for the answer: for what takes long
 * to ask now and then. From any thread while the handler runs. */
bool hs_request_is_gone(const hs_request *request);
/* For bodies too large for memory, on routes of hs_router_add_upload, whose handler is first called when the
 * request's header is there: it may answer at once, so that nobody sends a gigabyte to be refused. True: the
 * handler must return at once; the body is written to files (at most the server's max_upload), and the
 * handler is called again. False: it is there, in request->upload. What is no multipart/form-data is refused
 * with 415, malformed with 400, too large with 413, a full disk with 507. */
bool hs_request_upload(hs_request *request);
/* The same for a body of any other type, which becomes the one file of request->upload, without a name. */
bool hs_request_upload_raw(hs_request *request);
/* The upload's folder and its lock are the caller's from now on: after hs_upload_remove, which takes the
 * folder away with all files, the lock is closed. What a server that was killed left is removed when the next
 * one starts: folders whose lock nobody holds. */
void hs_request_take_upload(hs_request *request);
void hs_upload_remove(const char *folder);
/* For answers that wait for something done elsewhere. The handler must return at once, what it wrote so far
 * is dropped, the connection is suspended; then `start` is called, and when hs_request_resume is called, from
 * any thread, the handler is called again there with request->waited_for set to `context` (not NULL), and its
 * answer is sent. hs_request_resume must come for every `start`, whatever happens; the request and its arena
 * live until then. Where the server is stopping `start` is not called and the request is refused with 503. */
typedef void (*hs_request_start)(void *context, hs_request *request);
hs_status hs_request_wait(hs_request *request, hs_request_start start, void *context);
void hs_request_resume(hs_request *request);
/* hs_request_cached for such answers: what is fresh or kept is answered at once; for what must be made, or is
 * being made for another request, it defers, answering true, and answers as hs_request_cached when the
 * handler is called again. */
bool hs_request_cached_or_defer(hs_request *request, hs_response *response, uint64_t etag);
/* The fields of a body of application/x-www-form-urlencoded, decoded, in the request's arena; at most 128.
 * HS_E_UNSUPPORTED for any other type, HS_E_INPUT where it is malformed or not UTF-8. */
hs_status hs_request_form(const hs_request *request, hs_error *error, const hs_http_pair **fields,
                          size_t *count);
/* Who asks, for limits: the address of the other side, of IPv6 the network of 64 bits that a client can take
 * any address of; in the request's arena, empty where unknown. Behind a proxy on this machine (--public-url
 * is set and the other side is loopback) the last address of X-Forwarded-For, which that proxy must set. */
hs_str hs_request_client(const hs_request *request);
/* The counters of the server that the request came to, as hs_server_metrics. */
void hs_request_metrics(const hs_request *request, hs_buffer *out);

/* Server-sent events (HTML Living Standard 9.2): every client hears what is published from its beginning on,
 * or from behind the event whose id it says that it has heard last (Last-Event-ID) while that is kept. A
 * comment goes out every 15 s. A client too slow to hear an event before `kept` others came gets an event
 * `missed` instead of those. Thread-safe. */
typedef struct hs_events hs_events;
hs_status hs_events_new(unsigned max_clients, unsigned kept, hs_error *error, hs_events **events);
/* `data` has no line breaks (JSON). Ids grow by one. */
void hs_events_publish(hs_events *events, const char *event, hs_str data);
/* Makes the response a stream of events; 503 where too many listen or it is closed. */
hs_status hs_response_events(hs_request *request, hs_response *response, hs_events *events);
/* Ends all streams; to be called before the server is stopped. */
void hs_events_close(hs_events *events);
/* After the server has stopped. */
void hs_events_free(hs_events *events);

/* How often somebody may do something: `most` at once, as many again over an hour, each in its own share. The
 * last 4,096 or so that came are remembered; whoever is forgotten starts anew. Thread-safe. */
typedef struct hs_rate_limit hs_rate_limit;
hs_status hs_rate_limit_new(unsigned most, hs_error *error, hs_rate_limit **limit);
void hs_rate_limit_free(hs_rate_limit *limit);
/* Whether `who` may now (hs_clock_monotonic_ms), which is counted; else the seconds until it may, above 0, in
 * *wait_s. */
bool hs_rate_limit_take(hs_rate_limit *limit, hs_str who, double now_ms, unsigned *wait_s);

/* Router: literal parts and {name} parts, which match one path part; a part may carry a literal suffix
 * (`{y}.png`); a last part {name*} takes all the rest. Literal wins over {name}, a longer suffix over a
 * shorter one, all over {name*}. One slash at the end of a path does not matter. Unknown path 404, known path
 * with another method 405 with Allow; OPTIONS is answered by the server where no route does. */
typedef struct hs_router hs_router;
hs_router *hs_router_new(void);
void hs_router_free(hs_router *router);
hs_status hs_router_add(hs_router *router, hs_method method, const char *pattern, hs_handler handler,
                        void *context, hs_error *error);
/* The same for a handler that calls hs_request_upload. */
hs_status hs_router_add_upload(hs_router *router, hs_method method, const char *pattern, hs_handler handler,
                               void *context, hs_error *error);

typedef struct hs_server_options {
    const char *listen;        /* ADDR:PORT, [v6]:PORT; port 0: any */
    unsigned threads;          /* 0: one per core */
    const char *public_url;    /* NULL: from Host */
    size_t max_body;           /* bytes; 0: 1 MiB */
    uint64_t max_upload;       /* bytes of a body that goes to files; 0: 4 GiB */
    const char *upload_folder; /* where they are made; NULL: TMPDIR, or /tmp */
    unsigned upload_ms;        /* that it may take; 0: 30 minutes */
    size_t max_arena;          /* bytes a request may use; 0: 256 MiB */
    unsigned max_connections;  /* 0: 1024 */
    unsigned max_per_address;  /* connections of one address; 0: a quarter of all, on loopback all */
    unsigned header_ms;        /* a request's header must be there so long after connecting; 0: 15,000 */
    unsigned body_ms;          /* and its body so long after the header; 0: 120,000 */
    unsigned idle_ms;          /* a kept connection may wait so long for the next request; 0: 60,000 */
    size_t max_cache;          /* bytes of answers kept for repetition (hs_request_cached); 0: 64 MiB */
    unsigned long_threads;     /* that run deferred requests (hs_request_defer); 0: as many as threads */
    unsigned max_deferred;     /* requests queued or running there; 0: 4 x long_threads + 64 */
    hs_log *log;               /* request log; may be NULL */
    /* Called when the server stops and the grace is over for requests that still run: makes them end. */
    void (*abandon)(void *context);
    void *abandon_context;
} hs_server_options;

typedef struct hs_server hs_server;
/* Starts listening; the router must outlive the server. */
hs_status hs_server_start(const hs_server_options *options, const hs_router *router, hs_error *error,
                          hs_server **server);
/* Address listened on as a URL's `host:port`, and its port (for port 0). Whether it is a loopback one. */
const char *hs_server_authority(const hs_server *server);
bool hs_server_is_loopback(const hs_server *server);
uint16_t hs_server_port(const hs_server *server);
/* Stops accepting, lets requests under way end (at most grace_ms), frees. Deferred requests that wait for a
 * thread after that are refused with 503; those that run are abandoned and waited for. */
void hs_server_stop(hs_server *server, unsigned grace_ms);
/* Counters in Prometheus text: requests by status class, bytes, durations histogram. */
void hs_server_metrics(const hs_server *server, hs_buffer *out);

#endif
