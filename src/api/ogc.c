/* OGC API Features: landing page, conformance, collections. */
#include "api/collection.h"

#include "base/text.h"
#include <string.h>

#define OPENAPI_TYPE "application/vnd.oai.openapi+json;version=3.0"
#define CRS84        "http://www.opengis.net/def/crs/OGC/1.3/CRS84"

hs_status hs_serve_ogc_landing(hs_call *call) {
    hs_status status = hs_call_format(call);
    if (status != HS_OK) return status;
    if (hs_call_begin_format(call, "application/json", HS_READS_PROGRAM)) return HS_OK;
    hs_json *json = &call->json;
    hs_json_object(json);
    hs_json_pair_text(json, "title", "hotspotd");
    hs_json_pair_text(json, "description", "City units, streets, places and incidents");
    hs_json_key(json, "links");
    hs_json_array(json);
    hs_call_link(call, "self", "application/json", "This document", "/ogc?f=json");
    hs_call_link(call, "alternate", "text/html", "This document as a page", "/ogc?f=html");
    hs_call_link(call, "service-desc", OPENAPI_TYPE, "Description of the interface", "/ogc/api");
    hs_call_link(call, "service-doc", "text/html", "Description for people", "/api.html");
    hs_call_link(call, "conformance", "application/json", "Conformance classes", "/ogc/conformance");
    hs_call_link(call, "data", "application/json", "Collections", "/ogc/collections");
    hs_json_array_end(json);
    hs_json_object_end(json);
    return hs_call_finish(call, "hotspotd");
}

hs_status hs_serve_ogc_conformance(hs_call *call) {
    static const char *const classes[] = {
        "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
        "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/oas30",
        "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/html",
        "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
    };
    hs_status status = hs_call_format(call);
    if (status != HS_OK) return status;
    if (hs_call_begin_format(call, "application/json", HS_READS_PROGRAM)) return HS_OK;
    hs_json *json = &call->json;
    hs_json_object(json);
    hs_json_key(json, "conformsTo");
    hs_json_array(json);
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
        hs_json_text(json, classes[i]);
    hs_json_array_end(json);
    hs_json_object_end(json);
    return hs_call_finish(call, "Conformance");
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
        hs_json_pair_text(json, "crs", CRS84);
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

/* The whole collection as a file of each format that takes its geometries. */
static void write_files(hs_call *call, const hs_collection *collection) {
    bool areas = collection->kind == HS_COLLECT_UNITS || collection->kind == HS_COLLECT_ZONES;
    for (const hs_export_format *f = hs_export_formats; f->name; f++)
        if (f->over_http && !(areas && (f->traits & HS_FORMAT_NO_POLYGONS)))
            hs_call_link(
                call, "items", f->media_type,
                hs_arena_printf(call->arena, "All features as %s", f->extension),
                hs_arena_printf(call->arena, "/ogc/collections/%s/items?f=%s", collection->id, f->name));
}

static void write_collection(hs_call *call, const hs_collection *collection) {
    hs_json *json = &call->json;
    hs_arena *arena = call->arena;
    hs_json_object(json);
    hs_json_pair_text(json, "id", collection->id);
    hs_json_pair_text(json, "title",
                      hs_arena_printf(arena, "%s %s", collection->title_en, collection->title_zh));
    hs_json_pair_text(json, "description", collection->description);
    hs_json_pair_text(json, "itemType", "feature");
    hs_json_key(json, "crs");
    hs_json_array(json);
    hs_json_text(json, CRS84);
    hs_json_array_end(json);
    hs_json_pair_text(json, "storageCrs", CRS84);
    write_extent(call, collection);
    hs_json_key(json, "links");
    hs_json_array(json);
    hs_call_link(call, "self", "application/json", NULL,
                 hs_arena_printf(arena, "/ogc/collections/%s", collection->id));
    hs_call_link(call, "items", "application/geo+json", "Features",
                 hs_arena_printf(arena, "/ogc/collections/%s/items", collection->id));
    hs_call_link(call, "items", "text/html", "Features as a page",
                 hs_arena_printf(arena, "/ogc/collections/%s/items?f=html", collection->id));
    write_files(call, collection);
    hs_call_link(call, "http://www.opengis.net/def/rel/ogc/1.0/queryables", "application/schema+json",
                 "Queryables", hs_arena_printf(arena, "/ogc/collections/%s/queryables", collection->id));
    hs_json_array_end(json);
    hs_json_object_end(json);
}

hs_status hs_serve_ogc_collections(hs_call *call) {
    hs_status status = hs_call_format(call);
    if (status != HS_OK) return status;
    if (hs_call_begin_format(call, "application/json", HS_READS_ALL)) return HS_OK;
    hs_json *json = &call->json;
    hs_json_object(json);
    hs_json_key(json, "links");
    hs_json_array(json);
    hs_call_link(call, "self", "application/json", NULL, "/ogc/collections?f=json");
    hs_call_link(call, "alternate", "text/html", NULL, "/ogc/collections?f=html");
    hs_json_array_end(json);
    hs_json_key(json, "collections");
    hs_json_array(json);
    for (const hs_collection *c = hs_collections; c->id; c++)
        if (hs_collection_open(call, c)) write_collection(call, c);
    hs_json_array_end(json);
    hs_json_object_end(json);
    return hs_call_finish(call, "Collections");
}

hs_status hs_serve_ogc_collection(hs_call *call) {
    const hs_collection *collection = hs_call_collection(call);
    if (!collection) return HS_OK;
    if (!hs_collection_open(call, collection)) return hs_call_deny_incidents(call);
    hs_status status = hs_call_format(call);
    if (status != HS_OK) return status;
    if (hs_call_begin_format(call, "application/json", HS_READS_ALL)) return HS_OK;
    write_collection(call, collection);
    return hs_call_finish(call, collection->title_en);
}

static void write_property(hs_json *json, const char *name, const char *type) {
    hs_json_key(json, name);
    hs_json_object(json);
    hs_json_pair_text(json, "title", name);
    hs_json_pair_text(json, "type", type);
    hs_json_object_end(json);
}

hs_status hs_serve_ogc_queryables(hs_call *call) {
    const hs_collection *collection = hs_call_collection(call);
    if (!collection) return HS_OK;
    hs_status status = hs_call_format(call);
    if (status != HS_OK) return status;
    if (hs_call_begin_format(call, "application/schema+json", HS_READS_PROGRAM)) return HS_OK;
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
    /* What a query may name: the filters' words; other collections are asked by place and time only. */
    for (const hs_filter_word *word = hs_filter_words; collection->kind == HS_COLLECT_INCIDENTS && word->name;
         word++)
        if (strcmp(word->name, "bbox") != 0) write_property(json, word->name, "string");
    hs_json_object_end(json);
    hs_json_pair_bool(json, "additionalProperties", false);
    hs_json_object_end(json);
    return hs_call_finish(call, "Queryables");
}
