/* Rows of a layer, one after the other, whatever way GDAL reads them: through its Arrow stream where the
 * driver has a fast one, else feature by feature. */
#ifndef INGEST_ROWS_H
#define INGEST_ROWS_H

#include "ingest/date.h"
#include "ingest/source.h"

typedef enum hs_cell_type {
    HS_CELL_NONE,
    HS_CELL_TEXT,
    HS_CELL_INT,
    HS_CELL_REAL,
    HS_CELL_DATE
} hs_cell_type;

typedef struct hs_cell {
    hs_cell_type type;
    union {
        hs_str text; /* UTF-8, trimmed, never a word for nothing */
        int64_t integer;
        double real; /* finite */
        hs_date date;
    };
} hs_cell;

typedef struct hs_row {
    uint64_t number; /* from 1 */
    hs_cell *cells;  /* one a column of the source */
    const void *wkb; /* the row's own geometry, NULL for none */
    size_t wkb_size;
    const char *bad_geometry; /* why the geometry could not be read, or NULL */
} hs_row;

typedef struct hs_rows hs_rows;

/* Starts reading from the first row; `want` says for each column whether its cells are needed (NULL: all).
 * One at a time per source. */
hs_status hs_rows_open(hs_source *source, const bool *want, hs_error *error, hs_rows **rows);
void hs_rows_close(hs_rows *rows);
/* The next row, alive until the next call; *row is NULL at the end. */
hs_status hs_rows_next(hs_rows *rows, hs_error *error, const hs_row **row);

/* A cell as text in the arena (numbers as people write them, a whole real without `.0`, dates in ISO 8601);
 * empty for none. */
hs_str hs_cell_text(const hs_cell *cell, hs_arena *arena);
/* A cell as number; false when it is none. */
bool hs_cell_number(const hs_cell *cell, double *number);

#endif
