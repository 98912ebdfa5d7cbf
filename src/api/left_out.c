/* What an answer about places leaves out, said in every one of them. */
#include "service/left_out.h"
#include "api/endpoint.h"

static hs_status count(hs_call *call, const hs_filter *filter, hs_left_out *out) {
    return hs_service_left_out(call->api->service, call->snapshot, filter, call->error, out);
}

hs_status hs_call_append_left_out(hs_call *call, const hs_filter *filter) {
    hs_left_out out;
    hs_status status = count(call, filter, &out);
    if (status == HS_OK) hs_left_out_append(&call->response->body, &out);
    return status;
}

hs_status hs_call_head_left_out(hs_call *call, const hs_filter *filter) {
    hs_left_out out;
    hs_status status = count(call, filter, &out);
    if (status != HS_OK) return status;
    const char *limit = out.max_accuracy_m >= 0
                            ? hs_arena_printf(call->arena, ", max-accuracy=%.0f", out.max_accuracy_m)
                            : "";
    const char *text = limit
                           ? hs_arena_printf(call->arena, "total=%llu, unmatched=%llu, inaccurate=%llu%s",
                                             (unsigned long long)out.total, (unsigned long long)out.unmatched,
                                             (unsigned long long)out.inaccurate, limit)
                           : NULL;
    if (!text) return hs_error_memory(call->error, "an answer's header");
    hs_response_header(call->response, "Left-Out", text);
    return HS_OK;
}
