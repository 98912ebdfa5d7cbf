/* Incidents that programs post, one or many. */
#include "api/endpoint.h"

#include "base/hash.h"
#include "base/text.h"
#include "ingest/incident_json.h"
#include "render/geojson.h"
#include "service/duplicates.h"
#include "service/live.h"

enum { ITEMS_MOST = 1000 };

typedef struct posting {
    hs_post post;
    hs_service *service;
    hs_request *request;
    bool single;
    hs_duplicates *duplicates; /* of the snapshot that is answered from */
} posting;

static const char *const outcome_titles[] = {[HS_POST_PRESENT] = "There already",
                                             [HS_POST_REFUSED] = "Wrong incident",
                                             [HS_POST_DENIED] = "Not allowed"};

static unsigned outcome_status(hs_post_outcome outcome) {
    switch (outcome) {
    case HS_POST_ADDED:
        return 201;
    case HS_POST_UPDATED:
    case HS_POST_UNCHANGED:
        return 200;
    case HS_POST_PRESENT:
        return 409;
    case HS_POST_DENIED:
        return 403;
    default:
        return 400;
    }
}

static void write_item(hs_call *call, const posting *p, const hs_post_item *item) {
    uint32_t i;
    const hs_incident_chunk *chunk = hs_incidents_find(p->post.snapshot->incidents, item->row, &i);
    hs_geojson_context context;
    hs_geojson_context_init(&context, p->post.snapshot, NULL);
    context.duplicates = p->duplicates;
    if (chunk)
        hs_geojson_incident(&call->json, &context, chunk, i);
    else
        hs_json_null(&call->json); /* a change since has removed it */
}

static hs_status answer_single(hs_call *call, const posting *p) {
    const hs_post_item *item = &p->post.items[0];
    unsigned status = outcome_status(item->outcome);
    if (status >= 400)
        return hs_response_problem(call->response, status, outcome_titles[item->outcome], item->reason);
    hs_buffer *body = &call->response->body;
    write_item(call, p, item);
    if (body->status == HS_OK && body->size > 4) {
        body->size--; /* the version goes into the Feature, before the brace that ends it */
        hs_buffer_printf(body, ",\"version\":%llu}", (unsigned long long)p->post.version);
    }
    call->response->status = status;
    call->response->content_type = "application/geo+json";
    hs_response_header(call->response, "Location",
                       hs_arena_printf(call->arena, "%.*s/ogc/collections/incidents/items/%lld",
                                       (int)call->request->base_url.size, call->request->base_url.data,
                                       (long long)item->row));
    return HS_OK;
}

static hs_status answer_array(hs_call *call, const posting *p) {
    hs_json *json = &call->json;
    hs_json_array(json);
    for (size_t i = 0; i < p->post.count; i++) {
        const hs_post_item *item = &p->post.items[i];
        unsigned status = outcome_status(item->outcome);
        hs_json_object(json);
        hs_json_pair_int(json, "status", status);
        if (status < 400) {
            hs_json_key(json, "version");
            hs_json_uint(json, p->post.version);
            hs_json_key(json, "feature");
            write_item(call, p, item);
        } else {
            hs_json_pair_text(json, "title", outcome_titles[item->outcome]);
            hs_json_pair_text(json, "detail", item->reason);
        }
        hs_json_object_end(json);
    }
    hs_json_array_end(json);
    call->response->content_type = "application/json";
    return HS_OK;
}

static hs_status answer_failure(hs_call *call, const posting *p) {
    const hs_error *error = &p->post.error;
    if (p->post.status == HS_OK) {
        hs_log_write(call->api->log, HS_LOG_ERROR, "failure",
                     "posted incidents are stored and not yet served");
        return hs_response_problem(call->response, 500, "Stored, not yet served",
                                   "the incidents are stored; they will be served in a moment");
    }
    if (p->post.status == HS_E_CONFLICT && p->post.key.text.size > 0)
        return hs_response_problem(call->response, 422, "Key used before", error->message);
    if (p->post.status != HS_E_STORE) return hs_response_error(call->response, error);
    hs_response_header(call->response, "Retry-After", "5");
    return hs_response_problem(call->response, 503, NULL,
                               "the incidents could not be stored now, and nothing of them was; try again");
}

