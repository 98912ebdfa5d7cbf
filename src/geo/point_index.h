/* Immutable index of points for nearest-point queries: points packed in Hilbert order under a static R-tree.
 * Distances are ground metres in the local scale of the query's latitude. */
#ifndef GEO_POINT_INDEX_H
#define GEO_POINT_INDEX_H

#include <hotspot/error.h>

typedef struct hs_point_index hs_point_index;

hs_status hs_point_index_new(const hs_position *points, uint32_t count, hs_error *error,
                             hs_point_index **index);
void hs_point_index_free(hs_point_index *index);
/* The number of the nearest point within max_m and its distance; HS_NONE when there is none. Ties go to the
 * lower number. Thread-safe, allocates nothing. */
uint32_t hs_point_index_nearest(const hs_point_index *index, hs_position position, double max_m,
                                double *distance_m);

#endif
