/* Lines of some width as the polygons that they cover, in a mask. */
#ifndef RENDER_MAP_STROKE_H
#define RENDER_MAP_STROKE_H

#include "render/map_mask.h"
#include "render/map_style.h"

typedef struct hs_map_stroker {
    hs_map_mask *mask;
    double width; /* pixels */
    hs_map_cap cap;
    hs_map_join join;
    double miter_limit;
    double *across; /* [2 capacity] from each piece to its right side */
    uint32_t capacity;
    bool failed;  /* memory is out */
    int32_t x, y; /* of the outline that is written */
    bool begun;
} hs_map_stroker;

void hs_map_stroker_done(hs_map_stroker *stroker);
/* Adds a line through corners of which no two that follow each other are equal; a closed one ends where it
 * begins, the corner being there once or twice. */
void hs_map_stroke(hs_map_stroker *stroker, const double *x, const double *y, uint32_t count, bool closed);

#endif
