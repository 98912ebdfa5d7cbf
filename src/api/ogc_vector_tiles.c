/* Vector tiles of the whole city and of single collections, by OGC API Tiles. */
#include "api/ogc_tiles.h"

#include "base/text.h"
#include "service/base_tile.h"

#define MVT "application/vnd.mapbox-vector-tile"

/* Collections that have tiles: layers of the tile set `base`, or incidents. */
static const struct source {
    const char *collection;
    bool incidents;
    const char *layers[6];
} sources[] = {
    {NULL, false, {"units", "unit_labels", "streets", "places", "zones", NULL}}, /* all of them: the city */
    {"units", false, {"units", "unit_labels", NULL}},
    {"streets", false, {"streets", NULL}},
    {"places", false, {"places", NULL}},
    {"zones", false, {"zones", NULL}},
    {"incidents", true, {"incidents", NULL}},
};

const char *hs_ogc_tiles_path(hs_call *call, const hs_collection *collection) {
    for (size_t i = 1; i < sizeof sources / sizeof *sources; i++)
        if (hs_str_equal(hs_str_of(collection->id), hs_str_of(sources[i].collection)))
            return hs_arena_printf(call->arena, "/ogc/collections/%s/tiles", collection->id);
    return NULL;
}

/* NULL after 404 or 403. */
static const struct source *find_source(hs_call *call, const hs_collection **collection) {
    hs_str id = hs_request_param(call->request, "collectionId");
    *collection = NULL;
    if (id.size == 0) return &sources[0];
    *collection = hs_call_collection(call);
    if (!*collection) return NULL;
    if (!hs_collection_open(call, *collection)) {
        hs_call_deny_incidents(call);
        return NULL;
    }
    for (size_t i = 1; i < sizeof sources / sizeof *sources; i++)
        if (hs_str_equal(id, hs_str_of(sources[i].collection))) return &sources[i];
    hs_response_problem(call->response, 404, "No tiles",
                        "there are tiles of units, streets, places, zones and incidents, and of all but the "
                        "last together at /ogc/tiles");
    return NULL;
}

static hs_tiled describe(hs_call *call, const struct source *source, const hs_collection *collection) {
    static const char *const none[] = {NULL};
    const hs_snapshot *snapshot = call->snapshot;
    return (hs_tiled){.path = collection ? hs_ogc_tiles_path(call, collection) : "/ogc/tiles",
                      .title_en = collection ? collection->title_en : "City",
                      .title_zh = collection ? collection->title_zh : "城市",
                      .data_type = "vector",
                      .form = {"mvt", MVT, "MVT"},
                      .layers = source->layers,
                      .version = source->incidents ? snapshot->version : snapshot->geography_version,
                      .carried = source->incidents ? none : NULL};
}

/* Filters are for incidents: what they would not change is not passed over in silence. */
static bool refuse_filters(hs_call *call, const struct source *source) {
    for (size_t i = 0; i < call->request->query_count && !source->incidents; i++) {
        if (!hs_filter_is_word(call->request->query[i].name)) continue;
        hs_response_problem(call->response, 400, NULL, "filters are for tiles of incidents");
        return true;
    }
    return false;
}

static hs_status serve_document(hs_call *call, hs_status (*serve)(hs_call *call, const hs_tiled *tiled)) {
    const hs_collection *collection;
    const struct source *source = find_source(call, &collection);
    if (!source || refuse_filters(call, source)) return HS_OK;
    hs_tiled tiled = describe(call, source, collection);
    return serve(call, &tiled);
}

hs_status hs_serve_ogc_tilesets(hs_call *call) {
    return serve_document(call, hs_call_tilesets);
}

hs_status hs_serve_ogc_tileset(hs_call *call) {
    return serve_document(call, hs_call_tileset);
}

