/* Bodies that are made as they are sent. */
#include "http/server_private.h"

#include <stdlib.h>

enum { STREAM_PIECE_BYTES = 64 << 10 };

typedef struct body_stream {
    hs_body_read read;
    void (*released)(void *context);
    void *context;
} body_stream;

static ssize_t read_stream(void *context, uint64_t position, char *out, size_t most) {
    const body_stream *stream = context;
    (void)position;
    size_t size = stream->read(stream->context, out, most);
    if (size == HS_BODY_END) return MHD_CONTENT_READER_END_OF_STREAM;
    return size == HS_BODY_FAILED ? MHD_CONTENT_READER_END_WITH_ERROR : (ssize_t)size;
}

static void release_stream(void *context) {
    const body_stream *stream = context;
    stream->released(stream->context);
    free(context);
}

bool hs_response_stream(hs_response *response, hs_body_read read, void (*released)(void *context),
                        void *context) {
    body_stream *made = malloc(sizeof *made);
    if (!made) return false;
    *made = (body_stream){read, released, context};
    response->stream = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, STREAM_PIECE_BYTES, read_stream,
                                                         made, release_stream);
    if (!response->stream) free(made);
    response->compressible = false;
    return response->stream != NULL;
}
