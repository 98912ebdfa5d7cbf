/* What the two ways of reading rows share. */
#ifndef INGEST_ROWS_PRIVATE_H
#define INGEST_ROWS_PRIVATE_H

#include "base/buffer.h"
#include "ingest/rows.h"
#include <ogr_recordbatch.h>

struct hs_rows {
    hs_source *source;
    hs_arena *arena; /* texts of the row that had to be made */
    bool *want;
    hs_row row;
    /* Feature by feature. */
    OGRFeatureH feature;
    hs_buffer wkb;
    /* Through the Arrow stream. */
    bool is_arrow;
    struct ArrowArrayStream stream;
    struct ArrowSchema schema;
    struct ArrowArray batch;
    int64_t batch_row;
    int64_t *child_of_column; /* child of the batch, -1 */
    int64_t geometry_child;
};

/* False when this layer is better read feature by feature. */
bool hs_rows_start_arrow(hs_rows *rows);
void hs_rows_stop_arrow(hs_rows *rows);
hs_status hs_rows_next_arrow(hs_rows *rows, hs_error *error, const hs_row **row);

/* Fills a cell with a text of the file: decoded, trimmed, none for blank, NA, NULL and their like. */
void hs_rows_put_text(hs_rows *rows, hs_str raw, hs_cell *cell);

/* The same rule for a text that is decoded and trimmed already. */
bool hs_text_means_none(hs_str text);

#endif
