/* Overlays of units, and the pieces that come of them. */
#include "service/check/check_private.h"

#include <math.h>

/* Where floating point gives up: the grid of stored positions, which never does. */
#define GRID 1.0

hs_status hs_check_intersection(hs_checking *check, const GEOSGeometry *a, const GEOSGeometry *b,
                                hs_error *error, GEOSGeometry **made) {
    GEOSContextHandle_t handle = check->geos.handle;
    GEOSGeometry *overlay = GEOSIntersection_r(handle, a, b);
    if (!overlay) overlay = GEOSIntersectionPrec_r(handle, a, b, GRID);
    if (!overlay) return hs_check_geos_fail(&check->geos, "overlaying units", error);
    *made = overlay;
    return HS_OK;
}

hs_status hs_check_difference(hs_checking *check, const GEOSGeometry *a, const GEOSGeometry *b,
                              hs_error *error, GEOSGeometry **made) {
    GEOSContextHandle_t handle = check->geos.handle;
    GEOSGeometry *overlay = GEOSDifference_r(handle, a, b);
    if (!overlay) overlay = GEOSDifferencePrec_r(handle, a, b, GRID);
    if (!overlay) return hs_check_geos_fail(&check->geos, "overlaying units", error);
    *made = overlay;
    return HS_OK;
}

hs_status hs_check_union_of_level(hs_checking *check, int level, hs_error *error) {
    const hs_units *units = &check->snapshot->geography->units;
    GEOSContextHandle_t handle = check->geos.handle;
    uint32_t first = units->level_start[level], count = units->level_start[level + 1] - first;
    if (check->level_union[level]) return HS_OK;
    GEOSGeometry **clones = hs_arena_array(check->report->arena, count + 1, sizeof(GEOSGeometry *));
    uint32_t made = 0;
    while (clones && made < count && (clones[made] = GEOSGeom_clone_r(handle, check->polygon[first + made])))
        made++;
    GEOSGeometry *all = clones && made == count
                            ? GEOSGeom_createCollection_r(handle, GEOS_GEOMETRYCOLLECTION, clones, count)
                            : NULL;
    if (!all) return hs_error_memory(error, "the union of a level");
    check->level_union[level] = GEOSUnaryUnion_r(handle, all);
    if (!check->level_union[level]) check->level_union[level] = GEOSUnaryUnionPrec_r(handle, all, GRID);
    GEOSGeom_destroy_r(handle, all);
    return check->level_union[level]
               ? HS_OK
               : hs_check_geos_fail(&check->geos, "joining the units of a level", error);
}

const GEOSPreparedGeometry *hs_check_prepared(hs_checking *check, uint32_t row) {
    if (!check->prepared[row]) check->prepared[row] = GEOSPrepare_r(check->geos.handle, check->polygon[row]);
    return check->prepared[row];
}

/* Splitting under way. */
typedef struct splitting {
    hs_checking *check;
    hs_check_split *split;
} splitting;

static hs_position inside(hs_checking *check, const GEOSGeometry *polygon) {
    GEOSContextHandle_t handle = check->geos.handle;
    double x = 0, y = 0;
    GEOSGeometry *point = GEOSPointOnSurface_r(handle, polygon);
    if (point && GEOSisEmpty_r(handle, point) == 0) {
        (void)GEOSGeomGetX_r(handle, point, &x);
        (void)GEOSGeomGetY_r(handle, point, &y);
    }
    GEOSGeom_destroy_r(handle, point);
    return (hs_position){(int32_t)lround(x), (int32_t)lround(y)};
}

static hs_status take_piece(void *context, const GEOSGeometry *polygon, hs_error *error) {
    splitting *s = context;
    hs_checking *check = s->check;
    double area_m2, perimeter_m;
    hs_check_measure(&check->geos, &check->snapshot->plane, polygon, &area_m2, &perimeter_m);
    double width_m = perimeter_m > 0 ? 2 * area_m2 / perimeter_m : 0;
    if (width_m < check->options->tolerance_m) {
        check->report->within_tolerance++;
        check->report->within_tolerance_m2 += area_m2;
        return HS_OK;
    }
    hs_check_pieces *pieces = width_m < check->options->sliver_m ? &s->split->thin : &s->split->wide;
    if (!hs_check_append(&check->geos, polygon, &pieces->shape))
        return hs_error_memory(error, "pieces of an overlay");
    pieces->count++;
    pieces->area_m2 += area_m2;
    pieces->width_m = fmax(pieces->width_m, width_m);
    if (area_m2 > pieces->largest_m2) {
        pieces->largest_m2 = area_m2;
        pieces->place = inside(check, polygon);
    }
    return HS_OK;
}

hs_status hs_check_split_pieces(hs_checking *check, const GEOSGeometry *overlay, hs_error *error,
                                hs_check_split *split) {
    *split = (hs_check_split){0};
    splitting s = {check, split};
    return hs_check_each_polygon(&check->geos, overlay, take_piece, &s, error);
}

void hs_check_split_done(hs_check_split *split) {
    hs_shape_done(&split->wide.shape);
    hs_shape_done(&split->thin.shape);
    *split = (hs_check_split){0};
}

hs_status hs_check_take_pieces(hs_checking *check, const hs_check_pieces *pieces, hs_error *error,
                               hs_check_flaw *flaw) {
    flaw->area_m2 = pieces->area_m2;
    flaw->width_m = pieces->width_m;
    flaw->has_place = true;
    flaw->place = pieces->place;
    return hs_geometry_from_shape(&pieces->shape, check->report->arena, error, &flaw->geometry);
}
