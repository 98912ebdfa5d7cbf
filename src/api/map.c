/* The whole map rendered: tiles, and pictures of any part at any size. */
#include "api/map.h"

#include "base/text.h"
#include <math.h>

enum { TILE_PX = 256, MOST_ZOOM = 22 };

/* Where a city has nothing the world is shown. */
static const hs_box whole_world = {-1700000000, -600000000, 1700000000, 750000000};

static bool is_gone(const void *request) {
    return hs_request_is_gone(request);
}

hs_status hs_call_map_style(hs_call *call, const char *parameter, hs_str name, hs_map_request *request) {
    bool chinese = false;
    if (name.size == 0) name = HS_STR("light");
    request->style = hs_map_styles_find(call->api->map_styles, name);
    if (!request->style)
        return hs_error_set(call->error, HS_E_ARGUMENT, "%s: %.*s is none of light, dark, print", parameter,
                            (int)hs_utf8_cut(name, 60), name.data);
    hs_status status = hs_call_words_language(call, &chinese);
    request->english = !chinese;
    request->base = true;
    request->stop = (hs_density_stop){is_gone, call->request};
    return status;
}

hs_status hs_call_map_write(hs_call *call, const hs_map_request *request, hs_image_format format) {
    return hs_service_map_image(call->api->service, call->snapshot, request, format, call->arena, call->error,
                                &call->response->body);
}

static hs_status serve_tile(hs_call *call, unsigned ratio, hs_image_format format) {
    hs_tile tile = {0};
    hs_map_request request = {.style = NULL};
    hs_status status = hs_call_tile(call, &tile);
    if (status == HS_OK) status = hs_call_map_style(call, "style", hs_call_text(call, "style"), &request);
    if (status != HS_OK || hs_call_begin(call, hs_image_media_type(format), HS_READS_GEOGRAPHY))
        return status;
    request.view = hs_map_tile_view(tile, TILE_PX * ratio, ratio);
    return hs_call_map_write(call, &request, format);
}

hs_status hs_serve_map_tile(hs_call *call) {
    return serve_tile(call, 1, HS_IMAGE_PNG);
}

hs_status hs_serve_map_tile_2x(hs_call *call) {
    return serve_tile(call, 2, HS_IMAGE_PNG);
}

hs_status hs_serve_map_tile_jpeg(hs_call *call) {
    return serve_tile(call, 1, HS_IMAGE_JPEG);
}

hs_status hs_serve_map_tile_jpeg_2x(hs_call *call) {
    return serve_tile(call, 2, HS_IMAGE_JPEG);
}

/* `scale`, or `dpi` of 96 to the inch: one of the two. */
static hs_status parse_ratio(hs_call *call, double *ratio) {
    double dpi = 96;
    bool both = hs_call_text(call, "scale").size > 0 && hs_call_text(call, "dpi").size > 0;
    hs_status status = hs_call_number(call, "scale", 0.5, HS_MAP_MOST_RATIO, 1, ratio);
    if (status == HS_OK) status = hs_call_number(call, "dpi", 48, 96 * HS_MAP_MOST_RATIO, 96, &dpi);
    if (status == HS_OK && both)
        return hs_error_set(call->error, HS_E_ARGUMENT,
                            "dpi: scale says the same (scale 1 is 96 dpi); give one");
    if (hs_call_text(call, "dpi").size > 0) *ratio = dpi / 96;
    return status;
}

static hs_status parse_size(hs_call *call, uint32_t *width, uint32_t *height) {
    int64_t wide = 1024;
    int64_t tall = 768;
    hs_status status = hs_call_integer(call, "width", 1, HS_MAP_MOST_PX, wide, &wide);
    if (status == HS_OK) status = hs_call_integer(call, "height", 1, HS_MAP_MOST_PX, tall, &tall);
    *width = (uint32_t)wide;
    *height = (uint32_t)tall;
    return status;
}

