#include "ingest/csv_record.h"

#include "base/text.h"
#include <string.h>

typedef struct cursor {
    hs_str text;
    size_t at;
    char delimiter;
} cursor;

static bool at_line_end(const cursor *c) {
    char b = c->text.data[c->at];
    return b == '\n' || (b == '\r' && (c->at + 1 == c->text.size || c->text.data[c->at + 1] == '\n'));
}

/* Behind the field's closing quote; false where there is none. */
static bool skip_quoted(cursor *c, bool *doubled) {
    size_t most = c->text.size < HS_CSV_RECORD_MOST ? c->text.size : HS_CSV_RECORD_MOST;
    for (c->at++; c->at < most; c->at++) {
        const char *quote = memchr(c->text.data + c->at, '"', most - c->at);
        if (!quote) return false;
        c->at = (size_t)(quote - c->text.data);
        if (c->at + 1 >= c->text.size || c->text.data[c->at + 1] != '"') {
            c->at++;
            return true;
        }
        *doubled = true;
        c->at++;
    }
    return false;
}

static void skip_plain(cursor *c) {
    while (c->at < c->text.size && c->text.data[c->at] != c->delimiter && !at_line_end(c))
        c->at++;
}

/* One field from `at` on, which ends at a delimiter, a line end or the text's; false: a quote stays open. */
static bool read_field(cursor *c, hs_csv_field *field) {
    size_t start = c->at;
    *field = (hs_csv_field){0};
    if (c->at < c->text.size && c->text.data[c->at] == '"') {
        if (!skip_quoted(c, &field->doubled)) return false;
        size_t end = c->at;
        skip_plain(c);
        if (c->at == end) {
            field->text = (hs_str){c->text.data + start + 1, end - start - 2};
            return true;
        }
        /* Something follows the closing quote: the field is what stands there. */
        field->doubled = false;
    } else {
        skip_plain(c);
    }
    field->text = (hs_str){c->text.data + start, c->at - start};
    return true;
}

static bool read_record(cursor *c, bool to_line_end, hs_csv_field *fields, uint32_t capacity,
                        hs_csv_record *record) {
    record->field_count = 0;
    while (true) {
        hs_csv_field field = {0};
        if (to_line_end)
            skip_plain(c);
        else if (!read_field(c, &field))
            return false;
        if (record->field_count < capacity) fields[record->field_count] = field;
        record->field_count++;
        if (c->at == c->text.size || at_line_end(c)) return true;
        c->at++; /* the delimiter */
    }
}

static size_t line_end_size(const cursor *c) {
    if (c->at == c->text.size) return 0;
    return c->text.data[c->at] == '\r' && c->at + 1 < c->text.size ? 2 : 1;
}

bool hs_csv_next(hs_str text, bool ended, char delimiter, hs_csv_field *fields, uint32_t capacity,
                 hs_csv_record *record) {
    if (text.size == 0) return false;
    cursor c = {.text = text, .delimiter = delimiter};
    *record = (hs_csv_record){0};
    if (!read_record(&c, false, fields, capacity, record)) {
        if (!ended && text.size < HS_CSV_RECORD_MOST) return false;
        record->open_quote = true;
        c.at = 0;
        (void)read_record(&c, true, NULL, 0, record);
    }
    /* The end of the text may be the middle of a record. */
    if (!ended && c.at + 1 >= text.size && !(c.at < text.size && text.data[c.at] == '\n')) return false;
    record->text = (hs_str){text.data, c.at};
    record->size = c.at + line_end_size(&c);
    return true;
}

void hs_csv_value(const hs_csv_field *field, hs_buffer *out) {
    hs_str rest = field->text;
    if (!field->doubled) {
        hs_buffer_str(out, rest);
        return;
    }
    while (rest.size > 0) {
        const char *quote = memchr(rest.data, '"', rest.size);
        size_t size = quote ? (size_t)(quote - rest.data) + 1 : rest.size;
        hs_buffer_append(out, rest.data, size);
        if (quote && size < rest.size) size++;
        rest = (hs_str){rest.data + size, rest.size - size};
    }
}

char hs_csv_delimiter(hs_str text) {
    static const char candidates[] = ",;\t|";
    size_t count[4] = {0};
    bool quoted = false;
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] == '"') quoted = !quoted;
        if (quoted) continue;
        if (text.data[i] == '\n') break;
        const char *known = text.data[i] ? strchr(candidates, text.data[i]) : NULL;
        if (known) count[known - candidates]++;
    }
    size_t best = 0;
    for (size_t i = 1; i < 4; i++)
        if (count[i] > count[best]) best = i;
    return candidates[best];
}
