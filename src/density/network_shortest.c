/* The simple kernel: distances of the shortest paths from both ends of a segment, then each of its events by
 * itself. */
#include "density/network.h"

#include <math.h>

#define FAR UINT64_MAX
#define RUN 32

typedef struct visit {
    uint64_t distance;
    uint32_t node;
} visit;

struct hs_path_room {
    uint64_t *distance[2]; /* from either end, FAR where not reached */
    uint32_t *reached[2], reached_count[2];
    uint8_t *listed; /* [segments] */
    uint32_t *segment;
    visit *heap;
    size_t waiting, capacity;
};

void hs_path_room_free(hs_path_room *room) {
    if (!room) return;
    for (int e = 0; e < 2; e++) {
        free(room->distance[e]);
        free(room->reached[e]);
    }
    free(room->listed);
    free(room->segment);
    free(room->heap);
    free(room);
}

hs_path_room *hs_path_room_new(const hs_network *n) {
    hs_path_room *room = calloc(1, sizeof *room);
    if (!room) return NULL;
    bool made = true;
    for (int e = 0; e < 2; e++) {
        room->distance[e] = malloc(((size_t)n->node_count + 1) * sizeof(uint64_t));
        room->reached[e] = malloc(((size_t)n->node_count + 1) * sizeof(uint32_t));
        made = made && room->distance[e] && room->reached[e];
        for (uint32_t v = 0; made && v < n->node_count; v++)
            room->distance[e][v] = FAR;
    }
    room->listed = calloc((size_t)n->segment_count + 1, 1);
    room->segment = malloc(((size_t)n->segment_count + 1) * sizeof *room->segment);
    if (made && room->listed && room->segment) return room;
    hs_path_room_free(room);
    return NULL;
}

