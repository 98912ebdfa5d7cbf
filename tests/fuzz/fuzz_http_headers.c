/* Header values: entity tags, qualities, hosts, forwarded addresses. */
#include "base/text.h"
#include "http/headers.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    hs_str text = {(const char *)data, size};
    char matched[HS_ETAG_TEXT_SIZE];
    hs_etag_matches(text, 0x123, matched);
    if (hs_accept_quality(text, HS_STR("text/html")) > 1000) abort();
    if (hs_accept_encoding_quality(text, HS_STR("gzip")) > 1000) abort();
    if (hs_http_is_host(text) && (size == 0 || size > 255)) abort();
    hs_http_is_token(text);
    char address[HS_ADDRESS_TEXT_SIZE], network[HS_ADDRESS_TEXT_SIZE];
    if (hs_forwarded_for(text, address) && !hs_client_network(address, network)) abort();
    return 0;
}
