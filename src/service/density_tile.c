/* Measures on tiles and at places from one density or two. */
#include "service/density_settle.h"

#include "base/hash.h"
#include <hotspot/adaptive_bandwidth.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define STREET_MARGIN_PX 16.0
/* Deposits that count other than 1 are rounded to parts of what their chunk weighs in all. */
#define DEPOSIT_ROUNDING 0x1p-14

uint64_t hs_density_request_hash(const hs_density_request *request) {
    struct {
        uint64_t filter, other, measure, kernel, exact, time_kernel, population, level, edge_correction,
            adaptive, network, network_method;
        double bandwidth_m, time_bandwidth_s, months, other_months, min_n, tolerance, snap_m, lixel_m;
        int64_t at_s;
    } parts;
    memset(&parts, 0, sizeof parts);
    parts.filter = request->filter.hash;
    parts.measure = (uint64_t)request->measure;
    if (request->population.size > 0) {
        parts.population = hs_hash_str(request->population, 1);
        parts.level = (uint64_t)request->level;
    } else if (request->measure != HS_MEASURE_DENSITY) {
        parts.other = request->other.hash;
        parts.other_months = request->other_months;
    }
    parts.tolerance = request->tolerance;
    parts.kernel = (uint64_t)request->kernel;
    parts.exact = request->exact;
    parts.edge_correction = request->edge_correction;
    parts.adaptive = request->adaptive;
    if (request->network) {
        parts.network = 1;
        parts.network_method = (uint64_t)request->network_method;
        parts.snap_m = request->snap_m;
        parts.lixel_m = request->lixel_m;
    }
    parts.bandwidth_m = request->bandwidth_m;
    parts.months = request->months;
    parts.min_n = request->min_n;
    if (request->time_bandwidth_s > 0) {
        parts.time_kernel = (uint64_t)request->time_kernel;
        parts.time_bandwidth_s = request->time_bandwidth_s;
        parts.at_s = request->at_s;
    }
    return hs_hash(&parts, sizeof parts, 0);
}

/* What is known of the incidents in reach. */
static uint64_t state_of(const hs_incidents *incidents, const reach_box *reach) {
    bool whole = reach->east - reach->west >= 0x1p32;
    double west = reach->west < 0 ? reach->west + 0x1p32 : reach->west;
    double east = reach->east >= 0x1p32 ? reach->east - 0x1p32 : reach->east;
    hs_mercator_box box = {whole ? 0 : (uint32_t)west, reach->north > 0 ? (uint32_t)reach->north : 0,
                           whole ? UINT32_MAX : (uint32_t)east,
                           reach->south < 0x1p32 ? (uint32_t)reach->south : UINT32_MAX};
    return hs_incidents_state(incidents, &box);
}

static float effective_n(const density_field *f, size_t i) {
    return f->squared[i] > 0 ? f->sums[i] * f->sums[i] / f->squared[i] : 0;
}

static void write_density(const density_field *f, double unit, double min_n, size_t pixels) {
    float scale = (float)unit;
    for (size_t i = 0; i < pixels; i++) {
        bool masked = f->squared && effective_n(f, i) < (float)min_n;
        f->sums[i] = masked ? NAN : f->sums[i] * scale;
    }
}

/* A comparison on its way: both sides, and which of their pixels are to be made exact. */
typedef struct comparing {
    const hs_density_request *request;
    const density_sides *sides;
    const hs_density_view *view;
    density_field a, b;
    density_undecided undecided;
    density_exposures exposures;
} comparing;

/* Masked where both have too few: a place may have had many before and none now. */
static void write_difference(const comparing *c, float *values) {
    float min_n = (float)c->request->min_n;
    for (size_t i = 0; i < c->undecided.pixels; i++) {
        values[i] =
            (float)((double)c->a.sums[i] * c->sides->a.unit - (double)c->b.sums[i] * c->sides->b.unit);
        if (min_n > 0 && effective_n(&c->a, i) < min_n && effective_n(&c->b, i) < min_n) values[i] = NAN;
    }
}

/* Each a share of its own total, so that 0 is a place like the whole city; undefined where there is no
 * denominator. */
static void write_risk(const comparing *c, float *values) {
    double scale = c->exposures.b / c->exposures.a;
    float min_n = (float)c->request->min_n;
    for (size_t i = 0; i < c->undecided.pixels; i++) {
        bool defined = c->a.sums[i] > 0 && c->b.sums[i] > 0;
        if (min_n > 0 && effective_n(&c->b, i) < min_n) defined = false;
        values[i] = defined ? (float)log2((double)c->a.sums[i] * scale / (double)c->b.sums[i]) : NAN;
    }
}

