/* OGC Web Map Tile Service 1.0.0 (07-057r7), by KVP and by REST: the layers `density` and `map`. */
#include "api/wmts.h"
#include "api/wms.h"

#include "base/text.h"
#include "geo/mercator.h"
#include <math.h>

enum { TILE_PX = 256 };

typedef struct wmts_tile {
    const hs_wmts_set *set;
    hs_tile at;             /* x up to across * 2^z */
    bool map;               /* of the layer map, else of density */
    hs_map_request request; /* of the map: its style */
} wmts_tile;

/* A part of the path, or by KVP a parameter. */
static hs_str field(const hs_ows *ows, const char *name) {
    hs_str part = hs_request_param(ows->call->request, name);
    return part.size > 0 ? part : hs_call_text(ows->call, name);
}

static hs_status need(hs_ows *ows, const char *name, hs_str *value) {
    *value = field(ows, name);
    if (value->size > 0) return HS_OK;
    return hs_ows_fail(ows, "MissingParameterValue", name, "the parameter %s is needed", name);
}

/* Needed, and the one value that is offered. */
static hs_status check_fixed(hs_ows *ows, const char *name, const char *offered) {
    hs_str value;
    hs_status status = need(ows, name, &value);
    if (status != HS_OK || hs_str_equal(value, hs_str_of(offered))) return status;
    return hs_ows_fail(ows, "InvalidParameterValue", name, "%s: %.*s is not offered; %s is", name,
                       (int)hs_utf8_cut(value, 60), value.data, offered);
}

/* An empty style is the default one; the map has those of its files besides. */
static hs_status check_style(hs_ows *ows, wmts_tile *tile) {
    hs_str given;
    hs_str style = field(ows, "style");
    bool there = style.size > 0 || hs_request_query(ows->call->request, "style", &given);
    bool plain = there && (style.size == 0 || hs_str_equal(style, HS_STR("default")));
    if (!tile->map) return plain ? HS_OK : check_fixed(ows, "style", "default");
    hs_str name = plain ? HS_STR("light") : style;
    if (hs_map_styles_find(ows->call->api->map_styles, name))
        return hs_call_map_style(ows->call, "style", name, &tile->request);
    if (!there) return need(ows, "style", &style);
    return hs_ows_fail(ows, "InvalidParameterValue", "style",
                       "style: %.*s is not offered; default, light, dark and print are",
                       (int)hs_utf8_cut(style, 60), style.data);
}

static hs_status check_layer(hs_ows *ows, wmts_tile *tile) {
    hs_str layer;
    hs_status status = need(ows, "layer", &layer);
    tile->map = hs_str_equal(layer, HS_STR("map"));
    if (status != HS_OK || tile->map || hs_str_equal(layer, HS_STR("density"))) return status;
    return hs_ows_fail(ows, "InvalidParameterValue", "layer",
                       "layer: %.*s is not offered; density and map are", (int)hs_utf8_cut(layer, 60),
                       layer.data);
}

/* Scales of 07-057r7, annex E.4, and of WorldCRS84Quad in 17-083r4. */
const hs_wmts_set hs_wmts_sets[] = {
    {"WebMercatorQuad", "urn:ogc:def:crs:EPSG::3857", "-20037508.3427892 20037508.3427892",
     "urn:ogc:def:wkss:OGC:1.0:GoogleMapsCompatible", 559082264.0287178, 19, 1, false},
    {"WorldCRS84Quad", "urn:ogc:def:crs:OGC:1.3:CRS84", "-180 90", NULL, 279541132.0143589, 18, 2, true},
    {0},
};

static hs_status parse_set(hs_ows *ows, wmts_tile *tile) {
    hs_str id;
    hs_status status = need(ows, "tilematrixset", &id);
    if (status != HS_OK) return status;
    for (tile->set = hs_wmts_sets; tile->set->id; tile->set++)
        if (hs_str_equal(id, hs_str_of(tile->set->id))) return HS_OK;
    return hs_ows_fail(ows, "InvalidParameterValue", "tilematrixset",
                       "tilematrixset: %.*s is not offered; WebMercatorQuad and WorldCRS84Quad are",
                       (int)hs_utf8_cut(id, 60), id.data);
}

