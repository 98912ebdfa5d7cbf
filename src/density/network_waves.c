/* Equal-split kernels: what leaves a node by one dart goes on as waves. All events of the streets about the
 * node share the waves: a wave of share c whose front is x from the node brings c A(x) in all, A being the
 * sum of the events' integrals at x behind their own way to the node. A is a polynomial between the distances
 * at which kernels end. Waves that reach a node at the same distance scatter together, so each dart gets one
 * wave of them; only those that go beyond its end wait their turn. */
#include "density/network.h"

#include <math.h>

#define MOST_WAVES  (UINT32_C(1) << 22)
#define LEAST_SHARE 1e-14
#define RUN         32
#define CELLS       256

/* An event on its way to the node: `back` from it, by the dart it could turn back into. */
typedef struct arrival {
    double end; /* the distance from the node where its kernel ends */
    double back, bandwidth, weight;
    uint32_t dart;
} arrival;

/* A wave on its way to a node. */
typedef struct wave {
    uint64_t key; /* distance << 32 | slot of the dart back: the nearest first, a node's together */
    double share;
} wave;

/* A(x) = sum of term[k][j] (x / scale)^j where k events still count. */
typedef struct front {
    double *term; /* [events + 1][HS_LINE_TERMS] */
    double *end;  /* [events] descending */
    uint32_t count;
    double scale;
    double least, per_unit;    /* cells of equal width from the least end on: */
    uint32_t reach[CELLS + 1]; /* how many kernels reach beyond a cell's begin, at least */
} front;

struct hs_wave_room {
    arrival *arrival;
    uint32_t arrivals, arrival_capacity;
    wave *heap;
    uint32_t waves, wave_capacity;
    uint32_t total; /* waves that went on beyond a street, so far */
    front front;
    uint32_t front_capacity;
    double *brought; /* [degree] to the node that scatters, by each dart */
    uint32_t brought_capacity;
};

hs_wave_room *hs_wave_room_new(void) {
    return calloc(1, sizeof(hs_wave_room));
}

void hs_wave_room_free(hs_wave_room *room) {
    if (!room) return;
    free(room->arrival);
    free(room->heap);
    free(room->front.term);
    free(room->front.end);
    free(room->brought);
    free(room);
}

