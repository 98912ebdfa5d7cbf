/* OGC API Styles (20-009): the map styles, as MapLibre takes them, and what there is to know of each. */
#include "api/collection.h"

#include "base/asset.h"
#include "base/json.h"
#include "base/text.h"
#include <string.h>

#define STYLESHEET "application/vnd.mapbox.style+json"

static const hs_representation forms[] = {{"mapbox", STYLESHEET, "MapLibre"},
                                          {"json", "application/json", "MapLibre"},
                                          {"html", "text/html; charset=utf-8", "HTML"},
                                          {NULL, NULL, NULL}};

/* The name behind `styles/`, without its ending; empty for what is no style. */
static hs_str style_id(const hs_asset_entry *asset) {
    hs_str name = hs_str_of(asset->name);
    hs_str prefix = HS_STR("styles/");
    hs_str ending = HS_STR(".json");
    if (!hs_str_starts(name, prefix) || name.size <= prefix.size + ending.size) return (hs_str){"", 0};
    hs_str id = {name.data + prefix.size, name.size - prefix.size - ending.size};
    return hs_str_equal(id, HS_STR("ramps")) ? (hs_str){"", 0} : id;
}

static const hs_asset_entry *find_style(hs_call *call) {
    hs_str wanted = hs_request_param(call->request, "styleId");
    for (const hs_asset_entry *asset = hs_asset_table; asset->name; asset++) {
        hs_str id = style_id(asset);
        if (id.size > 0 && hs_str_equal(id, wanted)) return asset;
    }
    hs_response_problem(call->response, 404, "No such style", "the styles are listed at /ogc/styles");
    return NULL;
}

static hs_status parse(hs_call *call, const hs_asset_entry *asset, json_t **style) {
    return hs_json_parse((hs_str){asset->begin, (size_t)(asset->end - asset->begin)}, call->error, style);
}

static const char *style_path(hs_call *call, hs_str id, const char *tail) {
    return hs_arena_printf(call->arena, "/ogc/styles/%.*s%s", (int)id.size, id.data, tail);
}

static void write_links(hs_call *call, hs_str id) {
    hs_json_key(&call->json, "links");
    hs_json_array(&call->json);
    hs_call_link(call, "stylesheet", STYLESHEET, "MapLibre", style_path(call, id, "?f=mapbox"));
    hs_call_link(call, "describedby", "application/json", "Metadata 元数据",
                 style_path(call, id, "/metadata"));
    hs_json_array_end(&call->json);
}

static hs_status write_style(hs_call *call, const hs_asset_entry *asset) {
    hs_json *json = &call->json;
    hs_str id = style_id(asset);
    json_t *style = NULL;
    hs_status status = parse(call, asset, &style);
    if (status != HS_OK) return status;
    hs_json_object(json);
    hs_json_pair_str(json, "id", id);
    hs_json_pair_str(json, "title", hs_json_get_str(style, "name"));
    write_links(call, id);
    hs_json_object_end(json);
    json_decref(style);
    return HS_OK;
}

hs_status hs_serve_ogc_styles(hs_call *call) {
    hs_json *json = &call->json;
    hs_status status = HS_OK;
    if (!hs_call_format(call) || hs_call_begin_format(call, HS_READS_PROGRAM)) return HS_OK;
    hs_json_object(json);
    hs_json_pair_text(json, "default", "light");
    hs_json_key(json, "styles");
    hs_json_array(json);
    for (const hs_asset_entry *asset = hs_asset_table; asset->name && status == HS_OK; asset++)
        if (style_id(asset).size > 0) status = write_style(call, asset);
    hs_json_array_end(json);
    hs_json_key(json, "links");
    hs_json_array(json);
    hs_call_self_links(call, "/ogc/styles");
    hs_json_array_end(json);
    hs_json_object_end(json);
    return status == HS_OK ? hs_call_finish(call, "Styles", "样式") : status;
}

hs_status hs_serve_ogc_style(hs_call *call) {
    const hs_asset_entry *asset = find_style(call);
    if (!asset || !hs_call_negotiate(call, forms)) return HS_OK;
    call->snapshot = hs_service_snapshot(call->api->service);
    if (hs_call_begin_format(call, HS_READS_GEOGRAPHY)) return HS_OK;
    hs_status status = hs_call_write_style(call, (hs_str){asset->begin, (size_t)(asset->end - asset->begin)});
    return status == HS_OK ? hs_call_finish(call, "Style", "样式") : status;
}

static void write_stylesheet(hs_call *call, hs_str id) {
    hs_json *json = &call->json;
    hs_json_key(json, "stylesheets");
    hs_json_array(json);
    hs_json_object(json);
    hs_json_pair_text(json, "title", "MapLibre");
    hs_json_pair_text(json, "version", "8");
    hs_json_pair_text(json, "specification", "https://maplibre.org/maplibre-style-spec/");
    hs_json_pair_bool(json, "native", true);
    hs_json_key(json, "link");
    hs_call_link(call, "stylesheet", STYLESHEET, "MapLibre", style_path(call, id, "?f=mapbox"));
    hs_json_object_end(json);
    hs_json_array_end(json);
}

/* The layers of the tiles that the style draws, once each. */
static void write_layers(hs_call *call, const json_t *style) {
    hs_json *json = &call->json;
    const json_t *layers = json_object_get(style, "layers");
    hs_json_key(json, "layers");
    hs_json_array(json);
    for (size_t i = 0; i < json_array_size(layers); i++) {
        hs_str source = hs_json_get_str(json_array_get(layers, i), "source-layer");
        bool seen = source.size == 0;
        for (size_t k = 0; k < i && !seen; k++)
            seen = hs_str_equal(source, hs_json_get_str(json_array_get(layers, k), "source-layer"));
        if (seen) continue;
        hs_json_object(json);
        hs_json_pair_str(json, "id", source);
        hs_json_object_end(json);
    }
    hs_json_array_end(json);
}

hs_status hs_serve_ogc_style_metadata(hs_call *call) {
    hs_json *json = &call->json;
    const hs_asset_entry *asset = find_style(call);
    json_t *style = NULL;
    if (!asset || !hs_call_format(call) || hs_call_begin_format(call, HS_READS_PROGRAM)) return HS_OK;
    hs_status status = parse(call, asset, &style);
    if (status != HS_OK) return status;
    hs_str id = style_id(asset);
    hs_json_object(json);
    hs_json_pair_str(json, "id", id);
    hs_json_pair_str(json, "title", hs_json_get_str(style, "name"));
    hs_json_pair_text(json, "description",
                      "Units, streets, places and zones of the city. 城市的单元、街道、场所与区域。");
    hs_json_pair_text(json, "scope", "style");
    hs_json_pair_text(json, "version", HS_VERSION);
    write_stylesheet(call, id);
    write_layers(call, style);
    hs_json_key(json, "links");
    hs_json_array(json);
    hs_call_self_links(call, style_path(call, id, "/metadata"));
    hs_json_array_end(json);
    hs_json_object_end(json);
    json_decref(style);
    return hs_call_finish(call, "Style", "样式");
}