static hs_status parse_tile(hs_ows *ows, wmts_tile *tile) {
    hs_str row;
    hs_str column;
    hs_str matrix;
    int64_t z = 0;
    int64_t x = 0;
    int64_t y = 0;
    hs_status status = check_layer(ows, tile);
    if (status == HS_OK) status = check_style(ows, tile);
    if (status == HS_OK) status = parse_set(ows, tile);
    if (status == HS_OK) status = need(ows, "tilematrix", &matrix);
    if (status == HS_OK) status = need(ows, "tilerow", &row);
    if (status == HS_OK) status = need(ows, "tilecol", &column);
    if (status == HS_OK)
        status =
            hs_ows_number(ows, "InvalidParameterValue", "tilematrix", matrix, tile->set->matrices - 1, &z);
    if (status == HS_OK) status = hs_ows_number(ows, "TileOutOfRange", "tilerow", row, (1 << z) - 1, &y);
    if (status == HS_OK)
        status = hs_ows_number(ows, "TileOutOfRange", "tilecol", column,
                               ((int64_t)tile->set->across << z) - 1, &x);
    if (status == HS_OK) tile->at = (hs_tile){(uint32_t)z, (uint32_t)x, (uint32_t)y};
    return status;
}

/* The part of the Earth under a tile of degrees. */
static hs_wms_view degrees_view(const wmts_tile *tile) {
    double side = ldexp(180, -(int)tile->at.z);
    double west = -180 + side * tile->at.x;
    double north = 90 - side * tile->at.y;
    return (hs_wms_view){.west = west,
                         .east = west + side,
                         .north = north,
                         .south = north - side,
                         .width = TILE_PX,
                         .height = TILE_PX};
}

static hs_map_view map_view(const hs_call *call, const wmts_tile *tile) {
    if (!tile->set->degrees) return hs_map_tile_view(tile->at, TILE_PX, 1);
    double px = ldexp(TILE_PX / 180.0, (int)tile->at.z);
    hs_map_view view = {.plane = {.system = HS_MAP_DEGREES, .x_px = px, .y_px = px},
                        .width = TILE_PX,
                        .height = TILE_PX,
                        .ratio = 1};
    view.left = tile->at.x * (double)TILE_PX - ldexp(TILE_PX, (int)tile->at.z);
    view.top = tile->at.y * (double)TILE_PX - ldexp(TILE_PX / 2.0, (int)tile->at.z);
    hs_map_set_zoom(&view, call->snapshot->geography);
    return view;
}

static hs_status draw_map(hs_call *call, wmts_tile *tile, hs_image_format format) {
    if (hs_call_begin(call, hs_image_media_type(format), HS_READS_GEOGRAPHY)) return HS_OK;
    tile->request.view = map_view(call, tile);
    return hs_call_map_write(call, &tile->request, format);
}

static hs_status draw_degrees(hs_call *call, const wmts_tile *tile) {
    hs_density_ask ask;
    hs_wms_view view = degrees_view(tile);
    hs_status status = hs_call_density(call, &ask);
    if (status != HS_OK || hs_call_begin(call, "image/png", HS_READS_CITY)) return status;
    return hs_wms_draw(call, &ask, &view, (hs_rgba){0, 0, 0, 0});
}

/* JPEG has no transparency: the density lies on white. */
static hs_status draw_density_jpeg(hs_call *call, const wmts_tile *tile) {
    hs_density_ask ask;
    hs_map_request request = {.ground = {255, 255, 255, 255}};
    hs_status status = hs_call_density(call, &ask);
    if (status != HS_OK || hs_call_begin(call, "image/jpeg", HS_READS_CITY)) return status;
    request.view = map_view(call, tile);
    request.density = &ask.request;
    request.classes = &ask.classes;
    return hs_call_map_write(call, &request, HS_IMAGE_JPEG);
}

static hs_status draw_tile(hs_ows *ows, hs_image_format format) {
    wmts_tile tile = {0};
    hs_status status = parse_tile(ows, &tile);
    if (status != HS_OK) return status;
    if (tile.map) return draw_map(ows->call, &tile, format);
    if (format == HS_IMAGE_JPEG) return draw_density_jpeg(ows->call, &tile);
    return tile.set->degrees ? draw_degrees(ows->call, &tile)
                             : hs_call_density_tile(ows->call, tile.at, TILE_PX);
}

static hs_status serve_png(hs_ows *ows) {
    return draw_tile(ows, HS_IMAGE_PNG);
}

static hs_status serve_jpeg(hs_ows *ows) {
    return draw_tile(ows, HS_IMAGE_JPEG);
}

static hs_position pixel_centre(const wmts_tile *tile, uint32_t i, uint32_t j) {
    if (tile->set->degrees) {
        hs_position position = {0, 0};
        hs_wms_view view = degrees_view(tile);
        (void)hs_wms_view_position(&view, i, j, &position);
        return position;
    }
    uint64_t x0, y0, side;
    hs_tile_square(tile->at, &x0, &y0, &side);
    uint64_t half = side / (2 * TILE_PX);
    return hs_mercator_to_position(
        (hs_mercator){(uint32_t)(x0 + (2ULL * i + 1) * half), (uint32_t)(y0 + (2ULL * j + 1) * half)});
}