/* Leaves what departs from 0 at the level of the tolerance. */
static void keep_significant(const comparing *c, float *values) {
    double least = hs_risk_z_of(c->request->tolerance);
    const density_exposures *e = &c->exposures;
    for (size_t i = 0; i < c->undecided.pixels; i++) {
        if (isnan(values[i])) continue;
        hs_risk_side a = {(double)c->a.sums[i], (double)c->a.squared[i], e->a};
        hs_risk_side b = {(double)c->b.sums[i], (double)c->b.squared[i], e->b};
        if (!(fabs(hs_risk_z(&a, &b, c->sides->overlap, e->dispersion)) >= least)) values[i] = NAN;
    }
}

static hs_status settle(const comparing *c, hs_error *error) {
    hs_status status = hs_density_settle(&c->sides->a, c->view, c->undecided.a, error, &c->a);
    if (status == HS_OK) status = hs_density_settle(&c->sides->b, c->view, c->undecided.b, error, &c->b);
    memset(c->undecided.a, 0, c->undecided.pixels);
    memset(c->undecided.b, 0, c->undecided.pixels);
    return status;
}

/* The denominator first: what it masks needs no numerator. */
static hs_status settle_ratio(const comparing *c, hs_error *error) {
    double min_n = c->request->min_n;
    size_t pixels = c->undecided.pixels;
    hs_undecided_by_mask(&c->b, pixels, min_n, c->undecided.b);
    hs_undecided_by_ratio(&c->b, &c->b, pixels, min_n, c->undecided.b);
    hs_status status = settle(c, error);
    if (status != HS_OK) return status;
    hs_undecided_by_ratio(&c->a, &c->b, pixels, min_n, c->undecided.a);
    return settle(c, error);
}

static hs_status settle_difference(const comparing *c, hs_error *error) {
    hs_undecided_by_mask(&c->a, c->undecided.pixels, c->request->min_n, c->undecided.a);
    hs_undecided_by_mask(&c->b, c->undecided.pixels, c->request->min_n, c->undecided.b);
    return settle(c, error);
}

static hs_status settle_test(const comparing *c, hs_error *error) {
    hs_undecided_by_test(&c->a, &c->b, &c->exposures, c->sides->overlap, hs_risk_z_of(c->request->tolerance),
                         &c->undecided);
    return settle(c, error);
}

static hs_status compare(comparing *c, hs_error *error, float *values) {
    bool ratio = c->request->measure == HS_MEASURE_RELATIVE_RISK;
    hs_status status = hs_density_layer_tile(&c->sides->a, c->view, error, &c->a);
    if (status == HS_OK) status = hs_density_layer_tile(&c->sides->b, c->view, error, &c->b);
    if (status == HS_OK) status = hs_density_exposures_of(c->request, c->sides, error, &c->exposures);
    if (status == HS_OK) status = ratio ? settle_ratio(c, error) : settle_difference(c, error);
    if (status != HS_OK) return status;
    if (ratio)
        write_risk(c, values);
    else
        write_difference(c, values);
    if (!(c->request->tolerance > 0)) return HS_OK;
    /* After the values: a tolerance decides what is drawn, and nothing about how. */
    status = settle_test(c, error);
    if (status == HS_OK) keep_significant(c, values);
    return status;
}

static density_field field_in(float *room, size_t pixels, bool bounds, bool squares) {
    return (density_field){room, squares ? room + pixels : NULL, bounds ? room + 2 * pixels : NULL,
                           bounds && squares ? room + 3 * pixels : NULL};
}

static hs_status fill_comparison(const hs_density_request *request, const density_sides *sides,
                                 const hs_density_view *view, hs_error *error, float *values) {
    size_t pixels = (size_t)view->size * view->size;
    bool squares = request->min_n > 0 || request->tolerance > 0;
    bool ratio = request->measure == HS_MEASURE_RELATIVE_RISK;
    bool bounds = squares || ratio;
    float *room = malloc(8 * pixels * sizeof *room);
    uint8_t *flags = calloc(2 * pixels, 1);
    hs_status status = HS_E_MEMORY;
    if (room && flags) {
        comparing c = {.request = request, .sides = sides, .view = view};
        c.a = field_in(room, pixels, bounds, request->tolerance > 0 || (squares && !ratio));
        c.b = field_in(room + 4 * pixels, pixels, bounds, squares);
        c.undecided = (density_undecided){flags, flags + pixels, pixels};
        status = compare(&c, error, values);
    } else {
        (void)hs_error_memory(error, "a density tile");
    }
    free(room);
    free(flags);
    return status;
}

