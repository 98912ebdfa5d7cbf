#include "api/density.h"

#include "base/text.h"
#include <hotspot/bandwidth.h>
#include <hotspot/coordinates.h>
#include <hotspot/density.h>
#include <math.h>

void hs_density_write_unit(hs_json *json, const hs_density_ask *ask) {
    hs_json_pair_text(json, "unit", hs_density_unit_en(&ask->request));
    hs_json_pair_text(json, "unit_zh", hs_density_unit_zh(&ask->request));
    hs_json_pair_text(json, "unit_en", hs_density_unit_en(&ask->request));
}

static void write_interval(hs_json *json, int64_t from_s, int64_t to_s) {
    hs_json_object(json);
    hs_json_key(json, "from");
    hs_json_time(json, from_s);
    hs_json_key(json, "to");
    hs_json_time(json, to_s);
    hs_json_object_end(json);
}

void hs_density_write_months(hs_json *json, double months) {
    hs_json_key(json, "months");
    if (months > 0)
        hs_json_double(json, months);
    else
        hs_json_null(json);
}

static void write_period(hs_json *json, const hs_density_request *request) {
    hs_json_key(json, "period");
    if (request->months > 0)
        write_interval(json, request->filter.from_s, request->filter.to_s);
    else
        hs_json_null(json);
    hs_density_write_months(json, request->months);
}

/* How the values come about, defaults said. */
void hs_density_write_method(hs_json *json, const hs_density_request *request) {
    static const char *const measures[] = {"density", "difference", "relative-risk"};
    hs_json_pair_text(json, "measure", measures[request->measure]);
    hs_density_write_bandwidth(json, request);
    hs_json_pair_text(json, "kernel", hs_kernel_name(request->kernel));
    hs_json_pair_bool(json, "adaptive", request->adaptive);
    hs_json_pair_bool(json, "network", request->network);
    hs_json_pair_bool(json, "edge_correction", request->edge_correction);
    if (request->time_bandwidth_s > 0) {
        hs_json_key(json, "at");
        hs_json_time(json, request->at_s);
        hs_json_pair_double(json, "time_bandwidth_s", request->time_bandwidth_s);
        hs_json_pair_text(json, "time_kernel", hs_kernel_name(request->time_kernel));
    }
    if (request->measure == HS_MEASURE_DIFFERENCE) {
        hs_json_key(json, "compare");
        write_interval(json, request->other.from_s, request->other.to_s);
        hs_json_pair_double(json, "compare_months", request->other_months);
    }
    hs_json_pair_double(json, "min_n", request->min_n);
    hs_write_tolerance(json, request);
}

static void write_colour(hs_json *json, hs_rgba colour) {
    static const char digits[] = "0123456789abcdef";
    const uint8_t parts[3] = {colour.r, colour.g, colour.b};
    char text[7] = "#";
    for (int i = 0; i < 3; i++) {
        text[1 + 2 * i] = digits[parts[i] >> 4];
        text[2 + 2 * i] = digits[parts[i] & 15];
    }
    hs_json_key(json, "colour");
    hs_json_str(json, (hs_str){text, sizeof text});
    hs_json_key(json, "opacity");
    hs_json_fixed(json, (colour.a * 1000 + 127) / 255, 3);
}

static void write_edge(hs_json *json, const char *key, bool open, double value) {
    hs_json_key(json, key);
    if (open)
        hs_json_null(json);
    else
        hs_json_double(json, value);
}

static void write_classes(hs_json *json, const hs_ramp_classes *classes, bool diverging) {
    hs_json_pair_text(json, "ramp", classes->ramp);
    hs_json_pair_text(json, "breaks_of", classes->breaks_of);
    hs_json_key(json, "breaks");
    hs_json_array(json);
    for (uint32_t i = 0; i < classes->break_count; i++)
        hs_json_double(json, classes->breaks[i]);
    hs_json_array_end(json);
    hs_json_key(json, "classes");
    hs_json_array(json);
    for (uint32_t i = 0; i <= classes->break_count; i++) {
        hs_json_object(json);
        write_edge(json, "from", i == 0 && diverging, i == 0 ? 0 : classes->breaks[i - 1]);
        write_edge(json, "to", i == classes->break_count, i < classes->break_count ? classes->breaks[i] : 0);
        write_colour(json, classes->colour[i]);
        hs_json_object_end(json);
    }
    hs_json_array_end(json);
}

