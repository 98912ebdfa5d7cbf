/* What a street's value rests on. Kernels along streets are the same from either end, so one run from the
 * lixel over the streets in reach gives the weight of every incident there. */
#include "service/density_streets.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Streets in reach are cut finer than what is drawn, and the lixel stands for so many sources. */
#define FINE_LIXELS   80.0
#define LEAST_FINE_M  0.25
#define LEAST_SOURCES 8
#define MOST_SOURCES  8192

typedef struct street_event {
    uint32_t segment;
    double along_m;
    double weight[2];  /* on each side; 0: it does not count there */
    uint32_t place[2]; /* on the ladder */
    double kernel[2];  /* mean over the lixel, in peaks of the request's bandwidth */
} street_event;

typedef struct standing {
    const hs_snapshot *snapshot;
    const hs_density_request *request;
    const hs_street_lines *lines;
    uint32_t segment;
    double from_m, to_m; /* of the lixel */
    density_layer layer[2];
    const street_sums *sums[2];
    int sides;
    street_event *event;
    size_t count, capacity;
    double highest[2]; /* weight that one event could have */
} standing;

/* The streets near the lixel as a network of their own. */
typedef struct near_streets {
    hs_network *network;
    uint32_t *number; /* [segments of the city], HS_NONE: not near */
    int64_t *sum;     /* [lixels] of the run from the lixel */
} near_streets;

static void near_done(near_streets *near) {
    hs_network_free(near->network);
    free(near->number);
    free(near->sum);
}

/* Farther than any path of that length leads from the lixel's segment. */
static reach_box reach_of(const standing *s, double reach_m) {
    const hs_mercator_box *box = &s->lines->box[s->segment];
    double mx;
    double my;
    double nx;
    double ny;
    hs_mercator_ground_m((double)box->min_y, &mx, &my);
    hs_mercator_ground_m((double)box->max_y, &nx, &ny);
    double reach = 1.05 * reach_m / fmin(fmin(mx, my), fmin(nx, ny));
    return (reach_box){(double)box->min_x - reach, (double)box->min_y - reach, (double)box->max_x + reach,
                       (double)box->max_y + reach};
}

static double widest_m(const standing *s) {
    double bandwidth_m = s->request->bandwidth_m;
    return s->request->adaptive ? bandwidth_m * hs_adaptive_ratio((HS_ADAPTIVE_RUNGS + 1) << 16)
                                : bandwidth_m;
}

typedef struct picked {
    uint32_t *from, *to, *node;
    float *length_m;
    uint32_t segments, nodes;
} picked;

static uint32_t number_node(picked *p, uint32_t node) {
    if (p->node[node] == HS_NONE) p->node[node] = p->nodes++;
    return p->node[node];
}

static void pick(const standing *s, const reach_box *reach, picked *p, uint32_t *number) {
    const hs_segments *segments = &s->snapshot->geography->segments;
    memset(p->node, 0xff, ((size_t)segments->node_count + 1) * sizeof *p->node);
    for (uint32_t i = 0; i < segments->count; i++) {
        number[i] = HS_NONE;
        if (!hs_reach_meets(reach, &s->lines->box[i])) continue;
        number[i] = p->segments;
        p->from[p->segments] = number_node(p, segments->from_node[i]);
        p->to[p->segments] = number_node(p, segments->to_node[i]);
        p->length_m[p->segments++] = segments->length_m[i];
    }
}

static hs_status near_new(const standing *s, double bandwidth_m, hs_error *error, near_streets *near) {
    const hs_segments *segments = &s->snapshot->geography->segments;
    size_t count = (size_t)segments->count + 1;
    near_streets made = {.number = malloc(count * sizeof *made.number)};
    picked p = {.from = malloc(count * sizeof *p.from),
                .to = malloc(count * sizeof *p.to),
                .node = malloc(((size_t)segments->node_count + 1) * sizeof *p.node),
                .length_m = malloc(count * sizeof *p.length_m)};
    hs_status status = HS_OK;
    if (!made.number || !p.from || !p.to || !p.node || !p.length_m) {
        status = hs_error_memory(error, "streets");
    } else {
        reach_box reach = reach_of(s, bandwidth_m);
        pick(s, &reach, &p, made.number);
        status = hs_network_new(p.nodes, p.segments, p.from, p.to, p.length_m,
                                fmax(bandwidth_m / FINE_LIXELS, LEAST_FINE_M), error, &made.network);
    }
    if (status == HS_OK) {
        made.sum = calloc((size_t)hs_network_lixel_count(made.network) + 1, sizeof *made.sum);
        if (!made.sum) status = hs_error_memory(error, "streets");
    }
    free(p.from);
    free(p.to);
    free(p.node);
    free(p.length_m);
    if (status == HS_OK)
        *near = made;
    else
        near_done(&made);
    return status;
}

