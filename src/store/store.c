/* The store's interface: checks the order of calls and dispatches to the implementation. */
#include "store/store.h"
#include "base/text.h"
#include "store/store_ops.h"

#include <string.h>

static const char *const setting_keys[] = {"name",         "name_en",      "timezone",   "timezone_guessed",
                                           "lang",         "synthetic",    "center_lon", "center_lat",
                                           "center_fixed", "center_source"};

hs_table hs_table_of_kind(hs_kind kind) {
    switch (kind) {
    case HS_KIND_UNITS:
        return HS_TABLE_UNITS;
    case HS_KIND_STREETS:
        return HS_TABLE_STREETS;
    case HS_KIND_ADDRESSES:
        return HS_TABLE_ADDRESSES;
    case HS_KIND_PLACES:
        return HS_TABLE_PLACES;
    case HS_KIND_ZONES:
        return HS_TABLE_ZONES;
    case HS_KIND_INCIDENTS:
        return HS_TABLE_INCIDENTS;
    case HS_KIND_TAXONOMY:
        return HS_TABLE_CATEGORIES;
    case HS_KIND_TARGETS:
        return HS_TABLE_TARGETS;
    case HS_KIND_POPULATION:
        return HS_TABLE_POPULATION;
    case HS_KIND_DECISIONS:
        return HS_TABLE_DECISIONS;
    case HS_KIND_HOTSPOTS:
        return HS_TABLE_HOTSPOTS;
    case HS_KIND_COUNT:
        break;
    }
    return HS_TABLE_COUNT;
}

hs_status hs_store_open(const char *url, hs_store_mode mode, hs_error *error, hs_store **store) {
    hs_str text = hs_str_of(url);
    if (hs_str_starts(text, HS_STR("postgresql://")) || hs_str_starts(text, HS_STR("postgres://")))
        return hs_error_set(
            error, HS_E_UNSUPPORTED,
            "this program keeps stores in GeoPackage files only; a PostgreSQL database cannot be "
            "used yet: name a file such as city.gpkg");
    return hs_geopackage_open(url, mode, error, store);
}

void hs_store_close(hs_store *store) {
    if (store) store->ops->close(store);
}

hs_status hs_store_get_versions(hs_store *store, hs_error *error, hs_store_versions *versions) {
    return store->ops->get_versions(store, error, versions);
}

static hs_status check_setting(const char *key, hs_error *error) {
    for (size_t i = 0; i < sizeof setting_keys / sizeof *setting_keys; i++)
        if (strcmp(key, setting_keys[i]) == 0) return HS_OK;
    return hs_error_set(error, HS_E_ARGUMENT, "%s: there is no such setting", key);
}

/* Whether the handle may write. */
static hs_status check_writable(const hs_store *store, hs_error *error) {
    if (store->mode == HS_STORE_READ)
        return hs_error_set(error, HS_E_STORE, "the store was opened for reading only");
    if (store->reading)
        return hs_error_set(error, HS_E_CONFLICT, "a read transaction is open on this handle: end it first");
    return HS_OK;
}

/* Whether it may, and no batch is open. */
static hs_status check_alone(const hs_store *store, hs_error *error) {
    hs_status status = check_writable(store, error);
    if (status == HS_OK && store->batch_open)
        return hs_error_set(error, HS_E_CONFLICT, "a batch is open: commit it first");
    return status;
}

hs_status hs_store_get_setting(hs_store *store, const char *key, hs_arena *arena, hs_error *error,
                               hs_str *value) {
    hs_status status = check_setting(key, error);
    return status == HS_OK ? store->ops->get_setting(store, key, arena, error, value) : status;
}

hs_status hs_store_set_setting(hs_store *store, const char *key, hs_str value, hs_error *error) {
    hs_status status = check_setting(key, error);
    if (status == HS_OK) status = check_writable(store, error);
    return status == HS_OK ? store->ops->set_setting(store, key, value, error) : status;
}

static hs_status begin(hs_store *store, hs_kind kind, hs_str source, bool more, hs_error *error,
                       int64_t *batch) {
    hs_status status = check_writable(store, error);
    if (status != HS_OK) return status;
    if (store->batch_open)
        return hs_error_set(error, HS_E_CONFLICT, "a batch is open already: commit it first");
    if ((unsigned)kind >= HS_KIND_COUNT) return hs_error_set(error, HS_E_ARGUMENT, "no such kind of rows");
    status = store->ops->begin(store, kind, source, more, error, batch);
    if (status != HS_OK) return status;
    store->batch_open = true;
    store->batch_kind = kind;
    return HS_OK;
}

