/* Parents: who has none, whose was not found, who reaches out of it. */
#include "base/text.h"
#include "service/check/check_private.h"

#include <stdlib.h>

static hs_status add_orphan(hs_checking *check, uint32_t row, int above, hs_error *error) {
    hs_arena *arena = check->report->arena;
    hs_check_flaw flaw = hs_check_unit_flaw(check, HS_CHECK_ORPHAN, row);
    const char *name = hs_check_unit_words(check, row);
    if (!name) return hs_error_memory(error, "the flaws");
    flaw.words_en = hs_arena_printf(arena, "%s has no parent: no %s lies around it, and no code names one",
                                    name, hs_check_level_title(above, false));
    flaw.words_zh = hs_arena_printf(arena, "%s 没有上级：不在任何%s内，也没有上级编码", name,
                                    hs_check_level_title(above, true));
    return hs_check_add(check->report, &flaw, error);
}

/* The code that was given named nobody above; what was found by place instead. */
static hs_status add_missing(hs_checking *check, uint32_t row, hs_error *error) {
    const hs_units *units = &check->snapshot->geography->units;
    hs_arena *arena = check->report->arena;
    hs_str code = units->parent_code[row];
    uint32_t parent = units->parent[row];
    hs_check_flaw flaw = hs_check_unit_flaw(check, HS_CHECK_MISSING_PARENT, row);
    flaw.other_code = code;
    const char *name = hs_check_unit_words(check, row);
    const char *found = parent == HS_NONE ? NULL : hs_check_unit_words(check, parent);
    if (!name) return hs_error_memory(error, "the flaws");
    flaw.words_en = hs_arena_printf(
        arena, "%s names the parent %.*s, which no level above has; by place %s%s", name, (int)code.size,
        code.data, found ? "it lies in " : "it lies in none", found ? found : "");
    flaw.words_zh =
        hs_arena_printf(arena, "%s 的上级编码 %.*s 在上面各级中不存在；按位置%s%s", name, (int)code.size,
                        code.data, found ? "属于 " : "不属于任何单元", found ? found : "");
    return hs_check_add(check->report, &flaw, error);
}

static hs_status add_outside(hs_checking *check, hs_check_kind kind, uint32_t row,
                             const hs_check_pieces *pieces, hs_error *error) {
    const hs_units *units = &check->snapshot->geography->units;
    hs_arena *arena = check->report->arena;
    hs_check_flaw flaw = hs_check_unit_flaw(check, kind, row);
    hs_check_other_unit(check, &flaw, units->parent[row]);
    hs_status status = hs_check_take_pieces(check, pieces, error, &flaw);
    if (status != HS_OK) return status;
    flaw.share = check->area_m2[row] > 0 ? pieces->area_m2 / check->area_m2[row] : 1;
    const char *name = hs_check_unit_words(check, row);
    const char *parent = hs_check_unit_words(check, units->parent[row]);
    if (!name || !parent) return hs_error_memory(error, "the flaws");
    flaw.words_en = hs_arena_printf(arena, "%.1f m² (%.2f %%) of %s lie outside its parent %s",
                                    pieces->area_m2, 100 * flaw.share, name, parent);
    flaw.words_zh = hs_arena_printf(arena, "%s 有 %.1f 平方米（%.2f %%）在上级 %s 之外", name,
                                    pieces->area_m2, 100 * flaw.share, parent);
    return hs_check_add(check->report, &flaw, error);
}

static hs_status compare_with_parent(hs_checking *check, uint32_t row, hs_error *error) {
    uint32_t parent = check->snapshot->geography->units.parent[row];
    GEOSContextHandle_t handle = check->geos.handle;
    const GEOSPreparedGeometry *prepared = hs_check_prepared(check, parent);
    if (prepared && GEOSPreparedCovers_r(handle, prepared, check->polygon[row]) == 1) return HS_OK;
    GEOSGeometry *outside = NULL;
    hs_check_split split = {0};
    hs_status status =
        hs_check_difference(check, check->polygon[row], check->polygon[parent], error, &outside);
    if (status == HS_OK) status = hs_check_split_pieces(check, outside, error, &split);
    GEOSGeom_destroy_r(handle, outside);
    if (status == HS_OK && split.wide.count > 0)
        status = add_outside(check, HS_CHECK_OUTSIDE_PARENT, row, &split.wide, error);
    if (status == HS_OK && split.thin.count > 0)
        status = add_outside(check, HS_CHECK_SLIVER, row, &split.thin, error);
    hs_check_split_done(&split);
    return status;
}

