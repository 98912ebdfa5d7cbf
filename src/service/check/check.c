#include "service/check/check_private.h"

#include <math.h>
#include <stdlib.h>

#define REPORT_MOST ((size_t)4 << 30)

static hs_status check_options(const hs_check_options *options, hs_error *error) {
    if (!(options->tolerance_m >= 0) || !(options->sliver_m >= options->tolerance_m) ||
        !(options->near_m >= 0) || options->sliver_m > 1e6 || options->near_m > 1e4)
        return hs_error_set(
            error, HS_E_ARGUMENT,
            "widths in metres are expected: 0 <= tolerance <= sliver <= 1000000, 0 <= near <= "
            "10000");
    for (int level = 0; level < HS_LEVEL_COUNT; level++)
        if (options->code_digits[level] < 0 || options->code_digits[level] > 64 ||
            (level > 0 && options->code_digits[level] < options->code_digits[level - 1]))
            return hs_error_set(error, HS_E_ARGUMENT,
                                "digits of codes ascend from level to level, 0 to 64: city, district, "
                                "subdistrict, community, cell");
    return HS_OK;
}

static hs_status run_searches(hs_checking *check, hs_error *error) {
    hs_status status = hs_check_counts(check, error);
    if (status == HS_OK) status = hs_check_progress(check->options, "rings", 0, error);
    if (status == HS_OK) status = hs_check_rings(check, error);
    if (status == HS_OK) status = hs_check_overlaps(check, error);
    if (status == HS_OK) status = hs_check_gaps(check, error);
    if (status == HS_OK) status = hs_check_hierarchy(check, error);
    if (status == HS_OK) status = hs_check_codes(check, error);
    if (status == HS_OK) status = hs_check_zones(check, error);
    if (status == HS_OK) status = hs_check_progress(check->options, "streets", 0, error);
    if (status == HS_OK) status = hs_check_graph(check, error);
    if (status == HS_OK) status = hs_check_street_ends(check, error);
    return status;
}

static void checking_done(hs_checking *check, uint32_t count) {
    GEOSContextHandle_t handle = check->geos.handle;
    for (uint32_t row = 0; check->prepared && row < count; row++)
        GEOSPreparedGeom_destroy_r(handle, check->prepared[row]);
    for (uint32_t row = 0; check->polygon && row < count; row++)
        GEOSGeom_destroy_r(handle, check->polygon[row]);
    for (int level = 0; level < HS_LEVEL_COUNT; level++)
        GEOSGeom_destroy_r(handle, check->level_union[level]);
    hs_check_geos_close(&check->geos);
    free(check->prepared);
    free(check->polygon);
    free(check->area_m2);
}

static hs_status check_snapshot(const hs_check_options *options, hs_error *error, hs_check_report *report) {
    uint32_t count = report->snapshot->geography->units.count;
    hs_checking check = {.snapshot = report->snapshot, .options = options, .report = report};
    hs_status status = hs_check_geos_open(&check.geos, error);
    if (status != HS_OK) return status;
    check.polygon = calloc(count + 1, sizeof(GEOSGeometry *));
    check.prepared = calloc(count + 1, sizeof(const GEOSPreparedGeometry *));
    check.area_m2 = calloc(count + 1, sizeof *check.area_m2);
    status = check.polygon && check.prepared && check.area_m2 ? run_searches(&check, error)
                                                              : hs_error_memory(error, "a check");
    checking_done(&check, count);
    return status;
}

/* What a flaw is sorted by within its kind. */
static double size_of(const hs_check_flaw *flaw) {
    if (!isnan(flaw->area_m2)) return flaw->area_m2;
    return isnan(flaw->length_m) ? 0 : flaw->length_m;
}

static int compare_flaws(const void *left, const void *right) {
    const hs_check_flaw *a = left, *b = right;
    if (a->is_note != b->is_note) return a->is_note ? 1 : -1;
    if (a->kind != b->kind) return a->kind < b->kind ? -1 : 1;
    double a_size = size_of(a), b_size = size_of(b);
    if (a_size != b_size) return a_size > b_size ? -1 : 1;
    if (a->level != b->level) return a->level < b->level ? -1 : 1;
    if (a->id != b->id) return a->id < b->id ? -1 : 1;
    if (a->place.lon_e7 != b->place.lon_e7) return a->place.lon_e7 < b->place.lon_e7 ? -1 : 1;
    return (a->place.lat_e7 > b->place.lat_e7) - (a->place.lat_e7 < b->place.lat_e7);
}

static bool is_damaged(const hs_check_report *report) {
    return report->by_kind[HS_CHECK_INTEGRITY] > 0;
}

hs_status hs_service_check(hs_service *service, const hs_check_options *options, hs_error *error,
                           hs_check_report *report) {
    *report = (hs_check_report){0};
    hs_status status = check_options(options, error);
    if (status != HS_OK) return status;
    report->arena = hs_arena_new(REPORT_MOST);
    if (!report->arena) return hs_error_memory(error, "a check");
    status = hs_check_progress(options, "store", 0, error);
    hs_service_store_lock(service);
    if (status == HS_OK) status = hs_check_store(hs_service_store(service), report, error);
    hs_service_store_unlock(service);
    if (status == HS_OK) status = hs_service_load(service, error, NULL);
    if (status == HS_OK) {
        report->snapshot = hs_service_snapshot(service);
        status = check_snapshot(options, error, report);
    }
    if (report->flaw_count > 0)
        qsort(report->flaws, report->flaw_count, sizeof *report->flaws, compare_flaws);
    if (status != HS_OK && !is_damaged(report)) hs_check_report_done(report);
    return status;
}

void hs_check_report_done(hs_check_report *report) {
    hs_snapshot_unref(report->snapshot);
    hs_arena_free(report->arena);
    free(report->flaws);
    *report = (hs_check_report){0};
}
