/* OGC API Features part 4: incidents and zones are added, replaced, updated and removed. */
#include "api/feature.h"

#include "base/json.h"
#include "base/text.h"
#include "http/headers.h"
#include "ingest/incident_json.h"
#include "ingest/zone_json.h"
#include "service/edit.h"
#include <stdlib.h>
#include <string.h>

typedef struct change {
    hs_call *call;
    const hs_collection *collection;
    hs_user user;
    json_t *body; /* the Feature as it was sent, in degrees; NULL to remove */
    bool is_part; /* the body is a merge patch (RFC 7396) */
    bool stale;   /* If-Match names another state */
} change;

static bool takes_changes(const hs_collection *collection) {
    return collection->kind == HS_COLLECT_INCIDENTS || collection->kind == HS_COLLECT_ZONES;
}

static const char *allowed(const hs_call *call, const hs_collection *collection, bool item) {
    if (!takes_changes(collection) || call->api->read_only) return "GET, HEAD, OPTIONS";
    return item ? "GET, HEAD, PUT, PATCH, DELETE, OPTIONS" : "GET, HEAD, POST, OPTIONS";
}

static bool is_item(const hs_call *call) {
    return hs_request_param(call->request, "featureId").size > 0;
}

/* What the server answers to OPTIONS, with the methods of this collection. */
hs_status hs_options_ogc_items(hs_call *call) {
    const hs_collection *collection = hs_call_collection(call);
    hs_response *response = call->response;
    if (!collection) return HS_OK;
    response->status = 204;
    response->cache_control = "public, max-age=86400";
    hs_response_header(response, "Allow", allowed(call, collection, is_item(call)));
    if (takes_changes(collection))
        hs_response_header(response, "Accept-Patch", "application/merge-patch+json");
    hs_response_header(response, "Access-Control-Allow-Origin", "*");
    hs_response_header(response, "Access-Control-Allow-Methods", "GET, HEAD, OPTIONS");
    hs_response_header(response, "Access-Control-Allow-Headers", "Accept, Accept-Language, If-None-Match");
    hs_response_header(response, "Access-Control-Max-Age", "86400");
    return HS_OK;
}

static bool refuse(hs_call *call, unsigned status, const char *detail) {
    hs_response_problem(call->response, status, NULL, detail);
    return false;
}

static bool check_allowed(change *c, hs_role role) {
    hs_call *call = c->call;
    c->collection = hs_call_collection(call);
    if (!c->collection) return false;
    if (!takes_changes(c->collection)) {
        refuse(call, 405, "incidents and zones are changed one by one; everything else is imported");
        hs_response_header(call->response, "Allow", allowed(call, c->collection, is_item(call)));
        return false;
    }
    if (!hs_call_authorise(call, role, &c->user)) return false;
    if (call->api->read_only)
        return refuse(call, 403, "this server only reads (--read-only): nothing can be changed");
    if (c->collection->kind == HS_COLLECT_ZONES && c->user.unit.size > 0)
        return refuse(call, 403, "this token is for one unit; zones concern the whole city");
    return true;
}

static bool is_merge_patch(const hs_call *call) {
    hs_str type = hs_request_header(call->request, "Content-Type");
    return hs_str_equal_nocase(hs_str_trim(hs_str_cut(&type, ';')), HS_STR("application/merge-patch+json"));
}

/* Coordinates of any depth, from a system to degrees. False where they are none. */
static bool to_degrees(json_t *coordinates, hs_transform *transform, bool northing_first, int depth) {
    if (!json_is_array(coordinates) || depth > 8) return false;
    if (json_is_array(json_array_get(coordinates, 0))) {
        for (size_t i = 0; i < json_array_size(coordinates); i++)
            if (!to_degrees(json_array_get(coordinates, i), transform, northing_first, depth + 1))
                return false;
        return true;
    }
    if (json_array_size(coordinates) < 2) return json_array_size(coordinates) == 0;
    const json_t *first = json_array_get(coordinates, northing_first);
    const json_t *second = json_array_get(coordinates, !northing_first);
    if (!json_is_number(first) || !json_is_number(second)) return false;
    double x = json_number_value(first);
    double y = json_number_value(second);
    if (transform && hs_transform_forward(transform, &x, &y, 1) > 0) return false;
    json_array_set_new(coordinates, 0, json_real(x));
    json_array_set_new(coordinates, 1, json_real(y));
    return true;
}

