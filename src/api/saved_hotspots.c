/* Saved runs of hotspots: listed, saved, deleted. Their features are a collection. */
#include "api/saved_hotspots.h"
#include "api/process.h"

#include "base/hash.h"
#include "base/json.h"
#include "base/text.h"
#include "http/percent.h"
#include "render/geojson.h"
#include "service/hotspots_view.h"
#include <string.h>

#define JSON "application/json"

/* The members of a run's object; `whole` with what was said of how it was computed. */
static void write_run(hs_call *call, const hs_saved_hotspot_record *run, bool whole) {
    hs_json *json = &call->json;
    hs_json_object(json);
    hs_json_pair_int(json, "id", run->id);
    hs_json_pair_str(json, "method", run->method);
    hs_json_pair_str(json, "title", run->title);
    const hs_http_pair *pairs = NULL;
    size_t count = 0;
    hs_json_key(json, "parameters");
    hs_json_object(json);
    if (hs_query_parse(run->parameters, call->arena, NULL, &pairs, &count) != HS_OK) count = 0;
    for (size_t i = 0; i < count; i++) {
        const char *name = hs_arena_strndup(call->arena, pairs[i].name.data, pairs[i].name.size);
        if (name) hs_json_pair_str(json, name, pairs[i].value);
    }
    hs_json_object_end(json);
    hs_json_pair_int(json, "features", run->feature);
    hs_json_key(json, "created");
    hs_json_time(json, run->created_s);
    hs_json_pair_str(json, "user", run->user);
    hs_json_pair_int(json, "data_version", (int64_t)run->data_version);
    if (whole) {
        hs_json_key(json, "about");
        hs_json_object(json);
        hs_geojson_attributes(json, run->properties, (const char *const[]){NULL});
        hs_json_object_end(json);
    }
    hs_json_key(json, "links");
    hs_json_array(json);
    hs_call_link(call, "self", JSON, NULL,
                 hs_arena_printf(call->arena, "/hotspots/%lld", (long long)run->id));
    hs_call_link(
        call, "items", "application/geo+json", NULL,
        hs_arena_printf(call->arena, "/ogc/collections/hotspots/items?run=%lld", (long long)run->id));
    hs_json_array_end(json);
    hs_json_object_end(json);
}

hs_status hs_serve_saved_hotspots(hs_call *call) {
    hs_json *json = &call->json;
    const hs_saved_hotspots *saved = call->snapshot->hotspots;
    if (hs_call_begin(call, JSON, HS_READS_ALL)) return HS_OK;
    hs_json_object(json);
    hs_json_key(json, "runs");
    hs_json_array(json);
    for (uint32_t i = saved->run_count; i > 0; i--)
        write_run(call, &saved->run[i - 1], false);
    hs_json_array_end(json);
    hs_json_pair_int(json, "version", (int64_t)call->snapshot->version);
    hs_json_object_end(json);
    return HS_OK;
}

static hs_status take_id(hs_call *call, int64_t *id) {
    hs_str text = hs_request_param(call->request, "runId");
    if (hs_str_to_int(text, id)) return HS_OK;
    return hs_error_set(call->error, HS_E_NOT_FOUND,
                        "'%.*s' is no method and no saved run; see /hotspots and /api",
                        (int)hs_utf8_cut(text, 60), text.data);
}

hs_status hs_serve_saved_run(hs_call *call) {
    int64_t id;
    hs_status status = take_id(call, &id);
    if (status != HS_OK) return status;
    const hs_saved_hotspot_record *run = hs_saved_hotspots_find(call->snapshot->hotspots, id);
    if (!run)
        return hs_error_set(call->error, HS_E_NOT_FOUND, "there is no saved run %lld; see /hotspots",
                            (long long)id);
    if (!hs_call_begin(call, JSON, HS_READS_ALL)) write_run(call, run, true);
    return HS_OK;
}

static bool authorise(hs_call *call, hs_user *user) {
    if (!hs_call_authorise(call, HS_ROLE_EDITOR, user)) return false;
    const char *why = NULL;
    if (call->api->read_only)
        why = "this server only reads (--read-only): nothing can be saved or deleted";
    else if (user->unit.size > 0)
        why = "this token is for one unit; saved runs concern the whole city";
    if (why) hs_response_problem(call->response, 403, NULL, why);
    return !why;
}

