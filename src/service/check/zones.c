/* Zones: whether their hours and weekdays can be read. */
#include "base/text.h"
#include "service/check/check_private.h"

static hs_status add_unread(hs_checking *check, uint32_t row, const char *field, hs_str text,
                            const hs_error *why, hs_error *error) {
    const hs_zones *zones = &check->snapshot->geography->zones;
    hs_arena *arena = check->report->arena;
    hs_check_flaw flaw = hs_check_flaw_of(HS_CHECK_ZONE_HOURS, "zones");
    flaw.id = zones->id[row];
    flaw.name = zones->name[row];
    flaw.geometry = zones->geometry[row];
    flaw.has_place = true;
    flaw.place = flaw.geometry.positions[0];
    flaw.words_en = hs_arena_printf(arena, "%s '%.*s' of zone %lld %.*s %s; until then it is taken as always",
                                    field, (int)hs_utf8_cut(text, 80), text.data, (long long)flaw.id,
                                    (int)hs_utf8_cut(flaw.name, 80), flaw.name.data, why->message);
    flaw.words_zh = hs_arena_printf(arena, "区域 %lld %.*s 的 %s“%.*s”无法识别，按全部时间处理",
                                    (long long)flaw.id, (int)hs_utf8_cut(flaw.name, 80), flaw.name.data,
                                    field, (int)hs_utf8_cut(text, 80), text.data);
    if (!flaw.words_en || !flaw.words_zh) return hs_error_memory(error, "the flaws");
    return hs_check_add(check->report, &flaw, error);
}

hs_status hs_check_zones(hs_checking *check, hs_error *error) {
    const hs_zones *zones = &check->snapshot->geography->zones;
    hs_status status = HS_OK;
    for (uint32_t row = 0; status == HS_OK && row < zones->count; row++) {
        hs_weekly_hours open;
        hs_error why;
        if (hs_day_spans_parse(zones->hours[row], &why, &open) != HS_OK)
            status = add_unread(check, row, "hours", zones->hours[row], &why, error);
        if (status == HS_OK && hs_weekdays_parse(zones->weekdays[row], &why, &open) != HS_OK)
            status = add_unread(check, row, "weekdays", zones->weekdays[row], &why, error);
    }
    return status;
}
