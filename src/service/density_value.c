/* The value at a place, exactly, with what an interval, a test and a mask rest on. */
#include "service/density_adaptive.h"

#include <math.h>
#include <string.h>

/* What lies under the kernel at a place, in peaks. */
typedef struct place_sums {
    double sum, sum_squared, largest;
    uint64_t n;
} place_sums;

reach_box hs_density_reach_of_place(const density_layer *layer, hs_mercator at) {
    /* The tile of the last zoom that holds the place: what reaches that may reach it. */
    hs_density_view view = {24, at.x >> 8, at.y >> 8, 256};
    return hs_density_layer_reach(layer, &view);
}

/* Of places where residents stand: each resident is one of the sums, so squared kernels carry the weight
 * itself, and the count is that of residents in reach. */
static hs_status add_residents(const density_layer *layer, const hs_incident_chunk *chunk, hs_mercator at,
                               layer_points *points, hs_error *error, hs_density_moments *moments,
                               double *residents) {
    double reach_m = hs_kernel_reach(layer->kernel) * layer->bandwidth_m;
    if (reach_m > HS_DENSITY_MAX_BANDWIDTH_M) reach_m = HS_DENSITY_MAX_BANDWIDTH_M;
    *residents += (double)hs_density_at(&points->columns, HS_KERNEL_UNIFORM, reach_m, at.x, at.y) * 0x1p-32;
    hs_density_moments plain = {0};
    hs_density_moments rooted = {0};
    hs_density_moments_at(&points->columns, layer->kernel, layer->bandwidth_m, at.x, at.y, &plain);
    hs_status status = hs_layer_points_root(chunk, error, points);
    if (status != HS_OK) return status;
    hs_density_moments_at(&points->columns, layer->kernel, layer->bandwidth_m, at.x, at.y, &rooted);
    moments->sum += plain.sum;
    moments->sum_squared += rooted.sum_squared;
    return HS_OK;
}

static hs_status moments_of(const density_layer *layer, hs_mercator at, hs_error *error,
                            hs_density_moments *moments) {
    const hs_incidents *incidents = layer->snapshot->incidents;
    reach_box reach = hs_density_reach_of_place(layer, at);
    double residents = 0;
    for (uint32_t c = 0; c < incidents->chunk_count; c++) {
        const hs_incident_chunk *chunk = incidents->chunk[c];
        if (!chunk->positioned || chunk->count == 0 || !hs_reach_meets(&reach, &chunk->box)) continue;
        layer_points points = {0};
        hs_status status = hs_layer_points_of(layer, chunk, error, &points);
        if (status != HS_OK) return status;
        if (layer->residents)
            status = add_residents(layer, chunk, at, &points, error, moments, &residents);
        else
            hs_density_moments_at(&points.columns, layer->kernel, layer->bandwidth_m, at.x, at.y, moments);
        hs_layer_points_done(&points);
        if (status != HS_OK) return status;
    }
    if (layer->residents) moments->count = (uint64_t)(residents * layer->per_weight + 0.5);
    return HS_OK;
}

static void set_moments(const hs_density_moments *m, place_sums *out) {
    *out = (place_sums){(double)m->sum * 0x1p-32, (double)m->sum_squared * 0x1p-32,
                        (double)m->largest * 0x1p-32, m->count};
}

/* Each incident with its own bandwidth. */
static hs_status adaptive_at(const density_layer *layer, hs_mercator at, hs_error *error, place_sums *sums) {
    hs_adaptive_moments moments = {0};
    hs_status status = hs_adaptive_exact_place(layer, at, error, &moments);
    double count = layer->residents ? moments.amount * layer->per_weight : (double)moments.count;
    *sums = (place_sums){(double)moments.sum * 0x1p-32, (double)moments.sum_squared * 0x1p-32,
                         moments.largest, (uint64_t)(count + 0.5)};
    return status;
}

static hs_status sums_at(const density_layer *layer, hs_mercator at, hs_error *error, place_sums *sums) {
    if (layer->adaptive) return adaptive_at(layer, at, error, sums);
    hs_density_moments moments = {0};
    hs_status status = moments_of(layer, at, error, &moments);
    if (status == HS_OK) set_moments(&moments, sums);
    return status;
}

static double kish(double sum, double sum_squared) {
    return sum_squared > 0 ? sum * (sum / sum_squared) : 0;
}