static hs_status serve_info(hs_ows *ows, hs_str format) {
    wmts_tile tile = {0};
    hs_str column;
    hs_str row;
    int64_t i = 0;
    int64_t j = 0;
    hs_status status = parse_tile(ows, &tile);
    if (status == HS_OK && tile.map)
        status = hs_ows_fail(ows, "InvalidParameterValue", "layer",
                             "layer: map is a picture only; density is offered");
    if (status == HS_OK) status = need(ows, "i", &column);
    if (status == HS_OK) status = need(ows, "j", &row);
    if (status == HS_OK) status = hs_ows_number(ows, "PointIJOutOfRange", "i", column, TILE_PX - 1, &i);
    if (status == HS_OK) status = hs_ows_number(ows, "PointIJOutOfRange", "j", row, TILE_PX - 1, &j);
    return status == HS_OK ? hs_ows_feature_info(ows, format, pixel_centre(&tile, (uint32_t)i, (uint32_t)j))
                           : status;
}

/* GetCapabilities names the versions that it takes, if any; everything else names one. */
static hs_status negotiate(hs_ows *ows) {
    hs_str versions = hs_call_text(ows->call, "acceptversions");
    if (versions.size == 0) return HS_OK;
    while (versions.size > 0)
        if (hs_str_equal(hs_str_trim(hs_str_cut(&versions, ',')), HS_STR("1.0.0"))) return HS_OK;
    return hs_ows_fail(ows, "VersionNegotiationFailed", NULL, "this service is of version 1.0.0");
}

static hs_status check_format(hs_ows *ows, hs_image_format *format) {
    hs_str name;
    hs_status status = need(ows, "format", &name);
    *format = hs_str_equal_nocase(name, HS_STR("image/jpeg")) ? HS_IMAGE_JPEG : HS_IMAGE_PNG;
    if (status != HS_OK || *format == HS_IMAGE_JPEG || hs_str_equal_nocase(name, HS_STR("image/png")))
        return status;
    return hs_ows_fail(ows, "InvalidParameterValue", "format",
                       "format: %.*s is not offered; image/png and image/jpeg are",
                       (int)hs_utf8_cut(name, 60), name.data);
}

static hs_status serve_kvp(hs_ows *ows) {
    hs_str request;
    hs_str service;
    hs_str format;
    hs_status status = hs_ows_need(ows, "service", &service);
    if (status == HS_OK && !hs_str_equal_nocase(service, HS_STR("WMTS")))
        status = hs_ows_fail(ows, "InvalidParameterValue", "service", "service: this one is WMTS");
    if (status == HS_OK) status = hs_ows_need(ows, "request", &request);
    if (status != HS_OK) return status;
    if (hs_str_equal_nocase(request, HS_STR("GetCapabilities"))) {
        status = negotiate(ows);
        return status == HS_OK ? hs_wmts_write_capabilities(ows) : status;
    }
    bool tile = hs_str_equal_nocase(request, HS_STR("GetTile"));
    if (!tile && !hs_str_equal_nocase(request, HS_STR("GetFeatureInfo"))) {
        ows->http_status = 501;
        return hs_ows_fail(ows, "OperationNotSupported", "request",
                           "request: there are GetCapabilities, GetTile and GetFeatureInfo");
    }
    status = check_fixed(ows, "version", "1.0.0");
    hs_image_format form = HS_IMAGE_PNG;
    if (status == HS_OK) status = check_format(ows, &form);
    if (status == HS_OK && tile) return draw_tile(ows, form);
    if (status == HS_OK) status = hs_ows_need(ows, "infoformat", &format);
    return status == HS_OK ? serve_info(ows, format) : status;
}

static hs_status serve_rest_info(hs_ows *ows) {
    return serve_info(ows, HS_STR("application/geo+json"));
}

hs_status hs_serve_wmts(hs_call *call) {
    return hs_ows_run(call, HS_OWS_WMTS, false, serve_kvp);
}

hs_status hs_serve_wmts_capabilities(hs_call *call) {
    return hs_ows_run(call, HS_OWS_WMTS, false, hs_wmts_write_capabilities);
}

hs_status hs_serve_wmts_tile(hs_call *call) {
    return hs_ows_run(call, HS_OWS_WMTS, false, serve_png);
}

hs_status hs_serve_wmts_tile_jpeg(hs_call *call) {
    return hs_ows_run(call, HS_OWS_WMTS, false, serve_jpeg);
}

hs_status hs_serve_wmts_info(hs_call *call) {
    return hs_ows_run(call, HS_OWS_WMTS, false, serve_rest_info);
}
