/* Lines of street segments as they are drawn and measured: Web Mercator vertices with the share of the
 * segment's length at each. Immutable. */
#ifndef CITY_STREET_LINES_H
#define CITY_STREET_LINES_H

#include "geo/mercator.h"
#include <hotspot/geography.h>

typedef struct hs_street_lines {
    uint32_t segment_count;
    const uint32_t *first; /* [segments + 1] into the next two; the geography's own */
    hs_mercator *vertex;
    float *share;         /* of the length from the segment's start, 0 to 1, ascending */
    hs_mercator_box *box; /* [segments] */
} hs_street_lines;

/* Keeps `segments`' arrays: its geography must outlive the lines. O(positions). */
hs_status hs_street_lines_new(const hs_segments *segments, hs_error *error, hs_street_lines **lines);
void hs_street_lines_free(hs_street_lines *lines);
size_t hs_street_lines_bytes(const hs_street_lines *lines);

/* The place of a segment nearest to a position: its share of the length, and how far it is on the ground. */
double hs_street_lines_nearest(const hs_street_lines *lines, uint32_t segment, hs_mercator position,
                               double *distance_m);
/* The place at a share of a segment's length, in Mercator units, and the vertex before or at it. */
uint32_t hs_street_lines_at(const hs_street_lines *lines, uint32_t segment, double share, double *x,
                            double *y);

#endif
