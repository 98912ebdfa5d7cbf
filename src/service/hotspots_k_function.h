/* K and L of incidents: what the files of this method share. */
#ifndef SERVICE_HOTSPOTS_K_FUNCTION_H
#define SERVICE_HOTSPOTS_K_FUNCTION_H

#include "service/hotspots_points.h"

typedef struct hs_k_request {
    hs_points_request points;
    double longest_m; /* 0: chosen */
    uint32_t steps, simulations;
    bool edges_given;
    hs_pattern_edges edges;
} hs_k_request;

#define HS_K_MOST_POINTS        1000000u
#define HS_K_MOST_STREET_POINTS 50000u
#define HS_K_MOST_ROWS          512u
/* Up to so many points edge correction is isotropic unasked. */
#define HS_K_ISOTROPIC_POINTS 1000u
/* Pairs looked at in all simulations together, and visits of points along streets. */
#define HS_K_MOST_WORK        3e9
#define HS_K_MOST_STREET_WORK 4e5

typedef struct hs_k_result {
    hs_hotspot_head head;
    hs_points points;
    hs_pattern_edges edges;
    hs_pattern_steps steps;
    double *k;            /* m2; along streets m */
    hs_envelope envelope; /* of L; along streets of K */
    uint32_t simulations;
    double size; /* of the window: m2; along streets m */
    hs_clark_evans nearest;
} hs_k_result;

/* The curve that is the distance itself where there is no pattern: L, along streets K. */
double hs_k_curve(const hs_k_request *request, const hs_k_result *result, uint32_t row);

void hs_k_table(const hs_hotspot_run *run, hs_hotspot_table *table);
void hs_k_head(const hs_hotspot_run *run, hs_json *json);
void hs_k_explain(const hs_hotspot_run *run, bool chinese, hs_buffer *out);

#endif
