/* Incidents as immutable columns in chunks along the Hilbert curve. A chunk never changes after it is made;
 * snapshots share chunks by reference count. Incidents without position stand in chunks of their own. */
#ifndef CITY_INCIDENTS_H
#define CITY_INCIDENTS_H

#include "base/pool.h"
#include "base/timezone.h"
#include "geo/mercator.h"
#include <hotspot/geography.h>
#include <hotspot/records.h>

#define HS_CHUNK_ROWS 65536u
#define HS_BLOCK_ROWS 256u

/* What the codes in the columns mean, and the distinct placements. Shared by all chunks of a set. */
typedef struct hs_unit_path {
    uint32_t unit[HS_LEVEL_COUNT]; /* rows of geography->units, HS_NONE */
} hs_unit_path;

/* What few incidents differ in: one entry of a chunk's table for each combination. */
typedef struct hs_incident_attributes {
    uint32_t batch;
    uint16_t source, status; /* into incidents->source, status; an empty text has a code too */
    uint16_t accuracy_m;     /* rounded up, 65535 and more saturated */
    uint8_t match_type;
    bool reviewed; /* decided by hand */
} hs_incident_attributes;

typedef enum hs_time_field {
    HS_TIME_DEFAULT = 0, /* occurred where known, else reported: what filters and analyses use */
    HS_TIME_OCCURRED,
    HS_TIME_REPORTED,
    HS_TIME_CLOSED,
    HS_TIME_DEADLINE,
    HS_TIME_FIELDS
} hs_time_field;

#define HS_NO_OFFSET UINT32_MAX

/* Times as seconds after the earliest one. */
typedef struct hs_time_column {
    const uint32_t *offset_s; /* HS_NO_OFFSET where a row has none; NULL when wide, or no row has one */
    const int64_t *wide_s;    /* instead where the chunk's times lie 136 years or more apart */
    int64_t min_s, max_s;     /* HS_NO_TIME when no row has one */
    bool complete;            /* every row has one */
} hs_time_column;

/* Columns of `count` rows. Read them by the functions below: what is narrow here has a wide form for data
 * that needs it. Bytes a row:
 *   - row: 4, the store's row id less the chunk's smallest (8 where they lie 2^32 apart);
 *   - mercator: 8, the position too, which survives the way there and back (8 more in a chunk that has one
 *     beyond the square, at more than 85.05 degrees);
 *   - path and segment: 2 each, into the chunk's tables of distinct ones;
 *   - reported, occurred, closed, deadline: 4 each (8 where they lie 136 years apart, none for a time that no
 *     row has);
 *   - category: 2, into incidents->category_code;
 *   - attributes: 2, into the chunk's table of distinct source, status, match type, accuracy and batch;
 *   - clock: 1, weekday and hour of the default time in the city's zone;
 *   - text: 4, offset into texts;
 *   - weight: 4, only where one is not 1.
 * That is 41, and 16 bytes for 256 rows as the box of each block. Columns are as long as whole words of 64
 * rows, so that a filter may read what is behind the last row. */
typedef struct hs_incident_chunk {
    uint64_t id;      /* unique in the process: key of cached selections */
    uint64_t version; /* of the incidents when the chunk came to be */
    uint32_t count;
    bool positioned;
    bool ordered; /* along the Hilbert curve; false for the newest live incidents */
    bool late;    /* holds live incidents: those that came after the whole was built */
    int64_t first_row;
    const uint32_t *row_offset;
    const int64_t *wide_row;     /* instead of row_offset, or NULL */
    const hs_mercator *mercator; /* NULL when not positioned, as path and segment */
    const hs_position *wide_position;
    const uint16_t *path_number, *segment_number, *attributes_number;
    const uint32_t *path, *segment; /* tables: into incidents->path; row of geography->segments, HS_NONE */
    const hs_incident_attributes *attributes;
    uint32_t path_count, segment_count, attributes_count; /* of the tables */
    hs_time_column time[HS_TIME_FIELDS];                  /* that of HS_TIME_DEFAULT is an extent only */
    const uint16_t *category;
    const uint8_t *clock; /* 32 x local weekday (Monday 0) + local hour, HS_NO_CLOCK without a time */
    uint64_t clock_zone;  /* hash of the zone's name; without a zone clock is NULL */
    const float *weight;  /* NULL when all are 1 */
    const uint32_t *text; /* offset into texts */
    const char *texts;
    size_t texts_size;
    /* One box a block of HS_BLOCK_ROWS rows, and of the whole. */
    const hs_mercator_box *block_box;
    hs_mercator_box box;
    const uint64_t *block_state; /* late and positioned: sums over the rows' states; else NULL */
} hs_incident_chunk;

