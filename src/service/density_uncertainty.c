/* Intervals of the value at a place. */
#include "service/density_private.h"

#include <hotspot/density_interval.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

bool hs_kernel_weights_reserve(kernel_weights *w, uint32_t more) {
    if (w->count + more <= w->capacity) return true;
    uint32_t capacity = w->count + more + w->capacity;
    uint64_t *grown = realloc(w->weight, (size_t)capacity * sizeof *grown);
    if (!grown) return false;
    w->weight = grown;
    w->capacity = capacity;
    return true;
}

static bool add_weights(const density_layer *layer, hs_mercator at, const hs_point_columns *points,
                        kernel_weights *out) {
    uint32_t count =
        hs_density_weights_at(points, layer->kernel, layer->bandwidth_m, at.x, at.y, 0, NULL, NULL);
    uint32_t *rows = malloc(((size_t)count + 1) * sizeof *rows);
    bool done = rows && hs_kernel_weights_reserve(out, count + 1);
    if (done) {
        (void)hs_density_weights_at(points, layer->kernel, layer->bandwidth_m, at.x, at.y, count,
                                    out->weight + out->count, rows);
        out->count += count;
    }
    free(rows);
    return done;
}

/* The rows of a chunk that are on one side, the other, or both, in words of `part`. */
static bool add_shares(const density_layer *layer, hs_mercator at, const layer_points *a,
                       const layer_points *b, uint64_t *part, kernel_weights *shares) {
    size_t words = ((size_t)a->columns.count + 63) / 64;
    hs_point_columns columns = a->columns;
    columns.selected = part;
    for (int share = 0; share < HS_SHARES; share++) {
        for (size_t i = 0; i < words; i++) {
            uint64_t in_b = b ? b->bits[i] : 0;
            part[i] = share == HS_ONLY_A   ? a->bits[i] & ~in_b
                      : share == HS_ONLY_B ? in_b & ~a->bits[i]
                                           : a->bits[i] & in_b;
        }
        if ((share == HS_ONLY_A || b) && !add_weights(layer, at, &columns, &shares[share])) return false;
    }
    return true;
}

static hs_status add_chunk(const density_sides *sides, bool two, const hs_incident_chunk *chunk,
                           hs_mercator at, hs_error *error, kernel_weights *shares) {
    layer_points a = {0};
    layer_points b = {0};
    hs_status status = hs_layer_points_of(&sides->a, chunk, error, &a);
    if (status == HS_OK && two) status = hs_layer_points_of(&sides->b, chunk, error, &b);
    if (status == HS_OK) {
        uint64_t *part = malloc(((size_t)chunk->count + 63) / 64 * sizeof *part);
        if (!part || !add_shares(&sides->a, at, &a, two ? &b : NULL, part, shares))
            status = hs_error_set(error, HS_E_MEMORY, "out of memory for an interval");
        free(part);
    }
    hs_layer_points_done(&a);
    hs_layer_points_done(&b);
    return status;
}

static hs_status shares_of(const density_sides *sides, bool two, hs_mercator at, hs_error *error,
                           kernel_weights *shares) {
    const hs_incidents *incidents = sides->a.snapshot->incidents;
    reach_box reach = hs_density_reach_of_place(&sides->a, at);
    for (uint32_t c = 0; c < incidents->chunk_count; c++) {
        const hs_incident_chunk *chunk = incidents->chunk[c];
        if (!chunk->positioned || chunk->count == 0 || !hs_reach_meets(&reach, &chunk->box)) continue;
        hs_status status = add_chunk(sides, two, chunk, at, error, shares);
        if (status != HS_OK) return status;
    }
    return HS_OK;
}

/* The measure of sums that were drawn; NAN where it has no value. */
static double measure_of(const hs_density_request *request, const hs_density_value *v, double a, double b) {
    if (request->measure == HS_MEASURE_DENSITY) return a * v->unit;
    if (request->measure == HS_MEASURE_DIFFERENCE) return a * v->unit - b * v->other_unit;
    return log2(a / v->total / (b / v->other_total));
}

/* Adds to the sums of both sides what was drawn; what counts on both is drawn once. */
static hs_status draw(const kernel_weights *shares, const hs_density_interval_request *how, hs_error *error,
                      double *a, double *b) {
    double *both = calloc((size_t)how->replications + 1, sizeof *both);
    double *sums[HS_SHARES] = {a, b, both};
    if (!both) {
        (void)hs_error_set(error, HS_E_MEMORY, "out of memory for a bootstrap");
        return HS_E_MEMORY;
    }
    hs_status status = HS_OK;
    for (int share = 0; share < HS_SHARES && status == HS_OK; share++)
        if (shares[share].count > 0)
            status = hs_density_bootstrap(shares[share].weight, shares[share].count, how->seed,
                                          (uint64_t)share, how->replications, error, sums[share]);
    for (uint32_t r = 0; status == HS_OK && r < how->replications; r++) {
        a[r] += both[r];
        b[r] += both[r];
    }
    free(both);
    return status;
}

