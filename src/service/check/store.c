/* What the store finds of itself. */
#include "base/text.h"
#include "service/check/check_private.h"

static hs_check_kind kind_of(hs_store_flaw_kind kind) {
    switch (kind) {
    case HS_STORE_DANGLING:
    case HS_STORE_UNDONE_ROW:
        return HS_CHECK_REFERENCE;
    default:
        return HS_CHECK_INTEGRITY;
    }
}

static const char *say(hs_arena *arena, const hs_store_flaw *found, bool chinese) {
    int size = (int)hs_utf8_cut(found->words, 200);
    const char *words = found->words.data, *table = found->table;
    unsigned long long rows = found->count;
    long long first = found->row;
    switch (found->kind) {
    case HS_STORE_DAMAGED:
        return hs_arena_printf(arena, "%.*s", size, words);
    case HS_STORE_DANGLING:
        return hs_arena_printf(arena,
                               chinese ? "%s.%.*s：%llu 行（首行编号 %lld）引用了不存在的对象"
                                       : "%s.%.*s of %llu rows (first: id %lld) names what is not there",
                               table, size, words, rows, first);
    case HS_STORE_UNDONE_ROW:
        return hs_arena_printf(arena,
                               chinese ? "%s.%.*s：%llu 行（首行编号 %lld）属于已撤销的批次"
                                       : "%s.%.*s of %llu rows (first: id %lld) names a batch that is undone",
                               table, size, words, rows, first);
    case HS_STORE_REPEATED:
        return hs_arena_printf(arena,
                               chinese ? "%s.%.*s：%llu 个值各对应多行（首行编号 %lld）"
                                       : "%s.%.*s: %llu values stand at several rows (first: id %lld)",
                               table, size, words, rows, first);
    case HS_STORE_NO_SHAPE:
        return hs_arena_printf(arena,
                               chinese ? "%s.%.*s：%llu 行（首行编号 %lld）为空"
                                       : "%s.%.*s of %llu rows (first: id %lld) is empty",
                               table, size, words, rows, first);
    case HS_STORE_EXTENT:
        return hs_arena_printf(arena,
                               chinese ? "%s 有要素在 %.*s 声明的范围之外"
                                       : "rows of %s lie outside the extent that %.*s declares",
                               table, size, words);
    case HS_STORE_UNDECLARED:
        return hs_arena_printf(arena, chinese ? "%s 未在 %.*s 中声明" : "%s is not declared in %.*s", table,
                               size, words);
    }
    return NULL;
}

static hs_status take_flaw(void *context, const hs_store_flaw *found, hs_error *error) {
    hs_check_report *report = context;
    hs_check_flaw flaw = hs_check_flaw_of(kind_of(found->kind), *found->table ? found->table : "store");
    flaw.id = found->row;
    /* A case that names a unit nobody has is kept as it came: that is no damage. */
    flaw.is_note = found->kind == HS_STORE_DANGLING && strcmp(found->table, "incidents") == 0 &&
                   hs_str_equal(found->words, HS_STR("unit"));
    flaw.words_en = say(report->arena, found, false);
    flaw.words_zh = say(report->arena, found, true);
    return hs_check_add(report, &flaw, error);
}

static hs_status take_rows(void *context, const char *table, uint64_t rows, uint64_t shapes,
                           hs_error *error) {
    hs_check_report *report = context;
    if (report->table_count == HS_CHECK_TABLES)
        return hs_error_set(error, HS_E_INTERNAL, "more tables than are counted");
    report->tables[report->table_count++] = (hs_check_rows){table, rows, shapes};
    return HS_OK;
}

hs_status hs_check_store(hs_store *store, hs_check_report *report, hs_error *error) {
    hs_status status = hs_store_scan_flaws(store, take_flaw, report, error);
    return status == HS_OK ? hs_store_count_rows(store, take_rows, report, error) : status;
}
