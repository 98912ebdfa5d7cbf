/* What was imported and written, batch by batch. */
#ifndef SERVICE_BATCHES_H
#define SERVICE_BATCHES_H

#include "base/arena.h"
#include "service/service.h"

typedef struct hs_batch_list {
    uint32_t count;
    const hs_batch_info *batch; /* the newest first; texts of the arena */
    uint64_t total;             /* of the store */
} hs_batch_list;

/* The newest `most` batches of the store, read by a handle of its own: it waits for no import. O(batches). */
hs_status hs_service_batches(hs_service *service, uint32_t most, hs_arena *arena, hs_error *error,
                             hs_batch_list *list);

#endif
