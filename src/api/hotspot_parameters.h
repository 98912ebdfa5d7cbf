/* What the hotspots take; a part of the table of endpoints. */
#ifndef API_HOTSPOT_PARAMETERS_H
#define API_HOTSPOT_PARAMETERS_H

#include "api/endpoint.h"

static const hs_parameter hotspot_parameters[] = {
    {"level", "string", "unit level analysed; default community, else what there is",
     "分析单元层级，默认 community，否则为已有层级", false},
    {"grid", "string", "instead of a level: square:SIZE_M (side) or hex:SIZE_M (width across flats)",
     "代替层级：square:边长 或 hex:对边距（米）", false},
    {"streets", "boolean", "true: street segments instead of a level", "true：以街道段代替层级", false},
    {"weights", "string",
     "queen (default), rook, knn:K, band:METRES, kernel:METRES, or network:METRES between street segments",
     "queen（默认）、rook、knn:K、band:米、kernel:米，或街道段之间的 network:米", false},
    {"style", "string", "B: weights as they are (default of gi-star); W: row-standardised",
     "B：原权重（gi-star 默认）；W：行标准化", false},
    {"value", "string",
     "count (default), per-km2, per-km (streets), per-population (per 1,000), eb or eb-local (the same, "
     "smoothed by "
     "empirical Bayes)",
     "count（默认）、per-km2、per-km（街道）、per-population（每千人）、eb 或 eb-local（经验贝叶斯平滑）",
     false},
    {"count", "string", "attribute:NAME: a numeric column of the units instead of incidents",
     "attribute:列名：以单元的数值列代替案件数", false},
    {"population", "string", "attribute:NAME: the units' column of residents", "attribute:列名：单元人口列",
     false},
    {"permutations", "integer",
     "0: analytic p-values; else 1 to 99999 permutations. Default of gi-star exact p-values where whole "
     "numbers are "
     "counted with equal weights, else 9999, raised where a lone unit needs more to stand after correction; "
     "999 for "
     "global",
     "0 为解析 p 值；否则置换 1 至 99999 次。gi-star 默认：等权整数计数用精确 p 值；其余默认 9999 "
     "次，校正需要时自动增加；global 为 999",
     false},
    {"seed", "integer", "of the permutations, default 1: the same seed gives the same answer",
     "置换的随机种子，默认 1：相同种子结果相同", false},
    {"alpha", "number", "significance after correction, default 0.05", "校正后的显著性水平，默认 0.05",
     false},
    {"correction", "string", "bh (default), by, bonferroni, none", "bh（默认）、by、bonferroni、none", false},
    {"jitter", "integer",
     "runs, at most 199, in which each incident lies at a random place within its accuracy: survival is the "
     "share in "
     "which a unit stays significant; gi-star and local-moran",
     "重复次数（至多 199）：每件案件在其误差范围内随机取位，survival 为单元仍显著的比例；用于 gi-star 与 "
     "local-moran",
     false},
    {"v", "integer", "version of the data; the current one is answered immutable",
     "数据版本；当前版本的应答可永久缓存", false},
    {0},
};

static const hs_parameter emerging_parameters[] = {
    {"level", "string", "unit level analysed; default community, else what there is",
     "分析单元层级，默认 community，否则为已有层级", false},
    {"grid", "string", "instead of a level: square:SIZE_M (side) or hex:SIZE_M (width across flats)",
     "代替层级：square:边长 或 hex:对边距（米）", false},
    {"streets", "boolean", "true: street segments instead of a level", "true：以街道段代替层级", false},
    {"step", "string",
     "day, week, month or days:N; default the longest of month, week and day with 20 steps or more",
     "时段长度：day、week、month 或 days:天数；默认取能分成 20 期以上的最长者", false},
    {"lag", "integer", "steps before a bin's own that its neighbours are in too, 0 to 12, default 1",
     "邻居包含的此前期数，0 至 12，默认 1", false},
    {"weights", "string",
     "queen (default), rook, knn:K, band:METRES, kernel:METRES, or network:METRES between street segments",
     "queen（默认）、rook、knn:K、band:米、kernel:米，或街道段之间的 network:米", false},
    {"value", "string", "count (default), per-km2, per-km (streets), per-population (per 1,000)",
     "count（默认）、per-km2、per-km（街道）、per-population（每千人）", false},
    {"population", "string", "attribute:NAME: the units' column of residents", "attribute:列名：单元人口列",
     false},
    {"permutations", "integer",
     "0: analytic p-values; 1 to 99999: so many permutations. Default exact p-values where whole numbers are "
     "counted with equal weights, else permutations",
     "0 为解析 p 值；1 至 99999 为置换次数。默认：等权整数计数用精确 p 值，否则用置换", false},
    {"seed", "integer", "of the permutations, default 1", "置换的随机种子，默认 1", false},
    {"alpha", "number", "significance after correction, default 0.05", "校正后的显著性水平，默认 0.05",
     false},
    {"correction", "string", "bh (default), by, bonferroni, none",
     "多重检验校正：bh（默认）、by、bonferroni、none", false},
    {"v", "integer", "version of the data; the current one is answered immutable",
     "数据版本；当前版本的应答可永久缓存", false},
    {0},
};

static const hs_parameter change_parameters[] = {
    {"compare", "string",
     "the period that datetime is compared with, as datetime: an interval, an instant or a day; both are "
     "needed and "
     "share no time",
     "与 datetime 相比较的时段（写法同 datetime）；两者必填且不重叠", true},
    {"level", "string", "unit level analysed; default community, else what there is",
     "分析单元层级，默认 community，否则为已有层级", false},
    {"grid", "string", "instead of a level: square:SIZE_M (side) or hex:SIZE_M (width across flats)",
     "代替层级：square:边长 或 hex:对边距（米）", false},
    {"streets", "boolean", "true: street segments instead of a level", "true：以街道段代替层级", false},
    {"relative", "boolean", "true: whether a unit changed more than the rest of the city",
     "true：单元变化是否超过全市其余", false},
    {"test", "string", "exact (default), mid-p, e-test (not with relative)",
     "exact（默认）、mid-p、e-test（不能与 relative 同用）", false},
    {"alpha", "number", "significance after correction, and of the limits, default 0.05",
     "校正后的显著性水平与区间水平，默认 0.05", false},
    {"correction", "string", "bh (default), by, bonferroni, none",
     "多重检验校正：bh（默认）、by、bonferroni、none", false},
    {"v", "integer", "version of the data; the current one is answered immutable",
     "数据版本；当前版本的应答可永久缓存", false},
    {0},
};

static const hs_parameter hotspot_tile_parameters[] = {
    {"method", "string",
     "gi-star (default) or another method of /hotspots/{method}, with whatever that one takes",
     "gi-star（默认）或 /hotspots/{method} 的其他方法；其余参数同该方法", false},
    {"v", "integer", "version of the data; the current one is answered immutable",
     "数据版本；当前版本的应答可永久缓存", false},
    {0},
};

#endif
