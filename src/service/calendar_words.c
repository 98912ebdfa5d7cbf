/* How hours of the week were computed, in words. */
#include "service/calendar.h"

#include "base/text.h"

/* So many at midnight are told of: of a hundred, and at least. */
#define MIDNIGHT_SHARE 0.02
#define MIDNIGHT_LEAST 10u

static const char *time_words(hs_time_field field, bool chinese) {
    switch (field) {
    case HS_TIME_OCCURRED:
        return hs_in_language(chinese, "when they occurred", "发生时间");
    case HS_TIME_REPORTED:
        return hs_in_language(chinese, "when they were reported", "上报时间");
    case HS_TIME_CLOSED:
        return hs_in_language(chinese, "when they were closed", "结案时间");
    default:
        return hs_in_language(chinese, "when they occurred, else were reported",
                              "发生时间，未知者为上报时间");
    }
}

static void explain_difference(const hs_calendar_request *r, const hs_calendar *calendar, bool chinese,
                               hs_buffer *out) {
    if (calendar->shared > 0)
        hs_buffer_printf(out,
                         hs_in_language(chinese, " %llu incidents of both sides count in the first alone.",
                                        "同属两侧的 %llu 件只计入前者。"),
                         (unsigned long long)calendar->shared);
    if (!calendar->tested) {
        hs_buffer_printf(out,
                         hs_in_language(chinese,
                                        " No test: each side needs %d or more times; take longer periods.",
                                        "未检验：每侧至少须有 %d 个时间，请延长时段。"),
                         HS_CALENDAR_LEAST);
        return;
    }
    hs_buffer_printf(
        out,
        hs_in_language(
            chinese,
            " Difference of mean times, two-sided, times to the minute: Watson and Williams' (1956) test "
            "where "
            "it holds (mean resultant 0.7 or more and concentrations that do not differ at 0.05), else a "
            "permutation of which side a time belongs to (%u permutations, seed %llu), whose null hypothesis "
            "is "
            "that both have the same hours. q_value: Benjamini and Hochberg over the day and the week.",
            "平均时刻之差为双侧检验，时间取至分钟：满足条件（平均合成长度不小于 0.7 且集中度在 0.05 "
            "水平无差异）时用 Watson-Williams（1956），否则置换各时间所属的一侧（置换 %u 次，种子 "
            "%llu），原假设为两侧发生时刻相同。q_value：对日与周两项作 Benjamini-Hochberg 校正。"),
        (unsigned)r->permutations, (unsigned long long)r->seed);
}

void hs_calendar_explain(const hs_calendar_request *request, const hs_calendar *calendar,
                         const hs_snapshot *snapshot, bool chinese, hs_buffer *out) {
    const hs_calendar_side *now = &calendar->now;
    hs_buffer_printf(
        out,
        hs_in_language(
            chinese,
            "%llu incidents (%s) counted by weekday and hour in the zone %s; %llu have no such time. Rates "
            "are "
            "counts over how many such hours the period has, hours that clocks skip or repeat included. "
            "Means, "
            "resultant lengths and circular standard deviations after Mardia and Jupp (2000), of the day's "
            "24 "
            "hours and the week's 168, times to the second, not weighed by exposure; Rayleigh's test of no "
            "preferred time against one, p by Wilkie (1983): it does not see two peaks that are opposite.",
            "按星期与小时统计 %llu 件（%s），时区 %s；%llu 件无此时间。率为件数除以时段内该小时的个数，已计入"
            "夏令时跳过或重复的小时。平均时刻、合成长度与圆形标准差依 Mardia 与 Jupp（2000），分别在 24 "
            "小时与 168 "
            "小时的圆上，时间取至秒，未按暴露加权；Rayleigh 检验原假设为无偏好时刻，p 值依 "
            "Wilkie（1983），无法识别相对的双峰。"),
        (unsigned long long)now->counted, time_words(request->filter.time, chinese),
        hs_timezone_name(snapshot->timezone), (unsigned long long)now->no_time);
    if (request->filter.from_s == HS_NO_TIME || request->filter.to_s == HS_NO_TIME)
        hs_buffer_text(out, hs_in_language(chinese, " Open ends of the period are whole days of the data.",
                                           "时段未定的一端取数据所及的整日。"));
    if (request->filter.hours || request->filter.weekdays)
        hs_buffer_text(out, hs_in_language(chinese,
                                           " Only hours and weekdays of the filter are counted, so the "
                                           "circular statistics tell of these alone.",
                                           "仅统计筛选的小时与星期，圆形统计亦仅就其而言。"));
    if (request->compares) explain_difference(request, calendar, chinese, out);
}

static void mind_midnight(const hs_calendar_request *request, const hs_calendar_side *side, bool chinese,
                          hs_buffer *out) {
    if (request->without_midnight || side->midnight < MIDNIGHT_LEAST ||
        (double)side->midnight < MIDNIGHT_SHARE * (double)side->counted)
        return;
    hs_buffer_printf(
        out,
        hs_in_language(
            chinese,
            "%s%llu of %llu lie at exactly 00:00:00, as dates without a time of day do: the peak at "
            "midnight may be theirs, and the circular statistics lean to it. midnight=exclude leaves "
            "them out.",
            "%s%llu 件（共 %llu 件）恰为 00:00:00，仅有日期的记录即如此：零点的峰值可能由此而来，圆形统计"
            "亦偏向零点；midnight=exclude 可将其排除。"),
        out->size > 0 ? " " : "", (unsigned long long)side->midnight, (unsigned long long)side->counted);
}

void hs_calendar_caution(const hs_calendar_request *request, const hs_calendar *calendar, bool chinese,
                         hs_buffer *out) {
    mind_midnight(request, &calendar->now, chinese, out);
    if (request->compares) mind_midnight(request, &calendar->other, chinese, out);
    if (calendar->now.counted < HS_CALENDAR_LEAST)
        hs_buffer_printf(out,
                         hs_in_language(chinese,
                                        "%sFewer than %d times: too few to tell of a preferred time.",
                                        "%s不足 %d 个时间，无法判断偏好时刻。"),
                         out->size > 0 ? " " : "", HS_CALENDAR_LEAST);
}