hs_status hs_store_begin(hs_store *store, hs_kind kind, hs_str source, hs_error *error, int64_t *batch) {
    return begin(store, kind, source, false, error, batch);
}

hs_status hs_store_begin_more(hs_store *store, hs_kind kind, hs_str source, hs_error *error, int64_t *batch) {
    return begin(store, kind, source, true, error, batch);
}

int64_t hs_store_last_id(const hs_store *store) {
    return store->last_id;
}

uint64_t hs_store_repeated_rows(const hs_store *store) {
    return store->repeated_rows;
}

static hs_status check_batch(const hs_store *store, hs_table table, hs_error *error) {
    if (!store->batch_open) return hs_error_set(error, HS_E_CONFLICT, "no batch is open: begin one first");
    if (hs_table_of_kind(store->batch_kind) != table)
        return hs_error_set(error, HS_E_ARGUMENT, "the open batch is of %s and takes nothing else",
                            hs_kind_name(store->batch_kind));
    return HS_OK;
}

static hs_status put_record(hs_store *store, hs_table table, const void *record, hs_error *error,
                            hs_put *put) {
    hs_status status = check_batch(store, table, error);
    return status == HS_OK ? store->ops->put(store, table, record, error, put) : status;
}

hs_status hs_store_put_unit(hs_store *store, const hs_unit_record *record, hs_error *error, hs_put *put) {
    return put_record(store, HS_TABLE_UNITS, record, error, put);
}

hs_status hs_store_put_street(hs_store *store, const hs_street_record *record, hs_error *error, hs_put *put) {
    return put_record(store, HS_TABLE_STREETS, record, error, put);
}

hs_status hs_store_put_address(hs_store *store, const hs_address_record *record, hs_error *error,
                               hs_put *put) {
    return put_record(store, HS_TABLE_ADDRESSES, record, error, put);
}

hs_status hs_store_put_place(hs_store *store, const hs_place_record *record, hs_error *error, hs_put *put) {
    return put_record(store, HS_TABLE_PLACES, record, error, put);
}

hs_status hs_store_put_zone(hs_store *store, const hs_zone_record *record, hs_error *error, hs_put *put) {
    return put_record(store, HS_TABLE_ZONES, record, error, put);
}

hs_status hs_store_put_category(hs_store *store, const hs_category_record *record, hs_error *error,
                                hs_put *put) {
    return put_record(store, HS_TABLE_CATEGORIES, record, error, put);
}

hs_status hs_store_put_incident(hs_store *store, const hs_incident_record *record, hs_error *error,
                                hs_put *put) {
    return put_record(store, HS_TABLE_INCIDENTS, record, error, put);
}

hs_status hs_store_put_target(hs_store *store, const hs_target_record *record, hs_error *error, hs_put *put) {
    return put_record(store, HS_TABLE_TARGETS, record, error, put);
}

hs_status hs_store_put_population(hs_store *store, const hs_population_record *record, hs_error *error,
                                  hs_put *put) {
    return put_record(store, HS_TABLE_POPULATION, record, error, put);
}

hs_status hs_store_put_decision(hs_store *store, const hs_decision_record *record, hs_error *error,
                                hs_put *put) {
    return put_record(store, HS_TABLE_DECISIONS, record, error, put);
}

hs_status hs_store_put_hotspot(hs_store *store, const hs_saved_hotspot_record *record, hs_error *error,
                               hs_put *put) {
    return put_record(store, HS_TABLE_HOTSPOTS, record, error, put);
}

hs_status hs_store_visit_incident(hs_store *store, hs_str external_id, hs_visit_incident visit, void *context,
                                  hs_error *error) {
    hs_status status = check_batch(store, HS_TABLE_INCIDENTS, error);
    return status == HS_OK ? store->ops->visit_incident(store, external_id, visit, context, error) : status;
}

hs_status hs_store_replace_position(hs_store *store, int64_t incident, const hs_incident_record *record,
                                    hs_error *error) {
    if (!store->batch_open) return hs_error_set(error, HS_E_CONFLICT, "no batch is open: begin one first");
    return store->ops->replace_position(store, incident, record, error);
}

hs_status hs_store_replace_geometry(hs_store *store, int64_t id, const hs_geometry *geometry,
                                    hs_error *error) {
    if (!store->batch_open) return hs_error_set(error, HS_E_CONFLICT, "no batch is open: begin one first");
    return store->ops->replace_geometry(store, id, geometry, error);
}

static hs_status replace_record(hs_store *store, hs_table table, int64_t id, const void *record,
                                hs_error *error, hs_put *put) {
    hs_status status = check_batch(store, table, error);
    return status == HS_OK ? store->ops->replace(store, table, id, record, error, put) : status;
}

