/* What the files of the review queue share. */
#ifndef SERVICE_REVIEW_PRIVATE_H
#define SERVICE_REVIEW_PRIVATE_H

#include "geocode/address_key.h"
#include "service/locate.h"
#include "service/review.h"
#include "service/service_private.h"

/* One distinct address text of incidents that came without a position. */
typedef struct hs_review_text {
    uint64_t id;
    hs_str address;
    double score, margin;
    uint8_t reason, match_type;
    bool assessed; /* the geocoder was asked */
} hs_review_text;

typedef struct hs_review_chunk {
    uint64_t id;
    uint32_t *text; /* of each row, HS_NONE: has its own position, or no address; NULL: all rows */
} hs_review_chunk;

/* The texts of a snapshot: guarded by the service's review_lock. */
typedef struct hs_review_index {
    hs_arena *arena; /* addresses */
    hs_review_text *texts;
    uint32_t count, capacity;
    uint32_t *slots; /* by id: number + 1 */
    uint32_t slot_count;
    hs_review_chunk *chunks; /* as the snapshot's */
    uint32_t chunk_count;
    const hs_geography *geography; /* that was asked, never read */
    uint64_t geography_version, serial;
} hs_review_index;

uint64_t hs_review_id(hs_str key);
/* Locks the index and brings it up to date; unlock it with hs_review_unlock, after a success only. */
hs_status hs_review_lock(hs_service *service, const hs_snapshot *snapshot, hs_error *error,
                         hs_review_index **index);
void hs_review_unlock(hs_service *service);
/* The number of a text, HS_NONE. */
uint32_t hs_review_index_find(const hs_review_index *index, uint64_t id);

/* Whether row i, which came without a position, lies in a unit, or came with a code of it. */
bool hs_review_in_unit(const hs_snapshot *snapshot, const hs_incident_chunk *chunk, uint32_t i,
                       uint32_t unit);

#endif
