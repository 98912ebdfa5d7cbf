/* From a filled response to bytes on the wire: conditional answers, compression, headers. */
#include "http/server_private.h"

#include "base/hash.h"
#include "base/text.h"
#include "http/headers.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    COMPRESS_FROM_BYTES = 1024,
    COMPRESS_LEVEL = 1,
    ONCE_LEVEL = 9, /* of bytes of the program itself: compressed once, sent often */
    FILE_PIECE_BYTES = 64 << 10
};

/* The body as it will be sent, and who frees it. */
typedef struct outgoing {
    char *owned; /* malloc'd, or NULL */
    hs_str bytes;
    bool coded;                /* gzip */
    hs_cache_entry *entry;     /* bytes are the cache's */
    struct hs_body_file *file; /* malloc'd: the body instead of bytes */
} outgoing;

static struct libdeflate_compressor *take_compressor(hs_server *server) {
    struct libdeflate_compressor *compressor = NULL;
    pthread_mutex_lock(&server->compressors_lock);
    if (server->compressor_count > 0) compressor = server->compressors[--server->compressor_count];
    pthread_mutex_unlock(&server->compressors_lock);
    return compressor ? compressor : libdeflate_alloc_compressor(COMPRESS_LEVEL);
}

static void give_compressor(hs_server *server, struct libdeflate_compressor *compressor) {
    pthread_mutex_lock(&server->compressors_lock);
    if (server->compressor_count < HS_COMPRESSORS_KEPT) {
        server->compressors[server->compressor_count++] = compressor;
        compressor = NULL;
    }
    pthread_mutex_unlock(&server->compressors_lock);
    libdeflate_free_compressor(compressor);
}

void hs_server_free_compressors(hs_server *server) {
    while (server->compressor_count > 0)
        libdeflate_free_compressor(server->compressors[--server->compressor_count]);
}

static bool wants_gzip(const hs_exchange *exchange, const hs_response *response, size_t size) {
    if (!response->compressible || size < COMPRESS_FROM_BYTES) return false;
    hs_str header = hs_exchange_list_header(exchange, "Accept-Encoding");
    return hs_accept_encoding_quality(header, HS_STR("gzip")) > 0;
}

/* Replaces the bytes by their gzip form where that is smaller; otherwise they stay. */
static void compress_body(hs_server *server, bool once, outgoing *out) {
    struct libdeflate_compressor *compressor =
        once ? libdeflate_alloc_compressor(ONCE_LEVEL) : take_compressor(server);
    char *coded = compressor ? malloc(out->bytes.size) : NULL;
    size_t size = coded ? libdeflate_gzip_compress(compressor, out->bytes.data, out->bytes.size, coded,
                                                   out->bytes.size - 1)
                        : 0;
    if (once)
        libdeflate_free_compressor(compressor);
    else if (compressor)
        give_compressor(server, compressor);
    if (size == 0) {
        free(coded);
        return;
    }
    free(out->owned);
    char *fitted = realloc(coded, size);
    out->owned = fitted ? fitted : coded;
    out->bytes = (hs_str){out->owned, size};
    out->coded = true;
}

/* Without memory for it the file is given up, and the answer with it. */
static void take_file(hs_response *response, outgoing *out) {
    out->bytes = (hs_str){NULL, 0};
    out->file = malloc(sizeof *out->file);
    if (out->file)
        *out->file = response->file;
    else
        hs_body_file_close(&response->file);
    response->has_file = false;
    hs_buffer_done(&response->body);
}

static void take_body(hs_exchange *exchange, hs_response *response, outgoing *out) {
    *out = (outgoing){.bytes = response->constant_body};
    if (response->has_file) {
        take_file(response, out);
        return;
    }
    if (response->cached) {
        out->entry = response->cached;
        out->bytes = hs_cache_bytes(out->entry);
        out->coded = hs_cache_coded(out->entry);
        hs_buffer_done(&response->body);
        return;
    }
    if (!response->constant_body.data) {
        out->owned = hs_buffer_take(&response->body, &out->bytes.size);
        out->bytes.data = out->owned;
    } else {
        hs_buffer_done(&response->body);
    }
    if (wants_gzip(exchange, response, out->bytes.size))
        compress_body(exchange->server, response->constant_body.data != NULL, out);
}

