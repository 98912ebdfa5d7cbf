#include "api/calendar_parameters.h"
#include "api/density_parameters.h"
#include "api/endpoint.h"
#include "api/find_parameters.h"
#include "api/focus_parameters.h"
#include "api/forecast_parameters.h"
#include "api/hotspot_parameters.h"
#include "api/items_parameters.h"
#include "api/map_parameters.h"
#include "api/ogc_parameters.h"
#include "api/points_parameters.h"
#include "api/scan_parameters.h"
#include "api/web_map_parameters.h"

static const hs_parameter version_parameters[] = {
    {"v", "integer", "version of the data; the current one is answered immutable",
     "数据版本；当前版本的应答可永久缓存", false},
    {0},
};
static const hs_parameter font_parameters[] = {
    {"v", "string", "of what characters the slice is; the present ones are answered immutable",
     "切片的字符版本；当前版本的应答可永久缓存", false},
    {0},
};
static const hs_parameter batches_parameters[] = {
    {"limit", "integer", "how many, 1 to 10000; default 100", "条数，1 至 10000，默认 100", false},
    {0},
};
static const hs_parameter check_parameters[] = {
    {"limit", "integer", "the most flaws of each kind, the largest first; default 200",
     "每类问题的最多条数，由大到小，默认 200", false},
    {"tolerance", "number", "metres; narrower pieces are rounding; default 0.1",
     "米；更窄的碎块视为舍入误差，默认 0.1", false},
    {"sliver", "number", "metres; narrower pieces are slivers; default 3", "米；更窄者为碎条，默认 3", false},
    {"near", "number", "metres; street ends this near to another street; default 5",
     "米；街道端点距另一街道小于此值，默认 5", false},
    {0},
};
static const hs_parameter summary_parameters[] = {
    {"level", "string",
     "district, subdistrict, community or cell; default the topmost below the city that has units",
     "district、subdistrict、community 或 cell；默认市以下最高的有数据层级", false},
    {"least", "integer",
     "counts from 1 to below this are merged with others, classes of units left away; default 1, where "
     "incidents are not public 5, and less only with a token of a viewer",
     "小于此值的非零计数与其他合并，且不分单元列类别；默认 1，案件不公开时为 5，更小须 viewer 令牌", false},
    {"f", "string", "json (default), csv or geojson, the latter two without classes",
     "json（默认）、csv 或 geojson；后两者不含类别", false},
    {0},
};
static const hs_parameter target_parameters[] = {
    {"unit", "string", "code, id or name of a unit: its targets and those of the units below it",
     "单元编码、ID 或名称：该单元及其下级的目标", false},
    {"category", "string",
     "codes or names, comma separated: targets of these classes and what lies below them",
     "类别编码或名称，逗号分隔：这些类别及其下级的目标", false},
    {0},
};
static const hs_parameter post_parameters[] = {
    {"crs", "string",
     "reference system of the coordinates: GCJ-02, BD-09 or anything PROJ takes; default WGS 84",
     "坐标的参考系：GCJ-02、BD-09 或 PROJ 可识别者，默认 WGS 84", false},
    {0},
};
static const hs_parameter import_parameters[] = {
    {"kind", "string",
     "units, streets, addresses, places, zones, incidents, targets, population or taxonomy; each of these "
     "may be a field of the form instead",
     "units、streets、addresses、places、zones、incidents、targets、population 或 "
     "taxonomy；以下各项也可作为表单字段",
     false},
    {"layer", "string", "layer of the file, where it has several", "文件中的图层", false},
    {"crs", "string", "reference system of the file: anything PROJ takes, GCJ-02 or BD-09",
     "坐标系：PROJ 支持的任意写法，或 GCJ-02、BD-09", false},
    {"map", "array", "FIELD=COLUMN: which column holds a field (repeatable)",
     "FIELD=COLUMN：指定字段对应的列（可重复）", false},
    {"level", "string", "level of units: city, district, subdistrict, community or cell",
     "单元层级：city、district、subdistrict、community 或 cell", false},
    {"encoding", "string", "text encoding, where the guess is wrong", "文本编码", false},
    {"date-format", "string", "form of dates, as %m/%d/%Y %H:%M", "日期格式，如 %m/%d/%Y %H:%M", false},
    {"mapping", "string", "keep these options under a name; alone: read the file by those kept",
     "以此名称保存上述选项；单独使用时按已保存的选项读取", false},
    {"dry-run", "boolean", "true: show what would happen and change nothing", "true：只预览，不写入", false},
    {"lang", "string", "zh or en: language of the warnings; default the city's",
     "提示的语言：zh 或 en，默认为城市的语言", false},
    {0},
};
#define OPEN311_PARAMETERS                                                                                   \
    {"lang", "string", "zh or en; default the city's language", "zh 或 en，默认为城市的语言", false}, {      \
        "jurisdiction_id", "string", "the city's, where serve --jurisdiction set one",                       \
            "城市的辖区标识（如设置了 serve --jurisdiction）", false                                         \
    }
#define OPEN311_KEY                                                                                          \
    { "api_key", "string", "a token of the city's keeper", "城市管理员发放的令牌", false }
