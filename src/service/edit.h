/* Changes of single incidents and zones by their row: replaced, updated in part, removed, zones added. Each
 * is one durable batch, listed and undone as any other. */
#ifndef SERVICE_EDIT_H
#define SERVICE_EDIT_H

#include "service/service.h"

typedef enum hs_edit_action { HS_EDIT_ADD, HS_EDIT_REPLACE, HS_EDIT_REMOVE } hs_edit_action;

typedef struct hs_edit {
    hs_kind kind;          /* incidents or zones; incidents are added by hs_service_post */
    hs_edit_action action; /* an update of a part is a replacement with `absent` parts */
    int64_t id;            /* of the row; 0 to add */
    hs_str unit;   /* code of the unit that the incident must lie in, before and after; empty: anywhere */
    hs_str source; /* what the batch is called */
    hs_arena *arena;
    /* Called once nobody else can write, with the newest snapshot: checks what must hold and fills the record
     * in. Its failure ends the edit, and nothing is changed. */
    hs_status (*prepare)(void *context, const hs_snapshot *snapshot, struct hs_edit *edit, hs_error *error);
    void *context;
    hs_incident_record incident; /* absent parts stay as stored; its external id is the stored one */
    hs_zone_record zone;
} hs_edit;

typedef struct hs_edit_report {
    int64_t id;            /* of the row */
    int64_t batch;         /* 0: nothing changed */
    hs_put put;            /* unless it was removed */
    hs_snapshot *snapshot; /* that shows it, with a reference; NULL where publishing failed */
} hs_edit_report;

/* Blocks until it is durable and published. HS_E_NOT_FOUND: no such row; HS_E_INPUT: the record is wrong;
 * HS_E_DENIED: outside the unit, or the store is only read; HS_E_CONFLICT: another row is what this one would
 * become. */
hs_status hs_service_edit(hs_service *service, hs_edit *edit, hs_error *error, hs_edit_report *report);

#endif
