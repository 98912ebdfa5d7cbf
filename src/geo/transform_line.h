/* Rows of pixels from a reference system to degrees, by few exact positions. */
#ifndef GEO_TRANSFORM_LINE_H
#define GEO_TRANSFORM_LINE_H

#include <hotspot/coordinates.h>

/* x and y hold `count` positions at equal steps along a straight line of the system; what comes back is what
 * hs_transform_forward makes of them, HUGE_VAL in both where there is none. Every 8th one is transformed;
 * those between are interpolated where the line is so straight there that the error, bounded by second
 * differences, stays below a thousandth of a step, and transformed elsewhere. One thread at a time for one
 * transform. */
void hs_transform_line(hs_transform *transform, double *x, double *y, size_t count);

#endif
