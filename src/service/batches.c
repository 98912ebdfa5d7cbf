#include "service/batches.h"

#include "service/service_private.h"

typedef struct reading {
    hs_arena *arena;
    hs_batch_info *ring; /* the last `most` that were met */
    uint32_t most;
    uint64_t met;
} reading;

static hs_status keep(void *context, const hs_batch_info *info, hs_error *error) {
    reading *r = context;
    hs_batch_info *place = &r->ring[r->met++ % r->most];
    *place = *info;
    place->source = hs_arena_str(r->arena, info->source);
    return place->source.data ? HS_OK : hs_error_memory(error, "the list of batches");
}

hs_status hs_service_batches(hs_service *service, uint32_t most, hs_arena *arena, hs_error *error,
                             hs_batch_list *list) {
    hs_store *store = NULL;
    reading r = {.arena = arena, .most = most, .ring = hs_arena_array(arena, most, sizeof *r.ring)};
    if (!r.ring) return hs_error_memory(error, "the list of batches");
    hs_status status = hs_store_open(service->url, HS_STORE_READ, error, &store);
    if (status == HS_OK) status = hs_store_scan_batches(store, keep, &r, error);
    hs_store_close(store);
    if (status != HS_OK) return status;
    uint32_t count = r.met < most ? (uint32_t)r.met : most;
    hs_batch_info *newest = hs_arena_array(arena, (size_t)count + 1, sizeof *newest);
    if (!newest) return hs_error_memory(error, "the list of batches");
    for (uint32_t i = 0; i < count; i++)
        newest[i] = r.ring[(r.met - 1 - i) % most];
    *list = (hs_batch_list){count, newest, r.met};
    return HS_OK;
}