static hs_status answer_failure(hs_call *call, hs_status status) {
    if (status != HS_E_STORE) return status;
    hs_log_write(call->api->log, HS_LOG_ERROR, "hotspots", "error=\"%s\"", call->error->message);
    hs_response_header(call->response, "Retry-After", "5");
    return hs_response_problem(call->response, 503, NULL,
                               "the store could not be written now, and nothing was changed; try again");
}

/* What is to be computed and kept. */
typedef struct asked {
    const hs_hotspot_method *method;
    hs_saving saving;
} asked;

static hs_status take_parameter(hs_call *call, const hs_endpoint *endpoint, const char *name,
                                const json_t *value, hs_str *words, hs_str *given) {
    hs_buffer text;
    if (strcmp(name, "v") == 0 || !hs_endpoint_takes(endpoint, hs_str_of(name)))
        return hs_error_set(call->error, HS_E_INPUT, "parameters: %.60s is none of %s", name, endpoint->path);
    hs_buffer_init(&text, 1 << 16);
    bool fits = hs_input_append(value, &text);
    *words = hs_arena_str(call->arena, hs_str_of(name));
    *given = hs_arena_str(call->arena, (hs_str){text.data ? text.data : "", text.size});
    hs_status status = text.status;
    hs_buffer_done(&text);
    if (!fits || status != HS_OK)
        return hs_error_set(call->error, HS_E_INPUT,
                            "parameters: %.60s: a text, a number, true, false or a list of them is expected",
                            name);
    return words->data && given->data ? HS_OK : hs_error_memory(call->error, "the parameters");
}

static hs_status take_parameters(hs_call *call, const json_t *object, asked *a) {
    const hs_endpoint *endpoint = hs_endpoint_of_hotspots(hs_hotspot_method_name(a->method));
    const char *name;
    json_t *value;
    if (object && !json_is_object(object))
        return hs_error_set(call->error, HS_E_INPUT, "parameters: an object is expected");
    hs_str *names = hs_arena_array(call->arena, json_object_size(object) + 1, sizeof *names);
    hs_str *values = hs_arena_array(call->arena, json_object_size(object) + 1, sizeof *values);
    if (!names || !values || !endpoint) return hs_error_memory(call->error, "the parameters");
    json_object_foreach((json_t *)object, name, value) {
        size_t i = a->saving.count;
        if (json_is_null(value)) continue;
        hs_status status = take_parameter(call, endpoint, name, value, &names[i], &values[i]);
        if (status != HS_OK) return status;
        a->saving.count++;
    }
    a->saving.names = names;
    a->saving.values = values;
    return HS_OK;
}

static hs_status take_body(hs_call *call, const json_t *body, asked *a) {
    const char *name;
    json_t *value;
    if (!json_is_object(body))
        return hs_error_set(call->error, HS_E_INPUT,
                            "an object with method, title and parameters is expected");
    json_object_foreach((json_t *)body, name, value) {
        if (strcmp(name, "method") != 0 && strcmp(name, "title") != 0 && strcmp(name, "parameters") != 0)
            return hs_error_set(call->error, HS_E_INPUT, "%.60s: method, title and parameters are taken",
                                name);
    }
    hs_str method = hs_json_get_str(body, "method");
    a->method = hs_hotspot_method_named(method);
    if (!a->method)
        return hs_error_set(call->error, HS_E_INPUT, "method: %.*s is none; the methods are at /api",
                            (int)hs_utf8_cut(method, 40), method.data);
    a->saving.title = hs_arena_str(call->arena, hs_json_get_str(body, "title"));
    if (!a->saving.title.data) return hs_error_memory(call->error, "the title");
    hs_status status = hs_saved_title_check(a->saving.title, call->error);
    return status == HS_OK ? take_parameters(call, json_object_get(body, "parameters"), a) : status;
}

