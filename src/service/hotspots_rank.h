/* Ranks of rows by a number. */
#ifndef SERVICE_HOTSPOTS_RANK_H
#define SERVICE_HOTSPOTS_RANK_H

#include <hotspot/error.h>

/* Ranks from 1 by descending key, equal ones in their order; 0 where it is NAN. */
hs_status hs_hotspot_rank(const double *key, uint32_t count, hs_error *error, uint32_t *rank);

#endif
