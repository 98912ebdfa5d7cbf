/* Hotspots as statistics, of any method: GeoJSON by the endpoint's path, vector tiles by the word `method`.
 */
#include "api/endpoint.h"
#include "api/run_times.h"
#include "base/text.h"
#include "http/percent.h"
#include "service/hotspots_view.h"

#include <string.h>

#define HOTSPOTS "/hotspots/"
enum { MAX_ZOOM = 16 };

const hs_endpoint *hs_endpoint_of_hotspots(const char *method) {
    for (const hs_endpoint *e = hs_endpoints; e->path; e++)
        if (strncmp(e->path, HOTSPOTS, sizeof HOTSPOTS - 1) == 0 &&
            strcmp(e->path + sizeof HOTSPOTS - 1, method) == 0)
            return e;
    return NULL;
}

/* What is asked for. */
typedef struct asked {
    const hs_hotspot_method *method;
    hs_str *names, *values;
    size_t count;
    bool aggregates;
    uint64_t answer; /* what stands for its bytes */
} asked;

/* Whether the words can be answered. */
static hs_status check(hs_call *call, hs_str method, asked *a) {
    hs_hotspot_run run;
    *a = (asked){.method = hs_hotspot_method_named(method),
                 .count = call->request->query_count,
                 .aggregates = !hs_call_sees_incidents(call)};
    if (!a->method)
        return hs_error_set(call->error, HS_E_ARGUMENT, "method: %.*s is none; the methods are at /api",
                            (int)hs_utf8_cut(method, 40), method.data);
    hs_status status = hs_call_words(call, &a->names, &a->values);
    if (status == HS_OK)
        status = hs_hotspots_parse(a->method, call->snapshot, a->names, a->values, a->count, a->aggregates,
                                   call->arena, call->error, &run);
    /* Of this process: an answer carries its run time. */
    a->answer = hs_run_times_epoch(call->api->run_times) ^ hs_call_etag(call, HS_READS_ALL);
    return status;
}

static hs_status share(hs_call *call, const asked *a, hs_shared_entry **entry) {
    return hs_hotspots_shared(call->api->service, a->method, call->snapshot, a->names, a->values, a->count,
                              a->aggregates, hs_call_progress(call), call->error, entry);
}

hs_status hs_serve_hotspots(hs_call *call) {
    asked a;
    hs_shared_entry *entry;
    hs_status status = check(call, hs_str_of(call->endpoint->path + sizeof HOTSPOTS - 1), &a);
    if (status != HS_OK) return status;
    if (hs_call_begin_version(call, "application/geo+json", a.answer)) return HS_OK;
    status = share(call, &a, &entry);
    if (status != HS_OK) return status;
    hs_hotspot_run run = *hs_hotspots_shared_run(entry);
    run.run_ms = hs_run_times_settle(call->api->run_times, a.answer, run.run_ms);
    hs_hotspots_geojson(&run, &call->json);
    hs_shared_unref(entry);
    return HS_OK;
}

/* Tiles take a method and what it takes: anything else is refused by name. */
static bool refuse_unheard(hs_call *call, hs_str method) {
    const hs_hotspot_method *known = hs_hotspot_method_named(method);
    const hs_endpoint *endpoint = known ? hs_endpoint_of_hotspots(hs_hotspot_method_name(known)) : NULL;
    for (size_t i = 0; endpoint && i < call->request->query_count; i++) {
        hs_str name = call->request->query[i].name;
        bool heard = hs_filter_is_word(name) || hs_str_equal(name, HS_STR("method")) ||
                     hs_str_equal(name, HS_STR("v"));
        for (const hs_parameter *p = endpoint->parameters; p && p->name && !heard; p++)
            heard = hs_str_equal(name, hs_str_of(p->name));
        if (heard) continue;
        hs_response_problem(call->response, 400, NULL,
                            hs_arena_printf(call->arena, "%s takes no %.*s", hs_hotspot_method_name(known),
                                            (int)hs_utf8_cut(name, 60), name.data));
        return true;
    }
    return false;
}

