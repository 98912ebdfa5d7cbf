/* Ingest: foreign files to city records, and nothing more. Reads any OGR vector source in any CRS, guesses
 * which column is what, validates each row; one bad row never stops the good ones. */
#ifndef INGEST_INGEST_H
#define INGEST_INGEST_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/timezone.h"
#include "city/kind.h"

typedef struct hs_ingest_options {
    bool chinese;            /* the language of warnings: Chinese, else English */
    const char *name;        /* what its sender calls the file, in messages too; NULL: its path */
    const char *layer;       /* NULL: the only layer, or the one named like the kind; several others: error */
    bool layer_kept;         /* `layer` was another file's: of no matter to a file of one layer */
    const char *crs;         /* NULL: the file's own, WGS 84 where it has none and the values fit */
    const char *encoding;    /* NULL: detected */
    const char *date_format; /* NULL: guessed; strptime words */
    hs_level level;          /* of units without a level column; HS_LEVEL_COUNT: none given */
    const hs_str *map_field, *map_column; /* --map FIELD=COLUMN */
    size_t map_count;
    const hs_timezone *timezone; /* for times without zone; NULL: UTC */
} hs_ingest_options;

typedef struct hs_ingest hs_ingest;

/* What people, lists and messages call a source: its base name, of a database its name without the words of
 * the connection, which may hold a password. In the arena; NULL where memory is out. */
const char *hs_ingest_source_name(const char *path, hs_arena *arena);

/* Opens a source: a file, or a PostgreSQL connection (`PG:...`, `postgresql://...`). HS_E_INPUT names the
 * file and what to do about it. GDAL is used by one thread at a time per handle. */
hs_status hs_ingest_open(const char *path, hs_kind kind, const hs_ingest_options *options, hs_error *error,
                         hs_ingest **ingest);
void hs_ingest_close(hs_ingest *ingest);
/* A position inside the data for guessing the time zone (false when none is known cheaply). */
bool hs_ingest_sample_position(hs_ingest *ingest, double *lon_deg, double *lat_deg);
/* What messages call the source. */
const char *hs_ingest_name(const hs_ingest *ingest);
/* The reference system that positions are read in, for people. */
const char *hs_ingest_crs(const hs_ingest *ingest);
/* Writes the mapping in use as JSON: {"layer","encoding","crs","driver","fields":{field: column},
 * "unused":[...]}. */
void hs_ingest_describe(hs_ingest *ingest, hs_buffer *json);

/* A row that could not be used. row counts from 1 in the source's order. */
typedef struct hs_ingest_reject {
    uint64_t row;
    const char *field;  /* the city's field, or "row" */
    const char *value;  /* as read, cut to 200 bytes */
    const char *reason; /* says how to mend it */
} hs_ingest_reject;

/* Where records go. Exactly the member of the handle's kind is called, on the calling thread; the record's
 * texts live until it returns. A sink that returns HS_E_INPUT rejects the row (its message is the reason);
 * any other failure stops the reading and is returned. progress may be NULL; returning false cancels. */
typedef struct hs_ingest_sink {
    void *context;
    union {
        hs_visit_unit unit;
        hs_visit_street street;
        hs_visit_address address;
        hs_visit_place place;
        hs_visit_zone zone;
        hs_visit_category category;
        hs_visit_incident incident;
        hs_visit_target target;
        hs_visit_population population;
    } put;
    void (*reject)(void *context, const hs_ingest_reject *reject);
    void (*warn)(void *context, const char *message); /* likely mistakes */
    bool (*progress)(void *context, uint64_t rows_read, int64_t rows_total);
} hs_ingest_sink;

/* The row that is being read, from 1: for a sink that wants to know. */
uint64_t hs_ingest_row(const hs_ingest *ingest);
hs_status hs_ingest_run(hs_ingest *ingest, const hs_ingest_sink *sink, hs_error *error, uint64_t *rows_read);

#endif
