/* Network density: sources one after another, each rounded by itself. */
#include "density/network.h"
#include <hotspot/adaptive_bandwidth.h>

#include <math.h>

static const char *const names[HS_NETWORK_METHODS] = {"simple", "equal-split-discontinuous",
                                                      "equal-split-continuous"};

const char *hs_network_method_name(hs_network_method method) {
    return (unsigned)method < HS_NETWORK_METHODS ? names[method] : NULL;
}

hs_status hs_network_method_from_name(const char *name, size_t size, hs_error *error,
                                      hs_network_method *method) {
    for (int m = 0; m < HS_NETWORK_METHODS; m++) {
        if (strlen(names[m]) != size || memcmp(names[m], name, size) != 0) continue;
        *method = (hs_network_method)m;
        return HS_OK;
    }
    return hs_error_set(error, HS_E_ARGUMENT, "%.*s is none of %s, %s, %s", (int)(size < 60 ? size : 60),
                        name, names[0], names[1], names[2]);
}

/* Integrals of the profiles of hotspot/kernel.h times hs_kernel_peak_1d. */
bool hs_line_kernel_of(hs_kernel kernel, hs_line_kernel *out) {
    static const hs_line_kernel kernels[HS_KERNEL_COUNT] = {
        [HS_KERNEL_QUARTIC] = {{0, 15.0 / 16, 0, -15.0 / 24, 0, 3.0 / 16}, 6},
        [HS_KERNEL_EPANECHNIKOV] = {{0, 3.0 / 4, 0, -1.0 / 4}, 4},
        [HS_KERNEL_TRIWEIGHT] = {{0, 35.0 / 32, 0, -35.0 / 32, 0, 21.0 / 32, 0, -5.0 / 32}, 8},
        [HS_KERNEL_UNIFORM] = {{0, 0.5}, 2},
        [HS_KERNEL_TRIANGULAR] = {{0, 1, -0.5}, 3},
    };
    if ((unsigned)kernel >= HS_KERNEL_COUNT || kernels[kernel].terms == 0) return false;
    *out = kernels[kernel];
    return true;
}

uint32_t hs_network_source_count(const hs_network *network, hs_network_method method) {
    return method == HS_NETWORK_SIMPLE ? network->segment_count
                                       : network->segment_count + network->node_count;
}

static double boundary(const hs_network *n, uint32_t segment, uint32_t lixel, uint32_t lixels) {
    return (double)n->length[segment] * ((double)lixel / (double)lixels);
}

void hs_network_along(const hs_network *n, const hs_network_events *events, const hs_line_kernel *kernel,
                      uint32_t segment, hs_lixel_shares *shares) {
    if (events->first[segment] == events->first[segment + 1]) return;
    double *share = hs_lixels_of(shares, n, segment);
    uint32_t lixels = n->lixel_first[segment + 1] - n->lixel_first[segment];
    for (uint32_t i = events->first[segment]; i < events->first[segment + 1]; i++) {
        const hs_network_event *event = &events->event[i];
        double before = -hs_line_integral(kernel, (double)event->along, event->bandwidth);
        for (uint32_t l = 0; l < lixels; l++) {
            double from_event = boundary(n, segment, l + 1, lixels) - (double)event->along;
            double integral = hs_line_integral(kernel, fabs(from_event), event->bandwidth);
            double after = from_event < 0 ? -integral : integral;
            share[l] += event->weight * (after - before);
            before = after;
        }
    }
}

typedef struct work {
    const hs_network *network;
    const hs_network_events *events;
    hs_line_kernel kernel;
    hs_network_method method;
    hs_lixel_shares shares;
    hs_wave_room *waves;
    hs_path_room *paths;
} work;

static bool work_init(work *w) {
    const hs_network *n = w->network;
    w->shares.share = calloc((size_t)n->lixel_count + 1, sizeof *w->shares.share);
    w->shares.known = calloc((size_t)n->segment_count + 1, sizeof *w->shares.known);
    w->shares.segment = malloc(((size_t)n->segment_count + 1) * sizeof *w->shares.segment);
    if (w->method == HS_NETWORK_SIMPLE)
        w->paths = hs_path_room_new(n);
    else
        w->waves = hs_wave_room_new();
    return w->shares.share && w->shares.known && w->shares.segment && (w->paths || w->waves);
}

