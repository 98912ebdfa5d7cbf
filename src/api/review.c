/* The review queue: addresses that wait for a decision, and decisions. */
#include "api/endpoint.h"

#include "base/json.h"
#include "base/text.h"
#include "service/hit_rate.h"

#define JSON "application/json"

enum { PAGE_DEFAULT = 50 };

bool hs_call_may_look(hs_call *call) {
    hs_user user;
    if (hs_call_sees_incidents(call)) return true;
    if (hs_call_token(call).size == 0) {
        hs_call_deny_incidents(call);
        return false;
    }
    call->response->cache_control = "private, no-cache";
    return hs_call_authorise(call, HS_ROLE_VIEWER, &user);
}

static hs_status take_state(hs_call *call, hs_review_state *state) {
    hs_str text = hs_call_text(call, "state");
    *state = text.size > 0 ? hs_review_state_parse(text) : HS_REVIEW_WAITING;
    if (*state != HS_REVIEW_STATE_COUNT) return HS_OK;
    return hs_error_set(call->error, HS_E_ARGUMENT,
                        "state: %.*s is none of waiting, decided, unlocatable, skipped, all",
                        (int)hs_utf8_cut(text, 60), text.data);
}

/* `after` is COUNT-ID of the last entry of the page before. */
static hs_status take_after(hs_call *call, hs_review_request *request) {
    int64_t count;
    hs_str text = hs_call_text(call, "after"), rest = text;
    if (text.size == 0) return HS_OK;
    request->has_after = hs_str_to_int(hs_str_cut(&rest, '-'), &count) && count >= 0 &&
                         hs_review_id_parse(rest, &request->after_id);
    if (!request->has_after)
        return hs_error_set(call->error, HS_E_ARGUMENT, "after: what the link `next` has is expected");
    request->after_count = (uint64_t)count;
    return HS_OK;
}

static hs_status take_request(hs_call *call, hs_review_request *request) {
    hs_str *names, *values;
    int64_t limit;
    hs_review_state state;
    hs_status status = hs_call_words(call, &names, &values);
    if (status == HS_OK) status = take_state(call, &state);
    if (status == HS_OK)
        status = hs_call_integer(call, "limit", 1, HS_REVIEW_PAGE_MOST, PAGE_DEFAULT, &limit);
    if (status == HS_OK)
        status = hs_review_request_parse(call->snapshot, names, values, call->request->query_count,
                                         call->arena, call->error, request);
    if (status != HS_OK) return status;
    request->state = state;
    request->limit = (uint32_t)limit;
    return take_after(call, request);
}

static void write_next(hs_call *call, const hs_review_page *page) {
    static const char *const carried[] = {"state", "limit", NULL};
    char id[HS_REVIEW_ID_SIZE];
    const hs_review_entry *last = page->count > 0 ? &page->entries[page->count - 1] : NULL;
    hs_json_key(&call->json, "next");
    if (!page->more || !last) {
        hs_json_null(&call->json);
        return;
    }
    hs_buffer url;
    hs_buffer_init(&url, 1 << 16);
    hs_review_id_format(last->id, id);
    hs_buffer_str(&url, call->request->base_url);
    hs_buffer_printf(&url, "/review?after=%llu-%s", (unsigned long long)last->count, id);
    hs_call_carry_query(call, carried, '&', &url);
    hs_json_str(&call->json, (hs_str){url.data, url.size});
    hs_buffer_done(&url);
}

static hs_status write_page(hs_call *call, const hs_review_request *request) {
    hs_review_page page;
    const hs_geocoder *geocoder = NULL;
    hs_json *json = &call->json;
    hs_service *service = call->api->service;
    hs_status status = hs_service_review(service, call->snapshot, request, call->arena, call->error, &page);
    if (status == HS_OK) status = hs_service_geocoder(service, call->snapshot, call->error, &geocoder);
    if (status != HS_OK) return status;
    hs_json_object(json);
    hs_json_pair_text(json, "state", hs_review_state_name(request->state));
    hs_json_pair_int(json, "texts", (int64_t)page.texts);
    hs_json_pair_int(json, "incidents", (int64_t)page.incidents);
    hs_json_key(json, "entries");
    hs_json_array(json);
    for (size_t e = 0; e < page.count && status == HS_OK; e++)
        status = hs_review_write_entry(json, call->snapshot, geocoder, &page.entries[e], call->error);
    hs_json_array_end(json);
    write_next(call, &page);
    hs_json_pair_int(json, "version", (int64_t)call->snapshot->version);
    hs_json_object_end(json);
    return status;
}

