#include "service/geocode_batch_private.h"

#include "base/text.h"
#include "geocode/words.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_BYTES ((size_t)64 << 20)
/* A piece of work on the pool. */
enum { GRAIN = 32 };

static hs_status copy_columns(hs_geocode_batch *batch, hs_error *error) {
    const hs_geocode_batch_options *options = &batch->options;
    if (options->column_count > HS_BATCH_COLUMNS_MAX)
        return hs_error_set(error, HS_E_ARGUMENT, "more than %d columns", HS_BATCH_COLUMNS_MAX);
    if (options->reverse && options->column_count != 0 && options->column_count != 2)
        return hs_error_set(error, HS_E_ARGUMENT, "two columns are expected: longitude, latitude");
    batch->column_names = calloc(options->column_count + 1, sizeof *batch->column_names);
    if (!batch->column_names) return hs_error_memory(error, "a batch");
    for (size_t i = 0; i < options->column_count; i++) {
        char *copy = strndup(options->column[i].data, options->column[i].size);
        if (!copy) return hs_error_memory(error, "a batch");
        batch->column_names[i] = (hs_str){copy, options->column[i].size};
    }
    batch->options.column = batch->column_names;
    return HS_OK;
}

static hs_status take_geocoder(hs_service *service, hs_geocode_batch *batch, hs_error *error) {
    return batch->options.reverse
               ? hs_service_reverse_geocoder(service, batch->snapshot, error, &batch->reverse_geocoder)
               : hs_service_geocoder(service, batch->snapshot, error, &batch->geocoder);
}

hs_status hs_geocode_batch_new(hs_service *service, const hs_snapshot *snapshot,
                               const hs_geocode_batch_options *options, hs_error *error,
                               hs_geocode_batch **batch) {
    hs_geocode_batch *made = calloc(1, sizeof *made);
    if (!made) return hs_error_memory(error, "a batch");
    made->options = *options;
    if (made->options.block_rows == 0 || made->options.block_rows > HS_BATCH_BLOCK_ROWS)
        made->options.block_rows = HS_BATCH_BLOCK_ROWS;
    made->snapshot = hs_snapshot_ref(snapshot);
    made->arena = hs_arena_new(BLOCK_BYTES);
    made->row = calloc(HS_BATCH_BLOCK_ROWS, sizeof *made->row);
    hs_status status = made->arena && made->row ? HS_OK : hs_error_memory(error, "a batch");
    if (status == HS_OK) status = copy_columns(made, error);
    if (status == HS_OK)
        status =
            hs_text_reader_init(&made->reader, options->read, options->context, options->encoding, error);
    if (status == HS_OK) status = hs_field_names_new(error, &made->names);
    if (status == HS_OK) status = take_geocoder(service, made, error);
    if (status != HS_OK) {
        hs_geocode_batch_free(made);
        return status;
    }
    *batch = made;
    return HS_OK;
}

void hs_geocode_batch_free(hs_geocode_batch *batch) {
    if (!batch) return;
    for (size_t i = 0; batch->column_names && i < batch->options.column_count; i++)
        free((char *)batch->column_names[i].data);
    free(batch->column_names);
    free(batch->member[0]);
    free(batch->member[1]);
    free(batch->field);
    hs_text_reader_done(&batch->reader);
    hs_field_names_free(batch->names);
    hs_arena_free(batch->arena);
    free(batch->row);
    hs_snapshot_unref(batch->snapshot);
    free(batch);
}

static bool ends_in_han(hs_str text) {
    size_t at = text.size;
    while (at > 0 && ((unsigned char)text.data[at - 1] & 0xC0) == 0x80)
        at--;
    if (at == 0) return false;
    hs_str last = {text.data + at - 1, text.size - at + 1};
    return hs_is_han(hs_utf8_next(&last));
}

hs_str hs_batch_join(hs_geocode_batch *batch, const hs_str *texts, size_t count) {
    size_t size = 0, used = 0;
    if (count == 1) return texts[0];
    for (size_t i = 0; i < count; i++)
        size += texts[i].size + 1;
    char *joined = hs_arena_alloc(batch->arena, size + 1);
    if (!joined) return (hs_str){NULL, 0};
    for (size_t i = 0; i < count; i++) {
        if (texts[i].size == 0) continue;
        if (used > 0 && !ends_in_han((hs_str){joined, used})) joined[used++] = ' ';
        memcpy(joined + used, texts[i].data, texts[i].size);
        used += texts[i].size;
    }
    return (hs_str){joined, used};
}

static uint32_t guess_pair(const hs_geocode_batch *batch, hs_field first, hs_field second, hs_kind kind,
                           const hs_str *columns, size_t count, uint32_t found[2]) {
    size_t a = hs_field_names_find(batch->names, kind, first, columns, count);
    size_t b = hs_field_names_find(batch->names, kind, second, columns, count);
    if (a == HS_NO_COLUMN || b == HS_NO_COLUMN) return 0;
    found[0] = (uint32_t)a;
    found[1] = (uint32_t)b;
    return 2;
}

