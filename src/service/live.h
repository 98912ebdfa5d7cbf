/* Incidents that come one by one: stored durably many to a commit, geocoded, placed and published. */
#ifndef SERVICE_LIVE_H
#define SERVICE_LIVE_H

#include "service/request_key.h"
#include "service/service.h"

/* Kept in stores by number. */
typedef enum hs_post_outcome {
    HS_POST_OPEN, /* to be put */
    HS_POST_ADDED,
    HS_POST_UPDATED,   /* an incident of the same external id had other content */
    HS_POST_UNCHANGED, /* or the same */
    HS_POST_REFUSED,   /* the record is wrong: `reason` */
    HS_POST_DENIED,    /* it lies outside the unit that the poster answers for: `reason` */
    HS_POST_PRESENT    /* there is one of this external id, and only new ones were to come: `reason` */
} hs_post_outcome;

typedef struct hs_post_item {
    hs_incident_record record; /* without an external id it gets one of its own */
    hs_post_outcome outcome;   /* those that are not OPEN are left as they are */
    int64_t row;               /* in the store; 0: none */
    const char *reason;
} hs_post_item;

typedef struct hs_post {
    hs_post_item *items;
    size_t count;
    bool only_new;               /* an incident that is there already stays as it is */
    hs_str unit;                 /* code of the unit that all must lie in; empty: anywhere */
    hs_request_key key;          /* the same post again is answered as it was */
    hs_arena *arena;             /* for reasons and what else is made */
    void (*done)(void *context); /* called once, on another thread */
    void *context;
    /* Set before done: */
    hs_status status; /* HS_E_CONFLICT: the key came with another request before */
    hs_error error;
    uint64_t version;      /* of the store with these incidents */
    bool repeated;         /* this is the answer to an earlier post */
    hs_snapshot *snapshot; /* that has them, with a reference; NULL where publishing failed */
    struct hs_post *next;  /* the service's own */
} hs_post;

/* Takes over the post until done is called. Posts that wait meanwhile are committed together; each is either
 * stored whole (but for items refused) or not at all. Thread-safe. */
void hs_service_post(hs_service *service, hs_post *post);
/* Commits what waits and ends the thread (service.c). */
void hs_service_stop_live(hs_service *service);

#endif