/* The header Content-Crs says which system the body is in; CRS84 where it is absent. */
static hs_status take_system(change *c) {
    hs_call *call = c->call;
    hs_ogc_crs crs;
    hs_transform *transform = NULL;
    hs_str uri = hs_str_trim(hs_request_header(call->request, "Content-Crs"));
    json_t *coordinates = json_object_get(json_object_get(c->body, "geometry"), "coordinates");
    if (uri.size > 2 && uri.data[0] == '<') uri = (hs_str){uri.data + 1, uri.size - 2};
    if (uri.size == 0) return HS_OK;
    if (!hs_ogc_crs_find(call->snapshot, uri, &crs))
        return hs_error_set(
            call->error, HS_E_ARGUMENT,
            "Content-Crs: %.*s is not offered; the member crs of the collection lists what is",
            (int)hs_utf8_cut(uri, 100), uri.data);
    if (hs_ogc_crs_is_default(&crs) || !coordinates) return HS_OK;
    hs_status status = hs_ogc_crs_open(&crs, call->error, &transform);
    if (status == HS_OK && !to_degrees(coordinates, transform, crs.northing_first, 0))
        status = hs_error_set(call->error, HS_E_INPUT,
                              "geometry: a position has no place on Earth in the system of Content-Crs");
    hs_transform_free(transform);
    return status;
}

/* Properties that are worked out here come back with what a client has read: they are passed over. The unit
 * that an incident lies in is one of them, unless it is another one. */
static bool drop_derived(const hs_collection *collection, json_t *feature, const json_t *present) {
    static const char *const derived[] = {"category_zh", "category_en",   "match_type",  "accuracy_m",
                                          "city",        "district",      "subdistrict", "community",
                                          "cell",        "street",        "street_id",   "segment",
                                          "batch",       "category_text", "reviewed",    "duplicate_of"};
    json_t *properties = json_object_get(feature, "properties");
    json_object_del(feature, "id");
    if (collection->kind == HS_COLLECT_ZONES) {
        json_object_del(properties, "id");
        return false;
    }
    for (size_t i = 0; i < sizeof derived / sizeof *derived; i++)
        json_object_del(properties, derived[i]);
    const json_t *unit = json_object_get(properties, "unit");
    const json_t *own = json_object_get(json_object_get(present, "properties"), "unit");
    if (!unit || !own || !json_equal(unit, own)) return false;
    json_object_del(properties, "unit");
    return true;
}

static hs_status fill_incident(change *c, const hs_snapshot *snapshot, const json_t *present, hs_edit *edit,
                               hs_error *error) {
    hs_incident_record *record = &edit->incident;
    if (c->is_part) json_object_set_new(c->body, "type", json_string("Feature"));
    bool keeps_unit = drop_derived(c->collection, c->body, present);
    hs_status status =
        hs_incident_from_json(c->body, snapshot->timezone, NULL, c->call->arena, error, record);
    if (!c->is_part) record->absent = keeps_unit ? HS_INCIDENT_UNIT : 0;
    return status;
}

/* RFC 7396. */
static void merge_patch(json_t *target, const json_t *patch) {
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)patch, key, value) {
        json_t *there = json_object_get(target, key);
        if (json_is_null(value))
            json_object_del(target, key);
        else if (json_is_object(value) && json_is_object(there))
            merge_patch(there, value);
        else
            json_object_set(target, key, value);
    }
}

static hs_status fill_zone(change *c, const hs_snapshot *snapshot, json_t *present, hs_edit *edit,
                           hs_error *error) {
    json_t *feature = c->body;
    if (c->is_part) {
        merge_patch(present, c->body);
        feature = present;
    }
    (void)drop_derived(c->collection, feature, NULL);
    return hs_zone_from_json(feature, snapshot->timezone, c->call->arena, error, &edit->zone);
}

