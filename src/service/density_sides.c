/* Two densities side by side: how they overlap, what each holds in all, and what a tolerance keeps. */
#include "service/density_private.h"

#include "density/kernel.h"
#include <math.h>
#include <stdlib.h>

/* Categories on the first side only, the second only, and both. */
static hs_risk_sides overlap_of_categories(const hs_filter *a, const hs_filter *b, uint32_t count) {
    uint64_t only_a = 0;
    uint64_t only_b = 0;
    uint64_t both = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint64_t in_a = a->category ? a->category[i / 64] >> (i % 64) & 1 : 1;
        uint64_t in_b = b->category ? b->category[i / 64] >> (i % 64) & 1 : 1;
        only_a |= in_a & ~in_b;
        only_b |= in_b & ~in_a;
        both |= in_a & in_b;
    }
    if (!both) return HS_SIDES_APART;
    if (only_a && only_b) return HS_SIDES_MIXED;
    return only_a ? HS_SIDES_B_IN_A : only_b ? HS_SIDES_A_IN_B : HS_SIDES_SAME;
}

static int64_t end_of(const hs_filter *filter) {
    return filter->to_s == HS_NO_TIME ? INT64_MAX : filter->to_s;
}

/* An open beginning is the least number already. */
static hs_risk_sides overlap_of_periods(const hs_filter *a, const hs_filter *b) {
    if (a->from_s >= end_of(b) || b->from_s >= end_of(a)) return HS_SIDES_APART;
    bool a_in_b = a->from_s >= b->from_s && end_of(a) <= end_of(b);
    bool b_in_a = b->from_s >= a->from_s && end_of(b) <= end_of(a);
    if (a_in_b && b_in_a) return HS_SIDES_SAME;
    return a_in_b ? HS_SIDES_A_IN_B : b_in_a ? HS_SIDES_B_IN_A : HS_SIDES_MIXED;
}

hs_risk_sides hs_density_overlap(const hs_density_request *request, const hs_incidents *incidents) {
    if (request->population.size > 0) return HS_SIDES_B_KNOWN;
    if (request->measure == HS_MEASURE_DIFFERENCE)
        return overlap_of_periods(&request->filter, &request->other);
    if (request->measure == HS_MEASURE_RELATIVE_RISK)
        return overlap_of_categories(&request->filter, &request->other, incidents->category_count);
    return HS_SIDES_APART;
}

static const hs_filter everything = {
    .unit = HS_NONE, .time = HS_TIME_DEFAULT, .from_s = HS_NO_TIME, .to_s = HS_NO_TIME, .max_accuracy_m = -1};

hs_status hs_density_sides_of(hs_service *service, const hs_snapshot *snapshot,
                              const hs_density_request *request, hs_error *error, density_sides *sides) {
    density_sides made = {.a = hs_density_layer_of(service, snapshot, request, false),
                          .b = hs_density_layer_of(service, snapshot, request, true),
                          .overlap = hs_density_overlap(request, snapshot->incidents)};
    if (request->population.size > 0) {
        hs_status status = hs_density_population_of(service, snapshot, request, error, &made.population);
        if (status != HS_OK) return status;
        const density_population *population = hs_shared_value(made.population);
        hs_density_request residents = *request;
        residents.time_bandwidth_s = 0;
        residents.other_months = 0;
        made.b = hs_density_layer_of(service, population->snapshot, &residents, true);
        made.b.filter = &everything;
        made.b.residents = true;
        made.b.per_weight = population->per_weight;
    }
    *sides = made;
    return HS_OK;
}

void hs_density_sides_done(density_sides *sides) {
    hs_shared_unref(sides->population);
    sides->population = NULL;
}

bool hs_density_layer_weighted(const density_layer *layer) {
    if (layer->edge_correction || layer->time_bandwidth_s > 0) return true;
    const hs_incidents *incidents = layer->snapshot->incidents;
    for (uint32_t c = 0; c < incidents->chunk_count; c++)
        if (incidents->chunk[c]->weight) return true;
    return false;
}

/* Sums of whole numbers: in any order the same. */
static hs_status add_weights(const density_layer *layer, hs_error *error, uint64_t *sum, double *squared) {
    const hs_incidents *incidents = layer->snapshot->incidents;
    for (uint32_t c = 0; c < incidents->chunk_count; c++) {
        const hs_incident_chunk *chunk = incidents->chunk[c];
        if (!chunk->positioned || chunk->count == 0) continue;
        layer_points points = {0};
        hs_status status = hs_layer_points_of(layer, chunk, error, &points);
        if (status != HS_OK) return status;
        uint64_t part = 0;
        for (uint32_t i = 0; i < chunk->count; i++) {
            if (!hs_point_selected(&points.columns, i)) continue;
            uint64_t weight = hs_weight_fixed(&points.columns, i);
            *sum += weight;
            part += (weight * weight + 32768) >> 16;
        }
        *squared += (double)part;
        hs_layer_points_done(&points);
    }
    return HS_OK;
}

hs_status hs_density_total_of(const density_layer *layer, hs_error *error, density_total *total) {
    if (hs_density_layer_weighted(layer)) {
        uint64_t sum = 0;
        double squared = 0;
        density_layer whole = *layer;
        whole.whole = true; /* over the whole city the edge takes nothing away */
        hs_status status = add_weights(&whole, error, &sum, &squared);
        if (status == HS_OK)
            *total = (density_total){(double)sum * 0x1p-16 * layer->per_weight, squared * 0x1p-16};
        return status;
    }
    const hs_selection *selection;
    hs_status status = hs_service_select(layer->service, layer->snapshot, layer->filter, error, &selection);
    if (status != HS_OK) return status;
    *total = (density_total){(double)selection->count, (double)selection->count};
    hs_service_selection_unref(selection);
    return HS_OK;
}

hs_status hs_density_exposures_of(const hs_density_request *request, const density_sides *sides,
                                  hs_error *error, density_exposures *exposures) {
    if (request->measure == HS_MEASURE_DIFFERENCE) {
        *exposures = (density_exposures){request->months, request->other_months, 1};
        return HS_OK;
    }
    density_total a;
    density_total b;
    hs_status status = hs_density_total_of(&sides->a, error, &a);
    if (status == HS_OK) status = hs_density_total_of(&sides->b, error, &b);
    if (status != HS_OK) return status;
    *exposures = (density_exposures){a.sum, b.sum, a.sum > 0 ? a.sum_squared / a.sum : 1};
    return HS_OK;
}
