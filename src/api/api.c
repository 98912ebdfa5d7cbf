#include "api/endpoint.h"
#include "api/fonts.h"
#include "api/run_times.h"

#include "base/asset.h"
#include "base/hash.h"
#include "base/progress.h"
#include "base/text.h"
#include "render/map_style.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct hs_binding {
    hs_api *api;
    const hs_endpoint *endpoint;
} hs_binding;

enum { EVENT_CLIENTS = 256, EVENTS_KEPT = 1024 };

static void announce(void *context, const char *event, hs_str data) {
    hs_events_publish(context, event, data);
}

hs_method hs_endpoint_method(const hs_endpoint *endpoint) {
    if (endpoint->flags & (HS_POSTS | HS_UPLOADS | HS_FORMS)) return HS_POST;
    if (endpoint->flags & HS_PUTS) return HS_PUT;
    if (endpoint->flags & HS_PATCHES) return HS_PATCH;
    if (endpoint->flags & HS_ASKS) return HS_OPTIONS;
    return endpoint->flags & HS_DELETES ? HS_DELETE : HS_GET;
}

const char *hs_endpoint_method_name(const hs_endpoint *endpoint) {
    static const char *const names[HS_METHOD_COUNT] = {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};
    return names[hs_endpoint_method(endpoint)];
}

hs_status hs_api_new(hs_service *service, const hs_api_options *options, hs_error *error, hs_api **api) {
    hs_api *made = calloc(1, sizeof *made);
    if (!made) return hs_error_set(error, HS_E_MEMORY, "out of memory");
    made->service = service;
    made->log = options->log;
    made->read_only = options->read_only;
    made->public_incidents = options->public_incidents;
    made->jurisdiction = hs_str_of(options->jurisdiction);
    made->contact = hs_str_of(options->contact);
    made->job_limit_ms = (int64_t)options->job_s * 1000;
    for (const hs_asset_entry *asset = hs_asset_table; asset->name; asset++)
        made->assets_hash = hs_hash(asset->begin, (size_t)(asset->end - asset->begin), made->assets_hash);
    made->run_times = hs_run_times_new();
    hs_status status =
        made->run_times ? hs_ramps_new(error, &made->ramps) : hs_error_memory(error, "run times");
    if (status == HS_OK) status = hs_map_styles_new(error, &made->map_styles);
    if (status == HS_OK) status = hs_fonts_new(error, &made->fonts);
    if (status == HS_OK) status = hs_events_new(EVENT_CLIENTS, EVENTS_KEPT, error, &made->events);
    if (status == HS_OK && options->residents > 0)
        status = hs_rate_limit_new(options->residents, error, &made->residents);
    if (status == HS_OK) hs_service_observe(service, announce, made->events);
    if (status != HS_OK) {
        hs_api_free(made);
        return status;
    }
    *api = made;
    return HS_OK;
}

void hs_api_stop(hs_api *api) {
    if (api) hs_events_close(api->events);
}

void hs_api_free(hs_api *api) {
    if (!api) return;
    hs_service_observe(api->service, NULL, NULL);
    hs_events_free(api->events);
    hs_ramps_free(api->ramps);
    hs_map_styles_free(api->map_styles);
    hs_fonts_free(api->fonts);
    hs_rate_limit_free(api->residents);
    hs_run_times_free(api->run_times);
    free(api->bindings);
    free(api);
}

void hs_api_set_server(hs_api *api, hs_server *server) {
    atomic_store(&api->loopback, hs_server_is_loopback(server));
}

void hs_api_set_load_times(hs_api *api, const hs_load_times *times) {
    atomic_store(&api->load_us, (uint64_t)(times->total_ms * 1000));
}

bool hs_endpoint_takes(const hs_endpoint *endpoint, hs_str name) {
    for (const hs_parameter *p = endpoint->parameters; p && p->name; p++)
        if (hs_str_equal(name, hs_str_of(p->name))) return true;
    return (endpoint->flags & HS_TAKES_FILTERS) && hs_filter_is_word(name);
}

static void list_accepted(const hs_endpoint *endpoint, hs_buffer *out) {
    const char *separator = "";
    for (const hs_parameter *p = endpoint->parameters; p && p->name; p++, separator = ", ")
        hs_buffer_printf(out, "%s%s", separator, p->name);
    if (!(endpoint->flags & HS_TAKES_FILTERS)) return;
    for (const hs_filter_word *word = hs_filter_words; word->name; word++) {
        bool own = false;
        for (const hs_parameter *p = endpoint->parameters; p && p->name; p++)
            own = own || strcmp(p->name, word->name) == 0;
        if (!own) hs_buffer_printf(out, "%s%s", separator, word->name);
        separator = ", ";
    }
}

