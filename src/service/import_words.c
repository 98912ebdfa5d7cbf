#include "service/import_words.h"

#include "base/text.h"

enum { SHOWN = 10, MESSAGE_MOST = 4096 };

static bool is_unit(const hs_importing *work, hs_str unit) {
    return hs_units_find(&work->geography->units, unit) != HS_NONE;
}

void hs_import_note_target(hs_importing *work, const hs_target_record *record) {
    uint64_t row = hs_ingest_row(work->ingest);
    if (record->unit.size > 0 && !is_unit(work, record->unit))
        (void)hs_unknown_put(work->unknown_units, record->unit, row);
    if (record->category.size > 0 && hs_taxonomy_find(work->taxonomy, record->category) == HS_NONE)
        (void)hs_unknown_put(work->unknown_categories, record->category, row);
}

void hs_import_note_population(hs_importing *work, const hs_population_record *record) {
    work->areas += record->geometry.type != HS_GEOMETRY_NONE;
    if (record->geometry.type == HS_GEOMETRY_NONE && !is_unit(work, record->unit))
        (void)hs_unknown_put(work->unknown_units, record->unit, hs_ingest_row(work->ingest));
}

static void warn_of_unknown(hs_importing *work, const char *name, const char *what, const hs_unknown *unknown,
                            const char *advice) {
    hs_buffer text;
    if (hs_unknown_rows(unknown) == 0) return;
    hs_buffer_init(&text, MESSAGE_MOST);
    hs_buffer_printf(&text,
                     hs_import_say(work, "%.200s: %llu rows have %s, and are kept so: ",
                                   "%.200s：%llu 行的%s，照原样保留："),
                     name, (unsigned long long)hs_unknown_rows(unknown), what);
    hs_unknown_write(unknown, SHOWN, work->options->ingest.chinese, &text);
    hs_buffer_printf(&text, "%s%s", hs_import_say(work, "; ", "；"), advice);
    hs_buffer_byte(&text, '\0');
    if (text.status == HS_OK) hs_import_warn(work, text.data);
    hs_buffer_done(&text);
}

/* An alias that a class has and another one goes by. */
static void warn_of_alias(hs_importing *work, const hs_taxonomy *taxonomy, uint32_t row, hs_str alias) {
    char text[400];
    uint32_t found = hs_taxonomy_find(taxonomy, alias);
    if (found == row || found == HS_NONE) return;
    hs_str own = taxonomy->category[row].code, other = taxonomy->category[found].code;
    snprintf(text, sizeof text,
             hs_import_say(work, "alias %.*s of class %.*s has no effect: class %.*s goes by it",
                           "别名 %.*s（类别 %.*s）无效：类别 %.*s 已用此名"),
             (int)hs_utf8_cut(alias, 100), alias.data, (int)hs_utf8_cut(own, 60), own.data,
             (int)hs_utf8_cut(other, 60), other.data);
    hs_import_warn(work, text);
}

static hs_status warn_of_aliases(hs_importing *work, hs_error *error) {
    hs_taxonomy *taxonomy = NULL;
    hs_str alias;
    hs_status status = hs_load_taxonomy(work->store, error, &taxonomy);
    for (uint32_t row = 0; status == HS_OK && row < taxonomy->count; row++)
        for (hs_str rest = taxonomy->category[row].aliases; hs_alias_next(&rest, &alias);)
            warn_of_alias(work, taxonomy, row, alias);
    hs_taxonomy_unref(taxonomy);
    return status;
}

/* Areas that this file neither has nor changes count beside its own. */
static void warn_of_areas(hs_importing *work, const char *name) {
    char text[480];
    const hs_batch_info *batch = &work->report->batch;
    uint32_t before = work->geography->residents.area_count;
    uint64_t met = batch->rows_updated + batch->rows_unchanged;
    if (work->areas == 0 || batch->rows_added == 0 || before <= met) return;
    snprintf(
        text, sizeof text,
        hs_import_say(
            work,
            "%.200s: %llu areas or points of earlier imports stay beside these, and who lives in "
            "both is counted twice: if these take their place, undo the earlier batch (hotspotd "
            "batches, hotspotd undo)",
            "%.200s：先前导入的 %llu 个区域或点仍在，重叠处的人口会重复计算：若由本次取代，请撤销先前的批次"
            "（hotspotd batches、hotspotd undo）"),
        name, (unsigned long long)(before - met));
    hs_import_warn(work, text);
}

hs_status hs_import_warn_of_words(hs_importing *work, hs_kind kind, const char *name, hs_error *error) {
    warn_of_unknown(
        work, name, hs_import_say(work, "a category that no class goes by", "类别不在分类体系中"),
        work->unknown_categories,
        hs_import_say(work,
                      "classes take further names as aliases (import taxonomy), and what is here is "
                      "then classed by them",
                      "可给类别添加别名（import taxonomy），已有数据随之归类"));
    warn_of_unknown(work, name,
                    hs_import_say(work,
                                  "a unit that there is none of (by code, or by a name that only one has)",
                                  "单元不存在（按编码，或按唯一的名称）"),
                    work->unknown_units,
                    hs_import_say(work, "import the units, or correct their codes and import the file again",
                                  "请导入单元，或改正编码后重新导入"));
    if (kind == HS_KIND_POPULATION) warn_of_areas(work, name);
    return kind == HS_KIND_TAXONOMY ? warn_of_aliases(work, error) : HS_OK;
}
