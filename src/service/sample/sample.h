/* The sample city as a whole: from the definition to the store and its truth. */
#ifndef SERVICE_SAMPLE_SAMPLE_H
#define SERVICE_SAMPLE_SAMPLE_H

#include "service/sample/incidents.h"

#include <hotspot/geography.h>

/* The expected number of incidents of each class on each street segment in each hour of the day, summed over
 * local days [from_day, from_day + days). Only values above 0 are visited; segments ascending, then
 * categories, then hours. */
typedef struct hs_sample_expected {
    uint32_t segment;  /* row of geography->segments */
    uint32_t category; /* row of the definition's categories */
    uint32_t hour;
    double expected;
} hs_sample_expected;
typedef hs_status (*hs_visit_expected)(void *context, const hs_sample_expected *row, hs_error *error);
hs_status hs_sample_expect(const hs_sample_process *process, const hs_geography *geography, int64_t from_day,
                           uint32_t days, hs_visit_expected visit, void *context, hs_error *error);

/* The segment (row) of each edge of the city in a geography that was built from its streets; HS_NONE where
 * there is none. The array has edge_count elements. */
hs_status hs_sample_match_edges(const hs_sample_city *city, const hs_geography *geography, hs_error *error,
                                uint32_t *segment);

/* Writes the truth file: `segments`, `expected` and `planted`. */
hs_status hs_sample_write_truth(const char *path, const hs_sample_process *process,
                                const hs_geography *geography, int64_t from_day, hs_error *error);

#endif
