/* Parameters of OGC API Tiles, Maps, Styles and Processes; for endpoints.c alone, behind density_parameters.h
 * and items_parameters.h. */
#ifndef API_OGC_PARAMETERS_H
#define API_OGC_PARAMETERS_H

#include "api/density_parameters.h"
#include "api/items_parameters.h"

#define OGC_DRAWING_PARAMETERS                                                                               \
    {"ramp", "string", "colour ramp by name", "色带名称", false},                                            \
        {"breaks", "string", "class breaks, ascending, comma separated", "分级界线，升序，逗号分隔", false}, \
        {"style", "string", "default, light, dark or print: the map style that it is drawn on",              \
         "default、light、dark 或 print：所叠加的地图样式", false},                                          \
    {                                                                                                        \
        "theme", "string", "light or dark", "light 或 dark", false                                           \
    }
#define OGC_VERSION_PARAMETER                                                                                \
    {                                                                                                        \
        "v", "integer", "version of the data; the current one is answered immutable",                        \
            "数据版本；当前版本的应答可永久缓存", false                                                      \
    }
static const hs_parameter tile_parameters[] = {
    {"f", "string", "mvt", "mvt", false},
    OGC_VERSION_PARAMETER,
    {0},
};
static const hs_parameter ogc_map_tile_parameters[] = {
    {"f", "string", "png", "png", false},
    DENSITY_PARAMETERS,
    OGC_DRAWING_PARAMETERS,
    OGC_VERSION_PARAMETER,
    {0},
};
static const hs_parameter map_document_parameters[] = {
    {"f", "string", "json or html; default by Accept", "json 或 html，默认按 Accept", false},
    PAGE_LANG_PARAMETER,
    DENSITY_PARAMETERS,
    OGC_DRAWING_PARAMETERS,
    {0},
};
#define VIEW_PARAMETERS                                                                                      \
    {"f", "string", "png", "png", false},                                                                    \
        {"bbox", "string", "extent of the picture: minx,miny,maxx,maxy; default the city's",                 \
         "图幅范围 minx,miny,maxx,maxy，默认为城市范围", false},                                             \
        {"bbox-crs", "string", "reference system of bbox, one of the collections' crs; default CRS84",       \
         "bbox 的坐标系，取自要素集的 crs，默认 CRS84", false},                                              \
        {"crs", "string", "reference system of the picture, one of the collections' crs; default CRS84",     \
         "图片的坐标系，取自要素集的 crs，默认 CRS84", false},                                               \
        {"width", "integer", "pixels; default 1024, or so that pixels are square",                           \
         "宽（像素），默认 1024 或按比例", false},                                                           \
    {                                                                                                        \
        "height", "integer", "pixels; default so that pixels are square", "高（像素），默认按比例", false    \
    }
static const hs_parameter ogc_map_parameters[] = {
    VIEW_PARAMETERS,
    {"bgcolor", "string", "ground as 0xRRGGBB; default none", "底色 0xRRGGBB，默认透明", false},
    {"transparent", "boolean", "false: an opaque white ground; default true, without bgcolor",
     "false：白色底；默认 true（未设 bgcolor 时）", false},
    DENSITY_PARAMETERS,
    OGC_DRAWING_PARAMETERS,
    OGC_VERSION_PARAMETER,
    {0},
};
#define CITY_PARAMETERS                                                                                      \
    {"style", "string", "light (default), dark or print", "light（默认）、dark 或 print", false}, {          \
        "lang", "string", "zh or en: language of names; default the city's",                                 \
            "注记语言：zh 或 en，默认为城市的语言", false                                                    \
    }
static const hs_parameter city_map_parameters[] = {
    VIEW_PARAMETERS,
    {"bgcolor", "string", "ground as 0xRRGGBB below the map", "地图之下的底色 0xRRGGBB", false},
    {"transparent", "boolean", "true: without the style's ground", "true：不绘样式底色", false},
    CITY_PARAMETERS,
    OGC_VERSION_PARAMETER,
    {0},
};
static const hs_parameter city_map_tile_parameters[] = {
    {"f", "string", "png", "png", false},
    CITY_PARAMETERS,
    OGC_VERSION_PARAMETER,
    {0},
};
static const hs_parameter city_map_document_parameters[] = {
    {"f", "string", "json or html; default by Accept", "json 或 html，默认按 Accept", false},
    CITY_PARAMETERS,
    {0},
};
static const hs_parameter style_parameters[] = {
    {"f", "string", "mapbox (default), json or html; default by Accept",
     "mapbox（默认）、json 或 html，默认按 Accept", false},
    {"lang", "string", "of labels and of the page: zh or en (names in English where there are any)",
     "标注与网页语言：zh 或 en（有英文名则用英文名）", false},
    {0},
};
static const hs_parameter processes_parameters[] = {
    {"f", "string", "json or html; default by Accept", "json 或 html，默认按 Accept", false},
    PAGE_LANG_PARAMETER,
    {"limit", "integer", "1 to 10000; default all", "1 至 10000，默认全部", false},
    {0},
};

#endif
