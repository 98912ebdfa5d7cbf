/* Immutable index of line pieces for nearest-segment queries: pieces packed in Hilbert order under a
 * static R-tree. Distances are ground metres in the local scale of the query's latitude. */
#ifndef GEO_SEGMENT_INDEX_H
#define GEO_SEGMENT_INDEX_H

#include <hotspot/error.h>
#include <hotspot/geometry.h>

typedef struct hs_segment_index hs_segment_index;

typedef struct hs_segment_hit {
    uint32_t line;  /* number of the line */
    uint32_t piece; /* piece within the line: from position `piece` to the next */
    double along;   /* 0 to 1 within the piece */
    double distance_m;
    int side; /* -1 left of the line's direction, 1 right, 0 on it */
    hs_position nearest;
} hs_segment_hit;

/* Builds from `count` lines given as ring r = line r of `lines` (HS_GEOMETRY_LINES), copied. */
hs_status hs_segment_index_new(const hs_geometry *lines, hs_error *error, hs_segment_index **index);
void hs_segment_index_free(hs_segment_index *index);
/* The nearest piece within max_m; false when there is none. Ties go to the lower line, then piece. */
bool hs_segment_index_nearest(const hs_segment_index *index, hs_position position, double max_m,
                              hs_segment_hit *hit);
/* Numbers of lines that have a piece whose box meets `box`: calls visit once a line, ascending order not
 * promised; stops when visit returns false. */
void hs_segment_index_search(const hs_segment_index *index, hs_box box,
                             bool (*visit)(void *context, uint32_t line), void *context);
size_t hs_segment_index_bytes(const hs_segment_index *index);

#endif
