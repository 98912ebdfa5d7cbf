/* Equal-split kernels of all events at once: waves move in steps of a share of the bandwidth. What enters a
 * dart at each step is all that is kept; it comes out at the other end after the dart's length, between two
 * steps shared over the four about it by Lagrange's weights, so that no mass is lost and the kernel beyond is
 * that of the true distance but for its fourth derivative over a step. */
#include "density/network.h"

#include <math.h>

#define BLOCK 64
#define CHUNK 8

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) &&     \
    !defined(__SANITIZE_THREAD__)
#define VECTORS __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define VECTORS
#endif

#define TAPS   4
#define LEAST  2.0 /* steps that a street takes: what enters must not come out in the same step */
#define BEFORE 1   /* the table begins this many steps below 0 */

/* A way through a dart: `steps` whole ones and a part of one. */
typedef struct delay {
    uint32_t steps, room, at; /* room: of its ring; at: where this step's entry stands in it */
    uint32_t edges;           /* boundaries that the kernel can reach */
    double weight[TAPS];      /* of what entered steps - 1 to steps + 2 steps ago */
    double length;
    size_t ring, edge; /* its ring among all, its boundaries among all */
} delay;

typedef struct source {
    uint32_t step, dart; /* comes out at the head of the dart */
    double weight;
} source;

typedef struct stepping {
    const hs_network *network;
    const hs_network_events *events;
    uint32_t steps;
    double step; /* units */
    double
        *table; /* [BEFORE + 2 steps + BLOCK + TAPS] the kernel's integral less its end, 0 from `steps` on */
    delay *delay; /* [darts] */
    double *ring, *edge;
    source *source, *sorted; /* as they come, and by step */
    uint32_t *start;         /* [steps + TAPS + 2] */
    uint32_t sources;
    double *arriving;           /* [darts][CHUNK] at their heads in the steps of a chunk */
    uint32_t *near, near_count; /* nodes that a dart shorter than a chunk leads to */
    bool *is_near;              /* [nodes] */
    bool *woken;                /* [darts] something entered: the ring of others holds zeros only */
} stepping;

/* Of the places -1, 0, 1 and 2 for one at t in [0, 1). */
static void lagrange(double t, double *weight) {
    double a = t + 1.0;
    double b = t - 1.0;
    double c = t - 2.0;
    weight[0] = -t * b * c / 6.0;
    weight[1] = a * b * c / 2.0;
    weight[2] = -a * t * c / 2.0;
    weight[3] = a * t * b / 6.0;
}

/* Below 0 the polynomial goes on, so that the first steps are as smooth as the others. */
static double table_value(const hs_line_kernel *kernel, double at, double steps) {
    double r = at / steps;
    double sum = 0.0;
    for (uint32_t p = kernel->terms; p-- > 0;)
        sum = sum * r + kernel->term[p];
    return at < steps ? sum - 0.5 : 0.0;
}

static void fill_table(stepping *s, const hs_line_kernel *kernel) {
    for (uint32_t i = 0; i < BEFORE + 2 * s->steps + BLOCK + TAPS; i++)
        s->table[i] = table_value(kernel, (double)i - BEFORE, (double)s->steps);
}

/* The steps that an event `at` steps away is shared over: the first is the returned one less 1. Before the
 * first step there is none, so there a parabola goes over three. */
static uint32_t share_out(double at, double *weight) {
    uint32_t step = (uint32_t)at;
    double t = at - (double)step;
    lagrange(t, weight);
    if (step == 0) {
        weight[0] = 0.0;
        weight[1] = (t - 1.0) * (t - 2.0) / 2.0;
        weight[2] = -t * (t - 2.0);
        weight[3] = t * (t - 1.0) / 2.0;
    }
    return step;
}

/* Between steps the table is that which waves are shared by: so mass stays. */
static double integral(const stepping *s, double at) {
    if (at >= (double)(s->steps + BEFORE)) return 0.0;
    double weight[TAPS];
    uint32_t i = share_out(at, weight);
    const double *t = s->table + i;
    return (weight[0] * t[0] + weight[1] * t[1]) + (weight[2] * t[2] + weight[3] * t[3]);
}

