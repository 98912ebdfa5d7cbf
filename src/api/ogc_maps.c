/* OGC API Maps (20-058): pictures of any part and size, and map tiles. */
#include "api/crs.h"
#include "api/ogc_tiles.h"
#include "api/wms.h"

#include "base/text.h"
#include "service/density_picture.h"
#include <math.h>
#include <string.h>

enum { TILE_PX = 256, DEFAULT_PX = 1024, EDGE_STEPS = 32 };

typedef struct map_source map_source;

/* What can be drawn: a row a map. */
struct map_source {
    const char *collection; /* NULL: of the city */
    const char *title_en, *title_zh;
    const char *const *carried; /* parameters that decide the picture, beside filters */
    /* Draws a view into the answer, which it begins. */
    hs_status (*draw)(hs_call *call, hs_wms_view *view, hs_rgba ground);
    /* A tile of Web Mercator by a faster way; or NULL. */
    hs_status (*tile)(hs_call *call, hs_tile tile, uint32_t size_px);
};

static hs_status draw_density(hs_call *call, hs_wms_view *view, hs_rgba ground) {
    hs_density_ask ask;
    hs_status status = hs_call_density(call, &ask);
    if (status != HS_OK || hs_call_begin(call, "image/png", HS_READS_CITY)) return status;
    return hs_wms_draw(call, &ask, view, ground);
}

static const char *const density_carried[] = {
    "bandwidth",      "kernel",      "exact",     "adaptive", "edge-correction", "at",
    "time-bandwidth", "compare",     "over",      "min-n",    "network",         "population",
    "ramp",           "time-kernel", "tolerance", "breaks",   "style",           "theme",
    "network-kernel", "lixel",       "snap",      NULL};

/* The whole map by a map style, on that style's own ground unless another one, or none, is asked for. */
static hs_status draw_city(hs_call *call, hs_wms_view *view, hs_rgba ground) {
    hs_map_request request = {.style = NULL};
    hs_status status = hs_call_map_style(call, "style", hs_call_text(call, "style"), &request);
    if (status == HS_OK) status = hs_wms_map_view(call, view, &request.view);
    if (status != HS_OK || hs_call_begin(call, "image/png", HS_READS_GEOGRAPHY)) return status;
    request.ground = ground;
    request.transparent = hs_str_equal(hs_call_text(call, "transparent"), HS_STR("true"));
    return hs_call_map_write(call, &request, HS_IMAGE_PNG);
}

static hs_status draw_city_tile(hs_call *call, hs_tile tile, uint32_t size_px) {
    hs_map_request request = {.style = NULL};
    hs_status status = hs_call_map_style(call, "style", hs_call_text(call, "style"), &request);
    if (status != HS_OK || hs_call_begin(call, "image/png", HS_READS_GEOGRAPHY)) return status;
    request.view = hs_map_tile_view(tile, size_px, 1);
    return hs_call_map_write(call, &request, HS_IMAGE_PNG);
}

static const char *const city_carried[] = {"style", "lang", NULL};

static const map_source sources[] = {
    {NULL, "City map", "城市地图", city_carried, draw_city, draw_city_tile},
    {"incidents", "Density of incidents", "案件密度", density_carried, draw_density, hs_call_density_tile},
};

const char *hs_ogc_map_path(hs_call *call, const hs_collection *collection) {
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++)
        if (sources[i].collection && strcmp(sources[i].collection, collection->id) == 0)
            return hs_arena_printf(call->arena, "/ogc/collections/%s/map", collection->id);
    return NULL;
}

/* NULL after 404. */
static const map_source *find_source(hs_call *call) {
    hs_str id = hs_request_param(call->request, "collectionId");
    if (id.size > 0 && !hs_call_collection(call)) return NULL;
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++)
        if (hs_str_equal(id, hs_str_of(sources[i].collection))) return &sources[i]; /* empty: the city */
    hs_response_problem(call->response, 404, "No map", "there is a map of incidents: their density");
    return NULL;
}

static bool negotiate(hs_call *call) {
    static const hs_representation offered[] = {{"png", "image/png", "PNG"}, {NULL, NULL, NULL}};
    return hs_call_negotiate(call, offered);
}

