/* OGC API Features: landing page, conformance, collections. */
#include "api/collection.h"
#include "api/crs.h"
#include "export/feature_filter.h"

#include "base/text.h"
#include <string.h>

#define REL          "http://www.opengis.net/def/rel/ogc/1.0/"
#define SPEC         "http://www.opengis.net/spec/"
#define OPENAPI_TYPE "application/vnd.oai.openapi+json;version=3.0"

hs_status hs_serve_ogc_landing(hs_call *call) {
    if (!hs_call_format(call)) return HS_OK;
    if (hs_call_begin_format(call, HS_READS_PROGRAM)) return HS_OK;
    hs_json *json = &call->json;
    hs_json_object(json);
    hs_json_pair_text(json, "title", "hotspotd");
    hs_json_pair_text(json, "description", "City units, streets, places and incidents");
    hs_json_key(json, "links");
    hs_json_array(json);
    hs_call_self_links(call, "/ogc");
    hs_call_link(call, "service-desc", OPENAPI_TYPE, "Interface 接口说明", "/ogc/api");
    hs_call_link(call, "service-doc", "text/html", "Interface, for people 接口说明（网页）", "/api.html");
    hs_call_link(call, "conformance", "application/json", "Conformance classes 符合的规范类",
                 "/ogc/conformance");
    hs_call_link(call, "data", "application/json", "Collections 要素集", "/ogc/collections");
    hs_call_link(call, REL "tilesets-vector", "application/json", "Vector tiles 矢量瓦片", "/ogc/tiles");
    hs_call_link(call, REL "map", "image/png", "Map 地图", "/ogc/map");
    hs_call_link(call, REL "tilesets-map", "application/json", "Map tiles 地图瓦片", "/ogc/map/tiles");
    hs_call_link(call, REL "tiling-schemes", "application/json", "Tile matrix sets 瓦片矩阵集",
                 "/ogc/tileMatrixSets");
    hs_call_link(call, REL "styles", "application/json", "Styles 样式", "/ogc/styles");
    hs_call_link(call, REL "processes", "application/json", "Processes 处理过程", "/ogc/processes");
    hs_call_link(call, REL "job-list", "application/json", "Jobs 作业", "/ogc/jobs");
    hs_json_array_end(json);
    hs_json_object_end(json);
    return hs_call_finish(call, "City data", "城市数据");
}

hs_status hs_serve_ogc_conformance(hs_call *call) {
    static const char *const classes[] = {
        SPEC "ogcapi-features-1/1.0/conf/core",
        SPEC "ogcapi-features-1/1.0/conf/oas30",
        SPEC "ogcapi-features-1/1.0/conf/html",
        SPEC "ogcapi-features-1/1.0/conf/geojson",
        SPEC "ogcapi-features-2/1.0/conf/crs",
        SPEC "ogcapi-features-3/1.0/conf/queryables",
        SPEC "ogcapi-features-3/1.0/conf/filter",
        SPEC "ogcapi-features-3/1.0/conf/features-filter",
        SPEC "cql2/1.0/conf/cql2-text",
        SPEC "cql2/1.0/conf/cql2-json",
        SPEC "cql2/1.0/conf/basic-cql2",
        SPEC "cql2/1.0/conf/advanced-comparison-operators",
        SPEC "cql2/1.0/conf/case-insensitive-comparison",
        SPEC "cql2/1.0/conf/basic-spatial-functions",
        SPEC "cql2/1.0/conf/basic-spatial-functions-plus",
        SPEC "cql2/1.0/conf/spatial-functions",
        SPEC "cql2/1.0/conf/temporal-functions",
        SPEC "cql2/1.0/conf/property-property",
        SPEC "ogcapi-features-4/1.0/conf/create-replace-delete",
        SPEC "ogcapi-features-4/1.0/conf/update",
        SPEC "ogcapi-features-4/1.0/conf/optimistic-locking-etags",
        SPEC "ogcapi-features-4/1.0/conf/features",
        SPEC "ogcapi-common-1/1.0/conf/core",
        SPEC "ogcapi-common-1/1.0/conf/landing-page",
        SPEC "ogcapi-common-1/1.0/conf/json",
        SPEC "ogcapi-common-1/1.0/conf/html",
        SPEC "ogcapi-common-1/1.0/conf/oas30",
        SPEC "ogcapi-common-2/1.0/conf/collections",
        SPEC "json-fg-1/0.2/conf/core",
        SPEC "tms/2.0/conf/tilematrixset",
        SPEC "tms/2.0/conf/json-tilematrixset",
        SPEC "ogcapi-tiles-1/1.0/conf/core",
        SPEC "ogcapi-tiles-1/1.0/conf/tileset",
        SPEC "ogcapi-tiles-1/1.0/conf/tilesets-list",
        SPEC "ogcapi-tiles-1/1.0/conf/dataset-tilesets",
        SPEC "ogcapi-tiles-1/1.0/conf/geodata-tilesets",
        SPEC "ogcapi-tiles-1/1.0/conf/mvt",
        SPEC "ogcapi-tiles-1/1.0/conf/png",
        SPEC "ogcapi-tiles-1/1.0/conf/oas30",
        SPEC "ogcapi-maps-1/1.0/conf/core",
        SPEC "ogcapi-maps-1/1.0/conf/dataset-map",
        SPEC "ogcapi-maps-1/1.0/conf/dataset-map-tilesets",
        SPEC "ogcapi-maps-1/1.0/conf/collection-map",
        SPEC "ogcapi-maps-1/1.0/conf/collection-map-tilesets",
        SPEC "ogcapi-maps-1/1.0/conf/crs",
        SPEC "ogcapi-maps-1/1.0/conf/png",
        SPEC "ogcapi-styles-1/0.0/conf/core",
        SPEC "ogcapi-styles-1/0.0/conf/mapbox-styles",
        SPEC "ogcapi-processes-1/1.0/conf/core",
        SPEC "ogcapi-processes-1/1.0/conf/ogc-process-description",
        SPEC "ogcapi-processes-1/1.0/conf/json",
        SPEC "ogcapi-processes-1/1.0/conf/html",
        SPEC "ogcapi-processes-1/1.0/conf/oas30",
        SPEC "ogcapi-processes-1/1.0/conf/job-list",
        SPEC "ogcapi-processes-1/1.0/conf/dismiss",
    };
    if (!hs_call_format(call)) return HS_OK;
    if (hs_call_begin_format(call, HS_READS_PROGRAM)) return HS_OK;
    hs_json *json = &call->json;
    hs_json_object(json);
    hs_json_key(json, "conformsTo");
    hs_json_array(json);
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
        hs_json_text(json, classes[i]);
    hs_json_array_end(json);
    hs_json_object_end(json);
    return hs_call_finish(call, "Conformance", "符合的规范类");
}