static bool heap_push(hs_wave_room *room, uint64_t key, double share) {
    if (room->waves == room->wave_capacity) {
        uint32_t capacity = room->wave_capacity ? 2 * room->wave_capacity : 1024;
        wave *heap = realloc(room->heap, capacity * sizeof *heap);
        if (!heap) return false;
        room->heap = heap;
        room->wave_capacity = capacity;
    }
    uint32_t at = room->waves++;
    while (at > 0 && room->heap[(at - 1) / 2].key > key) {
        room->heap[at] = room->heap[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    room->heap[at] = (wave){key, share};
    return true;
}

static wave heap_pop(hs_wave_room *room) {
    wave top = room->heap[0];
    wave last = room->heap[--room->waves];
    uint32_t at = 0;
    for (uint32_t child = 1; child < room->waves; child = 2 * at + 1) {
        if (child + 1 < room->waves && room->heap[child + 1].key < room->heap[child].key) child++;
        if (room->heap[child].key >= last.key) break;
        room->heap[at] = room->heap[child];
        at = child;
    }
    room->heap[at] = last;
    return top;
}

/* Those that kernels of longer reach come first; the rest of the order makes it one. */
static int compare_arrivals(const void *left, const void *right) {
    const arrival *a = left;
    const arrival *b = right;
    if (a->end != b->end) return a->end > b->end ? -1 : 1;
    if (a->dart != b->dart) return a->dart < b->dart ? -1 : 1;
    if (a->back != b->back) return a->back < b->back ? -1 : 1;
    return (a->weight > b->weight) - (a->weight < b->weight);
}

static bool reserve_arrivals(hs_wave_room *room, uint32_t count) {
    if (count <= room->arrival_capacity) return true;
    arrival *grown = realloc(room->arrival, (size_t)2 * count * sizeof *grown);
    if (!grown) return false;
    room->arrival = grown;
    room->arrival_capacity = 2 * count;
    return true;
}

static bool gather(const hs_network *n, const hs_network_events *events, uint32_t node, hs_wave_room *room) {
    room->arrivals = 0;
    for (uint32_t d = n->dart_first[node]; d < n->dart_first[node + 1]; d++) {
        uint32_t dart = n->dart[d];
        uint32_t segment = dart / 2;
        uint32_t end = events->first[segment + 1];
        if (!reserve_arrivals(room, room->arrivals + end - events->first[segment])) return false;
        for (uint32_t i = events->first[segment]; i < end; i++) {
            const hs_network_event *e = &events->event[i];
            uint32_t back = dart & 1 ? n->length[segment] - e->along : e->along;
            if ((double)back >= e->bandwidth) continue;
            room->arrival[room->arrivals++] =
                (arrival){e->bandwidth - (double)back, (double)back, e->bandwidth, e->weight, dart};
        }
    }
    if (room->arrivals > 1) qsort(room->arrival, room->arrivals, sizeof *room->arrival, compare_arrivals);
    return true;
}

static bool reserve_front(hs_wave_room *room, uint32_t count) {
    if (room->front.term && count <= room->front_capacity) return true;
    free(room->front.term);
    free(room->front.end);
    room->front_capacity = 2 * count;
    room->front.term = malloc(((size_t)2 * count + 1) * HS_LINE_TERMS * sizeof *room->front.term);
    room->front.end = malloc(((size_t)2 * count + 1) * sizeof *room->front.end);
    return room->front.term && room->front.end;
}

static bool reserve_brought(const hs_network *n, hs_wave_room *room) {
    if (room->brought && n->degree_most <= room->brought_capacity) return true;
    free(room->brought);
    room->brought_capacity = n->degree_most;
    room->brought = malloc(((size_t)n->degree_most + 1) * sizeof *room->brought);
    return room->brought;
}

/* Adds an event's integral at (back + x) / bandwidth as powers of x / scale, and takes its end's half away:
 * what has ended stands as a constant. */
static void add_arrival(const arrival *a, double share, const hs_line_kernel *kernel, double scale,
                        double *term) {
    double weight = a->weight * share;
    double t = a->back / a->bandwidth;
    double step = scale / a->bandwidth;
    /* Taylor's shift by Horner's rule. */
    double shifted[HS_LINE_TERMS];
    memcpy(shifted, kernel->term, sizeof shifted);
    for (uint32_t i = 0; i + 1 < kernel->terms; i++)
        for (uint32_t j = kernel->terms - 1; j-- > i;)
            shifted[j] += t * shifted[j + 1];
    double power = weight;
    for (uint32_t j = 0; j < kernel->terms; j++) {
        term[j] += power * shifted[j];
        power *= step;
    }
    term[0] -= 0.5 * weight;
}

/* The share of an event's mass that leaves by a dart. */
static double passes(bool continuous, uint32_t degree, bool back) {
    if (continuous) return 2.0 / degree - (back ? 1.0 : 0.0);
    return back || degree < 2 ? 0.0 : 1.0 / (degree - 1);
}

/* For each cell the kernels that reach beyond its begin: from there to a place in it is a step or two. */
static void index_ends(front *f) {
    f->least = f->count > 0 ? f->end[f->count - 1] : 0.0;
    double width = f->count > 0 ? f->end[0] - f->least : 0.0;
    f->per_unit = width > 0.0 ? CELLS / width : 0.0;
    uint32_t reach = f->count;
    for (uint32_t c = 0; c <= CELLS; c++) {
        /* A cell earlier, so that no rounding of a place counts. */
        double begin = f->least + width * ((double)c - 1.0) / CELLS;
        while (reach > 0 && f->end[reach - 1] <= begin)
            reach--;
        f->reach[c] = reach;
    }
}

static bool make_front(hs_wave_room *room, const hs_line_kernel *kernel, bool continuous, uint32_t degree,
                       uint32_t dart) {
    if (!reserve_front(room, room->arrivals + 1)) return false;
    front *f = &room->front;
    f->count = 0;
    f->scale = room->arrivals > 0 ? room->arrival[0].end : 1.0;
    memset(f->term, 0, HS_LINE_TERMS * sizeof *f->term);
    for (uint32_t i = 0; i < room->arrivals; i++) {
        const arrival *a = &room->arrival[i];
        double share = passes(continuous, degree, a->dart == dart);
        if (share == 0.0) continue;
        double *term = f->term + (size_t)(f->count + 1) * HS_LINE_TERMS;
        memcpy(term, term - HS_LINE_TERMS, HS_LINE_TERMS * sizeof *term);
        add_arrival(a, share, kernel, f->scale, term);
        f->end[f->count++] = a->end;
    }
    index_ends(f);
    return true;
}

/* Whole vectors: out has room for them. */
VECTORS static void evaluate(const double *restrict term, double first, double step, uint32_t begin,
                             uint32_t end, double *restrict out) {
    uint32_t count = (end - begin + 7) & ~7U;
    for (uint32_t j = 0; j < count; j++)
        out[j] = hs_line_polynomial(term, first + step * (double)(begin + j));
}

/* A where some kernels have ended. */
static inline double beyond_ends(const front *f, double x, double scaled) {
    if (x >= f->end[0]) return 0.0;
    uint32_t reach = f->reach[(uint32_t)((x - f->least) * f->per_unit)];
    while (f->end[reach - 1] <= x)
        reach--;
    return hs_line_polynomial(f->term + (size_t)reach * HS_LINE_TERMS, scaled);
}

/* A at the boundaries [begin, end) of lixels from `from` on, `step` apart. */
static void fill_front(const front *f, double from, double step, uint32_t begin, uint32_t end, double *out) {
    double first = from / f->scale;
    double scaled = step / f->scale;
    uint32_t at = begin;
    if (from + step * (double)(end - 1) < f->least)
        at = end;
    else
        while (at < end && from + step * (double)at < f->least)
            at++;
    if (at > begin) evaluate(f->term + (size_t)f->count * HS_LINE_TERMS, first, scaled, begin, at, out);
    for (; at < end; at++)
        out[at - begin] = beyond_ends(f, from + step * (double)at, first + scaled * (double)at);
}

/* One wave along its dart: what it brings to each lixel. */
static void spread(const hs_network *n, const front *f, uint32_t dart, double from, double share,
                   hs_lixel_shares *shares) {
    uint32_t segment = dart / 2;
    uint32_t lixels = n->lixel_first[segment + 1] - n->lixel_first[segment];
    double step = (double)n->length[segment] / (double)lixels;
    double *lixel = hs_lixels_of(shares, n, segment);
    double at[RUN + 8];
    for (uint32_t begin = 0; begin < lixels; begin += RUN) {
        if (from + step * (double)begin >= f->end[0]) return;
        uint32_t count = lixels - begin < RUN ? lixels - begin : RUN;
        fill_front(f, from, step, begin, begin + count + 1, at);
        if (dart & 1) {
            double *last = lixel + (lixels - 1 - begin);
            for (uint32_t j = 0; j < count; j++)
                *(last - j) += share * (at[j + 1] - at[j]);
        } else {
            for (uint32_t j = 0; j < count; j++)
                lixel[begin + j] += share * (at[j + 1] - at[j]);
        }
    }
}

/* A wave enters a dart. What reaches its head before the last kernel's end goes on from there. */
static bool enter(const hs_network *n, uint32_t dart, uint64_t distance, double share, hs_wave_room *room,
                  hs_lixel_shares *shares) {
    if (fabs(share) < LEAST_SHARE) return true;
    spread(n, &room->front, dart, (double)distance, share, shares);
    distance += n->length[dart / 2];
    if ((double)distance >= room->front.end[0]) return true;
    room->total++;
    return heap_push(room, distance << 32 | n->slot[dart ^ 1], share);
}

/* All waves that reach a node at one distance. */
static bool scatter(const hs_network *n, bool continuous, hs_wave_room *room, hs_lixel_shares *shares) {
    uint64_t distance = room->heap[0].key >> 32;
    uint32_t node = hs_dart_tail(n, n->dart[(uint32_t)room->heap[0].key]);
    uint32_t first = n->dart_first[node];
    uint32_t degree = hs_node_degree(n, node);
    uint64_t end = distance << 32 | n->dart_first[node + 1];
    double total = 0.0;
    memset(room->brought, 0, degree * sizeof *room->brought);
    while (room->waves > 0 && room->heap[0].key < end) {
        wave w = heap_pop(room);
        room->brought[(uint32_t)w.key - first] += w.share;
        total += w.share;
    }
    if (!continuous && degree == 1) return true;
    double part = continuous ? 2.0 / degree : 1.0 / (degree - 1);
    bool good = true;
    for (uint32_t k = 0; k < degree && good; k++) {
        double share = continuous ? total * part - room->brought[k] : (total - room->brought[k]) * part;
        good = enter(n, n->dart[first + k], distance, share, room, shares);
    }
    return good;
}

static hs_status follow(const hs_network *n, bool continuous, uint32_t first, hs_wave_room *room,
                        hs_error *error, hs_lixel_shares *shares) {
    room->waves = 0;
    room->total = 0;
    bool good = enter(n, first, 0, 1.0, room, shares);
    while (good && room->waves > 0) {
        if (room->total > MOST_WAVES)
            return hs_error_set(error, HS_E_LIMIT,
                                "more than %u waves from one street's end: take a smaller bandwidth, or the "
                                "method simple",
                                MOST_WAVES);
        good = scatter(n, continuous, room, shares);
    }
    return good ? HS_OK : hs_error_memory(error, "waves");
}

hs_status hs_network_waves(const hs_network *n, const hs_network_events *events, const hs_line_kernel *kernel,
                           bool continuous, uint32_t node, hs_wave_room *room, hs_error *error,
                           hs_lixel_shares *shares) {
    if (!gather(n, events, node, room) || !reserve_brought(n, room)) return hs_error_memory(error, "waves");
    if (room->arrivals == 0) return HS_OK;
    uint32_t degree = hs_node_degree(n, node);
    hs_status status = HS_OK;
    for (uint32_t d = n->dart_first[node]; d < n->dart_first[node + 1] && status == HS_OK; d++) {
        uint32_t dart = n->dart[d];
        if (!make_front(room, kernel, continuous, degree, dart)) return hs_error_memory(error, "waves");
        if (room->front.count > 0) status = follow(n, continuous, dart, room, error, shares);
    }
    return status;
}