/* Gives what was made to the cache, which then owns it. Bytes of the program itself need no keeping. */
static void keep_body(hs_exchange *exchange, const hs_response *response, outgoing *out) {
    hs_cache_entry *entry = exchange->making;
    if (!entry) return;
    exchange->making = NULL;
    if (response->status != 200 || !out->owned) {
        hs_cache_abandon(exchange->server->cache, entry);
        return;
    }
    hs_cache_fill(exchange->server->cache, entry, out->owned, out->bytes.size, out->coded);
    out->owned = NULL;
    out->entry = entry;
}

static void release_entry(void *entry) {
    hs_cache_release(entry);
}

static ssize_t read_file(void *context, uint64_t position, char *buffer, size_t most) {
    const struct hs_body_file *file = context;
    ssize_t size = pread(file->file, buffer, most, (off_t)position);
    return size > 0 ? size : MHD_CONTENT_READER_END_WITH_ERROR;
}

static void release_file(void *context) {
    hs_body_file_close(context);
    free(context);
}

static struct MHD_Response *make_file_response(outgoing *out) {
    struct hs_body_file *file = out->file;
    struct MHD_Response *made =
        MHD_create_response_from_callback(file->size, FILE_PIECE_BYTES, read_file, file, release_file);
    if (!made) release_file(file);
    return made;
}

/* NULL when memory is out. Takes over what `out` owns. */
static struct MHD_Response *make_response(outgoing *out) {
    static char nothing;
    struct MHD_Response *made;
    if (out->file) return make_file_response(out);
    void *bytes = out->bytes.size ? (void *)out->bytes.data : &nothing;
    if (out->entry) {
        made = MHD_create_response_from_buffer_with_free_callback_cls(out->bytes.size, bytes, release_entry,
                                                                      out->entry);
        if (!made) hs_cache_release(out->entry);
    } else if (out->owned) {
        made = MHD_create_response_from_buffer_with_free_callback(out->bytes.size, out->owned, free);
        if (!made) free(out->owned);
    } else {
        made = MHD_create_response_from_buffer(out->bytes.size, bytes, MHD_RESPMEM_PERSISTENT);
    }
    return made;
}

static const char *cache_control(const hs_response *response) {
    if (response->cache_control) return response->cache_control;
    return response->etag ? "no-cache" : "no-store";
}

static void add_headers(const hs_exchange *exchange, const hs_response *response, const outgoing *out,
                        const char *etag, struct MHD_Response *made) {
    for (size_t i = 0; i < response->header_count; i++)
        MHD_add_response_header(made, response->headers[i].name, response->headers[i].value);
    if (response->content_type && response->status != 304 && response->status != 204)
        MHD_add_response_header(made, MHD_HTTP_HEADER_CONTENT_TYPE, response->content_type);
    if (etag[0]) MHD_add_response_header(made, MHD_HTTP_HEADER_ETAG, etag);
    MHD_add_response_header(made, MHD_HTTP_HEADER_CACHE_CONTROL, cache_control(response));
    if (response->compressible) MHD_add_response_header(made, MHD_HTTP_HEADER_VARY, "Accept-Encoding");
    if (out->coded) MHD_add_response_header(made, MHD_HTTP_HEADER_CONTENT_ENCODING, "gzip");
    if (exchange->request.method == HS_GET) {
        MHD_add_response_header(made, "Access-Control-Allow-Origin", "*");
        MHD_add_response_header(made, "Access-Control-Expose-Headers",
                                "ETag, Link, Content-Crs, Content-Disposition, Export-Warning, "
                                "Density-Bandwidth-M, Density-Bandwidth-Source");
    }
    MHD_add_response_header(made, "X-Content-Type-Options", "nosniff");
    MHD_add_response_header(made, "Referrer-Policy", "no-referrer");
    if (exchange->close || atomic_load(&exchange->server->stopping))
        MHD_add_response_header(made, MHD_HTTP_HEADER_CONNECTION, "close");
}

/* Turns the response into 304 when the client has it already; `etag` gets the tag to be answered. */
static bool not_modified(const hs_exchange *exchange, hs_response *response, char etag[HS_ETAG_TEXT_SIZE]) {
    if (response->status != 200 || response->etag == 0 || exchange->request.method != HS_GET) return false;
    hs_str header = hs_exchange_list_header(exchange, "If-None-Match");
    if (header.size == 0 || !hs_etag_matches(header, response->etag, etag)) return false;
    response->status = 304;
    hs_buffer_done(&response->body);
    hs_response_drop_file(response);
    hs_cache_release(response->cached);
    response->cached = NULL;
    response->constant_body = HS_STR("");
    return true;
}