static const hs_parameter open311_parameters[] = {OPEN311_PARAMETERS, {0}};
static const hs_parameter open311_request_parameters[] = {OPEN311_PARAMETERS, OPEN311_KEY, {0}};
static const hs_parameter open311_requests_parameters[] = {
    {"service_request_id", "string", "ids, comma separated, at most 1000; overrides everything else",
     "诉求编号，逗号分隔，最多 1000 个；优先于其他条件", false},
    {"service_code", "string", "codes of services, comma separated", "服务代码，逗号分隔", false},
    {"start_date", "string",
     "earliest requested_datetime, as 2024-01-31T18:00:00Z; at most 90 days are answered",
     "最早的 requested_datetime，如 2024-01-31T18:00:00Z；时段最长 90 天", false},
    {"end_date", "string", "latest requested_datetime; with neither, the 90 days up to the newest request",
     "最晚的 requested_datetime；均不给时为最新诉求之前的 90 天", false},
    {"status", "string", "open, closed or both, comma separated", "open、closed，逗号分隔", false},
    {"page", "integer", "from 1, the newest first", "页码，从 1 开始，新的在前", false},
    {"page_size", "integer", "1 to 1000; default 1000", "每页条数，1 至 1000，默认 1000", false},
    OPEN311_PARAMETERS,
    OPEN311_KEY,
    {0},
};
static const hs_parameter open311_post_parameters[] = {
    {"api_key", "string", "a token of a reporter; may be left out where residents' reports are switched on",
     "reporter 令牌；开放居民上报时可省略", false},
    {"service_code", "string", "of the list of services", "服务代码，见服务列表", true},
    {"lat", "number", "latitude, WGS 84; lat and long, address_string or address_id is needed",
     "纬度，WGS 84；lat 与 long、address_string、address_id 须有其一", false},
    {"long", "number", "longitude, WGS 84", "经度，WGS 84", false},
    {"address_string", "string", "address or description of the place, at most 1000 characters",
     "地址或位置描述，最多 1000 字", false},
    {"address_id", "string", "id of the collection addresses", "addresses 要素集的 id", false},
    {"description", "string", "at most 4000 characters", "最多 4000 字", false},
    {"email", "string",
     "not kept, as device_id, account_id, first_name, last_name, phone and media_url are not",
     "不保存，device_id、account_id、first_name、last_name、phone、media_url 亦然", false},
    OPEN311_PARAMETERS,
    {0},
};

#define CITY HS_NEEDS_SNAPSHOT
#define JSON "application/json"
#define GEO  "application/geo+json"
#define FIND (CITY | HS_NEEDS_INCIDENTS)
#define PLOT (CITY | HS_TAKES_FILTERS | HS_LONG_AT_TIMES)
#define LONG (CITY | HS_TAKES_FILTERS | HS_LONG)
#define SUMS (CITY | HS_TAKES_FILTERS | HS_LONG_COUNT)
#define PAGE (HS_LENIENT | HS_HIDDEN)
/* These look for the snapshot themselves, since they refuse in their own form. */
#define WEB_MAP (HS_TAKES_FILTERS | HS_LENIENT | HS_OWS | HS_LONG_AT_TIMES)
#define XML     "application/xml"
#define MVT     "application/vnd.mapbox-vector-tile"
/* By ending, and without one by Accept. */
#define OPEN311(path, id, more, parameters, en, zh, handler)                                                 \
    {"/open311/v2/" path ".json",                                                                            \
     id "Json",                                                                                              \
     HS_OPEN311 | HS_LENIENT | (more),                                                                       \
     JSON,                                                                                                   \
     parameters,                                                                                             \
     en,                                                                                                     \
     zh,                                                                                                     \
     handler},                                                                                               \
        {"/open311/v2/" path ".xml",                                                                         \
         id "Xml",                                                                                           \
         HS_OPEN311 | HS_LENIENT | (more),                                                                   \
         "text/xml",                                                                                         \
         parameters,                                                                                         \
         en,                                                                                                 \
         zh,                                                                                                 \
         handler},                                                                                           \
    {                                                                                                        \
        "/open311/v2/" path, id, HS_OPEN311 | HS_LENIENT | (more), "text/xml", parameters, en, zh, handler   \
    }

