/* Kernel density on a street network: events per kilometre of street, over lixels (pieces of a segment, as
 * pixels are of a plane), with distances along the streets.
 *
 * Three ways for a kernel to pass a junction (Okabe, Satoh and Sugihara 2009; Okabe and Sugihara 2012,
 * Spatial Analysis along Networks, chapter 9):
 *   - simple: the kernel of the shortest path's length. Each street after a junction gets the whole of it, so
 *     junctions are overrated; it has no mass of its own.
 *   - equal-split discontinuous: at a node of degree n each of the n - 1 streets onward gets one part in
 *     n - 1, along every path that never turns back (as spatstat's densityEqualSplit, continuous = FALSE).
 *     Dead ends swallow what reaches them.
 *   - equal-split continuous: each street onward gets 2 / n, and 2 / n - 1 goes back. The mass of each event
 *     stays 1, at dead ends (all goes back), on rings and loops too.
 *
 * A lixel's value is the mean over it: the kernel's integral along the lixel over its length, not a sample at
 * its middle, so mass is conserved whatever the lixels. Lengths and places are rounded to 2^-16 m, so that
 * paths of equal length are the same whatever the order of their streets. */
#ifndef HOTSPOT_NETWORK_DENSITY_H
#define HOTSPOT_NETWORK_DENSITY_H

#include <hotspot/kernel.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum hs_network_method {
    HS_NETWORK_SIMPLE = 0,
    HS_NETWORK_DISCONTINUOUS,
    HS_NETWORK_CONTINUOUS,
    HS_NETWORK_METHODS
} hs_network_method;

/* `simple`, `equal-split-discontinuous`, `equal-split-continuous`; NULL for none. */
HS_API const char *hs_network_method_name(hs_network_method method);
/* The method of a name of `size` bytes; HS_E_ARGUMENT lists the names for any other. */
HS_API hs_status hs_network_method_from_name(const char *name, size_t size, hs_error *error,
                                             hs_network_method *method);

/* A graph of segments between nodes, cut into lixels. Immutable, shared between threads. */
typedef struct hs_network hs_network;

#define HS_NETWORK_MAX_LENGTH_M    30000.0
#define HS_NETWORK_MAX_BANDWIDTH_M 20000.0

/* Segment s joins nodes from[s] and to[s] (the same for a loop) over length_m[s] metres, above 0 and at most
 * HS_NETWORK_MAX_LENGTH_M; it is cut into the fewest equal lixels of at most lixel_m. HS_E_ARGUMENT names the
 * segment that is wrong; HS_E_LIMIT above 2^28 lixels. Copies what it needs. O(segments + lixels). */
HS_API hs_status hs_network_new(uint32_t node_count, uint32_t segment_count, const uint32_t *from,
                                const uint32_t *to, const float *length_m, double lixel_m, hs_error *error,
                                hs_network **network);
HS_API void hs_network_free(hs_network *network);
HS_API size_t hs_network_bytes(const hs_network *network);
HS_API uint32_t hs_network_segment_count(const hs_network *network);
HS_API uint32_t hs_network_lixel_count(const hs_network *network);
/* [segments + 1]: lixels of segment s are first[s] to first[s + 1] - 1, from its from-node on. */
HS_API const uint32_t *hs_network_lixel_first(const hs_network *network);
/* Length of each of a segment's lixels, metres. */
HS_API double hs_network_lixel_m(const hs_network *network, uint32_t segment);
/* The lixel of a place `along_m` from a segment's from-node; beyond an end the last one there. */
HS_API uint32_t hs_network_lixel_at(const hs_network *network, uint32_t segment, double along_m);

/* Events on the network as parallel arrays. */
typedef struct hs_network_points {
    const uint32_t *segment;   /* [count] */
    const double *along_m;     /* [count] from the from-node; beyond an end it is the end */
    const double *weight;      /* [count], not negative, 1e8 in all at most; NULL: all 1 */
    const double *bandwidth_m; /* [count] of each event (adaptive), NULL: one for all */
    size_t count;
} hs_network_points;