uint32_t hs_batch_guess(const hs_geocode_batch *batch, const hs_str *columns, size_t count,
                        uint32_t found[HS_BATCH_COLUMNS_MAX]) {
    if (batch->options.reverse)
        return guess_pair(batch, HS_FIELD_LON, HS_FIELD_LAT, HS_KIND_INCIDENTS, columns, count, found);
    static const hs_kind kinds[] = {HS_KIND_INCIDENTS, HS_KIND_ADDRESSES, HS_KIND_PLACES};
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        size_t column = hs_field_names_find(batch->names, kinds[k], HS_FIELD_ADDRESS, columns, count);
        if (column == HS_NO_COLUMN) continue;
        found[0] = (uint32_t)column;
        return 1;
    }
    return guess_pair(batch, HS_FIELD_STREET, HS_FIELD_NUMBER, HS_KIND_ADDRESSES, columns, count, found);
}

static void look_up(void *context, size_t begin, size_t end) {
    const hs_geocode_batch *batch = context;
    for (size_t i = begin; i < end; i++) {
        hs_batch_row *row = &batch->row[i];
        if (!row->asks || row->problem) continue;
        size_t count = 0;
        if (batch->options.reverse) {
            row->found = hs_reverse_geocode(batch->reverse_geocoder, row->position, batch->options.language,
                                            &row->reversed);
        } else if (hs_geocode(batch->geocoder, row->address, &row->geocoded, 1, NULL, &count) == HS_OK) {
            row->found = count > 0 && row->geocoded.match_type != HS_MATCH_NONE;
        } else {
            row->problem = "the geocoder failed";
        }
    }
}

static void count_row(hs_geocode_batch *batch, const hs_batch_row *row) {
    hs_geocode_batch_counts *counts = &batch->counts;
    counts->rows++;
    counts->found += row->found;
    counts->ambiguous += row->found && !batch->options.reverse && row->geocoded.ambiguous;
    if (!row->problem) return;
    if (counts->unread++ > 0) return;
    counts->first_unread = counts->rows;
    (void)snprintf(counts->first_error, sizeof counts->first_error, "%s", row->problem);
}

static hs_status read_row(hs_geocode_batch *batch, hs_batch_row *row, hs_error *error, bool *some) {
    *row = (hs_batch_row){0};
    return batch->options.form == HS_ROWS_CSV ? hs_batch_csv_read(batch, row, error, some)
                                              : hs_batch_ndjson_read(batch, row, error, some);
}

/* What rows name must stay where it is, so a block ends with the text that is there. */
static hs_status read_block(hs_geocode_batch *batch, hs_error *error) {
    hs_arena_reset(batch->arena);
    batch->row_count = 0;
    hs_status status = HS_OK;
    bool some = true;
    while (status == HS_OK && some && batch->row_count < batch->options.block_rows) {
        status = read_row(batch, &batch->row[batch->row_count], error, &some);
        if (status == HS_OK && some) batch->row_count++;
    }
    if (status != HS_OK || some || batch->row_count > 0) return status;
    batch->ended = batch->reader.ended;
    return batch->ended ? HS_OK : hs_text_reader_more(&batch->reader, error);
}

static void write_block(hs_geocode_batch *batch, hs_buffer *out) {
    for (uint32_t i = 0; i < batch->row_count; i++) {
        const hs_batch_row *row = &batch->row[i];
        count_row(batch, row);
        if (batch->options.form == HS_ROWS_CSV)
            hs_batch_csv_write(batch, row, out);
        else
            hs_batch_ndjson_write(batch, row, batch->counts.rows, out);
    }
}

static hs_status next(hs_geocode_batch *batch, hs_buffer *out, hs_error *error) {
    hs_status status = HS_OK;
    if (!batch->begun && batch->options.form == HS_ROWS_CSV) status = hs_batch_csv_begin(batch, out, error);
    batch->begun = true;
    batch->row_count = 0;
    while (status == HS_OK && batch->row_count == 0 && !batch->ended)
        status = read_block(batch, error);
    if (status != HS_OK) return status;
    hs_pool_for(batch->options.pool, batch->row_count, GRAIN, look_up, batch);
    write_block(batch, out);
    if (out->status != HS_OK) return hs_error_set(error, out->status, "no room for the answer");
    uint64_t most = batch->options.most_rows;
    if (most > 0 && batch->counts.rows > most)
        return hs_error_set(error, HS_E_LIMIT, "more than %llu rows", (unsigned long long)most);
    return HS_OK;
}

hs_status hs_geocode_batch_next(hs_geocode_batch *batch, hs_buffer *out, hs_error *error, bool *done) {
    if (batch->failed != HS_OK) return hs_error_set(error, batch->failed, "the batch has failed");
    hs_status status = next(batch, out, error);
    batch->failed = status;
    if (status == HS_OK) *done = batch->ended;
    return status;
}

const hs_geocode_batch_counts *hs_geocode_batch_counted(const hs_geocode_batch *batch) {
    return &batch->counts;
}
