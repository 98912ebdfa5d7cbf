/* The scan statistic over units of analysis: what the files of this method share. */
#ifndef SERVICE_HOTSPOTS_SCAN_H
#define SERVICE_HOTSPOTS_SCAN_H

#include "service/hotspots_emerging.h"
#include <hotspot/scan_statistic.h>

typedef enum hs_scan_when {
    HS_SCAN_SPACE = 0,   /* places alone */
    HS_SCAN_SPACE_TIME,  /* places and intervals anywhere in the period */
    HS_SCAN_PROSPECTIVE, /* intervals that reach the period's end: is something going on now? */
} hs_scan_when;

typedef struct hs_scan_ask {
    hs_areas_request areas; /* units, filters, what is counted, value (what is expected), seed, alpha */
    bool value_given;
    hs_filter other;           /* Bernoulli: who are controls, where they are no cases */
    hs_str expected_attribute; /* Poisson: a column of the units instead of the value */
    hs_scan_model model;
    hs_scan_rates rates;
    hs_scan_when when;
    hs_step step;
    hs_scan_extent extent;
    uint32_t max_days; /* 0: chosen */
    uint32_t replications, stop_after;
    uint32_t clusters; /* at most so many */
    bool windows;      /* circles and ellipses instead of the units inside */
} hs_scan_ask;

#define HS_SCAN_LEAST_STEPS   4u
#define HS_SCAN_MOST_CLUSTERS 100u
/* Windows times replications: some minutes. */
#define HS_SCAN_MOST_WORK 1e12
/* How far zones reach along streets unasked. */
#define HS_SCAN_STREETS_M 1000.0
/* No recurrence interval is longer: ten thousand years. */
#define HS_SCAN_MOST_RECURRENCE_DAYS 3652500.0
/* Past against which a prospective scan holds the present, unasked; and the longest windows, unasked. */
#define HS_SCAN_PAST_DAYS        365
#define HS_SCAN_PROSPECTIVE_DAYS 30
#define HS_SCAN_SPACE_TIME_DAYS  90

typedef struct hs_scan_result {
    hs_hotspot_head head;
    hs_areas areas;
    hs_areas_tally tally;
    hs_hotspot_value value; /* that was taken */
    hs_steps steps;         /* count 0: space alone */
    double step_days;       /* mean */
    uint32_t most_steps;
    uint64_t early, timeless, controls; /* incidents before the first whole step, without a time; not cases */
    uint64_t weighted;                  /* that count as one though they weigh something else */
    uint32_t unmeasured;
    double *cases, *population;      /* [areas][steps]; population NULL for the permutation model */
    double *middle_x_m, *middle_y_m; /* [areas] */
    size_t zones;
    hs_scan_summary summary;
    uint32_t found;
    hs_scan_cluster *cluster;
    uint32_t *cluster_of;
    hs_geometry *shape;  /* [found] */
    hs_position *centre; /* [found] */
} hs_scan_result;

/* A computation under way. */
typedef struct hs_scanning {
    const hs_hotspot_work *work;
    const hs_scan_ask *ask;
    hs_scan_result *h;
} hs_scanning;

hs_status hs_scan_parse(const hs_hotspot_words *words, void **request);

/* The units with their cases, and what would be expected of them (hotspots_scan_cells.c). *enough is false,
 * and the result says why, where there is too little. */
hs_status hs_scan_gather(hs_scanning *s, bool *enough);
/* Zones about the middles of the units, or along the streets (hotspots_scan_zones.c). */
hs_status hs_scan_make_zones(hs_scanning *s, hs_scan_zones **zones);
/* The clusters' geometry and centres (hotspots_scan_shapes.c). */
hs_status hs_scan_draw_shapes(hs_scanning *s);

/* Steps of time of the windows; NAN and NULL where there are none. */
double hs_scan_recurrence_days(const hs_hotspot_run *run, const hs_scan_cluster *cluster);
void hs_scan_table(const hs_hotspot_run *run, hs_hotspot_table *table);
void hs_scan_head(const hs_hotspot_run *run, hs_json *json);
void hs_scan_explain(const hs_hotspot_run *run, bool chinese, hs_buffer *out);
/* What a cluster is, for people: a text of the arena's. */
const char *hs_scan_label(const hs_hotspot_run *run, uint32_t row, bool chinese, hs_arena *arena);
/* `2024-05-01` in the city's zone, a text of the arena's. */
const char *hs_scan_date(const hs_hotspot_run *run, int64_t time_s, hs_arena *arena);
const char *hs_scan_model_name(hs_scan_model model);
const char *hs_scan_rates_name(hs_scan_rates kind);
const char *hs_scan_when_name(hs_scan_when when);

#endif
