/* The whole map rendered: tiles, and pictures of any part at any size. */
#include "api/map.h"

#include "base/clock.h"
#include "base/hash.h"
#include "base/text.h"
#include "render/map_legend.h"
#include "service/map_print.h"
#include <math.h>

enum { TILE_PX = 256, MOST_ZOOM = 22 };

/* Where a city has nothing the world is shown. */
static const hs_box whole_world = {-1700000000, -600000000, 1700000000, 750000000};

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

/* What is shown: a box, or a centre at a zoom. */
typedef struct shown {
    bool whole_city, centred;
    hs_box box;
    double lon_deg, lat_deg, zoom;
} shown;

static hs_status parse_center(hs_call *call, hs_str center, shown *what) {
    hs_str first = hs_str_cut(&center, ',');
    if (hs_str_to_double(first, &what->lon_deg) && hs_str_to_double(center, &what->lat_deg) &&
        fabs(what->lon_deg) <= 180 && fabs(what->lat_deg) <= HS_MERCATOR_MAX_LAT_DEG)
        return HS_OK;
    return hs_error_set(call->error, HS_E_ARGUMENT, "center: LON,LAT in degrees is expected, as 121.5,31.2");
}

/* center=LON,LAT with zoom, or bbox, or the city. */
static hs_status parse_shown(hs_call *call, const hs_box *box, bool has_box, shown *what) {
    hs_str center = hs_call_text(call, "center");
    *what = (shown){.centred = center.size > 0, .whole_city = !has_box && center.size == 0};
    hs_status status = hs_call_number(call, "zoom", -1, MOST_ZOOM, 12, &what->zoom);
    if (status != HS_OK) return status;
    if (what->centred && has_box)
        return hs_error_set(call->error, HS_E_ARGUMENT, "center: bbox says where already; give one");
    if (!what->centred && hs_call_text(call, "zoom").size > 0)
        return hs_error_set(call->error, HS_E_ARGUMENT, "zoom: it goes with center=LON,LAT");
    what->box = has_box ? *box : call->snapshot->geography->box;
    if (what->box.min_lon_e7 > what->box.max_lon_e7) what->box = whole_world;
    return what->centred ? parse_center(call, center, what) : HS_OK;
}

/* A whole city does not touch the picture's edge. */
static hs_box with_margin(const shown *what) {
    hs_box box = what->box;
    if (!what->whole_city) return box;
    int32_t wide = (int32_t)(((int64_t)box.max_lon_e7 - box.min_lon_e7) / 32);
    int32_t tall = (int32_t)(((int64_t)box.max_lat_e7 - box.min_lat_e7) / 32);
    return (hs_box){box.min_lon_e7 - wide, box.min_lat_e7 - tall, box.max_lon_e7 + wide,
                    box.max_lat_e7 + tall};
}

static hs_status parse_view(hs_call *call, const hs_box *box, bool has_box, hs_map_view *view) {
    double ratio = 1;
    uint32_t width = 0;
    uint32_t height = 0;
    shown what;
    hs_status status = parse_ratio(call, &ratio);
    if (status == HS_OK) status = parse_size(call, &width, &height);
    if (status == HS_OK) status = parse_shown(call, box, has_box, &what);
    if (status != HS_OK) return status;
    *view = what.centred ? hs_map_view_at(what.lon_deg, what.lat_deg, what.zoom, width, height, ratio)
                         : hs_map_view_of_box(with_margin(&what), width, height, ratio);
    return HS_OK;
}

static hs_status parse_flag(hs_call *call, const char *name, bool fallback, bool *flag) {
    hs_str text = hs_call_text(call, name);
    *flag = text.size == 0 ? fallback : hs_str_equal_nocase(text, HS_STR("true"));
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
    if (status == HS_OK) status = parse_flag(call, "density", false, &density);
    if (status == HS_OK) status = parse_flag(call, "transparent", false, &request.transparent);
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

hs_status hs_serve_map_png(hs_call *call) {
    return serve_picture(call, HS_IMAGE_PNG);
}

hs_status hs_serve_map_jpeg(hs_call *call) {
    return serve_picture(call, HS_IMAGE_JPEG);
}

/* Points of 1/72 inch. */
static hs_status parse_paper(hs_call *call, hs_map_print *print) {
    hs_str paper = hs_call_text(call, "paper");
    hs_str turned = hs_call_text(call, "orientation");
    bool a3 = hs_str_equal_nocase(paper, HS_STR("a3"));
    bool portrait = hs_str_equal(turned, HS_STR("portrait"));
    if (!a3 && paper.size > 0 && !hs_str_equal_nocase(paper, HS_STR("a4")))
        return hs_error_set(call->error, HS_E_ARGUMENT, "paper: a4 or a3 is expected");
    if (!portrait && turned.size > 0 && !hs_str_equal(turned, HS_STR("landscape")))
        return hs_error_set(call->error, HS_E_ARGUMENT, "orientation: landscape or portrait is expected");
    double shorter = a3 ? 841.89 : 595.276;
    double longer = a3 ? 1190.551 : 841.89;
    print->width_pt = portrait ? shorter : longer;
    print->height_pt = portrait ? longer : shorter;
    return HS_OK;
}

static hs_status parse_print(hs_call *call, const hs_box *box, bool has_box, hs_map_print *print) {
    shown what;
    hs_str title = hs_call_text(call, "title");
    hs_status status = parse_paper(call, print);
    if (status == HS_OK) status = parse_shown(call, box, has_box, &what);
    if (status != HS_OK) return status;
    print->title = hs_arena_strndup(call->arena, title.data, title.size);
    if (!print->title) return hs_error_memory(call->error, "a title");
    print->has_box = !what.centred;
    print->box = with_margin(&what);
    print->lon_deg = what.lon_deg;
    print->lat_deg = what.lat_deg;
    print->zoom = what.zoom;
    /* The local day's beginning: a page is the same all day long. */
    int64_t now = hs_clock_now_s();
    int64_t local = now + hs_timezone_offset(call->snapshot->timezone, now);
    print->date_s = now - local % 86400;
    return HS_OK;
}

hs_status hs_serve_map_pdf(hs_call *call) {
    hs_density_ask ask;
    hs_map_request request = {.style = NULL};
    hs_map_print print = {.title = NULL};
    hs_box box = HS_BOX_EMPTY;
    bool has_box = false;
    bool density = true;
    hs_str style = hs_call_text(call, "style");
    hs_status status = hs_call_density_extent(call, &ask, &box, &has_box);
    if (status == HS_OK)
        status = hs_call_map_style(call, "style", style.size > 0 ? style : HS_STR("print"), &request);
    if (status == HS_OK) status = parse_flag(call, "density", true, &density);
    if (status == HS_OK) status = parse_print(call, &box, has_box, &print);
    if (status != HS_OK) return status;
    uint64_t version = hs_hash(&print.date_s, sizeof print.date_s, call->snapshot->version);
    if (hs_call_begin_version(call, "application/pdf", version)) return HS_OK;
    print.chinese = !request.english;
    if (request.style->dark) print.ground = hs_ramps_paper(call->api->ramps, true).paper;
    if (density) {
        request.density = &ask.request;
        request.classes = &ask.classes;
    }
    return hs_service_map_pdf(call->api->service, call->snapshot, &request, &print,
                              hs_ramps_paper(call->api->ramps, false), call->arena, call->error,
                              &call->response->body);
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
