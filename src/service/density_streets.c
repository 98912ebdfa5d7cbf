/* Densities of streets: the network and its lines once a geography, sums over lixels once a request. */
#include "service/density_streets.h"

#include "base/hash.h"
#include <hotspot/adaptive_bandwidth.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Pieces of work, a fixed number so that memory is bounded whatever the threads. */
#define PIECES          8
#define SOURCES_AT_ONCE 512

static void free_network(void *value) {
    street_network *n = value;
    if (!n) return;
    hs_network_free(n->network);
    hs_street_lines_free(n->lines);
    free(n);
}

typedef struct network_making {
    const hs_segments *segments;
    double lixel_m;
} network_making;

static hs_status make_network(void *context, hs_error *error, void **value, size_t *bytes) {
    const network_making *work = context;
    const hs_segments *s = work->segments;
    street_network *made = calloc(1, sizeof *made);
    if (!made) return hs_error_memory(error, "streets");
    hs_status status = hs_network_new(s->node_count, s->count, s->from_node, s->to_node, s->length_m,
                                      work->lixel_m, error, &made->network);
    if (status == HS_OK) status = hs_street_lines_new(s, error, &made->lines);
    if (status != HS_OK) {
        free_network(made);
        return status;
    }
    *value = made;
    *bytes = hs_network_bytes(made->network) + hs_street_lines_bytes(made->lines);
    return HS_OK;
}

static uint64_t geography_hash(const hs_snapshot *snapshot) {
    const hs_geography *g = snapshot->geography;
    struct {
        uint64_t version, pointer, segments, nodes;
    } parts = {snapshot->geography_version, (uint64_t)(uintptr_t)g, g->segments.count,
               g->segments.node_count};
    return hs_hash(&parts, sizeof parts, 0);
}

double hs_density_lixel_m(const hs_density_request *request) {
    if (request->lixel_m > 0) return request->lixel_m;
    double lixel_m = request->bandwidth_m / 20.0;
    return lixel_m < 5.0 ? 5.0 : lixel_m > 50.0 ? 50.0 : lixel_m;
}

hs_status hs_street_network_open(hs_service *service, const hs_snapshot *snapshot, double lixel_m,
                                 hs_error *error, hs_shared_entry **entry) {
    uint64_t bits;
    memcpy(&bits, &lixel_m, sizeof bits);
    network_making work = {&snapshot->geography->segments, lixel_m};
    hs_shared_key key = {{HS_CACHED_NETWORK, geography_hash(snapshot), bits, 0}};
    hs_shared_maker maker = {make_network, free_network, &work};
    return hs_shared_cache_get(service->shared, &key, &maker, error, entry);
}

/* Incidents on their streets. */
typedef struct snapped {
    uint32_t *segment;
    double *along_m, *weight, *bandwidth_m;
    size_t count, capacity;
    hs_snapping report;
    double sum_m;
} snapped;

static void snapped_done(snapped *s) {
    free(s->segment);
    free(s->along_m);
    free(s->weight);
    free(s->bandwidth_m);
}

static bool snapped_reserve(snapped *s, size_t more) {
    if (s->weight && s->count + more <= s->capacity) return true;
    size_t capacity = s->capacity ? s->capacity : 4096;
    while (capacity < s->count + more)
        capacity *= 2;
    uint32_t *segment = realloc(s->segment, capacity * sizeof *segment);
    if (segment) s->segment = segment;
    double *along_m = realloc(s->along_m, capacity * sizeof *along_m);
    if (along_m) s->along_m = along_m;
    double *weight = realloc(s->weight, capacity * sizeof *weight);
    if (weight) s->weight = weight;
    if (!segment || !along_m || !weight) return false;
    s->capacity = capacity;
    return true;
}

bool hs_street_snap(const hs_snapshot *snapshot, const hs_street_lines *lines, const hs_incident_chunk *chunk,
                    uint32_t i, double snap_m, double *along_m, double *distance_m) {
    uint32_t segment = hs_incident_segment(chunk, i);
    if (segment == HS_NONE) return false;
    double share = hs_street_lines_nearest(lines, segment, chunk->mercator[i], distance_m);
    *along_m = share * (double)snapshot->geography->segments.length_m[segment];
    return *distance_m <= snap_m;
}