/* The feature as it is now; its tag must be one that If-Match names. */
static hs_status read_present(change *c, const hs_snapshot *snapshot, int64_t id, hs_error *error,
                              json_t **present) {
    hs_buffer text;
    hs_buffer_init(&text, c->call->response->body.ceiling);
    hs_str if_match = hs_request_header(c->call->request, "If-Match");
    hs_status status = HS_OK;
    if (!hs_feature_write(snapshot, c->collection, id, NULL, &text))
        status = hs_error_set(error, HS_E_NOT_FOUND, "this collection has no feature of this id");
    else if (text.status != HS_OK)
        status = hs_error_set(error, text.status, "the feature is too large");
    else
        status = hs_json_parse((hs_str){text.data, text.size}, error, present);
    if (status == HS_OK && if_match.size > 0)
        c->stale =
            !hs_etag_is_meant(if_match, hs_feature_tag((hs_str){text.data, text.size}), HS_FEATURE_TAG_MASK);
    hs_buffer_done(&text);
    if (status == HS_OK && c->stale)
        status = hs_error_set(error, HS_E_CONFLICT,
                              "the feature has changed since: read it again, then change what is there now");
    return status;
}

static hs_status prepare(void *context, const hs_snapshot *snapshot, hs_edit *edit, hs_error *error) {
    change *c = context;
    json_t *present = NULL;
    hs_status status = edit->id ? read_present(c, snapshot, edit->id, error, &present) : HS_OK;
    if (status == HS_OK && c->body && edit->kind == HS_KIND_ZONES)
        status = fill_zone(c, snapshot, present, edit, error);
    else if (status == HS_OK && c->body)
        status = fill_incident(c, snapshot, present, edit, error);
    json_decref(present);
    return status;
}

static hs_status answer_failure(change *c, hs_status status) {
    hs_call *call = c->call;
    if (c->stale) return hs_response_problem(call->response, 412, "Changed meanwhile", call->error->message);
    if (status != HS_E_STORE) return status;
    hs_log_write(call->api->log, HS_LOG_ERROR, "edit", "error=\"%s\"", call->error->message);
    hs_response_header(call->response, "Retry-After", "5");
    return hs_response_problem(call->response, 503, NULL,
                               "the change could not be stored now, and nothing of it was; try again");
}

/* Which batch it is, to take it back by `hotspotd undo`. */
static void tell_batch(hs_call *call, int64_t batch) {
    if (batch > 0)
        hs_response_header(call->response, "Batch-Id",
                           hs_arena_printf(call->arena, "%lld", (long long)batch));
}

static hs_status answer(change *c, const hs_edit *edit, const hs_edit_report *report) {
    hs_call *call = c->call;
    hs_ogc_crs crs;
    hs_ogc_crs_at(call->snapshot, 0, &crs);
    tell_batch(call, report->batch);
    if (edit->action == HS_EDIT_REMOVE) {
        call->response->status = 204;
        return HS_OK;
    }
    if (!report->snapshot)
        return hs_response_problem(call->response, 500, "Stored, not yet served",
                                   "the change is stored; it will be served in a moment");
    hs_snapshot_unref(call->snapshot);
    call->snapshot = hs_snapshot_ref(report->snapshot);
    if (!hs_feature_write(call->snapshot, c->collection, report->id, NULL, &call->response->body))
        return hs_response_problem(call->response, 404, NULL, "the feature has been removed since");
    if (edit->action == HS_EDIT_ADD) {
        call->response->status = 201;
        hs_response_header(call->response, "Location",
                           hs_arena_printf(call->arena, "%.*s/ogc/collections/%s/items/%lld",
                                           (int)call->request->base_url.size, call->request->base_url.data,
                                           c->collection->id, (long long)report->id));
    }
    return hs_call_answer_feature(call, c->collection, report->id, &crs);
}

