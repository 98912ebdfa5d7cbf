/* Suggested duplicates of a snapshot, and filters that ask for them. */
#ifndef SERVICE_DUPLICATES_H
#define SERVICE_DUPLICATES_H

#include "city/duplicates.h"
#include "service/service.h"

/* Those of a snapshot, made once for a city and extended by what is added to it; a reference of the caller's
 * own. Waits while they are made. */
hs_status hs_service_duplicates(hs_service *service, const hs_snapshot *snapshot, hs_error *error,
                                hs_duplicates **duplicates);
/* hs_filter_chunk with what the filter says of duplicates. */
hs_status hs_service_filter_chunk(hs_service *service, const hs_snapshot *snapshot, const hs_filter *filter,
                                  const hs_incident_chunk *chunk, hs_error *error, uint64_t *bits,
                                  uint32_t *selected);

#endif
