/* CSV in and out: rows stay as they were written, what was found comes behind them. */
#include "service/geocode_batch_private.h"

#include "base/json_writer.h"
#include "base/text.h"
#include "export/csv_text.h"
#include <hotspot/coordinates.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_COLUMNS = 4096 };

static void put_value(hs_buffer *out, const hs_batch_value *value, char delimiter) {
    hs_json number;
    switch (value->type) {
    case HS_VALUE_TEXT:
        hs_csv_put_text(out, value->text, delimiter);
        break;
    case HS_VALUE_DECIMAL:
        hs_json_init(&number, out);
        hs_json_fixed(&number, value->number, value->decimals);
        break;
    case HS_VALUE_FLAG:
        hs_buffer_text(out, value->number ? "true" : "false");
        break;
    default:
        break;
    }
}

static void put_header(const hs_geocode_batch *batch, hs_str header, hs_buffer *out) {
    hs_batch_value values[HS_BATCH_VALUES_MAX];
    char scratch[HS_BATCH_SCRATCH];
    size_t count = hs_batch_values(batch, NULL, scratch, values);
    hs_buffer_str(out, header);
    for (size_t i = 0; i < count; i++) {
        hs_buffer_byte(out, batch->delimiter);
        hs_buffer_text(out, values[i].name);
    }
    hs_buffer_byte(out, '\n');
}

static hs_status list_columns(const hs_str *columns, uint32_t count, hs_str wanted, hs_error *error) {
    hs_buffer list;
    hs_buffer_init(&list, 4096);
    for (uint32_t i = 0; i < count && list.size < 300; i++)
        hs_buffer_printf(&list, "%s%.*s", i > 0 ? ", " : "", (int)hs_utf8_cut(columns[i], 60),
                         columns[i].data);
    hs_status status =
        hs_error_set(error, HS_E_INPUT, "no column %.*s; there are: %.*s", (int)hs_utf8_cut(wanted, 100),
                     wanted.data, (int)list.size, list.data ? list.data : "");
    hs_buffer_done(&list);
    return status;
}

static hs_status choose_columns(hs_geocode_batch *batch, const hs_str *columns, uint32_t count,
                                hs_error *error) {
    const hs_geocode_batch_options *options = &batch->options;
    batch->column_count = count;
    batch->columns_asked = (uint32_t)options->column_count;
    for (size_t c = 0; c < options->column_count; c++) {
        uint32_t i = 0;
        while (i < count && !hs_str_equal(hs_str_trim(columns[i]), options->column[c]))
            i++;
        if (i == count) return list_columns(columns, count, options->column[c], error);
        batch->column[c] = i;
    }
    if (options->column_count > 0) return HS_OK;
    batch->columns_asked = hs_batch_guess(batch, columns, count, batch->column);
    if (batch->columns_asked == 0 && count == 1 && !options->reverse) batch->columns_asked = 1;
    if (batch->columns_asked > 0) return HS_OK;
    return list_columns(columns, count,
                        options->reverse ? HS_STR("is known for longitude and latitude")
                                         : HS_STR("is known for addresses"),
                        error);
}

/* Texts of the header's fields; NULL when memory is out. */
static hs_str *header_columns(hs_geocode_batch *batch, uint32_t count) {
    hs_str *columns = hs_arena_array(batch->arena, (size_t)count + 1, sizeof *columns);
    hs_buffer text;
    hs_buffer_init(&text, HS_CSV_RECORD_MOST);
    for (uint32_t i = 0; columns && i < count; i++) {
        hs_buffer_clear(&text);
        hs_csv_value(&batch->field[i], &text);
        columns[i] = hs_arena_str(batch->arena, (hs_str){text.data ? text.data : "", text.size});
        if (!columns[i].data) columns = NULL;
    }
    hs_buffer_done(&text);
    return columns;
}

static hs_status read_header(hs_geocode_batch *batch, hs_csv_record *record, hs_error *error) {
    hs_status status = HS_OK;
    bool there = false;
    while (status == HS_OK && !there) {
        hs_str rest = hs_text_reader_rest(&batch->reader);
        if (rest.size > 0 && batch->delimiter == 0) batch->delimiter = hs_csv_delimiter(rest);
        there = hs_csv_next(rest, batch->reader.ended, batch->delimiter, batch->field, MOST_COLUMNS, record);
        if (there) break;
        if (batch->reader.ended)
            return hs_error_set(error, HS_E_INPUT, "there is no header line: the input is empty");
        status = hs_text_reader_more(&batch->reader, error);
    }
    if (status == HS_OK && record->field_count > MOST_COLUMNS)
        return hs_error_set(error, HS_E_LIMIT, "more than %d columns", MOST_COLUMNS);
    return status;
}

