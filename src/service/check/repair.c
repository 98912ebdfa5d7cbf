/* Mending polygons that are not valid. */
#include "service/check/check_private.h"
#include "service/rederive.h"

#include <stdlib.h>
#include <string.h>

#define REPAIRS_MOST ((size_t)4 << 30)

/* A polygon that is to be written: collected first, for a table is not changed while it is being read. */
typedef struct mended {
    int64_t id;
    hs_geometry geometry;
} mended;

typedef struct repairing {
    hs_check_geos geos;
    hs_plane plane;
    hs_check_repairs *report;
    const char *collection;
    mended *mended;
    uint32_t count, capacity;
} repairing;

/* What is known of a row, whatever it is of. */
typedef struct subject {
    int64_t id;
    hs_level level;
    hs_str code, name;
    const hs_geometry *geometry;
} subject;

static hs_status sum_area(void *context, const GEOSGeometry *polygon, hs_error *error) {
    repairing *work = context;
    double area_m2, perimeter_m;
    (void)error;
    hs_check_measure(&work->geos, &work->plane, polygon, &area_m2, &perimeter_m);
    work->report->repair[work->report->count].area_m2[1] += area_m2;
    return HS_OK;
}

static hs_status sum_before(void *context, const GEOSGeometry *polygon, hs_error *error) {
    repairing *work = context;
    double area_m2, perimeter_m;
    (void)error;
    hs_check_measure(&work->geos, &work->plane, polygon, &area_m2, &perimeter_m);
    work->report->repair[work->report->count].area_m2[0] += area_m2;
    return HS_OK;
}

/* MakeValid, then on the grid of stored positions, where it has to be valid too. NULL where nothing is left.
 */
static GEOSGeometry *make_valid(repairing *work, const GEOSGeometry *geometry) {
    GEOSContextHandle_t handle = work->geos.handle;
    GEOSGeometry *valid = GEOSMakeValid_r(handle, geometry);
    GEOSGeometry *snapped = valid ? GEOSGeom_setPrecision_r(handle, valid, 1, 0) : NULL;
    GEOSGeom_destroy_r(handle, valid);
    if (snapped && GEOSisEmpty_r(handle, snapped) == 0) return snapped;
    GEOSGeom_destroy_r(handle, snapped);
    return NULL;
}

static bool room(repairing *work) {
    hs_check_repairs *report = work->report;
    if (report->count + 1 >= report->capacity) {
        uint32_t capacity = report->capacity ? 2 * report->capacity : 64;
        hs_check_repair *grown = realloc(report->repair, capacity * sizeof *grown);
        if (!grown) return false;
        report->repair = grown;
        report->capacity = capacity;
    }
    if (work->count < work->capacity) return true;
    uint32_t capacity = work->capacity ? 2 * work->capacity : 64;
    mended *grown = realloc(work->mended, capacity * sizeof *grown);
    if (!grown) return false;
    work->mended = grown;
    work->capacity = capacity;
    return true;
}

static void count_shape(hs_check_repair *repair, int when, const hs_geometry *geometry) {
    repair->parts[when] = geometry->part_count;
    repair->rings[when] = geometry->ring_count;
    repair->vertices[when] = geometry->ring_count ? geometry->ring_start[geometry->ring_count] : 0;
}

static hs_status describe(repairing *work, const subject *row, const char *reason, hs_error *error) {
    hs_arena *arena = work->report->arena;
    hs_check_repair *repair = &work->report->repair[work->report->count];
    repair->collection = work->collection;
    repair->level = row->level;
    repair->id = row->id;
    repair->code = hs_arena_str(arena, row->code);
    repair->name = hs_arena_str(arena, row->name);
    repair->reason_en = hs_arena_strndup(arena, reason, strlen(reason));
    repair->reason_zh = repair->reason_en ? hs_check_reason_zh(repair->reason_en) : NULL;
    count_shape(repair, 0, row->geometry);
    return repair->code.data && repair->name.data && repair->reason_en ? HS_OK
                                                                       : hs_error_memory(error, "repairs");
}

static hs_status take_mended(repairing *work, int64_t id, const GEOSGeometry *valid, hs_error *error) {
    hs_check_repair *repair = &work->report->repair[work->report->count];
    hs_geometry geometry;
    hs_status status = hs_check_from_geos(&work->geos, valid, work->report->arena, error, &geometry);
    if (status != HS_OK || geometry.type != HS_GEOMETRY_POLYGONS) return status;
    repair->mended = true;
    count_shape(repair, 1, &geometry);
    work->mended[work->count++] = (mended){id, geometry};
    return hs_check_each_polygon(&work->geos, valid, sum_area, work, error);
}

