/* Snapshots that somebody reads page by page: kept a while after they were last asked for, so that all pages
 * are of one version. Chunks are shared with newer ones, so a kept one costs little but for what was moved.
 */
#include "base/clock.h"
#include "service/service_private.h"

enum { KEPT_MS = 10 * 60 * 1000 };

static bool is_of(const hs_snapshot *snapshot, uint64_t version, bool geography) {
    return (geography ? snapshot->geography_version : snapshot->version) == version;
}

void hs_service_keep_snapshot(hs_service *service, hs_snapshot *snapshot, bool read_on) {
    size_t first = read_on ? 0 : HS_KEPT_READ_ON;
    size_t end = read_on ? HS_KEPT_READ_ON : HS_KEPT_SNAPSHOTS;
    double now_ms = hs_clock_monotonic_ms();
    hs_snapshot *dropped = NULL;
    pthread_mutex_lock(&service->lock);
    struct hs_kept_snapshot *at = &service->kept[first];
    for (size_t i = first; i < end; i++) {
        struct hs_kept_snapshot *kept = &service->kept[i];
        if (kept->snapshot == snapshot) {
            at = kept;
            break;
        }
        if (!at->snapshot) continue;
        if (!kept->snapshot || kept->used_ms < at->used_ms) at = kept;
    }
    if (at->snapshot != snapshot) {
        dropped = at->snapshot;
        at->snapshot = hs_snapshot_ref(snapshot);
    }
    at->used_ms = now_ms;
    pthread_mutex_unlock(&service->lock);
    hs_snapshot_unref(dropped);
}

hs_snapshot *hs_service_find_snapshot(hs_service *service, uint64_t version, bool geography) {
    hs_snapshot *found = NULL;
    pthread_mutex_lock(&service->lock);
    if (service->current && is_of(service->current, version, geography)) found = service->current;
    for (size_t i = 0; i < HS_KEPT_SNAPSHOTS && !found; i++)
        if (service->kept[i].snapshot && is_of(service->kept[i].snapshot, version, geography))
            found = service->kept[i].snapshot;
    if (found) found = hs_snapshot_ref(found);
    pthread_mutex_unlock(&service->lock);
    return found;
}

void hs_service_drop_kept(hs_service *service, bool all) {
    double now_ms = hs_clock_monotonic_ms();
    for (size_t i = 0; i < HS_KEPT_SNAPSHOTS; i++) {
        hs_snapshot *dropped = NULL;
        pthread_mutex_lock(&service->lock);
        struct hs_kept_snapshot *kept = &service->kept[i];
        if (kept->snapshot && (all || now_ms - kept->used_ms > KEPT_MS)) {
            dropped = kept->snapshot;
            kept->snapshot = NULL;
        }
        pthread_mutex_unlock(&service->lock);
        hs_snapshot_unref(dropped);
    }
}
