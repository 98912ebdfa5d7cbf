/* What a raster's cells say from the densities of its sides: masks, differences, ratios and tests. */
#include "service/density_private.h"

#include <math.h>

static hs_risk_side side_of(const density_cells *c, const density_layer *layer, double exposure, size_t i) {
    double squared = c->squared ? c->squared[i] / (layer->unit * layer->unit) : 0;
    return (hs_risk_side){c->values[i] / layer->unit, squared, exposure};
}

/* Kish's effective number; where rounding has left next to nothing there is none. */
static double effective_n(const hs_risk_side *side) {
    return side->sum_squared > 0 ? side->sum * (side->sum / side->sum_squared) : 0;
}

static double difference_of(const hs_density_request *request, const density_sides *sides,
                            const hs_risk_side *a, const hs_risk_side *b) {
    bool few = request->min_n > 0 && effective_n(a) < request->min_n && effective_n(b) < request->min_n;
    return few ? (double)NAN : a->sum * sides->a.unit - b->sum * sides->b.unit;
}

static double ratio_of(const hs_density_request *request, const hs_risk_side *a, const hs_risk_side *b) {
    if (request->min_n > 0 && effective_n(b) < request->min_n) return (double)NAN;
    double share = a->sum / a->exposure;
    double base = b->sum / b->exposure;
    return share > 0 && base > 0 ? log2(share / base) : (double)NAN;
}

/* As the mask of tiles: where the values stand on enough to be tested. */
static bool is_tested(const hs_density_request *request, const hs_risk_side *a, const hs_risk_side *b) {
    if (!(request->min_n > 0)) return true;
    bool enough = effective_n(b) >= request->min_n;
    if (request->measure == HS_MEASURE_DIFFERENCE) enough = enough || effective_n(a) >= request->min_n;
    return enough;
}

void hs_density_mask_cells(const hs_density_request *request, const density_layer *layer, size_t count,
                           const density_cells *cells) {
    for (size_t i = 0; request->min_n > 0 && i < count; i++) {
        hs_risk_side side = side_of(cells, layer, 1, i);
        if (effective_n(&side) < request->min_n) cells->values[i] = (double)NAN;
    }
}

void hs_density_compare_cells(const hs_density_request *request, const density_sides *sides,
                              const density_exposures *e, size_t count, const density_cells *a,
                              const density_cells *b, float *z) {
    for (size_t i = 0; i < count; i++) {
        hs_risk_side side_a = side_of(a, &sides->a, e->a, i);
        hs_risk_side side_b = side_of(b, &sides->b, e->b, i);
        if (z)
            z[i] = is_tested(request, &side_a, &side_b)
                       ? (float)hs_risk_z(&side_a, &side_b, sides->overlap, e->dispersion)
                       : NAN;
        a->values[i] = request->measure == HS_MEASURE_DIFFERENCE
                           ? difference_of(request, sides, &side_a, &side_b)
                           : ratio_of(request, &side_a, &side_b);
    }
}

void hs_density_keep_significant(hs_density_raster *raster, double tolerance) {
    double least = hs_risk_z_of(tolerance);
    size_t cells = (size_t)raster->grid.rows * raster->grid.columns;
    for (size_t i = 0; raster->z && i < cells; i++)
        if (!(fabs((double)raster->z[i]) >= least)) raster->values[i] = NAN;
}
