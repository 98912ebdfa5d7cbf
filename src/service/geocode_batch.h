/* Addresses, or positions, by the table: CSV and NDJSON in, the same out with what was found, block by block,
 * so that neither side is ever held as a whole. Rows come out in their order, every one of them; what could
 * not be read says so in its field `error`. */
#ifndef SERVICE_GEOCODE_BATCH_H
#define SERVICE_GEOCODE_BATCH_H

#include "ingest/text_reader.h"
#include "service/service.h"

typedef enum hs_rows_form { HS_ROWS_CSV, HS_ROWS_NDJSON } hs_rows_form;

typedef struct hs_geocode_batch_options {
    hs_rows_form form;
    bool reverse;         /* lon and lat in, what is there out */
    const hs_str *column; /* whose texts are the address, or longitude and latitude; none: guessed by name */
    size_t column_count;  /* at most HS_BATCH_COLUMNS_MAX */
    const char *encoding; /* of the input; NULL: guessed */
    hs_label_language language;
    uint64_t most_rows;  /* 0: any number; HS_E_LIMIT behind them */
    uint32_t block_rows; /* at most 1024, which 0 means */
    hs_pool *pool;       /* rows of a block are looked up there; NULL: by the caller alone */
    hs_read_bytes read;
    void *context;
} hs_geocode_batch_options;

#define HS_BATCH_COLUMNS_MAX 16

typedef struct hs_geocode_batch_counts {
    uint64_t rows, found, ambiguous;
    uint64_t unread;       /* rows with an error */
    uint64_t first_unread; /* the number of the first of them, from 1; 0: none */
    char first_error[160];
} hs_geocode_batch_counts;

typedef struct hs_geocode_batch hs_geocode_batch;

/* Holds the snapshot. HS_E_ARGUMENT for too many columns. */
hs_status hs_geocode_batch_new(hs_service *service, const hs_snapshot *snapshot,
                               const hs_geocode_batch_options *options, hs_error *error,
                               hs_geocode_batch **batch);
void hs_geocode_batch_free(hs_geocode_batch *batch);
/* Appends the next block of the answer; *done is set when it was the last. HS_E_INPUT where no column is the
 * one wanted, HS_E_IO where reading fails, HS_E_LIMIT, HS_E_MEMORY; nothing follows a failure. */
hs_status hs_geocode_batch_next(hs_geocode_batch *batch, hs_buffer *out, hs_error *error, bool *done);
const hs_geocode_batch_counts *hs_geocode_batch_counted(const hs_geocode_batch *batch);

#endif
