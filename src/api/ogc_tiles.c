/* OGC API Tiles (20-057): tile matrix sets (17-083r4), the documents of tile sets. */
#include "api/ogc_tiles.h"

#include "base/text.h"
#include "http/percent.h"
#include <math.h>
#include <string.h>

#define DEF              "http://www.opengis.net/def/"
#define METRES_IN_DEGREE 111319.49079327358
#define PIXEL_M          0.00028
enum { TILE_PX = 256 };

static const char *set_uri(hs_call *call, const hs_wmts_set *set) {
    return hs_arena_printf(call->arena, DEF "tilematrixset/OGC/1.0/%s", set->id);
}

static const char *set_crs(const hs_wmts_set *set) {
    return set->degrees ? DEF "crs/OGC/1.3/CRS84" : DEF "crs/EPSG/0/3857";
}

static const hs_wmts_set *find_set(hs_str id, bool degrees) {
    for (const hs_wmts_set *set = hs_wmts_sets; set->id; set++)
        if (hs_str_equal(id, hs_str_of(set->id)) && (degrees || !set->degrees)) return set;
    return NULL;
}

static hs_status no_set(hs_call *call, bool degrees) {
    return hs_response_problem(call->response, 404, "No such tile matrix set",
                               degrees ? "there are WebMercatorQuad and WorldCRS84Quad"
                                       : "vector tiles are of WebMercatorQuad");
}

hs_status hs_serve_ogc_sets(hs_call *call) {
    hs_json *json = &call->json;
    if (!hs_call_format(call) || hs_call_begin_format(call, HS_READS_PROGRAM)) return HS_OK;
    hs_json_object(json);
    hs_json_key(json, "links");
    hs_json_array(json);
    hs_call_self_links(call, "/ogc/tileMatrixSets");
    hs_json_array_end(json);
    hs_json_key(json, "tileMatrixSets");
    hs_json_array(json);
    for (const hs_wmts_set *set = hs_wmts_sets; set->id; set++) {
        hs_json_object(json);
        hs_json_pair_text(json, "id", set->id);
        hs_json_pair_text(json, "title", set->id);
        hs_json_pair_text(json, "uri", set_uri(call, set));
        hs_json_pair_text(json, "crs", set_crs(set));
        hs_json_key(json, "links");
        hs_json_array(json);
        hs_call_link(call, "self", "application/json", set->id,
                     hs_arena_printf(call->arena, "/ogc/tileMatrixSets/%s", set->id));
        hs_json_array_end(json);
        hs_json_object_end(json);
    }
    hs_json_array_end(json);
    hs_json_object_end(json);
    return hs_call_finish(call, "Tile matrix sets", "瓦片矩阵集");
}

static void write_corner(hs_json *json, double x, double y) {
    hs_json_array(json);
    hs_json_double(json, x);
    hs_json_double(json, y);
    hs_json_array_end(json);
}

static void write_matrix(hs_call *call, const hs_wmts_set *set, unsigned z) {
    hs_json *json = &call->json;
    double scale = ldexp(set->top_scale, -(int)z);
    double edge = set->degrees ? 180 : 20037508.3427892;
    hs_json_object(json);
    hs_json_pair_text(json, "id", hs_arena_printf(call->arena, "%u", z));
    hs_json_pair_double(json, "scaleDenominator", scale);
    hs_json_pair_double(json, "cellSize", scale * PIXEL_M / (set->degrees ? METRES_IN_DEGREE : 1));
    hs_json_pair_text(json, "cornerOfOrigin", "topLeft");
    hs_json_key(json, "pointOfOrigin");
    write_corner(json, -edge, set->degrees ? 90 : edge);
    hs_json_pair_int(json, "tileWidth", TILE_PX);
    hs_json_pair_int(json, "tileHeight", TILE_PX);
    hs_json_pair_int(json, "matrixWidth", (int64_t)set->across << z);
    hs_json_pair_int(json, "matrixHeight", INT64_C(1) << z);
    hs_json_object_end(json);
}

