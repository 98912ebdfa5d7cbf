/* Parameters of the OGC's older services; for endpoints.c alone, which has DENSITY_PARAMETERS. */
#ifndef API_WEB_MAP_PARAMETERS_H
#define API_WEB_MAP_PARAMETERS_H

#define DRAWING_PARAMETERS                                                                                   \
    {"ramp", "string", "colour ramp by name", "色带名称", false},                                            \
        {"breaks", "string", "class breaks, ascending, comma separated", "分级界线，升序，逗号分隔", false}, \
    {                                                                                                        \
        "theme", "string", "light or dark: which default ramp", "light 或 dark：默认色带", false             \
    }
/* Of the OGC's older services; names in any case. `time` is a filter of ours too. */
#define TIME_DIMENSION                                                                                                     \
    {                                                                                                                      \
        "time", "string",                                                                                                  \
            "the dimension TIME: all (default), instant, day or interval a/b, as datetime; occurred, "                     \
            "reported and closed say instead which time the filters use",                                                  \
            "TIME 维：all（默认）、时刻、日期或区间 a/b，同 datetime；取 occurred、reported、closed " \
            "时为筛选所用的时间",                                                                                          \
            false                                                                                                          \
    }
static const hs_parameter wms_parameters[] = {
    {"service", "string", "WMS; needed for GetCapabilities", "WMS；GetCapabilities 时必填", false},
    {"request", "string", "GetCapabilities, GetMap, GetFeatureInfo or GetLegendGraphic",
     "GetCapabilities、GetMap、GetFeatureInfo 或 GetLegendGraphic", true},
    {"version", "string", "1.3.0 or 1.1.1; needed for GetMap and GetFeatureInfo",
     "1.3.0 或 1.1.1；GetMap 与 GetFeatureInfo 时必填", false},
    {"layers", "string",
     "density, map, or both, the later above; map,density has the density between the map's grounds and its "
     "names (layer in GetLegendGraphic: density)",
     "density、map 或两者，后者在上；map,density 将密度置于地图注记之下（GetLegendGraphic 中为 layer，仅 "
     "density）",
     false},
    {"query_layers", "string", "of GetFeatureInfo: density", "GetFeatureInfo：density", false},
    {"styles", "string", "one for each layer: default or empty; of map also light, dark, print",
     "与图层一一对应：default 或空；map 另有 light、dark、print", false},
    {"lang", "string", "of map: zh or en; default the city's", "map：zh 或 en，默认为城市的语言", false},
    {"dpi", "number",
     "of map: how large lines and names are drawn, default 96; also as MAP_RESOLUTION or "
     "FORMAT_OPTIONS=dpi:N",
     "map：线条与注记的大小，默认 96；亦可用 MAP_RESOLUTION 或 FORMAT_OPTIONS=dpi:N", false},
    {"crs", "string", "CRS:84, or EPSG:code; srs in version 1.1.1", "CRS:84 或 EPSG:代码；1.1.1 版为 srs",
     false},
    {"bbox", "string",
     "the map's extent, here no filter: minx,miny,maxx,maxy, in version 1.3.0 in the system's own order of "
     "axes",
     "图幅范围（此处不作筛选）：minx,miny,maxx,maxy，1.3.0 版按坐标系自身的轴序", false},
    {"width", "integer", "pixels, at most 2048", "像素，最大 2048", false},
    {"height", "integer", "pixels, at most 2048", "像素，最大 2048", false},
    {"format", "string", "image/png or image/jpeg", "image/png 或 image/jpeg", false},
    {"transparent", "string", "TRUE or FALSE (default)", "TRUE 或 FALSE（默认）", false},
    {"bgcolor", "string", "0xRRGGBB, default 0xFFFFFF", "0xRRGGBB，默认 0xFFFFFF", false},
    {"i", "integer", "of GetFeatureInfo: the pixel's column; x in version 1.1.1", "像素列；1.1.1 版为 x",
     false},
    {"j", "integer", "of GetFeatureInfo: the pixel's row; y in version 1.1.1", "像素行；1.1.1 版为 y", false},
    {"info_format", "string", "application/geo+json, application/json, text/html or text/plain",
     "application/geo+json、application/json、text/html 或 text/plain", false},
    TIME_DIMENSION,
    DENSITY_PARAMETERS,
    DRAWING_PARAMETERS,
    {0},
};
static const hs_parameter wmts_rest_parameters[] = {
    {"lang", "string", "of map: zh or en; default the city's", "map：zh 或 en，默认为城市的语言", false},
    TIME_DIMENSION,
    DENSITY_PARAMETERS,
    DRAWING_PARAMETERS,
    {0}};
static const hs_parameter wmts_parameters[] = {
    {"service", "string", "WMTS", "WMTS", true},
    {"request", "string", "GetCapabilities, GetTile or GetFeatureInfo",
     "GetCapabilities、GetTile 或 GetFeatureInfo", true},
    {"acceptversions", "string", "of GetCapabilities: versions that are taken, comma separated",
     "GetCapabilities：可接受的版本，逗号分隔", false},
    {"version", "string", "1.0.0; needed but for GetCapabilities", "1.0.0；除 GetCapabilities 外必填", false},
    {"layer", "string", "density or map", "density 或 map", false},
    {"style", "string", "default, or empty; of map also light, dark, print",
     "default 或空；map 另有 light、dark、print", false},
    {"lang", "string", "of map: zh or en; default the city's", "map：zh 或 en，默认为城市的语言", false},
    {"format", "string", "image/png or image/jpeg", "image/png 或 image/jpeg", false},
    {"tilematrixset", "string", "WebMercatorQuad or WorldCRS84Quad", "WebMercatorQuad 或 WorldCRS84Quad",
     false},
    {"tilematrix", "integer", "0 to 18, of WorldCRS84Quad 0 to 17", "0 至 18，WorldCRS84Quad 为 0 至 17",
     false},
    {"tilerow", "integer", "from the north", "自北起的行号", false},
    {"tilecol", "integer", "from the west", "自西起的列号", false},
    {"i", "integer", "of GetFeatureInfo: the pixel's column, 0 to 255", "GetFeatureInfo：像素列，0 至 255",
     false},
    {"j", "integer", "of GetFeatureInfo: the pixel's row, 0 to 255", "GetFeatureInfo：像素行，0 至 255",
     false},
    {"infoformat", "string", "application/geo+json, application/json, text/html or text/plain",
     "application/geo+json、application/json、text/html 或 text/plain", false},
    TIME_DIMENSION,
    DENSITY_PARAMETERS,
    DRAWING_PARAMETERS,
    {0},
};

#endif
