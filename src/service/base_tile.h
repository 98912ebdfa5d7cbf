/* Base tiles of the city at a snapshot: their index is made once for a geography and shared. Thread-safe. */
#ifndef SERVICE_BASE_TILE_H
#define SERVICE_BASE_TILE_H

#include "render/tiles.h"
#include "service/service.h"

/* Whether the index of the snapshot's geography is there: else the next tile makes it, in time with the
 * geography's corners. */
bool hs_service_has_base_index(hs_service *service, const hs_snapshot *snapshot);
/* Makes it and keeps it among what is shared. */
hs_status hs_service_make_base_index(hs_service *service, const hs_geography *geography, hs_error *error);
/* hs_render_base_tile of the snapshot's geography. */
hs_status hs_service_base_tile(hs_service *service, const hs_snapshot *snapshot, hs_tile tile,
                               hs_arena *arena, hs_error *error, hs_buffer *out);

#endif