static void work_done(work *w) {
    free(w->shares.share);
    free(w->shares.known);
    free(w->shares.segment);
    hs_wave_room_free(w->waves);
    hs_path_room_free(w->paths);
}

static hs_status one_source(work *w, uint32_t source, hs_error *error) {
    const hs_network *n = w->network;
    if (source >= n->segment_count)
        return hs_network_waves(n, w->events, &w->kernel, w->method == HS_NETWORK_CONTINUOUS,
                                source - n->segment_count, w->waves, error, &w->shares);
    if (w->method == HS_NETWORK_SIMPLE)
        return hs_network_shortest(n, w->events, &w->kernel, source, w->paths, error, &w->shares);
    hs_network_along(n, w->events, &w->kernel, source, &w->shares);
    return HS_OK;
}

/* Rounds what the source gave and clears it. */
static void round_shares(work *w, int sign, int64_t *sums) {
    const hs_network *n = w->network;
    for (uint32_t i = 0; i < w->shares.count; i++) {
        uint32_t segment = w->shares.segment[i];
        w->shares.known[segment] = 0;
        for (uint32_t l = n->lixel_first[segment]; l < n->lixel_first[segment + 1]; l++) {
            sums[l] += sign * (int64_t)floor(w->shares.share[l] * (double)HS_NETWORK_ONE + 0.5);
            w->shares.share[l] = 0.0;
        }
    }
    w->shares.count = 0;
}

hs_status hs_network_density_add(const hs_network *network, const hs_network_events *events,
                                 hs_network_method method, hs_kernel kernel, uint32_t begin, uint32_t end,
                                 int sign, hs_error *error, int64_t *sums) {
    work w = {.network = network, .events = events, .method = method};
    if ((unsigned)method >= HS_NETWORK_METHODS)
        return hs_error_set(error, HS_E_ARGUMENT, "network method %d is not known", (int)method);
    if (!hs_line_kernel_of(kernel, &w.kernel))
        return hs_error_set(error, HS_E_ARGUMENT,
                            "on streets the kernels are quartic, epanechnikov, triweight, uniform and "
                            "triangular, not %s",
                            hs_kernel_name(kernel) ? hs_kernel_name(kernel) : "an unknown one");
    if (begin > end || end > hs_network_source_count(network, method))
        return hs_error_set(error, HS_E_ARGUMENT, "there are no sources %u to %u", (unsigned)begin,
                            (unsigned)end);
    hs_status status = work_init(&w) ? HS_OK : hs_error_memory(error, "a network's density");
    for (uint32_t source = begin; source < end && status == HS_OK; source++) {
        status = one_source(&w, source, error);
        round_shares(&w, sign < 0 ? -1 : 1, sums);
    }
    work_done(&w);
    return status;
}

uint32_t hs_network_lixel_at(const hs_network *network, uint32_t segment, double along_m) {
    uint32_t lixels = network->lixel_first[segment + 1] - network->lixel_first[segment];
    double at = along_m / hs_network_lixel_m(network, segment);
    return network->lixel_first[segment] + (at > 0 ? (uint32_t)fmin(at, lixels - 1) : 0);
}

static double density_at(const hs_network *n, const hs_network_points *points, size_t i,
                         const int64_t *sums) {
    uint32_t segment = points->segment[i];
    return hs_network_per_km(n, segment, sums[hs_network_lixel_at(n, segment, points->along_m[i])]);
}

hs_status hs_network_adaptive(const hs_network *network, const hs_network_points *points, const int64_t *sums,
                              hs_error *error, uint32_t *place) {
    int64_t sum = 0;
    for (size_t i = 0; i < points->count; i++) {
        if (points->segment[i] >= network->segment_count || !isfinite(points->along_m[i]))
            return hs_error_set(error, HS_E_ARGUMENT, "event %zu lies on no street", i);
        double density = density_at(network, points, i, sums);
        if (!(density > 0.0)) return hs_error_set(error, HS_E_ARGUMENT, "event %zu has no pilot density", i);
        sum += hs_adaptive_log2(density);
    }
    int64_t mean = points->count > 0 ? (int64_t)floor((double)sum / (double)points->count + 0.5) : 0;
    for (size_t i = 0; i < points->count; i++) {
        int64_t log2 = hs_adaptive_log2(density_at(network, points, i, sums));
        place[i] = hs_adaptive_place(mean, log2);
    }
    return HS_OK;
}