static hs_str method_of(const hs_call *call) {
    hs_str method = hs_call_text(call, "method");
    return method.size > 0 ? method : HS_STR("gi-star");
}

hs_status hs_serve_hotspots_tile(hs_call *call) {
    asked a;
    hs_tile tile;
    hs_shared_entry *entry;
    hs_status status = hs_call_tile(call, &tile);
    if (status != HS_OK || refuse_unheard(call, method_of(call))) return status;
    status = check(call, method_of(call), &a);
    if (status != HS_OK) return status;
    if (!hs_hotspots_is_shared(call->api->service, a.method, call->snapshot, a.names, a.values, a.count,
                               a.aggregates) &&
        hs_request_defer(call->request))
        return HS_OK;
    if (hs_call_begin(call, "application/vnd.mapbox-vector-tile", HS_READS_CITY)) return HS_OK;
    status = share(call, &a, &entry);
    if (status != HS_OK) return status;
    status = hs_hotspots_tile(entry, tile, call->arena, call->error, &call->response->body);
    hs_shared_unref(entry);
    if (status == HS_OK && call->response->body.size == 0) call->response->status = 204;
    return status;
}

static void write_tilejson(hs_call *call, const hs_hotspot_run *run) {
    hs_json *json = &call->json;
    hs_buffer url;
    hs_buffer_init(&url, 65536);
    hs_buffer_str(&url, call->request->base_url);
    hs_buffer_printf(&url, "/tiles/hotspots/{z}/{x}/{y}.mvt?v=%llu",
                     (unsigned long long)call->snapshot->version);
    for (size_t i = 0; i < call->request->query_count; i++) {
        const hs_http_pair *pair = &call->request->query[i];
        if (pair->value.size == 0 || hs_str_equal(pair->name, HS_STR("v"))) continue;
        hs_buffer_byte(&url, '&');
        hs_percent_encode(&url, pair->name);
        hs_buffer_byte(&url, '=');
        hs_percent_encode(&url, pair->value);
    }
    hs_json_object(json);
    hs_json_pair_text(json, "tilejson", "3.0.0");
    hs_json_pair_text(json, "name", "hotspots");
    hs_json_pair_text(json, "description", hs_hotspot_method_help(run->method, false));
    hs_json_pair_text(json, "version", "1.0.0");
    hs_json_pair_text(json, "scheme", "xyz");
    hs_json_key(json, "tiles");
    hs_json_array(json);
    hs_json_str(json, (hs_str){url.data, url.size});
    hs_json_array_end(json);
    hs_json_pair_int(json, "minzoom", 0);
    hs_json_pair_int(json, "maxzoom", MAX_ZOOM);
    hs_write_tile_bounds(json, call->snapshot->geography->box);
    hs_json_key(json, "vector_layers");
    hs_json_array(json);
    hs_json_object(json);
    hs_json_pair_text(json, "id", "hotspots");
    hs_json_key(json, "fields");
    hs_hotspots_tile_fields(run, json);
    hs_json_object_end(json);
    hs_json_array_end(json);
    hs_json_object_end(json);
    hs_buffer_done(&url);
}

hs_status hs_serve_hotspots_tilejson(hs_call *call) {
    asked a;
    hs_shared_entry *entry;
    if (refuse_unheard(call, method_of(call))) return HS_OK;
    hs_status status = check(call, method_of(call), &a);
    if (status != HS_OK) return status;
    if (!hs_call_begin(call, "application/json", HS_READS_ALL)) {
        status = share(call, &a, &entry);
        if (status != HS_OK) return status;
        write_tilejson(call, hs_hotspots_shared_run(entry));
        hs_shared_unref(entry);
    }
    /* Whatever version was asked for, this document names the newest one. */
    call->response->cache_control = NULL;
    return HS_OK;
}
