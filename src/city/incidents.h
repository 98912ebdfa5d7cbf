/* Incidents as immutable columns in chunks along the Hilbert curve. A chunk never changes after it is made;
 * snapshots share chunks by reference count. Incidents without position stand in chunks of their own. */
#ifndef CITY_INCIDENTS_H
#define CITY_INCIDENTS_H

#include "base/pool.h"
#include "geo/mercator.h"
#include <hotspot/geography.h>
#include <hotspot/records.h>

#define HS_CHUNK_ROWS 65536u
#define HS_BLOCK_ROWS 256u

/* What the codes in the columns mean, and the distinct placements. Shared by all chunks of a set. */
typedef struct hs_unit_path {
    uint32_t unit[HS_LEVEL_COUNT]; /* rows of geography->units, HS_NONE */
} hs_unit_path;

typedef struct hs_incident_chunk {
    uint64_t id; /* unique in the process: key of cached selections */
    uint32_t count;
    bool positioned;
    bool ordered; /* along the Hilbert curve; false for the tail of live incidents */
    /* Columns of `count` rows. */
    const int64_t *row;          /* the store's row id: the feature id */
    const hs_position *position; /* NULL when not positioned, as mercator, path, segment */
    const hs_mercator *mercator;
    const uint32_t *path;                                           /* into incidents->path */
    const uint32_t *segment;                                        /* row of geography->segments, HS_NONE */
    const int64_t *reported_s, *occurred_s, *closed_s, *deadline_s; /* HS_NO_TIME */
    const uint16_t *category;        /* into taxonomy-and-dictionary: incidents->category_code */
    const uint16_t *source, *status; /* into incidents->source, status; an empty text has a code too */
    const uint8_t *match_type;
    const uint16_t *accuracy_m; /* rounded up, 65535 and more saturated */
    const float *weight;        /* NULL when all are 1 */
    const uint32_t *batch;
    const uint32_t *text; /* offset into texts */
    const char *texts;
    size_t texts_size;
    /* One box a block of HS_BLOCK_ROWS rows, and of the whole. */
    const hs_mercator_box *block_box;
    hs_mercator_box box;
    int64_t min_reported_s, max_reported_s; /* HS_NO_TIME when no row has one */
} hs_incident_chunk;

/* Texts of a row, in the order they lie in the heap. */
typedef struct hs_incident_texts {
    hs_str external_id, address, department, description, unit;
} hs_incident_texts;
void hs_incident_texts_get(const hs_incident_chunk *chunk, uint32_t i, hs_incident_texts *texts);

typedef enum hs_time_field {
    HS_TIME_DEFAULT = 0,
    HS_TIME_OCCURRED,
    HS_TIME_REPORTED,
    HS_TIME_CLOSED
} hs_time_field;

/* The time that filters and analyses use: by default occurred where known, else reported. */
static inline int64_t hs_incident_time(const hs_incident_chunk *chunk, uint32_t i, hs_time_field field) {
    switch (field) {
    case HS_TIME_REPORTED:
        return chunk->reported_s[i];
    case HS_TIME_CLOSED:
        return chunk->closed_s[i];
    case HS_TIME_OCCURRED:
        return chunk->occurred_s[i];
    default:
        return chunk->occurred_s[i] != HS_NO_TIME ? chunk->occurred_s[i] : chunk->reported_s[i];
    }
}

typedef struct hs_incidents {
    uint64_t version;
    uint32_t chunk_count;
    const hs_incident_chunk *const *chunk; /* positioned ones in Hilbert order, then the others */
    uint64_t count, positioned;
    uint32_t path_count;
    const hs_unit_path *path;
    uint32_t category_count; /* codes in order of first sight; unknown texts stand as their own code */
    const hs_str *category_code;
    uint32_t source_count, status_count;
    const hs_str *source, *status;
    int64_t min_time_s, max_time_s; /* of the default time field, HS_NO_TIME when none */
} hs_incidents;

hs_incidents *hs_incidents_ref(const hs_incidents *incidents);
void hs_incidents_unref(hs_incidents *incidents);

/* Building from scratch: add records in any order, then finish: places every positioned row in the
 * geography (on the pool), orders along the curve, cuts into chunks. A builder is for one thread; several
 * builders filled on several threads can be finished into one set. */
typedef struct hs_incidents_builder hs_incidents_builder;
hs_status hs_incidents_builder_new(hs_error *error, hs_incidents_builder **builder);
void hs_incidents_builder_free(hs_incidents_builder *builder);
hs_status hs_incidents_add(hs_incidents_builder *builder, const hs_incident_record *record, hs_error *error);
/* Ends the life of all `builder_count` builders (on failure too). One reference. Equal records give equal
 * columns whatever the number of builders and threads (ties on the curve go by row id). */
hs_status hs_incidents_finish(hs_incidents_builder **builders, unsigned builder_count,
                              const hs_geography *geography, uint64_t version, hs_pool *pool, hs_error *error,
                              hs_incidents **incidents);
/* `base` plus more records as a new set: shares every chunk of `base` and adds unordered chunks. Codes and
 * paths of `base` keep their numbers. Ends the builder's life (on failure too). */
hs_status hs_incidents_append(const hs_incidents *base, hs_incidents_builder *builder,
                              const hs_geography *geography, uint64_t version, hs_error *error,
                              hs_incidents **incidents);

/* Bytes of the numeric columns, and of the texts. */
void hs_incidents_bytes(const hs_incidents *incidents, size_t *columns, size_t *texts);

#endif
