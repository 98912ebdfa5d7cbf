/* Tables come from files and requests: whatever the bytes, records follow one another and cover all of them,
 * whether the text is there at once or bit by bit, and fields lie within their record. */
#include "ingest/csv_record.h"
#include "ingest/text_reader.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FIELDS = 16 };

static void check_fields(const hs_csv_record *record, const hs_csv_field *fields) {
    if (record->open_quote) return;
    for (uint32_t i = 0; i < record->field_count && i < FIELDS; i++) {
        const char *end = record->text.data + record->text.size;
        if (fields[i].text.data < record->text.data || fields[i].text.data + fields[i].text.size > end)
            abort();
        hs_buffer value;
        hs_buffer_init(&value, 1 << 20);
        hs_csv_value(&fields[i], &value);
        if (value.size > fields[i].text.size) abort();
        hs_buffer_done(&value);
    }
}

static size_t count_records(hs_str text, char delimiter) {
    hs_csv_field fields[FIELDS];
    hs_csv_record record;
    size_t count = 0;
    for (; hs_csv_next(text, true, delimiter, fields, FIELDS, &record); count++) {
        if (record.size == 0 || record.size > text.size || record.text.size > record.size) abort();
        check_fields(&record, fields);
        text = (hs_str){text.data + record.size, text.size - record.size};
    }
    if (text.size > 0) abort();
    return count;
}

typedef struct source {
    const uint8_t *data;
    size_t size, step;
} source;

static size_t read_some(void *context, char *bytes, size_t most, hs_error *error) {
    source *s = context;
    (void)error;
    size_t size = s->size < s->step ? s->size : s->step;
    if (size > most) size = most;
    memcpy(bytes, s->data, size);
    s->data += size;
    s->size -= size;
    return size;
}

/* The same text through the reader, in pieces, records taken as they come. */
static void stream(const uint8_t *data, size_t size, const char *encoding) {
    source s = {data, size, 1 + (size > 0 ? data[0] % 13u : 0)};
    hs_text_reader reader;
    hs_csv_field fields[FIELDS];
    hs_csv_record record;
    if (hs_text_reader_init(&reader, read_some, &s, encoding, NULL) != HS_OK) abort();
    while (true) {
        if (hs_csv_next(hs_text_reader_rest(&reader), reader.ended, ',', fields, FIELDS, &record)) {
            check_fields(&record, fields);
            hs_text_reader_take(&reader, record.size);
        } else if (reader.ended) {
            break;
        } else if (hs_text_reader_more(&reader, NULL) != HS_OK) {
            abort();
        }
    }
    if (hs_text_reader_rest(&reader).size > 0) abort();
    hs_text_reader_done(&reader);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    hs_str text = {size > 0 ? (const char *)data : "", size};
    (void)count_records(text, ',');
    (void)count_records(text, hs_csv_delimiter(text));
    stream(data, size, NULL);
    stream(data, size, "UTF-8");
    stream(data, size, "GB18030");
    return 0;
}