hs_status hs_batch_csv_begin(hs_geocode_batch *batch, hs_buffer *out, hs_error *error) {
    hs_csv_record record;
    batch->field = calloc(MOST_COLUMNS, sizeof *batch->field);
    if (!batch->field) return hs_error_memory(error, "a batch");
    hs_status status = read_header(batch, &record, error);
    if (status != HS_OK) return status;
    const hs_str *columns = header_columns(batch, record.field_count);
    if (!columns) return hs_error_memory(error, "a batch");
    status = choose_columns(batch, columns, record.field_count, error);
    if (status == HS_OK) put_header(batch, record.text, out);
    hs_text_reader_take(&batch->reader, record.size);
    return status;
}

/* The text of column i; data NULL when memory is out. */
static hs_str field_text(hs_geocode_batch *batch, const hs_csv_record *record, uint32_t column) {
    if (column >= record->field_count) return (hs_str){"", 0};
    const hs_csv_field *field = &batch->field[column];
    if (!field->doubled) return hs_str_trim(field->text);
    hs_buffer text;
    hs_buffer_init(&text, HS_CSV_RECORD_MOST);
    hs_csv_value(field, &text);
    hs_str copy = hs_arena_str(batch->arena, (hs_str){text.data ? text.data : "", text.size});
    hs_buffer_done(&text);
    return copy.data ? hs_str_trim(copy) : copy;
}

static void read_position(const hs_str texts[2], hs_batch_row *row) {
    double lon, lat;
    if (texts[0].size == 0 && texts[1].size == 0)
        row->problem = "no position";
    else if (!hs_str_to_double(texts[0], &lon) || !hs_str_to_double(texts[1], &lat) ||
             !hs_position_from_degrees(lon, lat, &row->position))
        row->problem = "longitude and latitude are not numbers of degrees";
    else
        row->asks = true;
}

static hs_status fill_row(hs_geocode_batch *batch, const hs_csv_record *record, hs_batch_row *row,
                          hs_error *error) {
    hs_str texts[HS_BATCH_COLUMNS_MAX] = {0};
    for (uint32_t i = 0; i < batch->columns_asked; i++) {
        texts[i] = field_text(batch, record, batch->column[i]);
        if (!texts[i].data && texts[i].size > 0) return hs_error_memory(error, "a row");
    }
    if (batch->options.reverse) {
        read_position(texts, row);
        return HS_OK;
    }
    row->address = hs_batch_join(batch, texts, batch->columns_asked);
    row->asks = row->address.size > 0;
    return HS_OK;
}

/* Where the field begins in the record, its quote included. */
static const char *field_begin(const hs_csv_record *record, const hs_csv_field *field) {
    const char *at = field->text.data;
    return at > record->text.data && at[-1] == '"' ? at - 1 : at;
}

hs_status hs_batch_csv_read(hs_geocode_batch *batch, hs_batch_row *row, hs_error *error, bool *some) {
    hs_csv_record record;
    do {
        *some = hs_csv_next(hs_text_reader_rest(&batch->reader), batch->reader.ended, batch->delimiter,
                            batch->field, batch->column_count, &record);
        if (!*some) return HS_OK;
        hs_text_reader_take(&batch->reader, record.size);
    } while (record.text.size == 0 && batch->column_count > 1); /* an empty line is no row */
    row->raw = record.text;
    row->fields = record.field_count;
    if (record.open_quote) {
        row->problem = "a quote is not closed";
        row->fields = 0; /* none that can be told apart */
    } else if (record.field_count > batch->column_count) {
        const char *last = field_begin(&record, &batch->field[batch->column_count - 1]);
        row->surplus = (hs_str){last, (size_t)(record.text.data + record.text.size - last)};
        row->problem = "more fields than the header has";
    } else {
        return fill_row(batch, &record, row, error);
    }
    return HS_OK;
}

/* What cannot be kept as it is stays as one text in the first or last column, so that columns stay where they
 * are. Returns the fields written. */
static uint32_t put_broken(const hs_geocode_batch *batch, const hs_batch_row *row, hs_buffer *out) {
    if (row->surplus.data) {
        hs_buffer_append(out, row->raw.data, (size_t)(row->surplus.data - row->raw.data));
        hs_csv_put_text(out, row->surplus, batch->delimiter);
        return batch->column_count;
    }
    hs_csv_put_text(out, row->raw, batch->delimiter);
    return 1;
}

void hs_batch_csv_write(const hs_geocode_batch *batch, const hs_batch_row *row, hs_buffer *out) {
    hs_batch_value values[HS_BATCH_VALUES_MAX];
    char scratch[HS_BATCH_SCRATCH];
    size_t count = hs_batch_values(batch, row, scratch, values);
    uint32_t fields = row->fields;
    if (row->surplus.data || row->fields == 0)
        fields = put_broken(batch, row, out);
    else
        hs_buffer_str(out, row->raw);
    for (; fields < batch->column_count; fields++)
        hs_buffer_byte(out, batch->delimiter);
    for (size_t i = 0; i < count; i++) {
        hs_buffer_byte(out, batch->delimiter);
        put_value(out, &values[i], batch->delimiter);
    }
    hs_buffer_byte(out, '\n');
}
