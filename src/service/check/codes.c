/* Codes: whether they begin with the parent's where they nest, and whether each stands once. */
#include "base/text.h"
#include "service/check/check_private.h"

static bool is_digits(hs_str text) {
    for (size_t i = 0; i < text.size; i++)
        if (text.data[i] < '0' || text.data[i] > '9') return false;
    return text.size > 0;
}

static bool is_zeros(hs_str text, size_t from) {
    for (size_t i = from; i < text.size; i++)
        if (text.data[i] != '0') return false;
    return true;
}

/* What of a unit's code names it and what lies in it: codes made of digits may be filled up with zeros
 * (620702000000 is the district 620702). */
static hs_str stem(hs_str code, int digits) {
    if (code.size > (size_t)digits && is_digits(code) && is_zeros(code, (size_t)digits))
        code.size = (size_t)digits;
    return code;
}

static bool agrees(const hs_checking *check, uint32_t row, uint32_t parent) {
    const hs_units *units = &check->snapshot->geography->units;
    hs_str code = units->code[row];
    hs_str above = stem(units->code[parent], check->options->code_digits[units->level[parent]]);
    return code.size > above.size && hs_str_starts(code, above);
}

/* Whether the code has the form that the scheme of digits gives its level. */
static bool in_scheme(const hs_checking *check, uint32_t row) {
    const hs_units *units = &check->snapshot->geography->units;
    int digits = check->options->code_digits[units->level[row]];
    return digits > 0 && is_digits(units->code[row]) && stem(units->code[row], digits).size == (size_t)digits;
}

static bool can_be_compared(const hs_units *units, uint32_t row) {
    uint32_t parent = units->parent[row];
    return parent != HS_NONE && units->code[row].size > 0 && units->code[parent].size > 0;
}

/* Codes of a level nest where most of them begin with the parent's. */
static void find_nesting(const hs_checking *check, bool nests[HS_LEVEL_COUNT]) {
    const hs_units *units = &check->snapshot->geography->units;
    for (int level = 0; level < HS_LEVEL_COUNT; level++) {
        uint32_t compared = 0, agreeing = 0;
        for (uint32_t row = units->level_start[level]; row < units->level_start[level + 1]; row++) {
            if (!can_be_compared(units, row)) continue;
            compared++;
            agreeing += agrees(check, row, units->parent[row]);
        }
        nests[level] = compared > 0 && 2 * (uint64_t)agreeing >= compared;
    }
}

/* The unit of the parent's level that the code begins with, HS_NONE. O(units of the level). */
static uint32_t named_by_code(const hs_checking *check, uint32_t row) {
    const hs_units *units = &check->snapshot->geography->units;
    int level = units->level[units->parent[row]];
    for (uint32_t other = units->level_start[level]; other < units->level_start[level + 1]; other++)
        if (units->code[other].size > 0 && agrees(check, row, other)) return other;
    return HS_NONE;
}

static hs_status add_nesting(hs_checking *check, uint32_t row, hs_error *error) {
    const hs_units *units = &check->snapshot->geography->units;
    hs_arena *arena = check->report->arena;
    uint32_t parent = units->parent[row], named = named_by_code(check, row);
    hs_check_flaw flaw = hs_check_unit_flaw(check, HS_CHECK_CODE_NESTING, row);
    hs_check_other_unit(check, &flaw, parent);
    const char *name = hs_check_unit_words(check, row), *above = hs_check_unit_words(check, parent);
    const char *other = named == HS_NONE ? NULL : hs_check_unit_words(check, named);
    if (!name || !above) return hs_error_memory(error, "the flaws");
    flaw.words_en = hs_arena_printf(arena, "%s lies in %s, but its code %s%s", name, above,
                                    other ? "says " : "does not begin with that one's", other ? other : "");
    flaw.words_zh = hs_arena_printf(arena, "%s 属于 %s，但其编码%s%s", name, above,
                                    other ? "指向 " : "不以上级编码开头", other ? other : "");
    return hs_check_add(check->report, &flaw, error);
}

static hs_status add_repeated(hs_checking *check, uint32_t row, hs_error *error) {
    hs_arena *arena = check->report->arena;
    hs_check_flaw flaw = hs_check_unit_flaw(check, HS_CHECK_DUPLICATE_CODE, row);
    hs_check_other_unit(check, &flaw, row - 1);
    const char *name = hs_check_unit_words(check, row), *other = hs_check_unit_words(check, row - 1);
    if (!name || !other) return hs_error_memory(error, "the flaws");
    flaw.words_en = hs_arena_printf(arena, "%s and %s have one code", name, other);
    flaw.words_zh = hs_arena_printf(arena, "%s 与 %s 编码相同", name, other);
    return hs_check_add(check->report, &flaw, error);
}

hs_status hs_check_codes(hs_checking *check, hs_error *error) {
    const hs_units *units = &check->snapshot->geography->units;
    bool nests[HS_LEVEL_COUNT];
    find_nesting(check, nests);
    hs_status status = HS_OK;
    for (uint32_t row = 0; status == HS_OK && row < units->count; row++) {
        /* Units stand in the order of level and code. */
        bool again = row > 0 && units->level[row] == units->level[row - 1] && units->code[row].size > 0 &&
                     hs_str_equal(units->code[row], units->code[row - 1]);
        if (again) status = add_repeated(check, row, error);
        if (status != HS_OK || !can_be_compared(units, row)) continue;
        bool judged =
            nests[units->level[row]] || (in_scheme(check, row) && in_scheme(check, units->parent[row]));
        if (judged && !agrees(check, row, units->parent[row])) status = add_nesting(check, row, error);
    }
    return status;
}