static void snap_row(const hs_snapshot *snapshot, const hs_street_lines *lines,
                     const hs_incident_chunk *chunk, uint32_t i, double weight, double snap_m, snapped *out) {
    double along_m = 0;
    double distance_m = 0;
    if (!hs_street_snap(snapshot, lines, chunk, i, snap_m, &along_m, &distance_m)) {
        out->report.left_out++;
        return;
    }
    out->report.snapped++;
    out->sum_m += distance_m;
    out->report.largest_m = fmax(out->report.largest_m, distance_m);
    if (!(weight > 0)) return;
    out->segment[out->count] = hs_incident_segment(chunk, i);
    out->along_m[out->count] = along_m;
    out->weight[out->count++] = weight;
}

static hs_status snap_all(const density_layer *layer, const hs_street_lines *lines, double snap_m,
                          hs_error *error, snapped *out) {
    const hs_incidents *incidents = layer->snapshot->incidents;
    for (uint32_t c = 0; c < incidents->chunk_count; c++) {
        const hs_incident_chunk *chunk = incidents->chunk[c];
        if (!chunk->positioned || chunk->count == 0) continue;
        layer_points points = {0};
        hs_status status = hs_layer_points_of(layer, chunk, error, &points);
        if (status != HS_OK) return status;
        bool room = snapped_reserve(out, (size_t)points.selected + 1);
        for (uint32_t i = 0; room && i < chunk->count; i++)
            if (points.bits[i / 64] >> (i % 64) & 1)
                snap_row(layer->snapshot, lines, chunk, i, hs_layer_weight(&points, chunk, i), snap_m, out);
        hs_layer_points_done(&points);
        if (!room) return hs_error_memory(error, "incidents on streets");
    }
    if (out->report.snapped > 0) out->report.mean_m = out->sum_m / (double)out->report.snapped;
    return HS_OK;
}

static void free_sums(void *value) {
    street_sums *sums = value;
    if (!sums) return;
    free(sums->place);
    free(sums);
}

typedef struct sums_making {
    const density_layer *layer;
    const hs_density_request *request;
    const street_network *streets;
} sums_making;

/* A request's events in pieces of work: sources of the exact sums, or steps of the ladder. */
typedef struct summing {
    const sums_making *of;
    const hs_network_points *points;
    const hs_network_events *events; /* exact */
    const uint32_t *place;           /* adaptive by steps: [points] on the ladder */
    int64_t *sums[PIECES];
    hs_status status[PIECES];
    hs_error error[PIECES];
} summing;

static hs_status sum_fixed(const summing *work, const hs_network_points *points, double bandwidth_m,
                           uint32_t steps, hs_error *error, int64_t *sums) {
    const sums_making *of = work->of;
    hs_network_events *events;
    hs_status status = hs_network_events_new(of->streets->network, points, bandwidth_m, error, &events);
    if (status != HS_OK) return status;
    status = hs_network_density_steps(of->streets->network, events, of->request->network_method,
                                      of->layer->kernel, steps, error, sums);
    hs_network_events_free(events);
    return status;
}

double hs_street_rung_share(uint32_t place, uint32_t rung) {
    uint32_t below = (place >> 16) / HS_STREET_STRIDE * HS_STREET_STRIDE;
    if (rung != below && rung != below + HS_STREET_STRIDE) return 0.0;
    double low = hs_adaptive_ratio(below << 16);
    double high = hs_adaptive_ratio((below + HS_STREET_STRIDE) << 16);
    double own = hs_adaptive_ratio(place);
    double above = (own * own - low * low) / (high * high - low * low);
    return rung == below ? 1.0 - above : above;
}

/* The events of one step of the ladder, with their shares. */
static hs_status sum_rung(const summing *work, uint32_t rung, hs_error *error, int64_t *sums) {
    const hs_network_points *all = work->points;
    snapped part = {0};
    if (!snapped_reserve(&part, all->count + 1)) return hs_error_memory(error, "incidents on streets");
    for (size_t i = 0; i < all->count; i++) {
        double share = hs_street_rung_share(work->place[i], rung);
        if (!(share > 0.0)) continue;
        part.segment[part.count] = all->segment[i];
        part.along_m[part.count] = all->along_m[i];
        part.weight[part.count++] = all->weight[i] * share;
    }
    hs_network_points points = {part.segment, part.along_m, part.weight, NULL, part.count};
    hs_status status =
        part.count == 0
            ? HS_OK
            : sum_fixed(work, &points, work->of->layer->bandwidth_m * hs_adaptive_ratio(rung << 16),
                        HS_STREET_RUNG_STEPS, error, sums);
    snapped_done(&part);
    return status;
}