hs_status hs_serve_review(hs_call *call) {
    hs_review_request request;
    if (!hs_call_may_look(call)) return HS_OK;
    hs_status status = take_request(call, &request);
    if (status != HS_OK || hs_call_begin(call, JSON, HS_READS_ALL)) return status;
    return write_page(call, &request);
}

static hs_status take_id(hs_call *call, uint64_t *id) {
    hs_str text = hs_request_param(call->request, "reviewId");
    if (hs_review_id_parse(text, id)) return HS_OK;
    return hs_error_set(call->error, HS_E_NOT_FOUND, "'%.*s' is no id of an entry; see /review",
                        (int)hs_utf8_cut(text, 60), text.data);
}

hs_status hs_serve_review_entry(hs_call *call) {
    uint64_t id;
    hs_review_entry entry;
    const hs_geocoder *geocoder = NULL;
    hs_json *json = &call->json;
    if (!hs_call_may_look(call)) return HS_OK;
    hs_status status = take_id(call, &id);
    if (status != HS_OK || hs_call_begin(call, "application/geo+json", HS_READS_ALL)) return status;
    hs_service *service = call->api->service;
    status = hs_service_review_find(service, call->snapshot, id, call->arena, call->error, &entry);
    if (status == HS_OK) status = hs_service_geocoder(service, call->snapshot, call->error, &geocoder);
    if (status != HS_OK) return status;
    hs_json_object(json);
    hs_json_pair_text(json, "type", "FeatureCollection");
    status = hs_review_write_candidates(json, call->snapshot, geocoder, entry.address, call->error);
    hs_json_key(json, "review");
    if (status == HS_OK) status = hs_review_write_entry(json, call->snapshot, NULL, &entry, call->error);
    hs_json_pair_int(json, "version", (int64_t)call->snapshot->version);
    hs_json_object_end(json);
    return status;
}

static hs_status answer_failure(hs_call *call, hs_status status) {
    if (status != HS_E_STORE) return status;
    hs_log_write(call->api->log, HS_LOG_ERROR, "review", "error=\"%s\"", call->error->message);
    hs_response_header(call->response, "Retry-After", "5");
    return hs_response_problem(call->response, 503, NULL,
                               "the decision could not be stored now, and nothing of it was; try again");
}

/* Takes a decision, which is stored and published when it is answered. */
static hs_status decide(hs_call *call, const hs_user *user, hs_review_choice *choice) {
    hs_review_report report = {0};
    const char *source =
        hs_arena_printf(call->arena, "review by %.*s", (int)user->name.size, user->name.data);
    if (!source) return hs_error_memory(call->error, "a decision");
    hs_status status = hs_service_decide(call->api->service, choice, 1, user->name, user->unit,
                                         hs_str_of(source), call->error, &report);
    if (status != HS_OK) return answer_failure(call, status);
    char id[HS_REVIEW_ID_SIZE];
    hs_review_id_format(choice->id, id);
    hs_json *json = &call->json;
    call->response->content_type = JSON;
    hs_json_object(json);
    hs_json_pair_text(json, "id", id);
    hs_json_pair_text(json, "action", hs_decision_action_name(choice->action));
    hs_json_pair_bool(json, "remembered", choice->remember);
    hs_json_pair_int(json, "incidents", (int64_t)choice->incidents);
    hs_review_write_report(json, &report);
    hs_json_object_end(json);
    return HS_OK;
}

static bool authorise(hs_call *call, hs_user *user) {
    if (!hs_call_authorise(call, HS_ROLE_EDITOR, user)) return false;
    if (!call->api->read_only) return true;
    hs_response_problem(call->response, 403, NULL,
                        "this server only reads (--read-only): nothing can be decided");
    return false;
}

hs_status hs_post_review(hs_call *call) {
    hs_user user;
    uint64_t id;
    json_t *body = NULL;
    hs_review_choice choice;
    if (!authorise(call, &user)) return HS_OK;
    if (!hs_call_sends_json(call))
        return hs_response_problem(call->response, 415, NULL, "send Content-Type: application/json");
    hs_status status = take_id(call, &id);
    if (status == HS_OK) status = hs_json_parse(call->request->body, call->error, &body);
    if (status == HS_OK) status = hs_review_choice_from_json(body, call->arena, call->error, &choice);
    json_decref(body);
    if (status != HS_OK || hs_request_defer(call->request)) return status;
    choice.id = id;
    return decide(call, &user, &choice);
}