/* Streets shorter than two steps count as two. */
static double length_of(const stepping *s, uint32_t segment) {
    double length = (double)s->network->length[segment] / s->step;
    return length < LEAST ? LEAST : length;
}

static void fill_delays(stepping *s, size_t *ring, size_t *edge) {
    const hs_network *n = s->network;
    *ring = *edge = 0;
    for (uint32_t d = 0; d < 2 * n->segment_count; d++) {
        uint32_t segment = d / 2;
        double length = length_of(s, segment);
        uint32_t lixels = n->lixel_first[segment + 1] - n->lixel_first[segment];
        delay *one = &s->delay[d];
        one->length = length;
        double most = (double)(s->steps + BEFORE);
        one->steps = length < most ? (uint32_t)length : s->steps + BEFORE;
        lagrange(length < most ? length - (double)one->steps : 0.0, one->weight);
        one->room = one->steps + TAPS + BLOCK + CHUNK;
        one->ring = *ring;
        one->edge = *edge;
        double reached = ceil((double)(s->steps + TAPS) / length * (double)lixels) + 1.0;
        one->edges = reached < (double)lixels + 1.0 ? (uint32_t)reached : lixels + 1;
        *ring += one->room;
        *edge += lixels + 1;
    }
}

/* What comes out of a dart `at` steps from now. */
static void add_source(stepping *s, double at, uint32_t dart, double weight) {
    double w[TAPS];
    uint32_t step = share_out(at, w);
    for (uint32_t k = 0; k < TAPS; k++)
        if (w[k] != 0.0) s->source[s->sources++] = (source){step + k - 1, dart, weight * w[k]};
}

/* An event comes out at both ends of its street, a place on it being a share of the street's length. */
static void fill_sources(stepping *s) {
    for (size_t i = 0; i < s->events->count; i++) {
        const hs_network_event *e = &s->events->event[i];
        double length = length_of(s, e->segment);
        double along = length * ((double)e->along / (double)s->network->length[e->segment]);
        const double at[2] = {length - along, along};
        for (uint32_t side = 0; side < 2; side++)
            if (at[side] < (double)(s->steps + BEFORE))
                add_source(s, at[side], 2 * e->segment + side, e->weight);
    }
}

/* By step, those of a step in the order of the events. */
static void sort_sources(stepping *s) {
    uint32_t *start = s->start;
    for (uint32_t i = 0; i < s->sources; i++)
        start[s->source[i].step + 1]++;
    for (uint32_t step = 0; step < s->steps + TAPS; step++)
        start[step + 1] += start[step];
    for (uint32_t i = 0; i < s->sources; i++)
        s->sorted[start[s->source[i].step]++] = s->source[i];
}

/* Where the entry of `back` steps before step `k` of the chunk stands in a dart's ring. */
static uint32_t place_of(const delay *one, uint32_t k, uint32_t back) {
    uint32_t at = one->at + k;
    if (at >= one->room) at -= one->room;
    return at >= back ? at - back : at + one->room - back;
}

/* What comes out of a dart that takes longer than a chunk, in all its steps. */
static void arrive_late(const stepping *s, const delay *one, double *arriving) {
    const double *ring = s->ring + one->ring;
    double entered[CHUNK + TAPS - 1];
    uint32_t at = place_of(one, 0, one->steps + TAPS - 2);
    for (uint32_t i = 0; i < CHUNK + TAPS - 1; i++) {
        entered[i] = ring[at];
        at = at + 1 == one->room ? 0 : at + 1;
    }
    const double *w = one->weight;
    for (uint32_t k = 0; k < CHUNK; k++)
        arriving[k] =
            (w[3] * entered[k] + w[2] * entered[k + 1]) + (w[1] * entered[k + 2] + w[0] * entered[k + 3]);
}

/* One step of a dart that is shorter. */
static double arrive_soon(const stepping *s, const delay *one, uint32_t k) {
    const double *ring = s->ring + one->ring;
    double sum = 0.0;
    for (uint32_t i = 0; i < TAPS; i++)
        sum += one->weight[i] * ring[place_of(one, k, one->steps - 1 + i)];
    return sum;
}