/* Source by source: the segment, and unless paths are shortest ones all nodes, of which two have events. */
static hs_status run_exactly(const standing *s, const near_streets *near, const hs_network_events *events,
                             hs_error *error) {
    hs_network_method method = s->request->network_method;
    return hs_network_density_add(near->network, events, method, s->request->kernel, 0,
                                  hs_network_source_count(near->network, method), 1, error, near->sum);
}

/* One event's mass, spread over the lixel, runs over the streets nearby. */
static hs_status run(const standing *s, double bandwidth_m, const near_streets *near, hs_error *error) {
    double sources = ceil((s->to_m - s->from_m) * FINE_LIXELS / bandwidth_m);
    uint32_t count = (uint32_t)fmin(fmax(sources, LEAST_SOURCES), MOST_SOURCES);
    uint32_t *segment = malloc(count * sizeof *segment);
    double *along_m = malloc(count * sizeof *along_m);
    double *weight = malloc(count * sizeof *weight);
    hs_network_events *events = NULL;
    hs_status status = HS_OK;
    if (segment && along_m && weight) {
        for (uint32_t i = 0; i < count; i++) {
            segment[i] = near->number[s->segment];
            along_m[i] = s->from_m + ((double)i + 0.5) / count * (s->to_m - s->from_m);
            weight[i] = 1.0 / count;
        }
        hs_network_points points = {segment, along_m, weight, NULL, count};
        status = hs_network_events_new(near->network, &points, bandwidth_m, error, &events);
    } else {
        status = hs_error_memory(error, "streets");
    }
    free(segment);
    free(along_m);
    free(weight);
    if (status != HS_OK) return status;
    uint32_t steps = s->request->adaptive ? HS_STREET_RUNG_STEPS : HS_STREET_STEPS;
    status = hs_street_by_steps(s->request)
                 ? hs_network_density_steps(near->network, events, s->request->network_method,
                                            s->request->kernel, steps, error, near->sum)
                 : run_exactly(s, near, events, error);
    hs_network_events_free(events);
    return status;
}

/* Per km, of an event on the lixel at the peak of the request's bandwidth. */
static double peak_per_km(const hs_density_request *request) {
    return hs_kernel_peak_1d(request->kernel) / (request->bandwidth_m / 1000.0);
}

static double highest_of(const standing *s, const near_streets *near) {
    const uint32_t *first = hs_network_lixel_first(near->network);
    double highest = 0;
    for (uint32_t i = 0; i < hs_network_segment_count(near->network); i++)
        for (uint32_t l = first[i]; l < first[i + 1]; l++)
            highest = fmax(highest, hs_network_per_km(near->network, i, near->sum[l]));
    return highest / peak_per_km(s->request);
}

/* How much of an event has the bandwidth of a step. */
static double share_at(const street_event *event, int side, uint32_t rung) {
    return event->weight[side] > 0 ? hs_street_rung_share(event->place[side], rung) : 0.0;
}

static bool has_rung(const standing *s, uint32_t rung) {
    for (size_t i = 0; i < s->count; i++)
        for (int side = 0; side < s->sides; side++)
            if (share_at(&s->event[i], side, rung) > 0) return true;
    return false;
}

static hs_status add_rung(standing *s, uint32_t rung, hs_error *error) {
    double bandwidth_m = s->request->bandwidth_m * hs_adaptive_ratio(rung << 16);
    near_streets near;
    hs_status status = near_new(s, bandwidth_m, error, &near);
    if (status != HS_OK) return status;
    status = run(s, bandwidth_m, &near, error);
    double highest = status == HS_OK ? highest_of(s, &near) : 0;
    for (size_t i = 0; status == HS_OK && i < s->count; i++) {
        street_event *event = &s->event[i];
        uint32_t segment = near.number[event->segment];
        if (segment == HS_NONE) continue;
        uint32_t lixel = hs_network_lixel_at(near.network, segment, event->along_m);
        double kernel = hs_network_per_km(near.network, segment, near.sum[lixel]) / peak_per_km(s->request);
        for (int side = 0; side < s->sides; side++) {
            double share = share_at(event, side, rung);
            event->kernel[side] += share * kernel;
            if (share > 0 && kernel > 0)
                s->highest[side] = fmax(s->highest[side], highest * event->weight[side]);
        }
    }
    for (int side = 0; rung == HS_ADAPTIVE_MIDDLE && side < s->sides; side++)
        if (!(s->highest[side] > 0)) s->highest[side] = highest;
    near_done(&near);
    return status;
}