/* What was counted, what was not and why. */
static void write_counted(hs_json *json, const hs_density_request *request, uint64_t counted,
                          uint64_t outside, uint64_t n, hs_counts all) {
    const hs_filter *filter = &request->filter;
    uint64_t total = all.positioned + all.unpositioned;
    hs_json_pair_int(json, "n", (int64_t)n);
    hs_json_pair_int(json, "total", (int64_t)total);
    hs_json_pair_int(json, "unmatched", (int64_t)all.unpositioned);
    hs_json_pair_int(json, "left_out_by_accuracy", (int64_t)(all.positioned - counted));
    hs_json_pair_int(json, "left_out_outside", (int64_t)outside);
    if (request->time_bandwidth_s > 0)
        hs_json_pair_int(json, "left_out_by_time", (int64_t)(counted - outside - n));
    hs_json_key(json, "max_accuracy_m");
    if (filter->max_accuracy_m >= 0)
        hs_json_double(json, filter->max_accuracy_m);
    else
        hs_json_null(json);
    hs_json_key(json, "positioned_share");
    if (total > 0)
        hs_json_fixed(json, (int64_t)llround(1e4 * (double)all.positioned / (double)total), 4);
    else
        hs_json_null(json);
}

/* The counts with and without the limit on accuracy. */
static hs_status count_all(hs_call *call, const hs_filter *filter, uint64_t *counted, hs_counts *all) {
    const hs_selection *selection;
    hs_filter wide;
    hs_status status = hs_service_select(call->api->service, call->snapshot, filter, call->error, &selection);
    if (status != HS_OK) return status;
    *counted = hs_selection_counts(selection).positioned;
    hs_service_selection_unref(selection);
    status = hs_call_filter(call, HS_ALL_ACCURACIES, "max-accuracy", &wide);
    if (status == HS_OK)
        status = hs_service_select(call->api->service, call->snapshot, &wide, call->error, &selection);
    if (status != HS_OK) return status;
    *all = hs_selection_counts(selection);
    hs_service_selection_unref(selection);
    return HS_OK;
}

/* The largest error of a tile at each zoom, as a share of one incident's peak. */
static void write_error_bounds(hs_call *call, const hs_density_request *request) {
    double worst = 0;
    for (uint32_t z = 0; z <= 24; z++) {
        double bound = hs_service_density_error(call->snapshot, request, (hs_tile){z, 0, 0}, 256);
        if (bound > worst) worst = bound;
    }
    hs_json_pair_bool(&call->json, "exact", worst <= HS_DENSITY_SHARE_ROUNDING);
    hs_json_pair_double(&call->json, "error_bound", worst);
    hs_json_pair_text(&call->json, "error_bound_of", "one incident's peak");
    if (request->measure == HS_MEASURE_RELATIVE_RISK)
        hs_json_pair_double(&call->json, "ratio_error_bound_log2",
                            worst <= HS_DENSITY_SHARE_ROUNDING ? 0.0 : HS_DENSITY_RATIO_ERROR);
}

static hs_status write_streets(hs_call *call, const hs_density_request *request) {
    hs_density_streets streets;
    hs_status status =
        hs_service_density_streets(call->api->service, call->snapshot, request, call->error, &streets);
    if (status != HS_OK) return status;
    hs_json_pair_bool(&call->json, "exact", true);
    hs_density_write_snapping(&call->json, request, &streets);
    hs_density_streets_done(&streets);
    return HS_OK;
}

hs_status hs_serve_density_legend(hs_call *call) {
    hs_density_ask ask;
    uint64_t counted;
    uint64_t outside = 0;
    uint64_t n = 0;
    hs_counts all;
    hs_status status = hs_call_density(call, &ask);
    if (status != HS_OK) return status;
    if (hs_call_begin(call, "application/json", HS_READS_ALL)) return HS_OK;
    status = count_all(call, &ask.request.filter, &counted, &all);
    if (status == HS_OK && ask.request.edge_correction)
        status = hs_service_density_outside(call->api->service, call->snapshot, &ask.request, call->error,
                                            &outside);
    if (status == HS_OK)
        status =
            hs_service_density_counted(call->api->service, call->snapshot, &ask.request, call->error, &n);
    if (status != HS_OK) return status;
    hs_json *json = &call->json;
    hs_json_object(json);
    hs_density_write_unit(json, &ask);
    hs_density_write_method(json, &ask.request);
    status = ask.request.network ? write_streets(call, &ask.request) : HS_OK;
    if (status != HS_OK) return status;
    if (!ask.request.network) write_error_bounds(call, &ask.request);
    write_period(json, &ask.request);
    write_counted(json, &ask.request, counted, outside, n, all);
    status = hs_write_population(call, &ask.request);
    write_classes(json, &ask.classes, hs_ramp_diverges(ask.scale));
    hs_json_pair_int(json, "version", (int64_t)call->snapshot->version);
    hs_json_object_end(json);
    return status;
}

