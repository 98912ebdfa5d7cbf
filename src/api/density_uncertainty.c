/* What answers of density say about uncertainty and about residents. */
#include "api/density.h"

#include "base/text.h"
#include <math.h>

#define DEFAULT_REPLICATIONS 1000
#define LEAST_REPLICATIONS   100

hs_status hs_call_interval(hs_call *call, hs_density_interval_request *how) {
    hs_str text = hs_call_text(call, "interval");
    bool bootstrap = hs_str_equal(text, HS_STR("bootstrap"));
    if (text.size > 0 && !bootstrap && !hs_str_equal(text, HS_STR("poisson")))
        return hs_error_set(call->error, HS_E_ARGUMENT, "interval: %.*s is neither poisson nor bootstrap",
                            (int)hs_utf8_cut(text, 60), text.data);
    for (int i = 0; i < 2 && !bootstrap; i++) {
        const char *word = i == 0 ? "replications" : "seed";
        if (hs_call_text(call, word).size > 0)
            return hs_error_set(call->error, HS_E_ARGUMENT, "%s has no effect without interval=bootstrap",
                                word);
    }
    int64_t replications = 0;
    int64_t seed = 0;
    hs_status status = hs_call_integer(call, "replications", LEAST_REPLICATIONS, HS_MOST_REPLICATIONS,
                                       DEFAULT_REPLICATIONS, &replications);
    if (status == HS_OK) status = hs_call_integer(call, "seed", 0, INT64_MAX, 1, &seed);
    if (status != HS_OK) return status;
    *how = (hs_density_interval_request){bootstrap, (uint32_t)replications, (uint64_t)seed, 0.95};
    return HS_OK;
}

/* null where it is not finite. */
void hs_write_number(hs_json *json, const char *key, double value) {
    hs_json_key(json, key);
    if (isfinite(value))
        hs_json_double(json, value);
    else
        hs_json_null(json);
}

static void write_interval(hs_json *json, const hs_density_interval_request *how,
                           const hs_density_bounds *bounds) {
    hs_json_key(json, "interval");
    hs_json_object(json);
    hs_write_number(json, "lower", bounds->lower);
    hs_write_number(json, "upper", bounds->upper);
    hs_json_pair_double(json, "confidence", how->confidence);
    hs_json_pair_text(json, "method", bounds->method);
    if (how->bootstrap) {
        hs_json_pair_int(json, "replications", (int64_t)how->replications);
        hs_json_pair_int(json, "defined", (int64_t)bounds->defined);
        hs_json_pair_int(json, "seed", (int64_t)how->seed);
    }
    hs_json_object_end(json);
}

void hs_write_tolerance(hs_json *json, const hs_density_request *request) {
    if (request->measure == HS_MEASURE_DENSITY) return;
    hs_json_key(json, "tolerance");
    if (!(request->tolerance > 0)) {
        hs_json_null(json);
        return;
    }
    hs_json_double(json, request->tolerance);
    hs_json_pair_double(json, "tolerance_z", hs_risk_z_of(request->tolerance));
    hs_json_pair_text(json, "tolerance_en",
                      "only places that depart from 0 at this two-sided level are drawn; pointwise, without "
                      "correction for many places");
    hs_json_pair_text(json, "tolerance_zh", "仅绘制在此双侧水平上偏离 0 的地点；逐点检验，未作多重比较校正");
}

static void write_test(hs_json *json, const hs_density_request *request, const hs_density_value *value) {
    if (request->measure == HS_MEASURE_DENSITY) return;
    hs_write_number(json, "z", value->z);
    hs_write_number(json, "p_value", value->p_value);
    hs_json_pair_text(json, "test_en",
                      value->sides == HS_SIDES_MIXED  ? "none: the sides share some of their incidents"
                      : value->sides == HS_SIDES_SAME ? "none: both sides are the same incidents"
                                                      : "signed root of the local deviance, two-sided, "
                                                        "pointwise, without correction for many places");
    hs_json_pair_text(json, "test_zh",
                      value->sides == HS_SIDES_MIXED ? "未检验：两侧部分案件相同"
                      : value->sides == HS_SIDES_SAME
                          ? "未检验：两侧为相同案件"
                          : "局部偏差的带符号平方根，双侧，逐点，未作多重比较校正");
    if (request->population.size == 0) return;
    hs_write_number(json, "rate_per_1000", value->rate_per_1000);
    hs_json_pair_text(json, "rate_unit",
                      request->months > 0 || request->time_bandwidth_s > 0
                          ? "incidents per 1,000 residents per month"
                          : "incidents per 1,000 residents");
}

static void write_rank(hs_json *json, const hs_density_request *request, const hs_density_rank *rank) {
    hs_json_key(json, "rank");
    if (rank->rank > 0)
        hs_json_int(json, (int64_t)rank->rank);
    else
        hs_json_null(json);
    hs_json_pair_int(json, "rank_of", (int64_t)rank->of);
    hs_json_pair_text(json, "rank_among", request->network ? "lixels" : "cells");
    hs_json_pair_double(json, "rank_cell_m", rank->cell_m);
}

void hs_write_standing(hs_json *json, const hs_density_ask *ask, const hs_density_standing *standing) {
    const hs_density_value *value = &standing->value;
    hs_write_number(json, "value", value->value);
    hs_density_write_unit(json, ask);
    hs_json_pair_text(json, "value_unit", hs_density_unit_en(&ask->request));
    write_interval(json, &standing->how, &standing->bounds);
    write_test(json, &ask->request, value);
    hs_json_pair_int(json, "n", (int64_t)value->n);
    if (ask->request.measure != HS_MEASURE_DENSITY) {
        hs_json_pair_int(json, "other_n", (int64_t)value->other_n);
        hs_json_pair_text(json, "other_unit", ask->request.population.size > 0 ? "residents" : "incidents");
    }
    hs_write_number(json, "effective_n", value->effective_n);
    hs_json_pair_bool(json, "masked", value->masked);
    write_rank(json, &ask->request, &standing->rank);
}

hs_status hs_write_population(hs_call *call, const hs_density_request *request) {
    if (request->population.size == 0) return HS_OK;
    hs_population_info info;
    hs_json *json = &call->json;
    hs_status status = hs_service_population(call->api->service, call->snapshot, request, call->error, &info);
    if (status != HS_OK) return status;
    hs_json_key(json, "population");
    hs_json_object(json);
    bool areas = request->level == HS_LEVEL_COUNT;
    hs_json_pair_text(json, "source", areas ? "areas" : "units");
    if (!areas) {
        hs_json_pair_str(json, "attribute", request->population);
        hs_json_pair_text(json, "level", hs_level_name(request->level));
    }
    hs_json_pair_double(json, "residents", info.residents);
    hs_json_pair_int(json, areas ? "areas" : "units", (int64_t)info.units);
    if (!areas) hs_json_pair_int(json, "units_without", (int64_t)info.without);
    hs_json_pair_double(json, "step_m", info.step_m);
    hs_json_object_end(json);
    return HS_OK;
}
