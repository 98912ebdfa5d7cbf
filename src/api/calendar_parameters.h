/* What the calendar and the timeline take; a part of the table of endpoints. */
#ifndef API_CALENDAR_PARAMETERS_H
#define API_CALENDAR_PARAMETERS_H

#include "api/endpoint.h"

static const hs_parameter calendar_parameters[] = {
    {"compare", "string", "another period, as datetime: whether its hours differ",
     "另一时段，写法同 datetime：比较两时段的发生时刻", false},
    {"over", "string",
     "all, or categories: whether category has other hours than these; incidents of both count in category",
     "all 或类别：比较 category 与其发生时刻；同属两者的案件只计入 category", false},
    {"midnight", "string",
     "include (default), or exclude: leave out times at exactly local midnight, which dates alone have",
     "include（默认）或 exclude：不计恰为当地零点的时间（仅有日期者即如此）", false},
    {"permutations", "integer", "of the test of a comparison, 0 to 99999, default 999",
     "比较检验的置换次数，0 至 99999，默认 999", false},
    {"seed", "integer", "of the permutations, default 1: the same seed gives the same answer",
     "置换的随机种子，默认 1：相同种子结果相同", false},
    {"f", "string", "json (default) or csv: a row a weekday and hour",
     "json（默认）或 csv（每个星期与小时一行）", false},
    {0},
};
static const hs_parameter timeline_parameters[] = {
    {"step", "string",
     "day, week (from Monday) or month; default days of up to 92 days, weeks of up to two years, else months",
     "day、week（自周一）或 month；默认不超过 92 天按日，不超过两年按周，否则按月", false},
    {"f", "string", "json (default) or csv: a row a period", "json（默认）或 csv（每时段一行）", false},
    {0},
};

#endif