void hs_density_write_where(hs_call *call, hs_position position) {
    const hs_geography *geography = call->snapshot->geography;
    hs_json *json = &call->json;
    hs_placement placement;
    hs_geography_place(geography, position, &placement);
    hs_json_key(json, "units");
    hs_json_array(json);
    for (int level = 0; level < HS_LEVEL_COUNT; level++) {
        uint32_t unit = placement.unit[level];
        if (unit == HS_NONE) continue;
        hs_json_object(json);
        hs_json_pair_text(json, "level", hs_level_name((hs_level)level));
        hs_json_pair_str(json, "code", geography->units.code[unit]);
        hs_json_pair_str(json, "name", geography->units.name[unit]);
        hs_json_pair_str(json, "name_en", geography->units.name_en[unit]);
        hs_json_object_end(json);
    }
    hs_json_array_end(json);
    uint32_t street = placement.segment != HS_NONE ? geography->segments.street[placement.segment] : HS_NONE;
    hs_json_key(json, "street");
    if (street == HS_NONE) {
        hs_json_null(json);
        return;
    }
    hs_json_object(json);
    hs_json_pair_int(json, "id", geography->streets.id[street]);
    hs_json_pair_str(json, "name", geography->streets.name[street]);
    hs_json_pair_str(json, "name_en", geography->streets.name_en[street]);
    hs_json_pair_int(json, "segment", (int64_t)placement.segment + 1);
    hs_json_key(json, "distance_m");
    hs_json_fixed(json, (int64_t)lround(10.0 * (double)placement.segment_distance_m), 1);
    hs_json_object_end(json);
}

static hs_status write_value(hs_call *call, const hs_density_ask *ask, hs_position position,
                             const hs_density_standing *standing) {
    hs_json *json = &call->json;
    hs_json_object(json);
    hs_json_key(json, "position");
    hs_json_position(json, position);
    hs_write_standing(json, ask, standing);
    hs_density_write_method(json, &ask->request);
    hs_density_write_months(json, ask->request.months);
    hs_status status = hs_write_population(call, &ask->request);
    hs_density_write_where(call, position);
    hs_json_pair_int(json, "version", (int64_t)call->snapshot->version);
    hs_json_object_end(json);
    return status;
}

static hs_status parse_position(hs_call *call, hs_position *position) {
    double lon, lat;
    if (!hs_str_to_double(hs_call_text(call, "lon"), &lon) ||
        !hs_str_to_double(hs_call_text(call, "lat"), &lat) || !hs_position_from_degrees(lon, lat, position))
        return hs_error_set(call->error, HS_E_ARGUMENT,
                            "lon and lat are needed: longitude from -180 to 180 and latitude from -90 to 90");
    return HS_OK;
}

hs_status hs_call_density_value(hs_call *call, const hs_density_ask *ask, hs_position position) {
    hs_density_standing standing = {0};
    hs_service *service = call->api->service;
    const hs_density_request *request = &ask->request;
    hs_status status = hs_call_interval(call, &standing.how);
    if (status != HS_OK) return status;
    if (request->network) {
        status = hs_call_street_value(call, ask, position, &standing);
        return status == HS_OK ? hs_call_append_left_out(call, &request->filter) : status;
    }
    status =
        hs_service_density_value(service, call->snapshot, request, position, call->error, &standing.value);
    if (status == HS_OK)
        status = hs_service_density_interval(service, call->snapshot, request, position, &standing.value,
                                             &standing.how, call->error, &standing.bounds);
    if (status == HS_OK)
        status = hs_service_density_rank(service, call->snapshot, request, standing.value.value, call->error,
                                         &standing.rank);
    if (status == HS_OK) status = write_value(call, ask, position, &standing);
    return status == HS_OK ? hs_call_append_left_out(call, &request->filter) : status;
}

hs_status hs_serve_density_value(hs_call *call) {
    hs_position position = {0};
    hs_density_ask ask;
    hs_density_interval_request how = {0};
    hs_status status = parse_position(call, &position);
    if (status == HS_OK) status = hs_call_density(call, &ask);
    if (status == HS_OK) status = hs_call_interval(call, &how);
    if (status != HS_OK) return status;
    if (hs_call_begin(call, "application/json", HS_READS_ALL)) return HS_OK;
    return hs_call_density_value(call, &ask, position);
}

