#include "service/density_settle.h"

#include "service/density_adaptive.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct range {
    double low, high;
} range;

static range range_of(const float *values, const float *off, size_t i) {
    double value = (double)values[i];
    double error = off ? (double)off[i] : 0.0;
    return (range){value > error ? value - error : 0.0, value + error};
}

/* (sum K)^2 / sum K^2. */
static range effective_n(const density_field *f, size_t i) {
    range sum = range_of(f->sums, f->off, i);
    range squared = range_of(f->squared, f->squared_off, i);
    double low = squared.high > 0.0 ? sum.low * sum.low / squared.high : 0.0;
    double high = squared.low > 0.0 ? sum.high * sum.high / squared.low : sum.high > 0.0 ? INFINITY : 0.0;
    return (range){low, high};
}

void hs_undecided_by_mask(const density_field *field, size_t pixels, double min_n, uint8_t *flags) {
    for (size_t i = 0; min_n > 0.0 && i < pixels; i++) {
        range n = effective_n(field, i);
        if (n.low < min_n && n.high >= min_n) flags[i] = 1;
    }
}

void hs_undecided_by_ratio(const density_field *field, const density_field *masked_by, size_t pixels,
                           double min_n, uint8_t *flags) {
    for (size_t i = 0; field->off && i < pixels; i++) {
        range sum = range_of(field->sums, field->off, i);
        if ((double)field->off[i] <= HS_RATIO_SHARE * sum.low) continue;
        if (min_n > 0.0 && effective_n(masked_by, i).high < min_n) continue;
        flags[i] = 1;
    }
}

/* The z that a side's sums may give at a pixel; a sum is none where nothing lies under the kernel. */
static range z_of(const density_field *a, const density_field *b, const density_exposures *e,
                  hs_risk_sides sides, size_t i) {
    range sum_a = range_of(a->sums, a->off, i);
    range sum_b = range_of(b->sums, b->off, i);
    range squared_a = range_of(a->squared, a->squared_off, i);
    range squared_b = range_of(b->squared, b->squared_off, i);
    range z = {INFINITY, -INFINITY};
    for (unsigned corner = 0; corner < 8; corner++) {
        bool low = corner & 4;
        hs_risk_side side_a = {corner & 1 ? sum_a.high : sum_a.low, low ? squared_a.low : squared_a.high,
                               e->a};
        hs_risk_side side_b = {corner & 2 ? sum_b.high : sum_b.low, low ? squared_b.low : squared_b.high,
                               e->b};
        double at = hs_risk_z(&side_a, &side_b, sides, e->dispersion);
        if (isnan(at)) return (range){-INFINITY, INFINITY};
        z.low = fmin(z.low, at);
        z.high = fmax(z.high, at);
    }
    return z;
}

static bool may_cross(range z, double least) {
    return (z.low < least && z.high >= least) || (z.low <= -least && z.high > -least);
}

static bool is_known(const density_field *f, size_t i) {
    return (!f->off || f->off[i] == 0.0f) && (!f->squared_off || f->squared_off[i] == 0.0f);
}

void hs_undecided_by_test(const density_field *a, const density_field *b, const density_exposures *exposures,
                          hs_risk_sides sides, double least, const density_undecided *undecided) {
    for (size_t i = 0; i < undecided->pixels; i++) {
        if (is_known(a, i) && is_known(b, i)) continue;
        if (may_cross(z_of(a, b, exposures, sides, i), least)) undecided->a[i] = undecided->b[i] = 1;
    }
}

typedef struct chosen_sums {
    const hs_chosen_pixels *chosen;
    bool squared;
    uint64_t *sums;
} chosen_sums;

static hs_status add_chosen(const density_layer *layer, const hs_incident_chunk *chunk,
                            const hs_point_columns *points, const hs_density_view *view, void *context,
                            hs_error *error) {
    (void)chunk;
    const chosen_sums *work = context;
    return hs_chosen_pixels_add(work->chosen, points, layer->kernel, layer->bandwidth_m, view, work->squared,
                                error, work->sums);
}

static hs_status sum_chosen(const density_layer *layer, const hs_density_view *view, chosen_sums *work,
                            hs_error *error, float *values) {
    const hs_chosen_pixels *c = work->chosen;
    memset(work->sums, 0, c->count * sizeof *work->sums);
    hs_status status = hs_density_layer_add(layer, view, add_chosen, work, error);
    for (uint32_t row = 0; row < c->size && status == HS_OK; row++)
        for (uint32_t i = c->first[row]; i < c->first[row + 1]; i++) {
            float sum = (float)((double)work->sums[i] * 0x1p-32);
            values[(size_t)row * c->size + c->column[i]] = (float)((double)sum * layer->per_weight);
        }
    return status;
}

static hs_status settle_fixed(const density_layer *layer, const hs_density_view *view,
                              const hs_chosen_pixels *chosen, hs_error *error, const density_field *field) {
    chosen_sums work = {chosen, false, malloc(((size_t)chosen->count + 1) * sizeof(uint64_t))};
    if (!work.sums) return hs_error_memory(error, "a density tile");
    hs_status status = sum_chosen(layer, view, &work, error, field->sums);
    density_layer squares = hs_density_squares_of(layer);
    work.squared = true;
    if (status == HS_OK && field->squared) status = sum_chosen(&squares, view, &work, error, field->squared);
    free(work.sums);
    return status;
}

static void clear_errors(const uint8_t *flags, size_t pixels, float *off) {
    for (size_t i = 0; off && i < pixels; i++)
        if (flags[i]) off[i] = 0.0f;
}

hs_status hs_density_settle(const density_layer *layer, const hs_density_view *view, const uint8_t *flags,
                            hs_error *error, const density_field *field) {
    hs_chosen_pixels *chosen;
    hs_status status = hs_chosen_pixels_new(flags, view->size, error, &chosen);
    if (status != HS_OK) return status;
    if (chosen->count > 0)
        status = layer->adaptive
                     ? hs_adaptive_exact_pixels(layer, view, chosen, error, field->sums, field->squared)
                     : settle_fixed(layer, view, chosen, error, field);
    free(chosen);
    size_t pixels = (size_t)view->size * view->size;
    clear_errors(flags, pixels, field->off);
    clear_errors(flags, pixels, field->squared_off);
    return status;
}
