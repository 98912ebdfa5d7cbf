/* What the files of duplicates share. */
#ifndef CITY_DUPLICATES_PRIVATE_H
#define CITY_DUPLICATES_PRIVATE_H

#include "city/duplicates.h"
#include <stdatomic.h>

enum { HS_PAGE_ROWS = 65536 };

/* Duplicates among the rows [number x HS_PAGE_ROWS, ...). Shared until it changes. */
typedef struct hs_duplicate_page {
    atomic_uint refs;
    int64_t number;
    uint64_t bits[HS_PAGE_ROWS / 64];
    uint32_t count, capacity;
    uint16_t *row; /* ascending, less the page's first */
    int64_t *of;
} hs_duplicate_page;

struct hs_duplicates {
    atomic_uint refs;
    int64_t last_row;
    uint64_t count;
    uint32_t page_count, page_capacity;
    hs_duplicate_page **page; /* ascending; only pages that have one */
};

/* An incident that takes part. */
typedef struct hs_duplicate_candidate {
    int64_t row, time_s;
    hs_position position;
    uint32_t category;
} hs_duplicate_candidate;

/* The candidate in row i of a chunk with positions; false where it takes no part. */
bool hs_duplicate_candidate_at(const hs_incident_chunk *chunk, uint32_t i, const hs_duplicate_rule *rules,
                               hs_duplicate_candidate *candidate);
/* Distance on the ground in metres, or HUGE_VAL where the two are too far apart in place or time. */
double hs_duplicate_distance_m(const hs_duplicate_candidate *later, const hs_duplicate_candidate *before,
                               const hs_duplicate_rule *rule);

/* A set that shares the pages of `base` (NULL: none); NULL when memory is out. */
hs_duplicates *hs_duplicates_new(const hs_duplicates *base);
/* Notes a duplicate; rows come in ascending order. False when memory is out. */
bool hs_duplicates_add(hs_duplicates *duplicates, int64_t row, int64_t of);

#endif
