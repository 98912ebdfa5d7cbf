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
typedef struct hs_incident_row {
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
    bool has_position;
} hs_incident_row;

struct hs_incidents_builder {
    hs_incident_row *rows;
    uint32_t count, capacity;
    char *texts;
    size_t texts_size, texts_capacity;
    hs_code_list codes[HS_CODE_COUNT];
};

/* A chunk with what it owns, in one allocation; the public part comes first. */
typedef struct hs_chunk_owner {
    hs_incident_chunk chunk;
    atomic_uint refs;
} hs_chunk_owner;

typedef struct hs_incidents_owner {
    hs_incidents incidents;
    atomic_uint refs;
    hs_arena *arena; /* codes, paths, list of chunks */
} hs_incidents_owner;

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

/* Copies `count` rows into a new chunk; NULL when memory is out (incidents_chunk.c). */
hs_incident_chunk *hs_chunk_gather(const hs_gathering *from, const hs_placed_row *rows, uint32_t count,
                                   bool positioned, bool ordered);
void hs_chunk_ref(const hs_incident_chunk *chunk);
void hs_chunk_unref(const hs_incident_chunk *chunk);

/* The row of a builder that has number `row` over all builders. */
const hs_incident_row *hs_gathering_row(const hs_gathering *from, uint32_t row, unsigned *builder);

/* Numbers the codes of all builders: those of `base` (may be NULL) keep theirs, new ones follow by the
 * smallest row id that has them. remap[kind][builder][own code] and the list of texts live in the arena. */
hs_status hs_incident_codes_merge(hs_incidents_builder **builders, unsigned builder_count,
                                  const hs_incidents *base, hs_arena *arena, hs_error *error,
                                  hs_gathering *gathering, hs_incidents *incidents);

/* Places rows, numbers their unit paths (those of `base` keep theirs, new ones follow in ascending order of
 * their units), and writes positioned and other rows apart into placed[0 .. *positioned), along the
 * curve where there is no base, and placed[*positioned .. total); otherwise and in ties in the order of row
 * ids (incidents_place.c). */
hs_status hs_incidents_place(const hs_gathering *from, const hs_geography *geography,
                             const hs_incidents *base, hs_pool *pool, hs_arena *arena, hs_error *error,
                             hs_placed_row *placed, uint32_t *positioned, hs_incidents *incidents);

#endif
