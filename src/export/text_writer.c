#include "export/text_writer.h"

#include "base/json_writer.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PIECE_BYTES ((size_t)256 << 10)
#define PIECE_MOST  ((size_t)1 << 30)

struct hs_text_writer {
    char *path, *shown;
    FILE *file;
    hs_buffer piece;
    const hs_text_format *format;
    hs_text_layout layout;
};

void hs_text_position(hs_buffer *out, hs_position position, char separator) {
    hs_json number;
    hs_json_init(&number, out);
    hs_json_fixed(&number, position.lon_e7, 7);
    hs_buffer_byte(out, separator);
    hs_json_fixed(&number, position.lat_e7, 7);
}

bool hs_text_value(hs_buffer *out, const hs_field *field, const hs_value *value) {
    hs_json number;
    hs_json_init(&number, out);
    if (value->absent) return false;
    switch (field->type) {
    case HS_FIELD_INTEGER:
        hs_json_int(&number, value->integer);
        return true;
    case HS_FIELD_REAL:
        if (!isfinite(value->real)) return false;
        hs_json_double(&number, value->real);
        return true;
    default:
        if (!value->text.data) return false;
        hs_buffer_str(out, value->text);
        return true;
    }
}

static hs_status fail(const hs_text_writer *writer, hs_error *error) {
    return hs_error_set(error, HS_E_IO, "%s: cannot be written: %s", writer->shown, strerror(errno));
}

static hs_status flush(hs_text_writer *writer, hs_error *error) {
    hs_buffer *piece = &writer->piece;
    if (piece->status != HS_OK)
        return hs_error_set(error, piece->status, "%s: a feature is too large", writer->shown);
    bool done = piece->size == 0 || fwrite(piece->data, 1, piece->size, writer->file) == piece->size;
    hs_buffer_clear(piece);
    return done ? HS_OK : fail(writer, error);
}

static void end(hs_text_writer *writer) {
    hs_buffer_done(&writer->piece);
    free(writer->path);
    free(writer->shown);
    free(writer);
}

hs_status hs_text_writer_new(const char *path, const char *shown, const hs_text_format *format,
                             const hs_text_layout *layout, hs_error *error, hs_text_writer **writer) {
    hs_text_writer *made = calloc(1, sizeof *made);
    if (!made) return hs_error_memory(error, "an export");
    hs_buffer_init(&made->piece, PIECE_MOST);
    made->format = format;
    made->layout = *layout;
    made->path = strdup(path);
    made->shown = strdup(shown);
    if (!made->path || !made->shown) {
        end(made);
        return hs_error_memory(error, "an export");
    }
    made->file = fopen(path, "wbe");
    if (!made->file) {
        hs_status status = fail(made, error);
        end(made);
        return status;
    }
    format->begin(&made->piece, &made->layout);
    *writer = made;
    return HS_OK;
}

hs_status hs_text_writer_feature(hs_text_writer *writer, const hs_geometry *geometry, const hs_value *values,
                                 hs_error *error) {
    writer->format->feature(&writer->piece, &writer->layout, geometry, values);
    return writer->piece.size < PIECE_BYTES && writer->piece.status == HS_OK ? HS_OK : flush(writer, error);
}

hs_status hs_text_writer_finish(hs_text_writer *writer, hs_error *error) {
    writer->format->end(&writer->piece, &writer->layout);
    hs_status status = flush(writer, error);
    if (fclose(writer->file) != 0 && status == HS_OK) status = fail(writer, error);
    if (status != HS_OK) (void)unlink(writer->path);
    end(writer);
    return status;
}

void hs_text_writer_discard(hs_text_writer *writer) {
    if (!writer) return;
    (void)fclose(writer->file);
    (void)unlink(writer->path);
    end(writer);
}
