/* Layers and styles of the Web Map Service, and its views for the map renderer. */
#include "api/wms.h"

#include "base/hash.h"
#include "base/text.h"
#include "geo/real.h"
#include <math.h>

#define WORLD_M (2 * HS_PI * HS_EARTH_RADIUS_M)

static hs_status refuse_layer(hs_ows *ows, const char *parameter, hs_str name, const char *offered) {
    return hs_ows_fail(ows, "LayerNotDefined", parameter, "%s: %.*s is not offered; %s", parameter,
                       (int)hs_utf8_cut(name, 60), name.data, offered);
}

hs_status hs_wms_check_density(hs_ows *ows, const char *parameter) {
    hs_str layer;
    hs_status status = hs_ows_need(ows, parameter, &layer);
    if (status != HS_OK || hs_str_equal(layer, HS_STR("density"))) return status;
    if (hs_str_equal(layer, HS_STR("map")))
        return hs_ows_fail(ows, "LayerNotQueryable", parameter,
                           "%s: map is a picture only; density is offered", parameter);
    return refuse_layer(ows, parameter, layer, "density is");
}

static bool is_default(hs_str style) {
    return style.size == 0 || hs_str_equal(style, HS_STR("default"));
}

/* A style is of the layer at its place in the list; one that is not there is the default. */
static hs_status take_style(hs_ows *ows, const char *parameter, bool map, hs_str style,
                            hs_wms_layers *layers) {
    hs_str name = is_default(style) ? HS_STR("light") : style;
    if (map && hs_map_styles_find(ows->call->api->map_styles, name))
        return hs_call_map_style(ows->call, parameter, name, &layers->request);
    if (!map && is_default(style)) return HS_OK;
    return hs_ows_fail(ows, "StyleNotDefined", parameter, "%s: %.*s is not offered; of %s", parameter,
                       (int)hs_utf8_cut(style, 60), style.data,
                       map ? "map default, light, dark and print are" : "density default is");
}

/* The density's own colours on a dark map. */
static hs_status note_theme(hs_call *call, const hs_wms_layers *layers) {
    hs_request *request = call->request;
    if (!layers->map || !layers->request.style->dark || hs_call_text(call, "theme").size > 0) return HS_OK;
    hs_http_pair *pairs = hs_arena_array(call->arena, request->query_count + 1, sizeof *pairs);
    if (!pairs) return hs_error_memory(call->error, "the parameters");
    for (size_t i = 0; i < request->query_count; i++)
        pairs[i] = request->query[i];
    pairs[request->query_count] = (hs_http_pair){HS_STR("theme"), HS_STR("dark")};
    request->query = pairs;
    request->query_count++;
    return HS_OK;
}

hs_status hs_wms_parse_layers(hs_ows *ows, const char *layers_name, const char *styles_name,
                              hs_wms_layers *layers) {
    hs_str names;
    hs_str styles = hs_call_text(ows->call, styles_name);
    *layers = (hs_wms_layers){.density = false};
    hs_status status = hs_ows_need(ows, layers_name, &names);
    while (status == HS_OK && names.size > 0) {
        hs_str name = hs_str_cut(&names, ',');
        bool map = hs_str_equal(name, HS_STR("map"));
        if ((!map && !hs_str_equal(name, HS_STR("density"))) || (map ? layers->map : layers->density))
            return refuse_layer(ows, layers_name, name, "density and map are, each once");
        /* Later layers lie above. */
        layers->request.density_first = map && layers->density;
        *(map ? &layers->map : &layers->density) = true;
        status = take_style(ows, styles_name, map, hs_str_cut(&styles, ','), layers);
    }
    if (status == HS_OK && styles.size > 0)
        return hs_ows_fail(ows, "StyleNotDefined", styles_name, "%s: there are more styles than layers",
                           styles_name);
    return status == HS_OK ? note_theme(ows->call, layers) : status;
}

/* Dots to the inch as clients of other servers say them; 96 where none does. */
static hs_status parse_ratio(hs_call *call, double *ratio) {
    hs_str options = hs_call_text(call, "format_options");
    double dpi = 96;
    hs_status status = hs_call_number(call, "dpi", 24, 96 * HS_MAP_MOST_RATIO, 96, &dpi);
    if (status == HS_OK)
        status = hs_call_number(call, "map_resolution", 24, 96 * HS_MAP_MOST_RATIO, dpi, &dpi);
    double given = 0;
    while (options.size > 0) {
        hs_str value = hs_str_cut(&options, ';');
        if (hs_str_equal_nocase(hs_str_cut(&value, ':'), HS_STR("dpi")) && hs_str_to_double(value, &given) &&
            given >= 24 && given <= 96 * HS_MAP_MOST_RATIO)
            dpi = given;
    }
    *ratio = dpi / 96;
    return status;
}

/* A number that rounding has spoilt: what is all but a whole one is whole. */
static double whole(double value) {
    double near = round(value);
    return fabs(value - near) < 1e-3 ? near : value;
}

/* Scales of tiles are powers of two, whatever is left of them in a bbox's digits; of others enough digits
 * stay that clients who ask for a map in pieces get pieces of one map. */
static double tidy_scale(double pixels) {
    double zoom = log2(pixels);
    if (fabs(zoom - round(zoom)) < 1e-7) return exp2(round(zoom));
    int exponent;
    double part = frexp(pixels, &exponent);
    return ldexp(round(part * 0x1p30) / 0x1p30, exponent);
}

hs_status hs_wms_map_view(hs_call *call, const hs_wms_view *view, hs_map_view *out) {
    double ratio = 1;
    double across = view->web_mercator ? WORLD_M : view->proj[0] ? 1 : 360;
    hs_map_plane plane = {.system = view->web_mercator ? HS_MAP_MERCATOR
                                    : view->proj[0]    ? HS_MAP_PROJECTED
                                                       : HS_MAP_DEGREES,
                          .transform = view->transform,
                          .transform_hash = hs_hash_str(hs_str_of(view->proj), 0)};
    hs_status status = parse_ratio(call, &ratio);
    if (status != HS_OK) return status;
    plane.x_px = tidy_scale(across * view->width / (view->east - view->west));
    plane.y_px = tidy_scale(across * view->height / (view->north - view->south));
    double west = view->web_mercator ? view->west / WORLD_M + 0.5 : view->west;
    double north = view->web_mercator ? 0.5 - view->north / WORLD_M : -view->north;
    if (!view->web_mercator) {
        plane.x_px /= across;
        plane.y_px /= across;
    }
    *out = (hs_map_view){.plane = plane,
                         .left = whole(west * plane.x_px),
                         .top = whole(north * plane.y_px),
                         .width = view->width,
                         .height = view->height,
                         .ratio = ratio};
    hs_map_set_zoom(out, call->snapshot->geography);
    return HS_OK;
}
