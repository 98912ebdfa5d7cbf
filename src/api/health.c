#include "api/endpoint.h"

hs_status hs_serve_healthz(hs_call *call) {
    call->response->content_type = "text/plain; charset=utf-8";
    call->response->constant_body = HS_STR("ok\n");
    return HS_OK;
}

hs_status hs_serve_readyz(hs_call *call) {
    if (!hs_service_ready(call->api->service))
        return hs_response_problem(call->response, 503, "Loading", "the city is being loaded");
    call->response->content_type = "text/plain; charset=utf-8";
    call->response->constant_body = HS_STR("ready\n");
    return HS_OK;
}

static void gauge(hs_buffer *out, const char *name, const char *help, uint64_t value) {
    hs_buffer_printf(out, "# HELP %s %s\n# TYPE %s gauge\n%s %llu\n", name, help, name, name,
                     (unsigned long long)value);
}

hs_status hs_serve_metrics(hs_call *call) {
    hs_buffer *out = &call->response->body;
    call->response->content_type = "text/plain; version=0.0.4; charset=utf-8";
    hs_request_metrics(call->request, out);
    hs_snapshot *snapshot = hs_service_snapshot(call->api->service);
    gauge(out, "hotspotd_ready", "Whether the city is loaded.", snapshot != NULL);
    if (snapshot) {
        size_t columns, texts;
        hs_incidents_bytes(snapshot->incidents, &columns, &texts);
        gauge(out, "hotspotd_snapshot_version", "Version of the data served.", snapshot->version);
        gauge(out, "hotspotd_incidents", "Incidents served.", snapshot->incidents->count);
        gauge(out, "hotspotd_incidents_positioned", "Incidents that have a position.",
              snapshot->incidents->positioned);
        gauge(out, "hotspotd_incident_columns_bytes", "Memory of the incidents' columns.", columns);
        gauge(out, "hotspotd_incident_texts_bytes", "Memory of the incidents' texts.", texts);
        uint64_t load_us = atomic_load(&call->api->load_us);
        hs_buffer_printf(out,
                         "# HELP hotspotd_load_seconds Time that the first load took.\n"
                         "# TYPE hotspotd_load_seconds gauge\nhotspotd_load_seconds %llu.%06llu\n",
                         (unsigned long long)(load_us / 1000000), (unsigned long long)(load_us % 1000000));
    }
    hs_snapshot_unref(snapshot);
    return HS_OK;
}
