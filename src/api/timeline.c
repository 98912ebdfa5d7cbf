/* Counts period by period. */
#include "api/calendar.h"

#include "base/text.h"
#include <math.h>

/* `2024-01-31`, `2024-W05` (ISO 8601), `2024-01`. */
static void name_period(hs_timeline_step step, int64_t day, char *text, size_t size) {
    hs_civil c = hs_civil_from_s(day * 86400);
    if (step == HS_TIMELINE_DAY) {
        (void)snprintf(text, size, "%04d-%02d-%02d", (int)c.year, (int)c.month, (int)c.day);
    } else if (step == HS_TIMELINE_MONTH) {
        (void)snprintf(text, size, "%04d-%02d", (int)c.year, (int)c.month);
    } else { /* the year is that of the week's Thursday */
        int64_t thursday = day + 3;
        hs_civil t = hs_civil_from_s(thursday * 86400);
        (void)snprintf(text, size, "%04d-W%02d", (int)t.year,
                       (int)((thursday - hs_civil_days(t.year, 1, 1)) / 7 + 1));
    }
}

typedef struct names {
    char period[32], from[HS_TIME_TEXT_SIZE], to[HS_TIME_TEXT_SIZE];
} names;

static void name(const hs_call *call, const hs_timeline *t, uint32_t i, names *n) {
    const hs_timezone *zone = call->snapshot->timezone;
    name_period(t->step, t->period[i].first_day, n->period, sizeof n->period);
    (void)hs_timezone_format(zone, t->period[i].from_s, n->from);
    (void)hs_timezone_format(zone, t->period[i].to_s, n->to);
}

static double days_of(const hs_timeline_period *p) {
    return (double)(p->to_s - p->from_s) / 86400;
}

static void write_periods(hs_call *call, const hs_timeline *t) {
    hs_json *json = &call->json;
    names n;
    hs_json_key(json, "periods");
    hs_json_array(json);
    for (uint32_t i = 0; i < t->count; i++) {
        name(call, t, i, &n);
        hs_json_object(json);
        hs_json_pair_text(json, "period", n.period);
        hs_json_pair_text(json, "from", n.from);
        hs_json_pair_text(json, "to", n.to);
        hs_json_pair_double(json, "days", days_of(&t->period[i]));
        hs_json_pair_bool(json, "whole", t->period[i].whole);
        hs_json_pair_int(json, "count", (int64_t)t->period[i].count);
        hs_reporting_members(json, &t->period[i].found);
        hs_json_object_end(json);
    }
    hs_json_array_end(json);
}

/* The effort beside the trend. */
static void write_reporting(hs_call *call, const hs_timeline *t) {
    hs_json *json = &call->json;
    names n = {0};
    if (t->change.at > 0) name(call, t, t->change.at, &n);
    hs_json_key(json, "reporting");
    hs_json_object(json);
    hs_reporting_members(json, &t->found);
    hs_reporting_write_change(json, &t->change, n.from);
    for (int chinese = 1; chinese >= 0 && hs_reporting_changed(&t->change); chinese--) {
        const char *warning = hs_reporting_warning(&t->change, n.period, chinese, call->arena);
        hs_json_pair_text(json, chinese ? "caution_zh" : "caution_en", warning ? warning : "");
    }
    hs_reporting_write_how(json);
    hs_json_object_end(json);
}

static void write_words(hs_call *call, const hs_timeline *t, bool chosen) {
    static const char *const steps[HS_TIMELINE_STEPS][2] = {
        {"days", "日"}, {"weeks from Monday (ISO 8601)", "周（自周一，ISO 8601）"}, {"months", "月"}};
    for (int chinese = 1; chinese >= 0; chinese--) {
        const char *words = hs_arena_printf(
            call->arena,
            hs_in_language(
                chinese,
                "Incidents counted by calendar %s in the zone %s%s; each counts in the period of its "
                "local date, periods without incidents are listed, and the first and last one may be "
                "cut short (whole: false).",
                "按%s计数，时区 %s%s；每件计入其当地日期所在的时段，无案件的时段亦列出，首尾时段可能不完整（"
                "whole: false）。"),
            steps[t->step][chinese], hs_timezone_name(call->snapshot->timezone),
            !chosen ? ""
                    : hs_in_language(chinese, ", a step that was chosen by the period's length",
                                     "，步长按时段长度自动选取"));
        hs_json_pair_text(&call->json, chinese ? "how_zh" : "how_en", words ? words : "");
    }
}

