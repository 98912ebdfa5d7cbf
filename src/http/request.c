#include "http/server_private.h"

#include "base/text.h"
#include "http/headers.h"
#include <string.h>

bool hs_request_query(const hs_request *request, const char *name, hs_str *value) {
    hs_str wanted = hs_str_of(name);
    for (size_t i = 0; i < request->query_count; i++) {
        if (!hs_str_equal(request->query[i].name, wanted)) continue;
        *value = request->query[i].value;
        return true;
    }
    return false;
}

hs_str hs_request_param(const hs_request *request, const char *name) {
    hs_str wanted = hs_str_of(name);
    for (size_t i = 0; i < request->param_count; i++)
        if (hs_str_equal(request->params[i].name, wanted)) return request->params[i].value;
    return HS_STR("");
}

hs_str hs_request_header(const hs_request *request, const char *name) {
    const hs_exchange *exchange = request->connection;
    const char *value = NULL;
    size_t size = 0;
    if (!exchange || MHD_lookup_connection_value_n(exchange->connection, MHD_HEADER_KIND, name, strlen(name),
                                                   &value, &size) != MHD_YES)
        return HS_STR("");
    return (hs_str){value, size};
}

/* Joins the values of a header that may come several times: Accept, Accept-Encoding, If-None-Match. */
typedef struct joined_header {
    hs_str name;
    hs_arena *arena;
    hs_str value;
} joined_header;

static enum MHD_Result join_value(void *context, enum MHD_ValueKind kind, const char *key, size_t key_size,
                                  const char *value, size_t value_size) {
    (void)kind;
    joined_header *joined = context;
    if (!hs_str_equal_nocase((hs_str){key, key_size}, joined->name) || !value) return MHD_YES;
    if (joined->value.size == 0) {
        joined->value = (hs_str){value, value_size};
        return MHD_YES;
    }
    char *text = hs_arena_printf(joined->arena, "%.*s,%.*s", (int)joined->value.size, joined->value.data,
                                 (int)value_size, value);
    if (text) joined->value = hs_str_of(text);
    return MHD_YES;
}

hs_str hs_exchange_list_header(const hs_exchange *exchange, const char *name) {
    joined_header joined = {.name = hs_str_of(name), .arena = exchange->arena};
    if (exchange->connection)
        MHD_get_connection_values_n(exchange->connection, MHD_HEADER_KIND, join_value, &joined);
    return joined.value;
}

unsigned hs_request_quality(const hs_request *request, const char *media_type) {
    if (!request->connection) return 1000;
    return hs_accept_quality(hs_exchange_list_header(request->connection, "Accept"), hs_str_of(media_type));
}

bool hs_request_accepts(const hs_request *request, const char *media_type) {
    return hs_request_quality(request, media_type) > 0;
}

bool hs_request_is_fresh(const hs_request *request, uint64_t etag) {
    if (etag == 0 || request->method != HS_GET || !request->connection) return false;
    hs_str header = hs_exchange_list_header(request->connection, "If-None-Match");
    char matched[HS_ETAG_TEXT_SIZE];
    return header.size > 0 && hs_etag_matches(header, etag, matched);
}

void hs_request_metrics(const hs_request *request, hs_buffer *out) {
    const hs_exchange *exchange = request->connection;
    if (exchange) hs_server_metrics(exchange->server, out);
}
