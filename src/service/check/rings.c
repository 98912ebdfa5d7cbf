/* Polygons that are not valid; parts of units that are slivers. */
#include "service/check/check_private.h"

#include <math.h>

/* What holds polygons: units, zones, places. */
typedef struct polygons {
    const char *collection;
    uint32_t count;
    const int64_t *id;
    const hs_str *name;
    const hs_geometry *geometry;
} polygons;

/* Area that the even-odd rule gives, which is what placing incidents goes by. */
static hs_status add_area(void *context, const GEOSGeometry *polygon, hs_error *error) {
    (void)error;
    struct {
        hs_checking *check;
        double sum_m2;
    } *adding = context;
    double area_m2, perimeter_m;
    hs_check_measure(&adding->check->geos, &adding->check->snapshot->plane, polygon, &area_m2, &perimeter_m);
    adding->sum_m2 += area_m2;
    return HS_OK;
}

static hs_status valid_area(hs_checking *check, const GEOSGeometry *geometry, hs_error *error,
                            double *area_m2) {
    struct {
        hs_checking *check;
        double sum_m2;
    } adding = {check, 0};
    hs_status status = hs_check_each_polygon(&check->geos, geometry, add_area, &adding, error);
    if (status == HS_OK) *area_m2 = adding.sum_m2;
    return status;
}

static hs_status add_invalid(hs_checking *check, hs_check_flaw *flaw, const char *reason, bool has_place,
                             hs_position place, hs_error *error) {
    hs_arena *arena = check->report->arena;
    if (has_place) {
        flaw->has_place = true;
        flaw->place = place;
    }
    flaw->words_en = hs_arena_printf(arena, "not valid: %s; hotspotd check STORE --repair mends it", reason);
    flaw->words_zh = hs_arena_printf(arena, "多边形无效：%s；可用 hotspotd check STORE --repair 修复",
                                     hs_check_reason_zh(reason));
    return hs_check_add(check->report, flaw, error);
}

/* The valid polygons of the same area for a unit; tells where they had to be made. */
static hs_status take_unit(hs_checking *check, uint32_t row, hs_error *error) {
    const hs_units *units = &check->snapshot->geography->units;
    GEOSContextHandle_t handle = check->geos.handle;
    char reason[80];
    bool has_place;
    hs_position place;
    hs_status status = hs_check_to_geos(&check->geos, &units->geometry[row], error, &check->polygon[row]);
    if (status != HS_OK) return status;
    bool invalid = hs_check_invalid(&check->geos, check->polygon[row], reason, &has_place, &place);
    if (invalid) {
        GEOSGeometry *valid = GEOSMakeValid_r(handle, check->polygon[row]);
        if (!valid) return hs_check_geos_fail(&check->geos, "reading a polygon that is not valid", error);
        GEOSGeom_destroy_r(handle, check->polygon[row]);
        check->polygon[row] = valid;
    }
    status = valid_area(check, check->polygon[row], error, &check->area_m2[row]);
    if (status != HS_OK || !invalid) return status;
    hs_check_flaw flaw = hs_check_unit_flaw(check, HS_CHECK_INVALID_RING, row);
    flaw.area_m2 = check->area_m2[row];
    return add_invalid(check, &flaw, reason, has_place, place, error);
}

static hs_status check_polygon(hs_checking *check, const polygons *of, uint32_t row, hs_error *error) {
    GEOSGeometry *geometry = NULL;
    char reason[80];
    bool has_place;
    hs_position place;
    if (of->geometry[row].type != HS_GEOMETRY_POLYGONS) return HS_OK;
    hs_status status = hs_check_to_geos(&check->geos, &of->geometry[row], error, &geometry);
    if (status != HS_OK) return status;
    if (hs_check_invalid(&check->geos, geometry, reason, &has_place, &place)) {
        hs_check_flaw flaw = hs_check_flaw_of(HS_CHECK_INVALID_RING, of->collection);
        flaw.id = of->id[row];
        flaw.name = of->name[row];
        flaw.geometry = of->geometry[row];
        status = add_invalid(check, &flaw, reason, has_place, place, error);
    }
    GEOSGeom_destroy_r(check->geos.handle, geometry);
    return status;
}

static hs_status check_polygons(hs_checking *check, const polygons *of, hs_error *error) {
    hs_status status = HS_OK;
    for (uint32_t row = 0; status == HS_OK && row < of->count; row++)
        status = check_polygon(check, of, row, error);
    return status;
}

/* Parts of a unit that are slivers: what overlays leave behind. */
static hs_status check_parts(hs_checking *check, uint32_t row, hs_error *error) {
    hs_arena *arena = check->report->arena;
    hs_check_split split;
    hs_status status = hs_check_split_pieces(check, check->polygon[row], error, &split);
    if (status == HS_OK && split.thin.count > 0) {
        hs_check_flaw flaw = hs_check_unit_flaw(check, HS_CHECK_SLIVER, row);
        status = hs_check_take_pieces(check, &split.thin, error, &flaw);
        flaw.share = split.thin.area_m2 / check->area_m2[row];
        flaw.words_en = hs_arena_printf(arena, "%u of its parts are at most %.2f m wide",
                                        (unsigned)split.thin.count, split.thin.width_m);
        flaw.words_zh = hs_arena_printf(arena, "有 %u 个部分宽度不超过 %.2f 米", (unsigned)split.thin.count,
                                        split.thin.width_m);
        if (status == HS_OK) status = hs_check_add(check->report, &flaw, error);
    }
    hs_check_split_done(&split);
    return status;
}

hs_status hs_check_rings(hs_checking *check, hs_error *error) {
    const hs_geography *g = check->snapshot->geography;
    const polygons zones = {"zones", g->zones.count, g->zones.id, g->zones.name, g->zones.geometry};
    const polygons places = {"places", g->places.count, g->places.id, g->places.name, g->places.geometry};
    hs_status status = HS_OK;
    for (uint32_t row = 0; status == HS_OK && row < g->units.count; row++)
        status = take_unit(check, row, error);
    for (uint32_t row = 0; status == HS_OK && row < g->units.count; row++)
        status = check_parts(check, row, error);
    if (status == HS_OK) status = check_polygons(check, &zones, error);
    if (status == HS_OK) status = check_polygons(check, &places, error);
    return status;
}
