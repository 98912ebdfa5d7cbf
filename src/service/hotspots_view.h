/* Answers of hotspots that several requests share: those who ask for the same, and the tiles that show it. */
#ifndef SERVICE_HOTSPOTS_VIEW_H
#define SERVICE_HOTSPOTS_VIEW_H

#include "render/mvt.h"
#include "service/hotspots.h"
#include "service/shared_cache.h"

/* An answer on a snapshot, computed once for all who ask for it at a time and kept while there is room; end
 * the entry with hs_shared_unref. Whose progress ends it leaves it to another one that waits. Words as of
 * hs_hotspots_parse, which must have taken them. */
hs_status hs_hotspots_shared(hs_service *service, const hs_hotspot_method *method, hs_snapshot *snapshot,
                             const hs_str *names, const hs_str *values, size_t count, bool aggregates,
                             hs_progress progress, hs_error *error, hs_shared_entry **entry);
/* Whether it is there already, so that asking for it takes no time. */
bool hs_hotspots_is_shared(hs_service *service, const hs_hotspot_method *method, const hs_snapshot *snapshot,
                           const hs_str *names, const hs_str *values, size_t count, bool aggregates);
const hs_hotspot_run *hs_hotspots_shared_run(const hs_shared_entry *entry);

/* The answer's features in a tile: layer `hotspots` with the fields of the GeoJSON. A tile that would be over
 * HS_TILE_BYTES_MOST has those of the best ranks, and tells how many it lacks in layer `reduced`. Nothing is
 * written for an empty tile. HS_E_UNSUPPORTED for an answer without places. */
hs_status hs_hotspots_tile(const hs_shared_entry *entry, hs_tile tile, hs_arena *arena, hs_error *error,
                           hs_buffer *out);
/* Forgets answers on other snapshots than this one. */
void hs_hotspots_drop_old(hs_service *service, const hs_snapshot *current);
/* Names and types of the layer's fields, into an object of TileJSON. */
void hs_hotspots_tile_fields(const hs_hotspot_run *run, hs_json *json);

#endif
