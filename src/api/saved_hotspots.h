/* Saving runs of hotspots, as a job. */
#ifndef API_SAVED_HOTSPOTS_H
#define API_SAVED_HOTSPOTS_H

#include "api/endpoint.h"
#include "service/saved_hotspots.h"

/* Starts computing and saving, and answers 202 with the job; `saving` is copied. */
hs_status hs_call_start_saving(hs_call *call, const hs_hotspot_method *method, const hs_saving *saving);

#endif
