/* An incident as programs post it: a GeoJSON Feature with a point, or a plain JSON object. */
#ifndef INGEST_INCIDENT_JSON_H
#define INGEST_INCIDENT_JSON_H

#include "base/json.h"
#include "base/timezone.h"
#include "ingest/ingest.h"

/* Makes a record by the rules that rows of files are read by: members are the contract's fields of incidents
 * (`id category reported occurred closed deadline source status address lon lat department description unit
 * weight`), null and words for nothing mean none, times without zone are in `zone` (NULL: UTC). `crs` (NULL:
 * WGS 84) is what `lon` and `lat`, or the Feature's point, are in: anything PROJ takes in degrees, GCJ-02,
 * BD-09. HS_E_INPUT names the field, its text and how to mend it. Texts live in the arena.
 * Pure but for PROJ's own files. */
hs_status hs_incident_from_json(const json_t *value, const hs_timezone *zone, const char *crs,
                                hs_arena *arena, hs_error *error, hs_incident_record *record);

#endif