#define HS_NO_CLOCK 255

static inline int64_t hs_incident_row(const hs_incident_chunk *chunk, uint32_t i) {
    return chunk->wide_row ? chunk->wide_row[i] : chunk->first_row + chunk->row_offset[i];
}

/* The chunk's rows in ascending order of hs_incident_row: made at the first call, O(rows), 2 bytes a row, and
 * kept as long as the chunk. NULL where rows are wide or memory is out. Thread-safe. */
const uint16_t *hs_incident_by_row(const hs_incident_chunk *chunk);
/* Place in by_row of the first one behind `row`, chunk->count where there is none. O(log rows). */
uint32_t hs_incident_first_behind(const hs_incident_chunk *chunk, const uint16_t *by_row, int64_t row);

/* Only of chunks with positions, as path and segment. */
static inline hs_position hs_incident_position(const hs_incident_chunk *chunk, uint32_t i) {
    return chunk->wide_position ? chunk->wide_position[i] : hs_mercator_to_position(chunk->mercator[i]);
}

/* Into incidents->path. */
static inline uint32_t hs_incident_path(const hs_incident_chunk *chunk, uint32_t i) {
    return chunk->path[chunk->path_number[i]];
}

/* Row of geography->segments, HS_NONE where there is none near. */
static inline uint32_t hs_incident_segment(const hs_incident_chunk *chunk, uint32_t i) {
    return chunk->segment[chunk->segment_number[i]];
}

/* Into incidents->category_code. */
static inline uint16_t hs_incident_category(const hs_incident_chunk *chunk, uint32_t i) {
    return chunk->category[i];
}

static inline const hs_incident_attributes *hs_incident_attributes_of(const hs_incident_chunk *chunk,
                                                                      uint32_t i) {
    return &chunk->attributes[chunk->attributes_number[i]];
}

static inline float hs_incident_weight(const hs_incident_chunk *chunk, uint32_t i) {
    return chunk->weight ? chunk->weight[i] : 1.0F;
}

static inline int64_t hs_incident_column_time(const hs_time_column *column, uint32_t i) {
    if (column->offset_s)
        return column->offset_s[i] == HS_NO_OFFSET ? HS_NO_TIME : column->min_s + column->offset_s[i];
    return column->wide_s ? column->wide_s[i] : HS_NO_TIME;
}

/* HS_NO_TIME where the row has none. */
static inline int64_t hs_incident_time(const hs_incident_chunk *chunk, uint32_t i, hs_time_field field) {
    if (field != HS_TIME_DEFAULT) return hs_incident_column_time(&chunk->time[field], i);
    int64_t occurred_s = hs_incident_column_time(&chunk->time[HS_TIME_OCCURRED], i);
    return occurred_s != HS_NO_TIME ? occurred_s : hs_incident_column_time(&chunk->time[HS_TIME_REPORTED], i);
}

/* Compilers take a function that only prefetches for one that does nothing, and drop its calls: these become
 * part of their callers before. */
#define HS_PREFETCHES static inline __attribute__((always_inline))

HS_PREFETCHES void hs_time_column_prefetch(const hs_time_column *column, uint32_t i) {
    if (column->offset_s)
        __builtin_prefetch(&column->offset_s[i]);
    else if (column->wide_s)
        __builtin_prefetch(&column->wide_s[i]);
}

/* Asks the memory for a row's fields but its texts, which a reader of rows far apart does some rows ahead. */
HS_PREFETCHES void hs_incident_prefetch(const hs_incident_chunk *chunk, uint32_t i) {
    if (chunk->positioned) {
        __builtin_prefetch(&chunk->mercator[i]);
        __builtin_prefetch(&chunk->path_number[i]);
        __builtin_prefetch(&chunk->segment_number[i]);
    }
    __builtin_prefetch(&chunk->attributes_number[i]);
    __builtin_prefetch(&chunk->category[i]);
    __builtin_prefetch(&chunk->text[i]);
    for (int field = HS_TIME_OCCURRED; field < HS_TIME_FIELDS; field++)
        hs_time_column_prefetch(&chunk->time[field], i);
}

/* Where a row stands: the number of its chunk, and of the row in it. */
typedef struct hs_incident_ref {
    uint32_t chunk, row;
} hs_incident_ref;

