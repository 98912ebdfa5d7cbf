/* Parameters of features; for endpoints.c alone. */
#ifndef API_ITEMS_PARAMETERS_H
#define API_ITEMS_PARAMETERS_H

#define CRS_PARAMETER                                                                                        \
    {                                                                                                        \
        "crs", "string", "reference system of the answer, one of the collection's crs; default CRS84",       \
            "应答的坐标系，取自要素集的 crs，默认 CRS84", false                                              \
    }
#define PAGE_LANG_PARAMETER                                                                                  \
    {                                                                                                        \
        "lang", "string", "of pages: zh or en; default Accept-Language, else the city's",                    \
            "网页语言：zh 或 en，默认取 Accept-Language，否则为城市的语言", false                            \
    }
static const hs_parameter format_parameters[] = {
    {"f", "string", "json or html; default by Accept", "json 或 html，默认按 Accept", false},
    PAGE_LANG_PARAMETER,
    {0},
};
static const hs_parameter item_parameters[] = {
    {"f", "string", "json, html or jsonfg (JSON-FG); default by Accept",
     "json、html 或 jsonfg（JSON-FG），默认按 Accept", false},
    PAGE_LANG_PARAMETER,
    CRS_PARAMETER,
    {0},
};
static const hs_parameter items_parameters[] = {
    {"f", "string",
     "json, html or jsonfg page by page; geojsonseq, ndjson, gpkg, fgb, csv, xlsx, kml, gpx or shp (zipped): "
     "all "
     "features that pass the filters as one file of at most 1 GiB, without limit and after; what the format "
     "does not hold is said in the header Export-Warning (percent-encoded); default by Accept",
     "json、html 或 jsonfg "
     "为分页；geojsonseq、ndjson、gpkg、fgb、csv、xlsx、kml、gpx、shp（压缩包）为全部符合条件要素的"
     "单个文件，最大 1 GiB，不用 limit 与 after；格式不能容纳的内容写在 Export-Warning "
     "头中（百分号编码）；默认按 Accept",
     false},
    PAGE_LANG_PARAMETER,
    {"limit", "integer", "features a page, 1 to 10000; default 10", "每页要素数，1 至 10000，默认 10", false},
    {"run", "integer", "of the collection hotspots: features of one saved run only",
     "hotspots 要素集：只取某次已存分析的要素", false},
    {"bbox", "string", "minx,miny,maxx,maxy: longitude and latitude", "经纬度范围 minx,miny,maxx,maxy",
     false},
    {"datetime", "string", "RFC 3339 instant, date, or interval a/b, ../b, a/..",
     "RFC 3339 时刻、日期或区间 a/b、../b、a/..", false},
    {"bbox-crs", "string", "reference system of bbox, one of the collection's crs; default CRS84",
     "bbox 的坐标系，取自要素集的 crs，默认 CRS84", false},
    CRS_PARAMETER,
    {"filter", "string",
     "CQL2 over the queryables: comparison, AND OR NOT, LIKE, BETWEEN, IN, IS NULL, CASEI, S_ and T_ "
     "functions; "
     "besides the filters' words",
     "CQL2 表达式，可用属性见 queryables：比较、AND OR NOT、LIKE、BETWEEN、IN、IS NULL、CASEI、S_ 与 T_ "
     "函数；可与筛选条件合用",
     false},
    {"filter-lang", "string", "cql2-text (default; cql-text, as GDAL calls it) or cql2-json",
     "cql2-text（默认；GDAL 称 cql-text）或 cql2-json", false},
    {"filter-crs", "string", "reference system of the filter's geometries; default CRS84",
     "filter 中几何的坐标系，默认 CRS84", false},
    {"sortby", "string", "properties, comma separated, + (default) up, - down; absent values last",
     "排序属性，逗号分隔，+（默认）升序、- 降序；缺值排在最后", false},
    {"properties", "string", "the only properties that are answered, comma separated",
     "只返回这些属性，逗号分隔", false},
    {"after", "string", "where the next page begins; given in the link `next`", "下一页的起点，见 next 链接",
     false},
    {"version", "integer",
     "version of the data that all pages are of; given in the link `next`, kept for 10 minutes after its "
     "last "
     "page. Once it is gone incidents in their own order go on in the newest one (none is repeated, none "
     "that "
     "stays is missed); anything else is a 410: begin anew",
     "各页所属的数据版本，见 next 链接，最后一次取页后保留 10 分钟；失效后，incidents "
     "按自身顺序在最新版本中继续"
     "（不重复、不遗漏仍存在者），其他情况返回 410，请从头开始",
     false},
    {0},
};

#endif
