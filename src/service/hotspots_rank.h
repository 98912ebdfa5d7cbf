/* Ranks of rows by a number, and how many stand after correction. */
#ifndef SERVICE_HOTSPOTS_RANK_H
#define SERVICE_HOTSPOTS_RANK_H

#include "base/json_writer.h"
#include <hotspot/error.h>
#include <hotspot/multiple_testing.h>

/* Ranks from 1 by descending key, equal ones in their order; 0 where it is NAN. */
hs_status hs_hotspot_rank(const double *key, uint32_t count, hs_error *error, uint32_t *rank);

/* How many of the tests stand at alpha after each of the corrections; NAN is no test. */
typedef struct hs_hotspot_stands {
    uint32_t count[HS_CORRECTIONS];
} hs_hotspot_stands;
hs_status hs_hotspot_stand(const double *p, uint32_t count, double alpha, hs_error *error,
                           hs_hotspot_stands *stands);
/* As a member of the collection, by the names of the corrections. */
void hs_hotspot_stands_member(const hs_hotspot_stands *stands, hs_json *json);

#endif
