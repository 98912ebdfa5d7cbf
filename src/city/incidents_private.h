/* What the files of incidents share. */
#ifndef CITY_INCIDENTS_PRIVATE_H
#define CITY_INCIDENTS_PRIVATE_H

#include "base/arena.h"
#include "base/hash.h"
#include "city/incidents.h"
#include <stdatomic.h>

/* Distinct texts of a column, with the smallest row id that has each: numbering by it makes the columns
 * independent of how rows were spread over builders. */
typedef struct hs_code_list {
    hs_dictionary *texts;
    int64_t *first_row;
    uint32_t capacity;
    uint32_t last; /* code of the row before: neighbours are often alike */
} hs_code_list;

enum { HS_CODE_CATEGORY, HS_CODE_SOURCE, HS_CODE_STATUS, HS_CODE_COUNT };
#define HS_CODE_LIMIT 65535u

/* What has a fixed size in a row, as it came. */
typedef struct hs_raw_row {
    int64_t row;
    int64_t reported_s, occurred_s, closed_s, deadline_s;
    hs_position position;
    uint64_t text; /* offset into the builder's texts */
    uint32_t text_size;
    uint32_t batch;
    float weight;
    uint16_t code[HS_CODE_COUNT];
    uint16_t accuracy_m;
    uint8_t match_type;
    bool has_position, reviewed;
} hs_raw_row;

struct hs_incidents_builder {
    hs_raw_row *rows;
    uint32_t count, capacity;
    char *texts;
    size_t texts_size, texts_capacity;
    hs_code_list codes[HS_CODE_COUNT];
    const hs_timezone *zone;
};

/* A chunk with what it owns, in one allocation; the public part comes first. */
typedef struct hs_chunk_owner {
    hs_incident_chunk chunk;
    size_t bytes; /* of the allocation */
    atomic_uint refs;
    _Atomic(uint16_t *) by_row; /* hs_incident_by_row; NULL: not asked for yet */
} hs_chunk_owner;

/* Distinct unit paths in an open table of their numbers. */
typedef struct hs_path_table {
    hs_unit_path *paths;
    uint32_t *slots; /* number + 1 */
    uint32_t count, capacity;
} hs_path_table;

/* The number of a path; HS_NONE when it is unknown, or memory is out for a new one (incidents_tables.c). */
uint32_t hs_path_find(const hs_path_table *table, const hs_unit_path *path);
uint32_t hs_path_put(hs_path_table *table, const hs_unit_path *path);
void hs_path_table_done(hs_path_table *table);

/* What the numbers in chunks mean: shared by successive sets as long as it does not grow. */
typedef struct hs_incident_tables {
    atomic_uint refs;
    hs_dictionary *codes[HS_CODE_COUNT];
    hs_str *texts[HS_CODE_COUNT]; /* of the dictionaries, by number */
    hs_path_table paths;
} hs_incident_tables;

/* Empty ones; a copy; the texts of codes listed anew (false: no memory), to be called after the last one was
 * put. */
hs_incident_tables *hs_incident_tables_new(void);
hs_incident_tables *hs_incident_tables_copy(const hs_incident_tables *tables);
bool hs_incident_tables_list(hs_incident_tables *tables);
hs_incident_tables *hs_incident_tables_ref(hs_incident_tables *tables);
void hs_incident_tables_unref(hs_incident_tables *tables);
size_t hs_incident_tables_bytes(const hs_incident_tables *tables);

typedef struct hs_incidents_owner {
    hs_incidents incidents;
    atomic_uint refs;
    hs_incident_tables *tables;
    const hs_incident_chunk **chunks; /* as many as incidents.chunk_count */
} hs_incidents_owner;

/* A set without chunks, which takes over a reference to the tables; NULL when memory is out. */
hs_incidents_owner *hs_incidents_owner_new(hs_incident_tables *tables, uint64_t version);
void hs_incidents_owner_free(hs_incidents_owner *owner);
/* Takes over `count` chunks as a list from malloc and sums up what the set says of them. */
void hs_incidents_list_chunks(hs_incidents_owner *owner, const hs_incident_chunk **chunks, uint32_t count);

/* Where a row goes: made for every row before it is copied into its chunk. */
typedef struct hs_placed_row {
    uint64_t key; /* along the curve; without position unused */
    uint32_t row; /* over all builders, one after the other */
    uint32_t segment;
    uint32_t path; /* final number; within a slice before */
} hs_placed_row;