static bool push(hs_path_room *room, uint64_t distance, uint32_t node) {
    if (room->waiting == room->capacity) {
        size_t capacity = room->capacity ? 2 * room->capacity : 1024;
        visit *heap = realloc(room->heap, capacity * sizeof *heap);
        if (!heap) return false;
        room->heap = heap;
        room->capacity = capacity;
    }
    size_t at = room->waiting++;
    while (at > 0 && room->heap[(at - 1) / 2].distance > distance) {
        room->heap[at] = room->heap[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    room->heap[at] = (visit){distance, node};
    return true;
}

static visit pop(hs_path_room *room) {
    visit top = room->heap[0];
    visit last = room->heap[--room->waiting];
    size_t at = 0;
    for (size_t child = 1; child < room->waiting; child = 2 * at + 1) {
        if (child + 1 < room->waiting && room->heap[child + 1].distance < room->heap[child].distance) child++;
        if (room->heap[child].distance >= last.distance) break;
        room->heap[at] = room->heap[child];
        at = child;
    }
    room->heap[at] = last;
    return top;
}

/* Dijkstra (1959) from a node as far as `most`. */
static bool search(const hs_network *n, hs_path_room *room, int end, uint32_t node, double most) {
    uint64_t *distance = room->distance[end];
    room->waiting = 0;
    distance[node] = 0;
    room->reached[end][room->reached_count[end]++] = node;
    bool good = push(room, 0, node);
    while (good && room->waiting > 0) {
        visit at = pop(room);
        if (at.distance > distance[at.node]) continue;
        for (uint32_t d = n->dart_first[at.node]; d < n->dart_first[at.node + 1] && good; d++) {
            uint32_t next = hs_dart_head(n, n->dart[d]);
            uint64_t length = at.distance + n->length[n->dart[d] / 2];
            if (length >= distance[next] || (double)length >= most) continue;
            if (distance[next] == FAR) room->reached[end][room->reached_count[end]++] = next;
            distance[next] = length;
            good = push(room, length, next);
        }
    }
    return good;
}

/* The streets at nodes that either end reaches. */
static uint32_t list_segments(const hs_network *n, hs_path_room *room) {
    uint32_t count = 0;
    for (int e = 0; e < 2; e++) {
        for (uint32_t i = 0; i < room->reached_count[e]; i++) {
            uint32_t node = room->reached[e][i];
            for (uint32_t d = n->dart_first[node]; d < n->dart_first[node + 1]; d++) {
                uint32_t segment = n->dart[d] / 2;
                if (room->listed[segment]) continue;
                room->listed[segment] = 1;
                room->segment[count++] = segment;
            }
        }
    }
    return count;
}

static void clear(hs_path_room *room, uint32_t listed) {
    for (int e = 0; e < 2; e++) {
        for (uint32_t i = 0; i < room->reached_count[e]; i++)
            room->distance[e][room->reached[e][i]] = FAR;
        room->reached_count[e] = 0;
    }
    for (uint32_t i = 0; i < listed; i++)
        room->listed[room->segment[i]] = 0;
}

/* From an event to a node, by the nearer end of its street; infinite where out of reach. */
static double way_to(const hs_path_room *room, uint32_t node, double to_from, double to_to) {
    double by_from = room->distance[0][node] == FAR ? INFINITY : to_from + (double)room->distance[0][node];
    double by_to = room->distance[1][node] == FAR ? INFINITY : to_to + (double)room->distance[1][node];
    return fmin(by_from, by_to);
}

/* A stretch [begin, end] of a street that is entered `at_begin` and `at_end` from the event: each place by
 * the nearer end. */
typedef struct stretch {
    double begin, end, at_begin, at_end;
} stretch;

/* The integral from 0, with places beyond the kernel's end taken for it. */
static inline double integral_to(const hs_line_kernel *kernel, double r) {
    return hs_line_polynomial(kernel->term, r < 1.0 ? r : 1.0);
}

/* The stretch up to `meet` is reached from its begin, the rest from its end. */
typedef struct halves {
    double meet, per_bandwidth, at_begin, at_meet; /* the last two: integrals up to there from either side */
} halves;

static halves halves_of(const stretch *s, const hs_line_kernel *kernel, double bandwidth) {
    halves h = {.meet = 0.5 * (s->begin + s->end + s->at_end - s->at_begin),
                .per_bandwidth = 1.0 / bandwidth};
    if (!(h.meet > s->begin)) h.meet = s->begin;
    if (h.meet > s->end) h.meet = s->end;
    h.at_begin = integral_to(kernel, s->at_begin * h.per_bandwidth);
    h.at_meet = integral_to(kernel, (s->at_end + (s->end - h.meet)) * h.per_bandwidth);
    return h;
}

/* Integrals from the stretch's begin on to `count` boundaries of lixels of `width`, whole vectors of them. */
VECTORS static void integrals(const stretch *s, const halves *h, const hs_line_kernel *kernel, double width,
                              uint32_t first, uint32_t count, double *restrict out) {
    count = (count + 7) & ~7U;
    if (h->meet <= s->begin)
        memset(out, 0, count * sizeof *out);
    else
        for (uint32_t j = 0; j < count; j++) {
            double x = width * (double)(first + j);
            x = x < s->begin ? s->begin : x;
            x = x < h->meet ? x : h->meet;
            out[j] = integral_to(kernel, (s->at_begin + (x - s->begin)) * h->per_bandwidth) - h->at_begin;
        }
    if (h->meet >= s->end) return;
    for (uint32_t j = 0; j < count; j++) {
        double x = width * (double)(first + j);
        x = x > s->end ? s->end : x;
        x = x > h->meet ? x : h->meet;
        out[j] += h->at_meet - integral_to(kernel, (s->at_end + (s->end - x)) * h->per_bandwidth);
    }
}

static void add_stretch(const stretch *s, const hs_network *n, const hs_network_event *event,
                        const hs_line_kernel *kernel, uint32_t segment, double *share) {
    if (!(s->end > s->begin) || (s->at_begin >= event->bandwidth && s->at_end >= event->bandwidth)) return;
    uint32_t lixels = n->lixel_first[segment + 1] - n->lixel_first[segment];
    double width = (double)n->length[segment] / (double)lixels;
    halves h = halves_of(s, kernel, event->bandwidth);
    double at[RUN + 8] = {0};
    for (uint32_t l = (uint32_t)(s->begin / width); l < lixels && width * (double)l < s->end; l += RUN) {
        uint32_t count = lixels - l < RUN ? lixels - l : RUN;
        integrals(s, &h, kernel, width, l, count + 1, at);
        for (uint32_t j = 0; j < count; j++)
            share[l + j] += event->weight * (at[j + 1] - at[j]);
    }
}

static void add_event(const hs_network *n, const hs_network_event *event, const hs_line_kernel *kernel,
                      const hs_path_room *room, uint32_t listed, hs_lixel_shares *shares) {
    double along = (double)event->along;
    double rest = (double)n->length[event->segment] - along;
    for (uint32_t i = 0; i < listed; i++) {
        uint32_t segment = room->segment[i];
        double at_from = way_to(room, n->from[segment], along, rest);
        double at_to = way_to(room, n->to[segment], along, rest);
        double length = (double)n->length[segment];
        if (segment != event->segment) {
            if (at_from >= event->bandwidth && at_to >= event->bandwidth) continue;
            stretch whole = {0, length, at_from, at_to};
            add_stretch(&whole, n, event, kernel, segment, hs_lixels_of(shares, n, segment));
            continue;
        }
        double *share = hs_lixels_of(shares, n, segment);
        stretch west = {0, along, at_from, 0};
        stretch east = {along, length, 0, at_to};
        add_stretch(&west, n, event, kernel, segment, share);
        add_stretch(&east, n, event, kernel, segment, share);
    }
}

hs_status hs_network_shortest(const hs_network *n, const hs_network_events *events,
                              const hs_line_kernel *kernel, uint32_t segment, hs_path_room *room,
                              hs_error *error, hs_lixel_shares *shares) {
    uint32_t begin = events->first[segment];
    uint32_t end = events->first[segment + 1];
    if (begin == end) return HS_OK;
    double most = 0.0;
    for (uint32_t i = begin; i < end; i++)
        most = fmax(most, events->event[i].bandwidth);
    bool good = search(n, room, 0, n->from[segment], most) && search(n, room, 1, n->to[segment], most);
    uint32_t listed = list_segments(n, room);
    for (uint32_t i = begin; good && i < end; i++)
        add_event(n, &events->event[i], kernel, room, listed, shares);
    clear(room, listed);
    return good ? HS_OK : hs_error_memory(error, "shortest paths");
}
