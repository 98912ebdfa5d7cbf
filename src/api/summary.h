/* What the forms of /summary share. */
#ifndef API_SUMMARY_H
#define API_SUMMARY_H

#include "api/endpoint.h"
#include "service/reporting.h"

typedef enum hs_summary_form { HS_SUMMARY_JSON, HS_SUMMARY_CSV, HS_SUMMARY_GEOJSON } hs_summary_form;

typedef struct hs_summary {
    hs_level level;
    hs_summary_form form;
    int64_t least; /* counts below are merged; 1: none */
    uint32_t first_unit, unit_count, category_count;
    uint32_t *cells; /* [unit_count + 2][category_count]: the units, outside, unmatched */
    hs_reporting_counts found;
} hs_summary;

uint64_t hs_summary_row(const hs_summary *s, uint32_t row);
/* Members population and per_1000; null where `told` is false, nothing where the population is unknown. */
void hs_summary_write_people(hs_json *json, double population, uint64_t count, bool told);

/* A class of problems, by its number among those of the incidents, as an object with its count. */
void hs_summary_write_class(hs_call *call, uint32_t class, uint64_t count);

/* Counts of units without classes, as JSON, CSV or GeoJSON, small ones merged (summary_published.c). */
hs_status hs_summary_write_published(hs_call *call, const hs_summary *s);

#endif