static void set_sums(hs_density_value *v, const density_sides *sides, const place_sums *a,
                     const place_sums *b) {
    v->sum = a->sum;
    v->sum_squared = a->sum_squared;
    v->largest = a->largest;
    v->n = a->n;
    v->other_sum = b->sum * sides->b.per_weight;
    v->other_sum_squared = b->sum_squared * sides->b.per_weight;
    v->other_largest = b->largest;
    v->other_n = b->n;
}

/* log2 of the ratio of shares, and what it means where the denominator is residents. */
static void set_ratio(hs_density_value *v) {
    bool residents = v->sides == HS_SIDES_B_KNOWN;
    v->effective_n = kish(v->other_sum, v->other_sum_squared);
    v->value = (double)NAN;
    if (!(v->other_sum > 0)) return;
    if (residents) v->rate_per_1000 = 1000 * (v->sum * v->unit) / (v->other_sum * v->other_unit);
    if (v->sum > 0) v->value = log2(v->sum / v->total / (v->other_sum / v->other_total));
}

static void set_value(const hs_density_request *request, hs_density_value *v) {
    v->effective_n = kish(v->sum, v->sum_squared);
    if (request->measure == HS_MEASURE_DENSITY) {
        v->value = v->sum * v->unit;
    } else if (request->measure == HS_MEASURE_DIFFERENCE) {
        v->value = v->sum * v->unit - v->other_sum * v->other_unit;
        v->effective_n = fmax(v->effective_n, kish(v->other_sum, v->other_sum_squared));
    } else {
        set_ratio(v);
    }
    v->masked = v->effective_n < request->min_n;
}

static void set_test(const density_exposures *e, hs_density_value *v) {
    hs_risk_side a = {v->sum, v->sum_squared, e->a};
    hs_risk_side b = {v->other_sum, v->other_sum_squared, e->b};
    v->z = hs_risk_z(&a, &b, v->sides, e->dispersion);
    v->p_value = hs_risk_p_value(v->z);
}

void hs_density_value_settle(const hs_density_request *request, const density_exposures *exposures,
                             hs_density_value *value) {
    value->z = value->p_value = value->rate_per_1000 = (double)NAN;
    set_value(request, value);
    if (request->measure != HS_MEASURE_DENSITY) set_test(exposures, value);
}

static hs_status fill(const hs_density_request *request, const density_sides *sides, hs_mercator at,
                      hs_error *error, hs_density_value *v) {
    place_sums a = {0};
    place_sums b = {0};
    density_total total = {0};
    hs_status status = sums_at(&sides->a, at, error, &a);
    if (status == HS_OK) status = hs_density_total_of(&sides->a, error, &total);
    v->total = total.sum;
    if (status != HS_OK || request->measure == HS_MEASURE_DENSITY) {
        set_sums(v, sides, &a, &b);
        return status;
    }
    density_exposures e;
    status = sums_at(&sides->b, at, error, &b);
    if (status == HS_OK) status = hs_density_total_of(&sides->b, error, &total);
    if (status == HS_OK) status = hs_density_exposures_of(request, sides, error, &e);
    if (status != HS_OK) return status;
    v->other_total = total.sum;
    set_sums(v, sides, &a, &b);
    set_test(&e, v);
    return HS_OK;
}

hs_status hs_service_density_value(hs_service *service, const hs_snapshot *snapshot,
                                   const hs_density_request *request, hs_position position, hs_error *error,
                                   hs_density_value *value) {
    density_sides sides;
    hs_status status = hs_density_sides_of(service, snapshot, request, error, &sides);
    if (status != HS_OK) return status;
    sides.a.exact = sides.b.exact = true;
    double nan = (double)NAN;
    hs_density_value made = {.unit = sides.a.unit,
                             .other_unit = sides.b.unit,
                             .sides = sides.overlap,
                             .z = nan,
                             .p_value = nan,
                             .rate_per_1000 = nan};
    status = fill(request, &sides, hs_mercator_from_position(position), error, &made);
    hs_density_sides_done(&sides);
    if (status != HS_OK) return status;
    set_value(request, &made);
    if (request->edge_correction && !hs_in_city(snapshot->geography, position)) made.value = (double)NAN;
    *value = made;
    return HS_OK;
}
