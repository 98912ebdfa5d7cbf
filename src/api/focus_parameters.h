/* What a plan takes; a part of the table of endpoints. */
#ifndef API_FOCUS_PARAMETERS_H
#define API_FOCUS_PARAMETERS_H

#include "api/endpoint.h"

/* How it is answered. */
#define FOCUS_FILE_PARAMETERS                                                                                \
    {"f", "string",                                                                                          \
     "geojson (default), pdf (A4 sheets, a page a crew), gpx (waypoints, a route a crew, tracks), kml or "   \
     "xlsx",                                                                                                 \
     "geojson（默认）、pdf（A4 任务单，每队一页）、gpx（航点、每队一条路线、轨迹）、kml 或 xlsx", false},    \
        {"crew", "integer", "of pdf, gpx, kml, xlsx: this crew alone", "pdf、gpx、kml、xlsx：仅此一队",      \
         false},                                                                                             \
        {"lang", "string", "of pdf, gpx, kml, xlsx: zh or en, default the city's",                           \
         "pdf、gpx、kml、xlsx 的语言：zh 或 en，默认为城市的语言", false},                                   \
    {                                                                                                        \
        "style", "string", "of pdf, the map: print (default), light or dark",                                \
            "pdf 的地图样式：print（默认）、light 或 dark", false                                            \
    }

static const hs_parameter focus_parameters[] = {
    {"budget", "string", "what there is: km of street (10km), or crew-hours over the whole horizon (120h)",
     "预算：街道公里数（10km），或整个计划期的工时（120h）", true},
    {"level", "string", "units of this level as candidates instead of street segments",
     "以该层级的单元代替街道段作为候选", false},
    {"grid", "string", "cells as candidates: square:SIZE_M (side) or hex:SIZE_M (width across flats)",
     "以格网为候选：square:边长 或 hex:对边距（米）", false},
    {"min-per", "string", "at least so many of each unit of a level: subdistrict:1",
     "每个单元至少若干：subdistrict:1", false},
    {"connected", "boolean", "true: the plan hangs together, in one route a crew (budget in km)",
     "true：方案连通，每队一条路线（公里预算）", false},
    {"avoid", "string", "permitted: hours in permitted zones are left out; none (default)",
     "permitted：排除许可区开放的时段；none（默认）", false},
    {"weight", "string",
     "what incidents count for: count (default), severity (their weight), complaints (residents' reports "
     "alone)",
     "案件如何计：count（默认）、severity（按权重）、complaints（只计市民反映）", false},
    {"visits", "integer", "visits in each hour of a budget of crew-hours, 1 to 24, default 1",
     "工时预算下每个所选小时的到访次数，1 至 24，默认 1", false},
    {"minutes", "integer", "minutes a visit, 1 to 720, default 60", "每次到访分钟数，1 至 720，默认 60",
     false},
    {"crews", "integer",
     "how many crews, 1 to 100: the plan is shared among them, and under a budget of crew-hours they are in "
     "no "
     "more places at a time",
     "队伍数，1 至 100：方案按队分配；工时预算下同一时刻不超过其可到之处", false},
    {"horizon", "integer", "days that are planned, 1 to 366, default 30", "计划天数，1 至 366，默认 30",
     false},
    {"backtest", "integer", "held-out periods that it is scored on, 0 to 60, default 12",
     "评分所用留出期数，0 至 60，默认 12", false},
    {"origin", "string",
     "local midnight of this date (or an RFC 3339 time) starts the horizon, and only what was reported "
     "before it "
     "is used; default the day after the last incident",
     "计划起点：该日当地零时（或 RFC 3339 时间），只用此前已上报的案件；默认最后一件案件的次日", false},
    {"method", "string",
     "of the forecast: auto (default), stack, mixture, regression, self-exciting, kernel, kernel-scott, "
     "all-history, last-period",
     "预测方法：auto（默认）、stack、mixture、regression、self-exciting、kernel、kernel-scott、all-"
     "history、last-"
     "period",
     false},
    {"seed", "integer", "of the intervals of ranks, default 1", "排序区间的随机种子，默认 1", false},
    FOCUS_FILE_PARAMETERS,
    {"v", "integer", "version of the data; the current one is answered immutable",
     "数据版本；当前版本的应答可永久缓存", false},
    {0},
};

#endif
