/* The whole map rendered: tiles, and pictures of any part at any size. */
#include "api/map.h"

#include "base/text.h"
#include "render/map_legend.h"

enum { TILE_PX = 256 };

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
    request->progress = hs_call_progress(call);
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

static hs_status parse_view(hs_call *call, const hs_box *box, bool has_box, hs_map_view *view) {
    double ratio = 1;
    uint32_t width = 0;
    uint32_t height = 0;
    hs_map_shown what;
    hs_status status = parse_ratio(call, &ratio);
    if (status == HS_OK) status = parse_size(call, &width, &height);
    if (status == HS_OK) status = hs_call_map_shown(call, box, has_box, &what);
    if (status != HS_OK) return status;
    *view = what.centred ? hs_map_view_at(what.lon_deg, what.lat_deg, what.zoom, width, height, ratio)
                         : hs_map_view_of_box(what.box, width, height, ratio);
    return HS_OK;
}

static hs_status serve_picture(hs_call *call, hs_image_format format) {
    hs_density_ask ask;
    hs_map_request request = {.style = NULL};
    hs_box box = HS_BOX_EMPTY;
    bool has_box = false;
    bool density = false;
    hs_status status = hs_call_density_extent(call, &ask, &box, &has_box);
    if (status == HS_OK) status = hs_call_map_style(call, "style", hs_call_text(call, "style"), &request);
    if (status == HS_OK) status = hs_call_flag(call, "density", false, &density);
    if (status == HS_OK) status = hs_call_flag(call, "transparent", false, &request.transparent);
    if (status == HS_OK) status = parse_view(call, &box, has_box, &request.view);
    if (status != HS_OK) return status;
    request.whole_names = true;
    if (hs_call_begin(call, hs_image_media_type(format), density ? HS_READS_ALL : HS_READS_GEOGRAPHY))
        return HS_OK;
    if (density) {
        request.density = &ask.request;
        request.classes = &ask.classes;
    }
    return hs_call_map_write(call, &request, format);
}

/* A page on paper where one is named, else a bare picture. */
static hs_status serve_image(hs_call *call, hs_image_format format) {
    static const char *const of_paper[] = {"orientation", "title", "layers"};
    if (hs_call_text(call, "paper").size > 0) return hs_call_map_page(call, format);
    for (size_t i = 0; i < sizeof of_paper / sizeof *of_paper; i++)
        if (hs_call_text(call, of_paper[i]).size > 0)
            return hs_error_set(call->error, HS_E_ARGUMENT, "%s: it goes with paper=a4 or paper=a3",
                                of_paper[i]);
    return serve_picture(call, format);
}

hs_status hs_serve_map_png(hs_call *call) {
    return serve_image(call, HS_IMAGE_PNG);
}

hs_status hs_serve_map_jpeg(hs_call *call) {
    return serve_image(call, HS_IMAGE_JPEG);
}

hs_status hs_call_map_legend(hs_call *call, const hs_map_style *style, bool english) {
    int64_t scale = 1;
    hs_status status = hs_call_integer(call, "scale", 1, 2, 1, &scale);
    if (status != HS_OK || hs_call_begin(call, "image/png", HS_READS_GEOGRAPHY)) return status;
    return hs_render_map_legend(style, hs_ramps_paper(call->api->ramps, style->dark), !english, (double)scale,
                                call->error, &call->response->body);
}

hs_status hs_serve_map_legend(hs_call *call) {
    hs_map_request request = {.style = NULL};
    hs_status status = hs_call_map_style(call, "style", hs_call_text(call, "style"), &request);
    return status == HS_OK ? hs_call_map_legend(call, request.style, request.english) : status;
}