/* Everything that a copy into chunks needs. */
typedef struct hs_gathering {
    hs_incidents_builder **builders;
    unsigned builder_count;
    const uint32_t *first_row;                   /* [builder_count + 1] */
    const uint16_t *const *remap[HS_CODE_COUNT]; /* by builder, by its own code */
} hs_gathering;

/* A row with all its values and final numbers, between chunks. */
typedef struct hs_whole_row {
    int64_t row;
    int64_t time_s[HS_TIME_FIELDS]; /* that of HS_TIME_DEFAULT is not read */
    hs_position position;
    hs_mercator mercator;
    uint32_t path, segment;
    hs_incident_attributes attributes;
    uint16_t category;
    float weight;
    uint32_t text_size;
    const char *texts; /* in the builder or the chunk that the row comes from */
} hs_whole_row;

typedef struct hs_chunk_options {
    uint64_t version;
    const hs_timezone *zone; /* NULL: no column of hours */
    bool positioned, ordered, late;
} hs_chunk_options;

/* At most HS_CHUNK_ROWS rows as a chunk; NULL when memory is out, or texts have 4 GB (incidents_chunk.c). */
hs_incident_chunk *hs_chunk_new(const hs_whole_row *rows, uint32_t count, const hs_chunk_options *options);
/* Row i of a chunk, and one of a builder (its placement in `placed`), as whole ones. */
void hs_chunk_whole_row(const hs_incident_chunk *chunk, uint32_t i, hs_whole_row *row);
void hs_gathering_whole_row(const hs_gathering *from, const hs_placed_row *placed, hs_whole_row *row);
/* What a live row adds to the state of the boxes it lies in. Its content is the store's as long as nothing is
 * rewritten there, and then the whole is built anew. */
static inline uint64_t hs_incident_row_state(int64_t row) {
    return hs_hash(&row, sizeof row, 0);
}
size_t hs_chunk_bytes(const hs_incident_chunk *chunk);
void hs_chunk_ref(const hs_incident_chunk *chunk);
void hs_chunk_unref(const hs_incident_chunk *chunk);

/* The row of a builder that has number `row` over all builders. */
const hs_raw_row *hs_gathering_row(const hs_gathering *from, uint32_t row, unsigned *builder);

/* What is compared of a row; parts that do not matter are 0. */
typedef struct hs_number_key {
    uint32_t part[3];
} hs_number_key;

/* The distinct ones of at most HS_CHUNK_ROWS keys, so 16 bits hold every number (incidents_numbering.c). */
typedef struct hs_numbering {
    uint16_t *number; /* of each row */
    uint32_t *first;  /* the row that has a number first */
    uint32_t count;
} hs_numbering;
/* False when memory is out; hs_numbering_done in any case. */
bool hs_numbering_make(hs_numbering *numbering, const hs_number_key *keys, uint32_t count);
void hs_numbering_done(hs_numbering *numbering);

/* Numbers the codes of all builders by the smallest row id that has them, behind those that the tables hold
 * already. remap[kind][builder][own code] lives in the arena. `tables` may be shared when nothing is new: see
 * hs_incident_codes_known. */
hs_status hs_incident_codes_merge(hs_incidents_builder **builders, unsigned builder_count,
                                  hs_incident_tables *tables, hs_arena *arena, hs_error *error,
                                  hs_gathering *gathering);
/* Whether the tables hold every code of a builder. */
bool hs_incident_codes_known(const hs_incidents_builder *builder, const hs_incident_tables *tables);

/* Places rows, numbers their unit paths in ascending order of their units, and writes positioned and other
 * rows apart into placed[0 .. *positioned), along the curve, and placed[*positioned .. total); in ties and
 * those without position in the order of row ids (incidents_place.c). */
hs_status hs_incidents_place(const hs_gathering *from, const hs_geography *geography, hs_pool *pool,
                             hs_error *error, hs_placed_row *placed, uint32_t *positioned,
                             hs_path_table *paths);
/* Along the curve; equal keys keep their order. `spare` holds as many. */
void hs_placed_sort(hs_placed_row *rows, hs_placed_row *spare, uint32_t count);

#endif