static bool is_late(const delay *one) {
    return one->steps > CHUNK;
}

/* What is at the heads of darts in a chunk of steps, of the short ones only what comes from events. */
static void arrive(stepping *s, uint32_t step, uint32_t *source_at) {
    for (uint32_t d = 0; d < 2 * s->network->segment_count; d++) {
        double *arriving = s->arriving + (size_t)d * CHUNK;
        if (s->woken[d] && is_late(&s->delay[d]))
            arrive_late(s, &s->delay[d], arriving);
        else
            memset(arriving, 0, CHUNK * sizeof *arriving);
    }
    for (; *source_at < s->sources && s->sorted[*source_at].step < step + CHUNK; (*source_at)++) {
        const source *one = &s->sorted[*source_at];
        s->arriving[(size_t)one->dart * CHUNK + (one->step - step)] += one->weight;
    }
}

/* Steps [first, end) of a chunk at a node. */
static void leave(stepping *s, uint32_t node, bool continuous, uint32_t first, uint32_t end) {
    const hs_network *n = s->network;
    const uint32_t *dart = n->dart + n->dart_first[node];
    uint32_t count = n->dart_first[node + 1] - n->dart_first[node];
    double degree = (double)count;
    double share = continuous ? 2.0 / degree : degree > 1.0 ? 1.0 / (degree - 1.0) : 0.0;
    double back = continuous ? 1.0 : share;
    double sum[CHUNK] = {0};
    bool any = false;
    for (uint32_t i = 0; i < count; i++)
        for (uint32_t k = first; k < end; k++) {
            double arriving = s->arriving[(size_t)(dart[i] ^ 1) * CHUNK + k];
            sum[k] += arriving;
            any |= arriving != 0.0;
        }
    for (uint32_t i = 0; i < count; i++) {
        const delay *one = &s->delay[dart[i]];
        if (!any && !s->woken[dart[i]]) continue;
        s->woken[dart[i]] = true;
        const double *own = s->arriving + (size_t)(dart[i] ^ 1) * CHUNK;
        uint32_t at = place_of(one, first, 0);
        for (uint32_t k = first; k < end; k++) {
            s->ring[one->ring + at] = share * sum[k] - back * own[k];
            at = at + 1 == one->room ? 0 : at + 1;
        }
    }
}

/* Nodes that a short dart leads to go step by step, with all that happens between them. */
static void fill_near(stepping *s) {
    const hs_network *n = s->network;
    for (uint32_t v = 0; v < n->node_count; v++) {
        bool near = false;
        for (uint32_t i = n->dart_first[v]; i < n->dart_first[v + 1]; i++)
            near = near || !is_late(&s->delay[n->dart[i] ^ 1]);
        if (near) s->near[s->near_count++] = v;
        s->is_near[v] = near;
    }
}

static void scatter(stepping *s, bool continuous) {
    const hs_network *n = s->network;
    for (uint32_t v = 0; v < n->node_count; v++)
        if (!s->is_near[v]) leave(s, v, continuous, 0, CHUNK);
    for (uint32_t k = 0; k < CHUNK; k++) {
        for (uint32_t i = 0; i < s->near_count; i++)
            for (uint32_t d = n->dart_first[s->near[i]]; d < n->dart_first[s->near[i] + 1]; d++) {
                uint32_t arriving = n->dart[d] ^ 1;
                if (s->woken[arriving] && !is_late(&s->delay[arriving]))
                    s->arriving[(size_t)arriving * CHUNK + k] += arrive_soon(s, &s->delay[arriving], k);
            }
        for (uint32_t i = 0; i < s->near_count; i++)
            leave(s, s->near[i], continuous, k, k + 1);
    }
    for (uint32_t d = 0; d < 2 * n->segment_count; d++) {
        uint32_t at = s->delay[d].at + CHUNK;
        s->delay[d].at = at >= s->delay[d].room ? at - s->delay[d].room : at;
    }
}

