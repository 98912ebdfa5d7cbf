/* Forecasts and plans as GeoJSON. */
#include "api/endpoint.h"
#include "service/focus.h"

#include <string.h>

static const hs_endpoint *endpoint_at(const char *path) {
    const hs_endpoint *e = hs_endpoints;
    while (e->path && strcmp(e->path, path) != 0)
        e++;
    return e->path ? e : NULL;
}

const hs_endpoint *hs_endpoint_of_forecast(void) {
    return endpoint_at("/forecast");
}

const hs_endpoint *hs_endpoint_of_focus(void) {
    return endpoint_at("/focus");
}

static hs_status serve(hs_call *call, const hs_hotspot_method *method) {
    hs_str *names;
    hs_str *values;
    hs_hotspot_run run;
    hs_status status = hs_call_words(call, &names, &values);
    if (status == HS_OK)
        status = hs_hotspots_parse(method, call->snapshot, names, values, call->request->query_count,
                                   !hs_call_sees_incidents(call), call->arena, call->error, &run);
    if (status != HS_OK) return status;
    if (hs_call_begin(call, "application/geo+json", HS_READS_ALL)) return HS_OK;
    run.progress = hs_call_progress(call);
    status = hs_hotspots_compute(call->api->service, &run, call->error);
    if (status != HS_OK) return status;
    hs_hotspots_geojson(&run, &call->json);
    hs_hotspots_done(&run);
    return HS_OK;
}

hs_status hs_serve_forecast(hs_call *call) {
    return serve(call, hs_forecast_hotspot_method());
}