static void write_extent(hs_call *call, const hs_collection *collection) {
    const hs_snapshot *snapshot = call->snapshot;
    hs_json *json = &call->json;
    hs_box box = snapshot->geography->box;
    bool incidents = collection->kind == HS_COLLECT_INCIDENTS;
    if (box.min_lon_e7 > box.max_lon_e7 && !incidents) return;
    hs_json_key(json, "extent");
    hs_json_object(json);
    if (box.min_lon_e7 <= box.max_lon_e7) {
        hs_json_key(json, "spatial");
        hs_json_object(json);
        hs_json_key(json, "bbox");
        hs_json_array(json);
        hs_json_array(json);
        hs_json_fixed(json, box.min_lon_e7, 7);
        hs_json_fixed(json, box.min_lat_e7, 7);
        hs_json_fixed(json, box.max_lon_e7, 7);
        hs_json_fixed(json, box.max_lat_e7, 7);
        hs_json_array_end(json);
        hs_json_array_end(json);
        hs_json_pair_text(json, "crs", HS_CRS84);
        hs_json_object_end(json);
    }
    if (incidents) {
        hs_json_key(json, "temporal");
        hs_json_object(json);
        hs_json_key(json, "interval");
        hs_json_array(json);
        hs_json_array(json);
        hs_json_time(json, snapshot->incidents->min_time_s);
        hs_json_time(json, snapshot->incidents->max_time_s);
        hs_json_array_end(json);
        hs_json_array_end(json);
        hs_json_object_end(json);
    }
    hs_json_object_end(json);
}

static void write_systems(hs_call *call) {
    hs_ogc_crs crs;
    hs_json_key(&call->json, "crs");
    hs_json_array(&call->json);
    for (unsigned i = 0; hs_ogc_crs_at(call->snapshot, i, &crs); i++)
        hs_json_text(&call->json, crs.uri);
    hs_json_array_end(&call->json);
}

/* The whole collection as a file of each format that takes its geometries. */
static void write_files(hs_call *call, const hs_collection *collection) {
    bool areas = collection->kind == HS_COLLECT_UNITS || collection->kind == HS_COLLECT_ZONES ||
                 collection->kind == HS_COLLECT_HOTSPOTS;
    for (const hs_export_format *f = hs_export_formats; f->name; f++)
        if (f->over_http && !(areas && (f->traits & HS_FORMAT_NO_POLYGONS)))
            hs_call_link(
                call, "items", f->media_type,
                hs_arena_printf(call->arena, "All features as %s", f->extension),
                hs_arena_printf(call->arena, "/ogc/collections/%s/items?f=%s", collection->id, f->name));
}

static void write_pictures(hs_call *call, const hs_collection *collection) {
    const char *tiles = hs_ogc_tiles_path(call, collection);
    const char *map = hs_ogc_map_path(call, collection);
    if (tiles) hs_call_link(call, REL "tilesets-vector", "application/json", "Vector tiles", tiles);
    if (map) hs_call_link(call, REL "map", "image/png", "Map", map);
    if (map)
        hs_call_link(call, REL "tilesets-map", "application/json", "Map tiles",
                     hs_arena_printf(call->arena, "%s/tiles", map));
}