/* Sum of what entered times the table, between its entries by `weight`. */
VECTORS static double weigh(const double *restrict entered, const double *restrict table,
                            const double *restrict weight) {
    double sum[8] = {0};
    for (uint32_t i = 0; i < BLOCK; i += 8)
        for (uint32_t k = 0; k < 8; k++)
            sum[k] += entered[i + k] * ((weight[0] * table[i + k] + weight[1] * table[i + k + 1]) +
                                        (weight[2] * table[i + k + 2] + weight[3] * table[i + k + 3]));
    return ((sum[0] + sum[1]) + (sum[2] + sum[3])) + ((sum[4] + sum[5]) + (sum[6] + sum[7]));
}

/* What entered a dart in the last block; false where nothing did. */
static bool last_block(const stepping *s, const delay *one, double *entered) {
    const double *ring = s->ring + one->ring;
    uint32_t at = one->at >= BLOCK ? one->at - BLOCK : one->at + one->room - BLOCK;
    bool any = false;
    for (uint32_t i = 0; i < BLOCK; i++) {
        entered[i] = ring[at];
        any = any || entered[i] != 0.0;
        at = at + 1 == one->room ? 0 : at + 1;
    }
    return any;
}

/* What entered in the block that ends before `end`, at each boundary of its dart. */
static void weigh_block(stepping *s, uint32_t end) {
    const hs_network *n = s->network;
    double entered[BLOCK];
    double weight[TAPS];
    uint32_t begin = end - BLOCK;
    for (uint32_t d = 0; d < 2 * n->segment_count; d++) {
        const delay *one = &s->delay[d];
        if (!s->woken[d] || !last_block(s, one, entered)) continue;
        uint32_t segment = d / 2;
        double step = one->length / (double)(n->lixel_first[segment + 1] - n->lixel_first[segment]);
        for (uint32_t j = 0; j < one->edges; j++) {
            double x = (double)begin + step * (double)j;
            if (x >= (double)(s->steps + BEFORE)) break;
            uint32_t whole = (uint32_t)x;
            lagrange(x - (double)whole, weight);
            s->edge[one->edge + j] += weigh(entered, s->table + whole, weight);
        }
    }
}

static void run(stepping *s, bool continuous) {
    uint32_t source_at = 0;
    for (uint32_t step = 0; step < s->steps; step += CHUNK) {
        arrive(s, step, &source_at);
        scatter(s, continuous);
        if ((step + CHUNK) % BLOCK == 0) weigh_block(s, step + CHUNK);
    }
}

static void add_along(const stepping *s, uint32_t segment, double *share) {
    const hs_network *n = s->network;
    uint32_t lixels = n->lixel_first[segment + 1] - n->lixel_first[segment];
    double length = length_of(s, segment);
    for (uint32_t i = s->events->first[segment]; i < s->events->first[segment + 1]; i++) {
        const hs_network_event *e = &s->events->event[i];
        double along = length * ((double)e->along / (double)n->length[segment]);
        double before = -(integral(s, along) + 0.5);
        for (uint32_t l = 0; l < lixels; l++) {
            double from_event = length * ((double)(l + 1) / (double)lixels) - along;
            double part = integral(s, fabs(from_event)) + 0.5;
            double after = from_event < 0 ? -part : part;
            share[l] += e->weight * (after - before);
            before = after;
        }
    }
}

/* Each lixel's sum is rounded once. */
static void finish(const stepping *s, double *share, int64_t *sums) {
    const hs_network *n = s->network;
    for (uint32_t segment = 0; segment < n->segment_count; segment++) {
        uint32_t first = n->lixel_first[segment];
        uint32_t lixels = n->lixel_first[segment + 1] - first;
        const double *out = s->edge + s->delay[2 * (size_t)segment].edge;
        const double *back = s->edge + s->delay[2 * (size_t)segment + 1].edge;
        memset(share, 0, lixels * sizeof *share);
        add_along(s, segment, share);
        for (uint32_t l = 0; l < lixels; l++) {
            share[l] += out[l + 1] - out[l];
            share[l] += back[lixels - l] - back[lixels - l - 1];
            sums[first + l] += (int64_t)floor(share[l] * (double)HS_NETWORK_ONE + 0.5);
        }
    }
}