/* Sources are rounded one by one, so ranges may be cut anywhere: here for asking whether to go on. */
static hs_status sum_range(const summing *work, uint32_t begin, uint32_t end, hs_error *error,
                           int64_t *sums) {
    hs_status status = HS_OK;
    for (uint32_t from = begin; from < end && status == HS_OK; from += SOURCES_AT_ONCE) {
        uint32_t to = end - from < SOURCES_AT_ONCE ? end : from + SOURCES_AT_ONCE;
        status = hs_density_check(work->of->layer, error);
        if (status == HS_OK)
            status = hs_network_density_add(work->of->streets->network, work->events,
                                            work->of->request->network_method, work->of->layer->kernel, from,
                                            to, 1, error, sums);
    }
    return status;
}

static void sum_pieces(void *context, size_t begin, size_t end) {
    summing *work = context;
    const hs_network *network = work->of->streets->network;
    hs_network_method method = work->of->request->network_method;
    uint64_t sources = hs_network_source_count(network, method);
    for (size_t p = begin; p < end; p++) {
        work->status[p] = hs_density_check(work->of->layer, &work->error[p]);
        if (work->events && work->status[p] == HS_OK)
            work->status[p] =
                sum_range(work, (uint32_t)(sources * p / PIECES), (uint32_t)(sources * (p + 1) / PIECES),
                          &work->error[p], work->sums[p]);
        uint32_t first = (uint32_t)p * HS_STREET_STRIDE;
        for (uint32_t rung = first; work->place && rung <= HS_ADAPTIVE_RUNGS;
             rung += PIECES * HS_STREET_STRIDE)
            if (work->status[p] == HS_OK &&
                (work->status[p] = hs_density_check(work->of->layer, &work->error[p])) == HS_OK)
                work->status[p] = sum_rung(work, rung, &work->error[p], work->sums[p]);
    }
}

/* The pieces on the pool, into sums[lixels], which holds zeros. */
static hs_status sum_on_pool(summing *work, hs_error *error, int64_t *sums) {
    size_t lixels = hs_network_lixel_count(work->of->streets->network);
    int64_t *others = calloc((PIECES - 1) * lixels + 1, sizeof *others);
    if (!others) return hs_error_memory(error, "streets");
    hs_status status = HS_OK;
    for (int p = 0; p < PIECES; p++)
        work->sums[p] = p == 0 ? sums : others + (size_t)(p - 1) * lixels;
    hs_pool_for(work->of->layer->service->pool, PIECES, 1, sum_pieces, work);
    for (int p = 0; p < PIECES && status == HS_OK; p++) {
        status = work->status[p];
        if (status != HS_OK && error) *error = work->error[p];
        for (size_t l = 0; p > 0 && l < lixels; l++)
            sums[l] += work->sums[p][l];
    }
    free(others);
    return status;
}

bool hs_street_by_steps(const hs_density_request *request) {
    return request->network_method != HS_NETWORK_SIMPLE && !request->exact;
}

static hs_status sum_exactly(summing *work, hs_error *error, int64_t *sums) {
    hs_network_events *events;
    hs_status status = hs_network_events_new(work->of->streets->network, work->points,
                                             work->of->layer->bandwidth_m, error, &events);
    if (status != HS_OK) return status;
    work->events = events;
    status = sum_on_pool(work, error, sums);
    work->events = NULL;
    hs_network_events_free(events);
    return status;
}

static hs_status sum_once(summing *work, hs_error *error, int64_t *sums) {
    if (hs_street_by_steps(work->of->request))
        return sum_fixed(work, work->points, work->of->layer->bandwidth_m, HS_STREET_STEPS, error, sums);
    return sum_exactly(work, error, sums);
}

/* Events of one lixel have one pilot density, and with it one place. */
static void keep_places(const hs_network *network, const snapped *s, const uint32_t *place,
                        street_sums *made) {
    for (size_t i = 0; i < s->count; i++)
        made->place[hs_network_lixel_at(network, s->segment[i], s->along_m[i])] = place[i];
}

