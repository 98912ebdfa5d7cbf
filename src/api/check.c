/* What is wrong with the city's units and streets, to look at on a map. */
#include "service/check/check.h"
#include "api/endpoint.h"

static bool go_on(void *context, const char *phase, double share) {
    (void)phase;
    (void)share;
    return !hs_request_is_gone(context);
}

static void write_kinds(hs_json *json, const hs_check_report *report) {
    hs_json_key(json, "kinds");
    hs_json_array(json);
    for (int k = 0; k < HS_CHECK_KINDS; k++) {
        uint32_t notes = 0;
        if (report->by_kind[k] == 0) continue;
        for (uint32_t i = 0; i < report->flaw_count; i++)
            notes += report->flaws[i].kind == (hs_check_kind)k && report->flaws[i].is_note;
        hs_json_object(json);
        hs_json_pair_text(json, "kind", hs_check_kind_name((hs_check_kind)k));
        hs_json_pair_text(json, "title_zh", hs_check_kind_title((hs_check_kind)k, true));
        hs_json_pair_text(json, "title_en", hs_check_kind_title((hs_check_kind)k, false));
        hs_json_pair_int(json, "problems", report->by_kind[k] - notes);
        hs_json_pair_int(json, "notes", notes);
        hs_json_object_end(json);
    }
    hs_json_array_end(json);
}

static void write_levels(hs_json *json, const hs_check_report *report) {
    hs_json_key(json, "levels");
    hs_json_array(json);
    for (int l = 0; l < HS_LEVEL_COUNT; l++) {
        const hs_check_level *level = &report->levels[l];
        if (level->units == 0) continue;
        hs_json_object(json);
        hs_json_pair_text(json, "level", hs_level_name((hs_level)l));
        hs_json_pair_int(json, "units", level->units);
        hs_json_pair_int(json, "inside", (int64_t)level->inside);
        hs_json_pair_int(json, "outside", (int64_t)level->outside);
        hs_json_pair_int(json, "unmatched", (int64_t)level->unmatched);
        hs_json_pair_int(json, "total", (int64_t)level->total);
        hs_json_pair_int(json, "in_parent_only", (int64_t)level->in_parent_only);
        hs_json_pair_int(json, "across_parents", (int64_t)level->across);
        hs_json_object_end(json);
    }
    hs_json_array_end(json);
}

/* The flaws, of each kind the largest `limit`. */
static uint32_t write_flaws(hs_json *json, const hs_check_report *report, uint32_t limit) {
    uint32_t same = 0, hidden = 0;
    hs_json_key(json, "features");
    hs_json_array(json);
    for (uint32_t i = 0; i < report->flaw_count; i++) {
        const hs_check_flaw *flaw = &report->flaws[i];
        bool goes_on = i > 0 && flaw->kind == flaw[-1].kind && flaw->is_note == flaw[-1].is_note;
        same = goes_on ? same + 1 : 0;
        if (same >= limit)
            hidden++;
        else
            hs_check_write_flaw(json, flaw, i + 1);
    }
    hs_json_array_end(json);
    return hidden;
}

hs_status hs_serve_check(hs_call *call) {
    int64_t limit;
    hs_check_report report;
    hs_check_options options = HS_CHECK_DEFAULTS;
    if (!hs_call_may_look(call)) return HS_OK;
    hs_status status = hs_call_integer(call, "limit", 1, 1000000, 200, &limit);
    if (status == HS_OK)
        status = hs_call_number(call, "tolerance", 0, 1e6, options.tolerance_m, &options.tolerance_m);
    if (status == HS_OK) status = hs_call_number(call, "sliver", 0, 1e6, options.sliver_m, &options.sliver_m);
    if (status == HS_OK) status = hs_call_number(call, "near", 0, 1e4, options.near_m, &options.near_m);
    if (status != HS_OK || hs_call_begin(call, "application/geo+json", HS_READS_ALL)) return status;
    options.only_snapshot = true;
    options.context = call->request;
    options.progress = go_on;
    status = hs_service_check(call->api->service, &options, call->error, &report);
    if (status != HS_OK) return status;
    hs_json *json = &call->json;
    hs_json_object(json);
    hs_json_pair_text(json, "type", "FeatureCollection");
    hs_json_pair_int(json, "problems", report.problem_count);
    hs_json_pair_int(json, "notes", report.flaw_count - report.problem_count);
    write_kinds(json, &report);
    write_levels(json, &report);
    uint32_t hidden = write_flaws(json, &report, (uint32_t)limit);
    hs_json_pair_int(json, "left_out", hidden);
    hs_json_pair_int(json, "version", (int64_t)report.snapshot->version);
    hs_json_object_end(json);
    hs_check_report_done(&report);
    return HS_OK;
}
