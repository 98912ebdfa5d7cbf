/* A plan as a table, a row an item, its columns in the reader's language. */
#include "base/text.h"
#include "export/xlsx_writer.h"
#include "service/focus_files.h"
#include "service/focus_texts.h"
#include <cpl_vsi.h>
#include <stdio.h>

enum { FIELDS = 22 };

typedef struct column {
    const char *en, *zh;
    hs_field_type type;
} column;

static const column columns[FIELDS] = {
    {"crew", "队", HS_FIELD_INTEGER},
    {"rank", "排序", HS_FIELD_INTEGER},
    {"street or unit", "街道或单元", HS_FIELD_TEXT},
    {"area", "所在社区", HS_FIELD_TEXT},
    {"when", "时段", HS_FIELD_TEXT},
    {"km", "公里", HS_FIELD_REAL},
    {"crew-hours", "工时", HS_FIELD_REAL},
    {"visits an hour", "每小时到访", HS_FIELD_INTEGER},
    {"minutes a visit", "每次分钟", HS_FIELD_INTEGER},
    {"expected", "预计件数", HS_FIELD_REAL},
    {"share", "占比", HS_FIELD_REAL},
    {"cumulative share", "累计占比", HS_FIELD_REAL},
    {"rank from", "排序下限", HS_FIELD_INTEGER},
    {"rank to", "排序上限", HS_FIELD_INTEGER},
    {"state", "演变", HS_FIELD_TEXT},
    {"known incidents", "已知案件", HS_FIELD_INTEGER},
    {"lon", "经度", HS_FIELD_REAL},
    {"lat", "纬度", HS_FIELD_REAL},
    {"id", "编号", HS_FIELD_INTEGER},
    {"period", "计划期", HS_FIELD_TEXT},
    {"held-out score", "留出评分", HS_FIELD_TEXT},
    {"notes", "备注", HS_FIELD_TEXT},
};

static hs_value text(const char *words) {
    return (hs_value){.text = hs_str_of(words), .absent = !*words};
}

static hs_value real(double number, bool present) {
    return (hs_value){.real = number, .absent = !present};
}

static hs_value whole(uint64_t number, bool present) {
    return (hs_value){.integer = (int64_t)number, .absent = !present};
}

static hs_status put_row(const hs_hotspot_run *run, const hs_focus_file *file, uint32_t i, const char *period,
                         const char *score, hs_xlsx_writer *writer, hs_arena *arena, hs_error *error) {
    const hs_focus_request *r = run->request;
    const hs_focus_item *item = &hs_focus_plan_of(run)->item[i];
    const char *name = hs_focus_item_name(item, file->chinese, arena);
    const char *area = hs_focus_item_area(item, file->chinese, arena);
    const char *when = hs_focus_item_when(item, file->chinese, arena);
    const char *state = hs_focus_item_state(item, file->chinese, arena);
    if (!name || !area || !when || !state) return hs_error_memory(error, "a plan");
    const hs_value values[FIELDS] = {
        whole(item->crew, true),
        whole(item->rank, true),
        text(name),
        text(area),
        text(when),
        real(item->length_km, true),
        real(item->crew_hours, r->in_hours),
        whole(item->visits, r->in_hours),
        whole(item->minutes, r->in_hours),
        real(item->expected, true),
        real(item->share, true),
        real(item->cumulative, true),
        whole(item->rank_low, item->rank_low > 0),
        whole(item->rank_high, item->rank_high > 0),
        text(state),
        whole(item->n, true),
        real(item->label.lon_e7 * 1e-7, true),
        real(item->label.lat_e7 * 1e-7, true),
        (hs_value){.integer = item->id},
        text(period),
        text(score),
        {.absent = true},
    };
    return hs_xlsx_writer_row(writer, values, error);
}

static hs_status put_rows(const hs_hotspot_run *run, const hs_focus_file *file, hs_xlsx_writer *writer,
                          hs_arena *arena, hs_error *error) {
    const hs_focus_plan *plan = hs_focus_plan_of(run);
    const char *period = hs_focus_period_words(run->snapshot, plan, file->chinese, arena);
    const char *score = hs_focus_score_words(plan, file->chinese, arena);
    hs_status status = period && score ? HS_OK : hs_error_memory(error, "a plan");
    for (uint32_t i = 0; i < plan->count && status == HS_OK; i++)
        if (file->crew == 0 || plan->item[i].crew == file->crew)
            status = put_row(run, file, i, period, score, writer, arena, error);
    return status;
}

static hs_status write_to(const char *path, const hs_hotspot_run *run, const hs_focus_file *file,
                          hs_arena *arena, hs_error *error) {
    hs_field fields[FIELDS];
    hs_xlsx_writer *writer = NULL;
    for (int f = 0; f < FIELDS; f++)
        fields[f] = (hs_field){file->chinese ? columns[f].zh : columns[f].en, columns[f].type};
    hs_status status = hs_xlsx_writer_new(path, "plan.xlsx", hs_in_language(file->chinese, "Plan", "方案"),
                                          fields, FIELDS, error, &writer);
    if (status != HS_OK) return status;
    status = put_rows(run, file, writer, arena, error);
    if (status == HS_OK) return hs_xlsx_writer_finish(writer, error);
    hs_xlsx_writer_discard(writer);
    return status;
}

hs_status hs_focus_write_xlsx(const hs_hotspot_run *run, const hs_focus_file *file, hs_arena *arena,
                              hs_error *error, hs_buffer *out) {
    char path[64];
    vsi_l_offset size = 0;
    /* Nobody else has this buffer meanwhile. */
    (void)snprintf(path, sizeof path, "/vsimem/plan-%p.xlsx", (void *)out);
    hs_status status = write_to(path, run, file, arena, error);
    if (status != HS_OK) return status;
    const GByte *bytes = VSIGetMemFileBuffer(path, &size, FALSE);
    if (bytes) hs_buffer_append(out, bytes, (size_t)size);
    (void)VSIUnlink(path);
    return bytes ? HS_OK : hs_error_memory(error, "a plan");
}