hs_status hs_store_replace_incident(hs_store *store, int64_t id, const hs_incident_record *record,
                                    hs_error *error, hs_put *put) {
    return replace_record(store, HS_TABLE_INCIDENTS, id, record, error, put);
}

hs_status hs_store_replace_zone(hs_store *store, int64_t id, const hs_zone_record *record, hs_error *error,
                                hs_put *put) {
    return replace_record(store, HS_TABLE_ZONES, id, record, error, put);
}

hs_status hs_store_remove(hs_store *store, int64_t id, hs_error *error) {
    if (!store->batch_open) return hs_error_set(error, HS_E_CONFLICT, "no batch is open: begin one first");
    return store->ops->remove(store, id, error);
}

hs_status hs_store_clear_taxonomy(hs_store *store, hs_error *error) {
    hs_status status = check_batch(store, HS_TABLE_CATEGORIES, error);
    return status == HS_OK ? store->ops->clear_taxonomy(store, error) : status;
}

static hs_status look_at_batch(void *context, const hs_batch_info *info, hs_error *error) {
    (void)error;
    hs_batch_info *wanted = context;
    if (info->id != wanted->id) return HS_OK;
    *wanted = *info;
    wanted->source = (hs_str){"", 0}; /* lives no longer than the scan */
    return HS_OK;
}

hs_status hs_store_find_batch(hs_store *store, int64_t id, hs_error *error, hs_batch_info *info) {
    hs_batch_info found = {.id = id, .kind = HS_KIND_COUNT};
    hs_status status = store->ops->scan_batches(store, look_at_batch, &found, error);
    if (status == HS_OK && found.kind == HS_KIND_COUNT)
        status = hs_error_set(error, HS_E_NOT_FOUND, "there is no batch %lld; see `batches`", (long long)id);
    if (status != HS_OK) return status;
    *info = found;
    return HS_OK;
}

hs_status hs_store_undo(hs_store *store, int64_t batch, hs_error *error, uint64_t *removed,
                        uint64_t *restored) {
    hs_batch_info info;
    if (!store->batch_open) return hs_error_set(error, HS_E_CONFLICT, "no batch is open: begin one first");
    hs_status status = hs_store_find_batch(store, batch, error, &info);
    if (status != HS_OK) return status;
    if (info.undone)
        return hs_error_set(error, HS_E_CONFLICT, "batch %lld is undone already", (long long)batch);
    if (info.kind != store->batch_kind)
        return hs_error_set(error, HS_E_ARGUMENT, "batch %lld is of %s", (long long)batch,
                            hs_kind_name(info.kind));
    return store->ops->undo(store, batch, error, removed, restored);
}

hs_status hs_store_commit(hs_store *store, hs_batch_info *info, hs_error *error) {
    if (!store->batch_open) return hs_error_set(error, HS_E_CONFLICT, "no batch is open: begin one first");
    hs_status status = store->ops->commit(store, info, error);
    store->batch_open = false;
    return status;
}

void hs_store_rollback(hs_store *store) {
    if (!store->batch_open) return;
    store->ops->rollback(store);
    store->batch_open = false;
}

static hs_status scan_table(hs_store *store, hs_table table, hs_visit visit, void *context, hs_error *error) {
    return store->ops->scan(store, table, INT64_MIN, INT64_MAX, visit, context, error);
}

hs_status hs_store_scan_units(hs_store *store, hs_visit_unit visit, void *context, hs_error *error) {
    return scan_table(store, HS_TABLE_UNITS, (hs_visit){.unit = visit}, context, error);
}

hs_status hs_store_scan_streets(hs_store *store, hs_visit_street visit, void *context, hs_error *error) {
    return scan_table(store, HS_TABLE_STREETS, (hs_visit){.street = visit}, context, error);
}

hs_status hs_store_scan_addresses(hs_store *store, hs_visit_address visit, void *context, hs_error *error) {
    return scan_table(store, HS_TABLE_ADDRESSES, (hs_visit){.address = visit}, context, error);
}

hs_status hs_store_scan_places(hs_store *store, hs_visit_place visit, void *context, hs_error *error) {
    return scan_table(store, HS_TABLE_PLACES, (hs_visit){.place = visit}, context, error);
}

hs_status hs_store_scan_zones(hs_store *store, hs_visit_zone visit, void *context, hs_error *error) {
    return scan_table(store, HS_TABLE_ZONES, (hs_visit){.zone = visit}, context, error);
}

