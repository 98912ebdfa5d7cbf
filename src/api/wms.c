/* OGC Web Map Service 1.3.0 (06-042) and 1.1.1 (01-068r3): the layers `density` and `map`. */
#include "api/wms.h"

#include "base/text.h"
#include "service/density_picture.h"
#include <stdlib.h>
#include <string.h>

/* Clients write parameters of the type behind it. */
static hs_status check_format(hs_ows *ows, hs_image_format *format) {
    hs_str given;
    hs_status status = hs_ows_need(ows, "format", &given);
    hs_str type = given;
    type = hs_str_trim(hs_str_cut(&type, ';'));
    *format = hs_str_equal_nocase(type, HS_STR("image/jpeg")) ? HS_IMAGE_JPEG : HS_IMAGE_PNG;
    if (status != HS_OK || *format == HS_IMAGE_JPEG || hs_str_equal_nocase(type, HS_STR("image/png")))
        return status;
    return hs_ows_fail(ows, "InvalidFormat", "format",
                       "format: %.*s is not offered; image/png and image/jpeg are",
                       (int)hs_utf8_cut(given, 60), given.data);
}

bool hs_wms_parse_colour(hs_str text, bool loosely, hs_rgba *colour) {
    static const char digits[] = "0123456789abcdef";
    size_t skipped = 0;
    if (text.size > 2 && text.data[0] == '0' && (text.data[1] | 32) == 'x')
        skipped = 2;
    else if (loosely)
        skipped = text.size > 0 && text.data[0] == '#';
    else
        return false;
    if (text.size - skipped != 6) return false;
    uint32_t rgb = 0;
    for (size_t i = skipped; i < text.size; i++) {
        char c = text.data[i] >= 'A' && text.data[i] <= 'F' ? (char)(text.data[i] | 32) : text.data[i];
        const char *digit = memchr(digits, c, sizeof digits - 1);
        if (!digit) return false;
        rgb = rgb << 4 | (uint32_t)(digit - digits);
    }
    *colour = (hs_rgba){(uint8_t)(rgb >> 16), (uint8_t)(rgb >> 8), (uint8_t)rgb, 255};
    return true;
}

/* Opaque white unless TRANSPARENT is true; BGCOLOR as 0xRRGGBB. */
static hs_status parse_ground(hs_ows *ows, hs_rgba *ground) {
    hs_str transparent = hs_call_text(ows->call, "transparent");
    hs_str colour = hs_call_text(ows->call, "bgcolor");
    *ground = (hs_rgba){0, 0, 0, 0};
    if (hs_str_equal_nocase(transparent, HS_STR("TRUE"))) return HS_OK;
    if (transparent.size > 0 && !hs_str_equal_nocase(transparent, HS_STR("FALSE")))
        return hs_ows_fail(ows, "InvalidParameterValue", "transparent",
                           "transparent: TRUE or FALSE is expected");
    *ground = (hs_rgba){255, 255, 255, 255};
    if (colour.size > 0 && !hs_wms_parse_colour(colour, false, ground))
        return hs_ows_fail(ows, "InvalidParameterValue", "bgcolor", "bgcolor: 0xRRGGBB is expected");
    return HS_OK;
}

/* Lixels in the view's own system. */
static hs_status draw_streets(hs_call *call, const hs_density_ask *ask, const hs_wms_view *view,
                              hs_rgba ground) {
    hs_map_view map;
    hs_status status = hs_wms_map_view(call, view, &map);
    return status == HS_OK ? hs_call_street_view(call, ask, &map, ground) : status;
}

hs_status hs_wms_draw(hs_call *call, const hs_density_ask *ask, hs_wms_view *view, hs_rgba ground) {
    if (ask->request.network) return draw_streets(call, ask, view, ground);
    float *values = malloc((size_t)view->width * view->height * sizeof *values);
    if (!values) return hs_error_memory(call->error, "a map");
    hs_status status =
        hs_service_density_picture(call->api->service, call->snapshot, &ask->request, view->width,
                                   view->height, hs_wms_view_row, view, call->error, values);
    if (status == HS_OK)
        status = hs_render_density_on(values, view->width, view->height, &ask->classes, ground, call->error,
                                      &call->response->body);
    free(values);
    return status;
}

/* The density alone as PNG has a palette; everything else is drawn by the map renderer. */
static hs_status draw(hs_call *call, const hs_wms_layers *layers, const hs_density_ask *ask,
                      hs_wms_view *view, hs_rgba ground, hs_image_format format) {
    if (!layers->map && format == HS_IMAGE_PNG) return hs_wms_draw(call, ask, view, ground);
    hs_map_request request = layers->request;
    hs_status status = hs_wms_map_view(call, view, &request.view);
    request.ground = ground;
    request.transparent = ground.a == 0 && format == HS_IMAGE_PNG;
    if (format == HS_IMAGE_JPEG && ground.a == 0) request.ground = (hs_rgba){255, 255, 255, 255};
    if (layers->density) {
        request.density = &ask->request;
        request.classes = &ask->classes;
    }
    return status == HS_OK ? hs_call_map_write(call, &request, format) : status;
}

