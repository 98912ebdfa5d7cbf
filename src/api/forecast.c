/* Forecasts as GeoJSON. */
#include "service/forecast.h"
#include "api/endpoint.h"

#include <string.h>

const hs_endpoint *hs_endpoint_of_forecast(void) {
    const hs_endpoint *e = hs_endpoints;
    while (e->path && strcmp(e->path, "/forecast") != 0)
        e++;
    return e->path ? e : NULL;
}

hs_status hs_serve_forecast(hs_call *call) {
    hs_str *names;
    hs_str *values;
    hs_hotspot_run run;
    hs_status status = hs_call_words(call, &names, &values);
    if (status == HS_OK)
        status = hs_hotspots_parse(hs_forecast_hotspot_method(), call->snapshot, names, values,
                                   call->request->query_count, !hs_call_sees_incidents(call), call->arena,
                                   call->error, &run);
    if (status != HS_OK) return status;
    if (hs_call_begin(call, "application/geo+json", HS_READS_ALL)) return HS_OK;
    run.progress = hs_call_progress(call);
    status = hs_hotspots_compute(call->api->service, &run, call->error);
    if (status != HS_OK) return status;
    hs_hotspots_geojson(&run, &call->json);
    hs_hotspots_done(&run);
    return HS_OK;
}
