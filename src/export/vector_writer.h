/* Writes layers of features and plain tables to any vector format that GDAL can create, by extension. One
 * writer belongs to one thread. GDAL's own messages become part of the error, never output. */
#ifndef EXPORT_VECTOR_WRITER_H
#define EXPORT_VECTOR_WRITER_H

#include "base/field.h"
#include <hotspot/error.h>
#include <hotspot/geometry.h>

typedef struct hs_vector_writer hs_vector_writer;

/* Creates the file, replacing one that is there. HS_E_ARGUMENT for an extension that no driver writes (the
 * message lists common ones), HS_E_IO when the file cannot be made. */
hs_status hs_vector_writer_new(const char *path, hs_error *error, hs_vector_writer **writer);
/* What else a file is made with; each NULL or 0 leaves it to the format. */
typedef struct hs_vector_options {
    const char *shown;  /* how messages call the file, instead of its path */
    const char *driver; /* GDAL's name, instead of the extension */
    const char *const *dataset_options, *const *layer_options; /* KEY=VALUE, ended by NULL */
    const uint32_t *widths;                                    /* bytes of each field's longest text */
    bool mixed; /* rows may have any type of geometry, whatever the layer's is */
} hs_vector_options;

/* The same with options, whose arrays must live until the first layer is begun. */
hs_status hs_vector_writer_new_with(const char *path, const hs_vector_options *options, hs_error *error,
                                    hs_vector_writer **writer);
/* Begins a layer of one geometry type; HS_GEOMETRY_NONE begins a table. Rows go to the latest layer. Formats
 * of a single layer (GeoJSON, CSV) refuse a second one with HS_E_UNSUPPORTED. Lines and polygons are written
 * as multi geometries where `multi` is set, else every row must have exactly one part. */
hs_status hs_vector_writer_layer(hs_vector_writer *writer, const char *name, hs_geometry_type geometry,
                                 bool multi, const hs_field *fields, uint32_t field_count, hs_error *error);
/* Adds a row: one value a field; geometry NULL or of no type leaves it empty. Formats without geometries
 * (CSV) drop it. */
hs_status hs_vector_writer_row(hs_vector_writer *writer, const hs_geometry *geometry, const hs_value *values,
                               hs_error *error);
/* Commits and closes the file and ends the writer's life, on failure too. */
hs_status hs_vector_writer_finish(hs_vector_writer *writer, hs_error *error);
/* Gives up: closes and removes what was written. Takes NULL. */
void hs_vector_writer_discard(hs_vector_writer *writer);

#endif