hs_status hs_store_scan_categories(hs_store *store, hs_visit_category visit, void *context, hs_error *error) {
    return scan_table(store, HS_TABLE_CATEGORIES, (hs_visit){.category = visit}, context, error);
}

hs_status hs_store_scan_targets(hs_store *store, hs_visit_target visit, void *context, hs_error *error) {
    return scan_table(store, HS_TABLE_TARGETS, (hs_visit){.target = visit}, context, error);
}

hs_status hs_store_scan_population(hs_store *store, hs_visit_population visit, void *context,
                                   hs_error *error) {
    return scan_table(store, HS_TABLE_POPULATION, (hs_visit){.population = visit}, context, error);
}

hs_status hs_store_scan_decisions(hs_store *store, hs_visit_decision visit, void *context, hs_error *error) {
    return scan_table(store, HS_TABLE_DECISIONS, (hs_visit){.decision = visit}, context, error);
}

hs_status hs_store_scan_hotspots(hs_store *store, hs_visit_saved_hotspot visit, void *context,
                                 hs_error *error) {
    return scan_table(store, HS_TABLE_HOTSPOTS, (hs_visit){.hotspot = visit}, context, error);
}

hs_status hs_store_scan_incidents(hs_store *store, int64_t first, int64_t last, hs_visit_incident visit,
                                  void *context, hs_error *error) {
    return store->ops->scan(store, HS_TABLE_INCIDENTS, first, last, (hs_visit){.incident = visit}, context,
                            error);
}

hs_status hs_store_scan_batches(hs_store *store, hs_visit_batch visit, void *context, hs_error *error) {
    return store->ops->scan_batches(store, visit, context, error);
}

hs_status hs_store_incident_range(hs_store *store, hs_error *error, int64_t *min_id, int64_t *max_id,
                                  uint64_t *count) {
    return store->ops->incident_range(store, error, min_id, max_id, count);
}

hs_status hs_store_add_user(hs_store *store, const hs_user_record *user, hs_error *error) {
    hs_status status = check_alone(store, error);
    return status == HS_OK ? store->ops->add_user(store, user, error) : status;
}

hs_status hs_store_revoke_user(hs_store *store, hs_str name, hs_error *error) {
    hs_status status = check_alone(store, error);
    return status == HS_OK ? store->ops->revoke_user(store, name, error) : status;
}

hs_status hs_store_scan_users(hs_store *store, hs_visit_user visit, void *context, hs_error *error) {
    return store->ops->scan_users(store, visit, context, error);
}

hs_status hs_store_get_answer(hs_store *store, hs_str key, hs_arena *arena, hs_error *error,
                              uint64_t *request_hash, hs_str *answer) {
    return store->ops->get_answer(store, key, arena, error, request_hash, answer);
}

hs_status hs_store_put_answer(hs_store *store, hs_str key, uint64_t request_hash, hs_str answer,
                              hs_error *error) {
    if (!store->batch_open) return hs_error_set(error, HS_E_CONFLICT, "no batch is open: begin one first");
    return store->ops->put_answer(store, key, request_hash, answer, error);
}

hs_status hs_store_put_mapping(hs_store *store, hs_kind kind, hs_str name, hs_str mapping, hs_error *error) {
    hs_status status = check_alone(store, error);
    return status == HS_OK ? store->ops->put_mapping(store, kind, name, mapping, error) : status;
}

hs_status hs_store_get_mapping(hs_store *store, hs_kind kind, hs_str name, hs_arena *arena, hs_error *error,
                               hs_str *mapping) {
    return store->ops->get_mapping(store, kind, name, arena, error, mapping);
}

hs_status hs_store_scan_flaws(hs_store *store, hs_visit_flaw visit, void *context, hs_error *error) {
    return store->ops->scan_flaws(store, visit, context, error);
}

hs_status hs_store_count_rows(hs_store *store, hs_visit_rows visit, void *context, hs_error *error) {
    return store->ops->count_rows(store, visit, context, error);
}

hs_status hs_store_begin_read(hs_store *store, hs_error *error) {
    if (store->batch_open || store->reading)
        return hs_error_set(error, HS_E_CONFLICT, "a transaction is open on this handle already");
    hs_status status = store->ops->begin_read(store, error);
    store->reading = status == HS_OK;
    return status;
}

void hs_store_end_read(hs_store *store) {
    if (!store->reading) return;
    store->ops->end_read(store);
    store->reading = false;
}

hs_status hs_store_backup(hs_store *store, const char *path, hs_error *error) {
    if (store->batch_open) return hs_error_set(error, HS_E_CONFLICT, "a batch is open: commit it first");
    return store->ops->backup(store, path, error);
}