/* Texts of a row, in the order they lie in the heap. */
typedef struct hs_incident_texts {
    hs_str external_id, address, department, description, unit, category_text;
} hs_incident_texts;
void hs_incident_texts_get(const hs_incident_chunk *chunk, uint32_t i, hs_incident_texts *texts);

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
    uint64_t build;                 /* unique in the process: of the building that the set goes back to */
    uint64_t built_version;         /* when the whole was last built: no chunk that is not late is younger */
    uint64_t late_count;            /* rows that came since */
} hs_incidents;

hs_incidents *hs_incidents_ref(const hs_incidents *incidents);
void hs_incidents_unref(hs_incidents *incidents);

/* Building from scratch: add records in any order, then finish: places every positioned row in the
 * geography (on the pool), orders along the curve, cuts into chunks. A builder is for one thread; several
 * builders filled on several threads can be finished into one set. */
/* The chunk that has a store's row, and where in it; NULL where none has. Late rows are looked at first.
 * O(rows). */
const hs_incident_chunk *hs_incidents_find(const hs_incidents *incidents, int64_t row, uint32_t *i);

typedef struct hs_incidents_builder hs_incidents_builder;
hs_status hs_incidents_builder_new(hs_error *error, hs_incidents_builder **builder);
void hs_incidents_builder_free(hs_incidents_builder *builder);
/* The city's zone, that local hours are worked out in once for all: it must live until the builder's end. The
 * first builder's counts. Without one, or in a city with another, filters work hours out row by row. */
void hs_incidents_builder_set_zone(hs_incidents_builder *builder, const hs_timezone *zone);
hs_status hs_incidents_add(hs_incidents_builder *builder, const hs_incident_record *record, hs_error *error);
/* Ends the life of all `builder_count` builders (on failure too). One reference. Equal records give equal
 * columns whatever the number of builders and threads (ties on the curve go by row id). */
hs_status hs_incidents_finish(hs_incidents_builder **builders, unsigned builder_count,
                              const hs_geography *geography, uint64_t version, hs_pool *pool, hs_error *error,
                              hs_incidents **incidents);
/* `base` plus more records as a new set: shares every chunk of `base` but the one of its newest rows, which
 * is made anew with the others as long as it is small (HS_FRESH_ROWS). Codes and paths of `base` keep their
 * numbers, and their tables are shared while they do not grow. O(rows added + chunks), not of the city. Ends
 * the builder's life (on failure too). */
#define HS_FRESH_ROWS 256u
hs_status hs_incidents_append(const hs_incidents *base, hs_incidents_builder *builder,
                              const hs_geography *geography, uint64_t version, hs_error *error,
                              hs_incidents **incidents);
/* Whether live incidents lie in so many chunks that merging some is due, and the set with those merged along
 * the curve: the same rows at the same version, every other chunk shared. Small chunks become larger ones by
 * stages (some 4,096 rows, then whole chunks), so a row is moved twice and never with the whole city. O(rows
 * of the stage: about 100,000 at most, or those of the chunks appended at once). `zone` as of a builder. */
bool hs_incidents_merge_due(const hs_incidents *incidents);
hs_status hs_incidents_merge(const hs_incidents *base, const hs_timezone *zone, hs_error *error,
                             hs_incidents **incidents);

/* Where a row lies from now on: row `row` of chunk number `chunk`. */
typedef struct hs_moved_row {
    uint32_t chunk, row;
    bool has_position, reviewed, removed; /* removed: nothing else is read */
    hs_position position;
    hs_match_type match_type;
    float accuracy_m;
} hs_moved_row;
/* `base` with some rows placed anew or removed, in the order of chunks and rows, each once: their chunks are
 * made anew without them and those that stay become late ones; every other chunk is shared. The set is a
 * build of its own. O(rows of the chunks that lose some). `zone` as of a builder. */
hs_status hs_incidents_move(const hs_incidents *base, const hs_moved_row *moved, size_t count,
                            const hs_geography *geography, const hs_timezone *zone, uint64_t version,
                            hs_error *error, hs_incidents **incidents);

/* A number that changes when the incidents with a position in a box do, for entity tags: live incidents
 * elsewhere, and merging, do not change it. min_x above max_x spans the antimeridian. O(chunks + blocks of
 * live incidents + their rows in blocks at the box's edge). */
uint64_t hs_incidents_state(const hs_incidents *incidents, const hs_mercator_box *box);

/* Bytes of the numeric columns with all their tables and indexes, and of the texts. */
void hs_incidents_bytes(const hs_incidents *incidents, size_t *columns, size_t *texts);

#endif