/* The whole request is checked before anything is computed. */
static hs_status take_request(hs_call *call, asked *a) {
    json_t *body = NULL;
    hs_hotspot_run run;
    hs_status status = hs_json_parse(call->request->body, call->error, &body);
    if (status == HS_OK) status = take_body(call, body, a);
    json_decref(body);
    if (status != HS_OK) return status;
    /* Whoever reads the collection reads it. */
    return hs_hotspots_parse(a->method, call->snapshot, a->saving.names, a->saving.values, a->saving.count,
                             true, call->arena, call->error, &run);
}

/* The run as it is served from now on. */
static hs_status answer_saved(hs_call *call, const hs_saved_report *report) {
    hs_snapshot *now = hs_service_snapshot(call->api->service);
    const hs_saved_hotspot_record *run = now ? hs_saved_hotspots_find(now->hotspots, report->run) : NULL;
    const char *place = hs_arena_printf(call->arena, "%.*s/hotspots/%lld", (int)call->request->base_url.size,
                                        call->request->base_url.data, (long long)report->run);
    call->response->status = 201;
    call->response->content_type = JSON;
    hs_response_header(call->response, "Location", place);
    if (run) {
        write_run(call, run, true);
    } else { /* stored, and shown as soon as the store can be read again */
        hs_json_object(&call->json);
        hs_json_pair_int(&call->json, "id", report->run);
        hs_json_object_end(&call->json);
    }
    hs_snapshot_unref(now);
    return HS_OK;
}

/* The same request again is answered as it was. */
static hs_status find_saving(hs_call *call, const hs_user *user, asked *a, hs_saved_report *report,
                             bool *found) {
    uint64_t hash = hs_hash_str(call->request->body, hs_hash_str(call->request->path, 0));
    hs_status status = hs_call_key(call, user, hash, &a->saving.key);
    if (status != HS_OK) return status;
    status = hs_service_find_saving(call->api->service, &a->saving.key, call->error, report, found);
    if (status != HS_E_CONFLICT) return status;
    *found = true;
    return hs_response_problem(call->response, 422, "Key used before", call->error->message);
}

static hs_status save_now(hs_call *call, asked *a) {
    hs_saved_report report;
    hs_shared_entry *entry = NULL;
    hs_status status =
        hs_hotspots_shared(call->api->service, a->method, call->snapshot, a->saving.names, a->saving.values,
                           a->saving.count, true, hs_call_progress(call), call->error, &entry);
    if (status != HS_OK) return status;
    status = hs_service_save_hotspots(call->api->service, hs_hotspots_shared_run(entry), &a->saving,
                                      call->error, &report);
    hs_shared_unref(entry);
    return status == HS_OK ? answer_saved(call, &report) : answer_failure(call, status);
}

hs_status hs_post_hotspots(hs_call *call) {
    hs_user user;
    asked a = {.method = NULL};
    hs_saved_report report;
    bool found = false;
    if (!authorise(call, &user)) return HS_OK;
    if (!hs_call_sends_json(call))
        return hs_response_problem(call->response, 415, NULL, "send Content-Type: application/json");
    hs_status status = take_request(call, &a);
    a.saving.user = user.name;
    if (status != HS_OK || hs_request_defer(call->request)) return status;
    status = find_saving(call, &user, &a, &report, &found);
    if (status != HS_OK) return answer_failure(call, status);
    if (found) return call->response->status == 0 ? answer_saved(call, &report) : HS_OK;
    return hs_call_prefers_job(call) ? hs_call_start_saving(call, a.method, &a.saving) : save_now(call, &a);
}

hs_status hs_delete_saved_run(hs_call *call) {
    hs_user user;
    int64_t id;
    hs_saved_report report;
    hs_json *json = &call->json;
    if (!authorise(call, &user)) return HS_OK;
    hs_status status = take_id(call, &id);
    if (status != HS_OK || hs_request_defer(call->request)) return status;
    status = hs_service_delete_hotspots(call->api->service, id, user.name, call->error, &report);
    if (status != HS_OK) return answer_failure(call, status);
    call->response->content_type = JSON;
    hs_json_object(json);
    hs_json_pair_int(json, "id", id);
    hs_json_pair_int(json, "features", (int64_t)report.features);
    hs_json_pair_int(json, "batch", report.batch);
    hs_json_object_end(json);
    return HS_OK;
}
