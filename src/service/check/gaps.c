/* Ground that a level leaves out: of parents with children on it, and holes that its units enclose where no
 * parent lies. */
#include "service/check/check_private.h"

#include <stdlib.h>

/* Levels on which a unit has children, bit by bit. */
static uint8_t *levels_of_children(const hs_units *units) {
    uint8_t *levels = calloc(units->count + 1, 1);
    for (uint32_t row = 0; levels && row < units->count; row++)
        if (units->parent[row] != HS_NONE) levels[units->parent[row]] |= (uint8_t)(1U << units->level[row]);
    return levels;
}

typedef struct gap_search {
    hs_checking *check;
    int level;    /* that leaves ground out */
    uint32_t row; /* the parent, HS_NONE */
} gap_search;

static hs_status add_gap(const gap_search *search, hs_check_kind kind, const hs_check_pieces *pieces,
                         hs_error *error) {
    hs_checking *check = search->check;
    hs_arena *arena = check->report->arena;
    bool has_parent = search->row != HS_NONE;
    hs_check_flaw flaw =
        has_parent ? hs_check_unit_flaw(check, kind, search->row) : hs_check_flaw_of(kind, "units");
    flaw.level = (hs_level)search->level;
    hs_status status = hs_check_take_pieces(check, pieces, error, &flaw);
    if (status != HS_OK) return status;
    if (has_parent) flaw.share = pieces->area_m2 / check->area_m2[search->row];
    const char *name = has_parent ? hs_check_unit_words(check, search->row) : "";
    if (!name) return hs_error_memory(error, "the flaws");
    flaw.words_en =
        has_parent ? hs_arena_printf(arena, "%.1f m² of %s lie in no %s (%u piece(s), at most %.2f m wide)",
                                     pieces->area_m2, name, hs_check_level_title(search->level, false),
                                     (unsigned)pieces->count, pieces->width_m)
                   : hs_arena_printf(arena, "%.1f m² between units lie in none", pieces->area_m2);
    flaw.words_zh = has_parent
                        ? hs_arena_printf(arena, "%s 有 %.1f 平方米不属于任何%s（%u 块，最宽 %.2f 米）", name,
                                          pieces->area_m2, hs_check_level_title(search->level, true),
                                          (unsigned)pieces->count, pieces->width_m)
                        : hs_arena_printf(arena, "单元之间有 %.1f 平方米不属于任何单元", pieces->area_m2);
    return hs_check_add(check->report, &flaw, error);
}

/* A gap a piece; the slivers are told together further on. */
static hs_status add_wide(void *context, const GEOSGeometry *polygon, hs_error *error) {
    const gap_search *search = context;
    hs_check_split split;
    uint32_t rounding = search->check->report->within_tolerance;
    double rounding_m2 = search->check->report->within_tolerance_m2;
    hs_status status = hs_check_split_pieces(search->check, polygon, error, &split);
    if (status == HS_OK && split.wide.count > 0) status = add_gap(search, HS_CHECK_GAP, &split.wide, error);
    hs_check_split_done(&split);
    search->check->report->within_tolerance = rounding;
    search->check->report->within_tolerance_m2 = rounding_m2;
    return status;
}

static hs_status add_gaps(const gap_search *search, const GEOSGeometry *left_out, hs_error *error) {
    hs_check_split split;
    hs_status status = hs_check_each_polygon(&search->check->geos, left_out, add_wide, (void *)search, error);
    if (status != HS_OK) return status;
    status = hs_check_split_pieces(search->check, left_out, error, &split);
    if (status == HS_OK && split.thin.count > 0)
        status = add_gap(search, HS_CHECK_SLIVER, &split.thin, error);
    hs_check_split_done(&split);
    return status;
}

/* What the children's levels leave of a parent: a unit may have children on several. */
static hs_status check_parent(hs_checking *check, uint32_t row, uint8_t levels, hs_error *error) {
    GEOSContextHandle_t handle = check->geos.handle;
    GEOSGeometry *left = NULL;
    int lowest = 0;
    hs_status status = HS_OK;
    for (int level = 0; status == HS_OK && level < HS_LEVEL_COUNT; level++) {
        GEOSGeometry *less = NULL;
        if (!(levels >> level & 1)) continue;
        lowest = level;
        status = hs_check_union_of_level(check, level, error);
        if (status == HS_OK)
            status = hs_check_difference(check, left ? left : check->polygon[row], check->level_union[level],
                                         error, &less);
        if (status != HS_OK) break;
        GEOSGeom_destroy_r(handle, left);
        left = less;
    }
    const gap_search search = {check, lowest, row};
    if (status == HS_OK && left) status = add_gaps(&search, left, error);
    GEOSGeom_destroy_r(handle, left);
    return status;
}

/* The inner rings of a level's union as polygons. */
typedef struct hole_list {
    hs_checking *check;
    GEOSGeometry **hole;
    uint32_t count, capacity;
} hole_list;

