/* A zone as programs post it: a GeoJSON Feature with polygons. */
#ifndef INGEST_ZONE_JSON_H
#define INGEST_ZONE_JSON_H

#include "base/json.h"
#include "base/timezone.h"
#include "ingest/ingest.h"

/* Makes a record by the rules that rows of files are read by: properties are `name kind hours weekdays from
 * to`, null means none, times without zone are in `zone` (NULL: UTC), the geometry is a valid Polygon or
 * MultiPolygon in WGS 84. HS_E_INPUT names the member and how to mend it. Texts and geometry live in the
 * arena.
 */
hs_status hs_zone_from_json(const json_t *value, const hs_timezone *zone, hs_arena *arena, hs_error *error,
                            hs_zone_record *record);

#endif
