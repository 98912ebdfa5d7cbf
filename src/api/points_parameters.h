/* What the methods on single incidents take; a part of the table of endpoints. */
#ifndef API_POINTS_PARAMETERS_H
#define API_POINTS_PARAMETERS_H

#include "api/endpoint.h"

#define POINTS_STREETS                                                                                       \
    { "streets", "boolean", "true: distances along the streets", "true：沿街道计算距离", false }
#define POINTS_SEED(of_en, of_zh)                                                                            \
    {                                                                                                        \
        "seed", "integer", "of the " of_en ", default 1: the same seed gives the same answer",               \
            of_zh "的随机种子，默认 1：相同种子结果相同", false                                              \
    }
#define POINTS_ALPHA                                                                                         \
    {                                                                                                        \
        "alpha", "number", "significance after correction, default 0.05", "校正后的显著性水平，默认 0.05",   \
            false                                                                                            \
    }
#define POINTS_VERSION                                                                                       \
    {                                                                                                        \
        "v", "integer", "version of the data; the current one is answered immutable",                        \
            "数据版本；当前版本的应答可永久缓存", false                                                      \
    }

static const hs_parameter clusters_parameters[] = {
    {"algorithm", "string", "dbscan (default), hdbscan, optics, nnh (nearest-neighbour hierarchical)",
     "dbscan（默认）、hdbscan、optics、nnh（最近邻层次聚类）", false},
    {"eps", "number",
     "metres: neighbourhood of dbscan (default 100); finest split of hdbscan (default 10); where optics is "
     "cut, "
     "with xi how far it looks (default 500); threshold of nnh (default by chance)",
     "米：dbscan 的邻域半径（默认 100）；hdbscan 的最小细分（默认 10）；optics 的切分距离，设 xi "
     "时为搜索距离（默认 500）；nnh 的阈值（默认按随机分布）",
     false},
    {"min-points", "integer",
     "incidents that make a core or a cluster, itself among them, 2 to 10000, default 10",
     "形成核心或聚类的案件数（含自身），2 至 10000，默认 10", false},
    {"xi", "number",
     "of optics: relative height of the slopes between clusters, default 0.05 unless eps is given",
     "optics：聚类之间陡坡的相对高度，未给 eps 时默认 0.05", false},
    POINTS_STREETS,
    {"simulations", "integer",
     "of dbscan on the plane: incidents without pattern that clusters are compared with, 0 to 999, default "
     "99",
     "平面 dbscan：用于比较的随机模拟次数，0 至 999，默认 99", false},
    POINTS_SEED("simulations", "模拟"),
    POINTS_ALPHA,
    POINTS_VERSION,
    {0},
};

static const hs_parameter near_repeat_parameters[] = {
    {"distances", "string",
     "upper bounds of the bands in metres, ascending, default 100,200,300,400; 0 m is a band of its own",
     "距离分档上限（米），升序，默认 100,200,300,400；0 米单列", false},
    {"intervals", "string", "upper bounds of the bands in days, ascending, default 7,14,21,28",
     "时间分档上限（天），升序，默认 7,14,21,28", false},
    POINTS_STREETS,
    {"permutations", "integer", "of the times, default 999; 0: p-values by the normal distribution",
     "时间置换次数，默认 999；0 为正态近似", false},
    POINTS_SEED("permutations", "置换"),
    POINTS_ALPHA,
    {"correction", "string", "bh (default), by, bonferroni, none", "bh（默认）、by、bonferroni、none", false},
    POINTS_VERSION,
    {0},
};

static const hs_parameter k_function_parameters[] = {
    {"max-distance", "number",
     "metres; default the lesser of a quarter of the city's shorter side and the radius in which 1,000 are "
     "expected",
     "最大距离（米）；默认取城市短边的四分之一与期望含 1000 件的半径中较小者", false},
    {"steps", "integer", "distances up to it, 2 to 512, default 50", "距离分级数，2 至 512，默认 50", false},
    {"edge-correction", "string",
     "isotropic (default up to 1,000 incidents), border (default beyond), translation, none",
     "isotropic（1000 件以内默认）、border（更多时默认）、translation、none", false},
    POINTS_STREETS,
    {"simulations", "integer", "for envelopes and tests, 19 to 9999, default 199; 0: none",
     "用于包络与检验的模拟次数，19 至 9999，默认 199；0 为不模拟", false},
    POINTS_SEED("simulations", "模拟"),
    POINTS_ALPHA,
    POINTS_VERSION,
    {0},
};

#endif
