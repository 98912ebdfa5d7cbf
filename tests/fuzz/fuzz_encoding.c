#include "base/text.h"
#include "ingest/encoding.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Whatever the bytes are taken for, what comes out is UTF-8. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    hs_str bytes = {(const char *)data, size};
    const char *encoding = hs_encoding_detect(bytes, size % 2 == 1);
    hs_decoder *decoder = NULL;
    if (!encoding || hs_decoder_new(encoding, NULL, &decoder) != HS_OK) abort();
    hs_buffer out;
    hs_buffer_init(&out, 16 * size + 64);
    hs_decoder_append(decoder, bytes, &out);
    if (out.status != HS_OK || !hs_utf8_valid((hs_str){out.data, out.size})) abort();
    hs_buffer_done(&out);
    hs_decoder_free(decoder);
    return 0;
}
