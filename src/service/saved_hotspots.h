/* Runs of hotspots that are kept: saved with their parameters, result and how they were computed, and
 * deleted. Each is one durable batch, listed and undone as any other. Thread-safe. */
#ifndef SERVICE_SAVED_HOTSPOTS_H
#define SERVICE_SAVED_HOTSPOTS_H

#include "service/hotspots.h"
#include "service/request_key.h"

typedef struct hs_saving {
    hs_str title;                 /* at most HS_MOST_SAVED_TITLE_BYTES of UTF-8, not empty */
    hs_str user;                  /* who saves it, or empty */
    const hs_str *names, *values; /* the words that the run was parsed from */
    size_t count;
    hs_request_key key; /* a run that was saved under it is not saved again */
} hs_saving;

typedef struct hs_saved_report {
    int64_t run;
    int64_t batch;
    uint64_t features; /* saved or removed */
} hs_saved_report;

/* HS_E_INPUT: the title is empty, too long or no UTF-8. */
hs_status hs_saved_title_check(hs_str title, hs_error *error);

/* Whether a run was saved under the key already, so that it need not be computed; the report is that of then.
 * HS_E_CONFLICT: the key came with another request; HS_E_DENIED as below. */
hs_status hs_service_find_saving(hs_service *service, const hs_request_key *key, hs_error *error,
                                 hs_saved_report *report, bool *found);
/* Keeps a computed run. Blocks until it is durable and published. HS_E_INPUT: the title, or more
 * features than are kept of a run; HS_E_CONFLICT: as many runs or features as are kept are there already, or
 * the same was saved in this second; HS_E_DENIED: the store is only read. Nothing is saved then. */
hs_status hs_service_save_hotspots(hs_service *service, const hs_hotspot_run *run, const hs_saving *saving,
                                   hs_error *error, hs_saved_report *report);
/* Removes a run and its features, likewise. HS_E_NOT_FOUND: there is no such run. */
hs_status hs_service_delete_hotspots(hs_service *service, int64_t run, hs_str user, hs_error *error,
                                     hs_saved_report *report);

#endif
