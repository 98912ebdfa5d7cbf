#include "api/endpoint.h"

#include "api/map.h"
#include "base/text.h"
#include "service/base_tile.h"
#include <math.h>
#include <string.h>

enum { MAX_ZOOM_BASE = 16, MAX_ZOOM_INCIDENTS = 16, MAX_ZOOM_DENSITY = 18, MAX_ZOOM_MAP = 20, MAX_ZOOM = 24 };

hs_status hs_call_tile(hs_call *call, hs_tile *tile) {
    static const char *const names[] = {"z", "x", "y"};
    int64_t values[3];
    for (int i = 0; i < 3; i++) {
        hs_str text = hs_request_param(call->request, names[i]);
        if (!hs_str_to_int(text, &values[i]) || values[i] < 0 || values[i] > 1 << 24)
            return hs_error_set(call->error, HS_E_ARGUMENT, "%s: %.*s is no tile number", names[i],
                                (int)hs_utf8_cut(text, 40), text.data);
    }
    *tile = (hs_tile){(uint32_t)values[0], (uint32_t)values[1], (uint32_t)values[2]};
    if (tile->z <= MAX_ZOOM && hs_tile_valid(*tile)) return HS_OK;
    return hs_error_set(call->error, HS_E_ARGUMENT,
                        "tile %u/%u/%u is outside: z is 0 to %d, x and y below 2^z", tile->z, tile->x,
                        tile->y, MAX_ZOOM);
}

static hs_status render_incidents(hs_call *call, hs_tile tile) {
    hs_filter filter;
    const hs_selection *selection;
    hs_status status = hs_call_select(call, HS_ALL_ACCURACIES, &filter, &selection);
    if (status != HS_OK) return status;
    status = hs_render_incident_tile(selection, tile, call->arena, call->error, &call->response->body);
    hs_service_selection_unref(selection);
    return status;
}

/* 204 for a tile without anything: what MapLibre and GDAL take for empty. */
hs_status hs_serve_vector_tile(hs_call *call) {
    hs_str set = hs_request_param(call->request, "tileset");
    bool base = hs_str_equal(set, HS_STR("base"));
    if (!base && !hs_str_equal(set, HS_STR("incidents")))
        return hs_response_problem(call->response, 404, NULL, "vector tiles are base and incidents");
    if (!base && !hs_call_sees_incidents(call)) return hs_call_deny_incidents(call);
    hs_tile tile = {0};
    hs_filter filter;
    hs_status status = hs_call_tile(call, &tile);
    if (status == HS_OK && !base) status = hs_call_filter(call, HS_ALL_ACCURACIES, NULL, &filter);
    if (status != HS_OK) return status;
    hs_service *service = call->api->service;
    if (base && !hs_service_has_base_index(service, call->snapshot) && hs_request_defer(call->request))
        return HS_OK;
    if (hs_call_begin(call, "application/vnd.mapbox-vector-tile", base ? HS_READS_GEOGRAPHY : HS_READS_CITY))
        return HS_OK;
    status = base ? hs_service_base_tile(service, call->snapshot, tile, call->arena, call->error,
                                         &call->response->body)
                  : render_incidents(call, tile);
    if (status == HS_OK && call->response->body.size == 0) call->response->status = 204;
    return status;
}

/* What a picture has no room to say. */
static void write_bandwidth(hs_call *call, const hs_density_request *request) {
    hs_response_header(call->response, "Density-Bandwidth-M",
                       hs_arena_printf(call->arena, "%g", request->bandwidth_m));
    hs_response_header(call->response, "Density-Bandwidth-Source", hs_density_bandwidth_source(request));
}

hs_status hs_call_density_tile(hs_call *call, hs_tile tile, uint32_t size_px) {
    hs_density_ask ask;
    hs_status status = hs_call_density(call, &ask);
    if (status != HS_OK) return status;
    write_bandwidth(call, &ask.request);
    uint64_t version = hs_service_density_tile_version(call->snapshot, &ask.request, tile, size_px);
    if (hs_call_begin_version(call, "image/png", version)) return HS_OK;
    if (ask.request.network) return hs_call_street_tile(call, &ask, tile, size_px);
    float *values = hs_arena_alloc(call->arena, (size_t)size_px * size_px * sizeof *values);
    if (!values) return hs_error_set(call->error, HS_E_MEMORY, "no memory for a density tile");
    status = hs_service_density_tile(call->api->service, call->snapshot, &ask.request, tile, size_px,
                                     call->error, values);
    if (status != HS_OK) return status;
    return hs_render_density_picture(values, size_px, size_px, &ask.classes, call->error,
                                     &call->response->body);
}

