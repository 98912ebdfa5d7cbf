#include "service/reporting.h"

#include <math.h>

#define WARNED_P     0.01
#define WARNED_SHARE 0.05

uint8_t *hs_reporting_groups(const hs_snapshot *snapshot, hs_arena *arena) {
    const hs_incidents *incidents = snapshot->incidents;
    uint8_t *group = hs_arena_array(arena, (size_t)incidents->source_count + 1, sizeof *group);
    for (uint32_t i = 0; group && i < incidents->source_count; i++)
        group[i] = (uint8_t)hs_reporting_of(incidents->source[i]);
    return group;
}

static uint64_t told(const hs_reporting_counts *counts) {
    return counts->of[HS_REPORTING_PATROL] + counts->of[HS_REPORTING_RESIDENTS];
}

hs_share hs_reporting_share(const hs_reporting_counts *counts) {
    return hs_share_of(counts->of[HS_REPORTING_PATROL], told(counts));
}

hs_status hs_reporting_change(const hs_reporting_counts *period, uint32_t count, hs_arena *arena,
                              hs_error *error, hs_share_change *change) {
    uint64_t *patrol = hs_arena_array(arena, (size_t)count + 1, sizeof *patrol);
    uint64_t *all = hs_arena_array(arena, (size_t)count + 1, sizeof *all);
    if (!patrol || !all) return hs_error_memory(error, "the reporting effort");
    for (uint32_t i = 0; i < count; i++) {
        patrol[i] = period[i].of[HS_REPORTING_PATROL];
        all[i] = told(&period[i]);
    }
    *change = hs_share_change_of(patrol, all, count);
    return HS_OK;
}

bool hs_reporting_changed(const hs_share_change *change) {
    return change->at > 0 && change->p < WARNED_P &&
           fabs(change->after.share - change->before.share) >= WARNED_SHARE;
}

const char *hs_reporting_warning(const hs_share_change *change, const char *when, bool chinese,
                                 hs_arena *arena) {
    return hs_arena_printf(
        arena,
        hs_in_language(
            chinese,
            "Reporting effort changed: from %s patrols found %.0f %% of what patrols and residents "
            "found, %.0f %% before (p %.2g). A campaign changes patrol finds by itself; compare with "
            "reports=residents.",
            "发现力度有变：自 %s 起，巡查与居民所发现者中巡查占 %.0f%%，此前为 %.0f%%（p "
            "%.2g）。专项整治本身会改变巡查发现数；请以 reports=residents 对照。"),
        when, 100 * change->after.share, 100 * change->before.share, change->p);
}

static void write_share(hs_json *json, const char *name, const char *low, const char *high, hs_share share) {
    hs_json_pair_double(json, name, share.share);
    hs_json_pair_double(json, low, share.low);
    hs_json_pair_double(json, high, share.high);
}

void hs_reporting_members(hs_json *json, const hs_reporting_counts *counts) {
    for (int g = 0; g < HS_REPORTING_GROUPS; g++)
        hs_json_pair_int(json, hs_reporting_name((hs_reporting)g), (int64_t)counts->of[g]);
    write_share(json, "patrol_share", "patrol_share_low", "patrol_share_high", hs_reporting_share(counts));
}

void hs_reporting_write_change(hs_json *json, const hs_share_change *change, const char *when) {
    hs_json_key(json, "change");
    if (change->at == 0) {
        hs_json_null(json);
        return;
    }
    hs_json_object(json);
    hs_json_pair_text(json, "from", when);
    write_share(json, "before", "before_low", "before_high", change->before);
    write_share(json, "after", "after_low", "after_high", change->after);
    hs_json_pair_double(json, "dispersion", change->dispersion);
    hs_json_pair_double(json, "p", change->p);
    hs_json_pair_bool(json, "significant", hs_reporting_changed(change));
    hs_json_object_end(json);
}

void hs_reporting_write_how(hs_json *json) {
    hs_json_pair_text(
        json, "how_zh",
        "来源按名称归为巡查（采集员等）、居民（热线、公众上报等）与其他；patrol_share "
        "为巡查与居民所发现者中巡查的占比，区间为 Wilson（1927）95%。change 为似然最优分割点（Worsley "
        "1983），似然比除以离散度，p 按分割点数作 Bonferroni 校正；p < 0.01 且相差 5 "
        "个百分点以上为显著。");
    hs_json_pair_text(
        json, "how_en",
        "Sources count as patrol (collectors and the like), residents (hotline, public app and the "
        "like) or other by their names; patrol_share is the patrols' share of what patrols and "
        "residents found, with the 95 % interval of Wilson (1927). change is the split of likelihood "
        "(Worsley 1983), its likelihood ratio divided by the dispersion, p corrected for the number "
        "of splits (Bonferroni); significant where p < 0.01 and the shares differ by 5 percentage "
        "points or more.");
}