/* center=LON,LAT with zoom, or bbox, or the city. */
static hs_status parse_view(hs_call *call, const hs_box *box, bool has_box, hs_map_view *view) {
    double ratio = 1;
    double zoom = 12;
    double lon = 0;
    double lat = 0;
    uint32_t width = 0;
    uint32_t height = 0;
    hs_str center = hs_call_text(call, "center");
    bool centred = center.size > 0;
    hs_status status = parse_ratio(call, &ratio);
    if (status == HS_OK) status = parse_size(call, &width, &height);
    if (status == HS_OK) status = hs_call_number(call, "zoom", -1, MOST_ZOOM, 12, &zoom);
    if (status != HS_OK) return status;
    if (centred && has_box)
        return hs_error_set(call->error, HS_E_ARGUMENT, "center: bbox says where already; give one");
    if (!centred && hs_call_text(call, "zoom").size > 0)
        return hs_error_set(call->error, HS_E_ARGUMENT, "zoom: it goes with center=LON,LAT");
    if (centred) {
        hs_str first = hs_str_cut(&center, ',');
        if (!hs_str_to_double(first, &lon) || !hs_str_to_double(center, &lat) || fabs(lon) > 180 ||
            fabs(lat) > HS_MERCATOR_MAX_LAT_DEG)
            return hs_error_set(call->error, HS_E_ARGUMENT,
                                "center: LON,LAT in degrees is expected, as 121.5,31.2");
        *view = hs_map_view_at(lon, lat, zoom, width, height, ratio);
        return HS_OK;
    }
    hs_box shown = has_box ? *box : call->snapshot->geography->box;
    if (shown.min_lon_e7 > shown.max_lon_e7) shown = whole_world;
    *view = hs_map_view_of_box(shown, width, height, ratio);
    /* A city does not touch the picture's edge. */
    if (!has_box) {
        hs_mercator at;
        (void)hs_map_unproject(&view->plane, view->left + width / 2.0, view->top + height / 2.0, &at);
        hs_mercator_to_degrees(at.x, at.y, &lon, &lat);
        *view = hs_map_view_at(lon, lat, view->zoom - 0.08, width, height, ratio);
    }
    return HS_OK;
}

static hs_status parse_flag(hs_call *call, const char *name, bool *flag) {
    hs_str text = hs_call_text(call, name);
    *flag = hs_str_equal_nocase(text, HS_STR("true"));
    if (*flag || text.size == 0 || hs_str_equal_nocase(text, HS_STR("false"))) return HS_OK;
    return hs_error_set(call->error, HS_E_ARGUMENT, "%s: true or false is expected", name);
}

static hs_status serve_picture(hs_call *call, hs_image_format format) {
    hs_density_ask ask;
    hs_map_request request = {.style = NULL};
    hs_box box = HS_BOX_EMPTY;
    bool has_box = false;
    bool density = false;
    hs_status status = hs_call_density_extent(call, &ask, &box, &has_box);
    if (status == HS_OK) status = hs_call_map_style(call, "style", hs_call_text(call, "style"), &request);
    if (status == HS_OK) status = parse_flag(call, "density", &density);
    if (status == HS_OK) status = parse_flag(call, "transparent", &request.transparent);
    if (status == HS_OK) status = parse_view(call, &box, has_box, &request.view);
    if (status != HS_OK) return status;
    if (hs_call_begin(call, hs_image_media_type(format), density ? HS_READS_ALL : HS_READS_GEOGRAPHY))
        return HS_OK;
    if (density) {
        request.density = &ask.request;
        request.classes = &ask.classes;
    }
    return hs_call_map_write(call, &request, format);
}

hs_status hs_serve_map_png(hs_call *call) {
    return serve_picture(call, HS_IMAGE_PNG);
}

hs_status hs_serve_map_jpeg(hs_call *call) {
    return serve_picture(call, HS_IMAGE_JPEG);
}