static hs_status carry_out(change *c, hs_edit_action action, int64_t id) {
    hs_call *call = c->call;
    hs_edit_report report = {0};
    const char *source = hs_arena_printf(call->arena, "ogc %s by %.*s", c->collection->id,
                                         (int)c->user.name.size, c->user.name.data);
    if (!source) return hs_error_memory(call->error, "a change");
    hs_edit edit = {.kind = c->collection->kind == HS_COLLECT_ZONES ? HS_KIND_ZONES : HS_KIND_INCIDENTS,
                    .action = action,
                    .id = id,
                    .unit = c->user.unit,
                    .source = hs_str_of(source),
                    .arena = call->arena,
                    .prepare = prepare,
                    .context = c};
    hs_status status = hs_service_edit(call->api->service, &edit, call->error, &report);
    status = status == HS_OK ? answer(c, &edit, &report) : answer_failure(c, status);
    hs_snapshot_unref(report.snapshot);
    return status;
}

static hs_status take_body(change *c) {
    hs_status status = hs_json_parse(c->call->request->body, c->call->error, &c->body);
    if (status == HS_OK && !json_is_object(c->body))
        status = hs_error_set(c->call->error, HS_E_INPUT, "a GeoJSON Feature is expected");
    return status == HS_OK ? take_system(c) : status;
}

static bool check_type(const change *c) {
    if (hs_call_sends_json(c->call) || (c->is_part && is_merge_patch(c->call))) return true;
    return refuse(c->call, 415,
                  c->is_part ? "send Content-Type: application/merge-patch+json"
                             : "send Content-Type: application/geo+json");
}

static hs_status change_item(hs_call *call, hs_edit_action action, bool is_part) {
    change c = {.call = call, .is_part = is_part};
    int64_t id = 0;
    if (!check_allowed(&c, HS_ROLE_EDITOR)) return HS_OK;
    if (!hs_call_negotiate(call, hs_item_representations)) return HS_OK;
    bool has_body = action != HS_EDIT_REMOVE;
    if (has_body && !check_type(&c)) return HS_OK;
    if (!hs_str_to_int(hs_request_param(call->request, "featureId"), &id) || id <= 0)
        return hs_response_problem(call->response, 404, "No such feature", "ids are whole numbers");
    hs_status status = has_body ? take_body(&c) : HS_OK;
    if (status == HS_OK && !hs_request_defer(call->request)) status = carry_out(&c, action, id);
    json_decref(c.body);
    return status;
}

hs_status hs_put_ogc_item(hs_call *call) {
    return change_item(call, HS_EDIT_REPLACE, false);
}

hs_status hs_patch_ogc_item(hs_call *call) {
    return change_item(call, HS_EDIT_REPLACE, true);
}

hs_status hs_delete_ogc_item(hs_call *call) {
    return change_item(call, HS_EDIT_REMOVE, false);
}

/* What a program posts without knowing of this standard goes the same way. */
static hs_status post_incident(change *c) {
    hs_call *call = c->call;
    char *text = NULL;
    (void)drop_derived(c->collection, c->body, NULL);
    text = json_dumps(c->body, JSON_COMPACT | JSON_REAL_PRECISION(15));
    const char *kept = text ? hs_arena_strndup(call->arena, text, strlen(text)) : NULL;
    free(text);
    if (!kept) return hs_error_memory(call->error, "an incident");
    call->request->body = hs_str_of(kept);
    return hs_call_post_incidents(call, true);
}

hs_status hs_post_ogc_items(hs_call *call) {
    change c = {.call = call};
    if (call->request->waited_for) return hs_call_post_incidents(call, true);
    bool zones = hs_str_equal(hs_request_param(call->request, "collectionId"), HS_STR("zones"));
    if (!check_allowed(&c, zones ? HS_ROLE_EDITOR : HS_ROLE_REPORTER)) return HS_OK;
    if (!hs_call_negotiate(call, hs_item_representations) || !check_type(&c)) return HS_OK;
    hs_status status = take_body(&c);
    if (status == HS_OK && !zones)
        status = post_incident(&c);
    else if (status == HS_OK && !hs_request_defer(call->request))
        status = carry_out(&c, HS_EDIT_ADD, 0);
    json_decref(c.body);
    return status;
}