/* `alone`: a document of its own, which has a page of its own. */
static void write_collection(hs_call *call, const hs_collection *collection, bool alone) {
    hs_json *json = &call->json;
    hs_arena *arena = call->arena;
    hs_json_object(json);
    hs_json_pair_text(json, "id", collection->id);
    hs_json_pair_text(json, "title",
                      hs_arena_printf(arena, "%s %s", collection->title_en, collection->title_zh));
    hs_json_pair_text(json, "description", collection->description);
    hs_json_pair_text(json, "itemType", "feature");
    write_systems(call);
    hs_json_pair_text(json, "storageCrs", HS_CRS84);
    write_extent(call, collection);
    hs_json_key(json, "links");
    hs_json_array(json);
    const char *own = hs_arena_printf(arena, "/ogc/collections/%s", collection->id);
    if (alone)
        hs_call_self_links(call, own);
    else
        hs_call_link(call, "self", "application/json", collection->id, own);
    hs_call_link(call, "items", "application/geo+json", "Features",
                 hs_arena_printf(arena, "/ogc/collections/%s/items", collection->id));
    hs_call_link(call, "items", "text/html", "Features as a page",
                 hs_arena_printf(arena, "/ogc/collections/%s/items?f=html", collection->id));
    write_files(call, collection);
    hs_call_link(call, REL "queryables", "application/schema+json", "Queryables",
                 hs_arena_printf(arena, "/ogc/collections/%s/queryables", collection->id));
    write_pictures(call, collection);
    hs_json_array_end(json);
    hs_json_object_end(json);
}

hs_status hs_serve_ogc_collections(hs_call *call) {
    if (!hs_call_format(call)) return HS_OK;
    if (hs_call_begin_format(call, HS_READS_ALL)) return HS_OK;
    hs_json *json = &call->json;
    hs_json_object(json);
    hs_json_key(json, "links");
    hs_json_array(json);
    hs_call_self_links(call, "/ogc/collections");
    hs_json_array_end(json);
    write_systems(call);
    hs_json_key(json, "collections");
    hs_json_array(json);
    for (const hs_collection *c = hs_collections; c->id; c++)
        if (hs_collection_open(call, c)) write_collection(call, c, false);
    hs_json_array_end(json);
    hs_json_object_end(json);
    return hs_call_finish(call, "Collections", "要素集");
}

hs_status hs_serve_ogc_collection(hs_call *call) {
    const hs_collection *collection = hs_call_collection(call);
    if (!collection) return HS_OK;
    if (!hs_collection_open(call, collection)) return hs_call_deny_incidents(call);
    if (!hs_call_format(call)) return HS_OK;
    if (hs_call_begin_format(call, HS_READS_ALL)) return HS_OK;
    write_collection(call, collection, true);
    return hs_call_finish(call, collection->title_en, collection->title_zh);
}

static void write_property(hs_json *json, const hs_field *field) {
    hs_json_key(json, field->name);
    hs_json_object(json);
    hs_json_pair_text(json, "title", field->name);
    hs_json_pair_text(json, "type",
                      field->type == HS_FIELD_INTEGER ? "integer"
                      : field->type == HS_FIELD_REAL  ? "number"
                                                      : "string");
    if (field->type == HS_FIELD_TIME) hs_json_pair_text(json, "format", "date-time");
    hs_json_object_end(json);
}

static bool has_geometry(const hs_collection *collection) {
    return collection->kind != HS_COLLECT_TARGETS && collection->kind != HS_COLLECT_CLASSES;
}

hs_status hs_serve_ogc_queryables(hs_call *call) {
    const hs_collection *collection = hs_call_collection(call);
    if (!collection) return HS_OK;
    if (!hs_call_format(call)) return HS_OK;
    if (hs_call_begin_format(call, HS_READS_PROGRAM)) return HS_OK;
    hs_json *json = &call->json;
    hs_json_object(json);
    hs_json_pair_text(json, "$schema", "https://json-schema.org/draft/2019-09/schema");
    hs_json_pair_text(json, "$id",
                      hs_arena_printf(call->arena, "%.*s/ogc/collections/%s/queryables",
                                      (int)call->request->base_url.size, call->request->base_url.data,
                                      collection->id));
    hs_json_pair_text(json, "type", "object");
    hs_json_pair_text(json, "title", collection->title_en);
    hs_json_key(json, "properties");
    hs_json_object(json);
    for (const hs_field *field = collection->fields; field->name; field++)
        write_property(json, field);
    if (has_geometry(collection)) {
        hs_json_key(json, HS_GEOMETRY_PROPERTY);
        hs_json_object(json);
        hs_json_pair_text(json, "title", "Geometry");
        hs_json_pair_text(json, "format", "geometry-any");
        hs_json_pair_text(json, "x-ogc-role", "primary-geometry");
        hs_json_object_end(json);
    }
    hs_json_object_end(json);
    hs_json_pair_bool(json, "additionalProperties", false);
    hs_json_object_end(json);
    return hs_call_finish(call, "Queryables", "可筛选属性");
}