static hs_status density_tile(hs_call *call, uint32_t size_px) {
    hs_tile tile = {0};
    hs_status status = hs_call_tile(call, &tile);
    return status == HS_OK ? hs_call_density_tile(call, tile, size_px) : status;
}

hs_status hs_serve_density_tile(hs_call *call) {
    return density_tile(call, 256);
}

hs_status hs_serve_density_tile_2x(hs_call *call) {
    return density_tile(call, 512);
}

typedef struct layer {
    const char *name, *description;
    int min_zoom;
    const char *const *texts, *const *numbers, *const *flags; /* fields by type, each ending with NULL */
} layer;

typedef struct tileset {
    const char *name, *extension, *description;
    int max_zoom;
    const layer *layers; /* NULL for pictures */
} tileset;

static const char *const no_fields[] = {NULL};
static const char *const only_id[] = {"id", NULL};
static const char *const unit_texts[] = {"code", "name", "name_en", "level", "parent", NULL};
static const char *const street_texts[] = {"name", "name_en", "class", NULL};
static const char *const street_numbers[] = {"id", "layer", NULL};
static const char *const zone_texts[] = {"name", "kind", "hours", "weekdays", NULL};
static const char *const incident_texts[] = {"id",
                                             "category",
                                             "category_zh",
                                             "category_en",
                                             "reported",
                                             "occurred",
                                             "closed",
                                             "source",
                                             "status",
                                             "match_type",
                                             "point_count_abbreviated",
                                             NULL};
static const char *const incident_numbers[] = {"accuracy_m", "point_count", NULL};
static const char *const incident_flags[] = {"clustered", NULL};

static const char *const reduced_texts[] = {"layer", NULL};
static const char *const left_out_numbers[] = {"left_out", NULL};
static const char *const merged_numbers[] = {"merged", NULL};

static const layer base_layers[] = {
    {"units", "Areas of the city's levels", 0, unit_texts, only_id, no_fields},
    {"unit_labels", "A point for the name of each unit, in one tile of a zoom", 0, unit_texts, only_id,
     no_fields},
    {"streets", "Streets; below zoom 14 those of one name joined, with the id of the first", 6, street_texts,
     street_numbers, no_fields},
    {"places", "Areas of parks and waters, and points of all places from zoom 12 on", 9, street_texts,
     only_id, no_fields},
    {"zones", "Areas with a meaning and hours", 10, zone_texts, only_id, no_fields},
    {HS_REDUCED_LAYER,
     "Only in tiles that would be over 500 KB: how many features of which layer are left out", 0,
     reduced_texts, left_out_numbers, no_fields},
    {0}};
static const layer incident_layers[] = {
    {"incidents", "Clusters with point_count below zoom 14, from there on single incidents unless too many",
     0, incident_texts, incident_numbers, incident_flags},
    {HS_REDUCED_LAYER, "Only in tiles from zoom 14 on that would be over 500 KB: how many are in clusters",
     14, reduced_texts, merged_numbers, no_fields},
    {0}};
static const tileset tilesets[] = {
    {"base", "mvt", "Units, streets, places and zones", MAX_ZOOM_BASE, base_layers},
    {"incidents", "mvt", "Incidents, clustered where many", MAX_ZOOM_INCIDENTS, incident_layers},
    {"density", "png", "Kernel density of incidents", MAX_ZOOM_DENSITY, NULL},
    {"map", "png", "The whole map rendered", MAX_ZOOM_MAP, NULL},
};

static void write_fields(hs_json *json, const char *const *names, const char *type) {
    for (; *names; names++)
        hs_json_pair_text(json, *names, type);
}

