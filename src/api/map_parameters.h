/* What rendered maps take; a part of the table of endpoints, for endpoints.c alone. */
#ifndef API_MAP_PARAMETERS_H
#define API_MAP_PARAMETERS_H

#include "api/density_parameters.h"

#define MAP_LANGUAGE                                                                                         \
    {                                                                                                        \
        "lang", "string", "zh or en: language of the names; default the city's",                             \
            "zh 或 en：注记语言，默认为城市的语言", false                                                    \
    }
#define MAP_VERSION                                                                                          \
    {                                                                                                        \
        "v", "integer", "version of the data; the current one is answered immutable",                        \
            "数据版本；当前版本的应答可永久缓存", false                                                      \
    }
static const hs_parameter map_style_parameters[] = {
    {"lang", "string",
     "zh (default) or en, of the labels: names as they are, or in English where there are any",
     "标注语言：zh（默认，原名）或 en（有英文名则用英文名）", false},
    {0},
};
static const hs_parameter map_tile_parameters[] = {
    {"style", "string", "light (default), dark or print", "light（默认）、dark 或 print", false},
    MAP_LANGUAGE,
    MAP_VERSION,
    {0},
};
static const hs_parameter map_legend_parameters[] = {
    {"style", "string", "light (default), dark or print", "light（默认）、dark 或 print", false},
    {"lang", "string", "zh or en: language of the words; default the city's",
     "zh 或 en：文字语言，默认为城市的语言", false},
    {"scale", "integer", "1 (default) or 2: pixels per unit of length", "1（默认）或 2：像素密度", false},
    {0},
};
static const hs_parameter tilejson_parameters[] = {
    DENSITY_PARAMETERS,
    {"ramp", "string", "colour ramp by name", "色带名称", false},
    {"breaks", "string", "class breaks, ascending, comma separated, in the unit of the legend",
     "分级界线，升序，逗号分隔，单位同图例", false},
    {"style", "string",
     "default, light, dark or print: the map style that the density is drawn on, or that the map is drawn by",
     "default、light、dark 或 print：密度所叠加、或地图所用的样式", false},
    {"theme", "string", "light or dark: the same by fewer names", "light 或 dark：同 style，仅此两种", false},
    MAP_LANGUAGE,
    MAP_VERSION,
    {0},
};
/* What a page on paper takes besides the map and the density. */
#define PAGE_PARAMETERS                                                                                                                     \
    {"orientation", "string", "of the paper: landscape (default) or portrait",                                                              \
     "纸张方向：landscape（横向，默认）或 portrait（纵向）", false},                                                                        \
        {"title", "string", "one line; default: the city and what was counted",                                                             \
         "一行文字；默认为城市名与所计案件", false},                                                                                        \
        {"layers", "string",                                                                                                                \
         "of density (default), hotspots and plan, comma separated, or none: hotspots are coloured or "                                     \
         "outlined "                                                                                                                        \
         "where significant, else hatched; a plan of /focus is numbered, and needs budget",                                                 \
         "density（默认）、hotspots、plan，逗号分隔，或 none：热点显著者着色或描边，不显著者加晕线；plan " \
         "为 "                                                                                                                             \
         "/focus 的方案，带编号，须给 budget",                                                                                              \
         false},                                                                                                                            \
        {"method", "string", "of the hotspots: gi-star (default) or local-moran",                                                           \
         "热点方法：gi-star（默认）或 local-moran", false},                                                                                 \
        {"level", "string", "of the hotspots, as /hotspots/gi-star has it",                                                                 \
         "热点分析层级，同 /hotspots/gi-star", false},                                                                                      \
        {"grid", "string", "of the hotspots: square:SIZE_M or hex:SIZE_M",                                                                  \
         "热点格网：square:边长 或 hex:对边距（米）", false},                                                                               \
        {"streets", "boolean", "of the hotspots: true for street segments", "热点以街道段为单元：true",                                     \
         false},                                                                                                                            \
        {"weights", "string", "of the hotspots, as /hotspots/gi-star has it",                                                               \
         "热点邻接权重，同 /hotspots/gi-star", false},                                                                                      \
        {"value", "string", "of the hotspots, as /hotspots/gi-star has it",                                                                 \
         "热点数值，同 /hotspots/gi-star", false},                                                                                          \
        {"permutations", "integer", "of the hotspots, as /hotspots/gi-star has it",                                                         \
         "热点置换次数，同 /hotspots/gi-star", false},                                                                                      \
        {"alpha", "number", "of the hotspots: significance after correction, default 0.05",                                                 \
         "热点校正后的显著性水平，默认 0.05", false},                                                                                       \
        {"correction", "string", "of the hotspots: bh (default), by, bonferroni, none",                                                     \
         "热点多重检验校正：bh（默认）、by、bonferroni、none", false},                                                                      \
        {"budget", "string", "of the plan: 10km or 120h", "方案预算：10km 或 120h", false},                                                 \
        {"min-per", "string", "of the plan, as /focus has it", "方案的单元下限，同 /focus", false},                                         \
        {"connected", "boolean", "of the plan, as /focus has it", "方案是否连通，同 /focus", false},                                        \
        {"avoid", "string", "of the plan, as /focus has it", "方案是否避开许可区，同 /focus", false},                                       \
        {"weight", "string", "of the plan, as /focus has it", "方案中案件如何计，同 /focus", false},                                        \
        {"visits", "integer", "of the plan, as /focus has it", "方案每小时到访次数，同 /focus", false},                                     \
        {"minutes", "integer", "of the plan, as /focus has it", "方案每次到访分钟数，同 /focus", false},                                    \
        {"crews", "integer", "of the plan: its crews, told apart by colours", "方案队伍数，以颜色区分",                                     \
         false},                                                                                                                            \
        {"horizon", "integer", "of the plan: days, default 30", "方案天数，默认 30", false},                                                \
        {"backtest", "integer", "of the plan: held-out periods, default 12", "方案评分的留出期数，默认 12",                                 \
         false},                                                                                                                            \
        {"origin", "string", "of the plan: its first day", "方案起始日", false}, {                                                          \
        "seed", "integer", "of permutations and of intervals of ranks, default 1",                                                          \
            "置换与排序区间的随机种子，默认 1", false                                                                                       \
    }