bool hs_call_refuse_unknown(hs_call *call) {
    hs_buffer text;
    hs_buffer_init(&text, 8192);
    for (size_t i = 0; i < call->request->query_count; i++) {
        hs_str name = call->request->query[i].name;
        if (hs_endpoint_takes(call->endpoint, name)) continue;
        hs_buffer_printf(&text, "%s%.*s", text.size ? ", " : "unknown parameter ",
                         (int)hs_utf8_cut(name, 100), name.data);
    }
    bool refused = text.size > 0;
    if (refused) {
        size_t before = text.size;
        hs_buffer_text(&text, "; accepted: ");
        size_t start = text.size;
        list_accepted(call->endpoint, &text);
        if (text.size == start) {
            text.size = before;
            hs_buffer_text(&text, "; this path takes none");
        }
        hs_buffer_byte(&text, '\0');
        hs_response_problem(call->response, 400, "Unknown parameter", text.data);
    }
    hs_buffer_done(&text);
    return refused;
}

static bool may_repeat(const hs_endpoint *endpoint, hs_str name) {
    for (const hs_parameter *p = endpoint->parameters; p && p->name; p++)
        if (hs_str_equal(name, hs_str_of(p->name))) return strcmp(p->type, "array") == 0;
    return false;
}

/* 400 for a parameter that is given twice with something: which of the two is meant nobody knows. */
static bool refuse_repeated(const hs_call *call) {
    const hs_http_pair *query = call->request->query;
    for (size_t i = 0; i < call->request->query_count; i++)
        for (size_t k = 0; k < i; k++) {
            if (query[i].value.size == 0 || query[k].value.size == 0 ||
                !hs_str_equal(query[i].name, query[k].name) || may_repeat(call->endpoint, query[i].name))
                continue;
            char text[160];
            (void)snprintf(text, sizeof text, "'%.*s' is given twice: separate values by commas",
                           (int)hs_utf8_cut(query[i].name, 100), query[i].name.data);
            hs_response_problem(call->response, 400, "Repeated parameter", text);
            return true;
        }
    return false;
}

static bool tell(const void *context, double share) {
    const hs_request *request = context;
    return request->progress.tell ? hs_progress_tell(&request->progress, share)
                                  : !hs_request_is_gone(request);
}

hs_progress hs_call_progress(const hs_call *call) {
    return (hs_progress){tell, call->request};
}

bool hs_call_sees_incidents(const hs_call *call) {
    return call->api->public_incidents || atomic_load(&call->api->loopback);
}

hs_status hs_call_deny_incidents(hs_call *call) {
    return hs_response_problem(
        call->response, 403, "Not public",
        "single incidents and addresses are not public on this server: only counts and "
        "densities are; its keeper can open them with --public-incidents");
}

static hs_status run(void *context, hs_request *request, hs_response *response, hs_error *error) {
    const hs_binding *binding = context;
    hs_call call = {.api = binding->api,
                    .endpoint = binding->endpoint,
                    .request = request,
                    .response = response,
                    .error = error,
                    .arena = request->arena};
    hs_json_init(&call.json, &response->body);
    if (!(call.endpoint->flags & HS_LENIENT) && (hs_call_refuse_unknown(&call) || refuse_repeated(&call)))
        return HS_OK;
    if ((call.endpoint->flags & HS_NEEDS_INCIDENTS) && !hs_call_sees_incidents(&call))
        return hs_call_deny_incidents(&call);
    if (call.endpoint->flags & HS_NEEDS_SNAPSHOT) {
        call.snapshot = hs_service_snapshot(call.api->service);
        if (!call.snapshot) {
            hs_response_problem(response, 503, "Loading",
                                "the city is being loaded; try again in a few seconds");
            hs_response_header(response, "Retry-After", "2");
            return HS_OK;
        }
    }
    hs_status status = call.endpoint->handler(&call);
    hs_snapshot_unref(call.snapshot);
    return status;
}

static hs_status add_route(hs_binding *binding, hs_router *router, hs_error *error) {
    const hs_endpoint *endpoint = binding->endpoint;
    hs_method method = hs_endpoint_method(endpoint);
    return endpoint->flags & HS_UPLOADS
               ? hs_router_add_upload(router, method, endpoint->path, run, binding, error)
               : hs_router_add(router, method, endpoint->path, run, binding, error);
}

hs_status hs_api_routes(hs_api *api, hs_router *router, hs_error *error) {
    size_t count = 0;
    while (hs_endpoints[count].path)
        count++;
    api->bindings = calloc(count + 1, sizeof *api->bindings);
    if (!api->bindings) return hs_error_set(error, HS_E_MEMORY, "out of memory for the endpoints");
    hs_status status = HS_OK;
    for (size_t i = 0; i < count && status == HS_OK; i++) {
        api->bindings[i] = (hs_binding){api, &hs_endpoints[i]};
        status = add_route(&api->bindings[i], router, error);
    }
    return status == HS_OK ? hs_add_asset_routes(api, router, error) : status;
}
