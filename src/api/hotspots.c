/* Hotspots as statistics: GeoJSON of any method, by the endpoint's path. */
#include "service/hotspots.h"
#include "api/endpoint.h"

#include <string.h>

#define HOTSPOTS "/hotspots/"

const hs_endpoint *hs_endpoint_of_hotspots(const char *method) {
    for (const hs_endpoint *e = hs_endpoints; e->path; e++)
        if (strncmp(e->path, HOTSPOTS, sizeof HOTSPOTS - 1) == 0 &&
            strcmp(e->path + sizeof HOTSPOTS - 1, method) == 0)
            return e;
    return NULL;
}

static bool is_gone(const void *request) {
    return hs_request_is_gone(request);
}

hs_status hs_serve_hotspots(hs_call *call) {
    hs_str *names;
    hs_str *values;
    hs_hotspot_run run;
    const hs_hotspot_method *method =
        hs_hotspot_method_named(hs_str_of(call->endpoint->path + sizeof HOTSPOTS - 1));
    if (!method) return hs_error_set(call->error, HS_E_INTERNAL, "%s: no such method", call->endpoint->path);
    hs_status status = hs_call_words(call, &names, &values);
    if (status == HS_OK)
        status = hs_hotspots_parse(method, call->snapshot, names, values, call->request->query_count,
                                   call->arena, call->error, &run);
    if (status != HS_OK) return status;
    if (hs_call_begin(call, "application/geo+json", HS_READS_ALL)) return HS_OK;
    run.stop = (hs_hotspot_stop){is_gone, call->request};
    status = hs_hotspots_compute(call->api->service, &run, call->error);
    if (status != HS_OK) return status;
    hs_hotspots_geojson(&run, &call->json);
    hs_hotspots_done(&run);
    return HS_OK;
}
