/* The value at a place, exactly, with what an interval and a mask rest on. */
#include "service/density_private.h"

#include <math.h>
#include <string.h>

static hs_status moments_of(const density_layer *layer, hs_mercator at, hs_error *error,
                            hs_density_moments *moments) {
    const hs_incidents *incidents = layer->snapshot->incidents;
    /* The tile of the last zoom that holds the place: what reaches that may reach it. */
    hs_density_view view = {24, at.x >> 8, at.y >> 8, 256};
    reach_box reach = hs_density_layer_reach(layer, &view);
    for (uint32_t c = 0; c < incidents->chunk_count; c++) {
        const hs_incident_chunk *chunk = incidents->chunk[c];
        if (!chunk->positioned || chunk->count == 0 || !hs_reach_meets(&reach, &chunk->box)) continue;
        layer_points points = {0};
        hs_status status = hs_layer_points_of(layer, chunk, error, &points);
        if (status != HS_OK) return status;
        hs_density_moments_at(&points.columns, layer->kernel, layer->bandwidth_m, at.x, at.y, moments);
        hs_layer_points_done(&points);
    }
    return HS_OK;
}

static double kish(const hs_density_moments *m) {
    return m->sum_squared > 0 ? (double)m->sum * ((double)m->sum / (double)m->sum_squared) * 0x1p-32 : 0;
}

hs_status hs_service_density_value(hs_service *service, const hs_snapshot *snapshot,
                                   const hs_density_request *request, hs_position position, hs_error *error,
                                   hs_density_value *value) {
    hs_mercator at = hs_mercator_from_position(position);
    density_layer a = hs_density_layer_of(service, snapshot, request, false);
    density_layer b = hs_density_layer_of(service, snapshot, request, true);
    a.exact = b.exact = true;
    hs_density_moments ma = {0};
    hs_density_moments mb = {0};
    hs_density_value made = {.unit = a.unit, .other_unit = b.unit};
    hs_status status = moments_of(&a, at, error, &ma);
    if (status == HS_OK) status = hs_density_layer_total(&a, error, &made.total);
    if (status == HS_OK && request->measure != HS_MEASURE_DENSITY) {
        status = moments_of(&b, at, error, &mb);
        if (status == HS_OK) status = hs_density_layer_total(&b, error, &made.other_total);
    }
    if (status != HS_OK) return status;
    made.sum = (double)ma.sum * 0x1p-32;
    made.sum_squared = (double)ma.sum_squared * 0x1p-32;
    made.largest = (double)ma.largest * 0x1p-32;
    made.n = ma.count;
    made.other_sum = (double)mb.sum * 0x1p-32;
    made.other_sum_squared = (double)mb.sum_squared * 0x1p-32;
    made.other_largest = (double)mb.largest * 0x1p-32;
    made.other_n = mb.count;
    made.effective_n = kish(&ma);
    if (request->measure == HS_MEASURE_DENSITY) {
        made.value = made.sum * made.unit;
    } else if (request->measure == HS_MEASURE_DIFFERENCE) {
        made.value = made.sum * made.unit - made.other_sum * made.other_unit;
        made.effective_n = fmax(made.effective_n, kish(&mb));
    } else {
        bool defined = made.sum > 0 && made.other_sum > 0;
        made.effective_n = kish(&mb);
        made.value =
            defined ? log2(made.sum / made.total / (made.other_sum / made.other_total)) : (double)NAN;
    }
    made.masked = made.effective_n < request->min_n;
    if (request->edge_correction && !hs_in_city(snapshot->geography, position)) made.value = (double)NAN;
    *value = made;
    return HS_OK;
}
