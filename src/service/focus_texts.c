#include "service/focus_texts.h"

#include "base/text.h"
#include "geo/plane.h"
#include "plan/crews.h"
#include "service/map_facts.h"
#include <math.h>

static const char *text_of(hs_str text, hs_arena *arena) {
    return hs_arena_strndup(arena, text.data, text.size);
}

static hs_str chosen(hs_str zh, hs_str en, bool chinese) {
    return (chinese || en.size == 0) && zh.size > 0 ? zh : en;
}

const char *hs_focus_item_name(const hs_focus_item *item, bool chinese, hs_arena *arena) {
    hs_str name = chosen(item->name, item->name_en, chinese);
    if (name.size == 0) name = item->code;
    if (name.size > 0) return text_of(name, arena);
    return hs_arena_printf(arena, hs_in_language(chinese, "no name, id %lld", "无名，编号 %lld"),
                           (long long)item->id);
}

const char *hs_focus_item_area(const hs_focus_item *item, bool chinese, hs_arena *arena) {
    hs_str community = chosen(item->community, item->community_en, chinese);
    hs_str subdistrict = chosen(item->subdistrict, item->subdistrict_en, chinese);
    if (community.size == 0 || subdistrict.size == 0)
        return text_of(community.size > 0 ? community : subdistrict, arena);
    return hs_arena_printf(arena, hs_in_language(chinese, "%.*s, %.*s", "%.*s %.*s"), (int)community.size,
                           community.data, (int)subdistrict.size, subdistrict.data);
}

const char *hs_focus_item_community(const hs_focus_item *item, bool chinese, hs_arena *arena) {
    hs_str community = chosen(item->community, item->community_en, chinese);
    return text_of(community.size > 0 ? community : chosen(item->subdistrict, item->subdistrict_en, chinese),
                   arena);
}

const char *hs_focus_item_when(const hs_focus_item *item, bool chinese, hs_arena *arena) {
    const char *hours = hs_hours_words(item->hours, arena);
    uint32_t all = 0x7F;
    const char *days = (item->weekdays & all) == all || item->weekdays == 0
                           ? hs_in_language(chinese, "daily", "每日")
                           : hs_weekdays_words(item->weekdays << 1, chinese, arena);
    if (!hours || !days) return NULL;
    if (!*hours) return days;
    return hs_arena_printf(arena, hs_in_language(chinese, "%s %s h", "%s %s 时"), days, hours);
}

const char *hs_focus_item_state(const hs_focus_item *item, bool chinese, hs_arena *arena) {
    static const char *const zh[HS_EMERGING_PATTERNS] = {"—",    "新增", "连续", "加剧", "持续",
                                                         "减弱", "偶发", "反复", "历史"};
    const hs_emerging *state = &item->state;
    if (state->pattern == HS_EMERGING_NONE) return zh[0];
    if (chinese) return hs_arena_printf(arena, "%s%s", zh[state->pattern], state->cold ? "冷点" : "热点");
    return hs_arena_printf(arena, "%s %s", hs_emerging_pattern_name(state->pattern),
                           state->cold ? "cold spot" : "hot spot");
}

const char *hs_focus_item_line(const hs_focus_request *request, const hs_focus_item *item, bool chinese,
                               hs_arena *arena) {
    const char *when = hs_focus_item_when(item, chinese, arena);
    const char *area = hs_focus_item_area(item, chinese, arena);
    if (!when || !area) return NULL;
    const char *between = *area ? hs_in_language(chinese, "; ", "；") : "";
    if (request->in_hours)
        return hs_arena_printf(
            arena,
            hs_in_language(chinese, "%s%s%s; %u visits of %u min an hour, %.1f crew-hours, %.2f expected",
                           "%s%s%s；每小时到访 %u 次、每次 %u 分钟，%.1f 工时，预计 %.2f 件"),
            area, between, when, (unsigned)item->visits, (unsigned)item->minutes, item->crew_hours,
            item->expected);
    return hs_arena_printf(arena,
                           hs_in_language(chinese, "%s%s%.2f km; mostly %s; %.2f expected",
                                          "%s%s%.2f 公里；多在%s；预计 %.2f 件"),
                           area, between, item->length_km, when, item->expected);
}

const char *hs_focus_score_words(const hs_focus_plan *plan, bool chinese, hs_arena *arena) {
    const hs_forecast_interval *rate = &plan->hit_rate;
    if (plan->folds == 0 || isnan(rate->mean))
        return hs_in_language(chinese, "not scored on held-out periods", "未在留出期评分");
    const char *interval =
        isnan(rate->low)
            ? ""
            : hs_arena_printf(arena, hs_in_language(chinese, " (%.1f to %.1f)", "（%.1f 至 %.1f）"),
                              100 * rate->low, 100 * rate->high);
    const char *possible =
        isnan(plan->of_possible.mean)
            ? ""
            : hs_arena_printf(
                  arena, hs_in_language(chinese, "; %.0f %% of the best possible", "；为最佳可能的 %.0f%%"),
                  100 * plan->of_possible.mean);
    if (!interval || !possible) return NULL;
    return hs_arena_printf(arena,
                           hs_in_language(chinese,
                                          "plans of this rule caught %.1f %%%s of what came in %u periods%s",
                                          "同法方案在 %3$u 个留出期平均命中 %1$.1f%%%2$s%4$s"),
                           100 * rate->mean, interval, (unsigned)plan->folds, possible);
}

const char *hs_focus_period_words(const hs_snapshot *snapshot, const hs_focus_plan *plan, bool chinese,
                                  hs_arena *arena) {
    const char *first = hs_map_moment(snapshot, plan->origin_s, false, arena);
    const char *last = hs_map_moment(snapshot, plan->until_s - 1, false, arena);
    if (!first || !last) return NULL;
    return hs_arena_printf(arena, hs_in_language(chinese, "%s to %s", "%s 至 %s"), first, last);
}

uint32_t hs_focus_crews(const hs_focus_plan *plan) {
    uint32_t most = 0;
    for (uint32_t i = 0; i < plan->count; i++)
        most = plan->item[i].crew > most ? plan->item[i].crew : most;
    return most;
}

const uint32_t *hs_focus_crew_items(const hs_focus_plan *plan, uint32_t crew, hs_arena *arena,
                                    uint32_t *count) {
    uint32_t *rows = hs_arena_array(arena, (size_t)plan->count + 1, sizeof *rows);
    *count = 0;
    for (uint32_t i = 0; rows && i < plan->count; i++)
        if (plan->item[i].crew == crew) rows[(*count)++] = i;
    return rows;
}

const uint32_t *hs_focus_crew_tour(const hs_snapshot *snapshot, const hs_focus_plan *plan, uint32_t crew,
                                   hs_arena *arena, uint32_t *count) {
    const uint32_t *rows = hs_focus_crew_items(plan, crew, arena, count);
    double *x = hs_arena_array(arena, (size_t)*count + 1, sizeof *x);
    double *y = hs_arena_array(arena, (size_t)*count + 1, sizeof *y);
    uint32_t *order = hs_arena_array(arena, (size_t)*count + 1, sizeof *order);
    const hs_geography *g = snapshot->geography;
    const hs_plane plane = {g->center_lon_deg, g->center_lat_deg};
    if (!rows || !x || !y || !order) return NULL;
    for (uint32_t i = 0; i < *count; i++) {
        const hs_position at = plan->item[rows[i]].label;
        hs_plane_forward(&plane, at, &x[i], &y[i]);
    }
    hs_crews_tour(x, y, *count, order);
    for (uint32_t i = 0; i < *count; i++)
        order[i] = rows[order[i]];
    return order;
}
