/* What known numbers of parallel streets say about where a number lies. */
#ifndef GEOCODE_FIELD_EVIDENCE_H
#define GEOCODE_FIELD_EVIDENCE_H

#include "geocode/gazetteer.h"

/* A number sought along a direction from an origin, both in the anchors' plane. */
typedef struct hs_evidence {
    const hs_anchors *anchors;
    uint32_t group; /* its own anchors count whatever their direction */
    int32_t number;
    double x_m, y_m, dx, dy;
    double reach_m; /* how far along it may lie */
} hs_evidence;

/* How far along it lies, and how far the evidence is spread; false when there is none. */
bool hs_evidence_find(const hs_evidence *evidence, double *along_m, double *spread_m);

/* The nearest place on the lines of a group's streets. */
typedef struct hs_line_hit {
    double x_m, y_m, dx, dy; /* the place, and the line's direction there */
    uint32_t street;
} hs_line_hit;
bool hs_nearest_on_lines(const hs_gazetteer *gazetteer, uint32_t group, double x_m, double y_m, double most_m,
                         hs_line_hit *hit);

/* Where on the group's lines the streets parallel to them have the number, and where numbers grow there. */
bool hs_evidence_on_lines(const hs_gazetteer *gazetteer, uint32_t group, int32_t number, double *x_m,
                          double *y_m, double *dx, double *dy, double *spread_m);

#endif