static hs_status check(const hs_network_events *events, hs_network_method method, hs_kernel kernel,
                       uint32_t steps, hs_line_kernel *line, hs_error *error) {
    if (method != HS_NETWORK_CONTINUOUS && method != HS_NETWORK_DISCONTINUOUS)
        return hs_error_set(error, HS_E_ARGUMENT, "steps are for the equal-split methods");
    if (!hs_line_kernel_of(kernel, line))
        return hs_error_set(error, HS_E_ARGUMENT,
                            "on streets the kernels are quartic, epanechnikov, triweight, uniform and "
                            "triangular, not %s",
                            hs_kernel_name(kernel) ? hs_kernel_name(kernel) : "an unknown one");
    if (steps < BLOCK || steps > 65536 || steps % BLOCK != 0)
        return hs_error_set(error, HS_E_ARGUMENT, "%u steps: a multiple of 64 up to 65536 is needed",
                            (unsigned)steps);
    if (events->count > UINT32_MAX / (2 * TAPS) - 1)
        return hs_error_set(error, HS_E_LIMIT, "at most %u events are taken by steps",
                            UINT32_MAX / (2 * TAPS) - 1);
    for (size_t i = 1; i < events->count; i++)
        if (events->event[i].bandwidth != events->event[0].bandwidth)
            return hs_error_set(error, HS_E_ARGUMENT, "steps take one bandwidth for all events");
    return HS_OK;
}

static bool allocate(stepping *s, double **share) {
    const hs_network *n = s->network;
    size_t darts = (size_t)2 * n->segment_count + 1;
    size_t ring = 0;
    size_t edge = 0;
    s->table = malloc(((size_t)2 * s->steps + BLOCK + BEFORE + TAPS) * sizeof *s->table);
    s->delay = calloc(darts, sizeof *s->delay);
    s->arriving = calloc(darts * CHUNK, sizeof *s->arriving);
    s->near = malloc(((size_t)n->node_count + 1) * sizeof *s->near);
    s->is_near = calloc((size_t)n->node_count + 1, sizeof *s->is_near);
    s->woken = calloc(darts, sizeof *s->woken);
    s->source = malloc((2 * TAPS * s->events->count + 1) * sizeof *s->source);
    s->sorted = malloc((2 * TAPS * s->events->count + 1) * sizeof *s->sorted);
    s->start = calloc((size_t)s->steps + TAPS + 2, sizeof *s->start);
    *share = calloc((size_t)n->lixel_count + 1, sizeof **share);
    if (!s->table || !s->delay || !s->arriving || !s->near || !s->is_near || !s->woken || !s->source ||
        !s->sorted || !s->start || !*share)
        return false;
    fill_delays(s, &ring, &edge);
    s->ring = calloc(ring + 1, sizeof *s->ring);
    s->edge = calloc(edge + 1, sizeof *s->edge);
    return s->ring && s->edge;
}

hs_status hs_network_density_steps(const hs_network *network, const hs_network_events *events,
                                   hs_network_method method, hs_kernel kernel, uint32_t steps,
                                   hs_error *error, int64_t *sums) {
    hs_line_kernel line;
    hs_status status = check(events, method, kernel, steps, &line, error);
    if (status != HS_OK || events->count == 0) return status;
    stepping s = {.network = network,
                  .events = events,
                  .steps = steps,
                  .step = events->event[0].bandwidth / (double)steps};
    double *share = NULL;
    if (allocate(&s, &share)) {
        fill_table(&s, &line);
        fill_sources(&s);
        sort_sources(&s);
        fill_near(&s);
        run(&s, method == HS_NETWORK_CONTINUOUS);
        finish(&s, share, sums);
    } else {
        status = hs_error_memory(error, "waves on streets");
    }
    free(share);
    free(s.table);
    free(s.delay);
    free(s.arriving);
    free(s.near);
    free(s.is_near);
    free(s.woken);
    free(s.source);
    free(s.sorted);
    free(s.start);
    free(s.ring);
    free(s.edge);
    return status;
}
