/* How incidents add up on each level. */
#include "service/check/check_private.h"

#include <stdlib.h>

static const hs_check_rows *rows_of(const hs_check_report *report, hs_str table) {
    for (uint32_t i = 0; i < report->table_count; i++)
        if (strcmp(report->tables[i].table, table.data) == 0) return &report->tables[i];
    return NULL;
}

/* Rows in the store beside those of the snapshot. */
static hs_status compare_rows(hs_checking *check, hs_str table, uint64_t seen, hs_error *error) {
    const hs_check_rows *rows = rows_of(check->report, table);
    hs_arena *arena = check->report->arena;
    if (!rows || rows->rows == seen) return HS_OK;
    hs_check_flaw flaw = hs_check_flaw_of(HS_CHECK_COUNTS, table.data);
    flaw.words_en = hs_arena_printf(arena, "the store has %llu rows of %s, the city %llu",
                                    (unsigned long long)rows->rows, table.data, (unsigned long long)seen);
    flaw.words_zh = hs_arena_printf(arena, "存储中 %s 有 %llu 行，城市中有 %llu 行", table.data,
                                    (unsigned long long)rows->rows, (unsigned long long)seen);
    return hs_check_add(check->report, &flaw, error);
}

/* Incidents of each path of units, and those without position. */
static uint64_t count_paths(const hs_incidents *incidents, uint64_t *of_path) {
    uint64_t unmatched = 0;
    for (uint32_t c = 0; c < incidents->chunk_count; c++) {
        const hs_incident_chunk *chunk = incidents->chunk[c];
        if (!chunk->positioned) unmatched += chunk->count;
        for (uint32_t i = 0; chunk->positioned && i < chunk->count; i++)
            of_path[hs_incident_path(chunk, i)]++;
    }
    return unmatched;
}

/* Whether the path has a unit that has children on the level; those have none there. */
static bool is_in_parent(const hs_unit_path *path, const bool *has_child, int level) {
    for (int above = 0; above < level; above++)
        if (path->unit[above] != HS_NONE &&
            has_child[(size_t)path->unit[above] * HS_LEVEL_COUNT + (size_t)level])
            return true;
    return false;
}

static void add_path(const hs_units *units, const hs_unit_path *path, const bool *has_child, uint64_t count,
                     hs_check_level *levels) {
    for (int level = 0; level < HS_LEVEL_COUNT; level++) {
        uint32_t unit = path->unit[level];
        if (unit == HS_NONE) {
            levels[level].outside += count;
            if (is_in_parent(path, has_child, level)) levels[level].in_parent_only += count;
            continue;
        }
        levels[level].inside += count;
        uint32_t parent = units->parent[unit];
        if (parent != HS_NONE && path->unit[units->level[parent]] != parent) levels[level].across += count;
    }
}

static hs_status check_sums(hs_checking *check, int level, hs_error *error) {
    const hs_check_level *sums = &check->report->levels[level];
    const hs_check_rows *rows = rows_of(check->report, HS_STR("incidents"));
    hs_arena *arena = check->report->arena;
    uint64_t sum = sums->inside + sums->outside + sums->unmatched;
    if (sum == sums->total && (!rows || (rows->rows == sum && rows->rows - rows->shapes == sums->unmatched)))
        return HS_OK;
    hs_check_flaw flaw = hs_check_flaw_of(HS_CHECK_COUNTS, "incidents");
    flaw.level = (hs_level)level;
    flaw.words_en = hs_arena_printf(arena, "units, outside and unmatched sum to %llu, and there are %llu",
                                    (unsigned long long)sum, (unsigned long long)sums->total);
    flaw.words_zh = hs_arena_printf(arena, "各单元、界外与未匹配之和为 %llu，总数为 %llu",
                                    (unsigned long long)sum, (unsigned long long)sums->total);
    return hs_check_add(check->report, &flaw, error);
}

static hs_status tell_across(hs_checking *check, int level, hs_error *error) {
    const hs_check_level *sums = &check->report->levels[level];
    hs_arena *arena = check->report->arena;
    if (sums->across == 0) return HS_OK;
    hs_check_flaw flaw = hs_check_flaw_of(HS_CHECK_COUNTS, "incidents");
    flaw.is_note = true;
    flaw.level = (hs_level)level;
    flaw.words_en = hs_arena_printf(arena,
                                    "%llu incidents lie in a unit and not in its parent: sums over children "
                                    "have them, the parent's own count has not",
                                    (unsigned long long)sums->across);
    flaw.words_zh =
        hs_arena_printf(arena, "%llu 件案件在单元内而不在其上级内：下级汇总含之，上级自身计数不含",
                        (unsigned long long)sums->across);
    return hs_check_add(check->report, &flaw, error);
}

static hs_status add_up(hs_checking *check, uint64_t *of_path, bool *has_child, hs_error *error) {
    const hs_units *units = &check->snapshot->geography->units;
    const hs_incidents *incidents = check->snapshot->incidents;
    hs_check_level *levels = check->report->levels;
    uint64_t unmatched = count_paths(incidents, of_path);
    for (uint32_t row = 0; row < units->count; row++)
        if (units->parent[row] != HS_NONE)
            has_child[(size_t)units->parent[row] * HS_LEVEL_COUNT + units->level[row]] = true;
    for (uint32_t p = 0; p < incidents->path_count; p++)
        add_path(units, &incidents->path[p], has_child, of_path[p], levels);
    hs_status status = HS_OK;
    for (int level = 0; status == HS_OK && level < HS_LEVEL_COUNT; level++) {
        levels[level].units = units->level_start[level + 1] - units->level_start[level];
        levels[level].unmatched = unmatched;
        levels[level].total = incidents->count;
        if (levels[level].units == 0) continue;
        status = check_sums(check, level, error);
        if (status == HS_OK) status = tell_across(check, level, error);
    }
    return status;
}

hs_status hs_check_counts(hs_checking *check, hs_error *error) {
    const hs_geography *g = check->snapshot->geography;
    const struct {
        hs_str table;
        uint64_t seen;
    } seen[] = {
        {HS_STR("units"), g->units.count},         {HS_STR("streets"), g->streets.count},
        {HS_STR("addresses"), g->addresses.count}, {HS_STR("places"), g->places.count},
        {HS_STR("zones"), g->zones.count},         {HS_STR("incidents"), check->snapshot->incidents->count}};
    hs_status status = HS_OK;
    for (size_t i = 0; status == HS_OK && i < sizeof seen / sizeof *seen; i++)
        status = compare_rows(check, seen[i].table, seen[i].seen, error);
    if (status != HS_OK) return status;
    uint64_t *of_path = calloc(check->snapshot->incidents->path_count + 1, sizeof *of_path);
    bool *has_child = calloc((size_t)g->units.count * HS_LEVEL_COUNT + 1, sizeof *has_child);
    status = of_path && has_child ? add_up(check, of_path, has_child, error)
                                  : hs_error_memory(error, "the counts");
    free(of_path);
    free(has_child);
    return status;
}
