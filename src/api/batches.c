/* Batches: what was imported and written, listed and taken back as a whole. */
#include "service/batches.h"
#include "api/endpoint.h"
#include "base/text.h"

#define JSON "application/json"

static void write_batch(hs_json *json, const hs_batch_info *batch) {
    hs_json_object(json);
    hs_json_pair_int(json, "id", batch->id);
    hs_json_pair_text(json, "kind", hs_kind_name(batch->kind));
    hs_json_pair_str(json, "source", batch->source);
    hs_json_key(json, "created");
    hs_json_time(json, batch->started_s);
    hs_json_pair_int(json, "read", (int64_t)batch->rows_read);
    hs_json_pair_int(json, "added", (int64_t)batch->rows_added);
    hs_json_pair_int(json, "updated", (int64_t)batch->rows_updated);
    hs_json_pair_int(json, "unchanged", (int64_t)batch->rows_unchanged);
    hs_json_pair_int(json, "rejected", (int64_t)batch->rows_rejected);
    hs_json_pair_bool(json, "undone", batch->undone);
    hs_json_object_end(json);
}

hs_status hs_serve_batches(hs_call *call) {
    int64_t limit;
    hs_batch_list list;
    if (!hs_call_may_look(call)) return HS_OK;
    hs_status status = hs_call_integer(call, "limit", 1, 10000, 100, &limit);
    if (status != HS_OK || hs_request_defer(call->request)) return status;
    status = hs_service_batches(call->api->service, (uint32_t)limit, call->arena, call->error, &list);
    if (status != HS_OK) return status;
    hs_json *json = &call->json;
    call->response->content_type = JSON;
    call->response->compressible = true;
    hs_json_object(json);
    hs_json_pair_int(json, "total", (int64_t)list.total);
    hs_json_key(json, "batches");
    hs_json_array(json);
    for (uint32_t i = 0; i < list.count; i++)
        write_batch(json, &list.batch[i]);
    hs_json_array_end(json);
    hs_json_object_end(json);
    return HS_OK;
}

static bool authorise(hs_call *call) {
    hs_user user;
    const char *why = NULL;
    if (!hs_call_authorise(call, HS_ROLE_EDITOR, &user)) return false;
    if (call->api->read_only)
        why = "this server only reads (--read-only): nothing can be undone";
    else if (user.unit.size > 0)
        why = "this token is for one unit; batches concern the whole city";
    if (why) hs_response_problem(call->response, 403, NULL, why);
    return !why;
}

/* The city that is served is without the rows when it is answered. */
static void publish(hs_call *call) {
    hs_error error = {0};
    if (hs_service_load(call->api->service, &error, NULL) != HS_OK)
        hs_log_write(call->api->log, HS_LOG_ERROR, "undo", "error=\"%s\"", error.message);
}

hs_status hs_post_undo(hs_call *call) {
    int64_t id;
    hs_undo_report report;
    hs_str text = hs_request_param(call->request, "batchId");
    if (!authorise(call)) return HS_OK;
    if (!hs_str_to_int(text, &id) || id < 1)
        return hs_error_set(call->error, HS_E_NOT_FOUND, "'%.*s' is no number of a batch; see /batches",
                            (int)hs_utf8_cut(text, 60), text.data);
    if (hs_request_defer(call->request)) return HS_OK;
    hs_status status = hs_service_undo(call->api->service, id, call->error, &report);
    if (status != HS_OK) return status;
    publish(call);
    hs_json *json = &call->json;
    call->response->content_type = JSON;
    hs_json_object(json);
    hs_json_pair_int(json, "undone", id);
    hs_json_pair_int(json, "batch", report.batch);
    hs_json_pair_int(json, "removed", (int64_t)report.removed);
    hs_json_pair_int(json, "restored", (int64_t)report.restored);
    hs_json_object_end(json);
    return HS_OK;
}