/* Events ordered by segment, place, bandwidth and weight, so that no order of the input shows. */
typedef struct hs_network_events hs_network_events;
/* bandwidth_m is that of all events unless they have their own; above 0, at most HS_NETWORK_MAX_BANDWIDTH_M.
 * HS_E_ARGUMENT names the event that is wrong. Copies. O(n log n). */
HS_API hs_status hs_network_events_new(const hs_network *network, const hs_network_points *points,
                                       double bandwidth_m, hs_error *error, hs_network_events **events);
HS_API void hs_network_events_free(hs_network_events *events);

/* Sums over lixels are whole numbers in this unit of an event. */
#define HS_NETWORK_ONE (INT64_C(1) << 36)

/* Sources are what is rounded: first the segments, then (but for `simple`) the nodes. An event on segment s
 * counts in s and in its two nodes, segments + from[s] and segments + to[s]; to put one in or take one out,
 * those three are taken away with the events before and added with those after, to the same bits as all anew.
 */
HS_API uint32_t hs_network_source_count(const hs_network *network, hs_network_method method);

/* Adds (sign 1) or takes away (sign -1) what the sources [begin, end) give to sums[lixels], in 1 /
 * HS_NETWORK_ONE of an event. Ranges may be computed on several threads into arrays of their own and added
 * up: the same bits. Kernels: quartic, epanechnikov, triweight, uniform, triangular, in their form on the
 * line (hs_kernel_peak_1d); HS_E_ARGUMENT for the Gaussian, which has no end on a network. Exact but for the
 * rounding of doubles and of each source's sum to 2^-37 of an event; waves whose share is below 1e-14 of an
 * event's are dropped. HS_E_LIMIT where more than 4 million waves come from one street's end (very short
 * segments under a wide bandwidth: take a smaller bandwidth, or `simple`); HS_E_MEMORY. On an error the sums
 * are useless. Equal-split: O(paths within the bandwidth from each node, equal lengths counted once, x
 * lixels); simple: O(events x lixels in reach). Thread-safe. */
HS_API hs_status hs_network_density_add(const hs_network *network, const hs_network_events *events,
                                        hs_network_method method, hs_kernel kernel, uint32_t begin,
                                        uint32_t end, int sign, hs_error *error, int64_t *sums);
/* The equal-split kernels of all events at once, in time that hardly depends on how many there are or on how
 * short streets are: waves move in `steps` (a multiple of 64) to the bandwidth. A wave that leaves a street
 * between two steps is shared over the four about it by Lagrange's cubic weights, so the mass of the
 * continuous kernel stays (1e-9) and smooth kernels come out as if distances were kept: with 256 steps within
 * 1e-5 of the largest value for the quartic and triweight, 1e-4 for the Epanechnikov, 1e-3 for the triangular
 * and 2e-2 at the edges of the uniform kernel (tests/unit/density/test_network.c), where streets are longer
 * than two steps; shorter ones count as two. All events have one bandwidth. Adds to sums[lixels] as above;
 * the order of events does not show. HS_E_ARGUMENT, HS_E_MEMORY. O(segments x steps + lixels x steps +
 * events); memory 8 bytes for each step that a street is long, both ways. Thread-safe. */
HS_API hs_status hs_network_density_steps(const hs_network *network, const hs_network_events *events,
                                          hs_network_method method, hs_kernel kernel, uint32_t steps,
                                          hs_error *error, int64_t *sums);
/* Density in events per kilometre of a lixel's sum. */
HS_API double hs_network_per_km(const hs_network *network, uint32_t segment, int64_t sum);

/* Abramson's bandwidths as places on the ladder of hotspot/adaptive_bandwidth.h, from the densities that
 * `sums`, with a fixed bandwidth h0, give at the lixels of the events: the bandwidth of event i is then h0
 * hs_adaptive_ratio(place[i]). HS_E_ARGUMENT for an event on no street or without density. O(n). */
HS_API hs_status hs_network_adaptive(const hs_network *network, const hs_network_points *points,
                                     const int64_t *sums, hs_error *error, uint32_t *place);

#ifdef __cplusplus
}
#endif
#endif