static const hs_parameter map_parameters[] = {
    {"paper", "string",
     "a4 or a3: a printed page with title, legends, scale bar and what it rests on, instead of a bare map",
     "a4 或 a3：带标题、图例、比例尺与说明的打印页，代替单幅地图", false},
    PAGE_PARAMETERS,
    {"bbox", "string",
     "what is shown, here no filter: minx,miny,maxx,maxy in degrees; default the whole city",
     "显示范围（此处不作筛选）：minx,miny,maxx,maxy，单位度；默认全市", false},
    {"center", "string", "LON,LAT in degrees: the picture's middle, instead of bbox",
     "LON,LAT（度）：图片中心，代替 bbox", false},
    {"zoom", "number", "with center: MapLibre's zoom, -1 to 22, default 12",
     "与 center 同用：MapLibre 缩放级，-1 至 22，默认 12", false},
    {"width", "integer", "pixels of the picture, 1 to 4096, default 1024", "图片像素宽，1 至 4096，默认 1024",
     false},
    {"height", "integer", "pixels of the picture, 1 to 4096, default 768", "图片像素高，1 至 4096，默认 768",
     false},
    {"scale", "number", "how large lines and names are drawn: 1 (default), 2 for fine screens, 0.5 to 8",
     "线条与注记的放大倍数：1（默认），高分屏为 2，0.5 至 8", false},
    {"dpi", "number",
     "the same by dots per inch: 96 (default) is scale 1, 300 for print; with paper 48 to 300, default 300",
     "同 scale，以每英寸点数给出：96（默认）即 scale 1，打印用 300；与 paper 同用时 48 至 300，默认 300",
     false},
    {"transparent", "boolean", "true: without the ground", "true：底色透明", false},
    {"density", "boolean", "true: the density below the names, by its own parameters and the filters",
     "true：在注记之下绘制密度，参数与筛选条件同密度瓦片", false},
    MAP_LANGUAGE,
    DENSITY_PARAMETERS,
    {"ramp", "string", "colour ramp by name", "色带名称", false},
    {"breaks", "string", "class breaks, ascending, comma separated", "分级界线，升序，逗号分隔", false},
    {"style", "string", "light (default), dark or print", "light（默认）、dark 或 print", false},
    MAP_VERSION,
    {0},
};

static const hs_parameter print_parameters[] = {
    {"paper", "string", "a4 (default) or a3", "a4（默认）或 a3", false},
    PAGE_PARAMETERS,
    {"bbox", "string",
     "what is shown, here no filter: minx,miny,maxx,maxy in degrees; default the whole city",
     "显示范围（此处不作筛选）：minx,miny,maxx,maxy，单位度；默认全市", false},
    {"center", "string", "LON,LAT in degrees: the map's middle, instead of bbox",
     "LON,LAT（度）：图幅中心，代替 bbox", false},
    {"zoom", "number", "with center: MapLibre's zoom, -1 to 22, default 12",
     "与 center 同用：MapLibre 缩放级，-1 至 22，默认 12", false},
    {"density", "boolean", "false: the map alone, as layers=none", "false：仅底图，同 layers=none", false},
    MAP_LANGUAGE,
    DENSITY_PARAMETERS,
    {"ramp", "string", "colour ramp by name", "色带名称", false},
    {"breaks", "string", "class breaks, ascending, comma separated", "分级界线，升序，逗号分隔", false},
    {"style", "string", "print (default), light or dark", "print（默认）、light 或 dark", false},
    MAP_VERSION,
    {0},
};

#endif
