#include "api/endpoint.h"

hs_status hs_serve_events(hs_call *call) {
    return hs_response_events(call->request, call->response, call->api->events);
}