/* A fixed pilot, then each incident with its own bandwidth. */
static hs_status sum_adaptive(summing *work, snapped *s, hs_error *error, street_sums *made) {
    const hs_network *network = work->of->streets->network;
    int64_t *sums = made->sum;
    made->place = calloc((size_t)hs_network_lixel_count(network) + 1, sizeof *made->place);
    uint32_t *place = malloc((s->count + 1) * sizeof *place);
    s->bandwidth_m = malloc((s->count + 1) * sizeof *s->bandwidth_m);
    hs_status status = place && s->bandwidth_m && made->place ? sum_once(work, error, sums)
                                                              : hs_error_memory(error, "bandwidths");
    if (status == HS_OK) status = hs_network_adaptive(network, work->points, sums, error, place);
    if (status == HS_OK) {
        keep_places(network, s, place, made);
        memset(sums, 0, hs_network_lixel_count(network) * sizeof *sums);
        for (size_t i = 0; i < s->count; i++)
            s->bandwidth_m[i] = work->of->layer->bandwidth_m * hs_adaptive_ratio(place[i]);
        hs_network_points points = *work->points;
        points.bandwidth_m = s->bandwidth_m;
        summing own = {.of = work->of, .points = &points};
        if (hs_street_by_steps(work->of->request)) own.place = place;
        status = own.place ? sum_on_pool(&own, error, sums) : sum_exactly(&own, error, sums);
    }
    free(place);
    return status;
}

static hs_status make_sums(void *context, hs_error *error, void **value, size_t *bytes) {
    const sums_making *work = context;
    size_t lixels = hs_network_lixel_count(work->streets->network);
    snapped s = {0};
    street_sums *made = calloc(1, sizeof *made + (lixels + 1) * sizeof *made->sum);
    hs_status status = made ? snap_all(work->layer, work->streets->lines, work->request->snap_m, error, &s)
                            : hs_error_memory(error, "streets");
    hs_network_points points = {s.segment, s.along_m, s.weight, NULL, s.count};
    summing *sum = calloc(1, sizeof *sum);
    if (status == HS_OK && !sum) status = hs_error_memory(error, "streets");
    if (status == HS_OK && sum) {
        sum->of = work;
        sum->points = &points;
        status = work->layer->adaptive ? sum_adaptive(sum, &s, error, made) : sum_once(sum, error, made->sum);
    }
    free(sum);
    if (status == HS_OK) {
        made->snapping = s.report;
        for (size_t i = 0; i < s.count; i++)
            made->total += s.weight[i];
        *value = made;
        *bytes = sizeof *made + lixels * (sizeof *made->sum + (made->place ? sizeof *made->place : 0));
    } else {
        free_sums(made);
    }
    snapped_done(&s);
    return status;
}

hs_status hs_street_sums_open(const density_layer *layer, const hs_density_request *request,
                              const street_network *streets, hs_error *error, hs_shared_entry **entry) {
    struct {
        uint64_t rows, method, kernel, adaptive, exact;
        double bandwidth_m, snap_m, lixel_m;
    } parts = {.rows = hs_density_layer_hash(layer),
               .method = (uint64_t)request->network_method,
               .kernel = (uint64_t)layer->kernel,
               .adaptive = layer->adaptive,
               .exact = layer->exact,
               .bandwidth_m = layer->bandwidth_m,
               .snap_m = request->snap_m,
               .lixel_m = hs_density_lixel_m(request)};
    hs_shared_key key = {{HS_CACHED_STREETS, hs_hash(&parts, sizeof parts, 0),
                          geography_hash(layer->snapshot), layer->snapshot->serial}};
    sums_making work = {layer, request, streets};
    hs_shared_maker maker = {make_sums, free_sums, &work};
    return hs_shared_cache_get(layer->service->shared, &key, &maker, error, entry);
}

double hs_street_scale(const density_layer *layer) {
    double bandwidth_km = layer->bandwidth_m / 1000.0;
    return layer->unit / (hs_kernel_peak(layer->kernel) / (bandwidth_km * bandwidth_km));
}

