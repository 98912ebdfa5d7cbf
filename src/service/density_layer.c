/* One density of a request: what it counts, its unit, its reach. */
#include "service/density_adaptive.h"

#include "base/hash.h"
#include <hotspot/time_kernel.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The kernel's share of the time of which anything is known: where there are incidents, and the filter lets
 * them through. */
static double time_mass(const hs_incidents *incidents, const hs_density_request *request,
                        const hs_filter *filter) {
    int64_t from_s = incidents->min_time_s;
    int64_t to_s = incidents->max_time_s + 1;
    if (from_s == HS_NO_TIME) return 0;
    if (filter->from_s != HS_NO_TIME && filter->from_s > from_s) from_s = filter->from_s;
    if (filter->to_s != HS_NO_TIME && filter->to_s < to_s) to_s = filter->to_s;
    if (from_s >= to_s) return 0;
    return hs_time_mass(request->time_kernel, request->at_s, request->time_bandwidth_s, from_s, to_s);
}

static double unit_of(const hs_snapshot *snapshot, const hs_density_request *request, const hs_filter *filter,
                      double months) {
    double bandwidth_km = request->bandwidth_m / 1000.0;
    double unit = hs_kernel_peak(request->kernel) / (bandwidth_km * bandwidth_km);
    if (request->time_bandwidth_s > 0) {
        double mass = time_mass(snapshot->incidents, request, filter);
        /* Below a percent of the kernel nothing can be said. */
        return mass < 0.01
                   ? (double)NAN
                   : unit * hs_time_peak_per_month(request->time_kernel, request->time_bandwidth_s) / mass;
    }
    return months > 0 ? unit / months : unit;
}

hs_status hs_density_check(const density_layer *layer, hs_error *error) {
    hs_status status = hs_service_check_abandoned(layer->service, error);
    if (status != HS_OK || hs_progress_ask(&layer->progress)) return status;
    return hs_error_set(error, HS_E_CANCELLED, "nobody waits for this density any more");
}

density_layer hs_density_layer_of(hs_service *service, const hs_snapshot *snapshot,
                                  const hs_density_request *request, bool other) {
    const hs_filter *filter = other ? &request->other : &request->filter;
    double months = other ? request->other_months : request->months;
    return (density_layer){.service = service,
                           .progress = request->progress,
                           .snapshot = snapshot,
                           .filter = filter,
                           .kernel = request->kernel,
                           .bandwidth_m = request->bandwidth_m,
                           .adaptive = request->adaptive,
                           .exact = request->exact,
                           .time_kernel = request->time_kernel,
                           .time_bandwidth_s = request->time_bandwidth_s,
                           .at_s = request->at_s,
                           .edge_correction = request->edge_correction,
                           .edge_kernel = request->kernel,
                           .edge_bandwidth_m = request->bandwidth_m,
                           .metres_per_unit = hs_density_largest_scale(snapshot->incidents),
                           .per_weight = 1,
                           .unit = unit_of(snapshot, request, filter, months)};
}

double hs_density_largest_scale(const hs_incidents *incidents) {
    double nearest = 0x1p31;
    for (uint32_t c = 0; c < incidents->chunk_count; c++) {
        const hs_incident_chunk *chunk = incidents->chunk[c];
        if (!chunk->positioned || chunk->count == 0) continue;
        double north = 0x1p31 - (double)chunk->box.max_y;
        double south = (double)chunk->box.min_y - 0x1p31;
        double distance = north > 0 ? north : south > 0 ? south : 0;
        if (distance < nearest) nearest = distance;
    }
    double lon;
    double lat;
    hs_mercator_to_degrees(0x1p31, 0x1p31 - nearest, &lon, &lat);
    hs_mercator row = hs_mercator_from_degrees(0, floor(lat));
    double mx;
    double my;
    hs_mercator_ground_m((double)row.y, &mx, &my);
    return mx > my ? mx : my;
}

bool hs_density_layer_lattice(const density_layer *layer, const hs_density_view *view, hs_lattice *lattice) {
    if (layer->exact) return false;
    if (!layer->adaptive && !layer->ladder)
        return hs_lattice_of(view, layer->kernel, layer->bandwidth_m, layer->metres_per_unit, lattice);
    double sampled_m = layer->sampled_m > 0 ? layer->sampled_m : layer->bandwidth_m;
    return hs_lattice_step_of(view, layer->kernel, layer->bandwidth_m, sampled_m, layer->metres_per_unit,
                              lattice);
}

reach_box hs_density_layer_reach(const density_layer *layer, const hs_density_view *view) {
    density_layer widest = *layer;
    if (layer->adaptive) widest.bandwidth_m *= hs_adaptive_ratio(HS_ADAPTIVE_RUNGS << 16);
    double side = ldexp(0x1p32, -(int)view->z);
    double x0 = (double)view->x * side;
    double y0 = (double)view->y * side;
    double mx;
    double my;
    hs_mercator_ground_m(y0 + side / 2 < 0x1p31 ? y0 : y0 + side, &mx,
                         &my); /* the finest scale of the tile */
    double reach = hs_kernel_reach(layer->kernel) * widest.bandwidth_m / (mx < my ? mx : my);
    hs_lattice lattice;
    if (hs_density_layer_lattice(&widest, view, &lattice)) {
        reach += 6.0 / lattice.nodes_per_unit;
        if (lattice.sampling == HS_DENSITY_MEAN) reach += 0.5 * lattice.pixel;
    }
    return (reach_box){x0 - reach, y0 - reach, x0 + side + reach, y0 + side + reach};
}

bool hs_reach_meets(const reach_box *reach, const hs_mercator_box *box) {
    if ((double)box->min_y > reach->south || (double)box->max_y < reach->north) return false;
    for (int world = -1; world <= 1; world++) {
        double shift = world * 0x1p32;
        if ((double)box->min_x + shift <= reach->east && (double)box->max_x + shift >= reach->west)
            return true;
    }
    return false;
}
