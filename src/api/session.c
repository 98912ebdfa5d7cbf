/* Who is signed in at the page: a token kept in a cookie that scripts cannot read. */
#include "api/endpoint.h"

#include "base/json.h"
#include "base/text.h"

static hs_status answer(hs_call *call, const hs_user *user) {
    hs_json *json = &call->json;
    call->response->content_type = "application/json";
    call->response->cache_control = "no-store";
    hs_json_object(json);
    hs_json_pair_bool(json, "signed_in", user != NULL);
    if (user) {
        hs_json_pair_str(json, "name", user->name);
        hs_json_pair_text(json, "role", hs_role_name(user->role));
        hs_json_pair_str(json, "unit", user->unit);
    }
    hs_json_object_end(json);
    return HS_OK;
}

/* The cookie until the browser is closed; `more` is what follows its value. */
static void set_cookie(hs_call *call, hs_str token, const char *more) {
    bool secure = hs_str_starts(call->request->base_url, HS_STR("https:"));
    hs_response_header(call->response, "Set-Cookie",
                       hs_arena_printf(call->arena, "%s=%.*s; Path=/; HttpOnly; SameSite=Strict%s%s",
                                       hs_session_cookie, (int)token.size, token.data,
                                       secure ? "; Secure" : "", more));
}

hs_status hs_serve_session(hs_call *call) {
    hs_user user;
    hs_error error = {0};
    hs_str token = hs_call_token(call);
    if (token.size == 0) return answer(call, NULL);
    hs_status status = hs_service_find_user(call->api->service, token, call->arena, &error, &user);
    if (status == HS_E_DENIED) return answer(call, NULL); /* revoked since */
    if (status == HS_OK) return answer(call, &user);
    error.status = status;
    return hs_response_error(call->response, &error);
}

hs_status hs_post_session(hs_call *call) {
    hs_user user;
    hs_error error = {0};
    json_t *body = NULL;
    if (!hs_call_sends_json(call))
        return hs_response_problem(call->response, 415, NULL, "send Content-Type: application/json");
    hs_status status = hs_json_parse(call->request->body, call->error, &body);
    if (status != HS_OK) return status;
    hs_str token = hs_arena_str(call->arena, hs_str_trim(hs_json_get_str(body, "token")));
    json_decref(body);
    if (!token.data) return hs_error_memory(call->error, "the token");
    if (token.size == 0)
        return hs_error_set(call->error, HS_E_INPUT, "token: the body must be {\"token\": \"...\"}");
    status = hs_service_find_user(call->api->service, token, call->arena, &error, &user);
    if (status == HS_E_DENIED) return hs_response_problem(call->response, 401, NULL, error.message);
    if (status != HS_OK) {
        error.status = status;
        return hs_response_error(call->response, &error);
    }
    set_cookie(call, token, "");
    return answer(call, &user);
}

hs_status hs_delete_session(hs_call *call) {
    set_cookie(call, HS_STR(""), "; Max-Age=0");
    return answer(call, NULL);
}