static hs_status answer(hs_call *call, posting *p) {
    hs_status status = HS_OK;
    bool stored = p->post.status == HS_OK && p->post.snapshot;
    if (stored) status = hs_service_duplicates(p->service, p->post.snapshot, call->error, &p->duplicates);
    if (status == HS_OK && !stored)
        status = answer_failure(call, p);
    else if (status == HS_OK)
        status = p->single ? answer_single(call, p) : answer_array(call, p);
    hs_duplicates_unref(p->duplicates);
    hs_snapshot_unref(p->post.snapshot);
    return status;
}

static void stored(void *context) {
    posting *p = context;
    hs_request_resume(p->request);
}

static void start(void *context, hs_request *request) {
    posting *p = context;
    p->request = request;
    hs_service_post(p->service, &p->post);
}

/* The incidents of a body: an object is one, an array or a FeatureCollection many. */
static const json_t *find_items(posting *p, const json_t *value, size_t *count) {
    if (json_is_object(value) && hs_str_equal(hs_json_get_str(value, "type"), HS_STR("FeatureCollection")))
        value = json_object_get(value, "features");
    p->single = json_is_object(value);
    *count = p->single ? 1 : json_array_size(value);
    return p->single || json_is_array(value) ? value : NULL;
}

static void take_item(hs_call *call, const json_t *value, const char *crs, hs_post_item *item) {
    hs_error error = {0};
    hs_incident_record *record = &item->record;
    hs_status status =
        hs_incident_from_json(value, call->snapshot->timezone, crs, call->arena, &error, record);
    if (status == HS_OK) {
        if (record->reported_s == HS_NO_TIME && record->occurred_s == HS_NO_TIME)
            record->reported_s = hs_clock_now_s();
        return;
    }
    item->outcome = HS_POST_REFUSED;
    item->reason = hs_arena_printf(call->arena, "%s", error.message);
}

static hs_status take_items(hs_call *call, const json_t *body, posting *p) {
    size_t count = 0;
    const json_t *items = find_items(p, body, &count);
    hs_str crs_text = hs_call_text(call, "crs");
    const char *crs = crs_text.size ? hs_arena_strndup(call->arena, crs_text.data, crs_text.size) : NULL;
    if (!items || count == 0)
        return hs_error_set(call->error, HS_E_INPUT,
                            "an incident is expected: a JSON object, a GeoJSON Feature, or an array of them");
    if (count > ITEMS_MOST)
        return hs_error_set(call->error, HS_E_INPUT, "%zu incidents at once; at most %d are taken", count,
                            ITEMS_MOST);
    p->post.items = hs_arena_array(call->arena, count, sizeof *p->post.items);
    if (!p->post.items) return hs_error_set(call->error, HS_E_MEMORY, "out of memory");
    p->post.count = count;
    for (size_t i = 0; i < count; i++)
        take_item(call, p->single ? items : json_array_get(items, i), crs, &p->post.items[i]);
    return HS_OK;
}

static bool any_open(const posting *p) {
    for (size_t i = 0; i < p->post.count; i++)
        if (p->post.items[i].outcome == HS_POST_OPEN) return true;
    return false;
}

static hs_status take(hs_call *call, const hs_user *user, posting *p) {
    json_t *body = NULL;
    hs_status status = hs_json_parse(call->request->body, call->error, &body);
    if (status == HS_OK) status = take_items(call, body, p);
    json_decref(body);
    if (status == HS_OK)
        status = hs_call_key(call, user,
                             hs_hash_str(hs_call_text(call, "crs"), hs_hash_str(call->request->body, 0)),
                             &p->post.key);
    if (status != HS_OK) return status;
    if (any_open(p)) return hs_request_wait(call->request, start, p);
    p->post.snapshot = hs_snapshot_ref(call->snapshot);
    return answer(call, p);
}

hs_status hs_call_post_incidents(hs_call *call, bool only_new) {
    if (call->request->waited_for) return answer(call, call->request->waited_for);
    hs_user user;
    if (!hs_call_authorise(call, HS_ROLE_REPORTER, &user)) return HS_OK;
    if (!hs_call_sends_json(call))
        return hs_response_problem(call->response, 415, NULL,
                                   "send Content-Type: application/json or application/geo+json");
    posting *p = hs_arena_array(call->arena, 1, sizeof *p);
    if (!p) return hs_error_set(call->error, HS_E_MEMORY, "out of memory");
    p->service = call->api->service;
    p->post = (hs_post){
        .only_new = only_new, .unit = user.unit, .arena = call->arena, .done = stored, .context = p};
    return take(call, &user, p);
}

hs_status hs_post_incidents(hs_call *call) {
    return hs_call_post_incidents(call, false);
}
