/* Undoing an import: a batch of its own, so that it is listed and one transaction. */
#include "service/rederive.h"
#include "service/service_private.h"

#include <stdio.h>

typedef struct kind_search {
    int64_t id;
    hs_kind kind;
} kind_search;

static hs_status look(void *context, const hs_batch_info *info, hs_error *error) {
    (void)error;
    kind_search *search = context;
    if (info->id == search->id) search->kind = info->kind;
    return HS_OK;
}

static bool moves_incidents(hs_kind kind) {
    return kind == HS_KIND_UNITS || kind == HS_KIND_STREETS || kind == HS_KIND_ADDRESSES ||
           kind == HS_KIND_PLACES;
}

static hs_status undo_locked(hs_store *store, int64_t batch, hs_error *error, hs_undo_report *report) {
    kind_search search = {batch, HS_KIND_COUNT};
    char source[48];
    int size = snprintf(source, sizeof source, "undo of batch %lld", (long long)batch);
    hs_status status = hs_store_scan_batches(store, look, &search, error);
    if (status != HS_OK) return status;
    if (search.kind == HS_KIND_COUNT)
        return hs_error_set(error, HS_E_NOT_FOUND, "there is no batch %lld; see `hotspotd batches`",
                            (long long)batch);
    hs_batch_info info = {0};
    status = hs_store_begin(store, search.kind, (hs_str){source, (size_t)size}, error, &report->batch);
    if (status != HS_OK) return status;
    status = hs_store_undo(store, batch, error, &report->removed, &report->restored);
    if (status == HS_OK && moves_incidents(search.kind)) status = hs_rederive_positions(store, error);
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
