/* Points along streets: which lie within a distance of one another on the network, and Ripley's K on it.
 *
 * Functions are deterministic and thread-safe; errors as elsewhere: HS_E_ARGUMENT names the segment or point
 * that is wrong, HS_E_LIMIT, HS_E_MEMORY. */
#ifndef HOTSPOT_STREET_POINTS_H
#define HOTSPOT_STREET_POINTS_H

#include <hotspot/point_clusters.h>
#include <hotspot/point_pattern.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Segment s joins nodes from[s] and to[s] over length_m[s], 0 or more; borrowed. */
typedef struct hs_street_net {
    uint32_t node_count, segment_count;
    const uint32_t *from, *to;
    const double *length_m;
} hs_street_net;

/* Points at along_m from their segment's from-node, at most its length. */
typedef struct hs_street_places {
    const uint32_t *segment;
    const double *along_m;
    uint32_t count;
} hs_street_places;

/* All pairs within reach_m along the streets, by shortest paths (Dijkstra 1959), for the functions of
 * hotspot/point_clusters.h and hotspot/near_repeat.h. Points of one segment and place are one place.
 * O(places x streets in reach). */
HS_API hs_status hs_point_links_streets(const hs_street_net *net, const hs_street_places *points,
                                        double reach_m, hs_error *error, hs_point_links **links);

typedef enum hs_street_k {
    HS_STREET_K_OKABE_YAMADA = 0, /* Okabe and Yamada 2001: pairs as they are; its mean under randomness
                                     depends on the streets */
    HS_STREET_K_CORRECTED,        /* Ang, Baddeley and Nair 2012: pairs by the number of places at their
                                     distance; r where there is no pattern, whatever the streets */
} hs_street_k;

/* k_m[steps->count]: K on the network in metres, as spatstat's linearK. O(points x streets in reach). */
HS_API hs_status hs_street_k_function(const hs_street_net *net, const hs_street_places *points,
                                      const hs_pattern_steps *steps, hs_street_k kind, struct hs_pool *pool,
                                      hs_error *error, double *k_m);

/* As hs_csr_envelope, but of K itself, of points that lie anywhere on the streets alike: of the corrected K,
 * whose value without pattern is r. */
HS_API hs_status hs_street_envelope(const hs_street_net *net, uint32_t count, const hs_pattern_steps *steps,
                                    const double *observed_k_m, const hs_csr_request *request,
                                    struct hs_pool *pool, hs_error *error, hs_envelope *envelope);

#ifdef __cplusplus
}
#endif
#endif