static hs_status serve_map(hs_ows *ows) {
    hs_call *call = ows->call;
    hs_wms_view view = {.width = 0};
    hs_rgba ground = {0, 0, 0, 0};
    hs_wms_layers layers;
    hs_image_format format = HS_IMAGE_PNG;
    hs_density_ask ask;
    hs_status status = hs_wms_parse_layers(ows, "layers", "styles", &layers);
    if (status == HS_OK) status = check_format(ows, &format);
    if (status == HS_OK) status = parse_ground(ows, &ground);
    if (status == HS_OK) status = hs_call_density(call, &ask);
    if (status == HS_OK) status = hs_wms_parse_view(ows, &view);
    if (status != HS_OK) return status;
    if (!hs_call_begin(call, hs_image_media_type(format),
                       layers.density ? HS_READS_CITY : HS_READS_GEOGRAPHY))
        status = draw(call, &layers, &ask, &view, ground, format);
    hs_wms_view_done(&view);
    return status;
}

static hs_status parse_pixel(hs_ows *ows, const char *name, uint32_t side, uint32_t *pixel) {
    hs_str text;
    int64_t value = 0;
    hs_status status = hs_ows_need(ows, name, &text);
    if (status == HS_OK) status = hs_ows_number(ows, "InvalidPoint", name, text, (int64_t)side - 1, &value);
    if (status == HS_OK) *pixel = (uint32_t)value;
    return status;
}

static hs_status serve_info(hs_ows *ows) {
    bool older = ows->form == HS_OWS_WMS_111;
    hs_wms_view view = {.width = 0};
    hs_position position = {0};
    hs_str format;
    uint32_t column = 0;
    uint32_t row = 0;
    hs_status status = hs_wms_check_density(ows, "query_layers");
    if (status == HS_OK) status = hs_ows_need(ows, "info_format", &format);
    if (status == HS_OK) status = hs_wms_parse_view(ows, &view);
    if (status == HS_OK) status = parse_pixel(ows, older ? "x" : "i", view.width, &column);
    if (status == HS_OK) status = parse_pixel(ows, older ? "y" : "j", view.height, &row);
    if (status == HS_OK && !hs_wms_view_position(&view, column, row, &position))
        status = hs_ows_fail(ows, "InvalidPoint", NULL, "the point is nowhere on Earth");
    hs_wms_view_done(&view);
    return status == HS_OK ? hs_ows_feature_info(ows, format, position) : status;
}

static hs_status serve_legend(hs_ows *ows) {
    hs_wms_layers layers;
    hs_image_format format = HS_IMAGE_PNG;
    hs_status status = hs_wms_parse_layers(ows, "layer", "style", &layers);
    if (status == HS_OK && layers.density && layers.map)
        status = hs_ows_fail(ows, "LayerNotDefined", "layer", "layer: one layer's legend is drawn at a time");
    if (status == HS_OK) status = check_format(ows, &format);
    if (status == HS_OK && format == HS_IMAGE_JPEG)
        status = hs_ows_fail(ows, "InvalidFormat", "format", "format: legends are image/png");
    if (status != HS_OK) return status;
    return layers.map ? hs_call_map_legend(ows->call, layers.request.style, layers.request.english)
                      : hs_serve_density_legend_png(ows->call);
}

/* 1.3.0 where nothing or something newer is asked for, else 1.1.1: as versions are negotiated. What asks for
 * pictures names the one that it means. */
static hs_status choose_version(hs_ows *ows, bool negotiated) {
    hs_str version = hs_call_text(ows->call, "version");
    bool older = hs_str_starts(version, HS_STR("1.0")) || hs_str_starts(version, HS_STR("1.1")) ||
                 hs_str_starts(version, HS_STR("1.2")) || hs_str_starts(version, HS_STR("0."));
    ows->form = older ? HS_OWS_WMS_111 : HS_OWS_WMS_130;
    if (negotiated || hs_str_equal(version, HS_STR("1.3.0")) || hs_str_equal(version, HS_STR("1.1.1")))
        return HS_OK;
    return hs_ows_fail(ows, version.size > 0 ? "InvalidParameterValue" : "MissingParameterValue", "version",
                       "version: 1.3.0 or 1.1.1 is expected");
}

static hs_status serve(hs_ows *ows) {
    hs_str request = hs_call_text(ows->call, "request");
    hs_str service = hs_call_text(ows->call, "service");
    bool capabilities = hs_str_equal_nocase(request, HS_STR("GetCapabilities"));
    bool legend = hs_str_equal_nocase(request, HS_STR("GetLegendGraphic"));
    hs_status status = choose_version(ows, capabilities || legend || request.size == 0);
    if (status != HS_OK) return status;
    if (!hs_str_equal_nocase(service, HS_STR("WMS")) && (capabilities || service.size > 0))
        return hs_ows_fail(ows, service.size > 0 ? "InvalidParameterValue" : "MissingParameterValue",
                           "service", "service: WMS is expected");
    status = hs_ows_need(ows, "request", &request);
    if (status != HS_OK) return status;
    if (capabilities) return hs_wms_write_capabilities(ows);
    if (legend) return serve_legend(ows);
    if (hs_str_equal_nocase(request, HS_STR("GetMap"))) return serve_map(ows);
    if (hs_str_equal_nocase(request, HS_STR("GetFeatureInfo"))) return serve_info(ows);
    ows->http_status = 501;
    return hs_ows_fail(ows, "OperationNotSupported", "request",
                       "request: there are GetCapabilities, GetMap, GetFeatureInfo and GetLegendGraphic");
}

hs_status hs_serve_wms(hs_call *call) {
    return hs_ows_run(call, HS_OWS_WMS_130, true, serve);
}