hs_status hs_serve_ogc_set(hs_call *call) {
    hs_json *json = &call->json;
    const hs_wmts_set *set = find_set(hs_request_param(call->request, "tileMatrixSetId"), true);
    if (!set) return no_set(call, true);
    if (!hs_call_format(call) || hs_call_begin_format(call, HS_READS_PROGRAM)) return HS_OK;
    hs_json_object(json);
    hs_json_pair_text(json, "id", set->id);
    hs_json_pair_text(json, "title", set->id);
    hs_json_pair_text(json, "uri", set_uri(call, set));
    hs_json_pair_text(json, "crs", set_crs(set));
    hs_json_key(json, "orderedAxes");
    hs_json_array(json);
    hs_json_text(json, set->degrees ? "Lon" : "X");
    hs_json_text(json, set->degrees ? "Lat" : "Y");
    hs_json_array_end(json);
    hs_json_pair_text(json, "wellKnownScaleSet",
                      set->degrees ? DEF "wkss/OGC/1.0/GoogleCRS84Quad"
                                   : DEF "wkss/OGC/1.0/GoogleMapsCompatible");
    hs_json_key(json, "tileMatrices");
    hs_json_array(json);
    for (unsigned z = 0; z < set->matrices; z++)
        write_matrix(call, set, z);
    hs_json_array_end(json);
    hs_json_key(json, "links");
    hs_json_array(json);
    hs_call_self_links(call, hs_arena_printf(call->arena, "/ogc/tileMatrixSets/%s", set->id));
    hs_json_array_end(json);
    hs_json_object_end(json);
    return hs_call_finish(call, set->id, set->id);
}

static void write_tile_link(hs_call *call, const hs_tiled *tiled, const hs_wmts_set *set) {
    hs_json *json = &call->json;
    hs_buffer url;
    hs_buffer_init(&url, 65536);
    hs_buffer_str(&url, call->request->base_url);
    hs_buffer_printf(&url, "%s/%s/{tileMatrix}/{tileRow}/{tileCol}?f=%s&v=%llu", tiled->path, set->id,
                     tiled->form.f, (unsigned long long)tiled->version);
    if (tiled->carried) hs_call_carry_query(call, tiled->carried, '&', &url);
    hs_json_object(json);
    hs_json_key(json, "href");
    hs_json_str(json, (hs_str){url.data ? url.data : "", url.size});
    hs_json_pair_text(json, "rel", "item");
    hs_json_pair_text(json, "type", tiled->form.media_type);
    hs_json_pair_text(json, "title", tiled->title_en);
    hs_json_pair_bool(json, "templated", true);
    hs_json_object_end(json);
    hs_buffer_done(&url);
}

/* What lists and documents say alike. */
static void write_summary(hs_call *call, const hs_tiled *tiled, const hs_wmts_set *set) {
    hs_json *json = &call->json;
    hs_json_pair_text(json, "title", hs_arena_printf(call->arena, "%s %s", tiled->title_en, tiled->title_zh));
    hs_json_pair_text(json, "dataType", tiled->data_type);
    hs_json_pair_text(json, "crs", set_crs(set));
    hs_json_pair_text(json, "tileMatrixSetId", set->id);
    hs_json_pair_text(json, "tileMatrixSetURI", set_uri(call, set));
}

static void write_set_links(hs_call *call, const hs_tiled *tiled, const hs_wmts_set *set, bool alone) {
    const char *path = hs_arena_printf(call->arena, "%s/%s", tiled->path, set->id);
    hs_json_key(&call->json, "links");
    hs_json_array(&call->json);
    if (alone)
        hs_call_self_links(call, path);
    else
        hs_call_link(call, "self", "application/json", set->id, path);
    hs_call_link(call, "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme", "application/json",
                 "Tile matrix set", hs_arena_printf(call->arena, "/ogc/tileMatrixSets/%s", set->id));
    if (alone) write_tile_link(call, tiled, set);
    hs_json_array_end(&call->json);
}

