/* What the scan takes; a part of the table of endpoints. */
#ifndef API_SCAN_PARAMETERS_H
#define API_SCAN_PARAMETERS_H

#include "api/endpoint.h"

static const hs_parameter scan_parameters[] = {
    {"level", "string", "unit level analysed; default community, else what there is",
     "分析单元层级，默认 community，否则为已有层级", false},
    {"grid", "string", "instead of a level: square:SIZE_M (side) or hex:SIZE_M (width across flats)",
     "代替层级：square:边长 或 hex:对边距（米）", false},
    {"streets", "boolean", "true: street segments, and zones along the streets",
     "true：以街道段为单元，扫描区沿街道延伸", false},
    {"model", "string",
     "poisson (default in space alone), bernoulli (cases among controls) or permutation (default in space "
     "and time)",
     "poisson（仅空间时默认）、bernoulli（病例与对照）或 permutation（时空时默认）", false},
    {"value", "string",
     "poisson: what is expected goes by per-population (default where residents are known), per-km2, per-km "
     "(streets), or count: the same of every unit",
     "泊松模型的期望依据：per-population（有人口时默认）、per-km2、per-km（街道）或 count（各单元相同）",
     false},
    {"count", "string", "attribute:NAME: a numeric column of the units instead of incidents, in space alone",
     "attribute:列名：以单元的数值列代替案件数（仅空间）", false},
    {"population", "string", "attribute:NAME: the units' column of residents; bernoulli: cases and controls",
     "attribute:列名：单元人口列；伯努利模型为病例与对照之和", false},
    {"expected", "string",
     "poisson: attribute:NAME, the units' column of expected numbers (standardised, say)",
     "泊松模型：attribute:列名，单元的期望数列（如标准化结果）", false},
    {"over", "string", "bernoulli: the controls: all (default) other incidents, or categories",
     "伯努利模型的对照：all（默认，其余全部案件）或类别", false},
    {"rates", "string", "high (default), low or both", "high（高发，默认）、low（低发）或 both（两者）",
     false},
    {"shape", "string", "circle (default) or ellipse (axes to 5:1)", "circle（默认）或 ellipse（轴比至 5:1）",
     false},
    {"penalty", "string", "of ellipses that are not compact: none (default), medium, strong",
     "对狭长椭圆的惩罚：none（默认）、medium、strong", false},
    {"max-share", "number", "of the population, or cases, in a zone: above 0 to 0.5 (default)",
     "扫描区至多占总体（或案件）的比例，大于 0 至 0.5（默认）", false},
    {"max-radius", "number", "of a zone in metres; default none, along streets 1000",
     "扫描区最大半径（米）；默认不限，沿街道为 1000", false},
    {"prospective", "boolean",
     "true: only what reaches the period's end, an alarm with a recurrence interval; steps of a day and the "
     "last "
     "365 days unless said otherwise",
     "true：只看延续到时段末的聚集，给出警报及重现间隔；默认步长一天、取最近 365 天", false},
    {"step", "string", "of time: day, week, month or days:N; default week, day in short periods",
     "时间步：day、week、month 或 days:天数；默认 week，时段短时为 day", false},
    {"max-days", "integer",
     "longest window; default 90 (prospective 30), at most half the period; given, it makes the scan one of "
     "time",
     "窗口最长天数，默认 90（前瞻 30），且不超过时段一半；给出即作时空扫描", false},
    {"replications", "integer", "for p-values, 0 to 99999, default 999", "随机重复次数，0 至 99999，默认 999",
     false},
    {"stop-after", "integer",
     "replications end when so many reach the observed statistic, default 50; 0: all are made",
     "达到观测值的重复满此数即提前结束，默认 50；0 表示全部完成", false},
    {"seed", "integer", "of the replications, default 1: the same seed gives the same answer",
     "随机种子，默认 1：相同种子结果相同", false},
    {"alpha", "number", "significance, default 0.05", "显著性水平，默认 0.05", false},
    {"clusters", "integer", "at most so many, the likeliest first: 1 to 100, default 10",
     "至多给出的聚集数，按可能性排序，1 至 100，默认 10", false},
    {"outline", "string", "units (default): those inside as one area; window: the circle or ellipse",
     "units（默认，单元合并为面）或 window（圆或椭圆）", false},
    {"v", "integer", "version of the data; the current one is answered immutable",
     "数据版本；当前版本的应答可永久缓存", false},
    {0},
};

#endif
