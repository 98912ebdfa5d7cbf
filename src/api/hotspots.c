/* Hotspots as statistics: GeoJSON. */
#include "service/hotspots.h"
#include "api/endpoint.h"

static hs_status serve(hs_call *call, hs_hotspot_method method) {
    hs_str *names;
    hs_str *values;
    hs_hotspot_request request;
    hs_hotspots hotspots;
    hs_status status = hs_call_words(call, &names, &values);
    if (status == HS_OK)
        status = hs_hotspot_request_parse(call->snapshot, method, names, values, call->request->query_count,
                                          call->arena, call->error, &request);
    if (status != HS_OK) return status;
    if (hs_call_begin(call, "application/geo+json", HS_READS_ALL)) return HS_OK;
    status = hs_service_hotspots(call->api->service, call->snapshot, &request, call->error, &hotspots);
    if (status != HS_OK) return status;
    hs_hotspots_geojson(call->snapshot, &request, &hotspots, &call->json);
    hs_hotspots_done(&hotspots);
    return HS_OK;
}

hs_status hs_serve_hotspots_gi_star(hs_call *call) {
    return serve(call, HS_HOTSPOTS_GI_STAR);
}

hs_status hs_serve_hotspots_local_moran(hs_call *call) {
    return serve(call, HS_HOTSPOTS_LOCAL_MORAN);
}

hs_status hs_serve_hotspots_global(hs_call *call) {
    return serve(call, HS_HOTSPOTS_GLOBAL);
}
