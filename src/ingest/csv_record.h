/* Records of CSV (RFC 4180) one at a time out of text in memory, as they were written. */
#ifndef INGEST_CSV_RECORD_H
#define INGEST_CSV_RECORD_H

#include "base/buffer.h"

typedef struct hs_csv_field {
    hs_str text; /* without the quotes around it; doubled ones stay doubled */
    bool doubled;
} hs_csv_field;

typedef struct hs_csv_record {
    size_t size; /* bytes with the line's end */
    hs_str text; /* without it */
    uint32_t field_count;
    bool open_quote; /* a quote is not closed: the record is the line alone */
} hs_csv_record;

/* A record longer than this is taken for an open quote. */
#define HS_CSV_RECORD_MOST ((size_t)1 << 20)

/* The first record of the text, with its first `capacity` fields; false where its end is not there and more
 * may come (`ended` is false), or the text is empty. */
bool hs_csv_next(hs_str text, bool ended, char delimiter, hs_csv_field *fields, uint32_t capacity,
                 hs_csv_record *record);
/* A field as it reads. */
void hs_csv_value(const hs_csv_field *field, hs_buffer *out);
/* The delimiter that a header line has most of outside quotes: comma, semicolon, tab or bar. */
char hs_csv_delimiter(hs_str text);

#endif