static hs_status reserve(standing *s, size_t more, hs_error *error) {
    if (s->count + more <= s->capacity) return HS_OK;
    size_t capacity = 2 * s->capacity + more;
    street_event *grown = realloc(s->event, capacity * sizeof *grown);
    if (!grown) return hs_error_memory(error, "incidents on streets");
    s->event = grown;
    s->capacity = capacity;
    return HS_OK;
}

static uint32_t place_of(const street_sums *sums, const hs_network *network, uint32_t segment,
                         double along_m) {
    return sums->place ? sums->place[hs_network_lixel_at(network, segment, along_m)]
                       : (uint32_t)HS_ADAPTIVE_MIDDLE << 16;
}

static hs_status gather_chunk(standing *s, const hs_network *network, const uint32_t *near,
                              const hs_incident_chunk *chunk, hs_error *error) {
    layer_points points[2];
    hs_status status = HS_OK;
    memset(points, 0, sizeof points);
    for (int side = 0; side < s->sides && status == HS_OK; side++)
        status = hs_layer_points_of(&s->layer[side], chunk, error, &points[side]);
    for (uint32_t i = 0; status == HS_OK && i < chunk->count; i++) {
        street_event event = {.segment = hs_incident_segment(chunk, i)};
        double distance_m;
        bool counts = false;
        if (event.segment == HS_NONE || near[event.segment] == HS_NONE) continue;
        for (int side = 0; side < s->sides; side++) {
            if (!(points[side].bits[i / 64] >> (i % 64) & 1)) continue;
            event.weight[side] = hs_layer_weight(&points[side], chunk, i);
            counts = counts || event.weight[side] > 0;
        }
        if (!counts ||
            !hs_street_snap(s->snapshot, s->lines, chunk, i, s->request->snap_m, &event.along_m, &distance_m))
            continue;
        for (int side = 0; side < s->sides; side++)
            if (event.weight[side] > 0)
                event.place[side] = place_of(s->sums[side], network, event.segment, event.along_m);
        status = reserve(s, 1, error);
        if (status == HS_OK) s->event[s->count++] = event;
    }
    hs_layer_points_done(&points[0]);
    hs_layer_points_done(&points[1]);
    return status;
}

static hs_status gather(standing *s, const hs_network *network, hs_error *error) {
    near_streets near;
    hs_status status = near_new(s, widest_m(s), error, &near);
    if (status != HS_OK) return status;
    const hs_incidents *incidents = s->snapshot->incidents;
    for (uint32_t c = 0; c < incidents->chunk_count && status == HS_OK; c++)
        if (incidents->chunk[c]->positioned && incidents->chunk[c]->count > 0)
            status = gather_chunk(s, network, near.number, incidents->chunk[c], error);
    near_done(&near);
    return status;
}

static hs_status weigh(standing *s, hs_error *error) {
    hs_status status = HS_OK;
    for (uint32_t rung = 0; rung <= HS_ADAPTIVE_RUNGS + 1 && status == HS_OK; rung += HS_STREET_STRIDE) {
        if (rung != HS_ADAPTIVE_MIDDLE && !has_rung(s, rung)) continue;
        status = hs_density_check(&s->layer[0], error);
        if (status == HS_OK) status = add_rung(s, rung, error);
    }
    return status;
}

static void sum_sides(const standing *s, hs_density_value *v) {
    v->largest = s->highest[0];
    v->other_largest = s->highest[1];
    for (size_t i = 0; i < s->count; i++) {
        const street_event *event = &s->event[i];
        double a = event->kernel[0] * event->weight[0];
        double b = event->kernel[1] * event->weight[1];
        v->sum += a;
        v->sum_squared += a * a;
        v->n += a > 0;
        v->other_sum += b;
        v->other_sum_squared += b * b;
        v->other_n += b > 0;
    }
}

