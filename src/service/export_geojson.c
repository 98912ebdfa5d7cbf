#include "service/export_private.h"

#include "base/text.h"
#include "render/geojson.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define PIECE_BYTES (256 << 10)
#define PIECE_MOST  ((size_t)1 << 30)
#define SHARED_MOST ((size_t)64 << 20)

typedef struct writing {
    const hs_feature_file *file;
    FILE *out;
    hs_buffer piece;
    hs_json json;
    hs_geojson_context context;
} writing;

static hs_status flush(writing *w, hs_error *error) {
    if (w->piece.status != HS_OK)
        return hs_error_set(error, w->piece.status, "%s: a feature is too large", w->file->shown);
    errno = 0;
    bool done = w->piece.size == 0 || fwrite(w->piece.data, 1, w->piece.size, w->out) == w->piece.size;
    hs_buffer_clear(&w->piece);
    return done ? HS_OK
                : hs_error_set(error, HS_E_IO, "%s: cannot be written: %s", w->file->shown, strerror(errno));
}

static void write_feature(writing *w, hs_feature_row row) {
    const hs_feature_file *file = w->file;
    if (file->format->is_sequence) {
        hs_json_init(&w->json, &w->piece);
        if (file->format->is_marked) hs_buffer_byte(&w->piece, 0x1E);
    }
    if (file->collection->kind == HS_COLLECT_INCIDENTS)
        hs_geojson_incident(&w->json, &w->context, file->snapshot->incidents->chunk[row.chunk], row.row);
    else
        hs_geojson_row(&w->json, file->collection, file->snapshot, row.row);
    hs_buffer_byte(&w->piece, '\n');
}

static hs_status write_features(writing *w, hs_error *error) {
    const hs_feature_file *file = w->file;
    hs_status status = HS_OK;
    for (uint64_t i = 0; status == HS_OK && i < file->rows.count; i++) {
        if (i % HS_EXPORT_STEP_ROWS == 0 && file->step) status = file->step(file->context, i, error);
        if (status != HS_OK) break;
        write_feature(w, file->rows.row[i]);
        if (w->piece.size >= PIECE_BYTES) status = flush(w, error);
    }
    return status;
}

static hs_status write_all(writing *w, hs_error *error) {
    bool whole = !w->file->format->is_sequence;
    if (whole) {
        hs_json_object(&w->json);
        hs_json_pair_text(&w->json, "type", "FeatureCollection");
        hs_json_pair_text(&w->json, "name", w->file->collection->id);
        hs_json_key(&w->json, "features");
        hs_json_array(&w->json);
    }
    hs_status status = write_features(w, error);
    if (whole) {
        hs_json_array_end(&w->json);
        hs_json_object_end(&w->json);
        hs_buffer_byte(&w->piece, '\n');
    }
    return status == HS_OK ? flush(w, error) : status;
}

hs_status hs_export_geojson(const hs_feature_file *file, hs_error *error, uint64_t *written) {
    writing w = {.file = file};
    hs_arena *arena = hs_arena_new(SHARED_MOST);
    if (!arena) return hs_error_memory(error, "an export");
    w.out = fopen(file->path, "wbe");
    if (!w.out) {
        hs_arena_free(arena);
        return hs_error_set(error, HS_E_IO, "%s: %s", file->shown, strerror(errno));
    }
    hs_buffer_init(&w.piece, PIECE_MOST);
    hs_json_init(&w.json, &w.piece);
    hs_geojson_context_init(&w.context, file->snapshot, arena);
    hs_status status = write_all(&w, error);
    if (fclose(w.out) != 0 && status == HS_OK)
        status = hs_error_set(error, HS_E_IO, "%s: cannot be written: %s", file->shown, strerror(errno));
    hs_buffer_done(&w.piece);
    hs_arena_free(arena);
    if (status == HS_OK) *written = file->rows.count;
    return status;
}
