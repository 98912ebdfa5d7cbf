/* Ground that two units of a level share. */
#include "geo/box_tree.h"
#include "service/check/check_private.h"

typedef struct pairing {
    hs_checking *check;
    const hs_box_tree *tree;
    uint32_t first, row; /* of the level; the unit whose partners are sought */
    hs_error *error;
    hs_status status;
} pairing;

static hs_status add_shared(hs_checking *check, hs_check_kind kind, uint32_t a, uint32_t b,
                            const hs_check_pieces *pieces, hs_error *error) {
    const double *area_m2 = check->area_m2;
    hs_arena *arena = check->report->arena;
    /* Of the smaller one: that is the one in doubt. */
    uint32_t smaller = area_m2[b] < area_m2[a] ? b : a;
    uint32_t other = smaller == a ? b : a;
    hs_check_flaw flaw = hs_check_unit_flaw(check, kind, smaller);
    hs_check_other_unit(check, &flaw, other);
    hs_status status = hs_check_take_pieces(check, pieces, error, &flaw);
    if (status != HS_OK) return status;
    flaw.share = area_m2[smaller] > 0 ? pieces->area_m2 / area_m2[smaller] : 1;
    const char *name = hs_check_unit_words(check, smaller), *other_name = hs_check_unit_words(check, other);
    if (!name || !other_name) return hs_error_memory(error, "the flaws");
    flaw.words_en =
        hs_arena_printf(arena, "%s and %s overlap by %.1f m² (%u piece(s), at most %.2f m wide)", name,
                        other_name, pieces->area_m2, (unsigned)pieces->count, pieces->width_m);
    flaw.words_zh = hs_arena_printf(arena, "%s 与 %s 重叠 %.1f 平方米（%u 块，最宽 %.2f 米）", name,
                                    other_name, pieces->area_m2, (unsigned)pieces->count, pieces->width_m);
    return hs_check_add(check->report, &flaw, error);
}

static hs_status compare(hs_checking *check, uint32_t a, uint32_t b, hs_error *error) {
    GEOSGeometry *shared = NULL;
    hs_check_split split = {0};
    hs_status status = hs_check_intersection(check, check->polygon[a], check->polygon[b], error, &shared);
    if (status != HS_OK) return status;
    if (GEOSisEmpty_r(check->geos.handle, shared) == 0)
        status = hs_check_split_pieces(check, shared, error, &split);
    GEOSGeom_destroy_r(check->geos.handle, shared);
    if (status == HS_OK && split.wide.count > 0)
        status = add_shared(check, HS_CHECK_OVERLAP, a, b, &split.wide, error);
    if (status == HS_OK && split.thin.count > 0)
        status = add_shared(check, HS_CHECK_SLIVER, a, b, &split.thin, error);
    hs_check_split_done(&split);
    return status;
}

static bool visit_partner(void *context, uint32_t place) {
    pairing *p = context;
    uint32_t other = p->first + p->tree->item[place];
    if (other > p->row) p->status = compare(p->check, p->row, other, p->error);
    return p->status == HS_OK;
}

static hs_status check_level(hs_checking *check, int level, hs_error *error) {
    const hs_units *units = &check->snapshot->geography->units;
    uint32_t first = units->level_start[level], end = units->level_start[level + 1];
    hs_box_tree tree;
    hs_status status = hs_box_tree_build(units->box + first, end - first, error, &tree);
    if (status != HS_OK) return status;
    pairing p = {.check = check, .tree = &tree, .first = first, .error = error};
    for (p.row = first; p.row < end && p.status == HS_OK; p.row++) {
        if ((p.row - first) % 256 == 0)
            p.status = hs_check_progress(check->options, "overlaps",
                                         (double)(p.row - first) / (double)(end - first), error);
        if (p.status == HS_OK) hs_box_tree_search(&tree, units->box[p.row], visit_partner, &p);
    }
    hs_box_tree_done(&tree);
    return p.status;
}

hs_status hs_check_overlaps(hs_checking *check, hs_error *error) {
    const hs_units *units = &check->snapshot->geography->units;
    hs_status status = HS_OK;
    for (int level = 0; status == HS_OK && level < HS_LEVEL_COUNT; level++)
        if (units->level_start[level + 1] > units->level_start[level] + 1)
            status = check_level(check, level, error);
    return status;
}