static hs_status bootstrap(const hs_density_request *request, const hs_density_value *v,
                           const kernel_weights *shares, const hs_density_interval_request *how,
                           hs_error *error, hs_density_bounds *bounds) {
    double *a = calloc(2 * (size_t)how->replications + 1, sizeof *a);
    if (!a) {
        (void)hs_error_set(error, HS_E_MEMORY, "out of memory for a bootstrap");
        return HS_E_MEMORY;
    }
    double *b = a + how->replications;
    hs_status status = draw(shares, how, error, a, b);
    uint32_t defined = 0;
    for (uint32_t r = 0; status == HS_OK && r < how->replications; r++) {
        double other = request->population.size > 0 ? v->other_sum : b[r];
        double one = measure_of(request, v, a[r], other);
        if (!isnan(one)) a[defined++] = one;
    }
    if (status == HS_OK) {
        *bounds = (hs_density_bounds){.method = "bootstrap", .defined = defined};
        hs_percentile_interval(a, defined, how->confidence, &bounds->lower, &bounds->upper);
    }
    free(a);
    return status;
}

/* The Poisson interval of one side's sum, times a factor. */
static hs_estimate estimate(double sum, double squared, double largest, double confidence, double factor) {
    hs_estimate e = {.value = sum * factor};
    hs_density_interval(sum, squared, largest > 0 ? largest : 1.0, confidence, &e.lower, &e.upper);
    e.lower *= factor;
    e.upper *= factor;
    return e;
}

static hs_estimate logarithms(hs_estimate e) {
    return (hs_estimate){log2(e.value), log2(e.lower), log2(e.upper)};
}

/* Of the two sums by what they share. */
static double correlation(const hs_density_value *v, const kernel_weights *both) {
    double squared = 0;
    for (uint32_t i = 0; i < both->count; i++)
        squared += (double)both->weight[i] * 0x1p-32 * ((double)both->weight[i] * 0x1p-32);
    double product = v->sum_squared * v->other_sum_squared;
    return product > 0 ? fmin(squared / sqrt(product), 1.0) : 0;
}

static void poisson(const hs_density_request *request, const hs_density_value *v,
                    const kernel_weights *shares, double confidence, hs_density_bounds *bounds) {
    bool ratio = request->measure == HS_MEASURE_RELATIVE_RISK;
    hs_estimate a =
        estimate(v->sum, v->sum_squared, v->largest, confidence, ratio ? 1.0 / v->total : v->unit);
    bounds->method = "poisson";
    if (request->measure == HS_MEASURE_DENSITY) {
        bounds->lower = a.lower;
        bounds->upper = a.upper;
        return;
    }
    if (request->population.size > 0) {
        double known = v->other_sum / v->other_total;
        bounds->lower = log2(a.lower / known);
        bounds->upper = log2(a.upper / known);
        return;
    }
    hs_estimate b = estimate(v->other_sum, v->other_sum_squared, v->other_largest, confidence,
                             ratio ? 1.0 / v->other_total : v->other_unit);
    if (ratio) {
        a = logarithms(a);
        b = logarithms(b);
    }
    bounds->method = "poisson-mover";
    hs_difference_interval(&a, &b, correlation(v, &shares[HS_BOTH_SIDES]), &bounds->lower, &bounds->upper);
}

hs_status hs_density_interval_check(const hs_density_request *request, const hs_density_interval_request *how,
                                    hs_error *error) {
    if (!how->bootstrap || !request->adaptive) return HS_OK;
    return hs_error_set(
        error, HS_E_ARGUMENT,
        "interval: bootstrap takes one bandwidth for all incidents, not adaptive; take poisson");
}

hs_status hs_density_interval_of(const hs_density_request *request, const hs_density_value *value,
                                 const kernel_weights *shares, const hs_density_interval_request *how,
                                 hs_error *error, hs_density_bounds *bounds) {
    if (how->bootstrap) return bootstrap(request, value, shares, how, error, bounds);
    poisson(request, value, shares, how->confidence, bounds);
    return HS_OK;
}

hs_status hs_service_density_interval(hs_service *service, const hs_snapshot *snapshot,
                                      const hs_density_request *request, hs_position position,
                                      const hs_density_value *value, const hs_density_interval_request *how,
                                      hs_error *error, hs_density_bounds *bounds) {
    density_sides sides;
    hs_density_bounds made = {0};
    hs_status status = hs_density_interval_check(request, how, error);
    if (status == HS_OK) status = hs_density_sides_of(service, snapshot, request, error, &sides);
    if (status != HS_OK) return status;
    sides.a.exact = sides.b.exact = true;
    bool two = request->measure != HS_MEASURE_DENSITY && request->population.size == 0;
    kernel_weights shares[HS_SHARES] = {{0}};
    if (how->bootstrap || two)
        status = shares_of(&sides, two, hs_mercator_from_position(position), error, shares);
    if (status == HS_OK) status = hs_density_interval_of(request, value, shares, how, error, &made);
    for (int share = 0; share < HS_SHARES; share++)
        free(shares[share].weight);
    hs_density_sides_done(&sides);
    if (request->edge_correction && !hs_in_city(snapshot->geography, position))
        made.lower = made.upper = (double)NAN; /* no value, so no interval of one */
    if (status == HS_OK) *bounds = made;
    return status;
}
