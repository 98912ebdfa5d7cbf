/* Updates of a part: what the source of an incident has no word of stays as it is stored. */
#ifndef SERVICE_MERGE_H
#define SERVICE_MERGE_H

#include "store/store.h"

/* Gives a record with an external id the absent parts of the incident that is stored under it, inside a batch
 * of incidents; leaves a record that is new as it is. A stored position that was given stays where the source
 * brings none; one that was derived stays where the source brings neither address nor unit, else the record
 * is to be located (anew) by hs_locate_incident afterwards. Sets its row id. Texts live in the arena. */
hs_status hs_merge_incident(hs_store *store, hs_arena *arena, hs_incident_record *record, hs_error *error);
/* The same with the record that is stored, whatever it is known by. */
hs_status hs_merge_stored(hs_arena *arena, const hs_incident_record *stored, hs_incident_record *record,
                          hs_error *error);

#endif