const hs_endpoint hs_endpoints[] = {
    {"/", "page", PAGE, "text/html", NULL, "The page.", "网页。", hs_serve_page},
    {"/app", "appPage", PAGE, "text/html", NULL, "The page.", "网页。", hs_serve_page},
    {"/app/{view*}", "appView", PAGE, "text/html", NULL, "The page.", "网页。", hs_serve_page},
    {"/vendor/{path*}", "vendor", PAGE, "text/javascript", NULL, "The page's libraries.", "网页的程序库。",
     hs_serve_vendor},
    {"/assets/{version}/{path*}", "asset", PAGE, "text/javascript", NULL, "The page's files, to be kept.",
     "网页的文件，可永久缓存。", hs_serve_versioned},
    {"/healthz", "healthz", 0, "text/plain", NULL, "Whether the program runs.", "程序是否运行。",
     hs_serve_healthz},
    {"/readyz", "readyz", 0, "text/plain", NULL, "Whether the city is loaded: 200, or 503 before.",
     "城市数据是否已载入：200，否则 503。", hs_serve_readyz},
    {"/metrics", "metrics", 0, "text/plain", NULL, "Counters as Prometheus text.", "Prometheus 格式的计数。",
     hs_serve_metrics},
    {"/api", "api", 0, "application/vnd.oai.openapi+json;version=3.0", NULL, "This description, OpenAPI 3.0.",
     "本接口说明，OpenAPI 3.0。", hs_serve_openapi},
    {"/api.html", "apiPage", 0, "text/html", NULL, "This description for people.", "供人阅读的接口说明。",
     hs_serve_openapi_html},
    {"/city", "city", CITY, JSON, NULL,
     "What the city is: names, time zone, extent, levels, counts, version.",
     "城市概况：名称、时区、范围、层级、数量、版本。", hs_serve_city},
    {"/categories", "categories", CITY, JSON, NULL, "Problem classes and groups of them, with counts.",
     "问题类别与专题组及其数量。", hs_serve_categories},
    {"/summary", "summary", CITY | HS_TAKES_FILTERS, JSON, summary_parameters,
     "Counts by unit and category; units, outside and unmatched sum to the total.",
     "按单元与类别计数；各单元、界外与未定位之和等于总数。", hs_serve_summary},
    {"/calendar", "calendar", SUMS, JSON, calendar_parameters,
     "Counts by weekday and hour of the city's zone (7 x 24, Monday first), per such hour of the period, "
     "with "
     "circular statistics of the day and the week; compared to another period or category if asked for.",
     "按星期与小时计数（7×24，周一在前，城市时区）及每个该小时的件数，附日与周的圆形统计；可与另一时段或类别"
     "比较。",
     hs_serve_calendar},
    {"/timeline", "timeline", SUMS, JSON, timeline_parameters,
     "Counts by day, week or month of the city's zone; periods without incidents are listed too.",
     "按日、周或月计数（城市时区），无案件的时段亦列出。", hs_serve_timeline},
    {"/targets", "targets", CITY, JSON, target_parameters,
     "What was promised: the most incidents of a category in a unit, from one local day to another.",
     "承诺目标：某单元某类别在起止日期（当地日）内的案件上限。", hs_serve_targets},
    {"/tiles/{tileset}.json", "tilejson", CITY | HS_TAKES_FILTERS, JSON, tilejson_parameters,
     "TileJSON 3.0 of base, incidents, density or map; the parameters given are carried into the tile URLs.",
     "base、incidents、density 或 map 的 TileJSON 3.0；所给参数带入瓦片地址。", hs_serve_tilejson},
    {"/tiles/{tileset}/{z}/{x}/{y}.mvt", "vectorTile", CITY | HS_TAKES_FILTERS, MVT, version_parameters,
     "Vector tile of base or incidents; 204 where there is nothing.",
     "base 或 incidents 的矢量瓦片；空瓦片为 204。", hs_serve_vector_tile},
    {"/tiles/hotspots.json", "hotspotsTilejson", LONG | HS_LENIENT, JSON, hotspot_tile_parameters,
     "TileJSON 3.0 of hotspots; the parameters given are carried into the tile URLs.",
     "热点的 TileJSON 3.0；所给参数带入瓦片地址。", hs_serve_hotspots_tilejson},
    {"/tiles/hotspots/{z}/{x}/{y}.mvt", "hotspotsTile", CITY | HS_TAKES_FILTERS | HS_LENIENT, MVT,
     hotspot_tile_parameters,
     "Vector tile of hotspots by any method, with the fields of its GeoJSON; the statistic is computed once "
     "for "
     "all tiles. 204 where there is nothing.",
     "任一方法的热点矢量瓦片，字段同其 GeoJSON；统计量只计算一次供所有瓦片使用；空瓦片为 204。",
     hs_serve_hotspots_tile},
    {"/tiles/density/{z}/{x}/{y}.png", "densityTile", PLOT, "image/png", density_parameters,
     "Heat picture, 256 px: kernel density in incidents per km², per month where a period is set.",
     "热力图瓦片 256 像素：核密度，单位件/平方公里，设时段时为每月。", hs_serve_density_tile},
    {"/tiles/density/{z}/{x}/{y}@2x.png", "densityTile2x", PLOT, "image/png", density_parameters,
     "The same with 512 px.", "同上，512 像素。", hs_serve_density_tile_2x},
    {"/tiles/map/{z}/{x}/{y}.png", "mapTile", CITY | HS_LONG, "image/png", map_tile_parameters,
     "The whole map rendered by a map style, 256 px; names are placed alike in all tiles of a zoom.",
     "按地图样式渲染的整幅地图瓦片 256 像素；同级各瓦片注记一致。", hs_serve_map_tile},
    {"/tiles/map/{z}/{x}/{y}@2x.png", "mapTile2x", CITY | HS_LONG, "image/png", map_tile_parameters,
     "The same with 512 px.", "同上，512 像素。", hs_serve_map_tile_2x},
    {"/tiles/map/{z}/{x}/{y}.jpg", "mapTileJpeg", CITY | HS_LONG, "image/jpeg", map_tile_parameters,
     "The same as JPEG.", "同上，JPEG 格式。", hs_serve_map_tile_jpeg},
    {"/tiles/map/{z}/{x}/{y}@2x.jpg", "mapTileJpeg2x", CITY | HS_LONG, "image/jpeg", map_tile_parameters,
     "The same as JPEG with 512 px.", "同上，JPEG 格式，512 像素。", hs_serve_map_tile_jpeg_2x},
    {"/map.png", "map", LONG, "image/png", map_parameters,
     "A map of any part at any size, with the density below its names where asked for; with paper a printed "
     "page as /map.pdf has it.",
     "任意范围与尺寸的地图图片，可在注记之下叠加密度；给出 paper 时为同 /map.pdf 的打印页。",
     hs_serve_map_png},
    {"/map.pdf", "mapPdf", LONG, "application/pdf", print_parameters,
     "A map on paper: density and significant hotspots with their legends, title, problem, period, count, "
     "share "
     "positioned, bandwidth, scale bar, north, run, date, last incident. Its words can be found and copied.",
     "打印用地图：密度与显著热点及其图例，标题、问题、时间、件数、定位率、带宽、比例尺、指北针、运行编号、日"
     "期与数据截至时间；文字可检索与复制。",
     hs_serve_map_pdf},
    {"/map.jpg", "mapJpeg", LONG, "image/jpeg", map_parameters, "The same as JPEG.", "同上，JPEG 格式。",
     hs_serve_map_jpeg},
    {"/map/legend.png", "mapLegend", CITY, "image/png", map_legend_parameters,
     "The legend of a map style as a picture: how it draws what.", "地图样式的图例图片。",
     hs_serve_map_legend},
    {"/density/legend", "densityLegend", PLOT, JSON, density_parameters,
     "Classes, unit and what was counted, for the same parameters as the tiles.",
     "与瓦片参数对应的分级、单位与计数说明。", hs_serve_density_legend},
    {"/density/legend.png", "densityLegendPicture", CITY | HS_TAKES_FILTERS, "image/png", legend_parameters,
     "The legend as a picture: swatches with the limits of the classes, unit, count, period and method.",
     "图例图片：色块与分级界线、单位、件数、时段与方法。", hs_serve_density_legend_png},
    {"/density/bandwidth", "densityBandwidth", LONG, JSON, density_parameters,
     "Bandwidths by Scott, Silverman, Diggle and likelihood cross-validation, each with its reason and "
     "curve.",
     "按 Scott、Silverman、Diggle 与似然交叉验证给出的带宽，各附理由与曲线。", hs_serve_density_bandwidth},
    {"/density.tif", "densityRaster", LONG, "image/tiff", tif_parameters,
     "The same as a GeoTIFF of the city's plane, exact, 32-bit floats with unit, with tolerance a second "
     "band "
     "p_value (the first one is whole then); bbox is its extent.",
     "同一密度的 GeoTIFF（城市平面、精确、32 位浮点、带单位），设 tolerance 时第二波段为 "
     "p_value（第一波段保持完整）；bbox 为其范围。",
     hs_serve_density_tif},
    {"/density/lixels", "densityLixels", LONG, GEO, lixel_parameters,
     "Density of streets as GeoJSON: one line a lixel with its value; bbox is the part that is wanted.",
     "街道密度的 GeoJSON：每个街道小段一条线及其值；bbox 为所需范围。", hs_serve_density_lixels},
    {"/density/isobands", "densityIsobands", LONG, GEO, band_parameters,
     "Bands between the breaks as polygons with area and count, with tolerance also what departs from 0; "
     "bbox is the picture's extent.",
     "分级之间的等值面，含面积与件数，设 tolerance 时另有偏离 0 的范围；bbox 为图幅范围。",
     hs_serve_density_isobands},
    {"/hotspots", "savedHotspots", CITY, JSON, NULL,
     "The saved runs of hotspots, the newest first: method, title, parameters, features, when, by whom and "
     "of "
     "which version of the data. Their features are the collection hotspots.",
     "已存的热点分析，新者在前：方法、标题、参数、要素数、时间、保存者与数据版本；要素见 hotspots 要素集。",
     hs_serve_saved_hotspots},
    {"/hotspots", "saveHotspots", CITY | HS_POSTS | HS_TOKENS, JSON, NULL,
     "Computes hotspots and keeps the answer: {\"method\": \"gi-star\", \"title\": \"...\", \"parameters\": "
     "{\"level\": \"community\"}}, the parameters those of /hotspots/{method}. 201, Location and the run "
     "when it "
     "is stored, or with Prefer: respond-async 202 and the job that does it. Idempotency-Key repeats the "
     "first answer. At most 200 runs of 50000 features each are kept, 500000 features together. Needs a "
     "token "
     "of "
     "an editor for the whole city.",
     "计算热点并保存结果：{\"method\": \"gi-star\", \"title\": \"...\", \"parameters\": {\"level\": "
     "\"community\"}}，参数同 /hotspots/{method}；入库后返回 201、Location 与该次分析，或以 Prefer: "
     "respond-async 返回 202 与作业。Idempotency-Key 可安全重试。最多保存 200 次，每次 "
     "50000 个要素，合计 500000 个。需全市 editor 令牌。",
     hs_post_hotspots},
    {"/hotspots/{runId}", "savedRun", CITY, JSON, NULL,
     "One saved run, with `about`: how it was computed, seed and all, as its answer said it.",
     "单次已存分析；about 为其计算说明、种子等。", hs_serve_saved_run},
    {"/hotspots/{runId}", "deleteSavedRun", CITY | HS_DELETES | HS_TOKENS, JSON, NULL,
     "Deletes a saved run and its features; `undo` of the batch brings them back. Needs a token of an editor "
     "for the whole city.",
     "删除已存分析及其要素；撤销该批次可恢复。需全市 editor 令牌。", hs_delete_saved_run},
    {"/hotspots/gi-star", "hotspotsGiStar", LONG, GEO, hotspot_parameters,
     "Getis-Ord Gi* of units, grid cells or street segments, with raw and corrected p-values and how it was "
     "computed; too little data is said instead of a map.",
     "单元、网格或街道段的 Getis-Ord Gi*，含原始与校正 p 值及计算说明；数据过少时明确说明。",
     hs_serve_hotspots},
    {"/hotspots/local-moran", "hotspotsLocalMoran", LONG, GEO, hotspot_parameters,
     "Local Moran's I with its four classes, else as gi-star.", "局部 Moran 指数及其四类，其余同 gi-star。",
     hs_serve_hotspots},
    {"/hotspots/global", "hotspotsGlobal", LONG, GEO, hotspot_parameters,
     "Global Moran's I, Getis-Ord G and Geary's C: features without geometry.",
     "全局 Moran I、Getis-Ord G 与 Geary C（无几何要素）。", hs_serve_hotspots},
    {"/hotspots/emerging", "hotspotsEmerging", LONG, GEO, emerging_parameters,
     "Emerging hot spots: Gi* over units and steps of time, corrected over all bins, with the trend of z and "
     "the "
     "name of each unit's history: new, consecutive, intensifying, persistent, diminishing, sporadic, "
     "oscillating, "
     "historical, of hot and of cold spots.",
     "时空热点演变：按单元与时段计算 Gi*，对全部时空单元校正，附 z "
     "的趋势及演变类型（新增、连续、加剧、持续、减弱、偶发、反复、历史的热点与冷点）。",
     hs_serve_hotspots},
    {"/forecast", "forecast", LONG, GEO, forecast_parameters,
     "Where incidents are to be expected in the coming days: the cells or street segments to choose within a "
     "share "
     "of the area, ranked, with scores of every method on held-out periods and how it was computed.",
     "预测未来若干天案件将发生之处：在给定面积占比内选出的单元或街道段，含排序、各方法在留出期的评分与计算说"
     "明。",
     hs_serve_forecast},
    {"/focus", "focus", LONG, GEO, focus_parameters,
     "Where and when to enforce within a budget of km or crew-hours: numbered street lines, or places with "
     "hours, "
     "that hold most of what is expected, with a bound on what any plan could hold, shares, intervals of the "
     "ranks, the scores of plans made alike at earlier origins, and how it was computed.",
     "在公里或工时预算内选定执法路段或地点与时段，使预计案件最多：含编号、占比、排序区间、任何方案的上界与差"
     "距、更早起"
     "点同法方案的留出评分及计算说明。",
     hs_serve_focus},
    {"/hotspots/change", "hotspotsChange", LONG, GEO, change_parameters,
     "Change of each unit's rate from the period compare to datetime: the ratio with exact limits, exact "
     "p-values "
     "corrected over units, and the change of the whole; periods may differ in length.",
     "各单元发生率自 compare 时段至 datetime 时段的变化：比率、精确区间、经多重检验校正的精确 p "
     "值，及全市变化；时段长度可不同。",
     hs_serve_hotspots},
    {"/hotspots/scan", "hotspotsScan", LONG, GEO, scan_parameters,
     "Kulldorff's scan statistic in space, or in space and time, looking back or at what is going on now: "
     "clusters "
     "that share no unit, with the likelihood ratio, p-values by replications and a recurrence interval.",
     "Kulldorff 扫描统计：空间或时空、回顾或前瞻；给出互不共单元的聚集，含似然比、随机重复的 p "
     "值与重现间隔。",
     hs_serve_hotspots},
    {"/hotspots/clusters", "hotspotsClusters", LONG, GEO, clusters_parameters,
     "Clusters of incidents by DBSCAN, HDBSCAN, OPTICS or nearest neighbours, planar or along streets, as "
     "concave "
     "hulls or ellipses; a description, with p-values against an even spread where they are cheap.",
     "案件聚类（DBSCAN、HDBSCAN、OPTICS、最近邻），平面或沿街道，以凹包或椭圆表示；属描述，可行时附与均匀分布"
     "比较的 p 值。",
     hs_serve_hotspots},
    {"/hotspots/near-repeat", "hotspotsNearRepeat", LONG, GEO, near_repeat_parameters,
     "Knox test: pairs of incidents by distance and interval against chance, features without geometry.",
     "Knox 检验：按距离与间隔统计案件对并与随机比较（无几何要素）。", hs_serve_hotspots},
    {"/hotspots/k-function", "hotspotsKFunction", LONG, GEO, k_function_parameters,
     "Ripley's K and L with pointwise and global envelopes and tests, planar or along streets, and the "
     "nearest-neighbour index: features without geometry, one a distance.",
     "Ripley K 与 L 函数及逐点、全局包络与检验，平面或沿街道，附最近邻指数（无几何要素，每距离一条）。",
     hs_serve_hotspots},
    {"/density/value", "densityValue", PLOT, JSON, value_parameters,
     "Density at a position with its interval, of a comparison with its test, and unit and street there.",
     "某点的密度及其区间，比较时附检验，以及所在单元与街道。", hs_serve_density_value},
    {"/wms", "wms", HS_TAKES_FILTERS | HS_LENIENT | HS_OWS | HS_LONG, XML, wms_parameters,
     "OGC WMS 1.3.0 and 1.1.1, names in any case: the layers density and map in any reference system, "
     "as PNG or JPEG, the density with our filters and the dimension TIME.",
     "OGC WMS 1.3.0 与 1.1.1（参数名不分大小写）：图层 density 与 map，任意坐标系，PNG 或 "
     "JPEG，密度支持筛选条件与 TIME 维。",
     hs_serve_wms},
    {"/wmts", "wmts", WEB_MAP, XML, wmts_parameters,
     "OGC WMTS 1.0.0 by KVP, names in any case: the layers density and map as PNG or JPEG, the density "
     "with our filters and the dimension TIME.",
     "OGC WMTS 1.0.0（KVP，参数名不分大小写）：图层 density 与 map，PNG 或 JPEG，密度支持筛选条件与 TIME "
     "维。",
     hs_serve_wmts},
    {"/wmts/1.0.0/WMTSCapabilities.xml", "wmtsCapabilities", HS_LENIENT | HS_OWS, XML, NULL,
     "OGC WMTS 1.0.0: the service's description.", "OGC WMTS 1.0.0 服务说明。", hs_serve_wmts_capabilities},
    {"/wmts/1.0.0/{layer}/{style}/{tilematrixset}/{tilematrix}/{tilerow}/{tilecol}.png", "wmtsTile", WEB_MAP,
     "image/png", wmts_rest_parameters,
     "A tile by REST: layer density (style default) or map (default, light, dark, print), WebMercatorQuad or "
     "WorldCRS84Quad.",
     "REST 瓦片：图层 density（样式 default）或 map（default、light、dark、print），WebMercatorQuad 或 "
     "WorldCRS84Quad。",
     hs_serve_wmts_tile},
    {"/wmts/1.0.0/{layer}/{style}/{tilematrixset}/{tilematrix}/{tilerow}/{tilecol}.jpg", "wmtsTileJpeg",
     WEB_MAP, "image/jpeg", wmts_rest_parameters, "The same as JPEG.", "同上，JPEG 格式。",
     hs_serve_wmts_tile_jpeg},
    {"/wmts/1.0.0/{layer}/{style}/{tilematrixset}/{tilematrix}/{tilerow}/{tilecol}/{j}/{i}.json",
     "wmtsFeatureInfo", WEB_MAP, GEO, wmts_rest_parameters, "Density at a pixel's centre by REST.",
     "REST：像素中心处的密度。", hs_serve_wmts_info},
    {"/geocode", "geocode", FIND | HS_LENIENT, GEO, geocode_parameters,
     "Address to position, GeocodeJSON 0.1.0: candidates with match_type, accuracy_m, score, margin, unit "
     "and "
     "the parts that were read.",
     "地址定位，GeocodeJSON 0.1.0：候选结果及其 match_type、accuracy_m、score、margin、单元与地址各部分。",
     hs_serve_geocode},
    {"/geocode", "postGeocode", FIND | HS_UPLOADS | HS_TABLES, "text/csv", batch_parameters,
     "A table of addresses, text/csv or application/x-ndjson, at most 256 MiB and 5 million rows: answered "
     "row "
     "by row as the same table with lon lat match_type score accuracy_m label unit ambiguous, and error "
     "where a "
     "row cannot be read.",
     "批量地址定位：提交 text/csv 或 application/x-ndjson（最大 256 MiB、500 万行），逐行返回原表并追加 lon "
     "lat "
     "match_type score accuracy_m label unit ambiguous；无法读取的行在 error 列说明原因。",
     hs_post_geocode},
    {"/search", "search", FIND | HS_LENIENT, JSON, search_parameters,
     "The same for clients of Nominatim: jsonv2 or json.", "同上，供 Nominatim 客户端使用：jsonv2 或 json。",
     hs_serve_search},
    {"/reverse", "reverse", FIND | HS_LENIENT, GEO, reverse_parameters,
     "What is at a position: the nearest address (300 m), street with its cross streets (500 m), place (500 "
     "m), "
     "and the units there. GeocodeJSON 0.1.0, or Nominatim's forms.",
     "逆地理编码：最近门牌（300 米）、街道及其相交道路（500 米）、地点（500 米）与所在各级单元。GeocodeJSON "
     "0.1.0 或 Nominatim 格式。",
     hs_serve_reverse},
    {"/autocomplete", "autocomplete", FIND, GEO, autocomplete_parameters,
     "Names and house numbers that a text typed so far may become, GeocodeJSON 0.1.0.",
     "输入联想：名称、拼音、首字母与门牌，GeocodeJSON 0.1.0。", hs_serve_autocomplete},
    {"/incidents", "postIncidents", CITY | HS_POSTS | HS_TOKENS, GEO, post_parameters,
     "Adds an incident (a GeoJSON Feature or a plain object; 201 and the stored Feature), or an array of "
     "them "
     "(200 and one result each). A known id updates its incident (200): members that are not there keep what "
     "is stored, null empties. Needs a token of a reporter; Idempotency-Key repeats the first answer.",
     "新增案件（GeoJSON Feature 或普通对象，返回 201 与已存要素），或案件数组（返回 200 与逐条结果）。已有 "
     "id "
     "的案件被更新（200）：未带的字段保留原值，null 清空该字段。需 reporter "
     "令牌；Idempotency-Key 可安全重试。",
     hs_post_incidents},
    {"/imports", "postImports", HS_UPLOADS | HS_TOKENS, JSON, import_parameters,
     "Imports a file (multipart/form-data, at most 4 GiB; a Shapefile zipped or in its parts) as a job: 202 "
     "and "
     "the job, which /jobs/{jobId} shows. Needs a token of an editor.",
     "以作业方式导入文件（multipart/form-data，最大 4 GiB；Shapefile 可压缩或分文件上传）：返回 202 "
     "与作业，见 /jobs/{jobId}。需 editor 令牌。",
     hs_post_imports},
    {"/jobs", "jobs", HS_TOKENS, JSON, NULL,
     "Jobs of the last day, the newest first. Needs a token of an editor.",
     "最近一天的作业，新的在前。需 editor 令牌。", hs_serve_jobs},
    {"/jobs/{jobId}", "job", HS_TOKENS, JSON, NULL,
     "A job: status (accepted, running, successful, failed, dismissed), progress, warnings, result.",
     "作业：状态（accepted、running、successful、failed、dismissed）、进度、提示与结果。", hs_serve_job},
    {"/jobs/{jobId}", "deleteJob", HS_DELETES | HS_TOKENS, JSON, NULL,
     "Cancels a job: nothing of it is kept. One that has ended stays as it is.",
     "取消作业：不保留任何改动；已结束的作业不受影响。", hs_delete_job},
    {"/jobs/{jobId}/rejects", "jobRejects", HS_TOKENS, "text/csv", NULL,
     "The rows that an import refused: row, field, value, reason.",
     "导入时被拒绝的行：行号、字段、值、原因。", hs_serve_job_rejects},
    {"/batches", "batches", CITY, JSON, batches_parameters,
     "What was imported and written, batch by batch, the newest first: kind, source, time, rows added, "
     "updated and rejected, and whether it was undone. Where incidents are not public it needs a token of a "
     "viewer.",
     "导入与写入批次，新的在前：类型、来源、时间、新增、更新与拒绝行数、是否已撤销。案件不公开时需 viewer "
     "令牌。",
     hs_serve_batches},
    {"/batches/{batchId}/undo", "undoBatch", CITY | HS_POSTS | HS_TOKENS, JSON, NULL,
     "Takes a batch back as a whole, itself listed as a batch: removed and restored rows. 409 where it is "
     "undone already or a later batch changed its rows. Needs a token of an editor for the whole city.",
     "整批撤销（撤销本身也是一个批次）：返回删除与恢复的行数。已撤销或其行被后续批次修改时返回 409。需全市 "
     "editor 令牌。",
     hs_post_undo},
    {"/check", "check", LONG & ~HS_TAKES_FILTERS, GEO, check_parameters,
     "What is wrong with units and streets as they are served, as GeoJSON: overlaps, gaps, slivers, codes, "
     "parents, dead ends, with words in both languages; how incidents add up on each level. Where incidents "
     "are not public it needs a token of a viewer.",
     "所服务的单元与街道的问题（GeoJSON）：重叠、空隙、碎条、编码、隶属、悬挂端点等，附中英文说明；并给出各级"
     "案"
     "件合计。案件不公开时需 viewer 令牌。",
     hs_serve_check},
    OPEN311("discovery", "open311Discovery", 0, open311_parameters,
            "Open311 service discovery: the endpoint, its formats, whom to ask for a key.",
            "Open311 服务发现：接口地址、格式与密钥联系方式。", hs_open311_discovery),
    OPEN311("services", "open311Services", 0, open311_parameters,
            "Open311 GeoReport v2: the small classes as services.", "Open311 GeoReport v2：小类即服务。",
            hs_open311_services),
    OPEN311("services/{serviceCode}", "open311Service", 0, open311_parameters,
            "Definition of a service; none asks for further attributes.", "服务定义；均无附加属性。",
            hs_open311_service),
    OPEN311("requests", "open311Requests", 0, open311_requests_parameters,
            "Requests, the newest first; at most 90 days and 1000 a page.",
            "诉求列表，新的在前；最长 90 天，每页最多 1000 条。", hs_open311_requests),
    OPEN311("requests", "open311Post", HS_FORMS, open311_post_parameters,
            "Posts a request: stored, placed and served like POST /incidents; source app.",
            "上报诉求：与 POST /incidents 同样入库、定位与发布；来源为 app。", hs_open311_post),
    OPEN311("requests/{serviceRequestId}", "open311Request", 0, open311_request_parameters,
            "One request; its id is that of the item in the collection incidents.",
            "单个诉求；编号与 incidents 要素集相同。", hs_open311_request),
    OPEN311(
        "tokens/{token}", "open311Token", 0, open311_parameters,
        "The service_request_id of a token, which is answered in its stead where a request is stored but not "
        "served yet.",
        "由 token 查 service_request_id；仅在已入库而尚未发布时返回 token。", hs_open311_token),
    {"/open311/{path*}", "open311Nothing", HS_OPEN311 | HS_LENIENT | HS_HIDDEN, "text/xml", NULL,
     "Nothing is there.", "此处没有内容。", hs_open311_nothing},
    {"/review", "review", LONG, JSON, review_parameters,
     "Addresses that the geocoder could not place for sure, equal ones together, the most frequent first, "
     "with "
     "their candidates: not found (unmatched), found below the accepted score (low-score), or at several "
     "places "
     "(ambiguous). Where incidents are not public it needs a token of a viewer.",
     "地理编码未能确定的地址，相同地址合并，件数多者在前，附候选：unmatched（未找到）、low-"
     "score（得分不足）、"
     "ambiguous（多处相近）。案件不公开时需 viewer 令牌。",
     hs_serve_review},
    {"/review/hit-rate", "reviewHitRate", LONG, JSON, hit_rate_parameters,
     "Share of incidents located better than by their unit, by month, source, unit, match type and accuracy, "
     "against the least of 85 % (Ratcliffe 2004), with warnings where missing positions cluster.",
     "定位率：优于单元的案件占比，按月份、来源、单元、匹配方式与精度，对照 85% 下限（Ratcliffe 2004），"
     "并提示缺失位置的聚集。",
     hs_serve_hit_rate},
    {"/review/decisions", "reviewDecisions", CITY, JSON, decisions_parameters,
     "What was decided about addresses. Those that are remembered are aliases: imports need nobody for them.",
     "已作的地址处理决定；remembered 者为别名，以后导入自动采用。", hs_serve_decisions},
    {"/review/{reviewId}", "reviewEntry", CITY | HS_LONG, GEO, NULL,
     "One address: its candidates as GeoJSON, and in `review` what is known of it and was decided.",
     "单个地址：候选位置（GeoJSON），review 中为其情况与已作决定。", hs_serve_review_entry},
    {"/review/{reviewId}", "postReview", CITY | HS_POSTS | HS_TOKENS, JSON, NULL,
     "Decides about an address: {\"action\": \"accept\", \"candidate\": 1}, place with lon and lat, "
     "address with new_address, unlocatable or skip; note; remember: true keeps it as an alias. The same "
     "again "
     "changes nothing; with `label` a candidate that is another one by now is 409. Needs a token of an "
     "editor.",
     "对地址作决定：{\"action\": \"accept\", \"candidate\": 1}，place 附 lon、lat，address 附 "
     "new_address，unlocatable 或 skip；note 为备注；remember: true 存为别名。重复提交不变；附 label "
     "而候选已变时返回 409。需 editor 令牌。",
     hs_post_review},
    {"/review/{reviewId}", "deleteReview", CITY | HS_DELETES | HS_TOKENS, JSON, NULL,
     "Takes the decision about an address back, an alias too: its incidents are located as before. Needs a "
     "token "
     "of an editor.",
     "撤回对地址的决定（含别名），案件恢复自动定位。需 editor 令牌。", hs_delete_review},
    {"/session", "session", 0, JSON, NULL,
     "Who is signed in: signed_in, and name, role and unit of whom the request's token or cookie is.",
     "当前登录者：signed_in，以及令牌或 Cookie 所属用户的名称、角色与单元。", hs_serve_session},
    {"/session", "postSession", HS_POSTS, JSON, NULL,
     "Signs the page in: {\"token\": \"...\"} gives a cookie (HttpOnly, SameSite=Strict, until the browser "
     "is closed), which stands for the token in what pages of this server send; 401 for a token of nobody.",
     "网页登录：{\"token\": \"...\"} 换取 Cookie（HttpOnly、SameSite=Strict，关闭浏览器即失效），仅对本服务器"
     "网页发出的请求等同该令牌；无效令牌返回 401。",
     hs_post_session},
    {"/session", "deleteSession", HS_DELETES, JSON, NULL, "Signs the page out.", "网页退出登录。",
     hs_delete_session},
    {"/events", "events", 0, "text/event-stream", NULL,
     "Server-sent events: snapshot (a new version is served), incidents (some were added), review (a "
     "decision "
     "about an address), job (how one is).",
     "服务器推送事件：snapshot（新版本上线）、incidents（新增案件）、review（地址决定）、job（作业进展）。",
     hs_serve_events},
    {"/fonts.css", "fontSheet", 0, "text/css", NULL,
     "The font of maps and page as a style sheet: slices by unicode-range, those of the city's names first.",
     "地图与网页字体的样式表：按 unicode-range 分片，优先本城市的地名用字。", hs_serve_font_sheet},
    {"/fonts/{face}/{slice}.otf", "font", 0, "font/otf", font_parameters,
     "A slice of the font (Noto Sans CJK SC, SIL Open Font License 1.1: /fonts/OFL.txt), face regular or "
     "bold.",
     "字体切片（思源黑体 Noto Sans CJK SC，SIL OFL 1.1 许可：/fonts/OFL.txt），字形 regular 或 bold。",
     hs_serve_font},
    {"/styles/{id}", "style", 0, JSON, map_style_parameters, "MapLibre style: light, dark or print.",
     "MapLibre 样式：light、dark 或 print。", hs_serve_style},
#include "api/ogc_endpoints.inc"
    {0},
};