static double value_of(const hs_density_request *request, double a, double b, double total_a,
                       double total_b) {
    if (request->measure == HS_MEASURE_DENSITY) return a;
    if (request->measure == HS_MEASURE_DIFFERENCE) return a - b;
    return a > 0 && b > 0 ? log2(a / total_a / (b / total_b)) : (double)NAN;
}

static void fill_values(const hs_density_request *request, const density_layer *la, const density_layer *lb,
                        const street_sums *a, const street_sums *b, hs_density_streets *out) {
    const uint32_t *first = hs_network_lixel_first(out->network);
    bool shares = request->measure == HS_MEASURE_RELATIVE_RISK;
    double scale_a = shares ? 1.0 : hs_street_scale(la);
    double scale_b = shares ? 1.0 : hs_street_scale(lb);
    for (uint32_t s = 0; s < hs_network_segment_count(out->network); s++)
        for (uint32_t l = first[s]; l < first[s + 1]; l++) {
            double va = hs_network_per_km(out->network, s, a->sum[l]) * scale_a;
            double vb = b ? hs_network_per_km(out->network, s, b->sum[l]) * scale_b : 0;
            out->values[l] = (float)value_of(request, va, vb, a->total, b ? b->total : 1.0);
        }
}

static hs_status fill(hs_service *service, const hs_snapshot *snapshot, const hs_density_request *request,
                      hs_error *error, hs_density_streets *out) {
    const street_network *streets = hs_shared_value(out->held);
    density_layer a = hs_density_layer_of(service, snapshot, request, false);
    density_layer b = hs_density_layer_of(service, snapshot, request, true);
    hs_shared_entry *sums = NULL;
    hs_shared_entry *other = NULL;
    hs_status status = hs_street_sums_open(&a, request, streets, error, &sums);
    if (status == HS_OK && request->measure != HS_MEASURE_DENSITY)
        status = hs_street_sums_open(&b, request, streets, error, &other);
    if (status == HS_OK) {
        const street_sums *sa = hs_shared_value(sums);
        const street_sums *sb = other ? hs_shared_value(other) : NULL;
        out->snapping = sa->snapping;
        if (sb) out->other_snapping = sb->snapping;
        fill_values(request, &a, &b, sa, sb, out);
    }
    hs_shared_unref(sums);
    hs_shared_unref(other);
    return status;
}

hs_status hs_service_density_streets(hs_service *service, const hs_snapshot *snapshot,
                                     const hs_density_request *request, hs_error *error,
                                     hs_density_streets *streets) {
    hs_density_streets made = {0};
    if (snapshot->geography->segments.count == 0)
        return hs_error_set(error, HS_E_ARGUMENT, "network: the city has no streets yet; import some");
    hs_status status =
        hs_street_network_open(service, snapshot, hs_density_lixel_m(request), error, &made.held);
    if (status != HS_OK) return status;
    const street_network *n = hs_shared_value(made.held);
    made.network = n->network;
    made.lines = n->lines;
    made.values = malloc(((size_t)hs_network_lixel_count(n->network) + 1) * sizeof *made.values);
    status = made.values ? fill(service, snapshot, request, error, &made) : hs_error_memory(error, "streets");
    if (status == HS_OK)
        *streets = made;
    else
        hs_density_streets_done(&made);
    return status;
}

void hs_density_streets_done(hs_density_streets *streets) {
    free(streets->values);
    hs_shared_unref(streets->held);
    memset(streets, 0, sizeof *streets);
}

bool hs_density_streets_find(const hs_density_streets *streets, const hs_snapshot *snapshot,
                             hs_position position, double limit_m, uint32_t *segment, uint32_t *lixel,
                             double *distance_m) {
    hs_placement placement;
    hs_geography_place(snapshot->geography, position, &placement);
    if (placement.segment == HS_NONE) return false;
    double metres;
    double share = hs_street_lines_nearest(streets->lines, placement.segment,
                                           hs_mercator_from_position(position), &metres);
    if (metres > limit_m) return false;
    const uint32_t *first = hs_network_lixel_first(streets->network) + placement.segment;
    uint32_t at = (uint32_t)(share * (double)(first[1] - first[0]));
    *segment = placement.segment;
    *lixel = first[0] + (at < first[1] - first[0] ? at : first[1] - first[0] - 1);
    *distance_m = metres;
    return true;
}
