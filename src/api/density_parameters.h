/* What densities take; a part of the table of endpoints, for endpoints.c alone. */
#ifndef API_DENSITY_PARAMETERS_H
#define API_DENSITY_PARAMETERS_H

#include "api/endpoint.h"

#define DENSITY_PARAMETERS                                                                                   \
    {"bandwidth", "string",                                                                                  \
     "bandwidth in ground metres, 10 to 20000: the kernel's radius, of the Gaussian the standard "           \
     "deviation; "                                                                                           \
     "default 300. Or scott, silverman, diggle or ppl: chosen from the incidents that the filters let "      \
     "through, as /density/bandwidth tells, to three digits; the number is said in the answer, of tiles in " \
     "the header Density-Bandwidth-M",                                                                       \
     "带宽（地面米），10 至 20000：核半径，高斯核为标准差；默认 300。或 "          \
     "scott、silverman、diggle、ppl：按所选案件"                                                    \
     "估计（同 /density/bandwidth），取三位有效数字；所用数值见应答，瓦片见头部 Density-Bandwidth-M",        \
     false},                                                                                                 \
        {"kernel", "string", "quartic (default), epanechnikov, gaussian, triweight, uniform or triangular",  \
         "核函数：quartic（默认）、epanechnikov、gaussian、triweight、uniform、triangular", false},          \
        {"exact", "boolean", "true: without the stated error of pictures; always so for kernels with edges", \
         "true：无图片路径的误差；带边缘的核总是精确", false},                                               \
        {"adaptive", "boolean",                                                                              \
         "true: Abramson's bandwidths, wide where incidents are few; bandwidth is that of the pilot and of " \
         "the incident in the middle",                                                                       \
         "true：Abramson 自适应带宽，案件稀处宽、密处窄；bandwidth 为引导估计及中位案件的带宽", false},      \
        {"edge-correction", "boolean",                                                                       \
         "true: each incident's kernel is divided by its mass inside the city (Diggle 1985), so that "       \
         "density "                                                                                          \
         "does not fall off at the border; incidents outside do not count, places outside have no value",    \
         "true：每件的核除以其在市域内的份额（Diggle 1985），密度不再在边界处偏低；界外案件不计，界外无值",  \
         false},                                                                                             \
        {"at", "string",                                                                                     \
         "instant, or now: a kernel in time about it makes the density a rate at that moment",               \
         "时刻或 now：时间核使密度成为该时刻的速率", false},                                                 \
        {"time-bandwidth", "string", "bandwidth in time: PT6H, P7D (default), or hours as a number",         \
         "时间带宽：PT6H、P7D（默认），或小时数", false},                                                    \
        {"time-kernel", "string", "kernel in time, as kernel; default quartic",                              \
         "时间核，取值同 kernel，默认 quartic", false},                                                      \
        {"compare", "string", "another period, as datetime: the difference of datetime less that one",       \
         "另一时段，写法同 datetime：datetime 减该时段之差", false},                                         \
        {"over", "string",                                                                                   \
         "all, or categories: relative risk, log2 of the ratio of shares; population: over residents",       \
         "all 或类别：相对风险，占比之比的 log2；population：以人口为分母", false},                          \
        {"population", "string",                                                                             \
         "attribute:NAME, the units' number of residents; default imported areas, else the units' own",      \
         "attribute:名称，单元的人口数；默认为导入的人口面域，否则为单元自身的人口", false},                 \
        {"tolerance", "number",                                                                              \
         "two-sided p-value, as 0.05: of a comparison only what departs from 0 at that level is drawn; "     \
         "pointwise, without correction for many places",                                                    \
         "双侧 p 值，如 0.05：比较时仅绘制在此水平上偏离 0 的地点；逐点检验，未作多重比较校正", false},      \
        {"network", "boolean", "true: density of streets, incidents per km of street, over lixels",          \
         "true：沿街道的密度，单位件/公里街道，按街道小段（lixel）", false},                                 \
        {"network-kernel", "string",                                                                         \
         "equal-split-continuous (default), equal-split-discontinuous or simple: how kernels pass "          \
         "junctions",                                                                                        \
         "equal-split-continuous（默认）、equal-split-discontinuous 或 simple：核在路口的分配方式", false},  \
        {"snap", "number", "farthest that an incident may lie from its street in metres, default 50",        \
         "案件到街道的最大距离（米），默认 50", false},                                                      \
        {"lixel", "number", "length of a lixel in metres, default a twentieth of the bandwidth, 5 to 50",    \
         "街道小段长度（米），默认带宽的二十分之一，5 至 50", false},                                        \
    {                                                                                                        \
        "min-n", "number",                                                                                   \
            "masked where fewer effective incidents (residents) lie under the kernel; default 0, 5 with "    \
            "over or tolerance, 100 residents with over=population",                                         \
            "核下有效案件（人口）少于此数处不绘；默认 0，用 over 或 tolerance 时为 5，以人口为分母时为 100", \
            false                                                                                            \
    }
