/* Parameters of features; for endpoints.c alone. */
#ifndef API_ITEMS_PARAMETERS_H
#define API_ITEMS_PARAMETERS_H

#define CRS_PARAMETER                                                                                        \
    {                                                                                                        \
        "crs", "string", "reference system of the answer, one of the collection's crs; default CRS84",       \
            "应答的坐标系，取自要素集的 crs，默认 CRS84", false                                              \
    }
static const hs_parameter item_parameters[] = {
    {"f", "string", "json or html", "json 或 html", false},
    CRS_PARAMETER,
    {0},
};
static const hs_parameter items_parameters[] = {
    {"f", "string",
     "json or html page by page; geojsonseq, ndjson, gpkg, fgb, csv, xlsx, kml, gpx or shp (zipped): all "
     "features that pass the filters as one file of at most 1 GiB, without limit and after; what the format "
     "does not hold is said in the header Export-Warning (percent-encoded)",
     "json 或 html "
     "为分页；geojsonseq、ndjson、gpkg、fgb、csv、xlsx、kml、gpx、shp（压缩包）为全部符合条件要素的"
     "单个文件，最大 1 GiB，不用 limit 与 after；格式不能容纳的内容写在 Export-Warning 头中（百分号编码）",
     false},
    {"limit", "integer", "features a page, 1 to 10000; default 10", "每页要素数，1 至 10000，默认 10", false},
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
    {0},
};

#endif