/* A varint of a tile that was made here; false at the end. */
static bool read_varint(hs_str *rest, uint64_t *value) {
    *value = 0;
    for (unsigned shift = 0; rest->size > 0 && shift < 64; shift += 7) {
        unsigned char byte = (unsigned char)*rest->data;
        rest->data++;
        rest->size--;
        *value |= (uint64_t)(byte & 0x7F) << shift;
        if (!(byte & 0x80)) return true;
    }
    return false;
}

/* The next field of length-delimited type, and what it spans with its tag. */
static bool next_field(hs_str *rest, uint64_t *tag, hs_str *content, hs_str *whole) {
    uint64_t size;
    const char *begin = rest->data;
    if (!read_varint(rest, tag)) return false;
    if ((*tag & 7) != 2) return read_varint(rest, &size) ? (*content = (hs_str){0}, true) : false;
    if (!read_varint(rest, &size) || size > rest->size) return false;
    *content = (hs_str){rest->data, (size_t)size};
    rest->data += size;
    rest->size -= (size_t)size;
    *whole = (hs_str){begin, (size_t)(rest->data - begin)};
    return true;
}

/* A layer's name is the first field 1 of its message. */
static hs_str layer_name(hs_str layer) {
    uint64_t tag;
    hs_str content, whole;
    while (next_field(&layer, &tag, &content, &whole))
        if (tag == (1 << 3 | 2)) return content;
    return (hs_str){"", 0};
}

static bool is_wanted(const struct source *source, hs_str name) {
    for (const char *const *layer = source->layers; *layer; layer++)
        if (hs_str_equal(name, hs_str_of(*layer))) return true;
    return false;
}

/* Layers are fields 3 of a tile, one after the other: those of other collections are left out. */
static void keep_layers(const struct source *source, hs_buffer *tile) {
    uint64_t tag;
    hs_str content, whole;
    hs_str rest = {tile->data, tile->size};
    size_t size = 0;
    if (tile->status != HS_OK || tile->size == 0) return;
    while (next_field(&rest, &tag, &content, &whole)) {
        if (tag != (3 << 3 | 2) || !is_wanted(source, layer_name(content))) continue;
        memmove(tile->data + size, whole.data, whole.size);
        size += whole.size;
    }
    tile->size = size;
}

static hs_status render(hs_call *call, const struct source *source, hs_tile tile) {
    hs_buffer *body = &call->response->body;
    hs_filter filter;
    const hs_selection *selection;
    if (!source->incidents) {
        hs_status status =
            hs_service_base_tile(call->api->service, call->snapshot, tile, call->arena, call->error, body);
        keep_layers(source, body);
        return status;
    }
    hs_status status = hs_call_select(call, HS_ALL_ACCURACIES, &filter, &selection);
    if (status != HS_OK) return status;
    status = hs_render_incident_tile(selection, tile, call->arena, call->error, body);
    hs_service_selection_unref(selection);
    return status;
}

hs_status hs_serve_ogc_vector_tile(hs_call *call) {
    static const hs_representation offered[] = {{"mvt", MVT, "MVT"}, {NULL, NULL, NULL}};
    const hs_collection *collection;
    const struct source *source = find_source(call, &collection);
    const hs_wmts_set *set;
    hs_tile tile;
    hs_filter filter;
    if (!source || !hs_call_ogc_tile(call, false, &set, &tile) || refuse_filters(call, source) ||
        !hs_call_negotiate(call, offered))
        return HS_OK;
    hs_status status = source->incidents ? hs_call_filter(call, HS_ALL_ACCURACIES, NULL, &filter) : HS_OK;
    if (status != HS_OK) return status;
    if (!source->incidents && !hs_service_has_base_index(call->api->service, call->snapshot) &&
        hs_request_defer(call->request))
        return HS_OK;
    if (hs_call_begin(call, MVT, source->incidents ? HS_READS_CITY : HS_READS_GEOGRAPHY)) return HS_OK;
    status = render(call, source, tile);
    if (status == HS_OK && call->response->body.size == 0) call->response->status = 204;
    return status;
}
