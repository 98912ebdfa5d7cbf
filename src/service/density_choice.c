/* Bandwidths by the name of a method: chosen from a request's incidents, and said. */
#include "service/density_private.h"

#include <math.h>
#include <stdlib.h>

const char *hs_density_bandwidth_source(const hs_density_request *request) {
    if (request->bandwidth_source == HS_BANDWIDTH_CHOSEN) return hs_bandwidth_name(request->bandwidth_method);
    return request->bandwidth_source == HS_BANDWIDTH_GIVEN ? "given" : "default";
}

void hs_density_write_bandwidth(hs_json *json, const hs_density_request *request) {
    hs_json_pair_double(json, "bandwidth_m", request->bandwidth_m);
    hs_json_pair_text(json, "bandwidth_source", hs_density_bandwidth_source(request));
    if (request->bandwidth_source != HS_BANDWIDTH_CHOSEN) return;
    hs_json_pair_double(json, "bandwidth_sigma_m", request->chosen.sigma_m);
    hs_json_pair_int(json, "bandwidth_n", (int64_t)request->chosen.n);
    hs_json_pair_int(json, "bandwidth_used", (int64_t)request->chosen.used);
    hs_json_pair_bool(json, "bandwidth_at_limit", request->chosen.at_limit);
}

typedef struct choosing {
    hs_service *service;
    const hs_snapshot *snapshot;
    const hs_density_request *request;
} choosing;

static hs_status sample(const choosing *work, hs_arena *arena, hs_error *error, hs_chosen_bandwidth *chosen) {
    hs_bandwidth_method method = work->request->bandwidth_method;
    bool spread = method == HS_BANDWIDTH_SCOTT || method == HS_BANDWIDTH_SILVERMAN;
    hs_plane_points points;
    hs_bandwidth_choice *choice = malloc(sizeof *choice);
    hs_status status = choice ? hs_service_density_sample(work->service, work->snapshot, work->request,
                                                          spread ? HS_BANDWIDTH_SPREAD : HS_BANDWIDTH_SAMPLE,
                                                          arena, error, &points, &chosen->n)
                              : hs_error_memory(error, "a bandwidth");
    if (status == HS_OK) {
        status = hs_bandwidth_choose(&points, method, error, choice);
        if (status != HS_OK) status = hs_error_prefix(error, status, "bandwidth");
    }
    if (status == HS_OK) {
        chosen->sigma_m = choice->sigma_m;
        chosen->used = choice->n;
        chosen->at_limit = choice->at_limit;
    }
    free(choice);
    return status;
}

static hs_status make_choice(void *context, hs_error *error, void **value, size_t *bytes) {
    const choosing *work = context;
    hs_chosen_bandwidth *made = calloc(1, sizeof *made);
    hs_arena *arena = hs_arena_new((size_t)256 << 20);
    hs_status status =
        made && arena ? sample(work, arena, error, made) : hs_error_memory(error, "a bandwidth");
    hs_arena_free(arena);
    if (status != HS_OK) {
        free(made);
        return status;
    }
    *value = made;
    *bytes = sizeof *made;
    return HS_OK;
}

/* What decides the choice: the incidents, and the method. */
static hs_shared_key key_of(const choosing *work) {
    density_layer layer = hs_density_layer_of(work->service, work->snapshot, work->request, false);
    layer.whole = true;
    return (hs_shared_key){{HS_CACHED_BANDWIDTH, hs_density_layer_hash(&layer), work->snapshot->serial,
                            (uint64_t)work->request->bandwidth_method}};
}

bool hs_service_density_is_chosen(hs_service *service, const hs_snapshot *snapshot,
                                  const hs_density_request *request) {
    choosing work = {service, snapshot, request};
    hs_shared_key key = key_of(&work);
    return request->bandwidth_source != HS_BANDWIDTH_CHOSEN || hs_shared_cache_has(service->shared, &key);
}

/* To three digits: what is said is what is used, and one more incident seldom changes it. */
static double three_digits(double metres) {
    if (metres < 100.0) return floor(metres * 10.0 + 0.5) / 10.0;
    double step = metres < 1000.0 ? 1.0 : metres < 10000.0 ? 10.0 : 100.0;
    return floor(metres / step + 0.5) * step;
}

hs_status hs_service_density_choose(hs_service *service, const hs_snapshot *snapshot,
                                    hs_density_request *request, hs_error *error) {
    if (request->bandwidth_source != HS_BANDWIDTH_CHOSEN) return HS_OK;
    choosing work = {service, snapshot, request};
    hs_shared_key key = key_of(&work);
    hs_shared_maker maker = {make_choice, free, &work};
    hs_shared_entry *entry;
    hs_status status = hs_shared_cache_get(service->shared, &key, &maker, error, &entry);
    if (status != HS_OK) return status;
    hs_chosen_bandwidth chosen = *(const hs_chosen_bandwidth *)hs_shared_value(entry);
    hs_shared_unref(entry);
    double most = request->adaptive ? HS_MAX_ADAPTIVE_M : HS_MAX_BANDWIDTH_M;
    double metres = three_digits(chosen.sigma_m / hs_kernel_deviation(request->kernel));
    request->bandwidth_m = fmin(fmax(metres, HS_MIN_BANDWIDTH_M), most);
    chosen.at_limit = chosen.at_limit || request->bandwidth_m != metres;
    request->chosen = chosen;
    return HS_OK;
}
