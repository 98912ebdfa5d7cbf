#include "ingest/text_reader.h"

#include "base/text.h"
#include <string.h>

enum { PIECE = 1 << 18, MOST_HELD = 64 << 20 };

static hs_status set_encoding(hs_text_reader *reader, const char *encoding, hs_error *error) {
    if (strcmp(encoding, "UTF-8") == 0) return HS_OK;
    reader->wide = strncmp(encoding, "UTF-16", 6) == 0;
    reader->little_endian = strcmp(encoding, "UTF-16BE") != 0;
    return hs_decoder_new(encoding, error, &reader->decoder);
}

hs_status hs_text_reader_init(hs_text_reader *reader, hs_read_bytes read, void *context, const char *encoding,
                              hs_error *error) {
    *reader = (hs_text_reader){.read = read, .context = context};
    hs_buffer_init(&reader->raw, MOST_HELD);
    hs_buffer_init(&reader->text, (size_t)3 * MOST_HELD);
    return encoding ? set_encoding(reader, encoding, error) : HS_OK;
}

void hs_text_reader_done(hs_text_reader *reader) {
    hs_decoder_free(reader->decoder);
    hs_buffer_done(&reader->raw);
    hs_buffer_done(&reader->text);
}

/* The bytes up to the end of the last line, where no character is cut; none: there is no line end. */
static size_t whole_lines(const hs_text_reader *reader) {
    const char *bytes = reader->raw.data;
    size_t size = reader->raw.size;
    if (!reader->wide) {
        const char *end = size > 0 ? memrchr(bytes, '\n', size) : NULL;
        return end ? (size_t)(end - bytes) + 1 : 0;
    }
    for (size_t at = size / 2; at > 0; at--) {
        const char *unit = bytes + 2 * (at - 1);
        if (unit[reader->little_endian ? 0 : 1] == '\n' && unit[reader->little_endian ? 1 : 0] == 0)
            return 2 * at;
    }
    return 0;
}

static void drop_taken(hs_text_reader *reader) {
    if (reader->at == 0) return;
    memmove(reader->text.data, reader->text.data + reader->at, reader->text.size - reader->at);
    reader->text.size -= reader->at;
    reader->at = 0;
}

static void decode(hs_text_reader *reader, size_t size) {
    hs_str bytes = {reader->raw.data, size};
    if (reader->decoder)
        hs_decoder_append(reader->decoder, bytes, &reader->text);
    else
        hs_buffer_str(&reader->text, bytes);
    memmove(reader->raw.data, reader->raw.data + size, reader->raw.size - size);
    reader->raw.size -= size;
}

static void drop_mark(hs_text_reader *reader) {
    if (hs_str_starts(hs_text_reader_rest(reader), HS_STR("\xEF\xBB\xBF"))) reader->at += 3;
}

static hs_status fill(hs_text_reader *reader, hs_error *error) {
    char *room = hs_buffer_reserve(&reader->raw, PIECE);
    if (!room)
        return hs_error_set(error, HS_E_LIMIT, "a line is longer than %d MiB: check its line ends",
                            MOST_HELD >> 20);
    size_t size = reader->read(reader->context, room, PIECE, error);
    if (size == HS_READ_FAILED) return HS_E_IO;
    reader->raw.size += size;
    reader->ended = size == 0;
    return HS_OK;
}

/* The first piece tells the encoding; short reads are added up. */
static hs_status begin(hs_text_reader *reader, hs_error *error) {
    hs_status status = HS_OK;
    while (status == HS_OK && !reader->ended && reader->raw.size < PIECE)
        status = fill(reader, error);
    if (status != HS_OK || reader->decoder) return status;
    hs_str sample = {reader->raw.data ? reader->raw.data : "", reader->raw.size};
    return set_encoding(reader, hs_encoding_detect(sample, !reader->ended), error);
}

hs_status hs_text_reader_more(hs_text_reader *reader, hs_error *error) {
    if (reader->ended) return HS_OK;
    bool first = !reader->begun;
    hs_status status = HS_OK;
    drop_taken(reader);
    if (first) {
        reader->begun = true;
        status = begin(reader, error);
    } else {
        status = fill(reader, error);
    }
    size_t ready = 0;
    while (status == HS_OK && (ready = reader->ended ? reader->raw.size : whole_lines(reader)) == 0 &&
           !reader->ended)
        status = fill(reader, error);
    if (status != HS_OK) return status;
    if (ready > 0) decode(reader, ready);
    if (first) drop_mark(reader);
    if (reader->text.status == HS_OK) return HS_OK;
    return hs_error_set(error, reader->text.status, "a record is too long to be held");
}
