/* What the forms of a batch share with its flow. */
#ifndef SERVICE_GEOCODE_BATCH_PRIVATE_H
#define SERVICE_GEOCODE_BATCH_PRIVATE_H

#include "base/arena.h"
#include "ingest/csv_record.h"
#include "ingest/fields.h"
#include "service/geocode_batch.h"

enum { HS_BATCH_BLOCK_ROWS = 1024 };

/* A row and what was found for it. */
typedef struct hs_batch_row {
    hs_str raw;     /* as it came, without its line's end */
    hs_str address; /* what is asked */
    hs_position position;
    bool asks;           /* there is something to ask */
    const char *problem; /* why the row cannot be read, or NULL */
    uint32_t fields;     /* of CSV */
    hs_str surplus;      /* of CSV: from the last column on, where there are fields too many */
    bool has_members;    /* of NDJSON: the object has members already */
    bool is_object;      /* of NDJSON: raw is an object, less what is written anew */
    bool found;
    union {
        hs_geocode_result geocoded;
        hs_reverse_result reversed;
    };
} hs_batch_row;

struct hs_geocode_batch {
    const hs_geocoder *geocoder;
    const hs_reverse_geocoder *reverse_geocoder;
    hs_snapshot *snapshot;
    hs_geocode_batch_options options;
    hs_text_reader reader;
    hs_field_names *names;
    hs_arena *arena; /* of the block */
    hs_batch_row *row;
    uint32_t row_count;
    hs_geocode_batch_counts counts;
    bool begun, ended;
    hs_status failed;
    /* CSV */
    char delimiter;
    uint32_t column_count; /* of the header */
    uint32_t column[HS_BATCH_COLUMNS_MAX];
    uint32_t columns_asked;
    hs_csv_field *field; /* [column_count] */
    /* NDJSON: the members that held the address, or lon and lat, last time */
    char *member[2];
    hs_str *column_names; /* copies of the options' */
};

/* Each form: reads what precedes the rows; fills the next row, false at the end; writes a row. */
hs_status hs_batch_csv_begin(hs_geocode_batch *batch, hs_buffer *out, hs_error *error);
hs_status hs_batch_csv_read(hs_geocode_batch *batch, hs_batch_row *row, hs_error *error, bool *some);
void hs_batch_csv_write(const hs_geocode_batch *batch, const hs_batch_row *row, hs_buffer *out);
hs_status hs_batch_ndjson_read(hs_geocode_batch *batch, hs_batch_row *row, hs_error *error, bool *some);
void hs_batch_ndjson_write(const hs_geocode_batch *batch, const hs_batch_row *row, uint64_t number,
                           hs_buffer *out);

/* Texts of one address put together: a blank between, none between Chinese ones. In the block's arena; data
 * NULL when memory is out. */
hs_str hs_batch_join(hs_geocode_batch *batch, const hs_str *texts, size_t count);
/* Which of the columns hold the address, or longitude and latitude, by their names; 0: none are known. */
uint32_t hs_batch_guess(const hs_geocode_batch *batch, const hs_str *columns, size_t count,
                        uint32_t found[HS_BATCH_COLUMNS_MAX]);

/* What was found, as named values in the order in which they are written. A value is a text, or a number
 * with its decimals, or a flag. */
typedef struct hs_batch_value {
    const char *name;
    enum { HS_VALUE_NOTHING, HS_VALUE_TEXT, HS_VALUE_DECIMAL, HS_VALUE_FLAG } type;
    hs_str text;
    int64_t number; /* a decimal's digits, a flag */
    int decimals;
} hs_batch_value;
enum { HS_BATCH_VALUES_MAX = 20, HS_BATCH_SCRATCH = 512 };
/* Returns how many; texts that had to be made lie in `scratch`. A row NULL gives names alone. */
size_t hs_batch_values(const hs_geocode_batch *batch, const hs_batch_row *row, char scratch[HS_BATCH_SCRATCH],
                       hs_batch_value values[HS_BATCH_VALUES_MAX]);

#endif
