/* The way along the streets from the middle of a segment to those of others. */
#ifndef SERVICE_HOTSPOTS_WALK_H
#define SERVICE_HOTSPOTS_WALK_H

#include <hotspot/geography.h>

/* One thread's room; set `segments`, zero the rest. */
typedef struct hs_segment_walk {
    const hs_segments *segments;
    double reach_m;
    double *node_m; /* [nodes] INFINITY where not reached */
    uint32_t *touched, touched_count;
    struct hs_segment_visit {
        double way_m;
        uint32_t node;
    } * heap;
    uint32_t heap_count;
    double *segment_m; /* [segments] to its middle, INFINITY where not found */
    uint32_t *found, found_count;
} hs_segment_walk;

/* False: no memory. Either way it is to be released. */
bool hs_segment_walk_init(hs_segment_walk *w);
void hs_segment_walk_done(hs_segment_walk *w);
/* Finds the segments whose middle is within reach, itself among them, in no order (Dijkstra). */
void hs_segment_walk_from(hs_segment_walk *w, uint32_t start, double reach_m);
/* Finds those that share a node with it. */
void hs_segment_walk_meet(hs_segment_walk *w, uint32_t start);
/* To be called between two walks. */
void hs_segment_walk_clear(hs_segment_walk *w);

#endif