static const hs_parameter density_parameters[] = {
    DENSITY_PARAMETERS,
    {"ramp", "string", "colour ramp by name", "色带名称", false},
    {"breaks", "string", "class breaks, ascending, comma separated, in the unit of the legend",
     "分级界线，升序，逗号分隔，单位同图例", false},
    {"style", "string",
     "default, light, dark or print: the map style that it is drawn on, which gives the ramp",
     "default、light、dark 或 print：所叠加的地图样式，据此选默认色带", false},
    {"theme", "string", "light or dark: the same by fewer names", "light 或 dark：同 style，仅此两种", false},
    {"v", "integer", "version of the data; the current one is answered immutable",
     "数据版本；当前版本的应答可永久缓存", false},
    {0},
};
static const hs_parameter legend_parameters[] = {
    DENSITY_PARAMETERS,
    {"ramp", "string", "colour ramp by name", "色带名称", false},
    {"breaks", "string", "class breaks, ascending, comma separated", "分级界线，升序，逗号分隔", false},
    {"style", "string", "default, light, dark or print: paper and default ramp",
     "default、light、dark 或 print：底色与默认色带", false},
    {"theme", "string", "light or dark: paper and default ramp; default light",
     "light 或 dark：底色与默认色带，默认 light", false},
    {"lang", "string", "zh or en: language of the words; default the city's",
     "zh 或 en：文字语言，默认为城市的语言", false},
    {"scale", "integer", "1 (default), or 2 for fine screens and print", "1（默认）或 2（高分屏与打印）",
     false},
    {"v", "integer", "version of the data; the current one is answered immutable",
     "数据版本；当前版本的应答可永久缓存", false},
    {0},
};
static const hs_parameter band_parameters[] = {
    DENSITY_PARAMETERS,
    {"cell", "number", "side of a cell in metres of the city's plane; default an eighth of the bandwidth",
     "像元边长（城市平面米），默认带宽的八分之一", false},
    {"ramp", "string", "colour ramp by name", "色带名称", false},
    {"breaks", "string", "class breaks, ascending, comma separated, in the unit of the legend",
     "分级界线，升序，逗号分隔，单位同图例", false},
    {"style", "string",
     "default, light, dark or print: the map style that it is drawn on, which gives the ramp",
     "default、light、dark 或 print：所叠加的地图样式，据此选默认色带", false},
    {"theme", "string", "light or dark: the same by fewer names", "light 或 dark：同 style，仅此两种", false},
    {0},
};
static const hs_parameter tif_parameters[] = {
    DENSITY_PARAMETERS,
    {"cell", "number", "side of a cell in metres of the city's plane; default an eighth of the bandwidth",
     "像元边长（城市平面米），默认带宽的八分之一", false},
    {0},
};
static const hs_parameter lixel_parameters[] = {
    DENSITY_PARAMETERS,
    {"ramp", "string", "colour ramp by name", "色带名称", false},
    {"breaks", "string", "class breaks, ascending, comma separated, in the unit of the legend",
     "分级界线，升序，逗号分隔，单位同图例", false},
    {"style", "string",
     "default, light, dark or print: the map style that it is drawn on, which gives the ramp",
     "default、light、dark 或 print：所叠加的地图样式，据此选默认色带", false},
    {"theme", "string", "light or dark: the same by fewer names", "light 或 dark：同 style，仅此两种", false},
    {0},
};
static const hs_parameter value_parameters[] = {
    {"lon", "number", "longitude, WGS 84 degrees", "经度，WGS 84 度", true},
    {"lat", "number", "latitude, WGS 84 degrees", "纬度，WGS 84 度", true},
    DENSITY_PARAMETERS,
    {"interval", "string",
     "poisson (default), or bootstrap: percentiles of resampled incidents; both at 95 %",
     "poisson（默认）或 bootstrap（重抽样案件的百分位区间），均为 95%", false},
    {"replications", "integer", "of the bootstrap, 100 to 10000; default 1000",
     "bootstrap 重抽样次数，100 至 10000，默认 1000", false},
    {"seed", "integer", "of the bootstrap: the same seed gives the same interval; default 1",
     "bootstrap 随机种子：相同种子结果相同，默认 1", false},
    {"ramp", "string", "taken as in the tiles, without effect", "与瓦片相同，此处无作用", false},
    {"breaks", "string", "taken as in the tiles, without effect", "与瓦片相同，此处无作用", false},
    {"theme", "string", "taken as in the tiles, without effect", "与瓦片相同，此处无作用", false},
    {"style", "string", "taken as in the tiles, without effect", "与瓦片相同，此处无作用", false},
    {"v", "integer", "version of the data", "数据版本", false},
    {0},
};

#endif
