/* Text of unknown encoding from a stream: UTF-8 as it comes, a piece at a time. */
#ifndef INGEST_TEXT_READER_H
#define INGEST_TEXT_READER_H

#include "base/buffer.h"
#include "ingest/encoding.h"

/* Reads at most `most` bytes (above 0); 0 at the end, HS_READ_FAILED with *error set. */
typedef size_t (*hs_read_bytes)(void *context, char *bytes, size_t most, hs_error *error);
#define HS_READ_FAILED SIZE_MAX

typedef struct hs_text_reader {
    hs_read_bytes read;
    void *context;
    hs_decoder *decoder; /* NULL for UTF-8 */
    bool wide;           /* two bytes a unit */
    bool little_endian;
    bool begun, ended;
    hs_buffer raw;  /* what is not decoded yet */
    hs_buffer text; /* UTF-8 */
    size_t at;      /* of the text, what is not taken yet */
} hs_text_reader;

/* `encoding` as hs_decoder_new takes it, NULL: from the beginning of the stream. A mark of byte order is left
 * out. */
hs_status hs_text_reader_init(hs_text_reader *reader, hs_read_bytes read, void *context, const char *encoding,
                              hs_error *error);
void hs_text_reader_done(hs_text_reader *reader);
/* What is there and not taken; alive until the next call. */
static inline hs_str hs_text_reader_rest(const hs_text_reader *reader) {
    return (hs_str){reader->text.data ? reader->text.data + reader->at : "", reader->text.size - reader->at};
}
/* Brings more text, whole lines where there are any, or finds the end. HS_E_LIMIT beyond 64 MiB that nobody
 * takes. */
hs_status hs_text_reader_more(hs_text_reader *reader, hs_error *error);
static inline void hs_text_reader_take(hs_text_reader *reader, size_t size) {
    reader->at += size;
}

#endif