/* A body that did not fit or could not be built is a failure of its own. */
static void check_body(hs_response *response) {
    hs_status status = response->body.status;
    if (status == HS_OK) return;
    hs_error error = {.status = status};
    if (status == HS_E_LIMIT)
        hs_error_set(&error, status, "the answer is larger than this server makes at once; ask for less");
    hs_response_error(response, &error);
}

static uint64_t hash_text(const char *text, uint64_t hash) {
    return hs_hash_str(hs_str_of(text ? text : ""), hash);
}

/* Of all that add_headers makes of a response beside what the cache's entry tells. */
static uint64_t kind_of_answer(const hs_response *response) {
    uint64_t hash = hash_text(response->content_type, response->status << 1 | response->compressible);
    hash = hash_text(cache_control(response), hash);
    for (size_t i = 0; i < response->header_count; i++)
        hash = hash_text(response->headers[i].value, hash_text(response->headers[i].name, hash));
    return hash;
}

static void release_ready(void *made) {
    MHD_destroy_response(made);
}

/* The answer of a cache's entry with its headers, made when it is sent for the first time. */
static struct MHD_Response *make_ready(hs_exchange *exchange, const hs_response *response, uint64_t kind) {
    char etag[HS_ETAG_TEXT_SIZE];
    const outgoing out = {.bytes = hs_cache_bytes(response->cached),
                          .coded = hs_cache_coded(response->cached)};
    struct MHD_Response *made =
        MHD_create_response_from_buffer(out.bytes.size, (void *)out.bytes.data, MHD_RESPMEM_PERSISTENT);
    if (!made) return NULL;
    hs_etag_format(response->etag, out.coded ? "gzip" : NULL, etag);
    add_headers(exchange, response, &out, etag, made);
    if (hs_cache_keep_ready(response->cached, kind, made, release_ready)) return made;
    MHD_destroy_response(made);
    return NULL;
}

/* Sends what is kept as it is kept, where it stands beside the same headers as before; the client does not
 * have it already, or it would not have been taken out of the cache. */
static bool take_ready(hs_exchange *exchange, hs_response *response) {
    hs_cache_entry *entry = response->cached;
    if (exchange->close || atomic_load(&exchange->server->stopping) || hs_cache_bytes(entry).size == 0)
        return false;
    uint64_t kind = kind_of_answer(response);
    struct MHD_Response *made = hs_cache_ready(entry, kind);
    if (!made) made = make_ready(exchange, response, kind);
    if (!made) return false;
    hs_buffer_done(&response->body);
    exchange->held = entry;
    exchange->made = made;
    exchange->status = response->status;
    exchange->bytes = strcmp(exchange->method, "HEAD") == 0 ? 0 : hs_cache_bytes(entry).size;
    return true;
}

void hs_exchange_make(hs_exchange *exchange, hs_response *response) {
    char etag[HS_ETAG_TEXT_SIZE] = "";
    outgoing out = {0};
    if (response->status == 0) response->status = 200;
    if (response->stream) {
        hs_buffer_done(&response->body);
        exchange->made = response->stream;
        exchange->status = response->status;
        add_headers(exchange, response, &out, etag, exchange->made);
        return;
    }
    if (response->cached && take_ready(exchange, response)) return;
    check_body(response);
    bool fresh = not_modified(exchange, response, etag);
    uint64_t file_size = response->has_file ? response->file.size : 0;
    bool has_file = response->has_file;
    take_body(exchange, response, &out);
    if (has_file && !out.file) return;
    keep_body(exchange, response, &out);
    if (response->etag && !fresh) hs_etag_format(response->etag, out.coded ? "gzip" : NULL, etag);
    uint64_t size = out.file ? file_size : out.bytes.size;
    struct MHD_Response *made = make_response(&out);
    if (!made) return;
    add_headers(exchange, response, &out, etag, made);
    exchange->status = response->status;
    exchange->bytes = strcmp(exchange->method, "HEAD") == 0 ? 0 : size;
    exchange->made = made;
}

enum MHD_Result hs_exchange_queue(hs_exchange *exchange) {
    struct MHD_Response *made = exchange->made;
    if (!made) return MHD_NO; /* no memory even for an empty answer */
    exchange->made = NULL;
    enum MHD_Result result = MHD_queue_response(exchange->connection, exchange->status, made);
    if (!exchange->held) MHD_destroy_response(made);
    return result;
}

enum MHD_Result hs_exchange_send(hs_exchange *exchange, hs_response *response) {
    hs_exchange_make(exchange, response);
    return hs_exchange_queue(exchange);
}