static void write_json(hs_call *call, const hs_filter *filter, const hs_timeline *t, bool chosen) {
    hs_json *json = &call->json;
    hs_json_object(json);
    hs_json_pair_text(json, "timezone", hs_timezone_name(call->snapshot->timezone));
    hs_json_pair_text(json, "time", hs_time_field_name(filter->time));
    hs_json_pair_text(json, "step", hs_timeline_step_name(t->step));
    hs_json_pair_bool(json, "step_chosen", chosen);
    write_words(call, t, chosen);
    hs_write_span(call, &t->span);
    hs_json_pair_int(json, "total", (int64_t)t->total);
    hs_json_pair_int(json, "counted", (int64_t)t->counted);
    hs_json_pair_int(json, "no_time", (int64_t)t->no_time);
    write_reporting(call, t);
    write_periods(call, t);
    hs_json_pair_int(json, "version", (int64_t)call->snapshot->version);
    hs_json_object_end(json);
}

static void write_csv_effort(hs_buffer *out, const hs_reporting_counts *found) {
    hs_share share = hs_reporting_share(found);
    for (int g = 0; g < HS_REPORTING_GROUPS; g++)
        hs_buffer_printf(out, ",%llu", (unsigned long long)found->of[g]);
    if (isnan(share.share))
        hs_buffer_text(out, ",,,\r\n");
    else
        hs_buffer_printf(out, ",%.9g,%.9g,%.9g\r\n", share.share, share.low, share.high);
}

static void write_csv(hs_call *call, const hs_timeline *t) {
    hs_buffer *out = &call->response->body;
    names n;
    hs_buffer_text(out, "period,from,to,days,whole,count,patrol,residents,other,patrol_share,"
                        "patrol_share_low,patrol_share_high\r\n");
    for (uint32_t i = 0; i < t->count; i++) {
        name(call, t, i, &n);
        hs_buffer_printf(out, "%s,%s,%s,%.9g,%s,%llu", n.period, n.from, n.to, days_of(&t->period[i]),
                         t->period[i].whole ? "true" : "false", (unsigned long long)t->period[i].count);
        write_csv_effort(out, &t->period[i].found);
    }
}

hs_status hs_serve_timeline(hs_call *call) {
    hs_filter filter;
    hs_timeline timeline;
    bool csv;
    hs_str text = hs_call_text(call, "step");
    hs_timeline_step step = hs_timeline_step_parse(text);
    if (text.size > 0 && step == HS_TIMELINE_STEPS)
        return hs_error_set(call->error, HS_E_ARGUMENT, "step: %.*s is none of day, week, month",
                            (int)hs_utf8_cut(text, 60), text.data);
    hs_status status = hs_call_takes_csv(call, &csv);
    if (status == HS_OK) status = hs_call_filter(call, HS_ALL_ACCURACIES, NULL, &filter);
    if (status != HS_OK ||
        hs_call_begin(call, csv ? "text/csv; charset=utf-8" : "application/json", HS_READS_ALL))
        return status;
    status = hs_service_timeline(call->api->service, call->snapshot, &filter, step, call->arena, call->error,
                                 &timeline);
    if (status != HS_OK) return status;
    if (csv) {
        write_csv(call, &timeline);
        return hs_call_head_left_out(call, &filter);
    }
    write_json(call, &filter, &timeline, text.size == 0);
    return hs_call_append_left_out(call, &filter);
}