static hs_status fill_masked(const hs_density_request *request, const density_sides *sides,
                             const hs_density_view *view, hs_error *error, float *values) {
    size_t pixels = (size_t)view->size * view->size;
    float *room = malloc(3 * pixels * sizeof *room);
    uint8_t *flags = calloc(pixels, 1);
    hs_status status = HS_E_MEMORY;
    if (room && flags) {
        density_field field = {values, room, room + pixels, room + 2 * pixels};
        status = hs_density_layer_tile(&sides->a, view, error, &field);
        if (status == HS_OK) hs_undecided_by_mask(&field, pixels, request->min_n, flags);
        if (status == HS_OK) status = hs_density_settle(&sides->a, view, flags, error, &field);
        if (status == HS_OK) write_density(&field, sides->a.unit, request->min_n, pixels);
    } else {
        (void)hs_error_memory(error, "a density tile");
    }
    free(room);
    free(flags);
    return status;
}

static hs_status fill_density(const hs_density_request *request, const density_sides *sides,
                              const hs_density_view *view, hs_error *error, float *values) {
    if (request->min_n > 0) return fill_masked(request, sides, view, error, values);
    density_field field = {values, NULL, NULL, NULL};
    hs_status status = hs_density_layer_tile(&sides->a, view, error, &field);
    if (status == HS_OK) write_density(&field, sides->a.unit, 0, (size_t)view->size * view->size);
    return status;
}

hs_status hs_service_density_tile(hs_service *service, const hs_snapshot *snapshot,
                                  const hs_density_request *request, hs_tile tile, uint32_t size_px,
                                  hs_error *error, float *values) {
    if (size_px != 256 && size_px != 512)
        return hs_error_set(error, HS_E_ARGUMENT, "density tiles have 256 or 512 pixels a side, not %u",
                            (unsigned)size_px);
    hs_density_view view = {tile.z, tile.x, tile.y, size_px};
    density_sides sides;
    hs_status status = hs_density_sides_of(service, snapshot, request, error, &sides);
    if (status == HS_OK) {
        status = request->measure == HS_MEASURE_DENSITY
                     ? fill_density(request, &sides, &view, error, values)
                     : fill_comparison(request, &sides, &view, error, values);
        hs_density_sides_done(&sides);
    }
    if (status == HS_OK && request->edge_correction)
        status = hs_cut_tile(service, snapshot, &view, error, values);
    return status;
}

/* Of an adaptive layer the widest bandwidth decides: the others may be bins where it is not. */
double hs_service_density_error(const hs_snapshot *snapshot, const hs_density_request *request, hs_tile tile,
                                uint32_t size_px) {
    density_layer layer = hs_density_layer_of(NULL, snapshot, request, false);
    hs_density_view view = {tile.z, tile.x, tile.y, size_px};
    hs_lattice lattice;
    bool shares = layer.edge_correction || layer.time_bandwidth_s > 0 || layer.adaptive;
    double rounding = shares ? HS_DENSITY_SHARE_ROUNDING : 0;
    if (layer.adaptive) layer.bandwidth_m *= hs_adaptive_ratio((HS_ADAPTIVE_RUNGS - 1) << 16);
    if (!hs_density_layer_lattice(&layer, &view, &lattice)) return rounding;
    return lattice.error_bound + rounding + (shares ? DEPOSIT_ROUNDING : 0);
}

uint64_t hs_service_density_tile_version(const hs_snapshot *snapshot, const hs_density_request *request,
                                         hs_tile tile, uint32_t size_px) {
    density_layer layer = hs_density_layer_of(NULL, snapshot, request, false);
    hs_density_view view = {tile.z, tile.x, tile.y, size_px};
    density_layer widest = layer;
    if (request->network) /* off the street, and half a line's width */
        widest.bandwidth_m += request->snap_m + STREET_MARGIN_PX * layer.metres_per_unit *
                                                    ldexp(0x1p32, -(int)tile.z) / (double)size_px;
    reach_box reach = hs_density_layer_reach(&widest, &view);
    struct {
        uint64_t incidents, geography, totals, edge_correction;
        double scale, unit, other_months;
    } parts;
    memset(&parts, 0, sizeof parts);
    parts.incidents = state_of(snapshot->incidents, &reach);
    parts.geography = snapshot->geography_version;
    parts.edge_correction = request->edge_correction;
    parts.scale = layer.metres_per_unit;
    parts.unit = layer.unit;
    parts.other_months = request->measure == HS_MEASURE_DIFFERENCE ? request->other_months : 0;
    /* Shares of a total change with it. */
    if (request->measure == HS_MEASURE_RELATIVE_RISK || (request->network && request->adaptive))
        parts.totals = snapshot->incidents->version;
    return hs_hash(&parts, sizeof parts, 0);
}
