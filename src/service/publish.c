/* Snapshots that follow the current one by a change of our own, which need not be read back as a whole. */
#include "service/service_private.h"

#include <stdlib.h>

hs_status hs_service_publish_moved(hs_service *service, const hs_snapshot *old, const hs_store_versions *now,
                                   const hs_moved_row *moved, size_t count, hs_decisions *decisions,
                                   hs_error *error, bool *published) {
    hs_incidents *incidents = NULL;
    hs_snapshot *snapshot = NULL;
    *published = false;
    pthread_mutex_lock(&service->load_lock);
    hs_snapshot *current = hs_service_snapshot(service);
    hs_status status = HS_OK;
    if (current->serial == old->serial) {
        status = hs_incidents_move(old->incidents, moved, count, old->geography, old->timezone,
                                   now->incidents, error, &incidents);
        if (status == HS_OK)
            status =
                hs_snapshot_next(old, now->sequence, now->plans, &old->info, incidents, error, &snapshot);
    }
    if (snapshot) {
        hs_snapshot_set_decisions(snapshot, hs_decisions_ref(decisions));
        snapshot->city_version = now->city;
        hs_service_swap_snapshot(service, snapshot);
        *published = true;
    }
    hs_snapshot_unref(current);
    pthread_mutex_unlock(&service->load_lock);
    return status;
}

/* Rows that one commit altered, removed or added. */
typedef struct changing {
    hs_service *service;
    hs_store *store;
    const hs_snapshot *old;
    hs_store_versions now;
    int64_t *rows; /* ascending, each once */
    size_t count;
    hs_moved_row *gone; /* where they are in the old snapshot */
    size_t gone_count;
    int64_t last_row;
} changing;

static int compare_rows(const void *a, const void *b) {
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

static hs_status sort_rows(changing *work, const int64_t *rows, size_t count, hs_error *error) {
    work->rows = malloc((count + 1) * sizeof *work->rows);
    work->gone = malloc((count + 1) * sizeof *work->gone);
    if (!work->rows || !work->gone) return hs_error_memory(error, "a change");
    for (size_t i = 0; i < count; i++)
        work->rows[i] = rows[i];
    qsort(work->rows, count, sizeof *work->rows, compare_rows);
    for (size_t i = 0; i < count; i++)
        if (work->count == 0 || work->rows[work->count - 1] != work->rows[i])
            work->rows[work->count++] = work->rows[i];
    return HS_OK;
}

/* O(incidents log rows). */
static void find_gone(changing *work) {
    const hs_incidents *incidents = work->old->incidents;
    for (uint32_t c = 0; c < incidents->chunk_count; c++) {
        const hs_incident_chunk *chunk = incidents->chunk[c];
        for (uint32_t i = 0; i < chunk->count && work->gone_count < work->count; i++) {
            int64_t row = hs_incident_row(chunk, i);
            if (row >= work->rows[0] && row <= work->rows[work->count - 1] &&
                bsearch(&row, work->rows, work->count, sizeof row, compare_rows))
                work->gone[work->gone_count++] = (hs_moved_row){.chunk = c, .row = i, .removed = true};
        }
    }
}

typedef struct adding {
    changing *work;
    hs_incidents_builder *builder;
} adding;

static hs_status add_row(void *context, const hs_incident_record *record, hs_error *error) {
    const adding *add = context;
    if (record->id > add->work->last_row) add->work->last_row = record->id;
    hs_incident_record classified = *record;
    hs_taxonomy_classify(add->work->old->taxonomy, &classified);
    return hs_incidents_add(add->builder, &classified, error);
}

/* What is there of the changed rows, and what came behind the last one. */
static hs_status read_rows(changing *work, hs_incidents_builder *builder, hs_error *error) {
    adding add = {work, builder};
    int64_t behind = work->service->last_row;
    hs_status status = HS_OK;
    for (size_t i = 0; i < work->count && status == HS_OK && work->rows[i] <= behind; i++)
        status = hs_store_scan_incidents(work->store, work->rows[i], work->rows[i] + 1, add_row, &add, error);
    if (status == HS_OK && behind < INT64_MAX)
        status = hs_store_scan_incidents(work->store, behind + 1, INT64_MAX, add_row, &add, error);
    return status;
}

static hs_status make_incidents(changing *work, hs_error *error, hs_incidents **incidents) {
    const hs_snapshot *old = work->old;
    hs_incidents *without = NULL;
    hs_incidents_builder *builder = NULL;
    find_gone(work);
    hs_status status = hs_incidents_move(old->incidents, work->gone, work->gone_count, old->geography,
                                         old->timezone, work->now.incidents, error, &without);
    if (status == HS_OK) status = hs_incidents_builder_new(error, &builder);
    if (status == HS_OK) hs_incidents_builder_set_zone(builder, old->timezone);
    if (status == HS_OK) status = read_rows(work, builder, error);
    if (status == HS_OK)
        status = hs_incidents_append(without, builder, old->geography, work->now.incidents, error, incidents);
    else
        hs_incidents_builder_free(builder);
    hs_incidents_unref(without);
    return status;
}

static hs_status publish_rows(changing *work, hs_error *error) {
    const hs_store_versions *now = &work->now;
    hs_incidents *incidents = NULL;
    hs_snapshot *snapshot = NULL;
    hs_status status = make_incidents(work, error, &incidents);
    if (status == HS_OK)
        status = hs_snapshot_next(work->old, now->sequence, now->plans, &work->old->info, incidents, error,
                                  &snapshot);
    if (status == HS_OK) status = hs_renew_lists(work->service, work->store, work->old, now, snapshot, error);
    if (status != HS_OK) {
        hs_snapshot_unref(snapshot);
        return status;
    }
    hs_service_swap_snapshot(work->service, snapshot);
    work->service->last_row = work->last_row;
    return hs_service_merge_appended(work->service, error);
}

hs_status hs_service_publish_changed(hs_service *service, hs_store *store, uint64_t sequence,
                                     const int64_t *rows, size_t count, hs_error *error, bool *published) {
    changing work = {.service = service, .store = store};
    *published = false;
    pthread_mutex_lock(&service->load_lock);
    hs_snapshot *old = hs_service_snapshot(service);
    work.old = old;
    work.last_row = service->last_row;
    hs_status status = sort_rows(&work, rows, count, error);
    if (status == HS_OK) status = hs_store_begin_read(store, error);
    bool reads = status == HS_OK;
    if (status == HS_OK) status = hs_store_get_versions(store, error, &work.now);
    if (status == HS_OK && count > 0 && work.now.sequence == sequence && work.now.incidents == sequence &&
        hs_service_may_append(service, old, &work.now) && old->version + 1 == sequence) {
        status = publish_rows(&work, error);
        *published = status == HS_OK;
    }
    if (reads) hs_store_end_read(store);
    hs_snapshot_unref(old);
    pthread_mutex_unlock(&service->load_lock);
    free(work.rows);
    free(work.gone);
    return status;
}
