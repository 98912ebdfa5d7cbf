/* The newest incidents that pass, page by page: what lists of cases show. Pure reads of the columns. */
#ifndef CITY_NEWEST_H
#define CITY_NEWEST_H

#include "base/arena.h"
#include "city/incidents.h"

/* When an incident was asked for: reported, where that is unknown occurred; HS_NO_TIME without either. */
static inline int64_t hs_incident_asked_s(const hs_incident_chunk *chunk, uint32_t i) {
    int64_t reported_s = hs_incident_time(chunk, i, HS_TIME_REPORTED);
    return reported_s != HS_NO_TIME ? reported_s : hs_incident_time(chunk, i, HS_TIME_OCCURRED);
}

/* Whether a source's own word for a status (any case, English or Chinese) says that nothing is left to be
 * done: closed, resolved, completed, cancelled, duplicate ..., 已结案, 办结 .... */
bool hs_status_means_closed(hs_str status);
/* That for each of incidents->status, as a bit set in the arena; NULL when memory is out. */
const uint64_t *hs_closed_statuses(const hs_incidents *incidents, hs_arena *arena);
/* Closed: it has a closing time, or its status says so. */
static inline bool hs_incident_is_closed(const hs_incident_chunk *chunk, uint32_t i,
                                         const uint64_t *closed_statuses) {
    unsigned status = hs_incident_attributes_of(chunk, i)->status;
    return hs_incident_time(chunk, i, HS_TIME_CLOSED) != HS_NO_TIME ||
           (closed_statuses[status / 64] >> (status % 64) & 1);
}

typedef enum hs_openness { HS_OPEN_OR_CLOSED, HS_OPEN_ONLY, HS_CLOSED_ONLY } hs_openness;

typedef struct hs_newest_query {
    int64_t from_s, to_s;     /* asked for in [from_s, to_s) */
    const uint64_t *category; /* bit set over incidents->category_code; NULL: all */
    hs_openness openness;
    const uint64_t *closed_statuses; /* of hs_closed_statuses */
    uint64_t skip;                   /* newer ones that are left out: those of the pages before */
    uint32_t limit;
} hs_newest_query;

/* Where an incident stands. */
typedef struct hs_incident_place {
    int64_t asked_s, row; /* row: the store's */
    uint32_t chunk, i;
} hs_incident_place;

/* The rows that pass, the newest first and of equal times the store's last row first, from the one behind
 * `skip` on, at most `limit`; into the arena. *matched (may be NULL) is how many pass in all. O(rows), two
 * passes over times, and a sort of what lies about the page. HS_E_MEMORY alone. Thread-safe. */
hs_status hs_newest(const hs_incidents *incidents, const hs_newest_query *query, hs_arena *arena,
                    hs_error *error, const hs_incident_place **places, uint32_t *count, uint64_t *matched);
/* The latest time at which one was asked for that is not after `limit_s`; HS_NO_TIME where there is none. */
int64_t hs_newest_asked_s(const hs_incidents *incidents, int64_t limit_s);
/* Finds `count` of the store's rows in one pass, into places[count] in their order; chunk is HS_NONE where
 * there is no such row. O(rows + count). HS_E_MEMORY alone. */
hs_status hs_incidents_find_all(const hs_incidents *incidents, const int64_t *rows, uint32_t count,
                                hs_arena *arena, hs_error *error, hs_incident_place *places);
/* The incident of an external id, of several the store's last; false where there is none. O(rows), and reads
 * their texts. */
bool hs_incidents_find_external(const hs_incidents *incidents, hs_str external_id, hs_incident_place *place);

#endif