/* The box of a system's coordinates about the edges of a box of degrees. */
static bool project_box(hs_transform *transform, const double box[4], hs_wms_view *view) {
    double x[4 * EDGE_STEPS];
    double y[4 * EDGE_STEPS];
    for (int i = 0; i < EDGE_STEPS; i++) {
        double share = (double)i / (EDGE_STEPS - 1);
        double along_x = box[0] + share * (box[2] - box[0]);
        double along_y = box[1] + share * (box[3] - box[1]);
        const double edges[4][2] = {
            {along_x, box[1]}, {along_x, box[3]}, {box[0], along_y}, {box[2], along_y}};
        for (int e = 0; e < 4; e++) {
            x[4 * i + e] = edges[e][0];
            y[4 * i + e] = edges[e][1];
        }
    }
    if (transform && hs_transform_inverse(transform, x, y, sizeof x / sizeof *x) > 0) return false;
    view->west = view->south = INFINITY;
    view->east = view->north = -INFINITY;
    for (size_t i = 0; i < sizeof x / sizeof *x; i++) {
        view->west = fmin(view->west, x[i]);
        view->east = fmax(view->east, x[i]);
        view->south = fmin(view->south, y[i]);
        view->north = fmax(view->north, y[i]);
    }
    return view->west < view->east && view->south < view->north;
}

static hs_status parse_degrees(hs_call *call, double box[4]) {
    hs_box all;
    hs_status status = hs_call_bbox_in_degrees(call);
    hs_str text = hs_call_text(call, "bbox");
    if (status != HS_OK) return status;
    if (text.size == 0) {
        if (!hs_ows_extent(call->snapshot, &all))
            return hs_error_set(call->error, HS_E_ARGUMENT, "bbox: is needed, since the city has no extent");
        box[0] = all.min_lon_e7 * 1e-7;
        box[1] = all.min_lat_e7 * 1e-7;
        box[2] = all.max_lon_e7 * 1e-7;
        box[3] = all.max_lat_e7 * 1e-7;
        return HS_OK;
    }
    int count = 0;
    while (text.size > 0 && count < 4 && hs_str_to_double(hs_str_cut(&text, ','), &box[count]))
        count++;
    if (count == 4 && text.size == 0 && box[0] < box[2] && box[1] < box[3]) return HS_OK;
    return hs_error_set(call->error, HS_E_ARGUMENT,
                        "bbox: minx,miny,maxx,maxy are expected, each least below its most");
}

/* The side that is not given follows from the box, so that pixels are square. */
static hs_status parse_size(hs_call *call, hs_wms_view *view) {
    int64_t width = 0;
    int64_t height = 0;
    double ratio = (view->north - view->south) / (view->east - view->west);
    hs_status status = hs_call_integer(call, "width", 1, HS_PICTURE_MOST_PX, 0, &width);
    if (status == HS_OK) status = hs_call_integer(call, "height", 1, HS_PICTURE_MOST_PX, 0, &height);
    if (status != HS_OK) return status;
    if (width == 0) width = height == 0 ? DEFAULT_PX : llround((double)height / ratio);
    if (height == 0) height = llround((double)width * ratio);
    view->width = (uint32_t)(width < 1 ? 1 : width > HS_PICTURE_MOST_PX ? HS_PICTURE_MOST_PX : width);
    view->height = (uint32_t)(height < 1 ? 1 : height > HS_PICTURE_MOST_PX ? HS_PICTURE_MOST_PX : height);
    return HS_OK;
}

/* Transparent unless a colour or transparent=false is given, then white. */
static hs_status parse_ground(hs_call *call, hs_rgba *ground) {
    hs_str transparent = hs_call_text(call, "transparent");
    hs_str colour = hs_call_text(call, "bgcolor");
    *ground = (hs_rgba){0, 0, 0, 0};
    if (transparent.size > 0 && !hs_str_equal(transparent, HS_STR("true")) &&
        !hs_str_equal(transparent, HS_STR("false")))
        return hs_error_set(call->error, HS_E_ARGUMENT, "transparent: true or false is expected");
    if (colour.size == 0) {
        if (hs_str_equal(transparent, HS_STR("false"))) *ground = (hs_rgba){255, 255, 255, 255};
        return HS_OK;
    }
    hs_rgba given;
    if (!hs_wms_parse_colour(colour, true, &given))
        return hs_error_set(call->error, HS_E_ARGUMENT, "bgcolor: 0xRRGGBB is expected");
    if (!hs_str_equal(transparent, HS_STR("true"))) *ground = given;
    return HS_OK;
}

