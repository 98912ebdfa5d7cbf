/* Walks from a place along the streets. Private to src/statistics. */
#ifndef STATISTICS_STREET_WALK_H
#define STATISTICS_STREET_WALK_H

#include <hotspot/street_points.h>

/* Segments by node, and points by segment in order along it. Immutable. */
typedef struct hs_street_index {
    const hs_street_net *net;
    uint32_t *node_first, *node_segment;
    uint32_t *point_first; /* [segments + 1] into point */
    uint32_t *point;       /* numbers of points */
    double *along_m;       /* [points] in that order */
    double total_m;
} hs_street_index;

hs_status hs_street_index_new(const hs_street_net *net, const hs_street_places *points, hs_error *error,
                              hs_street_index *index);
void hs_street_index_done(hs_street_index *index);

/* One thread's room; nothing lies in it between two walks. */
typedef struct hs_street_walk {
    const hs_street_index *index;
    double *distance_m; /* [nodes], INFINITY where not reached */
    uint32_t *reached, reached_count;
    uint32_t *segment, segment_count; /* that are touched, in no order */
    uint8_t *listed;
    struct hs_street_visit *heap;
    size_t waiting, capacity;
} hs_street_walk;

bool hs_street_walk_new(const hs_street_index *index, hs_street_walk *walk);
void hs_street_walk_done(hs_street_walk *walk);
/* From a place as far as reach_m: node distances and touched segments. False: no memory. */
bool hs_street_walk_from(hs_street_walk *walk, uint32_t segment, double along_m, double reach_m);
void hs_street_walk_clear(hs_street_walk *walk);

/* From the walk's start, on `start` at `start_m`, to a place of a touched segment; INFINITY beyond reach. */
double hs_street_walk_to(const hs_street_walk *walk, uint32_t start, double start_m, uint32_t segment,
                         double along_m);

#endif
