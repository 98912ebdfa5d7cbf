/* Features of a collection as rows of a table: the fields in the order of the pages, then the columns that
 * came along with units and streets, then what a format needs beside them. One table belongs to one thread.
 */
#ifndef EXPORT_FEATURE_TABLE_H
#define EXPORT_FEATURE_TABLE_H

#include "base/field.h"
#include "city/collection.h"

/* A row: of a chunk of incidents, or of the geography's columns (chunk 0). */
typedef struct hs_feature_row {
    uint32_t chunk, row;
} hs_feature_row;

typedef struct hs_feature_rows {
    const hs_feature_row *row;
    uint64_t count;
} hs_feature_rows;

typedef struct hs_feature {
    hs_geometry geometry; /* of no type where there is none */
    const hs_value *values;
} hs_feature;

typedef struct hs_feature_table hs_feature_table;

/* `traits` of a format (export/format.h) say what columns are added: HS_FORMAT_COLUMNS and HS_FORMAT_LABELS.
 * The snapshot must outlive the table. O(attributes of the rows). */
hs_status hs_feature_table_new(const hs_snapshot *snapshot, const hs_collection *collection,
                               const hs_feature_rows *rows, unsigned traits, hs_error *error,
                               hs_feature_table **table);
void hs_feature_table_free(hs_feature_table *table);

/* Names are unique whatever the case of their letters. */
const hs_field *hs_feature_table_fields(const hs_feature_table *table, uint32_t *count);
/* One row, alive until the next is read; texts of the collection's own fields are the snapshot's. */
hs_status hs_feature_table_read(hs_feature_table *table, hs_feature_row row, hs_error *error,
                                hs_feature *feature);

/* Bit t is set for each hs_geometry_type t among the rows. */
unsigned hs_feature_types(const hs_snapshot *snapshot, const hs_collection *collection,
                          const hs_feature_rows *rows);

#endif
