/* Bodies of application/x-www-form-urlencoded: the same form as a query. */
#include "http/http.h"

#include "base/text.h"
#include "http/percent.h"

hs_status hs_request_form(const hs_request *request, hs_error *error, const hs_http_pair **fields,
                          size_t *count) {
    hs_str type = hs_request_header(request, "Content-Type");
    if (!hs_str_equal_nocase(hs_str_trim(hs_str_cut(&type, ';')),
                             HS_STR("application/x-www-form-urlencoded")))
        return hs_error_set(error, HS_E_UNSUPPORTED,
                            "send the fields as Content-Type: application/x-www-form-urlencoded");
    hs_status status = hs_query_parse(request->body, request->arena, error, fields, count);
    if (status != HS_E_ARGUMENT) return status;
    hs_error_prefix(error, HS_E_INPUT, "the body is no well-formed form");
    if (error) error->status = HS_E_INPUT;
    return HS_E_INPUT;
}