hs_status hs_call_tilesets(hs_call *call, const hs_tiled *tiled) {
    hs_json *json = &call->json;
    if (!hs_call_format(call) || hs_call_begin_format(call, HS_READS_ALL)) return HS_OK;
    hs_json_object(json);
    hs_json_key(json, "links");
    hs_json_array(json);
    hs_call_self_links(call, tiled->path);
    hs_json_array_end(json);
    hs_json_key(json, "tilesets");
    hs_json_array(json);
    for (const hs_wmts_set *set = hs_wmts_sets; set->id; set++) {
        if (set->degrees && !tiled->degrees) continue;
        hs_json_object(json);
        write_summary(call, tiled, set);
        write_set_links(call, tiled, set, false);
        hs_json_object_end(json);
    }
    hs_json_array_end(json);
    hs_json_object_end(json);
    return hs_call_finish(call, "Tile sets", "瓦片集");
}

static void write_box(hs_call *call) {
    hs_json *json = &call->json;
    hs_box box;
    if (!hs_ows_extent(call->snapshot, &box)) return;
    hs_json_key(json, "boundingBox");
    hs_json_object(json);
    hs_json_key(json, "lowerLeft");
    hs_json_position(json, (hs_position){box.min_lon_e7, box.min_lat_e7});
    hs_json_key(json, "upperRight");
    hs_json_position(json, (hs_position){box.max_lon_e7, box.max_lat_e7});
    hs_json_pair_text(json, "crs", DEF "crs/OGC/1.3/CRS84");
    hs_json_object_end(json);
}

static void write_layers(hs_json *json, const hs_tiled *tiled) {
    if (!tiled->layers) return;
    hs_json_key(json, "layers");
    hs_json_array(json);
    for (const char *const *layer = tiled->layers; *layer; layer++) {
        hs_json_object(json);
        hs_json_pair_text(json, "id", *layer);
        hs_json_pair_text(json, "dataType", "vector");
        hs_json_object_end(json);
    }
    hs_json_array_end(json);
}

hs_status hs_call_tileset(hs_call *call, const hs_tiled *tiled) {
    hs_json *json = &call->json;
    const hs_wmts_set *set = find_set(hs_request_param(call->request, "tileMatrixSetId"), tiled->degrees);
    if (!set) return no_set(call, tiled->degrees);
    if (!hs_call_format(call) || hs_call_begin_format(call, HS_READS_ALL)) return HS_OK;
    hs_json_object(json);
    write_summary(call, tiled, set);
    write_box(call);
    write_layers(json, tiled);
    write_set_links(call, tiled, set, true);
    hs_json_object_end(json);
    return hs_call_finish(call, tiled->title_en, tiled->title_zh);
}

static bool part(hs_call *call, const char *name, int64_t below, int64_t *value) {
    return hs_str_to_int(hs_request_param(call->request, name), value) && *value >= 0 && *value < below;
}

bool hs_call_ogc_tile(hs_call *call, bool degrees, const hs_wmts_set **set, hs_tile *tile) {
    int64_t z = 0;
    int64_t x = 0;
    int64_t y = 0;
    *set = find_set(hs_request_param(call->request, "tileMatrixSetId"), degrees);
    if (!*set) {
        no_set(call, degrees);
        return false;
    }
    if (!part(call, "tileMatrix", (*set)->matrices, &z) || !part(call, "tileRow", INT64_C(1) << z, &y) ||
        !part(call, "tileCol", (int64_t)(*set)->across << z, &x)) {
        hs_response_problem(call->response, 404, "No such tile",
                            "the tile lies outside the tile matrix set; rows come before columns");
        return false;
    }
    *tile = (hs_tile){(uint32_t)z, (uint32_t)x, (uint32_t)y};
    return true;
}