hs_status hs_delete_review(hs_call *call) {
    hs_user user;
    hs_review_choice choice = {.action = HS_DECISION_OPEN};
    if (!authorise(call, &user)) return HS_OK;
    hs_status status = take_id(call, &choice.id);
    if (status != HS_OK || hs_request_defer(call->request)) return status;
    return decide(call, &user, &choice);
}

static hs_status take_remembered(hs_call *call, bool *any, bool *remembered) {
    hs_str text = hs_call_text(call, "remembered");
    *any = text.size == 0;
    *remembered = hs_str_equal(text, HS_STR("true"));
    if (*any || *remembered || hs_str_equal(text, HS_STR("false"))) return HS_OK;
    return hs_error_set(call->error, HS_E_ARGUMENT, "remembered: true or false is expected");
}

hs_status hs_serve_decisions(hs_call *call) {
    static const char *const carried[] = {"remembered", "limit", NULL};
    bool any, remembered;
    int64_t limit, after, last = 0;
    if (!hs_call_may_look(call)) return HS_OK;
    hs_status status = take_remembered(call, &any, &remembered);
    if (status == HS_OK) status = hs_call_integer(call, "limit", 1, 10000, 1000, &limit);
    if (status == HS_OK) status = hs_call_integer(call, "after", 0, INT64_MAX, 0, &after);
    if (status != HS_OK || hs_call_begin(call, JSON, HS_READS_ALL)) return status;
    hs_json *json = &call->json;
    const hs_decisions *decisions = call->snapshot->decisions;
    bool more = false;
    hs_json_object(json);
    hs_json_key(json, "decisions");
    hs_json_array(json);
    for (uint32_t d = 0; d < decisions->count && !more; d++) {
        const hs_decision_record *decision = &decisions->decision[d];
        if (decision->id <= after || (!any && decision->remembered != remembered)) continue;
        more = limit-- == 0;
        if (more) break;
        last = decision->id;
        hs_review_write_decided(json, decision);
    }
    hs_json_array_end(json);
    hs_json_key(json, "next");
    if (more) {
        hs_buffer url;
        hs_buffer_init(&url, 1 << 16);
        hs_buffer_str(&url, call->request->base_url);
        hs_buffer_printf(&url, "/review/decisions?after=%lld", (long long)last);
        hs_call_carry_query(call, carried, '&', &url);
        hs_json_str(json, (hs_str){url.data, url.size});
        hs_buffer_done(&url);
    } else {
        hs_json_null(json);
    }
    hs_json_pair_int(json, "version", (int64_t)call->snapshot->version);
    hs_json_object_end(json);
    return HS_OK;
}

static hs_status take_level(hs_call *call, hs_level *level) {
    hs_str text = hs_call_text(call, "level");
    *level = text.size > 0 ? hs_level_parse(text) : HS_LEVEL_COUNT;
    if (text.size == 0 || *level != HS_LEVEL_COUNT) return HS_OK;
    return hs_error_set(call->error, HS_E_ARGUMENT,
                        "level: %.*s is none of city, district, subdistrict, community, cell",
                        (int)hs_utf8_cut(text, 60), text.data);
}

/* Counts alone: no address and no incident is shown. */
hs_status hs_serve_hit_rate(hs_call *call) {
    hs_str *names, *values;
    hs_level level;
    bool csv;
    hs_hit_rate rate;
    hs_review_request request;
    hs_status status = take_level(call, &level);
    if (status == HS_OK) status = hs_call_takes_csv(call, &csv);
    if (status == HS_OK) status = hs_call_words(call, &names, &values);
    if (status == HS_OK)
        status = hs_review_request_parse(call->snapshot, names, values, call->request->query_count,
                                         call->arena, call->error, &request);
    if (status != HS_OK || hs_call_begin(call, csv ? "text/csv; charset=utf-8" : JSON, HS_READS_ALL))
        return status;
    status = hs_service_hit_rate(call->api->service, call->snapshot, &request, level, call->arena,
                                 call->error, &rate);
    if (status != HS_OK) return status;
    if (csv) {
        hs_hit_rate_write_csv(&call->response->body, &rate);
        return HS_OK;
    }
    hs_json_object(&call->json);
    hs_hit_rate_write_json(&call->json, &rate);
    hs_json_pair_int(&call->json, "version", (int64_t)call->snapshot->version);
    hs_json_object_end(&call->json);
    return HS_OK;
}
