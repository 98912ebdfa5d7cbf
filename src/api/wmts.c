/* OGC Web Map Tile Service 1.0.0 (07-057r7), by KVP and by REST: the layer `density` in WebMercatorQuad. */
#include "api/wmts.h"

#include "base/text.h"
#include <stdio.h>
#include <string.h>

enum { TILE_PX = 256 };

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

/* An empty style is the default one. */
static hs_status check_style(hs_ows *ows) {
    hs_str given;
    hs_str style = field(ows, "style");
    bool there = style.size > 0 || hs_request_query(ows->call->request, "style", &given);
    if (there && (style.size == 0 || hs_str_equal(style, HS_STR("default")))) return HS_OK;
    return check_fixed(ows, "style", "default");
}

static hs_status parse_tile(hs_ows *ows, hs_tile *tile) {
    hs_str row;
    hs_str column;
    hs_str matrix;
    int64_t z = 0;
    int64_t x = 0;
    int64_t y = 0;
    hs_status status = check_fixed(ows, "layer", "density");
    if (status == HS_OK) status = check_style(ows);
    if (status == HS_OK) status = check_fixed(ows, "tilematrixset", HS_WMTS_SET);
    if (status == HS_OK) status = need(ows, "tilematrix", &matrix);
    if (status == HS_OK) status = need(ows, "tilerow", &row);
    if (status == HS_OK) status = need(ows, "tilecol", &column);
    if (status == HS_OK)
        status = hs_ows_number(ows, "InvalidParameterValue", "tilematrix", matrix, HS_WMTS_MATRICES - 1, &z);
    if (status == HS_OK) status = hs_ows_number(ows, "TileOutOfRange", "tilerow", row, (1 << z) - 1, &y);
    if (status == HS_OK) status = hs_ows_number(ows, "TileOutOfRange", "tilecol", column, (1 << z) - 1, &x);
    if (status == HS_OK) *tile = (hs_tile){(uint32_t)z, (uint32_t)x, (uint32_t)y};
    return status;
}

static hs_status serve_tile(hs_ows *ows) {
    hs_tile tile = {0};
    hs_status status = parse_tile(ows, &tile);
    return status == HS_OK ? hs_call_density_tile(ows->call, tile, TILE_PX) : status;
}

static hs_position pixel_centre(hs_tile tile, int64_t i, int64_t j) {
    uint64_t x0, y0, side;
    hs_tile_square(tile, &x0, &y0, &side);
    uint64_t half = side / (2 * TILE_PX);
    return hs_mercator_to_position((hs_mercator){(uint32_t)(x0 + (2 * (uint64_t)i + 1) * half),
                                                 (uint32_t)(y0 + (2 * (uint64_t)j + 1) * half)});
}

static hs_status serve_info(hs_ows *ows, hs_str format) {
    hs_tile tile = {0};
    hs_str column;
    hs_str row;
    int64_t i = 0;
    int64_t j = 0;
    hs_status status = parse_tile(ows, &tile);
    if (status == HS_OK) status = need(ows, "i", &column);
    if (status == HS_OK) status = need(ows, "j", &row);
    if (status == HS_OK) status = hs_ows_number(ows, "PointIJOutOfRange", "i", column, TILE_PX - 1, &i);
    if (status == HS_OK) status = hs_ows_number(ows, "PointIJOutOfRange", "j", row, TILE_PX - 1, &j);
    return status == HS_OK ? hs_ows_feature_info(ows, format, pixel_centre(tile, i, j)) : status;
}

/* GetCapabilities names the versions that it takes, if any; everything else names one. */
static hs_status negotiate(hs_ows *ows) {
    hs_str versions = hs_call_text(ows->call, "acceptversions");
    if (versions.size == 0) return HS_OK;
    while (versions.size > 0)
        if (hs_str_equal(hs_str_trim(hs_str_cut(&versions, ',')), HS_STR("1.0.0"))) return HS_OK;
    return hs_ows_fail(ows, "VersionNegotiationFailed", NULL, "this service is of version 1.0.0");
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
    if (status == HS_OK) status = check_fixed(ows, "format", "image/png");
    if (status == HS_OK && tile) return serve_tile(ows);
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
    return hs_ows_run(call, HS_OWS_WMTS, false, serve_tile);
}

hs_status hs_serve_wmts_info(hs_call *call) {
    return hs_ows_run(call, HS_OWS_WMTS, false, serve_rest_info);
}
