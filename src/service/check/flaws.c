/* Kinds of flaws, and the list of them. */
#include "base/text.h"
#include "service/check/check_private.h"

#include <math.h>
#include <stdlib.h>

static const struct {
    const char *name, *en, *zh;
} kinds[HS_CHECK_KINDS] = {
    [HS_CHECK_INTEGRITY] = {"integrity", "store damaged", "存储损坏"},
    [HS_CHECK_REFERENCE] = {"reference", "dangling reference", "悬空引用"},
    [HS_CHECK_COUNTS] = {"counts", "counts that disagree", "计数不符"},
    [HS_CHECK_INVALID_RING] = {"invalid-ring", "invalid ring", "无效环"},
    [HS_CHECK_OVERLAP] = {"overlap", "overlap", "重叠"},
    [HS_CHECK_GAP] = {"gap", "gap", "空隙"},
    [HS_CHECK_SLIVER] = {"sliver", "sliver", "碎条"},
    [HS_CHECK_OUTSIDE_PARENT] = {"outside-parent", "outside the parent", "超出上级"},
    [HS_CHECK_ORPHAN] = {"orphan", "orphan", "无上级"},
    [HS_CHECK_MISSING_PARENT] = {"missing-parent", "parent not found", "上级编码不存在"},
    [HS_CHECK_CODE_NESTING] = {"code-nesting", "code against nesting", "编码与隶属不符"},
    [HS_CHECK_DUPLICATE_CODE] = {"duplicate-code", "code twice", "编码重复"},
    [HS_CHECK_NEAR_MISS] = {"near-miss", "street ends short of another", "街道未接上"},
    [HS_CHECK_ZONE_HOURS] = {"zone-hours", "hours that cannot be read", "时段无法识别"},
    [HS_CHECK_EMPTY_LEVEL] = {"empty-level", "level without units", "层级缺失"},
    [HS_CHECK_CHILDLESS] = {"childless", "unit without children", "无下级单元"},
    [HS_CHECK_OVERSHOOT] = {"overshoot", "street sticks out", "街道出头"},
    [HS_CHECK_DUPLICATE_STREET] = {"duplicate-street", "street twice", "街道重复"},
    [HS_CHECK_UNSPLIT_CROSSING] = {"unsplit-crossing", "crossing that was not split", "交叉未打断"},
    [HS_CHECK_COMPONENT] = {"component", "streets apart from the others", "孤立路网"},
    [HS_CHECK_DANGLE] = {"dangle", "dead end", "悬挂端点"},
};

const char *hs_check_kind_name(hs_check_kind kind) {
    return kinds[kind].name;
}

const char *hs_check_kind_title(hs_check_kind kind, bool chinese) {
    return chinese ? kinds[kind].zh : kinds[kind].en;
}

const char *hs_check_level_title(int level, bool chinese) {
    static const char *const zh[HS_LEVEL_COUNT] = {"市", "区", "街道", "社区", "单元网格"};
    return chinese ? zh[level] : hs_level_name((hs_level)level);
}

int hs_check_level_above(const hs_units *units, int level) {
    for (int above = level - 1; above >= 0; above--)
        if (units->level_start[above + 1] > units->level_start[above]) return above;
    return -1;
}

hs_check_flaw hs_check_flaw_of(hs_check_kind kind, const char *collection) {
    return (hs_check_flaw){.kind = kind,
                           .is_note = kind >= HS_CHECK_EMPTY_LEVEL,
                           .collection = collection,
                           .level = HS_LEVEL_COUNT,
                           .area_m2 = NAN,
                           .width_m = NAN,
                           .length_m = NAN,
                           .share = NAN};
}

hs_check_flaw hs_check_unit_flaw(const hs_checking *check, hs_check_kind kind, uint32_t row) {
    const hs_units *units = &check->snapshot->geography->units;
    hs_check_flaw flaw = hs_check_flaw_of(kind, "units");
    flaw.level = (hs_level)units->level[row];
    flaw.id = units->id[row];
    flaw.code = units->code[row];
    flaw.name = units->name[row];
    flaw.has_place = true;
    flaw.place = units->label[row];
    flaw.geometry = units->geometry[row];
    return flaw;
}

void hs_check_other_unit(const hs_checking *check, hs_check_flaw *flaw, uint32_t row) {
    const hs_units *units = &check->snapshot->geography->units;
    flaw->other_id = units->id[row];
    flaw->other_code = units->code[row];
    flaw->other_name = units->name[row];
}

const char *hs_check_unit_words(const hs_checking *check, uint32_t row) {
    const hs_units *units = &check->snapshot->geography->units;
    hs_str code = units->code[row], name = units->name[row];
    hs_arena *arena = check->report->arena;
    if (code.size == 0 && name.size == 0) return hs_arena_printf(arena, "#%lld", (long long)units->id[row]);
    if (name.size == 0 || hs_str_equal(code, name)) return hs_arena_strndup(arena, code.data, code.size);
    if (code.size == 0) return hs_arena_strndup(arena, name.data, name.size);
    return hs_arena_printf(arena, "%.*s %.*s", (int)code.size, code.data, (int)name.size, name.data);
}

static hs_status grow(hs_check_report *report, hs_error *error) {
    if (report->flaw_count < report->capacity) return HS_OK;
    uint32_t capacity = report->capacity ? 2 * report->capacity : 256;
    hs_check_flaw *grown = realloc(report->flaws, (size_t)capacity * sizeof *grown);
    if (!grown) return hs_error_memory(error, "the flaws");
    report->flaws = grown;
    report->capacity = capacity;
    return HS_OK;
}

hs_status hs_check_add(hs_check_report *report, const hs_check_flaw *flaw, hs_error *error) {
    hs_status status = grow(report, error);
    if (status != HS_OK) return status;
    if (!flaw->words_en || !flaw->words_zh) return hs_error_memory(error, "the flaws");
    report->flaws[report->flaw_count++] = *flaw;
    report->by_kind[flaw->kind]++;
    if (!flaw->is_note) report->problem_count++;
    return HS_OK;
}

hs_status hs_check_progress(const hs_check_options *options, const char *phase, double share,
                            hs_error *error) {
    if (!options->progress || options->progress(options->context, phase, share)) return HS_OK;
    return hs_error_set(error, HS_E_CANCELLED, "the check was stopped");
}
