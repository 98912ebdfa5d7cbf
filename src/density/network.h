/* What the files of network density share. Lengths are whole numbers of 2^-16 m; places along a street and
 * distances too. */
#ifndef DENSITY_NETWORK_H
#define DENSITY_NETWORK_H

#include <hotspot/network_density.h>

#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) &&     \
    !defined(__SANITIZE_THREAD__)
#define VECTORS __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define VECTORS
#endif

#define HS_NETWORK_UNIT_M (1.0 / 65536.0)

/* Dart 2 s runs along segment s from its from-node, dart 2 s + 1 from its to-node. */
struct hs_network {
    uint32_t node_count, segment_count, lixel_count, degree_most;
    uint32_t *from, *to;   /* [segments] */
    uint32_t *length;      /* [segments] */
    uint32_t *lixel_first; /* [segments + 1] */
    uint32_t *dart_first;  /* [nodes + 1] into dart: those that leave a node, ascending */
    uint32_t *dart;
    uint32_t *slot; /* [darts]: where each stands in dart */
};

static inline uint32_t hs_dart_head(const hs_network *n, uint32_t dart) {
    return dart & 1 ? n->from[dart / 2] : n->to[dart / 2];
}
static inline uint32_t hs_dart_tail(const hs_network *n, uint32_t dart) {
    return dart & 1 ? n->to[dart / 2] : n->from[dart / 2];
}
static inline uint32_t hs_node_degree(const hs_network *n, uint32_t node) {
    return n->dart_first[node + 1] - n->dart_first[node];
}

typedef struct hs_network_event {
    uint32_t segment, along;  /* along: of the segment's length */
    double weight, bandwidth; /* bandwidth in units */
} hs_network_event;

struct hs_network_events {
    hs_network_event *event; /* in canonical order */
    uint32_t *first;         /* [segments + 1] */
    size_t count;
};

#define HS_LINE_TERMS 8

/* The kernel's integral from 0 on the line, f_1 r + f_2 r^2 + ... for r up to 1; it is 1/2 there. */
typedef struct hs_line_kernel {
    double term[HS_LINE_TERMS];
    uint32_t terms; /* the last one that is not 0, and 1 */
} hs_line_kernel;
/* False for kernels that are no polynomials. */
bool hs_line_kernel_of(hs_kernel kernel, hs_line_kernel *out);
static inline double hs_line_polynomial(const double *term, double x) {
    double sum = term[HS_LINE_TERMS - 1];
    for (uint32_t p = HS_LINE_TERMS - 1; p-- > 0;)
        sum = sum * x + term[p];
    return sum;
}
/* The integral from 0 to `distance`, in units, of an event's kernel. */
static inline double hs_line_integral(const hs_line_kernel *k, double distance, double bandwidth) {
    double r = distance / bandwidth;
    if (r >= 1.0) return 0.5;
    return hs_line_polynomial(k->term, r);
}

/* What one source gives, before it is rounded: shares of lixels, and which of them were touched. */
typedef struct hs_lixel_shares {
    double *share;  /* [lixels], 0 where not touched */
    uint8_t *known; /* [segments] */
    uint32_t *segment;
    uint32_t count; /* of touched segments */
} hs_lixel_shares;
static inline double *hs_lixels_of(hs_lixel_shares *shares, const hs_network *n, uint32_t segment) {
    if (!shares->known[segment]) {
        shares->known[segment] = 1;
        shares->segment[shares->count++] = segment;
    }
    return shares->share + n->lixel_first[segment];
}

/* Along its own street, without junctions. */
void hs_network_along(const hs_network *n, const hs_network_events *events, const hs_line_kernel *kernel,
                      uint32_t segment, hs_lixel_shares *shares);
/* Waves that leave a node; `room` lives through many nodes. */
typedef struct hs_wave_room hs_wave_room;
hs_wave_room *hs_wave_room_new(void);
void hs_wave_room_free(hs_wave_room *room);
hs_status hs_network_waves(const hs_network *n, const hs_network_events *events, const hs_line_kernel *kernel,
                           bool continuous, uint32_t node, hs_wave_room *room, hs_error *error,
                           hs_lixel_shares *shares);
/* The simple kernel of a segment's events. */
typedef struct hs_path_room hs_path_room;
hs_path_room *hs_path_room_new(const hs_network *n);
void hs_path_room_free(hs_path_room *room);
hs_status hs_network_shortest(const hs_network *n, const hs_network_events *events,
                              const hs_line_kernel *kernel, uint32_t segment, hs_path_room *room,
                              hs_error *error, hs_lixel_shares *shares);

#endif
