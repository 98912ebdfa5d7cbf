/* What a forecast takes; a part of the table of endpoints. */
#ifndef API_FORECAST_PARAMETERS_H
#define API_FORECAST_PARAMETERS_H

#include "api/endpoint.h"

static const hs_parameter forecast_parameters[] = {
    {"area-share", "string",
     "the most of the area (with streets of the length) that is chosen: 0.01 (default) or 1%",
     "所选单元占面积（街道时为长度）的上限：0.01（默认）或 1%", false},
    {"cell", "number",
     "side of the square cells in metres, 20 to 5000; tuned by default; their rotation is free",
     "方格边长（米），20 至 5000；默认自动调优；旋转自定", false},
    {"horizon", "integer", "days that are forecast, 1 to 366, default 30", "预测天数，1 至 366，默认 30",
     false},
    {"backtest", "integer", "held-out periods that it is scored on, 0 to 60, default 12",
     "评分所用留出期数，0 至 60，默认 12", false},
    {"origin", "string",
     "local midnight of this date (or an RFC 3339 time) starts the horizon, and only what was reported "
     "before it "
     "is used; default the day after the last incident",
     "预测起点：该日当地零时（或 RFC 3339 时间），只用此前已上报的案件；默认最后一件案件的次日", false},
    {"streets", "boolean", "true: street segments instead of squares", "true：以街道段代替方格", false},
    {"all", "boolean", "true: every cell, not the chosen ones only", "true：写出全部单元，而不只入选者",
     false},
    {"method", "string",
     "auto (default), stack, mixture, regression, self-exciting, kernel, kernel-scott, all-history, "
     "last-period",
     "auto（默认）、stack、mixture、regression、self-exciting、kernel、kernel-scott、all-history、last-"
     "period",
     false},
    {"v", "integer", "version of the data; the current one is answered immutable",
     "数据版本；当前版本的应答可永久缓存", false},
    {0},
};

#endif