static hs_status add_hole(hole_list *list, const GEOSGeometry *ring, hs_error *error) {
    GEOSContextHandle_t handle = list->check->geos.handle;
    if (list->count == list->capacity) {
        uint32_t capacity = list->capacity ? 2 * list->capacity : 64;
        GEOSGeometry **grown = realloc(list->hole, capacity * sizeof(GEOSGeometry *));
        if (!grown) return hs_error_memory(error, "holes between units");
        list->hole = grown;
        list->capacity = capacity;
    }
    GEOSGeometry *clone = GEOSGeom_clone_r(handle, ring);
    GEOSGeometry *polygon = clone ? GEOSGeom_createPolygon_r(handle, clone, NULL, 0) : NULL;
    if (!polygon) return hs_error_memory(error, "holes between units");
    list->hole[list->count++] = polygon;
    return HS_OK;
}

static hs_status add_holes(void *context, const GEOSGeometry *polygon, hs_error *error) {
    hole_list *list = context;
    GEOSContextHandle_t handle = list->check->geos.handle;
    int count = GEOSGetNumInteriorRings_r(handle, polygon);
    hs_status status = HS_OK;
    for (int i = 0; status == HS_OK && i < count; i++)
        status = add_hole(list, GEOSGetInteriorRingN_r(handle, polygon, i), error);
    return status;
}

/* What is left of a hole. */
typedef struct leaving {
    hs_checking *check;
    GEOSGeometry *left;
} leaving;

static hs_status take_away(leaving *l, const GEOSGeometry *area, hs_error *error) {
    GEOSGeometry *less = NULL;
    hs_status status = hs_check_difference(l->check, l->left, area, error, &less);
    if (status != HS_OK) return status;
    GEOSGeom_destroy_r(l->check->geos.handle, l->left);
    l->left = less;
    return HS_OK;
}

/* A polygon with its holes filled: those are told of on its own level. */
static hs_status take_filled(void *context, const GEOSGeometry *polygon, hs_error *error) {
    leaving *l = context;
    GEOSContextHandle_t handle = l->check->geos.handle;
    GEOSGeometry *ring = GEOSGeom_clone_r(handle, GEOSGetExteriorRing_r(handle, polygon));
    GEOSGeometry *filled = ring ? GEOSGeom_createPolygon_r(handle, ring, NULL, 0) : NULL;
    if (!filled) return hs_error_memory(error, "holes between units");
    hs_status status = take_away(l, filled, error);
    GEOSGeom_destroy_r(handle, filled);
    return status;
}

/* Of a hole what neither units inside it nor the level above cover or enclose. */
static hs_status check_hole(hs_checking *check, int level, const GEOSGeometry *hole, hs_error *error) {
    int above = hs_check_level_above(&check->snapshot->geography->units, level);
    GEOSContextHandle_t handle = check->geos.handle;
    leaving l = {check, GEOSGeom_clone_r(handle, hole)};
    hs_status status = l.left ? take_away(&l, check->level_union[level], error)
                              : hs_error_memory(error, "holes between units");
    if (status == HS_OK && above >= 0) status = hs_check_union_of_level(check, above, error);
    if (status == HS_OK && above >= 0)
        status = hs_check_each_polygon(&check->geos, check->level_union[above], take_filled, &l, error);
    const gap_search search = {check, level, HS_NONE};
    if (status == HS_OK) status = add_gaps(&search, l.left, error);
    GEOSGeom_destroy_r(handle, l.left);
    return status;
}

static hs_status check_holes(hs_checking *check, int level, hs_error *error) {
    hole_list list = {.check = check};
    hs_status status = hs_check_union_of_level(check, level, error);
    if (status == HS_OK)
        status = hs_check_each_polygon(&check->geos, check->level_union[level], add_holes, &list, error);
    for (uint32_t i = 0; i < list.count; i++) {
        if (status == HS_OK) status = check_hole(check, level, list.hole[i], error);
        GEOSGeom_destroy_r(check->geos.handle, list.hole[i]);
    }
    free(list.hole);
    return status;
}

hs_status hs_check_gaps(hs_checking *check, hs_error *error) {
    const hs_units *units = &check->snapshot->geography->units;
    uint8_t *levels = levels_of_children(units);
    hs_status status = levels ? HS_OK : hs_error_memory(error, "gaps");
    for (uint32_t row = 0; status == HS_OK && row < units->count; row++) {
        if (row % 64 == 0)
            status = hs_check_progress(check->options, "gaps", (double)row / units->count, error);
        if (status == HS_OK && levels[row]) status = check_parent(check, row, levels[row], error);
    }
    for (int level = 0; status == HS_OK && level < HS_LEVEL_COUNT; level++)
        if (units->level_start[level + 1] > units->level_start[level])
            status = check_holes(check, level, error);
    free(levels);
    return status;
}