static bool put(kernel_weights *weights, double weight) {
    if (!hs_kernel_weights_reserve(weights, 1)) return false;
    weights->weight[weights->count++] = (uint64_t)(weight * 0x1p32 + 0.5);
    return true;
}

/* On both sides an event has one weight: with bandwidths that differ the one whose square is their product.
 */
static bool split(const standing *s, kernel_weights *shares) {
    for (size_t i = 0; i < s->count; i++) {
        const street_event *event = &s->event[i];
        double a = event->kernel[0] * event->weight[0];
        double b = event->kernel[1] * event->weight[1];
        bool done = true;
        if (a > 0 && b > 0)
            done = put(&shares[HS_BOTH_SIDES], sqrt(a * b));
        else if (a > 0 || b > 0)
            done = put(&shares[a > 0 ? HS_ONLY_A : HS_ONLY_B], a > 0 ? a : b);
        if (!done) return false;
    }
    return true;
}

static density_exposures exposures_of(const standing *s) {
    if (s->request->measure == HS_MEASURE_DIFFERENCE)
        return (density_exposures){s->request->months, s->request->other_months, 1};
    return (density_exposures){s->sums[0]->total, s->sides > 1 ? s->sums[1]->total : 1, 1};
}

static hs_status tell(const standing *s, const hs_density_interval_request *how, double lixel_value,
                      hs_error *error, hs_density_value *value, hs_density_bounds *bounds) {
    double peak = peak_per_km(s->request);
    hs_density_value made = {.unit = peak * hs_street_scale(&s->layer[0]),
                             .other_unit = peak * hs_street_scale(&s->layer[1]),
                             .total = s->sums[0]->total,
                             .other_total = s->sides > 1 ? s->sums[1]->total : 0,
                             .sides = hs_density_overlap(s->request, s->snapshot->incidents)};
    density_exposures exposures = exposures_of(s);
    kernel_weights shares[HS_SHARES] = {{0}};
    sum_sides(s, &made);
    hs_density_value_settle(s->request, &exposures, &made);
    made.value = lixel_value;
    hs_status status = split(s, shares)
                           ? hs_density_interval_of(s->request, &made, shares, how, error, bounds)
                           : hs_error_memory(error, "an interval");
    for (int share = 0; share < HS_SHARES; share++)
        free(shares[share].weight);
    if (status == HS_OK) *value = made;
    return status;
}

static hs_status stand(standing *s, const street_network *streets, const hs_density_interval_request *how,
                       double lixel_value, hs_error *error, hs_density_value *value,
                       hs_density_bounds *bounds) {
    hs_shared_entry *entry[2] = {NULL};
    hs_status status = HS_OK;
    for (int side = 0; side < s->sides && status == HS_OK; side++) {
        status = hs_street_sums_open(&s->layer[side], s->request, streets, error, &entry[side]);
        if (status == HS_OK) s->sums[side] = hs_shared_value(entry[side]);
    }
    if (status == HS_OK) status = gather(s, streets->network, error);
    if (status == HS_OK) status = weigh(s, error);
    if (status == HS_OK) status = tell(s, how, lixel_value, error, value, bounds);
    hs_shared_unref(entry[0]);
    hs_shared_unref(entry[1]);
    return status;
}

hs_status hs_service_density_street_value(hs_service *service, const hs_snapshot *snapshot,
                                          const hs_density_request *request,
                                          const hs_density_streets *streets, uint32_t segment, uint32_t lixel,
                                          const hs_density_interval_request *how, hs_error *error,
                                          hs_density_value *value, hs_density_bounds *bounds) {
    double lixel_m = hs_network_lixel_m(streets->network, segment);
    uint32_t number = lixel - hs_network_lixel_first(streets->network)[segment];
    standing s = {.snapshot = snapshot,
                  .request = request,
                  .lines = streets->lines,
                  .segment = segment,
                  .from_m = lixel_m * number,
                  .to_m = lixel_m * (number + 1),
                  .layer = {hs_density_layer_of(service, snapshot, request, false),
                            hs_density_layer_of(service, snapshot, request, true)},
                  .sides = request->measure == HS_MEASURE_DENSITY ? 1 : 2};
    hs_status status = hs_density_interval_check(request, how, error);
    if (status == HS_OK)
        status = stand(&s, hs_shared_value(streets->held), how, (double)streets->values[lixel], error, value,
                       bounds);
    free(s.event);
    return status;
}