static void write_curve(hs_json *json, const hs_bandwidth_choice *choice) {
    hs_json_key(json, "curve");
    hs_json_array(json);
    for (uint32_t i = 0; i < choice->curve_count; i++) {
        if (!isfinite(choice->curve[i])) continue;
        hs_json_array(json);
        hs_json_double(json, choice->curve_sigma_m[i]);
        hs_json_double(json, choice->curve[i]);
        hs_json_array_end(json);
    }
    hs_json_array_end(json);
}

typedef struct reason {
    const char *en, *zh;
} reason;

static const reason reasons[HS_BANDWIDTH_METHODS] = {
    {"spread of all incidents over n^(1/6): right for one round heap, too wide for a town of many",
     "全部案件的离散程度除以 n 的六分之一次方：适合单一聚集，对多中心城市偏宽"},
    {"as Scott's, for one normal heap in the plane: too wide for a town of many",
     "与 Scott 类似，针对平面上单一正态聚集：对多中心城市偏宽"},
    {"least mean square error of the intensity: suits clusters, follows repeats at addresses",
     "强度估计的均方误差最小：适合聚集，随同址重复变窄"},
    {"each incident is likeliest given all others: finest detail that the data bear",
     "在其余案件已知时每件最可能：数据所能支持的最细尺度"}};

static void write_choice(hs_call *call, const hs_density_request *request, hs_bandwidth_method method,
                         const hs_plane_points *points) {
    hs_json *json = &call->json;
    hs_bandwidth_choice *choice = hs_arena_alloc(call->arena, sizeof *choice);
    hs_error why = {0};
    hs_status status = choice ? hs_bandwidth_choose(points, method, &why, choice)
                              : hs_error_set(&why, HS_E_MEMORY, "out of memory");
    hs_json_object(json);
    hs_json_pair_text(json, "method", hs_bandwidth_name(method));
    hs_json_pair_text(json, "reason_en", reasons[method].en);
    hs_json_pair_text(json, "reason_zh", reasons[method].zh);
    if (status != HS_OK || !choice) {
        hs_json_pair_text(json, "error", why.message);
        hs_json_object_end(json);
        return;
    }
    hs_json_pair_double(json, "sigma_m", choice->sigma_m);
    hs_json_pair_double(json, "bandwidth_m", choice->sigma_m / hs_kernel_deviation(request->kernel));
    hs_json_pair_text(json, "kernel", hs_kernel_name(request->kernel));
    hs_json_pair_int(json, "n", (int64_t)choice->n);
    hs_json_pair_bool(json, "at_limit", choice->at_limit);
    hs_json_pair_int(json, "repeated", (int64_t)choice->repeated);
    write_curve(json, choice);
    hs_json_object_end(json);
}

hs_status hs_serve_density_bandwidth(hs_call *call) {
    hs_density_ask ask;
    hs_plane_points sampled;
    hs_plane_points all;
    uint64_t total;
    hs_status status = hs_call_density(call, &ask);
    if (status != HS_OK) return status;
    if (hs_call_begin(call, "application/json", HS_READS_ALL)) return HS_OK;
    status = hs_service_density_sample(call->api->service, call->snapshot, &ask.request, HS_BANDWIDTH_SAMPLE,
                                       call->arena, call->error, &sampled, &total);
    if (status == HS_OK)
        status = hs_service_density_sample(call->api->service, call->snapshot, &ask.request,
                                           HS_BANDWIDTH_SPREAD, call->arena, call->error, &all, &total);
    if (status != HS_OK) return status;
    hs_json *json = &call->json;
    hs_json_object(json);
    hs_json_pair_int(json, "n", (int64_t)total);
    hs_json_pair_int(json, "used", (int64_t)sampled.count);
    hs_json_pair_double(json, "default_bandwidth_m", HS_DEFAULT_BANDWIDTH_M);
    hs_json_key(json, "choices");
    hs_json_array(json);
    for (int m = 0; m < HS_BANDWIDTH_METHODS; m++)
        write_choice(call, &ask.request, (hs_bandwidth_method)m,
                     m == HS_BANDWIDTH_SCOTT || m == HS_BANDWIDTH_SILVERMAN ? &all : &sampled);
    hs_json_array_end(json);
    hs_json_pair_int(json, "version", (int64_t)call->snapshot->version);
    hs_json_object_end(json);
    return hs_call_append_left_out(call, &ask.request.filter);
}
