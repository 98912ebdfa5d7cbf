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
static const hs_parameter wmts_rest_parameters[] = {
    TIME_DIMENSION, DENSITY_PARAMETERS, DRAWING_PARAMETERS, {0}};
static const hs_parameter wmts_parameters[] = {
    {"service", "string", "WMTS", "WMTS", true},
    {"request", "string", "GetCapabilities, GetTile or GetFeatureInfo",
     "GetCapabilities、GetTile 或 GetFeatureInfo", true},
    {"acceptversions", "string", "of GetCapabilities: versions that are taken, comma separated",
     "GetCapabilities：可接受的版本，逗号分隔", false},
    {"version", "string", "1.0.0; needed but for GetCapabilities", "1.0.0；除 GetCapabilities 外必填", false},
    {"layer", "string", "density", "density", false},
    {"style", "string", "default, or empty", "default 或空", false},
    {"format", "string", "image/png", "image/png", false},
    {"tilematrixset", "string", "WebMercatorQuad", "WebMercatorQuad", false},
    {"tilematrix", "integer", "0 to 18", "0 至 18", false},
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
