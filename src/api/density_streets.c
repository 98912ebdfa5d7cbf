/* Density on streets: tiles and lixels. */
#include "api/density.h"

#include "render/street_density.h"
#include <math.h>

hs_status hs_call_street_tile(hs_call *call, const hs_density_ask *ask, hs_tile tile, uint32_t size_px) {
    hs_density_streets streets;
    hs_status status =
        hs_service_density_streets(call->api->service, call->snapshot, &ask->request, call->error, &streets);
    if (status != HS_OK) return status;
    hs_street_values values = {streets.lines, hs_network_lixel_first(streets.network), streets.values};
    status =
        hs_render_street_density(&values, &ask->classes, tile, size_px, call->error, &call->response->body);
    hs_density_streets_done(&streets);
    return status;
}

hs_status hs_call_street_view(hs_call *call, const hs_density_ask *ask, const hs_map_view *view,
                              hs_rgba ground) {
    hs_density_streets streets;
    hs_status status =
        hs_service_density_streets(call->api->service, call->snapshot, &ask->request, call->error, &streets);
    if (status != HS_OK) return status;
    hs_street_values values = {streets.lines, hs_network_lixel_first(streets.network), streets.values};
    status = hs_render_street_view(&values, &ask->classes, view, ground, call->error, &call->response->body);
    hs_density_streets_done(&streets);
    return status;
}

hs_status hs_serve_density_lixels(hs_call *call) {
    hs_density_ask ask;
    hs_box box = HS_BOX_EMPTY;
    bool has_box = false;
    hs_status status = hs_call_lixels(call, &ask, &box, &has_box);
    if (status != HS_OK) return status;
    if (hs_call_begin(call, "application/geo+json", HS_READS_ALL)) return HS_OK;
    hs_density_streets streets;
    status =
        hs_service_density_streets(call->api->service, call->snapshot, &ask.request, call->error, &streets);
    if (status != HS_OK) return status;
    hs_density_lixels(call->snapshot, &ask.request, &ask.classes, &streets, has_box ? &box : NULL,
                      &call->json);
    hs_density_streets_done(&streets);
    return hs_call_append_left_out(call, &ask.request.filter);
}

/* No street within the limit: no value, and nothing that it rests on. */
static hs_density_standing nowhere(const hs_density_streets *streets, const hs_density_ask *ask,
                                   const hs_density_interval_request *how) {
    double nan = (double)NAN;
    hs_density_standing made = {.how = *how,
                                .value = {.value = nan, .effective_n = nan, .z = nan, .p_value = nan},
                                .bounds = {.lower = nan, .upper = nan, .method = "none"}};
    hs_density_street_rank(&ask->request, streets, nan, &made.rank);
    return made;
}

static hs_status write_street(hs_call *call, const hs_density_ask *ask, hs_position position,
                              const hs_density_streets *streets, hs_density_standing *standing) {
    uint32_t segment = HS_NONE;
    uint32_t lixel = 0;
    double distance_m = 0;
    hs_status status = HS_OK;
    bool found = hs_density_streets_find(streets, call->snapshot, position, ask->request.snap_m, &segment,
                                         &lixel, &distance_m);
    if (found) {
        status = hs_service_density_street_value(call->api->service, call->snapshot, &ask->request, streets,
                                                 segment, lixel, &standing->how, call->error,
                                                 &standing->value, &standing->bounds);
        hs_density_street_rank(&ask->request, streets, (double)streets->values[lixel], &standing->rank);
    } else {
        *standing = nowhere(streets, ask, &standing->how);
    }
    if (status != HS_OK) return status;
    hs_json *json = &call->json;
    hs_json_object(json);
    hs_json_key(json, "position");
    hs_json_position(json, position);
    hs_write_standing(json, ask, standing);
    hs_write_number(json, "lixel", found ? (double)lixel + 1 : (double)NAN);
    hs_write_number(json, "distance_m", found ? distance_m : (double)NAN);
    hs_density_write_method(json, &ask->request);
    hs_density_write_months(json, ask->request.months);
    hs_density_write_snapping(json, &ask->request, streets);
    hs_density_write_where(call, position);
    hs_json_pair_int(json, "version", (int64_t)call->snapshot->version);
    hs_json_object_end(json);
    return HS_OK;
}

/* The value of the lixel nearest to a position, and of what street it is. */
hs_status hs_call_street_value(hs_call *call, const hs_density_ask *ask, hs_position position,
                               hs_density_standing *standing) {
    hs_density_streets streets;
    hs_status status =
        hs_service_density_streets(call->api->service, call->snapshot, &ask->request, call->error, &streets);
    if (status != HS_OK) return status;
    status = write_street(call, ask, position, &streets, standing);
    hs_density_streets_done(&streets);
    return status;
}
