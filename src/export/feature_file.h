/* Features of a collection, or of a source, to a file of any format that is made from a table: all but
 * GeoJSON. */
#ifndef EXPORT_FEATURE_FILE_H
#define EXPORT_FEATURE_FILE_H

#include "export/feature_table.h"
#include "export/format.h"

/* Features that are no collection's, read one after another. */
typedef struct hs_feature_source {
    const char *name; /* of the layer, and in messages */
    const hs_field *fields;
    uint32_t field_count;
    hs_geometry_type type; /* of all: points, or lines and polygons of one part */
    uint64_t count;
    void *context;
    /* The feature lives until the next one is read. */
    hs_status (*read)(void *context, uint64_t index, hs_error *error, hs_feature *feature);
} hs_feature_source;

typedef struct hs_feature_file {
    const hs_feature_source *source; /* or NULL: then the next three */
    const hs_snapshot *snapshot;
    const hs_collection *collection;
    hs_feature_rows rows;
    const hs_export_format *format;
    const char *path;  /* replaced when it is there */
    const char *shown; /* how messages call it */
    void *context;
    hs_status (*step)(void *context, uint64_t done, hs_error *error); /* now and then: HS_OK to go on */
    void (*warn)(void *context, const char *message);
} hs_feature_file;

#define HS_EXPORT_STEP_ROWS 4096

/* Writes the file; on failure none is left. What the format cannot hold is refused in words before anything
 * is written (HS_E_ARGUMENT: geometries of another type, too many rows or columns, too large a table), or
 * left out and said by `warn`. *written counts the rows. */
hs_status hs_feature_file_write(const hs_feature_file *file, hs_error *error, uint64_t *written);

#endif
