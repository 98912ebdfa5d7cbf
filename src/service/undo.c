/* Undoing an import: a batch of its own, so that it is listed and one transaction. */
#include "service/rederive.h"
#include "service/service_private.h"

#include <stdio.h>

static bool moves_incidents(hs_kind kind) {
    return kind == HS_KIND_UNITS || kind == HS_KIND_STREETS || kind == HS_KIND_ADDRESSES ||
           kind == HS_KIND_PLACES || kind == HS_KIND_DECISIONS;
}

static hs_status undo_locked(hs_store *store, int64_t batch, hs_error *error, hs_undo_report *report) {
    hs_batch_info undone;
    hs_batch_info info = {0};
    char source[48];
    int size = snprintf(source, sizeof source, "undo of batch %lld", (long long)batch);
    hs_status status = hs_store_find_batch(store, batch, error, &undone);
    if (status != HS_OK) return status;
    status = hs_store_begin(store, undone.kind, (hs_str){source, (size_t)size}, error, &report->batch);
    if (status != HS_OK) return status;
    status = hs_store_undo(store, batch, error, &report->removed, &report->restored);
    /* Rows that come back come with the position from before what was decided since. */
    bool stale = undone.kind == HS_KIND_INCIDENTS && report->restored > 0;
    if (status == HS_OK && (stale || moves_incidents(undone.kind)))
        status = hs_rederive_positions(store, error);
    if (status == HS_OK) return hs_store_commit(store, &info, error);
    hs_store_rollback(store);
    return status;
}

hs_status hs_service_undo(hs_service *service, int64_t batch, hs_error *error, hs_undo_report *report) {
    *report = (hs_undo_report){0};
    hs_service_store_lock(service);
    hs_status status = undo_locked(service->store, batch, error, report);
    hs_service_store_unlock(service);
    return status;
}
