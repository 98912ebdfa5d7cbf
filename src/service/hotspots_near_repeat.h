/* Near repeats: what the files of this method share. */
#ifndef SERVICE_HOTSPOTS_NEAR_REPEAT_H
#define SERVICE_HOTSPOTS_NEAR_REPEAT_H

#include "service/hotspots_points.h"
#include "service/hotspots_rank.h"
#include <hotspot/near_repeat.h>

typedef struct hs_near_request {
    hs_points_request points;
    double distance_m[HS_KNOX_MOST_BANDS];
    int64_t interval_s[HS_KNOX_MOST_BANDS];
    uint32_t distances, intervals, permutations;
    hs_correction correction;
} hs_near_request;

#define HS_NEAR_MOST_POINTS 200000u
/* Close pairs looked up in all permutations together. */
#define HS_NEAR_MOST_WORK 2e9

typedef struct hs_near_result {
    hs_hotspot_head head;
    hs_points points;
    uint32_t rows, columns, permutations;
    hs_knox_cell *cells;
    double *q; /* NAN of cells beyond the bands */
    uint32_t *rank;
    hs_hotspot_stands stands;
} hs_near_result;

void hs_near_table(const hs_hotspot_run *run, hs_hotspot_table *table);
void hs_near_head(const hs_hotspot_run *run, hs_json *json);
void hs_near_explain(const hs_hotspot_run *run, bool chinese, hs_buffer *out);

#endif