static hs_status mend(repairing *work, const subject *row, const GEOSGeometry *given, hs_error *error) {
    char reason[80];
    hs_check_repair found = {0};
    if (!hs_check_invalid(&work->geos, given, reason, &found.has_place, &found.place)) return HS_OK;
    if (!room(work)) return hs_error_memory(error, "repairs");
    work->report->repair[work->report->count] = found;
    hs_status status = describe(work, row, reason, error);
    if (status == HS_OK) status = hs_check_each_polygon(&work->geos, given, sum_before, work, error);
    GEOSGeometry *valid = status == HS_OK ? make_valid(work, given) : NULL;
    if (valid) status = take_mended(work, row->id, valid, error);
    GEOSGeom_destroy_r(work->geos.handle, valid);
    if (status == HS_OK) work->report->count++;
    return status;
}

static hs_status look(repairing *work, const subject *row, hs_error *error) {
    GEOSGeometry *given = NULL;
    if (row->geometry->type != HS_GEOMETRY_POLYGONS) return HS_OK;
    hs_status status = hs_check_to_geos(&work->geos, row->geometry, error, &given);
    if (status == HS_OK) status = mend(work, row, given, error);
    GEOSGeom_destroy_r(work->geos.handle, given);
    return status;
}

static hs_status visit_unit(void *context, const hs_unit_record *record, hs_error *error) {
    const subject row = {record->id, record->level, record->code, record->name, &record->geometry};
    return look(context, &row, error);
}

static hs_status visit_zone(void *context, const hs_zone_record *record, hs_error *error) {
    const subject row = {record->id, HS_LEVEL_COUNT, HS_STR(""), record->name, &record->geometry};
    return look(context, &row, error);
}

static hs_status visit_place(void *context, const hs_place_record *record, hs_error *error) {
    const subject row = {record->id, HS_LEVEL_COUNT, HS_STR(""), record->name, &record->geometry};
    return look(context, &row, error);
}

static hs_status scan(hs_store *store, hs_kind kind, repairing *work, hs_error *error) {
    switch (kind) {
    case HS_KIND_UNITS:
        return hs_store_scan_units(store, visit_unit, work, error);
    case HS_KIND_ZONES:
        return hs_store_scan_zones(store, visit_zone, work, error);
    default:
        return hs_store_scan_places(store, visit_place, work, error);
    }
}

/* Everything is read and written in the batch's transaction. */
static hs_status repair_in_batch(hs_store *store, hs_kind kind, repairing *work, hs_error *error,
                                 hs_batch_info *info) {
    hs_status status = scan(store, kind, work, error);
    for (uint32_t i = 0; status == HS_OK && i < work->count; i++)
        status = hs_store_replace_geometry(store, work->mended[i].id, &work->mended[i].geometry, error);
    if (status == HS_OK && work->count > 0 && kind != HS_KIND_ZONES)
        status = hs_rederive_positions(store, error);
    info->rows_read = work->count;
    if (status == HS_OK) return hs_store_commit(store, info, error);
    hs_store_rollback(store);
    return status;
}

static hs_status repair_kind(hs_service *service, hs_kind kind, const hs_plane *plane,
                             hs_check_repairs *report, hs_error *error, int64_t *batch) {
    hs_store *store = hs_service_store(service);
    hs_batch_info info = {0};
    repairing work = {.plane = *plane, .report = report, .collection = hs_kind_name(kind)};
    hs_status status = hs_check_geos_open(&work.geos, error);
    if (status == HS_OK) status = hs_store_begin(store, kind, HS_STR("check --repair"), error, &info.id);
    if (status == HS_OK) status = repair_in_batch(store, kind, &work, error, &info);
    hs_check_geos_close(&work.geos);
    free(work.mended);
    if (status == HS_OK) *batch = info.id;
    return status;
}

static hs_status find_plane(hs_service *service, hs_error *error, hs_plane *plane) {
    hs_geography *geography = NULL;
    hs_status status = hs_load_geography(hs_service_store(service), error, &geography);
    if (status != HS_OK) return status;
    *plane = (hs_plane){geography->center_lon_deg, geography->center_lat_deg};
    hs_geography_unref(geography);
    return HS_OK;
}

hs_status hs_service_check_repair(hs_service *service, hs_error *error, hs_check_repairs *repairs) {
    static const hs_kind repaired[] = {HS_KIND_UNITS, HS_KIND_ZONES, HS_KIND_PLACES};
    hs_plane plane;
    *repairs = (hs_check_repairs){.arena = hs_arena_new(REPAIRS_MOST)};
    if (!repairs->arena) return hs_error_memory(error, "repairs");
    hs_service_store_lock(service);
    hs_status status = find_plane(service, error, &plane);
    for (size_t i = 0; status == HS_OK && i < sizeof repaired / sizeof *repaired; i++)
        status = repair_kind(service, repaired[i], &plane, repairs, error, &repairs->batch[i]);
    hs_service_store_unlock(service);
    if (status != HS_OK) hs_check_repairs_done(repairs);
    return status;
}

void hs_check_repairs_done(hs_check_repairs *repairs) {
    hs_arena_free(repairs->arena);
    free(repairs->repair);
    *repairs = (hs_check_repairs){0};
}
