/* Bearer tokens (RFC 6750), of a header or of the page's cookie. */
#include "api/endpoint.h"

#include "base/text.h"

enum { KEY_MOST = 255 };

static bool refuse(hs_call *call, unsigned status, const char *detail) {
    hs_response_problem(call->response, status, NULL, detail);
    if (status == 401) hs_response_header(call->response, "WWW-Authenticate", "Bearer realm=\"hotspotd\"");
    return false;
}

const char hs_session_cookie[] = "hotspotd_session";

/* Whether a page of this server's own sent the request. The cookie goes along with what any page of the same
 * site sends, a page of another port too, and must not speak for the user there. */
static bool is_own_page(const hs_call *call) {
    hs_str site = hs_request_header(call->request, "Sec-Fetch-Site");
    if (site.size > 0) return hs_str_equal(site, HS_STR("same-origin")) || hs_str_equal(site, HS_STR("none"));
    hs_str origin = hs_request_header(call->request, "Origin");
    return origin.size == 0 || hs_str_equal_nocase(origin, call->request->base_url);
}

static hs_str cookie_token(const hs_call *call) {
    hs_str rest = hs_request_header(call->request, "Cookie");
    while (rest.size > 0) {
        hs_str pair = hs_str_cut(&rest, ';');
        hs_str name = hs_str_trim(hs_str_cut(&pair, '='));
        if (hs_str_equal(name, hs_str_of(hs_session_cookie))) return hs_str_trim(pair);
    }
    return (hs_str){"", 0};
}

hs_str hs_call_token(const hs_call *call) {
    hs_str rest = hs_str_trim(hs_request_header(call->request, "Authorization"));
    hs_str scheme = hs_str_cut(&rest, ' ');
    if (hs_str_equal_nocase(scheme, HS_STR("Bearer"))) return hs_str_trim(rest);
    return is_own_page(call) ? cookie_token(call) : (hs_str){"", 0};
}

bool hs_call_authorise(hs_call *call, hs_role role, hs_user *user) {
    hs_str token = hs_call_token(call);
    if (token.size == 0)
        return refuse(call, 401,
                      "this needs a token: send the header `Authorization: Bearer TOKEN`; the city's "
                      "keeper makes one with `hotspotd user STORE add NAME --role reporter`");
    hs_error error = {0};
    hs_status status = hs_service_find_user(call->api->service, token, call->arena, &error, user);
    if (status == HS_E_DENIED) return refuse(call, 401, error.message);
    if (status != HS_OK) {
        error.status = status;
        hs_response_error(call->response, &error);
        return false;
    }
    if (user->role < role) return refuse(call, 403, "the role of this token does not allow this");
    return true;
}

hs_status hs_call_key(hs_call *call, const hs_user *user, uint64_t hash, hs_request_key *key) {
    hs_str given = hs_str_trim(hs_request_header(call->request, "Idempotency-Key"));
    *key = (hs_request_key){{0}, hash};
    if (given.size == 0) return HS_OK;
    if (given.size > KEY_MOST || !hs_utf8_valid(given))
        return hs_error_set(call->error, HS_E_ARGUMENT, "Idempotency-Key: at most %d bytes are taken",
                            KEY_MOST);
    char *text = hs_arena_printf(call->arena, "%.*s\n%.*s", (int)user->name.size, user->name.data,
                                 (int)given.size, given.data);
    if (!text) return hs_error_memory(call->error, "a key");
    key->text = hs_str_of(text);
    return HS_OK;
}
