/* The point process: independent components, each a class's background or one planted hotspot, with a rate
 * that is the product of a day's, an hour's and a street edge's factor. SAMPLE-CITY.md writes it out. */
#ifndef SERVICE_SAMPLE_PROCESS_H
#define SERVICE_SAMPLE_PROCESS_H

#include "service/sample/city.h"

typedef struct hs_sample_component {
    uint32_t category;
    uint32_t planted; /* row of the definition's planted, HS_NONE: background */
    const hs_sample_calendar *calendar;
    double base_per_day; /* at scale 1, before the calendar */
    uint32_t edge_count;
    const uint32_t *edge;          /* NULL: all edges */
    const double *edge_cumulative; /* [edge_count], the last is 1 */
} hs_sample_component;

typedef struct hs_sample_process {
    const hs_sample_city *city;
    uint32_t component_count; /* backgrounds in the order of the categories, then the planted */
    hs_sample_component *component;
    double scale; /* rates at scale 1 times this give the wanted mean number over the period */
} hs_sample_process;

/* Builds the process over the city's streets so that the period of the definition has `incidents` of them
 * in the mean. Lives in the city's arena. */
hs_status hs_sample_process_new(hs_sample_city *city, uint32_t incidents, hs_error *error,
                                hs_sample_process **process);
/* Mean number of incidents of a component on a local day (days since 1970). */
double hs_sample_day_mean(const hs_sample_process *process, uint32_t component, int64_t day);
/* Share of a component that falls on its k-th edge. */
double hs_sample_edge_share(const hs_sample_component *component, uint32_t k);

typedef struct hs_sample_event {
    int64_t local_s; /* when it occurred, seconds as if the city's zone were UTC */
    uint32_t component, edge;
    double along; /* 0 to 1 on the edge */
} hs_sample_event;

/* Draws exactly `count` events of local days [from_day, to_day), ordered by time; free with free(). Given
 * their number, the events of a Poisson process are independent draws from its rate. */
hs_status hs_sample_draw(const hs_sample_process *process, int64_t from_day, int64_t to_day, uint32_t count,
                         hs_random *random, hs_error *error, hs_sample_event **events);

#endif
