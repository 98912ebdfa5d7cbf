#include "service/edit.h"

#include "base/text.h"
#include "service/locate.h"
#include "service/merge.h"
#include "service/service_private.h"
#include <stdio.h>

typedef struct editing {
    hs_service *service;
    hs_store *store;
    hs_edit *edit;
    hs_snapshot *snapshot;
    hs_edit_report report;
    bool found, inside;
} editing;

/* Begins a batch on exactly what the snapshot has. */
static hs_status begin_current(editing *work, hs_error *error) {
    hs_store_versions versions;
    int64_t batch = 0;
    hs_status status = hs_service_load(work->service, error, NULL);
    if (status == HS_OK)
        status = hs_store_begin(work->store, work->edit->kind, work->edit->source, error, &batch);
    if (status == HS_OK) status = hs_service_load(work->service, error, NULL);
    if (status == HS_OK) status = hs_store_get_versions(work->store, error, &versions);
    if (status != HS_OK) return status;
    work->snapshot = hs_service_snapshot(work->service);
    if (versions.sequence == work->snapshot->version) return HS_OK;
    return hs_error_set(error, HS_E_CONFLICT, "the city changes too fast; try again");
}

static bool lies_in(const editing *work, const hs_incident_record *record) {
    const hs_geography *geography = work->snapshot->geography;
    uint32_t unit = hs_geography_find_unit(geography, work->edit->unit);
    hs_placement placement;
    if (work->edit->unit.size == 0) return true;
    if (unit == HS_NONE || !record->has_position) return false;
    hs_geography_place(geography, record->position, &placement);
    for (int level = 0; level < HS_LEVEL_COUNT; level++)
        if (placement.unit[level] != HS_NONE &&
            hs_units_within(&geography->units, placement.unit[level], unit))
            return true;
    return false;
}

static hs_status take_stored(void *context, const hs_incident_record *stored, hs_error *error) {
    editing *work = context;
    hs_incident_record *record = &work->edit->incident;
    work->found = true;
    work->inside = lies_in(work, stored);
    if (work->edit->action == HS_EDIT_REMOVE) return HS_OK;
    if (record->external_id.size > 0 && !hs_str_equal(record->external_id, stored->external_id))
        return hs_error_set(
            error, HS_E_CONFLICT,
            "id: this incident is '%.*s', and stays it: leave the property out, or post a new "
            "incident",
            (int)hs_utf8_cut(stored->external_id, 80), stored->external_id.data);
    record->external_id = hs_arena_str(work->edit->arena, stored->external_id);
    /* Who sends back the place that was found for an incident does not say that it is known. */
    if (record->has_position && stored->has_position && record->position.lon_e7 == stored->position.lon_e7 &&
        record->position.lat_e7 == stored->position.lat_e7) {
        record->has_position = false;
        record->match_type = HS_MATCH_NONE;
        record->absent |= HS_INCIDENT_POSITION;
    }
    return hs_merge_stored(work->edit->arena, stored, record, error);
}

static hs_status check_inside(const editing *work, hs_error *error) {
    if (work->inside) return HS_OK;
    return hs_error_set(error, HS_E_DENIED,
                        "the incident lies outside the unit that this token is for, or has no position");
}

static hs_status edit_incident(editing *work, hs_error *error) {
    hs_edit *edit = work->edit;
    hs_incident_record *record = &edit->incident;
    const hs_geocoder *geocoder = NULL;
    hs_status status = hs_store_scan_incidents(work->store, edit->id, edit->id + 1, take_stored, work, error);
    if (status == HS_OK && !work->found)
        status = hs_error_set(error, HS_E_NOT_FOUND, "there is no incident %lld", (long long)edit->id);
    if (status == HS_OK) status = check_inside(work, error);
    if (status != HS_OK) return status;
    if (edit->action == HS_EDIT_REMOVE) return hs_store_remove(work->store, edit->id, error);
    status = hs_service_geocoder(work->service, work->snapshot, error, &geocoder);
    const hs_locating with = {geocoder, work->snapshot->geography, work->snapshot->decisions,
                              work->service->words};
    if (status == HS_OK) status = hs_locate_incident(&with, record, error);
    work->inside = lies_in(work, record);
    if (status == HS_OK) status = check_inside(work, error);
    return status == HS_OK
               ? hs_store_replace_incident(work->store, edit->id, record, error, &work->report.put)
               : status;
}

static hs_status edit_zone(editing *work, hs_error *error) {
    hs_edit *edit = work->edit;
    hs_put *put = &work->report.put;
    if (edit->action == HS_EDIT_REMOVE) return hs_store_remove(work->store, edit->id, error);
    if (edit->action == HS_EDIT_REPLACE)
        return hs_store_replace_zone(work->store, edit->id, &edit->zone, error, put);
    hs_status status = hs_store_put_zone(work->store, &edit->zone, error, put);
    work->report.id = hs_store_last_id(work->store);
    if (status == HS_OK && *put != HS_PUT_ADDED)
        status =
            hs_error_set(error, HS_E_CONFLICT, "zone %lld is the same already", (long long)work->report.id);
    return status;
}

static hs_status edit_in_batch(editing *work, hs_error *error) {
    hs_batch_info info = {.rows_read = 1};
    hs_status status = begin_current(work, error);
    if (status == HS_OK) status = work->edit->prepare(work->edit->context, work->snapshot, work->edit, error);
    if (status == HS_OK)
        status = work->edit->kind == HS_KIND_ZONES ? edit_zone(work, error) : edit_incident(work, error);
    if (status != HS_OK) {
        hs_store_rollback(work->store);
        return status;
    }
    status = hs_store_commit(work->store, &info, error);
    work->report.batch = info.id;
    return status;
}

/* What is stored is done, and must be seen by who asks next. */
static void publish(editing *work) {
    hs_service *service = work->service;
    hs_error why = {0};
    bool published = false;
    hs_status status = HS_OK;
    if (work->edit->kind == HS_KIND_INCIDENTS && work->report.batch > 0)
        status = hs_service_publish_changed(service, work->store, work->snapshot->version + 1,
                                            &work->edit->id, 1, &why, &published);
    if (status == HS_OK && !published) status = hs_service_load(service, &why, NULL);
    if (status == HS_OK)
        work->report.snapshot = hs_service_snapshot(service);
    else
        hs_log_write(service->log, HS_LOG_ERROR, "edit", "error=\"%s\"", why.message);
}

hs_status hs_service_edit(hs_service *service, hs_edit *edit, hs_error *error, hs_edit_report *report) {
    editing work = {.service = service, .edit = edit, .report = {.id = edit->id, .put = HS_PUT_UNCHANGED}};
    if (service->mode == HS_STORE_READ)
        return hs_error_set(error, HS_E_DENIED,
                            "this server only reads (--read-only): nothing can be changed");
    pthread_mutex_lock(&service->edit_lock);
    hs_status status = service->edit_store
                           ? HS_OK
                           : hs_store_open(service->url, HS_STORE_WRITE, error, &service->edit_store);
    work.store = service->edit_store;
    if (status == HS_OK) status = edit_in_batch(&work, error);
    if (status == HS_OK) publish(&work);
    hs_snapshot_unref(work.snapshot);
    pthread_mutex_unlock(&service->edit_lock);
    if (status == HS_OK) *report = work.report;
    return status;
}
