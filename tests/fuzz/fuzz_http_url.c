/* Percent-escapes, queries and routing of whatever a client writes into a URL. */
#include "base/text.h"
#include "http/percent.h"
#include "http/router.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static hs_status handle(void *context, hs_request *request, hs_response *response, hs_error *error) {
    (void)context, (void)request, (void)response, (void)error;
    return HS_OK;
}

/* What is decoded is UTF-8 without NUL, and encoding it again loses nothing. */
static void check_round_trip(hs_str decoded, hs_arena *arena) {
    if (!hs_utf8_valid(decoded)) abort();
    hs_buffer encoded;
    hs_buffer_init(&encoded, 4 * decoded.size + 1);
    hs_percent_encode(&encoded, decoded);
    hs_str again;
    if (hs_percent_decode((hs_str){encoded.data, encoded.size}, true, arena, NULL, &again) != HS_OK) abort();
    if (!hs_str_equal(again, decoded)) abort();
    hs_buffer_done(&encoded);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    hs_str text = {(const char *)data, size};
    hs_arena *arena = hs_arena_new((size_t)64 << 20);
    hs_router *router = hs_router_new();
    hs_error error = {0};
    const hs_http_pair *pairs;
    size_t count;
    if (hs_query_parse(text, arena, &error, &pairs, &count) == HS_OK)
        for (size_t i = 0; i < count; i++)
            check_round_trip(pairs[i].value, arena);
    hs_route_match match;
    hs_router_add(router, HS_GET, "/a/{b}/{c}.png", handle, NULL, &error);
    hs_router_add(router, HS_GET, "/{rest*}", handle, NULL, &error);
    hs_router_match(router, HS_GET, text, arena, &error, &match);
    hs_router_free(router);
    hs_arena_free(arena);
    return 0;
}
