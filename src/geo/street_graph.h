/* Noding: street lines become a graph of segments that meet only at nodes. Lines are split where they cross
 * or touch on the same layer, and at shared end points (of any layers: a bridge joins the ground at its
 * ends); stretches that stand twice on a layer are kept once (the first stays). End points within 0.3 m of
 * another end or, on the same layer, of a line are taken to lie on it. Tests are exact integer ones; crossing
 * points are rounded to 1e-7 degree. */
#ifndef GEO_STREET_GRAPH_H
#define GEO_STREET_GRAPH_H

#include <hotspot/error.h>
#include <hotspot/geometry.h>

typedef struct hs_street_graph {
    uint32_t node_count;
    hs_position *node;      /* [node_count] */
    uint32_t *node_first;   /* [node_count + 1] into node_segment */
    uint32_t *node_segment; /* segments that end at the node (a loop stands twice) */
    uint32_t segment_count;
    uint32_t *segment_street;            /* input feature of the segment */
    uint32_t *segment_from, *segment_to; /* nodes */
    float *segment_length_m;
    double *segment_start_m, *segment_end_m; /* measure along the input feature's lines, joined end to end */
    hs_geometry lines;                       /* ring s = segment s, arrays owned by the graph */
} hs_street_graph;

/* Builds the graph of `count` features (HS_GEOMETRY_LINES each); layer may be NULL (all on the ground).
 * Deterministic: segments are numbered by feature, then along it. */
hs_status hs_street_graph_new(const hs_geometry *streets, const int32_t *layer, uint32_t count,
                              hs_error *error, hs_street_graph **graph);
void hs_street_graph_free(hs_street_graph *graph);

#endif