/* The box is the picture's: no filter of incidents. */
static hs_status drop_box(hs_call *call) {
    hs_request *request = call->request;
    hs_http_pair *pairs = hs_arena_array(call->arena, request->query_count + 1, sizeof *pairs);
    if (!pairs) return hs_error_memory(call->error, "the parameters");
    for (size_t i = 0; i < request->query_count; i++) {
        pairs[i] = request->query[i];
        if (hs_str_equal(pairs[i].name, HS_STR("bbox"))) pairs[i].name = HS_STR(HS_OWS_EXTENT);
    }
    request->query = pairs;
    return HS_OK;
}

static hs_status parse_view(hs_call *call, hs_wms_view *view) {
    hs_ogc_crs crs;
    double box[4];
    hs_status status = hs_call_crs(call, "crs", &crs);
    if (status == HS_OK) status = parse_degrees(call, box);
    if (status != HS_OK) return status;
    hs_call_tell_crs(call, &crs);
    view->web_mercator = strcmp(crs.proj, "EPSG:3857") == 0;
    status = hs_ogc_crs_open(&crs, call->error, &view->transform);
    if (status == HS_OK && !project_box(view->transform, box, view))
        status = hs_error_set(call->error, HS_E_ARGUMENT, "bbox: has no place in the system crs");
    /* Web Mercator is worked out without PROJ. */
    if (view->web_mercator) hs_wms_view_done(view);
    return status == HS_OK ? parse_size(call, view) : status;
}

hs_status hs_serve_ogc_map(hs_call *call) {
    const map_source *source = find_source(call);
    hs_wms_view view = {.width = 0};
    hs_rgba ground;
    if (!source || !negotiate(call)) return HS_OK;
    hs_status status = parse_ground(call, &ground);
    if (status == HS_OK) status = parse_view(call, &view);
    if (status == HS_OK) status = drop_box(call);
    if (status == HS_OK) status = source->draw(call, &view, ground);
    hs_wms_view_done(&view);
    return status;
}

static hs_tiled describe(hs_call *call, const map_source *source) {
    return (hs_tiled){
        .path = source->collection
                    ? hs_arena_printf(call->arena, "/ogc/collections/%s/map/tiles", source->collection)
                    : "/ogc/map/tiles",
        .title_en = source->title_en,
        .title_zh = source->title_zh,
        .data_type = "map",
        .form = {"png", "image/png", "PNG"},
        .degrees = true,
        .version = source->collection ? call->snapshot->version : call->snapshot->geography_version,
        .carried = source->carried};
}

hs_status hs_serve_ogc_map_tilesets(hs_call *call) {
    const map_source *source = find_source(call);
    if (!source) return HS_OK;
    hs_tiled tiled = describe(call, source);
    return hs_call_tilesets(call, &tiled);
}

hs_status hs_serve_ogc_map_tileset(hs_call *call) {
    const map_source *source = find_source(call);
    if (!source) return HS_OK;
    hs_tiled tiled = describe(call, source);
    return hs_call_tileset(call, &tiled);
}

static hs_wms_view degrees_view(hs_tile tile) {
    double side = ldexp(180, -(int)tile.z);
    double west = -180 + side * tile.x;
    double north = 90 - side * tile.y;
    return (hs_wms_view){.west = west,
                         .east = west + side,
                         .north = north,
                         .south = north - side,
                         .width = TILE_PX,
                         .height = TILE_PX};
}

static hs_wms_view mercator_view(hs_tile tile) {
    const double edge = 20037508.342789244;
    double side = ldexp(2 * edge, -(int)tile.z);
    return (hs_wms_view){.web_mercator = true,
                         .west = -edge + side * tile.x,
                         .east = -edge + side * (tile.x + 1.0),
                         .north = edge - side * tile.y,
                         .south = edge - side * (tile.y + 1.0),
                         .width = TILE_PX,
                         .height = TILE_PX};
}

hs_status hs_serve_ogc_map_tile(hs_call *call) {
    const map_source *source = find_source(call);
    const hs_wmts_set *set;
    hs_tile tile;
    if (!source || !hs_call_ogc_tile(call, true, &set, &tile) || !negotiate(call)) return HS_OK;
    if (!set->degrees && source->tile) return source->tile(call, tile, TILE_PX);
    hs_wms_view view = set->degrees ? degrees_view(tile) : mercator_view(tile);
    return source->draw(call, &view, (hs_rgba){0, 0, 0, 0});
}
