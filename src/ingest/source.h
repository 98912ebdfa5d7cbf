/* A source: one layer of one file, opened through GDAL. */
#ifndef INGEST_SOURCE_H
#define INGEST_SOURCE_H

#include "base/arena.h"
#include "ingest/encoding.h"
#include "ingest/ingest.h"
#include <gdal.h>
#include <ogr_api.h>

typedef struct hs_column {
    hs_str name; /* UTF-8, NUL */
    OGRFieldType type;
    OGRFieldSubType subtype;
} hs_column;

typedef struct hs_source {
    char *path;      /* as messages have it */
    hs_arena *arena; /* what lives as long as the source */
    GDALDatasetH dataset;
    OGRLayerH layer;
    const char *location; /* as GDAL takes it */
    const char *layer_name, *driver;
    char *memory_file; /* /vsimem path of a recoded copy, or NULL */
    bool is_osm, is_csv, has_geometry;
    hs_column *columns;
    size_t column_count;
    const char *encoding;
    bool encoding_given;
    hs_decoder *decoder;      /* for texts that are not UTF-8; NULL until one is met */
    bool raw_texts;           /* GDAL hands the bytes of the file through */
    const char *odd_encoding; /* of texts that turned out not to be in `encoding`, or NULL */
} hs_source;

hs_status hs_source_open(const char *path, hs_kind kind, const hs_ingest_options *options, hs_error *error,
                         hs_source **source);
void hs_source_close(hs_source *source);

/* Settings of GDAL that belong to a thread: for each that reads a source. */
void hs_source_use_thread(void);
/* Rows of the layer where that is known cheaply, else -1. A text table's are its line ends, so that a row
 * with line ends within counts as several: for showing progress. */
int64_t hs_source_row_count(const hs_source *source);

/* The first columns' names, for messages. */
#define HS_COLUMN_LIST_SIZE 300
void hs_source_list_columns(const hs_source *source, char list[HS_COLUMN_LIST_SIZE]);

/* The kind's word in the contract. */
const char *hs_source_kind_word(hs_kind kind);

/* Text of the file as UTF-8: itself, or a copy in the arena. */
hs_str hs_source_text(hs_source *source, hs_str raw, hs_arena *arena);

/* Keeps GDAL's words instead of letting it print. Between start and end, on one thread. */
typedef struct hs_gdal_words {
    char text[HS_ERROR_MESSAGE_SIZE / 2];
    bool failed;
} hs_gdal_words;
void hs_gdal_listen(hs_gdal_words *words);
void hs_gdal_unlisten(void);

#endif