static hs_status check_unit(hs_checking *check, uint32_t row, hs_error *error) {
    const hs_units *units = &check->snapshot->geography->units;
    uint32_t parent = units->parent[row];
    hs_str given = units->parent_code[row];
    int above = hs_check_level_above(units, units->level[row]);
    hs_status status = HS_OK;
    if (given.size > 0 && (parent == HS_NONE || !hs_str_equal(units->code[parent], given)))
        status = add_missing(check, row, error);
    else if (parent == HS_NONE && above >= 0)
        status = add_orphan(check, row, above, error);
    return status == HS_OK && parent != HS_NONE ? compare_with_parent(check, row, error) : status;
}

static hs_status add_empty_level(hs_checking *check, int level, hs_error *error) {
    hs_arena *arena = check->report->arena;
    hs_check_flaw flaw = hs_check_flaw_of(HS_CHECK_EMPTY_LEVEL, "units");
    flaw.level = (hs_level)level;
    flaw.words_en = hs_arena_printf(arena, "the level %s between others has no units",
                                    hs_check_level_title(level, false));
    flaw.words_zh = hs_arena_printf(arena, "中间层级“%s”没有单元", hs_check_level_title(level, true));
    return hs_check_add(check->report, &flaw, error);
}

static hs_status check_levels(hs_checking *check, hs_error *error) {
    const hs_units *units = &check->snapshot->geography->units;
    hs_status status = HS_OK;
    int last = HS_LEVEL_COUNT - 1, first = 0;
    while (last > 0 && units->level_start[last + 1] == units->level_start[last])
        last--;
    while (first < last && units->level_start[first + 1] == units->level_start[first])
        first++;
    for (int level = first; status == HS_OK && level < last; level++)
        if (units->level_start[level + 1] == units->level_start[level])
            status = add_empty_level(check, level, error);
    return status;
}

static hs_status add_childless(hs_checking *check, uint32_t row, int below, hs_error *error) {
    hs_arena *arena = check->report->arena;
    hs_check_flaw flaw = hs_check_unit_flaw(check, HS_CHECK_CHILDLESS, row);
    const char *name = hs_check_unit_words(check, row);
    if (!name) return hs_error_memory(error, "the flaws");
    flaw.words_en = hs_arena_printf(arena, "%s has no %s, and other units of its level have", name,
                                    hs_check_level_title(below, false));
    flaw.words_zh =
        hs_arena_printf(arena, "%s 没有下级%s，而同级其他单元有", name, hs_check_level_title(below, true));
    return hs_check_add(check->report, &flaw, error);
}

/* The topmost level on which units of each level have children; HS_LEVEL_COUNT for none. */
static void children_levels(const hs_units *units, bool *has_child, int child_level[HS_LEVEL_COUNT]) {
    for (int level = 0; level < HS_LEVEL_COUNT; level++)
        child_level[level] = HS_LEVEL_COUNT;
    for (uint32_t row = 0; row < units->count; row++) {
        uint32_t parent = units->parent[row];
        if (parent == HS_NONE) continue;
        has_child[parent] = true;
        int *level = &child_level[units->level[parent]];
        if (units->level[row] < *level) *level = units->level[row];
    }
}

static hs_status check_children(hs_checking *check, hs_error *error) {
    const hs_units *units = &check->snapshot->geography->units;
    int child_level[HS_LEVEL_COUNT];
    bool *has_child = calloc(units->count + 1, sizeof *has_child);
    if (!has_child) return hs_error_memory(error, "the hierarchy");
    children_levels(units, has_child, child_level);
    hs_status status = HS_OK;
    for (uint32_t row = 0; status == HS_OK && row < units->count; row++)
        if (!has_child[row] && child_level[units->level[row]] < HS_LEVEL_COUNT)
            status = add_childless(check, row, child_level[units->level[row]], error);
    free(has_child);
    return status;
}

hs_status hs_check_hierarchy(hs_checking *check, hs_error *error) {
    const hs_units *units = &check->snapshot->geography->units;
    hs_status status = check_levels(check, error);
    for (uint32_t row = 0; status == HS_OK && row < units->count; row++) {
        if (row % 256 == 0)
            status = hs_check_progress(check->options, "hierarchy", (double)row / units->count, error);
        if (status == HS_OK) status = check_unit(check, row, error);
    }
    return status == HS_OK ? check_children(check, error) : status;
}
