/* The value at a place, exactly, with what an interval and a mask rest on. */
#include "service/density_adaptive.h"

#include <math.h>
#include <string.h>

/* What lies under the kernel at a place, in peaks. */
typedef struct place_sums {
    double sum, sum_squared, largest;
    uint64_t n;
} place_sums;

static hs_status moments_of(const density_layer *layer, hs_mercator at, hs_error *error,
                            hs_density_moments *moments) {
    const hs_incidents *incidents = layer->snapshot->incidents;
    /* The tile of the last zoom that holds the place: what reaches that may reach it. */
    hs_density_view view = {24, at.x >> 8, at.y >> 8, 256};
    reach_box reach = hs_density_layer_reach(layer, &view);
    for (uint32_t c = 0; c < incidents->chunk_count; c++) {
        const hs_incident_chunk *chunk = incidents->chunk[c];
        if (layer->ladder && !hs_adaptive_has(layer->ladder, c, layer->rung)) continue;
        if (!chunk->positioned || chunk->count == 0 || !hs_reach_meets(&reach, &chunk->box)) continue;
        layer_points points = {0};
        hs_status status = hs_layer_points_of(layer, chunk, error, &points);
        if (status != HS_OK) return status;
        hs_density_moments_at(&points.columns, layer->kernel, layer->bandwidth_m, at.x, at.y, moments);
        hs_layer_points_done(&points);
    }
    return HS_OK;
}

/* In peaks of the layer's own bandwidth. */
static void add_moments(const hs_density_moments *m, double scale, place_sums *out) {
    out->sum += (double)m->sum * 0x1p-32 * scale;
    out->sum_squared += (double)m->sum_squared * 0x1p-32 * scale * scale;
    out->largest = fmax(out->largest, (double)m->largest * 0x1p-32 * scale);
    out->n += m->count;
}

/* Sums by shares; what is not linear in weights by incidents that stand at one step each. */
static hs_status adaptive_at(const density_layer *layer, hs_mercator at, hs_error *error, place_sums *sums) {
    hs_adaptive adaptive;
    hs_status status = hs_adaptive_open(layer, error, &adaptive);
    double sum = 0;
    place_sums whole = {0};
    for (uint32_t rung = 0; rung <= HS_ADAPTIVE_RUNGS && status == HS_OK; rung++) {
        place_sums one = {0};
        hs_density_moments moments = {0};
        density_layer part = hs_adaptive_part(layer, &adaptive, rung, false);
        double scale = part.unit / layer->unit;
        status = moments_of(&part, at, error, &moments);
        add_moments(&moments, scale, &one);
        sum += one.sum;
        if (status != HS_OK) break;
        memset(&moments, 0, sizeof moments);
        part = hs_adaptive_part(layer, &adaptive, rung, true);
        status = moments_of(&part, at, error, &moments);
        add_moments(&moments, scale, &whole);
    }
    hs_adaptive_done(&adaptive);
    whole.sum = sum;
    if (status == HS_OK) *sums = whole;
    return status;
}

static hs_status sums_at(const density_layer *layer, hs_mercator at, hs_error *error, place_sums *sums) {
    if (layer->adaptive) return adaptive_at(layer, at, error, sums);
    hs_density_moments moments = {0};
    hs_status status = moments_of(layer, at, error, &moments);
    if (status == HS_OK) add_moments(&moments, 1.0, sums);
    return status;
}

static double kish(const place_sums *p) {
    return p->sum_squared > 0 ? p->sum * (p->sum / p->sum_squared) : 0;
}

hs_status hs_service_density_value(hs_service *service, const hs_snapshot *snapshot,
                                   const hs_density_request *request, hs_position position, hs_error *error,
                                   hs_density_value *value) {
    hs_mercator at = hs_mercator_from_position(position);
    density_layer a = hs_density_layer_of(service, snapshot, request, false);
    density_layer b = hs_density_layer_of(service, snapshot, request, true);
    a.exact = b.exact = true;
    place_sums ma = {0};
    place_sums mb = {0};
    hs_density_value made = {.unit = a.unit, .other_unit = b.unit};
    hs_status status = sums_at(&a, at, error, &ma);
    if (status == HS_OK) status = hs_density_layer_total(&a, error, &made.total);
    if (status == HS_OK && request->measure != HS_MEASURE_DENSITY) {
        status = sums_at(&b, at, error, &mb);
        if (status == HS_OK) status = hs_density_layer_total(&b, error, &made.other_total);
    }
    if (status != HS_OK) return status;
    made.sum = ma.sum;
    made.sum_squared = ma.sum_squared;
    made.largest = ma.largest;
    made.n = ma.n;
    made.other_sum = mb.sum;
    made.other_sum_squared = mb.sum_squared;
    made.other_largest = mb.largest;
    made.other_n = mb.n;
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