/* The schema of TileJSON 3.0.0 demands the list even of pictures. */
static void write_layers(hs_json *json, const tileset *set) {
    hs_json_key(json, "vector_layers");
    hs_json_array(json);
    for (const layer *l = set->layers; l && l->name; l++) {
        hs_json_object(json);
        hs_json_pair_text(json, "id", l->name);
        hs_json_pair_text(json, "description", l->description);
        hs_json_pair_int(json, "minzoom", l->min_zoom);
        hs_json_pair_int(json, "maxzoom", set->max_zoom);
        hs_json_key(json, "fields");
        hs_json_object(json);
        write_fields(json, l->numbers, "Number");
        write_fields(json, l->texts, "String");
        write_fields(json, l->flags, "Boolean");
        hs_json_object_end(json);
        hs_json_object_end(json);
    }
    hs_json_array_end(json);
}

void hs_write_tile_bounds(hs_json *json, hs_box box) {
    if (box.min_lon_e7 > box.max_lon_e7) return;
    hs_json_key(json, "bounds");
    hs_json_array(json);
    hs_json_fixed(json, box.min_lon_e7, 7);
    hs_json_fixed(json, box.min_lat_e7, 7);
    hs_json_fixed(json, box.max_lon_e7, 7);
    hs_json_fixed(json, box.max_lat_e7, 7);
    hs_json_array_end(json);
    hs_json_key(json, "center");
    hs_json_array(json);
    hs_json_fixed(json, ((int64_t)box.min_lon_e7 + box.max_lon_e7) / 2, 7);
    hs_json_fixed(json, ((int64_t)box.min_lat_e7 + box.max_lat_e7) / 2, 7);
    hs_json_int(json, 13);
    hs_json_array_end(json);
}

static void write_tile_url(hs_call *call, const tileset *set) {
    static const char *const drawing[] = {
        "bandwidth",      "kernel",      "exact",          "adaptive", "edge-correction", "at",
        "time-bandwidth", "time-kernel", "compare",        "over",     "population",      "tolerance",
        "min-n",          "network",     "network-kernel", "snap",     "lixel",           "ramp",
        "breaks",         "theme",       "style",          NULL};
    const hs_snapshot *snapshot = call->snapshot;
    static const char *const looks[] = {"style", "lang", NULL};
    bool map = strcmp(set->name, "map") == 0;
    bool base = set->layers == base_layers || map;
    uint64_t version = base ? snapshot->geography_version : snapshot->version;
    hs_buffer url;
    hs_buffer_init(&url, 65536);
    hs_buffer_str(&url, call->request->base_url);
    hs_buffer_printf(&url, "/tiles/%s/{z}/{x}/{y}.%s?v=%llu", set->name, set->extension,
                     (unsigned long long)version);
    if (map) hs_call_carry_names(call, looks, &url);
    if (!base) hs_call_carry_query(call, set->layers ? NULL : drawing, '&', &url);
    hs_json_str(&call->json, (hs_str){url.data, url.size});
    hs_buffer_done(&url);
}

static void write_tilejson(hs_call *call, const tileset *set) {
    hs_json *json = &call->json;
    hs_json_object(json);
    hs_json_pair_text(json, "tilejson", "3.0.0");
    hs_json_pair_text(json, "name", set->name);
    hs_json_pair_text(json, "description", set->description);
    hs_json_pair_text(json, "version", "1.0.0");
    hs_json_pair_text(json, "scheme", "xyz");
    hs_json_key(json, "tiles");
    hs_json_array(json);
    write_tile_url(call, set);
    hs_json_array_end(json);
    hs_json_pair_int(json, "minzoom", 0);
    hs_json_pair_int(json, "maxzoom", set->max_zoom);
    hs_write_tile_bounds(json, call->snapshot->geography->box);
    write_layers(json, set);
    hs_json_object_end(json);
}

hs_status hs_serve_tilejson(hs_call *call) {
    hs_str name = hs_request_param(call->request, "tileset");
    const tileset *set = NULL;
    for (size_t i = 0; i < sizeof tilesets / sizeof *tilesets; i++)
        if (hs_str_equal(name, hs_str_of(tilesets[i].name))) set = &tilesets[i];
    if (!set)
        return hs_response_problem(call->response, 404, NULL,
                                   "there are the tile sets base, incidents, density and map");
    hs_density_ask ask;
    hs_status status = hs_call_density(call, &ask);
    if (status != HS_OK) return status;
    if (!hs_call_begin(call, "application/json", HS_READS_ALL)) write_tilejson(call, set);
    /* Whatever version was asked for, this document names the newest one. */
    call->response->cache_control = NULL;
    return HS_OK;
}
