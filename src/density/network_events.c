#include "density/network.h"

#include <math.h>

#define MOST_WEIGHT 1e8

static int compare_events(const void *left, const void *right) {
    const hs_network_event *a = left;
    const hs_network_event *b = right;
    if (a->segment != b->segment) return a->segment < b->segment ? -1 : 1;
    if (a->along != b->along) return a->along < b->along ? -1 : 1;
    if (a->bandwidth != b->bandwidth) return a->bandwidth < b->bandwidth ? -1 : 1;
    return (a->weight > b->weight) - (a->weight < b->weight);
}

static hs_status read_event(const hs_network *n, const hs_network_points *points, size_t i,
                            double bandwidth_m, hs_error *error, hs_network_event *out) {
    uint32_t segment = points->segment[i];
    double along_m = points->along_m[i];
    double weight = points->weight ? points->weight[i] : 1.0;
    if (points->bandwidth_m) bandwidth_m = points->bandwidth_m[i];
    if (segment >= n->segment_count)
        return hs_error_set(error, HS_E_ARGUMENT, "event %zu lies on segment %u of %u", i, (unsigned)segment,
                            (unsigned)n->segment_count);
    if (!isfinite(along_m))
        return hs_error_set(error, HS_E_ARGUMENT, "event %zu has no finite place on its segment", i);
    if (!(weight >= 0.0 && weight <= MOST_WEIGHT))
        return hs_error_set(error, HS_E_ARGUMENT, "event %zu has the weight %g: 0 to 1e8 is taken", i,
                            weight);
    if (!(bandwidth_m > 0.0 && bandwidth_m <= HS_NETWORK_MAX_BANDWIDTH_M))
        return hs_error_set(error, HS_E_ARGUMENT,
                            "event %zu has a bandwidth of %g m: above 0 and at most %g m is taken", i,
                            bandwidth_m, HS_NETWORK_MAX_BANDWIDTH_M);
    double length = (double)n->length[segment];
    double along = floor(along_m / HS_NETWORK_UNIT_M + 0.5);
    *out = (hs_network_event){.segment = segment,
                              .along = (uint32_t)(along < 0.0      ? 0.0
                                                  : along > length ? length
                                                                   : along),
                              .weight = weight,
                              .bandwidth = bandwidth_m / HS_NETWORK_UNIT_M};
    return HS_OK;
}

static hs_status fill(const hs_network *n, const hs_network_points *points, double bandwidth_m,
                      hs_error *error, hs_network_events *events) {
    double total = 0.0;
    for (size_t i = 0; i < points->count; i++) {
        hs_network_event event = {0};
        hs_status status = read_event(n, points, i, bandwidth_m, error, &event);
        if (status != HS_OK) return status;
        total += event.weight;
        if (event.weight > 0.0) events->event[events->count++] = event;
    }
    if (total > MOST_WEIGHT)
        return hs_error_set(error, HS_E_ARGUMENT, "the events weigh %g: at most 1e8 in all is taken", total);
    qsort(events->event, events->count, sizeof *events->event, compare_events);
    size_t at = 0;
    for (uint32_t s = 0; s <= n->segment_count; s++) {
        while (at < events->count && events->event[at].segment < s)
            at++;
        events->first[s] = (uint32_t)at;
    }
    return HS_OK;
}

hs_status hs_network_events_new(const hs_network *network, const hs_network_points *points,
                                double bandwidth_m, hs_error *error, hs_network_events **events) {
    if (points->count > UINT32_MAX - 1)
        return hs_error_set(error, HS_E_LIMIT, "at most %u events are taken", UINT32_MAX - 1);
    hs_network_events *made = calloc(1, sizeof *made);
    if (!made) return hs_error_memory(error, "a network's events");
    made->event = malloc((points->count + 1) * sizeof *made->event);
    made->first = malloc(((size_t)network->segment_count + 1) * sizeof *made->first);
    hs_status status = made->event && made->first ? fill(network, points, bandwidth_m, error, made)
                                                  : hs_error_memory(error, "a network's events");
    if (status == HS_OK)
        *events = made;
    else
        hs_network_events_free(made);
    return status;
}

void hs_network_events_free(hs_network_events *events) {
    if (!events) return;
    free(events->event);
    free(events->first);
    free(events);
}
