/* Files of text, written feature by feature: CSV, KML, GPX. Only a piece of the file is in memory. */
#ifndef EXPORT_TEXT_WRITER_H
#define EXPORT_TEXT_WRITER_H

#include "base/buffer.h"
#include "base/field.h"
#include <hotspot/geometry.h>

/* What the features have; the arrays must outlive the writer. Times are texts before they come here. */
typedef struct hs_text_layout {
    const char *layer;
    const hs_field *fields;
    uint32_t field_count;
    bool outlines; /* of CSV: a last column WKT holds the geometries */
} hs_text_layout;

typedef struct hs_text_format {
    void (*begin)(hs_buffer *out, const hs_text_layout *layout);
    void (*feature)(hs_buffer *out, const hs_text_layout *layout, const hs_geometry *geometry,
                    const hs_value *values);
    void (*end)(hs_buffer *out, const hs_text_layout *layout);
} hs_text_format;

/* RFC 4180 in UTF-8 without a mark, lines end with LF; texts as they are, quoted where that is needed and
 * where they look like a number, so that readers keep them texts. */
extern const hs_text_format hs_text_csv;
/* KML 2.2: `name` and `description` are the placemark's own, the other fields typed data of a schema. */
extern const hs_text_format hs_text_kml;
/* GPX 1.1: points are waypoints, lines tracks; `name` is their own, the other fields are extensions. */
extern const hs_text_format hs_text_gpx;

typedef struct hs_text_writer hs_text_writer;

/* Creates the file, replacing one that is there; messages call it `shown`. */
hs_status hs_text_writer_new(const char *path, const char *shown, const hs_text_format *format,
                             const hs_text_layout *layout, hs_error *error, hs_text_writer **writer);
/* Adds a feature: one value a field; a geometry of no type is none. */
hs_status hs_text_writer_feature(hs_text_writer *writer, const hs_geometry *geometry, const hs_value *values,
                                 hs_error *error);
/* Completes the file and ends the writer's life, on failure too: then the file is removed. */
hs_status hs_text_writer_finish(hs_text_writer *writer, hs_error *error);
/* Gives up and removes the file. Takes NULL. */
void hs_text_writer_discard(hs_text_writer *writer);

/* Appends a value as text: numbers as short as they read back, nothing for none; false for none. Texts as
 * they are. */
bool hs_text_value(hs_buffer *out, const hs_field *field, const hs_value *value);
/* Longitude and latitude with at most 7 decimals. */
void hs_text_position(hs_buffer *out, hs_position position, char separator);

#endif
