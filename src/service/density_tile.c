/* Measures on tiles and at places from one density or two. */
#include "service/density_private.h"

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

/* Kernel sums and, where a mask is wanted, their squares. */
typedef struct field {
    float *sums, *squared;
} field;

static float effective_n(const field *f, size_t i) {
    return f->squared[i] > 0 ? f->sums[i] * f->sums[i] / f->squared[i] : 0;
}

static void mask(const field *f, size_t pixels, double min_n, float *values) {
    float least = (float)min_n;
    for (size_t i = 0; i < pixels; i++)
        if (effective_n(f, i) < least) values[i] = NAN;
}

static void write_density(const field *f, double unit, size_t pixels, float *values) {
    float scale = (float)unit;
    for (size_t i = 0; i < pixels; i++)
        values[i] = f->sums[i] * scale;
}

/* Masked where both have too few: a place may have had many before and none now. */
static void write_difference(const field *a, const field *b, double unit_a, double unit_b, double min_n,
                             size_t pixels, float *values) {
    for (size_t i = 0; i < pixels; i++) {
        values[i] = (float)((double)a->sums[i] * unit_a - (double)b->sums[i] * unit_b);
        if (min_n > 0 && effective_n(a, i) < (float)min_n && effective_n(b, i) < (float)min_n)
            values[i] = NAN;
    }
}

/* Each a share of its own total, so that 0 is a place like the whole city; undefined where there is no
 * denominator. */
static void write_risk(const field *a, const field *b, double total_a, double total_b, double min_n,
                       size_t pixels, float *values) {
    double scale = total_b / total_a;
    for (size_t i = 0; i < pixels; i++) {
        bool defined = a->sums[i] > 0 && b->sums[i] > 0;
        if (min_n > 0 && effective_n(b, i) < (float)min_n) defined = false;
        values[i] = defined ? (float)log2((double)a->sums[i] * scale / (double)b->sums[i]) : NAN;
    }
}

/* Leaves what departs from 0 at the level of the tolerance. */
static void keep_significant(const hs_density_request *request, hs_risk_sides overlap,
                             const density_exposures *e, const field *a, const field *b, size_t pixels,
                             float *values) {
    double least = hs_risk_z_of(request->tolerance);
    for (size_t i = 0; i < pixels; i++) {
        if (isnan(values[i])) continue;
        hs_risk_side side_a = {(double)a->sums[i], (double)a->squared[i], e->a};
        hs_risk_side side_b = {(double)b->sums[i], (double)b->squared[i], e->b};
        if (!(fabs(hs_risk_z(&side_a, &side_b, overlap, e->dispersion)) >= least)) values[i] = NAN;
    }
}

static hs_status two_fields(const hs_density_request *request, const density_sides *sides,
                            const hs_density_view *view, hs_error *error, field *fa, field *fb) {
    bool squares = request->min_n > 0 || request->tolerance > 0;
    hs_status status = hs_density_layer_tile(&sides->a, view, error, fa->sums, squares ? fa->squared : NULL);
    if (status == HS_OK)
        status = hs_density_layer_tile(&sides->b, view, error, fb->sums, squares ? fb->squared : NULL);
    return status;
}

/* `room` has as many floats as pixels for the mask; NULL: there is none. */
static hs_status fill_density(const hs_density_request *request, const density_sides *sides,
                              const hs_density_view *view, hs_error *error, float *room, float *values) {
    size_t pixels = (size_t)view->size * view->size;
    field only = {values, room};
    hs_status status = hs_density_layer_tile(&sides->a, view, error, only.sums, room);
    if (status != HS_OK) return status;
    if (room) mask(&only, pixels, request->min_n, values);
    write_density(&only, sides->a.unit, pixels, values);
    return HS_OK;
}

/* `room` has four times as many floats as pixels. */
static hs_status fill_comparison(const hs_density_request *request, const density_sides *sides,
                                 const hs_density_view *view, hs_error *error, float *room, float *values) {
    size_t pixels = (size_t)view->size * view->size;
    field fa = {room, room + pixels};
    field fb = {room + 2 * pixels, room + 3 * pixels};
    density_exposures e;
    hs_status status = two_fields(request, sides, view, error, &fa, &fb);
    if (status == HS_OK) status = hs_density_exposures_of(request, sides, error, &e);
    if (status != HS_OK) return status;
    if (request->measure == HS_MEASURE_DIFFERENCE)
        write_difference(&fa, &fb, sides->a.unit, sides->b.unit, request->min_n, pixels, values);
    else
        write_risk(&fa, &fb, e.a, e.b, request->min_n, pixels, values);
    if (request->tolerance > 0) keep_significant(request, sides->overlap, &e, &fa, &fb, pixels, values);
    return HS_OK;
}

hs_status hs_service_density_tile(hs_service *service, const hs_snapshot *snapshot,
                                  const hs_density_request *request, hs_tile tile, uint32_t size_px,
                                  hs_error *error, float *values) {
    if (size_px != 256 && size_px != 512)
        return hs_error_set(error, HS_E_ARGUMENT, "density tiles have 256 or 512 pixels a side, not %u",
                            (unsigned)size_px);
    hs_density_view view = {tile.z, tile.x, tile.y, size_px};
    size_t pixels = (size_t)size_px * size_px;
    bool single = request->measure == HS_MEASURE_DENSITY;
    float *room = NULL;
    if (!single || request->min_n > 0) {
        room = malloc((single ? 1 : 4) * pixels * sizeof *room);
        if (!room) return hs_error_set(error, HS_E_MEMORY, "no memory for a density tile");
    }
    density_sides sides;
    hs_status status = hs_density_sides_of(service, snapshot, request, error, &sides);
    if (status == HS_OK) {
        status = single ? fill_density(request, &sides, &view, error, room, values)
                        : fill_comparison(request, &sides, &view, error, room, values);
        hs_density_sides_done(&sides);
    }
    free(room);
    if (status == HS_OK && request->edge_correction)
        status = hs_cut_tile(service, snapshot, &view, error, values);
    return status;
}

double hs_service_density_error(const hs_snapshot *snapshot, const hs_density_request *request, hs_tile tile,
                                uint32_t size_px) {
    density_layer layer = hs_density_layer_of(NULL, snapshot, request, false);
    hs_density_view view = {tile.z, tile.x, tile.y, size_px};
    hs_lattice lattice;
    bool shares = layer.edge_correction || layer.time_bandwidth_s > 0 || layer.adaptive;
    double rounding = shares ? HS_DENSITY_SHARE_ROUNDING : 0;
    if (layer.adaptive) rounding += HS_ADAPTIVE_ERROR;
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
